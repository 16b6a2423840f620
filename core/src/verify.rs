//! A report is a receipt: it can be evaluated again, and must come out the same.

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
    let case = plan.at(day).without_facts().check(&text("/subject"), facts, false);
    let report = case.map_err(|errors| errors.within("receipt."))?.report();
    let again = parse(report.to_json().as_bytes())?;
    let mut errors = Vec::new();
    compare(&receipt, &again, "receipt", &mut errors);
    Errors::check(errors, report)
}

fn parse(json: &[u8]) -> Result<Json, Errors> {
    if json.len() > MAX_RECEIPT {
        return Err(Error::new("receipt", Problem::TooLarge { limit: MAX_RECEIPT }).into());
    }
    let invalid = |e: serde_json::Error| Error::new("receipt", Problem::InvalidJson { detail: e.to_string() });
    Ok(serde_json::from_slice(json).map_err(invalid)?)
}

/// Notes every place where two documents differ. The version of the engine may: what it says must not.
fn compare(given: &Json, again: &Json, path: &str, errors: &mut Vec<Error>) {
    match (given, again) {
        (Json::Object(a), Json::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys.into_iter().filter(|key| path != "receipt" || *key != "engine") {
                let none = Json::Null;
                compare(a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none), &format!("{path}.{key}"), errors);
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
            let short = |value: &Json| value.to_string().chars().take(100).collect::<String>();
            errors.push(Error::new(path, Problem::ReceiptDiffers { given: short(a), again: short(b) }));
        }
    }
}
