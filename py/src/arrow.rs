//! Arrow tables in and out, by the PyCapsule protocol, and findings and scorecards as such tables.

use std::ffi::{CStr, c_int};
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, from_ffi_and_data_type};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, RecordBatchIterator, RecordBatchReader,
    StringArray, StructArray,
};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use ecoplan::model::Attribute;
use ecoplan::{Decimal, Finding, Report, Row, Scorecard, Value};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

/// One row for each finding of each report, with the place of its report.
pub(crate) fn findings<'py>(py: Python<'py>, reports: &[&Report]) -> PyResult<Bound<'py, PyCapsule>> {
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
    table.stream(py)
}

/// One row for each indicator.
pub(crate) fn rows<'py>(py: Python<'py>, card: &Scorecard) -> PyResult<Bound<'py, PyCapsule>> {
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
    table.stream(py)
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

    fn stream(self, py: Python<'_>) -> PyResult<Bound<'_, PyCapsule>> {
        let schema = Arc::new(Schema::new(self.fields));
        let batch = RecordBatch::try_new(schema.clone(), self.arrays).map_err(|e| arrow_error(&e))?;
        stream(py, RecordBatchIterator::new([Ok(batch)], schema))
    }
}

/// The capsule of the Arrow C stream interface. A producer need not follow a requested schema.
pub(crate) fn stream(
    py: Python<'_>,
    reader: impl RecordBatchReader + Send + 'static,
) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
}

/// The capsule of an Arrow C schema.
pub(crate) fn schema_capsule<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(|e| arrow_error(&e))?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

/// The batches of whatever speaks the Arrow PyCapsule protocol.
pub(crate) fn reader(table: &Bound<'_, PyAny>) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    let py = table.py();
    if table.hasattr(intern!(py, "__arrow_c_stream__"))? {
        let capsule = table.call_method0(intern!(py, "__arrow_c_stream__"))?;
        let stream = taken::<FFI_ArrowArrayStream>(&capsule, c"arrow_array_stream")?;
        return Ok(Box::new(Stream::new(stream).map_err(|e| arrow_error(&e))?));
    }
    let pair = table.call_method0(intern!(py, "__arrow_c_array__"))?;
    let schema = taken::<FFI_ArrowSchema>(&pair.get_item(0)?, c"arrow_schema")?;
    let array = taken::<FFI_ArrowArray>(&pair.get_item(1)?, c"arrow_array")?;
    // SAFETY: the two came from one call of the protocol, so the array has this schema.
    let data = unsafe { from_ffi(array, &schema) }.map_err(|e| arrow_error(&e))?;
    let batch = table_of(data).map_err(|e| arrow_error(&e))?;
    let schema = batch.schema();
    Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)))
}

/// A table from an array of structs. A struct that is null has no values, whatever its fields hold: such an array is none.
fn table_of(data: ArrayData) -> Result<RecordBatch, ArrowError> {
    match data.data_type() {
        DataType::Struct(_) if data.null_count() == 0 => Ok(RecordBatch::from(StructArray::from(data))),
        DataType::Struct(_) => Err(ArrowError::InvalidArgumentError("a row of the table is null".to_owned())),
        other => Err(no_table(other)),
    }
}

fn no_table(kind: &DataType) -> ArrowError {
    ArrowError::InvalidArgumentError(format!("an array of {kind} is no table"))
}

/// The batches of a stream. (arrow-array's own reader passes over null rows.)
struct Stream {
    stream: FFI_ArrowArrayStream,
    schema: SchemaRef,
}

impl Stream {
    fn new(mut stream: FFI_ArrowArrayStream) -> Result<Self, ArrowError> {
        let mut schema = FFI_ArrowSchema::empty();
        if let Some(get_schema) = stream.get_schema {
            // SAFETY: the stream is valid, and fills what is empty.
            let code = unsafe { get_schema(&raw mut stream, &raw mut schema) };
            Stream::check(&mut stream, code)?;
        }
        match DataType::try_from(&schema)? {
            DataType::Struct(_) => Ok(Stream { schema: Arc::new(Schema::try_from(&schema)?), stream }),
            other => Err(no_table(&other)),
        }
    }

    fn check(stream: &mut FFI_ArrowArrayStream, code: c_int) -> Result<(), ArrowError> {
        if code == 0 {
            return Ok(());
        }
        let text = stream.get_last_error.map(|get| {
            // SAFETY: the stream is valid.
            unsafe { get(&raw mut *stream) }
        });
        let text = text.filter(|text| !text.is_null()).map(|text| {
            // SAFETY: what the stream gives is a text that lives until its next call.
            unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
        });
        Err(ArrowError::CDataInterface(text.unwrap_or_else(|| format!("the stream failed with code {code}"))))
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the stream is valid, and fills what is empty.
        let code = unsafe { (self.stream.get_next?)(&raw mut self.stream, &raw mut array) };
        if let Err(error) = Stream::check(&mut self.stream, code) {
            return Some(Err(error));
        }
        if array.is_released() {
            return None;
        }
        let kind = DataType::Struct(self.schema.fields().clone());
        // SAFETY: every array of a stream has the stream's schema.
        let data = unsafe { from_ffi_and_data_type(array, kind) };
        let batch = data.and_then(table_of).and_then(|batch| batch.with_schema(self.schema.clone()));
        Some(batch)
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// What a consumer may take over once: a structure of the Arrow C interfaces, left empty where it was.
trait Taken: Sized {
    /// # Safety
    ///
    /// `place` points to a structure of this type that is valid or released.
    unsafe fn take(place: *mut Self) -> Self;
}

macro_rules! taken {
    ($($structure:ty),*) => {
        $(impl Taken for $structure {
            unsafe fn take(place: *mut Self) -> Self {
                // SAFETY: as the trait asks.
                unsafe { Self::from_raw(place) }
            }
        })*
    };
}

taken!(FFI_ArrowArrayStream, FFI_ArrowArray, FFI_ArrowSchema);

fn taken<T: Taken>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<T> {
    let place = capsule.cast::<PyCapsule>()?.pointer_checked(Some(name))?;
    // SAFETY: the protocol says that a capsule of this name holds this structure.
    Ok(unsafe { T::take(place.as_ptr().cast()) })
}

pub(crate) fn arrow_error(error: &ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
