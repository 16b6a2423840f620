// Any subject of any bundled plan, as of any day.
import init, { plan, plans } from "./ecoplan/index.js";
import "./ecoplan/form.js";
import { inLanguage, option, pick } from "./site.js";

const [planMenu, subjectMenu, asOf] = ["plan", "subject", "as-of"].map((id) => document.getElementById(id));
const form = document.querySelector("ecoplan-form");

function show() {
  const chosen = plan(planMenu.value);
  const subject = subjectMenu.value;
  subjectMenu.replaceChildren(...chosen.subjects().map(({ id, label }) => option(id, pick(label))));
  if (chosen.subjects().some(({ id }) => id === subject)) subjectMenu.value = subject;
  form.plan = planMenu.value;
  form.subject = subjectMenu.value;
  form.asOf = asOf.value || chosen.asOf;
}

await init();
inLanguage(() => {
  const id = planMenu.value || "lianzhou-145";
  planMenu.replaceChildren(...plans().map((each) => option(each, pick(plan(each).title))));
  planMenu.value = id;
  show();
});
planMenu.addEventListener("change", () => {
  asOf.value = "";
  show();
});
subjectMenu.addEventListener("change", show);
asOf.addEventListener("change", show);
