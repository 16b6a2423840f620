//! What a caller hands in, before anyone knows what it should be: JSON text or any `Serialize` value as one tree that
//! keeps every digit, every repeated key, and the difference between a number and a text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{self, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Problem};

/// How large a JSON text of facts may be, in bytes.
const MAX_TEXT: usize = 1 << 20;
/// How deep it may nest. Facts need three levels.
const MAX_DEPTH: usize = 32;

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

    /// Reads JSON text, `path` being where it came from.
    pub(crate) fn from_json(json: &'a [u8], path: &str) -> Result<Input<'a>, Error> {
        let fail = |problem| Error::new(path, problem);
        if json.len() > MAX_TEXT {
            return Err(fail(Problem::TooLarge { limit: MAX_TEXT }));
        }
        let text = std::str::from_utf8(json).map_err(|e| fail(Problem::NotUtf8 { offset: e.valid_up_to() }))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let tree = tree(text, 0).map_err(|e| fail(not_json(text, &e)))?;
        tree.ok_or_else(|| fail(Problem::TooDeep { limit: MAX_DEPTH }))
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

/// Whether a text that is not JSON nests too deep to be told apart from JSON at all.
fn is_deep(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    text.bytes().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

/// JSON has no NaN; some writers (Python's among them) put it there all the same.
fn not_json(text: &str, error: &serde_json::Error) -> Problem {
    if is_deep(text) {
        return Problem::TooDeep { limit: MAX_DEPTH };
    }
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default().as_bytes();
    // The parser stops at the word or at its second character.
    let stopped = error.column().saturating_sub(3)..=error.column();
    let quoted = |i: usize| i.checked_sub(1).is_some_and(|before| line.get(before) == Some(&b'"'));
    let at = |word: &str, i: usize| line.get(i..).is_some_and(|rest| rest.starts_with(word.as_bytes())) && !quoted(i);
    match ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| stopped.clone().any(|i| at(word, i))) {
        Some(word) => Problem::NotFinite { value: word.to_owned() },
        None => Problem::InvalidJson { detail: error.to_string() },
    }
}

/// Classifies a value by its first character and reads its parts; numbers stay text. None where it nests too deep.
fn tree(text: &str, depth: usize) -> serde_json::Result<Option<Input<'_>>> {
    if depth > MAX_DEPTH {
        return Ok(None);
    }
    Ok(Some(match text.trim_start_matches([' ', '\t', '\n', '\r']).as_bytes().first() {
        Some(b'"') => {
            let Words(text) = serde_json::from_str(text)?;
            Input::Text(text)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items: Option<Vec<Input<'_>>> =
                items.into_iter().map(|item| tree(item.get(), depth + 1)).collect::<serde_json::Result<_>>()?;
            match items {
                Some(items) => Input::List(items),
                None => return Ok(None),
            }
        }
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(text)?;
            let mut map = Vec::with_capacity(entries.len());
            for (Words(key), value) in entries {
                match tree(value.get(), depth + 1)? {
                    Some(value) => map.push((key, value)),
                    None => return Ok(None),
                }
            }
            Input::Map(map)
        }
        _ => {
            // Checked again where it stands alone; within a list or object it was checked before.
            let raw: &RawValue = if depth == 0 { serde_json::from_str(text)? } else { return Ok(Some(scalar(text))) };
            scalar(raw.get())
        }
    }))
}

fn scalar(text: &str) -> Input<'_> {
    match text {
        "null" => Input::Null,
        "true" => Input::Bool(true),
        "false" => Input::Bool(false),
        number => Input::Number(Cow::Borrowed(number)),
    }
}

/// A JSON string, borrowed unless it has escapes.
struct Words<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Words<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Words<'de>, E> {
                Ok(Words(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words<'de>, E> {
                Ok(Words(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Any)
    }
}

/// An object with every entry, repeated keys included.
struct Entries<'a>(Vec<(Words<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::with_capacity(16);
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
