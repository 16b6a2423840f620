//! The indicator table of a plan against values.

use pyo3::exceptions::{PyIndexError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyType};

use crate::input::checked;
use crate::output::{date, decimal, text, value};
use crate::plain::plain;
use crate::plan::Plan;
use crate::report::Report;

/// The plan, and the values as JSON.
type Pickled = (Py<Plan>, String);

/// The indicators of a plan against values: a sequence of rows that Arrow libraries take as a table.
#[pyclass(frozen, module = "ecoplan", sequence)]
pub(crate) struct Scorecard {
    card: ecoplan::Scorecard,
    /// As of the day of judgement.
    plan: Py<Plan>,
    /// The values as JSON.
    values: String,
}

impl Scorecard {
    pub(crate) fn new(card: ecoplan::Scorecard, plan: Py<Plan>, values: String) -> Self {
        Scorecard { card, plan, values }
    }
}

#[pymethods]
impl Scorecard {
    /// The plan, as of the day of judgement.
    #[getter]
    fn plan(&self, py: Python<'_>) -> Py<Plan> {
        self.plan.clone_ref(py)
    }

    /// The day of judgement.
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        date(py, self.card.as_of())
    }

    /// The rows, by their number in the plan's table.
    #[getter]
    fn rows(slf: &Bound<'_, Self>) -> Vec<Row> {
        (0..slf.get().card.rows.len()).map(|index| Row { card: slf.clone().unbind(), index }).collect()
    }

    /// The counts over all rows.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.card.counts)
    }

    /// The counts by first-level indicator, in the order of the table.
    #[getter]
    fn by_category<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.card.by_category)
    }

    /// The report behind the rows.
    #[getter]
    fn report(&self, py: Python<'_>) -> Report {
        Report { report: self.card.report().clone(), plan: self.plan.clone_ref(py) }
    }

    /// The row with this number in the plan's table.
    ///
    /// Raises:
    ///     KeyError: There is none.
    #[pyo3(signature = (no, /))]
    fn row(slf: &Bound<'_, Self>, no: i64) -> PyResult<Row> {
        let index = slf.get().card.rows.iter().position(|row| i64::from(row.no) == no);
        Ok(Row { card: slf.clone().unbind(), index: index.ok_or_else(|| PyKeyError::new_err(no))? })
    }

    /// The scorecard as text, in Chinese (``"zh"``) or English (``"en"``).
    ///
    /// Raises:
    ///     Error: Another language (``invalid-value``).
    #[pyo3(signature = (lang = "en"))]
    fn explain(&self, py: Python<'_>, lang: &str) -> PyResult<String> {
        Ok(self.card.explain(crate::error::lang(py, lang)?))
    }

    /// The scorecard as JSON text.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.card).map_err(|e| pyo3::exceptions::PyValueError::new_err(e.to_string()))
    }

    /// The scorecard as plain dicts, lists and texts, as in JSON: decimals are texts there.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.card)
    }

    fn __len__(&self) -> usize {
        self.card.rows.len()
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        PyList::new(slf.py(), Self::rows(slf))?.as_any().get_item(index)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        PyList::new(slf.py(), Self::rows(slf))?.into_any().call_method0("__iter__")
    }

    fn __str__(&self) -> String {
        self.card.explain(ecoplan::Lang::En)
    }

    fn __repr__(&self) -> String {
        let c = &self.card.counts;
        format!(
            "<Scorecard {} as of {}: {} indicators, {} not assessed, {} satisfied, {} breached, {} pending, {} undetermined>",
            self.plan.get().plan.id(),
            self.card.as_of(),
            c.indicators,
            c.not_assessed,
            c.satisfied,
            c.breached,
            c.pending,
            c.undetermined
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("ecoplan._html")?.call_method1("scorecard", (slf,))
    }

    fn __eq__(&self, other: &Scorecard) -> PyResult<bool> {
        Ok(self.to_json()? == other.to_json()?)
    }

    #[classmethod]
    fn _restore(cls: &Bound<'_, PyType>, plan: Py<Plan>, values: String) -> PyResult<Scorecard> {
        let card = checked(cls.py(), || plan.get().plan.scorecard_json(&values))?;
        Ok(Scorecard { card, plan, values })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Pickled)> {
        let Scorecard { plan, values, .. } = slf.get();
        Ok((slf.get_type().getattr("_restore")?, (plan.clone_ref(slf.py()), values.clone())))
    }

    /// One row for each indicator, as an Arrow stream.
    #[pyo3(signature = (requested_schema = None))]
    #[expect(unused_variables, reason = "a producer need not follow the schema it is asked for")]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        crate::arrow::rows(py, &self.card)
    }
}

