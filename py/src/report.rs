//! Reports and findings.

use std::collections::BTreeMap;

use pyo3::exceptions::{PyIndexError, PyKeyError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCapsule, PyDict, PyList, PySlice, PyType};

use crate::error::guarded;
use crate::output::{class, date, decimal, text, value};
use crate::plain::plain;
use crate::plan::Plan;

/// What all rules of a subject say about one case: findings by rule id, in the plan's order.
#[pyclass(frozen, module = "ecoplan", mapping)]
pub(crate) struct Report {
    pub(crate) report: ecoplan::Report,
    /// The plan that judged, as of the same day: one object for many reports, which a pickle holds once.
    pub(crate) plan: Py<Plan>,
}

impl Report {
    pub(crate) fn next_question(&self) -> Option<&str> {
        self.report.next_question().map(|fact| fact.name.as_str())
    }

    fn len(&self) -> usize {
        self.report.findings().count()
    }
}

#[pymethods]
impl Report {
    #[classmethod]
    fn __class_getitem__<'py>(cls: &Bound<'py, PyType>, _item: &Bound<'py, PyAny>) -> Bound<'py, PyType> {
        cls.clone()
    }

    /// The plan that judged.
    #[getter]
    fn plan(&self, py: Python<'_>) -> Py<Plan> {
        self.plan.clone_ref(py)
    }

    /// The subject of the case.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.report.subject_id()
    }

    /// The day of judgement.
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        date(py, self.report.as_of())
    }

    /// The gravest outcome, and how many findings have each.
    #[getter]
    fn headline<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.report.headline())
    }

    /// The gravest outcome; ``None`` for a subject without rules.
    #[getter]
    fn outcome(&self) -> Option<&'static str> {
        self.report.headline().outcome.map(ecoplan::Outcome::as_str)
    }

    /// The fact that would settle the most open findings; ``None`` when all is settled.
    #[getter(next_question)]
    fn get_next_question(&self) -> Option<&str> {
        self.next_question()
    }

    /// The findings, in the plan's order.
    #[getter]
    fn findings(slf: &Bound<'_, Self>) -> PyResult<Vec<Py<Finding>>> {
        (0..slf.get().len()).map(|i| Finding::new(slf, i)).collect()
    }

    /// The report as text, in Chinese (``"zh"``) or English (``"en"``).
    ///
    /// Raises:
    ///     Error: Another language (``invalid-value``).
    #[pyo3(signature = (lang = "en"))]
    fn explain(&self, py: Python<'_>, lang: &str) -> PyResult<String> {
        let lang = crate::error::lang(py, lang)?;
        guarded(|| Ok(self.report.explain(lang)))
    }

    /// What the explanation says under one key, such as `due`, rule by rule.
    fn _said(&self, py: Python<'_>, lang: &str, key: &str) -> PyResult<BTreeMap<String, String>> {
        let lang = crate::error::lang(py, lang)?;
        guarded(|| {
            let findings = self.report.explanation(lang).findings.into_iter();
            let said = findings.filter_map(|finding| {
                let line = finding.lines.into_iter().find(|line| line.key == key)?;
                Some((finding.rule, line.text))
            });
            Ok(said.collect())
        })
    }

    /// The report as JSON text: a receipt that ``Plan.verify`` takes.
    fn to_json(&self) -> PyResult<String> {
        guarded(|| Ok(self.report.to_json()))
    }

    /// The report as plain dicts, lists and texts, as in JSON: decimals and days are texts there.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| plain(py, &self.report))
    }

    fn __getitem__(slf: &Bound<'_, Self>, rule: &str) -> PyResult<Py<Finding>> {
        match slf.get().report.findings().position(|f| f.rule().id == rule) {
            Some(index) => Finding::new(slf, index),
            None => Err(PyKeyError::new_err(rule.to_owned())),
        }
    }

    fn __contains__(&self, rule: &Bound<'_, PyAny>) -> bool {
        rule.extract::<&str>().is_ok_and(|rule| self.report.finding(rule).is_some())
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        PyList::new(slf.py(), Self::findings(slf)?)?.into_any().call_method0("__iter__")
    }

    fn __len__(&self) -> usize {
        self.len()
    }

    fn __bool__(&self) -> bool {
        true
    }

    fn __str__(&self) -> String {
        self.report.to_string()
    }

    fn __repr__(&self) -> String {
        let headline = self.report.headline();
        let counts: Vec<String> = ecoplan::Outcome::ALL
            .into_iter()
            .map(|outcome| (outcome, headline.counts.get(outcome)))
            .filter(|(_, count)| *count > 0)
            .map(|(outcome, count)| format!("{count} {}", outcome.as_str()))
            .collect();
        let subject = self.report.subject_id().unwrap_or("?");
        format!(
            "<Report {subject} by {} as of {}: {}>",
            self.plan.get().plan.id(),
            self.report.as_of(),
            counts.join(", ")
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("ecoplan._html")?.call_method1("report", (slf,))
    }

    fn __eq__(&self, other: &Report) -> bool {
        self.report.to_json() == other.report.to_json()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get().plan.bind(slf.py()).getattr("verify")?, (slf.get().report.to_json(),)))
    }

    /// One row for each finding, as an Arrow stream.
    #[pyo3(signature = (requested_schema = None))]
    #[expect(unused_variables, reason = "a producer need not follow the schema it is asked for")]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        crate::arrow::findings(py, &[&self.report])
    }
}

