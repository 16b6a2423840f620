//! Prints what Rust says of every shared vector, one JSON object a line, for other languages to be compared with.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use ecoplan::{Errors, Plan};
use serde::Serialize;
use serde_json::{Value as Json, json};

fn load(file: &str) -> Json {
    let (_, text) = ecoplan_spec::VECTORS.iter().find(|(name, _)| *name == file).unwrap();
    serde_json::from_str(text).unwrap()
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

fn main() {
    let cases = load("cases.json");
    for case in cases["cases"].as_array().unwrap() {
        let plan = at(&plan(&cases["plan"]), &case["as_of"]);
        let report = plan.evaluate_json(case["subject"].as_str().unwrap(), case["facts"].to_string());
        show(case["name"].as_str().unwrap(), report);
    }
    let bad = load("bad-facts.json");
    for case in bad["cases"].as_array().unwrap() {
        let report =
            plan(&bad["plan"]).evaluate_json(case["subject"].as_str().unwrap(), case["json"].as_str().unwrap());
        show(case["name"].as_str().unwrap(), report);
    }
    let boundaries = load("boundaries.json");
    for row in boundaries["rows"].as_array().unwrap() {
        let [rule, fact] = [2, 3].map(|i| row[i].as_str().unwrap());
        for side in 5..8 {
            let mut facts = boundaries["others"].get(rule).cloned().unwrap_or_else(|| json!({}));
            facts[fact] = row[side][0].clone();
            let key = format!("{rule} {fact} {}", row[side][0]);
            show(&key, plan(&row[0]).evaluate(row[1].as_str().unwrap(), &facts));
        }
    }
    for file in ["table1.json", "table2-as-of-2020.json", "table2-as-of-2025.json"] {
        let table = load(file);
        let plan = plan(&table["plan"]);
        show(file, at(&plan, &table["as_of"]).scorecard(&plan.reported()));
    }
}
