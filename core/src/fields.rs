//! The fields of a TOML table, taken one by one: what is missing, of the wrong type or not asked for is noted with its
//! place, and reading goes on.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::compile::MAX_NAME;
use crate::date::YEARS;
use crate::error::{HINTED, MAX_ERRORS, names, nearest, variant};
use crate::model::ReportedValue;
use crate::{Date, Decimal, DecimalError, Error, Problem, Text};

/// What reading finds: errors, and on request where each field stands, and which there are.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) errors: RefCell<Vec<Error>>,
    /// The path of a field to `file:line:column: `.
    pub(crate) places: Option<RefCell<BTreeMap<String, String>>>,
    /// The path of a table, without ids, to the keys that were asked for.
    pub(crate) tables: Option<RefCell<BTreeMap<String, Vec<Key>>>>,
}

impl Notes {
    pub(crate) fn with_places() -> Self {
        Notes { places: Some(RefCell::default()), ..Notes::default() }
    }

    pub(crate) fn with_tables() -> Self {
        Notes { tables: Some(RefCell::default()), ..Notes::default() }
    }
}

/// A key that a table may have.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// What a key takes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A text that is not blank.
    Text,
    /// One of a few texts.
    OneOf(fn() -> Vec<String>),
    Number,
    /// A whole number of at least 0.
    Whole,
    Year,
    Flag,
    Day,
    /// A day, or the name of a fact.
    DayOrName,
    /// A number, or true or false.
    Value,
    Table,
    /// An array of tables.
    Tables,
    /// A table from names to values, or to tables with more.
    Values,
}

/// How many bytes of a file are counted at once.
const BLOCK: usize = 1024;

/// How many characters begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

/// One file.
pub(crate) struct Source<'s> {
    file: &'s str,
    text: &'s str,
    /// The offset at which each line starts.
    lines: Vec<usize>,
    /// The characters before each block: a line may be as long as the file, with errors all along.
    characters: Vec<usize>,
    notes: &'s Notes,
}

impl<'s> Source<'s> {
    pub(crate) fn new(file: &'s str, text: &'s str, notes: &'s Notes) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |sum, block| {
            *sum += characters(block);
            Some(*sum)
        });
        let characters = std::iter::once(0).chain(blocks).collect();
        Source { file, text, lines: std::iter::once(0).chain(breaks).collect(), characters, notes }
    }

    /// `file:line:column`, as editors count: from 1, and in characters.
    fn place(&self, offset: usize) -> String {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.characters_before(offset).saturating_sub(self.characters_before(start)) + 1;
        format!("{}:{line}:{column}", self.file)
    }

    /// The line of an offset.
    pub(crate) fn line(&self, offset: usize) -> &'s str {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split_once('\n').map_or(rest, |(line, _)| line)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or_default() + characters(rest)
    }

    pub(crate) fn error(&self, offset: usize, path: &str, problem: Problem) {
        if self.notes.errors.borrow().len() >= MAX_ERRORS {
            return;
        }
        let place = self.place(offset);
        let path = if path.is_empty() { place } else { format!("{place}: {path}") };
        self.notes.errors.borrow_mut().push(Error::new(path, problem));
    }
}

/// The fields of one table; those that nobody asked for are reported in the end.
pub(crate) struct Fields<'s, 't> {
    source: &'s Source<'s>,
    table: &'t DeTable<'t>,
    pub(crate) offset: usize,
    path: String,
    asked: RefCell<Vec<Key>>,
}

pub(crate) type Item<'t> = &'t Spanned<DeValue<'t>>;

impl<'s, 't> Fields<'s, 't> {
    pub(crate) fn new(source: &'s Source<'s>, table: &'t DeTable<'t>, offset: usize, path: String) -> Self {
        // Of two with one id, the second is the one to point at.
        if let Some(places) = &source.notes.places {
            places.borrow_mut().insert(path.clone(), source.place(offset) + ": ");
        }
        Fields { source, table, offset, path, asked: RefCell::default() }
    }

    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(crate) fn fail(&self, key: &str, offset: usize, problem: Problem) {
        self.source.error(offset, &self.path_of(key), problem);
    }

