//! Facts checked against what the plan declares: every error at once, nothing coerced, nothing dropped.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::date::YEARS;
use crate::error::{BARE, HINTED, nearest};
use crate::input::Input;
use crate::model::{FactKind, NotAssessed};
use crate::program::{FactEntry, SubjectProgram};
use crate::slots::Slots;
use crate::unit::{Inconvertible, Unit};
use crate::{Date, Decimal, DecimalError, Error, Errors, Problem, Value};

/// The facts of one case, by the places the plan gives them.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) values: Vec<Value>,
    pub(crate) years: Vec<Option<u16>>,
    /// Given as null: asked, and answered with "unknown".
    pub(crate) answered_unknown: Slots,
    pub(crate) not_assessed: Vec<(usize, NotAssessed)>,
}

impl Facts {
    /// Nothing is known.
    pub(crate) fn unknown(subject: &SubjectProgram) -> Self {
        Facts {
            values: vec![Value::Unknown; subject.facts.len()],
            years: vec![None; subject.facts.len()],
            answered_unknown: Slots::default(),
            not_assessed: Vec::new(),
        }
    }

    pub(crate) fn value(&self, slot: usize) -> &Value {
        self.values.get(slot).unwrap_or(&Value::Unknown)
    }

    pub(crate) fn year(&self, slot: usize) -> Option<u16> {
        self.years.get(slot).copied().flatten()
    }

    pub(crate) fn reason(&self, slot: usize) -> Option<NotAssessed> {
        self.not_assessed.iter().find(|(s, _)| *s == slot).map(|(_, reason)| *reason)
    }
}

impl Facts {
    /// These facts where they are known, the shared ones elsewhere.
    pub(crate) fn or(mut self, shared: &Facts) -> Facts {
        for (slot, value) in shared.values.iter().enumerate().filter(|(_, v)| v.is_known()) {
            if let (Some(mine), Some(year)) = (self.values.get_mut(slot), self.years.get_mut(slot))
                && !mine.is_known()
            {
                *mine = value.clone();
                *year = year.or(shared.year(slot));
                self.answered_unknown.remove(slot);
            }
        }
        self
    }
}

/// What several facts say together: no act is done later than it is judged, or on a day though not done; no year of a
/// shared fact lies ahead.
pub(crate) fn consistent(facts: Facts, subject: &SubjectProgram, as_of: Date) -> Result<Facts, Errors> {
    let mut errors = Vec::new();
    for (done, done_on) in subject.acts() {
        let Value::Date(date) = *facts.value(done_on) else { continue };
        let path = format!("facts.{}", subject.name_of(done_on));
        if *facts.value(done) == Value::Bool(false) {
            errors.push(Error::new(path, Problem::DoneOnWithoutDone));
        } else if date > as_of {
            errors.push(Error::new(path, Problem::FutureDate { date, as_of }));
        }
    }
    for (slot, year) in facts.years.iter().enumerate() {
        if let Some(year) = year.filter(|y| *y > as_of.year()) {
            let path = format!("facts.{}.year", subject.name_of(slot));
            errors.push(Error::new(path, Problem::FutureYear { year, as_of }));
        }
    }
    Errors::check(Errors::unique(errors).into_iter().collect(), facts)
}

/// Checks facts by name against a subject.
///
/// `scorecard` says whether a value may carry the reason why it is left out of an assessment.
pub(crate) fn check(
    input: &Input<'_>,
    subject: &SubjectProgram,
    as_of: Date,
    scorecard: bool,
) -> Result<Facts, Errors> {
    let Input::Map(entries) = input else {
        let problem = Problem::WrongType { found: input.describe(), expected: "facts by name".to_owned() };
        return Err(Error::new("facts", problem).into());
    };
    let mut checker = Checker {
        subject,
        as_of,
        scorecard,
        errors: Vec::new(),
        given: vec![false; subject.facts.len()],
        others: BTreeSet::new(),
        facts: Facts::unknown(subject),
    };
    for (name, value) in entries {
        checker.entry(name, value);
    }
    let Checker { errors, facts, .. } = checker;
    Errors::check(errors, facts)
}

struct Checker<'a> {
    subject: &'a SubjectProgram,
    as_of: Date,
    scorecard: bool,
    errors: Vec<Error>,
    /// Which facts were given.
    given: Vec<bool>,
    /// Every other key.
    others: BTreeSet<&'a str>,
    facts: Facts,
}

