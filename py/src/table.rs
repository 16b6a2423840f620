//! Tables of cases, one a row: any Arrow table in, its outcomes out, in one piece or batch by batch.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use arrow_array::builder::{Decimal128Builder, StringBuilder};
use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, DictionaryArray, RecordBatch, RecordBatchReader, StringArray, UInt8Array, new_null_array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use ecoplan::model::{Fact, Rule};
use ecoplan::{Batch, Error, NONE, Outcome, Plan as CorePlan, Problem, RowErrors, Verdicts};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::{arrow_error, reader, schema_capsule, stream};
use crate::cells::{Cells, is_readable};
use crate::error::{error, guarded, one};
use crate::plan::Plan;

/// How many rows a thread judges in one go.
const PART: usize = 65_536;
/// The digits and decimals of margins: as many as facts may have.
const DIGITS: u8 = 38;
const DECIMALS: u8 = 19;

/// A table of results: what ``polars.DataFrame``, ``pyarrow.table`` and ``pandas.DataFrame.from_arrow`` take.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// How a table is to be judged and written: which column stands for which fact; whether a column that is no fact is an
/// error; whether the table's own columns stand before the results; whether margins are written; whether codes are,
/// instead of texts; how many threads, as many as there are cores without a number.
#[derive(FromPyObject)]
struct Wanted(Option<BTreeMap<String, String>>, bool, bool, bool, bool, Option<usize>);

#[pymethods]
impl Table {
    /// Judges every row of a table; see `Plan.evaluate_table`.
    #[staticmethod]
    #[pyo3(signature = (plan, subject, table, wanted, progress))]
    fn _evaluate(
        py: Python<'_>,
        plan: &Plan,
        subject: &str,
        table: &Bound<'_, PyAny>,
        wanted: Wanted,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        guarded(|| {
            let mut reader = reader(table)?;
            let job = Job::new(py, &plan.plan, subject, &reader.schema(), &wanted)?;
            let (mut batches, mut done) = (Vec::new(), 0);
            while let Some(batch) = py.detach(|| reader.next()) {
                let batch = batch.map_err(|e| arrow_error(&e))?;
                // A few parts at a time, so that an interrupt is heard and progress told.
                let step = PART * 4 * job.threads;
                for start in (0..batch.num_rows()).step_by(step) {
                    let some = batch.slice(start, step.min(batch.num_rows() - start));
                    batches.extend(py.detach(|| job.judge(&some)).map_err(|e| arrow_error(&e))?);
                    py.check_signals()?;
                    done += some.num_rows();
                    if let Some(progress) = progress {
                        progress.call1((done,))?;
                    }
                }
            }
            Ok(Table { schema: job.schema, batches })
        })
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

    /// What the columns are.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    /// The table as an Arrow stream.
    #[pyo3(signature = (requested_schema = None))]
    #[expect(unused_variables, reason = "a producer need not follow the schema it is asked for")]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let batches = self.batches.clone().into_iter().map(Ok);
        stream(py, arrow_array::RecordBatchIterator::new(batches, self.schema.clone()))
    }
}

/// Results that are made while they are read, batch by batch, once.
///
/// It is what ``pyarrow.RecordBatchReader.from_stream`` takes.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct TableStream {
    schema: SchemaRef,
    judged: Mutex<Option<Judged>>,
}

#[pymethods]
impl TableStream {
    /// Judges the rows of a stream as they come; see `Plan.evaluate_stream`.
    #[staticmethod]
    #[pyo3(signature = (plan, subject, table, wanted))]
    fn _evaluate(
        py: Python<'_>,
        plan: &Plan,
        subject: &str,
        table: &Bound<'_, PyAny>,
        wanted: Wanted,
    ) -> PyResult<TableStream> {
        guarded(|| {
            let reader = reader(table)?;
            let job = Job::new(py, &plan.plan, subject, &reader.schema(), &wanted)?;
            let schema = job.schema.clone();
            let judged = Judged { reader, job, ready: Vec::new() };
            Ok(TableStream { schema, judged: Mutex::new(Some(judged)) })
        })
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|f| f.name().clone()).collect()
    }

    fn __repr__(&self) -> String {
        format!("<TableStream: {}>", self.columns().join(", "))
    }

    /// What the results will look like; the stream is not taken for it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    /// The results as an Arrow stream, which can be taken once.
    #[pyo3(signature = (requested_schema = None))]
    #[expect(unused_variables, reason = "a producer need not follow the schema it is asked for")]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let taken = self.judged.lock().ok().and_then(|mut judged| judged.take());
        stream(py, taken.ok_or_else(|| PyValueError::new_err("the stream was read already"))?)
    }
}

