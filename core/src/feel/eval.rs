//! The value of a condition for known and unknown facts.
//!
//! `and`, `or` and `not` are Kleene's; every other operator on something unknown is unknown. Null, which only a
//! computation or the literal brings in, follows DMN 1.5.

use std::borrow::Cow;

use super::ast::{Arithmetic, Comparison, Expr, Function, Test};
use crate::decimal::Rounding;
use crate::{Decimal, Value};

/// The variables of `some` and `every`, innermost first.
#[derive(Clone, Copy)]
pub(crate) enum Locals<'a> {
    None,
    Bound(&'a Value, &'a Locals<'a>),
}

impl<'a> Locals<'a> {
    fn get(&self, depth: usize) -> &'a Value {
        match self {
            Locals::None => &Value::Null,
            Locals::Bound(value, _) if depth == 0 => value,
            Locals::Bound(_, outer) => outer.get(depth - 1),
        }
    }
}

/// The value of a yes/no condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    False,
    True,
    Unknown,
    /// Null, or something that is neither yes nor no.
    Null,
}

impl Truth {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(false) => Truth::False,
            Value::Bool(true) => Truth::True,
            Value::Unknown => Truth::Unknown,
            _ => Truth::Null,
        }
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Truth::False => Truth::True,
            Truth::True => Truth::False,
            same => same,
        }
    }

    /// The truth of `all` (or of `any`, with `deciding` true) of several: one deciding value settles it; else an unknown
    /// leaves it open; else a null makes it null.
    fn decide(values: impl Iterator<Item = Truth>, deciding: bool) -> Truth {
        let mut result = Truth::from(!deciding);
        for value in values {
            match (value, result) {
                (Truth::False | Truth::True, _) if value == Truth::from(deciding) => return value,
                (Truth::Unknown, _) => result = Truth::Unknown,
                (Truth::Null, Truth::False | Truth::True) => result = Truth::Null,
                _ => {}
            }
        }
        result
    }

    fn all(values: impl Iterator<Item = Truth>) -> Truth {
        Truth::decide(values, false)
    }

    fn any(values: impl Iterator<Item = Truth>) -> Truth {
        Truth::decide(values, true)
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

impl From<Truth> for Value {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::False => Value::Bool(false),
            Truth::True => Value::Bool(true),
            Truth::Unknown => Value::Unknown,
            Truth::Null => Value::Null,
        }
    }
}

/// The truth of a condition.
pub(crate) fn test(expr: &Expr, facts: &[Value], locals: &Locals<'_>) -> Truth {
    let go = |e: &Expr| test(e, facts, locals);
    match expr {
        Expr::Compare(op, a, b) => match (known(a, facts), known(b, facts)) {
            (Some(a), Some(b)) => compare(*op, a, b),
            _ => compare(*op, &value(a, facts, locals), &value(b, facts, locals)),
        },
        Expr::Fact(_) | Expr::Literal(_) => known(expr, facts).map_or(Truth::Null, Truth::of),
        Expr::And(items) => Truth::all(items.iter().map(go)),
        Expr::Or(items) => Truth::any(items.iter().map(go)),
        Expr::Not(a) => go(a).not(),
        Expr::Between { value: of, low, high } => {
            let of = value(of, facts, locals);
            let above = compare(Comparison::GreaterOrEqual, &of, &value(low, facts, locals));
            let below = compare(Comparison::LessOrEqual, &of, &value(high, facts, locals));
            Truth::all([above, below].into_iter())
        }
        Expr::In { value: of, tests } => {
            let of = value(of, facts, locals);
            Truth::any(tests.iter().map(|test| passes(test, &of, &|e| eval(e, facts, locals))))
        }
        Expr::Quantified { every, list, body, .. } => {
            let list = value(list, facts, locals);
            let items = match &*list {
                Value::List(items) => items,
                other => return if *other == Value::Unknown { Truth::Unknown } else { Truth::Null },
            };
            let results = items.iter().map(|item| test(body, facts, &Locals::Bound(item, locals)));
            if *every { Truth::all(results) } else { Truth::any(results) }
        }
        Expr::Call(Function::ListContains, arguments) => match arguments.as_slice() {
            [list, wanted] => match &*value(list, facts, locals) {
                Value::List(items) => contains(items, &value(wanted, facts, locals)),
                Value::Unknown => Truth::Unknown,
                Value::Null => Truth::Null,
                // The standard takes a single value for a list of one.
                single => contains(std::slice::from_ref(single), &value(wanted, facts, locals)),
            },
            _ => Truth::Null,
        },
        _ => Truth::of(&value(expr, facts, locals)),
    }
}

