//! A plan as data: what the plan files say, nothing computed. Its serialised form is the canonical one that is hashed.

mod json;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Date, Decimal, Text};

/// One plan document: in force for a period and a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The id, such as `lianzhou-145`.
    pub id: String,
    /// The document's title.
    pub title: Text,
    /// First and last day.
    pub period: Period,
    /// The kinds of things the rules speak about.
    pub subjects: Vec<Subject>,
    /// The typed inputs, in declared order.
    pub facts: Vec<Fact>,
    /// The rules, in declared order.
    pub rules: Vec<Rule>,
    /// The clauses that no program can decide.
    pub registered: Vec<Registered>,
    /// What was left out of a plan of some of its subjects, as [`Document::of_subjects`] makes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// A part of a plan that was left out; its hash stands for it in the hash of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The subject whose facts and rules they were; none for the register.
    pub subject: Option<String>,
    /// The part's SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Document {
    /// The same plan with the facts and rules of these subjects alone, for those who cannot carry all of it. It judges
    /// them as the whole plan does, under the same hash; other subjects are refused as `not-loaded`.
    #[must_use]
    pub fn of_subjects(&self, subjects: &[&str]) -> Document {
        let here = |subject: &str| !self.left_out.iter().any(|left_out| left_out.subject.as_deref() == Some(subject));
        let kept = |subject: &str| subjects.contains(&subject) && here(subject);
        let others = self.subjects.iter().map(|subject| Some(subject.id.as_str())).filter(|id| !id.is_some_and(kept));
        let left_out = others
            .chain([None])
            .map(|part| LeftOut { subject: part.map(str::to_owned), sha256: self.part_sha256(part) });
        Document {
            id: self.id.clone(),
            title: self.title.clone(),
            period: self.period,
            subjects: self.subjects.clone(),
            facts: self.facts.iter().filter(|fact| kept(&fact.subject)).cloned().collect(),
            rules: self.rules.iter().filter(|rule| kept(&rule.subject)).cloned().collect(),
            registered: Vec::new(),
            left_out: left_out.collect(),
        }
    }

    /// The hash of the whole: of what stands at its head, and of the hash of each part.
    pub(crate) fn sha256(&self) -> String {
        let parts = self.subjects.iter().map(|subject| Some(subject.id.as_str())).chain([None]);
        let parts: Vec<String> = parts.map(|part| self.part_sha256(part)).collect();
        sha256(&(&self.id, &self.title, self.period, &self.subjects, parts))
    }

    fn part_sha256(&self, part: Option<&str>) -> String {
        if let Some(left_out) = self.left_out.iter().find(|left_out| left_out.subject.as_deref() == part) {
            return left_out.sha256.clone();
        }
        match part {
            Some(subject) => {
                let facts: Vec<&Fact> = self.facts.iter().filter(|fact| fact.subject == subject).collect();
                let rules: Vec<&Rule> = self.rules.iter().filter(|rule| rule.subject == subject).collect();
                sha256(&(facts, rules))
            }
            None => sha256(&self.registered),
        }
    }
}

fn sha256(part: &impl Serialize) -> String {
    // The model holds texts, numbers, lists and fixed names only, so it always serialises.
    let canonical = serde_json::to_vec(part).unwrap_or_default();
    Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A clause that asks for something no program can decide, even with a person's judgement: on the register, with the
/// reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// The id.
    pub id: String,
    /// Where the plan says it.
    pub cite: Cite,
    /// What it says, in our words.
    pub says: Text,
    /// Why it is no rule.
    pub reason: Text,
}

/// First and last day of a plan, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The last day: the day of judgement where none is given.
    pub end: Date,
}

/// The kind of thing a rule speaks about, such as `urban_wwtp`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The id.
    pub id: String,
    /// What people call it.
    pub label: Text,
}

/// One typed input about a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The subject it is about.
    pub subject: String,
    /// Its name, with the unit in it where there is one.
    pub name: String,
    /// The kind of value.
    pub kind: FactKind,
    /// The unit of a number, such as `mg/L`.
    pub unit: Option<String>,
    /// The least value that can occur.
    pub min: Option<Decimal>,
    /// The greatest value that can occur.
    pub max: Option<Decimal>,
    /// Usual decimals: a hint for steps and columns, never a limit.
    pub decimals: Option<u32>,
    /// The choices, for [`FactKind::Choice`] and [`FactKind::Set`].
    pub choices: Vec<Choice>,
    /// What people call it.
    pub label: Text,
    /// How it is measured or where it is found.
    pub help: Option<Text>,
    /// Who has to supply it.
    pub source: Source,
    /// Whether it is the value of a year, its latest unless a year is given with it.
    pub yearly: bool,
}

/// The kind of value a fact takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// An exact number in the fact's unit.
    Number,
    /// Yes or no.
    YesNo,
    /// One of the choices.
    Choice,
    /// Any of the choices; a set that is given is complete.
    Set,
    /// A day.
    Date,
}

/// Who has to supply a fact. Nothing else depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Measured or on record.
    Reported,
    /// A person's judgement: the plan names no test.
    Judgement,
    /// Assigned by a higher authority; not printed in the plan.
    Assigned,
}

/// One choice of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The id, as facts and conditions give it.
    pub id: String,
    /// What people call it.
    pub label: Text,
}

