// One question: its label, help, range and entry, what is wrong with the entry, and whether it is needed.
import { el, sentence } from "./dom.js";
import { range, WORDS } from "./words.js";

/** More choices than these are a list to drop down. */
const MOST_RADIOS = 6;
const UNKNOWN = "unknown";
const NONE = "none";

const textBox = (id, more) => el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", ...more });

/** A number or a day: a text that is kept as it was typed, whatever it is. */
class Typed {
  #aside = "";

  constructor(fact, units, texts, id, described) {
    const digits = fact.kind === "number" && fact.min !== null && !fact.min.startsWith("-");
    const placeholder = fact.kind === "date" ? "YYYY-MM-DD" : null;
    const unit = units.zh || units.en ? el("span", { class: "unit", id: `${id}-unit` }, texts.node(units)) : null;
    this.input = textBox(id, { inputmode: digits ? "decimal" : "text", placeholder, "aria-describedby": unit ? `${id}-unit ${described}` : described });
    // Said with the label of the question: every question has a box like it.
    this.unknown = el("input", { type: "checkbox", id: `${id}-unknown`, "aria-labelledby": `${id}-label ${id}-unknown-label` });
    const rest = el("label", { class: "option aside" }, this.unknown, el("span", { id: `${id}-unknown-label` }, texts.node(WORDS.unknown)));
    this.elements = [el("span", { class: "with-unit" }, this.input, unit), rest];
    // What was typed comes back when the mark is taken off again.
    this.unknown.addEventListener("change", () => {
      if (this.unknown.checked) this.#aside = this.input.value;
      this.input.value = this.unknown.checked ? "" : this.#aside;
    });
    this.input.addEventListener("input", () => (this.unknown.checked = false));
  }

  /** A text that is being typed may still end in its point. */
  given(typing) {
    const text = this.input.value.trim();
    return (typing === this.input ? text.replace(/[.．。]$/, "") : text) || (this.unknown.checked ? null : undefined);
  }

  fill(value) {
    this.#aside = "";
    this.input.value = value === undefined || value === null ? "" : String(value);
    this.unknown.checked = value === null;
    return value === null || typeof value !== "object";
  }
}

/** A yes or no, or one of several choices. */
class Chosen {
  constructor(choices, texts, id, described) {
    this.choices = [...choices, { value: null, key: UNKNOWN, label: WORDS.unknown }];
    if (this.choices.length <= MOST_RADIOS + 1) {
      this.inputs = this.choices.map(({ key }) => el("input", { type: "radio", name: id, value: key }));
      const labels = this.choices.map(({ label }, i) => el("label", { class: "option" }, this.inputs[i], el("span", {}, texts.node(label))));
      const back = el("button", { type: "button", class: "back", id: `${id}-back`, "aria-labelledby": `${id}-back ${id}-label`, hidden: true }, texts.node(WORDS.back));
      back.addEventListener("click", () => {
        this.fill(undefined);
        this.inputs[0].focus();
        this.inputs[0].dispatchEvent(new Event("change", { bubbles: true }));
      });
      this.back = back;
      this.elements = [el("div", { class: "options" }, ...labels, back)];
    } else {
      const options = this.choices.map(({ key, label }) => el("option", { value: key }, texts.node(label)));
      this.input = el("select", { id, "aria-describedby": described }, el("option", { value: "" }, texts.node(WORDS.choose)), ...options);
      this.elements = [this.input];
    }
  }

  given() {
    const key = this.input ? this.input.value : this.inputs.find((input) => input.checked)?.value;
    if (this.back) this.back.hidden = key === undefined;
    return this.choices.find((choice) => choice.key === key)?.value;
  }

  fill(value) {
    const choice = this.choices.find((one) => one.value === value);
    if (this.input) this.input.value = choice?.key ?? "";
    else this.inputs.forEach((input) => (input.checked = input.value === choice?.key));
    return value === undefined || choice !== undefined;
  }
}

