//! A program and facts to what each rule says. Nothing here can fail, and nothing depends on a clock or an order.
//!
//! One function, [`conclude`], turns truth values into outcomes. Given what is known now it settles the finding; given
//! what *will* be known (see [`crate::feel::outlook`]) it lists what is still possible. So the two cannot disagree.

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::feel::{Expr, Locals, Outlook, Truth, outlook, test};
use crate::margin::margin;
use crate::model::{RuleKind, StrengthClass};
use crate::program::{DueDay, Parts, RuleProgram, SubjectProgram};
use crate::slots::Slots;
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

/// Evaluates one reading of a rule.
pub(crate) fn settle(
    subject: &SubjectProgram,
    rule: &RuleProgram,
    parts: &Parts,
    facts: &Facts,
    as_of: Date,
) -> Settled {
    let now: Agreed = conclude(rule, parts, facts, as_of, None);
    let (mut possible, mut missing) = (Vec::new(), Vec::new());
    let ((mut outcome, mut decision), mut settled) = (now.conclusion(), true);
    if now.open {
        let unknown = unknown(rule, parts, facts);
        let then: Several = conclude(rule, parts, facts, as_of, Some(&|slot| unknown.contains(slot)));
        (outcome, decision) = then.conclusion();
        settled = then.found.len() == 1;
        if !settled {
            possible = then.found;
            missing = needed(rule, parts, facts, as_of, unknown);
        }
    }
    Settled {
        outcome,
        decision,
        margin: parts
            .requires
            .as_ref()
            .filter(|_| now.applicable)
            .and_then(|test| margin(&test.expr, rule, subject, facts)),
        missing,
        possible,
        not_computable: settled && outcome == Outcome::Undetermined,
        stale: !matches!(outcome, Outcome::Undetermined | Outcome::NotApplicable)
            && is_stale(subject, rule, parts, facts, as_of),
        undated: outcome == Outcome::Satisfied && rule.done_on.is_some_and(|slot| !facts.value(slot).is_known()),
    }
}

/// What a reading of a rule concludes where nothing missing can change it; otherwise the facts that are missing.
pub(crate) fn concluded(
    rule: &RuleProgram,
    parts: &Parts,
    facts: &Facts,
    as_of: Date,
) -> Result<Conclusion, Vec<usize>> {
    let now: Agreed = conclude(rule, parts, facts, as_of, None);
    if !now.open {
        return Ok(now.conclusion());
    }
    let unknown = unknown(rule, parts, facts);
    let then: Several = conclude(rule, parts, facts, as_of, Some(&|slot| unknown.contains(slot)));
    if then.found.len() == 1 { Ok(then.conclusion()) } else { Err(needed(rule, parts, facts, as_of, unknown)) }
}

/// The facts that a reading reads and nobody gave.
fn unknown(rule: &RuleProgram, parts: &Parts, facts: &Facts) -> Slots {
    let mut unknown = rule.slots(parts);
    unknown.retain(|slot| *facts.value(slot) == Value::Unknown);
    unknown
}

/// The outcome and decision of a rule under its default reading, and nothing else.
pub(crate) fn outcome(rule: &RuleProgram, facts: &Facts, as_of: Date) -> Conclusion {
    let now: Agreed = conclude(rule, &rule.parts, facts, as_of, None);
    // What is open and may come out differently stays undetermined, unless what is not computable settles it; what agrees
    // may still not be computable.
    if !now.open || (now.outcome == Some(None) && !rule.recovers) {
        return now.conclusion();
    }
    let known = |slot: usize| *facts.value(slot) == Value::Unknown;
    let then: Agreed = conclude(rule, &rule.parts, facts, as_of, Some(&known));
    then.conclusion()
}

/// The margin of a rule under its default reading, where it has one.
pub(crate) fn margin_of(subject: &SubjectProgram, rule: &RuleProgram, facts: &Facts) -> Option<Decimal> {
    let test = rule.parts.requires.as_ref()?;
    let applies = rule.parts.applies.as_ref();
    let concerns = applies.is_none_or(|c| self::test(&c.expr, &facts.values, &Locals::None) == Truth::True);
    if !concerns {
        return None;
    }
    margin(&test.expr, rule, subject, facts).map(|(margin, _)| margin)
}

