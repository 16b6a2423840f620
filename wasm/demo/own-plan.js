// A plan file that somebody wrote: what is wrong with it, or the form that it makes.
import init, { Plan } from "./ecoplan/index.js";
import start, { analyse, read } from "./ecoplan/authoring.js";
import "./ecoplan/form.js";
import { inLanguage, lang, option, pick } from "./site.js";

const EXAMPLE = `# A plan of one rule. How to write one: spec/AUTHORING.md, spec/AUTHORING.zh-CN.md.

[plan]
id = "example"
title = { zh = "示例规划", en = "Example plan" }
period = { start = 2026-01-01, end = 2030-12-31 }

[[subject]]
id = "river"
label = { zh = "河段", en = "river section" }

[[fact]]
subject = "river"
name = "ammonia_mg_l"
kind = "number"
unit = "mg/L"
min = 0
max = 100
decimals = 2
yearly = true
source = "reported"
label = { zh = "氨氮平均浓度", en = "mean ammonia nitrogen" }

[[fact]]
subject = "river"
name = "drinking_water_source"
kind = "yes_no"
source = "reported"
label = { zh = "属于饮用水水源", en = "the section is a source of drinking water" }

[[rule]]
id = "ammonia-at-sources"
subject = "river"
kind = "target"
title = { zh = "水源氨氮不高于0.5mg/L", en = "Ammonia at sources at most 0.5 mg/L" }
applies = 'drinking_water_source'
requires = 'ammonia_mg_l <= 0.5'
measure = "ammonia_mg_l"
bounds = [{ number = 0.5, word = "不高于" }]
strength = { class = "mandatory", verb = "应" }
addressee = { zh = "主管部门", en = "the authority" }
cite = { chapter = 1, section = 1, anchor = "氨氮不高于0.5mg/L" }
says = { zh = "饮用水水源氨氮应不高于0.5mg/L", en = "Ammonia at sources of drinking water must be at most 0.5 mg/L" }
`;

const [text, file, check, verdict, all, analysis, choice, subjectMenu] = ["text", "file", "check", "verdict", "analyse", "analysis", "choice", "subject"].map((id) => document.getElementById(id));
const form = document.querySelector("ecoplan-form");
text.value = EXAMPLE;

let plan = null;
let problems = null;
let found = null;
let checked = null;

function line(name, content, className) {
  const element = document.createElement(name);
  element.textContent = content;
  if (className) element.className = className;
  return element;
}

function show() {
  choice.hidden = plan === null;
  form.hidden = plan === null;
  all.hidden = plan === null;
  analysis.replaceChildren(...(found ? [line("pre", pick(found.text))] : []));
  if (problems) {
    const shown = problems.map((problem) => {
      const [message, hint] = lang() === "zh" ? [problem.message_zh, problem.hint_zh] : [problem.message, problem.hint];
      const one = line("div", "", "problem");
      one.append(line("code", problem.path), line("div", message), ...(hint ? [line("div", hint)] : []));
      return one;
    });
    verdict.replaceChildren(line("p", pick({ zh: `发现 ${problems.length} 个问题：`, en: `${problems.length} problems:` })), ...shown);
  } else if (plan) {
    const [facts, rules] = [plan.subjects().reduce((n, { id }) => n + plan.facts(id).length, 0), plan.rules().length];
    const said = { zh: `规划“${plan.title.zh}”可用：${facts} 个填报项，${rules} 条规则，校验值 ${plan.hash}。`, en: `The plan “${plan.title.en}” is ready: ${facts} facts, ${rules} rules, hash ${plan.hash}.` };
    verdict.replaceChildren(line("p", pick(said)));
    const subject = subjectMenu.value;
    subjectMenu.replaceChildren(...plan.subjects().map(({ id, label }) => option(id, pick(label))));
    if (plan.subjects().some(({ id }) => id === subject)) subjectMenu.value = subject;
  }
}

function tryOut() {
  plan = null;
  problems = null;
  found = null;
  try {
    checked = text.value;
    plan = Plan.fromModel(read(checked));
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    problems = error.errors;
  }
  show();
  if (plan) {
    form.subject = subjectMenu.value;
    form.plan = plan;
  }
}

await Promise.all([init({ plans: [] }), start()]);
inLanguage(show);
check.disabled = false;
check.addEventListener("click", tryOut);
all.addEventListener("click", () => {
  // Of the plan as it was checked: what was typed since may be no plan.
  found = analyse(checked);
  show();
});
subjectMenu.addEventListener("change", () => (form.subject = subjectMenu.value));
file.addEventListener("change", async () => {
  if (file.files.length === 0) return;
  text.value = await file.files[0].text();
  tryOut();
});
