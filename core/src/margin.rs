//! How far a case is from the boundary of what is required.

use crate::facts::Facts;
use crate::feel::{Arithmetic, Comparison, Expr, Function, Locals, Test, Type, eval};
use crate::program::{RuleProgram, SubjectProgram};
use crate::{Decimal, Value};

/// The margin of a test, and a slot whose unit it is in: positive on the satisfied side, 0 on the boundary.
///
/// There is one only where known order comparisons of one unit decide by themselves: a conjunction has the smallest of
/// its parts, a disjunction the largest; a yes/no, a second unit or an unknown leaves none. The distance is that of the
/// measure, where the rule has one: the other facts may stand in products.
pub(crate) fn margin(
    test: &Expr,
    rule: &RuleProgram,
    subject: &SubjectProgram,
    facts: &Facts,
) -> Option<(Decimal, usize)> {
    let slot = margin_slot(test, subject)?;
    Measure { moves: rule.measure, facts }.of(test).map(|distance| (distance, slot))
}

/// A slot whose unit the margin is in, for a test whose facts are all numbers of one unit.
pub(crate) fn margin_slot(test: &Expr, subject: &SubjectProgram) -> Option<usize> {
    let mut slots = Vec::new();
    test.facts(&mut |slot| slots.push(slot));
    let mut units = slots.iter().map(|slot| subject.ty(*slot));
    let first = units.next()?;
    if matches!(first, Type::Number(_)) && units.all(|unit| unit == first) { slots.first().copied() } else { None }
}

struct Measure<'a> {
    moves: Option<usize>,
    facts: &'a Facts,
}

impl Measure<'_> {
    fn of(&self, test: &Expr) -> Option<Decimal> {
        match test {
            Expr::Compare(op, a, b) => self.gap(*op, a, b),
            Expr::Between { value, low, high } => {
                let above = self.gap(Comparison::GreaterOrEqual, value, low)?;
                Some(above.min(self.gap(Comparison::LessOrEqual, value, high)?))
            }
            Expr::In { value, tests } => {
                let each = |test: &Test| {
                    let gaps = test.comparisons().into_iter().map(|(op, bound)| self.gap(op, value, bound));
                    gaps.collect::<Option<Vec<_>>>()?.into_iter().min()
                };
                tests.iter().map(each).collect::<Option<Vec<_>>>()?.into_iter().max()
            }
            Expr::And(items) => self.all(items)?.into_iter().min(),
            Expr::Or(items) => self.all(items)?.into_iter().max(),
            Expr::Not(inner) => self.of(inner).map(|d| -d),
            _ => None,
        }
    }

    fn all(&self, items: &[Expr]) -> Option<Vec<Decimal>> {
        items.iter().map(|item| self.of(item)).collect()
    }

    fn gap(&self, op: Comparison, a: &Expr, b: &Expr) -> Option<Decimal> {
        // Scaled or rounded, a fact is not as far from its boundary as the sides are from each other.
        let scaled = |e: &Expr| {
            e.any(&|part| match part {
                Expr::Call(Function::Abs, _) => false,
                Expr::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..) | Expr::Call(..) | Expr::If { .. } => {
                    part.mentions(&|slot| self.moves.is_none_or(|measure| slot == measure))
                }
                _ => false,
            })
        };
        if scaled(a) || scaled(b) {
            return None;
        }
        let number = |e| match eval(e, &self.facts.values, &Locals::None) {
            Value::Number(n) => Some(n),
            _ => None,
        };
        let (a, b) = (number(a)?, number(b)?);
        match op {
            Comparison::Greater | Comparison::GreaterOrEqual => a.checked_sub(b),
            Comparison::Less | Comparison::LessOrEqual => b.checked_sub(a),
            Comparison::Equal | Comparison::NotEqual => None,
        }
    }
}