/// The results of a stream, made as they are asked for.
struct Judged {
    reader: Box<dyn RecordBatchReader + Send>,
    job: Job,
    /// What was judged and not handed out, the last first.
    ready: Vec<RecordBatch>,
}

impl Iterator for Judged {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            match self.reader.next()?.and_then(|batch| self.job.judge(&batch)) {
                Ok(parts) => self.ready.extend(parts.into_iter().rev()),
                Err(error) => return Some(Err(error)),
            }
        }
        self.ready.pop().map(Ok)
    }
}

impl RecordBatchReader for Judged {
    fn schema(&self) -> SchemaRef {
        self.job.schema.clone()
    }
}

/// What is read of each row, and what is written beside it.
struct Job {
    batch: Batch,
    /// The place of each column that is read.
    inputs: Vec<usize>,
    append: bool,
    margins: bool,
    codes: bool,
    threads: usize,
    schema: SchemaRef,
}

impl Job {
    fn new(py: Python<'_>, plan: &CorePlan, subject: &str, table: &Schema, wanted: &Wanted) -> PyResult<Self> {
        let facts = plan.facts(subject).map_err(|errors| error(py, &errors))?;
        let Wanted(names, strict, append, with_margins, codes, threads) = wanted;
        let columns = inputs(py, plan, subject, &facts, table, names.as_ref(), *strict)?;
        let names: Vec<&str> = columns.iter().map(|(_, name)| name.as_str()).collect();
        let mut batch = plan.batch(subject, &names).map_err(|errors| error(py, &errors))?;
        if *with_margins {
            batch = batch.with_margins();
        }
        let threads = match threads {
            Some(threads) => *threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        let schema = schema(py, &batch, table, *append, *with_margins, *codes)?;
        let inputs = columns.into_iter().map(|(place, _)| place).collect();
        Ok(Job { batch, inputs, append: *append, margins: *with_margins, codes: *codes, threads, schema })
    }

    /// Judges a batch: in parts, on several threads if there are several parts.
    fn judge(&self, batch: &RecordBatch) -> Result<Vec<RecordBatch>, ArrowError> {
        let starts: Vec<usize> = (0..batch.num_rows()).step_by(PART).collect();
        let part = |start: usize| self.part(&batch.slice(start, PART.min(batch.num_rows() - start)));
        let threads = self.threads.min(starts.len());
        if threads < 2 {
            return starts.into_iter().map(part).collect();
        }
        let done: Vec<OnceLock<Result<RecordBatch, ArrowError>>> = starts.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(start), Some(to)) = (starts.get(place), done.get(place)) else { return };
                        // Each place is taken once.
                        let _ = to.set(part(*start));
                    }
                });
            }
        });
        let missing = || Err(ArrowError::ComputeError("a thread ended early".to_owned()));
        done.into_iter().map(|one| one.into_inner().unwrap_or_else(missing)).collect()
    }

    fn part(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let rows = batch.num_rows();
        let cells: Vec<Cells<'_>> = self.inputs.iter().map(|place| Cells::of(batch.column(*place))).collect();
        let columns: Vec<_> = cells.iter().map(Cells::column).collect();
        let mut verdicts = Verdicts::default();
        let fits = |errors: ecoplan::Errors| ArrowError::ComputeError(errors.to_string());
        self.batch.evaluate(&columns, 0..rows, &mut verdicts).map_err(fits)?;
        let mut arrays: Vec<ArrayRef> = if self.append { batch.columns().to_vec() } else { Vec::new() };
        for (rule, found) in self.batch.rules().zip(verdicts.rules) {
            arrays.push(self.coded(found.outcomes, Outcome::ALL.map(Outcome::as_str))?);
            if !rule.decisions.is_empty() {
                arrays.push(self.coded(found.decisions, rule.decisions.iter().map(|d| d.id.as_str()))?);
            }
            if self.margins && self.batch.has_margin(&rule.id) {
                arrays.push(margins(&found.margins)?);
            }
        }
        arrays.push(wrong(&verdicts.errors, rows));
        RecordBatch::try_new(self.schema.clone(), arrays)
    }

    /// Codes, with all the texts that they can stand for, whether they occur or not, unless the codes alone are wanted.
    fn coded<'a>(&self, codes: Vec<u8>, texts: impl IntoIterator<Item = &'a str>) -> Result<ArrayRef, ArrowError> {
        let keys = match codes.contains(&NONE) {
            true => codes.into_iter().map(|code| (code != NONE).then_some(code)).collect(),
            false => UInt8Array::from(codes),
        };
        if self.codes {
            return Ok(Arc::new(keys));
        }
        let texts: StringArray = texts.into_iter().map(Some).collect();
        Ok(Arc::new(DictionaryArray::<UInt8Type>::try_new(keys, Arc::new(texts))?))
    }
}

