//! Another plan than Lianzhou's, of an invented county: files that nobody built in, through the same doors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ecoplan::model::RuleKind;
use ecoplan::{ClauseState, Column, Lang, Outcome, Plan, TestChange, Verdicts};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::command::{file, stdout};
use crate::coverage::can_say;
use crate::vectors::{BadFacts, Cases, check_bad_fact, check_case};

const FILES: [&str; 4] = ["plan.toml", "indicators.toml", "water.toml", "projects.toml"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("county")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn load<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    serde_json::from_str(&text(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn texts() -> Vec<(&'static str, String)> {
    FILES.map(|name| (name, text(name))).to_vec()
}

fn plan_of(files: &[(&str, String)]) -> Plan {
    Plan::from_files(files.iter().map(|(name, text)| (*name, text.as_str()))).unwrap_or_else(|e| panic!("{e}"))
}

fn county() -> Plan {
    plan_of(&texts())
}

#[test]
fn cases() {
    let plan = county();
    let file: Cases = load("cases.json");
    let mut names = BTreeSet::new();
    for case in &file.cases {
        assert!(names.insert(&case.name), "{}: two cases have this name", case.name);
        check_case(&plan, case);
    }
}

#[test]
fn bad_facts() {
    let plan = county();
    let file: BadFacts = load("bad-facts.json");
    file.cases.iter().for_each(|case| check_bad_fact(&plan, case));
}

#[test]
fn every_outcome_and_decision_of_every_rule_has_a_case() {
    let file: Json = load("cases.json");
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (rule, expect) in file["cases"].as_array().unwrap().iter().flat_map(|case| case["expect"].as_object().unwrap())
    {
        let decision = expect["decision"].as_str().map(|decision| format!(" {decision}")).unwrap_or_default();
        let outcome = expect["outcome"].as_str().unwrap();
        said.entry(rule.clone()).or_default().insert(format!("{outcome}{decision}"));
    }
    for rule in county().rules() {
        let mut all = can_say(rule);
        // It always classifies, if not always known as what.
        if rule.kind == RuleKind::Definition && rule.applies.is_none() {
            all.remove("undetermined");
        }
        let absent: Vec<_> = all.difference(&said[&rule.id]).cloned().collect();
        assert!(absent.is_empty(), "{}: no case for {absent:?}", rule.id);
    }
}

#[test]
fn every_clause_stands_in_the_text_that_it_cites() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let source = dense(&text("yunxi.txt"));
    for clause in county().coverage().clauses {
        assert_eq!(source.matches(&dense(&clause.cite.anchor)).count(), 1, "{}: {}", clause.id, clause.cite.anchor);
    }
}

#[derive(Deserialize)]
struct Scorecards {
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    name: String,
    as_of: String,
    values: Json,
    counts: BTreeMap<String, usize>,
    rows: Vec<Json>,
}

#[test]
fn scorecards() {
    let file: Scorecards = load("scorecards.json");
    for table in file.tables {
        let plan = county().at(table.as_of.parse().unwrap());
        let card = if table.values == json!("reported") {
            plan.scorecard(&plan.reported())
        } else {
            plan.scorecard_json(table.values.to_string())
        };
        let card = card.unwrap_or_else(|e| panic!("{}: {e}", table.name));
        assert_eq!(serde_json::to_value(card.counts).unwrap(), json!(table.counts), "{}", table.name);
        let number = |n: Option<ecoplan::Decimal>| n.map(|n| n.to_string());
        let rows: Vec<Json> = (card.rows.iter())
            .map(|row| {
                json!([
                    row.no,
                    row.status.as_str(),
                    row.reason,
                    number(row.margin),
                    row.stale,
                    row.missing,
                    number(row.progress),
                    number(row.pace)
                ])
            })
            .collect();
        assert_eq!(rows, table.rows, "{}", table.name);
    }
}

#[test]
fn coverage() {
    let coverage = county().coverage();
    // Rules on rivers and quarries that ask for a judgement: wetlands, and benches in sight.
    let state = |id: &str| coverage.clauses.iter().find(|clause| clause.id == id).unwrap().state;
    let count = |wanted| coverage.clauses.iter().filter(|clause| clause.state == wanted).count();
    assert_eq!(state("river-wetland"), ClauseState::Judgement);
    assert_eq!(state("quarry-new-benches"), ClauseState::Judgement);
    assert_eq!(state("value-of-ecological-products"), ClauseState::Registered);
    let counts = [ClauseState::Executable, ClauseState::Judgement, ClauseState::Registered].map(count);
    assert_eq!(counts, [18, 2, 2]);
    assert_eq!((coverage.counts.total, coverage.counts.executable), (22, 18));
    let chapters: Vec<_> = coverage.chapters.iter().map(|c| (c.chapter, c.counts.total)).collect();
    assert_eq!(chapters, [(2, 6), (3, 9), (4, 6), (5, 1)]);
}

#[test]
fn what_is_given_once_and_a_target_that_was_corrected() {
    let plan = county().with_facts_json("application", r#"{"water_left_m3_per_day": 499}"#).unwrap();
    let near = r#"{"bank_distance_m": 300, "in_source_protection_zone": false, "water_demand_m3_per_day": 500, "has_buffer_plan": true}"#;
    let decision = |plan: &Plan, facts: &str| {
        let report = plan.evaluate_json("application", facts).unwrap();
        report.finding("application-gate").unwrap().decision().map(str::to_owned)
    };
    assert_eq!(decision(&plan, near).as_deref(), Some("defer"));
    // A case that says it itself overrides it.
    assert_eq!(decision(&plan, &near.replace('{', r#"{"water_left_m3_per_day": 500, "#)), None);

    let corrected = county().with_target("forest-cover-2030", "62".parse().unwrap()).unwrap();
    let report = corrected.evaluate_json("county", r#"{"forest_cover_pct": 62.4}"#).unwrap();
    let finding = report.finding("forest-cover-2030").unwrap();
    assert_eq!((finding.outcome(), finding.margin()), (Outcome::Satisfied, Some("0.4".parse().unwrap())));
    // 12 % below a fact is no printed number, nor is what the city assigns.
    for rule in ["cod-minus-12-percent-2030", "good-days-2030"] {
        let errors = county().with_target(rule, "1".parse().unwrap()).unwrap_err();
        assert_eq!(errors.iter().next().unwrap().code(), "no-numeric-target");
    }
}

/// A later version of the plan: one test tightened, one loosened, one rule added.
#[test]
fn another_version() {
    let mut files = texts();
    let mut change = |name: &str, from: &str, to: &str| {
        let (_, text) = files.iter_mut().find(|(file, _)| *file == name).unwrap();
        assert!(text.contains(from));
        *text = text.replace(from, to);
    };
    // The lower reach needs 0.6 m³/s instead of 0.5; 62 % of forest are enough instead of 62.5.
    change("water.toml", "flow_m3_per_s >= 0.5", "flow_m3_per_s >= 0.6");
    change("water.toml", "number = 0.5, word = \"不得低于\"", "number = 0.6, word = \"不得低于\"");
    change("indicators.toml", "forest_cover_pct >= 62.5", "forest_cover_pct >= 62");
    change("indicators.toml", "number = 62.5", "number = 62");
    let quarry = "[[rule]]\nid = \"quarry-no-disturbance\"\nsubject = \"quarry\"\nkind = \"obligation\"\n\
        title = { zh = \"不新增受损面积\", en = \"No land disturbed\" }\nrequires = 'disturbed_ha <= 20'\n\
        strength = { class = \"mandatory\", verb = \"不得\" }\naddressee = { zh = \"企业\", en = \"the operator\" }\n\
        cite = { chapter = 4, section = 1, item = 4, anchor = \"受损面积不得超过20公顷\" }\n\
        says = { zh = \"受损面积不得超过20公顷\", en = \"At most 20 ha are disturbed\" }\n";
    files.push(("more.toml", quarry.to_owned()));
    let found = county().diff(&plan_of(&files));
    assert_eq!((&found.added[..], found.removed.len(), found.same), (&["quarry-no-disturbance".to_owned()][..], 0, 18));
    let changed: BTreeMap<&str, TestChange> = found.changed.iter().map(|c| (c.after.as_str(), c.test)).collect();
    let expected = BTreeMap::from([("river-flow", TestChange::Tightened), ("forest-cover-2030", TestChange::Loosened)]);
    assert_eq!(changed, expected);
    let flow = found.changed.iter().find(|c| c.after == "river-flow").unwrap().witness.as_ref().unwrap();
    assert_eq!((flow.before, flow.after), (Outcome::Satisfied, Outcome::Breached));
    let value: ecoplan::Decimal = flow.facts["flow_m3_per_s"].to_string().parse().unwrap();
    assert!(value >= "0.5".parse().unwrap() && value < "0.6".parse().unwrap(), "{value}");
}

/// What its author would be shown: the cases reach all that a rule can say, and each reading.
#[test]
fn boundary_cases() {
    let plan = county();
    for rule in plan.rules() {
        let cases = plan.boundary_cases(&rule.id).unwrap();
        let mut said = BTreeSet::new();
        for case in &cases {
            let on = case.as_of.map_or(plan.clone(), |day| plan.at(day));
            let report = on.evaluate(&rule.subject, &case.facts).unwrap_or_else(|e| panic!("{}: {e}", rule.id));
            let finding = report.finding(&rule.id).unwrap();
            let decision = finding.decision().map(|decision| format!(" {decision}")).unwrap_or_default();
            said.insert(format!("{}{decision}", finding.outcome().as_str()));
        }
        let mut all = can_say(rule);
        if rule.kind == RuleKind::Definition && rule.applies.is_none() {
            all.remove("undetermined");
        }
        assert!(said.is_superset(&all), "{}: {all:?} but {said:?}", rule.id);
        for reading in &rule.readings {
            let shown = |case: &ecoplan::BoundaryCase| case.about == "reading" && case.of.as_ref() == Some(&reading.id);
            assert!(cases.iter().any(shown), "{}: {}", rule.id, reading.id);
        }
    }
    let values = |rule: &str, fact: &str| -> BTreeSet<String> {
        let cases = plan.boundary_cases(rule).unwrap();
        cases.iter().filter_map(|case| Some(case.facts.get(fact)?.to_string())).collect()
    };
    // A boundary below zero.
    assert!(values("quarry-depth", "lowest_bench_m").is_superset(&["-15.1", "-15", "-14.9"].map(str::to_owned).into()));
    // The limit of each reach is looked at in that reach.
    let flows = plan.boundary_cases("river-flow").unwrap();
    for (reach, below, at) in [("upper", "2.39", "2.4"), ("middle", "1.09", "1.1"), ("lower", "0.49", "0.5")] {
        for flow in [below, at] {
            let shown = |case: &&ecoplan::BoundaryCase| {
                let value = |fact: &str| case.facts.get(fact).map(ToString::to_string);
                value("reach") == Some(format!("\"{reach}\"")) && value("flow_m3_per_s").as_deref() == Some(flow)
            };
            assert!(flows.iter().any(|case| shown(&case)), "{reach} {flow}");
        }
    }
}

/// Columns come to what the cases come to.
#[test]
fn a_table() {
    let plan = county();
    let batch = plan.batch("quarry", &["lowest_bench_m", "disturbed_ha", "restored_ha"]).unwrap();
    let mut verdicts = Verdicts::default();
    let columns = [&[-15.0, -15.1][..], &[10.0, 10.0], &[5.99, 6.0]].map(Column::floats);
    batch.evaluate(&columns, 0..2, &mut verdicts).unwrap();
    let of = |rule: &str| &verdicts.rules[batch.rules().position(|known| known.id == rule).unwrap()].outcomes;
    let [satisfied, breached] = [Outcome::Satisfied, Outcome::Breached].map(|outcome| outcome as u8);
    assert_eq!(of("quarry-depth"), &[satisfied, breached]);
    assert_eq!(of("quarry-restoration-2028"), &[breached, satisfied]);
}

#[test]
fn the_command_takes_it_as_one_file() {
    let plan = file("yunxi.toml", texts().iter().map(|(_, text)| &**text).collect::<String>().as_bytes());
    let facts = file("quarry.json", br#"{"lowest_bench_m": -15.1, "disturbed_ha": 10, "restored_ha": 6}"#);
    let arguments = ["--plan", &plan, "--subject", "quarry", "--facts", &facts, "--json"];
    let shown: Json = serde_json::from_str(&stdout(&arguments)).unwrap();
    let report = &shown["report"];
    assert_eq!(
        (report["plan"]["id"].as_str(), report["plan"]["hash"].as_str()),
        (Some("yunxi-155"), Some(county().hash()))
    );
    let outcomes: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| f["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["breached", "satisfied", "undetermined"]);
    let card: Json = serde_json::from_str(&stdout(&["--plan", &plan, "--as-of", "2026-12-31", "--json"])).unwrap();
    assert_eq!(card["scorecards"][0]["counts"]["pending"], 5);
}

/// Both languages say every finding in words of their own.
#[test]
fn in_words() {
    let report = county().evaluate_json("quarry", r#"{"lowest_bench_m": -15.1}"#).unwrap();
    let (zh, en) = (report.explain(Lang::Zh), report.explain(Lang::En));
    for part in ["最低开采标高（-15.1 m）", "不低于 -15 m", "采石场最低开采标高不得低于海拔-15米"]
    {
        assert!(zh.contains(part), "{part} is not in\n{zh}");
    }
    for part in ["lowest bench above sea level (-15.1 m) is at least -15 m", "chapter 4, section 1, item 1"] {
        assert!(en.contains(part), "{part} is not in\n{en}");
    }
}
