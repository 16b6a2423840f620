//! Text to tokens.

use crate::{Decimal, DecimalError, Problem, keyboard};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(Decimal),
    Text(String),
    /// A name or a keyword.
    Word(String),
    Symbol(&'static str),
    End,
}

#[derive(Debug, Clone)]
pub(super) struct Spanned {
    pub(super) token: Token,
    /// Column of the first character, from 1.
    pub(super) column: usize,
}

/// Longest first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 25] = [
    "..", "**", "<=", ">=", "!=", "->", "(", ")", "[", "]", "{", "}", ",", "<", ">", "=", "+", "-", "*", "/", "@", ":",
    ".", "?", ";",
];

pub(super) fn lex(text: &str) -> Result<Vec<Spanned>, Problem> {
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { rest: &chars, total: chars.len() };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank()?;
        let column = lexer.column();
        let token = lexer.token()?;
        let end = token == Token::End;
        tokens.push(Spanned { token, column });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a [char],
    total: usize,
}

impl Lexer<'_> {
    fn column(&self) -> usize {
        self.total - self.rest.len() + 1
    }

    fn error(&self, detail: impl Into<String>) -> Problem {
        let slip = self.rest.first().copied().filter(|c| keyboard::plain(*c).is_some());
        Problem::ExpressionSyntax { detail: detail.into(), column: self.column(), slip }
    }

    fn next(&mut self) -> Option<char> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn starts_with(&self, text: &str) -> bool {
        let mut rest = self.rest.iter();
        text.chars().all(|c| rest.next() == Some(&c))
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let count = self.rest.iter().position(|c| !wanted(*c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken.iter().collect()
    }

    /// White space and comments.
    fn skip_blank(&mut self) -> Result<(), Problem> {
        loop {
            self.take_while(char::is_whitespace);
            if self.starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if self.starts_with("/*") {
                let start = self.error("comment without end");
                self.next();
                self.next();
                while !self.starts_with("*/") {
                    if self.next().is_none() {
                        return Err(start);
                    }
                }
                self.next();
                self.next();
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<Token, Problem> {
        let second_is_digit = self.rest.get(1).is_some_and(char::is_ascii_digit);
        match self.rest.first().copied() {
            None => Ok(Token::End),
            Some('"') => self.text(),
            Some(c) if c.is_ascii_digit() || (c == '.' && second_is_digit) => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => {
                Ok(Token::Word(self.take_while(|c| c.is_alphanumeric() || c == '_')))
            }
            Some(c) => match SYMBOLS.iter().find(|s| self.starts_with(s)) {
                Some(symbol) => {
                    for _ in symbol.chars() {
                        self.next();
                    }
                    Ok(Token::Symbol(symbol))
                }
                None => Err(self.error(format!("unexpected character `{c}`"))),
            },
        }
    }

    fn number(&mut self) -> Result<Token, Problem> {
        let start = self.rest;
        let mut digits = self.take_while(|c| c.is_ascii_digit());
        // `[1..5]`: two dots end the number.
        if self.starts_with(".") && self.rest.get(1).is_some_and(char::is_ascii_digit) {
            self.next();
            digits.push('.');
            digits.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        let exponent = match self.rest {
            ['e' | 'E', sign @ ('+' | '-'), d, ..] if d.is_ascii_digit() => Some((2, format!("e{sign}"))),
            ['e' | 'E', d, ..] if d.is_ascii_digit() => Some((1, "e".to_owned())),
            _ => None,
        };
        if let Some((skip, mark)) = exponent {
            self.rest = self.rest.get(skip..).unwrap_or_default();
            digits.push_str(&mark);
            digits.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        if self.rest.first().is_some_and(|c| c.is_alphabetic() || *c == '_') {
            return Err(self.error("a number runs into a name"));
        }
        digits.parse().map(Token::Number).map_err(|problem| {
            self.rest = start;
            match problem {
                DecimalError::NotANumber => self.error("not a number"),
                DecimalError::TooManyDigits => Problem::too_many_digits(digits),
            }
        })
    }

    fn text(&mut self) -> Result<Token, Problem> {
        let slip = self.rest.iter().copied().find(|c| keyboard::is_curly(*c));
        let detail = "text without closing quote".to_owned();
        let unfinished = Problem::ExpressionSyntax { detail, column: self.column(), slip };
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(unfinished),
                Some('"') => return Ok(Token::Text(text)),
                Some('\\') => {
                    let escaped = match self.next() {
                        Some('n') => Some('\n'),
                        Some('t') => Some('\t'),
                        Some('r') => Some('\r'),
                        Some(c @ ('"' | '\\' | '\'')) => Some(c),
                        Some('u') => self.code_point(4),
                        Some('U') => self.code_point(6),
                        _ => None,
                    };
                    text.push(escaped.ok_or_else(|| self.error("unknown escape in a text"))?);
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn code_point(&mut self, width: usize) -> Option<char> {
        let mut code = 0;
        for _ in 0..width {
            code = code * 16 + self.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }
}
