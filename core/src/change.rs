//! The smallest change of one fact that would satisfy a rule that is not met.

use std::cell::RefCell;

use serde::Serialize;

use crate::decimal::Rounding;
use crate::evaluate::outcome;
use crate::facts::Facts;
use crate::feel::{Comparison, Expr, Function, Locals, Test, Truth, eval, test};
use crate::model::{Baseline, BaselineValue, FactKind, Source};
use crate::program::{Condition, FactEntry, RuleProgram, SubjectProgram};
use crate::{Date, Decimal, Outcome, Value};

/// A change of one fact that would satisfy a rule: the nearest there is, in steps of the fact's usual decimals.
///
/// A base-year, assigned or judgement fact is never proposed, nor a value outside the fact's range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The fact.
    pub fact: String,
    /// The nearest value that satisfies: of a set, the whole set.
    pub value: Value,
    /// For a number, the boundary that this value is on the satisfied side of.
    pub bound: Option<Decimal>,
    /// For a number, whether the boundary itself satisfies.
    pub inclusive: Option<bool>,
    /// For a number, whether it has to rise (`at_least`) or fall (`at_most`).
    pub direction: Option<&'static str>,
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
    let search = Search { rule, requires: &requires.expr, facts, tried: RefCell::new(facts.clone()), as_of };
    let mut slots: Vec<usize> = Vec::new();
    requires.expr.facts(&mut |slot| slots.push(slot));
    slots.sort_unstable();
    slots.dedup();
    let changeable = slots.into_iter().filter_map(|slot| Some((slot, subject.fact(slot)?)));
    let baseline = |fact: &FactEntry| {
        let of_rule = |r: &RuleProgram| matches!(&r.rule.baseline, Some(Baseline { value: BaselineValue::Fact(name), .. }) if name == fact.name());
        subject.rules.iter().any(of_rule)
    };
    changeable
        .filter(|(_, fact)| is_changeable(fact) && !baseline(fact))
        .filter_map(|(slot, fact)| search.change(slot, fact))
        .collect()
}

/// What was measured in a base year, assigned or judged is no one's to change.
fn is_changeable(fact: &FactEntry) -> bool {
    let base_year =
        fact.name().split('_').any(|part| part.parse::<u16>().is_ok_and(|year| (1900..=2100).contains(&year)));
    fact.fact.source == Source::Reported && !base_year
}

struct Search<'a> {
    rule: &'a RuleProgram,
    requires: &'a Expr,
    facts: &'a Facts,
    /// The facts with one of them changed, back to what it is after each try.
    tried: RefCell<Facts>,
    as_of: Date,
}

