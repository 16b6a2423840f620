//! A plan of some of its subjects judges them as the whole does, under the same hash.

use std::collections::BTreeMap;

use ecoplan::Plan;
use ecoplan::model::{Document, LeftOut};
use serde_json::Value as Json;

fn part(plan: &Plan, subjects: &[&str]) -> Plan {
    let json = serde_json::to_string(&plan.document().of_subjects(subjects)).unwrap();
    Plan::from_document(Document::from_json(json).unwrap()).unwrap()
}

#[test]
fn parts_judge_as_the_whole() {
    let mut cases = 0;
    for id in ecoplan::plans() {
        let whole = ecoplan::plan(id).unwrap();
        let parts: BTreeMap<&str, Plan> =
            whole.subjects().iter().map(|subject| (subject.id.as_str(), part(&whole, &[&subject.id]))).collect();
        for (name, text) in ecoplan_spec::VECTORS.iter().filter(|(name, _)| name.starts_with("cases")) {
            let file: Json = serde_json::from_str(text).unwrap();
            if file["plan"] != id {
                continue;
            }
            for case in file["cases"].as_array().unwrap() {
                let subject = case["subject"].as_str().unwrap();
                let facts = case["facts"].to_string();
                let day = case["as_of"].as_str().map_or(whole.as_of(), |day| day.parse().unwrap());
                let report = |plan: &Plan| plan.at(day).evaluate_json(subject, &facts).unwrap().to_json();
                assert_eq!(report(&parts[subject]), report(&whole), "{name}: {}", case["name"]);
                cases += 1;
            }
        }
    }
    assert!(cases > 2000, "{cases}");
}

#[test]
fn what_is_left_out_is_refused_by_name() {
    let whole = ecoplan::plan("lianzhou-145").unwrap();
    let both = part(&whole, &["urban_wwtp", "township_wwtp"]);
    assert_eq!(both.hash(), whole.hash());
    assert_eq!(both.subjects(), whole.subjects());
    let code = |subject: &str| both.evaluate_json(subject, "{}").unwrap_err().iter().next().unwrap().code();
    assert_eq!((code("project"), code("projects")), ("not-loaded", "unknown-subject"));
    // Of a part, a part; what it does not have does not come back.
    let one = part(&both, &["township_wwtp", "project"]);
    assert_eq!(one.hash(), whole.hash());
    assert!(one.facts("urban_wwtp").is_err() && one.facts("project").is_err() && one.facts("township_wwtp").is_ok());
    assert_eq!(one.coverage().counts.total, one.rules().len());
}

#[test]
fn a_part_that_is_there_cannot_be_left_out() {
    let whole = ecoplan::plan("lianzhou-145").unwrap();
    let refused = |left_out: &[(Option<&str>, &str)]| {
        let mut document = whole.document().of_subjects(&["project"]);
        let left_out = left_out
            .iter()
            .map(|(subject, sha256)| LeftOut { subject: subject.map(str::to_owned), sha256: (*sha256).to_owned() });
        document.left_out = left_out.collect();
        let errors = Plan::from_document(document).unwrap_err();
        errors.iter().map(|error| format!("{} {}", error.path(), error.code())).collect::<Vec<_>>()
    };
    let hash = "0".repeat(64);
    let wrong = ["left_out invalid-value"];
    assert_eq!(refused(&[(Some("project"), &hash)]), wrong);
    assert_eq!(refused(&[(Some("projects"), &hash)]), wrong);
    assert_eq!(refused(&[(Some("city"), "0")]), wrong);
    assert_eq!(refused(&[(Some("city"), &hash), (Some("city"), &hash)]), wrong);
    assert_eq!(refused(&[(None, &hash), (None, &hash)]), wrong);
}
