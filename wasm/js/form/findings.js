// Findings as elements, from the evaluator's own words.
import { el, sentence, spoken } from "./dom.js";
import { WORDS } from "./words.js";

/** What stands below "why"; the rest is always in sight. */
const BEHIND = new Set(["says", "because", "notes", "addressee"]);
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

/** A record for the files, on one page: facts, findings, and what they can be checked against. */
export function record(explanation, report) {
  const { lang } = explanation;
  const say = (word) => WORDS[word][lang];
  const colon = lang === "zh" ? "：" : ": ";
  const kept = new Set(["margin", "reason", "missing", "possible", "changes", "progress", "actions", "readings", "cite"]);
  const value = ({ value, year }) => (value === null ? say("blank") : year === null ? value : `${value} (${year})`);
  const facts = explanation.facts.map((fact) => el("tr", {}, el("th", { scope: "row" }, fact.label), el("td", {}, value(fact))));
  const found = explanation.findings.map((one) =>
    el(
      "li",
      {},
      el("strong", {}, `${one.mark} ${one.verdict} · ${one.title}`),
      ...one.lines.filter((each) => kept.has(each.key)).map((each) => {
        const text = [each.text, ...each.parts.filter((part) => part.mark === null).map((part) => part.text)].filter(Boolean);
        return el("div", {}, `${sentence(each.label)}${colon}${text.join(lang === "zh" ? "；" : "; ")}`);
      }),
    ),
  );
  const apart = explanation.not_applicable.length > 0 ? el("p", {}, `${say("notApplicable")}${colon}${explanation.not_applicable.join(lang === "zh" ? "；" : "; ")}`) : null;
  return [
    el("h1", {}, say("record")),
    el("p", {}, explanation.heading),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say("recordFact")), el("th", { scope: "col" }, say("recordValue")))), el("tbody", {}, ...facts)),
    el("p", {}, el("strong", {}, explanation.overall)),
    el("ul", {}, ...found),
    apart,
    ...explanation.notes.map((note) => el("p", {}, note)),
    el("p", {}, `${say("plan")}${colon}${report.plan.title[lang]} [${report.plan.id}] · ${say("engine")}${colon}ecoplan ${report.engine}`),
    el("p", { class: "hash" }, `${say("hash")}${colon}${report.plan.hash}`),
    el("p", {}, say("advice")),
    el("p", { class: "signature" }, say("signature")),
  ].filter((part) => part !== null);
}
