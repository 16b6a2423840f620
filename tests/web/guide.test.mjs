// The page of the guide for authors of plans, beside the plan that the guide writes, in Chromium.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { folder, launch, open, root, serve } from "./common.mjs";
import { visitForm } from "./forms.mjs";

const guide = readFileSync(join(root, "spec", "AUTHORING.md"), "utf8");
const blocks = (kind) => [...guide.matchAll(new RegExp(`^\`\`\`${kind}.*\n([^]*?)^\`\`\`$`, "gm"))].map(([, text]) => text);

/** The guide's page in Chromium, beside a plan: its address, and the browser. */
async function served(t, plan) {
  const place = folder();
  const [page, ...others] = blocks("html farm.html");
  assert.deepEqual(others, []);
  writeFileSync(join(place, "farm.html"), page.replace("<meta", '<link rel="icon" href="data:,"><meta'));
  if (plan !== null) writeFileSync(join(place, "qingshi.toml"), plan);
  cpSync(join(root, "wasm", "pkg"), join(place, "ecoplan"), { recursive: true });
  const server = await serve(place);
  t.after(() => server.close());
  const browser = await launch();
  t.after(() => browser.close());
  return { url: `${server.url}farm.html`, browser };
}

const plan = blocks("toml").join("\n");

test("the guide's page says what is wrong instead of staying empty", async (t) => {
  for (const [text, expected] of [
    [null, /^qingshi\.toml: 404/],
    [plan.replace("pigs >= 500", "pig >= 500"), /rule\.farm-manure-log\.applies: .*`pig`.*did you mean `pigs`/],
  ]) {
    const { url, browser } = await served(t, text);
    const { page } = await open(browser, url);
    assert.match(await page.locator("pre").innerText(), expected);
    assert.equal(await page.locator("ecoplan-form").count(), 0);
  }
});

test("the guide's page judges by the guide's plan", async (t) => {
  const { url, browser } = await served(t, plan);
  const { entry, answer, finding, form } = await visitForm(t, browser, url);
  const outcome = (rule) => finding(rule).getAttribute("data-outcome");
  // 不足200米: 200 m is not. As the text can be read, what lacks manure treatment waits at any distance.
  await answer("位于饮用水水源保护区内", "否");
  await answer("配套粪污处理设施", "否");
  await entry("距河岸距离").fill("200");
  assert.equal(await outcome("new-farm-gate"), "satisfied");
  assert.match(await finding("new-farm-gate").innerText(), /“或者”/);
  await entry("距河岸距离").fill("0.1999km");
  assert.equal(await outcome("new-farm-gate"), "triggered");
  assert.match(await finding("new-farm-gate").innerText(), /暂缓批准[\s\S]*第三章第二节/);
  // 500头以上: 500 are.
  await answer("建立粪污处理台账", "否");
  await entry("生猪存栏数（头）").fill("499");
  assert.equal(await finding("farm-manure-log").count(), 0); // it does not apply
  await entry("生猪存栏数（头）").fill("500");
  assert.equal(await outcome("farm-manure-log"), "breached");
  assert.equal(await form.evaluate((element) => element.report.plan.id), "qingshi-155");
  // As of the day that the page names: the day before 自2028年起, nothing is breached yet.
  assert.equal(await form.evaluate((element) => element.report.as_of), "2028-06-30");
  await form.evaluate((element) => element.setAttribute("as-of", "2027-12-31"));
  assert.equal(await outcome("farm-manure-log"), "pending");
});
