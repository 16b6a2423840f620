//! What hostile bytes are thrown at, by cargo-fuzz and, in every test run, by proptest: nothing may panic, and what is
//! accepted must hold what is promised of it.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a broken promise has to be seen")]

use std::sync::LazyLock;

use ecoplan::{Expression, Lang, Plan};

static PLAN: LazyLock<Plan> = LazyLock::new(|| ecoplan::plan("lianzhou-145").unwrap());

/// An expression that is accepted prints as itself and has a value.
pub fn expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(expression) = text.parse::<Expression>() else { return };
    let printed = expression.to_string();
    assert_eq!(printed.parse::<Expression>().as_ref(), Ok(&expression), "{printed}");
    let _ = expression.evaluate_json("{}");
}

/// A plan that is accepted can judge a case without facts, and explain it.
pub fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Plan::from_toml(text) {
        Ok(plan) => {
            for subject in plan.subjects() {
                let report = plan.evaluate_json(&subject.id, "{}").unwrap_or_else(|e| panic!("{e}"));
                let _ = (report.explain(Lang::En), report.explain(Lang::Zh));
                assert!(plan.verify(report.to_json()).is_ok());
            }
        }
        Err(errors) => assert!(errors.iter().next().is_some()),
    }
}

/// Facts that are accepted give a report that is a receipt.
pub fn facts(bytes: &[u8]) {
    for subject in PLAN.subjects() {
        if let Ok(report) = PLAN.evaluate_json(&subject.id, bytes) {
            assert!(PLAN.verify(report.to_json()).is_ok());
        }
    }
    let _ = PLAN.scorecard_json(bytes);
}

/// A receipt that is accepted says what evaluating again says.
pub fn receipt(bytes: &[u8]) {
    if let Ok(report) = PLAN.verify(bytes) {
        assert!(PLAN.verify(report.to_json()).is_ok());
    }
}
