//! Plan files as a JSON Schema, for the editors of those who write them: the keys are those that reading asks for, the
//! conditions between them those that compiling checks.

mod words;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use self::words::words;
use crate::compile::{MAX_DECIMALS, MAX_NAME};
use crate::date::YEARS;
use crate::fields::{Key, Kind, Notes};
use crate::model::{FactKind, RuleKind, StrengthClass};
use crate::read::read;

/// Every table that a plan file may have, with nothing in it: reading it asks for every key there is.
const EVERY_TABLE: &str = r#"
plan = { title = {}, period = {} }
subject = [{ label = {} }]
fact = [{ choices = [{ label = {} }], label = {}, help = {} }]
registered = [{ cite = {}, says = {}, reason = {} }]

[[rule]]
title = {}
decision = [{ label = {} }]
strength = {}
addressee = {}
baseline = {}
bounds = [{}]
indicator = { category = {}, printed_target = {}, reported = { "*" = {} } }
actions = [{}]
cite = {}
says = {}
reading = [{ note = {}, decision = [{ label = {} }] }]
notes = [{}]
"#;

/// What a fact may be called, as far as every dialect of regular expressions can say it.
const NAME: &str = r"[^\s!-@\[-^`{-~][^\s!-/:-@\[-^`{-~]*";
const DAY: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

/// A JSON Schema (draft 7) of one file of a plan, as text, for editors that complete and check TOML by one. It refuses
/// nothing that [`Plan::from_files`](crate::Plan::from_files) takes; what one table says of another, conditions and units
/// it leaves to that. Days are texts to it.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&ecoplan::plan_schema()).unwrap();
/// let kinds = &schema["properties"]["fact"]["items"]["properties"]["kind"]["enum"];
/// assert_eq!(*kinds, serde_json::json!(["number", "yes_no", "choice", "set", "date"]));
/// ```
pub fn plan_schema() -> String {
    let tables = read([("", EVERY_TABLE)], Notes::with_tables()).tables;
    let mut schema = table(&tables, "");
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("ecoplan: a file of a plan"));
    // A value of texts, numbers and lists always serialises.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

type Tables = BTreeMap<String, Vec<Key>>;

/// The table at a path, with all that stands in it.
fn table(tables: &Tables, path: &str) -> Map<String, Json> {
    let keys = tables.get(path).map(Vec::as_slice).unwrap_or_default();
    let properties: Map<String, Json> =
        keys.iter().map(|key| (key.name.to_owned(), value(tables, path, key).into())).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = object(json!({ "type": "object", "properties": properties, "additionalProperties": false }));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.extend(object(conditions(last(path))));
    schema
}

fn value(tables: &Tables, path: &str, key: &Key) -> Map<String, Json> {
    let place = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
    let mut schema = match key.kind {
        Kind::Table => table(tables, &place),
        Kind::Tables => object(json!({ "type": "array", "items": table(tables, &place) })),
        Kind::Values => {
            let with_more = table(tables, &format!("{place}.*"));
            let values = json!({ "anyOf": [simple(Kind::Value), with_more] });
            object(json!({ "type": "object", "additionalProperties": values }))
        }
        kind => object(simple(kind)),
    };
    schema.extend(object(limits(last(path), key.name)));
    if let Some(description) = words(last(path), key.name) {
        schema.insert("description".to_owned(), description.into());
    }
    schema
}

fn simple(kind: Kind) -> Json {
    match kind {
        Kind::Text => json!({ "type": "string", "pattern": r"\S" }),
        Kind::OneOf(names) => json!({ "type": "string", "enum": names() }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Whole => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Kind::Year => json!({ "type": "integer", "minimum": YEARS.start(), "maximum": YEARS.end() }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Day => json!({ "type": "string", "format": "date", "pattern": format!("^{DAY}$") }),
        Kind::DayOrName => json!({ "type": "string", "pattern": format!("^({DAY}|{NAME})$") }),
        Kind::Value => json!({ "type": ["number", "boolean"] }),
        Kind::Table | Kind::Tables | Kind::Values => json!({}),
    }
}

/// What compiling asks of one key.
fn limits(table: &str, key: &str) -> Json {
    match (table, key) {
        ("fact", "name") => json!({ "pattern": format!("^{NAME}$"), "maxLength": MAX_NAME }),
        ("choices", "id") => json!({ "maxLength": MAX_NAME }),
        ("fact", "decimals") => json!({ "maximum": MAX_DECIMALS }),
        _ => json!({}),
    }
}

/// What compiling asks of the keys of one table together. Written without `allOf`, beside which
/// editors do not look for the keys of a table, and without `oneOf`, for which they list them again and again.
fn conditions(table: &str) -> Json {
    let (none, some) = (json!({ "maxItems": 0 }), json!({ "minItems": 1 }));
    match table {
        "fact" => json!({
            "if": kind_in(&[FactKind::Number]),
            "then": { "properties": { "choices": none } },
            "else": {
                "properties": { "unit": false, "min": false, "max": false, "decimals": false },
                "if": kind_in(&[FactKind::Choice, FactKind::Set]),
                "then": { "required": ["choices"], "properties": { "choices": some } },
                "else": { "properties": { "choices": none } },
            },
        }),
        "rule" => {
            let no_test = json!({ "items": { "properties": { "requires": false } } });
            let no_decision = json!({ "items": { "properties": { "decision": none } } });
            let neither = json!({ "items": { "properties": { "requires": false, "decision": none } } });
            let not_advice = json!({ "properties": { "class": { "not": { "const": StrengthClass::Encouraged } } } });
            json!({
                "if": kind_in(&[RuleKind::Gate, RuleKind::Definition]),
                "then": {
                    "required": ["decision"],
                    "properties": {
                        "decision": some, "requires": false, "done": false, "done_on": false, "reading": no_test,
                    },
                },
                "else": {
                    "properties": { "decision": none },
                    "if": kind_in(&[RuleKind::Deadline]),
                    "then": { "required": ["done", "due"], "properties": { "requires": false, "reading": neither } },
                    "else": {
                        "properties": { "done": false, "done_on": false, "reading": no_decision },
                        "if": kind_in(&[RuleKind::Target]),
                        "then": { "required": ["requires"] },
                    },
                },
                "dependencies": {
                    "baseline": ["measure"],
                    "indicator": {
                        "required": ["measure"],
                        "properties": {
                            "kind": { "const": RuleKind::Target }, "applies": false, "strength": not_advice,
                        },
                    },
                },
            })
        }
        "reading" => {
            // Just one of the four.
            let decision = json!({ "required": ["decision"], "properties": { "decision": some } });
            ["due", "requires", "applies"].into_iter().fold(decision, |otherwise, key| {
                let others = ["due", "requires", "applies"].into_iter().filter(|other| *other != key);
                let mut absent: Map<String, Json> = others.map(|other| (other.to_owned(), json!(false))).collect();
                absent.insert("decision".to_owned(), none.clone());
                json!({ "if": { "required": [key] }, "then": { "properties": absent }, "else": otherwise })
            })
        }
        // A fact or a number.
        "baseline" => json!({
            "required": ["year"],
            "if": { "required": ["fact"] },
            "then": { "properties": { "value": false } },
            "else": { "required": ["value"] },
        }),
        _ => json!({}),
    }
}

fn kind_in(kinds: &[impl serde::Serialize]) -> Json {
    json!({ "properties": { "kind": { "enum": kinds } }, "required": ["kind"] })
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn object(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
