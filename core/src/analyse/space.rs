//! Every case that some rules can tell apart: facts are filled in one after another, until nothing missing matters.

use std::ops::ControlFlow;

use super::boundaries::Boundaries;
use super::{Beyond, Example, Said, says};
use crate::evaluate::{Conclusion, concluded};
use crate::facts::{Facts, consistent};
use crate::feel::{Expr, Function, Test};
use crate::model::FactKind;
use crate::program::{DueDay, FactEntry, Parts, RuleProgram, SubjectProgram};
use crate::slots::Slots;
use crate::{Date, Value};

/// How many steps one question may take.
const MAX_STEPS: usize = 60_000;
/// The same where it is known that not all cases can be seen: what is found so still occurs.
const MAX_STEPS_BEYOND: usize = 2_000;
/// Of how many members of a set every combination is tried.
const MAX_MEMBERS: usize = 12;

/// A rule under one of its readings.
pub(super) type Item<'a> = (&'a RuleProgram, &'a Parts);

/// What each rule concludes from a case; none where a fact that was not to be filled in could still change it.
pub(super) type Conclusions = Vec<Option<Conclusion>>;

/// The cases of a few rules on one day.
pub(super) struct Space<'a> {
    subject: &'a SubjectProgram,
    items: Vec<Item<'a>>,
    slots: Slots,
    boundaries: Boundaries,
    days: Vec<Date>,
    as_of: Date,
    steps: usize,
    /// How many cases were told apart.
    pub(super) cells: u64,
    beyond: Option<Beyond>,
}

impl<'a> Space<'a> {
    /// `rank` says which numbers are filled in first, where they are compared with each other.
    pub(super) fn new(
        subject: &'a SubjectProgram,
        items: Vec<Item<'a>>,
        as_of: Date,
        rank: &dyn Fn(usize) -> u8,
    ) -> Self {
        let mut slots = Slots::default();
        items.iter().for_each(|(rule, parts)| rule.slots(parts).as_slice().iter().for_each(|slot| slots.insert(*slot)));
        let conditions = items.iter().flat_map(|(_, parts)| parts.conditions());
        let boundaries = Boundaries::new(conditions, subject, rank);
        let beyond = match (boundaries.not_linear, boundaries.too_many) {
            (true, _) => Some(Beyond::NotLinear),
            (_, true) => Some(Beyond::TooMany),
            _ => None,
        };
        let days = days(&items, as_of);
        Space { subject, items, slots, boundaries, days, as_of, steps: 0, cells: 0, beyond }
    }

    /// Why not all cases were seen, if so.
    pub(super) fn beyond(&self) -> Option<Beyond> {
        self.beyond
    }

    /// Calls `visit` for cases that the rules can tell apart, together all of them, filling in what `allowed` names.
    pub(super) fn explore(
        &mut self,
        facts: &Facts,
        allowed: &dyn Fn(usize) -> bool,
        visit: &mut dyn FnMut(&mut Self, &Facts, &Conclusions) -> ControlFlow<()>,
    ) {
        // Whether an act was done late is only asked where its day is given.
        let dated = self.items.iter().filter_map(|(rule, _)| rule.done_on);
        let dated: Vec<usize> = dated.filter(|slot| allowed(*slot) && !facts.value(*slot).is_known()).collect();
        let _ = self.dated(&dated, &mut facts.clone(), allowed, visit);
    }

    fn dated(
        &mut self,
        dated: &[usize],
        facts: &mut Facts,
        allowed: &dyn Fn(usize) -> bool,
        visit: &mut dyn FnMut(&mut Self, &Facts, &Conclusions) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some((slot, others)) = dated.split_first() else { return self.fill(facts, allowed, visit) };
        let days = self.dates(facts).into_iter().map(Value::Date);
        for value in days.chain([Value::Unknown]) {
            set(facts, *slot, value);
            self.dated(others, facts, allowed, visit)?;
        }
        ControlFlow::Continue(())
    }

