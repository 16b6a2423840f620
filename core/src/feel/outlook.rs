//! What a condition could still become once certain facts are known.
//!
//! Judged node by node: comparisons over facts that will be known may come out either way, independently of each
//! other. So the outlook never omits what can happen, and may keep what only a correlation between facts excludes.

use super::ast::{Arithmetic, Comparison, Expr, Function, Test};
use super::eval::{Locals, Truth, eval, rounding};
use crate::facts::MAX_DECIMALS;
use crate::{Decimal, Rounding, Value};

/// How many digits a number can have, and how many before the point one that is given.
const HELD: u32 = 34;
const GIVEN: u32 = 15;

/// The values a condition can take. For a number, `yes` and `no` together mean: some known value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Outlook {
    pub(crate) yes: bool,
    pub(crate) no: bool,
    pub(crate) unknown: bool,
    pub(crate) null: bool,
}

impl Outlook {
    /// A fact that will be known, or a comparison of such facts.
    pub(crate) const EITHER: Outlook = Outlook { yes: true, no: true, unknown: false, null: false };

    fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) | Value::Unknown | Value::Null => Truth::of(value).into(),
            // A list may have unknown members.
            Value::List(items) => Outlook { unknown: items.contains(&Value::Unknown), ..Outlook::EITHER },
            _ => Outlook::EITHER,
        }
    }

    fn or_else(self, other: Self) -> Self {
        Outlook {
            yes: self.yes || other.yes,
            no: self.no || other.no,
            unknown: self.unknown || other.unknown,
            null: self.null || other.null,
        }
    }

    fn not(self) -> Self {
        Outlook { yes: self.no, no: self.yes, ..self }
    }

    /// What `and` can give where this and the other come independently.
    fn and(self, other: Self) -> Self {
        let open = |o: Self| o.yes || o.unknown || o.null;
        let null = |o: Self| o.yes || o.null;
        Outlook {
            yes: self.yes && other.yes,
            no: self.no || other.no,
            unknown: (self.unknown && open(other)) || (other.unknown && open(self)),
            null: (self.null && null(other)) || (other.null && null(self)),
        }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl From<Truth> for Outlook {
    fn from(truth: Truth) -> Self {
        let nothing = Outlook::default();
        match truth {
            Truth::True => Outlook { yes: true, ..nothing },
            Truth::False => Outlook { no: true, ..nothing },
            Truth::Unknown => Outlook { unknown: true, ..nothing },
            Truth::Null => Outlook { null: true, ..nothing },
        }
    }
}

/// The outlook once the facts that `will_be_known` names are given, the other facts staying as they are.
pub(crate) fn outlook(
    expr: &Expr,
    facts: &[Value],
    locals: &Locals<'_>,
    will_be_known: &dyn Fn(usize) -> bool,
) -> Outlook {
    // What is decided stays decided.
    let now = eval(expr, facts, locals);
    let decided = !matches!(now, Value::Unknown | Value::List(_));
    if decided || !expr.mentions(will_be_known) {
        return Outlook::of(&now);
    }
    let go = |e: &Expr| outlook(e, facts, locals, will_be_known);
    let may_fail = || Then { facts, locals, will_be_known, bound: &[], divides: false }.digits(expr).is_none();
    match expr {
        Expr::And(items) => items.iter().map(go).fold(Truth::True.into(), Outlook::and),
        Expr::Or(items) => items.iter().map(go).fold(Truth::False.into(), Outlook::or),
        Expr::Not(a) => go(a).not(),
        Expr::If { condition, then, otherwise } => {
            let condition = go(condition);
            let mut result = Outlook::default();
            if condition.yes || condition.unknown {
                result = result.or_else(go(then));
            }
            if condition.no || condition.null || condition.unknown {
                result = result.or_else(go(otherwise));
            }
            Outlook { unknown: result.unknown || condition.unknown, ..result }
        }
        Expr::Quantified { every, list, body, .. } => {
            let items = match eval(list, facts, locals) {
                Value::List(items) if !list.mentions(will_be_known) => items,
                // Members that are not known yet: either way, and open where the body has other unknowns.
                _ => {
                    let stays =
                        |slot: usize| !will_be_known(slot) && facts.get(slot).is_none_or(|v| *v == Value::Unknown);
                    let unknown = go(list).unknown || body.mentions(&stays);
                    return Outlook { unknown, null: may_fail(), ..Outlook::EITHER };
                }
            };
            let each = items.iter().map(|item| outlook(body, facts, &Locals::Bound(item, locals), will_be_known));
            if *every {
                each.fold(Truth::True.into(), Outlook::and)
            } else {
                each.fold(Truth::False.into(), Outlook::or)
            }
        }
        // Any operator that is not boolean algebra: with known operands it may come out either way.
        _ => {
            let unknown = expr.children().into_iter().any(|operand| go(operand).unknown);
            Outlook { unknown, null: may_fail(), ..Outlook::EITHER }
        }
    }
}

/// What is known of the operands of something that may fail.
#[derive(Clone, Copy)]
struct Then<'a> {
    facts: &'a [Value],
    locals: &'a Locals<'a>,
    will_be_known: &'a dyn Fn(usize) -> bool,
    /// How many digits the variables have whose members are not known yet, innermost last.
    bound: &'a [u32],
    /// Whether no divisor is zero.
    divides: bool,
}

impl Expr {
    /// Whether known operands can give null: a divisor may be zero, a number too large, a scale no whole number.
    pub(crate) fn may_fail(&self) -> bool {
        self.may_be_null(false)
    }

    /// Whether known operands can give null for another reason than a division by zero.
    pub(crate) fn may_outgrow(&self) -> bool {
        self.may_be_null(true)
    }

