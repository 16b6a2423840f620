//! What a condition could still become once certain facts are known.
//!
//! Judged node by node: comparisons over facts that will be known may come out either way, independently of each
//! other. So the outlook never omits what can happen, and may keep what only a correlation between facts excludes.

use super::ast::{Arithmetic, Expr, Function};
use super::eval::{Locals, Truth, eval, rounding};
use crate::{Decimal, Rounding, Value};

/// How many digits a number can have.
const HELD: u32 = 34;

/// The values a condition can take. For a number, `yes` and `no` together mean: some known value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Outlook {
    pub(crate) yes: bool,
    pub(crate) no: bool,
    pub(crate) unknown: bool,
    pub(crate) null: bool,
}

impl Outlook {
    /// A fact that will be known, or a comparison of such facts.
    pub(crate) const EITHER: Outlook = Outlook { yes: true, no: true, unknown: false, null: false };

    fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) | Value::Unknown | Value::Null => Truth::of(value).into(),
            // A list may have unknown members.
            Value::List(items) => Outlook { unknown: items.contains(&Value::Unknown), ..Outlook::EITHER },
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

impl From<Truth> for Outlook {
    fn from(truth: Truth) -> Self {
        let nothing = Outlook::default();
        match truth {
            Truth::True => Outlook { yes: true, ..nothing },
            Truth::False => Outlook { no: true, ..nothing },
            Truth::Unknown => Outlook { unknown: true, ..nothing },
            Truth::Null => Outlook { null: true, ..nothing },
        }
    }
}

/// The outlook once the facts that `will_be_known` names are given, the other facts staying as they are.
pub(crate) fn outlook(
    expr: &Expr,
    facts: &[Value],
    locals: &Locals<'_>,
    will_be_known: &dyn Fn(usize) -> bool,
) -> Outlook {
    // What is decided stays decided.
    let now = eval(expr, facts, locals);
    let decided = !matches!(now, Value::Unknown | Value::List(_));
    if decided || !expr.mentions(will_be_known) {
        return Outlook::of(&now);
    }
    let go = |e: &Expr| outlook(e, facts, locals, will_be_known);
    match expr {
        Expr::And(items) => items.iter().map(go).fold(Truth::True.into(), Outlook::and),
        Expr::Or(items) => items.iter().map(go).fold(Truth::False.into(), Outlook::or),
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
        Expr::Quantified { every, list, body, .. } => {
            let items = match eval(list, facts, locals) {
                Value::List(items) if !list.mentions(will_be_known) => items,
                _ => {
                    let members = some_list(go(list), body, facts, will_be_known);
                    return Outlook { null: members.null || expr.may_fail(), ..members };
                }
            };
            let each = items.iter().map(|item| outlook(body, facts, &Locals::Bound(item, locals), will_be_known));
            if *every {
                each.fold(Truth::True.into(), Outlook::and)
            } else {
                each.fold(Truth::False.into(), Outlook::or)
            }
        }
        _ => operator(expr, &go),
    }
}

/// A quantifier over members that are not known yet: either way, and open where the body has other unknowns.
fn some_list(list: Outlook, body: &Expr, facts: &[Value], will_be_known: &dyn Fn(usize) -> bool) -> Outlook {
    let stays_unknown = |slot: usize| !will_be_known(slot) && facts.get(slot).is_none_or(|v| *v == Value::Unknown);
    Outlook { unknown: list.unknown || body.mentions(&stays_unknown), null: list.null, ..Outlook::EITHER }
}

/// Any operator that is not boolean algebra: with known operands it may come out either way.
fn operator(expr: &Expr, go: &dyn Fn(&Expr) -> Outlook) -> Outlook {
    let operands = expr.children().into_iter().map(go).fold(Outlook::default(), Outlook::or_else);
    Outlook { unknown: operands.unknown, null: operands.null || expr.may_fail(), ..Outlook::EITHER }
}

