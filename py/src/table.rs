//! Tables of cases, one a row: any Arrow table in, its outcomes out.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int16Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use ecoplan::model::{Fact, Rule};
use ecoplan::{Case, Errors, Outcome, Plan as CorePlan, Problem};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::arrow::{arrow_error, reader, stream};
use crate::error::{error, guarded, one};
use crate::plan::Plan;

/// A table of results: what ``polars.DataFrame``, ``pyarrow.table`` and ``pandas.DataFrame.from_arrow`` take.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    fn judged(
        py: Python<'_>,
        plan: &Plan,
        subject: &str,
        table: &Bound<'_, PyAny>,
        columns: &BTreeMap<String, String>,
        strict: bool,
        append: bool,
    ) -> PyResult<Table> {
        let mut reader = reader(table)?;
        let job = Job::new(py, &plan.plan, subject, &reader.schema(), columns, strict, append)?;
        let mut batches = Vec::new();
        while let Some(batch) = py.detach(|| reader.next()) {
            let batch = batch.map_err(|e| arrow_error(&e))?;
            // In parts, so that an interrupt is heard.
            for start in (0..batch.num_rows()).step_by(PART) {
                let part = batch.slice(start, PART.min(batch.num_rows() - start));
                batches.push(py.detach(|| job.batch(&part)).map_err(|e| arrow_error(&e))?);
                py.check_signals()?;
            }
        }
        Ok(Table { schema: job.schema, batches })
    }
}

#[pymethods]
impl Table {
    /// Judges every row of a table; see `Plan.evaluate_table`.
    #[staticmethod]
    fn _evaluate(
        py: Python<'_>,
        plan: &Plan,
        subject: &str,
        table: &Bound<'_, PyAny>,
        columns: Option<BTreeMap<String, String>>,
        strict: bool,
        append: bool,
    ) -> PyResult<Table> {
        guarded(|| Table::judged(py, plan, subject, table, &columns.unwrap_or_default(), strict, append))
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
    #[expect(unused_variables, reason = "a producer need not follow the schema it is asked for")]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        stream(py, self.schema.clone(), self.batches.clone())
    }
}

/// How many rows are judged in one go.
const PART: usize = 65_536;

/// What is read of each row, and what is written beside it.
struct Job<'a> {
    plan: &'a CorePlan,
    subject: &'a str,
    facts: Vec<&'a Fact>,
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
        let inputs = inputs(py, plan, subject, &facts, table, names, strict)?;
        let rules: Vec<&Rule> = plan.rules().iter().filter(|r| r.subject == subject).collect();
        let schema = schema(py, &rules, table, append)?;
        Ok(Job { plan, subject, facts, rules, inputs, append, schema })
    }

    fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<(&str, Column)> =
            self.inputs.iter().map(|(place, name)| (name.as_str(), column(batch.column(*place)))).collect();
        let rows = batch.num_rows();
        let empty = || self.rules.iter().map(|_| Vec::with_capacity(rows)).collect::<Vec<Vec<Option<i16>>>>();
        let (mut outcomes, mut decisions) = (empty(), empty());
        let mut wrong = StringBuilder::new();
        for row in 0..rows {
            let (case, errors) = self.case(&columns, row);
            match case {
                Some(case) => {
                    let found = case.outcomes().zip(outcomes.iter_mut().zip(&mut decisions));
                    for ((rule, outcome, decision), (to, beside)) in found {
                        to.push(place(Outcome::ALL.iter(), &outcome));
                        beside.push(decision.and_then(|id| place(rule.decisions.iter().map(|d| d.id.as_str()), id)));
                    }
                }
                None => outcomes.iter_mut().chain(&mut decisions).for_each(|to| to.push(None)),
            }
            wrong.append_option((!errors.is_empty()).then(|| errors.join("; ")));
        }
        let mut arrays: Vec<ArrayRef> = if self.append { batch.columns().to_vec() } else { Vec::new() };
        for ((rule, outcome), decision) in self.rules.iter().zip(outcomes).zip(decisions) {
            arrays.push(coded(outcome, Outcome::ALL.map(Outcome::as_str))?);
            if !rule.decisions.is_empty() {
                arrays.push(coded(decision, rule.decisions.iter().map(|d| d.id.as_str()))?);
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
            // A value whose year is wrong is not of this year.
            let is_fact = |name: &str| self.facts.iter().any(|fact| fact.name == name);
            let year_of = |bad: &str, name: &str| bad.strip_suffix("_year") == Some(name) && !is_fact(bad);
            let is_bad = |name: &str| bad.iter().any(|b| b == name || year_of(b, name));
            let fresh = |name: &&str| is_bad(name) && !left_out.iter().any(|out| out == name);
            let more: Vec<String> = columns.iter().map(|(name, _)| *name).filter(fresh).map(str::to_owned).collect();
            left_out.extend(more);
            if left_out.len() == before {
                // Nothing that a cell of this row could mend.
                return (None, found);
            }
        }
    }
}

