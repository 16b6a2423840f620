//! What all rules say about one case: a receipt that names plan, version, hash, day and the facts as understood.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::case::Case;
use crate::evaluate::{Settled, settle};
use crate::facts::{Facts, Understood};
use crate::finding::{Finding, Note};
use crate::model::Fact;
use crate::program::{Parts, Program, RuleProgram, SubjectProgram};
use crate::{Date, Explanation, Lang, Outcome, Text};

/// The version of this crate, as reports carry it.
pub(crate) const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// All findings for one case.
///
/// # Wire format
///
/// `{ plan: { id, title, hash }, engine, as_of, subject, facts, headline: { outcome, counts }, next_question, notes,
/// findings: [Finding] }`. `facts` are the facts as understood, by name.
#[derive(Debug, Clone)]
pub struct Report {
    case: Case,
    /// What each rule says: under the default reading, then under each alternative.
    settled: Vec<Vec<Settled>>,
}

/// How many findings have which outcome, and the gravest there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// The gravest outcome present; none for a subject without rules.
    pub outcome: Option<Outcome>,
    /// How many findings have each outcome.
    pub counts: Counts,
}

/// How many findings have each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is named after its outcome")]
pub struct Counts {
    pub breached: usize,
    pub triggered: usize,
    pub undetermined: usize,
    pub pending: usize,
    pub satisfied: usize,
    pub not_applicable: usize,
}

impl Counts {
    /// How many findings have this outcome.
    pub fn get(mut self, outcome: Outcome) -> usize {
        *self.of(outcome)
    }

    fn of(&mut self, outcome: Outcome) -> &mut usize {
        match outcome {
            Outcome::Breached => &mut self.breached,
            Outcome::Triggered => &mut self.triggered,
            Outcome::Undetermined => &mut self.undetermined,
            Outcome::Pending => &mut self.pending,
            Outcome::Satisfied => &mut self.satisfied,
            Outcome::NotApplicable => &mut self.not_applicable,
        }
    }
}

impl Report {
    pub(crate) fn new(case: Case) -> Self {
        let of_rule = |subject: &SubjectProgram, rule: &RuleProgram| {
            let of = |parts: &Parts| settle(subject, rule, parts, &case.facts, case.as_of);
            std::iter::once(&rule.parts).chain(&rule.readings).map(of).collect()
        };
        let settled = case.subject().map(|s| s.rules.iter().map(|rule| of_rule(s, rule)).collect());
        Report { settled: settled.unwrap_or_default(), case }
    }

    /// The day of judgement.
    pub fn as_of(&self) -> Date {
        self.case.as_of
    }

    /// The content hash of the plan that judged.
    pub fn hash(&self) -> &str {
        self.case.program.hash()
    }

    /// The id of the subject.
    pub fn subject_id(&self) -> Option<&str> {
        self.case.subject().map(|s| s.subject.id.as_str())
    }

    /// The findings, in the plan's order.
    pub fn findings(&self) -> impl Iterator<Item = Finding<'_>> {
        let subject = self.case.subject();
        let rules = subject.map_or(&[][..], |s| s.rules.as_slice());
        rules.iter().zip(&self.settled).filter_map(move |(rule, settled)| {
            let (default, readings) = settled.split_first()?;
            Some(Finding { report: self, subject: subject?, rule, settled: default, readings })
        })
    }

    /// The finding of one rule.
    pub fn finding(&self, rule: &str) -> Option<Finding<'_>> {
        self.findings().find(|f| f.rule.rule.id == rule)
    }

    /// The counts by outcome and the gravest outcome.
    pub fn headline(&self) -> Headline {
        let mut counts = Counts::default();
        for finding in self.findings() {
            *counts.of(finding.outcome()) += 1;
        }
        let outcome = self.findings().map(|f| f.outcome()).min();
        Headline { outcome, counts }
    }

    /// The fact that the most open findings miss, ties in declared order; those answered with "unknown" are not asked
    /// again. None when all is settled.
    pub fn next_question(&self) -> Option<&Fact> {
        let subject = self.case.subject()?;
        let wanted =
            |slot: usize| self.settled.iter().filter_map(|s| s.first()).filter(|s| s.missing.contains(&slot)).count();
        let asked = (0..subject.facts.len()).filter(|slot| !self.case.facts.answered_unknown.contains(*slot));
        // The first of several equal ones: `max_by_key` would give the last.
        let (_, slot) = asked.map(|slot| (wanted(slot), slot)).filter(|(n, _)| *n > 0).rev().max_by_key(|(n, _)| *n)?;
        subject.fact(slot).map(|f| &f.fact)
    }

    /// What concerns the report as a whole.
    pub fn notes(&self) -> Vec<Note> {
        let period = self.case.program.document.period;
        let outside = self.case.as_of < period.start || self.case.as_of > period.end;
        if outside { vec![Note::outside_period()] } else { Vec::new() }
    }

    /// The report as text.
    pub fn explain(&self, lang: Lang) -> String {
        self.explanation(lang).to_string()
    }

    /// The report in words, line by line.
    pub fn explanation(&self, lang: Lang) -> Explanation {
        Explanation::new(self, lang)
    }

    /// The report as JSON text.
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists under text keys always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn program(&self) -> &Program {
        &self.case.program
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.case.facts
    }

    pub(crate) fn subject(&self) -> Option<&SubjectProgram> {
        self.case.subject()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain(Lang::En))
    }
}

/// The plan as a report names it.
#[derive(Serialize)]
pub(crate) struct PlanRef<'a> {
    id: &'a str,
    title: &'a Text,
    hash: &'a str,
}

impl Program {
    pub(crate) fn reference(&self) -> PlanRef<'_> {
        PlanRef { id: &self.document.id, title: &self.document.title, hash: self.hash() }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let understood = self.subject().map(|subject| Understood { subject, facts: &self.case.facts });
        let mut s = serializer.serialize_struct("Report", 9)?;
        s.serialize_field("plan", &self.case.program.reference())?;
        s.serialize_field("engine", ENGINE)?;
        s.serialize_field("as_of", &self.case.as_of)?;
        s.serialize_field("subject", &self.subject().map(|s| &s.subject.id))?;
        s.serialize_field("facts", &understood)?;
        s.serialize_field("headline", &self.headline())?;
        s.serialize_field("next_question", &self.next_question().map(|f| &f.name))?;
        s.serialize_field("notes", &self.notes())?;
        s.serialize_field("findings", &self.findings().collect::<Vec<_>>())?;
        s.end()
    }
}
