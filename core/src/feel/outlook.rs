//! What a condition could still become once certain facts are known.
//!
//! Judged node by node: comparisons over facts that will be known may come out either way, independently of each
//! other. So the outlook never omits what can happen, and may keep what only a correlation between facts excludes.

use super::ast::{Arithmetic, Expr};
use super::eval::{Locals, eval};
use crate::Value;

/// The values a condition can take. For a number, `yes` and `no` together mean: some known value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Outlook {
    pub(crate) yes: bool,
    pub(crate) no: bool,
    pub(crate) unknown: bool,
    pub(crate) null: bool,
}

impl Outlook {
    const EITHER: Outlook = Outlook { yes: true, no: true, unknown: false, null: false };

    pub(crate) fn of(value: &Value) -> Self {
        let nothing = Outlook::default();
        match value {
            Value::Bool(true) => Outlook { yes: true, ..nothing },
            Value::Bool(false) => Outlook { no: true, ..nothing },
            Value::Unknown => Outlook { unknown: true, ..nothing },
            Value::Null => Outlook { null: true, ..nothing },
            _ => Outlook::EITHER,
        }
    }

    fn or_else(self, other: Self) -> Self {
        Outlook {
            yes: self.yes || other.yes,
            no: self.no || other.no,
            unknown: self.unknown || other.unknown,
            null: self.null || other.null,
        }
    }

    fn not(self) -> Self {
        Outlook { yes: self.no, no: self.yes, ..self }
    }

    /// What `and` can give where this and the other come independently.
    fn and(self, other: Self) -> Self {
        let open = |o: Self| o.yes || o.unknown || o.null;
        let null = |o: Self| o.yes || o.null;
        Outlook {
            yes: self.yes && other.yes,
            no: self.no || other.no,
            unknown: (self.unknown && open(other)) || (other.unknown && open(self)),
            null: (self.null && null(other)) || (other.null && null(self)),
        }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

/// The outlook once the facts that `will_be_known` names are given, the other facts staying as they are.
pub(crate) fn outlook(
    expr: &Expr,
    facts: &[Value],
    locals: &Locals<'_>,
    will_be_known: &dyn Fn(usize) -> bool,
) -> Outlook {
    if !expr.mentions(will_be_known) {
        return Outlook::of(&eval(expr, facts, locals));
    }
    let go = |e: &Expr| outlook(e, facts, locals, will_be_known);
    match expr {
        Expr::And(items) => items.iter().map(go).fold(Outlook::of(&Value::Bool(true)), Outlook::and),
        Expr::Or(items) => items.iter().map(go).fold(Outlook::of(&Value::Bool(false)), Outlook::or),
        Expr::Not(a) => go(a).not(),
        Expr::If { condition, then, otherwise } => {
            let condition = go(condition);
            let mut result = Outlook::default();
            if condition.yes || condition.unknown {
                result = result.or_else(go(then));
            }
            if condition.no || condition.null || condition.unknown {
                result = result.or_else(go(otherwise));
            }
            Outlook { unknown: result.unknown || condition.unknown, ..result }
        }
        Expr::Quantified { every, list, body, .. } if !list.mentions(will_be_known) => {
            match eval(list, facts, locals) {
                Value::List(items) => {
                    let each =
                        items.iter().map(|item| outlook(body, facts, &Locals::Bound(item, locals), will_be_known));
                    if *every {
                        each.fold(Outlook::of(&Value::Bool(true)), Outlook::and)
                    } else {
                        each.fold(Outlook::of(&Value::Bool(false)), Outlook::or)
                    }
                }
                Value::Unknown => Outlook::of(&Value::Unknown),
                _ => Outlook::of(&Value::Null),
            }
        }
        _ => operator(expr, &go),
    }
}

/// Any operator that is not boolean algebra: with known operands it may come out either way.
fn operator(expr: &Expr, go: &dyn Fn(&Expr) -> Outlook) -> Outlook {
    let operands = expr.children().into_iter().map(go).fold(Outlook::default(), Outlook::or_else);
    // A divisor that is not known yet may turn out to be zero.
    let divides = match expr {
        Expr::Arithmetic(Arithmetic::Divide, _, divisor) => !matches!(**divisor, Expr::Literal(_)),
        _ => false,
    };
    Outlook { unknown: operands.unknown, null: operands.null || divides, ..Outlook::EITHER }
}
