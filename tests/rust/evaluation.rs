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

#[track_caller]
fn refused(test: &str, why: &str) {
    let errors = one_rule("obligation", &format!("requires = '{test}'")).err().unwrap_or_else(|| panic!("{test}"));
    assert_eq!(errors.iter().map(|error| error.problem().to_string()).collect::<Vec<_>>(), [why], "{test}");
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
