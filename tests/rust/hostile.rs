//! Text, plans and conditions meant to do harm, or too large.

use std::collections::BTreeMap;

use ecoplan::{Decimal, Expression, Plan, Value};
use serde::Serialize;
use serde_json::json;

use crate::common::{lianzhou, one_rule};

#[test]
fn hostile_text_is_refused_with_its_place() {
    let plan = lianzhou();
    let code = |json: &[u8]| {
        let errors = plan.evaluate_json("project", json).unwrap_err();
        let error = errors.iter().next().unwrap();
        (error.code(), error.path().to_owned())
    };
    let at = |code| (code, "facts".to_owned());
    let deep = [b"{\"stage\":".as_slice(), &[b'['; 100_000]].concat();
    assert_eq!(code(&deep), at("too-deep"));
    assert_eq!(code(&vec![b' '; 2_000_000]), at("too-large"));
    assert_eq!(code(b"{\"stage\": \"\xff\"}"), at("not-utf8"));
    let rules = plan.rules().iter().filter(|rule| rule.subject == "project").count();
    assert_eq!(plan.evaluate_json("project", "\u{feff}{}").unwrap().headline().counts.undetermined, rules);
    let parens = "(".repeat(100_000);
    assert_eq!(parens.parse::<Expression>().unwrap_err().iter().next().unwrap().code(), "too-large");
    let parens = "(".repeat(10_000);
    assert_eq!(parens.parse::<Expression>().unwrap_err().iter().next().unwrap().code(), "too-deep");
    let nots = "not(".repeat(10_000);
    assert_eq!(nots.parse::<Expression>().unwrap_err().iter().next().unwrap().code(), "too-deep");
    let minuses = "-".repeat(10_000) + "1";
    assert_eq!(minuses.parse::<Expression>().unwrap_err().iter().next().unwrap().code(), "too-deep");
}

#[test]
fn what_is_accepted_can_be_read_again_as_it_is_printed() {
    // Each minus but the first is printed with parentheses, which nest.
    for (levels, signs, accepted) in
        [(0, 64, true), (0, 65, false), (21, 3, true), (22, 3, false), (31, 2, true), (32, 2, false)]
    {
        let minuses = "-".repeat(signs);
        let text = match levels {
            0 => format!("{minuses}x"),
            _ => format!("{}x{}", format!("[{minuses}").repeat(levels), "]".repeat(levels)),
        };
        match text.parse::<Expression>() {
            Ok(expression) => {
                assert!(accepted, "{levels} {signs}");
                assert_eq!(expression.to_string().parse::<Expression>(), Ok(expression), "{levels} {signs}");
            }
            Err(errors) => {
                assert_eq!((errors.iter().next().unwrap().code(), accepted), ("too-deep", false), "{levels} {signs}");
            }
        }
    }
}

