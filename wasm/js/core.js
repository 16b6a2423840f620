// The face of the package, over the glue of whatever loaded the WebAssembly module.

/** Bad input, with everything that is wrong at once. */
export class EcoplanError extends Error {
  constructor(errors) {
    super(errors.map((e) => `${e.path}: ${e.message} [${e.code}]${e.hint ? ` (${e.hint})` : ""}`).join("\n"));
    this.name = "EcoplanError";
    this.errors = errors;
    const [first] = errors;
    this.code = first.code;
    this.path = first.path;
    this.hint = first.hint ?? undefined;
  }
}

/** Kinds of values in Chinese, as messages name them. */
const IN_CHINESE = {
  "a number": "数字",
  "a boolean": "是或否",
  "a string": "文字",
  "a bigint": "整数",
  "a function": "函数",
  "a symbol": "符号",
  "a null": "空值",
  "an undefined": "空缺",
  "a list": "列表",
  "an object": "对象",
  "text": "文字",
  "the id of a subject": "对象的标识",
  "the id of a rule": "规则的标识",
  "a day written YYYY-MM-DD": "写作 YYYY-MM-DD 的日期",
  "`zh` or `en`": "“zh”或“en”",
  "a number, text, boolean, list or plain object": "数字、文字、是或否、列表或普通对象",
  "a number, text, boolean, list or object": "数字、文字、是或否、列表或对象",
};

function wrongType(path, found, expected) {
  const message = `${found} where ${expected} is expected`;
  const message_zh = `类型不符：应为${IN_CHINESE[expected] ?? ` ${expected}`}，实为${IN_CHINESE[found] ?? ` ${found}`}`;
  return new EcoplanError([{ code: "wrong-type", path, message, message_zh, hint: null, hint_zh: null }]);
}

const MAX_DEPTH = 32;