/// The value of what needs no computing: a fact or a literal.
fn known<'v>(expr: &'v Expr, facts: &'v [Value]) -> Option<&'v Value> {
    match expr {
        Expr::Literal(value) => Some(value),
        Expr::Fact(slot) => Some(facts.get(*slot).unwrap_or(&Value::Unknown)),
        _ => None,
    }
}

/// The value of any expression.
pub(crate) fn eval(expr: &Expr, facts: &[Value], locals: &Locals<'_>) -> Value {
    value(expr, facts, locals).into_owned()
}

/// The value of any expression; facts and literals are borrowed.
fn value<'v>(expr: &'v Expr, facts: &'v [Value], locals: &Locals<'v>) -> Cow<'v, Value> {
    if let Some(value) = known(expr, facts) {
        return Cow::Borrowed(value);
    }
    let go = |e: &'v Expr| value(e, facts, locals);
    Cow::Owned(match expr {
        Expr::Local(depth) => return Cow::Borrowed(locals.get(*depth)),
        Expr::Negate(a) => match &*go(a) {
            Value::Number(n) => Value::Number(-*n),
            Value::Unknown => Value::Unknown,
            _ => Value::Null,
        },
        Expr::Arithmetic(op, a, b) => arithmetic(*op, &go(a), &go(b)),
        Expr::If { condition, then, otherwise } => match test(condition, facts, locals) {
            Truth::True => return go(then),
            Truth::Unknown => {
                let (then, otherwise) = (go(then), go(otherwise));
                return if then == otherwise { then } else { Cow::Owned(Value::Unknown) };
            }
            Truth::False | Truth::Null => return go(otherwise),
        },
        Expr::Call(function, arguments) if *function != Function::ListContains => {
            call(*function, &arguments.iter().map(|e| go(e).into_owned()).collect::<Vec<_>>())
        }
        Expr::List(items) => Value::List(items.iter().map(|e| go(e).into_owned()).collect()),
        condition => test(condition, facts, locals).into(),
    })
}

fn passes(test: &Test, value: &Value, go: &dyn Fn(&Expr) -> Value) -> Truth {
    let Test::Value(expr) = test else {
        return Truth::all(test.comparisons().into_iter().map(|(op, bound)| compare(op, value, &go(bound))));
    };
    match (go(expr), value) {
        (Value::List(items), Value::List(_)) => {
            let equal = compare(Comparison::Equal, value, &Value::List(items.clone()));
            Truth::any([contains(&items, value), equal].into_iter())
        }
        (Value::List(items), _) => contains(&items, value),
        (single, _) => compare(Comparison::Equal, value, &single),
    }
}

/// Compares two values; values of different kinds have no order and no equality.
fn compare(op: Comparison, a: &Value, b: &Value) -> Truth {
    use std::cmp::Ordering;
    let order = match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Unknown, _) | (_, Value::Unknown) => return Truth::Unknown,
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        _ if op.is_order() => return Truth::Null,
        (Value::Null, Value::Null) => Ordering::Equal,
        // In FEEL `null = 5` is false, not null.
        (Value::Null, _) | (_, Value::Null) => Ordering::Less,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => {
            let equal = if a.len() == b.len() {
                Truth::all(a.iter().zip(b.iter()).map(|(a, b)| compare(Comparison::Equal, a, b)))
            } else {
                Truth::False
            };
            return if op == Comparison::Equal { equal } else { equal.not() };
        }
        _ => return Truth::Null,
    };
    Truth::from(match op {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    })
}

/// How long a text may get, in bytes; a longer one is null.
pub(super) const MAX_TEXT: usize = 64 * 1024;

