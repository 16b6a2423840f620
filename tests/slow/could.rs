//! What a condition could come out as once some facts are known, whatever they are.
//!
//! Judged node by node: `and`, `or`, `not` and `if` take every combination of what their operands can be; any other
//! operator over facts that will be known can come out either way, independently of all others.

use std::collections::BTreeSet;

use super::eval::{bound, value};
use super::expr::Expr;
use super::fail::Variables;
use super::value::{Names, Truth, Value};

/// What is known, and the names of what will be.
pub(crate) struct Then<'a> {
    pub(crate) names: &'a Names,
    pub(crate) later: &'a BTreeSet<String>,
}

impl Then<'_> {
    /// Every truth that a condition can have.
    pub(crate) fn could(&self, expr: &Expr) -> BTreeSet<Truth> {
        let now = value(expr, self.names);
        // What is decided stays decided.
        if now.is_decided() {
            return [Truth::from(&now)].into();
        }
        match expr {
            Expr::And(a, b) => pairs(&self.could(a), &self.could(b), Truth::and),
            Expr::Or(a, b) => pairs(&self.could(a), &self.could(b), Truth::or),
            Expr::Not(a) => self.could(a).into_iter().map(Truth::not).collect(),
            Expr::If(condition, then, otherwise) => {
                let (then, otherwise) = (self.could(then), self.could(otherwise));
                let chosen = self.could(condition).into_iter().map(|condition| match condition {
                    Truth::True => then.clone(),
                    Truth::False | Truth::Null => otherwise.clone(),
                    Truth::Unknown => pairs(&then, &otherwise, |a, b| if a == b { a } else { Truth::Unknown }),
                });
                chosen.flatten().collect()
            }
            Expr::Some(name, list, body) => self.members(expr, name, list, body, Truth::False, Truth::or),
            Expr::Every(name, list, body) => self.members(expr, name, list, body, Truth::True, Truth::and),
            _ => self.operator(expr),
        }
    }

    fn members(
        &self,
        expr: &Expr,
        name: &str,
        list: &Expr,
        body: &Expr,
        start: Truth,
        join: fn(Truth, Truth) -> Truth,
    ) -> BTreeSet<Truth> {
        match value(list, self.names) {
            Value::List(items) if !self.will_change(list) => {
                let each = items
                    .iter()
                    .map(|item| Then { names: &bound(name, item, self.names), later: self.later }.could(body));
                each.fold([start].into(), |all, one| pairs(&all, &one, join))
            }
            // Members that are not known: either way.
            _ => self.operator(expr),
        }
    }

    /// An operator on values: either way where it depends on what will be known.
    fn operator(&self, expr: &Expr) -> BTreeSet<Truth> {
        if !self.will_change(expr) {
            return [Truth::Unknown].into();
        }
        let mut all = BTreeSet::from([Truth::True, Truth::False]);
        if self.may_stay_unknown(expr) {
            all.insert(Truth::Unknown);
        }
        if self.may_be_null(expr, &Variables::new()) {
            all.insert(Truth::Null);
        }
        all
    }

    fn will_change(&self, expr: &Expr) -> bool {
        expr.mentions(|name| self.later.contains(name))
    }

    fn may_stay_unknown(&self, expr: &Expr) -> bool {
        match expr {
            _ if value(expr, self.names).is_decided() => false,
            Expr::Name(name) => !self.later.contains(name),
            Expr::And(..) | Expr::Or(..) | Expr::Not(_) => self.could(expr).contains(&Truth::Unknown),
            Expr::If(condition, then, otherwise) => {
                self.could(condition).contains(&Truth::Unknown)
                    || self.branches(condition, then, otherwise).into_iter().any(|e| self.may_stay_unknown(e))
            }
            Expr::Some(name, list, body) | Expr::Every(name, list, body) => {
                let stays = |n: &str| n != name && !self.later.contains(n) && !self.names.contains_key(n);
                self.may_stay_unknown(list) || body.mentions(stays)
            }
            other => other.children().into_iter().any(|e| self.may_stay_unknown(e)),
        }
    }

    /// The branches of an `if` that can be taken.
    pub(crate) fn branches<'e>(&self, condition: &Expr, then: &'e Expr, otherwise: &'e Expr) -> Vec<&'e Expr> {
        let condition = self.could(condition);
        let can = |truths: &[Truth]| truths.iter().any(|truth| condition.contains(truth));
        let then = can(&[Truth::True, Truth::Unknown]).then_some(then);
        let otherwise = can(&[Truth::False, Truth::Null, Truth::Unknown]).then_some(otherwise);
        then.into_iter().chain(otherwise).collect()
    }
}

fn pairs(a: &BTreeSet<Truth>, b: &BTreeSet<Truth>, join: impl Fn(Truth, Truth) -> Truth) -> BTreeSet<Truth> {
    a.iter().flat_map(|a| b.iter().map(|b| join(*a, *b)).collect::<Vec<_>>()).collect()
}
