//! Findings and scorecards as Arrow tables, which Arrow libraries take without a copy.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use ecoplan::model::Attribute;
use ecoplan::{Decimal, Finding, Report, Row, Scorecard, Value};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::PyTable;

/// One row for each finding of each report, with the place of its report.
pub(crate) fn findings<'py>(
    py: Python<'py>,
    reports: &[&Report],
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let all: Vec<(usize, &Report, Finding<'_>)> =
        reports.iter().enumerate().flat_map(|(i, r)| r.findings().map(move |f| (i, *r, f))).collect();
    let mut table = Columns::default();
    let f = || all.iter().map(|(_, _, finding)| finding);
    table.whole("case", all.iter().map(|(i, ..)| i64::try_from(*i).ok()));
    table.text("subject", all.iter().map(|(_, r, _)| r.subject_id()));
    table.text("rule", f().map(|f| Some(f.rule().id.as_str())));
    table.text("title_zh", f().map(|f| Some(f.rule().title.zh.as_str())));
    table.text("title_en", f().map(|f| Some(f.rule().title.en.as_str())));
    table.text("outcome", f().map(|f| Some(f.outcome().as_str())));
    table.text("decision", f().map(|f| f.decision()));
    table.text("reason", f().map(|f| f.reason()));
    table.decimal("margin", f().map(|f| f.margin()))?;
    table.text("unit", f().map(|f| f.unit()));
    table.decimal("progress", f().map(|f| f.progress()))?;
    table.decimal("pace", f().map(|f| f.pace()))?;
    table.texts("missing", f().map(|f| f.missing().map(|fact| fact.name.clone()).collect()));
    table.whole("chapter", f().map(|f| Some(f.rule().cite.chapter.into())));
    table.whole("section", f().map(|f| Some(f.rule().cite.section.into())));
    table.whole("item", f().map(|f| f.rule().cite.item.map(i64::from)));
    table.whole("table", f().map(|f| f.rule().cite.table.map(i64::from)));
    table.text("anchor", f().map(|f| Some(f.rule().cite.anchor.as_str())));
    table.stream(py, requested_schema)
}

/// One row for each indicator.
pub(crate) fn rows<'py>(
    py: Python<'py>,
    card: &Scorecard,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let r = || card.rows.iter();
    let number = |row: &Row| match row.value {
        Value::Number(number) => Some(number),
        _ => None,
    };
    let others: Vec<Option<String>> = r()
        .map(|row| match &row.value {
            Value::Unknown | Value::Null | Value::Number(_) => None,
            other => Some(other.to_string()),
        })
        .collect();
    let mut table = Columns::default();
    table.whole("no", r().map(|row| Some(row.no.into())));
    table.text("rule", r().map(|row| Some(row.rule.as_str())));
    table.text("title_zh", r().map(|row| Some(row.title.zh.as_str())));
    table.text("title_en", r().map(|row| Some(row.title.en.as_str())));
    table.text("category_zh", r().map(|row| Some(row.category.zh.as_str())));
    table.text("category_en", r().map(|row| Some(row.category.en.as_str())));
    table.text("attribute", r().map(|row| Some(attribute(row.attribute))));
    table.text("status", r().map(|row| Some(row.status.as_str())));
    table.text("reason", r().map(|row| row.reason));
    table.decimal("value", r().map(number))?;
    table.text("other_value", others.iter().map(Option::as_deref));
    table.whole("year", r().map(|row| row.year.map(i64::from)));
    table.text("bound", r().map(|row| row.bound));
    table.decimal("target", r().map(|row| row.target))?;
    table.decimal("baseline", r().map(|row| row.baseline))?;
    table.decimal("progress", r().map(|row| row.progress))?;
    table.decimal("pace", r().map(|row| row.pace))?;
    table.decimal("margin", r().map(|row| row.margin))?;
    table.text("unit", r().map(|row| row.unit.as_deref()));
    table.texts("missing", r().map(|row| row.missing.clone()));
    table.flag("stale", r().map(|row| row.stale));
    table.stream(py, requested_schema)
}

fn attribute(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Binding => "binding",
        Attribute::Expected => "expected",
    }
}

/// Columns of one length, in order.
#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn add(&mut self, name: &str, array: ArrayRef) {
        self.fields.push(Field::new(name, array.data_type().clone(), true));
        self.arrays.push(array);
    }

    fn text<'a>(&mut self, name: &str, values: impl Iterator<Item = Option<&'a str>>) {
        self.add(name, Arc::new(values.collect::<StringArray>()));
    }

    fn texts(&mut self, name: &str, values: impl Iterator<Item = Vec<String>>) {
        let mut lists = ListBuilder::new(StringBuilder::new());
        values.for_each(|list| lists.append_value(list.into_iter().map(Some)));
        self.add(name, Arc::new(lists.finish()));
    }

    fn whole(&mut self, name: &str, values: impl Iterator<Item = Option<i64>>) {
        self.add(name, Arc::new(values.collect::<Int64Array>()));
    }

    fn flag(&mut self, name: &str, values: impl Iterator<Item = bool>) {
        self.add(name, Arc::new(values.map(Some).collect::<BooleanArray>()));
    }

    /// Exact numbers: as many decimals as the one with the most has.
    fn decimal(&mut self, name: &str, values: impl Iterator<Item = Option<Decimal>>) -> PyResult<()> {
        const DIGITS: u8 = 38;
        let values: Vec<Option<Decimal>> = values.collect();
        let most = values.iter().flatten().map(|n| n.decimals()).max().unwrap_or(0);
        let fits = || PyValueError::new_err(format!("{name}: the numbers need more than {DIGITS} digits together"));
        let scaled =
            |n: Decimal| n.scaled(most).filter(|n| n.unsigned_abs() < 10_u128.pow(DIGITS.into())).ok_or_else(fits);
        let numbers: Vec<Option<i128>> =
            values.into_iter().map(|n| n.map(scaled).transpose()).collect::<PyResult<_>>()?;
        let scale = i8::try_from(most).map_err(|_| fits())?;
        let array = Decimal128Array::from(numbers).with_data_type(DataType::Decimal128(DIGITS, scale));
        self.add(name, Arc::new(array));
        Ok(())
    }

    fn stream<'py>(
        self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = Arc::new(Schema::new(self.fields));
        let batch = RecordBatch::try_new(schema.clone(), self.arrays).map_err(|e| arrow_error(&e))?;
        stream(py, schema, vec![batch], requested_schema)
    }
}

/// The capsule of the Arrow C stream interface.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    requested_schema: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let table = Bound::new(py, PyTable::try_new(batches, schema)?)?;
    Ok(table.call_method1("__arrow_c_stream__", (requested_schema,))?.cast_into()?)
}

pub(crate) fn arrow_error(error: &ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
