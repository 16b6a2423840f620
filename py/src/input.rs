//! Python values as the core takes them: any `Serialize` value.

use std::cell::RefCell;

use ecoplan::{Date, Errors, Problem};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMapping, PySet, PyString, PyTuple, PyType,
};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::error::{error, guarded, one};

/// Facts by name, from a mapping, a dataclass, a pandas row or keyword arguments.
pub(crate) struct Facts<'a, 'py> {
    given: Option<&'a Bound<'py, PyAny>>,
    more: Option<&'a Bound<'py, PyDict>>,
    failed: RefCell<Option<Failed>>,
    /// Whether a day may stand for its text.
    days: bool,
    /// Whether they are written to be kept: a number with all its digits is a text in JSON.
    keep: bool,
}

/// A value that is none of a fact, and the way to it, from the inside out.
struct Failed {
    path: Vec<String>,
    why: Why,
}

enum Why {
    Problem(Problem),
    Raised(PyErr),
}

impl<'a, 'py> Facts<'a, 'py> {
    pub(crate) fn new(given: Option<&'a Bound<'py, PyAny>>, more: Option<&'a Bound<'py, PyDict>>) -> Self {
        Facts { given, more, failed: RefCell::new(None), days: true, keep: false }
    }

    /// Values in which a day is none: an expression writes it `date("2025-12-31")`.
    pub(crate) fn without_days(given: &'a Bound<'py, PyAny>) -> Self {
        Facts { days: false, ..Facts::new(Some(given), None) }
    }

    /// What the core makes of these facts, with the errors of both.
    pub(crate) fn judged<T>(&self, py: Python<'_>, by: impl FnOnce(&Self) -> Result<T, Errors>) -> PyResult<T> {
        guarded(|| by(self).map_err(|errors| self.error(py, &errors, "")))
    }

    /// The exception for these errors; `place` is where the facts stand among others.
    pub(crate) fn error(&self, py: Python<'_>, errors: &Errors, place: &str) -> PyErr {
        match self.failed.take() {
            None => crate::error::at(py, errors, place),
            Some(Failed { why: Why::Raised(raised), .. }) => raised,
            Some(Failed { path, why: Why::Problem(problem) }) => {
                let inner: String = path.iter().rev().map(|step| format!(".{step}")).collect();
                let root = if self.days { "facts" } else { "context" };
                one(py, &format!("{place}{root}{inner}"), &problem)
            }
        }
    }

    /// The facts as JSON text, once they have been checked.
    pub(crate) fn kept(&self) -> PyResult<String> {
        let keep = Facts { keep: true, ..Facts::new(self.given, self.more) };
        serde_json::to_string(&keep).map_err(|e| PyValueError::new_err(e.to_string()))
    }

    fn fail<E: serde::ser::Error>(&self, why: Why) -> E {
        *self.failed.borrow_mut() = Some(Failed { path: Vec::new(), why });
        E::custom("a value that is no fact")
    }

    fn step(&self, name: &str) {
        if let Some(failed) = self.failed.borrow_mut().as_mut() {
            failed.path.push(name.to_owned());
        }
    }
}

impl Serialize for Facts<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (given, more) = match (self.given, self.more) {
            // What is no mapping, the core says itself.
            (Some(given), None) if given.is_exact_instance_of::<PyDict>() || given.is_exact_instance_of::<PyList>() => {
                return At(self, given).serialize(serializer);
            }
            (given, more) => (given, more),
        };
        let mut map = serializer.serialize_map(None)?;
        if let Some(given) = given {
            let entries = entries(given).map_err(|e| self.fail(Why::Raised(e)))?;
            let Some(entries) = entries else {
                let is_table = given.hasattr("__arrow_c_stream__").unwrap_or(false);
                let expected =
                    if is_table { "facts by name (a table goes to evaluate_table)" } else { "facts by name" };
                return Err(self.fail(Why::Problem(wrong_type(given, expected))));
            };
            for (name, value) in &entries {
                self.entry(&mut map, name, value)?;
            }
        }
        for (name, value) in more.iter().flat_map(|more| more.iter()) {
            self.entry(&mut map, &name, &value)?;
        }
        map.end()
    }
}

impl Facts<'_, '_> {
    fn entry<M: SerializeMap>(
        &self,
        map: &mut M,
        name: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
    ) -> Result<(), M::Error> {
        let Ok(text) = name.cast::<PyString>() else {
            return Err(self.fail(Why::Problem(wrong_type(name, "the name of a fact"))));
        };
        let text = text.to_cow().map_err(|_| self.fail(Why::Problem(no_text())))?;
        map.serialize_entry(&*text, &At(self, value)).inspect_err(|_| self.step(&text))
    }
}

