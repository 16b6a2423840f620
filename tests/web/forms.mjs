// How the tests get at the parts of a form.
import assert from "node:assert/strict";

import { open } from "./common.mjs";

/** A page that is there, with its form built; at the end nothing may have gone wrong in it. */
export async function visitForm(t, browser, url, { subject = "urban_wwtp" } = {}) {
  const { page, problems } = await open(browser, url);
  t.after(async () => {
    assert.deepEqual(problems, []);
    await page.close();
  });
  const form = page.locator("ecoplan-form");
  if (subject) await form.locator(`[data-rule]`).first().waitFor({ state: "attached" });
  const finding = (rule) => form.locator(`[data-rule="${rule}"]`);
  const field = (label) => form.locator(".field").filter({ has: page.locator(".label").getByText(label, { exact: true }) });
  const entry = (label) => field(label).locator(".with-unit input");
  /** What is said beside a field, once it is. */
  const error = async (label) => {
    const said = field(label).locator(".error");
    await said.locator("span").first().waitFor();
    return said.innerText();
  };
  const answer = (label, choice) => field(label).getByLabel(choice, { exact: true }).check();
  const value = () => form.evaluate((element) => JSON.parse(element.value));
  const report = () => form.evaluate((element) => element.report);
  return { page, problems, form, finding, field, entry, error, answer, value, report };
}
