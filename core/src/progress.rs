//! How far a measure has come from its baseline, and how fast it has to move on.

use crate::change::meeting_point;
use crate::decimal::Rounding;
use crate::evaluate::Outcome;
use crate::facts::Facts;
use crate::feel::{Locals, eval};
use crate::model::BaselineValue;
use crate::program::{DueDay, FactEntry, RuleProgram, SubjectProgram};
use crate::{Date, Decimal, Value};

/// What there is to say about the way to a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The number that the measure is compared with.
    pub(crate) target: Option<Decimal>,
    pub(crate) baseline: Option<Decimal>,
    /// (value − baseline) ÷ (target − baseline); none where target and baseline are equal.
    pub(crate) progress: Option<Decimal>,
    /// What remains, a year; 0 where the target is met, none where no year is left.
    pub(crate) pace: Option<Decimal>,
}

pub(crate) fn progress(
    subject: &SubjectProgram,
    rule: &RuleProgram,
    facts: &Facts,
    as_of: Date,
    outcome: Outcome,
) -> Progress {
    if outcome == Outcome::NotApplicable {
        return Progress::default();
    }
    let number = |value: &Value| match value {
        Value::Number(n) => Some(*n),
        _ => None,
    };
    let slot_value = |name: &str| number(facts.value(subject.slot(name)?));
    let target = rule.bound().and_then(|(_, bound)| number(&eval(bound, &facts.values, &Locals::None)));
    let target = target.or_else(|| solved(rule, facts));
    let baseline = rule.rule.baseline.as_ref().and_then(|b| match &b.value {
        BaselineValue::Number(n) => Some(*n),
        BaselineValue::Fact(name) => slot_value(name),
    });
    let value = rule.measure.and_then(|slot| number(facts.value(slot)));
    let fact = rule.measure.and_then(|slot| subject.fact(slot));
    let places = i32::try_from(fact.map_or(0, FactEntry::decimals).saturating_add(2)).unwrap_or(2);
    let rounded = |n: Decimal| n.round(places, Rounding::HalfUp);
    let progress = || {
        let (way, whole) = (value?.checked_sub(baseline?)?, target?.checked_sub(baseline?)?);
        way.checked_div(whole).and_then(rounded)
    };
    let pace = || {
        let remains = if outcome == Outcome::Satisfied { Decimal::ZERO } else { target?.checked_sub(value?)? };
        // On a boundary that is not enough, nothing remains that could be divided by years.
        if remains == Decimal::ZERO && outcome != Outcome::Satisfied {
            return None;
        }
        let due = match rule.parts.due {
            DueDay::Now => return None,
            DueDay::Date(day) => day,
            DueDay::Fact(slot) => match facts.value(slot) {
                Value::Date(day) => *day,
                _ => return None,
            },
        };
        let from = rule.measure.and_then(|slot| facts.year(slot)).unwrap_or(as_of.year());
        let years = due.year().checked_sub(from).filter(|years| *years > 0)?;
        remains.checked_div(Decimal::from(i64::from(years))).and_then(rounded)
    };
    Progress { target, baseline, progress: progress(), pace: pace() }
}

/// The boundary of the test solved for the measure, where it does not stand alone: `x - y >= 20` meets at `y + 20`.
fn solved(rule: &RuleProgram, facts: &Facts) -> Option<Decimal> {
    let (_, a, b) = rule.comparison()?;
    meeting_point(a, b, rule.measure?, facts)
}