/// One value.
struct At<'a, 'py>(&'a Facts<'a, 'py>, &'a Bound<'py, PyAny>);

impl Serialize for At<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let At(facts, value) = self;
        // The types that occur most come first; a yes/no is an int to Python.
        if value.is_none() {
            return serializer.serialize_none();
        }
        if let Ok(flag) = value.cast::<PyBool>() {
            return serializer.serialize_bool(flag.is_true());
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            return serializer.serialize_f64(number.value());
        }
        if let Ok(text) = value.cast::<PyString>() {
            let text = text.to_cow().map_err(|_| facts.fail(Why::Problem(no_text())))?;
            return serializer.serialize_str(&text);
        }
        if let Ok(number) = value.cast::<PyInt>() {
            return match number.extract::<i64>() {
                Ok(small) => serializer.serialize_i64(small),
                Err(_) => facts.number(value, serializer),
            };
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            // All entries first: reading a value may run code that changes the dict.
            let entries: Entries<'_> = dict.iter().collect();
            let mut map = serializer.serialize_map(Some(entries.len()))?;
            for (name, value) in &entries {
                facts.entry(&mut map, name, value)?;
            }
            return map.end();
        }
        let is_list = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
        if is_list || value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>() {
            let mut list = serializer.serialize_seq(None)?;
            for item in value.try_iter().map_err(|e| facts.fail(Why::Raised(e)))? {
                let item = item.map_err(|e| facts.fail(Why::Raised(e)))?;
                list.serialize_element(&At(facts, &item))?;
            }
            return list.end();
        }
        match Other::of(value).map_err(|e| facts.fail(Why::Raised(e)))? {
            Other::NotGiven => serializer.serialize_none(),
            Other::Number => facts.number(value, serializer),
            Other::Day(day) if facts.days => serializer.serialize_str(&day.to_string()),
            Other::Day(_) => {
                let problem = wrong_type(value, "a number, text, boolean or list; write date(\"…\") in the expression");
                Err(facts.fail(Why::Problem(problem)))
            }
            Other::Simple(inner) => At(facts, &inner).serialize(serializer),
            Other::Entries(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in &entries {
                    facts.entry(&mut map, name, value)?;
                }
                map.end()
            }
            Other::Problem(problem) => Err(facts.fail(Why::Problem(problem))),
        }
    }
}

impl Facts<'_, '_> {
    /// A number by the text that Python prints of it: every digit of a `Decimal`, the shortest of a numpy float.
    fn number<S: Serializer>(&self, value: &Bound<'_, PyAny>, serializer: S) -> Result<S::Ok, S::Error> {
        // The form in which serde_json hands out numbers that keep their digits; the core reads it as a number.
        const NUMBER: &str = "$serde_json::private::Number";
        let text = digits(value).map_err(|why| self.fail(why))?;
        if self.keep {
            return serializer.serialize_str(&text);
        }
        let mut number = serializer.serialize_struct(NUMBER, 1)?;
        number.serialize_field(NUMBER, &text)?;
        number.end()
    }
}

type Entries<'py> = Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>;

/// What a value of a less common type stands for.
enum Other<'py> {
    NotGiven,
    Number,
    Day(Date),
    /// A boolean, number or text that the value stands for.
    Simple(Bound<'py, PyAny>),
    Entries(Entries<'py>),
    Problem(Problem),
}

impl<'py> Other<'py> {
    fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let known = Known::get(py)?;
        if value.is_instance(known.decimal.bind(py))? {
            return Ok(Other::Number);
        }
        if value.is_instance(known.date.bind(py))? {
            return day(value, known);
        }
        if value.is_instance(known.enumeration.bind(py))? {
            let inner = value.getattr(intern!(py, "value"))?;
            // Nothing that stands for something again: that need not end.
            let simple = inner.is_none()
                || inner.is_exact_instance_of::<PyBool>()
                || inner.is_exact_instance_of::<PyInt>()
                || inner.is_exact_instance_of::<PyFloat>()
                || inner.is_exact_instance_of::<PyString>();
            return Ok(if simple { Other::Simple(inner) } else { Other::Problem(wrong_type(value, EXPECTED)) });
        }
        let (module, name) = class_of(value);
        match (module.as_str(), name.as_str()) {
            ("pandas", "NAType" | "NaTType") => return Ok(Other::NotGiven),
            ("numpy", "bool" | "bool_") => return value.call_method0(intern!(py, "item")).map(Other::Simple),
            ("numpy", "datetime64") => return numpy_day(value),
            // A numpy integer or float prints as the number it is.
            ("numpy", _) if value.hasattr(intern!(py, "is_integer"))? => return Ok(Other::Number),
            _ => {}
        }
        Ok(match entries(value)? {
            Some(entries) => Other::Entries(entries),
            None => Other::Problem(wrong_type(value, EXPECTED)),
        })
    }
}

