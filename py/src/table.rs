//! Tables of cases, one a row: any Arrow table in, its outcomes out.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{StringBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use ecoplan::model::{Fact, Rule};
use ecoplan::{Case, Errors, Plan as CorePlan, Problem};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use pyo3_arrow::input::AnyRecordBatch;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::arrow::{arrow_error, stream};
use crate::error::{error, one};
use crate::plan::Plan;

/// An Arrow table: what `polars.DataFrame`, `pyarrow.table` and pandas take.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Table {
    /// Judges every row of a table; see `Plan.evaluate_table`.
    #[staticmethod]
    fn _evaluate(
        py: Python<'_>,
        plan: &Plan,
        subject: &str,
        table: AnyRecordBatch,
        columns: Option<&Bound<'_, PyDict>>,
        strict: bool,
        append: bool,
    ) -> PyResult<Table> {
        let names: BTreeMap<String, String> = columns.map_or_else(|| Ok(BTreeMap::new()), |c| c.extract())?;
        let reader = table.into_reader()?;
        let job = Job::new(py, &plan.plan, subject, &reader.schema(), &names, strict, append)?;
        py.detach(|| job.run(reader)).map_err(|e| arrow_error(&e))
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|f| f.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        format!("<Table of {} rows: {}>", self.__len__(), self.columns().join(", "))
    }

    /// The table as an Arrow stream.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        stream(py, self.schema.clone(), self.batches.clone(), requested_schema)
    }
}

/// What is read of each row, and what is written beside it.
struct Job<'a> {
    plan: &'a CorePlan,
    subject: &'a str,
    rules: Vec<&'a Rule>,
    /// Place of each column that is a fact, or the year of one, with the name it has there.
    inputs: Vec<(usize, String)>,
    append: bool,
    schema: SchemaRef,
}

impl<'a> Job<'a> {
    fn new(
        py: Python<'_>,
        plan: &'a CorePlan,
        subject: &'a str,
        table: &Schema,
        names: &BTreeMap<String, String>,
        strict: bool,
        append: bool,
    ) -> PyResult<Self> {
        let facts = plan.facts(subject).map_err(|errors| error(py, &errors))?;
        let is_fact = |name: &str| {
            let year_of = |f: &&Fact| f.yearly && name.strip_suffix("_year") == Some(f.name.as_str());
            facts.iter().any(|f| f.name == name || year_of(f))
        };
        for column in names.keys() {
            if table.index_of(column).is_err() {
                let expected = "a column of the table".to_owned();
                return Err(one(py, "columns", &Problem::InvalidValue { value: column.clone(), expected }));
            }
        }
        let renamed = |column: &str| names.get(column).map_or_else(|| column.to_owned(), Clone::clone);
        let columns: Vec<(usize, String)> =
            table.fields().iter().enumerate().map(|(i, f)| (i, renamed(f.name()))).collect();
        let (inputs, others): (Vec<_>, Vec<_>) = columns.into_iter().partition(|(_, name)| is_fact(name));
        // A mapped column must be a fact; the others may be anything, unless asked or if nothing is left.
        let asked = |(i, _): &&(usize, String)| {
            strict || inputs.is_empty() || table.fields().get(*i).is_some_and(|f| names.contains_key(f.name()))
        };
        let wrong: BTreeMap<&str, ()> = others.iter().filter(asked).map(|(_, name)| (name.as_str(), ())).collect();
        if !wrong.is_empty() {
            return match plan.case(subject, &wrong) {
                Err(errors) => Err(error(py, &errors)),
                Ok(_) => Err(one(py, "columns", &Problem::DuplicateKey { key: wrong.into_keys().collect() })),
            };
        }
        let twice = |(i, (_, name)): (usize, &(usize, String))| {
            inputs.iter().take(i).any(|(_, earlier)| earlier == name).then(|| name.clone())
        };
        if let Some(key) = inputs.iter().enumerate().find_map(twice) {
            return Err(one(py, "columns", &Problem::DuplicateKey { key }));
        }
        let rules: Vec<&Rule> = plan.rules().iter().filter(|r| r.subject == subject).collect();
        let mut fields: Vec<Arc<Field>> = if append { table.fields().to_vec() } else { Vec::new() };
        let coded = || DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
        for rule in &rules {
            fields.push(Arc::new(Field::new(&rule.id, coded(), true)));
            if !rule.decisions.is_empty() {
                fields.push(Arc::new(Field::new(format!("{}.decision", rule.id), coded(), true)));
            }
        }
        fields.push(Arc::new(Field::new("error", DataType::Utf8, true)));
        for (i, field) in fields.iter().enumerate() {
            if fields.iter().take(i).any(|earlier| earlier.name() == field.name()) {
                return Err(one(py, "columns", &Problem::DuplicateKey { key: field.name().clone() }));
            }
        }
        Ok(Job { plan, subject, rules, inputs, append, schema: Arc::new(Schema::new(fields)) })
    }