#[test]
fn numbers_are_exact_or_refused() {
    let long = format!("0.{}1e100011", "0".repeat(100_010));
    assert_eq!(long.parse::<Decimal>().map(|d| d.to_string()), Ok("1".to_owned()));
    let plan = one_rule("target", "requires = 'x >= 5'").unwrap();
    for text in ["1000000000000000", "0.00000000000000000001"] {
        let errors = plan.evaluate_json("s", format!(r#"{{"x": {text}}}"#)).unwrap_err();
        assert_eq!(errors.iter().next().unwrap().code(), "too-many-digits", "{text}");
    }
    assert_eq!(Decimal::new(0, u32::MAX), Some(Decimal::ZERO));
    let chain = "1".to_owned() + &"+1".repeat(8000);
    assert_eq!(chain.parse::<Expression>().unwrap_err().iter().next().unwrap().code(), "too-deep");
    let signs = "-".repeat(64) + "(";
    let nested = signs.repeat(62) + "a" + &")".repeat(62);
    assert_eq!(nested.parse::<Expression>().unwrap_err().iter().next().unwrap().code(), "too-deep");
    let wide = "a".to_owned() + &" and a".repeat(5000);
    assert_eq!(wide.parse::<Expression>().unwrap().evaluate_json("{}").unwrap(), Value::Unknown);
}

#[test]
fn deep_rust_values_are_refused_too() {
    #[derive(Serialize)]
    struct Deep(Vec<Deep>);
    let mut deep = Deep(Vec::new());
    for _ in 0..5000 {
        deep = Deep(vec![deep]);
    }
    let errors = lianzhou().evaluate("city", &BTreeMap::from([("good_days_pct", &deep)])).unwrap_err();
    assert_eq!(errors.iter().next().unwrap().code(), "too-deep");
    // Unbuilt level by level: dropping it recursively would overflow the stack of this thread.
    while let Some(inner) = deep.0.pop() {
        deep = inner;
    }
}

#[test]
fn a_large_plan_file_is_read_in_good_time() {
    let note = "notes = [{ zh = \"x\", en = \"x\" }]\n".to_owned();
    let rules: String = (0..3000)
        .map(|i| {
            format!(
                "[[rule]]\nid = \"r{i}\"\nsubject = \"plant\"\nkind = \"obligation\"\ntitle = {{ zh = \"t\", en = \"t\" }}\nrequires = 'load_mg_l > {i}'\n\
                 strength = {{ class = \"mandatory\", verb = \"v\" }}\naddressee = {{ zh = \"a\", en = \"a\" }}\n\
                 cite = {{ chapter = 1, section = 1, anchor = \"x\" }}\nsays = {{ zh = \"s\", en = \"s\" }}\n{note}"
            )
        })
        .collect();
    let plan = Plan::from_toml(&(crate::plans::SMALL.to_owned() + &rules)).unwrap();
    let report = plan.evaluate_json("plant", r#"{"load_mg_l": 100.5}"#).unwrap();
    assert_eq!(report.headline().counts.satisfied, 101);
}

#[test]
fn what_takes_too_long_is_refused() {
    let list = format!("[{}]", (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(", "));
    let nested =
        format!("some a in {list} satisfies some b in {list} satisfies some c in {list} satisfies a + b + c < 0");
    let expression: Expression = nested.parse().unwrap();
    let code = |errors: ecoplan::Errors| errors.iter().next().unwrap().code();
    assert_eq!(code(expression.evaluate_json("{}").unwrap_err()), "too-costly");
    let over: Expression =
        "some a in s satisfies some b in s satisfies some c in s satisfies a + b + c < 0".parse().unwrap();
    assert_eq!(over.evaluate_json(r#"{"s": [1, 2, 3]}"#).unwrap(), Value::Bool(false));
    let long = format!(r#"{{"s": [{}]}}"#, vec!["1"; 1000].join(", "));
    assert_eq!(code(over.evaluate_json(long).unwrap_err()), "too-costly");
    let within = format!(r#"{{"s": [[{}]]}}"#, vec!["1"; 1000].join(", "));
    assert_eq!(code(over.evaluate_json(within).unwrap_err()), "too-costly", "what is within a list counts too");
    let equal: Expression = "some a in s satisfies some b in s satisfies a = b".parse().unwrap();
    let of_texts = |longest: usize| {
        let texts: Vec<String> = (0..200).map(|n| n.to_string()).chain(["x".repeat(longest)]).collect();
        equal.evaluate(&json!({ "s": texts }))
    };
    assert_eq!(of_texts(1).unwrap(), Value::Bool(true));
    assert_eq!(code(of_texts(60_000).unwrap_err()), "too-costly", "long texts are compared in many steps");
    let rule = format!("requires = 'some a in {list} satisfies some b in {list} satisfies x > a + b'");
    assert_eq!(code(one_rule("obligation", &rule).unwrap_err()), "too-costly");
    let many: String = (0..5001).map(|i| format!("[[fact]]\nsubject = \"plant\"\nname = \"f{i}\"\nkind = \"yes_no\"\nsource = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n")).collect();
    assert_eq!(code(Plan::from_toml(&(crate::plans::SMALL.to_owned() + &many)).unwrap_err()), "too-many");
}

#[test]
fn hostile_conditions_end_soon() {
    let code = |errors: ecoplan::Errors| errors.iter().next().unwrap().code();
    // Each `abs` has two pieces: 24 of them within each other are not looked at one by one.
    let nested = format!("requires = '{}x{} <= 5'", "abs(".repeat(15), ")".repeat(15));
    let report = one_rule("obligation", &nested).unwrap().evaluate_json("s", r#"{"x": 9}"#).unwrap();
    assert!(report.to_json().contains("\"breached\""));
    let unsupported = "some i in l satisfies some j in i satisfies j = 1".parse::<Expression>().unwrap_err();
    assert_eq!(code(unsupported), "unsupported");
    let sums = (0..500).map(|i| format!("x + {i}")).collect::<Vec<_>>().join(", ");
    let uses = vec!["v > 0"; 500].join(" and ");
    let wide = format!("requires = 'some v in [{sums}] satisfies {uses}'");
    assert_eq!(code(one_rule("obligation", &wide).unwrap_err()), "too-costly");
    let joined = format!("{}\"a\"{}", "(".repeat(10), " + t)".repeat(10));
    let long: Expression = joined.parse().unwrap();
    assert_eq!(long.evaluate(&json!({"t": "x".repeat(10_000)})).unwrap(), Value::Null, "longer than a text may get");
    let one_more: Expression = "t + \"a\"".parse().unwrap();
    let longest = "x".repeat((64 << 10) - 1);
    assert_eq!(one_more.evaluate(&json!({"t": longest})).unwrap(), Value::Text(format!("{longest}a").into()));
    assert_eq!(one_more.evaluate(&json!({"t": longest + "x"})).unwrap(), Value::Null, "64 KiB is the most");
    let spoilt = crate::plans::SMALL.replace("max = 500", "max = 500\ndecimals = 4294967295");
    assert_eq!(code(Plan::from_toml(&spoilt).unwrap_err()), "invalid-value");
    let branching = format!("requires = '{}b{}'", "not(".repeat(55), ")".repeat(55));
    assert_eq!(code(one_rule("obligation", &branching).unwrap_err()), "too-deep");
}

#[test]
fn values_without_a_place_in_facts_are_named() {
    #[derive(serde::Serialize)]
    enum Odd {
        One(u8),
        Two(u8, u8),
        Named { x: u8 },
    }
    let plan = lianzhou();
    let message = |facts: &dyn Fn() -> Result<ecoplan::Report, ecoplan::Errors>| facts().unwrap_err().to_string();
    for (odd, name) in [(Odd::One(1), "One"), (Odd::Two(1, 2), "Two"), (Odd::Named { x: 1 }, "Named")] {
        let of_fact = message(&|| plan.evaluate("township_wwtp", &BTreeMap::from([("influent_bod5_mg_l", &odd)])));
        assert!(of_fact.contains(name), "{of_fact}");
    }
    let raw = serde_json::value::RawValue::from_string(r#"{"influent_bod5_mg_l": 1}"#.to_owned()).unwrap();
    let of_raw = message(&|| plan.evaluate("township_wwtp", &*raw));
    assert!(of_raw.contains("raw JSON"), "{of_raw}");
}

#[test]
fn a_nan_is_told_from_the_word() {
    let code = |text: &str| lianzhou().evaluate_json("township_wwtp", text).unwrap_err().iter().next().unwrap().code();
    assert_eq!(code(r#"{"note": "NaN", "influent_bod5_mg_l": NaN}"#), "not-finite");
    assert_eq!(code(r#"  {"influent_bod5_mg_l": -Infinity}"#), "not-finite");
    assert_eq!(code(r#"{"influent_bod5_mg_l": 1 "NaN"}"#), "invalid-json");
}
