//! The cases of a rule that its author should look at: below, at and above each number, each fact missing, each outcome and
//! each reading once. They are found by trying; what is to be expected of them is for a person to say.

mod elsewhere;

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::change::{compared, meeting_point};
use crate::decimal::Rounding;
use crate::evaluate::{Conclusion, settle};
use crate::facts::{Facts, consistent};
use crate::feel::{Expr, Locals, eval};
use crate::finding::differ;
use crate::model::FactKind;
use crate::program::{DueDay, FactEntry, Parts, RuleProgram, SubjectProgram};
use crate::slots::Slots;
use crate::{Date, Decimal, Outcome, Value};

/// A case of a rule that its author should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BoundaryCase {
    /// Why: `base` for one that is satisfied, or in which the rule bites; `below`, `at`, `above` a boundary of a fact, or
    /// just `value` for another value of it; `missing`, without it, or without any; `outcome` for one that shows an outcome
    /// no other case does; `reading` for one that another reading judges differently.
    pub about: &'static str,
    /// The fact in which it differs from the base, or the reading.
    pub of: Option<String>,
    /// The facts by name; what is left out is not known.
    pub facts: BTreeMap<String, Value>,
    /// The day of judgement, where it is not that of the plan: before a due day, and after it.
    pub as_of: Option<Date>,
}

/// How many assignments are tried to find a base and the outcomes, and how many values of one fact are kept.
const MAX_TRIES: usize = 20_000;
const MAX_VALUES: usize = 40;
/// How many cases that come to the same are followed further.
const MAX_FOLLOWED: usize = 12;

/// The cases of one rule.
pub(crate) fn boundary_cases(subject: &SubjectProgram, rule: &RuleProgram, as_of: Date) -> Vec<BoundaryCase> {
    Finder::new(subject, rule, as_of).cases()
}

/// What the cases of one rule come to.
pub(crate) struct Reachable {
    /// Each outcome and decision, in order.
    pub(crate) conclusions: Vec<Conclusion>,
    /// Of each reading, whether it makes a difference.
    pub(crate) readings: Vec<bool>,
}

pub(crate) fn reachable(subject: &SubjectProgram, rule: &RuleProgram, as_of: Date) -> Reachable {
    let finder = Finder::new(subject, rule, as_of);
    let mut found = Reachable { conclusions: Vec::new(), readings: vec![false; rule.readings.len()] };
    for case in finder.cases() {
        let (facts, day) = (finder.facts(&case.facts), case.as_of.unwrap_or(as_of));
        let settled = |parts: &Parts| settle(subject, rule, parts, &facts, day);
        let default = settled(&rule.parts);
        found.conclusions.push((default.outcome, default.decision));
        for (parts, differs) in rule.readings.iter().zip(&mut found.readings) {
            *differs |= differ((parts, &settled(parts)), (&rule.parts, &default));
        }
    }
    found.conclusions.sort_unstable();
    found.conclusions.dedup();
    found
}

struct Finder<'a> {
    subject: &'a SubjectProgram,
    rule: &'a RuleProgram,
    slots: Slots,
    as_of: Date,
}

