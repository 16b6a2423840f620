//! Plain FEEL expressions.

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::input::{Facts, checked};
use crate::output::value;

/// A FEEL expression (DMN 1.5, a documented subset) over values by name: exact decimals, three-valued logic.
///
/// >>> Expression("a + b = 0.3").evaluate({"a": 0.1, "b": 0.2})
/// True
///
/// Raises:
///     Error: ``"a >="`` (``expression-syntax``, with the column); ``"a ** 2"`` (``unsupported``, by name).
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
        checked(py, || text.parse()).map(|expression| Expression { expression })
    }

    /// The names that the expression reads.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.expression.names().collect()
    }

    /// The value for a context; ``None`` for null, and where something needed is not in the context.
    ///
    /// Raises:
    ///     Error: ``float("nan")`` (``not-finite``); a day, which the expression writes as ``date("2025-12-31")``
    ///         (``wrong-type``).
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

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.expression.to_string().hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String,)) {
        (slf.get_type(), (slf.get().expression.to_string(),))
    }
}
