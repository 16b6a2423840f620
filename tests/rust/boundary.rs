//! The cases that a rule's author should look at.

use std::collections::BTreeSet;

use ecoplan::{BoundaryCase, Plan};

use crate::common::lianzhou;
use crate::coverage::can_say;

fn shown(plan: &Plan, rule: &str) -> Vec<String> {
    let subject = plan.rules().iter().find(|known| known.id == rule).unwrap().subject.clone();
    let line = |case: BoundaryCase| {
        let plan = case.as_of.map_or_else(|| plan.clone(), |day| plan.at(day));
        let report = plan.evaluate(&subject, &case.facts).unwrap_or_else(|e| panic!("{rule}: {e}"));
        let finding = report.finding(rule).unwrap();
        let facts: Vec<String> = case.facts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let of = case.of.unwrap_or_default();
        format!("{} {of}: {} -> {}", case.about, facts.join(" "), finding.outcome().as_str())
    };
    plan.boundary_cases(rule).unwrap().into_iter().map(line).collect()
}

#[test]
fn below_at_and_above_each_number_and_without_each_fact() {
    let (now, then) = ("influent_bod5_mg_l", "influent_bod5_2020_mg_l");
    let found = shown(&lianzhou(), "wwtp-urban-bod-plus-20-2025");
    // 100 does not concern the rule; 99.9 does, and with it 119.9 is enough.
    let base: Vec<&String> = found.iter().filter(|line| line.starts_with("base")).collect();
    assert_eq!(base.len(), 1);
    assert!(base[0].ends_with("-> satisfied"), "{base:?}");
    let of =
        |about: &str, fact: &str| found.iter().filter(|line| line.starts_with(&format!("{about} {fact}:"))).count();
    for about in ["below", "at", "above"] {
        assert!(of(about, then) + of(about, now) >= 1, "{about}: {found:#?}");
    }
    assert_eq!((of("missing", then), of("missing", now)), (1, 1));
    for outcome in ["satisfied", "breached", "undetermined", "not_applicable"] {
        assert!(found.iter().any(|line| line.ends_with(outcome)), "{outcome}: {found:#?}");
    }
    for boundary in [
        format!("{then}=100"),
        format!("{now}={}", base[0].split(&format!("{now}=")).nth(1).unwrap().split(' ').next().unwrap()),
    ] {
        assert!(found.iter().any(|line| line.contains(&boundary)), "{boundary}: {found:#?}");
    }
}

#[test]
fn of_every_rule_every_outcome_is_found() {
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        let mut absent = Vec::new();
        for rule in plan.rules() {
            let cases = plan.boundary_cases(&rule.id).unwrap();
            let mut said = BTreeSet::new();
            let mut readings = BTreeSet::new();
            for case in &cases {
                let plan = case.as_of.map_or_else(|| plan.clone(), |day| plan.at(day));
                let report = plan.evaluate(&rule.subject, &case.facts).unwrap_or_else(|e| panic!("{}: {e}", rule.id));
                let finding = report.finding(&rule.id).unwrap();
                let decision = finding.decision().map_or_else(String::new, |decision| format!(" {decision}"));
                said.insert(format!("{}{decision}", finding.outcome().as_str()));
                readings.extend(finding.readings().into_iter().map(|reading| reading.reading));
            }
            let outcomes = can_say(rule).into_iter().filter(|outcome| !said.contains(outcome));
            let others = rule.readings.iter().map(|reading| &reading.id).filter(|id| !readings.contains(*id));
            absent.extend(
                outcomes.chain(others.map(|id| format!("reading {id}"))).map(|what| format!("{}: {what}", rule.id)),
            );
        }
        assert!(absent.is_empty(), "{id}: not found:\n{}", absent.join("\n"));
    }
}

#[test]
fn a_rule_that_is_not_there_is_refused() {
    let errors = lianzhou().boundary_cases("wwtp-urban-bod-plus-20").unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!(
        (error.code(), error.hint(ecoplan::Lang::En).unwrap().contains("wwtp-urban-bod-plus-20-2025")),
        ("unknown-rule", true)
    );
}
