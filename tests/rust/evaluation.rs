//! What the vectors do not reach: the 12,000 pairs, deadlines, gates with several decisions, questions, shared facts.

use std::collections::BTreeMap;

use ecoplan::{Date, Decimal, Expression, Lang, Outcome, Plan, Report, Value};
use serde::Serialize;
use serde_json::json;

fn lianzhou() -> Plan {
    ecoplan::plan("lianzhou-145").unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
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

/// A plan with what the bundled ones do not have: a deadline, a due date that is a fact, strict decisions, strengths.
fn county() -> Plan {
    let rule = |id: &str, kind: &str, strength: &str, body: &str| {
        format!(
            r#"
[[rule]]
id = "{id}"
subject = "works"
kind = "{kind}"
title = {{ zh = "t", en = "t" }}
strength = {{ class = "{strength}", verb = "v" }}
addressee = {{ zh = "a", en = "a" }}
cite = {{ chapter = 1, section = 1, anchor = "x" }}
says = {{ zh = "s", en = "s" }}
{body}
"#
        )
    };
    let fact = |name: &str, kind: &str| {
        format!(
            "[[fact]]\nsubject = \"works\"\nname = \"{name}\"\nkind = \"{kind}\"\nsource = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n"
        )
    };
    let decision = |id: &str, when: &str| {
        format!("[[rule.decision]]\nid = \"{id}\"\n{when}\nlabel = {{ zh = \"l\", en = \"l\" }}\n")
    };
    let text = [
        "[plan]\nid = \"county\"\ntitle = { zh = \"t\", en = \"t\" }\nperiod = { start = 2021-01-01, end = 2025-12-31 }\n".to_owned(),
        "[[subject]]\nid = \"works\"\nlabel = { zh = \"l\", en = \"l\" }\n".to_owned(),
        fact("finished", "yes_no"),
        fact("finished_on", "date"),
        fact("agreed_by", "date"),
        fact("n", "number"),
        fact("m", "number"),
        fact("dirty", "yes_no"),
        fact("doubtful", "yes_no"),
        rule("outfalls", "deadline", "mandatory", "done = \"finished\"\ndone_on = \"finished_on\"\ndue = 2021-12-31"),
        rule("agreed", "deadline", "mandatory", "done = \"finished\"\ndone_on = \"finished_on\"\ndue = \"agreed_by\""),
        rule("agreed-level", "target", "mandatory", "requires = 'n >= 5'\ndue = \"agreed_by\""),
        rule("agreed-progress", "target", "progressive", "requires = 'n >= 5'\ndue = \"agreed_by\""),
        rule("principle", "obligation", "in_principle", "requires = 'n >= 5'"),
        rule("encouraged", "obligation", "encouraged", "requires = 'n >= 5'\nactions = [{ zh = \"a\", en = \"a\" }]"),
        rule("quotient", "obligation", "mandatory", "requires = 'n / m >= 2'"),
        rule("gate", "gate", "mandatory", &(decision("deny", "when = 'dirty'") + &decision("slow", "when = 'doubtful'"))),
        rule("class", "definition", "mandatory", &(decision("big", "when = 'n > 10'") + &decision("small", ""))),
    ]
    .concat();
    Plan::from_toml(&text).unwrap_or_else(|e| panic!("{e}"))
}

fn outcome(report: &Report, rule: &str) -> (Outcome, Option<String>) {
    let finding = report.finding(rule).unwrap();
    (finding.outcome(), finding.decision().map(str::to_owned))
}

#[test]
fn a_deadline_passes() {
    let plan = county();
    let at = |as_of: &str, facts: &str| {
        let report = plan.at(day(as_of)).evaluate_json("works", facts).unwrap();
        let finding = report.finding("outfalls").unwrap();
        (finding.outcome(), finding.notes().iter().map(|n| n.code).collect::<Vec<_>>())
    };
    use Outcome::{Breached, Pending, Satisfied, Undetermined};
    assert_eq!(at("2021-12-31", r#"{"finished": false}"#), (Pending, vec![]), "through the due day");
    assert_eq!(at("2022-01-01", r#"{"finished": false}"#), (Breached, vec![]));
    assert_eq!(at("2025-12-31", r#"{"finished": true}"#), (Satisfied, vec!["undated"]));
    assert_eq!(at("2025-12-31", r#"{"finished": true, "finished_on": "2021-12-31"}"#), (Satisfied, vec![]));
    assert_eq!(at("2025-12-31", r#"{"finished": true, "finished_on": "2022-01-01"}"#), (Breached, vec![]));
    assert_eq!(at("2025-12-31", "{}"), (Undetermined, vec![]));
    assert_eq!(at("2021-06-30", "{}").0, Undetermined);
    let refused = plan.evaluate_json("works", r#"{"finished": false, "finished_on": "2021-12-31"}"#).unwrap_err();
    let error = refused.iter().next().unwrap();
    assert_eq!((error.code(), error.path()), ("done-on-without-done", "facts.finished_on"));
    let refused = plan.evaluate_json("works", r#"{"finished_on": "2021-02-30"}"#).unwrap_err();
    assert_eq!(refused.iter().next().unwrap().code(), "invalid-date");
}

#[test]
fn a_due_day_that_is_a_fact() {
    let plan = county();
    let of = |facts: &str, rule: &str| {
        let report = plan.at(day("2024-06-30")).evaluate_json("works", facts).unwrap();
        let finding = report.finding(rule).unwrap();
        let missing: Vec<String> = finding.missing().map(|f| f.name.clone()).collect();
        (finding.outcome(), missing)
    };
    use Outcome::{Breached, Pending, Satisfied, Undetermined};
    assert_eq!(of(r#"{"n": 5}"#, "agreed-level"), (Satisfied, vec![]), "met: the day does not matter");
    assert_eq!(of(r#"{"n": 4}"#, "agreed-level"), (Undetermined, vec!["agreed_by".to_owned()]));
    assert_eq!(of(r#"{"n": 4, "agreed_by": "2024-06-30"}"#, "agreed-level"), (Breached, vec![]));
    assert_eq!(of(r#"{"n": 4, "agreed_by": "2024-07-01"}"#, "agreed-level"), (Pending, vec![]));
    assert_eq!(of("{}", "agreed-level").1, ["agreed_by", "n"]);
    assert_eq!(of(r#"{"n": 4}"#, "agreed-progress"), (Pending, vec![]), "progress is never breached, due or not");
    assert_eq!(of(r#"{"finished": false}"#, "agreed"), (Undetermined, vec!["agreed_by".to_owned()]));
    assert_eq!(of(r#"{"finished": false, "agreed_by": "2024-06-30"}"#, "agreed"), (Pending, vec![]));
    assert_eq!(of(r#"{"finished": false, "agreed_by": "2024-06-29"}"#, "agreed"), (Breached, vec![]));
}

#[test]
fn strength_decides_what_not_met_means() {
    let report = county().evaluate_json("works", r#"{"n": 4}"#).unwrap();
    let principle = report.finding("principle").unwrap();
    assert_eq!(principle.outcome(), Outcome::Breached);
    assert!(principle.notes().iter().any(|n| n.code == "in_principle"));
    let encouraged = report.finding("encouraged").unwrap();
    assert_eq!((encouraged.outcome(), encouraged.actions().len()), (Outcome::Triggered, 1));
    assert_eq!(report.headline().outcome, Some(Outcome::Breached));
}

#[test]
fn outcome_and_decision_settle_separately() {
    let plan = county();
    let of = |facts: &str| {
        let report = plan.evaluate_json("works", facts).unwrap();
        let finding = report.finding("gate").unwrap();
        let missing: Vec<String> = finding.missing().map(|f| f.name.clone()).collect();
        let possible: Vec<_> =
            finding.possible().into_iter().map(|p| (p.outcome, p.decision.unwrap_or_default())).collect();
        (outcome(&report, "gate"), missing, possible)
    };
    use Outcome::{Satisfied, Triggered, Undetermined};
    let deny = || (Triggered, "deny".to_owned());
    let slow = || (Triggered, "slow".to_owned());
    assert_eq!(of(r#"{"dirty": true}"#), ((Triggered, Some("deny".to_owned())), vec![], vec![]));
    assert_eq!(of(r#"{"dirty": false, "doubtful": true}"#).0, (Triggered, Some("slow".to_owned())));
    assert_eq!(of(r#"{"dirty": false, "doubtful": false}"#).0, (Satisfied, None));
    // It bites for certain; which way is open.
    assert_eq!(of(r#"{"doubtful": true}"#), ((Triggered, None), vec!["dirty".to_owned()], vec![deny(), slow()]));
    assert_eq!(
        of(r#"{"doubtful": false}"#),
        ((Undetermined, None), vec!["dirty".to_owned()], vec![deny(), (Satisfied, String::new())])
    );
    let all = vec![deny(), slow(), (Satisfied, String::new())];
    assert_eq!(of("{}"), ((Undetermined, None), vec!["dirty".to_owned(), "doubtful".to_owned()], all));
    let report = plan.evaluate_json("works", r#"{"n": 10}"#).unwrap();
    assert_eq!(outcome(&report, "class"), (Triggered, Some("small".to_owned())));
}

#[test]
fn what_cannot_be_computed_is_undetermined_for_a_reason() {
    let report = county().evaluate_json("works", r#"{"n": 4, "m": 0}"#).unwrap();
    let finding = report.finding("quotient").unwrap();
    assert_eq!((finding.outcome(), finding.reason()), (Outcome::Undetermined, Some("not_computable")));
    assert_eq!(finding.missing().count(), 0);
    let report = county().evaluate_json("works", r#"{"n": 4}"#).unwrap();
    let finding = report.finding("quotient").unwrap();
    assert_eq!((finding.outcome(), finding.reason()), (Outcome::Undetermined, None));
    let possible: Vec<Outcome> = finding.possible().iter().map(|p| p.outcome).collect();
    assert_eq!(possible, [Outcome::Satisfied, Outcome::Breached, Outcome::Undetermined], "the divisor may be zero");
}

#[test]
fn the_next_question() {
    let plan = lianzhou();
    let ask = |facts: &str| {
        plan.evaluate_json("project", facts).unwrap().next_question().map(|f| f.name.clone()).unwrap_or_default()
    };
    // Of six rules all want to know whether the project is two-high.
    assert_eq!(ask("{}"), "is_two_high");
    assert_eq!(ask(r#"{"is_two_high": true}"#), "stage");
    assert_eq!(ask(r#"{"is_two_high": false}"#), "");
    assert_eq!(ask(r#"{"is_two_high": true, "stage": "existing"}"#), "");
    // Five facts are each wanted once: the first declared.
    assert_eq!(ask(r#"{"is_two_high": true, "stage": "proposed"}"#), "last_year_intensity_target_met");
    // What was answered with "unknown" is not asked again.
    assert_eq!(
        ask(r#"{"is_two_high": true, "stage": "proposed", "last_year_intensity_target_met": null}"#),
        "intensity_situation_severe"
    );
    assert_eq!(ask(r#"{"is_two_high": null}"#), "stage");
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
    let text = r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": {"value": "８１．６ mg/L", "year": 2025},
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
    assert_eq!(plan.evaluate_json("project", "\u{feff}{}").unwrap().headline().counts.undetermined, 6);
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
fn outside_the_period_nothing_changes_but_a_note() {
    let plan = lianzhou();
    let facts = r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 80}"#;
    let (inside, later) = (
        plan.evaluate_json("urban_wwtp", facts).unwrap(),
        plan.at(day("2026-03-01")).evaluate_json("urban_wwtp", facts).unwrap(),
    );
    assert!(inside.notes().is_empty());
    assert_eq!(later.notes()[0].code, "outside_period");
    let outcomes = |r: &Report| r.findings().map(|f| f.outcome()).collect::<Vec<_>>();
    assert_eq!(outcomes(&inside), outcomes(&later));
}

#[test]
fn the_tree_shows_every_branch_with_its_value() {
    let facts = r#"{"is_two_high": true, "stage": "proposed", "last_year_intensity_target_met": true, "intensity_situation_severe": true}"#;
    let report = lianzhou().evaluate_json("project", facts).unwrap();
    let json =
        serde_json::to_value(report.finding("two-high-proposed-slow-limited-approval").unwrap().because()).unwrap();
    let leaf = |condition: &str, value: serde_json::Value, fact: &str, read: serde_json::Value| json!({"condition": condition, "value": value, "facts": [{"fact": fact, "value": read}]});
    let expected = json!([
        {
            "part": "applies",
            "condition": "is_two_high and stage = \"proposed\"",
            "value": true,
            "children": [
                leaf("is_two_high", json!(true), "is_two_high", json!(true)),
                leaf("stage = \"proposed\"", json!(true), "stage", json!("proposed")),
            ],
        },
        {
            "part": "decision",
            "decision": "slow_or_limited_approval",
            "condition": "not(last_year_intensity_target_met) or intensity_situation_severe and energy_space_insufficient",
            "value": null,
            "children": [
                {
                    "condition": "not(last_year_intensity_target_met)",
                    "value": false,
                    "children": [leaf("last_year_intensity_target_met", json!(true), "last_year_intensity_target_met", json!(true))],
                },
                {
                    "condition": "intensity_situation_severe and energy_space_insufficient",
                    "value": null,
                    "children": [
                        leaf("intensity_situation_severe", json!(true), "intensity_situation_severe", json!(true)),
                        leaf("energy_space_insufficient", json!(null), "energy_space_insufficient", json!(null)),
                    ],
                },
            ],
        },
    ]);
    assert_eq!(json, expected);
}

#[test]
fn explanations_read_in_both_languages() {
    let facts = r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": {"value": 80, "year": 2024}}"#;
    let report = lianzhou().evaluate_json("urban_wwtp", facts).unwrap();
    let (en, zh) = (report.explain(Lang::En), report.explain(Lang::Zh));
    for line in [
        "✗ breached · Influent BOD5 in 2025 at least 20 mg/L above 2020 [wwtp-urban-bod-plus-20-2025]",
        "  ✗ requires: mean influent BOD5 (80 mg/L) − mean influent BOD5 in 2020 (61.6 mg/L) at least 20 mg/L",
        "  margin: 1.6 mg/L short",
        "  note: judged on a value older than the target year",
        "  source: chapter 4, section 2, item 3: \"要求2025年进水BOD5平均浓度比2020年增加20mg/L以上\"",
    ] {
        assert!(en.lines().any(|l| l == line), "{line}\nis not in\n{en}");
    }
    for line in [
        "✗ 未完成 · 2025年进水BOD5比2020年增加20mg/L以上 [wwtp-urban-bod-plus-20-2025]",
        "  ✗ 要求：进水BOD5平均浓度（80 mg/L）−2020年进水BOD5平均浓度（61.6 mg/L）不低于 20 mg/L",
        "  余量：相差 1.6 mg/L",
        "  出处：第四章第二节“三、”：“要求2025年进水BOD5平均浓度比2020年增加20mg/L以上”",
    ] {
        assert!(zh.lines().any(|l| l == line), "{line}\nis not in\n{zh}");
    }
    assert_eq!(report.to_string(), en);
}

#[test]
fn public_types_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug>() {}
    shared::<Plan>();
    shared::<Report>();
    shared::<ecoplan::Scorecard>();
    shared::<Expression>();
    shared::<ecoplan::Errors>();
    shared::<Value>();
}

/// One rule over numbers in mg/L and yes/no facts, for what the bundled plans do not ask.
fn one_rule(kind: &str, body: &str) -> Result<Plan, ecoplan::Errors> {
    let mut text =
        "[plan]\nid = \"p\"\ntitle = { zh = \"t\", en = \"t\" }\nperiod = { start = 2021-01-01, end = 2025-12-31 }\n\
                    [[subject]]\nid = \"s\"\nlabel = { zh = \"l\", en = \"l\" }\n"
            .to_owned();
    for (name, kind) in [
        ("x", "number"),
        ("y", "number"),
        ("lo", "number"),
        ("hi", "number"),
        ("b", "yes_no"),
        ("z", "yes_no"),
        ("w", "yes_no"),
    ] {
        let unit = if kind == "number" { "unit = \"mg/L\"\nyearly = true\n" } else { "" };
        text += &format!(
            "[[fact]]\nsubject = \"s\"\nname = \"{name}\"\nkind = \"{kind}\"\n{unit}source = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n"
        );
    }
    text += &format!(
        "[[rule]]\nid = \"g\"\nsubject = \"s\"\nkind = \"{kind}\"\ntitle = {{ zh = \"t\", en = \"t\" }}\n\
         strength = {{ class = \"mandatory\", verb = \"v\" }}\naddressee = {{ zh = \"a\", en = \"a\" }}\n\
         cite = {{ chapter = 1, section = 1, anchor = \"x\" }}\nsays = {{ zh = \"s\", en = \"s\" }}\n{body}\n"
    );
    Plan::from_toml(&text)
}

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
fn what_is_decided_is_not_missing() {
    let two = |when: &str| TWO.replace("WHEN", when);
    let decided = ["triggered d2", "satisfied"];
    open("gate", &two("(x between lo and hi) and z"), r#"{"x": 10, "hi": 5}"#, &["w"], &decided);
    open("gate", &two("not(x in (10, lo)) and z"), r#"{"x": 10}"#, &["w"], &decided);
    let members = "requires = 'every v in [x, lo] satisfies v < 5'";
    open("obligation", members, "{}", &["x", "lo"], &["satisfied", "breached"]);
    open("obligation", members, r#"{"x": 1}"#, &["lo"], &["satisfied", "breached"]);
    // A quotient can turn out not to be computable, or a product of many; sums and products of two cannot.
    open(
        "obligation",
        "requires = 'x * y * lo / x > y * y'",
        "{}",
        &["x", "y", "lo"],
        &["satisfied", "breached", "undetermined"],
    );
    open("obligation", "requires = 'x / y > 5'", r#"{"x": 1}"#, &["y"], &["satisfied", "breached", "undetermined"]);
    open("obligation", "requires = 'x * 0.95 > y'", "{}", &["x", "y"], &["satisfied", "breached"]);
    open("obligation", "requires = 'x + lo > y'", "{}", &["x", "y", "lo"], &["satisfied", "breached"]);
}

#[test]
fn a_margin_is_a_distance_of_the_measure() {
    let margin = |body: &str, facts: &str| {
        let report = one_rule("obligation", body).unwrap().evaluate_json("s", facts).unwrap();
        report.finding("g").unwrap().margin().map(|m| m.to_string())
    };
    let of = |test: &str| format!("requires = '{test}'");
    assert_eq!(margin(&of("x between 5 and 9"), r#"{"x": 7.5}"#).as_deref(), Some("1.5"));
    assert_eq!(margin(&of("x in [5..9)"), r#"{"x": 9}"#).as_deref(), Some("0"), "at 0 inclusiveness decides");
    assert_eq!(margin(&of("x >= 5 and y <= 3"), r#"{"x": 6, "y": 1}"#).as_deref(), Some("1"), "the smallest");
    assert_eq!(margin(&of("x >= 5 or y <= 3"), r#"{"x": 6, "y": 1}"#).as_deref(), Some("2"), "the largest");
    assert_eq!(margin(&of("not(x < 5)"), r#"{"x": 4}"#).as_deref(), Some("-1"));
    assert_eq!(margin(&of("x >= 5 and b"), r#"{"x": 6, "b": true}"#), None, "a yes/no has a say");
    assert_eq!(margin(&of("x >= 5 and y >= 3"), r#"{"x": 4}"#), None, "an unknown has a say");
    assert_eq!(margin(&of("x = 5"), r#"{"x": 5}"#), None);
    assert_eq!(margin(&of("2 * x >= 10"), r#"{"x": 6}"#), None, "2 apart, but 1 away");
    assert_eq!(margin(&(of("x >= y * 0.9") + "\nmeasure = \"x\""), r#"{"x": 10, "y": 10}"#).as_deref(), Some("1"));
    assert_eq!(margin(&(of("x >= 5") + "\napplies = 'b'"), r#"{"x": 6, "b": false}"#), None);
    assert_eq!(margin(&(of("x >= 5") + "\napplies = 'b'"), r#"{"x": 6}"#), None);
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

#[test]
fn rules_that_make_no_sense_are_refused() {
    let code = |kind: &str, body: &str| one_rule(kind, body).unwrap_err().iter().next().unwrap().code();
    let decision = |id: &str, when: &str| {
        format!("[[rule.decision]]\nid = \"{id}\"\nwhen = '{when}'\nlabel = {{ zh = \"l\", en = \"l\" }}\n")
    };
    for (test, expected) in [
        ("x = null", "wrong-type"),
        ("x / 0 > 1", "invalid-rule"),
        ("x > date(\"2025-02-30\")", "wrong-type"),
        ("max(b, z)", "wrong-type"),
        ("sum([b]) > 1", "wrong-type"),
        ("count([x, y]) >= x", "unit-mismatch"),
        ("x + b > 1", "wrong-type"),
        ("x * y > x", "unit-mismatch"),
        ("b > z", "wrong-type"),
    ] {
        assert_eq!(code("obligation", &format!("requires = '{test}'")), expected, "{test}");
    }
    let both = one_rule("obligation", "requires = 'xx > 5 and yy > 6'").unwrap_err();
    assert_eq!(both.iter().map(|e| e.code()).collect::<Vec<_>>(), ["unknown-fact", "unknown-fact"]);
    assert_eq!(code("definition", &decision("d", "b")), "invalid-rule", "nothing is said of the rest");
    assert_eq!(code("target", "requires = 'x > 5'\nmeasure = \"y\""), "invalid-rule");
    let reading = |part: &str| {
        format!("requires = 'x > 5'\n[[rule.reading]]\nid = \"r\"\nnote = {{ zh = \"n\", en = \"n\" }}\n{part}")
    };
    assert!(one_rule("target", &reading("requires = 'x >= 5'")).is_ok());
    assert_eq!(code("target", &reading("requires = 'x > 5'")), "invalid-rule", "changes nothing");
    assert_eq!(code("target", &reading("")), "invalid-rule");
    assert_eq!(code("target", &reading("requires = 'x >= 5'\napplies = 'b'")), "invalid-rule", "two changes");
    let bounds = |test: &str, bounds: &str| {
        one_rule("obligation", &format!("applies = 'x < 100'\nrequires = '{test}'\nbounds = [{bounds}]"))
    };
    assert!(bounds("y >= 100", "{ number = 100, word = \"低于\" }, { number = 100, word = \"达到\" }").is_ok());
    assert!(bounds("not(y < 5)", "{ number = 5, word = \"以上\" }").is_ok());
    assert_eq!(
        bounds("y > 5", "{ number = 5, word = \"以上\" }").unwrap_err().iter().next().unwrap().code(),
        "bound-mismatch"
    );
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
fn a_report_is_a_receipt() {
    let plan = lianzhou();
    let area = plan.with_facts("project", &json!({"last_year_intensity_target_met": false})).unwrap();
    let facts =
        r#"{"is_two_high": true, "stage": "proposed", "justified": ["necessity"], "intensity_situation_severe": null}"#;
    let report = area.at(day("2024-06-30")).evaluate_json("project", facts).unwrap();
    let receipt = report.to_json();
    assert_eq!(plan.verify(&receipt).unwrap().to_json(), receipt);
    let spoilt = |from: &str, to: &str| {
        assert!(receipt.contains(from), "{from}");
        let errors = plan.verify(receipt.replacen(from, to, 1)).unwrap_err();
        let error = errors.iter().next().unwrap();
        (error.code(), error.path().to_owned())
    };
    let gate = "receipt.findings.two-high-proposed-slow-limited-approval.outcome";
    let outcome = r#""rule":"two-high-proposed-slow-limited-approval""#;
    let at = receipt.find(outcome).unwrap();
    let mut forged = receipt.clone();
    forged.replace_range(at.., &receipt[at..].replacen("triggered", "satisfied", 1));
    let errors = plan.verify(&forged).unwrap_err();
    assert_eq!((errors.iter().next().unwrap().code(), errors.iter().next().unwrap().path()), ("receipt-differs", gate));
    assert_eq!(spoilt(plan.hash(), "0000"), ("other-plan", "receipt.plan".to_owned()));
    assert_eq!(spoilt("\"proposed\"", "\"propsed\""), ("unknown-choice", "receipt.facts.stage".to_owned()));
    assert_eq!(spoilt("2024-06-30", "2024-06-31"), ("invalid-date", "receipt.as_of".to_owned()));
    assert_eq!(spoilt("\"findings\"", "\"finding\"").0, "receipt-differs");
    // Another version of the engine may have written it, as long as it says the same.
    assert!(plan.verify(receipt.replacen("\"engine\":\"", "\"engine\":\"9.", 1)).is_ok());
    for text in ["", "[]", "{}", "{\"plan\":{\"hash\":1}}"] {
        assert!(plan.verify(text).is_err(), "{text}");
    }
    let values = plan.reported();
    assert!(plan.verify(serde_json::to_string(&plan.scorecard(&values).unwrap()).unwrap()).is_err());
}

#[test]
fn the_smallest_change() {
    let changes = |body: &str, facts: &str| {
        let report = one_rule("obligation", body).unwrap().evaluate_json("s", facts).unwrap();
        let changes = report.finding("g").unwrap().smallest_changes();
        changes
            .into_iter()
            .map(|c| {
                let sign = match (c.direction, c.inclusive) {
                    (None, _) => "=",
                    (Some("at_least"), Some(true)) => ">=",
                    (Some("at_least"), _) => ">",
                    (_, Some(true)) => "<=",
                    _ => "<",
                };
                let bound = c.bound.map_or_else(String::new, |b| b.to_string());
                format!("{} {sign} {bound} ({})", c.fact, c.value)
            })
            .collect::<Vec<_>>()
    };
    let of = |test: &str| format!("requires = '{test}'");
    assert_eq!(changes(&of("x >= 50"), r#"{"x": 49.5}"#), ["x >= 50 (50)"]);
    assert_eq!(changes(&of("x > 50"), r#"{"x": 49.5}"#), ["x > 50 (50.1)"]);
    assert_eq!(changes(&of("x < 50"), r#"{"x": 50}"#), ["x < 50 (49)"]);
    assert_eq!(changes(&of("x - y >= 20"), r#"{"x": 80, "y": 61.6}"#), ["x >= 81.6 (81.6)", "y <= 60 (60)"]);
    // 33.333333…: the nearest step that satisfies.
    assert_eq!(changes(&of("3 * x >= 100"), r#"{"x": 1}"#)[0].split(' ').next_back(), Some("(33.333334)"));
    assert_eq!(changes(&of("x >= 50 and b"), r#"{"x": 49, "b": false}"#), [""; 0], "one fact does not do");
    assert_eq!(changes(&of("x >= 50 or b"), r#"{"x": 49, "b": false}"#), ["x >= 50 (50)", "b =  (true)"]);
    assert_eq!(changes(&of("x >= 50"), r#"{"x": 50}"#), [""; 0], "it is met");
    assert_eq!(changes(&of("x >= 50"), "{}"), [""; 0], "nobody knows whether it is met");
    assert_eq!(changes(&of("x in (10..20) or x in [40..50]"), r#"{"x": 31}"#), ["x >= 40 (40)"], "the nearer");
    assert_eq!(changes(&of("x in (10..20) or x in [40..50]"), r#"{"x": 29}"#), ["x < 20 (19)"]);

    let plan = lianzhou();
    let of = |subject: &str, rule: &str, facts: &str| {
        let report = plan.evaluate_json(subject, facts).unwrap();
        serde_json::to_value(report.finding(rule).unwrap().smallest_changes()).unwrap()
    };
    assert_eq!(
        of(
            "urban_wwtp",
            "wwtp-urban-bod-plus-20-2025",
            r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 80}"#
        ),
        json!([{"fact": "influent_bod5_mg_l", "value": "81.6", "bound": "81.6", "inclusive": true, "direction": "at_least"}]),
        "never the base year"
    );
    let quota = r#"{"energy_intensity_reduction_pct": 13, "assigned_energy_intensity_reduction_pct": 14.5}"#;
    let changes = of("city", "target-energy-intensity-2025", quota);
    assert_eq!(changes.as_array().unwrap().len(), 1, "never the quota");
    let unreachable = r#"{"energy_intensity_reduction_pct": 13, "assigned_energy_intensity_reduction_pct": 100}"#;
    assert_eq!(of("city", "target-energy-intensity-2025", unreachable)[0]["value"], "100");
    let elements = r#"{"influent_bod5_mg_l": 80, "has_plan": true, "plan_elements": ["network_coverage", "works_plan_volume", "works_plan_concentration"]}"#;
    let changes = of("urban_wwtp", "wwtp-urban-bod-one-plant-one-policy", elements);
    assert_eq!(changes[0]["fact"], "plan_elements");
    assert_eq!(changes[0]["value"].as_array().unwrap().len(), 4);
    assert_eq!(
        of("city", "target-construction-land-safe-use-2025", r#"{"construction_land_safe_use_ensured": false}"#),
        json!([]),
        "never a judgement"
    );
}

#[test]
fn progress_and_pace() {
    let plan = lianzhou();
    let row = |no: u32, values: &str, as_of: &str| {
        let card = plan.at(day(as_of)).scorecard_json(values).unwrap();
        let row = card.row(no).unwrap();
        (row.progress.map(|d| d.to_string()), row.pace.map(|d| d.to_string()))
    };
    let some = |text: &str| Some(text.to_owned());
    // Forest: from 68.21 to 69 in five years is 0.158 a year; 68.605 is half the way.
    assert_eq!(
        row(19, r#"{"forest_coverage_pct": {"value": 68.21, "year": 2020}}"#, "2020-12-31"),
        (some("0"), some("0.158"))
    );
    assert_eq!(
        row(19, r#"{"forest_coverage_pct": {"value": 68.605, "year": 2023}}"#, "2023-12-31"),
        (some("0.5"), some("0.1975"))
    );
    assert_eq!(
        row(19, r#"{"forest_coverage_pct": {"value": 69.79, "year": 2023}}"#, "2023-12-31"),
        (some("2"), some("0"))
    );
    assert_eq!(row(19, r#"{"forest_coverage_pct": 68.21}"#, "2025-12-31"), (some("0"), None), "no year is left");
    // PM2.5 stood at its target in 2020: no way to measure, but a pace once it is above.
    assert_eq!(row(2, r#"{"pm25_annual_ug_m3": {"value": 28, "year": 2022}}"#, "2022-12-31"), (None, some("-1")));
    // A third of a unit in three years, rounded half up to two decimals more than the fact has.
    assert_eq!(
        row(17, r#"{"hazwaste_disposal_rate_pct": {"value": 98, "year": 2022}}"#, "2022-12-31"),
        (some("0.845"), some("0.3333"))
    );
    let report = plan
        .at(day("2023-12-31"))
        .evaluate_json("urban_wwtp", r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 71.6}"#)
        .unwrap();
    let finding = report.finding("wwtp-urban-bod-plus-20-2025").unwrap();
    assert_eq!(
        (finding.progress().unwrap().to_string(), finding.pace().unwrap().to_string()),
        ("0.5".to_owned(), "5".to_owned())
    );
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
    let spoilt = crate::plans::SMALL.replace("max = 500", "max = 500\ndecimals = 4294967295");
    assert_eq!(code(Plan::from_toml(&spoilt).unwrap_err()), "invalid-value");
    let branching = format!("requires = '{}b{}'", "not(".repeat(55), ")".repeat(55));
    assert_eq!(code(one_rule("obligation", &branching).unwrap_err()), "too-deep");
}

#[test]
fn receipts_are_compared_key_by_key() {
    let plan = lianzhou();
    let receipt = plan.evaluate_json("project", r#"{"is_two_high": true, "stage": "proposed"}"#).unwrap().to_json();
    let code = |text: &str| plan.verify(text).unwrap_err().iter().next().unwrap().code();
    assert_eq!(code(&receipt.replacen('{', "{\"findings\":[],", 1)), "invalid-json", "a key twice");
    assert_eq!(code(&receipt.replacen('{', "{\"certified_by\":null,", 1)), "receipt-differs", "a key too many");
    assert_eq!(code(&receipt.replacen("\"decision\":null,", "", 1)), "receipt-differs", "a key too few");
    let engine = format!("\"engine\":\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(code(&receipt.replacen(&engine, "\"engine\":{\"x\":1}", 1)), "missing-field");
    // What stands behind a scorecard is a receipt as well, and so is a year without its value.
    let predecessor = ecoplan::plan("lianzhou-135").unwrap();
    let card = predecessor.scorecard(&predecessor.reported()).unwrap();
    predecessor.verify(card.report().to_json()).unwrap();
    let year = plan.evaluate_json("city", r#"{"good_days_pct": {"year": 2024}}"#).unwrap();
    plan.verify(year.to_json()).unwrap();
}

#[test]
fn changes_are_proposed_where_they_make_sense() {
    let changes = |body: &str, facts: &str| {
        let report = one_rule("obligation", body).unwrap().evaluate_json("s", facts).unwrap();
        report
            .finding("g")
            .unwrap()
            .smallest_changes()
            .into_iter()
            .map(|c| (c.fact, c.value.to_string()))
            .collect::<Vec<_>>()
    };
    let one = |fact: &str, value: &str| vec![(fact.to_owned(), value.to_owned())];
    assert_eq!(changes("applies = 'x > 10'\nrequires = 'x >= 20'", r#"{"x": 5}"#), [], "the rule does not apply");
    assert_eq!(changes("requires = 'x / 3 >= 10'", r#"{"x": 29}"#), one("x", "30"), "the quotient does not end");
    let rise = "requires = 'x - y >= 90'\nmeasure = \"x\"\nbaseline = { fact = \"y\", year = 2020 }";
    assert_eq!(changes(rise, r#"{"x": 5, "y": 1}"#), one("x", "91"), "never the baseline");
    // The measure on both sides: 20 is where they meet.
    let both = one_rule(
        "obligation",
        "requires = 'x >= 0.5 * x + 10'\nmeasure = \"x\"\nbaseline = { value = 0, year = 2020 }",
    )
    .unwrap();
    let report = both.evaluate_json("s", r#"{"x": 10}"#).unwrap();
    assert_eq!(report.finding("g").unwrap().progress().map(|p| p.to_string()).as_deref(), Some("0.5"));
}
