//! Tokens to a condition. What lies outside the subset is refused by name.

use std::sync::Arc;

use super::ast::{Arithmetic, Comparison, Expr, Function, Test};
use super::lex::{Spanned, Token, lex};
use crate::error::nearest;
use crate::{Date, Decimal, Problem, Value, keyboard};

/// Finds the place of a fact by its name, or says what is wrong with the name.
pub(crate) type Resolve<'a> = dyn FnMut(&str) -> Result<usize, Problem> + 'a;

/// How deep parentheses, lists and `if`s may nest, and how high the tree of a condition may grow: `1+1+1` is 2 high.
const MAX_DEPTH: usize = 64;
const MAX_HEIGHT: usize = 200;
/// How long a condition may be, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

const KEYWORDS: [&str; 16] = [
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "some",
    "every",
    "satisfies",
    "in",
    "between",
    "true",
    "false",
    "null",
    "for",
    "function",
];

/// Parses one condition.
pub(crate) fn parse(text: &str, resolve: &mut Resolve<'_>) -> Result<Expr, Problem> {
    if text.len() > MAX_LENGTH {
        return Err(Problem::TooLarge { limit: MAX_LENGTH });
    }
    let tokens = lex(text)?;
    let mut parser = Parser { tokens: &tokens, locals: Vec::new(), depth: 0, height: 0, range_end: false, resolve };
    let expr = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'t, 'r, 'f> {
    tokens: &'t [Spanned],
    locals: Vec<Arc<str>>,
    depth: usize,
    /// The height of the expression parsed last.
    height: usize,
    /// Whether a `[` ends the range at hand: `]1..5[`.
    range_end: bool,
    resolve: &'r mut Resolve<'f>,
}

type Parsed = Result<Expr, Problem>;