/// What one rule says about one case.
#[pyclass(frozen, module = "ecoplan")]
pub(crate) struct Finding {
    report: Py<Report>,
    index: usize,
}

impl Finding {
    fn new(report: &Bound<'_, Report>, index: usize) -> PyResult<Py<Finding>> {
        Py::new(report.py(), Finding { report: report.clone().unbind(), index })
    }

    pub(crate) fn finding(&self) -> Option<ecoplan::Finding<'_>> {
        self.report.get().report.findings().nth(self.index)
    }

    fn with<T>(&self, read: impl FnOnce(ecoplan::Finding<'_>) -> T) -> PyResult<T> {
        let finding = self.finding();
        guarded(|| finding.map(read).ok_or_else(|| PyIndexError::new_err(self.index)))
    }
}

#[pymethods]
impl Finding {
    #[classmethod]
    fn __class_getitem__<'py>(cls: &Bound<'py, PyType>, _item: &Bound<'py, PyAny>) -> Bound<'py, PyType> {
        cls.clone()
    }

    /// The report that this finding is part of.
    #[getter]
    fn report(&self, py: Python<'_>) -> Py<Report> {
        self.report.clone_ref(py)
    }

    /// The id of the rule.
    #[getter]
    fn rule(&self) -> PyResult<String> {
        self.with(|f| f.rule().id.clone())
    }

    /// What the rule is about.
    #[getter]
    fn title<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|f| text(py, &f.rule().title))?
    }

    /// The kind of the rule.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.rule().kind))?
    }

    /// The outcome.
    #[getter]
    fn outcome(&self) -> PyResult<&'static str> {
        self.with(|f| f.outcome().as_str())
    }

    /// The decision of a gate or definition; ``None`` where it is open or nothing bites.
    #[getter]
    fn decision(&self) -> PyResult<Option<String>> {
        self.with(|f| f.decision().map(str::to_owned))
    }

    /// ``"not_computable"``, where a condition cannot be computed though nothing is missing.
    #[getter]
    fn reason(&self) -> PyResult<Option<&'static str>> {
        self.with(|f| f.reason())
    }

    /// How far the case is from the boundary, in ``unit``: positive on the satisfied side, 0 on the boundary.
    #[getter]
    fn margin<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|f| f.margin().map(|m| decimal(py, m)).transpose())?
    }

    /// The unit of the margin.
    #[getter]
    fn unit(&self) -> PyResult<Option<String>> {
        self.with(|f| f.unit().map(str::to_owned))
    }

    /// How far the measure has come from its baseline to its target: 0 at the baseline, 1 at the target.
    #[getter]
    fn progress<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|f| f.progress().map(|n| decimal(py, n)).transpose())?
    }

    /// What the measure has to change a year to meet its target when it is due; 0 where it is met.
    #[getter]
    fn pace<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.with(|f| f.pace().map(|n| decimal(py, n)).transpose())?
    }

    /// The one-fact changes that would satisfy a rule that is not met.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.with(|f| f.smallest_changes().iter().map(|one| change(py, one)).collect())?
    }

    /// A minimal set of facts that would settle the finding.
    #[getter]
    fn missing(&self) -> PyResult<Vec<String>> {
        self.with(|f| f.missing().map(|fact| fact.name.clone()).collect())
    }

    /// What the outcome and decision can still be; empty when both are settled.
    #[getter]
    fn possible<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.with(|f| f.possible().iter().map(|one| possible(py, one)).collect())?
    }

    /// The conditions with the value of every branch, as in ``to_dict()``.
    #[getter]
    fn because<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.because()))?
    }

    /// What must be done: for a rule that is not met, bites or calls for action.
    #[getter]
    fn actions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.actions()))?
    }

    /// Where the plan says so.
    #[getter]
    fn cite<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.rule().cite))?
    }

    /// How strongly the text asks, and with which word.
    #[getter]
    fn strength<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.rule().strength))?
    }

    /// Whom the rule concerns.
    #[getter]
    fn addressee<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|f| text(py, &f.rule().addressee))?
    }

    /// What the rule asks, in a sentence.
    #[getter]
    fn says<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|f| text(py, &f.rule().says))?
    }

    /// The alternative readings of the text that come out differently, as in ``to_dict()``.
    #[getter]
    fn readings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.readings()))?
    }

    /// What a reader must know beside the outcome.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f.notes()))?
    }

    /// The finding as in ``Report.to_dict()``.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.with(|f| plain(py, &f))?
    }

    fn __repr__(&self) -> PyResult<String> {
        self.with(|f| {
            let decision = f.decision().map_or_else(String::new, |d| format!(" ({d})"));
            let unit = f.unit().map_or_else(String::new, |u| format!(" {u}"));
            let margin = f.margin().map_or_else(String::new, |m| format!(", margin {m}{unit}"));
            let missing: Vec<&str> = f.missing().map(|fact| fact.name.as_str()).collect();
            let missing = if missing.is_empty() { String::new() } else { format!(", missing {}", missing.join(", ")) };
            format!("<Finding {}: {}{decision}{margin}{missing}>", f.rule().id, f.outcome().as_str())
        })
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("ecoplan._html")?.call_method1("finding", (slf,))
    }

    fn __eq__(&self, other: &Finding) -> PyResult<bool> {
        let json = |f: &Finding| f.with(|f| serde_json::to_string(&f).unwrap_or_default());
        Ok(json(self)? == json(other)?)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((self.report.bind(py).getattr("__getitem__")?, (self.rule()?,)))
    }
}