/** JSON text that says what the value says, or an error: JSON.stringify drops and replaces without a word. */
function write(value, path, depth) {
  if (depth > MAX_DEPTH) {
    const message = `nested deeper than ${MAX_DEPTH} levels`;
    throw new EcoplanError([{ code: "too-deep", path, message, message_zh: `嵌套超过 ${MAX_DEPTH} 层`, hint: null, hint_zh: null }]);
  }
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      // As a number without end is written in text, so that it is refused where it stands.
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
    case "bigint":
      return String(value);
    case "undefined":
      return undefined;
    case "object":
      break;
    default:
      throw wrongType(path, `a ${typeof value}`, "a number, text, boolean, list or object");
  }
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const items = [];
    for (let i = 0; i < value.length; i += 1) {
      items.push(write(value[i], `${path}[${i}]`, depth + 1) ?? "null");
    }
    return `[${items.join(",")}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw wrongType(path, `a ${value.constructor?.name ?? "value"}`, "a number, text, boolean, list or plain object");
  }
  let entries = "";
  for (const key of Object.keys(value)) {
    const text = write(value[key], `${path}.${key}`, depth + 1);
    if (text !== undefined) entries += `${entries && ","}${JSON.stringify(key)}:${text}`;
  }
  return `{${entries}}`;
}

function toJson(value, path) {
  return write(value === undefined ? {} : value, path, 0);
}

export function text(value, path, expected) {
  if (typeof value !== "string") throw wrongType(path, `a ${value === null ? "null" : typeof value}`, expected);
  return value;
}

function language(options) {
  return text(options?.lang ?? "en", "lang", "`zh` or `en`");
}

/** What the evaluator throws is the list of errors as JSON text. */
export function call(work) {
  try {
    return work();
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    throw new EcoplanError(JSON.parse(thrown));
  }
}

/** The model of a plan, put together from the parts that are there, if it is not there as a whole. */
function model({ whole, parts }) {
  const texts = [...parts.values()];
  if (whole !== undefined || texts.length === 1) return whole ?? texts[0];
  const documents = texts.map((text) => JSON.parse(text));
  const [{ left_out, ...head }] = documents;
  return JSON.stringify({
    ...head,
    facts: documents.flatMap(({ facts }) => facts),
    rules: documents.flatMap(({ rules }) => rules),
    left_out: left_out.filter(({ subject }) => !parts.has(subject)),
  });
}

export function bind(glue) {
  // By plan: the whole, and the parts that judge one subject each.
  const models = new Map();
  const opened = new Map();

  function known(id) {
    if (!models.has(id)) models.set(id, { whole: undefined, parts: new Map() });
    return models.get(id);
  }

  class Plan {
    #plan;
    #model;

    constructor(plan) {
      this.#plan = plan;
    }

    static fromModel(model) {
      return new Plan(call(() => new glue.Plan(typeof model === "string" ? model : toJson(model, "model"))));
    }

    get #document() {
      this.#model ??= JSON.parse(this.#plan.model());
      return this.#model;
    }

    get id() {
      return this.#document.id;
    }

    get title() {
      return { ...this.#document.title };
    }

    get period() {
      return { ...this.#document.period };
    }

    get hash() {
      return this.#plan.hash();
    }

    get asOf() {
      return this.#plan.asOf();
    }

    subjects() {
      return structuredClone(this.#document.subjects);
    }

    facts(subject) {
      this.#subject(subject);
      return structuredClone(this.#document.facts.filter((fact) => fact.subject === subject));
    }

    rules(subject) {
      if (subject !== undefined) this.#subject(subject);
      return structuredClone(this.#document.rules.filter((rule) => subject === undefined || rule.subject === subject));
    }

    // The evaluator's own error names the nearest subject, or says that it is not loaded.
    #subject(subject) {
      const { subjects, left_out = [] } = this.#document;
      const here = subjects.some((one) => one.id === subject) && !left_out.some((part) => part.subject === subject);
      if (!here) call(() => this.#plan.evaluate(text(subject, "subject", "the id of a subject"), "{}"));
    }

    coverage() {
      return JSON.parse(call(() => this.#plan.coverage()));
    }

    at(day) {
      return new Plan(call(() => this.#plan.at(text(day, "asOf", "a day written YYYY-MM-DD"))));
    }

    #on(options) {
      return options?.asOf === undefined ? this.#plan : call(() => this.#plan.at(text(options.asOf, "asOf", "a day written YYYY-MM-DD")));
    }

    withFacts(subject, facts) {
      return new Plan(call(() => this.#plan.withFacts(text(subject, "subject", "the id of a subject"), toJson(facts, "facts"))));
    }

    only(rules) {
      if (!Array.isArray(rules)) throw wrongType("rules", `a ${rules === null ? "null" : typeof rules}`, "a list");
      const ids = rules.map((rule) => text(rule, "rules", "the id of a rule"));
      return new Plan(call(() => this.#plan.only(ids.join("\n"))));
    }

    withTarget(rule, target) {
      const number = typeof target === "number" || typeof target === "bigint" ? String(target) : target;
      return new Plan(call(() => this.#plan.withTarget(text(rule, "rule", "the id of a rule"), text(number, "target", "a number"))));
    }

    evaluate(subject, facts, options) {
      const id = text(subject, "subject", "the id of a subject");
      return JSON.parse(call(() => this.#on(options).evaluate(id, toJson(facts, "facts"))));
    }

    outcomes(subject, facts, options) {
      const id = text(subject, "subject", "the id of a subject");
      return JSON.parse(call(() => this.#on(options).outcomes(id, toJson(facts, "facts"))));
    }

    explain(subject, facts, options) {
      const id = text(subject, "subject", "the id of a subject");
      return call(() => this.#on(options).explain(id, toJson(facts, "facts"), language(options)));
    }

    explanation(subject, facts, options) {
      const id = text(subject, "subject", "the id of a subject");
      return JSON.parse(call(() => this.#on(options).explanation(id, toJson(facts, "facts"), language(options))));
    }

    scorecard(values, options) {
      return JSON.parse(call(() => this.#on(options).scorecard(toJson(values, "facts"))));
    }

    explainScorecard(values, options) {
      return call(() => this.#on(options).explainScorecard(toJson(values, "facts"), language(options)));
    }

    scorecardExplanation(values, options) {
      return JSON.parse(call(() => this.#on(options).scorecardExplanation(toJson(values, "facts"), language(options))));
    }

    reported() {
      return JSON.parse(this.#plan.reported());
    }

    verify(report) {
      const receipt = typeof report === "string" ? report : toJson(report, "receipt");
      return JSON.parse(call(() => this.#plan.verify(receipt)));
    }
  }

  class Expression {
    #source;

    constructor(source) {
      this.#source = text(source, "expression", "a text");
      // Reads it once, so that what is wrong with it is said now.
      call(() => glue.feel(this.#source, "{}"));
    }

    evaluate(context) {
      return JSON.parse(call(() => glue.feel(this.#source, toJson(context, "context"))));
    }

    toString() {
      return this.#source;
    }
  }

  return {
    EcoplanError,
    Expression,
    Plan,
    /** Makes a bundled plan's model known: the whole, or what judges one subject. */
    add(id, model, subject) {
      if (subject === undefined) known(id).whole = model;
      else known(id).parts.set(subject, model);
      opened.delete(id);
    },
    plan(id) {
      if (!opened.has(id)) {
        if (!models.has(id)) {
          const known = [...models.keys()].map((one) => `\`${one}\``).join(", ");
          const message = `no plan is called \`${id}\`; loaded: ${known || "none (is `await init()` missing?)"}`;
          throw new EcoplanError([
            { code: "unknown-plan", path: "plan", message, message_zh: `没有名为“${id}”的规划`, hint: null, hint_zh: null },
          ]);
        }
        opened.set(id, Plan.fromModel(model(models.get(id))));
      }
      return opened.get(id);
    },
    plans() {
      return [...models.keys()].sort();
    },
  };
}
