// <ecoplan-form> as people use it, in Chromium.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, root, serve } from "./common.mjs";
import { visitForm } from "./forms.mjs";

const site = join(root, "wasm", "site");
const PLUS_20 = "wwtp-urban-bod-plus-20-2025";
const PLAN = "wwtp-urban-bod-one-plant-one-policy";
const GATE = "two-high-proposed-slow-limited-approval";
// To be looked at.
const shots = join(root, "target", "screenshots");
mkdirSync(shots, { recursive: true });

let server;
let browser;
before(async () => {
  server = await serve(site);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

const visit = (t, path, options) => visitForm(t, browser, server.url + path, options);

const BOD_2020 = "2020年进水BOD5平均浓度";
const BOD = "进水BOD5平均浓度";

test("a plant with 61.6 and 81.6 is satisfied, with a margin of 0", async (t) => {
  const { page, form, entry, finding, report } = await visit(t, "sewage-plant.html?lang=zh");
  await entry(BOD_2020).fill("61.6");
  await entry(BOD).pressSequentially("81.6");
  assert.equal(await finding(PLUS_20).getAttribute("data-outcome"), "satisfied");
  assert.match(await finding(PLUS_20).locator(".margin").innerText(), /^0 mg\/L，恰在界限上$/);
  assert.match(await finding(PLUS_20).innerText(), /已完成[\s\S]*第四章第二节/);
  const { findings } = await report();
  assert.equal(findings.find(({ rule }) => rule === PLUS_20).margin, "0");
  // 0.1 less, and the same at once the other way.
  await entry(BOD).fill("81.5");
  assert.equal(await finding(PLUS_20).getAttribute("data-outcome"), "breached");
  assert.match(await finding(PLUS_20).innerText(), /相差 0\.1 mg\/L[\s\S]*不低于 81\.6 mg\/L/);
  // As a Chinese keyboard may type it.
  await entry(BOD).fill("８１．６");
  assert.equal(await finding(PLUS_20).getAttribute("data-outcome"), "satisfied");
  assert.equal(await entry(BOD).inputValue(), "８１．６");
  await page.screenshot({ path: join(shots, "plant-zh.png"), fullPage: true });
  await form.getByRole("button", { name: "English" }).click();
  await page.screenshot({ path: join(shots, "plant-en.png"), fullPage: true });
});

test("a wrong entry stays, is explained beside it, and keeps nothing else from being judged", async (t) => {
  const { form, entry, error, field, finding, value } = await visit(t, "sewage-plant.html?lang=zh");
  await entry(BOD_2020).fill("未检出");
  await entry(BOD).fill("120");
  assert.equal(await entry(BOD_2020).inputValue(), "未检出");
  assert.match(await error(BOD_2020), /“未检出”不是数字。请填写数字/);
  assert.equal(await entry(BOD_2020).getAttribute("aria-invalid"), "true");
  assert.equal(await entry(BOD).getAttribute("aria-invalid"), null);
  assert.equal(await finding(PLAN).count(), 1); // a reading by the year 2020 is open
  assert.equal(await finding(PLAN).getAttribute("data-outcome"), "not_applicable");
  assert.deepEqual(await value(), { influent_bod5_mg_l: "120" });
  assert.equal(await form.evaluate((element) => element.checkValidity()), false);
  assert.match(await form.evaluate((element) => element.validationMessage), /未检出/);
  assert.match(await form.locator(".step").innerText(), /未计入，请更正/);

  // In the other language the entries are the same, and so is what is wrong.
  await form.getByRole("button", { name: "English" }).click();
  assert.equal(await entry("Mean influent BOD5 in 2020").inputValue(), "未检出");
  assert.equal(await entry("Mean influent BOD5").inputValue(), "120");
  assert.match(await error("Mean influent BOD5 in 2020"), /is not a number: leave the fact out/);
  assert.match(await finding(PLAN).innerText(), /Not applicable|not applicable/);

  for (const [typed, said] of [
    ["9999", /outside the declared range 0 … 2000 mg\/L/],
    ["86 t/d", /t\/d/],
    ["1,000", /is not a number/],
    ["NaN", /./],
  ]) {
    await entry("Mean influent BOD5 in 2020").fill(typed);
    assert.match(await error("Mean influent BOD5 in 2020"), said);
  }
  // A unit of the same kind is converted.
  await entry("Mean influent BOD5 in 2020").fill("0.0616 g/L");
  assert.equal(await field("Mean influent BOD5 in 2020").locator(".error").textContent(), "");
  assert.equal(await form.evaluate((element) => element.checkValidity()), true);
});

test("the year of a value, right and wrong", async (t) => {
  const { form, field, entry, error, value, report } = await visit(t, "sewage-plant.html?lang=en");
  await entry("Mean influent BOD5 in 2020").fill("61.6");
  await entry("Mean influent BOD5").fill("81.6");
  const year = field("Mean influent BOD5").locator(".year input");
  await year.fill("2023");
  assert.deepEqual((await value()).influent_bod5_mg_l, { value: "81.6", year: "2023" });
  assert.deepEqual((await report()).facts.influent_bod5_mg_l, { value: "81.6", year: 2023 });
  await year.fill("2031");
  assert.equal(await year.getAttribute("aria-invalid"), "true");
  assert.equal(await entry("Mean influent BOD5").getAttribute("aria-invalid"), null);
  assert.match(await error("Mean influent BOD5"), /2031 lies after the day of judgement/);
  await form.evaluate((element) => (element.asOf = "2031-12-31"));
  assert.equal(await field("Mean influent BOD5").locator(".error").textContent(), "");
  assert.equal((await report()).as_of, "2031-12-31");
});

test("what is not known is not asked again, and a mark can be taken back", async (t) => {
  const { form, field, entry, value } = await visit(t, "sewage-plant.html?lang=zh");
  assert.match(await form.locator(".step").innerText(), new RegExp(BOD));
  await entry(BOD).fill("81.6");
  await field(BOD).getByLabel("暂不清楚").check();
  assert.equal(await entry(BOD).inputValue(), "");
  assert.deepEqual(await value(), { influent_bod5_mg_l: null });
  assert.doesNotMatch(await form.locator(".step").innerText(), /：进水BOD5平均浓度/);
  await field(BOD).getByLabel("暂不清楚").uncheck();
  assert.equal(await entry(BOD).inputValue(), "81.6");
  // A set: none, not known and some are three things.
  const set = field("“一厂一策”方案的内容");
  await set.getByLabel("整治目标和措施").check();
  assert.deepEqual((await value()).plan_elements, ["targets_and_measures"]);
  await set.getByLabel("以上都没有").check();
  assert.deepEqual((await value()).plan_elements, []);
  await set.getByLabel("暂不清楚").check();
  assert.equal((await value()).plan_elements, null);
  await set.getByLabel("整治目标和措施").check();
  assert.deepEqual((await value()).plan_elements, ["targets_and_measures"]);
});

test("the two-high form stops asking when all is settled", async (t) => {
  const { page, form, field, finding, answer, report } = await visit(t, "two-high.html?lang=zh");
  // What most findings wait for is asked first.
  assert.match(await form.locator(".step").innerText(), /属于“两高”项目/);
  await answer("属于“两高”项目", "否");
  assert.match(await form.locator(".step").innerText(), /^结论已定，无须再填写。$/);
  assert.equal((await report()).next_question, null);
  assert.equal(await form.locator(".is-next").count(), 0);
  // What no longer matters is marked, and its groups are folded.
  assert.ok(await field("项目阶段").locator(".mark.unneeded").isVisible());
  assert.equal(await field("已论证的内容").isVisible(), false);

  await answer("属于“两高”项目", "是");
  await answer("项目阶段", "拟建");
  await page.screenshot({ path: join(shots, "two-high-zh.png"), fullPage: true });
  await answer("本地区已完成上年度能耗强度下降目标", "否");
  assert.equal(await finding(GATE).getAttribute("data-outcome"), "triggered");
  assert.match(await finding(GATE).locator("h3").innerText(), /缓批限批/);
  // The gate is decided: the outlook is not asked for any more.
  assert.ok(await field("能耗强度下降目标形势严峻").locator(".mark.unneeded").isVisible());
  for (const label of ["建设必要性", "可行性", "能效水平", "环保水平", "对能耗双控的影响", "对碳排放控制的影响", "对产业高质量发展的影响"]) {
    await form.getByLabel(label, { exact: true }).check();
  }
  await form.locator(".field").filter({ hasText: "能耗强度预计下降率" }).locator("input[type=text]").fill("14.5");
  await form.locator(".field").filter({ hasText: "清远市下达的能耗强度下降目标" }).locator("input[type=text]").fill("14");
  assert.match(await form.locator(".step").innerText(), /^结论已定，无须再填写。$/);
  assert.equal((await report()).findings.filter(({ outcome }) => outcome === "undetermined").length, 0);
});

test("a group that folded can be opened, and stays open", async (t) => {
  const { form, answer, field } = await visit(t, "two-high.html?lang=en");
  await answer("The project counts as two-high", "No");
  const group = form.locator("details.group").filter({ hasText: "Justification" });
  assert.equal(await group.evaluate((element) => element.open), false);
  await group.locator("summary").click();
  await field("Stage of the project").getByLabel("Proposed", { exact: false }).first().check();
  assert.equal(await group.evaluate((element) => element.open), true);
});

test("a click on what is shown is not lost when an entry is left", async (t) => {
  const { entry, field, finding } = await visit(t, "sewage-plant.html?lang=zh");
  await entry(BOD).fill("81.6");
  // A real click: the press leaves the entry before the release.
  await finding(PLAN).getByRole("button", { name: /已制定/ }).click();
  assert.ok(await field("已制定“一厂一策”系统化整治方案").locator("input").first().evaluate((input) => input === input.getRootNode().activeElement));
  await finding(PLAN).locator("summary").click();
  await entry(BOD).fill("90");
  assert.equal(await finding(PLAN).locator("details").evaluate((element) => element.open), true);
});

test("by keyboard alone, from the first key to the record", async (t) => {
  const { page, form, finding, value } = await visit(t, "two-high.html?lang=zh");
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  const focused = () =>
    page.evaluate(() => {
      const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
      return { text: inner.textContent.trim(), name: inner.getAttribute("name"), value: inner.value, type: inner.type };
    });
  async function reach(found) {
    for (let presses = 0; presses < 60; presses += 1) {
      if (found(await focused())) return;
      await page.keyboard.press("Tab");
    }
    assert.fail("not reached by Tab");
  }
  // The guide leads to the next question; answers are given with the space bar and the arrows.
  await page.keyboard.press("Tab");
  await reach(({ text }) => text === "属于“两高”项目（是/否）");
  await page.keyboard.press("Enter");
  assert.equal((await focused()).value, "yes");
  await page.keyboard.press("Space");
  assert.deepEqual(await value(), { is_two_high: true });
  // Behind an answer stands what takes it back.
  await page.keyboard.press("Tab");
  assert.match((await focused()).text, /撤回/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await value(), { is_two_high: true, stage: "proposed" });
  await reach(({ type, value }) => type === "radio" && value === "yes");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  assert.equal((await value()).last_year_intensity_target_met, false);
  assert.equal(await finding(GATE).getAttribute("data-outcome"), "triggered");
  // Reasons unfold, a missing fact leads to its question, and the record is printed.
  await reach(({ text }) => text === "依据和说明");
  await page.keyboard.press("Enter");
  assert.equal(await form.locator("article details[open]").count(), 1);
  await reach(({ text, type }) => type === "button" && text.startsWith("已论证的内容"));
  await page.keyboard.press("Enter");
  assert.equal((await focused()).value, "necessity");
  for (let presses = 0; presses < 60 && (await focused()).text !== "打印记录"; presses += 1) await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => window.printed), true);
});

