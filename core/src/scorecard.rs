//! The indicator table of a plan against values: a view of the findings, not a second evaluation.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::finding::{Finding, Note};
use crate::model::Attribute;
use crate::progress::Progress;
use crate::report::ENGINE;
use crate::{Date, Decimal, Lang, Outcome, Report, ScorecardExplanation, Text, Value};

/// The indicators of a plan against values.
///
/// # Wire format
///
/// `{ plan, engine, as_of, counts, by_category, rows }`; `plan` is the id, `hash` the content hash.
#[derive(Debug, Clone)]
pub struct Scorecard {
    report: Report,
    /// The rows, by their number in the plan's table.
    pub rows: Vec<Row>,
    /// The counts over all rows.
    pub counts: RowCounts,
    /// The counts by first-level indicator, in the order of the table.
    pub by_category: Vec<CategoryCounts>,
}

/// One row of a [`Scorecard`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The number of the row in the plan's table.
    pub no: u32,
    /// The id of the rule.
    pub rule: String,
    /// The indicator's name.
    pub title: Text,
    /// The first-level indicator.
    pub category: Text,
    /// Binding or expected.
    pub attribute: Attribute,
    /// How the row stands.
    pub status: Status,
    /// Why it is not assessed (`no_data`, `scope_changed`, `not_counted`) or not computable.
    pub reason: Option<&'static str>,
    /// The value of the measure.
    pub value: Value,
    /// The year of the value, if given.
    pub year: Option<u16>,
    /// The comparison with the target: `>=`, `<=`, …
    pub bound: Option<&'static str>,
    /// The target, where it is a number that is printed or given.
    pub target: Option<Decimal>,
    /// The target cell: in Chinese as printed.
    pub printed_target: Text,
    /// Where the measure started from.
    pub baseline: Option<Decimal>,
    /// How far it has come from there to the target: 0 at the baseline, 1 at the target.
    pub progress: Option<Decimal>,
    /// What it has to change a year to meet the target when it is due; 0 where it is met.
    pub pace: Option<Decimal>,
    /// The unit of value, target and margin.
    pub unit: Option<String>,
    /// How far the value is from the target: positive on the satisfied side.
    pub margin: Option<Decimal>,
    /// The facts that would settle the row.
    pub missing: Vec<String>,
    /// Whether the value is older than the target year, though the target is due.
    pub stale: bool,
    /// What a reader must know.
    pub notes: Vec<Note>,
}

/// How a row stands: an [`Outcome`], or left out of the assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// What the rule says.
    Assessed(Outcome),
    /// Left out, for a reason that was given: never derived from numbers.
    NotAssessed,
}

impl Status {
    /// The name on the wire: that of the outcome, or `not_assessed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Assessed(outcome) => outcome.as_str(),
            Status::NotAssessed => "not_assessed",
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Counts over rows: `assessed` = `indicators` − `not_assessed` = `satisfied` + `breached` + `pending` + `undetermined`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RowCounts {
    pub indicators: usize,
    pub binding: usize,
    pub expected: usize,
    pub not_assessed: usize,
    pub assessed: usize,
    pub satisfied: usize,
    pub satisfied_binding: usize,
    pub satisfied_expected: usize,
    pub breached: usize,
    pub pending: usize,
    pub undetermined: usize,
}

/// The counts of one first-level indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryCounts {
    /// The first-level indicator.
    pub category: Text,
    /// Its counts.
    #[serde(flatten)]
    pub counts: RowCounts,
}

