// The types: what is right compiles, and each wrong line is an error of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { consumer, root } from "./common.mjs";

const { place } = consumer();

function compile(name, text, ...more) {
  writeFileSync(join(place, name), text);
  const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", ...more];
  const tsc = join(root, "wasm", "node_modules", ".bin", "tsc");
  return spawnSync(tsc, [...options, name], { cwd: place, encoding: "utf8" });
}

const RIGHT = `
import init, { EcoplanError, Expression, Plan, plan, type Finding, type Outcome, type Report } from "ecoplan";
import { analyse, read, type Claim } from "ecoplan/authoring";
import { EcoplanForm } from "ecoplan/form";
await init();
const lianzhou = plan("lianzhou-145");
const report = lianzhou.evaluate("urban_wwtp", { influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: { value: "81.6", year: 2025 } });
const outcome: Outcome = report.findings[0]!.outcome;
const margin: string | null = report.findings[0]!.margin;
for (const finding of lianzhou.evaluate("project", { stage: "proposed", justified: ["necessity"] }).findings) {
  if (finding.decision === "slow_or_limited_approval" && finding.rule === "two-high-definition") console.log(outcome, margin);
}
const show = (one: Report): Finding[] => one.findings;
show(report);
const card = lianzhou.scorecard({ good_days_pct: { not_assessed: "no_data" }, pm25_annual_ug_m3: 22 }, { asOf: "2024-12-31" });
console.log(card.rows[0]!.printed_target.zh, lianzhou.scorecard(lianzhou.reported()).counts.satisfied);
const outcomes = lianzhou.outcomes("urban_wwtp", { has_plan: true }, { asOf: "2024-12-31" });
const urban: Outcome = outcomes["wwtp-urban-bod-plus-20-2025"];
console.log(urban, Object.values(outcomes).includes("breached"));
const gaps: Claim[] = analyse({ "plan.toml": "" }).claims.filter(({ kind }) => kind === "uncovered");
console.log(gaps[0]?.examples[0]?.text.zh);
const own: Plan = Plan.fromModel("{}");
own.evaluate("works", { opened: "2024-01-01" }).findings[0]!.rule;
lianzhou.withTarget("target-pm25-2025", 22).at("2024-12-31").subjects()[0]!.id;
new Expression("a").evaluate({ a: 1 });
const said = lianzhou.explanation("urban_wwtp", {}, { lang: "zh" });
console.log(said.findings[0]!.lines.filter((line) => line.key === "margin"), lianzhou.scorecardExplanation({}).rows[0]!.remark);
const form = document.createElement("ecoplan-form");
form.plan = lianzhou;
form.plan = "lianzhou-145";
form.facts = { influent_bod5_mg_l: 81.6 };
form.addEventListener("ecoplan-report", ({ detail }) => console.log(detail.report?.headline.outcome, detail.problems[0]?.code));
const Form: typeof EcoplanForm = EcoplanForm;
console.log(Form.formAssociated, form.validity.valid, Plan.fromModel(read({ "plan.toml": "" })).id);
const problem = (error: unknown): string => (error instanceof EcoplanError ? error.code + error.path + (error.hint ?? "") : "");
console.log(problem(null));
`;

