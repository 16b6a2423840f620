//! The public face: a plan that is ready to judge.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::analyse::analyse;
use crate::boundary::boundary_cases;
use crate::case::Case;
use crate::case_coverage::case_coverage;
use crate::compile::compile;
use crate::diff::difference;
use crate::dmn::dmn;
use crate::error::nearest;
use crate::facts::{Facts, check, consistent};
use crate::feel::Expr;
use crate::fields::Notes;
use crate::input::Input;
use crate::model::{Document, Fact, Period, Reported, ReportedValue, Rule, Subject};
use crate::program::{Program, RuleProgram, SubjectProgram};
use crate::read::read;
use crate::verify::verify;
use crate::{
    Analysis, BoundaryCase, CaseCoverage, Coverage, Date, Decimal, Difference, Error, Errors, Finding, Problem, Report,
    Scorecard, Text, Value,
};

/// A compiled plan. Cheap to clone and to share between threads.
///
/// ```
/// let plan = ecoplan::plan("lianzhou-145")?;
/// let report = plan.evaluate_json("urban_wwtp", r#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 81.6}"#)?;
/// let finding = report.finding("wwtp-urban-bod-plus-20-2025").unwrap();
/// assert_eq!(finding.outcome(), ecoplan::Outcome::Satisfied);
/// assert_eq!(finding.margin(), Some(ecoplan::Decimal::ZERO));
/// # Ok::<(), ecoplan::Errors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) program: Arc<Program>,
    as_of: Date,
    /// Facts given once for all cases of a subject.
    shared: Arc<Vec<(String, Facts)>>,
}

/// A bundled plan: `lianzhou-145` (2021–2025) or `lianzhou-135`, its predecessor as Table 1 reports it (2016–2020).
///
/// # Errors
///
/// - `lianzhou-155` — `unknown-plan`, with the nearest id as a hint.
pub fn plan(id: &str) -> Result<Plan, Errors> {
    // Each is read once.
    static READ: [OnceLock<Result<Plan, Errors>>; ecoplan_spec::PLANS.len()] =
        [const { OnceLock::new() }; ecoplan_spec::PLANS.len()];
    match ecoplan_spec::PLANS.iter().zip(&READ).find(|(p, _)| p.id == id) {
        Some((bundled, read)) => read.get_or_init(|| Plan::from_files(bundled.files.iter().copied())).clone(),
        None => {
            let nearest = nearest(id, plans());
            Err(Error::new("plan", Problem::UnknownPlan { name: id.to_owned(), nearest }).into())
        }
    }
}

/// The ids of the bundled plans.
pub fn plans() -> impl Iterator<Item = &'static str> {
    ecoplan_spec::PLANS.iter().map(|p| p.id)
}

impl Plan {
    /// Reads a plan from one TOML text.
    ///
    /// # Errors
    ///
    /// As [`Plan::from_files`].
    pub fn from_toml(text: &str) -> Result<Plan, Errors> {
        Plan::from_files([("plan.toml", text)])
    }

    /// Reads a plan from several files, each with a name for error messages.
    ///
    /// # Errors
    ///
    /// All at once, each with file, line, rule and field: not TOML (`syntax`), a field that does not exist
    /// (`unknown-field`), a rule without a citation (`missing-citation`), two rules of one id (`duplicate-id`), one fact
    /// name with two units (`name-clash`), a fact that nobody declared in a condition (`unknown-fact`), mg/L compared
    /// with % (`unit-mismatch`), a condition that is no yes or no (`not-boolean`), a gate without decisions
    /// (`empty-gate`), FEEL outside the subset (`unsupported`).
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Plan, Errors> {
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        let found = read(files.iter().copied(), Notes::default());
        if found.incomplete {
            return Err(Errors::unique(found.errors));
        }
        match compile(found.document) {
            Ok(program) => Errors::check(found.errors, Plan::new(program)),
            Err(more) => {
                // Where everything stands is only looked up for those who have something to mend.
                let placed = read(files, Notes::with_places());
                let more = placed.keep(more);
                Err(Errors::unique(placed.errors.into_iter().chain(more).collect()))
            }
        }
    }

    /// The plan of a model, as [`Plan::document`] gives it.
    ///
    /// # Errors
    ///
    /// As [`Plan::from_files`], from what is not TOML or a field's type.
    pub fn from_document(document: Document) -> Result<Plan, Errors> {
        compile(document).map(Plan::new)
    }

