// The plan of an invented county, which nobody built in: read, judged and asked about in Node, in Chromium and in the form.
import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { consumer, launch, open, root, serve } from "./common.mjs";
import { county } from "./county.mjs";
import { visitForm } from "./forms.mjs";

const folder = join(root, "tests", "county");
const text = (name) => readFileSync(join(folder, name), "utf8");
const files = Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith(".toml")).map((name) => [name, text(name)]));
const { cases } = JSON.parse(text("cases.json"));
const tests = { cases, bad: JSON.parse(text("bad-facts.json")).cases, scorecards: JSON.parse(text("scorecards.json")).tables };
const all = tests.cases.length + tests.bad.length + tests.scorecards.length;

const { place } = consumer();
writeFileSync(
  join(place, "index.html"),
  `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "ecoplan": "/node_modules/ecoplan/index.js", "ecoplan/authoring": "/node_modules/ecoplan/authoring.js" } }</script>
<script type="module">
  import init, * as eco from "ecoplan";
  import start, { read } from "ecoplan/authoring";
  import { county } from "./county.mjs";
  await Promise.all([init({ plans: [] }), start()]);
  window.judge = (files, tests) => county(eco, read, files, tests);
</script>
`,
);
copyFileSync(join(root, "tests", "web", "county.mjs"), join(place, "county.mjs"));

const servers = {};
let browser;
before(async () => {
  servers.packed = await serve(place);
  servers.site = await serve(join(root, "wasm", "site"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  Object.values(servers).forEach((server) => server.close());
});

function pass(results) {
  assert.deepEqual(results.filter(({ problem }) => problem), []);
  assert.equal(results.length, all);
}

const inNode = async (path) => import(pathToFileURL(join(place, "node_modules", "ecoplan", path)));

test("cases, refusals and indicators, in Node", async () => {
  const [eco, { read }] = [await inNode("node.js"), await inNode("authoring-node.js")];
  pass(county(eco, read, files, tests));
  // The checks see what is not as expected.
  const wrong = structuredClone(tests);
  wrong.cases[0].expect["river-flow"].outcome = "breached";
  wrong.bad[0].errors[0].code = "out-of-range";
  wrong.scorecards[0].rows[0][3] = "0.7";
  const named = county(eco, read, files, wrong).filter(({ problem }) => problem);
  assert.deepEqual(named.map(({ name }) => name), [wrong.cases[0].name, wrong.bad[0].name, wrong.scorecards[0].name]);
});

test("cases, refusals and indicators, in Chromium", async () => {
  const { page, problems } = await open(browser, servers.packed.url);
  await page.waitForFunction(() => window.judge);
  pass(await page.evaluate(([files, tests]) => window.judge(files, tests), [files, tests]));
  assert.deepEqual(problems, []);
  await page.close();
});

/** The page for a plan of one's own, with the county's plan opened as one file. */
async function own(t) {
  const found = await visitForm(t, browser, `${servers.site.url}own-plan.html?lang=zh`, { subject: null });
  await found.page.locator("#check:enabled").waitFor();
  const buffer = Buffer.from([files["plan.toml"], ...Object.values({ ...files, "plan.toml": "" })].join("\n"));
  await found.page.setInputFiles("#file", { name: "yunxi.toml", mimeType: "text/plain", buffer });
  await found.page.locator("#verdict").getByText("云溪县").waitFor();
  const about = async (subject) => {
    await found.page.selectOption("#subject", subject);
    await found.page.waitForFunction((subject) => document.querySelector("ecoplan-form").report?.subject === subject, subject);
  };
  const outcome = (rule) => found.finding(rule).getAttribute("data-outcome");
  return { ...found, about, outcome };
}

test("every case in the form of the page for one's own plan", async (t) => {
  const { page, form, about } = await own(t);
  const subjects = await page.locator("#subject option").evaluateAll((options) => options.map(({ value }) => value));
  assert.deepEqual(new Set(cases.map(({ subject }) => subject)), new Set(subjects));
  for (const subject of subjects) {
    await about(subject);
    for (const { name, facts, as_of: asOf, expect } of cases.filter((one) => one.subject === subject)) {
      const rules = Object.keys(expect);
      const shown = await form.evaluate(
        (element, [facts, asOf, rules]) => {
          element.asOf = asOf;
          element.facts = facts;
          const outcome = (rule) => element.report.findings.find((finding) => finding.rule === rule).outcome;
          const articles = [...element.shadowRoot.querySelectorAll("[data-rule]")];
          const other = articles.filter(({ dataset }) => dataset.outcome !== outcome(dataset.rule));
          return [element.problems.map(({ code, path }) => `${code} ${path}`), rules.map(outcome), other.length, articles.length > 0];
        },
        [facts, asOf ?? null, rules],
      );
      assert.deepEqual(shown, [[], rules.map((rule) => expect[rule].outcome), 0, true], name);
    }
  }
});

test("typed in by hand: a choice, a number below zero, a day, and a gate", async (t) => {
  const { page, form, entry, answer, finding, error, about, outcome } = await own(t);
  await about("river_section");
  await answer("所在河段", "下游");
  await entry("生态流量").fill("0.49");
  assert.equal(await outcome("river-flow"), "breached");
  await entry("生态流量").fill("0.5");
  assert.equal(await outcome("river-flow"), "satisfied");
  // 2400 litres a second are 2.4 m³/s.
  await answer("所在河段", "上游");
  await entry("生态流量").fill("2399升/秒");
  assert.equal(await outcome("river-flow"), "breached");
  await entry("生态流量").fill("2400升/秒");
  assert.equal(await outcome("river-flow"), "satisfied");

  await about("quarry");
  assert.equal(await entry("最低开采标高").getAttribute("inputmode"), "text"); // a keyboard with a minus
  await entry("最低开采标高").fill("－15.1");
  assert.equal(await outcome("quarry-depth"), "breached");
  await entry("最低开采标高").fill("-15");
  assert.equal(await outcome("quarry-depth"), "satisfied");
  await entry("受损面积").fill("31亩");
  assert.match(await error("受损面积"), /公顷|ha/);

  await about("application");
  await entry("距河岸距离").fill("49");
  assert.equal(await outcome("application-gate"), "triggered");
  assert.match(await finding("application-gate").innerText(), /不予批准/);
  await form.getByRole("button", { name: "English" }).click();
  assert.match(await finding("application-gate").innerText(), /refuse[\s\S]*chapter 4, section 2, item 1/);
  assert.equal(await page.locator("#subject option:checked").innerText(), "application for a project that uses water");
});