    /// Whether a null within it can be as good as a value: for `if` it is a no, it equals nothing, and it can be counted.
    /// Facts are never null; what is computed may be.
    pub(crate) fn recovers_from_null(&self) -> bool {
        let computed = |e: &Expr| e.any(&|part| matches!(part, Expr::Arithmetic(..) | Expr::Call(..)));
        self.any(&|e| match e {
            Expr::If { condition, .. } => computed(condition),
            Expr::Compare(Comparison::Equal | Comparison::NotEqual, ..) | Expr::In { .. } => computed(e),
            Expr::Call(Function::ListContains | Function::Count, arguments) => arguments.iter().any(computed),
            _ => false,
        })
    }

    fn may_be_null(&self, divides: bool) -> bool {
        let then = Then { facts: &[], locals: &Locals::None, will_be_known: &|_| true, bound: &[], divides };
        then.digits(self).is_none()
    }

    /// How many decimals a number has at most, where it is a fact, a literal, or such added and multiplied.
    fn decimals(&self) -> Option<u32> {
        match self {
            Expr::Literal(Value::Number(n)) => Some(n.decimals()),
            Expr::Fact(_) => Some(MAX_DECIMALS),
            Expr::Negate(a) => a.decimals(),
            Expr::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, a, b) => Some(a.decimals()?.max(b.decimals()?)),
            Expr::Arithmetic(Arithmetic::Multiply, a, b) => Some(a.decimals()? + b.decimals()?),
            _ => None,
        }
    }
}

impl Then<'_> {
    /// How many digits before the point the numbers in a value can have; none where computing it may fail.
    fn digits(self, expr: &Expr) -> Option<u32> {
        let held = |digits: u32| Some(digits).filter(|d| *d <= HELD);
        match eval(expr, self.facts, self.locals) {
            Value::Null => return None,
            Value::Number(n) => return whole_digits(n),
            Value::Unknown | Value::List(_) => {}
            _ => return Some(0),
        }
        match expr {
            Expr::Fact(_) => Some(GIVEN),
            // Of a variable bound further out nothing is known, but that it is held.
            Expr::Local(depth) => Some(self.bound.iter().rev().nth(*depth).copied().unwrap_or(HELD)),
            Expr::Quantified { list, body, .. } => {
                let bound = [self.bound, &[self.digits(list)?]].concat();
                Then { locals: &Locals::Bound(&Value::Unknown, self.locals), bound: &bound, ..self }.digits(body)
            }
            // These have an answer for null too.
            Expr::Compare(Comparison::Equal | Comparison::NotEqual, ..) | Expr::Call(Function::ListContains, _) => {
                Some(0)
            }
            Expr::Call(Function::Count, _) => Some(GIVEN),
            Expr::In { value, tests } => {
                let bounds = tests.iter().flat_map(Test::comparisons).filter(|(op, _)| op.is_order());
                bounds.map(|(_, bound)| bound).try_for_each(|bound| {
                    self.digits(value)?;
                    self.digits(bound).map(|_| ())
                })?;
                Some(0)
            }
            Expr::If { condition, then, otherwise } => {
                let condition = outlook(condition, self.facts, self.locals, self.will_be_known);
                let yes = (condition.yes || condition.unknown).then(|| self.digits(then));
                let no = (condition.no || condition.null || condition.unknown).then(|| self.digits(otherwise));
                Some(yes.unwrap_or(Some(0))?.max(no.unwrap_or(Some(0))?))
            }
            Expr::Arithmetic(Arithmetic::Multiply, a, b) => held(self.digits(a)? + self.digits(b)?),
            Expr::Arithmetic(Arithmetic::Divide, a, b) => match eval(b, self.facts, self.locals) {
                // The least divisor is a one at its last decimal.
                Value::Number(n) if n != Decimal::ZERO => held(self.digits(a)? + n.decimals()),
                _ if self.divides => held(self.digits(a)? + b.decimals()?),
                _ => None,
            },
            Expr::Arithmetic(..) => held(self.most(expr)? + 1),
            Expr::Call(function, arguments) => self.of_call(*function, expr, arguments),
            _ => self.most(expr),
        }
    }

    fn most(self, expr: &Expr) -> Option<u32> {
        expr.children().into_iter().try_fold(0, |most, child| Some(self.digits(child)?.max(most)))
    }

    fn of_call(self, function: Function, call: &Expr, arguments: &[Expr]) -> Option<u32> {
        let held = |digits: u32| Some(digits).filter(|d| *d <= HELD);
        let most = self.most(call)?;
        match arguments {
            // Rounding may carry into one more digit; to tens or more, it makes a small number large.
            [number, places] if rounding(function).is_some() => match eval(places, self.facts, self.locals) {
                Value::Number(places) => {
                    held(self.digits(number)?.max(u32::try_from((-places).to_i64()?).unwrap_or(0)) + 1)
                }
                _ => None,
            },
            _ if rounding(function).is_some() => held(most + 1),
            // Of nothing there is no sum, least or greatest.
            [list] if function != Function::Abs && self.may_be_empty(list) => None,
            _ if function == Function::Sum => {
                let members = match arguments {
                    [Expr::List(items)] => items.len(),
                    items => items.len(),
                };
                held(most + members.max(1).ilog10() + 1)
            }
            _ => Some(most),
        }
    }

    fn may_be_empty(self, list: &Expr) -> bool {
        match eval(list, self.facts, self.locals) {
            Value::List(items) => items.is_empty(),
            _ => list.any(&|e| matches!(e, Expr::List(items) if items.is_empty())),
        }
    }
}

fn whole_digits(number: Decimal) -> Option<u32> {
    u32::try_from(number.abs().round(0, Rounding::Floor)?.to_string().len()).ok()
}