impl<'a> Checker<'a> {
    fn fail(&mut self, path: &str, problem: Problem) {
        self.errors.push(Error::new(format!("facts.{path}"), problem));
    }

    fn entry(&mut self, name: &'a str, input: &Input<'_>) {
        if let Some(slot) = self.subject.slot(name) {
            let twice = self.given.get_mut(slot).is_some_and(|given| std::mem::replace(given, true));
            if twice {
                return self.fail(name, Problem::DuplicateKey { key: name.to_owned() });
            }
            return self.fact(slot, name, input);
        }
        if !self.others.insert(name) {
            return self.fail(&clip(name), Problem::DuplicateKey { key: clip(name) });
        }
        let sibling = name.strip_suffix("_year").and_then(|fact| self.subject.slot(fact));
        if let Some(slot) = sibling.filter(|slot| self.subject.fact(*slot).is_some_and(|f| f.yearly())) {
            if *input != Input::Null {
                self.year(slot, name, input);
            }
            return;
        }
        let known = self.subject.facts.iter().map(|f| f.name());
        let nearest = if self.errors.len() < HINTED { nearest(name, known) } else { None };
        let problem = Problem::UnknownFact { name: clip(name), nearest };
        self.fail(&clip(name), problem);
    }

    fn fact(&mut self, slot: usize, name: &str, input: &Input<'_>) {
        match input {
            Input::Null => self.answered_unknown(slot),
            Input::Map(entries) => self.dated(slot, name, entries),
            bare => self.value(slot, name, bare),
        }
    }

    fn answered_unknown(&mut self, slot: usize) {
        self.facts.answered_unknown.insert(slot);
    }

    /// `{ "value": 81.6, "year": 2025 }`, with `not_assessed` on a scorecard.
    fn dated(&mut self, slot: usize, name: &str, entries: &[(Cow<'_, str>, Input<'_>)]) {
        let mut seen = BTreeSet::new();
        for (key, input) in entries {
            let path = format!("{name}.{}", clip(key));
            if !seen.insert(&**key) {
                self.fail(&path, Problem::DuplicateKey { key: clip(key) });
                continue;
            }
            match &**key {
                "value" if *input == Input::Null => self.answered_unknown(slot),
                "value" => self.value(slot, &path, input),
                "year" if *input == Input::Null => {}
                "year" => self.year(slot, &path, input),
                "not_assessed" if self.scorecard => self.not_assessed(slot, &path, input),
                other => {
                    let known: &[&str] =
                        if self.scorecard { &["value", "year", "not_assessed"] } else { &["value", "year"] };
                    let nearest = nearest(other, known.iter().copied());
                    self.fail(&path, Problem::UnknownField { field: clip(other), nearest });
                }
            }
        }
    }

    fn value(&mut self, slot: usize, path: &str, input: &Input<'_>) {
        let Some(fact) = self.subject.fact(slot) else { return };
        match fact.read(input) {
            Ok(value) => {
                if let Some(place) = self.facts.values.get_mut(slot) {
                    *place = value;
                }
            }
            Err(problem) => self.fail(path, if self.errors.len() < HINTED { problem.hinted() } else { problem }),
        }
    }

    fn year(&mut self, slot: usize, path: &str, input: &Input<'_>) {
        if !self.subject.fact(slot).is_some_and(|f| f.yearly()) {
            return self.fail(path, Problem::UnexpectedYear);
        }
        let text = match input {
            Input::Number(text) | Input::Text(text) => text.to_string(),
            other => other.describe(),
        };
        let plain = half_width(&text);
        let year = plain
            .trim_end_matches('年')
            .parse::<Decimal>()
            .ok()
            .and_then(Decimal::to_i64)
            .and_then(|y| u16::try_from(y).ok());
        match year.filter(|y| YEARS.contains(y)) {
            None => self.fail(path, Problem::InvalidYear { value: clip(&text) }),
            Some(_) if self.facts.year(slot).is_some() => {
                self.fail(path, Problem::DuplicateKey { key: "year".to_owned() });
            }
            Some(year) if year > self.as_of.year() => self.fail(path, Problem::FutureYear { year, as_of: self.as_of }),
            Some(year) => {
                if let Some(place) = self.facts.years.get_mut(slot) {
                    *place = Some(year);
                }
            }
        }
    }

