// What happens to a form: it is moved, set, switched, restored, and set into other forms and pages.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, root, serve } from "./common.mjs";
import { visitForm } from "./forms.mjs";

const BOD = "进水BOD5平均浓度";
const PLUS_20 = "wwtp-urban-bod-plus-20-2025";

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

/** The sewage-plant page; `inPage` runs with the form as its argument and resolves when the form has settled. */
async function visit(t, path = "sewage-plant.html?lang=zh") {
  const form = await visitForm(t, browser, server.url + path);
  const inPage = async (work, argument) => {
    const result = await form.form.first().evaluate(work, argument);
    await form.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    return result;
  };
  return { ...form, inPage };
}

/** A plan of what the bundled ones do not have. */
const OWN = `
[plan]
id = "own"
title = { zh = "t", en = "t" }
period = { start = 2021-01-01, end = 2025-12-31 }
[[subject]]
id = "works"
label = { zh = "工程", en = "works" }
[[subject]]
id = "nothing"
label = { zh = "无", en = "nothing" }
${[
  ["constructor", 'kind = "number"'],
  ["toString", 'kind = "yes_no"\nyearly = true'],
  ["done", 'kind = "yes_no"'],
  ["done_on", 'kind = "date"'],
  ["which", `kind = "choice"\nchoices = [${Array.from("abcdefghi", (id) => `{ id = "${id}", label = { zh = "选${id}", en = "choice ${id}" } }`).join(", ")}]`],
].map(([name, more]) => `[[fact]]\nsubject = "works"\nname = "${name}"\n${more}\nsource = "reported"\nlabel = { zh = "${name}", en = "${name}" }\n`).join("")}
${[
  ["built", "deadline", 'done = "done"\ndone_on = "done_on"\ndue = 2024-06-30'],
  ["kind", "obligation", `requires = 'toString and constructor > 1 and which = "b"'`],
].map(([id, kind, more]) => `[[rule]]\nid = "${id}"\nsubject = "works"\nkind = "${kind}"\ntitle = { zh = "t", en = "t" }\n${more}\nstrength = { class = "mandatory", verb = "应" }\naddressee = { zh = "a", en = "a" }\ncite = { chapter = 1, section = 1, anchor = "x" }\nsays = { zh = "s", en = "s" }\n`).join("")}
`;

/** Puts that plan into the form. */
const own = ({ inPage }, subject = "works") =>
  inPage(
    async (form, [text, subject]) => {
      const [{ Plan }, { default: start, read }] = await Promise.all([import("./ecoplan/index.js"), import("./ecoplan/authoring.js")]);
      await start();
      Object.assign(form, { plan: Plan.fromModel(read(text)), subject });
    },
    [OWN, subject],
  );

test("typing goes on where a group was closed, or is not needed any more", async (t) => {
  const { form, page, inPage, value } = await visit(t);
  await form.locator("details.group > summary").first().click();
  await form.locator(".step button").click();
  await page.keyboard.type("81.6");
  assert.deepEqual(await value(), { influent_bod5_mg_l: "81.6" });
  await inPage((element) => {
    Object.assign(element, { subject: "project", rules: "two-high-*" });
    element.facts = { is_two_high: false, problems_found: "5" };
  });
  const found = form.locator(".field").filter({ hasText: "排查发现的问题数" }).locator("input").first();
  await found.focus();
  await page.keyboard.press("Backspace");
  await page.keyboard.type("67");
  assert.equal((await value()).problems_found, "67");
});

