//! The smallest change of one fact that would satisfy a rule that is not met.

use std::cell::RefCell;

use serde::Serialize;

use crate::decimal::Rounding;
use crate::evaluate::outcome;
use crate::facts::Facts;
use crate::feel::{Expr, Function, Locals, Test, Truth, eval, test};
use crate::model::{Baseline, BaselineValue, FactKind, Source};
use crate::program::{Condition, FactEntry, RuleProgram, SubjectProgram};
use crate::slots::Slots;
use crate::{Date, Decimal, Outcome, Value};

/// A change of one fact that would satisfy a rule: the nearest there is, in steps of the fact's usual decimals.
///
/// A base-year, assigned or judgement fact is never proposed, nor a value outside the fact's range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The fact.
    pub fact: String,
    /// The nearest value that satisfies: of a set, the whole set, with as few members added or removed as can be.
    pub value: Value,
    /// For a number or a day, the boundary that this value is on the satisfied side of.
    pub bound: Option<Value>,
    /// For a number or a day, whether the boundary itself satisfies.
    pub inclusive: Option<bool>,
    /// For a number or a day, on which side of the boundary it has to be.
    pub direction: Option<Direction>,
}

/// On which side of a boundary a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// On the boundary or above; only above where the boundary is not inclusive.
    AtLeast,
    /// On the boundary or below; only below where the boundary is not inclusive.
    AtMost,
    /// At this value: a step more is no better than a step less.
    Exactly,
}

/// Every one-fact change that would satisfy the rule; none for a rule that is met, does not apply, or has no test.
pub(crate) fn smallest_changes(
    subject: &SubjectProgram,
    rule: &RuleProgram,
    facts: &Facts,
    as_of: Date,
) -> Vec<Change> {
    let Some(requires) = &rule.parts.requires else { return Vec::new() };
    let holds = |condition: &Condition| test(&condition.expr, &facts.values, &Locals::None);
    let applies = rule.parts.applies.as_ref().is_none_or(|applies| holds(applies) == Truth::True);
    if !applies || holds(requires) != Truth::False {
        return Vec::new();
    }
    let search = Search { rule, facts, tried: RefCell::new(facts.clone()), as_of };
    let mut slots = Slots::default();
    requires.expr.facts(&mut |slot| slots.insert(slot));
    let changeable = slots.into_vec().into_iter().filter_map(|slot| Some((slot, subject.fact(slot)?)));
    changeable
        .filter(|(_, fact)| is_changeable(fact) && !is_baseline(subject, fact))
        .flat_map(|(slot, fact)| search.changes(slot, fact))
        .collect()
}

/// Whether a rule measures progress from a fact.
pub(crate) fn is_baseline(subject: &SubjectProgram, fact: &FactEntry) -> bool {
    let of_rule = |r: &RuleProgram| matches!(&r.rule.baseline, Some(Baseline { value: BaselineValue::Fact(name), .. }) if name == fact.name());
    subject.rules.iter().any(of_rule)
}

/// What was measured in a base year, assigned or judged is no one's to change.
fn is_changeable(fact: &FactEntry) -> bool {
    fact.fact.source == Source::Reported && !is_of_base_year(fact)
}

pub(crate) fn is_of_base_year(fact: &FactEntry) -> bool {
    let names_year = |part: &str| part.parse::<u16>().is_ok_and(|year| (1900..=2100).contains(&year));
    fact.name().split('_').any(|part| part == "previous" || names_year(part))
}

struct Search<'a> {
    rule: &'a RuleProgram,
    facts: &'a Facts,
    /// The facts with one of them changed, back to what it is after each try.
    tried: RefCell<Facts>,
    as_of: Date,
}

