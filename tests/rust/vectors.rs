//! The shared vectors of `spec/vectors`, through the Rust face.

use std::collections::{BTreeMap, BTreeSet};

use ecoplan::{Expression, Finding, Lang, Plan, Report, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

fn load<T: for<'de> Deserialize<'de>>(file: &str) -> T {
    let (_, text) = ecoplan_spec::VECTORS.iter().find(|(name, _)| *name == file).unwrap();
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// All files of one kind: `cases.json`, `cases-air.json` …
pub(crate) fn load_all<T: for<'de> Deserialize<'de>>(kind: &str) -> impl Iterator<Item = T> {
    ecoplan_spec::VECTORS.iter().filter(move |(name, _)| name.starts_with(kind)).map(|(name, _)| load(name))
}

fn plan(id: &str) -> Plan {
    ecoplan::plan(id).unwrap_or_else(|e| panic!("{e}"))
}

/// A finding as the vectors write it: `triggered objection`.
fn says(outcome: &str, decision: Option<&str>) -> String {
    decision.map_or_else(|| outcome.to_owned(), |d| format!("{outcome} {d}"))
}

fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`about` is for readers")]
pub(crate) struct Cases {
    about: String,
    pub(crate) plan: String,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    subject: String,
    as_of: Option<String>,
    facts: Json,
    pub(crate) expect: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    outcome: String,
    #[serde(default, deserialize_with = "given")]
    decision: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    margin: Option<Option<String>>,
    missing: Option<Vec<String>>,
    possible: Option<Vec<String>>,
    notes: Option<Vec<String>>,
    pub(crate) readings: Option<BTreeMap<String, Expected>>,
}

/// Tells a null from a field that is not there.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What a finding or an alternative says, in the vectors' form.
struct Said {
    outcome: String,
    decision: Option<String>,
    margin: Option<String>,
    missing: Vec<String>,
    possible: Vec<String>,
}

fn said(finding: &Finding<'_>) -> Said {
    Said {
        outcome: finding.outcome().as_str().to_owned(),
        decision: finding.decision().map(str::to_owned),
        margin: finding.margin().map(|m| m.to_string()),
        missing: finding.missing().map(|f| f.name.clone()).collect(),
        possible: finding.possible().iter().map(|p| says(p.outcome.as_str(), p.decision.as_deref())).collect(),
    }
}

fn check(place: &str, said: &Said, expected: &Expected, reading: bool) {
    assert_eq!(said.outcome, expected.outcome, "{place}: outcome");
    if let Some(decision) = &expected.decision {
        assert_eq!(&said.decision, decision, "{place}: decision");
    }
    if let Some(margin) = &expected.margin {
        assert_eq!(&said.margin, margin, "{place}: margin");
    }
    // What is open has to be said of a finding; of another reading it may be.
    let open = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    if !reading || expected.missing.is_some() {
        assert_eq!(said.missing, open(&expected.missing), "{place}: missing");
    }
    if !reading || expected.possible.is_some() {
        assert_eq!(set(&said.possible), set(&open(&expected.possible)), "{place}: possible");
        assert_eq!(said.possible.len(), open(&expected.possible).len(), "{place}: possible twice");
    }
}

#[test]
fn cases() {
    let mut names = BTreeSet::new();
    for file in load_all::<Cases>("cases") {
        let plan = plan(&file.plan);
        for case in file.cases {
            assert!(names.insert(case.name.clone()), "{}: two cases have this name", case.name);
            check_case(&plan, &case);
        }
    }
}

impl Case {
    pub(crate) fn report(&self, plan: &Plan) -> Report {
        let plan = self.as_of.as_ref().map_or(plan.clone(), |day| plan.at(day.parse().unwrap()));
        plan.evaluate_json(&self.subject, self.facts.to_string()).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }
}

pub(crate) fn check_case(plan: &Plan, case: &Case) {
    let report = case.report(plan);
    for (rule, expected) in &case.expect {
        let place = format!("{}: {rule}", case.name);
        let finding = report.finding(rule).unwrap_or_else(|| panic!("{place}: no such rule"));
        check(&place, &said(&finding), expected, false);
        if let Some(notes) = &expected.notes {
            let codes: Vec<&str> = finding.notes().iter().map(|n| n.code).filter(|c| *c != "document").collect();
            assert_eq!(&codes, notes, "{place}: notes");
        }
        let Some(readings) = &expected.readings else { continue };
        let found = finding.readings();
        assert_eq!(set(found.iter().map(|r| &r.reading)), set(readings.keys()), "{place}: readings that differ");
        for reading in found {
            let said = Said {
                outcome: reading.outcome.as_str().to_owned(),
                decision: reading.decision,
                margin: reading.margin.map(|m| m.to_string()),
                missing: reading.missing,
                possible: reading.possible.iter().map(|p| says(p.outcome.as_str(), p.decision.as_deref())).collect(),
            };
            check(&format!("{place} [{}]", reading.reading), &said, &readings[&reading.reading], true);
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Boundaries {
    pub(crate) others: BTreeMap<String, BTreeMap<String, Json>>,
    pub(crate) rows: Vec<Boundary>,
}

/// Plan, subject, rule, fact and number; then a value below, at and above it, each with the expected outcome. The values
/// of a set, whose items are counted, are lists.
pub(crate) type Boundary = (String, String, String, String, String, Side, Side, Side);
type Side = (Json, String);

pub(crate) fn check_boundary(plan: &Plan, others: &BTreeMap<String, Json>, row: &Boundary) {
    let (_, subject, rule, fact, _, below, at, above) = row;
    for (value, expected) in [below, at, above] {
        let mut facts = others.clone();
        facts.insert(fact.clone(), value.clone());
        let outcome = match plan.evaluate(subject, &facts) {
            Ok(report) => report.finding(rule).unwrap().outcome().as_str(),
            Err(errors) => errors.iter().next().unwrap().code(),
        };
        assert_eq!(outcome, expected, "{rule}: {fact} = {value}");
    }
}

#[test]
fn every_number_below_at_and_above() {
    let plans = BTreeMap::from(["lianzhou-135", "lianzhou-145"].map(|id| (id, plan(id))));
    let mut covered = BTreeSet::new();
    let rows = load_all::<Boundaries>("boundaries").flat_map(|file| {
        let Boundaries { others, rows } = file;
        rows.into_iter().map(move |row| (others.get(&row.2).cloned().unwrap_or_default(), row)).collect::<Vec<_>>()
    });
    for (others, row) in rows {
        check_boundary(&plans[row.0.as_str()], &others, &row);
        covered.insert((row.0, row.2, row.4));
    }
    // Every number in a default condition has a row.
    for (id, plan) in &plans {
        for rule in plan.rules() {
            let conditions =
                rule.applies.iter().chain(&rule.requires).chain(rule.decisions.iter().filter_map(|d| d.when.as_ref()));
            for word in conditions.flat_map(|c| c.split_whitespace()) {
                let word = word.trim_matches(['(', ')']);
                if word.parse::<ecoplan::Decimal>().is_ok() {
                    let key = ((*id).to_owned(), rule.id.clone(), word.to_owned());
                    assert!(covered.contains(&key), "no boundary vector for {word} of {} ({id})", rule.id);
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct Table {
    plan: String,
    as_of: String,
    counts: BTreeMap<String, usize>,
    rows: Vec<TableRow>,
}

/// Number, status, reason, margin, stale, missing.
type TableRow = (u32, String, Option<String>, Option<String>, bool, Vec<String>);

#[test]
fn the_plans_own_tables() {
    for file in ["table1.json", "table2-as-of-2020.json", "table2-as-of-2025.json"] {
        let table: Table = load(file);
        let plan = plan(&table.plan);
        let card = plan.at(table.as_of.parse().unwrap()).scorecard(&plan.reported()).unwrap();
        assert_eq!(serde_json::to_value(card.counts).unwrap(), json!(table.counts), "{file}: counts");
        assert_eq!(card.rows.len(), table.rows.len(), "{file}");
        for (row, (no, status, reason, margin, stale, missing)) in card.rows.iter().zip(&table.rows) {
            assert_eq!(row.no, *no, "{file}");
            assert_eq!(row.status.as_str(), status, "{file}: row {no}");
            assert_eq!(row.reason, reason.as_deref(), "{file}: row {no}: reason");
            assert_eq!(row.margin.map(|m| m.to_string()).as_ref(), margin.as_ref(), "{file}: row {no}: margin");
            assert_eq!(row.stale, *stale, "{file}: row {no}: stale");
            assert_eq!(&row.missing, missing, "{file}: row {no}: missing");
        }
        let sum = |f: fn(&ecoplan::RowCounts) -> usize| card.by_category.iter().map(|c| f(&c.counts)).sum::<usize>();
        assert_eq!(sum(|c| c.indicators), card.counts.indicators);
        assert_eq!(sum(|c| c.satisfied), card.counts.satisfied);
    }
}

#[derive(Deserialize)]
pub(crate) struct Gate {
    plan: String,
    subject: String,
    rule: String,
    decision: String,
    facts: Vec<String>,
    rows: Vec<[String; 10]>,
}

/// `u` with `ts`: undetermined, possibly triggered or satisfied.
fn letter(outcome: &str) -> &'static str {
    match outcome {
        "n" => "not_applicable",
        "t" => "triggered",
        "s" => "satisfied",
        "u" => "undetermined",
        other => panic!("outcome {other}"),
    }
}

#[test]
fn two_high_gate_in_all_324_states() {
    let gate: Gate = load("two-high-gate.json");
    let plan = plan(&gate.plan);
    let yes_no = ["Y", "N", "?"];
    let mut states = 0;
    for two_high in yes_no {
        for stage in ["existing", "under_construction", "proposed", "?"] {
            for (met, severe, short) in
                yes_no.iter().flat_map(|m| yes_no.iter().flat_map(move |s| yes_no.map(|c| (*m, *s, c))))
            {
                states += 1;
                let state = [two_high, stage, met, severe, short];
                let mut rows =
                    gate.rows.iter().filter(|row| row.iter().zip(state).all(|(cell, s)| cell == "*" || cell == s));
                let row = rows.next().unwrap_or_else(|| panic!("{state:?} is in no row"));
                assert!(rows.next().is_none(), "{state:?} is in two rows");
                let facts: BTreeMap<&str, Json> = gate
                    .facts
                    .iter()
                    .zip(state)
                    .filter(|(_, s)| *s != "?")
                    .map(|(fact, s)| (fact.as_str(), if s.len() == 1 { json!(s == "Y") } else { json!(s) }))
                    .collect();
                let report = plan.evaluate(&gate.subject, &facts).unwrap();
                let finding = report.finding(&gate.rule).unwrap();
                let [.., outcome, missing, possible, any, both] = row;
                let decided = |outcome: &str| says(letter(outcome), (outcome == "t").then_some(&*gate.decision));
                let now = says(finding.outcome().as_str(), finding.decision());
                assert_eq!(now, decided(outcome), "{state:?}");
                let wanted: Vec<&String> =
                    missing.chars().map(|c| &gate.facts[c.to_digit(10).unwrap() as usize]).collect();
                assert_eq!(finding.missing().map(|f| &f.name).collect::<Vec<_>>(), wanted, "{state:?}: missing");
                let found = said(&finding).possible;
                assert_eq!(set(found), set(possible.chars().map(|c| decided(&c.to_string()))), "{state:?}: possible");
                let readings = finding.readings();
                for (id, expected) in [("any-of-three", any), ("headroom-in-both", both)] {
                    match readings.iter().find(|r| r.reading == id) {
                        Some(reading) => {
                            let says = says(reading.outcome.as_str(), reading.decision.as_deref());
                            assert_eq!(says, decided(expected), "{state:?}: {id}");
                        }
                        // A reading that is not listed says the same as the default.
                        None => assert_eq!(outcome, expected, "{state:?}: {id}"),
                    }
                }
            }
        }
    }
    assert_eq!(states, 324);
}

#[derive(Deserialize)]
pub(crate) struct BadFacts {
    plan: String,
    pub(crate) cases: Vec<BadCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BadCase {
    name: String,
    subject: String,
    json: String,
    errors: Vec<BadError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadError {
    code: String,
    path: String,
    hint: Option<String>,
}

#[test]
fn bad_facts() {
    let vectors: BadFacts = load("bad-facts.json");
    let plan = plan(&vectors.plan);
    vectors.cases.iter().for_each(|case| check_bad_fact(&plan, case));
}

pub(crate) fn check_bad_fact(plan: &Plan, case: &BadCase) {
    let errors = match plan.evaluate_json(&case.subject, &case.json) {
        Ok(report) => panic!("{}: accepted: {}", case.name, report.to_json()),
        Err(errors) => errors,
    };
    let found: Vec<_> = errors.iter().map(|e| (e.code(), e.path())).collect();
    let wanted: Vec<_> = case.errors.iter().map(|e| (e.code.as_str(), e.path.as_str())).collect();
    assert_eq!(found, wanted, "{}: {errors}", case.name);
    for (error, expected) in errors.iter().zip(&case.errors) {
        if let Some(part) = &expected.hint {
            let hint = error.hint(Lang::En).unwrap_or_default();
            assert!(hint.contains(part.as_str()), "{}: hint {hint:?} lacks {part:?}", case.name);
        }
    }
}

#[derive(Deserialize)]
struct Feel {
    cases: Vec<(String, Json, Json)>,
    refused: Vec<(String, String)>,
}

#[test]
fn feel() {
    let vectors: Feel = load("feel.json");
    for (text, context, expected) in vectors.cases {
        let expression: Expression = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        let value = expression.evaluate_json(context.to_string()).unwrap_or_else(|e| panic!("{text}: {e}"));
        let found = if value == Value::Unknown { json!("?") } else { serde_json::to_value(&value).unwrap() };
        assert_eq!(found, expected, "{text} with {context}");
        // The printed form means the same.
        let printed: Expression = expression.to_string().parse().unwrap_or_else(|e| panic!("{expression}: {e}"));
        assert_eq!(printed.evaluate_json(context.to_string()).unwrap(), value, "{text} printed as {printed}");
        assert_eq!(printed.to_string(), expression.to_string(), "{text}");
    }
    for (text, code) in vectors.refused {
        match text.parse::<Expression>() {
            Ok(expression) => panic!("{text}: accepted as {expression}"),
            Err(errors) => assert_eq!(errors.iter().next().unwrap().code(), code, "{text}: {errors}"),
        }
    }
}