/// One rule of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The id.
    pub id: String,
    /// The subject whose facts it reads.
    pub subject: String,
    /// What kind of rule it is.
    pub kind: RuleKind,
    /// A short name.
    pub title: Text,
    /// When it concerns a case, as a FEEL condition; always, where there is none.
    pub applies: Option<String>,
    /// What it asks for, as a FEEL condition; without one the rule only says that a duty arises.
    pub requires: Option<String>,
    /// What a gate or definition can decide, the strictest first.
    pub decisions: Vec<Decision>,
    /// The fact that says whether the act of a deadline is done.
    pub done: Option<String>,
    /// The fact that says when.
    pub done_on: Option<String>,
    /// The day from which on it is judged, of a deadline the last for its act. A target without one is due on the plan's
    /// last day, any other rule now.
    pub due: Option<Due>,
    /// How strongly the text binds.
    pub strength: Strength,
    /// Who is bound.
    pub addressee: Text,
    /// The one number that the rule is about.
    pub measure: Option<String>,
    /// Where the measure started from.
    pub baseline: Option<Baseline>,
    /// The printed bound words of the numbers in the conditions.
    pub bounds: Vec<Bound>,
    /// The row of the plan's table, for an indicator.
    pub indicator: Option<Indicator>,
    /// What must be done where the rule is not met, bites or calls for action.
    pub actions: Vec<Text>,
    /// Where the plan says it.
    pub cite: Cite,
    /// What it says, in our words.
    pub says: Text,
    /// Other ways to read the text.
    pub readings: Vec<Reading>,
    /// What a reader must know: inconsistencies of the document, corrections announced.
    pub notes: Vec<Text>,
    /// The target as printed, where the caller replaced it.
    pub printed_target: Option<Decimal>,
}

/// The kind of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// A result to reach by a day.
    Target,
    /// Something to do.
    Obligation,
    /// Something not to do.
    Prohibition,
    /// What an authority decides on an application.
    Gate,
    /// What the text calls a thing.
    Definition,
    /// An act by a day.
    Deadline,
}

/// One thing a gate or a definition can decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The id.
    pub id: String,
    /// When, as a FEEL condition; otherwise, where there is none.
    pub when: Option<String>,
    /// What people call it.
    pub label: Text,
}

/// The day a rule is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Due {
    /// A day the plan prints.
    Date(Date),
    /// A date fact.
    Fact(String),
}

/// How strongly the text binds, with the word that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Strength {
    /// The class, which decides what "not met" means.
    pub class: StrengthClass,
    /// The word as printed.
    pub verb: String,
}

/// What "not met" means once a rule is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrengthClass {
    /// 禁止, 不得, 必须, 应, 确保, 要求, 控制在 …: breached.
    Mandatory,
    /// 原则上: breached, marked.
    InPrinciple,
    /// 推进, 加强, 引导, 逐步, 支持 …: pending.
    Progressive,
    /// 鼓励, 倡导: triggered, as advice.
    Encouraged,
}

/// Where a measure started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Baseline {
    /// The value, printed or given.
    pub value: BaselineValue,
    /// The year of the value.
    pub year: u16,
}

/// A printed baseline, or the fact that gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineValue {
    /// A number that the plan prints.
    Number(Decimal),
    /// The name of a fact.
    Fact(String),
}

/// The printed word beside a number: 以上 includes it, 低于 does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// The number in the condition.
    pub number: Decimal,
    /// The word as printed; empty for a number that is printed alone.
    pub word: String,
}

/// A row of the plan's indicator table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// The number of the row.
    pub no: u32,
    /// The first-level indicator (一级指标).
    pub category: Text,
    /// Binding (约束性) or expected (预期性).
    pub attribute: Attribute,
    /// The target cell: in Chinese as printed.
    pub printed_target: Text,
    /// The value cell as printed.
    pub printed_value: String,
    /// The value cell as facts.
    pub reported: Vec<Reported>,
}

/// Whether an indicator binds (约束性) or is expected (预期性).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// 约束性.
    Binding,
    /// 预期性.
    Expected,
}

/// A value that the plan itself reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// The fact.
    pub fact: String,
    /// Its value, if one is printed.
    pub value: Option<ReportedValue>,
    /// The year of the value.
    pub year: Option<u16>,
    /// Why the row is left out of the assessment.
    pub not_assessed: Option<NotAssessed>,
}

/// A printed value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ReportedValue {
    /// A statement.
    YesNo(bool),
    /// A number.
    Number(Decimal),
}

/// Why an indicator is left out of an assessment: an input, never derived from numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAssessed {
    /// 无数据.
    NoData,
    /// 统计口径变化.
    ScopeChanged,
    /// 未统计.
    NotCounted,
}

impl NotAssessed {
    /// All reasons.
    pub const ALL: [NotAssessed; 3] = [NotAssessed::NoData, NotAssessed::ScopeChanged, NotAssessed::NotCounted];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            NotAssessed::NoData => "no_data",
            NotAssessed::ScopeChanged => "scope_changed",
            NotAssessed::NotCounted => "not_counted",
        }
    }
}

/// Where the plan says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cite {
    /// Chapter (章).
    pub chapter: u32,
    /// Section (节).
    pub section: u32,
    /// Numbered item (一、二、…), where the section has any.
    pub item: Option<u32>,
    /// Table (表), for a row of one.
    pub table: Option<u32>,
    /// A few words of the plan that carry the rule, as printed, white space aside.
    pub anchor: String,
}

/// Another way to read a rule: the parts that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The id, unique within the rule.
    pub id: String,
    /// Why one could read it so.
    pub note: Text,
    /// Replaces the rule's own.
    pub applies: Option<String>,
    /// Replaces the rule's own.
    pub requires: Option<String>,
    /// Replaces the rule's own list.
    pub decisions: Vec<Decision>,
    /// Replaces the rule's own.
    pub due: Option<Due>,
}