impl Scorecard {
    pub(crate) fn new(report: Report) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for row in report.findings().filter_map(|finding| row(&finding)) {
            // Most often, it comes last.
            rows.insert(rows.partition_point(|earlier| earlier.no <= row.no), row);
        }
        let mut by_category: Vec<CategoryCounts> = Vec::new();
        for row in &rows {
            if by_category.iter().all(|c| c.category != row.category) {
                let counts = count(rows.iter().filter(|r| r.category == row.category));
                by_category.push(CategoryCounts { category: row.category.clone(), counts });
            }
        }
        Scorecard { counts: count(&rows), by_category, rows, report }
    }

    /// The findings behind the rows.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The day of judgement.
    pub fn as_of(&self) -> Date {
        self.report.as_of()
    }

    /// The row with this number.
    pub fn row(&self, no: u32) -> Option<&Row> {
        self.rows.iter().find(|row| row.no == no)
    }

    /// The scorecard as text.
    pub fn explain(&self, lang: Lang) -> String {
        self.explanation(lang).to_string()
    }

    /// The scorecard in words, row by row.
    pub fn explanation(&self, lang: Lang) -> ScorecardExplanation {
        ScorecardExplanation::new(self, lang)
    }
}

impl Serialize for Scorecard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Scorecard", 9)?;
        s.serialize_field("plan", &self.report.program().document.id)?;
        s.serialize_field("title", &self.report.program().document.title)?;
        s.serialize_field("hash", self.report.hash())?;
        s.serialize_field("engine", ENGINE)?;
        s.serialize_field("as_of", &self.as_of())?;
        s.serialize_field("counts", &self.counts)?;
        s.serialize_field("by_category", &self.by_category)?;
        s.serialize_field("notes", &self.report.notes())?;
        s.serialize_field("rows", &self.rows)?;
        s.end()
    }
}

fn row(finding: &Finding<'_>) -> Option<Row> {
    let rule = finding.rule();
    let indicator = rule.indicator.as_ref()?;
    let measure = finding.program().measure?;
    let fact = &finding.subject().fact(measure)?.fact;
    let facts = finding.report().facts();
    let left_out = facts.reason(measure);
    let (status, reason) = match left_out {
        Some(reason) => (Status::NotAssessed, Some(reason.as_str())),
        None => (Status::Assessed(finding.outcome()), finding.reason()),
    };
    let way = if left_out.is_some() {
        Progress { target: finding.way().target, ..Progress::default() }
    } else {
        finding.way()
    };
    Some(Row {
        no: indicator.no,
        rule: rule.id.clone(),
        title: rule.title.clone(),
        category: indicator.category.clone(),
        attribute: indicator.attribute,
        status,
        reason,
        value: facts.value(measure).clone(),
        year: facts.year(measure),
        bound: finding.program().bound().map(|(op, _)| op.as_str()),
        target: way.target,
        printed_target: indicator.printed_target.clone(),
        baseline: way.baseline,
        progress: way.progress,
        pace: way.pace,
        unit: fact.unit.clone(),
        margin: finding.margin().filter(|_| left_out.is_none()),
        missing: if left_out.is_some() { Vec::new() } else { finding.missing().map(|f| f.name.clone()).collect() },
        stale: finding.is_stale() && left_out.is_none(),
        notes: finding.notes().into_iter().filter(|n| left_out.is_none() || n.code != "stale").collect(),
    })
}

fn count<'a>(rows: impl IntoIterator<Item = &'a Row>) -> RowCounts {
    let mut counts = RowCounts::default();
    for row in rows {
        let binding = row.attribute == Attribute::Binding;
        counts.indicators += 1;
        *(if binding { &mut counts.binding } else { &mut counts.expected }) += 1;
        match row.status {
            Status::NotAssessed => counts.not_assessed += 1,
            Status::Assessed(Outcome::Satisfied) => {
                counts.satisfied += 1;
                *(if binding { &mut counts.satisfied_binding } else { &mut counts.satisfied_expected }) += 1;
            }
            Status::Assessed(Outcome::Breached) => counts.breached += 1,
            Status::Assessed(Outcome::Pending) => counts.pending += 1,
            // An indicator always applies and never merely advises: what is left is open.
            Status::Assessed(_) => counts.undetermined += 1,
        }
    }
    counts.assessed = counts.indicators - counts.not_assessed;
    counts
}
