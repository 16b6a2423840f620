//! A case, as it is given in JSON.

use std::collections::BTreeMap;

use ecoplan::model::{Fact, FactKind};
use serde_json::{Map, Value as Json};

use super::number::{self, Number};
use super::value::{Names, Value};

/// The units that a number may be given in, other than the fact's own, and how many of the fact's each is.
const UNITS: [(&str, &str, &str); 9] = [
    ("g/L", "mg/L", "1000"),
    ("公顷", "mu", "15"),
    ("ha", "mu", "15"),
    ("万亩", "mu", "10000"),
    ("ha", "m2", "10000"),
    ("kg/a", "t/a", "0.001"),
    ("kg/h", "t/h", "0.001"),
    ("万吨/日", "t/d", "10000"),
    ("t", "10^4 t", "0.0001"),
];

/// What is known of a case.
pub(crate) struct Case {
    pub(crate) names: Names,
    /// The years of the values that are given with one.
    pub(crate) years: BTreeMap<String, u64>,
}

impl Case {
    pub(crate) fn read(given: &Map<String, Json>, facts: &[Fact]) -> Self {
        let mut case = Case { names: Names::new(), years: BTreeMap::new() };
        for (name, json) in given {
            let find = |name: &str| facts.iter().find(|fact| fact.name == name);
            if let (None, Some(of)) = (find(name), name.strip_suffix("_year")) {
                case.years.extend(json.as_u64().map(|year| (of.to_owned(), year)));
                continue;
            }
            let fact = find(name).expect(name);
            let json = match json {
                Json::Object(dated) => {
                    case.years.extend(dated.get("year").map(|year| (name.clone(), year.as_u64().unwrap())));
                    dated.get("value").unwrap_or(&Json::Null)
                }
                bare => bare,
            };
            if !json.is_null() {
                case.names.insert(name.clone(), value(json, fact));
            }
        }
        case
    }
}

fn value(json: &Json, fact: &Fact) -> Value {
    match (fact.kind, json) {
        (FactKind::Number, Json::String(text)) => Value::Number(number(text, fact)),
        (FactKind::Date, Json::String(text)) => Value::Date(text.clone()),
        // In declared order: two lists of the same members are the same set.
        (FactKind::Set, Json::Array(items)) => {
            let given = fact.choices.iter().filter(|choice| items.contains(&Json::String(choice.id.clone())));
            Value::List(given.map(|choice| Value::Text(choice.id.clone())).collect())
        }
        (_, other) => Value::from_json(other),
    }
}

/// A number in the fact's unit, or in another that stands behind it.
fn number(text: &str, fact: &Fact) -> Number {
    let Some((digits, unit)) = text.split_once(' ') else { return number::read(text) };
    let of_fact = fact.unit.as_deref().expect(text);
    let (.., factor) = UNITS.iter().find(|(given, of, _)| *given == unit && *of == of_fact).expect(text);
    number::read(digits) * number::read(factor)
}
