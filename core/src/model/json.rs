//! A model from its JSON text, with everything wrong with it at once: written out, since what `Deserialize` would derive is
//! many times the code, which counts where people download it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::str::FromStr;

use serde::de::DeserializeOwned;

use super::{
    Attribute, Baseline, BaselineValue, Bound, Choice, Cite, Decision, Document, Due, Fact, FactKind, Indicator,
    LeftOut, Period, Reading, Registered, Reported, ReportedValue, Rule, RuleKind, Source, Strength, StrengthClass,
    Subject,
};
use crate::error::variant;
use crate::input::Input;
use crate::{Date, Error, Errors, Problem, Text};

impl Document {
    /// Reads the JSON text of a model, as serialising the model gives it.
    ///
    /// # Errors
    ///
    /// All at once, each with its place: `missing-field`, `unknown-field`, `wrong-type`, `invalid-value`; before that,
    /// `invalid-json`, `not-utf8`, `too-deep`, `too-large`.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Document, Errors> {
        let input = Input::from_document(json.as_ref(), "model")?;
        let errors = RefCell::default();
        let document = Object::read("model".to_owned(), input, &errors, document);
        Errors::check(errors.into_inner(), document)
    }
}

/// The fields of an object that were not asked for yet. What is wrong is noted, and reading goes on.
struct Object<'a, 'e> {
    fields: Vec<(Cow<'a, str>, Input<'a>)>,
    path: String,
    errors: &'e RefCell<Vec<Error>>,
}

impl<'a, 'e> Object<'a, 'e> {
    fn read<T>(path: String, input: Input<'a>, errors: &'e RefCell<Vec<Error>>, parts: fn(&mut Self) -> T) -> T {
        let mut object = Object::new(path, input, errors);
        let value = parts(&mut object);
        object.finish();
        value
    }

    fn new(path: String, input: Input<'a>, errors: &'e RefCell<Vec<Error>>) -> Self {
        let fields = match input {
            Input::Map(fields) => fields,
            other => {
                errors.borrow_mut().push(wrong(path.clone(), &other, "an object"));
                Vec::new()
            }
        };
        Object { fields, path, errors }
    }

    /// Notes the fields that nothing asked for.
    fn finish(&self) {
        for (field, _) in &self.fields {
            self.fail(field, Problem::UnknownField { field: field.to_string(), nearest: None });
        }
    }

    fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    fn fail(&self, key: &str, problem: Problem) {
        self.errors.borrow_mut().push(Error::new(self.path(key), problem));
    }

    fn wrong(&self, key: &str, found: &Input<'_>, expected: &str) {
        self.errors.borrow_mut().push(wrong(self.path(key), found, expected));
    }

