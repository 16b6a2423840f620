//! What conditions compare, as linear forms of the numbers in it: between the zeros of all of them, no condition changes.

use std::collections::BTreeMap;

use crate::change::compared;
use crate::facts::{Facts, MAX_DECIMALS};
use crate::feel::{Arithmetic, Expr, Function, Locals, eval};
use crate::model::FactKind;
use crate::program::SubjectProgram;
use crate::{Decimal, Value};

/// A sum of numbers times constants, and a constant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Linear {
    /// By the slot of the fact; no factor is 0.
    terms: BTreeMap<usize, Decimal>,
    constant: Decimal,
}

impl Linear {
    pub(super) fn number(constant: Decimal) -> Self {
        Linear { terms: BTreeMap::new(), constant }
    }

    pub(super) fn fact(slot: usize) -> Self {
        Linear { terms: BTreeMap::from([(slot, Decimal::from(1))]), constant: Decimal::ZERO }
    }

    fn times(&self, factor: Decimal) -> Option<Self> {
        let terms = self.terms.iter().map(|(slot, own)| Some((*slot, own.checked_mul(factor)?)));
        let terms: Option<BTreeMap<usize, Decimal>> = terms.collect();
        let terms = terms?.into_iter().filter(|(_, factor)| *factor != Decimal::ZERO).collect();
        Some(Linear { terms, constant: self.constant.checked_mul(factor)? })
    }

    fn plus(mut self, other: &Self) -> Option<Self> {
        for (slot, factor) in &other.terms {
            let sum = self.factor(*slot).checked_add(*factor)?;
            self.terms.insert(*slot, sum);
        }
        self.terms.retain(|_, factor| *factor != Decimal::ZERO);
        self.constant = self.constant.checked_add(other.constant)?;
        Some(self)
    }

    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        self.clone().plus(&other.times(Decimal::from(-1))?)
    }

    /// The product, where one of both is constant.
    fn by(&self, other: &Self) -> Option<Self> {
        match (self.is_constant(), other.is_constant()) {
            (_, true) => self.times(other.constant),
            (true, _) => other.times(self.constant),
            _ => None,
        }
    }

    pub(super) fn is_constant(&self) -> bool {
        self.terms.is_empty()
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        self.terms.keys().copied()
    }

    pub(super) fn factor(&self, slot: usize) -> Decimal {
        self.terms.get(&slot).copied().unwrap_or(Decimal::ZERO)
    }

    /// The same zeros with 1 as the first factor, where that can be written.
    pub(super) fn canonical(self) -> Self {
        let Some((_, first)) = self.terms.first_key_value() else { return self };
        let exact =
            Decimal::from(1).checked_div(*first).filter(|one| one.checked_mul(*first) == Some(Decimal::from(1)));
        exact.and_then(|factor| self.times(factor)).unwrap_or(self)
    }

    /// What is left of two forms at points where both are 0, without one of the facts.
    pub(super) fn without(&self, slot: usize, other: &Self) -> Option<Self> {
        self.times(other.factor(slot))?.minus(&other.times(self.factor(slot))?)
    }

    /// Where it is 0, as one fact moves and the others stay; with whether a fact can lie exactly there.
    pub(super) fn zero(&self, slot: usize, facts: &Facts) -> Option<(Decimal, bool)> {
        let mut rest = self.constant;
        for (other, factor) in self.terms.iter().filter(|(other, _)| **other != slot) {
            let Value::Number(value) = facts.value(*other) else { return None };
            rest = rest.checked_add(value.checked_mul(*factor)?)?;
        }
        let zero = (-rest).checked_div(self.factor(slot))?;
        let exact = zero.decimals() <= MAX_DECIMALS && zero.checked_mul(self.factor(slot)) == Some(-rest);
        Some((zero, exact))
    }
}

/// One linear form over another.
struct Quotient {
    above: Linear,
    below: Linear,
}

impl Quotient {
    fn whole(above: Linear) -> Self {
        Quotient { above, below: Linear::number(Decimal::from(1)) }
    }

    fn plus(self, other: &Quotient) -> Option<Quotient> {
        let (one, two) = (self.above.by(&other.below)?, other.above.by(&self.below)?);
        Some(Quotient { above: one.plus(&two)?, below: self.below.by(&other.below)? })
    }

    fn times(self, other: &Quotient) -> Option<Quotient> {
        Some(Quotient { above: self.above.by(&other.above)?, below: self.below.by(&other.below)? })
    }

    fn negated(self) -> Option<Quotient> {
        Some(Quotient { above: self.above.times(Decimal::from(-1))?, ..self })
    }

    /// A side of a comparison; none where it is not linear.
    fn of(side: &Expr) -> Option<Quotient> {
        let of = Quotient::of;
        match side {
            Expr::Fact(slot) => Some(Quotient::whole(Linear::fact(*slot))),
            Expr::Negate(a) => of(a)?.negated(),
            Expr::Arithmetic(op, a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                match op {
                    Arithmetic::Add => a.plus(&b),
                    Arithmetic::Subtract => a.plus(&b.negated()?),
                    Arithmetic::Multiply => a.times(&b),
                    Arithmetic::Divide => a.times(&Quotient { above: b.below, below: b.above }),
                }
            }
            Expr::Call(Function::Sum, items) => {
                let items = if let [Expr::List(items)] = items.as_slice() { items } else { items };
                items.iter().try_fold(Quotient::whole(Linear::number(Decimal::ZERO)), |sum, item| sum.plus(&of(item)?))
            }
            constant if !constant.mentions(&|_| true) => match eval(constant, &[], &Locals::None) {
                Value::Number(number) => Some(Quotient::whole(Linear::number(number))),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The forms whose signs decide every comparison of numbers in a condition; none where one of them is not linear, as a
/// product of two facts or a rounded one.
pub(super) fn forms(condition: &Expr, subject: &SubjectProgram) -> Option<Vec<Linear>> {
    let number = |slot: usize| subject.fact(slot).is_some_and(|fact| fact.kind() == FactKind::Number);
    // A number that is looked for in a list is compared out of sight.
    if condition.any(&|e| matches!(e, Expr::Call(Function::ListContains, _)) && e.mentions(&number)) {
        return None;
    }
    let mut found = Some(Vec::new());
    compared(condition, &mut |a, b| {
        if found.is_some() && (a.mentions(&number) || b.mentions(&number)) {
            let forms = pair(a, b);
            found = found.take().zip(forms).map(|(known, forms)| [known, forms].concat());
        }
    });
    found
}

/// The forms that decide how two sides compare: where they meet, and where either is divided by 0.
fn pair(a: &Expr, b: &Expr) -> Option<Vec<Linear>> {
    let (a, b) = (Quotient::of(a)?, Quotient::of(b)?);
    let meet = a.above.by(&b.below)?.minus(&b.above.by(&a.below)?)?;
    Some([meet, a.below, b.below].into_iter().filter(|form| !form.is_constant()).collect())
}
