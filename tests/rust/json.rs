//! JSON texts: which are read, and as what, compared with another reader; and models as JSON.

use ecoplan::model::Document;
use ecoplan::{Expression, Plan, Value};
use proptest::prelude::*;

use crate::common::lianzhou;

fn context(text: &str) -> Result<Value, ecoplan::Errors> {
    let a: Expression = "a".parse().unwrap();
    a.evaluate_json(format!(r#"{{"a": {text}}}"#))
}

#[test]
fn the_same_texts_are_json() {
    let texts = [
        r#""""#,
        r#""a\"\\\/\b\f\n\r\tz""#,
        r#""\u00e9\u4e2d\ud83d\ude00\uD83D\uDE00""#,
        r#""中😀""#,
        "\"\u{7f}\"",
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83d\u0041""#,
        r#""\ud83d\ud83d""#,
        r#""\ud83dx""#,
        r#""\u12g4""#,
        r#""\u12"#,
        r#""\x""#,
        r#""\"#,
        "\"\n\"",
        "\"\u{1}\"",
        "\"",
        "'a'",
        "0",
        "-0",
        "00",
        "-",
        "+1",
        "1.",
        ".5",
        "1.5",
        "1e5",
        "1E+5",
        "1e-5",
        "1e",
        "1e+",
        "1.e5",
        "0x1",
        "1_000",
        "-null",
        "-true",
        "nul",
        "nulll",
        "true",
        "false",
        "True",
        "[]",
        "[1,2]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "[1",
        "{}",
        r#"{"b": 1}"#,
        r#"{"b": 1,}"#,
        r#"{"b" 1}"#,
        "{b: 1}",
        r#"{1: 1}"#,
        r#"{"b"}"#,
        "{",
        "",
        " ",
        "1 1",
        "//",
        "1 // x",
        "[[[[1]]]]",
        "\u{a0}1",
        "\u{c}1",
    ];
    for text in texts {
        let whole = format!(r#"{{"a": {text}}}"#);
        let expected = serde_json::from_str::<serde_json::Value>(&whole);
        match context(text) {
            Ok(value) => assert_eq!(serde_json::to_value(value).is_ok(), expected.is_ok(), "{text}"),
            // An object is JSON, but no value of an expression.
            Err(errors) => {
                let code = errors.iter().next().unwrap().code();
                assert_eq!(code == "invalid-json", expected.is_err(), "{text}: {errors}");
            }
        }
    }
}

#[test]
fn what_is_not_json_is_named_with_its_place() {
    let message = |text: &str| lianzhou().evaluate_json("project", text).unwrap_err().to_string();
    assert!(message("{\"stage\": }").contains("expected a value at line 1 column 11"), "{}", message("{\"stage\": }"));
    assert!(message("{\n  \"类\" 1}").contains("expected `:` at line 2 column 7"), "{}", message("{\n  \"类\" 1}"));
}

proptest! {
    #[test]
    fn texts_come_out_as_they_went_in(text in any::<String>()) {
        prop_assert_eq!(context(&serde_json::to_string(&text).unwrap()).unwrap(), Value::from(text.as_str()));
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        prop_assert_eq!(context(&format!("\"{escaped}\"")).unwrap(), Value::from(text.as_str()));
    }

    #[test]
    fn arbitrary_texts_are_json_to_both_or_neither(text in r#"[\[\]{}",:\\ untrefalsd0-9eE.+\-]{0,12}"#) {
        let whole = format!(r#"{{"a": {text}}}"#);
        let expected = serde_json::from_str::<&serde_json::value::RawValue>(&whole).is_ok();
        let refused = context(&text).is_err_and(|errors| errors.iter().any(|e| e.code() == "invalid-json"));
        prop_assert_eq!(!refused, expected, "{}", text);
    }
}

#[test]
fn a_model_comes_back_from_its_json() {
    let corrected = lianzhou().with_target("target-pm25-2025", "22".parse().unwrap()).unwrap();
    for plan in ecoplan::plans().map(|id| ecoplan::plan(id).unwrap()).chain([corrected]) {
        let json = serde_json::to_string(plan.document()).unwrap();
        assert_eq!(Document::from_json(&json).unwrap(), *plan.document());
        assert_eq!(Plan::from_document(Document::from_json(&json).unwrap()).unwrap().hash(), plan.hash());
    }
}

#[test]
fn a_spoilt_model_is_refused_with_every_place() {
    let model = serde_json::to_string(lianzhou().document()).unwrap();
    let errors = |from: &str, to: &str| {
        assert!(model.contains(from), "{from}");
        let spoilt = model.replacen(from, to, 1);
        let errors = Document::from_json(&spoilt).unwrap_err();
        errors.iter().map(|e| (e.code(), e.path().to_owned())).collect::<Vec<_>>()
    };
    let one = |code, path: &str| vec![(code, path.to_owned())];
    assert_eq!(errors(r#""kind":"number""#, r#""kind":"figure""#), one("invalid-value", "model.facts[0].kind"));
    assert_eq!(
        errors(r#""yearly":"#, r#""yearly":null,"anually":"#),
        [("missing-field", "model.facts[0].yearly".to_owned()), ("unknown-field", "model.facts[0].anually".to_owned()),]
    );
    assert_eq!(errors(r#""start":"2021-01-01""#, r#""start":"2021-02-30""#), one("wrong-type", "model.period.start"));
    assert_eq!(errors(r#""min":"0""#, r#""min":0"#), one("wrong-type", "model.facts[0].min"));
    assert_eq!(errors(r#""chapter":"#, r#""chapter":-"#)[0].0, "wrong-type");
    assert_eq!(errors(r#""id":"#, r#""id":"x","id":"#), one("invalid-json", "model"));
    for text in ["", "[]", "{}", "null", "7"] {
        assert!(Document::from_json(text).is_err(), "{text}");
    }
}
