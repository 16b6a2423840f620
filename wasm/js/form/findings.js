// Findings as elements, from the evaluator's own words.
import { el, sentence, spoken } from "./dom.js";
import { WORDS } from "./words.js";

/** What stands below "why"; the rest is always in sight. */
const BEHIND = new Set(["says", "because", "notes", "addressee"]);
/** What a record says of a finding. */
const SHORT = ["margin", "reason", "missing", "changes", "progress", "due", "caveats", "actions", "readings"];
const MARKS = { "✓": WORDS.holds, "✗": WORDS.fails, "?": WORDS.undecided, "–": WORDS.notReached };

/** One line: what it is about and what it says; a fact that is missing leads to its question. */
function line(one, lang, ask) {
  const said = [];
  if (one.text) said.push(...spoken(one.text, lang));
  const listed = one.parts.filter((part) => part.mark === null);
  if (listed.length > 0) {
    const item = (part) => {
      if (!ask || part.id === null) return el("li", {}, part.text);
      const button = el("button", { type: "button", class: "ask" }, part.text);
      button.addEventListener("click", () => ask(part.id));
      return el("li", {}, button);
    };
    said.push(el("ul", { class: "list" }, ...listed.map(item)));
  }
  return [el("dt", {}, sentence(one.label)), el("dd", { class: one.key }, ...said)];
}

/** A condition with its parts below. */
function condition(one, lang) {
  const mark = el("span", { class: "sign", role: "img", "aria-label": MARKS[one.mark][lang] }, one.mark);
  const label = one.label ? el("strong", {}, sentence(one.label) + (lang === "zh" ? "：" : ": ")) : null;
  const parts = one.parts.length > 0 ? el("ul", { class: "tree" }, ...one.parts.map((part) => condition(part, lang))) : null;
  return el("li", {}, mark, " ", label, ...spoken(one.text, lang), parts);
}

function finding(one, lang, ask, open) {
  const inSight = one.lines.filter((line) => !BEHIND.has(line.key));
  const because = one.lines.filter((line) => line.key === "because");
  const notes = one.lines.filter((line) => BEHIND.has(line.key) && line.key !== "because");
  const why = el("details", { open: open.has(one.rule) }, el("summary", {}, WORDS.why[lang]));
  why.append(
    el("ul", { class: "tree" }, ...because.map((line) => condition(line, lang))),
    el("dl", {}, ...notes.flatMap((each) => line(each, lang))),
  );
  why.addEventListener("toggle", () => (why.open ? open.add(one.rule) : open.delete(one.rule)));
  return el(
    "article",
    { class: `finding ${one.outcome}`, "data-rule": one.rule, "data-outcome": one.outcome, part: "finding" },
    el("h3", {}, el("span", { class: "verdict" }, el("span", { "aria-hidden": "true" }, `${one.mark} `), one.verdict), " ", el("span", { class: "title" }, one.title)),
    el("dl", {}, ...inSight.flatMap((each) => line(each, lang, ask))),
    why,
  );
}

/** The findings of an explanation. `ask` leads to the question of a fact; `open` holds the rules whose reasons are unfolded. */
export function findings(explanation, ask, open) {
  const { lang, not_applicable: apart } = explanation;
  const shown = explanation.findings.map((one) => finding(one, lang, ask, open));
  if (apart.length > 0) {
    const titles = apart.join(lang === "zh" ? "；" : "; ");
    shown.push(el("p", { class: "apart" }, el("strong", {}, `${WORDS.notApplicable[lang]}${lang === "zh" ? "：" : ": "}`), titles));
  }
  return shown;
}

/**
 * A record for the files: facts, findings, and what they can be checked against. `refused` has, by fact, what was typed
 * and could not be counted.
 */
export function record(explanation, report, refused) {
  const { lang } = explanation;
  const [colon, between] = lang === "zh" ? ["：", "；"] : [": ", "; "];
  const say = (word) => WORDS[word][lang];
  const value = ({ fact, value, year }) => {
    if (refused.has(fact)) return `${refused.get(fact)} ${lang === "zh" ? "（" : "("}${say("refusedValue")}${lang === "zh" ? "）" : ")"}`;
    return value === null ? say("blank") : year === null ? value : `${value} (${year})`;
  };
  const facts = explanation.facts.map((fact) => el("tr", {}, el("th", { scope: "row" }, fact.label), el("td", {}, value(fact))));
  // What is open says what is missing; the rest is in the plan.
  const kept = (one) => (one.outcome === "undetermined" ? ["missing", "caveats"] : [...SHORT, "cite"]);
  const text = (line) => [line.text, ...line.parts.filter((part) => part.mark === null).map((part) => part.text)].filter(Boolean).join(between);
  const found = explanation.findings.map((one) => {
    const lines = one.lines.filter((line) => kept(one).includes(line.key));
    return el("li", {}, el("strong", {}, `${one.mark} ${one.verdict} · ${one.title}`), ...lines.map((line) => el("div", {}, `${sentence(line.label)}${colon}${text(line)}`)));
  });
  const apart = explanation.not_applicable;
  return [
    el("h1", {}, say("record")),
    el("p", {}, sentence(explanation.heading)),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say("recordFact")), el("th", { scope: "col" }, say("recordValue")))), el("tbody", {}, ...facts)),
    el("p", {}, el("strong", {}, sentence(explanation.overall))),
    el("ul", {}, ...found),
    apart.length > 0 ? el("p", {}, `${say("notApplicable")}${colon}${apart.join(between)}`) : null,
    ...explanation.notes.map((note) => el("p", {}, note)),
    el("p", {}, `${say("plan")}${colon}${report.plan.title[lang]} [${report.plan.id}] · ${say("engine")}${colon}ecoplan ${report.engine}`),
    el("p", { class: "hash" }, `${say("hash")}${colon}${report.plan.hash}`),
    el("p", {}, say("advice")),
    el("p", { class: "signature" }, say("signature")),
  ].filter((part) => part !== null);
}
