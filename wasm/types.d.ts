/** What one rule says about one case. */
export type Outcome = "breached" | "triggered" | "undetermined" | "pending" | "satisfied" | "not_applicable";

/** How a row of a scorecard stands. */
export type Status = Outcome | "not_assessed";

export type Kind = "target" | "obligation" | "prohibition" | "gate" | "definition" | "deadline";
export type Lang = "zh" | "en";

/** A number given: a JavaScript number means its shortest decimal (0.1 is 0.1), a text may carry a unit ("0.08 g/L"). */
export type Numeric = number | bigint | string;

/** An exact decimal number that comes back, as text: `"81.6"`. */
export type DecimalText = string;

/** A day, written YYYY-MM-DD. */
export type Day = string;

/** A text in both languages. */
export interface Text {
  zh: string;
  en: string;
}

/** A yearly value with its year. */
export interface Measured<T = Numeric> {
  value?: T | null;
  year?: number | null;
}

/** A value of a scorecard, or why there is none. */
export interface Assessed<T = Numeric> extends Measured<T> {
  not_assessed?: "no_data" | "scope_changed" | "not_counted" | null;
}

export interface Counts extends Record<Outcome, number> {}

export interface Note extends Text {
  code: string;
}

/** Where the plan says so, and the words to search for. */
export interface Cite {
  chapter: number;
  section: number;
  item: number | null;
  table: number | null;
  anchor: string;
}

/** An outcome that is still possible. */
export interface Possible<D extends string = string> {
  outcome: Outcome;
  decision: D | null;
}

/** A change of one fact that would satisfy a rule. */
export interface Change {
  fact: string;
  value: boolean | string | string[];
  bound: string | null;
  inclusive: boolean | null;
  direction: "at_least" | "at_most" | "exactly" | null;
}

/** A condition with its value: `null` where it is not known or cannot be computed. */
export interface Node {
  condition: string;
  value: boolean | string | string[] | null;
  facts?: { fact: string; value: boolean | string | string[] | null }[];
  children?: Node[];
}

export interface Because extends Node {
  part: "applies" | "requires" | "decision" | "done";
  decision?: string;
}

/** What an alternative reading of the text says, where it differs. */
export interface Alternative<D extends string = string> extends Possible<D> {
  reading: string;
  note: Text;
  margin: DecimalText | null;
  missing: string[];
  possible: Possible<D>[];
}

export interface Strength {
  class: "mandatory" | "in_principle" | "progressive" | "encouraged";
  verb: string;
}

/** What one rule says about one case. */
export interface Finding<R extends string = string, D extends string = string> {
  rule: R;
  title: Text;
  kind: Kind;
  outcome: Outcome;
  decision: D | null;
  reason: "not_computable" | null;
  /** How far the case is from the boundary, in `unit`: positive on the satisfied side. */
  margin: DecimalText | null;
  unit: string | null;
  progress: DecimalText | null;
  pace: DecimalText | null;
  changes: Change[];
  missing: string[];
  possible: Possible<D>[];
  because: Because[];
  actions: Text[];
  cite: Cite;
  strength: Strength;
  addressee: Text;
  says: Text;
  readings: Alternative<D>[];
  notes: Note[];
}

/** All findings for one case. */
export interface Report<R extends string = string, D extends string = string> {
  plan: { id: string; title: Text; hash: string };
  engine: string;
  as_of: Day;
  subject: string | null;
  facts: Record<string, unknown>;
  headline: { outcome: Outcome | null; counts: Counts };
  next_question: string | null;
  notes: Note[];
  findings: Finding<R, D>[];
}

export interface RowCounts {
  indicators: number;
  binding: number;
  expected: number;
  not_assessed: number;
  assessed: number;
  satisfied: number;
  satisfied_binding: number;
  satisfied_expected: number;
  breached: number;
  pending: number;
  undetermined: number;
}

/** One row of a scorecard. */
export interface Row {
  no: number;
  rule: string;
  title: Text;
  category: Text;
  attribute: "binding" | "expected";
  status: Status;
  reason: string | null;
  value: DecimalText | boolean | null;
  year: number | null;
  bound: string | null;
  target: DecimalText | null;
  printed_target: Text;
  baseline: DecimalText | null;
  progress: DecimalText | null;
  pace: DecimalText | null;
  unit: string | null;
  margin: DecimalText | null;
  missing: string[];
  stale: boolean;
  notes: Note[];
}

/** The indicators of a plan against values. */
export interface Scorecard {
  plan: string;
  title: Text;
  hash: string;
  engine: string;
  as_of: Day;
  counts: RowCounts;
  by_category: (RowCounts & { category: Text })[];
  notes: Note[];
  rows: Row[];
}

