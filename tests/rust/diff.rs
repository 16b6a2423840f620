//! What is different between two plans.

use ecoplan::model::{Attribute, StrengthClass};
use ecoplan::{Decimal, Outcome, RuleDifference, TestChange};

use crate::common::{lianzhou, one_rule};

fn changed<'d>(found: &'d ecoplan::Difference, after: &str) -> Option<&'d RuleDifference> {
    found.changed.iter().find(|change| change.after == after)
}

/// Table 1 against Table 2: the indicators that go on, by the two tables themselves.
#[test]
fn the_plan_and_its_predecessor() {
    let (earlier, later) = (ecoplan::plan("lianzhou-135").unwrap(), lianzhou());
    let found = earlier.diff(&later);
    let (binding, expected) = (Attribute::Binding, Attribute::Expected);
    // ≥ 93.5 and then ≥ 93 %, binding in both.
    let air = changed(&found, "target-air-good-days-2025").unwrap();
    assert_eq!((air.test, air.attribute), (TestChange::Loosened, None));
    // ≤ 33 and then ≤ 25 μg/m³; binding, then expected.
    let pm25 = changed(&found, "target-pm25-2025").unwrap();
    assert_eq!((pm25.test, pm25.attribute), (TestChange::Tightened, Some((binding, expected))));
    let witness = pm25.witness.as_ref().unwrap();
    assert_eq!((witness.before, witness.after), (Outcome::Satisfied, Outcome::Breached));
    let value: Decimal = witness.facts["pm25_annual_ug_m3"].to_string().parse().unwrap();
    assert!(value > Decimal::from(25) && value <= Decimal::from(33), "{value}");
    // ≥ 74.1 and then ≥ 69 %; expected, then binding.
    let forest = changed(&found, "target-forest-coverage-2025").unwrap();
    assert_eq!((forest.test, forest.attribute), (TestChange::Loosened, Some((expected, binding))));
    // 100 % in both, binding in both.
    assert!(changed(&found, "target-surface-water-class3-2025").is_none_or(|water| water.test == TestChange::None));
    // Ten years are not the whole: most of both is new, or gone.
    assert!(found.added.iter().any(|id| id == "wwtp-urban-bod-plus-20-2025"));
    assert_eq!(found.removed.len() + found.changed.len() + found.same, earlier.rules().len());
    assert_eq!(found.added.len() + found.changed.len() + found.same, later.rules().len());
}

#[test]
fn a_plan_does_not_differ_from_itself() {
    let plan = lianzhou();
    let found = plan.diff(&plan);
    assert_eq!(
        (found.same, found.added.len(), found.removed.len(), found.changed.len()),
        (plan.rules().len(), 0, 0, 0)
    );
    let corrected = plan.with_target("target-forest-coverage-2025", "68.5".parse().unwrap()).unwrap();
    let found = plan.diff(&corrected);
    assert_eq!((found.same, found.changed.len()), (plan.rules().len() - 1, 1));
    assert_eq!((found.changed[0].test, found.changed[0].conditions), (TestChange::Loosened, true));
    assert_eq!(corrected.diff(&plan).changed[0].test, TestChange::Tightened);
}

#[test]
fn a_rule_that_moves_or_is_written_otherwise() {
    let plan = |requires: &str| one_rule("obligation", &format!("requires = '{requires}'")).unwrap();
    let test =
        |before: &str, after: &str| plan(before).diff(&plan(after)).changed.first().map(|c| (c.test, c.conditions));
    assert_eq!(test("x >= 20", "x >= 25"), Some((TestChange::Tightened, true)));
    assert_eq!(test("x >= 20", "x > 20"), Some((TestChange::Tightened, true)));
    assert_eq!(test("x >= 20", "x <= 20"), Some((TestChange::Moved, true)));
    assert_eq!(test("x >= 20 and b", "x >= 20"), Some((TestChange::Loosened, true)));
    // The same in other words.
    assert_eq!(test("x >= 20", "not(x < 20)"), Some((TestChange::None, true)));
    assert_eq!(test("x >= 20", "x >= 20"), None);
    let encouraged = |class: &str| {
        let text = crate::common::rule_text("obligation", "requires = 'b'").replace("mandatory", class);
        ecoplan::Plan::from_toml(&text).unwrap()
    };
    let found = encouraged("mandatory").diff(&encouraged("progressive"));
    assert_eq!(found.changed[0].strength, Some((StrengthClass::Mandatory, StrengthClass::Progressive)));
}
