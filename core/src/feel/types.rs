//! What kind of value, in which unit, a condition yields: found before anything is evaluated.

use std::sync::Arc;

use super::ast::{Arithmetic, Comparison, Expr, Function, Test};
use crate::unit::Unit;
use crate::{Problem, Value};

/// A static type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// A number in a unit; without one for literals, which take the unit of what they meet.
    Number(Option<Unit>),
    YesNo,
    /// One of these texts: the ids of a choice, or literals.
    Text(Arc<[Arc<str>]>),
    /// A set of these texts.
    Set(Arc<[Arc<str>]>),
    Date,
    List(Box<Type>),
    Null,
}

impl Type {
    pub(crate) fn describe(&self) -> String {
        match self {
            Type::Number(Some(unit)) if !unit.to_string().is_empty() => format!("a number in {unit}"),
            Type::Number(_) => "a number".to_owned(),
            Type::YesNo => "yes or no".to_owned(),
            Type::Text(_) => "a choice".to_owned(),
            Type::Set(_) => "a set of choices".to_owned(),
            Type::Date => "a date".to_owned(),
            Type::List(item) => format!("a list of {}", item.describe()),
            Type::Null => "null".to_owned(),
        }
    }
}

type Inferred = Result<Type, Problem>;

/// The type of a condition, given the types of the facts.
///
/// # Errors
///
/// `unit-mismatch` (mg/L compared with %), `unknown-choice` (a choice nobody declared), `wrong-type` (a yes/no fact
/// compared with a number).
pub(crate) fn infer(expr: &Expr, facts: &dyn Fn(usize) -> Type) -> Inferred {
    Checker { facts, locals: Vec::new() }.infer(expr)
}

struct Checker<'a> {
    facts: &'a dyn Fn(usize) -> Type,
    locals: Vec<Type>,
}

fn mismatch(found: &Type, expected: &str) -> Problem {
    Problem::WrongType { found: found.describe(), expected: expected.to_owned() }
}

/// The common type of two operands that are compared, added or listed together.
fn unify(a: Type, b: Type) -> Inferred {
    match (a, b) {
        (Type::Null, other) | (other, Type::Null) => Ok(other),
        (Type::Number(None), Type::Number(unit)) | (Type::Number(unit), Type::Number(None)) => Ok(Type::Number(unit)),
        (Type::Number(Some(a)), Type::Number(Some(b))) if a != b => {
            let unit = |u: &Unit| if u.to_string().is_empty() { "no unit".to_owned() } else { u.to_string() };
            Err(Problem::UnitConflict { left: unit(&a), right: unit(&b) })
        }
        (Type::Text(a), Type::Text(b)) => {
            // Literals must be among the choices they are compared with.
            let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
            match few.iter().find(|text| !many.contains(text)) {
                Some(stranger) => Err(unknown_choice(stranger, &many)),
                None => Ok(Type::Text(many)),
            }
        }
        (Type::Set(a), Type::Set(b)) => match unify(Type::Text(a), Type::Text(b))? {
            Type::Text(all) => Ok(Type::Set(all)),
            other => Ok(other),
        },
        (Type::List(a), Type::List(b)) => Ok(Type::List(Box::new(unify(*a, *b)?))),
        (a, b) if a == b => Ok(a),
        (a, b) => Err(mismatch(&b, &a.describe())),
    }
}

fn unknown_choice(literal: &str, declared: &[Arc<str>]) -> Problem {
    Problem::UnknownChoice {
        value: literal.to_owned(),
        nearest: None,
        // A plan may name strangers in every rule.
        allowed: declared.iter().take(100).map(|c| c.to_string()).collect(),
    }
}

