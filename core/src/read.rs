//! Plan files (TOML) to the model, finding everything wrong with them at once.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::compile::bound_words;
use crate::error::HINTED;
use crate::fields::{Fields, Key, Kind, Notes, Source};
use crate::model::{
    Attribute, Baseline, BaselineValue, Bound, Choice, Cite, Decision, Document, Due, Fact, FactKind, Indicator,
    Period, Reading, Registered, Reported, Rule, RuleKind, Source as Supplier, Strength, StrengthClass, Subject,
};
use crate::{Date, Error, Errors, Problem, Text, keyboard};

/// How large one plan file may be, and all files of a plan together, in bytes.
const MAX_FILE: usize = 4 << 20;
const MAX_FILES: usize = 16 << 20;

/// A plan as read, and what was wrong with it.
pub(crate) struct Read {
    pub(crate) document: Document,
    pub(crate) errors: Vec<Error>,
    /// Whether a file could not be read at all, so that what the others refer to may stand in it.
    pub(crate) incomplete: bool,
    /// The path of each field to its file and line.
    places: BTreeMap<String, String>,
    /// The path of each table, without ids, to the keys it may have.
    pub(crate) tables: BTreeMap<String, Vec<Key>>,
}

impl Read {
    /// The errors that compiling found, with file and line, without those that merely follow from what was misread.
    pub(crate) fn keep(&self, errors: Errors) -> Vec<Error> {
        let misread: BTreeSet<&str> = self
            .errors
            .iter()
            .filter(|e| e.code() != "unknown-field")
            .filter_map(|e| e.path().split(": ").nth(1))
            .collect();
        errors.into_iter().filter(|e| !self.follows(e, &misread)).map(|e| self.locate(e)).collect()
    }

    fn follows(&self, error: &Error, misread: &BTreeSet<&str>) -> bool {
        // Where the last day is missing or misread, every year lies after it.
        let no_end = error.code() == "future-year" && self.document.period.end == Date::MIN;
        if no_end || misread.contains(error.path()) {
            return true;
        }
        let Some(rule) = self.document.rules.iter().find(|r| error.path().starts_with(&format!("rule.{}.", r.id)))
        else {
            return false;
        };
        let of_kind = matches!(error.code(), "invalid-rule" | "empty-gate");
        if of_kind && misread.contains(format!("rule.{}.kind", rule.id).as_str()) {
            return true;
        }
        let decisions = rule.decisions.iter().filter_map(|d| d.when.as_ref());
        let texts: Vec<&String> =
            rule.applies.iter().chain(&rule.requires).chain(&rule.measure).chain(decisions).collect();
        let broken = misread.iter().filter_map(|path| path.strip_prefix("fact.")?.split('.').nth(1));
        broken.into_iter().any(|fact| texts.iter().any(|text| text.contains(fact)))
    }

    fn locate(&self, error: Error) -> Error {
        let mut path = error.path();
        loop {
            if let Some(place) = self.places.get(path) {
                return error.within(place);
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => return error,
            }
        }
    }
}

/// Reads the files of one plan, in the order given.
pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, notes: Notes) -> Read {
    let (mut head, mut incomplete) = (None, false);
    let (mut subjects, mut facts, mut rules, mut registered) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut together = 0_usize;
    for (file, text) in files {
        let source = Source::new(file, text, &notes);
        together = together.saturating_add(text.len());
        let too_large = [(text.len(), MAX_FILE), (together, MAX_FILES)].into_iter().find(|(size, limit)| size > limit);
        if let Some((_, limit)) = too_large {
            source.error(0, "", Problem::TooLarge { limit });
            incomplete = true;
            continue;
        }
        let (table, syntax) = DeTable::parse_recoverable(text);
        for (i, error) in syntax.iter().enumerate() {
            let offset = error.span().map_or(0, |s| s.start);
            let slip = if i < HINTED { keyboard::in_line(source.line(offset)) } else { None };
            source.error(offset, "", Problem::Syntax { detail: one_line(error.message()), slip });
        }
        if !syntax.is_empty() {
            incomplete = true;
            continue;
        }
        let top = Fields::new(&source, table.get_ref(), 0, String::new());
        if let Some(plan) = top.optional_table("plan") {
            if head.is_some() {
                source.error(plan.offset, "plan", Problem::DuplicateId { id: "plan".into() });
            }
            head = Some(read_head(&plan));
            plan.finish();
        }
        top.each("subject", &["id"], |f| subjects.push(Subject { id: f.text("id"), label: f.bilingual("label") }));
        top.each("fact", &["subject", "name"], |f| facts.push(fact(f)));
        top.each("rule", &["id"], |f| rules.push(rule(f)));
        top.each("registered", &["id"], |f| {
            registered.push(Registered {
                id: f.text("id"),
                cite: cite(f),
                says: f.bilingual("says"),
                reason: f.bilingual("reason"),
            });
        });
        top.finish();
    }
    if head.is_none() && !incomplete {
        let missing = Problem::MissingField { field: "plan".into() };
        notes.errors.borrow_mut().push(Error::new("plan", missing));
    }
    let (id, title, period) = head.unwrap_or_else(|| (String::new(), Text::default(), no_period()));
    let document = Document { id, title, period, subjects, facts, rules, registered, left_out: Vec::new() };
    Read {
        document,
        errors: notes.errors.into_inner(),
        incomplete,
        places: notes.places.unwrap_or_default().into_inner(),
        tables: notes.tables.unwrap_or_default().into_inner(),
    }
}

fn no_period() -> Period {
    Period { start: Date::MIN, end: Date::MIN }
}

fn read_head(f: &Fields<'_, '_>) -> (String, Text, Period) {
    let period = f.table("period", |p| Period { start: p.date("start"), end: p.date("end") });
    (f.text("id"), f.bilingual("title"), period.unwrap_or_else(no_period))
}

