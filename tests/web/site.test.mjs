// The demo site: every page in both languages, in light and dark, wide and narrow, without a barrier that axe-core knows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, open, root, serve } from "./common.mjs";

const axe = createRequire(join(root, "wasm", "package.json")).resolve("axe-core/axe.min.js");
const shots = join(root, "target", "screenshots");
const table = (name) => JSON.parse(readFileSync(join(root, "spec", "vectors", name), "utf8"));

let server;
let browser;
before(async () => {
  server = await serve(join(root, "wasm", "site"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

async function visit(t, path) {
  const { page, problems } = await open(browser, server.url + path);
  t.after(async () => {
    assert.deepEqual(problems, []);
    await page.close();
  });
  return page;
}

const built = (page) => page.locator("ecoplan-form [data-rule]").first().waitFor({ state: "attached" });

/** What a person does on a page, so that more than its first sight is looked at. */
const PAGES = {
  "index.html": built,
  "sewage-plant.html": async (page) => {
    await built(page);
    const form = page.locator("ecoplan-form");
    await form.locator(".with-unit input").nth(0).fill("x");
    await form.locator(".with-unit input").nth(1).fill("61.6");
    await form.locator("article summary").first().click();
  },
  "two-high.html": async (page) => {
    await built(page);
    await page.locator("ecoplan-form input[type=radio]").first().check();
  },
  "subject.html": built,
  "own-plan.html": async (page) => {
    await page.click("#check");
    await built(page);
    await page.click("#analyse");
  },
};

for (const [path, act] of Object.entries(PAGES)) {
  test(`no barriers: ${path}`, async (t) => {
    for (const [lang, colorScheme, width] of [
      ["zh", "light", 1280],
      ["en", "dark", 1280],
      ["en", "light", 390],
      ["zh", "dark", 390],
    ]) {
      const page = await visit(t, `${path}?lang=${lang}`);
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await act(page);
      const name = `${path.replace(".html", "")}-${lang}-${colorScheme}-${width}.png`;
      await page.screenshot({ path: join(shots, name), fullPage: path !== "index.html" });
      // The page's policy lets in no script of ours: this is how a browser's tools get in.
      const session = await page.context().newCDPSession(page);
      await session.send("Runtime.evaluate", { expression: readFileSync(axe, "utf8") });
      const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations", "passes"] }));
      const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
      assert.deepEqual(said, [], name);
      assert.ok(passes.some(({ nodes }) => nodes.some(({ target }) => target.length > 0 && /ecoplan-form|#values/.test(String(target)))), "the form was looked into");
    }
  });
}

test("the scorecard of both plans, and of other values", async (t) => {
  const page = await visit(t, "index.html?lang=en");
  await built(page);
  const statuses = () => page.locator("#scorecard tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.status));
  assert.deepEqual(await statuses(), table("table2-as-of-2025.json").rows.map(([, status]) => status));
  await page.fill("#as-of", "2020-12-31");
  assert.deepEqual(await statuses(), table("table2-as-of-2020.json").rows.map(([, status]) => status));
  await page.fill("#as-of", "");
  // Good days of 97.82 % are 4.82 above the target, 5.2 % of it: to the right, a little over half of what 10 % take.
  const bar = page.locator("#scorecard tbody tr").nth(0).locator("rect");
  const [x, width] = await bar.evaluate((rect) => [Number(rect.getAttribute("x")), Number(rect.getAttribute("width"))]);
  assert.ok(x === 0 && Math.abs(width - 51.8) < 0.1, `${x} ${width}`);
  const form = page.locator("ecoplan-form");
  const days = form.locator(".field").filter({ hasText: "Share of days with good air" }).locator(".with-unit input");
  await days.fill("92.9");
  assert.equal((await statuses())[0], "breached");
  assert.match(await page.locator("#scorecard tbody tr").nth(0).innerText(), /92\.9%[\s\S]*-0\.1/);
  assert.equal(await bar.evaluate((rect) => Number(rect.getAttribute("x")) < 0), true);
  await days.fill("abc");
  assert.equal((await statuses())[0], "undetermined");

  await page.selectOption("#plan", "lianzhou-135");
  await page.waitForFunction(() => document.querySelectorAll("#scorecard tbody tr").length === 27);
  assert.deepEqual(await statuses(), table("table1.json").rows.map(([, status]) => status));
  assert.match(await page.locator(".summary").innerText(), /27 indicators \(11 binding, 16 expected\): 5 not assessed, 22 assessed; 18 satisfied/);
});

test("any subject of any plan", async (t) => {
  const page = await visit(t, "subject.html?lang=zh");
  await built(page);
  const plans = await page.locator("#plan option").evaluateAll((options) => options.map(({ value }) => value));
  assert.deepEqual(plans, ["lianzhou-135", "lianzhou-145"]);
  let seen = 0;
  for (const plan of plans) {
    await page.selectOption("#plan", plan);
    const subjects = await page.locator("#subject option").evaluateAll((options) => options.map(({ value }) => value));
    for (const subject of subjects) {
      await page.selectOption("#subject", subject);
      await page.waitForFunction(([plan, subject]) => {
        const { report } = document.querySelector("ecoplan-form");
        return report?.plan.id === plan && report.subject === subject;
      }, [plan, subject]);
      // Every fact of the subject has its question.
      const [asked, facts] = await page.evaluate(() => {
        const form = document.querySelector("ecoplan-form");
        return [form.shadowRoot.querySelectorAll(".field").length, form.plan.facts(form.subject).length];
      });
      assert.equal(asked, facts, `${plan} ${subject}`);
      seen += 1;
    }
  }
  assert.ok(seen >= 5);
});

test("the language of the page and of the form go together, and what was entered stays", async (t) => {
  const page = await visit(t, "sewage-plant.html?lang=zh");
  await built(page);
  const entry = page.locator("ecoplan-form .with-unit input").first();
  await entry.fill("８１．６");
  await page.getByRole("banner").getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { level: 1, name: "Urban sewage plant" }).waitFor();
  await page.locator("ecoplan-form").getByText("Mean influent BOD5", { exact: true }).first().waitFor();
  assert.equal(await entry.inputValue(), "８１．６");
  await page.locator("ecoplan-form").getByRole("button", { name: "中文" }).click();
  await page.getByRole("heading", { level: 1, name: "城市污水处理厂" }).waitFor();
  assert.equal(await entry.inputValue(), "８１．６");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
});

test("a plan file that somebody pastes: right, wrong and hostile", async (t) => {
  const page = await visit(t, "own-plan.html?lang=en");
  await page.locator("#check").click();
  await built(page);
  assert.match(await page.locator("#verdict").innerText(), /The plan “Example plan” is ready: 2 facts, 1 rules, hash [0-9a-f]{64}/);
  const form = page.locator("ecoplan-form");
  await form.getByRole("radio", { name: "Yes", exact: true }).check();
  await form.locator(".with-unit input").fill("0.51");
  assert.equal(await form.locator("[data-rule]").getAttribute("data-outcome"), "breached");

  const text = await page.inputValue("#text");
  // A second rule that cannot be met beside the first.
  const second = text.slice(text.indexOf("[[rule]]")).replace("ammonia-at-sources", "ammonia-kept").replace("ammonia_mg_l <= 0.5", "ammonia_mg_l >= 1").replace(/bounds = .*\n/, "");
  await page.fill("#text", text + second);
  await page.click("#check");
  await page.click("#analyse");
  const said = await page.locator("#analysis").innerText();
  assert.match(said, /Opposite demands \(1\)[\s\S]*`ammonia-at-sources`, `ammonia-kept`: [\s\S]*satisfied; `ammonia-kept`: breached/);
  await page.fill("#text", "[plan");
  await page.click("#check");
  await page.locator(".problem").first().waitFor();
  assert.equal(await page.locator("#analysis").innerText(), "");
  assert.equal(await page.locator("#analyse").isVisible(), false);
  // Everything wrong at once, each with its line.
  await page.fill("#text", text.replace("ammonia_mg_l <= 0.5", "amonia_mg_l <= 0.5").replace('measure = "ammonia_mg_l"', "meassure = 1"));
  await page.click("#check");
  const problems = await page.locator(".problem").allInnerTexts();
  assert.match(problems.join("\n"), /plan\.toml:\d+:\d+: rule\.ammonia-at-sources[\s\S]*ammonia_mg_l/);
  assert.ok(problems.length >= 2);
  assert.equal(await form.isVisible(), false);

  const markup = '<script>window.pwned = 1</script><img src=x onerror=\\"window.pwned = 1\\">';
  await page.fill("#text", text.replaceAll(/(zh|en) = "[^"]*"/g, `$1 = "${markup}"`));
  await page.click("#check");
  await form.locator("[data-rule]").waitFor();
  await page.click("#analyse");
  assert.match(await page.locator("#analysis").innerText(), /Reach/);
  await form.locator("article summary").first().click();
  assert.match(await form.locator(".root").innerText(), /<script>window\.pwned = 1<\/script>/);
  await page.fill("#text", `<script>window.pwned = 1</script>`);
  await page.click("#check");
  await page.locator(".problem").first().waitFor();
  await page.fill("#text", "x = [".repeat(100000));
  await page.click("#check");
  await page.locator(".problem").first().waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.evaluate(() => document.querySelectorAll("main script, main img").length), 0);
  assert.equal(await form.evaluate((element) => element.shadowRoot.querySelectorAll("script, img").length), 0);
  // And it goes on.
  await page.fill("#text", text);
  await page.click("#check");
  await form.locator("[data-rule]").waitFor();
});
