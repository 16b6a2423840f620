//! `some` and `every` over a written list, as the `or` or `and` that they stand for.

use std::cmp::Ordering;
use std::sync::Arc;

use super::ast::{Expr, Test};
use crate::Value;

impl Expr {
    /// The same condition with every quantifier over a written list opened up: `every x in [a, b] satisfies p(x)` is
    /// `p(a) and p(b)`. So each branch is a condition of its own, with its own value, margin and missing facts.
    pub(crate) fn expanded(self) -> Expr {
        let opened = self.map(&|e| e.expanded());
        let Expr::Quantified { every, list, body, .. } = &opened else { return opened };
        let Expr::List(items) = &**list else { return opened };
        let bodies: Vec<Expr> = items.iter().map(|item| body.bound(item, 0).expanded()).collect();
        match every {
            every if bodies.is_empty() => Expr::Literal(Value::Bool(*every)),
            true => Expr::And(bodies),
            false => Expr::Or(bodies),
        }
    }

    /// The variable at `depth` replaced by an expression from outside its binder, which goes.
    pub(crate) fn bound(&self, value: &Expr, depth: usize) -> Expr {
        match self {
            Expr::Local(d) => match d.cmp(&depth) {
                Ordering::Less => self.clone(),
                Ordering::Equal => value.clone().within(depth, 0),
                // The binder between them is gone.
                Ordering::Greater => Expr::Local(d - 1),
            },
            Expr::Quantified { every, name, list, body } => Expr::Quantified {
                every: *every,
                name: Arc::clone(name),
                list: Box::new(list.bound(value, depth)),
                body: Box::new(body.bound(value, depth + 1)),
            },
            other => other.clone().map(&|e| e.bound(value, depth)),
        }
    }

    /// The same expression within so many more binders, those of its variables that are bound within it staying as they are.
    fn within(self, binders: usize, bound: usize) -> Expr {
        match self {
            Expr::Local(d) if d >= bound => Expr::Local(d + binders),
            Expr::Quantified { every, name, list, body } => Expr::Quantified {
                every,
                name,
                list: Box::new(list.within(binders, bound)),
                body: Box::new(body.within(binders, bound + 1)),
            },
            other => other.map(&|e| e.within(binders, bound)),
        }
    }

    /// The same condition with every number in a comparison held to as many decimals as its facts usually have: of one
    /// scale, they compare faster.
    pub(crate) fn aligned(self, decimals: &dyn Fn(usize) -> u32) -> Expr {
        if !matches!(self, Expr::Compare(..) | Expr::Between { .. } | Expr::In { .. }) {
            return self.map(&|e| e.aligned(decimals));
        }
        let mut most = 0;
        self.facts(&mut |slot| most = most.max(decimals(slot)));
        self.scaled(most)
    }

    fn scaled(self, decimals: u32) -> Expr {
        match self {
            Expr::Literal(Value::Number(n)) => Expr::Literal(Value::Number(n.at_scale(decimals))),
            other => other.map(&|e| e.scaled(decimals)),
        }
    }

    /// The same expression with each operand changed.
    fn map(self, change: &dyn Fn(Expr) -> Expr) -> Expr {
        let one = |e: Box<Expr>| Box::new(change(*e));
        let all = |items: Vec<Expr>| items.into_iter().map(change).collect();
        match self {
            Expr::Literal(_) | Expr::Fact(_) | Expr::Local(_) => self,
            Expr::Negate(a) => Expr::Negate(one(a)),
            Expr::Not(a) => Expr::Not(one(a)),
            Expr::Arithmetic(op, a, b) => Expr::Arithmetic(op, one(a), one(b)),
            Expr::Compare(op, a, b) => Expr::Compare(op, one(a), one(b)),
            Expr::Between { value, low, high } => Expr::Between { value: one(value), low: one(low), high: one(high) },
            Expr::In { value, tests } => {
                let test = |test| match test {
                    Test::Value(e) => Test::Value(change(e)),
                    Test::Compare(op, e) => Test::Compare(op, change(e)),
                    Test::Range { low, low_open, high, high_open } => {
                        Test::Range { low: change(low), low_open, high: change(high), high_open }
                    }
                };
                Expr::In { value: one(value), tests: tests.into_iter().map(test).collect() }
            }
            Expr::And(items) => Expr::And(all(items)),
            Expr::Or(items) => Expr::Or(all(items)),
            Expr::Call(function, items) => Expr::Call(function, all(items)),
            Expr::List(items) => Expr::List(all(items)),
            Expr::If { condition, then, otherwise } => {
                Expr::If { condition: one(condition), then: one(then), otherwise: one(otherwise) }
            }
            Expr::Quantified { every, name, list, body } => {
                Expr::Quantified { every, name, list: one(list), body: one(body) }
            }
        }
    }
}
