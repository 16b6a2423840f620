//! Plan files (TOML) to the model, finding everything wrong with them at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::de::value::{Error as NameError, StrDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::nearest;
use crate::model::{
    Bound, Choice, Cite, Decision, Document, Due, Fact, Indicator, Period, Reading, Reported, ReportedValue, Rule,
    Strength, Subject,
};
use crate::{Date, Decimal, Error, Problem, Text};

/// How large one plan file may be, in bytes.
const MAX_FILE: usize = 4 << 20;

/// A plan as read, where each of its parts stands, and what was wrong.
pub(crate) struct Read {
    pub(crate) document: Document,
    pub(crate) errors: Vec<Error>,
    places: BTreeMap<String, String>,
    /// Facts that were not read in full.
    broken: BTreeSet<String>,
}

impl Read {
    /// Puts file and line before the path of an error that compiling found.
    pub(crate) fn locate(&self, error: Error) -> Error {
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

    /// Whether an error of a rule merely follows from a fact that was not read in full.
    pub(crate) fn explains(&self, error: &Error) -> bool {
        let rule = self.document.rules.iter().find(|r| error.path().starts_with(&format!("rule.{}.", r.id)));
        let mentions = |fact: &str| {
            let decisions = rule.into_iter().flat_map(|r| &r.decisions).filter_map(|d| d.when.as_ref());
            let texts = rule.into_iter().flat_map(|r| r.applies.iter().chain(&r.requires).chain(&r.measure));
            texts.chain(decisions).any(|text| text.contains(fact))
        };
        self.broken.iter().any(|fact| mentions(fact))
    }
}

/// Reads the files of one plan, in the order given.
pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Read {
    let notes = Notes::default();
    let mut heads = Vec::new();
    let (mut subjects, mut facts, mut rules) = (Vec::new(), Vec::new(), Vec::new());
    for (file, text) in files {
        if text.len() > MAX_FILE {
            notes.errors.borrow_mut().push(Error::new(file, Problem::TooLarge { limit: MAX_FILE }));
            continue;
        }
        let source = Source { file, text, notes: &notes };
        let (table, syntax) = DeTable::parse_recoverable(text);
        for error in &syntax {
            let offset = error.span().map_or(0, |s| s.start);
            source.error(offset, "", Problem::Syntax { detail: one_line(error.message()) });
        }
        if !syntax.is_empty() {
            continue;
        }
        let top = Fields::new(&source, table.get_ref(), 0, String::new());
        if let Some(plan) = top.optional_table("plan") {
            heads.push(head(&plan));
            plan.finish();
        }
        top.each("subject", "id", |f| subjects.push(Subject { id: f.text("id"), label: f.bilingual("label") }));
        top.each("fact", "name", |f| facts.push(fact(f)));
        top.each("rule", "id", |f| rules.push(rule(f)));
        top.finish();
    }
    let head = match heads.len() {
        0 if notes.errors.borrow().is_empty() => {
            notes.errors.borrow_mut().push(Error::new("plan", Problem::MissingField { field: "plan".into() }));
            None
        }
        0 | 1 => heads.pop(),
        _ => {
            notes.errors.borrow_mut().push(Error::new("plan", Problem::DuplicateId { id: "plan".into() }));
            heads.pop()
        }
    };
    let (id, title, period) = head.unwrap_or_else(|| (String::new(), Text::default(), no_period()));
    let document = Document { id, title, period, subjects, facts, rules };
    let errors = notes.errors.into_inner();
    let of_fact = |e: &Error| Some(e.path().split_once(": fact.")?.1.split('.').next()?.to_owned());
    let misread = errors.iter().filter(|e| e.code() != "unknown-field");
    let broken = misread.filter_map(of_fact).collect();
    Read { document, errors, places: notes.places.into_inner(), broken }
}

fn no_period() -> Period {
    Period { start: Date::MIN, end: Date::MIN }
}

fn head(f: &Fields<'_, '_>) -> (String, Text, Period) {
    let period = f.table("period", |p| Period { start: p.date("start"), end: p.date("end") });
    (f.text("id"), f.bilingual("title"), period.unwrap_or_else(no_period))
}

fn fact(f: &Fields<'_, '_>) -> Fact {
    let mut choices = Vec::new();
    f.each("choices", "id", |c| choices.push(Choice { id: c.text("id"), label: c.bilingual("label") }));
    Fact {
        subject: f.text("subject"),
        name: f.text("name"),
        kind: f.named("kind").unwrap_or(crate::model::FactKind::YesNo),
        unit: f.optional_text("unit"),
        min: f.optional_number("min"),
        max: f.optional_number("max"),
        decimals: f.optional_whole("decimals"),
        choices,
        label: f.bilingual("label"),
        help: f.optional_bilingual("help"),
        source: f.named("source").unwrap_or(crate::model::Source::Reported),
        yearly: f.optional_flag("yearly"),
    }
}

fn rule(f: &Fields<'_, '_>) -> Rule {
    let (mut bounds, mut readings) = (Vec::new(), Vec::new());
    f.each("bounds", "number", |b| bounds.push(Bound { number: b.number("number"), word: b.text_or_empty("word") }));
    f.each("reading", "id", |r| {
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
    let mandatory = Strength { class: crate::model::StrengthClass::Mandatory, verb: String::new() };
    Rule {
        id: f.text("id"),
        subject: f.text("subject"),
        kind: f.named("kind").unwrap_or(crate::model::RuleKind::Obligation),
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
        bounds,
        indicator: f.optional("indicator").and_then(|value| f.inner(value, "indicator")).map(|i| indicator(&i)),
        actions: f.bilinguals("actions"),
        cite: cite(f),
        says: f.bilingual("says"),
        readings,
        notes: f.bilinguals("notes"),
        printed_target: None,
    }
}

fn decisions(f: &Fields<'_, '_>) -> Vec<Decision> {
    let mut decisions = Vec::new();
    f.each("decision", "id", |d| {
        decisions.push(Decision { id: d.text("id"), when: d.optional_text("when"), label: d.bilingual("label") });
    });
    decisions
}

/// A printed day, or the name of a date fact.
fn due(f: &Fields<'_, '_>) -> Option<Due> {
    let value = f.optional("due")?;
    if let Some(name) = value.get_ref().as_str() {
        return Some(Due::Fact(name.to_owned()));
    }
    f.day("due", value).map(Due::Date)
}

fn cite(f: &Fields<'_, '_>) -> Cite {
    let none = Cite { chapter: 0, section: 0, item: None, table: None, anchor: String::new() };
    let Some(value) = f.optional("cite") else {
        f.fail("cite", f.offset, Problem::MissingCitation);
        return none;
    };
    let Some(c) = f.inner(value, "cite") else { return none };
    let cite = Cite {
        chapter: c.whole("chapter"),
        section: c.whole("section"),
        item: c.optional_whole("item"),
        table: c.optional_whole("table"),
        anchor: c.text_or_empty("anchor"),
    };
    if cite.anchor.trim().is_empty() {
        c.fail("anchor", value.span().start, Problem::MissingCitation);
    }
    c.finish();
    cite
}

fn indicator(f: &Fields<'_, '_>) -> Indicator {
    let mut reported = Vec::new();
    if let Some(values) = f.optional_table("reported") {
        for (fact, value) in values.in_order() {
            reported.push(match value.get_ref() {
                DeValue::Table(_) => values.inner(value, fact).map(|v| {
                    let row = Reported {
                        fact: fact.to_owned(),
                        value: v.optional("value").and_then(|x| v.reported_value("value", x)),
                        year: v.optional_whole("year").and_then(|y| u16::try_from(y).ok()),
                        not_assessed: v.optional("not_assessed").and_then(|_| v.named("not_assessed")),
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
        attribute: f.named("attribute").unwrap_or(crate::model::Attribute::Expected),
        printed_target: f.bilingual("printed_target"),
        printed_value: f.text("printed_value"),
        reported: reported.into_iter().flatten().collect(),
    };
    f.finish();
    indicator
}

#[derive(Default)]
struct Notes {
    errors: RefCell<Vec<Error>>,
    /// The path of a field to `file:line: `.
    places: RefCell<BTreeMap<String, String>>,
}

struct Source<'s> {
    file: &'s str,
    text: &'s str,
    notes: &'s Notes,
}

impl Source<'_> {
    fn place(&self, offset: usize) -> String {
        let before = self.text.as_bytes().iter().take(offset);
        let line = before.filter(|b| **b == b'\n').count() + 1;
        format!("{}:{line}: ", self.file)
    }

    fn error(&self, offset: usize, path: &str, problem: Problem) {
        self.notes.errors.borrow_mut().push(Error::new(path, problem).within(&self.place(offset)));
    }
}

/// The fields of one table; those that nobody asked for are reported in the end.
struct Fields<'s, 't> {
    source: &'s Source<'s>,
    table: &'t DeTable<'t>,
    offset: usize,
    path: String,
    asked: RefCell<Vec<&'static str>>,
}

type Item<'t> = &'t Spanned<DeValue<'t>>;

impl<'s, 't> Fields<'s, 't> {
    fn new(source: &'s Source<'s>, table: &'t DeTable<'t>, offset: usize, path: String) -> Self {
        // Of two with one id, the second is the one to point at.
        source.notes.places.borrow_mut().insert(path.clone(), source.place(offset));
        Fields { source, table, offset, path, asked: RefCell::default() }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn fail(&self, key: &str, offset: usize, problem: Problem) {
        self.source.error(offset, &self.path_of(key), problem);
    }

    fn optional(&self, key: &'static str) -> Option<Item<'t>> {
        self.asked.borrow_mut().push(key);
        let value = self.table.get(key)?;
        let place = self.source.place(value.span().start);
        self.source.notes.places.borrow_mut().insert(self.path_of(key), place);
        Some(value)
    }

    fn required(&self, key: &'static str) -> Option<Item<'t>> {
        let value = self.optional(key);
        if value.is_none() {
            self.fail(key, self.offset, Problem::MissingField { field: key.to_owned() });
        }
        value
    }

    fn wrong(&self, key: &str, value: Item<'t>, expected: &str) {
        let found = value.get_ref().type_str().to_owned();
        self.fail(key, value.span().start, Problem::WrongType { found, expected: expected.to_owned() });
    }

    /// `convert`ed, or an error that says what was expected.
    fn take<T>(
        &self,
        key: &str,
        value: Item<'t>,
        expected: &str,
        convert: impl Fn(&DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let converted = convert(value.get_ref());
        if converted.is_none() {
            self.wrong(key, value, expected);
        }
        converted
    }

    fn string(&self, key: &str, value: Item<'t>) -> Option<String> {
        self.take(key, value, "a text", |v| v.as_str().map(str::to_owned))
    }

    fn text(&self, key: &'static str) -> String {
        let text = self.required(key).and_then(|v| self.string(key, v));
        if text.as_ref().is_some_and(|t| t.trim().is_empty()) {
            self.fail(key, self.offset, Problem::MissingField { field: key.to_owned() });
        }
        text.unwrap_or_default()
    }

    fn text_or_empty(&self, key: &'static str) -> String {
        self.required(key).and_then(|v| self.string(key, v)).unwrap_or_default()
    }

    fn optional_text(&self, key: &'static str) -> Option<String> {
        self.optional(key).and_then(|v| self.string(key, v))
    }

    fn optional_flag(&self, key: &'static str) -> bool {
        self.optional(key).and_then(|v| self.take(key, v, "true or false", DeValue::as_bool)).unwrap_or(false)
    }

    /// A number as written: `81.6` is not read as a binary float on the way.
    fn decimal(&self, key: &str, value: Item<'t>) -> Option<Decimal> {
        let text = match value.get_ref() {
            DeValue::Integer(i) if i.radix() == 10 => i.as_str(),
            DeValue::Float(f) => f.as_str(),
            _ => {
                self.wrong(key, value, "a number");
                return None;
            }
        };
        let number = text.replace('_', "").parse::<Decimal>();
        if number.is_err() {
            self.fail(key, value.span().start, Problem::NotANumber { value: text.to_owned() });
        }
        number.ok()
    }

    fn number(&self, key: &'static str) -> Decimal {
        self.required(key).and_then(|v| self.decimal(key, v)).unwrap_or_default()
    }

    fn optional_number(&self, key: &'static str) -> Option<Decimal> {
        self.optional(key).and_then(|v| self.decimal(key, v))
    }

    fn reported_value(&self, key: &str, value: Item<'t>) -> Option<ReportedValue> {
        match value.get_ref() {
            DeValue::Boolean(b) => Some(ReportedValue::YesNo(*b)),
            _ => self.decimal(key, value).map(ReportedValue::Number),
        }
    }

    fn whole_number(&self, key: &str, value: Item<'t>) -> Option<u32> {
        self.take(key, value, "a whole number", |v| v.as_integer()?.as_str().parse().ok())
    }

    fn whole(&self, key: &'static str) -> u32 {
        self.required(key).and_then(|v| self.whole_number(key, v)).unwrap_or_default()
    }

    fn optional_whole(&self, key: &'static str) -> Option<u32> {
        self.optional(key).and_then(|v| self.whole_number(key, v))
    }

    fn day(&self, key: &str, value: Item<'t>) -> Option<Date> {
        self.take(key, value, "a day, such as 2025-12-31", |v| match v.as_datetime() {
            Some(day) if day.time.is_none() => day.to_string().parse().ok(),
            _ => None,
        })
    }

    fn date(&self, key: &'static str) -> Date {
        self.required(key).and_then(|v| self.day(key, v)).unwrap_or(Date::MIN)
    }

    /// One of an enum's names, as its wire form spells them.
    fn named<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        let value = self.required(key)?;
        let name = self.string(key, value)?;
        let parsed = T::deserialize(StrDeserializer::<NameError>::new(&name));
        parsed
            .map_err(|error| {
                let problem = Problem::InvalidValue { value: name.clone(), expected: expected_names(&error) };
                self.fail(key, value.span().start, problem);
            })
            .ok()
    }

    fn inner(&self, value: Item<'t>, key: &str) -> Option<Fields<'s, 't>> {
        let table = self.take(key, value, "a table", |v| v.is_table().then_some(()));
        table
            .and(value.get_ref().as_table())
            .map(|t| Fields::new(self.source, t, value.span().start, self.path_of(key)))
    }

    fn optional_table(&self, key: &'static str) -> Option<Fields<'s, 't>> {
        self.optional(key).and_then(|value| self.inner(value, key))
    }

    fn table<T>(&self, key: &'static str, read: impl Fn(&Fields<'s, 't>) -> T) -> Option<T> {
        let fields = self.required(key).and_then(|value| self.inner(value, key))?;
        let result = read(&fields);
        fields.finish();
        Some(result)
    }

    /// Every table of an array, its path named by the field that identifies it.
    fn each(&self, key: &'static str, id: &str, mut read: impl FnMut(&Fields<'s, 't>)) {
        let Some(array) = self.optional(key) else { return };
        let Some(items) = array.get_ref().as_array() else {
            return self.wrong(key, array, "an array of tables");
        };
        for (i, item) in items.iter().enumerate() {
            let Some(table) = item.get_ref().as_table() else {
                self.wrong(key, item, "a table");
                continue;
            };
            let name = table.get(id).and_then(|v| v.get_ref().as_str()).map_or_else(|| i.to_string(), str::to_owned);
            let fields = Fields::new(self.source, table, item.span().start, self.path_of(&format!("{key}.{name}")));
            read(&fields);
            fields.finish();
        }
    }

    fn in_order(&self) -> Vec<(&'t str, Item<'t>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(|(key, value)| (&**key.get_ref(), value)).collect()
    }

    fn both_languages(&self, key: &str, value: Item<'t>) -> Text {
        self.inner(value, key).map_or_else(Text::default, |t| {
            let text = Text { zh: t.text("zh"), en: t.text("en") };
            t.finish();
            text
        })
    }

    fn bilingual(&self, key: &'static str) -> Text {
        self.required(key).map_or_else(Text::default, |v| self.both_languages(key, v))
    }

    fn optional_bilingual(&self, key: &'static str) -> Option<Text> {
        self.optional(key).map(|v| self.both_languages(key, v))
    }

    fn bilinguals(&self, key: &'static str) -> Vec<Text> {
        let Some(array) = self.optional(key) else { return Vec::new() };
        match array.get_ref().as_array() {
            Some(items) => items.iter().map(|v| self.both_languages(key, v)).collect(),
            None => {
                self.wrong(key, array, "a list of texts");
                Vec::new()
            }
        }
    }

    /// Reports the fields that nothing reads.
    fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, value) in self.in_order() {
            if !asked.contains(&key) {
                let problem =
                    Problem::UnknownField { field: key.to_owned(), nearest: nearest(key, asked.iter().copied()) };
                self.fail(key, value.span().start, problem);
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The list of names in serde's message for an unknown variant.
fn expected_names(error: &NameError) -> String {
    let text = error.to_string();
    text.split_once("expected ").map_or(text.clone(), |(_, names)| names.to_owned())
}