/// A minimal set of facts after which the finding cannot stay open: from the last declared to the first, each is
/// dropped that is not needed.
fn needed(rule: &RuleProgram, parts: &Parts, facts: &Facts, as_of: Date, unknown: Slots) -> Vec<usize> {
    let mut kept = unknown;
    loop {
        let tried = kept.clone().into_vec();
        for slot in tried.iter().rev() {
            kept.remove(*slot);
            let then: Several = conclude(rule, parts, facts, as_of, Some(&|s| kept.contains(s)));
            if then.open {
                kept.insert(*slot);
            }
        }
        // Where something is dropped, what was only needed beside it may not be any more.
        if kept.as_slice().len() == tried.len() {
            return tried;
        }
    }
}

/// Collects what a rule can conclude.
trait Found: Default {
    fn add(&mut self, outcome: Outcome, decision: Option<usize>);
    /// Something that stays unknown leaves the finding open.
    fn leave_open(&mut self, open: bool);
    /// The rule concerns the case for certain.
    fn applies(&mut self);
}

/// What all conclusions have in common.
#[derive(Default)]
struct Agreed {
    /// None before the first conclusion, and `Some(None)` once two differ.
    outcome: Option<Option<Outcome>>,
    decision: Option<Option<usize>>,
    open: bool,
    applicable: bool,
}

impl Found for Agreed {
    fn add(&mut self, outcome: Outcome, decision: Option<usize>) {
        match self.outcome {
            None => (self.outcome, self.decision) = (Some(Some(outcome)), Some(decision)),
            Some(before) => {
                self.outcome = Some(before.filter(|o| *o == outcome));
                self.decision = Some(self.decision.flatten().filter(|d| Some(*d) == decision));
            }
        }
    }

    fn leave_open(&mut self, open: bool) {
        self.open |= open;
    }

    fn applies(&mut self) {
        self.applicable = true;
    }
}

impl Agreed {
    fn conclusion(&self) -> Conclusion {
        (self.outcome.flatten().unwrap_or(Outcome::Undetermined), self.decision.flatten())
    }
}

/// Every conclusion, once.
#[derive(Default)]
struct Several {
    found: Vec<Conclusion>,
    open: bool,
}

impl Found for Several {
    fn add(&mut self, outcome: Outcome, decision: Option<usize>) {
        if !self.found.contains(&(outcome, decision)) {
            self.found.push((outcome, decision));
        }
    }

    fn leave_open(&mut self, open: bool) {
        self.open |= open;
    }

    fn applies(&mut self) {}
}

impl Several {
    fn conclusion(&self) -> Conclusion {
        let mut agreed = Agreed::default();
        self.found.iter().for_each(|(outcome, decision)| agreed.add(*outcome, *decision));
        agreed.conclusion()
    }
}

/// Everything that a rule can conclude: now, or once the facts that `known` names are given.
fn conclude<F: Found>(
    rule: &RuleProgram,
    parts: &Parts,
    facts: &Facts,
    as_of: Date,
    known: Option<&dyn Fn(usize) -> bool>,
) -> F {
    let judge = Judge { rule, parts, facts, as_of, known };
    let mut found = F::default();
    let applies = parts.applies.as_ref().map_or(Truth::True.into(), |condition| judge.see(&condition.expr));
    found.leave_open(applies.unknown);
    if applies == Truth::True.into() {
        found.applies();
    }
    if applies.yes || applies.unknown {
        match (&parts.requires, rule.done) {
            _ if !parts.decisions.is_empty() => judge.decide(&mut found),
            (Some(requires), _) => judge.test(judge.see(&requires.expr), &mut found),
            (None, Some(done)) => judge.act(done, &mut found),
            (None, None) => found.add(Outcome::Triggered, None),
        }
    }
    if applies.no || applies.unknown {
        found.add(Outcome::NotApplicable, None);
    }
    if applies.null {
        found.add(Outcome::Undetermined, None);
    }
    found
}

/// One reading of a rule, looked at with the facts there are and those that will be known.
struct Judge<'a> {
    rule: &'a RuleProgram,
    parts: &'a Parts,
    facts: &'a Facts,
    as_of: Date,
    known: Option<&'a dyn Fn(usize) -> bool>,
}

