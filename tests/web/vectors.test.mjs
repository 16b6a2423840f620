// The shared vectors and the hostile objects, in Node and in Chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import * as checks from "./checks.mjs";
import { consumer, launch, open, root, serve } from "./common.mjs";

const folder = join(root, "spec", "vectors");
const texts = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
const command = ["run", "--quiet", "--locked", "-p", "ecoplan-tests", "--example", "vector_reports"];
const rust = execFileSync("cargo", command, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });

const { place } = consumer();
// No bundler: a server of files and a map of names.
writeFileSync(
  join(place, "index.html"),
  `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "ecoplan": "/node_modules/ecoplan/index.js" } }</script>
<script type="module">
  import init, * as eco from "ecoplan";
  import * as checks from "./checks.mjs";
  Object.assign(window, { init, eco, checks });
</script>
`,
);
copyFileSync(join(root, "tests", "web", "checks.mjs"), join(place, "checks.mjs"));

let eco;
let server;
let browser;
before(async () => {
  eco = await import(pathToFileURL(join(place, "node_modules", "ecoplan", "node.js")));
  server = await serve(place);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

async function inChromium(work, argument) {
  const { page, problems } = await open(browser, server.url);
  await page.evaluate(() => init());
  const result = await page.evaluate(work, argument);
  assert.deepEqual(problems, []);
  await page.close();
  return result;
}

function pass(t, results) {
  assert.deepEqual(results.filter(({ problem }) => problem), []);
  t.diagnostic(`${results.length} checks`);
}

test("vectors, in Node", (t) => pass(t, checks.vectors(eco, texts, rust)));
test("vectors, in Chromium", async (t) => {
  const results = await inChromium(([texts, rust]) => checks.vectors(eco, texts, rust), [texts, rust]);
  pass(t, results);
  assert.equal(results.length, checks.vectors(eco, texts, rust).length);
});

test("a page loads what judges its subjects, and judges as the whole plan does", async () => {
  const { page, problems } = await open(browser, server.url);
  const fetched = [];
  page.on("request", (request) => fetched.push(request.url().split("/").at(-1)));
  const found = await page.evaluate(async () => {
    const cases = [
      ["urban_wwtp", { influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: 81.5 }],
      ["township_wwtp", { influent_bod5_mg_l: 99.9 }],
    ];
    const reports = (plan) => cases.map(([subject, facts]) => plan.evaluate(subject, facts));
    const code = (work) => {
      try {
        return work();
      } catch (error) {
        return error.code;
      }
    };
    await init({ plans: ["lianzhou-145"], subjects: ["urban_wwtp", "township_wwtp"] });
    const part = eco.plan("lianzhou-145");
    const refused = [() => part.evaluate("project", {}), () => part.facts("project"), () => part.facts("projects")].map(code);
    const facts = part.facts("urban_wwtp").length;
    const before = reports(part);
    await init();
    const whole = eco.plan("lianzhou-145");
    return { before, after: reports(whole), refused, facts: [facts, whole.facts("urban_wwtp").length], hashes: [part.hash, whole.hash] };
  });
  assert.deepEqual(found.refused, ["not-loaded", "not-loaded", "unknown-subject"]);
  assert.deepEqual(found.before, found.after);
  assert.equal(found.facts[0], found.facts[1]);
  assert.equal(found.hashes[0], found.hashes[1]);
  const parts = fetched.filter((name) => name.endsWith(".json"));
  assert.deepEqual(parts.sort(), ["lianzhou-135.json", "lianzhou-145.json", "lianzhou-145.township_wwtp.json", "lianzhou-145.urban_wwtp.json"]);
  assert.deepEqual(problems, []);
  await page.close();
});

test("hostile objects, in Node", (t) => pass(t, checks.hostile(eco)));
test("hostile objects, in Chromium", async (t) => {
  const results = await inChromium(() => checks.hostile(eco));
  pass(t, results);
  assert.equal(results.length, checks.hostile(eco).length);
});

test("the checks see one changed margin, and one report too many", () => {
  const lines = rust.trim().split("\n").map((line) => JSON.parse(line));
  lines.find(({ key }) => key === "table1.json").report.rows.at(-1).margin = "0.001";
  lines.push({ key: "another", report: {} });
  const results = checks.vectors(eco, texts, lines.map((line) => JSON.stringify(line)).join("\n"));
  const wrong = results.filter(({ problem }) => problem).map(({ name }) => name);
  assert.deepEqual(wrong, ["table1.json", "every report of Rust's is compared"]);
});
