//! Plain expressions against dsntk, an independent FEEL engine: both must say the same, or the difference is a known one.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use std::cell::{Cell, RefCell};

use dsntk_feel::FeelScope;
use dsntk_feel::values::Value as Other;
use ecoplan::{Expression, Value};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// How many random expressions are compared.
const EXPRESSIONS: u32 = 10_000;

fn number() -> impl Strategy<Value = String> {
    let digits = |n: i64, decimals: u32| ecoplan::Decimal::new(i128::from(n), decimals).map(|d| d.to_string());
    let positive = prop_oneof![
        3 => 0_i64..12,
        2 => prop::sample::select(vec![20_i64, 100, 255, 1000]),
        1 => 0_i64..1_000_000,
    ];
    (positive, 0_u32..4).prop_map(move |(n, decimals)| digits(n, decimals).unwrap_or_default())
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["\"a\"", "\"b\"", "\"\"", "\"水\""]).prop_map(str::to_owned)
}

fn day() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["date(\"2025-12-31\")", "date(\"2024-02-29\")", "@\"2020-01-01\"", "date(2021, 6, 30)"])
        .prop_map(str::to_owned)
}

fn order() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["<", "<=", ">", ">="])
}

fn equality() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["=", "!="])
}

/// A number that is never null: no division, no null.
fn plain() -> impl Strategy<Value = String> {
    number().prop_recursive(3, 8, 2, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4).prop_map(|items| items.join(", "));
        prop_oneof![
            4 => (inner.clone(), prop::sample::select(vec!["+", "-", "*"]), inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => inner.clone().prop_map(|a| format!("(-{a})")),
            1 => (prop::sample::select(vec!["floor", "ceiling", "abs"]), inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            1 => (inner.clone(), -1_i32..4).prop_map(|(a, n)| format!("decimal({a}, {n})")),
            2 => (prop::sample::select(vec!["min", "max", "sum", "count"]), list.clone()).prop_map(|(f, l)| format!("{f}([{l}])")),
            1 => (prop::sample::select(vec!["min", "max", "sum"]), list).prop_map(|(f, l)| format!("{f}({l})")),
        ]
    })
}

/// A number or null.
fn number_or_null() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![4 => plain(), 1 => Just("null".to_owned())];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let arithmetic = prop::sample::select(vec!["+", "-", "*", "/"]);
        prop_oneof![
            4 => (inner.clone(), arithmetic, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => inner.prop_map(|a| format!("abs({a})")),
        ]
    })
}

