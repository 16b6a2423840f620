import type { Day, Lang, Plan, Problem, Report } from "./index.js";

/** What `ecoplan-report` says, each time the case is judged: when somebody enters something, and when a page does. */
export interface Judged {
  /** What is entered and was not refused, by fact name. */
  facts: Record<string, unknown>;
  /** `null` where the case cannot be judged at all. */
  report: Report | null;
  /** What was refused, each with the place of its fact: `facts.influent_bod5_mg_l`. */
  problems: Problem[];
}

/**
 * A form that builds itself from the facts of a subject and says at once what the plan says. As a control of a form it
 * submits the facts as JSON text under its `name`, and is not valid while something entered was refused.
 *
 * Attributes: `plan` (the id of a bundled plan), `rules`, `subject`, `lang` (`zh` or `en`; else that of the page around it),
 * `as-of`, `value` (facts to begin with, as JSON text), `name`, `disabled`. Parts to style: `toolbar`, `guide`, `fields`,
 * `field`, `findings`, `finding`.
 */
export declare class EcoplanForm extends HTMLElement {
  static readonly formAssociated: true;
  /** Reads as the plan once it is loaded; takes the id of a bundled one, or a plan of one's own. */
  get plan(): Plan<any, any> | null;
  set plan(plan: string | Plan<any, any> | null);
  /** The rules that it is about, parted by spaces, a `*` at an end standing for the rest: all, unless it is said. */
  rules: string | null;
  subject: string | null;
  /** The language that the form speaks. */
  readonly language: Lang;
  get asOf(): Day | null;
  set asOf(day: Day | null | undefined);
  /** What is entered and was not refused; set, it takes the place of what stands there. */
  facts: Record<string, unknown>;
  /** The same as JSON text. */
  get value(): string;
  set value(json: string | null);
  readonly report: Report | null;
  readonly problems: Problem[];
  readonly form: HTMLFormElement | null;
  name: string | null;
  disabled: boolean;
  readonly type: string;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  checkValidity(): boolean;
  reportValidity(): boolean;
  /** Goes to the first entry that was refused, else to the next question, else to the first. */
  focus(): void;
  /** Empties the form, or enters again what its `value` attribute says. */
  reset(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "ecoplan-form": EcoplanForm;
  }
  interface HTMLElementEventMap {
    "ecoplan-report": CustomEvent<Judged>;
    /** The plan could not be loaded. */
    "ecoplan-error": CustomEvent<{ error: unknown }>;
  }
}