/** A set of choices, which is complete once anything is said. */
class Ticked {
  constructor(choices, texts, id) {
    this.ids = choices.map((choice) => choice.id);
    const all = [...choices, { id: NONE, label: WORDS.none }, { id: UNKNOWN, label: WORDS.unknown }];
    this.inputs = all.map((choice) => el("input", { type: "checkbox", name: id, value: choice.id }));
    const labels = all.map(({ label }, i) =>
      el("label", { class: i < choices.length ? "option" : "option aside" }, this.inputs[i], el("span", {}, texts.node(label))),
    );
    this.elements = [el("div", { class: "options column" }, ...labels)];
    this.alone = this.inputs.slice(-2);
    for (const input of this.inputs) {
      input.addEventListener("change", () => {
        if (!input.checked) return;
        for (const other of this.inputs) {
          if (other !== input && (this.alone.includes(input) || this.alone.includes(other))) other.checked = false;
        }
      });
    }
  }

  given() {
    const [none, unknown] = this.alone;
    if (unknown.checked) return null;
    const ticked = this.inputs.slice(0, -2).filter((input) => input.checked);
    return ticked.length > 0 ? ticked.map((input) => input.value) : none.checked ? [] : undefined;
  }

  fill(value) {
    const ticked = Array.isArray(value) ? value : [];
    this.inputs.slice(0, -2).forEach((input) => (input.checked = ticked.includes(input.value)));
    this.alone[0].checked = Array.isArray(value) && value.length === 0;
    this.alone[1].checked = value === null;
    return value === undefined || value === null || (Array.isArray(value) && value.every((item) => this.ids.includes(item)));
  }
}

function entry(fact, units, texts, id, described) {
  const labelled = ({ zh, en }) => ({ zh, en: sentence(en) });
  switch (fact.kind) {
    case "yes_no": {
      const choices = [
        { value: true, key: "yes", label: WORDS.yes },
        { value: false, key: "no", label: WORDS.no },
      ];
      return new Chosen(choices, texts, id, described);
    }
    case "choice": {
      // A plan may have a choice called `unknown` of its own.
      const choices = fact.choices.map((choice) => ({ value: choice.id, key: `choice ${choice.id}`, label: labelled(choice.label) }));
      return new Chosen(choices, texts, id, described);
    }
    case "set":
      return new Ticked(fact.choices.map((choice) => ({ id: choice.id, label: labelled(choice.label) })), texts, id);
    default:
      return new Typed(fact, units, texts, id, described);
  }
}

/** The field of a fact. `units` is its unit as people write it, in both languages. */
export class Field {
  #entry;
  #year = null;
  #error;
  #marks = {};
  #shared;
  #texts;
  needed = true;