/** One thing that an explanation says. */
export interface Line {
  /** What it speaks of. */
  key:
    | "says"
    | "because"
    | "margin"
    | "reason"
    | "missing"
    | "possible"
    | "changes"
    | "progress"
    | "due"
    | "actions"
    | "readings"
    | "caveats"
    | "notes"
    | "addressee"
    | "cite"
    | "next_question";
  /** What stands before it; empty within a list. */
  label: string;
  /** Of a condition: it holds, it does not, it is open, it is not reached. */
  mark: "✓" | "✗" | "?" | "–" | null;
  text: string;
  /** The fact or reading that it names. */
  id: string | null;
  /** The parts of a condition, or the items of a list. */
  parts: Line[];
}

/** A fact in words. */
export interface ExplainedFact {
  fact: string;
  label: string;
  unit: string;
  /** The value with its unit; `null` where it is not known. */
  value: string | null;
  year: number | null;
}

/** A finding in words. */
export interface ExplainedFinding<R extends string = string> {
  rule: R;
  outcome: Outcome;
  mark: string;
  /** The outcome as an official would put it, and the decision. */
  verdict: string;
  title: string;
  lines: Line[];
}

/** A report in the words of one language. */
export interface Explanation<R extends string = string> {
  lang: Lang;
  /** Subject, plan and day of judgement. */
  heading: string;
  outcome: Outcome | null;
  /** The gravest outcome and the counts of all. */
  overall: string;
  notes: string[];
  /** Every fact of the subject, in declared order. */
  facts: ExplainedFact[];
  /** The findings that concern the case. */
  findings: ExplainedFinding<R>[];
  /** The titles of the other rules. */
  not_applicable: string[];
  next: Line | null;
}

/** A row of a scorecard in words. */
export interface ExplainedRow {
  no: number;
  rule: string;
  category: string;
  status: Status;
  mark: string;
  verdict: string;
  title: string;
  attribute: string;
  value: string;
  target: string;
  remark: string;
}

/** A scorecard in the words of one language. */
export interface ScorecardExplanation {
  lang: Lang;
  heading: string;
  notes: string[];
  rows: ExplainedRow[];
  summary: string;
}

export interface SubjectInfo {
  id: string;
  label: Text;
}

/** One typed input. */
export interface FactInfo {
  subject: string;
  name: string;
  kind: "number" | "yes_no" | "choice" | "set" | "date";
  unit: string | null;
  min: DecimalText | null;
  max: DecimalText | null;
  decimals: number | null;
  choices: { id: string; label: Text }[];
  label: Text;
  help: Text | null;
  source: "reported" | "judgement" | "assigned";
  yearly: boolean;
}

/** One rule, as the plan files say it. */
export interface RuleInfo {
  id: string;
  subject: string;
  kind: Kind;
  title: Text;
  applies: string | null;
  requires: string | null;
  decisions: { id: string; when: string | null; label: Text }[];
  done: string | null;
  done_on: string | null;
  due: unknown;
  strength: Strength;
  addressee: Text;
  measure: string | null;
  baseline: unknown;
  bounds: { number: DecimalText; word: string }[];
  indicator: unknown;
  actions: Text[];
  cite: Cite;
  says: Text;
  readings: unknown[];
  notes: Text[];
  printed_target: DecimalText | null;
}

/** How many clauses are in which state. */
export interface ClauseCounts {
  total: number;
  executable: number;
  judgement: number;
  registered: number;
}

/** One clause of a plan, and what a program can do with it. */
export interface Clause {
  id: string;
  state: "executable" | "judgement" | "registered";
  cite: Cite;
  says: Text;
  /** Why it is no rule, for one on the register. */
  reason: Text | null;
}

/** The clauses of a plan by state, and counts that add up. */
export interface Coverage extends ClauseCounts {
  chapters: (ClauseCounts & { chapter: number })[];
  clauses: Clause[];
}

/** One thing wrong with an input. */
export interface Problem {
  code: string;
  path: string;
  message: string;
  message_zh: string;
  hint: string | null;
  hint_zh: string | null;
}

/** Bad input, with everything that is wrong at once. */
export declare class EcoplanError extends Error {
  constructor(errors: Problem[]);
  /** The code of the first problem, such as `unknown-fact`. */
  readonly code: string;
  /** Its place, such as `facts.influent_bod`. */
  readonly path: string;
  /** What would help with it. */
  readonly hint: string | undefined;
  readonly errors: Problem[];
}

