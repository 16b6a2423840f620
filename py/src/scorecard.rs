//! The indicator table of a plan against values.

use pyo3::exceptions::{PyIndexError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyType};

use crate::input::checked;
use crate::output::{date, decimal, text, value};
use crate::plain::plain;
use crate::plan::Plan;
use crate::report::Report;

/// The indicators of a plan against values.
#[pyclass(frozen, module = "ecoplan", sequence)]
pub(crate) struct Scorecard {
    card: ecoplan::Scorecard,
    /// As of the day of judgement.
    plan: Plan,
    /// The values as JSON.
    values: String,
}

impl Scorecard {
    pub(crate) fn new(card: ecoplan::Scorecard, plan: Plan, values: String) -> Self {
        Scorecard { card, plan, values }
    }
}

#[pymethods]
impl Scorecard {
    /// The plan.
    #[getter]
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    /// The day of judgement.
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        date(py, self.card.as_of())
    }

    /// The rows, by their number in the plan's table.
    #[getter]
    fn rows(&self) -> Vec<Row> {
        self.card.rows.iter().cloned().map(|row| Row { row }).collect()
    }

    /// The counts over all rows.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.card.counts)
    }

    /// The counts by first-level indicator.
    #[getter]
    fn by_category<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.card.by_category)
    }

    /// The report behind the rows.
    #[getter]
    fn report(&self) -> Report {
        Report { report: self.card.report().clone(), plan: self.plan.clone() }
    }

    /// The row with this number in the plan's table.
    #[pyo3(signature = (no, /))]
    fn row(&self, no: u32) -> PyResult<Row> {
        let row = self.card.row(no).cloned().ok_or_else(|| PyKeyError::new_err(no))?;
        Ok(Row { row })
    }

    /// The scorecard as text, in Chinese (`zh`) or English (`en`).
    #[pyo3(signature = (lang = "en"))]
    fn explain(&self, py: Python<'_>, lang: &str) -> PyResult<String> {
        Ok(self.card.explain(crate::error::lang(py, lang)?))
    }

    /// The scorecard as JSON text.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.card).map_err(|e| pyo3::exceptions::PyValueError::new_err(e.to_string()))
    }

    /// The scorecard as plain dicts, lists and texts, as in JSON: numbers are texts there.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.card)
    }

    fn __len__(&self) -> usize {
        self.card.rows.len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<Row> {
        let place =
            if index < 0 { self.card.rows.len().checked_add_signed(index) } else { usize::try_from(index).ok() };
        let row = place.and_then(|place| self.card.rows.get(place)).cloned();
        Ok(Row { row: row.ok_or_else(|| PyIndexError::new_err("there is no such row"))? })
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PyList::new(py, self.rows())?.into_any().call_method0("__iter__")
    }

    fn __str__(&self) -> String {
        self.card.explain(ecoplan::Lang::En)
    }

    fn __repr__(&self) -> String {
        let c = &self.card.counts;
        format!(
            "<Scorecard {} as of {}: {} indicators, {} not assessed, {} satisfied, {} breached, {} pending, {} undetermined>",
            self.plan.plan.id(),
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
    fn _restore(cls: &Bound<'_, PyType>, plan: &Plan, values: String) -> PyResult<Scorecard> {
        let card = checked(cls.py(), plan.plan.scorecard_json(&values))?;
        Ok(Scorecard { card, plan: plan.clone(), values })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Plan, String))> {
        Ok((slf.get_type().getattr("_restore")?, (slf.get().plan.clone(), slf.get().values.clone())))
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
    row: ecoplan::Row,
}

#[pymethods]
impl Row {
    /// The number of the row in the plan's table.
    #[getter]
    fn no(&self) -> u32 {
        self.row.no
    }

    /// The id of the rule.
    #[getter]
    fn rule(&self) -> &str {
        &self.row.rule
    }

    /// The indicator's name, in both languages.
    #[getter]
    fn title<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        text(py, &self.row.title)
    }

    /// The first-level indicator, in both languages.
    #[getter]
    fn category<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        text(py, &self.row.category)
    }

    /// `binding` or `expected`.
    #[getter]
    fn attribute<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.row.attribute)
    }

    /// An outcome, or `not_assessed`.
    #[getter]
    fn status(&self) -> &'static str {
        self.row.status.as_str()
    }

    /// Why it is not assessed or cannot be computed.
    #[getter]
    fn reason(&self) -> Option<&'static str> {
        self.row.reason
    }

    /// The value of the measure.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        value(py, &self.row.value)
    }

    /// The year of the value, if given.
    #[getter]
    fn year(&self) -> Option<u16> {
        self.row.year
    }

    /// The comparison with the target, such as `>=`.
    #[getter]
    fn bound(&self) -> Option<&'static str> {
        self.row.bound
    }

    /// The target, where it is a number that is printed or given.
    #[getter]
    fn target<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.row.target.map(|n| decimal(py, n)).transpose()
    }

    /// The target cell.
    #[getter]
    fn printed_target<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        text(py, &self.row.printed_target)
    }

    /// Where the measure started from.
    #[getter]
    fn baseline<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.row.baseline.map(|n| decimal(py, n)).transpose()
    }

    /// How far the measure has come from its baseline to its target: 0 at the baseline, 1 at the target.
    #[getter]
    fn progress<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.row.progress.map(|n| decimal(py, n)).transpose()
    }

    /// What the measure has to change a year to meet its target when it is due.
    #[getter]
    fn pace<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.row.pace.map(|n| decimal(py, n)).transpose()
    }

    /// The unit of value, target and margin.
    #[getter]
    fn unit(&self) -> Option<&str> {
        self.row.unit.as_deref()
    }

    /// How far the value is from the target: positive on the satisfied side.
    #[getter]
    fn margin<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.row.margin.map(|n| decimal(py, n)).transpose()
    }

    /// The facts that would settle the row.
    #[getter]
    fn missing(&self) -> Vec<String> {
        self.row.missing.clone()
    }

    /// Whether the value is older than the target year, though the target is due.
    #[getter]
    fn stale(&self) -> bool {
        self.row.stale
    }

    /// What a reader must know.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.row.notes)
    }

    /// The row as in `Scorecard.to_dict()`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.row)
    }

    fn __repr__(&self) -> String {
        let margin = self.row.margin.map_or_else(String::new, |m| format!(", margin {m}"));
        format!("<Row {} {}: {}{margin}>", self.row.no, self.row.rule, self.row.status.as_str())
    }

    fn __eq__(&self, other: &Row) -> bool {
        self.row == other.row
    }
}