/// The column `error`; in most batches, nothing is wrong.
fn wrong(errors: &[RowErrors], rows: usize) -> ArrayRef {
    if errors.is_empty() {
        return new_null_array(&DataType::Utf8, rows);
    }
    let mut texts = StringBuilder::new();
    let mut errors = errors.iter().peekable();
    for row in 0..rows {
        let found = errors.next_if(|found| found.row == row);
        texts.append_option(found.map(|found| said(&found.errors)));
    }
    Arc::new(texts.finish())
}

/// What the column `error` says: code and fact.
fn said(errors: &[Error]) -> String {
    let one = |error: &Error| format!("{}: {}", error.code(), error.path().trim_start_matches("facts."));
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The columns that are facts, or the years of facts, or the day of judgement, with the names they have there.
fn inputs(
    py: Python<'_>,
    plan: &CorePlan,
    subject: &str,
    facts: &[&Fact],
    table: &Schema,
    names: Option<&BTreeMap<String, String>>,
    strict: bool,
) -> PyResult<Vec<(usize, String)>> {
    let none = BTreeMap::new();
    let names = names.unwrap_or(&none);
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
    let (inputs, others): (Vec<_>, Vec<_>) = columns.partition(|(_, name)| is_fact(name) || name == "as_of");
    // A mapped column must be a fact; the others may be anything, unless asked or if nothing is left.
    let is_mapped = |place: usize| table.fields().get(place).is_some_and(|field| names.contains_key(field.name()));
    let no_fact = !inputs.iter().any(|(_, name)| is_fact(name));
    let wrong = others.iter().filter(|(place, _)| strict || no_fact || is_mapped(*place));
    let wrong: BTreeMap<&str, ()> = wrong.map(|(_, name)| (name.as_str(), ())).collect();
    // The core says what is wrong with a name, and which is nearest.
    if !wrong.is_empty()
        && let Err(errors) = plan.case(subject, &wrong)
    {
        return Err(error(py, &errors));
    }
    if no_fact {
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
fn schema(
    py: Python<'_>,
    batch: &Batch,
    table: &Schema,
    append: bool,
    margins: bool,
    codes: bool,
) -> PyResult<SchemaRef> {
    let mut fields: Vec<Arc<Field>> = if append { table.fields().to_vec() } else { Vec::new() };
    let coded = || match codes {
        true => DataType::UInt8,
        false => DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8)),
    };
    let mut add = |name: String, kind| fields.push(Arc::new(Field::new(name, kind, true)));
    for rule in batch.rules() {
        let Rule { id, decisions, .. } = rule;
        add(id.clone(), coded());
        if !decisions.is_empty() {
            add(format!("{id}.decision"), coded());
        }
        if margins && batch.has_margin(id) {
            add(format!("{id}.margin"), DataType::Decimal128(DIGITS, DECIMALS.cast_signed()));
        }
    }
    add("error".to_owned(), DataType::Utf8);
    for (i, field) in fields.iter().enumerate() {
        if fields.iter().take(i).any(|earlier| earlier.name() == field.name()) {
            return Err(one(py, "columns", &Problem::DuplicateKey { key: field.name().clone() }));
        }
    }
    let metadata = if append { table.metadata().clone() } else { <_>::default() };
    Ok(Arc::new(Schema::new(fields).with_metadata(metadata)))
}

fn margins(found: &[Option<ecoplan::Decimal>]) -> Result<ArrayRef, ArrowError> {
    let limit = 10_u128.pow(DIGITS.into());
    let mut numbers = Decimal128Builder::with_capacity(found.len());
    for margin in found {
        match margin {
            None => numbers.append_null(),
            Some(number) => {
                let fits = number.scaled(DECIMALS.into()).filter(|n| n.unsigned_abs() < limit);
                let wrong = || format!("the margin {number} has more than {DIGITS} digits, or {DECIMALS} decimals");
                numbers.append_value(fits.ok_or_else(|| ArrowError::ComputeError(wrong()))?);
            }
        }
    }
    let array = numbers.finish();
    Ok(Arc::new(array.with_precision_and_scale(DIGITS, DECIMALS.cast_signed())?))
}
