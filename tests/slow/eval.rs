//! The value of a condition for what is known.

use super::expr::{Expr, Test};
use super::number::{self, Number, Rounding};
use super::value::{Names, Truth, Value};

/// How long a text may get, in bytes.
const MAX_TEXT: usize = 64 * 1024;

/// A name without a value is unknown.
pub(crate) fn value(expr: &Expr, names: &Names) -> Value {
    let go = |e: &Expr| value(e, names);
    let truth_of = |e: &Expr| truth(e, names);
    match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Name(name) => names.get(name).cloned().unwrap_or(Value::Unknown),
        Expr::Negate(a) => match go(a) {
            Value::Number(n) => Value::Number(-n),
            Value::Unknown => Value::Unknown,
            _ => Value::Null,
        },
        Expr::Arithmetic(op, a, b) => arithmetic(*op, go(a), go(b)),
        Expr::Compare(op, a, b) => compare(op, &go(a), &go(b)).into(),
        Expr::Between(of, low, high) => {
            let of = go(of);
            compare(">=", &of, &go(low)).and(compare("<=", &of, &go(high))).into()
        }
        Expr::In(of, tests) => {
            let of = go(of);
            tests.iter().map(|test| passes(&of, test, names)).fold(Truth::False, Truth::or).into()
        }
        Expr::And(a, b) => truth_of(a).and(truth_of(b)).into(),
        Expr::Or(a, b) => truth_of(a).or(truth_of(b)).into(),
        Expr::Not(a) => truth_of(a).not().into(),
        Expr::If(condition, then, otherwise) => match truth_of(condition) {
            Truth::True => go(then),
            Truth::Unknown if go(then) == go(otherwise) => go(then),
            Truth::Unknown => Value::Unknown,
            Truth::False | Truth::Null => go(otherwise),
        },
        Expr::Some(name, list, body) => members(&go(list), name, body, names, Truth::False, Truth::or),
        Expr::Every(name, list, body) => members(&go(list), name, body, names, Truth::True, Truth::and),
        Expr::Call(function, arguments) => call(function, arguments.iter().map(go).collect()),
        Expr::List(items) => Value::List(items.iter().map(go).collect()),
    }
}

pub(crate) fn truth(expr: &Expr, names: &Names) -> Truth {
    Truth::from(&value(expr, names))
}

fn members(
    list: &Value,
    name: &str,
    body: &Expr,
    names: &Names,
    start: Truth,
    join: impl Fn(Truth, Truth) -> Truth,
) -> Value {
    match list {
        Value::List(items) => items.iter().map(|item| truth(body, &bound(name, item, names))).fold(start, join).into(),
        Value::Unknown => Value::Unknown,
        _ => Value::Null,
    }
}

/// The names with a variable beside them.
pub(crate) fn bound(name: &str, value: &Value, names: &Names) -> Names {
    let mut names = names.clone();
    names.insert(name.to_owned(), value.clone());
    names
}

fn arithmetic(op: char, a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Value::Unknown,
        (Value::Number(a), Value::Number(b)) => held(match op {
            '+' => a + b,
            '-' => a - b,
            '*' => a * b,
            _ if b == number::read("0") => return Value::Null,
            _ => a / b,
        }),
        (Value::Text(a), Value::Text(b)) if op == '+' && a.len() + b.len() <= MAX_TEXT => Value::Text(a + &b),
        _ => Value::Null,
    }
}

fn held(exact: Number) -> Value {
    number::held(exact).map_or(Value::Null, Value::Number)
}

pub(crate) fn compare(op: &str, a: &Value, b: &Value) -> Truth {
    match op {
        "=" => equal(a, b),
        "!=" => equal(a, b).not(),
        "<" => below(a, b),
        ">" => below(b, a),
        "<=" => below(b, a).not(),
        ">=" => below(a, b).not(),
        _ => panic!("no comparison: {op}"),
    }
}

