//! Plans.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::input::{Facts, at, checked, date, decimal, json};
use crate::output::{date as py_date, text};
use crate::plain::plain;
use crate::report::{Report, Reports};
use crate::scorecard::Scorecard;

/// Opens a bundled plan.
#[pyfunction]
#[pyo3(signature = (id, /))]
pub(crate) fn plan(py: Python<'_>, id: &str) -> PyResult<Plan> {
    checked(py, py.detach(|| ecoplan::plan(id))).map(Plan::from)
}

/// The ids of the bundled plans.
#[pyfunction]
pub(crate) fn plans() -> Vec<&'static str> {
    ecoplan::plans().collect()
}

/// The model as JSON, the day of judgement, and the shared facts.
type Pickled = (String, String, Vec<(String, String)>);

/// A compiled plan: rules that judge facts. Immutable; may be used from several threads at once.
#[pyclass(frozen, subclass, module = "ecoplan")]
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) plan: ecoplan::Plan,
    /// The facts shared between cases, as JSON, in the order given: what a pickle needs beside the model.
    shared: Arc<Vec<(String, String)>>,
}

impl From<ecoplan::Plan> for Plan {
    fn from(plan: ecoplan::Plan) -> Self {
        Plan { plan, shared: Arc::default() }
    }
}

#[pymethods]
impl Plan {
    /// Reads a plan from one TOML text.
    #[staticmethod]
    #[pyo3(signature = (text, /))]
    fn from_toml(py: Python<'_>, text: &str) -> PyResult<Plan> {
        checked(py, py.detach(|| ecoplan::Plan::from_toml(text))).map(Plan::from)
    }

    /// Reads a plan from several TOML texts by the names that errors call them.
    #[staticmethod]
    #[pyo3(signature = (files, /))]
    fn from_files(py: Python<'_>, files: &Bound<'_, PyDict>) -> PyResult<Plan> {
        let files: Vec<(String, String)> =
            files.iter().map(|(k, v)| Ok((k.extract()?, v.extract()?))).collect::<PyResult<_>>()?;
        let read = || ecoplan::Plan::from_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        checked(py, py.detach(read)).map(Plan::from)
    }

    /// The id, such as `lianzhou-145`.
    #[getter]
    fn id(&self) -> &str {
        self.plan.id()
    }

