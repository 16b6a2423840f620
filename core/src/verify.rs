//! A report is a receipt: it can be evaluated again, and must come out the same.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::input::Input;
use crate::plan::Plan;
use crate::report::Report;
use crate::{Error, Errors, Problem};

/// How large a receipt may be, in bytes.
const MAX_RECEIPT: usize = 16 << 20;

/// Evaluates the case of a receipt again and compares every part.
pub(crate) fn verify(plan: &Plan, json: &[u8]) -> Result<Report, Errors> {
    let receipt = parse(json)?;
    let text = |pointer: &str| receipt.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    let hash = text("/plan/hash");
    if hash != plan.hash() {
        let problem = Problem::OtherPlan { id: text("/plan/id"), hash, expected: plan.hash().to_owned() };
        return Err(Error::new("receipt.plan", problem).into());
    }
    let as_of = text("/as_of");
    let day = as_of.parse().map_err(|_| Error::new("receipt.as_of", Problem::InvalidDate { value: as_of.clone() }))?;
    let none = Json::Null;
    let facts = Input::from_serialize(receipt.get("facts").unwrap_or(&none), "receipt.facts")?;
    let case = plan.at(day).without_facts().check(&text("/subject"), facts, true);
    let report = case.map_err(|errors| errors.within("receipt."))?.report();
    let again = serde_json::to_value(&report).unwrap_or_default();
    let mut errors = Vec::new();
    if !receipt.get("engine").is_some_and(Json::is_string) {
        errors.push(Error::new("receipt.engine", Problem::MissingField { field: "engine".to_owned() }));
    }
    compare(&receipt, &again, "receipt", &mut errors);
    Errors::check(errors, report)
}

fn parse(json: &[u8]) -> Result<Json, Errors> {
    if json.len() > MAX_RECEIPT {
        return Err(Error::new("receipt", Problem::TooLarge { limit: MAX_RECEIPT }).into());
    }
    let invalid = |e: serde_json::Error| Error::new("receipt", Problem::InvalidJson { detail: e.to_string() });
    let OnceOnly(receipt) = serde_json::from_slice(json).map_err(invalid)?;
    Ok(receipt)
}

/// Notes every place where two documents differ. The version of the engine may: what it says must not.
fn compare(given: &Json, again: &Json, path: &str, errors: &mut Vec<Error>) {
    match (given, again) {
        (Json::Object(a), Json::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys.into_iter().filter(|key| path != "receipt" || *key != "engine") {
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => compare(a, b, &format!("{path}.{key}"), errors),
                    (a, b) => errors.push(Error::new(
                        format!("{path}.{key}"),
                        Problem::ReceiptDiffers { given: short(a), again: short(b) },
                    )),
                }
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                let name = b.get("rule").and_then(Json::as_str).map_or_else(|| i.to_string(), str::to_owned);
                compare(a, b, &format!("{path}.{name}"), errors);
            }
        }
        (a, b) if a == b => {}
        (a, b) => {
            errors.push(Error::new(path, Problem::ReceiptDiffers { given: short(Some(a)), again: short(Some(b)) }));
        }
    }
}

fn short(value: Option<&Json>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| value.to_string().chars().take(100).collect())
}

/// JSON in which no key stands twice: of two, a reader could take the one that was not compared.
struct OnceOnly(Json);

impl<'de> Deserialize<'de> for OnceOnly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a report")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(value.into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(value.into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(value.into())
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(value.into())
            }

            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(value.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(OnceOnly(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(Json::Array(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
                let mut object = serde_json::Map::new();
                while let Some((key, OnceOnly(value))) = entries.next_entry::<String, OnceOnly>()? {
                    if object.contains_key(&key) {
                        return Err(A::Error::custom(format!("the key `{key}` stands twice")));
                    }
                    object.insert(key, value);
                }
                Ok(Json::Object(object))
            }
        }
        deserializer.deserialize_any(Any).map(OnceOnly)
    }
}