    fn not_assessed(&mut self, slot: usize, path: &str, input: &Input<'_>) {
        let reason = match input {
            Input::Null => return,
            Input::Text(text) => NotAssessed::ALL.into_iter().find(|reason| reason.as_str() == &**text),
            _ => None,
        };
        match reason {
            None => {
                let expected = NotAssessed::ALL.map(|reason| format!("`{}`", reason.as_str())).join(" or ");
                self.fail(path, Problem::InvalidValue { value: clip(&input.describe().replace('`', "")), expected });
            }
            Some(_) if !self.subject.is_measure(slot) => self.fail(path, Problem::NotAnIndicator),
            Some(reason) => self.facts.not_assessed.push((slot, reason)),
        }
    }
}

/// How many decimals a number may come with.
pub(crate) const MAX_DECIMALS: u32 = 19;

impl FactEntry {
    /// The value that a bare input gives this fact.
    pub(crate) fn read(&self, input: &Input<'_>) -> Result<Value, Problem> {
        match (self.kind(), input) {
            (FactKind::YesNo, Input::Bool(b)) => Ok(Value::Bool(*b)),
            (FactKind::Number, Input::Number(text) | Input::Text(text)) => self.number(text).map(Value::Number),
            (FactKind::Choice, Input::Text(text)) => self.choice(text).map(Value::Text),
            (FactKind::Set, Input::List(items)) => self.set(items),
            (FactKind::Date, Input::Text(text)) => {
                day(text).map(Value::Date).ok_or_else(|| Problem::InvalidDate { value: clip(text) })
            }
            (_, other) => Err(Problem::WrongType { found: other.describe(), expected: self.expected() }),
        }
    }

    fn expected(&self) -> String {
        match (self.kind(), &self.unit) {
            (FactKind::YesNo, _) => "true or false".to_owned(),
            (FactKind::Number, None) => "a number".to_owned(),
            (FactKind::Number, Some(unit)) => format!("a number in {unit}"),
            (FactKind::Choice, _) => format!("one of: {}", self.choices.join(", ")),
            (FactKind::Set, _) => format!("a list of: {}", self.choices.join(", ")),
            (FactKind::Date, _) => "a day written YYYY-MM-DD".to_owned(),
        }
    }

    fn choice(&self, text: &str) -> Result<Arc<str>, Problem> {
        let labelled =
            || self.fact.choices.iter().find(|c| c.label.zh == text || c.label.en == text).map(|c| c.id.clone());
        self.choices.iter().find(|c| &***c == text).cloned().ok_or_else(|| Problem::UnknownChoice {
            value: clip(text),
            nearest: labelled(),
            allowed: self.choices.iter().map(|c| c.to_string()).collect(),
        })
    }

    /// The members in declared order: two lists of the same members are the same set.
    fn set(&self, items: &[Input<'_>]) -> Result<Value, Problem> {
        let mut members = Vec::new();
        for item in items {
            let Input::Text(text) = item else {
                return Err(Problem::WrongType { found: item.describe(), expected: self.expected() });
            };
            let member = self.choice(text)?;
            if members.contains(&member) {
                return Err(Problem::DuplicateKey { key: text.to_string() });
            }
            members.push(member);
        }
        let ordered = self.choices.iter().filter(|c| members.contains(*c));
        Ok(Value::List(ordered.map(|c| Value::Text(c.clone())).collect()))
    }

    fn number(&self, text: &str) -> Result<Decimal, Problem> {
        let plain = half_width(text);
        let plain = plain.trim();
        let number = match parse_decimal(plain) {
            Err(Problem::NotANumber { .. }) => self.quantity(plain),
            parsed => parsed,
        };
        let number = number.map_err(|problem| match problem {
            Problem::NotANumber { .. } => Problem::NotANumber { value: clip(text) },
            other => other,
        })?;
        // So that sums of facts, and products with short literals, do not run out of digits.
        if number.abs() >= Decimal::new(10_i128.pow(15), 0).unwrap_or_default() || number.decimals() > MAX_DECIMALS {
            let limit = "15 digits before the point and 19 decimals";
            return Err(Problem::TooManyDigits { value: clip(text), limit });
        }
        self.in_range(number).map(|()| number.at_scale(self.decimals()))
    }

    /// Whether the fact can have this value.
    pub(crate) fn allows(&self, number: Decimal) -> bool {
        self.fact.min.is_none_or(|min| number >= min) && self.fact.max.is_none_or(|max| number <= max)
    }

    pub(crate) fn in_range(&self, number: Decimal) -> Result<(), Problem> {
        if self.allows(number) {
            return Ok(());
        }
        Err(Problem::OutOfRange { value: number.to_string(), range: self.range() })
    }

    /// A number with a unit: `0.08 g/L`.
    fn quantity(&self, text: &str) -> Result<Decimal, Problem> {
        let numeric = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
        let end = text.find(|c: char| !numeric(c)).unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let number = parse_decimal(digits)?;
        let unit = unit.trim();
        // `40,000` and `40 000` are no quantities.
        let separated =
            unit.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ',' | '，' | '.')) && !unit.starts_with("10^");
        if separated {
            return Err(Problem::NotANumber { value: clip(text) });
        }
        let Some(own) = &self.unit else {
            return Err(Problem::UnitMismatch { given: clip(unit), expected: BARE.to_owned() });
        };
        let converted = match Unit::parse(unit) {
            Some(given) => given.convert(number, own),
            None => Err(Inconvertible::Dimension),
        };
        let (given, expected) = (clip(unit), own.to_string());
        converted.map_err(|why| match why {
            Inconvertible::Dimension => Problem::UnitMismatch { given, expected },
            Inconvertible::NotExact => Problem::InexactUnit { given, expected },
        })
    }

    fn range(&self) -> String {
        let end = |bound: Option<Decimal>, none: &str| bound.map_or_else(|| none.to_owned(), |d| d.to_string());
        let unit = self.unit.as_ref().map_or_else(String::new, |u| format!(" {u}"));
        format!("{} … {}{unit}", end(self.fact.min, "−∞"), end(self.fact.max, "∞"))
    }
}

