//! What a caller hands in, before anyone knows what it should be: JSON text or any `Serialize` value as one tree that
//! keeps every digit, every repeated key, and the difference between a number and a text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{self, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Problem};

/// How large a JSON text of facts may be, in bytes.
const MAX_TEXT: usize = 1 << 20;
/// How deep it may nest. Facts need three levels.
const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    Null,
    Bool(bool),
    /// As written; `NaN` and `inf` too, which are refused where a number is expected.
    Number(String),
    Text(String),
    List(Vec<Input>),
    Map(Vec<(String, Input)>),
}

impl Input {
    /// What an error message calls it.
    pub(crate) fn describe(&self) -> String {
        match self {
            Input::Null => "null".to_owned(),
            Input::Bool(b) => format!("`{b}`"),
            Input::Number(n) => format!("the number `{n}`"),
            Input::Text(t) => format!("the text `{}`", t.chars().take(100).collect::<String>()),
            Input::List(_) => "a list".to_owned(),
            Input::Map(_) => "an object".to_owned(),
        }
    }

    /// Reads JSON text, `path` being where it came from.
    pub(crate) fn from_json(json: &[u8], path: &str) -> Result<Input, Error> {
        let fail = |problem| Error::new(path, problem);
        if json.len() > MAX_TEXT {
            return Err(fail(Problem::TooLarge { limit: MAX_TEXT }));
        }
        let text = std::str::from_utf8(json).map_err(|e| fail(Problem::NotUtf8 { offset: e.valid_up_to() }))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if depth(text) > MAX_DEPTH {
            return Err(fail(Problem::TooDeep { limit: MAX_DEPTH }));
        }
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| fail(not_json(text, &e)))?;
        tree(raw).map_err(|e| fail(not_json(text, &e)))
    }

    /// Converts any value that can be serialised.
    pub(crate) fn from_serialize(value: &(impl Serialize + ?Sized), path: &str) -> Result<Input, Error> {
        value.serialize(ToInput { depth: 0 }).map_err(|error| {
            let problem = match error {
                Unserialisable::TooDeep => Problem::TooDeep { limit: MAX_DEPTH },
                Unserialisable::Other(found) => Problem::WrongType { found, expected: "facts by name".to_owned() },
            };
            Error::new(path, problem)
        })
    }
}

/// The deepest nesting of a JSON text, found without recursion.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// JSON has no NaN; some writers (Python's among them) put it there all the same.
fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default().as_bytes();
    // The parser stops at the word or at its second character.
    let stopped = error.column().saturating_sub(3)..=error.column();
    let at = |word: &&str| stopped.clone().any(|i| line.get(i..).is_some_and(|rest| rest.starts_with(word.as_bytes())));
    let quoted = |word: &str| line.windows(word.len() + 1).any(|w| w.strip_prefix(b"\"") == Some(word.as_bytes()));
    match ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| at(word) && !quoted(word)) {
        Some(word) => Problem::NotFinite { value: word.to_owned() },
        None => Problem::InvalidJson { detail: error.to_string() },
    }
}

/// Classifies a value by its first character and reads its parts; numbers stay text.
fn tree(raw: &RawValue) -> serde_json::Result<Input> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'n') => Input::Null,
        Some(b't') => Input::Bool(true),
        Some(b'f') => Input::Bool(false),
        Some(b'"') => Input::Text(serde_json::from_str(text)?),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            Input::List(items.into_iter().map(tree).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(text)?;
            let entries = entries.into_iter().map(|(key, value)| Ok((key, tree(value)?)));
            Input::Map(entries.collect::<serde_json::Result<_>>()?)
        }
        _ => Input::Number(text.to_owned()),
    })
}

/// An object with every entry, repeated keys included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A value that has no place in facts.
#[derive(Debug, thiserror::Error)]
enum Unserialisable {
    #[error("nested too deep")]
    TooDeep,
    #[error("{0}")]
    Other(String),
}

impl ser::Error for Unserialisable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Unserialisable::Other(message.to_string())
    }
}

struct ToInput {
    depth: usize,
}

impl ToInput {
    /// The serialiser of what is nested in this value.
    fn inner(&self) -> Result<ToInput, Unserialisable> {
        if self.depth < MAX_DEPTH { Ok(ToInput { depth: self.depth + 1 }) } else { Err(Unserialisable::TooDeep) }
    }

