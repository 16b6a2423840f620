//! What a condition can yield.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

use super::number::{self, Number};

/// The values of names.
pub(crate) type Names = BTreeMap<String, Value>;

/// A value, an unknown one among them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nobody said.
    Unknown,
    /// Cannot be computed.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// Written year-month-day, so that days compare as their texts do.
    Date(String),
    /// Several.
    List(Vec<Value>),
}

/// The value of a condition: yes, no, not known, or null, which also stands for what is neither yes nor no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    // In the order that decides `and`: the first of the operands' values is the value of the whole.
    False,
    Unknown,
    Null,
    True,
}

impl Truth {
    /// A no decides; else an unknown leaves it open; else a null makes it null.
    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Truth::False => Truth::True,
            Truth::True => Truth::False,
            same => same,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

impl From<&Value> for Truth {
    fn from(value: &Value) -> Self {
        match value {
            Value::Bool(b) => Truth::from(*b),
            Value::Unknown => Truth::Unknown,
            _ => Truth::Null,
        }
    }
}

impl From<Truth> for Value {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::False => Value::Bool(false),
            Truth::True => Value::Bool(true),
            Truth::Unknown => Value::Unknown,
            Truth::Null => Value::Null,
        }
    }
}

impl Value {
    /// A value of the context of a plain expression: null is null there.
    pub(crate) fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Value::Number(number::read(&n.to_string())),
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            Json::Object(_) => panic!("no value: {json}"),
        }
    }

    /// For other languages: `{"number": "81.6"}`, `{"date": "2025-12-31"}`; null for what is unknown, too.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Unknown | Value::Null => Json::Null,
            Value::Bool(b) => json!(b),
            Value::Number(n) => json!({ "number": number::show(n) }),
            Value::Text(text) => json!(text),
            Value::Date(day) => json!({ "date": day }),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
        }
    }

    /// Whether it stays as it is, whatever else becomes known.
    pub(crate) fn is_decided(&self) -> bool {
        match self {
            Value::Unknown => false,
            Value::List(items) => items.iter().all(Value::is_decided),
            _ => true,
        }
    }

    /// Null, or a list with a null among its members.
    pub(crate) fn has_null(&self) -> bool {
        match self {
            Value::List(items) => items.iter().any(Value::has_null),
            other => *other == Value::Null,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unknown => f.write_str("unknown"),
            Value::Null => f.write_str("null"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Number(n) => f.write_str(&number::show(n)),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Date(day) => write!(f, "date({day:?})"),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Value::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
        }
    }
}
