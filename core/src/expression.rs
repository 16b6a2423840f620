//! Plain FEEL expressions, outside any plan.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::feel::{Expr, Locals, eval, parse};
use crate::input::Input;
use crate::{Decimal, DecimalError, Error, Errors, Problem, Value};

/// How many steps evaluating may take.
const MAX_COST: u64 = 10_000_000;
/// How many bytes of a text are compared or joined in the time of a step.
const STEP: usize = 256;

/// An expression of the supported subset of FEEL, the expression language of the DMN 1.5 standard.
///
/// | FEEL | here |
/// |---|---|
/// | numbers, texts, `true`, `false`, `null`, lists, comments, Unicode names | yes; names are letters, digits and `_`, without spaces or operators in them |
/// | `+ - * /`, unary `-` | yes, exact to 34 digits and rounded half to even beyond; ÷ 0 is null, and so is a result of 10³⁴ or more |
/// | `+` of texts | yes, up to 64 KiB |
/// | `= != < <= > >=` | yes; `null = 5` is false, values of different kinds give null; a chain `1 < 2 < 3` is refused: join with `and` |
/// | `between`, `in` with values, lists, comparisons and ranges, ends open or closed | yes; a range elsewhere than after `in` is refused |
/// | `and`, `or`, `not()` | yes, the ternary tables; what is no boolean counts as null |
/// | `if then else`, `some`, `every` | yes, with one variable, and not over the members of a member; what is not true takes the `else` branch |
/// | `decimal`, `round up/down/half up/half down`, `floor`, `ceiling`, `abs`, `min`, `max`, `sum`, `count`, `list contains` | yes |
/// | `date("2025-12-31")`, `date(2025, 12, 31)`, `@"2025-12-31"` | yes, literal; days compare, and that is all |
/// | `**`, times, durations, date arithmetic | refused: no rule of a plan has needed them |
/// | `for`, filters `a[…]`, paths `a.b`, contexts `{…}`, functions, `instance of`, other built-ins | refused: conditions stay readable beside their clause |
///
/// *Unknown* is not null. A name that the context does not give is unknown, and so is every operator on it, unless the
/// other operands decide: `false and x` is false. A null in the context is FEEL's null.
///
/// What is outside the subset is refused by name, never evaluated in another way. An independent engine, dsntk, gives the
/// same for thousands of random expressions in every test run; the few known differences stand in `tests/feel`.
///
/// An expression of more than 64 KiB, nested more than 64 deep or 200 high, or that takes more than ten million steps, is
/// refused. Where texts are longer than 256 bytes, each step counts once more for every 256.
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
        let length = |slot: usize| match values.get(slot) {
            Some(list @ Value::List(_)) => members(list),
            _ => 0,
        };
        let longest = values.iter().map(longest).max().unwrap_or(0);
        let per_step = u64::try_from(1 + self.expr.longest_text(longest) / STEP).unwrap_or(u64::MAX);
        if self.expr.cost(&length).saturating_mul(per_step) > MAX_COST {
            errors.push(Error::new("expression", Problem::TooCostly { limit: MAX_COST }));
        }
        if !errors.is_empty() {
            return Errors::check(errors, Value::Unknown);
        }
        Ok(eval(&self.expr, &values, &Locals::None))
    }
}

impl fmt::Display for Expression {
    /// The expression in its one printed form; parsing it gives the same expression, unless it has become too long: `1e33` is
    /// printed with all of its zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expr.print(&|slot| self.names.get(slot).cloned().unwrap_or_default()))
    }
}

/// How many values a list has, those of lists within it included.
fn members(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(|item| 1 + members(item)).sum(),
        _ => 0,
    }
}

/// How long the longest text in a value is, in bytes.
fn longest(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(longest).max().unwrap_or(0),
        _ => 0,
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
