//! Facts: often exactly what a condition compares with, and often missing.

use ecoplan::Plan;
use ecoplan::model::{Fact, FactKind};
use serde_json::{Map, Value as Json, json};

use super::Random;
use crate::slow::number::{self, Number};

/// Numbers at the limits of what a fact may be.
const EXTREME: [&str; 9] = [
    "999999999999999",
    "-999999999999999.9999999999999999999",
    "999999999999999.9999999999999999999",
    "0.0000000000000000001",
    "-0.0000000000000000001",
    "123456789.0123456789012345678",
    "0.3333333333333333333",
    "19.9999999999999999999",
    "20.0000000000000000001",
];

/// Facts of one case that a subject can have, as of the plan's day: `numbers` and `days` are what its conditions have.
pub(crate) fn facts(
    random: &mut Random,
    plan: &Plan,
    subject: &str,
    numbers: &[String],
    days: &[String],
) -> Map<String, Json> {
    let as_of = plan.as_of().to_string();
    let known = [35, 60, 80, 95, 100][random.below(5)];
    let mut facts = Map::new();
    for fact in plan.facts(subject).unwrap() {
        if random.percent(known) {
            let value = value(random, fact, numbers, days);
            facts.insert(fact.name.clone(), dated(random, fact, value, &as_of));
        } else if random.percent(10) {
            facts.insert(fact.name.clone(), Json::Null);
        }
    }
    // An act that is not done, or that is yet to come, has no day.
    for rule in plan.rules().iter().filter(|rule| rule.subject == subject) {
        let (Some(done), Some(done_on)) = (&rule.done, &rule.done_on) else { continue };
        let later = facts.get(done_on).and_then(Json::as_str).is_some_and(|day| day > as_of.as_str());
        if later || facts.get(done) == Some(&json!(false)) {
            facts.remove(done_on);
        }
    }
    facts
}

fn dated(random: &mut Random, fact: &Fact, value: Json, as_of: &str) -> Json {
    if !fact.yearly || random.percent(75) {
        return value;
    }
    let this_year: usize = as_of[..4].parse().unwrap();
    json!({ "value": value, "year": this_year - random.below(4) })
}

fn value(random: &mut Random, fact: &Fact, numbers: &[String], days: &[String]) -> Json {
    match fact.kind {
        FactKind::YesNo => json!(random.percent(50)),
        FactKind::Choice => json!(fact.choices[random.below(fact.choices.len())].id),
        FactKind::Set => {
            let mut members: Vec<&str> = fact.choices.iter().map(|c| c.id.as_str()).collect();
            members.retain(|_| random.percent(50));
            random.shuffle(&mut members);
            json!(members)
        }
        FactKind::Date => json!(days[random.below(days.len())]),
        FactKind::Number => {
            let number = number::show(&number(random, fact, numbers));
            // A binary float means the same, as long as it is short.
            match number.parse::<f64>() {
                Ok(float) if number.len() <= 15 && random.percent(40) => json!(float),
                _ => json!(number),
            }
        }
    }
}

fn number(random: &mut Random, fact: &Fact, numbers: &[String]) -> Number {
    let near = || number::read("0.01");
    let of = |text: &String| number::read(text);
    let number = match random.below(20) {
        0 => number::read(random.pick(&EXTREME)),
        1 => near() * number::read(&random.below(30_000).to_string()),
        2..=3 => of(&numbers[random.below(numbers.len())]) + near(),
        4..=5 => of(&numbers[random.below(numbers.len())]) - near(),
        6..=7 => of(&numbers[random.below(numbers.len())]) + of(&numbers[random.below(numbers.len())]),
        _ => of(&numbers[random.below(numbers.len())]),
    };
    let bound = |bound: Option<ecoplan::Decimal>| bound.map(|bound| number::read(&bound.to_string()));
    let number = bound(fact.min).map_or(number.clone(), |min| number.max(min));
    bound(fact.max).map_or(number.clone(), |max| number.min(max))
}
