//! What one rule can come to: every outcome and decision, and the readings that make a difference.

use std::ops::ControlFlow;

use super::influence::influences;
use super::space::Space;
use super::{Claim, ClaimKind, Effect, Example, RuleAnalysis, says};
use crate::evaluate::Conclusion;
use crate::facts::Facts;
use crate::model::RuleKind;
use crate::program::{DueDay, Parts, RuleProgram, SubjectProgram};
use crate::{Date, Outcome};

pub(super) fn analyse(
    subject: &SubjectProgram,
    rule: &RuleProgram,
    facts: &Facts,
    as_of: Date,
) -> (RuleAnalysis, Vec<Claim>) {
    let mut found = RuleAnalysis {
        rule: rule.rule.id.clone(),
        cells: 0,
        beyond: None,
        outcomes: Vec::new(),
        influences: influences(subject, rule, facts, as_of),
    };
    let mut seen: Vec<(Conclusion, Example)> = Vec::new();
    for day in days(std::iter::once(&rule.parts), as_of) {
        let mut space = Space::new(subject, vec![(rule, &rule.parts)], day, &|_| 0);
        space.explore(facts, &|_| true, &mut |space, facts, conclusions| {
            if let Some(conclusion) = conclusions.iter().flatten().next()
                && !seen.iter().any(|(known, _)| known == conclusion)
            {
                seen.push((*conclusion, space.example(facts, conclusions)));
            }
            ControlFlow::Continue(())
        });
        found.cells += space.cells;
        found.beyond = found.beyond.or(space.beyond());
    }
    let mut claims = Vec::new();
    let mut claim = |kind, of: Option<&str>, cells, examples| {
        claims.push(Claim {
            kind,
            subject: subject.subject.id.clone(),
            rules: vec![rule.rule.id.clone()],
            of: of.map(str::to_owned),
            when: None,
            says: says::of_rule(kind, subject, rule, of),
            cells,
            examples,
        });
    };
    if found.beyond.is_none() {
        for (kind, of) in never(rule, &seen.iter().map(|(conclusion, _)| *conclusion).collect::<Vec<_>>()) {
            claim(kind, of, found.cells, Vec::new());
        }
    }
    if rule.rule.kind == RuleKind::Definition
        && let Some((_, example)) = seen.iter().find(|((outcome, _), _)| *outcome == Outcome::Satisfied)
    {
        claim(ClaimKind::Uncovered, None, found.cells, vec![example.clone()]);
    }
    for influence in &found.influences {
        if let (Effect::Both, Some(helps), Some(harms)) = (influence.more, &influence.helps, &influence.harms)
            && influence.turns_met_to_unmet()
        {
            let examples = helps.iter().chain(harms).cloned().collect();
            claim(ClaimKind::EffortHarms, Some(&influence.fact), found.cells, examples);
        }
    }
    for (reading, parts) in rule.rule.readings.iter().zip(&rule.readings) {
        if let Some(cells) = cells_if_same(subject, rule, parts, facts, as_of) {
            claim(ClaimKind::SameReading, Some(&reading.id), cells, Vec::new());
        }
    }
    found.outcomes = seen.into_iter().map(|(_, example)| example).collect();
    (found, claims)
}

/// What a rule could come to by its shape, and does not.
fn never<'a>(rule: &'a RuleProgram, seen: &[Conclusion]) -> Vec<(ClaimKind, Option<&'a str>)> {
    let outcomes = |wanted: &dyn Fn(Outcome) -> bool| seen.iter().any(|(outcome, _)| wanted(*outcome));
    if !outcomes(&|outcome| outcome != Outcome::NotApplicable) {
        return vec![(ClaimKind::NeverApplies, None)];
    }
    let decisions = rule.parts.decisions.iter().enumerate();
    let unreached = decisions.filter(|(place, _)| !seen.iter().any(|(_, decided)| *decided == Some(*place)));
    let mut never: Vec<_> =
        unreached.map(|(_, (decision, _))| (ClaimKind::UnreachableDecision, Some(decision.id.as_str()))).collect();
    if tests(rule) {
        if !outcomes(&|outcome| outcome == Outcome::Satisfied) {
            never.push((ClaimKind::NeverMet, None));
        }
        if !outcomes(&is_unmet) {
            never.push((ClaimKind::NeverBreached, None));
        }
    }
    never
}

/// Whether a rule asks for something that a case has or lacks.
pub(super) fn tests(rule: &RuleProgram) -> bool {
    rule.parts.decisions.is_empty() && (rule.parts.requires.is_some() || rule.done.is_some())
}

/// Not met: breached, or what its strength or an earlier day makes of that.
pub(super) fn is_unmet(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Breached | Outcome::Pending | Outcome::Triggered)
}

/// How many cells were looked at to see that a reading never differs; none where it does, or that is beyond reach.
fn cells_if_same(
    subject: &SubjectProgram,
    rule: &RuleProgram,
    reading: &Parts,
    facts: &Facts,
    as_of: Date,
) -> Option<u64> {
    let mut cells = 0;
    for day in days([&rule.parts, reading].into_iter(), as_of) {
        let mut space = Space::new(subject, vec![(rule, &rule.parts), (rule, reading)], day, &|_| 0);
        let mut differs = false;
        space.explore(facts, &|_| true, &mut |_, _, conclusions| {
            differs = conclusions.windows(2).any(|pair| pair.first() != pair.last());
            if differs { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if differs || space.beyond().is_some() {
            return None;
        }
        cells += space.cells;
    }
    Some(cells)
}

/// The day of judgement, and those around each due day that the plan prints.
fn days<'a>(parts: impl Iterator<Item = &'a Parts>, as_of: Date) -> Vec<Date> {
    let mut days = vec![as_of];
    for parts in parts {
        if let DueDay::Date(due) = parts.due {
            days.extend([due.before(), Some(due), due.after()].into_iter().flatten());
        }
    }
    days.sort();
    days.dedup();
    days
}
