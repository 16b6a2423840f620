//! The JSON Schema of plan files. It is generated; with ECOPLAN_BLESS set it is written anew, without it a difference
//! fails. That it agrees with the reader is tested with a validator of another author, in tests/python/test_schema.py.

use std::path::Path;

use serde_json::Value;

#[test]
fn the_schema_is_of_this_reader() {
    let text = ecoplan::plan_schema();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("spec/plan.schema.json");
    if std::env::var_os("ECOPLAN_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "{} is not of this reader: ECOPLAN_BLESS=1 writes it anew", path.display());
}

/// No table without keys, and no key without words in both languages.
fn described(place: &str, table: &Value, keys: &mut usize) {
    let properties = table["properties"].as_object().unwrap_or_else(|| panic!("{place}"));
    assert!(!properties.is_empty(), "{place}");
    assert_eq!(table["additionalProperties"], false, "{place}");
    for (key, value) in properties {
        let place = format!("{place}.{key}");
        let words = value["description"].as_str().unwrap_or_else(|| panic!("{place}"));
        let (en, zh) = words.split_once("\n\n").unwrap();
        assert!(!en.is_empty() && zh.chars().any(|c| c > '\u{2e80}'), "{place}");
        *keys += 1;
        let tables = [value, &value["items"], &value["additionalProperties"]["anyOf"][1]];
        for table in tables.into_iter().filter(|inner| inner["type"] == "object" && inner["properties"].is_object()) {
            described(&place, table, keys);
        }
    }
}

#[test]
fn every_key_is_described() {
    let schema: Value = serde_json::from_str(&ecoplan::plan_schema()).unwrap();
    let mut keys = 0;
    described("", &schema, &mut keys);
    assert!(keys > 100, "{keys}");
}