impl Search<'_> {
    /// The smallest change of one fact; of a choice, every other that would do, since none is smaller than another.
    fn changes(&self, slot: usize, fact: &FactEntry) -> Vec<Change> {
        let plain = |value: Value| Change {
            fact: fact.name().to_owned(),
            value,
            bound: None,
            inclusive: None,
            direction: None,
        };
        let one = match (fact.kind(), self.facts.value(slot)) {
            (FactKind::Choice, Value::Text(now)) => {
                let others = fact.choices.iter().filter(|c| *c != now).map(|c| Value::Text(c.clone()));
                return others.filter(|other| self.satisfies(slot, other)).map(plain).collect();
            }
            (FactKind::YesNo, Value::Bool(b)) => {
                Some(Value::Bool(!b)).filter(|other| self.satisfies(slot, other)).map(plain)
            }
            (FactKind::Set, Value::List(now)) => self.set(slot, fact, now).map(plain),
            (FactKind::Number, Value::Number(now)) => self.number(slot, fact, *now),
            (FactKind::Date, Value::Date(now)) => self.date(slot, fact, *now),
            _ => None,
        };
        one.into_iter().collect()
    }

    fn satisfies(&self, slot: usize, value: &Value) -> bool {
        let mut tried = self.tried.borrow_mut();
        let put =
            |facts: &mut Facts, value: Value| facts.values.get_mut(slot).map(|place| std::mem::replace(place, value));
        let before = put(&mut tried, value.clone());
        let satisfied = outcome(self.rule, &tried, self.as_of).0 == Outcome::Satisfied;
        before.map(|before| put(&mut tried, before));
        satisfied
    }

    /// The set with the fewest members added or removed, the first declared where several do. Where a condition names
    /// more choices than can be combined, no part of what is added and removed would be enough.
    fn set(&self, slot: usize, fact: &FactEntry, now: &[Value]) -> Option<Value> {
        let choices: Vec<Value> = fact.choices.iter().map(|c| Value::Text(c.clone())).collect();
        let present: Vec<bool> = choices.iter().map(|c| now.contains(c)).collect();
        let toggled = |changes: &dyn Fn(usize) -> bool| {
            let members = choices.iter().zip(&present).enumerate().filter(|(i, (_, there))| **there != changes(*i));
            Value::List(members.map(|(_, (c, _))| c.clone()).collect())
        };
        // What the condition names comes first: all others are alike to it, but for how many they are.
        let named = |choice: &Value| {
            self.rule.parts.conditions().any(|c| c.any(&|e| matches!(e, Expr::Literal(named) if named == choice)))
        };
        let (mut order, others): (Vec<usize>, Vec<usize>) =
            (0..choices.len()).partition(|i| choices.get(*i).is_some_and(named));
        order.extend(others);
        order.truncate(MAX_COMBINED);
        let all = 1_u32 << order.len();
        let of_size = |size: u32| (1..all).filter(move |c| c.count_ones() == size);
        let mut sets = (1..=all.ilog2())
            .flat_map(of_size)
            .map(|c| toggled(&|i| order.iter().position(|o| *o == i).is_some_and(|place| c & (1 << place) != 0)));
        if let Some(set) = sets.find(|set| self.satisfies(slot, set)) {
            return Some(set);
        }
        // From everything, or nothing, back towards what there is.
        let towards = |everything: bool| {
            let mut kept: Vec<bool> = present.iter().map(|there| *there != everything).collect();
            let set = |kept: &[bool]| toggled(&|i| kept.get(i).copied().unwrap_or_default());
            self.satisfies(slot, &set(&kept)).then(|| {
                for i in 0..kept.len() {
                    let Some(changed) = kept.get_mut(i).map(std::mem::take).filter(|changed| *changed) else {
                        continue;
                    };
                    if !self.satisfies(slot, &set(&kept)) {
                        kept.get_mut(i).into_iter().for_each(|place| *place = changed);
                    }
                }
                kept
            })
        };
        let changes = |kept: &Vec<bool>| kept.iter().filter(|changed| **changed).count();
        let kept = [towards(true), towards(false)].into_iter().flatten().min_by_key(changes)?;
        Some(toggled(&|i| kept.get(i).copied().unwrap_or_default()))
    }

    /// The nearest day that satisfies: one that the date is compared with, or the day before or after.
    fn date(&self, slot: usize, fact: &FactEntry, now: Date) -> Option<Change> {
        let mut boundaries = Vec::new();
        self.compared(&mut |a, b| {
            for (alone, other) in [(a, b), (b, a)] {
                let moves = other.mentions(&|s| s == slot);
                if *alone == Expr::Fact(slot)
                    && !moves
                    && let Value::Date(day) = eval(other, &self.facts.values, &Locals::None)
                {
                    boundaries.push(day);
                }
            }
        });
        let satisfies = |day: Date| self.satisfies(slot, &Value::Date(day));
        let beside = |bound: Date| {
            [Some(bound), bound.before(), bound.after()].into_iter().flatten().map(move |day| (day, bound))
        };
        let candidates: Vec<(Date, Date)> = boundaries.into_iter().flat_map(beside).collect();
        let distance = |(day, bound): &(Date, Date)| (day.distance(now), day.distance(*bound));
        let (day, bound) = nearest(candidates, distance, |(day, _)| satisfies(*day))?;
        let (direction, outward) =
            if day > now { (Direction::AtLeast, day.after()) } else { (Direction::AtMost, day.before()) };
        Some(Change {
            fact: fact.name().to_owned(),
            value: Value::Date(day),
            bound: Some(Value::Date(bound)),
            inclusive: Some(satisfies(bound)),
            direction: Some(if outward.is_none_or(satisfies) { direction } else { Direction::Exactly }),
        })
    }

    /// The nearest number on the fact's grid that satisfies: on the boundary of a comparison or one step beyond, since
    /// between boundaries nothing changes. Where a boundary cannot be solved for, such as that of a rounded number, one
    /// is looked for in both directions, ever further away.
    fn number(&self, slot: usize, fact: &FactEntry, now: Decimal) -> Option<Change> {
        let mut boundaries = Vec::new();
        let solved = self.boundaries(slot, &mut boundaries);
        // Without usual decimals, the grid is as fine as what is compared; a third is not.
        let finest = || boundaries.iter().chain([&now]).map(|b| b.decimals().min(6)).max().unwrap_or_default();
        let decimals = fact.fact.decimals.unwrap_or_else(finest);
        let step = Decimal::new(1, decimals)?;
        let places = i32::try_from(decimals).ok()?;
        let satisfies = |value: Decimal| self.satisfies(slot, &Value::Number(value));
        let distance = |a: Decimal, b: Decimal| a.checked_sub(b).map(Decimal::abs);
        // The nearest value on the grid at one of these bounds or a step beside it.
        let near = |bounds: &[Decimal]| {
            let mut candidates = Vec::with_capacity(4 * bounds.len());
            for bound in bounds {
                let (low, high) = (bound.round(places, Rounding::Floor), bound.round(places, Rounding::Ceiling));
                let beyond = [low.and_then(|v| v.checked_sub(step)), high.and_then(|v| v.checked_add(step))];
                for value in [low, high].into_iter().chain(beyond).flatten().filter(|v| fact.allows(*v)) {
                    candidates.push((value, *bound));
                }
            }
            let distances =
                |(value, bound): &(Decimal, Decimal)| (distance(*value, now), distance(*value, *bound), *value, *bound);
            nearest(candidates, distances, |(value, _)| satisfies(*value))
        };
        let ends = || near(&fact.fact.min.into_iter().chain(fact.fact.max).collect::<Vec<_>>());
        let at_bound = near(&boundaries).or_else(ends);
        let searched = if solved { None } else { self.search(&satisfies, fact, now, step) };
        let found = at_bound.into_iter().chain(searched.map(|value| (value, value)));
        let (mut value, mut bound) = found.min_by_key(|(value, _)| distance(*value, now))?;
        let outward = if value > now { step } else { -step };
        if satisfies(value.checked_sub(outward)?) {
            value = self.edge(&satisfies, now, value, places)?;
            bound = value;
        }
        let direction = if value > now { Direction::AtLeast } else { Direction::AtMost };
        let goes_on = satisfies(value.checked_add(outward)?);
        Some(Change {
            fact: fact.name().to_owned(),
            value: Value::Number(value),
            bound: Some(Value::Number(bound)),
            inclusive: Some(satisfies(bound)),
            direction: Some(if goes_on { direction } else { Direction::Exactly }),
        })
    }

    /// A number that satisfies, found in steps that double; a narrow gap may be stepped over.
    fn search(
        &self,
        satisfies: &dyn Fn(Decimal) -> bool,
        fact: &FactEntry,
        now: Decimal,
        step: Decimal,
    ) -> Option<Decimal> {
        let places = i32::try_from(step.decimals()).ok()?;
        let mut reach = step;
        for _ in 0..MAX_DOUBLINGS {
            let (down, up) = (
                now.checked_sub(reach)?.round(places, Rounding::Ceiling)?,
                now.checked_add(reach)?.round(places, Rounding::Floor)?,
            );
            let reached = [down, up].into_iter().filter(|v| *v != now && fact.allows(*v)).find(|v| satisfies(*v));
            if reached.is_some() {
                return reached;
            }
            reach = reach.checked_add(reach)?;
        }
        None
    }

    /// A number on the grid that satisfies while the next one towards `from`, which does not, does not.
    fn edge(&self, satisfies: &dyn Fn(Decimal) -> bool, from: Decimal, to: Decimal, places: i32) -> Option<Decimal> {
        let (mut out, mut within) = (from, to);
        // Each round halves the distance: 120 are enough for any two numbers.
        for _ in 0..120 {
            let middle = out.checked_add(within)?.checked_div(Decimal::from(2))?.round(places, Rounding::Floor)?;
            if middle == out || middle == within {
                // Floor may stop one step short of `within` from below.
                break;
            }
            *(if satisfies(middle) { &mut within } else { &mut out }) = middle;
        }
        Some(within)
    }

    /// Collects where the two sides of a comparison meet as one number moves, the others staying as they are; false
    /// where a comparison cannot be solved for it.
    fn boundaries(&self, slot: usize, found: &mut Vec<Decimal>) -> bool {
        let mut solved = true;
        self.compared(&mut |a, b| {
            let moves = a.mentions(&|s| s == slot) || b.mentions(&|s| s == slot);
            let meet =
                if moves && found.len() <= MAX_BOUNDARIES { meeting_point(a, b, slot, self.facts) } else { None };
            solved &= meet.is_some() || !moves;
            found.extend(meet);
        });
        solved
    }

    /// Visits the two sides of every comparison, with each number that a side may be: a change may also end what makes
    /// the rule apply.
    fn compared(&self, visit: &mut dyn FnMut(&Expr, &Expr)) {
        self.rule.parts.conditions().for_each(|condition| compared(condition, visit));
    }
}

