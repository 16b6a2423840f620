//! Plain FEEL expressions.

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::input::{Facts, checked};
use crate::output::value;

/// A FEEL expression over values by name.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct Expression {
    expression: ecoplan::Expression,
}

#[pymethods]
impl Expression {
    /// Reads an expression.
    #[new]
    #[pyo3(signature = (text, /))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        checked(py, text.parse()).map(|expression| Expression { expression })
    }

    /// The names that the expression reads.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.expression.names().collect()
    }

    /// The value for a context; `None` for null, and for what is not known.
    #[pyo3(signature = (context, /))]
    fn evaluate<'py>(&self, py: Python<'py>, context: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let given = Facts::without_days(context);
        value(py, &given.judged(py, |context| self.expression.evaluate(context))?)
    }

    fn __str__(&self) -> String {
        self.expression.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Expression {}>", self.expression)
    }

    fn __eq__(&self, other: &Expression) -> bool {
        self.expression.to_string() == other.expression.to_string()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String,)) {
        (slf.get_type(), (slf.get().expression.to_string(),))
    }
}