    fn run(&self, reader: Box<dyn RecordBatchReader + Send>) -> Result<Table, ArrowError> {
        let batches = reader.map(|batch| self.batch(&batch?)).collect::<Result<_, ArrowError>>()?;
        Ok(Table { schema: self.schema.clone(), batches })
    }

    fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<(&str, Column)> = self
            .inputs
            .iter()
            .map(|(place, name)| Ok((name.as_str(), Column::new(batch.column(*place))?)))
            .collect::<Result<_, ArrowError>>()?;
        let mut outcomes: Vec<StringDictionaryBuilder<Int8Type>> = self.rules.iter().map(|_| <_>::default()).collect();
        let mut decisions: Vec<StringDictionaryBuilder<Int8Type>> = self.rules.iter().map(|_| <_>::default()).collect();
        let mut wrong = StringBuilder::new();
        for row in 0..batch.num_rows() {
            let (case, errors) = self.case(&columns, row);
            match case {
                Some(case) => {
                    let found = case.outcomes().zip(outcomes.iter_mut().zip(&mut decisions));
                    for ((_, outcome, decision), (to, beside)) in found {
                        to.append(outcome.as_str())?;
                        match decision {
                            Some(decision) => drop(beside.append(decision)?),
                            None => beside.append_null(),
                        }
                    }
                }
                None => outcomes.iter_mut().chain(&mut decisions).for_each(StringDictionaryBuilder::append_null),
            }
            wrong.append_option((!errors.is_empty()).then(|| errors.join("; ")));
        }
        let mut arrays: Vec<ArrayRef> = if self.append { batch.columns().to_vec() } else { Vec::new() };
        for ((rule, outcome), decision) in self.rules.iter().zip(&mut outcomes).zip(&mut decisions) {
            arrays.push(Arc::new(outcome.finish()));
            if !rule.decisions.is_empty() {
                arrays.push(Arc::new(decision.finish()));
            }
        }
        arrays.push(Arc::new(wrong.finish()));
        RecordBatch::try_new(self.schema.clone(), arrays)
    }

    /// The case of one row; a bad cell counts as not given, and is named.
    fn case(&self, columns: &[(&str, Column)], row: usize) -> (Option<Case>, Vec<String>) {
        let mut left_out: Vec<String> = Vec::new();
        let mut found = Vec::new();
        loop {
            let given = Row { columns, row, left_out: &left_out };
            let errors = match self.plan.case(self.subject, &given) {
                Ok(case) => return (Some(case), found),
                Err(errors) => errors,
            };
            let bad = names(&errors);
            found.extend(errors.iter().map(|e| format!("{}: {}", e.code(), e.path().trim_start_matches("facts."))));
            let before = left_out.len();
            left_out.extend(columns.iter().map(|(name, _)| (*name).to_owned()).filter(|name| bad.contains(name)));
            if left_out.len() == before {
                // Nothing that a cell of this row could mend.
                return (None, found);
            }
        }
    }
}

/// The facts that errors name.
fn names(errors: &Errors) -> Vec<String> {
    let name = |path: &str| path.strip_prefix("facts.").map(|rest| rest.split('.').next().unwrap_or(rest).to_owned());
    errors.iter().filter_map(|e| name(e.path())).collect()
}