/// The nearest candidate that satisfies: most often one of the first.
fn nearest<T, D: Ord>(mut candidates: Vec<T>, distance: impl Fn(&T) -> D, satisfies: impl Fn(&T) -> bool) -> Option<T> {
    while let Some((place, _)) = candidates.iter().enumerate().min_by_key(|(_, one)| distance(one)) {
        let candidate = candidates.remove(place);
        if satisfies(&candidate) {
            return Some(candidate);
        }
    }
    None
}

/// Visits the two sides of every comparison in a condition.
pub(crate) fn compared(expr: &Expr, visit: &mut dyn FnMut(&Expr, &Expr)) {
    let mut meet = |a: &Expr, b: &Expr| {
        let others = pieces(b);
        pieces(a).iter().for_each(|a| others.iter().for_each(|b| visit(a, b)));
    };
    match expr {
        Expr::Compare(_, a, b) => meet(a, b),
        Expr::Between { value, low, high } => {
            meet(value, low);
            meet(value, high);
        }
        Expr::In { value, tests } => {
            for test in tests {
                test.comparisons().into_iter().for_each(|(_, bound)| meet(value, bound));
                if let Test::Value(Expr::List(items)) = test {
                    items.iter().for_each(|item| meet(value, item));
                } else if let Test::Value(single) = test {
                    meet(value, single);
                }
            }
        }
        _ => {}
    }
    expr.children().into_iter().for_each(|child| compared(child, visit));
}

