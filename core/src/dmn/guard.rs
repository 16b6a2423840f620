//! Conditions with the null guards that *unknown* needs.
//!
//! Elsewhere a fact that is not given is null, and `null = 5` is false, `if null then a else b` is b. The guarded
//! condition is null exactly where ours is unknown or null, and otherwise what ours is: true or false.

use crate::feel::{Comparison, Expr, Function, Test};
use crate::model::FactKind;
use crate::program::SubjectProgram;
use crate::{Decimal, Value};

/// Why something cannot be said in standard FEEL with the same meaning.
pub(super) type Refused = &'static str;

/// How many parts a condition may have: guards repeat what they guard, level by level.
const MAX_PARTS: u64 = 500;

/// The condition in standard FEEL.
///
/// # Errors
///
/// What asks whether something is known *and* may not be computable: FEEL has one null for both. What other engines read
/// in other ways, such as sets compared as a whole. What is too long with its guards.
pub(super) fn guarded(condition: &Expr, subject: &SubjectProgram) -> Result<Expr, Refused> {
    short(condition)?;
    Guard { subject }.expr(condition)
}

struct Guard<'a> {
    subject: &'a SubjectProgram,
}

impl Guard<'_> {
    fn all<'e>(&self, items: impl IntoIterator<Item = &'e Expr>) -> Result<Vec<Expr>, Refused> {
        items.into_iter().map(|e| self.expr(e)).collect()
    }

    fn boxed(&self, e: &Expr) -> Result<Box<Expr>, Refused> {
        self.expr(e).map(Box::new)
    }

    fn expr(&self, expr: &Expr) -> Result<Expr, Refused> {
        let guarded = self.node(expr)?;
        short(&guarded)?;
        Ok(guarded)
    }

    fn node(&self, expr: &Expr) -> Result<Expr, Refused> {
        Ok(match expr {
            Expr::Literal(_) | Expr::Fact(_) | Expr::Local(_) => expr.clone(),
            Expr::Negate(_) | Expr::Arithmetic(..) => held(self.number(expr)?),
            Expr::Compare(op, a, b) if op.is_order() => Expr::Compare(*op, self.boxed(a)?, self.boxed(b)?),
            Expr::Compare(op, a, b) => self.equality(*op, a, b)?,
            Expr::Between { value, low, high } => {
                self.ends(value, &[(Comparison::GreaterOrEqual, low), (Comparison::LessOrEqual, high)])?
            }
            Expr::In { value, tests } => self.membership(value, tests)?,
            Expr::And(items) => joined(merged(self.all(items)?, Expr::And), Expr::And),
            Expr::Or(items) => joined(merged(self.all(items)?, Expr::Or), Expr::Or),
            Expr::Not(a) => Expr::Not(self.boxed(a)?),
            Expr::If { condition, then, otherwise } => self.branches(condition, then, otherwise)?,
            Expr::Quantified { every, list, body, .. } => self.quantified(*every, list, body)?,
            Expr::Call(function, arguments) => self.call(*function, arguments)?,
            Expr::List(_) => return Err("a list compared as a whole"),
        })
    }

    /// Arithmetic as it is: null if an operand is.
    fn number(&self, expr: &Expr) -> Result<Expr, Refused> {
        let operand = |e: &Expr| self.number(e).map(Box::new);
        match expr {
            Expr::Negate(a) => Ok(Expr::Negate(operand(a)?)),
            Expr::Arithmetic(op, a, b) => Ok(Expr::Arithmetic(*op, operand(a)?, operand(b)?)),
            other => self.expr(other),
        }
    }

    /// `null = 5` is false, and `null != 5` true.
    fn equality(&self, op: Comparison, a: &Expr, b: &Expr) -> Result<Expr, Refused> {
        computable([a, b])?;
        if self.is_set(a) || self.is_set(b) {
            return Err("sets compared as a whole");
        }
        let (a, b) = (self.expr(a)?, self.expr(b)?);
        Ok(unless_null([&a, &b], Expr::Compare(op, Box::new(a.clone()), Box::new(b.clone()))))
    }

    /// The ends of a range as comparisons, each of which may settle it alone.
    fn ends(&self, value: &Expr, ends: &[(Comparison, &Expr)]) -> Result<Expr, Refused> {
        let end = |(op, bound): &(Comparison, &Expr)| Ok(Expr::Compare(*op, self.boxed(value)?, self.boxed(bound)?));
        ends.iter().map(end).collect::<Result<_, _>>().map(|ends| joined(ends, Expr::And))
    }

    fn membership(&self, value: &Expr, tests: &[Test]) -> Result<Expr, Refused> {
        if self.is_set(value) {
            return Err("a set looked up in a list");
        }
        if let Some(members) = literals(tests) {
            computable([value])?;
            let value = self.expr(value)?;
            return Ok(unless_null([&value], Expr::In { value: Box::new(value.clone()), tests: members }));
        }
        let passed = tests.iter().map(|test| match test {
            Test::Value(list) if self.is_set(list) => self.contains(list, value),
            Test::Value(single) => self.equality(Comparison::Equal, value, single),
            ordered => self.ends(value, &ordered.comparisons()),
        });
        passed.collect::<Result<_, _>>().map(|passed| joined(passed, Expr::Or))
    }

    fn contains(&self, list: &Expr, wanted: &Expr) -> Result<Expr, Refused> {
        computable([wanted])?;
        match list {
            Expr::List(items) => {
                let found = items.iter().map(|item| self.equality(Comparison::Equal, item, wanted));
                found.collect::<Result<_, _>>().map(|found| joined(found, Expr::Or))
            }
            Expr::Fact(_) => {
                let wanted = self.expr(wanted)?;
                let mut found = Expr::Call(Function::ListContains, vec![list.clone(), wanted.clone()]);
                if can_be_null(&wanted) {
                    // In an empty set there is nothing, whatever is looked for.
                    let count = Expr::Call(Function::Count, vec![list.clone()]);
                    found = Expr::If {
                        condition: compared(count, Comparison::Equal, Value::Number(Decimal::ZERO)),
                        then: Box::new(Expr::Literal(Value::Bool(false))),
                        otherwise: Box::new(unless_null([&wanted], found)),
                    };
                }
                Ok(unless_null([list], found))
            }
            _ => Err("a member looked up in a list that is computed"),
        }
    }

    /// An unknown condition leaves what both branches agree on.
    fn branches(&self, condition: &Expr, then: &Expr, otherwise: &Expr) -> Result<Expr, Refused> {
        computable([condition])?;
        if self.is_set(then) || self.is_set(otherwise) {
            return Err("an `if` that gives a set");
        }
        let (condition, then, otherwise) = (self.boxed(condition)?, self.boxed(then)?, self.boxed(otherwise)?);
        let agreed = Expr::If {
            condition: Box::new(Expr::Compare(Comparison::Equal, then.clone(), otherwise.clone())),
            then: then.clone(),
            otherwise: Box::new(Expr::Literal(Value::Null)),
        };
        Ok(Expr::If {
            condition: is_null(&condition),
            then: Box::new(agreed),
            otherwise: Box::new(Expr::If { condition, then, otherwise }),
        })
    }

    /// The condition for each choice that the set may have: other engines stop at the first null that they meet.
    fn quantified(&self, every: bool, list: &Expr, body: &Expr) -> Result<Expr, Refused> {
        let choices = match list {
            Expr::Fact(slot) => self.subject.fact(*slot).map(|fact| &fact.fact.choices),
            _ => None,
        };
        let choices = choices.ok_or("`some` or `every` over a list that is computed")?;
        let each = choices.iter().map(|choice| {
            let choice = Expr::Literal(Value::from(choice.id.as_str()));
            let holds = self.expr(&body.bound(&choice, 0))?;
            let member = Expr::Call(Function::ListContains, vec![list.clone(), choice]);
            Ok(match every {
                true => Expr::Or(vec![Expr::Not(Box::new(member)), holds]),
                false => Expr::And(vec![member, holds]),
            })
        });
        let each = each.collect::<Result<_, _>>()?;
        Ok(unless_null([list], joined(each, if every { Expr::And } else { Expr::Or })))
    }

    fn call(&self, function: Function, arguments: &[Expr]) -> Result<Expr, Refused> {
        match (function, arguments) {
            (Function::ListContains, [list, wanted]) => self.contains(list, wanted),
            // Its members count, known or not.
            (Function::Count, [list @ Expr::List(_)]) => Ok(Expr::Call(function, vec![list.clone()])),
            (Function::Count, [set @ Expr::Fact(_)]) => {
                Ok(unless_null([set], Expr::Call(function, arguments.to_vec())))
            }
            (Function::Count, _) => Err("the count of a list that is computed"),
            (Function::Min | Function::Max | Function::Sum, arguments) => {
                let items = match arguments {
                    [Expr::List(items)] => self.all(items)?,
                    items => self.all(items)?,
                };
                let call = Expr::Call(function, vec![Expr::List(items.clone())]);
                // Other engines may leave nulls out.
                Ok(unless_null(&items, held(call)))
            }
            (_, [_, places]) if !matches!(places, Expr::Literal(_)) => Err("decimals that depend on a fact"),
            _ => self.all(arguments).map(|arguments| Expr::Call(function, arguments)),
        }
    }

    fn is_set(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Fact(slot) => self.subject.fact(*slot).is_some_and(|fact| fact.kind() == FactKind::Set),
            Expr::If { then, otherwise, .. } => self.is_set(then) || self.is_set(otherwise),
            Expr::List(_) => true,
            _ => false,
        }
    }
}

