//! The bundled plans: the shared vectors, and random facts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ecoplan::Plan;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::engine::{Model, context, decisions};

static PLANS: LazyLock<BTreeMap<&str, Plan>> =
    LazyLock::new(|| ecoplan::plans().map(|id| (id, ecoplan::plan(id).unwrap())).collect());

/// Every subject of every bundled plan, in the other engine.
static MODELS: LazyLock<BTreeMap<(&str, &str), Model>> = LazyLock::new(|| {
    let subjects = PLANS.iter().flat_map(|(id, plan)| plan.subjects().iter().map(move |s| (*id, plan, s.id.as_str())));
    subjects.map(|(id, plan, subject)| ((id, subject), Model::load(plan, subject))).collect()
});

fn load<T: for<'de> Deserialize<'de>>(kind: &str) -> impl Iterator<Item = T> {
    let files = ecoplan_spec::VECTORS.iter().filter(move |(name, _)| name.starts_with(kind));
    files.map(|(name, text)| serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}")))
}

#[derive(Deserialize)]
struct Cases {
    plan: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    subject: String,
    as_of: Option<String>,
    facts: Json,
    expect: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    outcome: String,
    decision: Option<String>,
    #[serde(default)]
    readings: BTreeMap<String, Expected>,
}

#[test]
fn everything_is_exported() {
    let mut exported = 0;
    for ((plan, subject), model) in &*MODELS {
        assert_eq!(model.not_exported, [""; 0], "{plan} {subject}");
        exported += decisions(&PLANS[plan], subject);
    }
    let rules: usize = PLANS.values().flat_map(|plan| plan.rules()).map(|rule| 1 + rule.readings.len()).sum();
    assert_eq!(exported, rules);
}

/// What the vectors expect, derived by hand, and what ecoplan says of every other rule.
#[test]
fn the_vectors() {
    let (mut cases, mut expected, mut all, mut wanted) = (0, 0, 0, 0);
    let mut different = Vec::new();
    for file in load::<Cases>("cases") {
        for case in file.cases {
            let plan = &PLANS[&*file.plan];
            let plan = case.as_of.as_ref().map_or(plan.clone(), |day| plan.at(day.parse().unwrap()));
            let model = &MODELS[&(&*file.plan, &*case.subject)];
            let report = plan.evaluate_json(&case.subject, case.facts.to_string()).unwrap();
            let facts = context(&plan, &case.subject, &report);
            for (rule, says) in &case.expect {
                let readings = says.readings.iter().map(|(reading, says)| (format!("{rule}.{reading}"), says));
                for (decision, says) in std::iter::once((rule.clone(), says)).chain(readings) {
                    let (outcome, decided) = model.says(&decision, &facts);
                    assert_eq!(outcome, says.outcome, "{}: {decision}", case.name);
                    // A decision that is not expected is not in the vector.
                    if says.decision.is_some() {
                        assert_eq!(decided, says.decision, "{}: {decision}", case.name);
                    }
                    expected += 1;
                }
            }
            all += model.compare(&plan, &report, &mut different);
            wanted += decisions(&plan, &case.subject);
            cases += 1;
        }
    }
    println!("{cases} cases, {expected} expectations, {all} comparisons");
    assert!(different.is_empty(), "{} of {all} differ\n{}", different.len(), different.join("\n"));
    assert_eq!(all, wanted, "every rule and reading of every case");
}
