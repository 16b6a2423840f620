//! How large a plan may be: what could not be judged in good time, or printed in good memory, is refused before anything
//! else is looked at.

use crate::model::{Document, Rule};
use crate::{Error, Problem, Text};

/// How many parts a plan may have.
const MAX_SUBJECTS: usize = 1_000;
const MAX_FACTS: usize = 5_000;
const MAX_RULES: usize = 10_000;
/// How many choices a fact may have.
const MAX_CHOICES: usize = 200;
/// How many decisions, bounds or reported values a rule may have.
const MAX_PARTS: usize = 100;
/// How many readings a rule may have: each is the whole rule once more.
const MAX_READINGS: usize = 20;
/// How long may be what reports and errors repeat, in bytes: ids, names and units, and the labels of subjects and facts.
pub(crate) const MAX_NAME: usize = 200;
const MAX_LABEL: usize = 500;

/// The first limit that a plan exceeds.
pub(super) fn limits(document: &Document) -> Result<(), Error> {
    at_most("subjects", "subjects", document.subjects.len(), MAX_SUBJECTS)?;
    at_most("facts", "facts", document.facts.len(), MAX_FACTS)?;
    at_most("rules", "rules", document.rules.len(), MAX_RULES)?;
    // Each subject once, and the register.
    at_most("left_out", "parts", document.left_out.len(), MAX_SUBJECTS + 1)?;
    for (place, subject) in document.subjects.iter().enumerate() {
        short(&format!("subject[{place}].id"), &subject.id, MAX_NAME)?;
        label(&format!("subject.{}.label", subject.id), &subject.label)?;
    }
    for (place, fact) in document.facts.iter().enumerate() {
        for (field, text) in [("subject", &fact.subject), ("name", &fact.name)] {
            short(&format!("fact[{place}].{field}"), text, MAX_NAME)?;
        }
        let path = format!("fact.{}.{}", fact.subject, fact.name);
        short(&format!("{path}.unit"), fact.unit.as_deref().unwrap_or_default(), MAX_NAME)?;
        label(&format!("{path}.label"), &fact.label)?;
        at_most(&format!("{path}.choices"), "choices", fact.choices.len(), MAX_CHOICES)?;
        for choice in &fact.choices {
            short(&format!("{path}.choices"), &choice.id, MAX_NAME)?;
            label(&format!("{path}.choices"), &choice.label)?;
        }
    }
    for (place, rule) in document.rules.iter().enumerate() {
        for (field, text) in [("id", &rule.id), ("subject", &rule.subject)] {
            short(&format!("rule[{place}].{field}"), text, MAX_NAME)?;
        }
        parts(rule)?;
    }
    Ok(())
}

fn parts(rule: &Rule) -> Result<(), Error> {
    let path = |field: &str| format!("rule.{}.{field}", rule.id);
    at_most(&path("bounds"), "bounds", rule.bounds.len(), MAX_PARTS)?;
    let reported = rule.indicator.as_ref().map_or(0, |indicator| indicator.reported.len());
    at_most(&path("indicator.reported"), "reported values", reported, MAX_PARTS)?;
    at_most(&path("reading"), "readings", rule.readings.len(), MAX_READINGS)?;
    for reading in &rule.readings {
        short(&path("reading"), &reading.id, MAX_NAME)?;
    }
    for decisions in rule.readings.iter().map(|reading| &reading.decisions).chain([&rule.decisions]) {
        at_most(&path("decision"), "decisions", decisions.len(), MAX_PARTS)?;
        for decision in decisions {
            short(&path("decision"), &decision.id, MAX_NAME)?;
            label(&path("decision"), &decision.label)?;
        }
    }
    Ok(())
}

fn at_most(path: &str, what: &'static str, count: usize, limit: usize) -> Result<(), Error> {
    if count > limit { Err(Error::new(path, Problem::TooMany { what, limit })) } else { Ok(()) }
}

fn short(path: &str, text: &str, limit: usize) -> Result<(), Error> {
    if text.len() > limit { Err(Error::new(path, Problem::TooLarge { limit })) } else { Ok(()) }
}

fn label(path: &str, text: &Text) -> Result<(), Error> {
    short(path, &text.zh, MAX_LABEL)?;
    short(path, &text.en, MAX_LABEL)
}