/// A change, as `ecoplan.Change`.
fn change<'py>(py: Python<'py>, change: &ecoplan::Change) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let mut new = value(py, &change.value)?;
    if new.is_instance_of::<PyList>() {
        new = new.cast::<PyList>()?.to_tuple().into_any();
    }
    let bound = change.bound.as_ref().map(|bound| value(py, bound)).transpose()?;
    let direction = plain(py, &change.direction)?;
    class(py, &CLASS, "ecoplan._values", "Change")?.call1((&change.fact, new, bound, change.inclusive, direction))
}

/// An outcome that is still possible, as `ecoplan.Possible`.
fn possible<'py>(py: Python<'py>, possible: &ecoplan::Possible) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    class(py, &CLASS, "ecoplan._values", "Possible")?.call1((possible.outcome.as_str(), &possible.decision))
}

/// The reports of several cases: a sequence that Arrow libraries take as a table, a row for each finding.
#[pyclass(frozen, module = "ecoplan", sequence)]
pub(crate) struct Reports {
    pub(crate) reports: Vec<Py<Report>>,
}

#[pymethods]
impl Reports {
    #[classmethod]
    fn __class_getitem__<'py>(cls: &Bound<'py, PyType>, _item: &Bound<'py, PyAny>) -> Bound<'py, PyType> {
        cls.clone()
    }

    /// From any reports.
    #[new]
    #[pyo3(signature = (reports, /))]
    fn new(reports: Vec<Py<Report>>) -> Self {
        Reports { reports }
    }

    fn __len__(&self) -> usize {
        self.reports.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let list = PyList::new(py, &self.reports)?;
        let found = list.as_any().get_item(index)?;
        if index.is_instance_of::<PySlice>() {
            return Ok(Bound::new(py, Reports { reports: found.extract()? })?.into_any());
        }
        Ok(found)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PyList::new(py, &self.reports)?.into_any().call_method0("__iter__")
    }

    fn __repr__(&self) -> String {
        let mut counts = [0_usize; 6];
        for report in &self.reports {
            let outcome = report.get().report.headline().outcome;
            for (count, _) in counts.iter_mut().zip(ecoplan::Outcome::ALL).filter(|(_, o)| Some(*o) == outcome) {
                *count += 1;
            }
        }
        let counts: Vec<String> = ecoplan::Outcome::ALL
            .into_iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(outcome, count)| format!("{count} {}", outcome.as_str()))
            .collect();
        format!("<Reports of {} cases: {}>", self.reports.len(), counts.join(", "))
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("ecoplan._html")?.call_method1("reports", (slf,))
    }

    fn __eq__(&self, other: &Reports) -> bool {
        let json = |r: &Reports| r.reports.iter().map(|r| r.get().report.to_json()).collect::<Vec<_>>();
        json(self) == json(other)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (Vec<Py<Report>>,)) {
        let py = slf.py();
        (slf.get_type(), (slf.get().reports.iter().map(|r| r.clone_ref(py)).collect(),))
    }

    /// One row for each finding of each case, as an Arrow stream.
    #[pyo3(signature = (requested_schema = None))]
    #[expect(unused_variables, reason = "a producer need not follow the schema it is asked for")]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let reports: Vec<&ecoplan::Report> = self.reports.iter().map(|r| &r.get().report).collect();
        crate::arrow::findings(py, &reports)
    }
}