    /// A field that may be null or left out.
    fn optional(&mut self, key: &str) -> Option<Input<'a>> {
        let place = self.fields.iter().position(|(name, _)| name == key)?;
        Some(self.fields.swap_remove(place).1).filter(|value| *value != Input::Null)
    }

    fn required(&mut self, key: &str) -> Option<Input<'a>> {
        let value = self.optional(key);
        if value.is_none() {
            self.fail(key, Problem::MissingField { field: key.to_owned() });
        }
        value
    }

    fn text(&mut self, key: &str) -> String {
        self.required(key).and_then(|value| self.text_of(key, value)).unwrap_or_default()
    }

    fn optional_text(&mut self, key: &str) -> Option<String> {
        self.optional(key).and_then(|value| self.text_of(key, value))
    }

    fn text_of(&self, key: &str, value: Input<'a>) -> Option<String> {
        match value {
            Input::Text(text) => Some(text.into_owned()),
            other => {
                self.wrong(key, &other, "a text");
                None
            }
        }
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.required(key) {
            Some(Input::Bool(flag)) => flag,
            Some(other) => {
                self.wrong(key, &other, "true or false");
                false
            }
            None => false,
        }
    }

    fn whole<T: FromStr + Default>(&mut self, key: &str) -> T {
        self.required(key).and_then(|value| self.whole_of(key, &value)).unwrap_or_default()
    }

    fn optional_whole<T: FromStr>(&mut self, key: &str) -> Option<T> {
        self.optional(key).and_then(|value| self.whole_of(key, &value))
    }

    fn whole_of<T: FromStr>(&self, key: &str, value: &Input<'_>) -> Option<T> {
        let number = if let Input::Number(number) = value { number.parse().ok() } else { None };
        if number.is_none() {
            self.wrong(key, value, "a whole number");
        }
        number
    }

    /// A decimal number or a day.
    fn quoted<T: FromStr>(&mut self, key: &str) -> Option<T> {
        self.required(key).and_then(|value| self.quoted_of(key, &value))
    }

    fn optional_quoted<T: FromStr>(&mut self, key: &str) -> Option<T> {
        self.optional(key).and_then(|value| self.quoted_of(key, &value))
    }

    fn quoted_of<T: FromStr>(&self, key: &str, value: &Input<'_>) -> Option<T> {
        let parsed = if let Input::Text(text) = value { text.parse().ok() } else { None };
        if parsed.is_none() {
            self.wrong(key, value, "a decimal number or a day, in quotes");
        }
        parsed
    }

    /// One of an enum's names.
    fn named<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.required(key)?;
        self.named_of(key, value)
    }

    fn optional_named<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.optional(key)?;
        self.named_of(key, value)
    }

    fn named_of<T: DeserializeOwned>(&self, key: &str, value: Input<'a>) -> Option<T> {
        let name = self.text_of(key, value)?;
        variant(&name).map_err(|problem| self.fail(key, problem)).ok()
    }

    /// Of an object that is left out, all its fields are missing.
    fn object<T>(&mut self, key: &str, parts: fn(&mut Self) -> T) -> T {
        let value = self.optional(key).unwrap_or(Input::Map(Vec::new()));
        Object::read(self.path(key), value, self.errors, parts)
    }

    fn optional_object<T>(&mut self, key: &str, parts: fn(&mut Self) -> T) -> Option<T> {
        self.optional(key).map(|value| Object::read(self.path(key), value, self.errors, parts))
    }

    fn list<T>(&mut self, key: &str, parts: fn(&mut Self) -> T) -> Vec<T> {
        self.required(key).map(|value| self.list_of(key, value, parts)).unwrap_or_default()
    }

    fn optional_list<T>(&mut self, key: &str, parts: fn(&mut Self) -> T) -> Vec<T> {
        self.optional(key).map(|value| self.list_of(key, value, parts)).unwrap_or_default()
    }

    fn list_of<T>(&self, key: &str, value: Input<'a>, parts: fn(&mut Self) -> T) -> Vec<T> {
        let Input::List(items) = value else {
            self.wrong(key, &value, "a list");
            return Vec::new();
        };
        let path = self.path(key);
        let each = |(i, item)| Object::read(format!("{path}[{i}]"), item, self.errors, parts);
        items.into_iter().enumerate().map(each).collect()
    }
}

fn wrong(path: String, found: &Input<'_>, expected: &str) -> Error {
    Error::new(path, Problem::WrongType { found: found.describe(), expected: expected.to_owned() })
}

fn document(o: &mut Object<'_, '_>) -> Document {
    Document {
        id: o.text("id"),
        title: o.object("title", text),
        period: o.object("period", period),
        subjects: o.list("subjects", subject),
        facts: o.list("facts", fact),
        rules: o.list("rules", rule),
        registered: o.list("registered", registered),
        left_out: o.optional_list("left_out", left_out),
    }
}

fn text(o: &mut Object<'_, '_>) -> Text {
    Text { zh: o.text("zh"), en: o.text("en") }
}

fn period(o: &mut Object<'_, '_>) -> Period {
    Period { start: o.quoted("start").unwrap_or(Date::MIN), end: o.quoted("end").unwrap_or(Date::MIN) }
}

fn subject(o: &mut Object<'_, '_>) -> Subject {
    Subject { id: o.text("id"), label: o.object("label", text) }
}