const EXPECTED: &str = "a number, text, yes/no, day or list";

/// The library that defines a value's class, and the name of the class.
fn class_of(value: &Bound<'_, PyAny>) -> (String, String) {
    let class = value.get_type();
    let module = class.module().ok().and_then(|m| m.extract::<String>().ok()).unwrap_or_default();
    let name = class.name().ok().and_then(|n| n.extract::<String>().ok()).unwrap_or_default();
    (module.split('.').next().unwrap_or_default().to_owned(), name)
}

/// The digits of a number, as its own type prints it, whatever a class derived from it says.
fn digits(value: &Bound<'_, PyAny>) -> Result<String, Why> {
    let py = value.py();
    let known = Known::get(py).map_err(Why::Raised)?;
    let text = if value.is_instance(known.decimal.bind(py)).map_err(Why::Raised)? {
        known.decimal.bind(py).call_method1(intern!(py, "__str__"), (value,))
    } else if value.is_instance_of::<PyInt>() {
        // Python refuses to write thousands of digits; nothing has so many.
        let digits = py.get_type::<PyInt>().call_method1(intern!(py, "__repr__"), (value,));
        match digits {
            Err(error) if error.is_instance_of::<PyValueError>(py) => {
                let value = "an integer of thousands of digits".to_owned();
                return Err(Why::Problem(Problem::too_many_digits(value)));
            }
            digits => digits,
        }
    } else {
        value.str().map(Bound::into_any)
    };
    text.and_then(|text| text.extract()).map_err(Why::Raised)
}

fn no_text() -> Problem {
    let found = "a text with half of a character (a lone surrogate)".to_owned();
    Problem::WrongType { found, expected: "Unicode text".to_owned() }
}

/// A day of numpy: no coarser than a day, and no finer unless it is a midnight.
fn numpy_day<'py>(value: &Bound<'py, PyAny>) -> PyResult<Other<'py>> {
    if value.ne(value)? {
        return Ok(Other::NotGiven);
    }
    let unit: String = value.getattr("dtype")?.getattr("name")?.extract()?;
    let day = value.call_method1("astype", ("datetime64[D]",))?;
    let coarse = ["[Y]", "[M]", "[W]"].iter().any(|coarse| unit.ends_with(coarse));
    if coarse || day.ne(value)? {
        return Ok(Other::Problem(wrong_type(value, "a day, without a time")));
    }
    let text: String = day.str()?.extract()?;
    Ok(text.parse().map_or_else(|_| Other::Problem(Problem::InvalidDate { value: text }), Other::Day))
}

/// A day; a moment of a day is none, but its midnight is how pandas writes a day.
fn day<'py>(value: &Bound<'py, PyAny>, known: &Known) -> PyResult<Other<'py>> {
    let py = value.py();
    let mut day = value.clone();
    if value.is_instance(known.datetime.bind(py))? {
        if value.ne(value)? {
            return Ok(Other::NotGiven);
        }
        let zone = value.getattr(intern!(py, "tzinfo"))?;
        let time = value.call_method0(intern!(py, "time"))?.call_method0(intern!(py, "isoformat"))?;
        // A Timestamp of pandas is finer than the time of a datetime says.
        let finer = value.getattr(intern!(py, "nanosecond")).and_then(|n| n.is_truthy()).unwrap_or(false);
        if !zone.is_none() || finer || time.extract::<&str>()? != "00:00:00" {
            return Ok(Other::Problem(wrong_type(value, "a day, without a time")));
        }
        day = value.call_method0(intern!(py, "date"))?;
    }
    let text: String = known.date.bind(py).call_method1(intern!(py, "isoformat"), (day,))?.extract()?;
    Ok(text.parse().map_or_else(|_| Other::Problem(Problem::InvalidDate { value: text }), Other::Day))
}

/// The entries of a mapping, a dataclass or a pandas row; `None` for anything else. In a row, NaN is not given.
fn entries<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Entries<'py>>> {
    let py = value.py();
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let pair = |item: Bound<'py, PyAny>| item.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>();
        return mapping.items()?.iter().map(pair).collect::<PyResult<_>>().map(Some);
    }
    if let Ok(fields) = value.getattr(intern!(py, "__dataclass_fields__"))
        && !value.is_instance_of::<PyType>()
    {
        let names = fields.cast_into::<PyDict>().map_err(PyErr::from)?;
        let pair = |name: Bound<'py, PyAny>| {
            let field = value.getattr(name.cast::<PyString>()?)?;
            Ok((name, field))
        };
        return names.keys().iter().map(pair).collect::<PyResult<_>>().map(Some);
    }
    // Of a named tuple, such as a row of `itertuples`.
    if value.is_instance_of::<PyTuple>() && value.hasattr(intern!(py, "_asdict"))? {
        return entries(&value.call_method0(intern!(py, "_asdict"))?);
    }
    if class_of(value) == ("pandas".to_owned(), "Series".to_owned()) {
        let row = value.call_method0(intern!(py, "to_dict"))?.cast_into::<PyDict>().map_err(PyErr::from)?;
        let given = row.iter().filter(|(_, v)| v.cast::<PyFloat>().map_or(true, |f| !f.value().is_nan()));
        return Ok(Some(given.collect()));
    }
    Ok(None)
}

