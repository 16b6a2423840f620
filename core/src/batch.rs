//! Tables: many cases at once, each judged as a single case is.
//!
//! Rows are looked at in chunks that stay in the first cache: the cells of each fact are checked and laid out
//! ([`lanes`]), conditions are evaluated for all rows of a chunk ([`condition`]), and outcomes written as codes
//! ([`rule`]). What does not fit that form is judged row by row by what judges single cases: rules whose conditions can
//! be null, and rows with a bad cell or with a number that the fast form cannot hold exactly.

mod columns;
mod condition;
mod days;
mod lanes;
mod rule;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

pub use columns::{Bits, Cell, Column, Read};
use condition::{Known, Pool};
use lanes::{CHUNK, Dictionary, Lanes};
use rule::{ByDay, Together};

use crate::case::Case;
use crate::evaluate::{margin_of, outcome};
use crate::facts::{Facts, check, consistent};
use crate::input::Input;
use crate::margin::margin_slot;
use crate::model::{Fact, FactKind, Rule, Source};
use crate::program::{FactEntry, Program, RuleProgram, SubjectProgram};
use crate::slots::Slots;
use crate::{Date, Decimal, Error, Errors, Plan, Problem, Text, Value};

/// What stands for no outcome and for no decision.
pub const NONE: u8 = u8::MAX;

/// The column that gives each row a day of judgement of its own.
const AS_OF: &str = "as_of";

/// The rules of one subject, ready for tables whose columns have these names.
///
/// ```
/// use ecoplan::{Column, Outcome, Verdicts};
///
/// let plan = ecoplan::plan("lianzhou-145")?;
/// let batch = plan.batch("urban_wwtp", &["influent_bod5_2020_mg_l", "influent_bod5_mg_l"])?;
/// let columns = [Column::floats(&[61.6, 61.6]), Column::floats(&[81.6, 81.5])];
/// let mut verdicts = Verdicts::default();
/// batch.evaluate(&columns, 0..2, &mut verdicts)?;
/// let place = batch.rules().position(|rule| rule.id == "wwtp-urban-bod-plus-20-2025").unwrap();
/// let outcomes: Vec<_> = verdicts.rules[place].outcomes.iter().map(|code| Outcome::ALL[usize::from(*code)]).collect();
/// assert_eq!(outcomes, [Outcome::Satisfied, Outcome::Breached]);
/// # Ok::<(), ecoplan::Errors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Batch {
    program: Arc<Program>,
    subject: usize,
    as_of: Date,
    shared: Option<Facts>,
    margins: bool,
    names: Vec<String>,
    /// What each column is.
    kinds: Vec<ColumnKind>,
    rules: Vec<Option<Together>>,
    /// The facts that are read of a row where a rule is judged by itself.
    slots: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    Fact(usize),
    /// The year of a fact.
    Year(usize),
    AsOf,
}

/// What every rule says in every row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// By rule, in the order of [`Batch::rules`].
    pub rules: Vec<RuleVerdicts>,
    /// The rows in which a cell is bad, with all that is wrong: such a cell counts as not given.
    pub errors: Vec<RowErrors>,
}

/// What one rule says in every row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleVerdicts {
    /// Places in [`Outcome::ALL`](crate::Outcome::ALL); [`NONE`] in a row that cannot be judged.
    pub outcomes: Vec<u8>,
    /// Places among the rule's decisions, [`NONE`] where there is none; empty for a rule that decides nothing.
    pub decisions: Vec<u8>,
    /// The margins, if they were asked for; empty for a rule that has none.
    pub margins: Vec<Option<Decimal>>,
}

/// What is wrong in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowErrors {
    /// The row, counted from the first that was judged.
    pub row: usize,
    /// As a single case would be refused, all at once.
    pub errors: Vec<Error>,
}

