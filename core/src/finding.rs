//! What one rule says about one case: a view of what was settled, with what explains it.

use std::collections::BTreeSet;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::because::{Because, because};
use crate::change::{Change, smallest_changes};
use crate::evaluate::{Conclusion, Settled};
use crate::model::{Fact, Reading, Rule, StrengthClass};
use crate::program::{Parts, RuleProgram, SubjectProgram};
use crate::progress::{Progress, progress};
use crate::report::Report;
use crate::{Decimal, Outcome, Text, Value};

/// What one rule says about the case of a [`Report`].
///
/// # Wire format
///
/// `{ rule, title, outcome, decision, reason, margin, unit, progress, pace, changes, missing, possible, because, actions, cite, strength,
/// addressee, says, readings, notes }`. `decision`, `margin` and `reason` are `null` where there is none.
#[derive(Clone, Copy)]
pub struct Finding<'a> {
    pub(crate) report: &'a Report,
    pub(crate) subject: &'a SubjectProgram,
    pub(crate) rule: &'a RuleProgram,
    pub(crate) settled: &'a Settled,
    /// Of each alternative reading, in the rule's order.
    pub(crate) readings: &'a [Settled],
}

/// An outcome, with a decision where a gate or definition gives one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Possible {
    /// The outcome.
    pub outcome: Outcome,
    /// The id of the decision.
    pub decision: Option<String>,
}

/// What an alternative reading of the text says, where it differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alternative {
    /// The id of the reading.
    pub reading: String,
    /// Why one could read it so.
    pub note: Text,
    /// The outcome under this reading.
    pub outcome: Outcome,
    /// The decision under this reading.
    pub decision: Option<String>,
    /// The margin under this reading.
    pub margin: Option<Decimal>,
    /// What is missing under this reading.
    pub missing: Vec<String>,
    /// What is possible under this reading.
    pub possible: Vec<Possible>,
}

/// Something a reader must know beside the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// `stale`, `in_principle`, `undated`, `outside_period`, `corrected_target`, or `document` for what the plan's
    /// authors left to say.
    pub code: &'static str,
    /// The note.
    #[serde(flatten)]
    pub text: Text,
}

impl Note {
    fn new(code: &'static str, zh: &str, en: &str) -> Self {
        Note { code, text: Text { zh: zh.to_owned(), en: en.to_owned() } }
    }

    pub(crate) fn outside_period() -> Self {
        Note::new("outside_period", "评价日不在规划期内", "the day of judgement lies outside the plan's period")
    }
}

impl<'a> Finding<'a> {
    /// The rule.
    pub fn rule(&self) -> &'a Rule {
        &self.rule.rule
    }

    /// The outcome.
    pub fn outcome(&self) -> Outcome {
        self.settled.outcome
    }

    /// The decision of a gate or definition; none where it is open or nothing bites.
    pub fn decision(&self) -> Option<&'a str> {
        decision_id(&self.rule.parts, self.settled.decision)
    }

    /// How far the case is from the boundary, in [`Finding::unit`]: positive on the satisfied side.
    pub fn margin(&self) -> Option<Decimal> {
        self.settled.margin.map(|(margin, _)| margin)
    }

    /// The unit of the margin.
    pub fn unit(&self) -> Option<&'a str> {
        let (_, slot) = self.settled.margin?;
        self.subject.fact(slot)?.fact.unit.as_deref()
    }

    /// A minimal set of facts that would settle the finding, in declared order.
    pub fn missing(&self) -> impl Iterator<Item = &'a Fact> + use<'a> {
        let subject = self.subject;
        self.settled.missing.iter().filter_map(move |slot| subject.fact(*slot)).map(|f| &f.fact)
    }

    /// What the outcome and decision can still be; empty when both are settled.
    pub fn possible(&self) -> Vec<Possible> {
        possible(&self.rule.parts, &self.settled.possible)
    }

    /// `not_computable`, where a condition is null though nothing is missing.
    pub fn reason(&self) -> Option<&'static str> {
        self.settled.not_computable.then_some("not_computable")
    }

    /// The conditions with the value of every branch.
    pub fn because(&self) -> Vec<Because<'a>> {
        because(self.subject, self.rule, self.report.facts())
    }

    /// The one-fact changes that would satisfy a rule that is not met.
    pub fn smallest_changes(&self) -> Vec<Change> {
        smallest_changes(self.subject, self.rule, self.report.facts(), self.report.as_of())
    }

    /// How far the measure has come from its baseline to its target: 0 at the baseline, 1 at the target.
    pub fn progress(&self) -> Option<Decimal> {
        self.way().progress
    }

    /// What the measure has to change a year to meet its target when it is due; 0 where it is met.
    pub fn pace(&self) -> Option<Decimal> {
        self.way().pace
    }

    pub(crate) fn measure_unit(&self) -> Option<&'a str> {
        self.subject.fact(self.rule.measure?)?.fact.unit.as_deref()
    }

    pub(crate) fn way(&self) -> Progress {
        progress(self.subject, self.rule, self.report.facts(), self.report.as_of(), self.outcome())
    }

    /// What must be done: for a rule that is not met, bites or calls for action.
    pub fn actions(&self) -> &'a [Text] {
        // What is done need not be done again because it was late.
        let done = self.rule.done.is_some_and(|slot| *self.report.facts().value(slot) == Value::Bool(true));
        match self.outcome() {
            _ if done => &[],
            Outcome::Breached | Outcome::Triggered | Outcome::Pending => &self.rule.rule.actions,
            Outcome::Undetermined | Outcome::Satisfied | Outcome::NotApplicable => &[],
        }
    }

    /// The alternative readings that give another outcome, decision or possibility.
    pub fn readings(&self) -> Vec<Alternative> {
        let default = said(&self.rule.parts, self.settled);
        let all = self.rule.rule.readings.iter().zip(&self.rule.readings).zip(self.readings);
        all.filter(|((_, parts), settled)| said(parts, settled) != default)
            .map(|((reading, parts), settled)| self.alternative(reading, parts, settled))
            .collect()
    }

    fn alternative(&self, reading: &Reading, parts: &Parts, settled: &Settled) -> Alternative {
        Alternative {
            reading: reading.id.clone(),
            note: reading.note.clone(),
            outcome: settled.outcome,
            decision: decision_id(parts, settled.decision).map(str::to_owned),
            margin: settled.margin.map(|(margin, _)| margin),
            missing: settled.missing.iter().map(|slot| self.subject.name_of(*slot).to_owned()).collect(),
            possible: possible(parts, &settled.possible),
        }
    }

    /// What a reader must know beside the outcome.
    pub fn notes(&self) -> Vec<Note> {
        let rule = &self.rule.rule;
        let mut notes = Vec::new();
        if self.settled.stale {
            let (zh, en) = ("所用数值早于目标年", "judged on a value older than the target year");
            notes.push(Note::new("stale", zh, en));
        }
        if self.outcome() == Outcome::Breached && rule.strength.class == StrengthClass::InPrinciple {
            notes.push(Note::new(
                "in_principle",
                "原文为“原则上”：未达到的，可说明例外理由",
                "the text says “in principle”: exceptions are possible",
            ));
        }
        if self.settled.undated {
            notes.push(Note::new("undated", "未填写完成日期", "done, on a day that is not given"));
        }
        if let Some(printed) = rule.printed_target {
            let (zh, en) =
                (format!("目标值已更正，规划原为 {printed}"), format!("target corrected, printed {printed}"));
            notes.push(Note::new("corrected_target", &zh, &en));
        }
        notes.extend(rule.notes.iter().map(|text| Note { code: "document", text: text.clone() }));
        notes
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.settled.stale
    }

    pub(crate) fn program(&self) -> &'a RuleProgram {
        self.rule
    }

    pub(crate) fn subject(&self) -> &'a SubjectProgram {
        self.subject
    }

    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("rule", &self.rule.rule.id)
            .field("settled", self.settled)
            .finish_non_exhaustive()
    }
}

