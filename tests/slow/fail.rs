//! Whether something may turn out not to be computable once some facts are known: a division by zero, a number of more
//! digits than are held, the sum of nothing, a rounding to half a place. Judged node by node, numbers by their digits.

use std::collections::BTreeMap;

use super::could::Then;
use super::eval::value;
use super::expr::{Expr, Test};
use super::number::{self, digits_before_point};
use super::value::Value;

/// How many digits before the point a number has at most that is given, and that is held.
const GIVEN: usize = 15;
const HELD: usize = 34;

/// The variables around an expression, with the digits before the point that they can have.
pub(crate) type Variables = BTreeMap<String, usize>;

impl Then<'_> {
    /// Whether something can come out that cannot be computed, for all that its operands are known.
    pub(crate) fn may_be_null(&self, expr: &Expr, variables: &Variables) -> bool {
        let now = value(expr, self.names);
        if now.is_decided() {
            return now.has_null();
        }
        let any = |items: &[&Expr]| items.iter().any(|e| self.may_be_null(e, variables));
        let too_large = || self.digits(expr, variables) > HELD;
        match expr {
            Expr::Literal(_) | Expr::Name(_) => false,
            Expr::Arithmetic('/', a, b) => any(&[a, b]) || self.may_be_zero(b) || too_large(),
            Expr::Arithmetic(_, a, b) => any(&[a, b]) || too_large(),
            // Equality has an answer for null too.
            Expr::Compare(op, a, b) => is_order(op) && any(&[a, b]),
            Expr::In(of, tests) => tests.iter().any(|test| match test {
                Test::Value(_) => false,
                Test::Compare(all) => all.iter().any(|(op, e)| is_order(op) && any(&[of, e])),
            }),
            Expr::If(condition, then, otherwise) => any(&self.branches(condition, then, otherwise)),
            Expr::Some(name, list, body) | Expr::Every(name, list, body) => {
                let mut later = self.later.clone();
                later.insert(name.clone());
                let mut variables = variables.clone();
                variables.insert(name.clone(), self.digits(list, &variables));
                any(&[list]) || Then { names: self.names, later: &later }.may_be_null(body, &variables)
            }
            Expr::Call(function, arguments) => match (function.as_str(), arguments.as_slice()) {
                // They have an answer for null too.
                ("count" | "list contains", _) => false,
                // Of nothing there is no sum, least or greatest.
                ("min" | "max" | "sum", [list]) if self.may_be_empty(list) => true,
                ("min" | "max" | "abs", _) => any(&expr.children()),
                ("sum", _) | (_, [_]) => any(&expr.children()) || too_large(),
                (_, [n, places]) => any(&[n]) || !self.is_scale(places) || too_large(),
                _ => panic!("no such call: {expr:?}"),
            },
            other => any(&other.children()),
        }
    }

    fn may_be_zero(&self, divisor: &Expr) -> bool {
        !matches!(value(divisor, self.names), Value::Number(n) if n != number::read("0"))
    }

    /// Whether something is for certain a number of places that can be rounded to.
    fn is_scale(&self, places: &Expr) -> bool {
        matches!(value(places, self.names), Value::Number(n) if n.is_integer())
    }

    fn may_be_empty(&self, list: &Expr) -> bool {
        match value(list, self.names) {
            Value::List(items) => items.is_empty(),
            _ => empty_is_written(list),
        }
    }

    /// How many digits a number can have before the point.
    fn digits(&self, expr: &Expr, variables: &Variables) -> usize {
        if let Value::Number(n) = value(expr, self.names) {
            return digits_before_point(&n);
        }
        let of = |e: &Expr| self.digits(e, variables);
        let most = |items: &[&Expr]| items.iter().map(|e| of(e)).max().unwrap_or(0);
        match expr {
            Expr::Name(name) => variables.get(name).copied().unwrap_or(GIVEN),
            Expr::If(condition, then, otherwise) => most(&self.branches(condition, then, otherwise)),
            Expr::Arithmetic('*', a, b) => of(a) + of(b),
            // The least divisor is a one at its last decimal.
            Expr::Arithmetic('/', a, b) => match value(b, self.names) {
                Value::Number(divisor) => of(a) + decimals(&divisor),
                _ => HELD + 1,
            },
            Expr::Arithmetic(_, a, b) => most(&[a, b]) + 1,
            Expr::Call(function, arguments) => match (function.as_str(), arguments.as_slice()) {
                ("count", _) => GIVEN,
                ("min" | "max" | "abs", _) => most(&expr.children()),
                // Of up to nine there is one digit more, of up to 99 two.
                ("sum", [Expr::List(items)]) => most(&expr.children()) + items.len().to_string().len(),
                ("sum", items) => most(&expr.children()) + items.len().to_string().len(),
                // Rounding may carry, and to tens or more it makes a small number large.
                (_, [n, places]) => match value(places, self.names) {
                    Value::Number(places) if places < number::read("0") => {
                        let places: usize = number::show(&-places).parse().unwrap_or(HELD + 1);
                        of(n).max(places) + 1
                    }
                    _ => of(n) + 1,
                },
                _ => most(&expr.children()) + 1,
            },
            other => most(&other.children()),
        }
    }
}

fn is_order(op: &str) -> bool {
    !["=", "!="].contains(&op)
}

fn decimals(number: &number::Number) -> usize {
    number::show(number).split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

/// Whether a list without members is written there.
fn empty_is_written(expr: &Expr) -> bool {
    *expr == Expr::List(Vec::new()) || expr.children().into_iter().any(empty_is_written)
}
