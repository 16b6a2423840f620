// The shared vectors, and objects that mean harm, through the package: object in, object out. It runs in Node and, the same
// file, in a page, so it uses nothing that only one of them has. What comes back is a list of `{ name, problem }`.

/** What bad facts as JSON text say and an object cannot: JSON.parse refuses it, or makes something else of it. */
const EXCLUDED = [
  "a key twice",
  "a key twice within a value",
  "too many digits",
  "empty text",
  "a leading zero",
  "not JSON",
  "text after the object",
  "NaN in JSON",
  "infinity in JSON",
];

/** Where two values differ, if they do: in type, in what made an object, in a key, in a value. */
function difference(found, expected, path) {
  if (Object.is(found, expected)) return undefined;
  const made = (value) => (typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined);
  if (made(found) === undefined || made(found) !== made(expected)) {
    return `${path} is ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
  }
  for (const key of new Set([...Object.keys(found), ...Object.keys(expected)])) {
    if (!Object.hasOwn(found, key) || !Object.hasOwn(expected, key)) return `${path}.${key} is in only one of them`;
    const within = difference(found[key], expected[key], `${path}.${key}`);
    if (within) return within;
  }
  return undefined;
}

function equal(found, expected, what) {
  const problem = difference(found, expected, what);
  if (problem) throw new Error(problem);
}

function check(results, name, work) {
  try {
    work();
    results.push({ name, problem: null });
  } catch (error) {
    results.push({ name, problem: String(error) });
  }
}

/** What the package says, or the errors it throws, in the form in which Rust says it. */
function said(eco, work) {
  try {
    return { report: work() };
  } catch (error) {
    if (!(error instanceof eco.EcoplanError)) throw error;
    return { errors: error.errors };
  }
}

/** Of a report's findings, those that Rust's has too; how many there are in all, its headline counts. */
function about(result, expected) {
  const [found, wanted] = [result.report?.findings, expected.report?.findings];
  if (!found || !wanted) return result;
  const counted = Object.values(result.report.headline.counts).reduce((sum, count) => sum + count, 0);
  equal(found.length, counted, "how many findings there are");
  const rules = new Set(wanted.map(({ rule }) => rule));
  return { report: { ...result.report, findings: found.filter(({ rule }) => rules.has(rule)) } };
}

/** `texts` are the vector files by name, and `rust` is what `vector_reports` prints. */
export function vectors(eco, texts, rust) {
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text)]));
  const reports = new Map(rust.trim().split("\n").map((line) => JSON.parse(line)).map((entry) => [entry.key, entry]));
  const unseen = new Set(reports.keys());
  const results = [];

  function same(key, result) {
    unseen.delete(key);
    const { key: _, ...expected } = reports.get(key) ?? {};
    equal(about(result, expected), expected, "Rust");
  }
  const of = (report, rule) => report.findings.find((finding) => finding.rule === rule);

  /** The outcomes alone are those of the report, in its order; what is wrong is the same. */
  function outcomes(plan, subject, facts, options) {
    const { report, errors } = said(eco, () => plan.evaluate(subject, facts, options));
    const alone = said(eco, () => plan.outcomes(subject, facts, options));
    if (errors) equal(alone, { errors }, "outcomes");
    else equal(Object.entries(alone.report), report.findings.map(({ rule, outcome }) => [rule, outcome]), "outcomes");
    return errors ? { errors } : { report };
  }

  const all = (kind) => Object.keys(files).filter((name) => name.startsWith(kind)).map((name) => files[name]);
  const cases = all("cases").flatMap(({ plan, cases }) => cases.map((one) => ({ plan, ...one })));
  for (const { plan, name, subject, as_of: asOf, facts, expect } of cases) {
    check(results, name, () => {
      const result = outcomes(eco.plan(plan), subject, facts, { asOf });
      same(name, result);
      for (const [rule, { outcome }] of Object.entries(expect)) equal(of(result.report, rule).outcome, outcome, rule);
    });
  }

  const boundaries = all("boundaries").flatMap(({ others, rows }) => rows.map((row) => [others[row[2]], ...row]));
  for (const [others, plan, subject, rule, fact, , ...sides] of boundaries) {
    for (const [value, expected] of sides) {
      const key = `${rule} ${fact} ${JSON.stringify(value)}`;
      for (const given of Array.isArray(value) ? [value] : [value, Number(value)]) {
        check(results, `${key} as a ${typeof given}`, () => {
          const result = outcomes(eco.plan(plan), subject, { ...others, [fact]: given });
          // An error repeats what was given, a text or a number.
          if (given === value || result.report) same(key, result);
          equal(result.report ? of(result.report, rule).outcome : result.errors[0].code, expected, rule);
        });
      }
    }
  }

  const gate = files["two-high-gate.json"];
  const letters = { n: "not_applicable", t: "triggered", s: "satisfied", u: "undetermined" };
  for (const [state, outcome, missing, possible] of gate.rows.flatMap(states)) {
    const key = `two-high-gate ${JSON.stringify(state)}`;
    check(results, key, () => {
      const facts = Object.fromEntries(gate.facts.map((name, i) => [name, state[i]]));
      const result = outcomes(eco.plan(gate.plan), gate.subject, facts);
      same(key, result);
      const finding = of(result.report, gate.rule);
      equal(finding.outcome, letters[outcome], "outcome");
      equal(finding.decision, outcome === "t" ? gate.decision : null, "decision");
      equal(finding.missing, [...missing].map((i) => gate.facts[i]), "missing");
      equal(finding.possible.map((end) => end.outcome).sort(), [...possible].map((letter) => letters[letter]).sort(), "possible");
    });
  }

  for (const name of ["table1.json", "table2-as-of-2020.json", "table2-as-of-2025.json"]) {
    check(results, name, () => {
      const table = files[name];
      const plan = eco.plan(table.plan);
      const card = plan.scorecard(plan.reported(), { asOf: table.as_of });
      same(name, { report: card });
      equal(card.counts, table.counts, "counts");
      equal(card.rows.map((row) => [row.no, row.status, row.reason, row.margin, row.stale, row.missing]), table.rows, "rows");
    });
  }

  const bad = files["bad-facts.json"];
  for (const { name, subject, json } of bad.cases) {
    const work = () => same(name, outcomes(eco.plan(bad.plan), subject, JSON.parse(json)));
    check(results, name, EXCLUDED.includes(name) ? () => refused(work) : work);
  }

  for (const [text, context, expected] of files["feel.json"].cases) {
    check(results, text, () => {
      const result = said(eco, () => new eco.Expression(text).evaluate(context));
      if (result.errors) equal({ error: result.errors[0].code }, expected, "value");
      else equal(result.report, expected === "?" ? null : expected, "value");
    });
  }

  check(results, "every report of Rust's is compared", () => equal([...unseen].filter((key) => !EXCLUDED.includes(key)), [], "left"));
  return results;
}

/** An exclusion that is not needed any more has to go. */
function refused(work) {
  try {
    work();
  } catch {
    return;
  }
  throw new Error("an object says it, too");
}

/** Every state of the gate's five facts that a row stands for, each with what the row says of it. */
function states(row) {
  const values = { Y: true, N: false, "?": null };
  let all = [[]];
  row.slice(0, 5).forEach((cell, i) => {
    const every = i === 1 ? ["existing", "under_construction", "proposed", null] : [true, false, null];
    const options = cell === "*" ? every : [cell in values ? values[cell] : cell];
    all = all.flatMap((state) => options.map((option) => [...state, option]));
  });
  return all.map((state) => [state, ...row.slice(5)]);
}

/** Objects that are refused where they stand, and that nothing is lost of in silence. */
export function hostile(eco) {
  const results = [];
  const plan = eco.plan("lianzhou-145");
  const evaluate = (facts) => plan.evaluate("urban_wwtp", facts);
  const bod = "influent_bod5_mg_l";

  function refuses(name, work, ...expected) {
    check(results, name, () => {
      const { errors } = said(eco, work);
      equal(errors?.map(({ code, path }) => [code, path]), [expected], "errors");
    });
  }

  const endless = [];
  endless.push(endless);
  for (const [name, value, code, within = ""] of [
    ["NaN", NaN, "not-finite"],
    ["infinity", -Infinity, "not-finite"],
    ["a function", () => 1, "wrong-type"],
    ["a symbol", Symbol("x"), "wrong-type"],
    ["a map", new Map([["value", 1]]), "wrong-type"],
    ["a date", new Date(), "wrong-type"],
    ["a list within itself", endless, "too-deep", "[0]".repeat(32)],
    ["a long number", 10n ** 400n, "too-many-digits"],
  ]) {
    refuses(name, () => evaluate({ [bod]: value }), code, `facts.${bod}${within}`);
  }
  refuses("a long text", () => evaluate({ [bod]: "x".repeat(2 ** 21) }), "too-large", "facts");
  refuses("a map of facts", () => evaluate(new Map()), "wrong-type", "facts");
  refuses("a number for facts", () => evaluate(5), "wrong-type", "facts");
  refuses("null for facts", () => evaluate(null), "wrong-type", "facts");
  refuses("a prototype", () => evaluate(JSON.parse('{"__proto__": 1}')), "unknown-fact", "facts.__proto__");
  refuses("a constructor", () => evaluate({ constructor: 1 }), "unknown-fact", "facts.constructor");
  refuses("a number for a subject", () => plan.evaluate(5, {}), "wrong-type", "subject");
  refuses("an unknown plan", () => eco.plan("lianzhou-155"), "unknown-plan", "plan");
  refuses("a day that is none", () => plan.at("2025-02-30"), "invalid-date", "asOf");
  check(results, "an object that throws", () => {
    const trap = new Proxy({}, { ownKeys: () => { throw new RangeError("trapped"); } });
    try {
      evaluate(trap);
    } catch (error) {
      equal(String(error), "RangeError: trapped", "error");
      return;
    }
    throw new Error("nothing was thrown");
  });
  check(results, "a getter is read", () => {
    const getter = { get [bod]() { return 81.6; }, influent_bod5_2020_mg_l: 61.6 };
    equal(evaluate(getter).findings[1].margin, "0", "margin");
  });
  check(results, "undefined is not given", () => equal(evaluate({ [bod]: undefined }).facts, evaluate({}).facts, "facts"));
  return results;
}