test("while somebody types, what is not all there yet is not wrong yet", async (t) => {
  const { page, entry, field, finding, inPage, value } = await visit(t);
  await inPage((form) => (form.facts = { influent_bod5_2020_mg_l: "61.6" }));
  await entry(BOD).pressSequentially("81.");
  assert.equal(await field(BOD).locator(".error").textContent(), "");
  assert.deepEqual((await value()).influent_bod5_mg_l, "81");
  await entry(BOD).pressSequentially("6");
  const year = field(BOD).locator(".year input");
  await year.pressSequentially("202");
  assert.equal(await finding(PLUS_20).getAttribute("data-outcome"), "satisfied");
  assert.equal(await field(BOD).locator(".error").textContent(), "");
  await page.keyboard.press("Tab");
  assert.match(await field(BOD).locator(".error").textContent(), /“202”不是有效年份/);
  await year.fill("2025");
  // What an input method composes is heard when it is there.
  await entry(BOD).evaluate((input) => {
    input.value = "wei";
    input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
  });
  assert.equal((await value()).influent_bod5_mg_l.value, "81.6");
  await entry(BOD).evaluate((input) => {
    input.value = "８２";
    input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
  });
  assert.equal((await value()).influent_bod5_mg_l.value, "８２");
});

test("what a Chinese keyboard gives is read as it is meant", async (t) => {
  const { entry, inPage, report } = await visit(t);
  for (const typed of ["81。6", "８１．６ｍｇ／Ｌ", "81.6 mg/L", " 81.6 "]) {
    await entry(BOD).fill(typed);
    assert.equal((await report()).facts.influent_bod5_mg_l, "81.6", typed);
  }
  await inPage((form) => (form.facts = { influent_bod5_mg_l: { value: "81.6", year: "２０２４年" } }));
  assert.deepEqual((await report()).facts.influent_bod5_mg_l, { value: "81.6", year: 2024 });
});

test("set before the element is defined", async (t) => {
  const { page } = await visit(t);
  await page.route("**/blank.html", (route) => route.fulfill({ contentType: "text/html", body: '<!doctype html><link rel="icon" href="data:,"><ecoplan-form></ecoplan-form>' }));
  await page.goto(`${server.url}blank.html`);
  await page.evaluate(() => Object.assign(document.querySelector("ecoplan-form"), { plan: "lianzhou-145", subject: "urban_wwtp", asOf: "2023-01-01", facts: { influent_bod5_mg_l: 90 } }));
  await page.addScriptTag({ type: "module", url: `${server.url}ecoplan/form.js` });
  await page.locator("ecoplan-form [data-rule]").first().waitFor();
  const found = await page.evaluate(() => {
    const form = document.querySelector("ecoplan-form");
    return [Object.keys(form), form.report.as_of, form.value];
  });
  assert.deepEqual(found, [[], "2023-01-01", '{"influent_bod5_mg_l":"90"}']);
});

test("taken out, changed, and put elsewhere", async (t) => {
  const { form, entry, inPage, report } = await visit(t);
  await entry(BOD).fill("81.6");
  await inPage((element) => {
    element.remove();
    element.setAttribute("as-of", "2023-01-01");
    document.body.append(element);
  });
  assert.equal((await report()).as_of, "2023-01-01");
  assert.equal(await entry(BOD).inputValue(), "81.6");
  await inPage((element) => {
    element.remove();
    Object.assign(element, { subject: "project", rules: "two-high-*" });
    document.body.append(element);
  });
  assert.equal((await report()).subject, "project");
  await inPage((element) => Object.assign(element, { subject: "urban_wwtp", rules: null }));
  // What was entered about a subject is there again with it.
  assert.equal(await entry(BOD).inputValue(), "81.6");
  await inPage((element) => {
    element.removeAttribute("lang");
    document.body.append(Object.assign(document.createElement("div"), { lang: "en" }));
    document.body.lastElementChild.append(element);
  });
  assert.match(await form.locator(".overall").innerText(), /^Undetermined/);
  assert.equal(await form.locator(".root").getAttribute("lang"), "en");
  // In another document it has the style of its own again.
  const width = await inPage((element) => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    frame.contentDocument.body.append(element);
    return [element.shadowRoot.adoptedStyleSheets.length, frame.contentWindow.getComputedStyle(element.shadowRoot.querySelector(".record")).display];
  });
  assert.deepEqual(width, [1, "none"]);
});