/// The facts of one row.
struct Row<'a> {
    columns: &'a [(&'a str, Column)],
    row: usize,
    left_out: &'a [String],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let given = self.columns.iter().filter(|(name, _)| !self.left_out.iter().any(|out| out == name));
        for (name, column) in given.filter(|(_, column)| column.is_given(self.row)) {
            map.serialize_entry(name, &Cell(column, self.row))?;
        }
        map.end()
    }
}

/// A column as one of the types that facts come in.
enum Column {
    Flag(ArrayRef),
    Whole(ArrayRef),
    Natural(ArrayRef),
    Single(ArrayRef),
    Double(ArrayRef),
    Day(ArrayRef),
    /// Milliseconds: a day only where they are whole days.
    Moment(ArrayRef),
    Texts(ArrayRef),
    Text(ArrayRef),
}

impl Column {
    fn new(array: &ArrayRef) -> Result<Column, ArrowError> {
        let to = |kind: &DataType| cast(array, kind);
        Ok(match array.data_type() {
            DataType::Boolean => Column::Flag(array.clone()),
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
                Column::Whole(to(&DataType::Int64)?)
            }
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
                Column::Natural(to(&DataType::UInt64)?)
            }
            DataType::Float16 | DataType::Float32 => Column::Single(to(&DataType::Float32)?),
            DataType::Float64 => Column::Double(array.clone()),
            DataType::Date32 => Column::Day(array.clone()),
            DataType::Date64 => Column::Moment(array.clone()),
            DataType::Timestamp(_, None) => Column::Moment(to(&DataType::Date64)?),
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
                Column::Texts(to(&DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))))?)
            }
            // Texts in any layout, decimals with every digit, and what is no fact as the text that says so.
            _ => Column::Text(to(&DataType::Utf8)?),
        })
    }

    fn is_given(&self, row: usize) -> bool {
        match self {
            Column::Single(array) => array.is_valid(row) && !array.as_primitive::<Float32Type>().value(row).is_nan(),
            Column::Double(array) => array.is_valid(row) && !array.as_primitive::<Float64Type>().value(row).is_nan(),
            Column::Flag(array)
            | Column::Whole(array)
            | Column::Natural(array)
            | Column::Day(array)
            | Column::Moment(array)
            | Column::Texts(array)
            | Column::Text(array) => array.is_valid(row),
        }
    }
}

/// One cell that is given.
struct Cell<'a>(&'a Column, usize);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Cell(column, row) = *self;
        let day = |day: Option<chrono::NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        match column {
            Column::Flag(array) => serializer.serialize_bool(array.as_boolean().value(row)),
            Column::Whole(array) => serializer.serialize_i64(array.as_primitive::<Int64Type>().value(row)),
            Column::Natural(array) => serializer.serialize_u64(array.as_primitive::<UInt64Type>().value(row)),
            Column::Single(array) => serializer.serialize_f32(array.as_primitive::<Float32Type>().value(row)),
            Column::Double(array) => serializer.serialize_f64(array.as_primitive::<Float64Type>().value(row)),
            Column::Day(array) => serializer.serialize_str(&day(array.as_primitive::<Date32Type>().value_as_date(row))),
            Column::Moment(array) => {
                let moment = array.as_primitive::<Date64Type>();
                if moment.value(row) % 86_400_000 == 0 {
                    return serializer.serialize_str(&day(moment.value_as_date(row)));
                }
                let moment = moment.value_as_datetime(row).map_or_else(String::new, |m| m.to_string());
                serializer.serialize_str(&moment)
            }
            Column::Texts(array) => {
                let texts = array.as_list::<i32>().value(row);
                let texts = texts.as_string::<i32>();
                let mut list = serializer.serialize_seq(Some(texts.len()))?;
                texts.iter().try_for_each(|text| list.serialize_element(&text))?;
                list.end()
            }
            Column::Text(array) => serializer.serialize_str(array.as_string::<i32>().value(row)),
        }
    }
}