fn equal(a: &Value, b: &Value) -> Truth {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Truth::Unknown,
        (Value::Null, _) | (_, Value::Null) => Truth::from(a == b),
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            a.iter().zip(b).map(|(a, b)| equal(a, b)).fold(Truth::True, Truth::and)
        }
        (Value::List(_), Value::List(_)) => Truth::False,
        _ if std::mem::discriminant(a) == std::mem::discriminant(b) => Truth::from(a == b),
        // Values of different kinds are neither equal nor not.
        _ => Truth::Null,
    }
}

fn below(a: &Value, b: &Value) -> Truth {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Truth::Unknown,
        (Value::Number(a), Value::Number(b)) => Truth::from(a < b),
        (Value::Text(a), Value::Text(b)) | (Value::Date(a), Value::Date(b)) => Truth::from(a < b),
        _ => Truth::Null,
    }
}

fn passes(of: &Value, test: &Test, names: &Names) -> Truth {
    match test {
        Test::Compare(all) => {
            all.iter().map(|(op, bound)| compare(op, of, &value(bound, names))).fold(Truth::True, Truth::and)
        }
        Test::Value(e) => match value(e, names) {
            list @ Value::List(_) if matches!(of, Value::List(_)) => contains(&list, of).or(equal(of, &list)),
            list @ Value::List(_) => contains(&list, of),
            single => equal(of, &single),
        },
    }
}

/// Whether a list has a member, which may be of another kind than the others. A single value is a list of one.
fn contains(list: &Value, wanted: &Value) -> Truth {
    let one = |item: &Value| match equal(item, wanted) {
        Truth::Null => Truth::False,
        truth => truth,
    };
    match list {
        Value::List(items) => items.iter().map(one).fold(Truth::False, Truth::or),
        Value::Unknown => Truth::Unknown,
        Value::Null => Truth::Null,
        single => one(single),
    }
}

fn call(function: &str, arguments: Vec<Value>) -> Value {
    let items = match arguments.as_slice() {
        [Value::List(items)] => items.clone(),
        several => several.to_vec(),
    };
    match (function, arguments.as_slice()) {
        ("list contains", [list, wanted]) => contains(list, wanted).into(),
        ("count", [Value::List(items)]) => Value::Number(number::read(&items.len().to_string())),
        ("count", [Value::Unknown]) => Value::Unknown,
        ("count", [Value::Null]) => Value::Null,
        ("count", [_]) => Value::Number(number::read("1")),
        ("min" | "max" | "sum", _) if items.contains(&Value::Unknown) => Value::Unknown,
        ("min", _) => best(items, below),
        ("max", _) => best(items, |a, b| below(b, a)),
        ("sum", _) if items.iter().all(|item| matches!(item, Value::Number(_))) => {
            items.into_iter().reduce(|a, b| arithmetic('+', a, b)).unwrap_or(Value::Null)
        }
        ("sum", _) => Value::Null,
        (_, arguments) if arguments.contains(&Value::Unknown) => Value::Unknown,
        ("abs", [Value::Number(n)]) => Value::Number(num_traits::abs(n.clone())),
        (_, [Value::Number(n)]) => held(number::round(n, 0, rounding(function))),
        (_, [Value::Number(n), Value::Number(places)]) => match i64::try_from(places.to_integer()) {
            // The standard allows scales from -6111 to 6176.
            Ok(p) if places.is_integer() && (-6111..=6176).contains(&p) => {
                held(number::round(n, p, rounding(function)))
            }
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}

fn rounding(function: &str) -> Rounding {
    match function {
        "decimal" => Rounding::HalfEven,
        "round up" => Rounding::Up,
        "round down" => Rounding::Down,
        "round half up" => Rounding::HalfUp,
        "round half down" => Rounding::HalfDown,
        "floor" => Rounding::Floor,
        "ceiling" => Rounding::Ceiling,
        _ => panic!("no rounding: {function}"),
    }
}

/// The item that no other is better than; null where the items have no common order.
fn best(items: Vec<Value>, better: impl Fn(&Value, &Value) -> Truth) -> Value {
    let ordered = |item: &Value| items.first().is_some_and(|first| below(item, first) != Truth::Null);
    if !items.iter().all(ordered) {
        return Value::Null;
    }
    let stands = |item: &&Value| items.iter().all(|other| better(other, item) == Truth::False);
    items.iter().find(stands).cloned().unwrap_or(Value::Null)
}