test("what a screen reader hears", async (t) => {
  const { page, form, entry } = await visit(t, "sewage-plant.html?lang=zh");
  const heard = form.locator("[role=status]");
  assert.equal(await heard.count(), 1);
  await entry(BOD_2020).fill("61.6");
  await entry(BOD).pressSequentially("81.6");
  await page.waitForFunction(() => /无法判定 1，符合 1/.test(document.querySelector("ecoplan-form").shadowRoot.querySelector("[role=status]").textContent));
  assert.match(await heard.textContent(), /；下一步请确认： 已制定/);
  // Each entry has a name, a description with its unit, and the language it is in.
  await form.getByRole("textbox", { name: BOD, exact: true }).waitFor();
  await form.getByRole("textbox", { name: `${BOD} 年份（可不填）`, exact: true }).waitFor();
  await form.getByRole("radiogroup", { name: "已制定“一厂一策”系统化整治方案" }).waitFor();
  await form.getByRole("group", { name: "“一厂一策”方案的内容" }).waitFor();
  const described = await entry(BOD).evaluate((input) => input.getAttribute("aria-describedby").split(" ").map((id) => input.getRootNode().getElementById(id).textContent).join(" "));
  assert.match(described, /mg\/L.*最近年份/);
  assert.equal(await form.locator(".root").getAttribute("lang"), "zh-CN");
});