fn fact(f: &Fields<'_, '_>) -> Fact {
    let mut choices = Vec::new();
    f.each("choices", &["id"], |c| choices.push(Choice { id: c.text("id"), label: c.bilingual("label") }));
    Fact {
        subject: f.text("subject"),
        name: f.text("name"),
        kind: f.named("kind").unwrap_or(FactKind::YesNo),
        unit: f.optional_text("unit"),
        min: f.optional_number("min"),
        max: f.optional_number("max"),
        decimals: f.optional_whole("decimals"),
        choices,
        label: f.bilingual("label"),
        help: f.optional_bilingual("help"),
        source: f.named("source").unwrap_or(Supplier::Reported),
        yearly: f.optional_flag("yearly"),
    }
}

fn rule(f: &Fields<'_, '_>) -> Rule {
    let (mut bounds, mut readings) = (Vec::new(), Vec::new());
    f.each("bounds", &["word", "number"], |b| {
        bounds.push(Bound { number: b.number("number"), word: b.text_or_empty("word", Kind::OneOf(bound_words)) })
    });
    f.each("reading", &["id"], |r| {
        readings.push(Reading {
            id: r.text("id"),
            note: r.bilingual("note"),
            applies: r.optional_text("applies"),
            requires: r.optional_text("requires"),
            decisions: decisions(r),
            due: due(r),
        });
    });
    let strength = f.table("strength", |s| {
        let verb = s.text("verb");
        s.named("class").map(|class| Strength { class, verb })
    });
    let mandatory = Strength { class: StrengthClass::Mandatory, verb: String::new() };
    Rule {
        id: f.text("id"),
        subject: f.text("subject"),
        kind: f.named("kind").unwrap_or(RuleKind::Obligation),
        title: f.bilingual("title"),
        applies: f.optional_text("applies"),
        requires: f.optional_text("requires"),
        decisions: decisions(f),
        done: f.optional_text("done"),
        done_on: f.optional_text("done_on"),
        due: due(f),
        strength: strength.flatten().unwrap_or(mandatory),
        addressee: f.bilingual("addressee"),
        measure: f.optional_text("measure"),
        baseline: f.optional_table("baseline").and_then(|b| baseline(&b)),
        bounds,
        indicator: f.optional_table("indicator").map(|i| indicator(&i)),
        actions: f.bilinguals("actions"),
        cite: cite(f),
        says: f.bilingual("says"),
        readings,
        notes: f.bilinguals("notes"),
        printed_target: None,
    }
}

/// `{ value = 68.21, year = 2020 }` or `{ fact = "influent_bod5_2020_mg_l", year = 2020 }`.
fn baseline(f: &Fields<'_, '_>) -> Option<Baseline> {
    let year = f.year("year");
    let value = match f.optional_text("fact") {
        Some(fact) => BaselineValue::Fact(fact),
        None => BaselineValue::Number(f.number("value")),
    };
    f.finish();
    Some(Baseline { value, year: year? })
}

fn decisions(f: &Fields<'_, '_>) -> Vec<Decision> {
    let mut decisions = Vec::new();
    f.each("decision", &["id"], |d| {
        decisions.push(Decision { id: d.text("id"), when: d.optional_text("when"), label: d.bilingual("label") });
    });
    decisions
}

/// A printed day, or the name of a date fact.
fn due(f: &Fields<'_, '_>) -> Option<Due> {
    let value = f.optional("due", Kind::DayOrName)?;
    if let Some(name) = value.get_ref().as_str() {
        return Some(Due::Fact(name.to_owned()));
    }
    f.day("due", value).map(Due::Date)
}

fn cite(f: &Fields<'_, '_>) -> Cite {
    let none = Cite { chapter: 0, section: 0, item: None, table: None, anchor: String::new() };
    let Some(value) = f.ask(Key { name: "cite", kind: Kind::Table, required: true }) else {
        f.fail("cite", f.offset, Problem::MissingCitation);
        return none;
    };
    let Some(c) = f.inner(value, "cite") else { return none };
    let cite = Cite {
        chapter: c.whole("chapter"),
        section: c.whole("section"),
        item: c.optional_whole("item"),
        table: c.optional_whole("table"),
        anchor: c.text_or_empty("anchor", Kind::Text),
    };
    if cite.anchor.trim().is_empty() {
        c.fail("anchor", value.span().start, Problem::MissingCitation);
    }
    c.finish();
    cite
}

fn indicator(f: &Fields<'_, '_>) -> Indicator {
    let mut reported = Vec::new();
    if let Some(values) = f.optional("reported", Kind::Values).and_then(|value| f.inner(value, "reported")) {
        for (fact, _, value) in values.in_order() {
            reported.push(match value.get_ref() {
                DeValue::Table(_) => values.inner(value, fact).map(|v| {
                    let row = Reported {
                        fact: fact.to_owned(),
                        value: v.optional_value("value"),
                        year: v.optional_year("year"),
                        not_assessed: v.optional_named("not_assessed"),
                    };
                    v.finish();
                    row
                }),
                _ => values.reported_value(fact, value).map(|value| Reported {
                    fact: fact.to_owned(),
                    value: Some(value),
                    year: None,
                    not_assessed: None,
                }),
            });
        }
    }
    let indicator = Indicator {
        no: f.whole("no"),
        category: f.bilingual("category"),
        attribute: f.named("attribute").unwrap_or(Attribute::Expected),
        printed_target: f.bilingual("printed_target"),
        printed_value: f.text("printed_value"),
        reported: reported.into_iter().flatten().collect(),
    };
    f.finish();
    indicator
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(", ")
}
