//! What a caller hands in, before anyone knows what it should be: JSON text or any `Serialize` value as one tree that
//! keeps every digit, every repeated key, and the difference between a number and a text.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{self, Serialize};

use crate::json::{parse, repeated_key};
use crate::{Error, Problem};

/// How large a JSON text of facts may be, in bytes.
const MAX_TEXT: usize = 1 << 20;
/// How deep it may nest. Facts need three levels.
const MAX_DEPTH: usize = 32;
/// The same of a document that was written by a program: a model, a receipt.
const MAX_DOCUMENT: usize = 16 << 20;
const MAX_DOCUMENT_DEPTH: usize = 128;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input<'a> {
    Null,
    Bool(bool),
    /// As written; `NaN` and `inf` too, which are refused where a number is expected.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Input<'a>>),
    Map(Vec<(Cow<'a, str>, Input<'a>)>),
}

impl<'a> Input<'a> {
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

    /// The same, borrowing nothing.
    pub(crate) fn into_owned(self) -> Input<'static> {
        match self {
            Input::Null => Input::Null,
            Input::Bool(flag) => Input::Bool(flag),
            Input::Number(digits) => Input::Number(digits.into_owned().into()),
            Input::Text(text) => Input::Text(text.into_owned().into()),
            Input::List(items) => Input::List(items.into_iter().map(Input::into_owned).collect()),
            Input::Map(entries) => {
                let owned = |(key, value): (Cow<'a, str>, Input<'a>)| (key.into_owned().into(), value.into_owned());
                Input::Map(entries.into_iter().map(owned).collect())
            }
        }
    }

    /// Reads the JSON text of facts, `path` being where it came from.
    pub(crate) fn from_json(json: &'a [u8], path: &str) -> Result<Input<'a>, Error> {
        Self::within_limits(json, MAX_TEXT, MAX_DEPTH).map_err(|problem| Error::new(path, problem))
    }

    /// Reads the JSON text of a model or receipt, in which no key may stand twice.
    pub(crate) fn from_document(json: &'a [u8], path: &str) -> Result<Input<'a>, Error> {
        let fail = |problem| Error::new(path, problem);
        let document = Self::within_limits(json, MAX_DOCUMENT, MAX_DOCUMENT_DEPTH).map_err(fail)?;
        match repeated_key(&document) {
            Some(key) => Err(fail(Problem::InvalidJson { detail: format!("the key `{key}` stands twice") })),
            None => Ok(document),
        }
    }

    fn within_limits(json: &'a [u8], bytes: usize, depth: usize) -> Result<Input<'a>, Problem> {
        if json.len() > bytes {
            return Err(Problem::TooLarge { limit: bytes });
        }
        let text = std::str::from_utf8(json).map_err(|e| Problem::NotUtf8 { offset: e.valid_up_to() })?;
        parse(text.strip_prefix('\u{feff}').unwrap_or(text), depth)
    }

    /// The value under a key; none in what is no object.
    pub(crate) fn get(&self, key: &str) -> Option<&Input<'a>> {
        match self {
            Input::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Converts any value that can be serialised.
    pub(crate) fn from_serialize(value: &(impl Serialize + ?Sized), path: &str) -> Result<Input<'static>, Error> {
        value.serialize(ToInput { depth: 0 }).map_err(|error| {
            let problem = match error {
                Unserialisable::TooDeep => Problem::TooDeep { limit: MAX_DEPTH },
                Unserialisable::Other(found) => Problem::WrongType { found, expected: "facts by name".to_owned() },
            };
            Error::new(path, problem)
        })
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

impl Unserialisable {
    fn variant(name: &str) -> Self {
        Unserialisable::Other(format!("the variant `{name}` with data of its own"))
    }
}

struct ToInput {
    depth: usize,
}

impl ToInput {
    /// The serialiser of what is nested in this value.
    fn inner(&self) -> Result<ToInput, Unserialisable> {
        if self.depth <= MAX_DEPTH { Ok(ToInput { depth: self.depth + 1 }) } else { Err(Unserialisable::TooDeep) }
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
/// How serde_json hands out text that it has not read.
const RAW_JSON: &str = "$serde_json::private::RawValue";

macro_rules! numbers {
    ($($method:ident $type:ty),*) => {
        // Rust prints a float as its shortest decimal, and `f32` as its own.
        $(fn $method(self, value: $type) -> Result<Input<'static>, Unserialisable> { Ok(Input::Number(value.to_string().into())) })*
    };
}

impl ser::Serializer for ToInput {
    type Ok = Input<'static>;
    type Error = Unserialisable;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = ser::Impossible<Input<'static>, Unserialisable>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = ser::Impossible<Input<'static>, Unserialisable>;

    numbers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128);
    numbers!(serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128);
    numbers!(serialize_f32 f32, serialize_f64 f64);

    fn serialize_bool(self, value: bool) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Bool(value))
    }

    fn serialize_char(self, value: char) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Text(value.to_string().into()))
    }

    fn serialize_str(self, value: &str) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Text(value.to_owned().into()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Input<'static>, Unserialisable> {
        Err(Unserialisable::Other("bytes".to_owned()))
    }

    fn serialize_none(self) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Input<'static>, Unserialisable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Input<'static>, Unserialisable> {
        Ok(Input::Text(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Input<'static>, Unserialisable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<Input<'static>, Unserialisable> {
        Err(Unserialisable::variant(variant))
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
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unserialisable> {
        Err(Unserialisable::variant(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Unserialisable> {
        self.fields()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields, Unserialisable> {
        if name == RAW_JSON {
            return Err(Unserialisable::Other("raw JSON text".to_owned()));
        }
        Ok(Fields { long_number: name == LONG_NUMBER, ..self.fields()? })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unserialisable> {
        Err(Unserialisable::variant(variant))
    }
}

struct Items {
    items: Vec<Input<'static>>,
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
            type Ok = Input<'static>;
            type Error = Unserialisable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unserialisable> {
                self.push(value)
            }

            fn end(self) -> Result<Input<'static>, Unserialisable> {
                Ok(Input::List(self.items))
            }
        })*
    };
}

items!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field
);

struct Fields {
    entries: Vec<(Cow<'static, str>, Input<'static>)>,
    key: Option<Cow<'static, str>>,
    long_number: bool,
    depth: usize,
}

impl Fields {
    fn end(self) -> Input<'static> {
        match self.entries.as_slice() {
            [(_, Input::Text(digits))] if self.long_number => Input::Number(digits.clone()),
            _ => Input::Map(self.entries),
        }
    }
}

impl ser::SerializeMap for Fields {
    type Ok = Input<'static>;
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

    fn end(self) -> Result<Input<'static>, Unserialisable> {
        Ok(Fields::end(self))
    }
}

impl ser::SerializeStruct for Fields {
    type Ok = Input<'static>;
    type Error = Unserialisable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unserialisable> {
        self.entries.push((key.into(), value.serialize(ToInput { depth: self.depth })?));
        Ok(())
    }

    fn end(self) -> Result<Input<'static>, Unserialisable> {
        Ok(Fields::end(self))
    }
}
