//! What is different between two plans, or two versions of one: rules added and removed, and of those in both, what makes
//! a difference, with a case that shows it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Attribute, Due, Rule, StrengthClass};
use crate::{Outcome, Plan, Value};

/// What is different between two plans; the earlier is the one that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The ids of the rules that only the later plan has.
    pub added: Vec<String>,
    /// The ids of the rules that only the earlier plan has.
    pub removed: Vec<String>,
    /// The rules of both that differ in what they say or how.
    pub changed: Vec<RuleDifference>,
    /// How many rules are the same in both.
    pub same: usize,
}

/// How one rule differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleDifference {
    /// The id in the earlier plan.
    pub before: String,
    /// The id in the later plan: the same, or that of the indicator that measures the same fact.
    pub after: String,
    /// What became of the test: `tightened` where some cases are no longer met and none newly is, `loosened` the other way
    /// round, `moved` for both, `none` where no case was found that is judged otherwise.
    pub test: TestChange,
    /// A case that the two judge differently.
    pub witness: Option<Witness>,
    /// The attribute of an indicator, where it changed.
    pub attribute: Option<(Attribute, Attribute)>,
    /// The class of strength, where it changed.
    pub strength: Option<(StrengthClass, StrengthClass)>,
    /// The due day, where it changed.
    pub due: Option<(Option<Due>, Option<Due>)>,
    /// Whether a condition is written differently.
    pub conditions: bool,
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TestChange {
    /// No case was found that is judged otherwise.
    None,
    /// Some cases are no longer met, and none newly is.
    Tightened,
    /// Some cases are newly met, and none is met no longer.
    Loosened,
    /// Both, or a change of another kind.
    Moved,
}

/// A case that two rules judge differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The facts by name.
    pub facts: BTreeMap<String, Value>,
    /// What the earlier rule says.
    pub before: Outcome,
    /// What the later rule says.
    pub after: Outcome,
}

pub(crate) fn difference(earlier: &Plan, later: &Plan) -> Difference {
    let partner = |rule: &Rule| {
        let same = later.rules().iter().find(|other| other.id == rule.id);
        same.or_else(|| {
            // An indicator goes on under another id where it measures the same.
            rule.indicator.as_ref()?;
            let measures = |other: &&Rule| {
                other.indicator.is_some() && other.subject == rule.subject && other.measure == rule.measure
            };
            later.rules().iter().find(measures).filter(|other| !earlier.rules().iter().any(|one| one.id == other.id))
        })
    };
    let pairs: Vec<(&Rule, Option<&Rule>)> = earlier.rules().iter().map(|rule| (rule, partner(rule))).collect();
    let kept: Vec<(&Rule, &Rule)> = pairs.iter().filter_map(|(rule, other)| Some((*rule, (*other)?))).collect();
    let gone = |rule: &Rule| !kept.iter().any(|(before, _)| before.id == rule.id);
    let new = |rule: &Rule| !kept.iter().any(|(_, after)| after.id == rule.id);
    let changed: Vec<RuleDifference> =
        kept.iter().filter_map(|(before, after)| compared(earlier, before, later, after)).collect();
    Difference {
        added: later.rules().iter().filter(|rule| new(rule)).map(|rule| rule.id.clone()).collect(),
        removed: earlier.rules().iter().filter(|rule| gone(rule)).map(|rule| rule.id.clone()).collect(),
        same: kept.len() - changed.len(),
        changed,
    }
}

/// The difference of two rules, if there is one.
fn compared(earlier: &Plan, before: &Rule, later: &Plan, after: &Rule) -> Option<RuleDifference> {
    let conditions = |rule: &Rule| {
        let decisions: Vec<_> = rule.decisions.iter().map(|decision| (&decision.id, &decision.when)).collect();
        format!("{:?} {:?} {:?} {:?} {:?}", rule.applies, rule.requires, decisions, rule.done, rule.done_on)
    };
    let attribute = |rule: &Rule| rule.indicator.as_ref().map(|row| row.attribute);
    // Where nothing that judges is different, no case is.
    let same = conditions(before) == conditions(after)
        && before.due == after.due
        && before.strength.class == after.strength.class
        && earlier.as_of() == later.as_of();
    let (test, witness) = if same { (TestChange::None, None) } else { tested(earlier, before, later, after) };
    let changed = |a, b| if a == b { None } else { Some((a, b)) };
    let found = RuleDifference {
        before: before.id.clone(),
        after: after.id.clone(),
        test,
        witness,
        attribute: attribute(before).zip(attribute(after)).filter(|(before, after)| before != after),
        strength: changed(before.strength.class, after.strength.class),
        due: if before.due == after.due { None } else { Some((before.due.clone(), after.due.clone())) },
        conditions: conditions(before) != conditions(after),
    };
    let differs = found.witness.is_some()
        || found.attribute.is_some()
        || found.strength.is_some()
        || found.due.is_some()
        || found.conditions;
    differs.then_some(found)
}

/// What became of the test, by the cases that each rule's author would look at; each plan judges on its own day.
fn tested(earlier: &Plan, before: &Rule, later: &Plan, after: &Rule) -> (TestChange, Option<Witness>) {
    let cases = [(earlier, before), (later, after)].into_iter().flat_map(|(plan, rule)| {
        plan.boundary_cases(&rule.id).unwrap_or_default().into_iter().filter(|case| case.as_of.is_none())
    });
    let (mut tightened, mut loosened, mut moved) = (None, None, None);
    for case in cases {
        let judged = |plan: &Plan, rule: &Rule| -> Option<Outcome> {
            // A fact that only one of them knows is no fact of the other.
            let known = plan.facts(&rule.subject).ok()?;
            let facts: BTreeMap<&String, &Value> =
                case.facts.iter().filter(|(name, _)| known.iter().any(|fact| fact.name == **name)).collect();
            let judged = plan.case(&rule.subject, &facts).ok()?;
            judged.outcomes().find(|(found, ..)| found.id == rule.id).map(|(_, outcome, _)| outcome)
        };
        let (Some(was), Some(is)) = (judged(earlier, before), judged(later, after)) else { continue };
        if was == is {
            continue;
        }
        let place = match (was, is) {
            (Outcome::Satisfied, _) => &mut tightened,
            (_, Outcome::Satisfied) => &mut loosened,
            _ => &mut moved,
        };
        place.get_or_insert(Witness { facts: case.facts.clone(), before: was, after: is });
    }
    match (tightened, loosened, moved) {
        (Some(witness), None, _) => (TestChange::Tightened, Some(witness)),
        (None, Some(witness), _) => (TestChange::Loosened, Some(witness)),
        (Some(witness), Some(_), _) | (None, None, Some(witness)) => (TestChange::Moved, Some(witness)),
        (None, None, None) => (TestChange::None, None),
    }
}