/// The columns that are facts, or the years of facts, with the names they have there.
fn inputs(
    py: Python<'_>,
    plan: &CorePlan,
    subject: &str,
    facts: &[&Fact],
    table: &Schema,
    names: &BTreeMap<String, String>,
    strict: bool,
) -> PyResult<Vec<(usize, String)>> {
    let fail = |path: &str, problem| Err(one(py, path, &problem));
    if let Some(column) = names.keys().find(|column| table.index_of(column).is_err()) {
        let expected = "a column of the table".to_owned();
        return fail("columns", Problem::InvalidValue { value: column.clone(), expected });
    }
    let is_fact = |name: &str| {
        let year_of = |f: &&Fact| f.yearly && name.strip_suffix("_year") == Some(f.name.as_str());
        facts.iter().any(|f| f.name == name || year_of(f))
    };
    let named = |column: &String| names.get(column).unwrap_or(column).clone();
    let columns = table.fields().iter().enumerate().map(|(i, field)| (i, named(field.name())));
    let (inputs, others): (Vec<_>, Vec<_>) = columns.partition(|(_, name)| is_fact(name));
    // A mapped column must be a fact; the others may be anything, unless asked or if nothing is left.
    let is_mapped = |place: usize| table.fields().get(place).is_some_and(|field| names.contains_key(field.name()));
    let wrong = others.iter().filter(|(place, _)| strict || inputs.is_empty() || is_mapped(*place));
    let wrong: BTreeMap<&str, ()> = wrong.map(|(_, name)| (name.as_str(), ())).collect();
    // The core says what is wrong with a name, and which is nearest.
    if !wrong.is_empty()
        && let Err(errors) = plan.case(subject, &wrong)
    {
        return Err(error(py, &errors));
    }
    if inputs.is_empty() {
        let (value, expected) = ("a table without columns".to_owned(), "a column that is a fact".to_owned());
        return fail("columns", Problem::InvalidValue { value, expected });
    }
    for (i, (place, name)) in inputs.iter().enumerate() {
        if inputs.iter().take(i).any(|(_, earlier)| earlier == name) {
            return fail("columns", Problem::DuplicateKey { key: name.clone() });
        }
        let kind = table.field(*place).data_type();
        if !is_readable(kind) {
            let found = format!("a column of the type {kind}");
            let expected = "numbers, texts, booleans, days or lists of texts".to_owned();
            return fail(&format!("columns.{name}"), Problem::WrongType { found, expected });
        }
    }
    Ok(inputs)
}

/// What comes out: the table's own columns, if they are wanted, and the results.
fn schema(py: Python<'_>, rules: &[&Rule], table: &Schema, append: bool) -> PyResult<SchemaRef> {
    let mut fields: Vec<Arc<Field>> = if append { table.fields().to_vec() } else { Vec::new() };
    let coded = || DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8));
    for rule in rules {
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
    let metadata = if append { table.metadata().clone() } else { <_>::default() };
    Ok(Arc::new(Schema::new(fields).with_metadata(metadata)))
}

/// The place of an item among others, as a code.
fn place<T: PartialEq>(all: impl Iterator<Item = T>, wanted: T) -> Option<i16> {
    all.zip(0_i16..).find(|(item, _)| *item == wanted).map(|(_, code)| code)
}

/// Codes with all the texts that they can stand for, whether they occur or not.
fn coded<'a>(codes: Vec<Option<i16>>, texts: impl IntoIterator<Item = &'a str>) -> Result<ArrayRef, ArrowError> {
    let texts: StringArray = texts.into_iter().map(Some).collect();
    Ok(Arc::new(DictionaryArray::try_new(Int16Array::from(codes), Arc::new(texts))?))
}