test("as a control of a form", async (t) => {
  const { page, form, entry } = await visit(t, "sewage-plant.html?lang=zh");
  await page.evaluate(() => {
    const host = document.createElement("form");
    const element = document.querySelector("ecoplan-form");
    element.name = "case";
    element.setAttribute("value", '{"influent_bod5_2020_mg_l": "61.6"}');
    element.replaceWith(host);
    host.append(element, Object.assign(document.createElement("button"), { id: "send" }));
    window.sent = 0;
    host.addEventListener("submit", (event) => {
      event.preventDefault();
      window.sent += 1;
      window.data = Object.fromEntries(new FormData(host));
    });
  });
  await form.locator("[data-rule]").first().waitFor();
  assert.equal(await entry(BOD_2020).inputValue(), "61.6");
  await entry(BOD).fill("x");
  await page.click("#send");
  assert.equal(await page.evaluate(() => window.sent), 0, "a form that is not valid is not sent");
  assert.ok(await entry(BOD).evaluate((input) => input === input.getRootNode().activeElement), "the entry that is wrong is shown");
  await entry(BOD).fill("81.6");
  await page.click("#send");
  assert.deepEqual(JSON.parse((await page.evaluate(() => window.data)).case), { influent_bod5_2020_mg_l: "61.6", influent_bod5_mg_l: "81.6" });
  await page.evaluate(() => document.querySelector("form").reset());
  assert.equal(await entry(BOD).inputValue(), "");
  assert.equal(await entry(BOD_2020).inputValue(), "61.6");
  await page.evaluate(() => {
    const fieldset = document.createElement("fieldset");
    fieldset.disabled = true;
    document.querySelector("form").append(fieldset);
    fieldset.append(document.querySelector("ecoplan-form"));
  });
  assert.equal(await entry(BOD).isDisabled(), true);
  await page.evaluate(() => (document.querySelector("fieldset").disabled = false));
  assert.equal(await entry(BOD).isDisabled(), false);
});