/// How many boundaries of one fact, and how many pieces of one side, are looked at.
const MAX_BOUNDARIES: usize = 200;
const MAX_PIECES: usize = 32;
/// How often the step of a search is doubled: enough for any fact.
const MAX_DOUBLINGS: u32 = 64;
/// Of how many choices every combination is tried, those that the condition names first.
const MAX_COMBINED: usize = 10;

/// The expressions of which a side of a comparison is one or the other: `max(a, b)` is a or b, `abs(a)` is a or −a.
fn pieces(side: &Expr) -> Vec<Expr> {
    let all: Vec<Expr> = match side {
        Expr::Call(Function::Min | Function::Max, items) => match items.as_slice() {
            [Expr::List(items)] => items.iter().flat_map(pieces).collect(),
            items => items.iter().flat_map(pieces).collect(),
        },
        Expr::Call(Function::Abs, items) => {
            let both = |e: Expr| [Expr::Negate(Box::new(e.clone())), e];
            items.iter().flat_map(pieces).flat_map(both).collect()
        }
        Expr::If { then, otherwise, .. } => pieces(then).into_iter().chain(pieces(otherwise)).collect(),
        other => vec![other.clone()],
    };
    if all.len() > MAX_PIECES { vec![side.clone()] } else { all }
}

/// Solves a(x) = b(x) where the difference is linear in x, by its values at three points.
pub(crate) fn meeting_point(a: &Expr, b: &Expr, slot: usize, facts: &Facts) -> Option<Decimal> {
    let moves = |e: &Expr| e.mentions(&|s| s == slot);
    if !moves(a) && !moves(b) {
        return None;
    }
    // Most often the fact stands alone beside what does not move.
    for (alone, other) in [(a, b), (b, a)] {
        if *alone == Expr::Fact(slot) && !moves(other) {
            return match eval(other, &facts.values, &Locals::None) {
                Value::Number(n) => Some(n),
                _ => None,
            };
        }
    }
    let mut values = facts.values.clone();
    let mut difference = |x: i64| {
        *values.get_mut(slot)? = Value::Number(Decimal::from(x));
        let number = |e| match eval(e, &values, &Locals::None) {
            Value::Number(n) => Some(n),
            _ => None,
        };
        number(a)?.checked_sub(number(b)?)
    };
    let (at_0, at_1, at_7) = (difference(0)?, difference(1)?, difference(7)?);
    // A quotient may have been rounded in its last digits: what is left at 20 decimals is what counts.
    let settled = |n: Decimal| n.round(20, Rounding::HalfEven);
    let slope = at_1.checked_sub(at_0)?;
    let straight = settled(slope.checked_mul(Decimal::from(7))?) == settled(at_7.checked_sub(at_0)?);
    if slope == Decimal::ZERO || !straight { None } else { settled((-at_0).checked_div(slope)?) }
}
