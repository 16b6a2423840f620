//! Plain FEEL expressions, outside any plan.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::feel::{Expr, Locals, eval, parse};
use crate::input::Input;
use crate::{Decimal, DecimalError, Error, Errors, Problem, Value};

/// An expression of the supported subset of FEEL (DMN 1.5): numbers, texts, booleans, dates, `null`, names, `+ - * /`,
/// `= != < <= > >=`, `between`, `in` with lists and ranges, `and`, `or`, `not()`, `if then else`, `some`/`every`, and the
/// functions `decimal`, `round up/down/half up/half down`, `floor`, `ceiling`, `abs`, `min`, `max`, `sum`, `count`,
/// `list contains`, `date`. Anything else is refused by name.
///
/// Names that the context does not give are unknown; a null in the context is FEEL's null.
///
/// ```
/// use ecoplan::{Expression, Value};
/// let risen: Expression = "b - a >= 20".parse()?;
/// assert_eq!(risen.evaluate_json(r#"{"a": 61.6, "b": 81.6}"#)?, Value::Bool(true));
/// assert_eq!(risen.evaluate_json(r#"{"a": 61.6}"#)?, Value::Unknown);
/// # Ok::<(), ecoplan::Errors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    expr: Expr,
    names: Vec<String>,
}

impl FromStr for Expression {
    type Err = Errors;

    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// - `a >=` — `expression-syntax`, with the column.
    /// - `a ** 2`, `for x in y return x` — `unsupported`, by name.
    /// - `squre(a)` — `unknown-function`.
    fn from_str(text: &str) -> Result<Self, Errors> {
        let mut names: Vec<String> = Vec::new();
        let mut resolve = |name: &str| match names.iter().position(|n| n == name) {
            Some(slot) => Ok(slot),
            None => {
                names.push(name.to_owned());
                Ok(names.len() - 1)
            }
        };
        let expr = parse(text, &mut resolve).map_err(|problem| Error::new("expression", problem))?;
        Ok(Expression { expr, names })
    }
}

impl Expression {
    /// The names that the expression reads.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The value for a context: names and their values, from anything that serialises to a map. A text is a text: dates
    /// are written `date("2025-12-31")` in the expression.
    ///
    /// # Errors
    ///
    /// - NaN, or more digits than can be held — `not-finite`, `too-many-digits`.
    /// - an object as a value — `wrong-type`.
    pub fn evaluate(&self, context: &(impl Serialize + ?Sized)) -> Result<Value, Errors> {
        self.run(Input::from_serialize(context, "context")?)
    }

    /// As [`Expression::evaluate`], from JSON text.
    ///
    /// # Errors
    ///
    /// As [`Expression::evaluate`]; and `not-utf8`, `invalid-json`, `duplicate-key`, `too-deep`, `too-large`.
    pub fn evaluate_json(&self, context: impl AsRef<[u8]>) -> Result<Value, Errors> {
        self.run(Input::from_json(context.as_ref(), "context")?)
    }

    fn run(&self, context: Input<'_>) -> Result<Value, Errors> {
        let Input::Map(entries) = context else {
            let problem = Problem::WrongType { found: context.describe(), expected: "values by name".to_owned() };
            return Err(Error::new("context", problem).into());
        };
        let mut given = BTreeMap::new();
        let mut errors = Vec::new();
        for (name, input) in entries {
            let path = format!("context.{name}");
            match value(&input) {
                Ok(_) if given.contains_key(&name) => {
                    errors.push(Error::new(path, Problem::DuplicateKey { key: name.into_owned() }))
                }
                Ok(value) => drop(given.insert(name, value)),
                Err(problem) => errors.push(Error::new(path, problem)),
            }
        }
        let values: Vec<Value> =
            self.names.iter().map(|name| given.get(name.as_str()).cloned().unwrap_or(Value::Unknown)).collect();
        Errors::check(errors, eval(&self.expr, &values, &Locals::None))
    }
}

impl fmt::Display for Expression {
    /// The expression in its one printed form; parsing it gives the same expression.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expr.print(&|slot| self.names.get(slot).cloned().unwrap_or_default()))
    }
}

fn value(input: &Input<'_>) -> Result<Value, Problem> {
    match input {
        Input::Null => Ok(Value::Null),
        Input::Bool(b) => Ok(Value::Bool(*b)),
        Input::Text(t) => Ok(Value::Text((&**t).into())),
        Input::List(items) => Ok(Value::List(items.iter().map(value).collect::<Result<_, _>>()?)),
        Input::Number(n) => n.parse::<Decimal>().map(Value::Number).map_err(|error| match error {
            DecimalError::NotANumber => Problem::NotFinite { value: n.to_string() },
            DecimalError::TooManyDigits => Problem::too_many_digits(n.to_string()),
        }),
        Input::Map(_) => Err(Problem::WrongType {
            found: input.describe(),
            expected: "a number, text, boolean, null or list".to_owned(),
        }),
    }
}
