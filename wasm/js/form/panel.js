// What is to be seen of a form: its questions on one side, what the plan says of the answers on the other.
import { el, sentence, Texts } from "./dom.js";
import { Field } from "./field.js";
import { findings, record } from "./findings.js";
import { Group } from "./group.js";
import { about } from "./judge.js";
import { questions } from "./questions.js";
import { WORDS } from "./words.js";

/** How long a screen reader waits for a pause in typing. */
const PAUSE_MS = 700;

export class Panel {
  #texts;
  #fields = new Map();
  #groups;
  #parts;
  /** The rules whose reasons are unfolded. */
  #unfolded = new Set();
  #typing = null;
  #shown = { report: null, explanation: null, problems: [] };
  #pause;

  /** `on` has what the buttons do (`language`, `print`, `clear`, `undo`) and what follows an entry (`entered`). */
  constructor(plan, subject, lang, on) {
    this.plan = plan;
    this.subject = subject;
    const texts = new Texts(lang);
    this.#texts = texts;
    const groups = questions(plan, subject);
    const [zh, en] = ["zh", "en"].map((lang) => plan.explanation(subject, {}, { lang }).facts);
    const units = new Map(zh.map((fact, i) => [fact.fact, { zh: fact.unit, en: en[i].unit }]));
    this.#groups = groups.map(({ title, facts }, place) => {
      const fields = facts.map((fact, i) => new Field(fact, units.get(fact.name), texts, `f${place}-${i}`));
      fields.forEach((field) => this.#fields.set(field.fact.name, field));
      return new Group(title, fields, texts);
    });
    const questionsShown = groups.length > 1 ? this.#groups.map((group) => group.element) : [...this.#fields.values()].map((field) => field.element);

    const button = (word, name) => {
      const made = el("button", { type: "button", class: name }, texts.node(word));
      made.addEventListener("click", () => on[name]());
      return made;
    };
    const parts = {
      heading: el("p", { class: "heading" }),
      clear: button(WORDS.clear, "clear"),
      undo: button(WORDS.undo, "undo"),
      guide: el("div", { class: "guide", part: "guide" }),
      overall: el("p", { class: "overall" }),
      step: el("p", { class: "step" }),
      alert: el("div", { class: "alert", role: "alert", tabindex: "-1", hidden: true }),
      heard: el("div", { class: "heard", role: "status" }),
      findings: el("div", {}),
      record: texts.attribute(el("div", { class: "record" }), "lang", { zh: "zh-CN", en: "en" }),
    };
    this.#parts = parts;
    this.cleared = false;
    parts.guide.append(parts.overall, parts.step);
    const language = texts.attribute(button({ zh: "English", en: "中文" }, "language"), "lang", { zh: "en", en: "zh-CN" });
    const toolbar = el("div", { class: "toolbar", part: "toolbar" }, parts.heading, language, button(WORDS.print, "print"), parts.clear, parts.undo);
    const section = (name, word, ...inside) =>
      el("section", { class: name, part: name, "aria-labelledby": `h-${name}` }, el("h2", { id: `h-${name}` }, texts.node(word)), ...inside);
    const fields = section("fields", WORDS.questions, ...questionsShown);
    const found = section("findings", WORDS.findings, parts.findings);
    const root = texts.attribute(el("div", { class: "root" }, toolbar, parts.guide, parts.alert, parts.heard, fields, found), "lang", { zh: "zh-CN", en: "en" });
    this.elements = [root, parts.record];