const WRONG = [
  'lianzhou.evaluate("urban_wwpt", {});',
  'lianzhou.evaluate("urban_wwtp", { influent_bod: 81.6 });',
  'lianzhou.evaluate("urban_wwtp", { influent_bod5_mg_l: [81.6] });',
  'lianzhou.evaluate("project", { stage: "propsed" });',
  'lianzhou.evaluate("project", { justified: ["need"] });',
  'lianzhou.evaluate("project", { is_two_high: "yes" });',
  'lianzhou.evaluate("urban_wwtp", {}).findings[0]!.rule === "wwtp-township-bod-100";',
  'lianzhou.evaluate("project", {}).findings[0]!.decision === "two_high";',
  'lianzhou.evaluate("urban_wwtp", {}).findings[0]!.outcom;',
  'lianzhou.evaluate("urban_wwtp", {}, { asOf: 2025 });',
  'lianzhou.outcomes("urban_wwtp", {})["wwtp-township-bod-100"];',
  'lianzhou.outcomes("urban_wwtp", {})["wwtp-urban-bod-plus-20-2025"] === "met";',
  'lianzhou.outcomes("urban_wwtp", { has_plan: 1 });',
  'lianzhou.scorecard({ good_days: 97 });',
  'lianzhou.withTarget("target-pm25", 22);',
  'lianzhou.explain("urban_wwtp", {}, { lang: "fr" });',
  'lianzhou.explanation("urban_wwtp", {}).findings[0]!.rule === "two-high-definition";',
  'lianzhou.explanation("urban_wwtp", {}).findings[0]!.lines[0]!.key === "marginal";',
  'read(5);',
  'document.createElement("ecoplan-form").report = null;',
  'document.createElement("ecoplan-form").addEventListener("ecoplan-report", ({ detail }) => detail.outcome);',
];

// As bundlers resolve, and as Node does; `preserve` leaves `require` and `import` as they are.
const RESOLUTIONS = { bundler: "preserve", nodenext: "nodenext" };
const COMMONJS = 'import eco = require("ecoplan");\neco.plan("lianzhou-145").evaluate("urban_wwtp", { influent_bod5_mg_l: 1 });\n';

for (const [resolution, module] of Object.entries(RESOLUTIONS)) {
  for (const [name, text] of [["right.mts", RIGHT], ["right.cts", COMMONJS]]) {
    test(`right code compiles (${resolution}, ${name})`, () => {
      const result = compile(name, text, "--module", module, "--moduleResolution", resolution);
      assert.equal(result.status, 0, result.stdout);
    });
  }
}

test("wrong code does not", () => {
  const head = 'import { plan } from "ecoplan"; import { read } from "ecoplan/authoring"; import "ecoplan/form";\nconst lianzhou = plan("lianzhou-145");\n';
  const result = compile("wrong.mts", head + WRONG.join("\n"), "--module", "nodenext", "--moduleResolution", "nodenext");
  const lines = new Set([...result.stdout.matchAll(/wrong\.mts\((\d+),/g)].map((match) => Number(match[1])));
  const passed = WRONG.filter((_, i) => !lines.has(i + 3));
  assert.deepEqual(passed, [], result.stdout);
});

test("real reports, explanations and scorecards are of their types", async () => {
  const eco = await import(pathToFileURL(join(place, "node_modules", "ecoplan", "node.js")));
  const { plan: id, cases } = JSON.parse(readFileSync(join(root, "spec", "vectors", "cases.json"), "utf8"));
  const lines = ['import type { Coverage, Explanation, FactInfo, Report, RuleInfo, Scorecard, ScorecardExplanation } from "ecoplan";'];
  const state = (type, value) => lines.push(`export const _${lines.length}: ${type} = ${JSON.stringify(value)};`);
  const plan = eco.plan(id);
  for (const { subject, facts, as_of: asOf } of cases) {
    state("Report", plan.evaluate(subject, facts, { asOf }));
    state("Explanation", plan.explanation(subject, facts, { asOf, lang: "zh" }));
  }
  for (const each of eco.plans().map(eco.plan)) {
    state("Scorecard", each.scorecard(each.reported()));
    state("ScorecardExplanation", each.scorecardExplanation(each.reported()));
    state("RuleInfo[]", each.rules());
    state("Coverage", each.coverage());
    for (const { id } of each.subjects()) state("FactInfo[]", each.facts(id));
  }
  const result = compile("reports.mts", lines.join("\n"), "--module", "nodenext", "--moduleResolution", "nodenext");
  assert.equal(result.status, 0, result.stdout.slice(0, 2000));
  assert.ok(lines.length > 80);
});