impl Search<'_> {
    fn change(&self, slot: usize, fact: &FactEntry) -> Option<Change> {
        let plain = |value: Value| {
            let fact = fact.name().to_owned();
            self.satisfies(slot, &value).then_some(Change {
                fact,
                value,
                bound: None,
                inclusive: None,
                direction: None,
            })
        };
        match (fact.kind(), self.facts.value(slot)) {
            (FactKind::YesNo, Value::Bool(b)) => plain(Value::Bool(!b)),
            (FactKind::Choice, Value::Text(now)) => {
                let others = fact.choices.iter().filter(|c| *c != now);
                others.map(|c| Value::Text(c.clone())).find_map(plain)
            }
            (FactKind::Set, Value::List(now)) => plain(self.smallest_set(slot, fact, now)),
            (FactKind::Number, Value::Number(now)) => self.number(slot, fact, *now),
            _ => None,
        }
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

    /// Everything there is, less what can be left out of what would have to be added.
    fn smallest_set(&self, slot: usize, fact: &FactEntry, now: &[Value]) -> Value {
        let mut members: Vec<Value> = fact.choices.iter().map(|c| Value::Text(c.clone())).collect();
        for choice in fact.choices.iter().map(|c| Value::Text(c.clone())).filter(|c| !now.contains(c)) {
            let without: Vec<Value> = members.iter().filter(|m| **m != choice).cloned().collect();
            if self.satisfies(slot, &Value::List(without.clone().into())) {
                members = without;
            }
        }
        Value::List(members.into())
    }

    /// The nearest number on the fact's grid that satisfies: on the boundary of a comparison or one step beyond, since
    /// between boundaries nothing changes. Where a boundary cannot be solved for, such as that of a rounded number, the
    /// grid is searched between the value and the first number known to satisfy.
    fn number(&self, slot: usize, fact: &FactEntry, now: Decimal) -> Option<Change> {
        let mut boundaries = Vec::new();
        self.boundaries(self.requires, slot, &mut boundaries);
        // Without usual decimals, the grid is as fine as what is compared; a third is not.
        let finest = || boundaries.iter().map(|b| b.decimals().min(6)).max().unwrap_or_default();
        let decimals = fact.fact.decimals.unwrap_or_else(finest).max(now.decimals());
        let step = Decimal::new(1, decimals)?;
        let places = i32::try_from(decimals).ok()?;
        let satisfies = |value: Decimal| self.satisfies(slot, &Value::Number(value));
        // The nearest value on the grid at one of these bounds or a step beside it.
        let nearest = |bounds: &[Decimal]| {
            let mut candidates = Vec::with_capacity(4 * bounds.len());
            for bound in bounds {
                let (low, high) = (bound.round(places, Rounding::Floor), bound.round(places, Rounding::Ceiling));
                let beyond = [low.and_then(|v| v.checked_sub(step)), high.and_then(|v| v.checked_add(step))];
                for value in [low, high].into_iter().chain(beyond).flatten().filter(|v| fact.allows(*v)) {
                    let distance = |v: Decimal| v.checked_sub(now).map(Decimal::abs);
                    candidates.push((distance(value), value.checked_sub(*bound).map(Decimal::abs), value, *bound));
                }
            }
            candidates.sort_unstable();
            candidates.into_iter().map(|(_, _, value, bound)| (value, bound)).find(|(value, _)| satisfies(*value))
        };
        let ends: Vec<Decimal> = fact.fact.min.into_iter().chain(fact.fact.max).collect();
        let (mut value, mut bound) = nearest(&boundaries).or_else(|| nearest(&ends))?;
        let rises = value > now;
        let inward = if rises { -step } else { step };
        if satisfies(value.checked_add(inward)?) {
            value = self.edge(&satisfies, now, value, places)?;
            bound = value;
        }
        Some(Change {
            fact: fact.name().to_owned(),
            value: Value::Number(value),
            bound: Some(bound),
            inclusive: Some(satisfies(bound)),
            direction: Some(if rises { "at_least" } else { "at_most" }),
        })
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

    /// Where the two sides of a comparison meet as one fact moves, the others staying as they are.
    fn boundaries(&self, expr: &Expr, slot: usize, found: &mut Vec<Decimal>) {
        if found.len() > MAX_BOUNDARIES {
            return;
        }
        let mut meet = |a: &Expr, b: &Expr| {
            for a in pieces(a) {
                found.extend(pieces(b).iter().filter_map(|b| meeting_point(&a, b, slot, self.facts)));
            }
        };
        match expr {
            Expr::Compare(_, a, b) => meet(a, b),
            Expr::Between { value, low, high } => {
                meet(value, low);
                meet(value, high);
            }
            Expr::In { value, tests } => {
                for test in tests {
                    let bounds: Vec<(Comparison, &Expr)> = test.comparisons();
                    bounds.into_iter().for_each(|(_, bound)| meet(value, bound));
                    if let Test::Value(Expr::List(items)) = test {
                        items.iter().for_each(|item| meet(value, item));
                    } else if let Test::Value(single) = test {
                        meet(value, single);
                    }
                }
            }
            _ => {}
        }
        expr.children().into_iter().for_each(|child| self.boundaries(child, slot, found));
    }
}

/// The boundary of a condition that is one comparison, solved for a fact.
pub(crate) fn meeting_point_of(condition: &Condition, slot: usize, facts: &Facts) -> Option<Decimal> {
    match &condition.expr {
        Expr::Compare(op, a, b) if op.is_order() => meeting_point(a, b, slot, facts),
        _ => None,
    }
}

/// How many boundaries of one fact, and how many pieces of one side, are looked at; beyond, no change is proposed.
const MAX_BOUNDARIES: usize = 200;
const MAX_PIECES: usize = 32;

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
    if all.len() > MAX_PIECES { Vec::new() } else { all }
}

/// Solves a(x) = b(x) where the difference is linear in x, by its values at three points.
fn meeting_point(a: &Expr, b: &Expr, slot: usize, facts: &Facts) -> Option<Decimal> {
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