/// The facts that errors name.
fn names(errors: &Errors) -> Vec<String> {
    let name = |path: &str| path.strip_prefix("facts.").map(|rest| rest.split('.').next().unwrap_or(rest).to_owned());
    errors.iter().filter_map(|e| name(e.path())).collect()
}

/// The facts of one row.
struct Row<'a, 'c> {
    columns: &'a [(&'a str, Column<'c>)],
    row: usize,
    left_out: &'a [String],
}

impl Serialize for Row<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, column) in self.columns.iter().filter(|(name, _)| !self.left_out.iter().any(|out| out == name)) {
            if let Some(cell) = column(self.row) {
                map.serialize_entry(name, &cell)?;
            }
        }
        map.end()
    }
}

/// What stands in a row; none where nothing is given.
type Column<'a> = Box<dyn Fn(usize) -> Option<Cell<'a>> + 'a>;

/// One cell that is given.
enum Cell<'a> {
    Flag(bool),
    Whole(i64),
    Natural(u64),
    Single(f32),
    Double(f64),
    Text(&'a str),
    /// A decimal with every digit, a day, or a moment.
    Written(String),
    List(Vec<Option<Cell<'a>>>),
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
            Cell::Whole(number) => serializer.serialize_i64(*number),
            Cell::Natural(number) => serializer.serialize_u64(*number),
            Cell::Single(number) => serializer.serialize_f32(*number),
            Cell::Double(number) => serializer.serialize_f64(*number),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Written(text) => serializer.serialize_str(text),
            Cell::List(items) => serializer.collect_seq(items),
        }
    }
}

/// Whether [`column`] knows a type.
fn is_readable(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_readable(values),
        DataType::List(items) | DataType::LargeList(items) | DataType::FixedSizeList(items, _) => {
            is_readable(items.data_type())
        }
        DataType::Timestamp(_, zone) => zone.is_none(),
        DataType::Boolean | DataType::Date32 | DataType::Date64 | DataType::Null => true,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        other => other.is_integer() || other.is_floating() || other.is_decimal(),
    }
}