fn parse_decimal(text: &str) -> Result<Decimal, Problem> {
    let value = || clip(text);
    match text.parse::<Decimal>() {
        Ok(number) => Ok(number),
        Err(DecimalError::TooManyDigits) => Err(Problem::too_many_digits(value())),
        Err(DecimalError::NotANumber) => {
            let word = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
            match word.as_str() {
                "nan" | "inf" | "infinity" => Err(Problem::NotFinite { value: value() }),
                _ => Err(Problem::NotANumber { value: value() }),
            }
        }
    }
}

/// What an error repeats of the input: not a megabyte of it.
fn clip(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text.to_owned(),
    }
}

/// A day as people write it, the year first: `2026-06-01`, `2026/6/1`, `2026年6月1日`, `20260601`.
fn day(text: &str) -> Option<Date> {
    let text = half_width(text);
    let text = text.trim();
    let parts: Vec<&str> = text.strip_suffix('日').unwrap_or(text).split(['-', '/', '.', '年', '月']).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [all] if all.len() == 8 => (all.get(..4)?, all.get(4..6)?, all.get(6..)?),
        _ => return None,
    };
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let whole = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| part.parse::<u16>().ok()).flatten()
    };
    let small = |part: &str| number(part, 1..=2).and_then(|n| u8::try_from(n).ok());
    Date::new(number(year, 4..=4)?, small(month)?, small(day)?)
}

/// Full-width characters as a Chinese keyboard gives them: `８１．６ ｍｇ／Ｌ`, `81。6`.
fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        '。' => '.',
        c => c,
    };
    text.chars().map(narrow).collect::<String>().into()
}

/// Facts as they were understood, by name: numbers in the declared unit, as strings.
pub(crate) struct Understood<'a> {
    pub(crate) subject: &'a SubjectProgram,
    pub(crate) facts: &'a Facts,
}

impl Serialize for Understood<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Dated<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            value: Option<&'a Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            year: Option<u16>,
            #[serde(skip_serializing_if = "Option::is_none")]
            not_assessed: Option<NotAssessed>,
        }
        let mut map = serializer.serialize_map(None)?;
        for (slot, fact) in self.subject.facts.iter().enumerate() {
            let (value, year, not_assessed) = (self.facts.value(slot), self.facts.year(slot), self.facts.reason(slot));
            if year.is_some() || not_assessed.is_some() {
                // A year alone does not say that the value was answered with "unknown".
                let given = value.is_known() || self.facts.answered_unknown.contains(slot);
                map.serialize_entry(fact.name(), &Dated { value: given.then_some(value), year, not_assessed })?;
            } else if value.is_known() || self.facts.answered_unknown.contains(slot) {
                map.serialize_entry(fact.name(), value)?;
            }
        }
        map.end()
    }
}
