//! The model to a program: names become places, conditions are parsed and typed, every inconsistency is found.

mod bounds;
mod limits;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::bounds::bound_words;
pub(crate) use self::limits::MAX_NAME;
use self::limits::limits;
use self::rule::RuleCompiler;
use crate::error::{HINTED, MAX_ERRORS, nearest};
use crate::facts::check;
use crate::feel::{Expr, parse};
use crate::input::Input;
use crate::model::{Document, Fact, FactKind, Reported, ReportedValue, RuleKind, StrengthClass};
use crate::program::{FactEntry, Parts, Program, RuleProgram, SubjectProgram};
use crate::unit::Unit;
use crate::{Error, Errors, Problem};

/// How many steps judging a case of each subject of a plan may take.
const MAX_COST: u64 = 10_000_000;
/// How many usual decimals a fact may have.
pub(crate) const MAX_DECIMALS: u32 = 19;
/// How long all conditions of a plan may be as reports print them, in bytes: `some` and `every` over written lists opened
/// up, and each branch and reading by itself.
const MAX_PRINTED: usize = 8 << 20;

/// Compiles a plan, or reports everything wrong with it.
pub(crate) fn compile(document: Document) -> Result<Program, Errors> {
    let mut errors = Vec::new();
    limits(&document)?;
    unique("subject", document.subjects.iter().map(|s| s.id.as_str()), &mut errors);
    let clauses = document.rules.iter().map(|r| &r.id).chain(document.registered.iter().map(|r| &r.id));
    unique("rule", clauses.map(String::as_str), &mut errors);
    left_out(&document, &mut errors);
    clashes(&document.facts, &mut errors);
    let mut subjects: Vec<SubjectProgram> = document
        .subjects
        .iter()
        .map(|s| SubjectProgram { subject: s.clone(), facts: Vec::new(), rules: Vec::new() })
        .collect();
    let known: Vec<&str> = document.subjects.iter().map(|s| s.id.as_str()).collect();
    let stranger = |path: String, name: &str, before: usize| {
        let nearest = if before < HINTED { nearest(name, known.iter().copied()) } else { None };
        Error::new(path, Problem::UnknownSubject { name: name.to_owned(), nearest })
    };
    for fact in &document.facts {
        let entry = fact_entry(fact, &mut errors);
        match subjects.iter_mut().find(|s| s.subject.id == fact.subject) {
            // Declared twice: reported above.
            Some(subject) if subject.slot(&fact.name).is_some() => {}
            Some(subject) => subject.facts.push(entry),
            None => {
                let path = format!("fact.{}.{}.subject", fact.subject, fact.name);
                errors.push(stranger(path, &fact.subject, errors.len()));
            }
        }
    }
    let (mut spent, mut room) = (0_u64, Some(MAX_PRINTED));
    if document.period.end < document.period.start {
        let problem =
            Problem::InvalidValue { value: document.period.end.to_string(), expected: "a day after `start`".into() };
        errors.push(Error::new("plan.period.end", problem));
    }
    for rule in &document.rules {
        if errors.len() >= MAX_ERRORS {
            break;
        }
        match subjects.iter_mut().find(|s| s.subject.id == rule.subject) {
            Some(subject) => {
                let mut compiler = RuleCompiler {
                    rule,
                    subject,
                    plan_end: document.period.end,
                    errors: &mut errors,
                    room: &mut room,
                    incomplete: false,
                };
                let program = compiler.compile();
                spent = spent.saturating_add(cost(subject, &program));
                subject.rules.push(program);
                let problem = match room {
                    None => Problem::TooLarge { limit: MAX_PRINTED },
                    Some(_) if spent > MAX_COST => Problem::TooCostly { limit: MAX_COST },
                    Some(_) => continue,
                };
                // At once, before the rest takes memory.
                errors.push(Error::new("plan", problem));
                break;
            }
            None => errors.push(stranger(format!("rule.{}.subject", rule.id), &rule.subject, errors.len())),
        }
    }
    indicators(&document, &subjects, &mut errors);
    Errors::check(errors, Program::new(document, subjects))
}

