//! Plans.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::error::{error, guarded};
use crate::input::{Facts, checked, date, decimal, json};
use crate::output::{date as py_date, text};
use crate::plain::plain;
use crate::report::{Finding, Report, Reports};
use crate::scorecard::Scorecard;

/// Opens a bundled plan.
///
/// Raises:
///     Error: No such plan (``unknown-plan``, with the nearest id as a hint).
#[pyfunction]
#[pyo3(signature = (id, /))]
pub(crate) fn plan(py: Python<'_>, id: &str) -> PyResult<Plan> {
    checked(py, || py.detach(|| ecoplan::plan(id))).map(Plan::from)
}

/// The ids of the bundled plans.
#[pyfunction]
pub(crate) fn plans() -> Vec<&'static str> {
    ecoplan::plans().collect()
}

/// A JSON Schema of plan files, as text, for editors that complete and check TOML by one.
#[pyfunction]
pub(crate) fn plan_schema() -> String {
    ecoplan::plan_schema()
}

/// The model as JSON, the day of judgement, and the shared facts.
type Pickled = (String, String, Vec<(String, String)>);

/// A compiled plan: rules that judge facts. Immutable; may be used from several threads at once.
///
/// Facts are given as a mapping, a dataclass, a pandas row, keyword arguments, or a mapping and keyword arguments
/// together. A number is an ``int``, a ``float`` (which means its shortest decimal: 0.1 is 0.1), a ``Decimal``, a numpy
/// number, or a text, which may carry a unit of the same dimension (``"0.08 g/L"``); a day is a ``datetime.date`` or
/// ``"2025-12-31"``, and a ``datetime`` or ``Timestamp`` only where it is a midnight without zone. ``None``, ``pd.NA``
/// and ``pd.NaT`` mean "not known"; a fact that is left out is not known either, but ``next_question`` may ask for it.
/// A yearly fact may come with its year: ``{"value": 81.6, "year": 2024}``, or a second fact ``<name>_year``.
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

impl Plan {
    fn on(&self, day: ecoplan::Date) -> Plan {
        Plan { plan: self.plan.at(day), shared: self.shared.clone() }
    }

    /// The plan for one call: itself, unless the call names a day.
    fn of_day(slf: &Bound<'_, Self>, as_of: Option<&Bound<'_, PyAny>>) -> PyResult<Py<Plan>> {
        match as_of {
            Some(day) => Py::new(slf.py(), slf.get().on(date("as_of", day)?)),
            None => Ok(slf.clone().unbind()),
        }
    }

    /// The plan for one table: of a day, with facts that hold for every row.
    fn of_table(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        subject: &str,
        as_of: Option<&Bound<'_, PyAny>>,
        constants: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Plan>> {
        let plan = Plan::of_day(slf, as_of)?;
        match constants {
            Some(_) => Py::new(py, plan.get().with_facts(py, subject, constants, None)?),
            None => Ok(plan),
        }
    }
}

#[pymethods]
impl Plan {
    /// Reads a plan from one TOML text.
    ///
    /// Raises:
    ///     Error: As ``from_files``.
    #[staticmethod]
    #[pyo3(signature = (text, /))]
    fn from_toml(py: Python<'_>, text: &str) -> PyResult<Plan> {
        checked(py, || py.detach(|| ecoplan::Plan::from_toml(text))).map(Plan::from)
    }

    /// Reads a plan from several TOML texts by the names that errors call them.
    ///
    /// Raises:
    ///     Error: All at once, each with file, line, rule and field: not TOML (``syntax``), a rule without a citation
    ///         (``missing-citation``), a condition over a fact that nobody declared (``unknown-fact``), mg/L compared
    ///         with % (``unit-mismatch``).
    #[staticmethod]
    #[pyo3(signature = (files, /))]
    fn from_files(py: Python<'_>, files: &Bound<'_, PyDict>) -> PyResult<Plan> {
        let files: Vec<(String, String)> =
            files.iter().map(|(k, v)| Ok((k.extract()?, v.extract()?))).collect::<PyResult<_>>()?;
        let read = || ecoplan::Plan::from_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        checked(py, || py.detach(read)).map(Plan::from)
    }

