//! JSON text to a tree that keeps every digit and every repeated key: what readers for binary floats and maps lose.

use std::borrow::Cow;

use crate::Problem;
use crate::input::Input;

/// Reads JSON text (RFC 8259) that nests at most `limit` deep.
pub(crate) fn parse(text: &str, limit: usize) -> Result<Input<'_>, Problem> {
    let mut reader = Reader { text, at: 0, limit };
    reader.document().map_err(|wrong| reader.problem(wrong))
}

/// The key of an object that stands twice, if one does: of two values, a reader could take either.
pub(crate) fn repeated_key<'t>(value: &'t Input<'_>) -> Option<&'t str> {
    match value {
        Input::List(items) => items.iter().find_map(repeated_key),
        Input::Map(entries) => {
            let twice = repeated(entries);
            twice.or_else(|| entries.iter().find_map(|(_, value)| repeated_key(value)))
        }
        _ => None,
    }
}

fn repeated<'t>(entries: &'t [(Cow<'_, str>, Input<'_>)]) -> Option<&'t str> {
    // Most objects have a few keys, which are compared sooner than they are sorted.
    if entries.len() <= 8 {
        let before = |place: usize, key: &str| entries.iter().take(place).any(|(earlier, _)| earlier == key);
        return entries.iter().enumerate().find(|(place, (key, _))| before(*place, key)).map(|(_, (key, _))| &**key);
    }
    let mut seen = std::collections::BTreeSet::new();
    entries.iter().map(|(key, _)| &**key).find(|key| !seen.insert(*key))
}

enum Wrong {
    TooDeep,
    /// JSON has no NaN; some writers (Python's among them) put it there all the same.
    NotFinite(&'static str),
    Syntax(&'static str),
}

type Read<T> = Result<T, Wrong>;

struct Reader<'a> {
    text: &'a str,
    /// The place in the text, in bytes.
    at: usize,
    /// How deep it may nest.
    limit: usize,
}

impl<'a> Reader<'a> {
    fn problem(&self, wrong: Wrong) -> Problem {
        match wrong {
            Wrong::TooDeep => Problem::TooDeep { limit: self.limit },
            Wrong::NotFinite(word) => Problem::NotFinite { value: word.to_owned() },
            Wrong::Syntax(detail) => {
                let before = self.text.get(..self.at).unwrap_or(self.text);
                let line = 1 + before.matches('\n').count();
                let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
                Problem::InvalidJson { detail: format!("{detail} at line {line} column {column}") }
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|b| !wanted(*b)).unwrap_or(rest.len());
        self.at += count;
        count
    }

    fn space(&mut self) {
        self.skip(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Whether this byte comes next; it is passed then.
    fn next_is(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn document(&mut self) -> Read<Input<'a>> {
        let value = self.value(0)?;
        self.space();
        if self.peek().is_some() { Err(Wrong::Syntax("trailing characters")) } else { Ok(value) }
    }

    fn value(&mut self, depth: usize) -> Read<Input<'a>> {
        if depth > self.limit {
            return Err(Wrong::TooDeep);
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Input::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Read<Input<'a>> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.next_is(b'}') {
            return Ok(Input::Map(entries));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(Wrong::Syntax("expected a key in quotes"));
            }
            let key = self.string()?;
            self.space();
            if !self.next_is(b':') {
                return Err(Wrong::Syntax("expected `:`"));
            }
            entries.push((key, self.value(depth + 1)?));
            self.space();
            if self.next_is(b'}') {
                return Ok(Input::Map(entries));
            }
            if !self.next_is(b',') {
                return Err(Wrong::Syntax("expected `,` or `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Read<Input<'a>> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.next_is(b']') {
            return Ok(Input::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.next_is(b']') {
                return Ok(Input::List(items));
            }
            if !self.next_is(b',') {
                return Err(Wrong::Syntax("expected `,` or `]`"));
            }
        }
    }

    /// A number stays as it is written.
    fn number(&mut self) -> Read<Input<'a>> {
        let start = self.at;
        self.next_is(b'-');
        if !self.next_is(b'0') && self.digits() == 0 {
            return Err(self.no_value());
        }
        if self.next_is(b'.') && self.digits() == 0 {
            return Err(Wrong::Syntax("invalid number"));
        }
        if self.next_is(b'e') || self.next_is(b'E') {
            let _sign = self.next_is(b'+') || self.next_is(b'-');
            if self.digits() == 0 {
                return Err(Wrong::Syntax("invalid number"));
            }
        }
        Ok(Input::Number(self.since(start).into()))
    }

    fn digits(&mut self) -> usize {
        self.skip(|b| b.is_ascii_digit())
    }

    fn word(&mut self) -> Read<Input<'a>> {
        let (word, value) = match self.peek() {
            Some(b'n') => ("null", Input::Null),
            Some(b't') => ("true", Input::Bool(true)),
            Some(b'f') => ("false", Input::Bool(false)),
            _ => return Err(self.no_value()),
        };
        if !self.rest().starts_with(word) {
            return Err(self.no_value());
        }
        self.at += word.len();
        Ok(value)
    }

    fn no_value(&self) -> Wrong {
        let negative = self.text.get(..self.at).is_some_and(|before| before.ends_with('-'));
        if self.rest().starts_with("Infinity") {
            return Wrong::NotFinite(if negative { "-Infinity" } else { "Infinity" });
        }
        if self.rest().starts_with("NaN") { Wrong::NotFinite("NaN") } else { Wrong::Syntax("expected a value") }
    }

    /// A text in quotes, borrowed unless it has escapes.
    fn string(&mut self) -> Read<Cow<'a, str>> {
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let start = self.at;
            self.plain();
            let plain = self.since(start);
            if text.is_empty() {
                text = Cow::Borrowed(plain);
            } else {
                text.to_mut().push_str(plain);
            }
            if self.next_is(b'"') {
                return Ok(text);
            }
            if !self.next_is(b'\\') {
                return Err(Wrong::Syntax("a text without its closing quote, or with a control character in it"));
            }
            text.to_mut().push(self.escape()?);
        }
    }

    /// Passes what stands for itself in a text: by sixteen bytes, which are looked at together, then one by one.
    fn plain(&mut self) {
        let plain = |b: u8| (b != b'"') & (b != b'\\') & (b >= b' ');
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (chunks, _) = rest.as_chunks::<16>();
        let all = |chunk: &&[u8; 16]| chunk.iter().fold(true, |all, b| all & plain(*b));
        self.at += 16 * chunks.iter().take_while(all).count();
        self.skip(plain);
    }

    fn escape(&mut self) -> Read<char> {
        let byte = self.peek();
        self.at += usize::from(byte.is_some());
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.code_unit()?;
                // Beyond 16 bits a character is written as two halves.
                let second = if matches!(first, 0xD800..=0xDBFF) && self.next_is(b'\\') && self.next_is(b'u') {
                    Some(self.code_unit()?)
                } else {
                    None
                };
                let mut decoded = char::decode_utf16(std::iter::once(first).chain(second));
                match (decoded.next(), decoded.next()) {
                    (Some(Ok(c)), None) => c,
                    _ => return Err(Wrong::Syntax("half of a character")),
                }
            }
            _ => return Err(Wrong::Syntax("invalid escape")),
        })
    }

    fn code_unit(&mut self) -> Read<u16> {
        let start = self.at;
        let digits = self.text.get(start..start + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        self.at += digits.map_or(0, str::len);
        digits.and_then(|d| u16::from_str_radix(d, 16).ok()).ok_or(Wrong::Syntax("invalid escape"))
    }
}
