// The packed package, not the build folder: installed and run as people do.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const vectors = (name) => JSON.parse(readFileSync(join(root, "spec", "vectors", name), "utf8"));
const place = mkdtempSync(join(tmpdir(), "ecoplan-"));
const npm = (cwd, ...args) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

let eco;
let rust;

before(async () => {
  const tarball = npm(join(root, "wasm", "pkg"), "pack", "--silent", "--pack-destination", place).trim();
  writeFileSync(join(place, "package.json"), '{ "private": true }');
  npm(place, "install", "--silent", "--no-audit", "--no-fund", "--offline", join(place, tarball));
  const require = createRequire(join(place, "here.js"));
  eco = await import(pathToFileURL(join(place, "node_modules", "ecoplan", "node.js")));
  assert.equal(require.resolve("ecoplan"), join(place, "node_modules", "ecoplan", "node.cjs"));
  const command = ["run", "--quiet", "--locked", "-p", "ecoplan-tests", "--example", "vector_reports"];
  const lines = execFileSync("cargo", command, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }).trim().split("\n");
  rust = new Map(lines.map((line) => JSON.parse(line)).map((entry) => [entry.key, entry]));
});

/** What the package says, or the errors it throws, in the form in which Rust says it. */
function said(work) {
  try {
    return { report: work() };
  } catch (error) {
    assert.ok(error instanceof eco.EcoplanError, String(error));
    return { errors: error.errors.map(({ code, path, message, hint }) => ({ code, path, message, hint })) };
  }
}

function same(key, result) {
  const { report, errors } = rust.get(key);
  assert.deepEqual(result, report ? { report } : { errors }, key);
}

test("ESM, CommonJS and the default export", async () => {
  const script = (name, text) => {
    writeFileSync(join(place, name), text);
    return execFileSync("node", [name], { cwd: place, encoding: "utf8" }).trim();
  };
  const facts = "{ influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: 81.6 }";
  const print = `console.log(plan("lianzhou-145").evaluate("urban_wwtp", ${facts}).findings[1].margin)`;
  assert.equal(script("a.mjs", `import init, { plan } from "ecoplan"; await init(); ${print}`), "0");
  assert.equal(script("b.cjs", `const { plan } = require("ecoplan"); ${print}`), "0");
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

test("cases", () => {
  const file = vectors("cases.json");
  assert.ok(file.cases.length >= 39);
  for (const { name, subject, as_of: asOf, facts, expect } of file.cases) {
    const result = said(() => eco.plan(file.plan).evaluate(subject, facts, { asOf }));
    same(name, result);
    for (const [rule, { outcome }] of Object.entries(expect)) {
      assert.equal(result.report.findings.find((finding) => finding.rule === rule).outcome, outcome, `${name}: ${rule}`);
    }
  }
});

test("boundaries, as texts and as numbers", () => {
  const file = vectors("boundaries.json");
  for (const [id, subject, rule, fact, , ...sides] of file.rows) {
    for (const [value, expected] of sides) {
      const key = `${rule} ${fact} ${JSON.stringify(value)}`;
      for (const given of [value, Number(value)]) {
        const result = said(() => eco.plan(id).evaluate(subject, { ...file.others[rule], [fact]: given }));
        if (given === value) same(key, result);
        const found = result.report?.findings.find((finding) => finding.rule === rule).outcome ?? result.errors[0].code;
        assert.equal(found, expected, key);
      }
    }
  }
});

for (const name of ["table1.json", "table2-as-of-2020.json", "table2-as-of-2025.json"]) {
  test(name, () => {
    const table = vectors(name);
    const plan = eco.plan(table.plan);
    const card = plan.scorecard(plan.reported(), { asOf: table.as_of });
    same(name, { report: card });
    assert.deepEqual(card.counts, table.counts);
    const rows = card.rows.map((row) => [row.no, row.status, row.reason, row.margin, row.stale, row.missing]);
    assert.deepEqual(rows, table.rows);
  });
}

test("bad facts, but for what an object cannot say", () => {
  const excluded = new Set([
    "a key twice",
    "a key twice within a value",
    "too many digits",
    "empty text",
    "a leading zero",
    "not JSON",
    "text after the object",
    "NaN in JSON",
    "infinity in JSON",
  ]);
  const file = vectors("bad-facts.json");
  const differ = new Set();
  for (const { name, subject, json } of file.cases) {
    try {
      same(name, said(() => eco.plan(file.plan).evaluate(subject, JSON.parse(json))));
    } catch {
      differ.add(name);
    }
  }
  // An exclusion that is not needed any more has to go.
  assert.deepEqual(differ, excluded);
});

test("expressions", () => {
  for (const [text, context, expected] of vectors("feel.json").cases) {
    const result = said(() => new eco.Expression(text).evaluate(context));
    if (result.errors) assert.deepEqual({ error: result.errors[0].code }, expected, text);
    else assert.deepEqual(result.report, expected === "?" ? null : expected, text);
  }
});

test("hostile objects are refused where they stand, and nothing is lost in silence", () => {
  const plan = eco.plan("lianzhou-145");
  const code = (facts) => said(() => plan.evaluate("urban_wwtp", facts)).errors[0];
  const endless = [];
  endless.push(endless);
  const bod = "influent_bod5_mg_l";
  for (const [value, expected] of [
    [NaN, "not-finite"],
    [-Infinity, "not-finite"],
    [() => 1, "wrong-type"],
    [Symbol("x"), "wrong-type"],
    [new Map([["value", 1]]), "wrong-type"],
    [new Date(), "wrong-type"],
    [endless, "too-deep"],
    ["x".repeat(2 ** 21), "too-large"],
    [10n ** 400n, "too-many-digits"],
  ]) {
    assert.equal(code({ [bod]: value }).code, expected, typeof value);
  }
  assert.equal(code(new Map()).code, "wrong-type");
  assert.equal(code(5).code, "wrong-type");
  assert.equal(code(null).code, "wrong-type");
  assert.equal(code(JSON.parse('{"__proto__": 1}')).code, "unknown-fact");
  assert.equal(code({ constructor: 1 }).code, "unknown-fact");
  const trap = new Proxy({}, { ownKeys: () => { throw new RangeError("trapped"); } });
  assert.throws(() => plan.evaluate("urban_wwtp", trap), RangeError);
  const getter = { get [bod]() { return 81.6; }, influent_bod5_2020_mg_l: 61.6 };
  assert.equal(plan.evaluate("urban_wwtp", getter).findings[1].margin, "0");
  assert.equal(plan.evaluate("urban_wwtp", { [bod]: undefined }).findings[0].outcome, "undetermined");
  assert.throws(() => plan.evaluate(5, {}), eco.EcoplanError);
  assert.throws(() => eco.plan("lianzhou-155"), { code: "unknown-plan" });
  assert.throws(() => plan.at("2025-02-30"), { code: "invalid-date" });
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
  assert.equal(eco.Plan.fromModel(readFileSync(join(place, "node_modules/ecoplan/lianzhou-145.json"), "utf8")).hash, plan.hash);
});
