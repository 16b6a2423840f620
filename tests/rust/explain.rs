//! What a report says in words, line by line.

use ecoplan::{Explanation, Lang, Line, Outcome};
use serde_json::{Value as Json, json};

use crate::common::lianzhou;

fn explanation(subject: &str, facts: &Json, lang: Lang) -> Explanation {
    let report = lianzhou().evaluate(subject, facts).unwrap();
    let said = report.explanation(lang);
    assert_eq!(said.to_string(), report.explain(lang), "the text is printed from the same lines");
    said
}

/// The texts of the lines of one kind.
#[track_caller]
fn texts(said: &Explanation, rule: &str, key: &str) -> Vec<String> {
    let finding = said.findings.iter().find(|f| f.rule == rule).unwrap();
    finding.lines.iter().filter(|line| line.key == key).map(|line| line.text.clone()).collect()
}

#[test]
fn a_plant_in_both_languages() {
    let facts = json!({ "influent_bod5_2020_mg_l": "61.6", "influent_bod5_mg_l": { "value": "81.5", "year": 2025 } });
    let rule = "wwtp-urban-bod-plus-20-2025";

    let en = explanation("urban_wwtp", &facts, Lang::En);
    let finding = en.findings.iter().find(|f| f.rule == rule).unwrap();
    assert_eq!((finding.outcome, finding.mark, finding.verdict.as_str()), (Outcome::Breached, "✗", "breached"));
    assert_eq!(texts(&en, rule, "margin"), ["0.1 mg/L short"]);
    assert_eq!(texts(&en, rule, "changes"), ["mean influent BOD5 at least 81.6 mg/L"]);
    let zh = explanation("urban_wwtp", &facts, Lang::Zh);
    assert_eq!(texts(&zh, rule, "margin"), ["相差 0.1 mg/L"]);
    assert_eq!(texts(&zh, rule, "changes"), ["进水BOD5平均浓度不低于 81.6 mg/L"]);

    // Facts stand in declared order, those that are not known among them.
    let facts: Vec<_> = zh.facts.iter().map(|f| (f.label.as_str(), f.value.as_deref(), f.year)).collect();
    assert_eq!(
        facts[..2],
        [("2020年进水BOD5平均浓度", Some("61.6 mg/L"), None), ("进水BOD5平均浓度", Some("81.5 mg/L"), Some(2025))]
    );
    assert_eq!(facts[2].1, None);
    assert_eq!(zh.next.unwrap().id.as_deref(), Some("has_plan"));
}

#[test]
fn a_gate_with_its_condition_tree() {
    let facts = json!({ "is_two_high": true, "stage": "proposed", "last_year_intensity_target_met": true,
                        "intensity_situation_severe": true });
    let said = explanation("project", &facts, Lang::En);
    let gate = said.findings.iter().find(|f| f.rule == "two-high-proposed-slow-limited-approval").unwrap();
    let because: Vec<&Line> = gate.lines.iter().filter(|line| line.key == "because").collect();
    let [applies, decision] = because[..] else { panic!("{because:?}") };
    assert_eq!((applies.mark, applies.parts.len()), (Some("✓"), 2));
    // Not missed, or severe (yes) and no headroom (not known): open.
    assert_eq!(decision.mark, Some("?"));
    let marks: Vec<_> = decision.parts.iter().map(|part| part.mark.unwrap()).collect();
    assert_eq!(marks, ["✗", "?"]);
    let missing = gate.lines.iter().find(|line| line.key == "missing").unwrap();
    let ids: Vec<_> = missing.parts.iter().map(|part| part.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["energy_space_insufficient"]);
    let reading = gate.lines.iter().find(|line| line.key == "readings").unwrap();
    assert_eq!(reading.id.as_deref(), Some("any-of-three"));
}

#[test]
fn as_json_and_as_text_alike() {
    // Every text of the structure stands in the printed text, in every language.
    fn strings(value: &Json, found: &mut Vec<String>) {
        match value {
            Json::String(text) => found.push(text.clone()),
            Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
            Json::Object(entries) => {
                for (key, value) in
                    entries.iter().filter(|(key, _)| !["key", "outcome", "lang"].contains(&key.as_str()))
                {
                    // Facts are a table beside the text.
                    if key != "facts" {
                        strings(value, found);
                    }
                }
            }
            _ => {}
        }
    }
    for lang in [Lang::Zh, Lang::En] {
        let said = explanation("project", &json!({ "is_two_high": true, "stage": "proposed" }), lang);
        let mut found = Vec::new();
        strings(&serde_json::to_value(&said).unwrap(), &mut found);
        assert!(found.len() > 50);
        let text = said.to_string();
        let absent: Vec<_> = found.iter().filter(|part| !text.contains(part.as_str())).collect();
        assert!(absent.is_empty(), "{absent:?}\n{text}");
    }
}

#[test]
fn a_scorecard_row_by_row() {
    let plan = lianzhou();
    let card = plan.scorecard_json(r#"{ "forest_coverage_pct": { "value": 68.21, "year": 2020 } }"#).unwrap();
    let said = card.explanation(Lang::En);
    assert_eq!(said.to_string(), card.explain(Lang::En));
    assert_eq!(said.rows.len(), 21);
    let row = &said.rows[18];
    assert_eq!((row.no, row.mark, row.verdict.as_str()), (19, "✗", "breached"));
    assert_eq!((row.value.as_str(), row.target.as_str()), ("68.21% (2020)", "≥ 69"));
    assert_eq!(row.remark, "-0.79, older value");
}
