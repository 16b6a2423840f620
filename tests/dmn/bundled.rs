//! The bundled plans over the shared vectors.
//!
//! Of those, `bad-facts.json` is about what is refused before any rule is looked at, `feel.json` about no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::thread;

use ecoplan::Plan;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::engine::{Model, context, decisions};

static PLANS: LazyLock<BTreeMap<&str, Plan>> =
    LazyLock::new(|| ecoplan::plans().map(|id| (id, ecoplan::plan(id).unwrap())).collect());

/// Every subject of every bundled plan, in the other engine.
static MODELS: LazyLock<BTreeMap<(&str, &str), Model>> = LazyLock::new(|| {
    let subjects = PLANS.iter().flat_map(|(id, plan)| plan.subjects().iter().map(move |s| (*id, plan, s.id.as_str())));
    subjects.map(|(id, plan, subject)| ((id, subject), Model::load(plan, subject))).collect()
});

fn load<T: for<'de> Deserialize<'de>>(kind: &str) -> impl Iterator<Item = (&'static str, T)> {
    let files = ecoplan_spec::VECTORS.iter().filter(move |(name, _)| name.starts_with(kind));
    files.map(|(name, text)| (*name, serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"))))
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

/// What was expected, and what is different.
#[derive(Default)]
struct Tally {
    cases: usize,
    expected: usize,
    different: Vec<String>,
}

/// What the vectors expect, derived by hand, and what ecoplan says of every other rule and reading.
#[test]
fn every_case_of_the_vectors() {
    let files: Vec<Tally> = thread::scope(|scope| {
        let files: Vec<_> = load::<Cases>("cases").map(|(_, file)| scope.spawn(move || file.compare())).collect();
        files.into_iter().map(|file| file.join().unwrap()).collect()
    });
    let sum = |count: fn(&Tally) -> usize| files.iter().map(count).sum::<usize>();
    let different: Vec<&str> = files.iter().flat_map(|f| &f.different).map(String::as_str).collect();
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
    assert!(sum(|f| f.expected) > sum(|f| f.cases), "each case expects something");
}

impl Cases {
    fn compare(&self) -> Tally {
        let mut tally = Tally::default();
        for case in &self.cases {
            let plan = &PLANS[&*self.plan];
            let plan = case.as_of.as_ref().map_or(plan.clone(), |day| plan.at(day.parse().unwrap()));
            let model = &MODELS[&(&*self.plan, &*case.subject)];
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
                    tally.expected += 1;
                }
            }
            let compared = model.compare(&report, &facts, &mut tally.different);
            assert_eq!(compared, decisions(&plan, &case.subject), "{}", case.name);
            tally.cases += 1;
        }
        tally
    }
}

#[derive(Deserialize)]
struct Boundaries {
    #[serde(default)]
    others: BTreeMap<String, Facts>,
    rows: Vec<Boundary>,
}

type Facts = BTreeMap<String, Json>;

/// Plan, subject, rule, fact and number; then a value below, at and above it, each with the outcome.
type Boundary = (String, String, String, String, String, Side, Side, Side);
type Side = (Json, String);

#[test]
fn every_number_below_at_and_above() {
    let mut compared = 0;
    for (_, Boundaries { others, rows }) in load::<Boundaries>("boundaries") {
        for (plan, subject, rule, fact, _, below, at, above) in rows {
            for (value, outcome) in [below, at, above] {
                let mut facts = others.get(&rule).cloned().unwrap_or_default();
                facts.insert(fact.clone(), value.clone());
                let report = match PLANS[&*plan].evaluate(&subject, &facts) {
                    Ok(report) => report,
                    // Out of the fact's range: in the other engine that is a matter of the input's type.
                    Err(errors) => {
                        assert_eq!(errors.iter().next().unwrap().code(), outcome, "{rule}: {fact} = {value}");
                        continue;
                    }
                };
                let facts = context(&PLANS[&*plan], &subject, &report);
                let said = MODELS[&(&*plan, &*subject)].says(&rule, &facts);
                assert_eq!(said.0, outcome, "{rule}: {fact} = {value}");
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared}");
}

#[derive(Deserialize)]
struct Table {
    plan: String,
    as_of: String,
    /// Number, status, reason, margin, stale, missing.
    rows: Vec<(u32, String, Json, Json, bool, Json)>,
}

/// A value and its year, without the reason why a row is not assessed.
#[derive(Serialize, Deserialize)]
struct Cell {
    value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<u16>,
}

/// The indicators of the plans' own tables. A row that is not assessed is a matter of the scorecard, not of a rule.
#[test]
fn the_plans_own_tables() {
    let mut compared = 0;
    for (file, table) in load::<Table>("table") {
        let plan = PLANS[&*table.plan].at(table.as_of.parse().unwrap());
        let reported: BTreeMap<String, Cell> =
            serde_json::from_value(serde_json::to_value(plan.reported()).unwrap()).unwrap();
        let rules = plan.rules();
        for (no, status, ..) in table.rows.iter().filter(|(_, status, ..)| status != "not_assessed") {
            let rule = rules.iter().find(|rule| rule.indicator.as_ref().is_some_and(|row| row.no == *no)).unwrap();
            let known: BTreeSet<&str> = plan.facts(&rule.subject).unwrap().iter().map(|fact| &*fact.name).collect();
            let facts: Facts = reported
                .iter()
                .filter(|(name, _)| known.contains(name.as_str()))
                .map(|(name, cell)| (name.clone(), json!(cell)))
                .collect();
            let report = plan.evaluate(&rule.subject, &facts).unwrap();
            let facts = context(&plan, &rule.subject, &report);
            let said = MODELS[&(&*table.plan, &*rule.subject)].says(&rule.id, &facts);
            assert_eq!(said.0, *status, "{file}: row {no}");
            compared += 1;
        }
    }
    // 22 of 27, and 21 twice.
    assert_eq!(compared, 64);
}

#[derive(Deserialize)]
struct Gate {
    plan: String,
    subject: String,
    rule: String,
    decision: String,
    facts: Vec<String>,
    rows: Vec<[String; 10]>,
}

/// The gate on proposed two-high projects, in every state of its facts that the vectors list by itself.
#[test]
fn two_high_gate() {
    let (_, gate) = load::<Gate>("two-high-gate").next().unwrap();
    let plan = &PLANS[&*gate.plan];
    let model = &MODELS[&(&*gate.plan, &*gate.subject)];
    for row in &gate.rows {
        // Where the state of a fact makes no difference, it is left out.
        let state = gate.facts.iter().zip(row).filter(|(_, state)| !matches!(state.as_str(), "?" | "*"));
        let value = |state: &str| if state.len() == 1 { json!(state == "Y") } else { json!(state) };
        let facts: Facts = state.map(|(fact, state)| (fact.clone(), value(state))).collect();
        let facts = context(plan, &gate.subject, &plan.evaluate(&gate.subject, &facts).unwrap());
        let [.., outcome, _, _, any, both] = row;
        for (reading, letter) in [("", outcome), (".any-of-three", any), (".headroom-in-both", both)] {
            let expected = match letter.as_str() {
                "n" => ("not_applicable", None),
                "t" => ("triggered", Some(gate.decision.clone())),
                "s" => ("satisfied", None),
                _ => ("undetermined", None),
            };
            let said = model.says(&format!("{}{reading}", gate.rule), &facts);
            assert_eq!((said.0.as_str(), said.1), expected, "{row:?}{reading}");
        }
    }
}
