//! The shape of a condition, and its one printed form.

use std::fmt;
use std::sync::Arc;

use super::eval::MAX_TEXT;
use crate::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    Literal(Value),
    /// A fact, by its place in the caller's list.
    Fact(usize),
    /// A variable of `some` or `every`, counted from the innermost.
    Local(usize),
    Negate(Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Between {
        value: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    In {
        value: Box<Expr>,
        tests: Vec<Test>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Quantified {
        every: bool,
        name: Arc<str>,
        list: Box<Expr>,
        body: Box<Expr>,
    },
    Call(Function, Vec<Expr>),
    List(Vec<Expr>),
}

/// What may stand right of `in`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// Equal to the value, or a member of it where it is a list.
    Value(Expr),
    Compare(Comparison, Expr),
    Range {
        low: Expr,
        low_open: bool,
        high: Expr,
        high_open: bool,
    },
}

impl Test {
    /// The order comparisons that a value must all pass; none for a test of equality or membership.
    pub(crate) fn comparisons(&self) -> Vec<(Comparison, &Expr)> {
        match self {
            Test::Value(_) => Vec::new(),
            Test::Compare(op, bound) => vec![(*op, bound)],
            Test::Range { low, low_open, high, high_open } => vec![
                (if *low_open { Comparison::Greater } else { Comparison::GreaterOrEqual }, low),
                (if *high_open { Comparison::Less } else { Comparison::LessOrEqual }, high),
            ],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn is_order(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    /// The comparison with its operands swapped: `a < b` is `b > a`.
    pub(crate) fn swapped(self) -> Self {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }

    /// Whether it holds between two values.
    pub(crate) fn holds<T: Ord>(self, a: &T, b: &T) -> bool {
        match self {
            Comparison::Equal => a == b,
            Comparison::NotEqual => a != b,
            Comparison::Less => a < b,
            Comparison::LessOrEqual => a <= b,
            Comparison::Greater => a > b,
            Comparison::GreaterOrEqual => a >= b,
        }
    }

    /// The comparison that holds where this one does not.
    pub(crate) fn negated(self) -> Self {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Decimal,
    RoundUp,
    RoundDown,
    RoundHalfUp,
    RoundHalfDown,
    Floor,
    Ceiling,
    Abs,
    Min,
    Max,
    Sum,
    Count,
    ListContains,
    Date,
}

impl Function {
    pub(crate) const ALL: [Function; 14] = [
        Function::Decimal,
        Function::RoundUp,
        Function::RoundDown,
        Function::RoundHalfUp,
        Function::RoundHalfDown,
        Function::Floor,
        Function::Ceiling,
        Function::Abs,
        Function::Min,
        Function::Max,
        Function::Sum,
        Function::Count,
        Function::ListContains,
        Function::Date,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Function::Decimal => "decimal",
            Function::RoundUp => "round up",
            Function::RoundDown => "round down",
            Function::RoundHalfUp => "round half up",
            Function::RoundHalfDown => "round half down",
            Function::Floor => "floor",
            Function::Ceiling => "ceiling",
            Function::Abs => "abs",
            Function::Min => "min",
            Function::Max => "max",
            Function::Sum => "sum",
            Function::Count => "count",
            Function::ListContains => "list contains",
            Function::Date => "date",
        }
    }

    /// The least and the largest number of arguments.
    pub(crate) fn arguments(self) -> (usize, usize) {
        match self {
            Function::Decimal
            | Function::RoundUp
            | Function::RoundDown
            | Function::RoundHalfUp
            | Function::RoundHalfDown
            | Function::ListContains => (2, 2),
            Function::Floor | Function::Ceiling => (1, 2),
            Function::Abs | Function::Count => (1, 1),
            Function::Min | Function::Max | Function::Sum => (1, usize::MAX),
            Function::Date => (1, 3),
        }
    }
}

impl Expr {
    /// The operands, in the order they are written.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Literal(_) | Expr::Fact(_) | Expr::Local(_) => Vec::new(),
            Expr::Negate(a) | Expr::Not(a) => vec![a],
            Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) => vec![a, b],
            Expr::Between { value, low, high } => vec![value, low, high],
            Expr::In { value, tests } => {
                let mut all = vec![&**value];
                for test in tests {
                    match test {
                        Test::Value(e) | Test::Compare(_, e) => all.push(e),
                        Test::Range { low, high, .. } => all.extend([low, high]),
                    }
                }
                all
            }
            Expr::And(items) | Expr::Or(items) | Expr::Call(_, items) | Expr::List(items) => items.iter().collect(),
            Expr::If { condition, then, otherwise } => vec![condition, then, otherwise],
            Expr::Quantified { list, body, .. } => vec![list, body],
        }
    }

    /// Calls `visit` for every fact mentioned, repeats included.
    pub(crate) fn facts(&self, visit: &mut dyn FnMut(usize)) {
        if let Expr::Fact(slot) = self {
            visit(*slot);
        }
        for child in self.children() {
            child.facts(visit);
        }
    }

    /// Whether `wanted` holds for this expression or any part of it.
    pub(crate) fn any(&self, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        wanted(self) || self.children().into_iter().any(|c| c.any(wanted))
    }

    pub(crate) fn mentions(&self, wanted: &dyn Fn(usize) -> bool) -> bool {
        self.any(&|e| matches!(e, Expr::Fact(slot) if wanted(*slot)))
    }

    /// How many steps evaluating takes at most, `length` being that of a fact that is a list.
    pub(crate) fn cost(&self, length: &dyn Fn(usize) -> usize) -> u64 {
        let own: u64 = match self {
            // `contains` and the like look at every member.
            Expr::Fact(slot) => 1 + u64::try_from(length(*slot)).unwrap_or(u64::MAX),
            Expr::Quantified { list, body, .. } => {
                let members = match &**list {
                    Expr::List(items) => items.len(),
                    Expr::Fact(slot) => length(*slot),
                    // A list that is computed is no longer than what it is computed from.
                    other => usize::try_from(other.cost(length)).unwrap_or(usize::MAX),
                };
                // Opened up, each member stands wherever the variable does.
                let members = members.saturating_mul(match &**list {
                    Expr::List(items) => items
                        .iter()
                        .map(|e| e.cost(length))
                        .max()
                        .map_or(1, |c| usize::try_from(c).unwrap_or(usize::MAX)),
                    _ => 1,
                });
                return body
                    .cost(length)
                    .saturating_mul(u64::try_from(members).unwrap_or(u64::MAX))
                    .saturating_add(list.cost(length));
            }
            _ => 1,
        };
        self.children().into_iter().fold(own, |sum, child| sum.saturating_add(child.cost(length)))
    }

    /// How long a text can get in evaluating, in bytes, that of a fact being at most `of_fact`.
    pub(crate) fn longest_text(&self, of_fact: usize) -> usize {
        fn parts(expr: &Expr, longest: &mut usize, sums: &mut u32) {
            match expr {
                Expr::Literal(Value::Text(text)) => *longest = text.len().max(*longest),
                Expr::Arithmetic(Arithmetic::Add, ..) => *sums += 1,
                _ => {}
            }
            expr.children().into_iter().for_each(|child| parts(child, longest, sums));
        }
        let (mut longest, mut sums) = (of_fact, 0);
        parts(self, &mut longest, &mut sums);
        // Each sum at most doubles what there is.
        let joined = longest.saturating_mul(2_usize.saturating_pow(sums)).min(MAX_TEXT);
        longest.max(joined)
    }

    /// How deep `and`, `or`, `not` and `if` nest.
    pub(crate) fn branching(&self) -> usize {
        let below = self.children().into_iter().map(Expr::branching).max().unwrap_or(0);
        below + usize::from(matches!(self, Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::If { .. }))
    }

    /// The height of the tree.
    pub(crate) fn height(&self) -> u64 {
        1 + self.children().into_iter().map(Expr::height).max().unwrap_or(0)
    }

    /// The condition as FEEL text; parsing it again gives the same condition.
    pub(crate) fn print(&self, name: &dyn Fn(usize) -> String) -> String {
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = Printer { name, locals: Vec::new() }.write(&mut out, self, 0);
        out
    }
}

struct Printer<'a> {
    name: &'a dyn Fn(usize) -> String,
    locals: Vec<Arc<str>>,
}