    fields.addEventListener("input", (event) => {
      // What is composed by an input method is heard when it is there.
      if (event.isComposing) return;
      this.#typing = event.target;
      on.entered();
    });
    for (const name of ["change", "compositionend"]) {
      fields.addEventListener(name, () => {
        this.#typing = null;
        on.entered();
      });
    }
  }

  get lang() {
    return this.#texts.lang;
  }

  set lang(lang) {
    this.#texts.lang = lang;
  }

  /** What stands in the fields, whether it is right or not. */
  get entered() {
    const facts = Object.create(null);
    for (const [name, field] of this.#fields) {
      const value = field.given(this.#typing);
      if (value !== undefined) facts[name] = value;
    }
    return facts;
  }

  /** Enters facts in place of what stands there, and gives back those that no field can hold. */
  fill(facts) {
    this.#typing = null;
    const surplus = Object.entries(facts).filter(([name]) => !this.#fields.has(name));
    for (const [name, field] of this.#fields) {
      if (field.fill(Object.hasOwn(facts, name) ? facts[name] : undefined)) continue;
      field.fill(undefined);
      surplus.push([name, facts[name]]);
    }
    return Object.fromEntries(surplus);
  }

  has(fact) {
    return this.#fields.has(fact);
  }

  set disabled(disabled) {
    for (const field of this.#fields.values()) for (const input of field.inputs) input.disabled = disabled;
    for (const button of [this.#parts.clear, this.#parts.undo]) button.disabled = disabled;
  }

  /** Whether what was there can be brought back. */
  set cleared(cleared) {
    this.#parts.clear.hidden = cleared;
    this.#parts.undo.hidden = !cleared;
  }

  /** Whether its record goes to the printer. */
  set printed(printed) {
    this.#parts.record.classList.toggle("kept-back", !printed);
  }

  get #wrong() {
    return [...this.#fields.values()].filter((field) => field.wrong);
  }

  /** Where a browser shows what is wrong: unfolded, and able to take the focus. */
  get anchor() {
    const [wrong] = this.#wrong;
    if (!wrong) return this.#parts.alert;
    this.#unfold(wrong);
    return wrong.target;
  }

  #unfold(field) {
    this.#groups.find((group) => group.fields.includes(field)).unfold();
  }

  /** Goes to the question of a fact: else to what is wrong, to the next question, to the first. */
  ask(fact = this.#wrong[0]?.fact.name ?? this.#shown.report?.next_question ?? [...this.#fields.keys()][0]) {
    const field = this.#fields.get(fact);
    if (!field) return;
    this.#unfold(field);
    field.target.focus();
  }

  /** Shows what there is to say. */
  show({ report, explanation, problems }, surplus) {
    this.#shown = { report, explanation, problems };
    const { lang } = this;
    const { heading, guide, overall, step, alert, findings: list, record: sheet } = this.#parts;
    const waited = new Set(report?.findings.flatMap((finding) => finding.missing));
    const known = new Map(explanation?.facts.map((fact) => [fact.fact, fact.value]));
    for (const [name, field] of this.#fields) {
      field.problems = problems.filter((problem) => about(problem, [name]) !== undefined);
      const given = field.given(this.#typing);
      field.mark({ next: report?.next_question === name, unneeded: report !== null && given === undefined && !waited.has(name) });
      field.shared = given === undefined && !(name in surplus) ? (known.get(name) ?? null) : null;
    }
    for (const group of this.#groups) group.fold();

    const elsewhere = problems.filter((problem) => about(problem, this.#fields.keys()) === undefined);
    const place = ({ path }) => (path === "asOf" ? WORDS.asOf[lang] : path);
    alert.hidden = elsewhere.length === 0;
    alert.textContent = elsewhere.map((p) => `${place(p)}${lang === "zh" ? "：" : ": "}${lang === "zh" ? p.message_zh : p.message}`).join("\n");
    heading.textContent = sentence(explanation?.heading ?? "");
    guide.className = `guide ${report?.headline.outcome ?? ""}`;
    overall.textContent = sentence(explanation?.overall ?? "");
    step.replaceChildren(...this.#step());
    list.replaceChildren(...(explanation ? findings(explanation, (fact) => this.ask(fact), this.#unfolded) : []));
    const refused = new Map(this.#wrong.map((field) => [field.fact.name, field.typed]));
    const asked = explanation && { ...explanation, facts: explanation.facts.filter(({ fact }) => this.#fields.has(fact)) };
    sheet.replaceChildren(...(asked ? record(asked, report, refused) : [el("p", {}, alert.textContent)]));
    this.#hear();
  }

  /** What to do next: an entry to mend, a question, or nothing any more. */
  #step() {
    const { report, explanation } = this.#shown;
    const { lang } = this;
    const wrong = this.#wrong;
    const lead = (fact, text) => {
      const button = el("button", { type: "button", class: "ask" }, text);
      button.addEventListener("click", () => this.ask(fact));
      return button;
    };
    const parts = wrong.length > 0 ? [el("span", {}, WORDS.refused[lang]), ...wrong.map((field) => lead(field.fact.name, sentence(field.fact.label[lang])))] : [];
    const next = explanation?.next;
    if (next && !wrong.some((field) => field.fact.name === next.id)) {
      parts.push(el("span", {}, sentence(next.label) + (lang === "zh" ? "：" : ": ")), lead(next.id, next.text));
    } else if (report && wrong.length === 0) {
      const open = report.findings.some((finding) => finding.missing.length > 0);
      parts.push(el("span", {}, WORDS[report.findings.length === 0 ? "silent" : open ? "open" : "settled"][lang]));
    }
    return parts;
  }

  /** Tells a screen reader how things stand, once typing pauses. */
  #hear() {
    clearTimeout(this.#pause);
    const { overall, step, heard } = this.#parts;
    this.#pause = setTimeout(() => {
      const between = this.lang === "zh" ? "；" : "; ";
      const said = [overall.textContent, ...this.#wrong.map((field) => field.error), [...step.children].map((part) => part.textContent).join(" ")];
      const now = said.filter(Boolean).join(between);
      if (heard.textContent !== now) heard.textContent = now;
    }, PAUSE_MS);
  }

  close() {
    clearTimeout(this.#pause);
  }
}