/// Whether two readings of a rule give another outcome, decision or possibility.
pub(crate) fn differ(one: (&Parts, &Settled), other: (&Parts, &Settled)) -> bool {
    said(one.0, one.1) != said(other.0, other.1)
}

fn decision_id(parts: &Parts, place: Option<usize>) -> Option<&str> {
    parts.decisions.get(place?).map(|(decision, _)| decision.id.as_str())
}

/// An outcome with the id of a decision.
type Said<'a> = (Outcome, Option<&'a str>);

/// What is said, and what is possible, in whatever order: a reading may list the same decisions in another one.
fn said<'a>(parts: &'a Parts, settled: &Settled) -> (Said<'a>, BTreeSet<Said<'a>>) {
    let said = |(outcome, place): &Conclusion| (*outcome, decision_id(parts, *place));
    (said(&(settled.outcome, settled.decision)), settled.possible.iter().map(said).collect())
}

fn possible(parts: &Parts, conclusions: &[Conclusion]) -> Vec<Possible> {
    let one = |(outcome, place): &Conclusion| Possible {
        outcome: *outcome,
        decision: decision_id(parts, *place).map(str::to_owned),
    };
    conclusions.iter().map(one).collect()
}

impl Serialize for Finding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rule = self.rule();
        let mut s = serializer.serialize_struct("Finding", 21)?;
        s.serialize_field("rule", &rule.id)?;
        s.serialize_field("title", &rule.title)?;
        s.serialize_field("kind", &rule.kind)?;
        s.serialize_field("outcome", &self.outcome())?;
        s.serialize_field("decision", &self.decision())?;
        s.serialize_field("reason", &self.reason())?;
        s.serialize_field("margin", &self.margin())?;
        s.serialize_field("unit", &self.unit())?;
        let way = self.way();
        s.serialize_field("progress", &way.progress)?;
        s.serialize_field("pace", &way.pace)?;
        s.serialize_field("changes", &self.smallest_changes())?;
        s.serialize_field("missing", &self.missing().map(|f| &f.name).collect::<Vec<_>>())?;
        s.serialize_field("possible", &self.possible())?;
        s.serialize_field("because", &self.because())?;
        s.serialize_field("actions", self.actions())?;
        s.serialize_field("cite", &rule.cite)?;
        s.serialize_field("strength", &rule.strength)?;
        s.serialize_field("addressee", &rule.addressee)?;
        s.serialize_field("says", &rule.says)?;
        s.serialize_field("readings", &self.readings())?;
        s.serialize_field("notes", &self.notes())?;
        s.end()
    }
}
