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