fn arithmetic(op: Arithmetic, a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Value::Unknown,
        (Value::Number(a), Value::Number(b)) => match op {
            Arithmetic::Add => a.checked_add(*b),
            Arithmetic::Subtract => a.checked_sub(*b),
            Arithmetic::Multiply => a.checked_mul(*b),
            Arithmetic::Divide => a.checked_div(*b),
        }
        .into(),
        // Joined again and again, a text would outgrow the memory.
        (Value::Text(a), Value::Text(b)) if op == Arithmetic::Add && a.len() + b.len() <= MAX_TEXT => {
            Value::Text(format!("{a}{b}").into())
        }
        _ => Value::Null,
    }
}

fn contains(items: &[Value], wanted: &Value) -> Truth {
    Truth::any(items.iter().map(|item| match compare(Comparison::Equal, item, wanted) {
        // A member of another kind is merely not the one looked for.
        Truth::Null => Truth::False,
        equal => equal,
    }))
}

fn call(function: Function, arguments: &[Value]) -> Value {
    match (function, arguments) {
        (Function::Min, [Value::List(items)]) => extreme(items, Comparison::Less),
        (Function::Max, [Value::List(items)]) => extreme(items, Comparison::Greater),
        (Function::Sum, [Value::List(items)]) => sum(items),
        (Function::Min, items) => extreme(items, Comparison::Less),
        (Function::Max, items) => extreme(items, Comparison::Greater),
        (Function::Sum, items) => sum(items),
        (Function::Count, [Value::List(items)]) => {
            i64::try_from(items.len()).map_or(Value::Null, |n| Value::Number(Decimal::from(n)))
        }
        // The standard takes a single value for a list of one.
        (Function::Count, [single]) if single.is_known() => Value::Number(Decimal::from(1)),
        (_, arguments) if arguments.contains(&Value::Unknown) => Value::Unknown,
        (Function::Abs, [Value::Number(n)]) => Value::Number(n.abs()),
        (Function::Floor, [Value::Number(n)]) => n.round(0, Rounding::Floor).into(),
        (Function::Ceiling, [Value::Number(n)]) => n.round(0, Rounding::Ceiling).into(),
        (_, [Value::Number(n), Value::Number(places)]) => match rounding(function) {
            Some(rounding) => round(*n, *places, rounding).into(),
            None => Value::Null,
        },
        _ => Value::Null,
    }
}

/// How a function rounds, where it does.
pub(super) fn rounding(function: Function) -> Option<Rounding> {
    match function {
        Function::Decimal => Some(Rounding::HalfEven),
        Function::RoundUp => Some(Rounding::Up),
        Function::RoundDown => Some(Rounding::Down),
        Function::RoundHalfUp => Some(Rounding::HalfUp),
        Function::RoundHalfDown => Some(Rounding::HalfDown),
        Function::Floor => Some(Rounding::Floor),
        Function::Ceiling => Some(Rounding::Ceiling),
        _ => None,
    }
}

/// The standard allows scales from −6111 to 6176.
fn round(number: Decimal, places: Decimal, rounding: Rounding) -> Option<Decimal> {
    let places = places.to_i64().filter(|p| (-6111..=6176).contains(p))?;
    number.round(i32::try_from(places).ok()?, rounding)
}

fn extreme(items: &[Value], better: Comparison) -> Value {
    let mut best: Option<&Value> = None;
    if items.contains(&Value::Unknown) {
        return Value::Unknown;
    }
    for item in items {
        match best.map(|b| compare(better, item, b)) {
            None if matches!(item, Value::Number(_) | Value::Text(_) | Value::Date(_)) => best = Some(item),
            Some(Truth::True) => best = Some(item),
            Some(Truth::False) => {}
            _ => return Value::Null,
        }
    }
    best.cloned().unwrap_or(Value::Null)
}

fn sum(items: &[Value]) -> Value {
    let mut total = None;
    if items.contains(&Value::Unknown) {
        return Value::Unknown;
    }
    for item in items {
        total = match (total, item) {
            (None, Value::Number(n)) => Some(*n),
            (Some(total), Value::Number(n)) => match Decimal::checked_add(total, *n) {
                Some(total) => Some(total),
                None => return Value::Null,
            },
            _ => return Value::Null,
        };
    }
    total.into()
}