    /// The title of the document in both languages.
    #[getter]
    fn title<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        text(py, self.plan.title())
    }

    /// First and last day.
    #[getter]
    fn period<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let period = self.plan.period();
        Ok((py_date(py, period.start)?, py_date(py, period.end)?))
    }

    /// SHA-256 of the content.
    #[getter]
    fn hash(&self) -> &str {
        self.plan.hash()
    }

    /// The day of judgement: the plan's last day unless `at` says otherwise.
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py_date(py, self.plan.as_of())
    }

    /// What the plan speaks about.
    fn subjects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.plan.subjects())
    }

    /// The facts of a subject, in declared order.
    #[pyo3(signature = (subject, /))]
    fn facts<'py>(&self, py: Python<'py>, subject: &str) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &checked(py, self.plan.facts(subject))?)
    }

    /// The rules, in declared order; of one subject, if it is named.
    #[pyo3(signature = (subject = None, /))]
    fn rules<'py>(&self, py: Python<'py>, subject: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(subject) = subject {
            checked(py, self.plan.facts(subject))?;
        }
        let rules = self.plan.rules().iter().filter(|rule| subject.is_none_or(|s| rule.subject == s));
        plain(py, &rules.collect::<Vec<_>>())
    }

    /// The same plan, judging as of another day.
    #[pyo3(signature = (day, /))]
    fn at(&self, day: &Bound<'_, PyAny>) -> PyResult<Plan> {
        Ok(Plan { plan: self.plan.at(date("as_of", day)?), shared: self.shared.clone() })
    }

    /// The same plan with facts that hold for every case of a subject; a case may override them.
    #[pyo3(signature = (subject, facts = None, /, **more))]
    fn with_facts(
        &self,
        py: Python<'_>,
        subject: &str,
        facts: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Plan> {
        let given = Facts::new(facts, more);
        let plan = given.judged(py, |facts| self.plan.with_facts(subject, facts))?;
        let json = serde_json::to_string(&given).map_err(|e| pyo3::exceptions::PyValueError::new_err(e.to_string()))?;
        let mut shared = Vec::clone(&self.shared);
        shared.push((subject.to_owned(), json));
        Ok(Plan { plan, shared: Arc::new(shared) })
    }

    /// A new plan in which the target of a rule is another number.
    #[pyo3(signature = (rule, target, /))]
    fn with_target(&self, py: Python<'_>, rule: &str, target: &Bound<'_, PyAny>) -> PyResult<Plan> {
        let plan = checked(py, self.plan.with_target(rule, decimal("target", target)?))?;
        Ok(Plan { plan, shared: self.shared.clone() })
    }

    /// Judges one case.
    #[pyo3(signature = (subject, facts = None, /, *, as_of = None, **more))]
    fn evaluate(
        &self,
        py: Python<'_>,
        subject: &str,
        facts: Option<&Bound<'_, PyAny>>,
        as_of: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Report> {
        let report = match as_of {
            Some(_) => {
                let plan = at(&self.plan, as_of)?;
                Facts::new(facts, more).judged(py, |facts| plan.evaluate(subject, facts))?
            }
            None => Facts::new(facts, more).judged(py, |facts| self.plan.evaluate(subject, facts))?,
        };
        Ok(Report { report, plan: self.clone() })
    }

    /// Judges several cases.
    #[pyo3(signature = (subject, cases, /, *, as_of = None))]
    fn evaluate_all(
        &self,
        py: Python<'_>,
        subject: &str,
        cases: &Bound<'_, PyAny>,
        as_of: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Reports> {
        let plan = at(&self.plan, as_of)?;
        let mut reports = Vec::new();
        for (i, case) in cases.try_iter()?.enumerate() {
            let case = case?;
            let facts = Facts::new(Some(&case), None);
            let report =
                plan.evaluate(subject, &facts).map_err(|errors| facts.error(py, &errors, &format!("[{i}].")))?;
            reports.push(Py::new(py, Report { report, plan: self.clone() })?);
        }
        Ok(Reports { reports })
    }

    /// The indicators of the plan against values by fact name.
    #[pyo3(signature = (values = None, /, *, as_of = None, **more))]
    fn scorecard(
        &self,
        py: Python<'_>,
        values: Option<&Bound<'_, PyAny>>,
        as_of: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Scorecard> {
        let facts = Facts::new(values, more);
        let plan = at(&self.plan, as_of)?;
        let card = facts.judged(py, |facts| plan.scorecard(facts))?;
        let values =
            serde_json::to_string(&facts).map_err(|e| pyo3::exceptions::PyValueError::new_err(e.to_string()))?;
        Ok(Scorecard::new(card, Plan { plan, shared: self.shared.clone() }, values))
    }

    /// The values that the plan's own table reports, in the form `scorecard` takes.
    fn reported<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.plan.reported())
    }

    /// Judges every row of a table, given as anything that speaks the Arrow PyCapsule protocol.
    #[pyo3(signature = (subject, table, /, *, as_of = None, constants = None, columns = None, strict = false, append = true))]
    #[expect(clippy::too_many_arguments, reason = "keywords, to Python")]
    fn evaluate_table<'py>(
        &self,
        py: Python<'py>,
        subject: &str,
        table: &Bound<'py, PyAny>,
        as_of: Option<&Bound<'py, PyAny>>,
        constants: Option<&Bound<'py, PyAny>>,
        columns: Option<&Bound<'py, PyDict>>,
        strict: bool,
        append: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut plan = at(&self.plan, as_of)?;
        if let Some(constants) = constants {
            plan = Facts::new(Some(constants), None).judged(py, |facts| plan.with_facts(subject, facts))?;
        }
        let plan = Plan { plan, shared: self.shared.clone() };
        py.import("ecoplan._table")?.call_method1("evaluate", (plan, subject, table, columns, strict, append))
    }

    /// The fact that would settle the most open findings of a case; `None` when all is settled.
    #[pyo3(signature = (subject, facts = None, /, *, as_of = None, **more))]
    fn next_question(
        &self,
        py: Python<'_>,
        subject: &str,
        facts: Option<&Bound<'_, PyAny>>,
        as_of: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Option<String>> {
        Ok(self.evaluate(py, subject, facts, as_of, more)?.next_question().map(str::to_owned))
    }

    /// Evaluates the case of a report again, and gives the report where everything comes out the same.
    #[pyo3(signature = (report, /))]
    fn verify(&self, py: Python<'_>, report: &Bound<'_, PyAny>) -> PyResult<Report> {
        let report = match report.cast::<Report>() {
            Ok(report) => report.get().report.to_json().into_bytes(),
            Err(_) => json(report)?,
        };
        let report = checked(py, py.detach(|| self.plan.verify(&report)))?;
        Ok(Report { report, plan: self.clone() })
    }

    fn __repr__(&self) -> String {
        let rules = self.plan.rules().len();
        format!("<Plan {}: {} ({rules} rules, as of {})>", self.plan.id(), self.plan.title().en, self.plan.as_of())
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("ecoplan._html")?.call_method1("plan", (slf,))
    }

    fn __eq__(&self, other: &Plan) -> bool {
        let key = |p: &Plan| (p.plan.hash().to_owned(), p.plan.as_of(), p.shared.clone());
        key(self) == key(other)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self.plan.hash(), self.plan.as_of(), &self.shared).hash(&mut hasher);
        hasher.finish()
    }

    #[classmethod]
    fn _restore(cls: &Bound<'_, PyType>, model: &str, as_of: &str, shared: Vec<(String, String)>) -> PyResult<Plan> {
        let py = cls.py();
        let invalid = |e: serde_json::Error| pyo3::exceptions::PyValueError::new_err(e.to_string());
        let document = serde_json::from_str(model).map_err(invalid)?;
        let mut plan = checked(py, ecoplan::Plan::from_document(document))?;
        plan = plan.at(date("as_of", &as_of.into_pyobject(py)?.into_any())?);
        for (subject, facts) in &shared {
            let facts: serde_json::Value = serde_json::from_str(facts).map_err(invalid)?;
            plan = checked(py, plan.with_facts(subject, &facts))?;
        }
        Ok(Plan { plan, shared: Arc::new(shared) })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Pickled)> {
        let Plan { plan, shared } = slf.get();
        let model = serde_json::to_string(plan.document())
            .map_err(|e| pyo3::exceptions::PyValueError::new_err(e.to_string()))?;
        Ok((slf.get_type().getattr("_restore")?, (model, plan.as_of().to_string(), Vec::clone(shared))))
    }
}
