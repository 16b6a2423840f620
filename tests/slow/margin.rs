//! How far a case is from the boundary of a test.

use ecoplan::model::{Fact, FactKind};

use super::eval::value;
use super::expr::{Expr, Test};
use super::number::{Number, held};
use super::value::{Names, Value};

/// The margin, where known order comparisons of one unit decide by themselves; of the measure alone, where there is one.
pub(crate) fn margin(test: &Expr, measure: Option<&str>, facts: &[Fact], names: &Names) -> Option<Number> {
    let read = test.names();
    let mut units = read.iter().map(|name| {
        let fact = facts.iter().find(|fact| fact.name == *name)?;
        (fact.kind == FactKind::Number).then_some(fact.unit.as_ref())
    });
    let first = units.next()??;
    if !units.all(|unit| unit == Some(first)) {
        return None;
    }
    Margin { measure, names }.of(test)
}

struct Margin<'a> {
    measure: Option<&'a str>,
    names: &'a Names,
}

impl Margin<'_> {
    fn of(&self, test: &Expr) -> Option<Number> {
        match test {
            Expr::Compare(op, a, b) => self.gap(op, a, b),
            Expr::Between(of, low, high) => Some(self.gap(">=", of, low)?.min(self.gap("<=", of, high)?)),
            Expr::In(of, tests) => {
                let each = tests.iter().map(|test| match test {
                    Test::Value(_) => None,
                    Test::Compare(all) => {
                        let gaps: Option<Vec<Number>> = all.iter().map(|(op, e)| self.gap(op, of, e)).collect();
                        gaps?.into_iter().min()
                    }
                });
                each.collect::<Option<Vec<Number>>>()?.into_iter().max()
            }
            Expr::And(a, b) => Some(self.of(a)?.min(self.of(b)?)),
            Expr::Or(a, b) => Some(self.of(a)?.max(self.of(b)?)),
            Expr::Not(a) => Some(-self.of(a)?),
            _ => None,
        }
    }

    fn gap(&self, op: &str, a: &Expr, b: &Expr) -> Option<Number> {
        if self.is_scaled(a) || self.is_scaled(b) {
            return None;
        }
        match (op, value(a, self.names), value(b, self.names)) {
            ("<" | "<=", Value::Number(a), Value::Number(b)) => held(b - a),
            (">" | ">=", Value::Number(a), Value::Number(b)) => held(a - b),
            _ => None,
        }
    }

    /// Whether what the distance is about stands in a product, is rounded, chosen or the like: then it is not as far from
    /// its boundary as the two sides are from each other.
    fn is_scaled(&self, expr: &Expr) -> bool {
        let moves = || expr.mentions(|name| self.measure.is_none_or(|measure| measure == name));
        let scales = match expr {
            Expr::Arithmetic(op, ..) => ['*', '/'].contains(op),
            Expr::Call(function, _) => function != "abs",
            Expr::If(..) => true,
            _ => false,
        };
        scales && moves() || expr.children().into_iter().any(|e| self.is_scaled(e))
    }
}