impl Plan {
    /// Prepares a subject's rules for tables whose columns have these names: facts, years of facts (`<fact>_year`), or
    /// `as_of` for a day of judgement of each row's own. Facts shared by [`Plan::with_facts`] stand wherever a row gives
    /// none.
    ///
    /// # Errors
    ///
    /// - a subject the plan does not have — `unknown-subject`.
    /// - a column that is no fact — `unknown-fact`, with the nearest name; the same column twice — `duplicate-key`.
    pub fn batch(&self, subject: &str, columns: &[&str]) -> Result<Batch, Errors> {
        let (place, program) = self.subject(subject)?;
        let mut errors = Vec::new();
        let mut kinds = Vec::new();
        for (i, name) in columns.iter().enumerate() {
            if columns.iter().take(i).any(|earlier| earlier == name) {
                errors.push(Error::new(format!("columns.{name}"), Problem::DuplicateKey { key: (*name).to_owned() }));
            }
            match kind_of(name, program) {
                Some(kind) => kinds.push(kind),
                None => {
                    let nearest = crate::error::nearest(name, program.facts.iter().map(FactEntry::name));
                    let problem = Problem::UnknownFact { name: (*name).to_owned(), nearest };
                    errors.push(Error::new(format!("columns.{name}"), problem));
                }
            }
        }
        let batch = Batch {
            program: self.program.clone(),
            subject: place,
            as_of: self.as_of(),
            shared: self.shared(subject).cloned(),
            margins: false,
            names: columns.iter().map(|name| (*name).to_owned()).collect(),
            kinds,
            rules: Vec::new(),
            slots: Vec::new(),
        };
        Errors::check(errors, ()).map(|()| batch.planned())
    }
}

fn kind_of(name: &str, subject: &SubjectProgram) -> Option<ColumnKind> {
    if let Some(slot) = subject.slot(name) {
        return Some(ColumnKind::Fact(slot));
    }
    let year_of = name.strip_suffix("_year").and_then(|fact| subject.slot(fact));
    let yearly = year_of.filter(|slot| subject.fact(*slot).is_some_and(|fact| fact.yearly()));
    yearly.map(ColumnKind::Year).or_else(|| (name == AS_OF).then_some(ColumnKind::AsOf))
}

/// The day of judgement as a fact, so that it is read like one.
fn as_of_fact() -> FactEntry {
    let label = || Text { zh: "评价日".to_owned(), en: "day of judgement".to_owned() };
    FactEntry {
        fact: Fact {
            subject: String::new(),
            name: AS_OF.to_owned(),
            kind: FactKind::Date,
            unit: None,
            min: None,
            max: None,
            decimals: None,
            choices: Vec::new(),
            label: label(),
            help: None,
            source: Source::Reported,
            yearly: false,
        },
        unit: None,
        choices: Arc::new([]),
    }
}

impl Batch {
    /// Margins too, where a rule has them.
    #[must_use]
    pub fn with_margins(self) -> Self {
        Batch { margins: true, ..self }.planned()
    }