impl Judge<'_> {
    fn see(&self, condition: &Expr) -> Outlook {
        match self.known {
            None => test(condition, &self.facts.values, &Locals::None).into(),
            Some(known) => outlook(condition, &self.facts.values, &Locals::None, known),
        }
    }

    fn will_be_known(&self, slot: usize) -> bool {
        self.known.is_some_and(|known| known(slot))
    }

    /// The first decision whose condition holds, every stricter one being known not to.
    fn decide(&self, found: &mut impl Found) {
        for (i, (_, when)) in self.parts.decisions.iter().enumerate() {
            let when = self.see(&when.expr);
            found.leave_open(when.unknown);
            if when.yes || when.unknown {
                found.add(Outcome::Triggered, Some(i));
            }
            if when.null {
                found.add(Outcome::Undetermined, None);
            }
            if !(when.no || when.unknown) {
                return;
            }
        }
        found.add(Outcome::Satisfied, None);
    }

    fn test(&self, requires: Outlook, found: &mut impl Found) {
        found.leave_open(requires.unknown);
        if requires.yes || requires.unknown {
            found.add(Outcome::Satisfied, None);
        }
        if requires.no || requires.unknown {
            self.unmet(found);
        }
        if requires.null {
            found.add(Outcome::Undetermined, None);
        }
    }

    fn act(&self, done: usize, found: &mut impl Found) {
        let done = match self.facts.value(done) {
            Value::Unknown if self.will_be_known(done) => Outlook::EITHER,
            value => Truth::of(value).into(),
        };
        let late = self.late();
        // Done too late is no better than not done: what is given to be late is past its day, as no act lies ahead.
        let too_late = late == Truth::True.into();
        found.leave_open(done.unknown && !too_late);
        if done.yes || done.unknown {
            found.leave_open(late.unknown);
            if late.no || late.unknown {
                found.add(Outcome::Satisfied, None);
            }
            if late.yes || late.unknown {
                found.add(unmet_when_due(self.rule), None);
            }
        }
        if done.no || done.unknown {
            self.unmet(found);
        }
    }

    /// Whether the act was done after its day.
    fn late(&self) -> Outlook {
        let Some(done_on) = self.rule.done_on else { return Truth::False.into() };
        match self.facts.value(done_on) {
            Value::Date(done_on) => self.due_day(|due| *done_on > due),
            // No day that will be given can be later than today.
            _ if self.will_be_known(done_on) => Outlook { no: true, ..self.due() },
            // Done on a day nobody gave counts as done in time, and is noted.
            _ => Truth::False.into(),
        }
    }

    fn unmet(&self, found: &mut impl Found) {
        let outcome = unmet_when_due(self.rule);
        let due = self.due();
        // Where progress is asked for, the day makes no difference.
        found.leave_open(due.unknown && outcome != Outcome::Pending);
        if due.no || due.unknown {
            found.add(Outcome::Pending, None);
        }
        if due.yes || due.unknown {
            found.add(outcome, None);
        }
    }

    /// Whether it is due. A result is judged from its day on; an act may still be done on its day.
    fn due(&self) -> Outlook {
        self.due_day(|day| if self.rule.rule.kind == RuleKind::Deadline { self.as_of > day } else { self.as_of >= day })
    }

    fn due_day(&self, test: impl Fn(Date) -> bool) -> Outlook {
        match self.parts.due {
            DueDay::Now => Truth::True.into(),
            DueDay::Date(day) => Truth::from(test(day)).into(),
            DueDay::Fact(slot) => match self.facts.value(slot) {
                Value::Date(day) => Truth::from(test(*day)).into(),
                _ if self.will_be_known(slot) => Outlook::EITHER,
                _ => Truth::Unknown.into(),
            },
        }
    }
}

/// What "not met" means once it is due: the strength of the text decides.
pub(crate) fn unmet_when_due(rule: &RuleProgram) -> Outcome {
    match rule.rule.strength.class {
        StrengthClass::Mandatory | StrengthClass::InPrinciple => Outcome::Breached,
        StrengthClass::Progressive => Outcome::Pending,
        StrengthClass::Encouraged => Outcome::Triggered,
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
        && rule
            .slots(parts)
            .as_slice()
            .iter()
            .any(|slot| subject.fact(*slot).is_some_and(|f| f.yearly()) && older(*slot))
}
