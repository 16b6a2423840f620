import type { Day, Outcome, Text } from "./index.js";

/** Loads what reads plan files; in Node nothing is left to be done. */
export default function init(options?: {
  /** The reader's file, where it cannot be fetched from beside the script. */
  wasm?: BufferSource | Response | Promise<Response> | URL | string | WebAssembly.Module;
}): Promise<void>;

/**
 * The model of a plan, for `Plan.fromModel`, from its TOML files: one text, or texts by file name. Throws an
 * `EcoplanError` with everything that is wrong with them, each with file, line, rule and field.
 */
export declare function read(files: string | Record<string, string>): object;

/**
 * What holds of the rules for all cases: what can never happen, which rules demand opposite things, what gates leave out,
 * in which direction each number helps or harms, which readings make no difference; each with cases that show it, or seen
 * by exhaustion. It takes files as `read` does, and throws what `read` does.
 */
export declare function analyse(files: string | Record<string, string>): Analysis;

/** What holds of a plan's rules for all cases; `text` is all of it to be read, as Markdown lists. */
export interface Analysis {
  claims: Claim[];
  rules: RuleAnalysis[];
  /** How many pairs of rules that ask for the same facts were held against each other. */
  pairs: number;
  text: Text;
}

/** Something that holds of some rules. */
export interface Claim {
  kind:
    | "opposite_demands"
    | "implied"
    | "same_demand"
    | "never_applies"
    | "never_met"
    | "never_breached"
    | "unreachable_decision"
    | "uncovered"
    | "effort_harms"
    | "same_reading"
    | "unread_fact";
  subject: string;
  rules: string[];
  /** The decision, reading or fact it is about. */
  of: string | null;
  /** The cases it is about, as a condition. */
  when: string | null;
  says: Text;
  /** How many cells were looked at: within each, no rule concerned tells two cases apart. */
  cells: number;
  /** Cases that show it; none for what was never seen. */
  examples: Example[];
}

/** Why not every case could be looked at. */
export type Beyond = "not_linear" | "too_many" | "inexact";

/** What one rule can come to. */
export interface RuleAnalysis {
  rule: string;
  cells: number;
  beyond: Beyond | null;
  /** A case for each outcome and decision that occurs under the default reading. */
  outcomes: Example[];
  influences: Influence[];
}

/** What more of a number does to a rule; the second of two cases has more of it and is better or worse off. */
export interface Influence {
  fact: string;
  more: "none" | "helps" | "harms" | "both";
  helps: [Example, Example] | null;
  harms: [Example, Example] | null;
  beyond: Beyond | null;
}

/** A case, and what rules say of it; a fact that is left out makes no difference. */
export interface Example {
  facts: Record<string, string | boolean | string[]>;
  as_of: Day;
  says: { rule: string; reading: string | null; outcome: Outcome; decision: string | null }[];
  /** All of that in words. */
  text: Text;
}
