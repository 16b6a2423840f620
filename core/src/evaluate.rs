//! A program and facts to what each rule says. Nothing here can fail, and nothing depends on a clock or an order.
//!
//! One function, [`conclude`], turns truth values into outcomes. Given what is known now it settles the finding; given
//! what *will* be known (see [`crate::feel::outlook`]) it lists what is still possible. So the two cannot disagree.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::feel::{Locals, Outlook, outlook};
use crate::margin::margin;
use crate::model::{RuleKind, StrengthClass};
use crate::program::{DueDay, Parts, RuleProgram, SubjectProgram};
use crate::{Date, Decimal, Value};

/// What one rule says about one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not met, and could be held against someone now.
    Breached,
    /// A gate bites, a duty arises, a definition classifies or an encouragement applies. Nobody violates anything.
    Triggered,
    /// Something missing could still change the outcome.
    Undetermined,
    /// Not met and not yet due, or under way where the text asks for progress.
    Pending,
    /// The test holds; a gate has no objection.
    Satisfied,
    /// The rule does not concern this case.
    NotApplicable,
}

impl Outcome {
    /// All of them, the gravest first.
    pub const ALL: [Outcome; 6] = [
        Outcome::Breached,
        Outcome::Triggered,
        Outcome::Undetermined,
        Outcome::Pending,
        Outcome::Satisfied,
        Outcome::NotApplicable,
    ];

    /// The name on the wire, such as `not_applicable`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Breached => "breached",
            Outcome::Triggered => "triggered",
            Outcome::Undetermined => "undetermined",
            Outcome::Pending => "pending",
            Outcome::Satisfied => "satisfied",
            Outcome::NotApplicable => "not_applicable",
        }
    }
}

/// An outcome with, for a gate or definition, the place of the decision.
pub(crate) type Conclusion = (Outcome, Option<usize>);

/// What one reading of a rule says about one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) outcome: Outcome,
    pub(crate) decision: Option<usize>,
    /// How far the case is from the boundary, with the slot whose unit it is in.
    pub(crate) margin: Option<(Decimal, usize)>,
    pub(crate) missing: Vec<usize>,
    pub(crate) possible: Vec<Conclusion>,
    /// A condition is null though nothing is missing: a division by zero, too many digits.
    pub(crate) not_computable: bool,
    /// Judged on a value older than the target year.
    pub(crate) stale: bool,
    /// Satisfied by an act whose day is not given.
    pub(crate) undated: bool,
}

/// Truth values of the parts of a rule, as they are or as they may come out.
struct Verdicts {
    applies: Outlook,
    requires: Option<Outlook>,
    decisions: Vec<Outlook>,
    due: Outlook,
    done: Option<Outlook>,
    /// Whether the act was done after its day.
    late: Outlook,
}

/// Evaluates one reading of a rule.
pub(crate) fn settle(
    subject: &SubjectProgram,
    rule: &RuleProgram,
    parts: &Parts,
    facts: &Facts,
    as_of: Date,
) -> Settled {
    let now = verdicts(rule, parts, facts, as_of, &|_| false);
    let (concluded, open) = conclude(rule, &now);
    let (mut possible, mut missing) = (Vec::new(), Vec::new());
    if open {
        let unknown: BTreeSet<usize> =
            rule.slots(parts).into_iter().filter(|slot| *facts.value(*slot) == Value::Unknown).collect();
        possible = conclude(rule, &verdicts(rule, parts, facts, as_of, &|slot| unknown.contains(&slot))).0;
        missing = needed(rule, parts, facts, as_of, unknown);
    }
    let all = if open { &possible } else { &concluded };
    let outcome = agreed(all.iter().map(|c| c.0)).unwrap_or(Outcome::Undetermined);
    let decision = agreed(all.iter().map(|c| c.1)).flatten();
    let settled = all.len() == 1;
    if settled {
        (possible, missing) = (Vec::new(), Vec::new());
    }
    let applicable = now.applies == Outlook::of(&Value::Bool(true));
    Settled {
        outcome,
        decision,
        margin: parts.requires.as_ref().filter(|_| applicable).and_then(|test| margin(test, rule, subject, facts)),
        missing,
        possible,
        not_computable: settled && outcome == Outcome::Undetermined,
        stale: !matches!(outcome, Outcome::Undetermined | Outcome::NotApplicable)
            && is_stale(subject, rule, parts, facts, as_of),
        undated: outcome == Outcome::Satisfied && rule.done_on.is_some_and(|slot| !facts.value(slot).is_known()),
    }
}

/// The one value of all, if they agree.
fn agreed<T: PartialEq + Copy>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|v| v == first).then_some(first)
}

/// A minimal set of facts after which the finding cannot stay open: from the last declared to the first, each is
/// dropped that is not needed.
fn needed(rule: &RuleProgram, parts: &Parts, facts: &Facts, as_of: Date, unknown: BTreeSet<usize>) -> Vec<usize> {
    let mut kept = unknown.clone();
    for slot in unknown.into_iter().rev() {
        kept.remove(&slot);
        let (_, open) = conclude(rule, &verdicts(rule, parts, facts, as_of, &|s| kept.contains(&s)));
        if open {
            kept.insert(slot);
        }
    }
    kept.into_iter().collect()
}

