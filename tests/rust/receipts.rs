//! Reports as receipts.

use serde_json::json;

use crate::common::{day, lianzhou};

#[test]
fn a_report_is_a_receipt() {
    let plan = lianzhou();
    let area = plan.with_facts("project", &json!({"last_year_intensity_target_met": false})).unwrap();
    let facts =
        r#"{"is_two_high": true, "stage": "proposed", "justified": ["necessity"], "intensity_situation_severe": null}"#;
    let report = area.at(day("2024-06-30")).evaluate_json("project", facts).unwrap();
    let receipt = report.to_json();
    assert_eq!(plan.verify(&receipt).unwrap().to_json(), receipt);
    let spoilt = |from: &str, to: &str| {
        assert!(receipt.contains(from), "{from}");
        let errors = plan.verify(receipt.replacen(from, to, 1)).unwrap_err();
        let error = errors.iter().next().unwrap();
        (error.code(), error.path().to_owned())
    };
    let gate = "receipt.findings.two-high-proposed-slow-limited-approval.outcome";
    let outcome = r#""rule":"two-high-proposed-slow-limited-approval""#;
    let at = receipt.find(outcome).unwrap();
    let mut forged = receipt.clone();
    forged.replace_range(at.., &receipt[at..].replacen("triggered", "satisfied", 1));
    let errors = plan.verify(&forged).unwrap_err();
    assert_eq!((errors.iter().next().unwrap().code(), errors.iter().next().unwrap().path()), ("receipt-differs", gate));
    assert_eq!(spoilt(plan.hash(), "0000"), ("other-plan", "receipt.plan".to_owned()));
    assert_eq!(spoilt("\"proposed\"", "\"propsed\""), ("unknown-choice", "receipt.facts.stage".to_owned()));
    assert_eq!(spoilt("2024-06-30", "2024-06-31"), ("invalid-date", "receipt.as_of".to_owned()));
    assert_eq!(spoilt("\"findings\"", "\"finding\"").0, "receipt-differs");
    // Another version of the engine may have written it, as long as it says the same.
    assert!(plan.verify(receipt.replacen("\"engine\":\"", "\"engine\":\"9.", 1)).is_ok());
    for text in ["", "[]", "{}", "{\"plan\":{\"hash\":1}}"] {
        assert!(plan.verify(text).is_err(), "{text}");
    }
    let values = plan.reported();
    assert!(plan.verify(serde_json::to_string(&plan.scorecard(&values).unwrap()).unwrap()).is_err());
}

#[test]
fn receipts_are_compared_key_by_key() {
    let plan = lianzhou();
    let receipt = plan.evaluate_json("project", r#"{"is_two_high": true, "stage": "proposed"}"#).unwrap().to_json();
    let code = |text: &str| plan.verify(text).unwrap_err().iter().next().unwrap().code();
    assert_eq!(code(&receipt.replacen('{', "{\"findings\":[],", 1)), "invalid-json", "a key twice");
    assert_eq!(code(&receipt.replacen('{', "{\"certified_by\":null,", 1)), "receipt-differs", "a key too many");
    assert_eq!(code(&receipt.replacen("\"decision\":null,", "", 1)), "receipt-differs", "a key too few");
    let engine = format!("\"engine\":\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(code(&receipt.replacen(&engine, "\"engine\":{\"x\":1}", 1)), "missing-field");
    // What stands behind a scorecard is a receipt as well, and so is a year without its value.
    let predecessor = ecoplan::plan("lianzhou-135").unwrap();
    let card = predecessor.scorecard(&predecessor.reported()).unwrap();
    predecessor.verify(card.report().to_json()).unwrap();
    let year = plan.evaluate_json("city", r#"{"good_days_pct": {"year": 2024}}"#).unwrap();
    plan.verify(year.to_json()).unwrap();
}