test("what the page around it can say and hear", async (t) => {
  const { page, form, entry, report } = await visit(t, "sewage-plant.html?lang=en");
  const events = await page.evaluate(() => {
    window.events = [];
    document.addEventListener("ecoplan-report", ({ detail }) => window.events.push(detail));
    const element = document.querySelector("ecoplan-form");
    element.facts = { influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: { value: "81.6", year: 2025 }, has_plan: true, plan_elements: ["network_coverage"] };
    return window.events;
  });
  assert.equal(events.length, 1);
  assert.equal(events[0].report.headline.outcome, "breached"); // the plan lacks three of its parts
  assert.deepEqual(events[0].facts, { influent_bod5_2020_mg_l: "61.6", influent_bod5_mg_l: { value: "81.6", year: "2025" }, has_plan: true, plan_elements: ["network_coverage"] });
  assert.deepEqual(events[0].problems, []);
  await entry("Mean influent BOD5").fill("82");
  assert.equal(await page.evaluate(() => window.events.length), 2);
  assert.equal((await report()).findings.find(({ rule }) => rule === PLUS_20).margin, "0.4");
  // Facts that are the same for all cases.
  await page.evaluate(async () => {
    const { default: init, plan } = await import("./ecoplan/index.js");
    await init();
    document.querySelector("ecoplan-form").plan = plan("lianzhou-145").withFacts("project", { assigned_energy_intensity_reduction_pct: 14.5 });
    document.querySelector("ecoplan-form").subject = "project";
  });
  await form.getByText("Given for all cases: 14.5%").waitFor();
  // A plan or a subject that does not exist is said, and can be mended.
  await page.evaluate(() => (document.querySelector("ecoplan-form").subject = "projct"));
  await form.getByText(/projct/).waitFor();
  await page.evaluate(() => (document.querySelector("ecoplan-form").plan = "lianzhou-155"));
  await form.getByText(/lianzhou-155/).waitFor();
  await page.evaluate(() => {
    const element = document.querySelector("ecoplan-form");
    element.plan = "lianzhou-145";
    element.subject = "urban_wwtp";
  });
  await form.locator("[data-rule]").first().waitFor();
  await page.evaluate(() => (document.querySelector("ecoplan-form").asOf = "2025-02-30"));
  await form.locator("[role=alert]").getByText(/2025-02-30/).waitFor();
});