test("one plan after another", async (t) => {
  const { page, problems, form, inPage } = await visit(t);
  const id = () => inPage((element) => element.plan?.id);
  await inPage(async (element) => {
    const { default: init, plan } = await import("./ecoplan/index.js");
    await init();
    Object.assign(element, { plan: plan("lianzhou-135"), subject: "city" });
  });
  assert.equal(await id(), "lianzhou-135");
  await inPage((element) => (element.plan = "lianzhou-145"));
  assert.equal(await id(), "lianzhou-145");
  await inPage((element) => (element.plan = null));
  assert.deepEqual([await id(), await form.locator(".field").count()], [undefined, 0]);
  await inPage((element) => (element.plan = "lianzhou-145"));
  assert.ok((await form.locator(".field").count()) > 20);

  // One that comes too late, and fails, does not take the place of the one that was asked for after it.
  await page.goto(`${server.url}sewage-plant.html?lang=zh`);
  await form.locator("[data-rule]").first().waitFor();
  await page.route("**/lianzhou-135.json", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.fulfill({ status: 500 });
  });
  await inPage((element) => {
    element.facts = { influent_bod5_mg_l: 81.6 };
    element.plan = "lianzhou-135";
  });
  await inPage((element) => (element.plan = "lianzhou-145"));
  await page.waitForTimeout(500);
  assert.equal(await inPage((element) => element.value), '{"influent_bod5_mg_l":"81.6"}');
  problems.splice(0, problems.length, ...problems.filter((problem) => !/135\.json|500/.test(problem)));
});

test("facts with every kind of name and value", async (t) => {
  const opened = await visit(t);
  const { form, field, answer, inPage, value, report } = opened;
  await own(opened);
  assert.deepEqual(await inPage((element) => element.problems), []);
  await inPage((element) => (element.facts = { constructor: 2, toString: { value: true, year: 2024 }, which: "b", done: true, done_on: "2024年7月1日" }));
  assert.deepEqual(await value(), { constructor: "2", toString: { value: true, year: "2024" }, which: "b", done: true, done_on: "2024年7月1日" });
  assert.equal(await field("toString").locator(".year input").inputValue(), "2024");
  assert.equal(await form.locator("select").inputValue(), "choice b");
  // A deadline says when it was due, and when it was done.
  const built = form.locator('[data-rule="built"]');
  assert.equal(await built.getAttribute("data-outcome"), "breached");
  assert.match(await built.innerText(), /期限[\s\S]*2024-06-30，完成于 2024-07-01/);
  await built.locator("summary").click();
  assert.match(await built.innerText(), /完成日期 2024-07-01 晚于 2024-06-30/);
  await answer("toString", "否");
  assert.deepEqual((await value()).toString, { value: false, year: "2024" });
  await field("done").getByRole("button", { name: /撤回/ }).click();
  assert.equal((await report()).facts.done, undefined);
  assert.deepEqual((await value()).done, undefined);
  await inPage((element) => (element.subject = "nothing"));
  assert.match(await form.locator(".step").innerText(), /没有可评价的条款/);
});

test("another case has nothing of the last one; clearing can be undone", async (t) => {
  const { page, form, field, entry, inPage, value } = await visit(t);
  await entry(BOD).fill("81.6");
  await field(BOD).getByLabel("暂不清楚").check();
  await inPage((element) => (element.facts = { influent_bod5_mg_l: null }));
  await field(BOD).getByLabel("暂不清楚").uncheck();
  assert.equal(await entry(BOD).inputValue(), "");
  await entry(BOD).fill("未检出");
  await form.getByRole("button", { name: "清空", exact: true }).click();
  assert.equal(await entry(BOD).inputValue(), "");
  await form.getByRole("button", { name: "撤销清空" }).click();
  assert.equal(await entry(BOD).inputValue(), "未检出");
  // A record says what was typed and could not be counted.
  await page.emulateMedia({ media: "print" });
  assert.match(await form.locator(".record").innerText(), /未检出 （填写有误，未计入）/);
  assert.deepEqual(await value(), {});
});

