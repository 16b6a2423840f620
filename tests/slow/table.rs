//! Tables of cases to judge: of random plans, and of every subject of the bundled ones.

use std::collections::BTreeSet;

use ecoplan::model::{Due, Rule};
use ecoplan::{Date, Plan};
use serde_json::{Map, Value as Json, json};

use super::random::conditions::{DAYS, USUAL};
use super::random::{Random, facts, plans};

/// Days to judge on: before, in and after the periods of the plans.
const JUDGED: [&str; 7] =
    ["2020-12-31", "2022-12-31", "2024-06-30", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"];

/// Cases of one subject of one plan, judged on one day.
#[derive(Debug, Clone)]
pub struct Table {
    /// The plan's TOML, where it is not a bundled one.
    pub toml: Option<String>,
    /// The plan, as of its day.
    pub plan: Plan,
    /// The subject.
    pub subject: String,
    /// The rules that are compared, in the plan's order.
    pub rules: Vec<String>,
    /// The facts of each case.
    pub cases: Vec<Map<String, Json>>,
}

/// All tables of a seed, one after the other, without end.
pub fn tables(seed: u64) -> impl Iterator<Item = Table> {
    let bundled: Vec<Plan> = ecoplan::plans().map(|id| ecoplan::plan(id).unwrap()).collect();
    let mut subjects = bundled
        .iter()
        .flat_map(|plan| plan.subjects().iter().map(|s| (plan.clone(), s.id.clone())))
        .collect::<Vec<_>>();
    let mut random = Random::new(seed);
    let mut last = 0;
    std::iter::from_fn(move || {
        if random.percent(15) {
            // Each in its turn, in another order every time.
            if last == 0 {
                random.shuffle(&mut subjects);
            }
            let (plan, subject) = subjects[last].clone();
            last = (last + 1) % subjects.len();
            return Some(of_bundled(&mut random, &plan, subject));
        }
        loop {
            if let Some(table) = of_random(&mut random) {
                return Some(table);
            }
        }
    })
}

fn of_random(random: &mut Random) -> Option<Table> {
    let toml = plans::plan(random);
    let plan = match Plan::from_toml(&toml) {
        Ok(plan) => plan.at(day(random)),
        // It happens that a reading changes nothing, or that something is divided by a written zero.
        Err(errors) => {
            assert!(errors.iter().all(|error| error.code() == "invalid-rule"), "{errors}\n{toml}");
            return None;
        }
    };
    let numbers: Vec<String> = USUAL.map(str::to_owned).to_vec();
    let days: Vec<String> = DAYS.map(str::to_owned).to_vec();
    let cases = (0..8).map(|_| facts::facts(random, &plan, "s", &numbers, &days)).collect();
    let rules = plan.rules().iter().map(|rule| rule.id.clone()).collect();
    Some(Table { toml: Some(toml), plan, subject: "s".to_owned(), rules, cases })
}

fn of_bundled(random: &mut Random, plan: &Plan, subject: String) -> Table {
    let plan = plan.at(day(random));
    let rules: Vec<&Rule> = plan.rules().iter().filter(|rule| rule.subject == subject).collect();
    let (numbers, days) = printed(&rules);
    let cases = (0..3).map(|_| facts::facts(random, &plan, &subject, &numbers, &days)).collect();
    let rules = rules.into_iter().map(|rule| rule.id.clone()).collect();
    Table { toml: None, plan: plan.clone(), subject, rules, cases }
}

/// A bundled plan, as of some day, and values for its scorecard.
pub fn values(random: &mut Random) -> (Plan, Map<String, Json>) {
    let ids: Vec<&str> = ecoplan::plans().collect();
    let plan = ecoplan::plan(random.pick(&ids)).unwrap().at(day(random));
    let indicators: Vec<&Rule> = plan.rules().iter().filter(|rule| rule.indicator.is_some()).collect();
    let (numbers, days) = printed(&indicators);
    let mut values = facts::facts(random, &plan, &indicators[0].subject, &numbers, &days);
    for measure in indicators.iter().filter_map(|rule| rule.measure.as_ref()) {
        if random.percent(15) {
            let reason = random.pick(&["no_data", "scope_changed", "not_counted"]);
            let value = values.entry(measure.clone()).or_insert(Json::Null);
            if !value.is_object() {
                *value = json!({ "value": value });
            }
            value["not_assessed"] = json!(reason);
        }
    }
    (plan, values)
}

/// The numbers and days that stand in rules, and a few that do not.
fn printed(rules: &[&Rule]) -> (Vec<String>, Vec<String>) {
    let conditions = rules.iter().flat_map(|rule| {
        let whens = rule.decisions.iter().filter_map(|decision| decision.when.as_ref());
        rule.applies.iter().chain(&rule.requires).chain(whens)
    });
    let words = conditions.flat_map(|c| c.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '_'));
    let mut numbers: BTreeSet<&str> = words.filter(|word| word.parse::<ecoplan::Decimal>().is_ok()).collect();
    numbers.extend(["0", "1", "100"]);
    let due = rules.iter().filter_map(|rule| match &rule.due {
        Some(Due::Date(day)) => Some(day.to_string()),
        _ => None,
    });
    (numbers.into_iter().map(str::to_owned).collect(), due.chain(JUDGED.map(str::to_owned)).collect())
}

fn day(random: &mut Random) -> Date {
    random.pick(&JUDGED).parse().unwrap()
}
