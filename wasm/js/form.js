// <ecoplan-form>: a form that builds itself from the facts of a subject and says at once what the plan says.
import init, { plan as open } from "./index.js";
import { el } from "./form/dom.js";
import { judge } from "./form/judge.js";
import { Panel } from "./form/panel.js";
import { STYLE } from "./form/style.js";
import { WORDS } from "./form/words.js";

/** The facts of a JSON text; of an empty one, none. */
function parse(json) {
  const facts = json === null || json.trim() === "" ? {} : (JSON.parse(json) ?? {});
  if (typeof facts !== "object" || Array.isArray(facts)) throw new TypeError("facts: an object by fact name is expected");
  return Object.assign(Object.create(null), facts);
}

function same(facts, others) {
  try {
    return JSON.stringify(facts) === JSON.stringify(others);
  } catch {
    return false;
  }
}

// Where there is no document, as on a server that renders pages, the module can be loaded all the same.
const Base = globalThis.HTMLElement ?? class {};

export class EcoplanForm extends Base {
  static formAssociated = true;
  static observedAttributes = ["plan", "rules", "subject", "lang", "as-of", "value"];
  /** The form whose button asked for the printer; where none did, all go there. */
  static #printing = null;

  #internals;
  #panel = null;
  /** A plan of the host page's own, in place of a bundled one. */
  #own = null;
  /** Whether another plan or subject is asked for than the panel shows. */
  #stale = true;
  /** Counts what was asked for, so that what comes late is not taken for it. */
  #turn = 0;
  /** Facts to be entered once there are fields for them. */
  #filled;
  /** What was entered about other subjects, to be there again when they come back. */
  #kept = new Map();
  /** Facts that no field can hold, for the evaluator to say so. */
  #surplus = {};
  /** What is wrong with the `value` attribute. */
  #unread = [];
  #cleared = null;
  #judged = { facts: {}, problems: [], report: null, state: null };
  #disabled = false;
  #telling = false;

