//! Margins, smallest changes, progress and pace.

use ecoplan::{Direction, Lang, Plan};
use serde_json::json;

use crate::common::{day, lianzhou, one_rule, rule_text};

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
fn a_margin_is_in_the_unit_of_what_it_measures() {
    // x, y and lo in tonnes, hi in mg/L.
    let text = |test: &str| rule_text("obligation", &format!("requires = '{test}'")).replacen("mg/L", "t", 3);
    let margin = |test: &str, facts: &str| {
        let report = Plan::from_toml(&text(test)).unwrap().evaluate_json("s", facts).unwrap();
        let finding = report.finding("g").unwrap();
        finding.margin().map(|margin| format!("{margin} {}", finding.unit().unwrap_or_default()))
    };
    assert_eq!(margin("hi >= 5", r#"{"hi": 6}"#).as_deref(), Some("1 mg/L"));
    assert_eq!(margin("lo >= 5", r#"{"lo": 6}"#).as_deref(), Some("1 t"));
    assert_eq!(margin("lo >= 5 and hi >= 5", r#"{"lo": 6, "hi": 6}"#), None, "tonnes and mg/L have no smallest");
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
                    (Some(Direction::Exactly), _) => "exactly",
                    (Some(Direction::AtLeast), Some(true)) => ">=",
                    (Some(Direction::AtLeast), _) => ">",
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

#[test]
fn the_smallest_change_of_a_set() {
    let change = |test: &str, now: &[&str]| {
        let plan = one_rule("obligation", &format!("requires = '{test}'")).unwrap();
        let report = plan.evaluate("s", &json!({ "st": now })).unwrap();
        let changes = report.finding("g").unwrap().smallest_changes();
        changes.first().map(|c| serde_json::to_value(&c.value).unwrap())
    };
    let all = ["p", "q", "r", "s"];
    assert_eq!(
        change("every e in [\"p\", \"r\"] satisfies list contains(st, e)", &["p", "q"]),
        Some(json!(["p", "q", "r"]))
    );
    assert_eq!(change("not(list contains(st, \"p\"))", &all), Some(json!(["q", "r", "s"])), "a removal");
    assert_eq!(change("count(st) <= 1", &["q", "r", "s"]), Some(json!(["s"])), "two removals");
    // Both p and q, or r alone: one member is fewer than two.
    let either = "list contains(st, \"p\") and list contains(st, \"q\") or list contains(st, \"r\")";
    assert_eq!(change(either, &[]), Some(json!(["r"])));
    assert_eq!(change("list contains(st, \"p\") and not(list contains(st, \"p\"))", &[]), None, "nothing does");
}

/// Of sixteen choices not every combination can be tried.
#[test]
fn the_smallest_change_of_a_large_set() {
    let ids: Vec<String> = (0..16).map(|i| format!("c{i}")).collect();
    let choices: Vec<String> =
        ids.iter().map(|id| format!("{{ id = \"{id}\", label = {{ zh = \"l\", en = \"l\" }} }}")).collect();
    let four = ["p", "q", "r", "s"].map(|c| format!("{{ id = \"{c}\", label = {{ zh = \"l\", en = \"l\" }} }}"));
    let change = |test: &str, now: &[&str]| {
        let text =
            rule_text("obligation", &format!("requires = '{test}'")).replace(&four.join(", "), &choices.join(", "));
        let report = Plan::from_toml(&text).unwrap().evaluate("s", &json!({ "st": now })).unwrap();
        let changes = report.finding("g").unwrap().smallest_changes();
        changes.first().map(|c| serde_json::to_value(&c.value).unwrap())
    };
    // c0 has to go and c14 to come.
    let mixed = "list contains(st, \"c3\") and list contains(st, \"c14\") and not(list contains(st, \"c0\"))";
    assert_eq!(change(mixed, &["c0", "c3", "c9"]), Some(json!(["c3", "c9", "c14"])));
    let twelve: Vec<String> = ids.iter().skip(2).take(12).map(|id| format!("\"{id}\"")).collect();
    let every = format!("every e in [{}] satisfies list contains(st, e)", twelve.join(", "));
    assert_eq!(change(&every, &["c0"]).unwrap().as_array().unwrap().len(), 13, "what there is, and the twelve");
    let none = format!("every e in [{}] satisfies not(list contains(st, e))", twelve.join(", "));
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(change(&none, &all), Some(json!(["c0", "c1", "c14", "c15"])));
}

#[test]
fn the_smallest_change_of_a_day() {
    let change = |test: &str, now: &str| {
        let plan = one_rule("obligation", &format!("requires = '{test}'")).unwrap();
        let report = plan.evaluate("s", &json!({ "d": now })).unwrap();
        let zh = report.explain(Lang::Zh);
        let changes = report.finding("g").unwrap().smallest_changes();
        changes.first().map(|c| {
            let words = zh.lines().find(|l| l.contains("达标所需")).unwrap_or_default().trim().to_owned();
            (c.value.to_string(), c.direction.unwrap(), c.inclusive.unwrap(), words)
        })
    };
    let (value, direction, inclusive, words) = change("d <= date(\"2024-02-29\")", "2024-03-05").unwrap();
    assert_eq!((value.as_str(), direction, inclusive), ("date(\"2024-02-29\")", Direction::AtMost, true));
    assert!(words.contains("不晚于"), "{words}");
    let (value, direction, inclusive, words) = change("d > date(\"2023-12-31\")", "2022-01-01").unwrap();
    assert_eq!((value.as_str(), direction, inclusive), ("date(\"2024-01-01\")", Direction::AtLeast, false));
    assert!(words.contains("晚于"), "{words}");
    let (value, ..) = change("d < date(\"2024-03-01\")", "2024-03-01").unwrap();
    assert_eq!(value, "date(\"2024-02-29\")", "a leap year");
    let (value, direction, ..) = change("d = date(\"2024-03-01\")", "2020-01-01").unwrap();
    assert_eq!((value.as_str(), direction), ("date(\"2024-03-01\")", Direction::Exactly));
}

#[test]
fn the_smallest_change_where_no_boundary_can_be_solved_for() {
    let change = |test: &str, now: &str| {
        let plan = one_rule("obligation", &format!("requires = '{test}'")).unwrap();
        let report = plan.evaluate("s", &json!({ "x": now, "y": 1 })).unwrap();
        let change = report.finding("g").unwrap().smallest_changes().into_iter().find(|c| c.fact == "x");
        change.map(|c| (c.value.to_string(), c.direction.unwrap()))
    };
    let at_least = |value: &str| Some((value.to_owned(), Direction::AtLeast));
    let at_most = |value: &str| Some((value.to_owned(), Direction::AtMost));
    assert_eq!(change("x * x >= 100", "4"), at_least("10"));
    assert_eq!(change("x * x >= 100", "-4"), at_most("-10"));
    assert_eq!(change("max(x, 5) + 1 >= 20", "4"), at_least("19"));
    assert_eq!(change("floor(x / 10) = 3", "5"), at_least("30"));
    assert_eq!(change("floor(x / 10) = 3", "100"), at_most("39"));
    assert_eq!(change("x = 7", "5"), Some(("7".to_owned(), Direction::Exactly)));
    assert_eq!(change("x between 6 and 9", "5"), at_least("6"));
    assert_eq!(change("x != 5", "5"), at_most("4"), "a step down is as near as a step up");
}

#[test]
fn targets_among_other_conditions() {
    let way = |test: &str, facts: serde_json::Value| {
        let body =
            format!("requires = '{test}'\nmeasure = \"x\"\nbaseline = {{ value = 0, year = 2020 }}\ndue = 2025-12-31");
        let report = one_rule("target", &body).unwrap().at(day("2023-12-31")).evaluate("s", &facts).unwrap();
        let finding = report.finding("g").unwrap();
        [finding.progress(), finding.pace()].map(|n| n.map(|n| n.to_string()))
    };
    let some = |text: &str| Some(text.to_owned());
    // 10 of 20; the other 10 in two years.
    assert_eq!(way("x >= 20 and b", json!({ "x": 10, "b": true })), [some("0.5"), some("5")]);
    assert_eq!(
        way("b and (z and x - y >= 20)", json!({ "x": 10, "y": 0, "b": true, "z": true })),
        [some("0.5"), some("5")]
    );
    assert_eq!(way("x >= 20 and x <= 30", json!({ "x": 10 })), [None, None], "two boundaries");
    assert_eq!(way("x > 20", json!({ "x": 20 })), [some("1"), None], "on the boundary, which is not enough");
}