/// One row of a scorecard.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct Row {
    card: Py<Scorecard>,
    index: usize,
}

impl Row {
    fn with<T>(&self, read: impl FnOnce(&ecoplan::Row) -> T) -> PyResult<T> {
        let row = self.card.get().card.rows.get(self.index);
        row.map(read).ok_or_else(|| PyIndexError::new_err(self.index))
    }
}

#[pymethods]
impl Row {
    /// The number of the row in the plan's table.
    #[getter]
    fn no(&self) -> PyResult<u32> {
        self.with(|row| row.no)
    }

    /// The id of the rule.
    #[getter]
    fn rule(&self) -> PyResult<String> {
        self.with(|row| row.rule.clone())
    }

    /// The indicator's name.
    #[getter]
    fn title<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|row| text(py, &row.title))?
    }

    /// The first-level indicator.
    #[getter]
    fn category<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|row| text(py, &row.category))?
    }

    /// ``"binding"`` or ``"expected"``.
    #[getter]
    fn attribute<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|row| plain(py, &row.attribute))?
    }

    /// An outcome, or ``"not_assessed"``.
    #[getter]
    fn status(&self) -> PyResult<&'static str> {
        self.with(|row| row.status.as_str())
    }

    /// Why it is not assessed (``"no_data"``, ``"scope_changed"``, ``"not_counted"``) or cannot be computed.
    #[getter]
    fn reason(&self) -> PyResult<Option<&'static str>> {
        self.with(|row| row.reason)
    }

    /// The value of the measure.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|row| value(py, &row.value))?
    }

    /// The year of the value, if given.
    #[getter]
    fn year(&self) -> PyResult<Option<u16>> {
        self.with(|row| row.year)
    }

    /// The comparison with the target, such as ``">="``.
    #[getter]
    fn bound(&self) -> PyResult<Option<&'static str>> {
        self.with(|row| row.bound)
    }

    /// The target, where it is a number that is printed or given.
    #[getter]
    fn target<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|row| row.target.map(|n| decimal(py, n)).transpose())?
    }

    /// The target cell: in Chinese as printed.
    #[getter]
    fn printed_target<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|row| text(py, &row.printed_target))?
    }

    /// Where the measure started from.
    #[getter]
    fn baseline<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|row| row.baseline.map(|n| decimal(py, n)).transpose())?
    }

    /// How far the measure has come from its baseline to its target: 0 at the baseline, 1 at the target.
    #[getter]
    fn progress<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|row| row.progress.map(|n| decimal(py, n)).transpose())?
    }

    /// What the measure has to change a year to meet its target when it is due; 0 where it is met.
    #[getter]
    fn pace<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|row| row.pace.map(|n| decimal(py, n)).transpose())?
    }

    /// The unit of value, target and margin.
    #[getter]
    fn unit(&self) -> PyResult<Option<String>> {
        self.with(|row| row.unit.clone())
    }

    /// How far the value is from the target: positive on the satisfied side.
    #[getter]
    fn margin<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|row| row.margin.map(|n| decimal(py, n)).transpose())?
    }

    /// The facts that would settle the row.
    #[getter]
    fn missing(&self) -> PyResult<Vec<String>> {
        self.with(|row| row.missing.clone())
    }

    /// Whether the value is older than the target year, though the target is due.
    #[getter]
    fn stale(&self) -> PyResult<bool> {
        self.with(|row| row.stale)
    }

    /// What a reader must know.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|row| plain(py, &row.notes))?
    }

    /// The row as in ``Scorecard.to_dict()``.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|row| plain(py, row))?
    }

    fn __repr__(&self) -> PyResult<String> {
        self.with(|row| {
            let margin = row.margin.map_or_else(String::new, |m| format!(", margin {m}"));
            format!("<Row {} {}: {}{margin}>", row.no, row.rule, row.status.as_str())
        })
    }

    fn __eq__(&self, other: &Row) -> PyResult<bool> {
        self.with(|row| other.with(|other| row == other))?
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (u32,))> {
        Ok((self.card.bind(py).getattr("row")?, (self.no()?,)))
    }
}
