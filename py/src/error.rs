//! Errors of the core as `ecoplan.Error`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ecoplan::{Errors, Lang, Problem};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

/// One thing wrong, as `ecoplan.Problem` takes it.
fn problem(py: Python<'_>, path: &str, problem: &Problem) -> PyResult<Py<PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("code", problem.code())?;
    fields.set_item("path", path)?;
    fields.set_item("message", problem.to_string())?;
    fields.set_item("message_zh", problem.zh())?;
    fields.set_item("hint", problem.hint(Lang::En))?;
    fields.set_item("hint_zh", problem.hint(Lang::Zh))?;
    class(py, "Problem")?.call((), Some(&fields)).map(Bound::unbind)
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || py.import("ecoplan._error").map(Bound::unbind))?;
    module.bind(py).getattr(name)
}

fn raise(py: Python<'_>, problems: Vec<Py<PyAny>>) -> PyErr {
    let error = class(py, "Error").and_then(|class| class.call1(PyTuple::new(py, problems)?));
    error.map_or_else(|failed| failed, PyErr::from_value)
}

/// The exception for everything wrong with an input.
pub(crate) fn error(py: Python<'_>, errors: &Errors) -> PyErr {
    at(py, errors, "")
}

/// The exception for errors further in, such as those of the third of several cases.
pub(crate) fn at(py: Python<'_>, errors: &Errors, place: &str) -> PyErr {
    let all: PyResult<Vec<_>> =
        errors.iter().map(|e| problem(py, &format!("{place}{}", e.path()), e.problem())).collect();
    all.map_or_else(|failed| failed, |all| raise(py, all))
}

/// The exception for one thing that the binding itself found wrong.
pub(crate) fn one(py: Python<'_>, path: &str, what: &Problem) -> PyErr {
    problem(py, path, what).map_or_else(|failed| failed, |p| raise(py, vec![p]))
}

/// `zh` or `en`.
pub(crate) fn lang(py: Python<'_>, lang: &str) -> PyResult<Lang> {
    lang.parse().map_err(|errors| error(py, &errors))
}

/// The work, with a panic in it as an ordinary exception: no input is known to cause one, but what if.
pub(crate) fn guarded<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(PyRuntimeError::new_err("a mistake in ecoplan itself; please report it, with the input"))
    })
}