/// Reads a column: whatever its type, as the values that facts come in. NaN is not given.
fn column(array: &dyn Array) -> Column<'_> {
    /// The cells of a primitive column.
    macro_rules! numbers {
        ($kind:ty, $cell:expr) => {{
            let numbers = array.as_primitive::<$kind>();
            let cell = $cell;
            Box::new(move |row| if numbers.is_valid(row) { cell(numbers.value(row)) } else { None })
        }};
    }
    macro_rules! decimals {
        ($kind:ty) => {{
            let numbers = array.as_primitive::<$kind>();
            Box::new(move |row| numbers.is_valid(row).then(|| Cell::Written(numbers.value_as_string(row))))
        }};
    }
    macro_rules! texts {
        ($texts:expr) => {{
            let texts = $texts;
            Box::new(move |row| texts.is_valid(row).then(|| Cell::Text(texts.value(row))))
        }};
    }
    let single = |number: f32| (!number.is_nan()).then_some(Cell::Single(number));
    let double = |number: f64| (!number.is_nan()).then_some(Cell::Double(number));
    let day = |days: i64| Some(Cell::Written(written(days, 0)));
    match array.data_type() {
        DataType::Boolean => {
            let flags = array.as_boolean();
            Box::new(move |row| flags.is_valid(row).then(|| Cell::Flag(flags.value(row))))
        }
        DataType::Int8 => numbers!(Int8Type, |n| Some(Cell::Whole(i64::from(n)))),
        DataType::Int16 => numbers!(Int16Type, |n| Some(Cell::Whole(i64::from(n)))),
        DataType::Int32 => numbers!(Int32Type, |n| Some(Cell::Whole(i64::from(n)))),
        DataType::Int64 => numbers!(Int64Type, |n| Some(Cell::Whole(n))),
        DataType::UInt8 => numbers!(UInt8Type, |n| Some(Cell::Natural(u64::from(n)))),
        DataType::UInt16 => numbers!(UInt16Type, |n| Some(Cell::Natural(u64::from(n)))),
        DataType::UInt32 => numbers!(UInt32Type, |n| Some(Cell::Natural(u64::from(n)))),
        DataType::UInt64 => numbers!(UInt64Type, |n| Some(Cell::Natural(n))),
        DataType::Float16 => numbers!(Float16Type, half),
        DataType::Float32 => numbers!(Float32Type, single),
        DataType::Float64 => numbers!(Float64Type, double),
        DataType::Date32 => numbers!(Date32Type, move |days: i32| day(i64::from(days))),
        DataType::Date64 => numbers!(Date64Type, moment(1_000)),
        DataType::Timestamp(TimeUnit::Second, None) => numbers!(TimestampSecondType, moment(1)),
        DataType::Timestamp(TimeUnit::Millisecond, None) => numbers!(TimestampMillisecondType, moment(1_000)),
        DataType::Timestamp(TimeUnit::Microsecond, None) => numbers!(TimestampMicrosecondType, moment(1_000_000)),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => numbers!(TimestampNanosecondType, moment(1_000_000_000)),
        DataType::Decimal32(..) => decimals!(Decimal32Type),
        DataType::Decimal64(..) => decimals!(Decimal64Type),
        DataType::Decimal128(..) => decimals!(Decimal128Type),
        DataType::Decimal256(..) => decimals!(Decimal256Type),
        DataType::Utf8 => texts!(array.as_string::<i32>()),
        DataType::LargeUtf8 => texts!(array.as_string::<i64>()),
        DataType::Utf8View => texts!(array.as_string_view()),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return Box::new(|_| None);
            }
            let (keys, values) = (dictionary.normalized_keys(), column(dictionary.values()));
            Box::new(move |row| if array.is_valid(row) { keys.get(row).and_then(|key| values(*key)) } else { None })
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            members(
                array,
                lists.values(),
                lists.value_offsets().iter().filter_map(|o| usize::try_from(*o).ok()).collect(),
            )
        }
        DataType::LargeList(_) => {
            let lists = array.as_list::<i64>();
            members(
                array,
                lists.values(),
                lists.value_offsets().iter().filter_map(|o| usize::try_from(*o).ok()).collect(),
            )
        }
        DataType::FixedSizeList(..) => {
            let lists = array.as_fixed_size_list();
            let length = usize::try_from(lists.value_length()).unwrap_or(0);
            members(array, lists.values(), (0..=array.len()).map(|row| row * length).collect())
        }
        // Nothing is given; of any other type is no column that is read.
        _ => Box::new(|_| None),
    }
}

/// The lists of a column, `offsets` being where each begins and the last ends.
fn members<'a>(array: &'a dyn Array, values: &'a ArrayRef, offsets: Vec<usize>) -> Column<'a> {
    let values = column(values);
    Box::new(move |row| match (array.is_valid(row), offsets.get(row..row + 2)) {
        (true, Some(&[from, to])) => Some(Cell::List((from..to).map(&values).collect())),
        _ => None,
    })
}

/// The shortest decimal of a number of half width, which Rust itself only prints as a wider one.
fn half<'a>(number: half::f16) -> Option<Cell<'a>> {
    let wide = number.to_f32();
    let same = |text: &String| text.parse().is_ok_and(|back: f32| half::f16::from_f32(back) == number);
    let shortest = (0..=10).map(|decimals| format!("{wide:.decimals$}")).find(same);
    (!wide.is_nan()).then(|| Cell::Written(shortest.unwrap_or_else(|| wide.to_string())))
}

/// A moment, counted in parts of a second: a day only where it is a midnight.
fn moment<'a>(parts: i64) -> impl Fn(i64) -> Option<Cell<'a>> {
    let parts_of_a_day = 86_400 * parts;
    move |moment| Some(Cell::Written(written(moment.div_euclid(parts_of_a_day), moment.rem_euclid(parts_of_a_day))))
}

/// A day counted from 1970-01-01, as `2025-12-31`; with a time of day, which no fact has, it says so.
fn written(days: i64, time: i64) -> String {
    let day = i32::try_from(days).ok().and_then(Date32Type::to_naive_date_opt);
    let day = day.map_or_else(|| format!("day {days}"), |day| day.to_string());
    if time == 0 { day } else { format!("{day} with a time of day") }
}
