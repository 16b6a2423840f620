//! Python values as the core takes them: any `Serialize` value.

use std::cell::RefCell;

use ecoplan::{Date, Errors, Problem};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMapping, PySet, PyString, PyTuple, PyType,
};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::error::{error, one};

/// Facts by name, from a mapping, a dataclass, a pandas row or keyword arguments.
pub(crate) struct Facts<'a, 'py> {
    given: Option<&'a Bound<'py, PyAny>>,
    more: Option<&'a Bound<'py, PyDict>>,
    failed: RefCell<Option<Failed>>,
    /// Whether a day may stand for its text.
    days: bool,
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
        Facts { given, more, failed: RefCell::new(None), days: true }
    }

    /// Values in which a day is none: an expression writes it `date("2025-12-31")`.
    pub(crate) fn without_days(given: &'a Bound<'py, PyAny>) -> Self {
        Facts { days: false, ..Facts::new(Some(given), None) }
    }

    /// What the core makes of these facts, with the errors of both.
    pub(crate) fn judged<T>(&self, py: Python<'_>, by: impl FnOnce(&Self) -> Result<T, Errors>) -> PyResult<T> {
        by(self).map_err(|errors| self.error(py, &errors, ""))
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
            (Some(given), None) => return At(self, given).serialize(serializer),
            (given, more) => (given, more),
        };
        let mut map = serializer.serialize_map(None)?;
        if let Some(given) = given {
            let entries = entries(given).map_err(|e| self.fail(Why::Raised(e)))?;
            let Some(entries) = entries else {
                return Err(self.fail(Why::Problem(wrong_type(given, "facts by name"))));
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
        let text = text.to_cow().map_err(|e| self.fail(Why::Raised(e)))?;
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
            let text = text.to_cow().map_err(|e| facts.fail(Why::Raised(e)))?;
            return serializer.serialize_str(&text);
        }
        if let Ok(number) = value.cast::<PyInt>() {
            return match number.extract::<i64>() {
                Ok(small) => serializer.serialize_i64(small),
                Err(_) => facts.number(value, serializer),
            };
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            let mut map = serializer.serialize_map(Some(dict.len()))?;
            for (name, value) in dict {
                facts.entry(&mut map, &name, &value)?;
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
            Other::Python(inner) => At(facts, &inner).serialize(serializer),
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
        let text = value.str().map_err(|e| self.fail(Why::Raised(e)))?;
        let text = text.to_cow().map_err(|e| self.fail(Why::Raised(e)))?;
        let mut number = serializer.serialize_struct(NUMBER, 1)?;
        number.serialize_field(NUMBER, &*text)?;
        number.end()
    }
}

type Entries<'py> = Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>;

/// What a value of a less common type stands for.
enum Other<'py> {
    NotGiven,
    Number,
    Day(Date),
    Python(Bound<'py, PyAny>),
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
            return value.getattr(intern!(py, "value")).map(Other::Python);
        }
        let class = value.get_type();
        let module = class.module()?;
        let module = module.to_cow()?;
        let name = class.name()?;
        let name = name.to_cow()?;
        match (module.split('.').next().unwrap_or_default(), &*name) {
            ("pandas", "NAType" | "NaTType") => return Ok(Other::NotGiven),
            ("numpy", "bool" | "bool_") => return value.call_method0(intern!(py, "item")).map(Other::Python),
            ("numpy", "datetime64") => return value.call_method0(intern!(py, "item")).map(Other::Python),
            // A numpy integer or float prints as the number it is.
            ("numpy", _) if value.hasattr(intern!(py, "is_integer"))? => return Ok(Other::Number),
            _ => {}
        }
        Ok(match entries(value)? {
            Some(entries) => Other::Entries(entries),
            None => Other::Problem(wrong_type(value, "a number, text, yes/no, day or list")),
        })
    }
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
        if !zone.is_none() || time.extract::<&str>()? != "00:00:00" {
            return Ok(Other::Problem(wrong_type(value, "a day, without a time")));
        }
        day = value.call_method0(intern!(py, "date"))?;
    }
    let text: String = day.call_method0(intern!(py, "isoformat"))?.extract()?;
    Ok(text.parse().map_or_else(|_| Other::Problem(Problem::InvalidDate { value: text }), Other::Day))
}

/// The entries of a mapping, a dataclass or a pandas row; `None` for anything else. In a row, NaN is not given.
fn entries<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Entries<'py>>> {
    let py = value.py();
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let pair = |item: Bound<'py, PyAny>| Ok((item.get_item(0)?, item.get_item(1)?));
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
    let class = value.get_type();
    if class.name()?.to_cow()? == "Series" && class.module()?.to_cow()?.split('.').next() == Some("pandas") {
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
    if found.chars().count() > 100 {
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
    let text = value.str()?.to_string();
    text.parse().map_err(|_| one(value.py(), path, &Problem::NotANumber { value: text.clone() }))
}

/// JSON text, as `str`, `bytes` or what `to_dict()` gave.
pub(crate) fn json(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_cow()?.as_bytes().to_vec());
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let text: String = value.py().import("json")?.call_method1("dumps", (value,))?.extract()?;
    Ok(text.into_bytes())
}

/// The day of judgement of one call.
pub(crate) fn at(plan: &ecoplan::Plan, as_of: Option<&Bound<'_, PyAny>>) -> PyResult<ecoplan::Plan> {
    match as_of {
        Some(day) => Ok(plan.at(date("as_of", day)?)),
        None => Ok(plan.clone()),
    }
}

/// Turns what the core says of other inputs into the exception.
pub(crate) fn checked<T>(py: Python<'_>, result: Result<T, Errors>) -> PyResult<T> {
    result.map_err(|errors| error(py, &errors))
}