impl Checker<'_> {
    fn infer(&mut self, expr: &Expr) -> Inferred {
        match expr {
            Expr::Literal(value) => Ok(literal(value)),
            Expr::Fact(slot) => Ok((self.facts)(*slot)),
            Expr::Local(depth) => Ok(self.locals.iter().rev().nth(*depth).cloned().unwrap_or(Type::Null)),
            Expr::Negate(a) => self.number(a).map(Type::Number),
            Expr::Arithmetic(op, a, b) => self.arithmetic(*op, a, b),
            Expr::Compare(op, a, b) => {
                let (a, b) = (self.infer(a)?, self.infer(b)?);
                self.comparable(*op, a, b)
            }
            Expr::Between { value, low, high } => {
                let value = self.infer(value)?;
                for end in [low, high] {
                    let end = self.infer(end)?;
                    self.comparable(Comparison::LessOrEqual, value.clone(), end)?;
                }
                Ok(Type::YesNo)
            }
            Expr::In { value, tests } => {
                let value = self.infer(value)?;
                tests.iter().try_for_each(|test| self.test(&value, test))?;
                Ok(Type::YesNo)
            }
            Expr::And(items) | Expr::Or(items) => {
                items.iter().try_for_each(|item| self.yes_no(item))?;
                Ok(Type::YesNo)
            }
            Expr::Not(a) => {
                self.yes_no(a)?;
                Ok(Type::YesNo)
            }
            Expr::If { condition, then, otherwise } => {
                self.yes_no(condition)?;
                let then = self.infer(then)?;
                unify(then, self.infer(otherwise)?)
            }
            Expr::Quantified { list, body, .. } => {
                let item = self.items(list)?;
                self.locals.push(item);
                let body = self.yes_no(body);
                self.locals.pop();
                body.map(|()| Type::YesNo)
            }
            Expr::Call(function, arguments) => self.call(*function, arguments),
            Expr::List(items) => self.list(items),
        }
    }

    fn yes_no(&mut self, expr: &Expr) -> Result<(), Problem> {
        match self.infer(expr)? {
            Type::YesNo | Type::Null => Ok(()),
            other => Err(mismatch(&other, "yes or no")),
        }
    }

    fn number(&mut self, expr: &Expr) -> Result<Option<Unit>, Problem> {
        match self.infer(expr)? {
            Type::Number(unit) => Ok(unit),
            Type::Null => Ok(None),
            other => Err(mismatch(&other, "a number")),
        }
    }

    fn arithmetic(&mut self, op: Arithmetic, a: &Expr, b: &Expr) -> Inferred {
        let (a, b) = (self.number(a)?, self.number(b)?);
        Ok(Type::Number(match op {
            Arithmetic::Add | Arithmetic::Subtract => match unify(Type::Number(a), Type::Number(b))? {
                Type::Number(unit) => unit,
                _ => None,
            },
            Arithmetic::Multiply => match (a, b) {
                (Some(a), Some(b)) => Some(a.times(&b)),
                (unit, None) | (None, unit) => unit,
            },
            Arithmetic::Divide => match (a, b) {
                (a, Some(b)) => Some(a.unwrap_or_default().per(&b)),
                (a, None) => a,
            },
        }))
    }

    fn comparable(&mut self, op: Comparison, a: Type, b: Type) -> Inferred {
        let common = unify(a, b)?;
        let ordered = matches!(common, Type::Number(_) | Type::Date | Type::Null);
        if op.is_order() && !ordered {
            return Err(mismatch(&common, "something with an order: numbers or dates"));
        }
        Ok(Type::YesNo)
    }

    fn test(&mut self, value: &Type, test: &Test) -> Result<(), Problem> {
        match test {
            Test::Value(expr) => match self.infer(expr)? {
                Type::List(item) => unify(value.clone(), *item).map(drop),
                Type::Set(declared) => unify(value.clone(), Type::Text(declared)).map(drop),
                single => unify(value.clone(), single).map(drop),
            },
            Test::Compare(op, expr) => {
                let bound = self.infer(expr)?;
                self.comparable(*op, value.clone(), bound).map(drop)
            }
            Test::Range { low, high, .. } => {
                for end in [low, high] {
                    let end = self.infer(end)?;
                    self.comparable(Comparison::LessOrEqual, value.clone(), end)?;
                }
                Ok(())
            }
        }
    }

    fn list(&mut self, items: &[Expr]) -> Inferred {
        let mut texts = Vec::new();
        let mut common = Type::Null;
        for item in items {
            match self.infer(item)? {
                Type::Text(t) => texts.extend(t.iter().cloned()),
                other => common = unify(common, other)?,
            }
        }
        match (texts.is_empty(), common) {
            (true, common) => Ok(Type::List(Box::new(common))),
            (false, Type::Null) => Ok(Type::Set(texts.into())),
            (false, other) => Err(mismatch(&other, "a choice")),
        }
    }

    /// The type of the members of a list.
    fn items(&mut self, list: &Expr) -> Inferred {
        match self.infer(list)? {
            Type::List(item) => Ok(*item),
            Type::Set(texts) => Ok(Type::Text(texts)),
            Type::Null => Ok(Type::Null),
            other => Err(mismatch(&other, "a list or a set")),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr]) -> Inferred {
        match (function, arguments) {
            // A count has no unit, so it is not comparable with mg/L.
            (Function::Count, [list]) => self.items(list).map(|_| Type::Number(Some(Unit::default()))),
            (Function::ListContains, [list, wanted]) => {
                let item = self.items(list)?;
                unify(item, self.infer(wanted)?)?;
                Ok(Type::YesNo)
            }
            (Function::Min | Function::Max | Function::Sum, items) => {
                let item = match items {
                    [single] => match self.infer(single)? {
                        Type::List(item) => *item,
                        other => other,
                    },
                    several => match self.list(several)? {
                        Type::List(item) => *item,
                        other => other,
                    },
                };
                match (&item, function) {
                    (Type::Number(_) | Type::Null, _) | (Type::Date, Function::Min | Function::Max) => Ok(item),
                    _ => Err(mismatch(&item, "numbers")),
                }
            }
            (_, [number]) => self.number(number).map(Type::Number),
            (_, [number, places]) => {
                self.number(places)?;
                self.number(number).map(Type::Number)
            }
            _ => Ok(Type::Null),
        }
    }
}

fn literal(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::YesNo,
        Value::Number(_) => Type::Number(None),
        Value::Text(text) => Type::Text([text.clone()].into()),
        Value::Date(_) => Type::Date,
        Value::List(items) => Type::List(Box::new(items.first().map_or(Type::Null, literal))),
        Value::Unknown | Value::Null => Type::Null,
    }
}
