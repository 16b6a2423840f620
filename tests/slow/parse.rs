//! Text to conditions, for the documented subset of FEEL. Only what is known to be valid is given to it.

use super::expr::{Expr, Test};
use super::number;
use super::value::Value;

const FUNCTIONS: [&str; 14] = [
    "decimal",
    "round up",
    "round down",
    "round half up",
    "round half down",
    "floor",
    "ceiling",
    "abs",
    "min",
    "max",
    "sum",
    "count",
    "list contains",
    "date",
];

pub(crate) fn parse(text: &str) -> Expr {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    let expr = parser.expression();
    assert_eq!(parser.at, parser.tokens.len(), "more than one expression: {text}");
    expr
}

/// Words and numbers, texts with their opening quote, symbols.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut i = 0;
    let is = |i: usize, wanted: &dyn Fn(char) -> bool| chars.get(i).is_some_and(|c| wanted(*c));
    while i < chars.len() {
        let start = i;
        let c = chars[i];
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        if c == '"' {
            i += 1;
            while chars[i] != '"' {
                assert_ne!(chars[i], '\\', "no escapes here: {text}");
                i += 1;
            }
            tokens.push(chars[start..i].iter().collect());
            i += 1;
            continue;
        }
        if c.is_ascii_digit() || c == '.' && is(i + 1, &|c| c.is_ascii_digit()) {
            while is(i, &|c| c.is_ascii_digit()) {
                i += 1;
            }
            // `1..5` is a range.
            if is(i, &|c| c == '.') && is(i + 1, &|c| c.is_ascii_digit()) {
                i += 1;
                while is(i, &|c| c.is_ascii_digit()) {
                    i += 1;
                }
            }
            if is(i, &|c| c == 'e' || c == 'E') {
                i += 1;
                while is(i, &|c| c.is_ascii_digit() || c == '-' || c == '+') {
                    i += 1;
                }
            }
        } else if c.is_alphabetic() || c == '_' {
            while is(i, &|c| c.is_alphanumeric() || c == '_') {
                i += 1;
            }
        } else {
            let two: String = chars[i..chars.len().min(i + 2)].iter().collect();
            i += if ["<=", ">=", "!=", ".."].contains(&two.as_str()) { 2 } else { 1 };
        }
        tokens.push(chars[start..i].iter().collect());
    }
    tokens
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