impl Parser<'_, '_, '_> {
    fn at(&self, ahead: usize) -> &Token {
        self.tokens.get(ahead).map_or(&Token::End, |t| &t.token)
    }

    fn peek(&self) -> &Token {
        self.at(0)
    }

    fn advance(&mut self) {
        // The last token, the end, stays.
        if let [_, rest @ ..] = self.tokens
            && !rest.is_empty()
        {
            self.tokens = rest;
        }
    }

    fn column(&self) -> usize {
        self.tokens.first().map_or(1, |t| t.column)
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(s) if *s == symbol)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(w) if w == word)
    }

    fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), Problem> {
        if self.eat_symbol(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Problem> {
        if self.eat_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn syntax(&self, detail: impl Into<String>) -> Problem {
        let slip = match self.peek() {
            Token::Word(word) => word.parse().ok().filter(|c| keyboard::plain(*c).is_some()),
            _ => None,
        };
        Problem::ExpressionSyntax { detail: detail.into(), column: self.column(), slip }
    }

    fn unsupported(&self, feature: &str) -> Problem {
        Problem::Unsupported { feature: feature.to_owned(), column: self.column() }
    }

    /// What stands here is not what the grammar wants; where FEEL would allow it, it is named.
    fn unexpected(&self, wanted: &str) -> Problem {
        match self.peek() {
            Token::End => self.syntax(format!("the condition ends where {wanted} is expected")),
            Token::Symbol("**") => self.unsupported("exponentiation `**`"),
            Token::Symbol("{") => self.unsupported("a context `{…}`"),
            Token::Symbol(".") => self.unsupported("a path `a.b`"),
            Token::Symbol("[") => self.unsupported("a filter `list[…]`"),
            Token::Symbol("?") => self.unsupported("the unary-test variable `?`"),
            Token::Symbol("..") => self.unsupported("a range outside `in`"),
            Token::Word(w) if w == "instance" => self.unsupported("`instance of`"),
            Token::Symbol(s) => self.syntax(format!("`{s}` where {wanted} is expected")),
            Token::Word(w) => self.syntax(format!("`{w}` where {wanted} is expected")),
            Token::Number(n) => self.syntax(format!("`{n}` where {wanted} is expected")),
            Token::Text(t) => self.syntax(format!("`\"{t}\"` where {wanted} is expected")),
        }
    }

    /// Counts one level above the expression parsed last and the one before it, `before` high.
    fn raise(&mut self, before: usize) -> Result<(), Problem> {
        self.height = self.height.max(before) + 1;
        if self.height > MAX_HEIGHT { Err(Problem::TooDeep { limit: MAX_HEIGHT }) } else { Ok(()) }
    }

    /// Counts one level of nesting more.
    fn nest(&mut self) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Problem::TooDeep { limit: MAX_DEPTH }) } else { Ok(()) }
    }

    fn expression(&mut self) -> Parsed {
        self.nest()?;
        let expr = if self.eat_word("if") {
            let condition = Box::new(self.expression()?);
            let mut height = self.height;
            self.expect_word("then")?;
            let then = Box::new(self.expression()?);
            height = height.max(self.height);
            self.expect_word("else")?;
            let otherwise = Box::new(self.expression()?);
            self.raise(height)?;
            Expr::If { condition, then, otherwise }
        } else if self.is_word("some") || self.is_word("every") {
            self.quantified()?
        } else if self.is_word("for") {
            return Err(self.unsupported("`for … return`"));
        } else if self.is_word("function") {
            return Err(self.unsupported("a function definition"));
        } else {
            self.disjunction()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn quantified(&mut self) -> Parsed {
        let every = self.is_word("every");
        self.advance();
        let name: Arc<str> = match self.peek() {
            Token::Word(w) if !KEYWORDS.contains(&w.as_str()) => w.as_str().into(),
            _ => return Err(self.unexpected("a variable name")),
        };
        self.advance();
        self.expect_word("in")?;
        let list = Box::new(self.sum()?);
        if matches!(*list, Expr::Local(_)) {
            return Err(self.unsupported("`some` or `every` over the members of a member"));
        }
        let height = self.height;
        if self.is_symbol(",") {
            return Err(self.unsupported("more than one variable in `some` or `every`"));
        }
        self.expect_word("satisfies")?;
        self.locals.push(name.clone());
        let body = self.expression();
        self.locals.pop();
        let body = Box::new(body?);
        self.raise(height)?;
        Ok(Expr::Quantified { every, name, list, body })
    }

    fn disjunction(&mut self) -> Parsed {
        let mut items = vec![self.conjunction()?];
        let mut height = self.height;
        while self.eat_word("or") {
            items.push(self.conjunction()?);
            height = height.max(self.height);
        }
        self.join(&items, height)?;
        Ok(flat(items, Expr::Or, |e| match e {
            Expr::Or(inner) => Ok(inner),
            other => Err(other),
        }))
    }

    fn conjunction(&mut self) -> Parsed {
        let mut items = vec![self.comparison()?];
        let mut height = self.height;
        while self.eat_word("and") {
            items.push(self.comparison()?);
            height = height.max(self.height);
        }
        self.join(&items, height)?;
        Ok(flat(items, Expr::And, |e| match e {
            Expr::And(inner) => Ok(inner),
            other => Err(other),
        }))
    }

    /// One item stays as high as it is; several stand one level below their operator.
    fn join(&mut self, items: &[Expr], height: usize) -> Result<(), Problem> {
        if items.len() > 1 { self.raise(height) } else { Ok(()) }
    }

    fn comparison_sign(&mut self) -> Option<Comparison> {
        let op = match self.peek() {
            Token::Symbol("=") => Comparison::Equal,
            Token::Symbol("!=") => Comparison::NotEqual,
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol(">") => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            _ => return None,
        };
        self.advance();
        Some(op)
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        let mut height = self.height;
        let expr = if let Some(op) = self.comparison_sign() {
            Expr::Compare(op, Box::new(left), Box::new(self.sum()?))
        } else if self.eat_word("between") {
            let low = Box::new(self.sum()?);
            height = height.max(self.height);
            self.expect_word("and")?;
            Expr::Between { value: Box::new(left), low, high: Box::new(self.sum()?) }
        } else if self.eat_word("in") {
            Expr::In { value: Box::new(left), tests: self.tests()? }
        } else {
            return Ok(left);
        };
        self.raise(height)?;
        let chained = matches!(self.peek(), Token::Symbol("=" | "!=" | "<" | "<=" | ">" | ">="));
        if chained || self.is_word("between") || self.is_word("in") {
            return Err(self.unsupported("a chain of comparisons (join them with `and`, or use `between`)"));
        }
        Ok(expr)
    }

    fn tests(&mut self) -> Result<Vec<Test>, Problem> {
        // `in (a, b)` is a list of tests, `in (1..5)` an open range: the first test decides.
        if self.is_symbol("(") && !self.opens_range() {
            self.advance();
            let mut tests = vec![self.test()?];
            let mut height = self.height;
            while self.eat_symbol(",") {
                tests.push(self.test()?);
                height = height.max(self.height);
            }
            self.height = height;
            self.expect_symbol(")")?;
            return Ok(tests);
        }
        Ok(vec![self.test()?])
    }

    /// Whether the bracket at hand opens a range: a `..` stands at its own depth.
    fn opens_range(&self) -> bool {
        let mut depth = 0_i32;
        for (i, t) in self.tokens.iter().enumerate() {
            match t.token {
                Token::Symbol("..") if depth == 1 => return true,
                Token::Symbol("(" | "[") => depth += 1,
                // `]1..5]`: a range may open with a closing bracket.
                Token::Symbol("]") if i == 0 => depth += 1,
                Token::Symbol(")" | "]") => depth -= 1,
                Token::Symbol(",") if depth == 1 => return false,
                Token::End => return false,
                _ => {}
            }
            if depth == 0 {
                return false;
            }
        }
        false
    }

    fn test(&mut self) -> Result<Test, Problem> {
        if let Some(op) = self.comparison_sign() {
            return Ok(Test::Compare(op, self.sum()?));
        }
        let bracket = matches!(self.peek(), Token::Symbol("(" | "[" | "]"));
        if bracket && self.opens_range() {
            let low_open = !self.is_symbol("[");
            self.advance();
            let low = self.sum()?;
            let height = self.height;
            self.expect_symbol("..")?;
            self.range_end = true;
            let high = self.sum()?;
            self.range_end = false;
            self.height = height.max(self.height);
            let high_open = match self.peek() {
                Token::Symbol("]") => false,
                Token::Symbol(")" | "[") => true,
                _ => return Err(self.unexpected("the end of the range")),
            };
            self.advance();
            return Ok(Test::Range { low, low_open, high, high_open });
        }
        Ok(Test::Value(self.sum()?))
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let op = match self.peek() {
                Token::Symbol("+") => Arithmetic::Add,
                Token::Symbol("-") => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            self.advance();
            let height = self.height;
            left = Expr::Arithmetic(op, Box::new(left), Box::new(self.product()?));
            self.raise(height)?;
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.negation()?;
        loop {
            let op = match self.peek() {
                Token::Symbol("*") => Arithmetic::Multiply,
                Token::Symbol("/") => Arithmetic::Divide,
                Token::Symbol("[") if self.range_end => return Ok(left),
                Token::Symbol("**" | "." | "[" | "{") => return Err(self.unexpected("an operator")),
                Token::Word(w) if w == "instance" => return Err(self.unexpected("an operator")),
                _ => return Ok(left),
            };
            self.advance();
            let height = self.height;
            left = Expr::Arithmetic(op, Box::new(left), Box::new(self.negation()?));
            self.raise(height)?;
        }
    }

    fn negation(&mut self) -> Parsed {
        let mut signs = 0_usize;
        while self.eat_symbol("-") {
            signs += 1;
            // Each but the first stands for one within parentheses, as it is printed.
            if signs > 1 {
                self.nest()?;
            }
        }
        let mut expr = self.primary()?;
        self.depth -= signs.saturating_sub(1);
        for _ in 0..signs {
            expr = match expr {
                Expr::Literal(Value::Number(n)) => Expr::Literal(Value::Number(-n)),
                other => {
                    self.raise(0)?;
                    Expr::Negate(Box::new(other))
                }
            };
        }
        Ok(expr)
    }

    fn primary(&mut self) -> Parsed {
        let token = self.peek().clone();
        self.height = 0;
        match token {
            Token::Number(n) => {
                self.advance();
                Ok(Expr::Literal(Value::Number(n)))
            }
            Token::Text(t) => {
                self.advance();
                Ok(Expr::Literal(Value::Text(t.into())))
            }
            Token::Symbol("@") => self.at_literal(),
            Token::Symbol("(") => {
                self.advance();
                let inner = self.expression()?;
                if self.is_symbol(",") || self.is_symbol("..") {
                    return Err(self.unexpected("`)`"));
                }
                self.expect_symbol(")")?;
                Ok(inner)
            }
            Token::Symbol("[") => {
                self.advance();
                Ok(Expr::List(self.arguments("]")?))
            }
            Token::Word(word) => self.word(&word),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn at_literal(&mut self) -> Parsed {
        self.advance();
        let Token::Text(text) = self.peek() else { return Err(self.unexpected("a date in quotes")) };
        let date = text.parse::<Date>().map_err(|_| match text.contains([':', 'P', 'T']) {
            true => self.unsupported("a time or duration literal"),
            false => Problem::InvalidDate { value: text.clone() },
        })?;
        self.advance();
        Ok(Expr::Literal(Value::Date(date)))
    }

    fn word(&mut self, word: &str) -> Parsed {
        let literal = match word {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        };
        if let Some(value) = literal {
            self.advance();
            return Ok(Expr::Literal(value));
        }
        if let Some(function) = self.function() {
            return self.call(function);
        }
        if word == "not" && matches!(self.at(1), Token::Symbol("(")) {
            self.advance();
            self.advance();
            let inner = self.expression()?;
            self.expect_symbol(")")?;
            self.raise(0)?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        if word == "if" || word == "some" || word == "every" {
            return Err(self.syntax(format!("put `{word} …` in parentheses here")));
        }
        if KEYWORDS.contains(&word) {
            return Err(self.unexpected("a value"));
        }
        if let Some(depth) = self.locals.iter().rev().position(|l| &**l == word) {
            self.advance();
            return Ok(Expr::Local(depth));
        }
        self.refuse_other_functions(word)?;
        let slot = (self.resolve)(word)?;
        self.advance();
        Ok(Expr::Fact(slot))
    }

    /// A function of the subset, its name possibly of several words, followed by a parenthesis.
    fn function(&self) -> Option<Function> {
        Function::ALL.into_iter().find(|f| {
            let mut next = 0;
            let named = f.name().split(' ').all(|word| {
                next += 1;
                matches!(self.at(next - 1), Token::Word(t) if t == word)
            });
            named && matches!(self.at(next), Token::Symbol("("))
        })
    }

    fn call(&mut self, function: Function) -> Parsed {
        let column = self.column();
        for _ in function.name().split(' ') {
            self.advance();
        }
        self.advance();
        let arguments = self.arguments(")")?;
        let (least, most) = function.arguments();
        if !(least..=most).contains(&arguments.len()) {
            let (name, given) = (function.name(), arguments.len());
            let wanted = if least == most { format!("{least}") } else { format!("at least {least}") };
            let detail = format!("`{name}` takes {wanted} arguments, not {given}");
            return Err(Problem::ExpressionSyntax { detail, column, slip: None });
        }
        if function == Function::Date {
            return date(&arguments).ok_or_else(|| self.unsupported("`date` of anything but a literal day"));
        }
        Ok(Expr::Call(function, arguments))
    }

    fn arguments(&mut self, end: &str) -> Result<Vec<Expr>, Problem> {
        let mut items = Vec::new();
        if self.eat_symbol(end) {
            return Ok(items);
        }
        let mut height = 0;
        loop {
            items.push(self.expression()?);
            height = height.max(self.height);
            if !self.eat_symbol(",") {
                if self.is_symbol("..") {
                    return Err(self.unexpected("`,`"));
                }
                self.expect_symbol(end)?;
                self.raise(height)?;
                return Ok(items);
            }
        }
    }

    /// `word word (`: a function that is none of ours.
    fn refuse_other_functions(&self, word: &str) -> Result<(), Problem> {
        let mut name = word.to_owned();
        let mut ahead = 1;
        while let Token::Word(next) = self.at(ahead)
            && !KEYWORDS.contains(&next.as_str())
        {
            name = format!("{name} {next}");
            ahead += 1;
        }
        if !matches!(self.at(ahead), Token::Symbol("(")) {
            return Ok(());
        }
        let known = Function::ALL.map(Function::name);
        Err(Problem::UnknownFunction { nearest: nearest(&name, known), name, column: self.column() })
    }
}

/// One item as it is, several joined, nested ones of the same kind opened up: `(a and b) and c` is `a and b and c`.
fn flat(items: Vec<Expr>, join: impl Fn(Vec<Expr>) -> Expr, open: impl Fn(Expr) -> Result<Vec<Expr>, Expr>) -> Expr {
    let mut all = Vec::with_capacity(items.len());
    let single = items.len() == 1;
    for item in items {
        match open(item) {
            Ok(inner) => all.extend(inner),
            Err(other) if single => return other,
            Err(other) => all.push(other),
        }
    }
    join(all)
}

/// `date("2025-12-31")` or `date(2025, 12, 31)`; a day that does not exist is null, as in the standard.
fn date(arguments: &[Expr]) -> Option<Expr> {
    let number = |n: &Decimal| n.to_i64();
    let day = match arguments {
        [Expr::Literal(Value::Text(text))] => text.parse().ok(),
        [Expr::Literal(Value::Number(y)), Expr::Literal(Value::Number(m)), Expr::Literal(Value::Number(d))] => {
            let parts = (number(y)?, number(m)?, number(d)?);
            match (u16::try_from(parts.0), u8::try_from(parts.1), u8::try_from(parts.2)) {
                (Ok(y), Ok(m), Ok(d)) => Date::new(y, m, d),
                _ => None,
            }
        }
        _ => return None,
    };
    Some(Expr::Literal(day.map_or(Value::Null, Value::Date)))
}
