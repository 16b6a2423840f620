//! Conditions of rules: what they may compare, what their quantifiers stand for, and what an open one can still become.

use ecoplan::Outcome;
use serde_json::json;

use crate::common::{one_rule, outcome};

/// What is missing and what is possible, of a rule alone.
#[track_caller]
fn open(kind: &str, body: &str, facts: &str, missing: &[&str], possible: &[&str]) {
    let report = one_rule(kind, body).unwrap().evaluate_json("s", facts).unwrap();
    let finding = report.finding("g").unwrap();
    assert_eq!(finding.missing().map(|f| f.name.as_str()).collect::<Vec<_>>(), missing);
    let found = finding.possible();
    let found: Vec<String> = found
        .iter()
        .map(|p| {
            p.decision.as_ref().map_or_else(|| p.outcome.as_str().to_owned(), |d| format!("{} {d}", p.outcome.as_str()))
        })
        .collect();
    assert_eq!(found, possible);
}

const TWO: &str = "[[rule.decision]]\nid = \"d1\"\nwhen = 'WHEN'\nlabel = { zh = \"l\", en = \"l\" }\n\
                   [[rule.decision]]\nid = \"d2\"\nwhen = 'w'\nlabel = { zh = \"l\", en = \"l\" }";

#[test]
fn decisions_in_another_order_are_no_other_reading() {
    let decision = |at: &str, id: &str, when: &str| {
        format!("[[{at}.decision]]\nid = \"{id}\"\nwhen = '{when}'\nlabel = {{ zh = \"l\", en = \"l\" }}\n")
    };
    let at = "rule.reading";
    let body = decision("rule", "d1", "b")
        + &decision("rule", "d2", "w")
        + "[[rule.reading]]\nid = \"a\"\nnote = { zh = \"n\", en = \"n\" }\n"
        + &decision(at, "d2", "w")
        + &decision(at, "d1", "b");
    let plan = one_rule("gate", &body).unwrap_or_else(|e| panic!("{e}"));
    let readings = |facts: &str| plan.evaluate_json("s", facts).unwrap().finding("g").unwrap().readings().len();
    assert_eq!(readings("{}"), 0, "d1, d2 or neither, either way");
    assert_eq!(readings(r#"{"b": true, "w": true}"#), 1, "d1, or d2");
}

#[test]
fn what_is_decided_is_not_missing() {
    let two = |when: &str| TWO.replace("WHEN", when);
    let decided = ["triggered d2", "satisfied"];
    open("gate", &two("(x between lo and hi) and z"), r#"{"x": 10, "hi": 5}"#, &["w"], &decided);
    open("gate", &two("not(x in (10, lo)) and z"), r#"{"x": 10}"#, &["w"], &decided);
    let members = "requires = 'every v in [x, lo] satisfies v < 5'";
    open("obligation", members, "{}", &["x", "lo"], &["satisfied", "breached"]);
    open("obligation", members, r#"{"x": 1}"#, &["lo"], &["satisfied", "breached"]);
    // What was needed beside something else that is not needed.
    let branches = "requires = 'every e in (if b then [y + y] else [x]) satisfies hi > 3'";
    open("obligation", branches, r#"{"b": false}"#, &["hi"], &["satisfied", "breached"]);
    // A quotient can turn out not to be computable, or a product of many; sums and products of two cannot.
    open(
        "obligation",
        "requires = 'x * y * lo / x > y * y'",
        "{}",
        &["x", "y", "lo"],
        &["satisfied", "breached", "undetermined"],
    );
    open("obligation", "requires = 'x / y > 5'", r#"{"x": 1}"#, &["y"], &["satisfied", "breached", "undetermined"]);
    // A fact has at most 15 digits before the point; what has more than 34, or is rounded to an odd scale, is null.
    for (test, may_fail) in [
        ("x * x > lo * lo", false),
        ("x * x * x > lo * lo * lo", true),
        ("sum(x * x, lo * lo, 1, 2, 3) > 5", false),
        ("sum(x * x * 100, lo * lo * 100, 1, 2, 3) > 5", false),
        ("sum(x * x * 100, lo * lo * 100, 1, 2, 3) * 10 > 5", true),
        ("round up(x, 2) > lo", false),
        ("round up(x, count(st)) > lo", true),
        ("sum(x * x, lo * lo) * 9999 > 5", true),
        (&format!("sum({}) * 999 > 5", ["lo * lo"; 11].join(", ")), true),
        ("max(lo * lo, hi * hi) * 9999 > 5", false),
        ("ceiling(lo * lo) * 9999 > 5", true),
        ("round up(lo * lo, 0) * 9999 > 5", true),
        ("lo * lo * 9999 > 5", false),
        ("lo * lo / 0.01 > 5", false),
        ("lo * lo / 0.00001 > 5", true),
        ("count(if b then [] else [x]) > 0", false),
        ("every e in (if b then [x] else [lo]) satisfies (if e > 5 then e * e / e else e) < 3", true),
        ("every e in (if b then [x] else [lo]) satisfies (if e > 5 then e else e * e / e) < 3", true),
        ("every e in (if b then [x] else [lo]) satisfies (if b then e else e + 1) < 3", false),
        ("some e in (if b then [x] else [lo]) satisfies e * 10000 > 5", false),
        ("some e in (if b then [x * y] else [lo * lo]) satisfies e * 10000 > 5", true),
    ] {
        let plan = one_rule("obligation", &format!("requires = '{test}'")).unwrap_or_else(|e| panic!("{test}: {e}"));
        let found = plan.evaluate_json("s", r#"{"x": 1}"#).unwrap().finding("g").unwrap().possible();
        assert_eq!(found.iter().any(|p| p.outcome == Outcome::Undetermined), may_fail, "{test}: {found:?}");
    }
    // What is known, and what has an answer for null too, does not fail.
    let either = ["satisfied", "breached"];
    let failing = ["satisfied", "breached", "undetermined"];
    open("obligation", "requires = 'x / y > 5'", r#"{"y": 2}"#, &["x"], &either);
    open("obligation", "requires = 'x / y > 5'", r#"{"y": 0}"#, &["x"], &failing);
    open("obligation", "requires = 'round up(x, count(st)) > 5'", r#"{"st": ["p"]}"#, &["x"], &either);
    open("obligation", "requires = 'round up(x, count(st) / 2) > 5'", r#"{"st": ["p"]}"#, &["x"], &failing);
    open("obligation", "requires = 'x / y = 5'", r#"{"x": 1}"#, &["y"], &either);
    open("obligation", "requires = 'x / y in (5, 6)'", r#"{"x": 1}"#, &["y"], &either);
    open("obligation", "requires = 'x / y in (5, > 6)'", r#"{"x": 1}"#, &["y"], &failing);
    let branches = "requires = '(if b then x / count(st) else x) > 5'";
    open("obligation", branches, r#"{"b": false}"#, &["x"], &either);
    open("obligation", branches, r#"{"b": true}"#, &["x", "st"], &failing);
    let least = "requires = 'min(if b then [] else [x]) > 5'";
    open("obligation", least, r#"{"b": false}"#, &["x"], &either);
    open("obligation", least, "{}", &["x", "b"], &failing);
    open("obligation", "requires = 'x * 0.95 > y'", "{}", &["x", "y"], &["satisfied", "breached"]);
    open("obligation", "requires = 'x + lo > y'", "{}", &["x", "y", "lo"], &["satisfied", "breached"]);
}

#[test]
fn what_cannot_come_out_is_not_possible() {
    let requires = |test: &str| format!("requires = '{test}'");
    // A quotient that has no value.
    let check = |test: &str, missing: &[&str], possible: &[&str]| {
        let test = test.replace("null", "x / y > 1");
        open("obligation", &requires(&test), r#"{"x": 1, "y": 0}"#, missing, possible);
    };
    // No beside null is no, yes beside null is null.
    check("z and null", &["z"], &["breached", "undetermined"]);
    check("null and z", &["z"], &["breached", "undetermined"]);
    check("not(z and null)", &["z"], &["satisfied", "undetermined"]);
    check("z or null", &["z"], &["satisfied", "undetermined"]);
    // What a condition chooses between, whichever side has it.
    check("if b then z else w", &["b", "z", "w"], &["satisfied", "breached"]);
    check("if b then z else false", &["b", "z"], &["satisfied", "breached"]);
    check("if b then z else true", &["b", "z"], &["satisfied", "breached"]);
    check("if b then null else z", &["b", "z"], &["satisfied", "breached", "undetermined"]);
    check("if null then b else z", &["z"], &["satisfied", "breached"]);
    let check = |test: &str, missing: &[&str], possible: &[&str]| {
        open("obligation", &requires(test), "{}", missing, possible);
    };
    // A member that nobody knows.
    check("list contains([x], y)", &["x", "y"], &["satisfied", "breached"]);
    // 15 digits squared are 30, two of them added 31: four more are 35, one more than a number holds.
    check("x * x * 9999 > 5", &["x"], &["satisfied", "breached"]);
    check("(x * x + lo * lo) * 9999 > 5", &["x", "lo"], &["satisfied", "breached", "undetermined"]);
}

#[test]
fn a_quantifier_over_a_written_list_is_its_members() {
    let satisfied = |test: &str, facts: &str| {
        let plan = one_rule("obligation", &format!("requires = '{test}'")).unwrap_or_else(|e| panic!("{test}: {e}"));
        let report = plan.evaluate_json("s", facts).unwrap();
        (outcome(&report, "g").0, report.finding("g").unwrap().margin().map(|margin| margin.to_string()))
    };
    use Outcome::{Breached, Satisfied};
    // Each member has its own margin.
    let both = "every v in [x, lo] satisfies v >= 5";
    assert_eq!(satisfied(both, r#"{"x": 6, "lo": 7}"#), (Satisfied, Some("1".to_owned())));
    assert_eq!(satisfied(both, r#"{"x": 6, "lo": 3}"#), (Breached, Some("-2".to_owned())));
    let above = "some v in [x, lo] satisfies every u in [y, hi] satisfies v > u";
    assert_eq!(satisfied(above, r#"{"x": 5, "lo": 1, "y": 3, "hi": 4}"#), (Satisfied, Some("1".to_owned())));
    assert_eq!(satisfied(above, r#"{"x": 3.5, "lo": 1, "y": 3, "hi": 4}"#), (Breached, Some("-0.5".to_owned())));
    // Around, between and within quantifiers over a set, each variable stays its own.
    let within = "some v in [x, lo] satisfies every u in st satisfies u = \"p\" and v > 3";
    assert_eq!(satisfied(within, r#"{"x": 5, "lo": 1, "st": ["p"]}"#).0, Satisfied);
    assert_eq!(satisfied(within, r#"{"x": 3, "lo": 1, "st": ["p"]}"#).0, Breached);
    assert_eq!(satisfied(within, r#"{"x": 5, "lo": 1, "st": ["p", "q"]}"#).0, Breached);
    let around = "every u in st satisfies some v in [\"p\", \"q\"] satisfies u = v";
    assert_eq!(satisfied(around, r#"{"st": ["p", "q"]}"#).0, Satisfied);
    assert_eq!(satisfied(around, r#"{"st": ["p", "r"]}"#).0, Breached);
    let between = "every t in st satisfies some v in [x, lo] satisfies every u in st satisfies t = u and v > 3";
    assert_eq!(satisfied(between, r#"{"x": 5, "lo": 1, "st": ["q"]}"#).0, Satisfied);
    assert_eq!(satisfied(between, r#"{"x": 3, "lo": 1, "st": ["q"]}"#).0, Breached);
    assert_eq!(satisfied(between, r#"{"x": 5, "lo": 1, "st": ["q", "r"]}"#).0, Breached);
    let own = "every u in st satisfies some v in [u, \"q\"] satisfies every t in st satisfies v = t";
    assert_eq!(satisfied(own, r#"{"st": ["p"]}"#).0, Satisfied);
    assert_eq!(satisfied(own, r#"{"st": ["p", "r"]}"#).0, Breached);
    // A member with a quantifier of its own is a member like any other: what it is does not matter here.
    let unread = "every v in [x, if (some e in st satisfies e = \\\"p\\\") then y else lo] satisfies b";
    open("obligation", &format!("requires = \"{unread}\""), "{}", &["b"], &["satisfied", "breached"]);
    let unread = "some e in st satisfies some v in [e, \\\"p\\\"] satisfies b";
    open("obligation", &format!("requires = \"{unread}\""), r#"{"st": ["q"]}"#, &["b"], &["satisfied", "breached"]);
    // Of no members, "some" is false.
    let none = r#"requires = 'b or (some v in [] satisfies v > 1)'"#;
    let report = one_rule("obligation", none).unwrap().evaluate_json("s", r#"{"b": false}"#).unwrap();
    let because = serde_json::to_value(report.finding("g").unwrap().because()).unwrap();
    assert_eq!(because[0]["children"][1]["condition"], json!("false"));
    assert_eq!(outcome(&report, "g").0, Breached);
}

#[test]
fn what_is_compared_is_of_one_kind_and_unit() {
    // x, y, lo and hi are in mg/L, b, z and w yes or no, d is a day, st a set of p, q, r and s.
    for test in [
        "x - 2 * y > lo + 5",
        "x / y > count(st)",
        "x * y > lo * hi",
        "x / lo * hi > y",
        "5 / x > 1 / y",
        "count([x, y]) > 1",
        "-x < y",
        "min(x, y) > lo",
        "max([x, y]) > 5",
        "sum(x, 5) > y",
        "min(d, date(\"2025-01-01\")) < d",
        "max([d, d]) = d",
        "abs(x) > floor(y)",
        "round up(x, 1) > decimal(y, count(st))",
        "list contains(st, \"p\")",
        "list contains([x, y], 5)",
        "list contains([\"p\", \"q\"], \"q\")",
        "\"p\" in st",
        "st = [\"p\", \"q\"]",
        "x in (y, > lo, [1..hi])",
        "x in [y, lo]",
        "d in [date(\"2021-01-01\")..date(\"2021-12-31\")]",
        "x between 1 and y",
        "b = z",
        "(if b then 5 else x) > y",
        "every v in st satisfies v in [\"p\", \"q\"]",
        "some v in [x, y] satisfies v > lo",
    ] {
        if let Err(errors) = one_rule("obligation", &format!("requires = '{test}'")) {
            panic!("{test}: {errors}");
        }
    }
    let ordered = "something with an order: numbers or dates";
    for (test, found, expected) in [
        ("x > b", "yes or no", "a number in mg/L"),
        ("b = x", "a number in mg/L", "yes or no"),
        ("x + b > 1", "yes or no", "a number"),
        ("-d > x", "a date", "a number"),
        ("b > z", "yes or no", ordered),
        ("st <= st", "a set of choices", ordered),
        ("st = x", "a number in mg/L", "a set of choices"),
        ("b and d", "a date", "yes or no"),
        ("not(count(st))", "a number", "yes or no"),
        ("if x then b else z", "a number in mg/L", "yes or no"),
        ("(if b then x else z) > 5", "yes or no", "a number in mg/L"),
        ("d between 1 and d", "a number", "a date"),
        ("d between d and 1", "a number", "a date"),
        ("x in (5, b)", "yes or no", "a number in mg/L"),
        ("x in [1..d]", "a date", "a number in mg/L"),
        ("x in [d..1]", "a date", "a number in mg/L"),
        ("x in > b", "yes or no", "a number in mg/L"),
        ("x in [b, z]", "yes or no", "a number in mg/L"),
        ("x in st", "a choice", "a number in mg/L"),
        ("[x] = 5", "a number", "a list of a number in mg/L"),
        ("[x] = [b]", "yes or no", "a number in mg/L"),
        ("list contains([x, \"p\"], 5)", "a number in mg/L", "a choice"),
        ("list contains(st, 5)", "a number", "a choice"),
        ("list contains(x, 5)", "a number in mg/L", "a list or a set"),
        ("count(x) > 5", "a number in mg/L", "a list or a set"),
        ("some v in x satisfies b", "a number in mg/L", "a list or a set"),
        ("some v in st satisfies v", "a choice", "yes or no"),
        ("max(b, z) > 5", "yes or no", "numbers"),
        ("max(x, d) > 5", "a date", "a number in mg/L"),
        ("sum(d, d) > 5", "a date", "numbers"),
        ("sum(b) > 5", "yes or no", "numbers"),
        ("abs(b) > 5", "yes or no", "a number"),
        ("round up(b, 1) > 5", "yes or no", "a number"),
        ("round up(x, b) > 5", "yes or no", "a number"),
    ] {
        refused(test, &format!("{found} where {expected} is expected"));
    }
    for (test, left, right) in [
        ("x > count(st)", "mg/L", "no unit"),
        ("x / y > lo", "no unit", "mg/L"),
        ("x * y > lo", "mg/L*mg/L", "mg/L"),
        ("5 / x > y", "1/(mg/L)", "mg/L"),
        ("x * count(st) > x / y", "mg/L", "no unit"),
        ("count(st) * x > x / y", "mg/L", "no unit"),
        ("x + count(st) > 5", "mg/L", "no unit"),
        ("min(x, count(st)) > 5", "mg/L", "no unit"),
        ("count([x, y]) in [1..x]", "no unit", "mg/L"),
    ] {
        refused(test, &format!("{left} and {right} are compared or added"));
    }
    for test in ["\"t\" in st", "list contains(st, \"t\")", "some v in st satisfies v = \"t\"", "st = [\"p\", \"t\"]"] {
        refused(test, "`t` is not one of the choices: p, q, r, s");
    }
}

/// A test that no rule may have, and the one reason.
#[track_caller]
fn refused(test: &str, why: &str) {
    let errors = one_rule("obligation", &format!("requires = '{test}'")).err().unwrap_or_else(|| panic!("{test}"));
    assert_eq!(errors.iter().map(|error| error.problem().to_string()).collect::<Vec<_>>(), [why], "{test}");
}