    fn new(program: Program) -> Plan {
        Plan { as_of: program.document.period.end, program: Arc::new(program), shared: Arc::default() }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.program.document.id
    }

    /// The title of the document.
    pub fn title(&self) -> &Text {
        &self.program.document.title
    }

    /// First and last day.
    pub fn period(&self) -> Period {
        self.program.document.period
    }

    /// SHA-256 of the canonical model, subject by subject: equal for equal content in the same order, however it was laid
    /// out in files.
    pub fn hash(&self) -> &str {
        self.program.hash()
    }

    /// The day of judgement: the plan's last day unless [`Plan::at`] says otherwise.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The model behind the plan.
    pub fn document(&self) -> &Document {
        &self.program.document
    }

    /// What the plan speaks about.
    pub fn subjects(&self) -> &[Subject] {
        &self.program.document.subjects
    }

    /// The facts of a subject, in declared order.
    ///
    /// # Errors
    ///
    /// - a subject the plan does not have — `unknown-subject`.
    pub fn facts(&self, subject: &str) -> Result<Vec<&Fact>, Errors> {
        let (_, subject) = self.subject(subject)?;
        Ok(subject.facts.iter().map(|f| &f.fact).collect())
    }

    /// The rules, in declared order.
    pub fn rules(&self) -> &[Rule] {
        &self.program.document.rules
    }

    /// The clauses by state, and counts that add up: what the plan's rules decide, and what is only on the register. Of a
    /// plan of some subjects ([`Document::of_subjects`]), what is loaded.
    pub fn coverage(&self) -> Coverage {
        Coverage::new(&self.program)
    }

    /// The same plan, judging as of another day.
    #[must_use]
    pub fn at(&self, day: Date) -> Plan {
        Plan { as_of: day, ..self.clone() }
    }

    /// The same plan with facts that hold for every case of a subject, such as the area's assigned quotas. A case that
    /// gives one of them itself overrides it.
    ///
    /// # Errors
    ///
    /// As [`Plan::evaluate`].
    pub fn with_facts(&self, subject: &str, facts: &(impl Serialize + ?Sized)) -> Result<Plan, Errors> {
        self.share(subject, &Input::from_serialize(facts, "facts")?)
    }

    /// As [`Plan::with_facts`], from JSON text.
    ///
    /// # Errors
    ///
    /// As [`Plan::evaluate_json`].
    pub fn with_facts_json(&self, subject: &str, json: impl AsRef<[u8]>) -> Result<Plan, Errors> {
        self.share(subject, &Input::from_json(json.as_ref(), "facts")?)
    }

    fn share(&self, subject: &str, input: &Input<'_>) -> Result<Plan, Errors> {
        let (_, program) = self.subject(subject)?;
        let mut facts = check(input, program, self.as_of, false)?;
        if let Some(earlier) = self.shared(subject) {
            facts = facts.or(earlier);
        }
        let facts = consistent(facts, program, self.as_of)?;
        let mut shared = Vec::clone(&self.shared);
        shared.retain(|(of, _)| of != subject);
        shared.push((subject.to_owned(), facts));
        Ok(Plan { shared: Arc::new(shared), ..self.clone() })
    }

