//! A report is a receipt: it can be evaluated again, and must come out the same.

use crate::input::Input;
use crate::plan::Plan;
use crate::report::Report;
use crate::{Error, Errors, Problem};

/// Evaluates the case of a receipt again and compares every part.
pub(crate) fn verify(plan: &Plan, json: &[u8]) -> Result<Report, Errors> {
    let receipt = Input::from_document(json, "receipt")?;
    let text = |value: Option<&Input<'_>>| match value {
        Some(Input::Text(text)) => text.to_string(),
        _ => String::new(),
    };
    let of_plan = |key: &str| text(receipt.get("plan").and_then(|plan| plan.get(key)));
    let hash = of_plan("hash");
    if hash != plan.hash() {
        let problem = Problem::OtherPlan { id: of_plan("id"), hash, expected: plan.hash().to_owned() };
        return Err(Error::new("receipt.plan", problem).into());
    }
    let as_of = text(receipt.get("as_of"));
    let day = as_of.parse().map_err(|_| Error::new("receipt.as_of", Problem::InvalidDate { value: as_of.clone() }))?;
    let facts = receipt.get("facts").unwrap_or(&Input::Null);
    let case = plan.at(day).without_facts().check(&text(receipt.get("subject")), facts, true);
    let report = case.map_err(|errors| errors.within("receipt."))?.report();
    let mut errors = Vec::new();
    if !matches!(receipt.get("engine"), Some(Input::Text(_))) {
        errors.push(Error::new("receipt.engine", Problem::MissingField { field: "engine".to_owned() }));
    }
    let again = report.to_json();
    compare(&receipt, &Input::from_document(again.as_bytes(), "report")?, "receipt", &mut errors);
    Errors::check(errors, report)
}

/// Notes every place where two documents differ. The version of the engine may: what it says must not.
fn compare(given: &Input<'_>, again: &Input<'_>, path: &str, errors: &mut Vec<Error>) {
    match (given, again) {
        (Input::Map(entries), Input::Map(expected)) => {
            for (key, again) in expected.iter().filter(|(key, _)| path != "receipt" || key != "engine") {
                let path = format!("{path}.{key}");
                match given.get(key) {
                    Some(given) => compare(given, again, &path, errors),
                    None => errors.push(differs(path, None, Some(again))),
                }
            }
            let surplus = entries.iter().filter(|(key, _)| again.get(key).is_none());
            errors.extend(surplus.map(|(key, given)| differs(format!("{path}.{key}"), Some(given), None)));
        }
        (Input::List(a), Input::List(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                let name = match b.get("rule") {
                    Some(Input::Text(rule)) => rule.to_string(),
                    _ => i.to_string(),
                };
                compare(a, b, &format!("{path}.{name}"), errors);
            }
        }
        (a, b) if a == b => {}
        (a, b) => errors.push(differs(path.to_owned(), Some(a), Some(b))),
    }
}

fn differs(path: String, given: Option<&Input<'_>>, again: Option<&Input<'_>>) -> Error {
    let short = |value: Option<&Input<'_>>| value.map_or_else(|| "nothing".to_owned(), Input::describe);
    Error::new(path, Problem::ReceiptDiffers { given: short(given), again: short(again) })
}
