//! The vectors reach every rule, with every outcome and decision it can give, and name nothing that does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ecoplan::model::{Rule, RuleKind, StrengthClass};
use ecoplan::{ClauseCounts, ClauseState, Plan};
use serde_json::Value as Json;

/// What a rule can say by the way it is built: `satisfied`, `triggered deny` …
pub(crate) fn can_say(rule: &Rule) -> BTreeSet<String> {
    let mut all = BTreeSet::from(["undetermined".to_owned()]);
    if rule.applies.as_deref().is_some_and(|condition| condition != "true") {
        all.insert("not_applicable".to_owned());
    }
    if rule.requires.is_some() || rule.done.is_some() {
        all.insert("satisfied".to_owned());
        let due = rule.kind == RuleKind::Target || rule.due.is_some();
        let unmet = match rule.strength.class {
            StrengthClass::Mandatory | StrengthClass::InPrinciple => "breached",
            StrengthClass::Progressive => "pending",
            StrengthClass::Encouraged => "triggered",
        };
        all.insert(unmet.to_owned());
        if due {
            all.insert("pending".to_owned());
        }
    } else if rule.decisions.is_empty() {
        all.insert("triggered".to_owned());
    }
    for decision in &rule.decisions {
        all.insert(format!("triggered {}", decision.id));
    }
    if rule.kind == RuleKind::Gate && rule.decisions.iter().all(|decision| decision.when.is_some()) {
        all.insert("satisfied".to_owned());
    }
    all
}

/// Rule by rule, what the vectors expect of it.
fn expected(plan: &Plan) -> BTreeMap<String, BTreeSet<String>> {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |rule: &str, outcome: &str, decision: Option<&str>| {
        let says = decision.map_or_else(|| outcome.to_owned(), |decision| format!("{outcome} {decision}"));
        said.entry(rule.to_owned()).or_default().insert(says);
    };
    for (name, text) in ecoplan_spec::VECTORS {
        let file: Json = serde_json::from_str(text).unwrap();
        if name.starts_with("cases") && file["plan"] == plan.id() {
            for case in file["cases"].as_array().unwrap() {
                for (rule, expect) in case["expect"].as_object().unwrap() {
                    assert!(plan.rules().iter().any(|known| known.id == *rule), "{name}: no rule is called {rule}");
                    add(rule, expect["outcome"].as_str().unwrap(), expect["decision"].as_str());
                }
            }
        }
        if name.starts_with("boundaries") {
            for row in file["rows"].as_array().unwrap().iter().filter(|row| row[0] == plan.id()) {
                let rule = row[2].as_str().unwrap();
                assert!(plan.rules().iter().any(|known| known.id == rule), "{name}: no rule is called {rule}");
                let facts = plan.facts(row[1].as_str().unwrap()).unwrap();
                assert!(facts.iter().any(|fact| row[3] == fact.name.as_str()), "{name}: no fact is called {}", row[3]);
                (5..8).for_each(|side| add(rule, row[side][1].as_str().unwrap(), None));
            }
        }
    }
    said
}

#[test]
fn every_outcome_and_decision_of_every_rule_has_a_vector() {
    let plan = ecoplan::plan("lianzhou-145").unwrap();
    let said = expected(&plan);
    let mut absent = Vec::new();
    // The rows of the table have their own vectors; the two-high gate has all of its states.
    let gate = "two-high-proposed-slow-limited-approval";
    for rule in plan.rules().iter().filter(|rule| rule.indicator.is_none() && rule.id != gate) {
        let none = BTreeSet::new();
        let found = said.get(&rule.id).unwrap_or(&none);
        absent.extend(can_say(rule).difference(found).map(|outcome| format!("{}: {outcome}", rule.id)));
    }
    assert!(absent.is_empty(), "no vector for\n{}", absent.join("\n"));
}

/// Codes of plan files and of the command are tested where those are.
#[test]
fn every_code_that_facts_can_give_has_a_vector() {
    let mut codes = BTreeSet::new();
    for (name, text) in ecoplan_spec::VECTORS {
        let file: Json = serde_json::from_str(text).unwrap();
        let errors = file["cases"].as_array().into_iter().flatten().flat_map(|case| case["errors"].as_array());
        if name.starts_with("bad-facts") {
            codes.extend(errors.flatten().map(|error| error["code"].as_str().unwrap().to_owned()));
        }
        if name.starts_with("boundaries") {
            let rows = file["rows"].as_array().unwrap();
            codes.extend(rows.iter().flat_map(|row| (5..8).map(|side| row[side][1].as_str().unwrap().to_owned())));
        }
    }
    let of_facts = [
        "unknown-subject",
        "unknown-fact",
        "unknown-choice",
        "wrong-type",
        "not-a-number",
        "not-finite",
        "too-many-digits",
        "out-of-range",
        "invalid-date",
        "invalid-year",
        "future-year",
        "future-date",
        "unexpected-year",
        "unit-mismatch",
        "inexact-unit",
        "done-on-without-done",
        "duplicate-key",
        "invalid-json",
    ];
    let absent: Vec<_> = of_facts.into_iter().filter(|code| !codes.contains(*code)).collect();
    assert!(absent.is_empty(), "no vector for {absent:?}");
}

