//! Which outcomes and decisions of a plan's rules the cases of its author come to, and which none does.

use serde::Serialize;

use crate::Outcome;
use crate::boundary::reachable;
use crate::finding::Finding;
use crate::plan::Plan;
use crate::program::{RuleProgram, SubjectProgram};

/// What cases cover of all that the rules of a plan can say.
///
/// # Wire format
///
/// `{ conclusions, readings, rules }`, the first two `{ total, covered }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseCoverage {
    /// The outcomes of each rule, each with its decision.
    pub conclusions: Covered,
    /// The alternative readings that can make a difference.
    pub readings: Covered,
    /// Rule by rule: by subject, in declared order.
    pub rules: Vec<RuleCases>,
}

/// How many there are, and how many of them some case shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Covered {
    pub total: usize,
    pub covered: usize,
}

/// What cases cover of all that one rule can say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCases {
    /// The id of the rule.
    pub rule: String,
    /// Each outcome and decision, the gravest outcome first.
    pub conclusions: Vec<ConclusionCases>,
    /// Each reading that can make a difference, in declared order.
    pub readings: Vec<ReadingCases>,
}

/// How many cases come to an outcome and decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConclusionCases {
    /// The outcome.
    pub outcome: Outcome,
    /// The decision of a gate or definition; none where it gives none, or where it is open.
    pub decision: Option<String>,
    /// How many cases come to it.
    pub cases: usize,
}

/// In how many cases a reading makes a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadingCases {
    /// The id of the reading.
    pub reading: String,
    /// In how many cases it gives another outcome, decision or possibility than the default one.
    pub cases: usize,
}

pub(crate) fn case_coverage<'a>(plan: &Plan, findings: impl IntoIterator<Item = Finding<'a>>) -> CaseCoverage {
    let mut rules: Vec<RuleCases> = plan.compiled_rules().map(|(subject, rule)| can_say(plan, subject, rule)).collect();
    for finding in findings {
        if let Some(rule) = rules.iter_mut().find(|rule| rule.rule == finding.rule().id) {
            rule.count(&finding);
        }
    }
    let covered = |counts: &dyn Fn(&RuleCases) -> Vec<usize>| {
        let counts: Vec<usize> = rules.iter().flat_map(counts).collect();
        Covered { total: counts.len(), covered: counts.iter().filter(|count| **count > 0).count() }
    };
    CaseCoverage {
        conclusions: covered(&|rule| rule.conclusions.iter().map(|one| one.cases).collect()),
        readings: covered(&|rule| rule.readings.iter().map(|one| one.cases).collect()),
        rules,
    }
}

/// What a rule can say, before any case.
fn can_say(plan: &Plan, subject: &SubjectProgram, rule: &RuleProgram) -> RuleCases {
    let found = reachable(subject, rule, plan.as_of());
    let decision = |place: usize| rule.parts.decisions.get(place).map(|(decision, _)| decision.id.clone());
    let conclusion = |(outcome, place): (Outcome, Option<usize>)| ConclusionCases {
        outcome,
        decision: place.and_then(decision),
        cases: 0,
    };
    let differs = rule.rule.readings.iter().zip(found.readings).filter(|(_, differs)| *differs);
    RuleCases {
        rule: rule.rule.id.clone(),
        conclusions: found.conclusions.into_iter().map(conclusion).collect(),
        readings: differs.map(|(reading, _)| ReadingCases { reading: reading.id.clone(), cases: 0 }).collect(),
    }
}

impl RuleCases {
    /// Counts a case; that it comes to something shows that something can be come to, whether it was found or not.
    fn count(&mut self, finding: &Finding<'_>) {
        let said = (finding.outcome(), finding.decision());
        match self.conclusions.iter_mut().find(|one| (one.outcome, one.decision.as_deref()) == said) {
            Some(known) => known.cases += 1,
            None => {
                let new = ConclusionCases { outcome: said.0, decision: said.1.map(str::to_owned), cases: 1 };
                let place = self.conclusions.partition_point(|one| one.outcome <= new.outcome);
                self.conclusions.insert(place, new);
            }
        }
        for reading in finding.readings() {
            match self.readings.iter_mut().find(|one| one.reading == reading.reading) {
                Some(known) => known.cases += 1,
                None => self.readings.push(ReadingCases { reading: reading.reading, cases: 1 }),
            }
        }
    }
}
