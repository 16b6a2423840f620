//! The direction in which each number moves a rule.

use std::ops::ControlFlow;

use super::rules::tests;
use super::space::{Space, set};
use super::{Effect, Example, Influence};
use crate::evaluate::Conclusion;
use crate::facts::Facts;
use crate::model::{FactKind, RuleKind};
use crate::program::{RuleProgram, SubjectProgram};
use crate::{Date, Outcome};

/// What more of each number does to a rule that can be met.
pub(super) fn influences(subject: &SubjectProgram, rule: &RuleProgram, facts: &Facts, as_of: Date) -> Vec<Influence> {
    if !tests(rule) && rule.rule.kind != RuleKind::Gate {
        return Vec::new();
    }
    let slots = rule.slots(&rule.parts).into_vec().into_iter();
    let numbers = slots.filter(|slot| {
        subject.fact(*slot).is_some_and(|fact| fact.kind() == FactKind::Number) && !facts.value(*slot).is_known()
    });
    numbers.map(|slot| influence(subject, rule, facts, as_of, slot)).collect()
}

fn influence(subject: &SubjectProgram, rule: &RuleProgram, facts: &Facts, as_of: Date, slot: usize) -> Influence {
    let mut space = Space::new(subject, vec![(rule, &rule.parts)], as_of, &|other| u8::from(other == slot));
    let (mut helps, mut harms) = (None, None);
    space.explore(facts, &|other| other != slot, &mut |space, facts, _| {
        // Nothing else is missing: this number alone decides.
        if space.missing(facts) == [slot] {
            sweep(space, rule, facts, slot, &mut helps, &mut harms);
        }
        ControlFlow::Continue(())
    });
    let more = match (&helps, &harms) {
        (None, None) => Effect::None,
        (Some(_), None) => Effect::Helps,
        (None, Some(_)) => Effect::Harms,
        (Some(_), Some(_)) => Effect::Both,
    };
    let pair = |turn: Option<Turn>| turn.map(|turn| turn.examples);
    Influence {
        fact: subject.name_of(slot).to_owned(),
        more,
        helps: pair(helps),
        harms: pair(harms),
        beyond: space.beyond(),
    }
}

/// Two cases beside each other, of which the second is better or worse off.
struct Turn {
    examples: [Example; 2],
    /// Whether the rule concerns both.
    both_apply: bool,
}

/// Follows one number upwards, and keeps the first turn to each side, rather one in which the rule concerns both cases.
fn sweep(
    space: &mut Space<'_>,
    rule: &RuleProgram,
    facts: &Facts,
    slot: usize,
    helps: &mut Option<Turn>,
    harms: &mut Option<Turn>,
) {
    let mut facts = facts.clone();
    let mut before: Option<(Conclusion, Example)> = None;
    for value in space.values(slot, &facts) {
        set(&mut facts, slot, value);
        let conclusions = space.conclude(&facts);
        let Some(conclusion) = conclusions.iter().flatten().next().copied() else { continue };
        let example = space.example(&facts, &conclusions);
        if let Some((earlier, from)) = before {
            let (was, is) = (gravity(rule, earlier), gravity(rule, conclusion));
            let turn = if is < was { &mut *helps } else { &mut *harms };
            let both_apply = earlier.0 != Outcome::NotApplicable && conclusion.0 != Outcome::NotApplicable;
            let better = turn.as_ref().is_none_or(|known| both_apply && !known.both_apply);
            if was != is && better {
                *turn = Some(Turn { examples: [from, example.clone()], both_apply });
            }
        }
        before = Some((conclusion, example));
    }
}

/// How bad a conclusion is: 0 for what nobody minds, more for a stricter decision.
fn gravity(rule: &RuleProgram, (outcome, decision): Conclusion) -> usize {
    match (outcome, decision) {
        (Outcome::Satisfied | Outcome::NotApplicable | Outcome::Undetermined, _) => 0,
        (_, Some(place)) => rule.parts.decisions.len() - place,
        (_, None) => 1,
    }
}

impl Influence {
    /// Whether more of the number can turn a rule that is met into one that is not.
    pub(super) fn turns_met_to_unmet(&self) -> bool {
        let outcome = |example: &Example| example.says.first().map(|said| said.outcome);
        let both = self.harms.as_ref().map(|[before, after]| (outcome(before), outcome(after)));
        both.is_some_and(|(before, after)| {
            before == Some(Outcome::Satisfied) && after.is_some_and(super::rules::is_unmet)
        })
    }
}
