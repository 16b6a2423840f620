//! Prints what Rust says of every shared vector, one JSON object a line, for other languages to be compared with. Of a
//! case's findings, those that the vector is about; all, in the first case of a subject.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use ecoplan::{Errors, Plan, Report};
use serde::Serialize;
use serde_json::{Value as Json, json};

fn load(file: &str) -> Json {
    let (_, text) = ecoplan_spec::VECTORS.iter().find(|(name, _)| *name == file).unwrap();
    serde_json::from_str(text).unwrap()
}

/// All files of one kind: `cases.json`, `cases-air.json` …
fn load_all(kind: &str) -> impl Iterator<Item = Json> {
    ecoplan_spec::VECTORS.iter().filter(move |(name, _)| name.starts_with(kind)).map(|(name, _)| load(name))
}

fn plan(id: &Json) -> Plan {
    ecoplan::plan(id.as_str().unwrap()).unwrap()
}

fn at(plan: &Plan, day: &Json) -> Plan {
    day.as_str().map_or_else(|| plan.clone(), |day| plan.at(day.parse().unwrap()))
}

fn show(key: &str, result: Result<impl Serialize, Errors>) {
    match result {
        Ok(report) => println!("{}", json!({ "key": key, "report": report })),
        Err(errors) => println!("{}", json!({ "key": key, "errors": errors })),
    }
}

/// A report with the findings of some rules, or of all where none is named.
fn about(report: Result<Report, Errors>, rules: &[&str]) -> Result<Json, Errors> {
    let mut report = serde_json::to_value(report?).unwrap();
    if !rules.is_empty() {
        let findings = report["findings"].as_array_mut().unwrap();
        findings.retain(|finding| rules.contains(&finding["rule"].as_str().unwrap()));
    }
    Ok(report)
}

/// Every state of the gate's facts, in their order; `null` where a fact is not known.
fn states(facts: &[Json]) -> Vec<Vec<Json>> {
    let mut states = vec![vec![]];
    for fact in facts {
        let options = match fact.as_str() {
            Some("stage") => vec![json!("existing"), json!("under_construction"), json!("proposed"), Json::Null],
            _ => vec![json!(true), json!(false), Json::Null],
        };
        let with = |state: &Vec<Json>| {
            options.iter().map(|option| [&**state, slice::from_ref(option)].concat()).collect::<Vec<_>>()
        };
        states = states.iter().flat_map(with).collect();
    }
    states
}

fn main() {
    let mut seen = BTreeSet::new();
    for file in load_all("cases") {
        let plan = plan(&file["plan"]);
        for case in file["cases"].as_array().unwrap() {
            let plan = at(&plan, &case["as_of"]);
            let subject = case["subject"].as_str().unwrap();
            let report = plan.evaluate_json(subject, case["facts"].to_string());
            let first = seen.insert((plan.id().to_owned(), subject.to_owned()));
            let rules = case["expect"].as_object().unwrap().keys().map(String::as_str).filter(|_| !first);
            show(case["name"].as_str().unwrap(), about(report, &rules.collect::<Vec<_>>()));
        }
    }
    let bad = load("bad-facts.json");
    for case in bad["cases"].as_array().unwrap() {
        let report =
            plan(&bad["plan"]).evaluate_json(case["subject"].as_str().unwrap(), case["json"].as_str().unwrap());
        show(case["name"].as_str().unwrap(), report);
    }
    for file in load_all("boundaries") {
        for row in file["rows"].as_array().unwrap() {
            let [rule, fact] = [2, 3].map(|i| row[i].as_str().unwrap());
            let plan = plan(&row[0]);
            for side in 5..8 {
                let mut facts = file["others"].get(rule).cloned().unwrap_or_else(|| json!({}));
                facts[fact] = row[side][0].clone();
                let key = format!("{rule} {fact} {}", row[side][0]);
                show(&key, about(plan.evaluate(row[1].as_str().unwrap(), &facts), &[rule]));
            }
        }
    }
    let gate = load("two-high-gate.json");
    let gated = plan(&gate["plan"]);
    let names = gate["facts"].as_array().unwrap();
    for state in states(names) {
        let facts: BTreeMap<_, _> = names.iter().map(|name| name.as_str().unwrap()).zip(&state).collect();
        let report = gated.evaluate(gate["subject"].as_str().unwrap(), &facts);
        show(&format!("two-high-gate {}", json!(state)), about(report, &[gate["rule"].as_str().unwrap()]));
    }
    for file in ["table1.json", "table2-as-of-2020.json", "table2-as-of-2025.json"] {
        let table = load(file);
        let plan = plan(&table["plan"]);
        show(file, at(&plan, &table["as_of"]).scorecard(&plan.reported()));
    }
}
