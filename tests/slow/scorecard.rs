//! The indicator table of a plan.

use std::collections::BTreeMap;

use ecoplan::Plan;
use ecoplan::model::{Attribute, Rule};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::judge::{Judge, Said};

/// What the indicators of a plan say, as far as it is compared.
#[derive(Debug, Clone, Serialize)]
pub struct Card {
    /// How many rows there are of each sort.
    pub counts: BTreeMap<&'static str, usize>,
    /// The rows, by their number.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The number in the plan's table.
    pub no: u32,
    /// The outcome, or `not_assessed`.
    pub status: String,
    /// Why it is not assessed, or cannot be computed.
    pub reason: Option<String>,
    /// The distance from the target.
    pub margin: Option<String>,
    /// The facts that would settle it.
    pub missing: Vec<String>,
    /// Judged on a value older than the target year.
    pub stale: bool,
    #[serde(skip)]
    binding: bool,
}

impl Card {
    /// The indicators against values, as of the plan's day.
    pub fn new(plan: &Plan, values: &Map<String, Json>) -> Self {
        let indicators: Vec<&Rule> = plan.rules().iter().filter(|rule| rule.indicator.is_some()).collect();
        let ids: Vec<String> = indicators.iter().map(|rule| rule.id.clone()).collect();
        // A reason is no part of a fact.
        let mut facts = values.clone();
        for dated in facts.values_mut().filter_map(Json::as_object_mut) {
            dated.remove("not_assessed");
        }
        let says = Judge::new(plan, &indicators[0].subject, &ids).says(&facts);
        let mut rows: Vec<Row> = indicators.into_iter().zip(says).map(|(rule, said)| row(rule, said, values)).collect();
        rows.sort_by_key(|row| row.no);
        Card { counts: counts(&rows), rows }
    }
}

fn row(rule: &Rule, said: Said, values: &Map<String, Json>) -> Row {
    let indicator = rule.indicator.as_ref().unwrap();
    let (no, binding) = (indicator.no, indicator.attribute == Attribute::Binding);
    let value = values.get(rule.measure.as_ref().unwrap());
    if let Some(reason) = value.and_then(|value| value.get("not_assessed")).and_then(Json::as_str) {
        let (status, reason) = ("not_assessed".to_owned(), Some(reason.to_owned()));
        return Row { no, status, reason, margin: None, missing: Vec::new(), stale: false, binding };
    }
    Row {
        no,
        status: said.settled.outcome.as_str().to_owned(),
        reason: said.reason.map(str::to_owned),
        margin: said.settled.margin,
        missing: said.settled.missing,
        stale: said.stale,
        binding,
    }
}

fn counts(rows: &[Row]) -> BTreeMap<&'static str, usize> {
    let count = |wanted: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let of = |status: &str| count(&|row| row.status == status);
    BTreeMap::from([
        ("indicators", rows.len()),
        ("binding", count(&|row| row.binding)),
        ("expected", count(&|row| !row.binding)),
        ("not_assessed", of("not_assessed")),
        ("assessed", count(&|row| row.status != "not_assessed")),
        ("satisfied", of("satisfied")),
        ("satisfied_binding", count(&|row| row.status == "satisfied" && row.binding)),
        ("satisfied_expected", count(&|row| row.status == "satisfied" && !row.binding)),
        ("breached", of("breached")),
        ("pending", of("pending")),
        ("undetermined", of("undetermined")),
    ])
}