test("the record fits one page, with the plan's hash", async (t) => {
  for (const [path, fill] of [
    ["sewage-plant.html", { influent_bod5_2020_mg_l: "61.6", influent_bod5_mg_l: "81.6", has_plan: true, plan_elements: [] }],
    ["two-high.html", { is_two_high: true, stage: "proposed", last_year_intensity_target_met: false }],
  ]) {
    for (const lang of ["zh", "en"]) {
      const { page, form } = await visit(t, `${path}?lang=${lang}`);
      await form.evaluate((element, facts) => (element.facts = facts), fill);
      await page.emulateMedia({ media: "print" });
      const text = await page.evaluate(() => document.querySelector("ecoplan-form").shadowRoot.querySelector(".record").innerText);
      const hash = await form.evaluate((element) => element.report.plan.hash);
      assert.match(text, new RegExp(`${hash}[\\s\\S]*(签|填写人|Filled in by)`));
      assert.match(text, /lianzhou-145/);
      assert.match(text, /2025-12-31/);
      const pdf = await page.pdf({ format: "A4" });
      assert.equal(pdf.toString("latin1").match(/\/Type \/Page\b(?!s)/g).length, 1, `${path} ${lang}`);
      writeFileSync(join(shots, `record-${path.replace(".html", "")}-${lang}.pdf`), pdf);
    }
  }
});

test("the single file works from a disk, with no network at all", async (t) => {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`file://${join(site, "sewage-plant-offline.html")}`);
  const form = page.locator("ecoplan-form");
  await form.locator("[data-rule]").first().waitFor();
  await form.getByRole("textbox", { name: BOD_2020, exact: true }).fill("61.6");
  await form.getByRole("textbox", { name: BOD, exact: true }).fill("81.6");
  assert.equal(await form.locator(`[data-rule="${PLUS_20}"]`).getAttribute("data-outcome"), "satisfied");
  assert.deepEqual(problems, []);
  assert.deepEqual(requests.map((url) => new URL(url).protocol), ["file:"]);
  await context.close();
});