fn wrong_type(value: &Bound<'_, PyAny>, expected: &str) -> Problem {
    let name = value.get_type().name().map_or_else(|_| "value".to_owned(), |name| name.to_string());
    let mut found = match value.repr() {
        Ok(repr) => format!("the {name} `{repr}`"),
        Err(_) => format!("a {name}"),
    };
    if found.chars().count() > 100 || found.contains(['\n', '\r']) {
        found = format!("a {name}");
    }
    Problem::WrongType { found, expected: expected.to_owned() }
}

/// Classes of the standard library, looked up once.
struct Known {
    decimal: Py<PyAny>,
    date: Py<PyAny>,
    datetime: Py<PyAny>,
    enumeration: Py<PyAny>,
}

impl Known {
    fn get(py: Python<'_>) -> PyResult<&'static Known> {
        static KNOWN: PyOnceLock<Known> = PyOnceLock::new();
        KNOWN.get_or_try_init(py, || {
            let class = |module: &str, name: &str| py.import(module)?.getattr(name).map(Bound::unbind);
            Ok(Known {
                decimal: class("decimal", "Decimal")?,
                date: class("datetime", "date")?,
                datetime: class("datetime", "datetime")?,
                enumeration: class("enum", "Enum")?,
            })
        })
    }
}

/// A day given as `"2025-12-31"` or `datetime.date`.
pub(crate) fn date(path: &str, value: &Bound<'_, PyAny>) -> PyResult<Date> {
    let py = value.py();
    let problem = match value.extract::<String>() {
        Ok(text) => match text.parse() {
            Ok(date) => return Ok(date),
            Err(_) => Problem::InvalidDate { value: text },
        },
        Err(_) => match Known::get(py)?.date.bind(py) {
            class if value.is_instance(class)? => match day(value, Known::get(py)?)? {
                Other::Day(date) => return Ok(date),
                Other::Problem(problem) => problem,
                _ => wrong_type(value, "a day"),
            },
            _ => wrong_type(value, "a day, as datetime.date or \"2025-12-31\""),
        },
    };
    Err(one(py, path, &problem))
}

/// A decimal number from any of Python's numbers, or text.
pub(crate) fn decimal(path: &str, value: &Bound<'_, PyAny>) -> PyResult<ecoplan::Decimal> {
    let py = value.py();
    let text = match value.cast::<PyFloat>() {
        Ok(number) => number.value().to_string(),
        Err(_) if value.is_instance_of::<PyString>() => value.extract()?,
        Err(_) if value.is_instance_of::<PyBool>() => return Err(one(py, path, &wrong_type(value, "a number"))),
        Err(_) => match digits(value) {
            Ok(text) => text,
            Err(Why::Raised(raised)) => return Err(raised),
            Err(Why::Problem(problem)) => return Err(one(py, path, &problem)),
        },
    };
    text.parse().map_err(|error| {
        let infinite = text.parse::<f64>().is_ok_and(|n| !n.is_finite());
        let problem = match error {
            ecoplan::DecimalError::NotANumber if infinite => Problem::NotFinite { value: text.clone() },
            ecoplan::DecimalError::NotANumber => Problem::NotANumber { value: text.clone() },
            _ => Problem::too_many_digits(text.clone()),
        };
        one(py, path, &problem)
    })
}

/// JSON text, as `str`, `bytes` or what `to_dict()` gave.
pub(crate) fn json(path: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_cow()?.as_bytes().to_vec());
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if !value.is_instance_of::<PyDict>() {
        return Err(one(value.py(), path, &wrong_type(value, "a report, or its JSON as text, bytes or a dict")));
    }
    let text: String = value.py().import("json")?.call_method1("dumps", (value,))?.extract()?;
    Ok(text.into_bytes())
}

/// What the core makes of another input, or the exception.
pub(crate) fn checked<T>(py: Python<'_>, work: impl FnOnce() -> Result<T, Errors>) -> PyResult<T> {
    guarded(|| work().map_err(|errors| error(py, &errors)))
}
