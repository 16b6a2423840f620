//! Which outcomes of which rules cases cover.

use ecoplan::{CaseCoverage, Plan, Report};

use crate::vectors::{Boundaries, Cases, load_all};

/// The findings that the vectors expect something of, and those of whose readings they do.
fn expected(plan: &Plan) -> (CaseCoverage, CaseCoverage) {
    let mut reports: Vec<(Report, Vec<(String, bool)>)> = Vec::new();
    for file in load_all::<Cases>("cases").filter(|file| file.plan == plan.id()) {
        for case in &file.cases {
            let rules = case.expect.iter().map(|(rule, expected)| (rule.clone(), expected.readings.is_some()));
            reports.push((case.report(plan), rules.collect()));
        }
    }
    for file in load_all::<Boundaries>("boundaries") {
        for (_, subject, rule, fact, _, below, at, above) in file.rows.iter().filter(|row| row.0 == plan.id()) {
            for (value, _) in [below, at, above] {
                let mut facts = file.others.get(rule).cloned().unwrap_or_default();
                facts.insert(fact.clone(), value.clone());
                // A value outside the fact's range is a vector of its error.
                if let Ok(report) = plan.evaluate(subject, &facts) {
                    reports.push((report, vec![(rule.clone(), false)]));
                }
            }
        }
    }
    let findings = |readings: bool| {
        let rules = reports.iter().flat_map(|(report, rules)| rules.iter().map(move |rule| (report, rule)));
        let wanted = rules.filter(move |(_, (_, of_readings))| *of_readings || !readings);
        wanted.map(|(report, (rule, _))| report.finding(rule).unwrap_or_else(|| panic!("no rule is called {rule}")))
    };
    (plan.case_coverage(findings(false)), plan.case_coverage(findings(true)))
}

#[test]
fn every_outcome_and_decision_that_can_be_come_to_has_a_vector() {
    let mut absent = Vec::new();
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        let (all, with_readings) = expected(&plan);
        for (rule, readings) in all.rules.iter().zip(&with_readings.rules) {
            for one in rule.conclusions.iter().filter(|one| one.cases == 0) {
                absent.push(format!(
                    "{id} {}: {} {}",
                    rule.rule,
                    one.outcome.as_str(),
                    one.decision.clone().unwrap_or_default()
                ));
            }
            for one in readings.readings.iter().filter(|one| one.cases == 0) {
                absent.push(format!("{id} {}: reading {}", rule.rule, one.reading));
            }
        }
    }
    assert!(absent.is_empty(), "{} have no vector:\n{}", absent.len(), absent.join("\n"));
}
