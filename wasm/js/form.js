// <ecoplan-form>: a form that builds itself from the facts of a subject and says at once what the plan says.
import init, { plan as open } from "./index.js";
import { el, sentence, Texts } from "./form/dom.js";
import { Field } from "./form/field.js";
import { Group } from "./form/group.js";
import { findings, record } from "./form/findings.js";
import { questions } from "./form/questions.js";
import { STYLE } from "./form/style.js";
import { WORDS } from "./form/words.js";

/** How long a screen reader waits for a pause in typing. */
const PAUSE_MS = 700;

/** The fact that a problem is about, of those that there are: its path is `facts.name`, `facts.name.year` or `facts.name[0]`. */
function about({ path }, names) {
  return [...names].find((name) => path.startsWith(`facts.${name}`) && /^([.[]|$)/.test(path.slice(6 + name.length)));
}

// Where there is no document, as on a server that renders pages, the module can be loaded all the same.
const Base = globalThis.HTMLElement ?? class {};

export class EcoplanForm extends Base {
  static formAssociated = true;
  static observedAttributes = ["plan", "subject", "lang", "as-of", "value"];

  #internals;
  #texts = new Texts("en");
  #open = new Set();
  #fields = new Map();
  #groups = [];
  #parts = {};
  #plan = null;
  #own = null;
  #filled;
  #surplus = [];
  #report = null;
  #explanation = null;
  #problems = [];
  #disabled = false;
  #stale = true;
  #building = false;
  #judged;
  #pause;

  constructor() {
    super();
    this.#internals = this.attachInternals();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }

  // ---- what the host page says

  /** The plan: the id of a bundled one, or a `Plan`. Reads as the `Plan` once it is there. */
  get plan() {
    return this.#plan;
  }

  set plan(plan) {
    if (typeof plan === "string") {
      this.#own = null;
      this.setAttribute("plan", plan);
    } else {
      this.#own = plan ?? null;
      this.#rebuild();
    }
  }

  get subject() {
    return this.getAttribute("subject");
  }

  set subject(id) {
    this.setAttribute("subject", id);
  }

  /** `zh` or `en`: as the element says, else as what is around it says. */
  get language() {
    const said = this.closest("[lang]")?.getAttribute("lang") ?? "";
    return /^zh\b/i.test(said) ? "zh" : "en";
  }

  get asOf() {
    return this.getAttribute("as-of") ?? this.#plan?.asOf ?? null;
  }

  set asOf(day) {
    if (day === null || day === undefined) this.removeAttribute("as-of");
    else this.setAttribute("as-of", day);
  }

  /** What is entered and was not refused, by fact name: as `plan.evaluate` takes it. */
  get facts() {
    return Object.fromEntries(Object.entries(this.#sound().facts));
  }

  /** Enters facts in place of what stands there. */
  set facts(facts) {
    if (typeof facts !== "object" || Array.isArray(facts)) throw new TypeError("facts: an object by fact name is expected");
    // Taken now, whatever becomes of the object later.
    this.#filled = Object.assign(Object.create(null), facts);
    this.#fill();
  }

  /** The facts as JSON text: what a form around the element submits under its name. */
  get value() {
    return JSON.stringify(this.facts);
  }

  set value(json) {
    this.facts = json ? JSON.parse(json) : {};
  }

  /** The last report, or `null` where the case cannot be judged at all. */
  get report() {
    return this.#report;
  }

  /** What is wrong with the entries. */
  get problems() {
    return [...this.#problems];
  }

  // ---- a control of a form, as the platform knows it

  get form() {
    return this.#internals.form;
  }

  get name() {
    return this.getAttribute("name");
  }

  set name(name) {
    this.setAttribute("name", name);
  }

  get type() {
    return this.localName;
  }

  get validity() {
    return this.#internals.validity;
  }

  get validationMessage() {
    return this.#internals.validationMessage;
  }

  get willValidate() {
    return this.#internals.willValidate;
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  /** Goes to the first entry that is wrong, else to the next question, else to the first. */
  focus() {
    const wrong = [...this.#fields.values()].find((field) => field.element.classList.contains("invalid"));
    const next = this.#fields.get(this.#report?.next_question);
    const field = wrong ?? next ?? [...this.#fields.values()][0];
    if (field) this.#ask(field.fact.name);
  }

  /** Empties the form, or fills in again what its `value` attribute says. */
  reset() {
    this.#open.clear();
    const value = this.getAttribute("value");
    this.value = value;
  }

  formResetCallback() {
    this.reset();
  }

  formDisabledCallback(disabled) {
    this.#disabled = disabled;
    for (const control of this.shadowRoot.querySelectorAll(".fields input, .fields select, .clear")) control.disabled = disabled;
  }

  formStateRestoreCallback(state) {
    this.value = state;
  }

  // ---- the life of the element

  connectedCallback() {
    // Properties that were set before the element was defined.
    for (const name of ["plan", "facts", "value"]) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.#texts.lang = this.language;
    if (this.#stale) this.#rebuild();
  }

  disconnectedCallback() {
    clearTimeout(this.#pause);
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "lang") {
      this.#texts.lang = this.language;
      if (!this.#stale) this.#judge();
    } else if (name === "as-of") {
      if (!this.#stale) this.#judge();
    } else if (name === "value") {
      try {
        this.reset();
      } catch (error) {
        this.#fail(error);
      }
    } else {
      if (name === "plan") this.#own = null;
      this.#rebuild();
    }
  }

  /** Builds the form anew, once however many things change at a time. */
  #rebuild() {
    this.#stale = true;
    if (this.#building || !this.isConnected) return;
    this.#building = true;
    queueMicrotask(async () => {
      this.#building = false;
      const id = this.getAttribute("plan");
      if (!this.#own && id === null) return;
      try {
        if (!this.#own) {
          this.#say(WORDS.loading);
          await init({ plans: [id] });
        }
        // In the meantime another plan may have been asked for, and another one will build the form.
        if (this.isConnected && (this.#own || id === this.getAttribute("plan"))) this.#build(this.#own ?? open(id));
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #build(plan) {
    const kept = this.#plan && this.#fields.size > 0 ? this.#entered() : undefined;
    const same = this.#plan?.hash === plan.hash && this.#parts.subject === this.subject;
    const texts = new Texts(this.language);
    const groups = questions(plan, this.subject);
    const [zh, en] = ["zh", "en"].map((lang) => plan.explanation(this.subject, {}, { lang }).facts);
    const units = new Map(zh.map((fact, i) => [fact.fact, { zh: fact.unit, en: en[i].unit }]));

    this.#texts = texts;
    this.#plan = plan;
    this.#stale = false;
    this.#fields = new Map();
    this.#groups = groups.map(({ title, facts }, place) => {
      const fields = facts.map((fact, i) => new Field(fact, units.get(fact.name), texts, `f${place}-${i}`));
      fields.forEach((field) => this.#fields.set(field.fact.name, field));
      return new Group(title, fields, texts);
    });
    const sections = groups.length > 1 ? this.#groups.map((group) => group.element) : [...this.#fields.values()].map((field) => field.element);
    const button = (word, name, work) => {
      const made = el("button", { type: "button", class: name }, texts.node(word));
      made.addEventListener("click", work);
      return made;
    };
    const other = { zh: "English", en: "中文" };
    const language = texts.attribute(button(other, "language", () => (this.lang = this.#texts.lang === "zh" ? "en" : "zh")), "lang", { zh: "en", en: "zh-CN" });
    const parts = {
      subject: this.subject,
      heading: el("p", { class: "heading" }),
      guide: el("div", { class: "guide" }),
      overall: el("p", { class: "overall" }),
      step: el("p", { class: "step" }),
      alert: el("div", { class: "alert", role: "alert", hidden: true }),
      heard: el("div", { class: "heard", role: "status" }),
      findings: el("div", {}),
      record: el("div", { class: "record" }),
    };
    parts.guide.append(parts.overall, parts.step);
    const toolbar = el(
      "div",
      { class: "toolbar", part: "toolbar" },
      parts.heading,
      language,
      button(WORDS.print, "print", () => globalThis.print()),
      button(WORDS.clear, "clear", () => this.#clear()),
    );
    const fields = el("section", { class: "fields", part: "fields", "aria-labelledby": "h-fields" }, el("h2", { id: "h-fields" }, texts.node(WORDS.questions)), ...sections);
    const found = el("section", { class: "findings", part: "findings", "aria-labelledby": "h-findings" }, el("h2", { id: "h-findings" }, texts.node(WORDS.findings)), parts.findings);
    const root = texts.attribute(el("div", { class: "root" }, toolbar, parts.guide, parts.alert, parts.heard, fields, found), "lang", { zh: "zh-CN", en: "en" });
    texts.attribute(parts.record, "lang", { zh: "zh-CN", en: "en" });
    for (const name of ["input", "change"]) {
      // Where nothing changed, as when a text is left, what is shown has to stay: somebody may be clicking on it.
      fields.addEventListener(name, () => {
        if (this.#state() !== this.#judged) this.#judge();
      });
    }
    this.#parts = parts;
    this.shadowRoot.replaceChildren(root, parts.record);
    this.formDisabledCallback(this.#disabled);
    if (this.#filled === undefined && same) this.#filled = kept;
    if (this.#filled === undefined) this.#filled = JSON.parse(this.getAttribute("value") ?? "{}");
    this.#fill();
  }

  #clear() {
    this.reset();
    this.focus();
  }

  /** Enters what was asked for, as soon as there are fields for it. */
  #fill() {
    if (this.#stale || this.#filled === undefined) return;
    const facts = this.#filled;
    this.#filled = undefined;
    this.#surplus = Object.entries(facts).filter(([name]) => !this.#fields.has(name));
    for (const [name, field] of this.#fields) {
      if (field.fill(facts[name])) continue;
      // What no field can hold is kept, so that the evaluator says what is wrong with it.
      field.fill(undefined);
      this.#surplus.push([name, facts[name]]);
    }
    this.#judge();
  }

  /** What stands in the fields, whether it is right or not. */
  #entered() {
    const facts = Object.create(null);
    for (const [name, field] of this.#fields) {
      const value = field.given();
      if (value !== undefined) facts[name] = value;
    }
    return facts;
  }

  #state() {
    return JSON.stringify(this.#entered());
  }

  /** What is refused counts as not given, so that rules that do not need it still decide. */
  #sound() {
    const facts = Object.assign(Object.create(null), Object.fromEntries(this.#surplus), this.#entered());
    const problems = [];
    if (this.#plan === null) return { facts, problems, report: null };
    for (;;) {
      const { report, errors } = this.#try(facts);
      if (report) return { facts, problems, report };
      const names = Object.keys(facts);
      let refused = errors.filter((problem) => about(problem, names) !== undefined);
      // Of what is said of all facts together, such as that they are too long, those are to blame that are so alone.
      if (refused.length === 0) refused = names.flatMap((name) => this.#alone(name, facts[name]));
      if (refused.length === 0) return { facts, problems: [...problems, ...errors], report: null };
      problems.push(...refused);
      for (const problem of refused) delete facts[about(problem, names)];
    }
  }

  #try(facts) {
    const asOf = this.getAttribute("as-of");
    try {
      return { report: this.#plan.evaluate(this.subject, facts, asOf === null ? {} : { asOf }) };
    } catch (error) {
      if (!Array.isArray(error?.errors)) throw error;
      return { errors: error.errors };
    }
  }

  #alone(name, value) {
    const { errors = [] } = this.#try({ [name]: value });
    return errors.filter(({ path }) => path === "facts").map((problem) => ({ ...problem, path: `facts.${name}` }));
  }

  #judge() {
    const { facts, problems, report } = this.#sound();
    const lang = this.#texts.lang;
    const asOf = this.getAttribute("as-of");
    this.#report = report;
    this.#problems = problems;
    this.#explanation = report && this.#plan.explanation(this.subject, facts, asOf === null ? { lang } : { asOf, lang });
    this.#judged = this.#state();
    this.#show();

    this.#internals.setFormValue(JSON.stringify(facts), this.#judged);
    const wrong = [...this.#fields.values()].find((field) => field.element.classList.contains("invalid"));
    if (problems.length > 0) {
      const message = lang === "zh" ? problems[0].message_zh : problems[0].message;
      this.#internals.setValidity({ customError: true }, message, wrong?.inputs[0] ?? this.#parts.alert);
    } else {
      this.#internals.setValidity({});
    }
    const detail = { facts: { ...facts }, report, problems: [...problems] };
    this.dispatchEvent(new CustomEvent("ecoplan-report", { bubbles: true, composed: true, detail }));
  }

  #show() {
    const lang = this.#texts.lang;
    const { heading, guide, overall, step, alert, findings: list, record: sheet } = this.#parts;
    const [report, explanation] = [this.#report, this.#explanation];
    const say = (word) => WORDS[word][lang];

    const own = (field) => this.#problems.filter((problem) => about(problem, [field.fact.name]) !== undefined);
    const elsewhere = this.#problems.filter((problem) => about(problem, this.#fields.keys()) === undefined);
    const waited = new Set(report?.findings.flatMap((finding) => finding.missing));
    const known = new Map(explanation?.facts.map((fact) => [fact.fact, fact.value]));
    for (const [name, field] of this.#fields) {
      field.problems = own(field);
      const given = field.given();
      field.mark({ next: report?.next_question === name, unneeded: report !== null && given === undefined && !waited.has(name) });
      field.shared = given === undefined ? (known.get(name) ?? null) : null;
    }
    for (const group of this.#groups) group.fold();

    alert.hidden = elsewhere.length === 0;
    alert.textContent = elsewhere.map((p) => `${p.path}${lang === "zh" ? "：" : ": "}${lang === "zh" ? p.message_zh : p.message}`).join("\n");
    heading.textContent = sentence(explanation?.heading ?? "");
    guide.className = `guide ${report?.headline.outcome ?? ""}`;
    overall.textContent = sentence(explanation?.overall ?? "");
    step.replaceChildren(...this.#step(say));
    list.replaceChildren(...(explanation ? findings(explanation, (fact) => this.#ask(fact), this.#open) : []));
    sheet.replaceChildren(...(explanation ? record(explanation, report) : []));
    this.#hear();
  }

  /** What to do next: an entry to mend, a question, or nothing any more. */
  #step(say) {
    const { next } = this.#explanation ?? {};
    const wrong = [...this.#fields.values()].filter((field) => field.element.classList.contains("invalid"));
    const lead = (fact, text) => {
      const button = el("button", { type: "button", class: "ask" }, text);
      button.addEventListener("click", () => this.#ask(fact));
      return button;
    };
    const parts = [];
    if (wrong.length > 0) {
      parts.push(el("span", {}, say("refused")), ...wrong.map((field) => lead(field.fact.name, this.#texts.pick(field.fact.label))));
    }
    if (next) {
      parts.push(el("span", {}, sentence(next.label) + (this.#texts.lang === "zh" ? "：" : ": ")), lead(next.id, next.text));
    } else if (this.#report) {
      const undecided = this.#report.findings.some((finding) => finding.missing.length > 0);
      parts.push(el("span", {}, say(undecided ? "open" : "settled")));
    }
    return parts;
  }

  /** Goes to the question of a fact. */
  #ask(fact) {
    this.#groups.find((group) => group.fields.some((field) => field.fact.name === fact))?.unfold();
    this.#fields.get(fact)?.focus();
  }

  /** Tells a screen reader how things stand, once typing pauses. */
  #hear() {
    clearTimeout(this.#pause);
    const { overall, step, heard } = this.#parts;
    this.#pause = setTimeout(() => {
      const now = `${overall.textContent} ${step.textContent}`;
      if (heard.textContent !== now) heard.textContent = now;
    }, PAUSE_MS);
  }

  /** A message in place of the form. */
  #say(text, more = "") {
    if (this.#fields.size > 0) return;
    const texts = new Texts(this.language);
    this.shadowRoot.replaceChildren(el("div", { class: "root", role: "status" }, texts.pick(text) + more));
  }

  #fail(error) {
    const zh = this.language === "zh";
    const said = Array.isArray(error?.errors) ? error.errors.map((e) => (zh ? e.message_zh : e.message)).join("\n") : String(error?.message ?? error);
    this.#plan = null;
    this.#stale = true;
    this.#report = null;
    this.#explanation = null;
    this.#fields = new Map();
    this.shadowRoot.replaceChildren(el("div", { class: "root" }, el("div", { class: "alert", role: "alert" }, WORDS.failed[zh ? "zh" : "en"] + said)));
    this.#internals.setFormValue(null);
    this.dispatchEvent(new CustomEvent("ecoplan-error", { bubbles: true, composed: true, detail: { error } }));
  }
}

globalThis.customElements?.define("ecoplan-form", EcoplanForm);