    /// A new plan of some of the rules: those of these ids, or that start with what stands before a `*`, as `two-high-*`.
    /// Its hash differs.
    ///
    /// # Errors
    ///
    /// - a rule, or a beginning, that the plan does not have — `unknown-rule`.
    pub fn only<'a>(&self, rules: impl IntoIterator<Item = &'a str>) -> Result<Plan, Errors> {
        let named = |rule: &Rule, wanted: &str| match wanted.strip_suffix('*') {
            Some(beginning) => rule.id.starts_with(beginning),
            None => rule.id == wanted,
        };
        let wanted: Vec<&str> = rules.into_iter().collect();
        if let Some(unknown) = wanted.iter().find(|wanted| !self.rules().iter().any(|rule| named(rule, wanted))) {
            let nearest = nearest(unknown, self.rules().iter().map(|rule| rule.id.as_str()));
            return Err(Error::new("rule", Problem::UnknownRule { name: (*unknown).to_owned(), nearest }).into());
        }
        let mut document = self.program.document.clone();
        document.rules.retain(|rule| wanted.iter().any(|wanted| named(rule, wanted)));
        Ok(Plan { program: Arc::new(compile(document)?), ..self.clone() })
    }

    /// A new plan in which the target of a rule is another number, as where the plan itself announces a correction. Its
    /// hash differs, and its findings say what was printed.
    ///
    /// # Errors
    ///
    /// - a rule the plan does not have — `unknown-rule`.
    /// - a rule that does not compare its measure with one printed number — `no-numeric-target`.
    /// - a target that the measure cannot reach, such as 900 % — `out-of-range`.
    pub fn with_target(&self, rule: &str, target: Decimal) -> Result<Plan, Errors> {
        let mut document = self.program.document.clone();
        let known: Vec<String> = document.rules.iter().map(|r| r.id.clone()).collect();
        let place = document.rules.iter_mut().find(|r| r.id == rule).ok_or_else(|| {
            let nearest = nearest(rule, known.iter().map(String::as_str));
            Error::new("rule", Problem::UnknownRule { name: rule.to_owned(), nearest })
        })?;
        let none = || Error::new(format!("rule.{rule}"), Problem::NoNumericTarget);
        let (_, subject) = self.subject(&place.subject)?;
        let compiled = subject.rules.iter().find(|r| r.rule.id == rule).ok_or_else(none)?;
        let (op, printed) = match compiled.bound() {
            Some((op, Expr::Literal(Value::Number(number)))) => (op, *number),
            _ => return Err(none().into()),
        };
        let measure = compiled.measure.and_then(|slot| subject.fact(slot)).ok_or_else(none)?;
        if target == printed {
            return Ok(self.clone());
        }
        measure.in_range(target).map_err(|problem| Error::new(format!("rule.{rule}"), problem))?;
        place.requires = Some(format!("{} {} {target}", measure.name(), op.as_str()));
        // Corrected back to what is printed, it is no longer corrected.
        place.printed_target = Some(place.printed_target.unwrap_or(printed)).filter(|p| *p != target);
        for bound in place.bounds.iter_mut().filter(|b| b.number == printed) {
            bound.number = target;
        }
        Ok(Plan { program: Arc::new(compile(document)?), ..self.clone() })
    }

    /// What is different in another plan, or another version of this one: rules added and removed, tests tightened and
    /// loosened with a case that shows it, attributes, strengths and due days changed. An indicator goes on under another
    /// id where it measures the same fact. That no case was found does not prove that there is none.
    pub fn diff(&self, later: &Plan) -> Difference {
        difference(self, later)
    }

    /// What holds of the rules for all cases: what can never happen, which rules demand opposite things, what gates leave
    /// out, in which direction each number helps or harms, which readings make no difference. It is exact where comparisons
    /// are linear in the numbers, and says where they are not. Facts that the plan shares between cases are taken as given.
    ///
    /// ```
    /// use ecoplan::ClaimKind;
    ///
    /// let plan = ecoplan::plan("lianzhou-145")?.only(["wwtp-urban-*"])?;
    /// let analysis = plan.analyse();
    /// assert!(analysis.claims.iter().all(|claim| claim.kind != ClaimKind::NeverApplies));
    /// # Ok::<(), ecoplan::Errors>(())
    /// ```
    pub fn analyse(&self) -> Analysis {
        analyse(&self.program, self.as_of, |subject| self.shared(subject).cloned())
    }

    /// The cases of a rule that its author should look at, as a table to be filled in by hand with what is expected: below,
    /// at and above each number, each fact missing, each outcome and each reading once. A case that cannot be found by
    /// trying is not there.
    ///
    /// # Errors
    ///
    /// - a rule the plan does not have — `unknown-rule`.
    pub fn boundary_cases(&self, rule: &str) -> Result<Vec<BoundaryCase>, Errors> {
        match self.compiled_rules().find(|(_, known)| known.rule.id == rule) {
            Some((subject, found)) => Ok(boundary_cases(subject, found, self.as_of)),
            None => {
                let nearest = nearest(rule, self.rules().iter().map(|rule| rule.id.as_str()));
                Err(Error::new("rule", Problem::UnknownRule { name: rule.to_owned(), nearest }).into())
            }
        }
    }

    /// Which outcomes, decisions and readings of each rule the cases behind these findings come to, and which none does,
    /// of those that [`Plan::boundary_cases`] finds. A finding of a rule that the plan does not have counts for nothing:
    /// [`Plan::only`] gives the coverage of some rules.
    ///
    /// ```
    /// let plan = ecoplan::plan("lianzhou-145")?;
    /// let rule = "wwtp-township-bod-100";
    /// let report = plan.evaluate_json("township_wwtp", r#"{"influent_bod5_mg_l": 99.9}"#)?;
    /// let coverage = plan.only([rule])?.case_coverage(report.finding(rule));
    /// let cases: Vec<_> = coverage.rules[0].conclusions.iter().map(|one| (one.outcome.as_str(), one.cases)).collect();
    /// assert_eq!(cases, [("breached", 1), ("undetermined", 0), ("pending", 0), ("satisfied", 0)]);
    /// # Ok::<(), ecoplan::Errors>(())
    /// ```
    pub fn case_coverage<'a>(&self, findings: impl IntoIterator<Item = Finding<'a>>) -> CaseCoverage {
        case_coverage(self, findings)
    }

    /// The rules by subject, in declared order.
    pub(crate) fn compiled_rules(&self) -> impl Iterator<Item = (&SubjectProgram, &RuleProgram)> {
        self.program.subjects.iter().flat_map(|subject| subject.rules.iter().map(move |rule| (subject, rule)))
    }

    /// The rules of a subject as a decision model of the OMG DMN 1.5 standard, in XML: its facts and `as_of` are the input
    /// data, each rule and each other reading (`<rule>.<reading>`) is a decision, whose value is the outcome; of a gate or
    /// definition `{outcome, decision}`. Title, clause, citation and strength stand beside it.
    ///
    /// A fact that is null there is not known: the conditions carry the guards that this needs, so that a standard engine
    /// comes to the outcome and decision that [`Plan::evaluate`] gives, *undetermined* included. Margins, reasons and what
    /// is missing are not exported, nor what refuses an input beyond its type, range and choices; `as_of` and facts that
    /// the plan shares between cases have to be given. A reading that standard FEEL cannot express stands in the model's
    /// extension elements as `notExported`, with the reason.
    ///
    /// ```
    /// let model = ecoplan::plan("lianzhou-145")?.dmn("township_wwtp")?;
    /// assert!(model.contains("<text>influent_bod5_mg_l &gt;= 100</text>"));
    /// # Ok::<(), ecoplan::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - a subject the plan does not have — `unknown-subject`.
    /// - a fact of the subject called `as_of` — `name-clash`.
    pub fn dmn(&self, subject: &str) -> Result<String, Errors> {
        let (_, subject) = self.subject(subject)?;
        dmn(&self.program, subject)
    }

    /// Judges one case: facts by name, from a struct, a map, or anything else that serialises to one.
    ///
    /// A fact that is left out or null is unknown. A number is exact: `81.6_f64` means 81.6; a text may carry a unit of
    /// the same dimension (`"0.08 g/L"`). A yearly fact may come with its year, `{ value, year }` or as a sibling
    /// `<fact>_year`.
    ///
    /// # Errors
    ///
    /// All at once, each with its place: a fact the subject does not have (`unknown-fact`, with the nearest name),
    /// `"86 t/d"` for mg/L (`unit-mismatch`), `"-"` or `"未检出"` for a number (`not-a-number`), NaN (`not-finite`), 120 %
    /// (`out-of-range`), an undeclared choice (`unknown-choice`), `2025-02-30` (`invalid-date`), a year after the day of
    /// judgement (`future-year`), and so on: see [`Problem`].
    pub fn evaluate(&self, subject: &str, facts: &(impl Serialize + ?Sized)) -> Result<Report, Errors> {
        Ok(self.case(subject, facts)?.report())
    }

    /// As [`Plan::evaluate`], from JSON text, which keeps every digit and sees keys that stand twice.
    ///
    /// # Errors
    ///
    /// As [`Plan::evaluate`]; and `not-utf8`, `invalid-json`, `duplicate-key`, `too-deep`, `too-large`.
    pub fn evaluate_json(&self, subject: &str, json: impl AsRef<[u8]>) -> Result<Report, Errors> {
        Ok(self.case_json(subject, json)?.report())
    }

    /// Checks the facts of one case, to be judged afterwards.
    ///
    /// # Errors
    ///
    /// As [`Plan::evaluate`].
    pub fn case(&self, subject: &str, facts: &(impl Serialize + ?Sized)) -> Result<Case, Errors> {
        self.check(subject, &Input::from_serialize(facts, "facts")?, false)
    }

    /// As [`Plan::case`], from JSON text.
    ///
    /// # Errors
    ///
    /// As [`Plan::evaluate_json`].
    pub fn case_json(&self, subject: &str, json: impl AsRef<[u8]>) -> Result<Case, Errors> {
        self.check(subject, &Input::from_json(json.as_ref(), "facts")?, false)
    }

    /// Evaluates the case of a report again, from its JSON text, and gives the report where everything comes out the
    /// same. Facts that the plan shares between cases stand in the report, and are taken from there.
    ///
    /// # Errors
    ///
    /// - a report of another plan, or of other content under the same id — `other-plan`.
    /// - an outcome, fact or text that was changed — `receipt-differs`, with its place.
    /// - text that is no report — `invalid-json`, `invalid-date`, `unknown-subject`, …
    pub fn verify(&self, report: impl AsRef<[u8]>) -> Result<Report, Errors> {
        verify(self, report.as_ref())
    }

    pub(crate) fn without_facts(&self) -> Plan {
        Plan { shared: Arc::default(), ..self.clone() }
    }

    /// The indicators against values keyed by fact name, each a bare value or `{ value?, year?, not_assessed? }`.
    ///
    /// # Errors
    ///
    /// As [`Plan::evaluate`]; and `not-an-indicator` for a reason beside a fact that no row measures.
    pub fn scorecard(&self, values: &(impl Serialize + ?Sized)) -> Result<Scorecard, Errors> {
        self.score(&Input::from_serialize(values, "facts")?)
    }

    /// As [`Plan::scorecard`], from JSON text.
    ///
    /// # Errors
    ///
    /// As [`Plan::scorecard`] and [`Plan::evaluate_json`].
    pub fn scorecard_json(&self, json: impl AsRef<[u8]>) -> Result<Scorecard, Errors> {
        self.score(&Input::from_json(json.as_ref(), "facts")?)
    }

    /// The values that the plan's own table reports, in the form [`Plan::scorecard`] takes.
    pub fn reported(&self) -> BTreeMap<String, impl Serialize> {
        #[derive(Serialize)]
        struct Given {
            #[serde(skip_serializing_if = "Option::is_none")]
            value: Option<ReportedValue>,
            #[serde(skip_serializing_if = "Option::is_none")]
            year: Option<u16>,
            #[serde(skip_serializing_if = "Option::is_none")]
            not_assessed: Option<crate::model::NotAssessed>,
        }
        let given = |r: &Reported| Given { value: r.value.clone(), year: r.year, not_assessed: r.not_assessed };
        let mut values = BTreeMap::new();
        for row in self.rules().iter().filter_map(|r| r.indicator.as_ref()).flat_map(|row| &row.reported) {
            values.insert(row.fact.clone(), given(row));
        }
        values
    }

    fn score(&self, input: &Input<'_>) -> Result<Scorecard, Errors> {
        let subject = self.rules().iter().find(|r| r.indicator.is_some()).map(|r| r.subject.as_str());
        let none = || Error::new("plan", Problem::InvalidRule { detail: "the plan has no indicators".to_owned() });
        let case = self.check(subject.ok_or_else(none)?, input, true)?;
        Ok(Scorecard::new(case.report()))
    }

    pub(crate) fn check(&self, subject: &str, input: &Input<'_>, scorecard: bool) -> Result<Case, Errors> {
        let (place, program) = self.subject(subject)?;
        let mut facts = check(input, program, self.as_of, scorecard)?;
        if let Some(shared) = self.shared(subject) {
            facts = facts.or(shared);
        }
        let facts = consistent(facts, program, self.as_of)?;
        Ok(Case { program: self.program.clone(), subject: place, facts, as_of: self.as_of })
    }

    pub(crate) fn shared(&self, subject: &str) -> Option<&Facts> {
        self.shared.iter().find(|(of, _)| of == subject).map(|(_, facts)| facts)
    }

    pub(crate) fn subject(&self, id: &str) -> Result<(usize, &SubjectProgram), Errors> {
        let found = self.program.subjects.iter().enumerate().find(|(_, s)| s.subject.id == id);
        if self.document().left_out.iter().any(|left_out| left_out.subject.as_deref() == Some(id)) {
            return Err(Error::new("subject", Problem::NotLoaded { name: id.to_owned() }).into());
        }
        found.ok_or_else(|| {
            let nearest = nearest(id, self.subjects().iter().map(|s| s.id.as_str()));
            Error::new("subject", Problem::UnknownSubject { name: id.to_owned(), nearest }).into()
        })
    }
}