impl Parser {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.at += 1;
        self.tokens[self.at - 1].clone()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.peek() == wanted;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &str) {
        assert!(self.eat(wanted), "{wanted} before {:?}", &self.tokens[self.at..]);
    }

    fn expression(&mut self) -> Expr {
        if self.eat("if") {
            let condition = self.expression();
            self.expect("then");
            let then = self.expression();
            self.expect("else");
            return Expr::If(boxed(condition), boxed(then), boxed(self.expression()));
        }
        let every = self.peek() == "every";
        if every || self.peek() == "some" {
            self.at += 1;
            let name = self.next();
            self.expect("in");
            let list = boxed(self.sum());
            self.expect("satisfies");
            let body = boxed(self.expression());
            return if every { Expr::Every(name, list, body) } else { Expr::Some(name, list, body) };
        }
        let mut left = self.conjunction();
        while self.eat("or") {
            left = Expr::Or(boxed(left), boxed(self.conjunction()));
        }
        left
    }

    fn conjunction(&mut self) -> Expr {
        let mut left = self.comparison();
        while self.eat("and") {
            left = Expr::And(boxed(left), boxed(self.comparison()));
        }
        left
    }

    fn sign(&mut self) -> Option<String> {
        ["=", "!=", "<", "<=", ">", ">="].contains(&self.peek()).then(|| self.next())
    }

    fn comparison(&mut self) -> Expr {
        let left = self.sum();
        if let Some(op) = self.sign() {
            return Expr::Compare(op, boxed(left), boxed(self.sum()));
        }
        if self.eat("between") {
            let low = self.sum();
            self.expect("and");
            return Expr::Between(boxed(left), boxed(low), boxed(self.sum()));
        }
        if self.eat("in") {
            return Expr::In(boxed(left), self.tests());
        }
        left
    }

    /// One test, or several in parentheses; `(1..5)` is one, an open range.
    fn tests(&mut self) -> Vec<Test> {
        if self.peek() == "(" && !self.is_range() {
            self.at += 1;
            let mut tests = vec![self.test()];
            while self.eat(",") {
                tests.push(self.test());
            }
            self.expect(")");
            return tests;
        }
        vec![self.test()]
    }

    /// Whether two dots stand within the brackets at hand and in none within them.
    fn is_range(&self) -> bool {
        let mut depth = 0;
        for token in &self.tokens[self.at + 1..] {
            match token.as_str() {
                ".." if depth == 0 => return true,
                "," if depth == 0 => return false,
                "(" | "[" => depth += 1,
                ")" | "]" if depth == 0 => return false,
                ")" | "]" => depth -= 1,
                _ => {}
            }
        }
        false
    }

    fn test(&mut self) -> Test {
        if let Some(op) = self.sign() {
            return Test::Compare(vec![(op, self.sum())]);
        }
        if ["(", "[", "]"].contains(&self.peek()) && self.is_range() {
            let low_sign = if self.next() == "[" { ">=" } else { ">" };
            let low = self.sum();
            self.expect("..");
            let high = self.sum();
            let high_sign = if self.next() == "]" { "<=" } else { "<" };
            return Test::Compare(vec![(low_sign.to_owned(), low), (high_sign.to_owned(), high)]);
        }
        Test::Value(self.sum())
    }

    fn sum(&mut self) -> Expr {
        let mut left = self.product();
        while ["+", "-"].contains(&self.peek()) {
            let op = if self.next() == "+" { '+' } else { '-' };
            left = Expr::Arithmetic(op, boxed(left), boxed(self.product()));
        }
        left
    }

    fn product(&mut self) -> Expr {
        let mut left = self.negation();
        while ["*", "/"].contains(&self.peek()) {
            let op = if self.next() == "*" { '*' } else { '/' };
            left = Expr::Arithmetic(op, boxed(left), boxed(self.negation()));
        }
        left
    }

    fn negation(&mut self) -> Expr {
        if !self.eat("-") {
            return self.primary();
        }
        match self.negation() {
            // A negative number is a literal.
            Expr::Literal(Value::Number(n)) => Expr::Literal(Value::Number(-n)),
            other => Expr::Negate(boxed(other)),
        }
    }

    fn items(&mut self, end: &str) -> Vec<Expr> {
        let mut items = Vec::new();
        while !self.eat(end) {
            items.push(self.expression());
            if self.peek() != end {
                self.expect(",");
            }
        }
        items
    }

    fn primary(&mut self) -> Expr {
        if let Some(function) = self.function() {
            return self.call(function);
        }
        let token = self.next();
        match token.as_str() {
            "(" => {
                let inner = self.expression();
                self.expect(")");
                inner
            }
            "[" => Expr::List(self.items("]")),
            "@" => Expr::Literal(day(&self.next()[1..])),
            "true" => Expr::Literal(Value::Bool(true)),
            "false" => Expr::Literal(Value::Bool(false)),
            "null" => Expr::Literal(Value::Null),
            "not" => {
                self.expect("(");
                let inner = boxed(self.expression());
                self.expect(")");
                Expr::Not(inner)
            }
            text if text.starts_with('"') => Expr::Literal(Value::Text(text[1..].to_owned())),
            n if n.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                Expr::Literal(Value::Number(number::read(n)))
            }
            name => Expr::Name(name.to_owned()),
        }
    }

    /// The function whose name, of one word or more, and parenthesis stand here.
    fn function(&mut self) -> Option<&'static str> {
        FUNCTIONS.into_iter().find(|name| {
            let words: Vec<&str> = name.split(' ').chain(["("]).collect();
            self.tokens[self.at..].iter().map(String::as_str).take(words.len()).eq(words)
        })
    }

    fn call(&mut self, function: &str) -> Expr {
        self.at += function.split(' ').count() + 1;
        let arguments = self.items(")");
        if function != "date" {
            return Expr::Call(function.to_owned(), arguments);
        }
        let parts: Vec<String> = arguments
            .iter()
            .map(|argument| match argument {
                Expr::Literal(Value::Text(text)) => text.clone(),
                Expr::Literal(Value::Number(n)) => format!("{:0>2}", number::show(n)),
                other => panic!("date of {other:?}"),
            })
            .collect();
        Expr::Literal(day(&parts.join("-")))
    }
}

/// A day, or null where there is no such day.
fn day(text: &str) -> Value {
    let parts: Vec<u32> = text.split('-').map(|part| part.parse().expect(text)).collect();
    let [year, month, day] = parts[..] else { panic!("no day: {text}") };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let exists = (1..=12).contains(&month) && (1..=days[month as usize - 1]).contains(&day);
    if exists { Value::Date(text.to_owned()) } else { Value::Null }
}
