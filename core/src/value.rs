//! What a fact, a literal or a condition can be.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::{Date, Decimal};

/// A value of the expression language.
///
/// On the wire: numbers and dates are strings, `Unknown` and `Null` are `null`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Not known to the caller. Every operator on it is unknown again, unless the other operands decide (`false and
    /// unknown` is false).
    Unknown,
    /// FEEL's null: the result of what cannot be computed, such as a division by zero.
    Null,
    /// Yes or no.
    Bool(bool),
    /// An exact number, in the unit of the fact it comes from.
    Number(Decimal),
    /// A text, or the id of a choice.
    Text(Arc<str>),
    /// A day.
    Date(Date),
    /// Several values; for a fact, the ids of a set of choices.
    List(Arc<[Value]>),
}

impl Value {
    /// Whether the value is known: neither [`Value::Unknown`] nor [`Value::Null`].
    pub fn is_known(&self) -> bool {
        !matches!(self, Value::Unknown | Value::Null)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Value::Number(value)
    }
}

impl From<Option<Decimal>> for Value {
    /// A sum or quotient that cannot be held is null.
    fn from(value: Option<Decimal>) -> Self {
        value.map_or(Value::Null, Value::Number)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.into())
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Value::Date(value)
    }
}

impl fmt::Display for Value {
    /// As FEEL writes it; `unknown` for what is not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unknown => f.write_str("unknown"),
            Value::Null => f.write_str("null"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Number(n) => write!(f, "{n}"),
            Value::Date(d) => write!(f, "date(\"{d}\")"),
            Value::Text(t) => {
                f.write_str("\"")?;
                for c in t.chars() {
                    match c {
                        '"' => f.write_str("\\\"")?,
                        '\\' => f.write_str("\\\\")?,
                        '\n' => f.write_str("\\n")?,
                        '\t' => f.write_str("\\t")?,
                        '\r' => f.write_str("\\r")?,
                        c => write!(f, "{c}")?,
                    }
                }
                f.write_str("\"")
            }
            Value::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Unknown | Value::Null => serializer.serialize_none(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Number(n) => n.serialize(serializer),
            Value::Text(t) => serializer.serialize_str(t),
            Value::Date(d) => d.serialize(serializer),
            Value::List(items) => serializer.collect_seq(items.iter()),
        }
    }
}