/// The steps that a rule takes at most: what is missing is found by looking again for each fact, and on every level.
fn cost(subject: &SubjectProgram, rule: &RuleProgram) -> u64 {
    let length = |slot: usize| subject.fact(slot).map_or(0, |f| f.choices.len());
    let of_condition = |c: &Expr| c.cost(&length).saturating_mul(c.height());
    let of_parts = |parts: &Parts| {
        let steps = parts.conditions().map(of_condition).fold(0, u64::saturating_add);
        steps.saturating_mul(u64::try_from(rule.slots(parts).as_slice().len()).unwrap_or(u64::MAX).saturating_add(1))
    };
    std::iter::once(&rule.parts).chain(&rule.readings).map(of_parts).fold(0, u64::saturating_add)
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>, errors: &mut Vec<Error>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            errors.push(Error::new(format!("{what}.{id}"), Problem::DuplicateId { id: id.to_owned() }));
        }
    }
}

/// What is left out is a part of the plan, named once, and not there.
fn left_out(document: &Document, errors: &mut Vec<Error>) {
    let mut seen = BTreeSet::new();
    for part in &document.left_out {
        let name = part.subject.as_deref();
        let there = match name {
            Some(name) => {
                let own = document.facts.iter().map(|f| &f.subject).chain(document.rules.iter().map(|r| &r.subject));
                own.into_iter().any(|subject| subject == name)
            }
            None => !document.registered.is_empty(),
        };
        let known = name.is_none_or(|name| document.subjects.iter().any(|subject| subject.id == name));
        let digits = part.sha256.len() == 64 && part.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if there || !known || !digits || !seen.insert(name) {
            let (value, expected) =
                (name.unwrap_or("the register"), "a part of the plan that is not there, with its SHA-256");
            let problem = Problem::InvalidValue { value: value.to_owned(), expected: expected.to_owned() };
            errors.push(Error::new("left_out", problem));
        }
    }
}

/// One name never means two things, even across subjects.
fn clashes(facts: &[Fact], errors: &mut Vec<Error>) {
    let mut latest: BTreeMap<&str, &Fact> = BTreeMap::new();
    for fact in facts {
        let path = format!("fact.{}.{}", fact.subject, fact.name);
        let mut clash = |name: &str, detail: String| {
            errors.push(Error::new(path.clone(), Problem::NameClash { name: name.to_owned(), detail }));
        };
        if let Some(year_of) = fact.name.strip_suffix("_year")
            && facts.iter().any(|f| f.name == year_of && f.subject == fact.subject && f.yearly)
        {
            clash(&fact.name, format!("a fact, and the year of `{year_of}`"));
        }
        let Some(other) = latest.insert(&fact.name, fact) else { continue };
        if other.kind != fact.kind {
            clash(&fact.name, format!("{:?} of {} and {:?} of {}", other.kind, other.subject, fact.kind, fact.subject));
        } else if other.unit != fact.unit {
            let unit = |f: &Fact| f.unit.clone().unwrap_or_else(|| "no unit".to_owned());
            clash(&fact.name, format!("{} of {} and {} of {}", unit(other), other.subject, unit(fact), fact.subject));
        } else if !other.choices.iter().map(|c| &c.id).eq(fact.choices.iter().map(|c| &c.id)) {
            clash(&fact.name, format!("different choices of {} and {}", other.subject, fact.subject));
        } else if other.subject == fact.subject {
            errors.push(Error::new(path, Problem::DuplicateId { id: fact.name.clone() }));
        }
    }
}

