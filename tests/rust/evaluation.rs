//! What the vectors do not reach: the 12,000 pairs, deadlines, gates with several decisions, questions, shared facts.

use ecoplan::{Expression, Lang, Outcome, Plan, Report, Value};
use serde_json::json;

use crate::common::{day, lianzhou, one_rule, outcome};

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
        rule(
            "agreed-lately",
            "deadline",
            "mandatory",
            "applies = 'finished_on >= date(2021, 1, 1)'\ndone = \"finished\"\ndone_on = \"finished_on\"\ndue = \"agreed_by\"",
        ),
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
    // The day of an act may be late as long as nobody says when it was due.
    let both = vec!["finished_on".to_owned(), "agreed_by".to_owned()];
    assert_eq!(of(r#"{"finished": true}"#, "agreed-lately"), (Undetermined, both));
}

#[test]
fn what_was_done_too_late_need_not_be_asked() {
    let body = "applies = 'b'\ndone = \"z\"\ndone_on = \"d\"\ndue = 2021-12-31";
    let plan = one_rule("deadline", body).unwrap();
    let of = |facts: &str| {
        let report = plan.at(day("2025-12-31")).evaluate_json("s", facts).unwrap();
        let finding = report.finding("g").unwrap();
        let missing: Vec<String> = finding.missing().map(|f| f.name.clone()).collect();
        let notes: Vec<&str> = finding.notes().iter().map(|n| n.code).collect();
        (finding.outcome(), missing, notes)
    };
    let asked = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    use Outcome::{Breached, Undetermined};
    assert_eq!(of(r#"{"b": true}"#), (Undetermined, asked(&["z"]), vec![]), "done, on a day nobody asks for, or not");
    assert_eq!(of("{}"), (Undetermined, asked(&["b", "z"]), vec![]));
    assert_eq!(of(r#"{"b": true, "d": "2021-12-31"}"#), (Undetermined, asked(&["z"]), vec![]), "in time, if it was");
    assert_eq!(of(r#"{"b": true, "d": "2022-01-01"}"#), (Breached, vec![], vec![]), "done late or not done");
    assert_eq!(of(r#"{"d": "2022-01-01"}"#), (Undetermined, asked(&["b"]), vec![]), "the same for whom it concerns");
}

#[test]
fn a_value_of_a_year_before_the_due_day_is_stale() {
    let at = |due: &str, facts: &str| {
        let plan = one_rule("target", &format!("requires = 'x >= 5'\ndue = {due}")).unwrap();
        let report = plan.at(day("2024-06-30")).evaluate_json("s", facts).unwrap();
        let finding = report.finding("g").unwrap();
        (finding.outcome(), finding.notes().iter().any(|n| n.code == "stale"))
    };
    use Outcome::{Pending, Satisfied};
    for due in ["2023-12-31", "\"d\""] {
        let facts = |year: u16| format!(r#"{{"x": {{"value": 6, "year": {year}}}, "d": "2023-12-31"}}"#);
        assert_eq!(at(due, &facts(2022)), (Satisfied, true), "{due}");
        assert_eq!(at(due, &facts(2023)), (Satisfied, false), "{due}");
    }
    let later = r#"{"x": {"value": 4, "year": 2022}, "d": "2024-12-31"}"#;
    assert_eq!(at("\"d\"", later), (Pending, false), "not due yet");
    assert_eq!(at("\"d\"", r#"{"x": {"value": 6, "year": 2022}}"#), (Satisfied, false), "due nobody knows when");
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
    let plan = lianzhou().only(["two-high-*"]).unwrap();
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
        "  ✗ requires: mean influent BOD5 (80 mg/L) − mean influent BOD5 in 2020 (61.6 mg/L) is at least 20 mg/L",
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
