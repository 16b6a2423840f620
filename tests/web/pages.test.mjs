// The package in pages, as what loads it lays its files out: Vite and webpack as they are without any settings, and Vite's
// development server before version 8.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { consumer, dependency, launch, open, root, serve } from "./common.mjs";

// All three entry points: the evaluator, the form, and the reader of plan files.
const MAIN = `import init, { Plan, plan } from "ecoplan";
import start, { read } from "ecoplan/authoring";
import "ecoplan/form";

const PLAN_FILE = \`[plan]
id = "own"
title = { zh = "t", en = "t" }
period = { start = 2021-01-01, end = 2025-12-31 }
[[subject]]
id = "s"
label = { zh = "s", en = "s" }\`;

function margin(report) {
  const { margin, outcome } = report.findings.find(({ rule }) => rule === "wwtp-urban-bod-plus-20-2025");
  return { margin, outcome };
}

const facts = { influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: 81.6 };
Promise.all([init(), start()]).then(() => {
  const result = { api: margin(plan("lianzhou-145").evaluate("urban_wwtp", facts)), own: Plan.fromModel(read(PLAN_FILE)).id };
  const form = document.createElement("ecoplan-form");
  Object.assign(form, { plan: "lianzhou-145", subject: "urban_wwtp", facts });
  form.addEventListener("ecoplan-report", ({ detail }) => (window.result = { ...result, form: margin(detail.report) }));
  document.body.append(form);
});
`;

const page = (script) => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
${script}
`;

const { place } = consumer();
const write = (name, text) => writeFileSync(join(place, name), text);
write("main.js", MAIN);
write("index.html", page('<script type="module" src="/main.js"></script>'));

let browser;
let vite;
let webpack;
before(async () => {
  [browser, vite, webpack] = await Promise.all([launch(), dependency("vite"), dependency("webpack")]);
});
after(() => browser?.close());

/** The page does its work, and nothing goes wrong in it. */
async function works(url) {
  const { page, problems } = await open(browser, url);
  const result = page.waitForFunction(() => window.result).then((handle) => handle.jsonValue());
  const wrong = page.waitForEvent("pageerror").then((error) => Promise.reject(error));
  const met = { margin: "0", outcome: "satisfied" };
  assert.deepEqual(await Promise.race([result, wrong]), { api: met, form: met, own: "own" });
  assert.deepEqual(problems, []);
  await page.close();
}

/** What was built works wherever it is served from, with evaluator and reader still files of their own. */
async function builtWorks(folder) {
  assert.equal(readdirSync(join(place, folder), { recursive: true }).filter((name) => name.endsWith(".wasm")).length, 2);
  const server = await serve(join(place, folder));
  await works(server.url).finally(server.close);
}

test("Vite, built", async () => {
  await vite.build({ root: place, logLevel: "warn" });
  await builtWorks("dist");
});

test("Vite's development server", async () => {
  const server = await vite.createServer({ root: place, logLevel: "warn", server: { host: "127.0.0.1", port: 0 } });
  await server.listen();
  await works(server.resolvedUrls.local[0]).finally(() => server.close());
});

for (const mode of ["production", "development"]) {
  test(`webpack, ${mode}`, async () => {
    const compiler = webpack({ entry: join(place, "main.js"), output: { path: join(place, mode) }, mode });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, stats) => compiler.close(() => (error ? reject(error) : resolve(stats))));
    });
    assert.deepEqual(stats.toJson().errors, []);
    write(join(mode, "index.html"), page('<script src="main.js"></script>'));
    await builtWorks(mode);
  });
}

const named = (folder, tail = "") => {
  const imports = { ecoplan: `${folder}/index.js${tail}`, "ecoplan/authoring": `${folder}/authoring.js${tail}`, "ecoplan/form": `${folder}/form.js${tail}` };
  return `<script type="importmap">${JSON.stringify({ imports })}</script>`;
};

// It bundles dependencies with esbuild into a folder of its own, and leaves their other files where they are.
test("Vite's development server before version 8", async () => {
  const { build } = await dependency("esbuild");
  const entryPoints = ["index", "authoring", "form"].map((name) => join(place, "node_modules", "ecoplan", `${name}.js`));
  const outdir = join(place, "node_modules", ".vite", "deps");
  await build({ entryPoints, bundle: true, splitting: true, format: "esm", outdir });
  write("old.html", page(`${named("/node_modules/.vite/deps", "?v=1")}<script type="module" src="/main.js"></script>`));
  const server = await serve(place);
  await works(`${server.url}old.html`).finally(server.close);
});

test("a server that answers with its start page instead, and then does not", async () => {
  write("plain.html", page(named("/node_modules/ecoplan")));
  const server = await serve(place);
  const { page: opened } = await open(browser, `${server.url}plain.html`);
  const start = () => opened.evaluate(async () => (await import("ecoplan")).default());
  await opened.route("**/ecoplan.wasm", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await assert.rejects(start(), /ecoplan\.wasm is a web page/);
  await opened.unroute("**/ecoplan.wasm");
  await start();
  await opened.close();
  server.close();
});

test("the server keeps to its folder", async () => {
  const server = await serve(join(place, "dist"));
  assert.equal((await fetch(`${server.url}index.html`)).status, 200);
  assert.equal((await fetch(`${server.url}..%2fpackage.json`)).status, 404);
  server.close();
});

test("the form as the READMEs embed it, under the policy they name", async () => {
  const block = (file, language) => new RegExp("```" + language + "\\n(.*?)```", "s").exec(readFileSync(join(root, file), "utf8"))[1].trim();
  const policy = block("wasm/README.md", "text");
  const server = await serve(place);
  for (const file of ["README.md", "README.zh-CN.md", "wasm/README.md"]) {
    write("embedded.html", page(`<meta http-equiv="Content-Security-Policy" content="${policy}; img-src data:">${block(file, "html")}`));
    const { page: opened, problems } = await open(browser, `${server.url}embedded.html`);
    await opened.locator("ecoplan-form [data-rule]").first().waitFor();
    assert.deepEqual(problems, [], file);
    await opened.close();
  }
  server.close();
});
