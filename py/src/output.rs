//! Values of the core as Python's own.

use ecoplan::{Decimal, Text, Value};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

/// A class of a Python module, looked up once.
pub(crate) fn class<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyAny>>,
    module: &str,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let class = cell.get_or_try_init(py, || py.import(module)?.getattr(name).map(Bound::unbind))?;
    Ok(class.bind(py).clone())
}

/// A `decimal.Decimal`.
pub(crate) fn decimal(py: Python<'_>, number: Decimal) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    class(py, &CLASS, "decimal", "Decimal")?.call1((number.to_string(),))
}

/// A `datetime.date`.
pub(crate) fn date(py: Python<'_>, day: ecoplan::Date) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    class(py, &CLASS, "datetime", "date")?.call_method1("fromisoformat", (day.to_string(),))
}

/// A bool, `Decimal`, str, date or list; `None` for what is not known.
pub(crate) fn value<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Unknown | Value::Null => py.None().into_bound(py),
        Value::Bool(flag) => flag.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => decimal(py, *number)?,
        Value::Text(text) => text.into_pyobject(py)?.into_any(),
        Value::Date(day) => date(py, *day)?,
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| self::value(py, item)).collect::<PyResult<_>>()?;
            PyList::new(py, items)?.into_any()
        }
    })
}

/// `{"zh": …, "en": …}`.
pub(crate) fn text<'py>(py: Python<'py>, text: &Text) -> PyResult<Bound<'py, PyDict>> {
    let both = PyDict::new(py);
    both.set_item("zh", &text.zh)?;
    both.set_item("en", &text.en)?;
    Ok(both)
}
