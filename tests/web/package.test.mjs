// The packed package, not the build folder: installed and run as people do.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { consumer, dependency, root } from "./common.mjs";

const { place, tarball } = consumer();
const eco = await import(pathToFileURL(join(place, "node_modules", "ecoplan", "node.js")));

test("what package.json says is so", async () => {
  const { publint } = await dependency("publint");
  // A buffer of its own: small ones share one.
  const { messages } = await publint({ pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer }, strict: true });
  assert.deepEqual(messages, []);
});

test("ESM, CommonJS and the default export", () => {
  const script = (name, text) => {
    writeFileSync(join(place, name), text);
    return execFileSync("node", [name], { cwd: place, encoding: "utf8" }).trim();
  };
  const facts = "{ influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: 81.6 }";
  const print = `console.log(plan("lianzhou-145").evaluate("urban_wwtp", ${facts}).findings[1].margin)`;
  assert.equal(script("a.mjs", `import init, { plan } from "ecoplan"; await init(); ${print}`), "0");
  assert.equal(script("b.cjs", `const { plan } = require("ecoplan"); ${print}`), "0");
  const require = createRequire(join(place, "here.js"));
  assert.equal(require.resolve("ecoplan"), join(place, "node_modules", "ecoplan", "node.cjs"));
});

test("the READMEs' code", () => {
  for (const file of ["README.md", "README.zh-CN.md", "wasm/README.md"]) {
    const blocks = [...readFileSync(join(root, file), "utf8").matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]);
    assert.notEqual(blocks.length, 0, file);
    blocks.forEach((block, i) => {
      writeFileSync(join(place, `${i}.mjs`), block);
      execFileSync("node", [`${i}.mjs`], { cwd: place });
    });
  }
});

test("one version", () => {
  const [, version] = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^version = "(.*)"$/m);
  assert.equal(JSON.parse(readFileSync(join(root, "wasm/js/package.json"), "utf8")).version, version);
});

test("days, targets, shared facts, receipts", () => {
  const plan = eco.plan("lianzhou-145");
  assert.equal(plan.at("2024-12-31").asOf, "2024-12-31");
  assert.notEqual(plan.withTarget("target-pm25-2025", 22).hash, plan.hash);
  const quota = plan.withFacts("project", { assigned_energy_intensity_reduction_pct: 14.5 });
  const report = quota.evaluate("project", { is_two_high: true, stage: "proposed" });
  assert.equal(report.facts.assigned_energy_intensity_reduction_pct, "14.5");
  assert.deepEqual(plan.verify(report), report);
  const forged = structuredClone(report);
  forged.headline.outcome = "satisfied";
  assert.throws(() => plan.verify(forged), { code: "receipt-differs" });
  const lang = "zh";
  const said = plan.explanation("urban_wwtp", { influent_bod5_mg_l: 90 }, { lang });
  assert.deepEqual(said.findings.map((finding) => finding.rule), plan.rules("urban_wwtp").map((rule) => rule.id));
  const text = plan.explain("urban_wwtp", { influent_bod5_mg_l: 90 }, { lang });
  assert.match(text, /进水/);
  assert.ok(said.findings.flatMap((finding) => finding.lines).every((line) => text.includes(line.text)));
  const rows = plan.scorecardExplanation(plan.reported(), { lang }).rows;
  assert.ok(rows.every((row) => plan.explainScorecard(plan.reported(), { lang }).includes(row.title)));
  assert.equal(plan.facts("urban_wwtp").length, 4);
  assert.equal(plan.rules("urban_wwtp").length, 2);
  assert.throws(() => plan.facts("urban_wwpt"), { code: "unknown-subject" });
  const { total, executable, judgement, registered, chapters, clauses } = plan.coverage();
  assert.equal(total, executable + judgement + registered);
  assert.equal(total, clauses.length);
  assert.equal(total, chapters.reduce((sum, chapter) => sum + chapter.total, 0));
  assert.throws(() => plan.outcomes("urban_wwpt", {}), { code: "unknown-subject" });
  assert.throws(() => eco.Plan.fromModel("{}"), { code: "missing-field", path: "model.id" });
  assert.throws(() => eco.Plan.fromModel("{"), { code: "invalid-json", path: "model" });
  assert.equal(eco.Plan.fromModel(readFileSync(join(place, "node_modules/ecoplan/lianzhou-145.json"), "utf8")).hash, plan.hash);
});

test("plan files make the plan that is bundled, and what is wrong with them is said", async () => {
  const { analyse, read } = await import(pathToFileURL(join(place, "node_modules", "ecoplan", "authoring-node.js")));
  for (const id of eco.plans()) {
    const folder = join(root, "spec", id);
    const files = Object.fromEntries(["plan.toml", ...readdirSync(folder).filter((name) => name.endsWith(".toml") && name !== "plan.toml")].map((name) => [name, readFileSync(join(folder, name), "utf8")]));
    const own = eco.Plan.fromModel(read(files));
    assert.deepEqual([own.id, own.rules().length], [id, eco.plan(id).rules().length]);
    for (const subject of own.subjects()) {
      const said = (plan) => plan.evaluate(subject.id, {}).findings.map(({ rule, outcome }) => `${rule} ${outcome}`).sort();
      assert.deepEqual(said(own), said(eco.plan(id)));
    }
  }
  // As in Python and Rust: of Table 1, 27 rules, each of which can come out either way.
  const folder = join(root, "spec", "lianzhou-135");
  const analysis = analyse(Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith(".toml")).map((name) => [name, readFileSync(join(folder, name), "utf8")])));
  assert.deepEqual([analysis.claims, analysis.rules.length], [[], 27]);
  for (const { rule, outcomes } of analysis.rules) {
    const said = outcomes.flatMap(({ says }) => says.map(({ outcome }) => outcome));
    assert.ok(said.includes("satisfied") && said.includes("breached"), rule);
  }
  assert.throws(() => analyse("[plan"), { name: "EcoplanError", code: "syntax" });
  assert.throws(() => read("[plan"), { name: "EcoplanError", code: "syntax" });
  assert.throws(() => read({ "a.toml": 5 }), { code: "wrong-type", path: "a.toml" });
  assert.throws(() => read(5), { code: "wrong-type" });
  assert.throws(() => read(null), { code: "wrong-type" });
});

test("the form can be loaded where there is no page", async () => {
  const { EcoplanForm } = await import(pathToFileURL(join(place, "node_modules", "ecoplan", "form.js")));
  assert.equal(typeof EcoplanForm, "function");
});