    /// The id, such as ``"lianzhou-145"``.
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

    /// SHA-256 of the content: equal for equal content in the same order, however it was laid out in files.
    #[getter]
    fn hash(&self) -> &str {
        self.plan.hash()
    }

    /// The day of judgement: the plan's last day unless ``at`` says otherwise.
    #[getter]
    fn as_of<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py_date(py, self.plan.as_of())
    }

    /// What the plan speaks about.
    fn subjects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.plan.subjects())
    }

    /// The facts of a subject, in declared order.
    ///
    /// Raises:
    ///     Error: A subject that the plan does not have (``unknown-subject``).
    #[pyo3(signature = (subject, /))]
    fn facts<'py>(&self, py: Python<'py>, subject: &str) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &checked(py, || self.plan.facts(subject))?)
    }

    /// The rules, in declared order; of one subject, if it is named.
    ///
    /// Raises:
    ///     Error: A subject that the plan does not have (``unknown-subject``).
    #[pyo3(signature = (subject = None, /))]
    fn rules<'py>(&self, py: Python<'py>, subject: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(subject) = subject {
            checked(py, || self.plan.facts(subject))?;
        }
        let rules = self.plan.rules().iter().filter(|rule| subject.is_none_or(|s| rule.subject == s));
        plain(py, &rules.collect::<Vec<_>>())
    }

    /// The clauses by state, and counts that add up: what the plan's rules decide, what they decide with a person's
    /// judgement, and what is only on the register.
    fn coverage<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.plan.coverage())
    }

    /// The same plan, judging as of another day.
    ///
    /// Raises:
    ///     Error: ``"2025-02-30"`` (``invalid-date``).
    #[pyo3(signature = (day, /))]
    fn at(&self, day: &Bound<'_, PyAny>) -> PyResult<Plan> {
        Ok(self.on(date("as_of", day)?))
    }

    /// The same plan with facts that hold for every case of a subject; a case that gives one itself overrides it.
    ///
    /// Raises:
    ///     Error: As ``evaluate``.
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
        let mut shared = Vec::clone(&self.shared);
        shared.push((subject.to_owned(), given.kept()?));
        Ok(Plan { plan, shared: Arc::new(shared) })
    }

    /// A new plan of some of the rules: those of these ids, or that start with what stands before a ``*``, as
    /// ``"two-high-*"``. Its hash differs.
    ///
    /// Raises:
    ///     Error: A rule, or a beginning, that the plan does not have (``unknown-rule``).
    #[pyo3(signature = (*rules))]
    #[expect(clippy::needless_pass_by_value, reason = "it is what Python gives")]
    fn only(&self, py: Python<'_>, rules: Vec<String>) -> PyResult<Plan> {
        let plan = checked(py, || self.plan.only(rules.iter().map(String::as_str)))?;
        Ok(Plan { plan, shared: self.shared.clone() })
    }

    /// A new plan in which the target of a rule is another number, in the unit of its measure, as where the plan
    /// itself announces a correction.
    ///
    /// Raises:
    ///     Error: A rule that the plan does not have (``unknown-rule``), or that does not compare its measure with one
    ///         printed number (``no-numeric-target``); 900 % (``out-of-range``).
    #[pyo3(signature = (rule, target, /))]
    fn with_target(&self, py: Python<'_>, rule: &str, target: &Bound<'_, PyAny>) -> PyResult<Plan> {
        let target = decimal("target", target)?;
        let plan = checked(py, || self.plan.with_target(rule, target))?;
        Ok(Plan { plan, shared: self.shared.clone() })
    }

    /// Judges one case.
    ///
    /// Raises:
    ///     Error: All at once, each with its place: a fact that the subject does not have (``unknown-fact``, with the
    ///         nearest name), ``"86 t/d"`` for mg/L (``unit-mismatch``), ``"-"`` for a number (``not-a-number``),
    ///         ``float("nan")`` (``not-finite``), 120 % (``out-of-range``), a choice nobody declared
    ///         (``unknown-choice``), ``1j`` (``wrong-type``).
    #[pyo3(signature = (subject, facts = None, /, *, as_of = None, **more))]
    fn evaluate(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        subject: &str,
        facts: Option<&Bound<'_, PyAny>>,
        as_of: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Report> {
        let plan = Plan::of_day(slf, as_of)?;
        let report = Facts::new(facts, more).judged(py, |facts| plan.get().plan.evaluate(subject, facts))?;
        Ok(Report { report, plan })
    }

    /// Judges several cases.
    ///
    /// Raises:
    ///     Error: As ``evaluate``, with the place of the case: ``[3].facts.stage``. Where some cases may be wrong and
    ///         the others still count, use ``evaluate_table``.
    #[pyo3(signature = (subject, cases, /, *, as_of = None))]
    fn evaluate_all(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        subject: &str,
        cases: &Bound<'_, PyAny>,
        as_of: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Reports> {
        let plan = Plan::of_day(slf, as_of)?;
        checked(py, || plan.get().plan.facts(subject))?;
        let mut reports = Vec::new();
        for (i, case) in cases.try_iter()?.enumerate() {
            if i % 1024 == 0 {
                py.check_signals()?;
            }
            let case = case?;
            let facts = Facts::new(Some(&case), None);
            let evaluate = || plan.get().plan.evaluate(subject, &facts);
            let report = guarded(|| evaluate().map_err(|errors| facts.error(py, &errors, &format!("[{i}]."))))?;
            reports.push(Py::new(py, Report { report, plan: plan.clone_ref(py) })?);
        }
        Ok(Reports { reports })
    }

    /// The indicators of the plan against values by fact name, each a bare value or
    /// ``{"value": …, "year": …, "not_assessed": …}``.
    ///
    /// Raises:
    ///     Error: As ``evaluate``; a reason beside a fact that no row measures (``not-an-indicator``).
    #[pyo3(signature = (values = None, /, *, as_of = None, **more))]
    fn scorecard(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        values: Option<&Bound<'_, PyAny>>,
        as_of: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Scorecard> {
        let facts = Facts::new(values, more);
        let plan = Plan::of_day(slf, as_of)?;
        let card = facts.judged(py, |facts| plan.get().plan.scorecard(facts))?;
        Ok(Scorecard::new(card, plan, facts.kept()?))
    }

    /// The values that the plan's own table reports, in the form ``scorecard`` takes.
    fn reported<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.plan.reported())
    }

    /// Judges every row of a table: what came as a pandas, Polars or pyarrow table comes back as one, anything else
    /// that speaks the Arrow PyCapsule protocol as a ``Table``.
    ///
    /// A column is read where its name is that of a fact (or a fact's ``_year``); null and NaN are not given. A cell
    /// that is wrong counts as not given, and the column ``error`` names its code and fact. The result has a column for
    /// each rule, named by its id, with the outcome; ``<rule>.decision`` for gates and definitions; and ``error``. A
    /// column ``as_of`` gives each row a day of judgement of its own.
    ///
    /// Args:
    ///     subject: What the rows are about.
    ///     table: One case a row.
    ///     as_of: The day of judgement.
    ///     constants: Facts that hold for every row; a row that gives one itself overrides it.
    ///     columns: Which column stands for which fact: ``{"进水BOD": "influent_bod5_mg_l"}``.
    ///     strict: Whether a column that is no fact is an error; otherwise it is passed over.
    ///     append: Whether the columns of the table stand before the results.
    ///     margins: Whether a column ``<rule>.margin`` stands beside each rule that has margins, exact to 19 decimals.
    ///     codes: Whether outcomes and decisions are written as numbers: places in ``ecoplan.OUTCOMES``, and among the
    ///         decisions of the rule.
    ///     threads: How many threads judge; as many as there are cores, unless it is said.
    ///     progress: Called from time to time with how many rows are judged.
    ///
    /// Raises:
    ///     Error: No column that is a fact, or one too many with ``strict`` (``unknown-fact``); two columns of one name
    ///         (``duplicate-key``); ``constants`` as in ``evaluate``.
    #[pyo3(signature = (
        subject, table, /, *, as_of = None, constants = None, columns = None, strict = false, append = true,
        margins = false, codes = false, threads = None, progress = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keywords, to Python")]
    fn evaluate_table<'py>(
        slf: &Bound<'py, Self>,
        py: Python<'py>,
        subject: &str,
        table: &Bound<'py, PyAny>,
        as_of: Option<&Bound<'py, PyAny>>,
        constants: Option<&Bound<'py, PyAny>>,
        columns: Option<&Bound<'py, PyAny>>,
        strict: bool,
        append: bool,
        margins: bool,
        codes: bool,
        threads: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let plan = Plan::of_table(slf, py, subject, as_of, constants)?;
        let wanted = (columns, strict, append, margins, codes, threads);
        py.import("ecoplan._table")?.call_method1("evaluate", (plan, subject, table, wanted, progress))
    }

    /// Judges the rows of an Arrow stream as they come, for tables larger than memory: the result is made batch by
    /// batch while it is read, once, as by ``pyarrow.RecordBatchReader.from_stream``.
    ///
    /// Args:
    ///     subject: What the rows are about.
    ///     stream: One case a row: a ``pyarrow.RecordBatchReader``, a DuckDB relation, or anything else that speaks the
    ///         Arrow PyCapsule protocol.
    ///     as_of, constants, columns, strict, append, margins, codes, threads: As of ``evaluate_table``.
    ///
    /// Raises:
    ///     Error: As ``evaluate_table``. What goes wrong while the stream is read is raised by who reads it.
    #[pyo3(signature = (
        subject, stream, /, *, as_of = None, constants = None, columns = None, strict = false, append = true,
        margins = false, codes = false, threads = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keywords, to Python")]
    fn evaluate_stream<'py>(
        slf: &Bound<'py, Self>,
        py: Python<'py>,
        subject: &str,
        stream: &Bound<'py, PyAny>,
        as_of: Option<&Bound<'py, PyAny>>,
        constants: Option<&Bound<'py, PyAny>>,
        columns: Option<&Bound<'py, PyAny>>,
        strict: bool,
        append: bool,
        margins: bool,
        codes: bool,
        threads: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let plan = Plan::of_table(slf, py, subject, as_of, constants)?;
        let wanted = (columns, strict, append, margins, codes, threads);
        py.import("ecoplan._table")?.call_method1("evaluate_stream", (plan, subject, stream, wanted))
    }

    /// What is different in another plan, or another version of this one: rules added and removed, tests tightened
    /// and loosened with a case that shows it, attributes, strengths and due days changed. An indicator goes on under
    /// another id where it measures the same fact.
    #[pyo3(signature = (later, /))]
    fn diff<'py>(&self, py: Python<'py>, later: &Plan) -> PyResult<Bound<'py, PyAny>> {
        let found = guarded(|| Ok(self.plan.diff(&later.plan)))?;
        plain(py, &found)
    }

    /// What holds of the rules for all cases: what can never happen, which rules demand opposite things, what gates
    /// leave out, in which direction each number helps or harms, which readings make no difference; each with cases
    /// that show it, or seen by exhaustion. ``beyond`` says of which rules not every case could be looked at, and why.
    fn analyse<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let found = guarded(|| Ok(py.detach(|| self.plan.analyse())))?;
        plain(py, &found)
    }

    /// The cases of a rule that its author should look at, to be filled in by hand with what is expected: below, at
    /// and above each number, each fact missing, each outcome and each reading once.
    ///
    /// Raises:
    ///     Error: A rule that the plan does not have (``unknown-rule``, with the nearest).
    #[pyo3(signature = (rule, /))]
    fn boundary_cases<'py>(&self, py: Python<'py>, rule: &str) -> PyResult<Bound<'py, PyAny>> {
        let cases = guarded(|| self.plan.boundary_cases(rule).map_err(|errors| error(py, &errors)))?;
        plain(py, &cases)
    }

    /// The rules of a subject as a decision model of the OMG DMN 1.5 standard, in XML, for any engine that speaks
    /// it. Its facts and ``as_of`` are the inputs, null where they are not known; each rule and each other reading
    /// (``<rule>.<reading>``) is a decision, whose value is the outcome; of a gate or definition
    /// ``{outcome, decision}``.
    ///
    /// Margins, reasons and what is missing are not in it, nor facts shared by ``with_facts``. What standard FEEL
    /// cannot express stands in it as ``notExported``, with the reason.
    ///
    /// Raises:
    ///     Error: A subject that the plan does not have (``unknown-subject``); a fact of the subject called ``as_of``
    ///         (``name-clash``).
    #[pyo3(signature = (subject, /))]
    fn dmn(&self, py: Python<'_>, subject: &str) -> PyResult<String> {
        checked(py, || py.detach(|| self.plan.dmn(subject)))
    }

    /// Which outcomes, decisions and readings of each rule the cases behind these findings come to, and which none
    /// does, of those that ``boundary_cases`` finds. A finding of a rule that the plan does not have counts for
    /// nothing: ``only`` gives the coverage of some rules.
    #[pyo3(signature = (findings, /))]
    fn case_coverage<'py>(&self, py: Python<'py>, findings: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let held = findings.try_iter()?.map(|one| Ok(one?.cast_into::<Finding>()?)).collect::<PyResult<Vec<_>>>()?;
        let found = guarded(|| Ok(self.plan.case_coverage(held.iter().filter_map(|one| one.get().finding()))))?;
        plain(py, &found)
    }

    /// The fact that would settle the most open findings of a case; those given as ``None`` are not asked again.
    ///
    /// Raises:
    ///     Error: As ``evaluate``.
    #[pyo3(signature = (subject, facts = None, /, *, as_of = None, **more))]
    fn next_question(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        subject: &str,
        facts: Option<&Bound<'_, PyAny>>,
        as_of: Option<&Bound<'_, PyAny>>,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Option<String>> {
        Ok(Plan::evaluate(slf, py, subject, facts, as_of, more)?.next_question().map(str::to_owned))
    }

    /// Evaluates the case of a report again, and gives the report where everything comes out the same.
    ///
    /// Raises:
    ///     Error: A report of another plan or content (``other-plan``); an outcome, fact or text that was changed
    ///         (``receipt-differs``, with its place); text that is no report (``invalid-json``).
    #[pyo3(signature = (report, /))]
    fn verify(slf: &Bound<'_, Self>, py: Python<'_>, report: &Bound<'_, PyAny>) -> PyResult<Report> {
        let plan = &slf.get().plan;
        let json = match report.cast::<Report>() {
            Ok(report) => report.get().report.to_json().into_bytes(),
            Err(_) => json("receipt", report)?,
        };
        let report = checked(py, || py.detach(|| plan.verify(&json)))?;
        let same_day = report.as_of() == plan.as_of();
        let plan = if same_day { slf.clone().unbind() } else { Py::new(py, slf.get().on(report.as_of()))? };
        Ok(Report { report, plan })
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
        let mut plan =
            checked(py, || ecoplan::model::Document::from_json(model).and_then(ecoplan::Plan::from_document))?;
        plan = plan.at(date("as_of", &as_of.into_pyobject(py)?.into_any())?);
        for (subject, facts) in &shared {
            plan = checked(py, || plan.with_facts_json(subject, facts))?;
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