/// A value of a fact, and where it lies.
type Candidate = (&'static str, Value);

impl<'a> Finder<'a> {
    fn new(subject: &'a SubjectProgram, rule: &'a RuleProgram, as_of: Date) -> Self {
        let mut slots = rule.slots(&rule.parts);
        rule.readings.iter().for_each(|parts| rule.slots(parts).as_slice().iter().for_each(|slot| slots.insert(*slot)));
        Finder { subject, rule, slots, as_of }
    }

    fn cases(&self) -> Vec<BoundaryCase> {
        let mut seen: Vec<(Conclusion, Facts)> = Vec::new();
        let base = self.base(&mut seen);
        let mut cases = vec![self.case("base", None, &base, self.as_of)];
        let mut add = |case: BoundaryCase| {
            if !cases.iter().any(|known| (&known.facts, known.as_of) == (&case.facts, case.as_of)) {
                cases.push(case);
            }
        };
        for slot in self.slots.as_slice() {
            let Some(fact) = self.subject.fact(*slot) else { continue };
            let missing = [("missing", Value::Unknown)];
            for (about, value) in self.candidates(*slot, fact, &base).into_iter().chain(missing) {
                if let Some(facts) = self.with(&base, *slot, value, self.as_of) {
                    add(self.case(about, Some(fact.name().to_owned()), &facts, self.as_of));
                }
            }
            for (about, facts) in self.elsewhere(&base, *slot, fact) {
                add(self.case(about, Some(fact.name().to_owned()), &facts, self.as_of));
            }
        }
        add(self.case("missing", None, &Facts::unknown(self.subject), self.as_of));
        // Each outcome and decision that none of these has, on this day or around a due day.
        let days = self.days_of_judgement();
        let mut shown: Vec<Conclusion> =
            cases.iter().map(|case| self.judged(&self.rule.parts, &self.facts(&case.facts), self.as_of)).collect();
        for day in &days {
            for (conclusion, facts) in self.explored(seen.iter().map(|(_, facts)| facts.clone()).collect(), *day) {
                if !shown.contains(&conclusion) {
                    shown.push(conclusion);
                    cases.push(self.case("outcome", None, &facts, *day));
                }
            }
        }
        // Each reading that makes a difference.
        for (reading, parts) in self.rule.rule.readings.iter().zip(&self.rule.readings) {
            let tried = cases.iter().map(|case| self.facts(&case.facts)).chain(self.all_tried(&base));
            let tried: Vec<Facts> = tried.collect();
            let differs = |(day, facts): &(Date, &Facts)| {
                self.judged(parts, facts, *day) != self.judged(&self.rule.parts, facts, *day)
            };
            let all = days.iter().flat_map(|day| tried.iter().map(move |facts| (*day, facts)));
            if let Some((day, facts)) = all.into_iter().find(differs) {
                cases.push(self.case("reading", Some(reading.id.clone()), facts, day));
            }
        }
        cases
    }

    /// Every outcome and decision that can be come to from some cases, changing one fact after another: of cases that come to
    /// the same, a few are followed.
    fn explored(&self, from: Vec<Facts>, day: Date) -> Vec<(Conclusion, Facts)> {
        let mut found: Vec<(Conclusion, Facts)> = Vec::new();
        let mut ahead = VecDeque::from(from);
        while let Some(facts) = ahead.pop_front() {
            // What was done on a day that is still to come is no case.
            let Ok(facts) = consistent(facts, self.subject, day) else { continue };
            let conclusion = self.judged(&self.rule.parts, &facts, day);
            let alike = found.iter().filter(|(known, _)| *known == conclusion);
            if alike.clone().count() >= MAX_FOLLOWED || alike.clone().any(|(_, known)| known.values == facts.values) {
                continue;
            }
            for slot in self.slots.as_slice() {
                let Some(fact) = self.subject.fact(*slot) else { continue };
                let values = self.candidates(*slot, fact, &facts).into_iter().map(|(_, value)| value);
                let values = values.chain([Value::Unknown]);
                ahead.extend(values.filter_map(|value| self.with(&facts, *slot, value, day)));
            }
            found.push((conclusion, facts));
        }
        found
    }

    /// The day of judgement, and those around each due day that the plan prints.
    fn days_of_judgement(&self) -> Vec<Date> {
        let mut days = vec![self.as_of];
        for parts in std::iter::once(&self.rule.parts).chain(&self.rule.readings) {
            if let DueDay::Date(due) = parts.due {
                let around = [due.before(), Some(due), due.after()];
                around.into_iter().flatten().for_each(|day| {
                    if !days.contains(&day) {
                        days.push(day)
                    }
                });
            }
        }
        days
    }

    fn case(&self, about: &'static str, of: Option<String>, facts: &Facts, day: Date) -> BoundaryCase {
        let known = self.slots.as_slice().iter().filter(|slot| facts.value(**slot).is_known());
        let facts = known.map(|slot| (self.subject.name_of(*slot).to_owned(), facts.value(*slot).clone())).collect();
        BoundaryCase { about, of, facts, as_of: Some(day).filter(|day| *day != self.as_of) }
    }

    fn facts(&self, by_name: &BTreeMap<String, Value>) -> Facts {
        let mut facts = Facts::unknown(self.subject);
        for (name, value) in by_name {
            if let Some(place) = self.subject.slot(name).and_then(|slot| facts.values.get_mut(slot)) {
                *place = value.clone();
            }
        }
        facts
    }

    fn with(&self, facts: &Facts, slot: usize, value: Value, day: Date) -> Option<Facts> {
        let mut changed = facts.clone();
        *changed.values.get_mut(slot)? = value;
        // No act is done on a day though not done.
        consistent(changed, self.subject, day).ok()
    }

    fn judged(&self, parts: &Parts, facts: &Facts, day: Date) -> Conclusion {
        let settled = settle(self.subject, self.rule, parts, facts, day);
        (settled.outcome, settled.decision)
    }

    /// A case with every fact known that is as good as can be found: satisfied, or else one in which the rule bites. On the
    /// way, a case of each outcome and decision is noted.
    fn base(&self, seen: &mut Vec<(Conclusion, Facts)>) -> Facts {
        let rank = |(outcome, _): &Conclusion| match outcome {
            Outcome::Satisfied => 0,
            Outcome::Triggered => 1,
            Outcome::Pending | Outcome::Breached => 2,
            Outcome::Undetermined => 3,
            Outcome::NotApplicable => 4,
        };
        let mut base = Facts::unknown(self.subject);
        for slot in self.slots.as_slice() {
            if let (Some(fact), Some(place)) = (self.subject.fact(*slot), base.values.get_mut(*slot)) {
                *place = first(fact);
            }
        }
        let mut best = (rank(&self.judged(&self.rule.parts, &base, self.as_of)), base);
        // Boundaries of one fact move with the others: around a better case, they are looked for again.
        for _ in 0..4 {
            let before = best.clone();
            for facts in self.all_tried(&before.1) {
                let conclusion = self.judged(&self.rule.parts, &facts, self.as_of);
                if !seen.iter().any(|(known, _)| *known == conclusion) {
                    seen.push((conclusion, facts.clone()));
                }
                if rank(&conclusion) < best.0 {
                    best = (rank(&conclusion), facts);
                }
            }
            if best.0 == before.0 {
                break;
            }
        }
        best.1
    }

    /// Every combination of the values that make a difference around a case, as many as may be tried.
    fn all_tried(&self, base: &Facts) -> impl Iterator<Item = Facts> {
        let values = |slot: &usize| {
            let fact = self.subject.fact(*slot)?;
            let now = Some(("value", base.value(*slot).clone())).filter(|(_, value)| value.is_known());
            let all: Vec<Candidate> = now.into_iter().chain(self.candidates(*slot, fact, base)).collect();
            (!all.is_empty()).then_some((*slot, all))
        };
        let all: Vec<(usize, Vec<Candidate>)> = self.slots.as_slice().iter().filter_map(values).collect();
        let mut places = Some(vec![0; all.len()]);
        let base = base.clone();
        let combinations = std::iter::from_fn(move || {
            let now = places.take()?;
            let combined = self.combined(&base, &all, &now);
            places = next(now, &all);
            Some(combined)
        });
        combinations.take(MAX_TRIES).flatten()
    }

    fn combined(&self, facts: &Facts, all: &[(usize, Vec<Candidate>)], places: &[usize]) -> Option<Facts> {
        let mut combined = facts.clone();
        for ((slot, values), place) in all.iter().zip(places) {
            *combined.values.get_mut(*slot)? = values.get(*place)?.1.clone();
        }
        consistent(combined, self.subject, self.as_of).ok()
    }

    /// The values of one fact that make a difference, the others staying as they are.
    fn candidates(&self, slot: usize, fact: &FactEntry, facts: &Facts) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = match fact.kind() {
            FactKind::YesNo => vec![("value", Value::Bool(true)), ("value", Value::Bool(false))],
            FactKind::Choice => fact.choices.iter().map(|choice| ("value", Value::Text(choice.clone()))).collect(),
            FactKind::Set => {
                let all: Vec<Value> = fact.choices.iter().map(|choice| Value::Text(choice.clone())).collect();
                let without = |left: usize| {
                    let others = all.iter().enumerate().filter(|(place, _)| *place != left);
                    Value::List(others.map(|(_, choice)| choice.clone()).collect())
                };
                let whole = [Value::List(all.clone().into()), Value::List([].into())];
                let alone = all.iter().map(|choice| Value::List([choice.clone()].into()));
                whole.into_iter().chain((0..all.len()).map(without)).chain(alone).map(|set| ("value", set)).collect()
            }
            FactKind::Number => self.numbers(slot, fact, facts),
            FactKind::Date => self.days(slot, facts),
        };
        found.truncate(MAX_VALUES);
        found
    }

    fn conditions(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.rule.parts).chain(&self.rule.readings).flat_map(Parts::conditions)
    }

    fn numbers(&self, slot: usize, fact: &FactEntry, facts: &Facts) -> Vec<Candidate> {
        let mut bounds: Vec<Decimal> = Vec::new();
        let mut add = |a: &Expr, b: &Expr| {
            if let Some(bound) = meeting_point(a, b, slot, facts).filter(|bound| !bounds.contains(bound)) {
                bounds.push(bound);
            }
        };
        self.conditions().for_each(|condition| compared(condition, &mut add));
        bounds.sort();
        let decimals = fact.fact.decimals.unwrap_or_else(|| bounds.iter().map(|b| b.decimals()).max().unwrap_or(0));
        let places = i32::try_from(decimals).unwrap_or_default();
        let step = Decimal::new(1, decimals).unwrap_or(Decimal::from(1));
        let mut found = Vec::new();
        for bound in bounds {
            let (floor, ceiling) = (bound.round(places, Rounding::Floor), bound.round(places, Rounding::Ceiling));
            let exact = floor == ceiling;
            let below = if exact { floor.and_then(|v| v.checked_sub(step)) } else { floor };
            let above = if exact { ceiling.and_then(|v| v.checked_add(step)) } else { ceiling };
            let three = [("below", below), ("at", Some(bound)), ("above", above)];
            let allowed =
                three.into_iter().filter_map(|(about, value)| Some((about, value.filter(|v| fact.allows(*v))?)));
            found.extend(allowed.map(|(about, value)| (about, Value::Number(value))));
        }
        found
    }

    fn days(&self, slot: usize, facts: &Facts) -> Vec<Candidate> {
        let mut days: Vec<Date> = Vec::new();
        let mut add = |a: &Expr, b: &Expr| {
            for (alone, other) in [(a, b), (b, a)] {
                if *alone == Expr::Fact(slot)
                    && let Value::Date(day) = eval(other, &facts.values, &Locals::None)
                {
                    days.push(day);
                }
            }
        };
        self.conditions().for_each(|condition| compared(condition, &mut add));
        // A due day is looked at around the day of judgement, and the day of an act around its due day.
        days.push(self.as_of);
        if let DueDay::Date(day) = self.rule.parts.due {
            days.push(day);
        }
        days.sort();
        days.dedup();
        let around = |day: Date| [("below", day.before()), ("at", Some(day)), ("above", day.after())];
        days.into_iter().flat_map(around).filter_map(|(about, day)| Some((about, Value::Date(day?)))).collect()
    }
}

/// A value to begin with.
fn first(fact: &FactEntry) -> Value {
    match fact.kind() {
        FactKind::YesNo => Value::Bool(true),
        FactKind::Number => Value::Number(fact.fact.min.or(fact.fact.max).unwrap_or(Decimal::ZERO)),
        FactKind::Choice => fact.choices.first().map_or(Value::Unknown, |choice| Value::Text(choice.clone())),
        FactKind::Set => Value::List(fact.choices.iter().map(|choice| Value::Text(choice.clone())).collect()),
        FactKind::Date => Value::Unknown,
    }
}

/// The next combination, the last fact varied first; none after the last.
fn next(mut places: Vec<usize>, all: &[(usize, Vec<Candidate>)]) -> Option<Vec<usize>> {
    for (place, (_, values)) in places.iter_mut().zip(all).rev() {
        *place += 1;
        if *place < values.len() {
            return Some(places);
        }
        *place = 0;
    }
    None
}