  constructor(fact, units, texts, id) {
    this.fact = fact;
    this.#texts = texts;
    const help = [fact.help, fact.kind === "set" && !fact.help ? WORDS.all : null, fact.kind === "number" ? range(fact, units) : null].filter(Boolean);
    const described = [`${id}-marks`, `${id}-help`, `${id}-error`].join(" ");
    this.#entry = entry(fact, units, texts, id, described);
    this.#error = el("p", { class: "error", id: `${id}-error` });
    this.#shared = el("p", { class: "help", hidden: true });
    for (const mark of ["next", "unneeded"]) {
      this.#marks[mark] = el("span", { class: `mark ${mark}`, hidden: true }, texts.node(WORDS[mark]));
    }
    let year = null;
    if (fact.yearly) {
      this.#year = textBox(`${id}-year`, { inputmode: "numeric", size: 5, "aria-labelledby": `${id}-label ${id}-year-label`, "aria-describedby": `${id}-error` });
      year = el("label", { class: "year" }, el("span", { id: `${id}-year-label` }, texts.node(WORDS.year)), this.#year);
    }
    const source = fact.source === "reported" ? null : el("span", { class: "source" }, texts.node(WORDS[fact.source]));
    // An entry of several boxes is a group with a name; one of its own has a label.
    const single = this.#entry.input !== undefined;
    const label = el(single ? "label" : "span", { class: "label", id: `${id}-label`, for: single ? id : null }, texts.node({ zh: fact.label.zh, en: sentence(fact.label.en) }));
    const said = el("p", { class: "help", id: `${id}-help` });
    help.forEach((text, i) => said.append(i > 0 ? " " : "", texts.node(text)));
    const group = { role: this.#entry.inputs?.[0].type === "radio" ? "radiogroup" : "group", "aria-labelledby": `${id}-label`, "aria-describedby": described };
    const [first, ...rest] = this.#entry.elements;
    this.element = el(
      "div",
      { class: "field", part: "field", ...(single ? {} : group) },
      el("p", { class: "head" }, label, el("span", { id: `${id}-marks` }, source, this.#marks.next, this.#marks.unneeded)),
      said,
      this.#shared,
      el("div", { class: "entry" }, first, year, ...rest),
      this.#error,
    );
  }

  /**
   * What is entered: `undefined` for nothing, `null` for "not known". In the box where somebody is `typing`, a year that is
   * not all there yet is none.
   */
  given(typing) {
    const value = this.#entry.given(typing);
    const year = this.#year?.value.trim();
    return year && !(typing === this.#year && year.length < 4) ? { value, year } : value;
  }

  /** Enters a value; says whether the field can hold it. */
  fill(value) {
    const measured = this.#year !== null && typeof value === "object" && value !== null && !Array.isArray(value);
    const year = measured ? value.year : undefined;
    if (this.#year) this.#year.value = year === undefined || year === null ? "" : String(year);
    const whole = !measured || (Object.keys(value).every((key) => key === "value" || key === "year") && typeof (year ?? "") !== "object");
    return this.#entry.fill(measured ? value.value : value) && whole;
  }

  get inputs() {
    return [...this.element.querySelectorAll("input, select")];
  }

  /** The box that is wrong, or the first. */
  get target() {
    const wrong = this.inputs.find((input) => input.getAttribute("aria-invalid"));
    return wrong ?? this.inputs.find((input) => input.type === "radio" && input.checked) ?? this.inputs[0];
  }

  get wrong() {
    return this.element.classList.contains("invalid");
  }

  /** What is wrong, in words. */
  get error() {
    return this.#error.textContent;
  }

  /** What was typed, for a record of it. */
  get typed() {
    const year = this.#year?.value.trim();
    const value = this.#entry.input?.value.trim() ?? "";
    return year ? `${value} (${year})` : value;
  }

  /** Says beside the entry what is wrong with it; the entry stays. */
  set problems(problems) {
    const lines = problems.map((problem) => {
      const [message, hint] = this.#texts.lang === "zh" ? [problem.message_zh, problem.hint_zh] : [problem.message, problem.hint];
      const text = hint ? this.#texts.pick({ zh: `${message}。${hint}`, en: `${message}: ${hint}` }) : message;
      // What stands in backticks for programmers is quoted for people.
      return text.replace(/`([^`]*)`/g, "“$1”");
    });
    // What is said already is left alone: it appears only after a while.
    if (lines.join() !== [...this.#error.children].map((line) => line.textContent).join()) {
      this.#error.replaceChildren(...lines.map((line) => el("span", {}, line)));
    }
    this.element.classList.toggle("invalid", problems.length > 0);
    const inYear = problems.length > 0 && problems.every((problem) => problem.path.endsWith(".year"));
    for (const input of [this.#entry.input, this.#year]) {
      if (problems.length > 0 && inYear === (input === this.#year)) input?.setAttribute("aria-invalid", "true");
      else input?.removeAttribute("aria-invalid");
    }
  }

  /** Marks what to answer next, and what no outcome waits for. */
  mark({ next, unneeded }) {
    this.needed = !unneeded;
    this.#marks.next.hidden = !next;
    this.#marks.unneeded.hidden = !unneeded;
    this.element.classList.toggle("is-next", next);
    this.element.classList.toggle("is-unneeded", unneeded);
  }

  /** The value that holds for all cases of the plan, where the case says none itself. */
  set shared(value) {
    this.#shared.hidden = value === null;
    this.#shared.textContent = value === null ? "" : this.#texts.pick(WORDS.shared) + value;
  }
}