  constructor() {
    super();
    this.#internals = this.attachInternals();
    this.attachShadow({ mode: "open" });
    this.adoptedCallback();
    // Entries that are wrong are unfolded before the browser looks for a place to say so.
    this.addEventListener("invalid", () => this.#panel?.anchor);
  }

  // ---- what the host page says

  get plan() {
    return this.#panel?.plan ?? null;
  }

  set plan(plan) {
    this.#own = typeof plan === "string" ? null : (plan ?? null);
    if (typeof plan === "string") this.setAttribute("plan", plan);
    if (plan === null) this.removeAttribute("plan");
    this.#rebuild();
  }

  /** The rules that it is about, parted by spaces: all of the plan's, unless it is said. */
  get rules() {
    return this.getAttribute("rules");
  }

  set rules(rules) {
    this.#attribute("rules", rules);
  }

  get subject() {
    return this.getAttribute("subject");
  }

  set subject(id) {
    this.#attribute("subject", id);
  }

  /** `zh` or `en`: as the element says, else as what is around it says. */
  get language() {
    for (let node = this; node; node = node.parentNode ?? node.host) {
      const said = node.getAttribute?.("lang");
      if (said) return /^zh\b/i.test(said) ? "zh" : "en";
    }
    return "en";
  }

  get asOf() {
    return this.getAttribute("as-of") ?? this.#panel?.plan.asOf ?? null;
  }

  set asOf(day) {
    this.#attribute("as-of", day);
  }

  get facts() {
    return { ...(this.#filled ?? this.#judged.facts) };
  }

  set facts(facts) {
    // Bound both ways, a page sets what it just heard.
    if (this.#telling && same(facts, this.#judged.facts)) return;
    if (typeof facts !== "object" || facts === null || Array.isArray(facts)) throw new TypeError("facts: an object by fact name is expected");
    // Taken now, whatever becomes of the object later; and another case has nothing of the last one.
    this.#filled = Object.assign(Object.create(null), facts);
    this.#kept.clear();
    this.#unread = [];
    this.#fill();
  }

  get value() {
    return JSON.stringify(this.facts);
  }

  set value(json) {
    this.facts = parse(json);
  }

  get report() {
    return this.#judged.report;
  }

  get problems() {
    return [...this.#judged.problems];
  }

  #attribute(name, value) {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  // ---- a control of a form, as the platform knows it

  get form() {
    return this.#internals.form;
  }

  get name() {
    return this.getAttribute("name");
  }

  set name(name) {
    this.#attribute("name", name);
  }

  get disabled() {
    return this.hasAttribute("disabled");
  }

  set disabled(disabled) {
    this.toggleAttribute("disabled", Boolean(disabled));
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

  focus() {
    this.#panel?.ask();
  }

  /** Enters again what the `value` attribute says. */
  reset() {
    this.#kept.clear();
    this.#filled = this.#initial();
    this.#fill();
  }

  formResetCallback() {
    this.reset();
  }

  formDisabledCallback(disabled) {
    this.#disabled = disabled;
    if (this.#panel) this.#panel.disabled = disabled;
  }

  /** A browser brings a page back as it was left. */
  formStateRestoreCallback(state) {
    const { subject, entered } = JSON.parse(state);
    this.#kept.set(subject, entered);
    if (this.#panel?.subject === subject) {
      this.#filled = entered;
      this.#fill();
    }
  }

  // ---- the life of the element

  connectedCallback() {
    // Properties that were set before the element was defined.
    for (const name of ["plan", "rules", "subject", "asOf", "name", "disabled", "facts", "value"]) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    globalThis.addEventListener("beforeprint", this.#beforePrint);
    if (this.#stale) this.#rebuild();
    else this.#speak();
  }

  disconnectedCallback() {
    globalThis.removeEventListener("beforeprint", this.#beforePrint);
    this.#panel?.close();
  }

  /** In another document, style sheets have to be that document's. */
  adoptedCallback() {
    const view = this.ownerDocument.defaultView;
    if (!view) return;
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.shadowRoot.adoptedStyleSheets = [sheet];
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === "value") {
      this.reset();
    } else if (name === "plan" || name === "rules" || name === "subject") {
      if (name === "plan" && now !== null) this.#own = null;
      this.#rebuild();
    } else if (this.isConnected) {
      this.#speak();
    }
  }

  #beforePrint = () => {
    if (this.#panel) this.#panel.printed = [null, this].includes(EcoplanForm.#printing);
  };

  #print() {
    EcoplanForm.#printing = this;
    globalThis.print();
    EcoplanForm.#printing = null;
  }

  /** In the language, and as of the day, that hold now. */
  #speak() {
    if (this.#stale) return;
    this.#panel.lang = this.language;
    this.#judge();
  }

  /** Builds the form anew, once however many things change at a time. */
  #rebuild() {
    this.#stale = true;
    this.#turn += 1;
    const turn = this.#turn;
    const current = () => turn === this.#turn && this.isConnected;
    queueMicrotask(async () => {
      if (!current()) return;
      const id = this.getAttribute("plan");
      if ((!this.#own && id === null) || this.subject === null) {
        this.#replace(null);
        return;
      }
      try {
        if (!this.#own) {
          if (!this.#panel) this.#message(WORDS.loading, "", "status");
          // Of a plan, what judges the subject is enough, unless only some of its rules are wanted: their plan has a
          // hash of its own, made from the whole.
          await init({ plans: [id], ...(!this.rules?.trim() && { subjects: [this.subject] }) });
        }
        if (!current()) return;
        const plan = this.#own ?? open(id);
        const rules = this.rules?.trim();
        this.#build(rules ? plan.only(rules.split(/\s+/)) : plan);
      } catch (error) {
        if (current()) this.#fail(error);
      }
    });
  }

  #build(plan) {
    const { subject } = this;
    const panel = new Panel(plan, subject, this.language, {
      language: () => (this.lang = this.#panel.lang === "zh" ? "en" : "zh"),
      print: () => this.#print(),
      clear: () => this.#clear(),
      undo: () => this.#undo(),
      // Where nothing changed, as when a text is left, what is shown has to stay: somebody may be clicking on it.
      entered: () => {
        this.#cleared = null;
        panel.cleared = false;
        if (this.#state() !== this.#judged.state) this.#judge();
      },
    });
    this.#replace(panel);
    this.#stale = false;
    panel.disabled = this.#disabled;
    const kept = this.#kept.get(subject);
    this.#filled ??= kept && Object.fromEntries(Object.entries(kept).filter(([name]) => panel.has(name)));
    this.#filled ??= this.#initial();
    this.#fill();
  }

  /** Puts a panel in the place of the one there is, whose entries are kept for when its subject comes back. */
  #replace(panel) {
    if (this.#panel) this.#kept.set(this.#panel.subject, { ...this.#surplus, ...this.#panel.entered });
    this.#panel?.close();
    this.#panel = panel;
    this.#judged = { facts: {}, problems: [], report: null, state: null };
    this.#internals.setFormValue(null);
    this.#internals.setValidity({});
    this.shadowRoot.replaceChildren(...(panel?.elements ?? []));
  }

  /** The facts that the `value` attribute says. */
  #initial() {
    this.#unread = [];
    try {
      return parse(this.getAttribute("value"));
    } catch (error) {
      this.#unread = [{ code: "invalid-json", path: "value", message: error.message, message_zh: "不是有效的 JSON", hint: null, hint_zh: null }];
      return {};
    }
  }

  #clear() {
    this.#cleared = { ...this.#surplus, ...this.#panel.entered };
    this.#filled = {};
    this.#fill();
    this.#panel.cleared = true;
    this.focus();
  }

  #undo() {
    this.#filled = this.#cleared;
    this.#fill();
    this.#panel.cleared = false;
    this.focus();
  }

  /** Enters what was asked for, as soon as there are fields for it. */
  #fill() {
    if (this.#stale || this.#filled === undefined) return;
    this.#surplus = this.#panel.fill(this.#filled);
    this.#filled = undefined;
    this.#panel.cleared = false;
    this.#judge();
  }

  #state() {
    return JSON.stringify({ subject: this.#panel.subject, entered: this.#panel.entered });
  }

  #judge() {
    const { plan, subject, lang } = this.#panel;
    const asOf = this.getAttribute("as-of");
    const options = asOf === null ? { lang } : { lang, asOf };
    const { facts, problems: refused, report } = judge(plan, subject, { ...this.#surplus, ...this.#panel.entered }, options);
    const problems = [...this.#unread, ...refused];
    const state = this.#state();
    this.#judged = { facts, problems, report, state };
    this.#panel.show({ report, explanation: report && plan.explanation(subject, facts, options), problems }, this.#surplus);

    this.#internals.setFormValue(JSON.stringify(facts), state);
    const message = problems.length > 0 && (lang === "zh" ? problems[0].message_zh : problems[0].message);
    if (message) this.#internals.setValidity({ customError: true }, message, this.#panel.anchor);
    else this.#internals.setValidity({});
    this.#telling = true;
    try {
      this.#tell("ecoplan-report", { facts: { ...facts }, report, problems: [...problems] });
    } finally {
      this.#telling = false;
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  /** A message in place of the form, which is not valid as long as it stands there. */
  #message(word, more, role) {
    const text = word[this.language] + more;
    const element = el("div", { class: role === "alert" ? "alert" : "", role, tabindex: "-1" }, text);
    this.shadowRoot.replaceChildren(el("div", { class: "root", lang: this.language === "zh" ? "zh-CN" : "en" }, element));
    this.#internals.setValidity({ customError: true }, text, element);
  }

  #fail(error) {
    const zh = this.language === "zh";
    const said = Array.isArray(error?.errors) ? error.errors.map((e) => (zh ? e.message_zh : e.message)).join("\n") : String(error?.message ?? error);
    this.#replace(null);
    this.#message(WORDS.failed, said, "alert");
    this.#tell("ecoplan-error", { error });
  }
}

globalThis.customElements?.define("ecoplan-form", EcoplanForm);