/// True, false or null.
fn condition() -> impl Strategy<Value = String> {
    let range = prop::sample::select(vec![("[", "]"), ("(", ")"), ("[", ")"), ("(", "]"), ("]", "[")]);
    let list = || prop::collection::vec(plain(), 0..4).prop_map(|items| format!("[{}]", items.join(", ")));
    let leaf = prop_oneof![
        2 => prop::sample::select(vec!["true", "false", "null"]).prop_map(str::to_owned),
        4 => (number_or_null(), order(), number_or_null()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (plain(), equality(), plain()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => (text(), prop_oneof![order(), equality()], text()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        1 => (day(), prop_oneof![order(), equality()], day()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
        2 => (number_or_null(), plain(), plain()).prop_map(|(a, b, c)| format!("({a} between {b} and {c})")),
        2 => (plain(), range, number(), number()).prop_map(|(a, (open, close), b, c)| format!("({a} in {open}{b}..{c}{close})")),
        1 => (plain(), order(), number(), order(), number()).prop_map(|(a, o, b, p, c)| format!("({a} in ({o} {b}, {p} {c}))")),
        1 => (plain(), list()).prop_map(|(a, b)| format!("({a} in {b})")),
        1 => (list(), plain()).prop_map(|(a, b)| format!("list contains({a}, {b})")),
        2 => (prop::sample::select(vec!["some", "every"]), list(), prop_oneof![order(), equality()], plain())
            .prop_map(|(q, l, op, a)| format!("({q} x in {l} satisfies x {op} {a})")),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let one = || inner.clone();
        prop_oneof![
            3 => (one(), one()).prop_map(|(a, b)| format!("({a} and {b})")),
            3 => (one(), one()).prop_map(|(a, b)| format!("({a} or {b})")),
            // Without parentheses: `and` binds tighter than `or`.
            1 => (one(), one(), one()).prop_map(|(a, b, c)| format!("({a} or {b} and {c})")),
            2 => one().prop_map(|a| format!("not({a})")),
            1 => (one(), one(), one()).prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
        ]
    })
}

/// Precedence without any parentheses.
fn sum_of_products() -> impl Strategy<Value = String> {
    let operators = prop::sample::select(vec!["+", "-", "*", "/"]);
    (number(), prop::collection::vec((operators, number()), 1..6))
        .prop_map(|(first, rest)| rest.into_iter().fold(first, |text, (op, number)| format!("{text} {op} {number}")))
}

fn expression() -> impl Strategy<Value = String> {
    prop_oneof![6 => condition(), 2 => number_or_null(), 1 => sum_of_products()]
}

fn ours(text: &str) -> String {
    let expression: Expression = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    match expression.evaluate_json("{}") {
        Ok(value) => ours_text(&value),
        Err(errors) => panic!("{text}: {errors}"),
    }
}

fn ours_text(value: &Value) -> String {
    match value {
        Value::List(items) => format!("[{}]", items.iter().map(ours_text).collect::<Vec<_>>().join(", ")),
        Value::Text(text) => format!("\"{text}\""),
        Value::Date(day) => day.to_string(),
        other => other.to_string(),
    }
}

fn theirs(text: &str) -> String {
    let scope = FeelScope::default();
    match dsntk_feel_parser::parse_expression(&scope, text, false) {
        Ok(node) => theirs_text(&dsntk_feel_evaluator::evaluate(&scope, &node)),
        Err(error) => format!("refused: {error}"),
    }
}

fn theirs_text(value: &Other) -> String {
    match value {
        Other::Null(_) => "null".to_owned(),
        Other::String(text) => format!("\"{text}\""),
        Other::List(items) => format!("[{}]", items.iter().map(theirs_text).collect::<Vec<_>>().join(", ")),
        Other::Number(number) => {
            number.to_string().parse::<ecoplan::Decimal>().map_or_else(|_| number.to_string(), |d| d.to_string())
        }
        other => other.to_string(),
    }
}

#[test]
fn says_what_dsntk_says() {
    let (compared, different) = (Cell::new(0_u32), RefCell::new(Vec::new()));
    let mut runner = TestRunner::new(Config { cases: EXPRESSIONS, failure_persistence: None, ..Config::default() });
    let result = runner.run(&expression(), |text| {
        let (ours, theirs) = (ours(&text), theirs(&text));
        compared.set(compared.get() + 1);
        if ours != theirs {
            different.borrow_mut().push(format!("{text}\n    ours   {ours}\n    theirs {theirs}"));
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(compared.get(), EXPRESSIONS);
    let mut different = different.into_inner();
    different.sort_by_key(String::len);
    assert!(different.is_empty(), "{} of {EXPRESSIONS} differ\n{}", different.len(), different.join("\n"));
}

/// Where the two differ, why, and that they still do: expression, ours, theirs.
const KNOWN: [(&str, &str, &str, &str); 7] = [
    ("null = 1", "false", "null", "DMN 1.5, table 42: null equals null only"),
    ("null != 1", "true", "null", "the same"),
    ("false in (= 0)", "null", "false", "a comparison of different kinds is null, in a test as elsewhere"),
    ("if 1 then 2 else 3", "3", "null", "DMN 1.5, table 57: what is not true takes the else branch"),
    ("max([1, null])", "null", "1", "null has no order, so there is no greatest"),
    ("round up(1, -1)", "10", "1", "rounding to tens"),
    ("round down(0, 3)", "0", "null", "zero has as many decimals as one likes"),
];

#[test]
fn known_differences_are_still_there() {
    for (text, expected, other, why) in KNOWN {
        assert_eq!(ours(text), expected, "{text}: {why}");
        assert_eq!(theirs(text), other, "{text}: dsntk changed; take it off the list");
    }
}