fn fact_entry(fact: &Fact, errors: &mut Vec<Error>) -> FactEntry {
    let mut fail = |field: &str, problem: Problem| {
        errors.push(Error::new(format!("fact.{}.{}.{field}", fact.subject, fact.name), problem))
    };
    let invalid = |detail: &str| Problem::InvalidRule { detail: detail.to_owned() };
    // A name is what a condition can mention: no keyword, no function.
    let mut resolve = |_: &str| Ok(0);
    let plain = fact.name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !plain || parse(&fact.name, &mut resolve) != Ok(Expr::Fact(0)) {
        let expected = "a name of letters, digits and `_`".to_owned();
        fail("name", Problem::InvalidValue { value: fact.name.clone(), expected });
    }
    let number = fact.kind == FactKind::Number;
    let chosen = matches!(fact.kind, FactKind::Choice | FactKind::Set);
    if let Some(decimals) = fact.decimals.filter(|decimals| *decimals > MAX_DECIMALS) {
        let expected = format!("at most {MAX_DECIMALS}");
        fail("decimals", Problem::InvalidValue { value: decimals.to_string(), expected });
    }
    let unit = fact.unit.as_deref().and_then(Unit::parse);
    if let (Some(text), None) = (&fact.unit, &unit) {
        let expected = "a unit such as `mg/L`, `10^4 t/a` or `%`".to_owned();
        fail("unit", Problem::InvalidValue { value: text.clone(), expected });
    }
    if !number && (fact.unit.is_some() || fact.min.is_some() || fact.max.is_some() || fact.decimals.is_some()) {
        fail("kind", invalid("only a number has a unit, a range or decimals"));
    }
    if fact.min.zip(fact.max).is_some_and(|(min, max)| min > max) {
        fail("min", invalid("the least value is above the greatest"));
    }
    match (chosen, fact.choices.is_empty()) {
        (true, true) => fail("choices", Problem::MissingField { field: "choices".to_owned() }),
        (false, false) => fail("choices", invalid("only a choice or a set has choices")),
        _ => {}
    }
    unique(&format!("fact.{}.{}.choices", fact.subject, fact.name), fact.choices.iter().map(|c| c.id.as_str()), errors);
    let choices = fact.choices.iter().map(|c| c.id.as_str().into()).collect();
    FactEntry { fact: fact.clone(), unit, choices }
}

/// The indicator rows: numbered once, always applicable, testable, their reported values declared.
fn indicators(document: &Document, subjects: &[SubjectProgram], errors: &mut Vec<Error>) {
    let mut seen = Vec::new();
    let mut table_subject: Option<&str> = None;
    for rule in &document.rules {
        let Some(row) = &rule.indicator else { continue };
        let mut fail = |field: &str, problem| errors.push(Error::new(format!("rule.{}.{field}", rule.id), problem));
        let mut wrong = |field: &str, detail: &str| fail(field, Problem::InvalidRule { detail: detail.to_owned() });
        if rule.kind != RuleKind::Target || rule.applies.is_some() {
            wrong("indicator", "an indicator is a target that always applies");
        }
        if rule.strength.class == StrengthClass::Encouraged {
            wrong("strength", "an indicator is met, pending or breached, never mere advice");
        }
        if rule.measure.is_none() {
            wrong("measure", "an indicator has a measure");
        }
        if *table_subject.get_or_insert(&rule.subject) != rule.subject {
            wrong("subject", "the indicators of a plan share one subject");
        }
        if seen.contains(&row.no) {
            fail("indicator.no", Problem::DuplicateId { id: row.no.to_string() });
        }
        seen.push(row.no);
        let Some(subject) = subjects.iter().find(|s| s.subject.id == rule.subject) else { continue };
        let values = row.reported.iter().map(|r| (r.fact.as_str().into(), reported(r))).collect();
        if let Err(wrong) = check(&Input::Map(values), subject, document.period.end, true) {
            for error in wrong {
                let place = error.path().strip_prefix("facts.").unwrap_or_default();
                fail(&format!("indicator.reported.{place}"), error.problem().clone());
            }
        }
    }
}

/// A printed value in the form that a caller would give it.
fn reported(row: &Reported) -> Input<'static> {
    let value = row.value.as_ref().map(|value| match value {
        ReportedValue::YesNo(b) => Input::Bool(*b),
        ReportedValue::Number(n) => Input::Number(n.to_string().into()),
    });
    let year = row.year.map(|year| Input::Number(year.to_string().into()));
    let reason = row.not_assessed.map(|reason| Input::Text(reason.as_str().into()));
    let fields = [("value", value), ("year", year), ("not_assessed", reason)];
    Input::Map(fields.into_iter().filter_map(|(key, input)| Some((key.into(), input?))).collect())
}
