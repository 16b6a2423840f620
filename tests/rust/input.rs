//! Facts as they come in.

use std::collections::BTreeMap;

use ecoplan::{Decimal, Expression, Outcome, Value};
use serde::Serialize;
use serde_json::json;

use crate::common::{day, lianzhou, one_rule, outcome};

/// A context that gives one name twice, which a map cannot.
struct Twice;

impl Serialize for Twice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("a", 1), ("b", 2), ("a", 3)])
    }
}

#[test]
fn an_expression_reads_names_from_a_context() {
    let expression: Expression = "b - a >= a + c".parse().unwrap();
    assert_eq!(expression.names().collect::<Vec<_>>(), ["b", "a", "c"]);
    assert_eq!("1 < 2".parse::<Expression>().unwrap().names().count(), 0);
    let error = expression.evaluate(&Twice).unwrap_err();
    let error = error.iter().next().unwrap();
    assert_eq!((error.code(), error.path()), ("duplicate-key", "context.a"));
}

#[test]
fn twelve_thousand_pairs_exactly_20_apart() {
    let plan = lianzhou();
    let (difference, sum): (Expression, Expression) = ("b - a >= 20".parse().unwrap(), "b >= a + 20".parse().unwrap());
    let (mut satisfied, mut wrong_binary) = (0, 0);
    for hundredths in 4000..16000 {
        let write = |n: i32| format!("{}.{:02}", n / 100, n % 100);
        let (a, b) = (write(hundredths), write(hundredths + 2000));
        if b.parse::<f64>().unwrap() - a.parse::<f64>().unwrap() < 20.0 {
            wrong_binary += 1;
        }
        let json = format!(r#"{{"influent_bod5_2020_mg_l": {a}, "influent_bod5_mg_l": {b}}}"#);
        let report = plan.evaluate_json("urban_wwtp", json).unwrap();
        let finding = report.finding("wwtp-urban-bod-plus-20-2025").unwrap();
        if hundredths < 10_000 {
            satisfied += 1;
            assert_eq!((finding.outcome(), finding.margin()), (Outcome::Satisfied, Some(Decimal::ZERO)), "{a} {b}");
        } else {
            assert_eq!(finding.outcome(), Outcome::NotApplicable, "{a} {b}");
            let readings = finding.readings();
            let every = readings.iter().find(|r| r.reading == "every-urban-plant").unwrap();
            assert_eq!((every.outcome, every.margin), (Outcome::Satisfied, Some(Decimal::ZERO)), "{a} {b}");
        }
        let context = format!(r#"{{"a": {a}, "b": {b}}}"#);
        assert_eq!(difference.evaluate_json(&context).unwrap(), Value::Bool(true), "{a} {b}");
        assert_eq!(sum.evaluate_json(&context).unwrap(), Value::Bool(true), "{a} {b}");
    }
    assert_eq!(satisfied, 6000);
    // Binary floats get these wrong: the pairs are a test.
    assert_eq!(wrong_binary, 960);
}

#[test]
fn facts_given_once_for_all_cases() {
    let plan = lianzhou();
    let area = plan.with_facts("project", &json!({"last_year_intensity_target_met": false})).unwrap();
    let case = r#"{"is_two_high": true, "stage": "proposed"}"#;
    let gate = "two-high-proposed-slow-limited-approval";
    assert_eq!(outcome(&plan.evaluate_json("project", case).unwrap(), gate).0, Outcome::Undetermined);
    assert_eq!(outcome(&area.evaluate_json("project", case).unwrap(), gate).0, Outcome::Triggered);
    let own = r#"{"is_two_high": true, "stage": "proposed", "last_year_intensity_target_met": true, "intensity_situation_severe": false}"#;
    assert_eq!(outcome(&area.evaluate_json("project", own).unwrap(), gate).0, Outcome::Satisfied);
    assert_eq!(area.hash(), plan.hash());
    let error = plan.with_facts("project", &json!({"stag": 1})).unwrap_err();
    assert_eq!(error.iter().next().unwrap().code(), "unknown-fact");
}

#[test]
fn values_may_carry_reasons_but_cases_may_not() {
    let plan = lianzhou();
    let card = plan.scorecard_json(r#"{"good_days_pct": {"value": 92, "not_assessed": "scope_changed"}}"#).unwrap();
    let row = card.row(1).unwrap();
    assert_eq!((row.status.as_str(), row.reason, row.margin), ("not_assessed", Some("scope_changed"), None));
    assert_eq!(card.counts.not_assessed, 1);
    assert_eq!(card.counts.assessed, 20);
    let code = |json: &str| plan.scorecard_json(json).unwrap_err().iter().next().unwrap().code();
    assert_eq!(code(r#"{"good_days_pct": {"not_assessed": "lost"}}"#), "invalid-value");
    assert_eq!(code(r#"{"new_sewage_capacity_t_per_day": {"not_assessed": "no_data"}}"#), "not-an-indicator");
    let case = plan.evaluate_json("city", r#"{"good_days_pct": {"not_assessed": "no_data"}}"#).unwrap_err();
    assert_eq!(case.iter().next().unwrap().code(), "unknown-field");
}

#[test]
fn structs_maps_and_text_are_one_input() {
    #[derive(Serialize)]
    struct Plant {
        influent_bod5_2020_mg_l: f32,
        influent_bod5_mg_l: Decimal,
        influent_bod5_mg_l_year: u16,
        has_plan: Option<bool>,
        plan_elements: Vec<Element>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Element {
        NetworkCoverage,
    }
    let plan = lianzhou();
    // 61.6_f32 is not 61.6 in double precision; it means 61.6 all the same.
    let plant = Plant {
        influent_bod5_2020_mg_l: 61.6,
        influent_bod5_mg_l: "81.6".parse().unwrap(),
        influent_bod5_mg_l_year: 2025,
        has_plan: None,
        plan_elements: vec![Element::NetworkCoverage],
    };
    let text = r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": {"value": "８１．６ mg/L", "year": "２０２５"},
                   "has_plan": null, "plan_elements": ["network_coverage"]}"#;
    let map = BTreeMap::from([
        ("influent_bod5_2020_mg_l", json!("0.0616 g/L")),
        ("influent_bod5_mg_l", json!({"value": 81.6, "year": 2025})),
        ("has_plan", json!(null)),
        ("plan_elements", json!(["network_coverage"])),
    ]);
    let from_struct = plan.evaluate("urban_wwtp", &plant).unwrap().to_json();
    assert_eq!(from_struct, plan.evaluate_json("urban_wwtp", text).unwrap().to_json());
    assert_eq!(from_struct, plan.evaluate("urban_wwtp", &map).unwrap().to_json());
    let nan = plan.evaluate("urban_wwtp", &BTreeMap::from([("influent_bod5_mg_l", f64::NAN)])).unwrap_err();
    assert_eq!(nan.iter().next().unwrap().code(), "not-finite");
    let infinite = plan.evaluate("urban_wwtp", &BTreeMap::from([("influent_bod5_mg_l", f32::INFINITY)])).unwrap_err();
    assert_eq!(infinite.iter().next().unwrap().code(), "not-finite");
}

#[test]
fn shared_facts_do_not_leak() {
    let plan = one_rule("target", "requires = 'x >= 5 and b'").unwrap();
    let shared = plan.with_facts("s", &json!({"x": {"value": 9, "year": 2020}})).unwrap();
    let shared = shared.with_facts("s", &json!({"b": true})).unwrap();
    let understood =
        |facts: &str| serde_json::to_value(shared.evaluate_json("s", facts).unwrap()).unwrap()["facts"].clone();
    assert_eq!(understood("{}"), json!({"x": {"value": "9", "year": 2020}, "b": true}));
    assert_eq!(understood(r#"{"x": 7}"#), json!({"x": "7", "b": true}), "the case's value is of no stated year");
    assert_eq!(understood(r#"{"x": null, "b": false}"#), json!({"x": {"value": "9", "year": 2020}, "b": false}));
    let early = shared.at(day("2019-12-31")).evaluate_json("s", "{}").unwrap_err();
    assert_eq!(early.iter().next().unwrap().code(), "future-year");
    let twice = plan.evaluate_json("s", r#"{"x": {"value": 9, "year": 2020}, "x_year": 2025}"#).unwrap_err();
    assert_eq!(twice.iter().next().unwrap().code(), "duplicate-key");
}