    fn fill(
        &mut self,
        facts: &mut Facts,
        allowed: &dyn Fn(usize) -> bool,
        visit: &mut dyn FnMut(&mut Self, &Facts, &Conclusions) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.steps += 1;
        if self.steps > if self.beyond.is_some() { MAX_STEPS_BEYOND } else { MAX_STEPS } {
            self.beyond.get_or_insert(Beyond::TooMany);
            return ControlFlow::Break(());
        }
        let (conclusions, missing) = self.conclusions(facts);
        let Some(slot) = self.next(&missing, facts, allowed) else {
            if consistent(facts.clone(), self.subject, self.as_of).is_err() {
                return ControlFlow::Continue(());
            }
            self.cells += 1;
            return visit(self, facts, &conclusions);
        };
        for value in self.values(slot, facts) {
            set(facts, slot, value);
            self.fill(facts, allowed, visit)?;
        }
        set(facts, slot, Value::Unknown);
        ControlFlow::Continue(())
    }

    /// What each rule concludes, and what it still misses.
    fn conclusions(&self, facts: &Facts) -> (Conclusions, Vec<usize>) {
        let mut missing = Vec::new();
        let conclude = |(rule, parts): &Item<'_>| match concluded(rule, parts, facts, self.as_of) {
            Ok(conclusion) => Some(conclusion),
            Err(slots) => {
                missing.extend(slots);
                None
            }
        };
        (self.items.iter().map(conclude).collect(), missing)
    }

    /// The fact to fill in next: numbers last, in their order.
    fn next(&self, missing: &[usize], facts: &Facts, allowed: &dyn Fn(usize) -> bool) -> Option<usize> {
        let kind = |slot: usize| self.subject.fact(slot).map(FactEntry::kind);
        let mut missing = missing.iter().copied().filter(|slot| allowed(*slot));
        let first = missing.clone().find(|slot| kind(*slot) != Some(FactKind::Number));
        first.or_else(|| missing.next().map(|slot| self.boundaries.first_unknown(slot, facts)))
    }

    /// The values of a fact that make a difference.
    pub(super) fn values(&mut self, slot: usize, facts: &Facts) -> Vec<Value> {
        let Some(fact) = self.subject.fact(slot) else { return Vec::new() };
        match fact.kind() {
            FactKind::YesNo => vec![Value::Bool(true), Value::Bool(false)],
            FactKind::Choice => fact.choices.iter().map(|choice| Value::Text(choice.clone())).collect(),
            FactKind::Set => self.sets(slot, fact),
            FactKind::Date => self.dates(facts).into_iter().map(Value::Date).collect(),
            FactKind::Number => {
                let found = self.boundaries.values(slot, fact, facts);
                if found.inexact {
                    self.beyond.get_or_insert(Beyond::Inexact);
                }
                found.values.into_iter().map(Value::Number).collect()
            }
        }
    }

    /// Every combination of the members that conditions name, or of all where they count or compare them.
    fn sets(&mut self, slot: usize, fact: &FactEntry) -> Vec<Value> {
        let all: Vec<Value> = fact.choices.iter().map(|choice| Value::Text(choice.clone())).collect();
        let conditions = || self.items.iter().flat_map(|(_, parts)| parts.conditions());
        let whole = conditions().any(|condition| counts(condition, slot));
        let named =
            |choice: &Value| conditions().any(|c| c.any(&|e| matches!(e, Expr::Literal(named) if named == choice)));
        let mut free: Vec<Value> = all.into_iter().filter(|choice| whole || named(choice)).collect();
        if free.len() > MAX_MEMBERS {
            self.beyond.get_or_insert(Beyond::TooMany);
            free.truncate(MAX_MEMBERS);
        }
        let mut sets = vec![Vec::new()];
        for choice in free.into_iter().rev() {
            let with = sets.iter().map(|set| [vec![choice.clone()], set.clone()].concat());
            sets = with.collect::<Vec<_>>().into_iter().chain(sets.iter().cloned()).collect();
        }
        sets.into_iter().map(|set| Value::List(set.into())).collect()
    }

    /// The days that are compared with, and on each side of them as many as put all date facts in any order between two.
    fn dates(&self, facts: &Facts) -> Vec<Date> {
        let date = |slot: &&usize| self.subject.fact(**slot).is_some_and(|fact| fact.kind() == FactKind::Date);
        let others = self.slots.as_slice().iter().filter(date);
        let known = others.clone().filter_map(|slot| match facts.value(*slot) {
            Value::Date(day) => Some(*day),
            _ => None,
        });
        let mut days: Vec<Date> = self.days.iter().copied().chain(known).collect();
        for _ in 0..others.count() {
            let beside = days.iter().flat_map(|day| [day.before(), day.after()]).flatten();
            days = beside.collect::<Vec<_>>().into_iter().chain(days.iter().copied()).collect();
            days.sort();
            days.dedup();
        }
        days
    }

    /// A case with what the rules say of it.
    pub(super) fn example(&self, facts: &Facts, conclusions: &Conclusions) -> Example {
        let known: Vec<usize> =
            self.slots.as_slice().iter().copied().filter(|slot| facts.value(*slot).is_known()).collect();
        let concluded = || self.items.iter().zip(conclusions).filter_map(|(item, found)| Some((*item, (*found)?)));
        let said = concluded().map(|((rule, parts), (outcome, decision))| {
            let reading = rule.readings.iter().position(|reading| std::ptr::eq(reading, parts));
            let reading = reading.and_then(|place| rule.rule.readings.get(place));
            let decision = decision.and_then(|place| parts.decisions.get(place));
            Said {
                rule: rule.rule.id.clone(),
                reading: reading.map(|reading| reading.id.clone()),
                outcome,
                decision: decision.map(|(decision, _)| decision.id.clone()),
            }
        });
        let day = Some(self.as_of).filter(|_| self.days.len() > 1);
        Example {
            says: said.collect(),
            text: says::example(self.subject, facts, &known, day, &concluded().collect::<Vec<_>>()),
            facts: known
                .iter()
                .map(|slot| (self.subject.name_of(*slot).to_owned(), facts.value(*slot).clone()))
                .collect(),
            as_of: self.as_of,
        }
    }

    pub(super) fn conclude(&self, facts: &Facts) -> Conclusions {
        self.conclusions(facts).0
    }

    pub(super) fn missing(&self, facts: &Facts) -> Vec<usize> {
        self.conclusions(facts).1
    }
}