test("nothing is sent and nothing is stored", async (t) => {
  const { page, form, entry } = await visit(t, "sewage-plant.html?lang=zh");
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await entry(BOD_2020).fill("61.6");
  await entry(BOD).fill("81.6");
  await form.getByRole("button", { name: "English" }).click();
  assert.deepEqual(requests, []);
  const stored = await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]);
  assert.deepEqual(stored, [0, 0, "", 0]);
});

test("hostile entries and objects leave the page working and clean", async (t) => {
  const { page, form, entry, finding, value } = await visit(t, "sewage-plant.html?lang=en");
  const markup = '<img src=x onerror="window.pwned = 1"><script>window.pwned = 1</script>';
  const kinds = () => form.evaluate((element) => [...new Set([...element.shadowRoot.querySelectorAll("*")].map((one) => one.localName))].sort());
  const before = await kinds();
  await entry("Mean influent BOD5").fill(markup);
  await entry("Mean influent BOD5 in 2020").evaluate((input) => {
    input.value = "9".repeat(2 ** 20);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  assert.equal((await form.evaluate((element) => element.problems)).length, 2);
  assert.deepEqual(await kinds(), before);
  const results = await page.evaluate(async (markup) => {
    const element = document.querySelector("ecoplan-form");
    const thrown = (work) => {
      try {
        work();
        return element.problems.map(({ code, path }) => `${code} ${path}`).sort();
      } catch (error) {
        return String(error);
      }
    };
    const deep = {};
    let inner = deep;
    for (let i = 0; i < 5000; i += 1) inner = inner.value = {};
    const cycle = [];
    cycle.push(cycle);
    return [
      thrown(() => (element.facts = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 1}'))),
      thrown(() => (element.facts = new Proxy({}, { ownKeys: () => { throw new RangeError("trapped"); } }))),
      thrown(() => (element.facts = { get influent_bod5_mg_l() { throw new RangeError("got"); } })),
      thrown(() => (element.facts = { influent_bod5_mg_l: deep })),
      thrown(() => (element.facts = { plan_elements: cycle })),
      thrown(() => (element.facts = { has_plan: "yes", influent_bod5_mg_l: { value: 1, yaer: 2 } })),
      thrown(() => (element.facts = { [markup]: markup })),
      thrown(() => (element.facts = 5)),
      thrown(() => (element.value = "{")),
    ];
  }, markup);
  assert.deepEqual(results, [
    ["unknown-fact facts.__proto__", "unknown-fact facts.constructor"],
    "RangeError: trapped",
    "RangeError: got",
    ["too-deep facts.influent_bod5_mg_l" + ".value".repeat(32)],
    ["too-deep facts.plan_elements" + "[0]".repeat(32)],
    ["unknown-field facts.influent_bod5_mg_l.yaer", "wrong-type facts.has_plan"],
    [`unknown-fact facts.${markup}`],
    "TypeError: facts: an object by fact name is expected",
    "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
  ]);
  assert.equal(await page.evaluate(() => window.pwned ?? {}.polluted), undefined);
  assert.deepEqual(await kinds(), before);
  // And it goes on.
  await page.evaluate(() => (document.querySelector("ecoplan-form").facts = {}));
  await entry("Mean influent BOD5 in 2020").fill("61.6");
  await entry("Mean influent BOD5").fill("81.6");
  assert.equal(await finding(PLUS_20).getAttribute("data-outcome"), "satisfied");
  assert.deepEqual(await value(), { influent_bod5_2020_mg_l: "61.6", influent_bod5_mg_l: "81.6" });
});

test("on a phone nothing runs off the side", async (t) => {
  for (const path of ["index.html", "sewage-plant.html", "two-high.html", "subject.html", "own-plan.html"]) {
    for (const lang of ["zh", "en"]) {
      const { page } = await visit(t, `${path}?lang=${lang}`, { subject: path === "own-plan.html" ? null : "any" });
      await page.setViewportSize({ width: 360, height: 740 });
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      assert.ok(inner <= outer, `${path} ${lang}: ${inner} > ${outer}`);
      if (path === "two-high.html") await page.screenshot({ path: join(shots, `phone-${lang}.png`) });
    }
  }
});
