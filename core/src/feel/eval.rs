//! The value of a condition for known and unknown facts.
//!
//! `and`, `or` and `not` are Kleene's; every other operator on something unknown is unknown. Null, which only a
//! computation or the literal brings in, follows DMN 1.5.

use super::ast::{Arithmetic, Comparison, Expr, Function, Test};
use crate::decimal::Rounding;
use crate::{Decimal, Value};

/// The variables of `some` and `every`, innermost first.
#[derive(Clone, Copy)]
pub(crate) enum Locals<'a> {
    None,
    Bound(&'a Value, &'a Locals<'a>),
}

impl Locals<'_> {
    pub(super) fn get(&self, depth: usize) -> Value {
        match self {
            Locals::None => Value::Null,
            Locals::Bound(value, _) if depth == 0 => (*value).clone(),
            Locals::Bound(_, outer) => outer.get(depth - 1),
        }
    }
}

pub(crate) fn eval(expr: &Expr, facts: &[Value], locals: &Locals<'_>) -> Value {
    let go = |e: &Expr| eval(e, facts, locals);
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Fact(slot) => facts.get(*slot).cloned().unwrap_or(Value::Unknown),
        Expr::Local(depth) => locals.get(*depth),
        Expr::Negate(a) => match go(a) {
            Value::Number(n) => Value::Number(-n),
            Value::Unknown => Value::Unknown,
            _ => Value::Null,
        },
        Expr::Arithmetic(op, a, b) => arithmetic(*op, &go(a), &go(b)),
        Expr::Compare(op, a, b) => compare(*op, &go(a), &go(b)),
        Expr::Between { value, low, high } => {
            let value = go(value);
            let above = compare(Comparison::GreaterOrEqual, &value, &go(low));
            let below = compare(Comparison::LessOrEqual, &value, &go(high));
            conjunction([above, below].into_iter())
        }
        Expr::In { value, tests } => {
            let value = go(value);
            disjunction(tests.iter().map(|test| passes(test, &value, &go)))
        }
        Expr::And(items) => conjunction(items.iter().map(go)),
        Expr::Or(items) => disjunction(items.iter().map(go)),
        Expr::Not(a) => negate(go(a)),
        Expr::If { condition, then, otherwise } => match go(condition) {
            Value::Bool(true) => go(then),
            Value::Unknown => {
                let (then, otherwise) = (go(then), go(otherwise));
                if then == otherwise { then } else { Value::Unknown }
            }
            _ => go(otherwise),
        },
        Expr::Quantified { every, list, body, .. } => {
            let items = match go(list) {
                Value::List(items) => items,
                Value::Unknown => return Value::Unknown,
                _ => return Value::Null,
            };
            let results = items.iter().map(|item| eval(body, facts, &Locals::Bound(item, locals)));
            if *every { conjunction(results) } else { disjunction(results) }
        }
        Expr::Call(function, arguments) => call(*function, &arguments.iter().map(go).collect::<Vec<_>>()),
        Expr::List(items) => Value::List(items.iter().map(go).collect()),
    }
}

fn passes(test: &Test, value: &Value, go: &dyn Fn(&Expr) -> Value) -> Value {
    let Test::Value(expr) = test else {
        return conjunction(test.comparisons().into_iter().map(|(op, bound)| compare(op, value, &go(bound))));
    };
    match (go(expr), value) {
        (Value::List(items), Value::List(_)) => {
            let equal = compare(Comparison::Equal, value, &Value::List(items.clone()));
            disjunction([contains(&items, value), equal].into_iter())
        }
        (Value::List(items), _) => contains(&items, value),
        (single, _) => compare(Comparison::Equal, value, &single),
    }
}

/// Compares two values; values of different kinds have no order and no equality.
fn compare(op: Comparison, a: &Value, b: &Value) -> Value {
    use std::cmp::Ordering;
    let order = match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        _ if op.is_order() => return Value::Null,
        (Value::Null, Value::Null) => Ordering::Equal,
        // In FEEL `null = 5` is false, not null.
        (Value::Null, _) | (_, Value::Null) => Ordering::Less,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => {
            let equal = if a.len() == b.len() {
                conjunction(a.iter().zip(b.iter()).map(|(a, b)| compare(Comparison::Equal, a, b)))
            } else {
                Value::Bool(false)
            };
            return if op == Comparison::Equal { equal } else { negate(equal) };
        }
        _ => return Value::Null,
    };
    Value::Bool(match op {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    })
}

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
        (Value::Text(a), Value::Text(b)) if op == Arithmetic::Add => Value::Text(format!("{a}{b}").into()),
        _ => Value::Null,
    }
}

fn negate(value: Value) -> Value {
    match value {
        Value::Bool(b) => Value::Bool(!b),
        Value::Unknown => Value::Unknown,
        _ => Value::Null,
    }
}

fn conjunction(values: impl Iterator<Item = Value>) -> Value {
    decide(values, false)
}

fn disjunction(values: impl Iterator<Item = Value>) -> Value {
    decide(values, true)
}

/// One `deciding` value settles it; else an unknown leaves it open; else a null makes it null.
fn decide(values: impl Iterator<Item = Value>, deciding: bool) -> Value {
    let mut result = Value::Bool(!deciding);
    for value in values {
        match value {
            Value::Bool(b) if b == deciding => return Value::Bool(deciding),
            Value::Bool(_) => {}
            Value::Unknown => result = Value::Unknown,
            _ if result == Value::Unknown => {}
            _ => result = Value::Null,
        }
    }
    result
}

fn contains(items: &[Value], wanted: &Value) -> Value {
    disjunction(items.iter().map(|item| match compare(Comparison::Equal, item, wanted) {
        // A member of another kind is merely not the one looked for.
        Value::Null => Value::Bool(false),
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
        (Function::ListContains, [Value::List(items), wanted]) => contains(items, wanted),
        // The standard takes a single value for a list of one.
        (Function::Count, [single]) if single.is_known() => Value::Number(Decimal::from(1)),
        (Function::ListContains, [single, wanted]) if single.is_known() => {
            contains(std::slice::from_ref(single), wanted)
        }
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

fn rounding(function: Function) -> Option<Rounding> {
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
            Some(Value::Bool(true)) => best = Some(item),
            Some(Value::Bool(false)) => {}
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