pub(super) fn set(facts: &mut Facts, slot: usize, value: Value) {
    if let Some(place) = facts.values.get_mut(slot) {
        *place = value;
    }
}

/// The days that conditions and due days name, and that of judgement.
fn days(items: &[Item<'_>], as_of: Date) -> Vec<Date> {
    let mut days = vec![as_of];
    for (_, parts) in items {
        if let DueDay::Date(due) = parts.due {
            days.push(due);
        }
        for condition in parts.conditions() {
            collect_days(condition, &mut days);
        }
    }
    days.sort();
    days.dedup();
    days
}

fn collect_days(expr: &Expr, days: &mut Vec<Date>) {
    if let Expr::Literal(Value::Date(day)) = expr {
        days.push(*day);
    }
    expr.children().into_iter().for_each(|child| collect_days(child, days));
}

/// Whether a condition looks at a set in another way than for members that it names.
fn counts(condition: &Expr, slot: usize) -> bool {
    let this = |e: &Expr| *e == Expr::Fact(slot);
    match condition {
        Expr::Fact(of) => *of == slot,
        Expr::Call(Function::ListContains, arguments) => match arguments.as_slice() {
            [list, Expr::Literal(_)] if this(list) => false,
            others => others.iter().any(|argument| counts(argument, slot)),
        },
        Expr::In { value, tests } if matches!(**value, Expr::Literal(_)) => {
            tests.iter().any(|test| !matches!(test, Test::Value(list) if this(list)))
                && condition.children().into_iter().any(|child| counts(child, slot))
        }
        other => other.children().into_iter().any(|child| counts(child, slot)),
    }
}