    pub(crate) fn ask(&self, key: Key) -> Option<Item<'t>> {
        self.asked.borrow_mut().push(key);
        let key = key.name;
        let value = self.table.get(key)?;
        if let Some(places) = &self.source.notes.places {
            places.borrow_mut().insert(self.path_of(key), self.source.place(value.span().start) + ": ");
        }
        Some(value)
    }

    pub(crate) fn optional(&self, key: &'static str, kind: Kind) -> Option<Item<'t>> {
        self.ask(Key { name: key, kind, required: false })
    }

    pub(crate) fn required(&self, key: &'static str, kind: Kind) -> Option<Item<'t>> {
        let value = self.ask(Key { name: key, kind, required: true });
        if value.is_none() {
            self.fail(key, self.offset, Problem::MissingField { field: key.to_owned() });
        }
        value
    }

    pub(crate) fn wrong(&self, key: &str, value: Item<'t>, expected: &str) {
        let found = value.get_ref().type_str().to_owned();
        self.fail(key, value.span().start, Problem::WrongType { found, expected: expected.to_owned() });
    }

    /// `convert`ed, or an error that says what was expected.
    pub(crate) fn take<T>(
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

    pub(crate) fn string(&self, key: &str, value: Item<'t>) -> Option<String> {
        self.take(key, value, "a text", |v| v.as_str().map(str::to_owned))
    }

    pub(crate) fn text(&self, key: &'static str) -> String {
        let Some(value) = self.required(key, Kind::Text) else { return String::new() };
        let text = self.string(key, value);
        if text.as_ref().is_some_and(|t| t.trim().is_empty()) {
            self.fail(key, value.span().start, Problem::MissingField { field: key.to_owned() });
        }
        text.unwrap_or_default()
    }

    pub(crate) fn text_or_empty(&self, key: &'static str, kind: Kind) -> String {
        self.required(key, kind).and_then(|v| self.string(key, v)).unwrap_or_default()
    }

    pub(crate) fn optional_text(&self, key: &'static str) -> Option<String> {
        self.optional(key, Kind::Text).and_then(|v| self.string(key, v))
    }

    pub(crate) fn optional_flag(&self, key: &'static str) -> bool {
        let value = self.optional(key, Kind::Flag);
        value.and_then(|v| self.take(key, v, "true or false", DeValue::as_bool)).unwrap_or(false)
    }

    /// A number as written: `81.6` is not read as a binary float on the way.
    pub(crate) fn decimal(&self, key: &str, value: Item<'t>) -> Option<Decimal> {
        let text = match value.get_ref() {
            DeValue::Integer(i) if i.radix() == 10 => i.as_str(),
            DeValue::Float(f) => f.as_str(),
            _ => {
                self.wrong(key, value, "a number");
                return None;
            }
        };
        let number = text.replace('_', "").parse::<Decimal>().map_err(|error| match error {
            DecimalError::NotANumber => Problem::NotFinite { value: text.to_owned() },
            DecimalError::TooManyDigits => Problem::too_many_digits(text.to_owned()),
        });
        number.map_err(|problem| self.fail(key, value.span().start, problem)).ok()
    }

    pub(crate) fn number(&self, key: &'static str) -> Decimal {
        self.required(key, Kind::Number).and_then(|v| self.decimal(key, v)).unwrap_or_default()
    }

    pub(crate) fn optional_number(&self, key: &'static str) -> Option<Decimal> {
        self.optional(key, Kind::Number).and_then(|v| self.decimal(key, v))
    }

    pub(crate) fn optional_value(&self, key: &'static str) -> Option<ReportedValue> {
        self.optional(key, Kind::Value).and_then(|v| self.reported_value(key, v))
    }

    pub(crate) fn reported_value(&self, key: &str, value: Item<'t>) -> Option<ReportedValue> {
        match value.get_ref() {
            DeValue::Boolean(b) => Some(ReportedValue::YesNo(*b)),
            _ => self.decimal(key, value).map(ReportedValue::Number),
        }
    }

    pub(crate) fn year(&self, key: &'static str) -> Option<u16> {
        self.required(key, Kind::Year).and_then(|v| self.year_number(key, v))
    }

    pub(crate) fn optional_year(&self, key: &'static str) -> Option<u16> {
        self.optional(key, Kind::Year).and_then(|v| self.year_number(key, v))
    }

    fn year_number(&self, key: &str, value: Item<'t>) -> Option<u16> {
        let year = self.whole_number(key, value)?;
        let valid = u16::try_from(year).ok().filter(|y| YEARS.contains(y));
        if valid.is_none() {
            self.fail(key, value.span().start, Problem::InvalidYear { value: year.to_string() });
        }
        valid
    }

    fn whole_number(&self, key: &str, value: Item<'t>) -> Option<u32> {
        self.take(key, value, "a whole number of at least 0", |v| {
            v.as_integer().filter(|i| i.radix() == 10)?.as_str().replace('_', "").parse().ok()
        })
    }

    pub(crate) fn whole(&self, key: &'static str) -> u32 {
        self.required(key, Kind::Whole).and_then(|v| self.whole_number(key, v)).unwrap_or_default()
    }

    pub(crate) fn optional_whole(&self, key: &'static str) -> Option<u32> {
        self.optional(key, Kind::Whole).and_then(|v| self.whole_number(key, v))
    }

    pub(crate) fn day(&self, key: &str, value: Item<'t>) -> Option<Date> {
        self.take(key, value, "a day, such as 2025-12-31", |v| match v.as_datetime() {
            Some(day) if day.time.is_none() => day.to_string().parse().ok(),
            _ => None,
        })
    }

    pub(crate) fn date(&self, key: &'static str) -> Date {
        self.required(key, Kind::Day).and_then(|v| self.day(key, v)).unwrap_or(Date::MIN)
    }

    /// One of an enum's names, as its wire form spells them.
    pub(crate) fn named<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        self.required(key, Kind::OneOf(names::<T>)).and_then(|v| self.variant(key, v))
    }

    pub(crate) fn optional_named<T: DeserializeOwned>(&self, key: &'static str) -> Option<T> {
        self.optional(key, Kind::OneOf(names::<T>)).and_then(|v| self.variant(key, v))
    }

    fn variant<T: DeserializeOwned>(&self, key: &str, value: Item<'t>) -> Option<T> {
        let name = self.string(key, value)?;
        variant(&name).map_err(|problem| self.fail(key, value.span().start, problem)).ok()
    }

    pub(crate) fn inner(&self, value: Item<'t>, key: &str) -> Option<Fields<'s, 't>> {
        let table = self.take(key, value, "a table", |v| v.is_table().then_some(()));
        table
            .and(value.get_ref().as_table())
            .map(|t| Fields::new(self.source, t, value.span().start, self.path_of(key)))
    }

    pub(crate) fn optional_table(&self, key: &'static str) -> Option<Fields<'s, 't>> {
        self.optional(key, Kind::Table).and_then(|value| self.inner(value, key))
    }

    pub(crate) fn table<T>(&self, key: &'static str, read: impl Fn(&Fields<'s, 't>) -> T) -> Option<T> {
        let fields = self.required(key, Kind::Table).and_then(|value| self.inner(value, key))?;
        let result = read(&fields);
        fields.finish();
        Some(result)
    }

    /// Every table of an array, its path named by the fields that identify it.
    pub(crate) fn each(&self, key: &'static str, ids: &[&str], mut read: impl FnMut(&Fields<'s, 't>)) {
        let Some(array) = self.optional(key, Kind::Tables) else { return };
        let Some(items) = array.get_ref().as_array() else {
            return self.wrong(key, array, "an array of tables");
        };
        for (i, item) in items.iter().enumerate() {
            let Some(table) = item.get_ref().as_table() else {
                self.wrong(key, item, "a table");
                continue;
            };
            let names: Option<Vec<&str>> = ids.iter().map(|id| table.get(*id)?.get_ref().as_str()).collect();
            // What is too long for a name would stand in the path of every field.
            let names = names.filter(|names| names.iter().all(|name| name.len() <= MAX_NAME));
            let name = names.map_or_else(|| i.to_string(), |names| names.join("."));
            let fields = Fields::new(self.source, table, item.span().start, self.path_of(&format!("{key}.{name}")));
            read(&fields);
            fields.finish();
        }
    }

    /// The keys as they stand in the file, each with its place and value.
    pub(crate) fn in_order(&self) -> Vec<(&'t str, usize, Item<'t>)> {
        let mut entries: Vec<_> =
            self.table.iter().map(|(key, value)| (&**key.get_ref(), key.span().start, value)).collect();
        entries.sort_by_key(|(_, offset, _)| *offset);
        entries
    }

    pub(crate) fn both_languages(&self, key: &str, value: Item<'t>) -> Text {
        self.inner(value, key).map_or_else(Text::default, |t| {
            let text = Text { zh: t.text("zh"), en: t.text("en") };
            t.finish();
            text
        })
    }

    pub(crate) fn bilingual(&self, key: &'static str) -> Text {
        self.required(key, Kind::Table).map_or_else(Text::default, |v| self.both_languages(key, v))
    }

    pub(crate) fn optional_bilingual(&self, key: &'static str) -> Option<Text> {
        self.optional(key, Kind::Table).map(|v| self.both_languages(key, v))
    }

    pub(crate) fn bilinguals(&self, key: &'static str) -> Vec<Text> {
        let Some(array) = self.optional(key, Kind::Tables) else { return Vec::new() };
        match array.get_ref().as_array() {
            Some(items) => items.iter().map(|v| self.both_languages(key, v)).collect(),
            None => {
                self.wrong(key, array, "a list of texts");
                Vec::new()
            }
        }
    }

    /// Reports the fields that nothing reads.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, offset, _) in self.in_order() {
            let mut names = asked.iter().map(|asked| asked.name);
            if !names.any(|name| name == key) {
                let hinted = self.source.notes.errors.borrow().len() < HINTED;
                let nearest = hinted.then(|| nearest(key, asked.iter().map(|asked| asked.name))).flatten();
                self.fail(key, offset, Problem::UnknownField { field: key.to_owned(), nearest });
            }
        }
        if let Some(tables) = &self.source.notes.tables {
            // A table without an id is called by its number.
            let names = self.path.split('.').filter(|part| part.parse::<usize>().is_err());
            tables.borrow_mut().insert(names.collect::<Vec<_>>().join("."), asked.clone());
        }
    }
}
