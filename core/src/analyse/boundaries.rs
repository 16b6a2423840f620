//! The values of numbers that are enough to see every way in which conditions can come out.
//!
//! The numbers are put in an order. The boundaries of the last are the zeros of the forms that mention it, which depend on
//! the numbers before it; where two of those zeros cross, the picture changes, so each crossing is a boundary for the
//! numbers before, and so on. With one value on each boundary and one between each two, in that order, no combination of
//! comparisons is left out.

use std::collections::BTreeSet;

use super::linear::{Linear, forms};
use crate::facts::{Facts, MAX_DECIMALS};
use crate::feel::Expr;
use crate::program::{FactEntry, SubjectProgram};
use crate::{Decimal, Rounding};

/// How many forms of one number are followed.
const MAX_FORMS: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Boundaries {
    /// The numbers in their order, each with the forms that it is the last number of.
    levels: Vec<(usize, Vec<Linear>)>,
    /// Numbers that are compared with each other stand in one group.
    groups: Vec<BTreeSet<usize>>,
    /// A comparison is not linear.
    pub(super) not_linear: bool,
    /// There are more boundaries than are followed.
    pub(super) too_many: bool,
}

/// Values in ascending order, and whether a boundary is missing among them that other cases of the same cell reach.
pub(super) struct Values {
    pub(super) values: Vec<Decimal>,
    pub(super) inexact: bool,
}

impl Boundaries {
    /// Of several conditions; `rank` says which numbers come first.
    pub(super) fn new<'a>(
        conditions: impl Iterator<Item = &'a Expr>,
        subject: &SubjectProgram,
        rank: &dyn Fn(usize) -> u8,
    ) -> Self {
        let mut made = Boundaries::default();
        let mut pool: BTreeSet<Linear> = BTreeSet::new();
        for condition in conditions {
            match forms(condition, subject) {
                Some(forms) => pool.extend(forms.into_iter().map(Linear::canonical)),
                None => made.not_linear = true,
            }
        }
        made.groups = groups(&pool);
        let mut left: BTreeSet<usize> = pool.iter().flat_map(Linear::slots).collect();
        while let Some(last) = left.iter().copied().max_by_key(|slot| (rank(*slot), divides(&pool, *slot), *slot)) {
            left.remove(&last);
            let (own, others) = pool.into_iter().partition(|form| form.slots().any(|slot| slot == last));
            pool = others;
            made.cross(last, own, subject, &mut pool);
        }
        made.levels.reverse();
        made
    }

    /// Takes the forms of the last number, and leaves where any two of them cross.
    fn cross(&mut self, last: usize, own: BTreeSet<Linear>, subject: &SubjectProgram, pool: &mut BTreeSet<Linear>) {
        let ends = subject.fact(last).into_iter().flat_map(|fact| [fact.fact.min, fact.fact.max]).flatten();
        let ends = ends.filter_map(|end| Linear::fact(last).minus(&Linear::number(end)));
        let own: Vec<Linear> = own.into_iter().collect();
        let all: Vec<Linear> = own.iter().cloned().chain(ends).collect();
        for (place, one) in own.iter().enumerate() {
            for other in all.iter().skip(place + 1) {
                match one.without(last, other) {
                    Some(crossing) if crossing.is_constant() => {}
                    Some(crossing) => drop(pool.insert(crossing.canonical())),
                    // More digits than a number holds.
                    None => self.too_many = true,
                }
            }
            self.too_many |= pool.len() > MAX_FORMS;
            if self.too_many {
                break;
            }
        }
        self.levels.push((last, own));
    }

    /// The first number of a number's group that has no value yet.
    pub(super) fn first_unknown(&self, of: usize, facts: &Facts) -> usize {
        let group = self.groups.iter().find(|group| group.contains(&of));
        let linked = |slot: &usize| group.is_some_and(|group| group.contains(slot));
        let mut unknown = self.levels.iter().map(|(slot, _)| *slot).filter(linked);
        unknown.find(|slot| !facts.value(*slot).is_known()).unwrap_or(of)
    }

    /// The values of a number to be looked at, those before it being known.
    pub(super) fn values(&self, slot: usize, fact: &FactEntry, facts: &Facts) -> Values {
        let forms = self.levels.iter().find(|(of, _)| *of == slot).map_or(&[][..], |(_, forms)| forms);
        let zeros: Vec<(Decimal, bool)> = forms.iter().filter_map(|form| form.zero(slot, facts)).collect();
        // A third is no decimal: no case lies there. But where a boundary moves with other numbers, others may lie on it.
        let moves = |form: &&Linear| form.slots().any(|other| other != slot);
        let missed = |(zero, exact): (Decimal, bool)| !exact && fact.allows(zero);
        let inexact = forms.iter().filter(moves).any(|form| form.zero(slot, facts).is_none_or(missed));
        let ends = fact.fact.min.into_iter().chain(fact.fact.max).map(|end| (end, true));
        let mut points: Vec<(Decimal, bool)> = zeros.into_iter().chain(ends).filter(|(p, _)| fact.allows(*p)).collect();
        points.sort_by_key(|(point, exact)| (*point, !exact));
        points.dedup_by_key(|(point, _)| *point);
        let mut values = Vec::with_capacity(2 * points.len() + 1);
        match (points.first(), points.last()) {
            (Some((first, _)), Some((last, _))) => {
                values.extend(if fact.fact.min.is_none() { beside(*first, -1) } else { None });
                for (place, (point, exact)) in points.iter().enumerate() {
                    values.extend(Some(*point).filter(|_| *exact));
                    values.extend(points.get(place + 1).and_then(|(next, _)| between(*point, *next)));
                }
                values.extend(if fact.fact.max.is_none() { beside(*last, 1) } else { None });
            }
            _ => values.push(Decimal::ZERO),
        }
        Values { values, inexact }
    }
}

/// Whether every form can be solved for a number in decimals.
fn divides(pool: &BTreeSet<Linear>, slot: usize) -> bool {
    let one = Decimal::from(1);
    pool.iter()
        .map(|form| form.factor(slot))
        .filter(|factor| *factor != Decimal::ZERO)
        .all(|factor| one.checked_div(factor).is_some_and(|inverse| inverse.checked_mul(factor) == Some(one)))
}

fn groups(pool: &BTreeSet<Linear>) -> Vec<BTreeSet<usize>> {
    let mut groups: Vec<BTreeSet<usize>> = Vec::new();
    for form in pool {
        let mut one: BTreeSet<usize> = form.slots().collect();
        groups.retain(|group| {
            let apart = group.is_disjoint(&one);
            if !apart {
                one.extend(group);
            }
            apart
        });
        groups.push(one);
    }
    groups
}

/// A short number one or more beyond another.
fn beside(end: Decimal, way: i64) -> Option<Decimal> {
    let whole = end.round(0, if way < 0 { Rounding::Floor } else { Rounding::Ceiling })?;
    whole.checked_add(Decimal::from(way))
}

/// A number between two others, with as few digits as can be; none where no fact can lie there.
fn between(low: Decimal, high: Decimal) -> Option<Decimal> {
    let middle = low.checked_add(high)?.checked_div(Decimal::from(2))?;
    let decimals = i32::try_from(MAX_DECIMALS).ok()?;
    let mut short = (-6..=decimals).filter_map(|places| middle.round(places, Rounding::HalfEven));
    short.find(|number| low < *number && *number < high)
}