    /// The rules, in the order of [`Verdicts::rules`].
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.subject_rules().iter().map(|rule| &rule.rule)
    }

    /// Whether a rule can have a margin: its test is about numbers of one unit.
    pub fn has_margin(&self, rule: &str) -> bool {
        let found = self.subject_rules().iter().find(|known| known.rule.id == rule);
        found.zip(self.subject()).is_some_and(|(rule, subject)| has_margin(rule, subject))
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    fn subject(&self) -> Option<&SubjectProgram> {
        self.program.subjects.get(self.subject)
    }

    fn subject_rules(&self) -> &[RuleProgram] {
        self.subject().map_or(&[], |subject| &subject.rules)
    }

    /// Works out how each rule is judged.
    fn planned(mut self) -> Self {
        let Some(subject) = self.program.subjects.get(self.subject) else { return self };
        let facts = subject.facts.len();
        let is_column: Vec<bool> = (0..facts).map(|slot| self.kinds.contains(&ColumnKind::Fact(slot))).collect();
        let values = self.shared.as_ref().map_or_else(|| vec![Value::Unknown; facts], |shared| shared.values.clone());
        let by_row = self.kinds.contains(&ColumnKind::AsOf);
        let as_of = if by_row { ByDay::Lane(facts) } else { ByDay::One(self.as_of) };
        let known = Known { subject, is_column: &is_column, values: &values };
        let rules: Vec<Option<Together>> =
            subject.rules.iter().map(|rule| Together::new(rule, &known, as_of)).collect();
        let mut slots = Slots::default();
        for (rule, plan) in subject.rules.iter().zip(&rules) {
            if self.alone(plan.as_ref()) && (plan.is_none() || has_margin(rule, subject)) {
                rule.slots(&rule.parts).as_slice().iter().for_each(|slot| slots.insert(*slot));
            }
        }
        slots.retain(|slot| is_column.get(slot) == Some(&true));
        (self.rules, self.slots) = (rules, slots.into_vec());
        self
    }

    /// Whether something about a rule is found out row by row.
    fn alone(&self, plan: Option<&Together>) -> bool {
        plan.is_none_or(|plan| self.margins && plan.margin.is_none())
    }

    /// Judges some rows. The columns come in the order of their names; what stood in `verdicts` before is overwritten,
    /// and its memory used again.
    ///
    /// # Errors
    ///
    /// - another number of columns than names, or a column that ends before the rows do — `invalid-value`. What is wrong
    ///   with a cell stands in [`Verdicts::errors`].
    pub fn evaluate(&self, columns: &[Column<'_>], rows: Range<usize>, verdicts: &mut Verdicts) -> Result<(), Errors> {
        self.fits(columns, &rows)?;
        self.prepare(rows.len(), verdicts);
        let mut work = Work { dictionaries: self.dictionaries(columns, rows.len()), ..Work::default() };
        let mut start = rows.start;
        while start < rows.end {
            let end = rows.end.min(start + CHUNK);
            self.chunk(columns, start..end, start - rows.start, &mut work, verdicts);
            start = end;
        }
        Ok(())
    }

    /// The case of one row, to be explained, and what is wrong in the row; no case where what is wrong is not in its
    /// cells.
    pub fn case(&self, columns: &[Column<'_>], row: usize) -> (Option<Case>, Vec<Error>) {
        let (facts, as_of, errors) = self.row(columns, row);
        let case = facts.map(|facts| Case { program: self.program.clone(), subject: self.subject, facts, as_of });
        (case, errors)
    }

    fn fits(&self, columns: &[Column<'_>], rows: &Range<usize>) -> Result<(), Errors> {
        let wrong = |value: String, expected: String| {
            Err(Error::new("columns", Problem::InvalidValue { value, expected }).into())
        };
        if columns.len() != self.names.len() {
            return wrong(format!("{} columns", columns.len()), format!("{} columns", self.names.len()));
        }
        match columns.iter().zip(&self.names).find(|(column, _)| column.rows() < rows.end) {
            Some((column, name)) => wrong(format!("{name} of {} rows", column.rows()), format!("{} rows", rows.end)),
            None => Ok(()),
        }
    }

    /// The distinct values of the columns that are coded.
    fn dictionaries(&self, columns: &[Column<'_>], rows: usize) -> Vec<Option<Dictionary>> {
        let fact = |kind: &ColumnKind| match kind {
            ColumnKind::Fact(slot) => self.subject()?.fact(*slot),
            ColumnKind::Year(_) | ColumnKind::AsOf => None,
        };
        let each = columns.iter().zip(&self.kinds);
        each.map(|(column, kind)| Dictionary::of(column, fact(kind)?, rows)).collect()
    }

    fn prepare(&self, rows: usize, verdicts: &mut Verdicts) {
        verdicts.errors.clear();
        verdicts.rules.resize_with(self.rules.len(), RuleVerdicts::default);
        let Some(subject) = self.subject() else { return };
        for (rule, to) in subject.rules.iter().zip(&mut verdicts.rules) {
            to.outcomes.resize(rows, NONE);
            to.decisions.resize(if rule.parts.decisions.is_empty() { 0 } else { rows }, NONE);
            to.decisions.fill(NONE);
            to.margins.resize(if self.margins && has_margin(rule, subject) { rows } else { 0 }, None);
        }
    }

    fn chunk(
        &self,
        columns: &[Column<'_>],
        rows: Range<usize>,
        start: usize,
        work: &mut Work,
        verdicts: &mut Verdicts,
    ) {
        let Some(subject) = self.subject() else { return };
        let Work { lanes, odd, pool, facts, dictionaries } = work;
        odd.clear();
        odd.resize(rows.len(), 0);
        self.load(columns, rows.clone(), lanes, odd, dictionaries);
        for (plan, to) in self.rules.iter().zip(&mut verdicts.rules) {
            if let Some(plan) = plan {
                plan.judge(lanes, odd, pool, start, to);
            }
        }
        let facts = facts.get_or_insert_with(|| self.shared.clone().unwrap_or_else(|| Facts::unknown(subject)));
        if self.rules.iter().any(|plan| self.alone(plan.as_ref())) {
            for i in (0..rows.len()).filter(|i| odd.get(*i) == Some(&0)) {
                lanes.fill(facts, &self.slots, &subject.facts, i);
                let as_of = self.day(lanes, i);
                for ((rule, plan), to) in subject.rules.iter().zip(&self.rules).zip(&mut verdicts.rules) {
                    if plan.is_none() {
                        to.put(start + i, outcome(rule, facts, as_of));
                    }
                    if self.alone(plan.as_ref())
                        && let Some(margin) = to.margins.get_mut(start + i)
                    {
                        *margin = margin_of(subject, rule, facts);
                    }
                }
            }
        }
        for i in (0..rows.len()).filter(|i| odd.get(*i) != Some(&0)) {
            let (found, as_of, errors) = self.row(columns, rows.start + i);
            for (rule, to) in subject.rules.iter().zip(&mut verdicts.rules) {
                match &found {
                    Some(facts) => to.put(start + i, outcome(rule, facts, as_of)),
                    None => to.clear(start + i),
                }
                if let Some(margin) = to.margins.get_mut(start + i) {
                    *margin = found.as_ref().and_then(|facts| margin_of(subject, rule, facts));
                }
            }
            if !errors.is_empty() {
                verdicts.errors.push(RowErrors { row: start + i, errors });
            }
        }
    }

    /// Lays out the cells of a chunk, and marks the rows that are to be judged by themselves.
    fn load(
        &self,
        columns: &[Column<'_>],
        rows: Range<usize>,
        lanes: &mut Lanes,
        odd: &mut [u8],
        dictionaries: &[Option<Dictionary>],
    ) {
        let Some(subject) = self.subject() else { return };
        lanes.lanes.resize_with(subject.facts.len() + 1, Default::default);
        let as_of = as_of_fact();
        for ((column, kind), dictionary) in columns.iter().zip(&self.kinds).zip(dictionaries) {
            let (slot, fact) = match kind {
                ColumnKind::Fact(slot) => (*slot, subject.fact(*slot)),
                ColumnKind::AsOf => (subject.facts.len(), Some(&as_of)),
                ColumnKind::Year(_) => continue,
            };
            let otherwise = match (kind, &self.shared) {
                (ColumnKind::AsOf, _) => Value::Date(self.as_of),
                (_, Some(shared)) => shared.value(slot).clone(),
                (_, None) => Value::Unknown,
            };
            if let (Some(fact), Some(lane)) = (fact, lanes.lanes.get_mut(slot)) {
                lane.load(column, fact, &otherwise, rows.clone(), odd, dictionary.as_ref());
            }
        }
        // What several cells say together: a year that lies ahead, an act on a day though not done.
        for (column, _) in columns.iter().zip(&self.kinds).filter(|(_, kind)| matches!(kind, ColumnKind::Year(_))) {
            for (i, odd) in odd.iter_mut().enumerate() {
                let latest = self.day(lanes, i).year();
                column.read_cell(rows.start + i, &mut |year| {
                    if plain_year(&year).is_none_or(|year| year > latest) {
                        *odd = 255;
                    }
                });
            }
        }
        let by_row = self.kinds.contains(&ColumnKind::AsOf);
        if let Some(latest) = self.shared.as_ref().and_then(|shared| shared.years.iter().flatten().max()) {
            for (i, odd) in odd.iter_mut().enumerate() {
                if *latest > self.day(lanes, i).year() {
                    *odd = 255;
                }
            }
        }
        for (done, done_on) in subject.acts() {
            let bound = |slot| self.kinds.contains(&ColumnKind::Fact(slot));
            if !(bound(done) || bound(done_on) || by_row) {
                continue;
            }
            for (i, odd) in odd.iter_mut().enumerate() {
                let value = |slot: usize| match subject.fact(slot) {
                    Some(fact) if bound(slot) => lanes.lane(slot).map_or(Value::Unknown, |lane| lane.value(fact, i)),
                    _ => self.shared.as_ref().map_or(Value::Unknown, |shared| shared.value(slot).clone()),
                };
                if let Value::Date(day) = value(done_on)
                    && (value(done) == Value::Bool(false) || day > self.day(lanes, i))
                {
                    *odd = 255;
                }
            }
        }
    }

    fn day(&self, lanes: &Lanes, row: usize) -> Date {
        if !self.kinds.contains(&ColumnKind::AsOf) {
            return self.as_of;
        }
        let day = self.subject().and_then(|subject| lanes.lane(subject.facts.len())?.days.get(row).copied());
        day.and_then(days::day).unwrap_or(self.as_of)
    }

    /// The facts of one row. A bad cell counts as not given, and is named; where no cell can mend what is wrong, there are
    /// none.
    fn row(&self, columns: &[Column<'_>], row: usize) -> (Option<Facts>, Date, Vec<Error>) {
        let mut errors = Vec::new();
        let mut as_of = self.as_of;
        let mut cells: Vec<(&str, Option<usize>, Input<'_>)> = Vec::new();
        for ((column, kind), name) in columns.iter().zip(&self.kinds).zip(&self.names) {
            let Some(input) = column.cell(row).filter(|input| *input != Input::Null) else { continue };
            match kind {
                ColumnKind::Fact(slot) => cells.push((name, Some(*slot), input)),
                ColumnKind::Year(slot) => cells.push((name, Some(*slot), input)),
                ColumnKind::AsOf => match as_of_fact().read(&input) {
                    Ok(Value::Date(day)) => as_of = day,
                    Ok(_) => {}
                    Err(problem) => errors.push(Error::new("facts.as_of", problem)),
                },
            }
        }
        let Some(subject) = self.subject() else { return (None, as_of, errors) };
        loop {
            let given = cells.iter().map(|(name, _, input)| (Cow::Borrowed(*name), input.clone())).collect();
            let facts = check(&Input::Map(given), subject, as_of, false).and_then(|facts| {
                let facts = self.shared.iter().fold(facts, |facts, shared| facts.or(shared));
                consistent(facts, subject, as_of)
            });
            let wrong = match facts {
                Ok(facts) => return (Some(facts), as_of, errors),
                Err(wrong) => wrong,
            };
            let before = cells.len();
            let bad: BTreeSet<String> = wrong.iter().filter_map(|error| named(error.path())).collect();
            // A value whose year is wrong is not of this year.
            let slots: Vec<usize> = cells.iter().filter(|(name, ..)| bad.contains(*name)).filter_map(|c| c.1).collect();
            let out = |name: &str, slot: Option<usize>| {
                bad.contains(name) || slot.is_some_and(|slot| slots.contains(&slot) && bad_year(&bad, slot, subject))
            };
            cells.retain(|(name, slot, _)| !out(name, *slot));
            errors.extend(wrong.iter().cloned());
            if cells.len() == before {
                // Nothing that a cell of this row could mend.
                return (None, as_of, errors);
            }
        }
    }
}

/// Whether a rule can have a margin: its test is about numbers of one unit.
fn has_margin(rule: &RuleProgram, subject: &SubjectProgram) -> bool {
    rule.parts.requires.as_ref().is_some_and(|test| margin_slot(&test.expr, subject).is_some())
}

/// The fact, or the year of one, that an error names.
fn named(path: &str) -> Option<String> {
    let rest = path.strip_prefix("facts.")?;
    let mut parts = rest.split('.');
    let name = parts.next()?;
    Some(if parts.next() == Some("year") { format!("{name}_year") } else { name.to_owned() })
}

fn bad_year(bad: &BTreeSet<String>, slot: usize, subject: &SubjectProgram) -> bool {
    bad.contains(&format!("{}_year", subject.name_of(slot)))
}

/// A year in the form that nearly all have: four digits.
fn plain_year(input: &Input<'_>) -> Option<u16> {
    let (Input::Number(text) | Input::Text(text)) = input else { return None };
    (text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
        .filter(|year| *year >= 1000)
}

impl RuleVerdicts {
    fn put(&mut self, row: usize, (outcome, decision): crate::evaluate::Conclusion) {
        if let Some(to) = self.outcomes.get_mut(row) {
            *to = outcome as u8;
        }
        if let Some(to) = self.decisions.get_mut(row) {
            *to = decision.and_then(|place| u8::try_from(place).ok()).unwrap_or(NONE);
        }
    }

    fn clear(&mut self, row: usize) {
        for to in [&mut self.outcomes, &mut self.decisions] {
            if let Some(to) = to.get_mut(row) {
                *to = NONE;
            }
        }
    }
}

/// What is used again from chunk to chunk.
#[derive(Debug, Default)]
struct Work {
    lanes: Lanes,
    odd: Vec<u8>,
    pool: Pool,
    facts: Option<Facts>,
    dictionaries: Vec<Option<Dictionary>>,
}