impl Expr {
    /// Whether known operands can give null: a divisor may be zero, a number too large, a scale no whole number.
    pub(crate) fn may_fail(&self) -> bool {
        let not_zero = |e: &Expr| matches!(e, Expr::Literal(Value::Number(n)) if *n != Decimal::ZERO);
        let may_divide = |e: &Expr| matches!(e, Expr::Arithmetic(Arithmetic::Divide, _, by) if !not_zero(by));
        self.may_outgrow() || self.any(&may_divide)
    }

    /// Whether known operands can give null for another reason than a division by zero.
    pub(crate) fn may_outgrow(&self) -> bool {
        self.digits(&mut Vec::new()).is_none()
    }

    /// How many digits before the point the numbers in a value can have, divided by zero or not; none where computing it
    /// may fail otherwise. `locals` are the digits of the variables in scope.
    fn digits(&self, locals: &mut Vec<u32>) -> Option<u32> {
        let held = |digits: u32| Some(digits).filter(|d| *d <= HELD);
        match self {
            Expr::Literal(Value::Number(n)) => u32::try_from(n.abs().round(0, Rounding::Floor)?.to_string().len()).ok(),
            Expr::Literal(_) => Some(0),
            Expr::Fact(_) => Some(15),
            // Of a variable bound further out nothing is known, but that it is held.
            Expr::Local(depth) => Some(locals.iter().rev().nth(*depth).copied().unwrap_or(HELD)),
            Expr::Quantified { list, body, .. } => {
                let members = list.digits(locals)?;
                locals.push(members);
                let body = body.digits(locals);
                locals.pop();
                body
            }
            Expr::Arithmetic(Arithmetic::Multiply, a, b) => held(a.digits(locals)? + b.digits(locals)?),
            // What is not zero is at least 1 in the last decimal.
            Expr::Arithmetic(Arithmetic::Divide, a, b) => held(a.digits(locals)? + b.decimals()?),
            Expr::Call(function, arguments) => {
                let most = self.most_digits(locals)?;
                match (function, arguments.as_slice()) {
                    // Rounding may carry into one more digit; to tens or more, it makes a small number large.
                    (_, [_, Expr::Literal(Value::Number(places))]) if rounding(*function).is_some() => {
                        held(most.max(u32::try_from((-*places).to_i64()?).unwrap_or(0)) + 1)
                    }
                    (_, [_, _]) if rounding(*function).is_some() => None,
                    (Function::Floor | Function::Ceiling, _) => held(most + 1),
                    // Of nothing there is no sum, least or greatest.
                    (Function::Sum | Function::Min | Function::Max, [list])
                        if list.any(&|e| e.members() == Some(0)) =>
                    {
                        None
                    }
                    (Function::Sum, [list]) => held(most + list.members().unwrap_or(1).ilog10() + 1),
                    (Function::Sum, items) => held(most + items.len().ilog10() + 1),
                    _ => Some(most),
                }
            }
            Expr::Arithmetic(..) => held(self.most_digits(locals)? + 1),
            _ => self.most_digits(locals),
        }
    }

    /// How many decimals a number has at most, where it is a fact, a literal, or such added and multiplied.
    fn decimals(&self) -> Option<u32> {
        match self {
            Expr::Literal(Value::Number(n)) => Some(n.decimals()),
            Expr::Fact(_) => Some(19),
            Expr::Negate(a) => a.decimals(),
            Expr::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, a, b) => Some(a.decimals()?.max(b.decimals()?)),
            Expr::Arithmetic(Arithmetic::Multiply, a, b) => Some(a.decimals()? + b.decimals()?),
            _ => None,
        }
    }

    fn most_digits(&self, locals: &mut Vec<u32>) -> Option<u32> {
        self.children().into_iter().try_fold(0, |most, child| Some(child.digits(locals)?.max(most)))
    }

    /// How many members a written list has.
    fn members(&self) -> Option<usize> {
        match self {
            Expr::List(items) => Some(items.len()),
            _ => None,
        }
    }
}