/** What a plan knows of its subjects; plans of your own say nothing. */
export interface About {
  facts: object;
  rule: string;
  decision: string;
}
export type Subjects = Record<string, About>;
export interface AnySubjects {
  [subject: string]: { facts: Record<string, unknown>; rule: string; decision: string };
}

export interface Options {
  /** The day of judgement: the plan's last day unless it is given. */
  asOf?: Day;
}

/** A compiled plan: rules that judge facts. Immutable. */
export declare class Plan<M = AnySubjects, V = Record<string, unknown>> {
  private constructor();
  /** A plan from its model, as JSON text or object. */
  static fromModel(model: string | object): Plan;
  readonly id: string;
  readonly title: Text;
  readonly period: { start: Day; end: Day };
  /** SHA-256 of the content. */
  readonly hash: string;
  /** The day of judgement. */
  readonly asOf: Day;
  /** What the plan speaks about. */
  subjects(): (SubjectInfo & { id: keyof M & string })[];
  /** The facts of a subject, in declared order. */
  facts(subject: keyof M & string): FactInfo[];
  /** The rules, in declared order; of one subject, if it is named. */
  rules(subject?: keyof M & string): RuleInfo[];
  /** The clauses by state: what the rules decide, with a person's judgement or without, and what is only on the register. */
  coverage(): Coverage;
  /** The same plan, judging as of another day. */
  at(day: Day): Plan<M, V>;
  /** The same plan with facts that hold for every case of a subject; a case that gives one itself overrides it. */
  withFacts<S extends keyof M & string>(subject: S, facts: M[S] extends About ? M[S]["facts"] : never): Plan<M, V>;
  /** A new plan of some of the rules: those of these ids, or that start with what stands before a `*`. Its hash differs. */
  only(rules: readonly string[]): Plan<M, V>;
  /** A new plan in which the target of a rule is another number. */
  withTarget(rule: { [S in keyof M]: M[S] extends About ? M[S]["rule"] : never }[keyof M], target: Numeric): Plan<M, V>;
  /** Judges one case. Throws an `EcoplanError` with everything that is wrong with the facts. */
  evaluate<S extends keyof M & string>(
    subject: S,
    facts: M[S] extends About ? M[S]["facts"] : never,
    options?: Options,
  ): M[S] extends About ? Report<M[S]["rule"], M[S]["decision"]> : never;
  /** The outcome of each rule, in the plan's order, and nothing else: many times faster than the report. */
  outcomes<S extends keyof M & string>(
    subject: S,
    facts: M[S] extends About ? M[S]["facts"] : never,
    options?: Options,
  ): M[S] extends About ? Record<M[S]["rule"], Outcome> : never;
  /** The report as text. */
  explain<S extends keyof M & string>(
    subject: S,
    facts: M[S] extends About ? M[S]["facts"] : never,
    options?: Options & { lang?: Lang },
  ): string;
  /** The report in words, line by line, for those who show it. */
  explanation<S extends keyof M & string>(
    subject: S,
    facts: M[S] extends About ? M[S]["facts"] : never,
    options?: Options & { lang?: Lang },
  ): M[S] extends About ? Explanation<M[S]["rule"]> : never;
  /** The indicators of the plan against values by fact name. */
  scorecard(values: V, options?: Options): Scorecard;
  /** The scorecard as text. */
  explainScorecard(values: V, options?: Options & { lang?: Lang }): string;
  /** The scorecard in words, row by row. */
  scorecardExplanation(values: V, options?: Options & { lang?: Lang }): ScorecardExplanation;
  /** The values that the plan's own table reports, in the form that `scorecard` takes. */
  reported(): V;
  /** Evaluates the case of a report again, and gives the report where everything comes out the same. */
  verify(report: string | object): Report;
}

/** A FEEL expression (DMN 1.5, a documented subset) over values by name. */
export declare class Expression {
  constructor(source: string);
  /** The value: numbers and days as texts, `null` for null and for what is not known. */
  evaluate(context: Record<string, unknown>): boolean | string | null | unknown[];
  toString(): string;
}

/** Loads the evaluator and the bundled plans; in Node nothing is left to be done. */
export default function init(options?: {
  /** The evaluator's file, where it cannot be fetched from beside the script. */
  wasm?: BufferSource | Response | Promise<Response> | URL | string | WebAssembly.Module;
  /** The plans' models by id, where they cannot be fetched. */
  models?: Record<string, string>;
  /** Which of the bundled plans to load: all, unless it is said. */
  plans?: string[];
  /** Which subjects of them to load: all, unless it is said. They are judged as by the whole plan, under its hash. */
  subjects?: string[];
}): Promise<void>;

/** The ids of the plans that are loaded. */
export declare function plans(): string[];