fn short(expr: &Expr) -> Result<(), Refused> {
    match expr.cost(&|_| 0) {
        0..=MAX_PARTS => Ok(()),
        _ => Err("a condition that is too long with its guards"),
    }
}

/// FEEL's null says nothing about why: where an unknown and a failed computation differ, nothing may fail.
fn computable<'e>(operands: impl IntoIterator<Item = &'e Expr>) -> Result<(), Refused> {
    match operands.into_iter().any(Expr::may_fail) {
        true => Err("something that may not be computable is compared, looked up or asked for by `if`"),
        false => Ok(()),
    }
}

/// The members of a list that is written out, without brackets; none where it is empty or has other tests in it.
fn literals(tests: &[Test]) -> Option<Vec<Test>> {
    let mut members = Vec::new();
    for test in tests {
        match test {
            Test::Value(Expr::List(items)) => members.extend(items.iter().cloned().map(Test::Value)),
            other => members.push(other.clone()),
        }
    }
    let literal = |test: &Test| matches!(test, Test::Value(Expr::Literal(_)));
    (!members.is_empty() && members.iter().all(literal)).then_some(members)
}

fn can_be_null(guarded: &Expr) -> bool {
    !matches!(guarded, Expr::Literal(_))
}

/// The expression, or null where one of the operands is.
fn unless_null<'e>(operands: impl IntoIterator<Item = &'e Expr>, expr: Expr) -> Expr {
    let mut nulls: Vec<Expr> = Vec::new();
    for operand in operands.into_iter().filter(|e| can_be_null(e)) {
        let null = *is_null(operand);
        if !nulls.contains(&null) {
            nulls.push(null);
        }
    }
    if nulls.is_empty() {
        return expr;
    }
    Expr::If {
        condition: Box::new(joined(nulls, Expr::Or)),
        then: Box::new(Expr::Literal(Value::Null)),
        otherwise: Box::new(expr),
    }
}