fn fact(o: &mut Object<'_, '_>) -> Fact {
    Fact {
        subject: o.text("subject"),
        name: o.text("name"),
        kind: o.named("kind").unwrap_or(FactKind::YesNo),
        unit: o.optional_text("unit"),
        min: o.optional_quoted("min"),
        max: o.optional_quoted("max"),
        decimals: o.optional_whole("decimals"),
        choices: o.list("choices", |o| Choice { id: o.text("id"), label: o.object("label", text) }),
        label: o.object("label", text),
        help: o.optional_object("help", text),
        source: o.named("source").unwrap_or(Source::Reported),
        yearly: o.flag("yearly"),
    }
}

fn rule(o: &mut Object<'_, '_>) -> Rule {
    Rule {
        id: o.text("id"),
        subject: o.text("subject"),
        kind: o.named("kind").unwrap_or(RuleKind::Obligation),
        title: o.object("title", text),
        applies: o.optional_text("applies"),
        requires: o.optional_text("requires"),
        decisions: o.list("decisions", decision),
        done: o.optional_text("done"),
        done_on: o.optional_text("done_on"),
        due: o.optional_text("due").map(due),
        strength: o.object("strength", strength),
        addressee: o.object("addressee", text),
        measure: o.optional_text("measure"),
        baseline: o.optional_object("baseline", baseline),
        bounds: o.list("bounds", |o| Bound { number: o.quoted("number").unwrap_or_default(), word: o.text("word") }),
        indicator: o.optional_object("indicator", indicator),
        actions: o.list("actions", text),
        cite: o.object("cite", cite),
        says: o.object("says", text),
        readings: o.list("readings", reading),
        notes: o.list("notes", text),
        printed_target: o.optional_quoted("printed_target"),
    }
}

fn registered(o: &mut Object<'_, '_>) -> Registered {
    Registered {
        id: o.text("id"),
        cite: o.object("cite", cite),
        says: o.object("says", text),
        reason: o.object("reason", text),
    }
}

fn left_out(o: &mut Object<'_, '_>) -> LeftOut {
    LeftOut { subject: o.optional_text("subject"), sha256: o.text("sha256") }
}

fn decision(o: &mut Object<'_, '_>) -> Decision {
    Decision { id: o.text("id"), when: o.optional_text("when"), label: o.object("label", text) }
}

/// A printed day, or the name of a date fact.
fn due(text: String) -> Due {
    text.parse().map_or(Due::Fact(text), Due::Date)
}

fn strength(o: &mut Object<'_, '_>) -> Strength {
    Strength { class: o.named("class").unwrap_or(StrengthClass::Mandatory), verb: o.text("verb") }
}

fn baseline(o: &mut Object<'_, '_>) -> Baseline {
    Baseline { value: o.object("value", baseline_value), year: o.whole("year") }
}

fn baseline_value(o: &mut Object<'_, '_>) -> BaselineValue {
    match o.optional_text("fact") {
        Some(fact) => BaselineValue::Fact(fact),
        None => BaselineValue::Number(o.quoted("number").unwrap_or_default()),
    }
}

fn indicator(o: &mut Object<'_, '_>) -> Indicator {
    Indicator {
        no: o.whole("no"),
        category: o.object("category", text),
        attribute: o.named("attribute").unwrap_or(Attribute::Expected),
        printed_target: o.object("printed_target", text),
        printed_value: o.text("printed_value"),
        reported: o.list("reported", reported),
    }
}

fn reported(o: &mut Object<'_, '_>) -> Reported {
    let value = match o.optional("value") {
        Some(Input::Bool(b)) => Some(ReportedValue::YesNo(b)),
        Some(other) => o.quoted_of("value", &other).map(ReportedValue::Number),
        None => None,
    };
    Reported {
        fact: o.text("fact"),
        value,
        year: o.optional_whole("year"),
        not_assessed: o.optional_named("not_assessed"),
    }
}

fn cite(o: &mut Object<'_, '_>) -> Cite {
    Cite {
        chapter: o.whole("chapter"),
        section: o.whole("section"),
        item: o.optional_whole("item"),
        table: o.optional_whole("table"),
        anchor: o.text("anchor"),
    }
}

fn reading(o: &mut Object<'_, '_>) -> Reading {
    Reading {
        id: o.text("id"),
        note: o.object("note", text),
        applies: o.optional_text("applies"),
        requires: o.optional_text("requires"),
        decisions: o.list("decisions", decision),
        due: o.optional_text("due").map(due),
    }
}