test("a form around it that cannot be sent shows why", async (t) => {
  const { page, form, entry, inPage } = await visit(t);
  const active = () => inPage((element) => element.shadowRoot.activeElement?.className || element.shadowRoot.activeElement?.id);
  await inPage((element) => {
    const host = document.createElement("form");
    element.replaceWith(host);
    element.name = "case";
    host.append(element, Object.assign(document.createElement("button"), { id: "send" }));
    host.addEventListener("submit", (event) => event.preventDefault());
  });
  await inPage((element) => (element.facts = { bogus: 1 }));
  await page.click("#send");
  assert.equal(await active(), "alert");
  await inPage((element) => (element.facts = {}));
  await entry(BOD).fill("x");
  await form.locator("details.group > summary").first().click();
  await page.click("#send");
  assert.ok(await entry(BOD).evaluate((input) => input === input.getRootNode().activeElement));
  // A subject that is not there is not a case without facts.
  await inPage((element) => (element.subject = "nope"));
  assert.deepEqual(await inPage((element) => [element.validity.valid, element.problems, new FormData(element.form).has("case")]), [false, [], false]);
  await inPage((element) => {
    element.subject = "urban_wwtp";
    element.disabled = true;
  });
  assert.equal(await entry(BOD).isDisabled(), true);
});

test("values as text, empty, wrong and mended; bound both ways", async (t) => {
  const { form, inPage } = await visit(t);
  for (const [text, value, valid] of [
    ["", "{}", true],
    ["null", "{}", true],
    ["{bad", "{}", false],
    ['{"has_plan": true}', '{"has_plan":true}', true],
  ]) {
    await inPage((element, text) => element.setAttribute("value", text), text);
    assert.deepEqual(await inPage((element) => [element.value, element.checkValidity()]), [value, valid], text);
  }
  assert.ok(await form.locator("[data-rule]").first().isVisible());
  const rounds = await inPage((element) => {
    let rounds = 0;
    element.addEventListener("ecoplan-report", ({ detail }) => {
      rounds += 1;
      element.facts = detail.facts;
    });
    element.facts = { influent_bod5_mg_l: 81.6 };
    return rounds;
  });
  assert.equal(rounds, 1);
});

test("a browser brings it back as it was left", async (t) => {
  const { page, form, entry } = await visit(t);
  await entry(BOD).fill("未检出");
  await page.goto(`${server.url}two-high.html?lang=zh`);
  await form.locator("[data-rule]").first().waitFor();
  await page.goBack();
  await form.locator("[data-rule]").first().waitFor();
  assert.equal(await entry(BOD).inputValue(), "未检出");
});

test("in any layout it has its width, and of several forms one can be printed", async (t) => {
  const { page, inPage } = await visit(t);
  for (const style of ["display: flex", "display: inline-block", "float: left", "display: grid; justify-items: start", "display: flex; flex-direction: column; align-items: flex-start"]) {
    const width = await inPage((element, style) => {
      const place = document.createElement("div");
      place.style.cssText = style;
      document.querySelector("main").append(place);
      place.append(element);
      return element.offsetWidth;
    }, style);
    assert.ok(width > 300, `${style}: ${width}`);
  }
  await inPage((element) => element.after(Object.assign(document.createElement("ecoplan-form"), { plan: "lianzhou-145", subject: "project", lang: "zh" })));
  await page.locator("ecoplan-form").nth(1).locator("[data-rule]").first().waitFor();
  const printed = () =>
    page.evaluate(() => {
      dispatchEvent(new Event("beforeprint"));
      return [...document.querySelectorAll("ecoplan-form")].map((form) => !form.shadowRoot.querySelector(".record").classList.contains("kept-back"));
    });
  assert.deepEqual(await printed(), [true, true]);
  await page.evaluate(() => (window.print = () => dispatchEvent(new Event("beforeprint"))));
  await page.locator("ecoplan-form").nth(1).locator("button.print").click();
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("ecoplan-form")].map((form) => form.shadowRoot.querySelector(".record").classList.contains("kept-back"))), [true, false]);
  assert.deepEqual(await printed(), [true, true]);
});