impl Printer<'_> {
    /// How tightly an expression binds: an operand that binds less tightly than its place needs parentheses.
    fn level(expr: &Expr) -> u8 {
        match expr {
            Expr::If { .. } | Expr::Quantified { .. } => 0,
            Expr::Or(_) => 1,
            Expr::And(_) => 2,
            Expr::Compare(..) | Expr::Between { .. } | Expr::In { .. } => 3,
            Expr::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, ..) => 4,
            Expr::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..) => 5,
            Expr::Negate(_) => 6,
            _ => 7,
        }
    }

    fn write(&mut self, out: &mut String, expr: &Expr, least: u8) -> fmt::Result {
        use fmt::Write;
        let level = Self::level(expr);
        if level < least {
            out.push('(');
            self.write(out, expr, 0)?;
            out.push(')');
            return Ok(());
        }
        match expr {
            Expr::Literal(value) => write!(out, "{value}")?,
            Expr::Fact(slot) => out.push_str(&(self.name)(*slot)),
            Expr::Local(depth) => {
                let name = self.locals.iter().rev().nth(*depth);
                out.push_str(name.map_or("?", |n| n));
            }
            Expr::Negate(a) => {
                out.push('-');
                self.write(out, a, 7)?;
            }
            Expr::Arithmetic(op, a, b) => {
                self.write(out, a, level)?;
                out.push_str(match op {
                    Arithmetic::Add => " + ",
                    Arithmetic::Subtract => " - ",
                    Arithmetic::Multiply => " * ",
                    Arithmetic::Divide => " / ",
                });
                self.write(out, b, level + 1)?;
            }
            Expr::Compare(op, a, b) => {
                self.write(out, a, 4)?;
                write!(out, " {} ", op.as_str())?;
                self.write(out, b, 4)?;
            }
            Expr::Between { value, low, high } => {
                self.write(out, value, 4)?;
                out.push_str(" between ");
                self.write(out, low, 4)?;
                out.push_str(" and ");
                self.write(out, high, 4)?;
            }
            Expr::In { value, tests } => {
                self.write(out, value, 4)?;
                out.push_str(" in (");
                for (i, test) in tests.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    self.test(out, test)?;
                }
                out.push(')');
            }
            Expr::And(items) => self.joined(out, items, " and ", 3)?,
            Expr::Or(items) => self.joined(out, items, " or ", 2)?,
            Expr::Not(a) => {
                out.push_str("not(");
                self.write(out, a, 0)?;
                out.push(')');
            }
            Expr::If { condition, then, otherwise } => {
                out.push_str("if ");
                self.write(out, condition, 0)?;
                out.push_str(" then ");
                self.write(out, then, 0)?;
                out.push_str(" else ");
                self.write(out, otherwise, 0)?;
            }
            Expr::Quantified { every, name, list, body } => {
                write!(out, "{} {name} in ", if *every { "every" } else { "some" })?;
                self.write(out, list, 4)?;
                out.push_str(" satisfies ");
                self.locals.push(name.clone());
                self.write(out, body, 0)?;
                self.locals.pop();
            }
            Expr::Call(function, arguments) => {
                write!(out, "{}(", function.name())?;
                self.joined(out, arguments, ", ", 0)?;
                out.push(')');
            }
            Expr::List(items) => {
                out.push('[');
                self.joined(out, items, ", ", 0)?;
                out.push(']');
            }
        }
        Ok(())
    }

    fn test(&mut self, out: &mut String, test: &Test) -> fmt::Result {
        use fmt::Write;
        match test {
            Test::Value(e) => self.write(out, e, 4),
            Test::Compare(op, e) => {
                write!(out, "{} ", op.as_str())?;
                self.write(out, e, 4)
            }
            Test::Range { low, low_open, high, high_open } => {
                out.push(if *low_open { '(' } else { '[' });
                self.write(out, low, 4)?;
                out.push_str("..");
                self.write(out, high, 4)?;
                out.push(if *high_open { ')' } else { ']' });
                Ok(())
            }
        }
    }

    fn joined(&mut self, out: &mut String, items: &[Expr], separator: &str, least: u8) -> fmt::Result {
        for (i, item) in items.iter().enumerate() {
            out.push_str(if i > 0 { separator } else { "" });
            self.write(out, item, least)?;
        }
        Ok(())
    }
}
