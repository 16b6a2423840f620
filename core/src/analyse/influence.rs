//! The direction in which each number moves a rule.

use std::ops::ControlFlow;

use super::rules::{is_unmet, tests};
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

/// Two cases that differ in one number, of which the second is better or worse off.
struct Turn {
    examples: [Example; 2],
    worth: Worth,
}

/// How much a turn shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// The rule concerns only one of the cases.
    OneApplies,
    BothApply,
    /// Met becomes not met, or the other way round.
    MetOrNot,
}

impl Worth {
    fn of(before: Outcome, after: Outcome) -> Self {
        match (before, after) {
            (Outcome::NotApplicable, _) | (_, Outcome::NotApplicable) => Worth::OneApplies,
            (Outcome::Satisfied, other) | (other, Outcome::Satisfied) if is_unmet(other) => Worth::MetOrNot,
            _ => Worth::BothApply,
        }
    }
}

/// Follows one number upwards, and keeps of the turns to each side the first and shortest of those that show most.
fn sweep(
    space: &mut Space<'_>,
    rule: &RuleProgram,
    facts: &Facts,
    slot: usize,
    helps: &mut Option<Turn>,
    harms: &mut Option<Turn>,
) {
    let mut facts = facts.clone();
    let mut before: Vec<(Conclusion, Example)> = Vec::new();
    for value in space.values(slot, &facts) {
        set(&mut facts, slot, value);
        let conclusions = space.conclude(&facts);
        let Some(conclusion) = conclusions.iter().flatten().next().copied() else { continue };
        let example = space.example(&facts, &conclusions);
        // Between a case that is met and one that is not may lie some that the rule does not concern.
        for (earlier, from) in before.iter().rev() {
            let (was, is) = (gravity(rule, *earlier), gravity(rule, conclusion));
            let turn = if is < was { &mut *helps } else { &mut *harms };
            let worth = Worth::of(earlier.0, conclusion.0);
            if was != is && turn.as_ref().is_none_or(|known| known.worth < worth) {
                *turn = Some(Turn { examples: [from.clone(), example.clone()], worth });
            }
        }
        before.push((conclusion, example));
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
        both.is_some_and(|(before, after)| before == Some(Outcome::Satisfied) && after.is_some_and(is_unmet))
    }
}
