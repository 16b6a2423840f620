// The scorecard of a plan with the distance of each indicator to its target, and a form to change the values.
import init, { plan, plans } from "./ecoplan/index.js";
import "./ecoplan/form.js";
import { inLanguage, lang, option, pick } from "./site.js";

const [planMenu, asOf, problem, place] = ["plan", "as-of", "problem", "scorecard"].map((id) => document.getElementById(id));
const form = document.querySelector("ecoplan-form");
const SVG = "http://www.w3.org/2000/svg";

let chosen;
let reported;

function cell(name, text, className) {
  const element = document.createElement(name);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** How long the bar is, from −1 to 1; 0 is the target. `null` where there is no distance to draw. */
function distance(row) {
  if (row.margin === null) return null;
  const target = Math.abs(Number(row.target));
  // A target of 0 has no share: then it is what is left of the way from the baseline.
  if (target === 0) return row.progress === null ? null : Number(row.progress) - 1;
  return Number(row.margin) / target;
}

/** How much of a target the longest bars are: enough for all that are no longer than the target itself. */
function scale(rows) {
  const lengths = rows.map(distance).filter((length) => length !== null && Math.abs(length) <= 1);
  return [0.05, 0.1, 0.25, 0.5].find((end) => lengths.every((length) => Math.abs(length) <= end)) ?? 1;
}

/** A bar to the right of the target for what is to spare, to the left for what is short; an arrow where it is cut off. */
function bar(row, whole) {
  const svg = document.createElementNS(SVG, "svg");
  const draw = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    svg.append(element);
  };
  svg.setAttribute("viewBox", "-104 0 208 16");
  svg.setAttribute("class", `bar ${row.status}`);
  svg.setAttribute("aria-hidden", "true");
  const length = distance(row);
  if (length !== null) {
    const end = Math.max(-1, Math.min(1, length / whole)) * 100;
    const width = Math.max(Math.abs(end), 1.5);
    draw("rect", { x: end < 0 ? -width : 0, y: 3, width, height: 10 });
    if (Math.abs(length) > whole) draw("path", { d: length > 0 ? "M98 1 l6 7 l-6 7 z" : "M-98 1 l-6 7 l6 7 z" });
  }
  draw("line", { x1: 0, x2: 0, y1: 0, y2: 16 });
  return svg;
}

function table(card, said) {
  const whole = scale(card.rows);
  const percent = `${whole * 100}%`;
  const head = document.createElement("thead");
  const titles = [
    { zh: "序号", en: "No." },
    { zh: "指标", en: "Indicator" },
    { zh: "属性", en: "Attribute" },
    { zh: "数值", en: "Value" },
    { zh: "目标", en: "Target" },
    { zh: "结论", en: "Outcome" },
    { zh: `与目标的差距（左端 −${percent}，右端 +${percent}，按目标值计）`, en: `Distance to target (from −${percent} to +${percent} of it)` },
    { zh: "余量和说明", en: "Margin and remarks" },
  ];
  const first = document.createElement("tr");
  first.append(...titles.map((title) => Object.assign(cell("th", pick(title)), { scope: "col" })));
  head.append(first);
  const body = document.createElement("tbody");
  card.rows.forEach((row, i) => {
    const words = said.rows[i];
    const line = document.createElement("tr");
    line.dataset.status = row.status;
    const name = Object.assign(cell("th", words.title), { scope: "row" });
    const drawn = cell("td", "", "drawn");
    drawn.append(bar(row, whole));
    line.append(
      cell("td", String(row.no), "number"),
      name,
      cell("td", words.attribute),
      cell("td", words.value, "number"),
      cell("td", words.target, "number"),
      cell("td", `${words.mark} ${words.verdict}`, `outcome ${row.status}`),
      drawn,
      cell("td", words.remark),
    );
    body.append(line);
  });
  const element = document.createElement("table");
  element.append(cell("caption", said.heading), head, body);
  return element;
}

/** The values of the table, changed as the form says; what is not counted stays so until its value is changed. */
function values() {
  const given = form.facts;
  const merged = { ...given };
  for (const [name, { not_assessed: reason, ...value }] of Object.entries(reported)) {
    if (reason && JSON.stringify(given[name] ?? {}) === JSON.stringify(filled(value) ?? {})) merged[name] = { ...value, not_assessed: reason };
  }
  return merged;
}

/** A value as the form gives it back. */
function filled({ value, year }) {
  if (value === undefined) return undefined;
  return year === undefined ? value : { value, year: String(year) };
}

function show() {
  if (!chosen || !form.plan) return;
  problem.hidden = true;
  try {
    const day = asOf.value || chosen.asOf;
    const card = chosen.scorecard(values(), { asOf: day });
    const said = chosen.scorecardExplanation(values(), { asOf: day, lang: lang() });
    const wide = Object.assign(document.createElement("div"), { className: "wide", tabIndex: 0 });
    wide.setAttribute("role", "region");
    wide.setAttribute("aria-label", said.heading);
    wide.append(table(card, said));
    place.replaceChildren(cell("p", said.summary, "summary"), ...said.notes.map((note) => cell("p", note)), wide);
  } catch (error) {
    problem.hidden = false;
    problem.textContent = error.errors.map((each) => pick({ zh: each.message_zh, en: each.message })).join("\n");
  }
}

function choose() {
  chosen = plan(planMenu.value);
  reported = chosen.reported();
  const facts = Object.fromEntries(Object.entries(reported).map(([name, value]) => [name, filled(value)]));
  form.plan = planMenu.value;
  form.subject = chosen.rules().find((rule) => rule.indicator).subject;
  form.asOf = asOf.value || chosen.asOf;
  form.facts = facts;
}

await init();
inLanguage(() => {
  const id = planMenu.value || "lianzhou-145";
  planMenu.replaceChildren(...plans().map((each) => option(each, pick(plan(each).title))));
  planMenu.value = id;
  show();
});
form.addEventListener("ecoplan-report", show);
planMenu.addEventListener("change", () => {
  asOf.value = "";
  choose();
});
asOf.addEventListener("change", () => {
  form.asOf = asOf.value || chosen.asOf;
  show();
});
choose();
