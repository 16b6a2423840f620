//! `tests/next`: the rest of the plan's clauses, as rules with vectors and as a register. They hold by themselves and with
//! the bundled plan, and are bundled once somebody who did not write them has read them against the document.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ecoplan::Plan;

use crate::vectors::{Boundaries, Cases, check_boundary, check_case};

fn files(begins: &str, ends: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("next");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let wanted = paths.into_iter().filter(|path| name(path).starts_with(begins) && name(path).ends_with(ends));
    wanted.map(|path| (name(&path), std::fs::read_to_string(&path).unwrap())).collect()
}

/// The bundled plan with what is to come.
fn whole() -> Plan {
    let bundled = ecoplan_spec::PLANS.iter().find(|plan| plan.id == "lianzhou-145").unwrap();
    let next = files("", ".toml");
    let next = next.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Plan::from_files(bundled.files.iter().copied().chain(next)).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn what_is_to_come_holds_with_the_plan() {
    let plan = whole();
    let coverage = plan.coverage();
    assert_eq!((coverage.counts.total, coverage.counts.registered), (456, 81));
    let mut reached = BTreeSet::new();
    for (_, text) in files("cases-", ".json") {
        let Cases { cases, .. } = serde_json::from_str(&text).unwrap();
        for case in &cases {
            check_case(&plan, case);
            reached.extend(case.expect.keys().cloned());
        }
    }
    for (_, text) in files("boundaries-", ".json") {
        let Boundaries { others, rows } = serde_json::from_str(&text).unwrap();
        for row in &rows {
            check_boundary(&plan, &others.get(&row.2).cloned().unwrap_or_default(), row);
        }
    }
    let bundled = ecoplan::plan("lianzhou-145").unwrap();
    let known: BTreeSet<&str> = bundled.rules().iter().map(|rule| rule.id.as_str()).collect();
    let new = plan.rules().iter().filter(|rule| !known.contains(rule.id.as_str()));
    let untested: Vec<&str> = new.map(|rule| rule.id.as_str()).filter(|id| !reached.contains(*id)).collect();
    assert!(untested.is_empty(), "no vector for {untested:?}");
}

#[test]
fn what_is_to_come_is_in_the_plan() {
    let Some(path) = std::env::var_os("ECOPLAN_PLAN_TEXT") else { return };
    let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let text = squeeze(&std::fs::read_to_string(path).unwrap());
    for clause in whole().coverage().clauses {
        assert_eq!(text.matches(&squeeze(&clause.cite.anchor)).count(), 1, "{}: {}", clause.id, clause.cite.anchor);
    }
}