#[test]
fn every_clause_is_in_one_state_and_the_counts_add_up() {
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        let coverage = plan.coverage();
        let document = plan.document();
        let ids: BTreeSet<&str> = coverage.clauses.iter().map(|clause| clause.id.as_str()).collect();
        let all = document.rules.iter().map(|rule| &rule.id).chain(document.registered.iter().map(|entry| &entry.id));
        assert_eq!(ids, all.map(String::as_str).collect(), "{id}");
        let ClauseCounts { total, executable, judgement, registered } = coverage.counts;
        assert_eq!((total, registered), (ids.len(), document.registered.len()), "{id}");
        assert_eq!(total, executable + judgement + registered, "{id}");
        let sum = |count: fn(&ClauseCounts) -> usize| coverage.chapters.iter().map(|c| count(&c.counts)).sum::<usize>();
        assert_eq!(
            (sum(|c| c.total), sum(|c| c.executable), sum(|c| c.judgement), sum(|c| c.registered)),
            (total, executable, judgement, registered),
            "{id}"
        );
    }
    // The gate asks for two judgements of the authority; a margin of numbers for none.
    let coverage = ecoplan::plan("lianzhou-145").unwrap().coverage();
    let state = |id: &str| coverage.clauses.iter().find(|clause| clause.id == id).unwrap().state;
    assert_eq!(state("two-high-proposed-slow-limited-approval"), ClauseState::Judgement);
    assert_eq!(state("wwtp-urban-bod-plus-20-2025"), ClauseState::Executable);
}

/// The clauses of an independent first reading, 302 in number: what became of 98 stands beside their conditions in
/// `catalogue/core.json`, of all others, and of those that an audit found missing, in `mapping.json`.
#[test]
fn nothing_of_the_first_reading_is_lost() {
    let file = |name: &str| -> Json {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let ids = |file: &Json, key: &str| -> Vec<String> {
        let clauses = file["clauses"].as_array().unwrap().iter();
        clauses.map(|clause| clause[key].as_str().unwrap().to_owned()).collect()
    };
    let (catalogue, mapping) = (file("catalogue/core.json"), file("mapping.json"));
    let mut clauses = ids(&catalogue, "id");
    clauses.extend(ids(&mapping, "clause").into_iter().filter(|clause| !clause.starts_with("missing: ")));
    // Some are compared in several parts.
    assert_eq!(clauses.iter().collect::<BTreeSet<_>>().len(), 302);
    let coverage = ecoplan::plan("lianzhou-145").unwrap().coverage();
    let known: BTreeSet<&str> = coverage.clauses.iter().map(|clause| clause.id.as_str()).collect();
    for clause in mapping["clauses"].as_array().unwrap() {
        let (name, became) = (&clause["clause"], clause["became"].as_array().unwrap());
        // One that is what it was needs no reason, nor one that says itself what was missing.
        let missing = name.as_str().unwrap().starts_with("missing: ");
        let same = missing || matches!(became.as_slice(), [one] if one == name);
        assert!(!became.is_empty() && (same || !clause["reason"].as_str().unwrap().is_empty()), "{name}");
        for id in became {
            assert!(known.contains(id.as_str().unwrap()), "{name}: no clause is called {id}");
        }
    }
}

#[test]
fn every_fact_is_read_by_a_rule() {
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        for subject in plan.subjects() {
            let rules: Vec<&Rule> = plan.rules().iter().filter(|rule| rule.subject == subject.id).collect();
            for fact in plan.facts(&subject.id).unwrap() {
                let named =
                    |text: &String| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == fact.name);
                let read = rules.iter().any(|rule| {
                    let readings = rule.readings.iter().flat_map(|r| {
                        r.applies.iter().chain(&r.requires).chain(r.decisions.iter().filter_map(|d| d.when.as_ref()))
                    });
                    let own = rule.applies.iter().chain(&rule.requires).chain(&rule.done).chain(&rule.done_on);
                    let decisions = rule.decisions.iter().filter_map(|d| d.when.as_ref());
                    let due = match &rule.due {
                        Some(ecoplan::model::Due::Fact(name)) => *name == fact.name,
                        _ => false,
                    };
                    due || own.chain(decisions).chain(readings).any(named)
                });
                assert!(read, "no rule reads {}.{}", subject.id, fact.name);
            }
        }
    }
}
