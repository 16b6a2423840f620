//! Two rules that demand opposite things of one case.

use std::ops::ControlFlow;

use super::rules::{is_unmet, tests};
use super::space::Space;
use super::{Beyond, Claim, ClaimKind, Example, says};
use crate::change::{is_baseline, is_of_base_year};
use crate::evaluate::Conclusion;
use crate::facts::Facts;
use crate::model::Source;
use crate::program::{RuleProgram, SubjectProgram};
use crate::slots::Slots;
use crate::{Date, Outcome};

/// What holds of pairs of rules that ask for the same facts: that both cannot be met, that who meets one meets the other.
pub(super) struct Pairs {
    pub(super) claims: Vec<Claim>,
    /// How many pairs were looked at in all cases.
    pub(super) compared: u64,
}

pub(super) fn compare(subject: &SubjectProgram, facts: &Facts, as_of: Date) -> Pairs {
    let asked: Vec<(&RuleProgram, Slots)> =
        subject.rules.iter().filter(|rule| tests(rule)).map(|rule| (rule, asked_for(subject, rule, facts))).collect();
    let mut found = Pairs { claims: Vec::new(), compared: 0 };
    for (place, (one, by_one)) in asked.iter().enumerate() {
        for (two, by_two) in asked.iter().skip(place + 1) {
            if by_one.as_slice().iter().any(|slot| by_two.contains(*slot)) {
                let pair = Pair { subject, one, two, facts, as_of };
                let asked = |slot: usize| by_one.contains(slot) || by_two.contains(slot);
                let (opposed, ordered) = (pair.opposed(&asked), pair.ordered());
                found.compared += u64::from(opposed.is_ok() && ordered.is_ok());
                found.claims.extend(opposed.ok().flatten().or(ordered.ok().flatten()));
            }
        }
    }
    found
}

/// The facts that a rule asks for. What was measured in a base year or is assigned stays as it is.
fn asked_for(subject: &SubjectProgram, rule: &RuleProgram, facts: &Facts) -> Slots {
    let mut slots = Slots::default();
    rule.done.into_iter().chain(rule.done_on).for_each(|slot| slots.insert(slot));
    if let Some(requires) = &rule.parts.requires {
        requires.expr.facts(&mut |slot| slots.insert(slot));
    }
    slots.retain(|slot| {
        subject.fact(slot).is_some_and(|fact| {
            let given = fact.fact.source == Source::Assigned || is_of_base_year(fact) || is_baseline(subject, fact);
            !given && !facts.value(slot).is_known()
        })
    });
    slots
}

struct Pair<'a> {
    subject: &'a SubjectProgram,
    one: &'a RuleProgram,
    two: &'a RuleProgram,
    facts: &'a Facts,
    as_of: Date,
}

impl<'a> Pair<'a> {
    fn space(&self, rank: &dyn Fn(usize) -> u8) -> Space<'a> {
        let items = vec![(self.one, &self.one.parts), (self.two, &self.two.parts)];
        Space::new(self.subject, items, self.as_of, rank)
    }

    fn claim(&self, kind: ClaimKind, [one, two]: [&RuleProgram; 2], cells: u64, examples: Vec<Example>) -> Claim {
        Claim {
            kind,
            subject: self.subject.subject.id.clone(),
            rules: vec![one.rule.id.clone(), two.rule.id.clone()],
            of: None,
            when: None,
            says: says::of_pair(kind, one, two),
            cells,
            examples,
        }
    }

    /// There is a case in which each can be met, and not both, whatever is done about what they ask for: one in which the
    /// first is met and the second not, and one that differs only in what they ask for in which it is the other way round.
    fn opposed(&self, asked: &dyn Fn(usize) -> bool) -> Result<Option<Claim>, Beyond> {
        let mut space = self.space(&|slot| u8::from(asked(slot)));
        let mut found = None;
        space.explore(self.facts, &|slot| !asked(slot), &mut |space, facts, conclusions| {
            let concerns = |conclusion: &Option<Conclusion>| !matches!(conclusion, Some((Outcome::NotApplicable, _)));
            if conclusions.iter().all(concerns) {
                found = opposite(space, facts);
            }
            if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        // Both may be met in a case that was not seen.
        space.beyond().map_or(Ok(()), Err)?;
        let claim = |examples: [Example; 2]| {
            self.claim(ClaimKind::OppositeDemands, [self.one, self.two], space.cells, examples.into())
        };
        Ok(found.map(claim))
    }

    /// Wherever both concern a case, who meets the one meets the other; with a case, if any, that meets only the other.
    /// Where no case meets both, that would say nothing.
    fn ordered(&self) -> Result<Option<Claim>, Beyond> {
        let mut space = self.space(&|_| 0);
        let (mut only_one, mut only_two, mut neither, mut both) = (None, None, None, false);
        space.explore(self.facts, &|_| true, &mut |space, facts, conclusions| {
            let [Some((one, _)), Some((two, _))] = conclusions.as_slice() else { return ControlFlow::Continue(()) };
            let place = match (is_met(*one), is_met(*two)) {
                (Some(true), Some(false)) => &mut only_one,
                (Some(false), Some(true)) => &mut only_two,
                (Some(false), Some(false)) => &mut neither,
                (first, second) => {
                    both |= first == Some(true) && second == Some(true);
                    return ControlFlow::Continue(());
                }
            };
            place.get_or_insert_with(|| space.example(facts, conclusions));
            let unordered = only_one.is_some() && only_two.is_some();
            if unordered { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        space.beyond().map_or(Ok(()), Err)?;
        if !both {
            return Ok(None);
        }
        let (one, two) = (self.one, self.two);
        Ok(match (only_one, only_two, neither) {
            (Some(example), None, _) => Some(self.claim(ClaimKind::Implied, [two, one], space.cells, vec![example])),
            (None, Some(example), _) => Some(self.claim(ClaimKind::Implied, [one, two], space.cells, vec![example])),
            (None, None, Some(_)) => Some(self.claim(ClaimKind::SameDemand, [one, two], space.cells, Vec::new())),
            _ => None,
        })
    }
}

/// Whether a rule is met; none where it does not concern the case.
fn is_met(outcome: Outcome) -> Option<bool> {
    match outcome {
        Outcome::Satisfied => Some(true),
        outcome => is_unmet(outcome).then_some(false),
    }
}

/// What can be done in one situation.
fn opposite(space: &mut Space<'_>, facts: &Facts) -> Option<[Example; 2]> {
    let (mut first, mut second, mut both) = (None, None, false);
    space.explore(facts, &|_| true, &mut |space, facts, conclusions| {
        let [Some((one, _)), Some((two, _))] = conclusions.as_slice() else { return ControlFlow::Continue(()) };
        both |= !is_unmet(*one) && !is_unmet(*two);
        for (met, other, place) in [(one, two, &mut first), (two, one, &mut second)] {
            if *met == Outcome::Satisfied && is_unmet(*other) {
                place.get_or_insert_with(|| space.example(facts, conclusions));
            }
        }
        if both { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if both { None } else { Some([first?, second?]) }
}