/// Conditions under one and the same guard as one condition under it: null together, they are null joined.
fn merged(items: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Vec<Expr> {
    let mut groups: Vec<(Option<Box<Expr>>, Vec<Expr>)> = Vec::new();
    for item in items {
        let (guard, inner) = match item {
            Expr::If { condition, then, otherwise } if *then == Expr::Literal(Value::Null) => {
                (Some(condition), *otherwise)
            }
            plain => (None, plain),
        };
        match groups.iter_mut().find(|(known, _)| known.is_some() && *known == guard) {
            Some((_, group)) => group.push(inner),
            None => groups.push((guard, vec![inner])),
        }
    }
    let null = || Box::new(Expr::Literal(Value::Null));
    let whole = |(guard, group)| match (guard, joined(group, join)) {
        (Some(condition), otherwise) => Expr::If { condition, then: null(), otherwise: Box::new(otherwise) },
        (None, plain) => plain,
    };
    groups.into_iter().map(whole).collect()
}

fn is_null(expr: &Expr) -> Box<Expr> {
    compared(expr.clone(), Comparison::Equal, Value::Null)
}

fn compared(expr: Expr, op: Comparison, value: Value) -> Box<Expr> {
    Box::new(Expr::Compare(op, Box::new(expr), Box::new(Expr::Literal(value))))
}

/// Several conditions as one; of none, what looks for something in nothing.
fn joined(mut items: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match items.len() {
        0 => Expr::Literal(Value::Bool(false)),
        1 => items.remove(0),
        _ => join(items),
    }
}

/// A computation that gives null, as ours does, where a result has more than 34 digits before the point.
fn held(computed: Expr) -> Expr {
    let most = Value::Number(Decimal::new(10_i128.pow(34) - 1, 0).unwrap_or_default());
    let mut large = Vec::new();
    outgrowing(&computed, &mut large);
    let check = |e: Expr| *compared(Expr::Call(Function::Abs, vec![e]), Comparison::LessOrEqual, most.clone());
    let checks: Vec<Expr> = large.into_iter().map(check).collect();
    if checks.is_empty() {
        return computed;
    }
    Expr::If {
        condition: Box::new(joined(checks, Expr::And)),
        then: Box::new(computed),
        otherwise: Box::new(Expr::Literal(Value::Null)),
    }
}

/// The parts of a computation that can outgrow what is held, the inner ones first.
fn outgrowing(computed: &Expr, found: &mut Vec<Expr>) {
    if let Expr::Negate(_) | Expr::Arithmetic(..) = computed {
        computed.children().into_iter().for_each(|child| outgrowing(child, found));
    }
    if matches!(computed, Expr::Arithmetic(..) | Expr::Call(Function::Sum, _)) && computed.may_outgrow() {
        found.push(computed.clone());
    }
}