fn verdicts(rule: &RuleProgram, parts: &Parts, facts: &Facts, as_of: Date, known: &dyn Fn(usize) -> bool) -> Verdicts {
    let see = |condition| outlook(condition, &facts.values, &Locals::None, known);
    let yes = Outlook::of(&Value::Bool(true));
    let fact = |slot: usize, test: &dyn Fn(Date) -> bool| match facts.value(slot) {
        Value::Date(day) => Outlook::of(&Value::Bool(test(*day))),
        _ if known(slot) => Outlook { no: true, ..yes },
        _ => Outlook::of(&Value::Unknown),
    };
    // A result is judged from its day on; an act may still be done on its day.
    let due_by = |day: Date| if rule.rule.kind == RuleKind::Deadline { as_of > day } else { as_of >= day };
    let due = match parts.due {
        DueDay::Now => yes,
        DueDay::Date(day) => Outlook::of(&Value::Bool(due_by(day))),
        DueDay::Fact(slot) => fact(slot, &due_by),
    };
    Verdicts {
        applies: parts.applies.as_ref().map_or(yes, see),
        requires: parts.requires.as_ref().map(see),
        decisions: parts.decisions.iter().map(|(_, when)| see(when)).collect(),
        due,
        done: rule.done.map(|slot| match facts.value(slot) {
            Value::Unknown if known(slot) => Outlook { no: true, ..yes },
            value => Outlook::of(value),
        }),
        late: rule.done_on.map_or(Outlook::of(&Value::Bool(false)), |done_on| {
            match (facts.value(done_on), parts.due) {
                (Value::Date(done_on), DueDay::Date(due)) => Outlook::of(&Value::Bool(*done_on > due)),
                (Value::Date(done_on), DueDay::Fact(slot)) => fact(slot, &|due| *done_on > due),
                // Done on a day nobody gave counts as done in time, and is noted; no day given can be later than today.
                (_, _) if known(done_on) => Outlook { no: true, yes: due.yes, ..yes },
                _ => Outlook::of(&Value::Bool(false)),
            }
        }),
    }
}

/// Every conclusion that the verdicts allow, and whether one of them leaves the finding open.
fn conclude(rule: &RuleProgram, verdicts: &Verdicts) -> (Vec<Conclusion>, bool) {
    let mut all = Conclusions { rule, due: verdicts.due, found: Vec::new(), open: verdicts.applies.unknown };
    let applies = verdicts.applies;
    if applies.yes || applies.unknown {
        match (&verdicts.requires, verdicts.done) {
            _ if !verdicts.decisions.is_empty() => all.decide(&verdicts.decisions),
            (Some(requires), _) => all.test(*requires),
            (None, Some(done)) => all.act(done, verdicts.late),
            (None, None) => all.add(Outcome::Triggered, None),
        }
    }
    if applies.no || applies.unknown {
        all.add(Outcome::NotApplicable, None);
    }
    if applies.null {
        all.add(Outcome::Undetermined, None);
    }
    (all.found, all.open)
}

struct Conclusions<'a> {
    rule: &'a RuleProgram,
    due: Outlook,
    found: Vec<Conclusion>,
    open: bool,
}

impl Conclusions<'_> {
    fn add(&mut self, outcome: Outcome, decision: Option<usize>) {
        if !self.found.contains(&(outcome, decision)) {
            self.found.push((outcome, decision));
        }
    }

    /// The first decision whose condition holds, every stricter one being known not to.
    fn decide(&mut self, decisions: &[Outlook]) {
        for (i, when) in decisions.iter().enumerate() {
            self.open |= when.unknown;
            if when.yes || when.unknown {
                self.add(Outcome::Triggered, Some(i));
            }
            if when.null {
                self.add(Outcome::Undetermined, None);
            }
            if !(when.no || when.unknown) {
                return;
            }
        }
        self.add(Outcome::Satisfied, None);
    }

    fn test(&mut self, requires: Outlook) {
        self.open |= requires.unknown;
        if requires.yes || requires.unknown {
            self.add(Outcome::Satisfied, None);
        }
        if requires.no || requires.unknown {
            self.unmet();
        }
        if requires.null {
            self.add(Outcome::Undetermined, None);
        }
    }

    fn act(&mut self, done: Outlook, late: Outlook) {
        self.open |= done.unknown;
        if done.yes || done.unknown {
            self.open |= late.unknown;
            if late.no || late.unknown {
                self.add(Outcome::Satisfied, None);
            }
            if late.yes || late.unknown {
                self.add(self.unmet_when_due(), None);
            }
        }
        if done.no || done.unknown {
            self.unmet();
        }
    }

    fn unmet(&mut self) {
        let outcome = self.unmet_when_due();
        // Where progress is asked for, the day makes no difference.
        self.open |= self.due.unknown && outcome != Outcome::Pending;
        if self.due.no || self.due.unknown {
            self.add(Outcome::Pending, None);
        }
        if self.due.yes || self.due.unknown {
            self.add(outcome, None);
        }
    }

    /// What "not met" means once it is due: the strength of the text decides.
    fn unmet_when_due(&self) -> Outcome {
        match self.rule.rule.strength.class {
            StrengthClass::Mandatory | StrengthClass::InPrinciple => Outcome::Breached,
            StrengthClass::Progressive => Outcome::Pending,
            StrengthClass::Encouraged => Outcome::Triggered,
        }
    }
}

/// Whether a finding that is due rests on a value of an earlier year than the one it is due in.
fn is_stale(subject: &SubjectProgram, rule: &RuleProgram, parts: &Parts, facts: &Facts, as_of: Date) -> bool {
    let due = match parts.due {
        DueDay::Now => return false,
        DueDay::Date(day) => day,
        DueDay::Fact(slot) => match facts.value(slot) {
            Value::Date(day) => *day,
            _ => return false,
        },
    };
    let older = |slot: usize| facts.year(slot).is_some_and(|year| year < due.year());
    as_of >= due
        && rule.slots(parts).into_iter().any(|slot| subject.fact(slot).is_some_and(|f| f.yearly()) && older(slot))
}