    fn items(&self) -> Result<Items, Unserialisable> {
        Ok(Items { items: Vec::new(), depth: self.inner()?.depth })
    }

    fn fields(&self) -> Result<Fields, Unserialisable> {
        Ok(Fields { entries: Vec::new(), key: None, long_number: false, depth: self.inner()?.depth })
    }
}

/// How serde_json hands out a number when some crate of the build switched `arbitrary_precision` on.
const LONG_NUMBER: &str = "$serde_json::private::Number";

macro_rules! numbers {
    ($($method:ident $type:ty),*) => {
        // Rust prints a float as its shortest decimal, and `f32` as its own.
        $(fn $method(self, value: $type) -> Result<Input, Unserialisable> { Ok(Input::Number(value.to_string())) })*
    };
}

impl ser::Serializer for ToInput {
    type Ok = Input;
    type Error = Unserialisable;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    numbers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128);
    numbers!(serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128);
    numbers!(serialize_f32 f32, serialize_f64 f64);

    fn serialize_bool(self, value: bool) -> Result<Input, Unserialisable> {
        Ok(Input::Bool(value))
    }

    fn serialize_char(self, value: char) -> Result<Input, Unserialisable> {
        Ok(Input::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Input, Unserialisable> {
        Ok(Input::Text(value.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Input, Unserialisable> {
        Err(Unserialisable::Other("bytes".to_owned()))
    }

    fn serialize_none(self) -> Result<Input, Unserialisable> {
        Ok(Input::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Input, Unserialisable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Input, Unserialisable> {
        Ok(Input::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Input, Unserialisable> {
        Ok(Input::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Input, Unserialisable> {
        Ok(Input::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Input, Unserialisable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Input, Unserialisable> {
        Ok(Input::Map(vec![(variant.to_owned(), value.serialize(self.inner()?)?)]))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Unserialisable> {
        self.items()
    }

    fn serialize_tuple(self, _: usize) -> Result<Items, Unserialisable> {
        self.items()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Unserialisable> {
        self.items()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Items, Unserialisable> {
        self.items()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Unserialisable> {
        self.fields()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields, Unserialisable> {
        Ok(Fields { long_number: name == LONG_NUMBER, ..self.fields()? })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Fields, Unserialisable> {
        self.fields()
    }
}

struct Items {
    items: Vec<Input>,
    depth: usize,
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unserialisable> {
        self.items.push(value.serialize(ToInput { depth: self.depth })?);
        Ok(())
    }
}

macro_rules! items {
    ($($kind:ident $method:ident),*) => {
        $(impl ser::$kind for Items {
            type Ok = Input;
            type Error = Unserialisable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unserialisable> {
                self.push(value)
            }

            fn end(self) -> Result<Input, Unserialisable> {
                Ok(Input::List(self.items))
            }
        })*
    };
}

items!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

struct Fields {
    entries: Vec<(String, Input)>,
    key: Option<String>,
    long_number: bool,
    depth: usize,
}

impl Fields {
    fn end(self) -> Input {
        match self.entries.as_slice() {
            [(_, Input::Text(digits))] if self.long_number => Input::Number(digits.clone()),
            _ => Input::Map(self.entries),
        }
    }
}

impl ser::SerializeMap for Fields {
    type Ok = Input;
    type Error = Unserialisable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unserialisable> {
        match key.serialize(ToInput { depth: self.depth })? {
            Input::Text(text) => self.key = Some(text),
            other => return Err(Unserialisable::Other(format!("{} as a key", other.describe()))),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unserialisable> {
        let key = self.key.take().unwrap_or_default();
        self.entries.push((key, value.serialize(ToInput { depth: self.depth })?));
        Ok(())
    }

    fn end(self) -> Result<Input, Unserialisable> {
        Ok(Fields::end(self))
    }
}

macro_rules! fields {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Fields {
            type Ok = Input;
            type Error = Unserialisable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unserialisable> {
                self.entries.push((key.to_owned(), value.serialize(ToInput { depth: self.depth })?));
                Ok(())
            }

            fn end(self) -> Result<Input, Unserialisable> {
                Ok(Fields::end(self))
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);
