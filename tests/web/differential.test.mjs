// What the slow evaluator of the Rust tests expects, of random plans and facts, through the package in Node. Those tests
// write it into the build folder: `tests/run rust`, or `cargo test -p ecoplan-tests --test rust differential`.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { consumer, root } from "./common.mjs";

const { place } = consumer();

let eco;
let authoring;
before(async () => {
  const load = (name) => import(pathToFileURL(join(place, "node_modules", "ecoplan", name)));
  eco = await load("node.js");
  authoring = await load("authoring-node.js");
});

/** The lines of one file; it is an error that there are none. */
function expected(name) {
  const path = join(root, "target", "tmp", "differential", `${name}.jsonl`);
  assert.ok(existsSync(path), `${path} is missing: run the Rust tests first`);
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  assert.ok(lines.length > 0, `${path} is empty: run the Rust tests first`);
  return lines;
}

/** The bundled plans, each opened once. */
const bundled = new Map();

function planOf({ plan, toml, as_of }) {
  if (toml) return eco.Plan.fromModel(authoring.read({ "plan.toml": toml })).at(as_of);
  if (!bundled.has(plan)) bundled.set(plan, eco.plan(plan));
  return bundled.get(plan).at(as_of);
}

/** What a finding and another reading of it both say. */
function settled({ outcome, decision, margin, missing, possible }) {
  const words = possible.map(({ outcome, decision }) => (decision ? `${outcome} ${decision}` : outcome));
  return { outcome, decision, margin, missing, possible: words.sort() };
}

/** What a finding says, in the form in which the slow evaluator says it. */
function said(finding) {
  const noted = (code) => finding.notes.some((note) => note.code === code);
  return {
    rule: finding.rule,
    ...settled(finding),
    reason: finding.reason,
    stale: noted("stale"),
    undated: noted("undated"),
    readings: Object.fromEntries(finding.readings.map((reading) => [reading.reading, settled(reading)])),
  };
}

for (const name of ["vectors", "random"]) {
  test(`cases: ${name}`, (t) => {
    let [cases, judged] = [0, 0];
    for (const entry of expected(name)) {
      const plan = planOf(entry);
      for (const { facts, says } of entry.cases) {
        const report = plan.evaluate(entry.subject, facts);
        const found = new Map(report.findings.map((finding) => [finding.rule, finding]));
        const outcomes = plan.outcomes(entry.subject, facts);
        for (const slow of says) {
          const about = { toml: entry.toml, facts };
          assert.deepEqual({ ...said(found.get(slow.rule)), about }, { ...slow, about });
          assert.equal(outcomes[slow.rule], slow.outcome);
        }
        judged += says.length;
      }
      cases += entry.cases.length;
    }
    t.diagnostic(`${cases} cases, ${judged} findings`);
    assert.ok(cases >= 1_500);
  });
}

test("scorecards", (t) => {
  let rows = 0;
  for (const entry of expected("scorecards")) {
    const card = planOf(entry).scorecard(entry.values);
    assert.deepEqual(card.counts, entry.says.counts, JSON.stringify(entry.values));
    assert.equal(card.rows.length, entry.says.rows.length);
    entry.says.rows.forEach((slow, i) => {
      const found = Object.fromEntries(Object.keys(slow).map((key) => [key, card.rows[i][key]]));
      assert.deepEqual(found, slow, `${entry.plan} ${entry.as_of} ${JSON.stringify(entry.values)}`);
    });
    rows += card.rows.length;
  }
  t.diagnostic(`${rows} rows`);
  assert.ok(rows >= 1_000);
});

/** Numbers and days come as texts. */
function untagged(value) {
  if (Array.isArray(value)) return value.map(untagged);
  return value !== null && typeof value === "object" ? Object.values(value)[0] : value;
}

test("plain expressions", (t) => {
  const lines = expected("expressions");
  for (const { expression, context, value } of lines) {
    const found = new eco.Expression(expression).evaluate(context);
    assert.deepEqual(found, untagged(value), `${expression}\n${JSON.stringify(context)}`);
  }
  t.diagnostic(`${lines.length} expressions`);
  assert.ok(lines.length >= 5_000);
});
