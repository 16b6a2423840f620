//! The document itself: what refers to what, what is left out, and texts and conditions meant to do harm.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use ecoplan::{Errors, Plan};

use crate::engine::{Model, context};

const TITLE: &str = "a < b && \"c\" > 'd' ]]> \u{b}\u{fffe} 中文";

/// One obligation over yes/no facts and numbers; `fact` is the name of another one.
fn plan(fact: &str, requires: &str, more: &str) -> Result<Plan, Errors> {
    rule(fact, "obligation", &format!("requires = '{requires}'\n{more}"))
}

fn rule(fact: &str, kind: &str, body: &str) -> Result<Plan, Errors> {
    let both = |text: &str| format!("{{ zh = {0}, en = {0} }}", serde_json::to_string(text).unwrap());
    let (l, title) = (both("l"), both(TITLE));
    let mut text = format!(
        "[plan]\nid = \"p\"\ntitle = {l}\nperiod = {{ start = 2021-01-01, end = 2025-12-31 }}\n\
         [[subject]]\nid = \"x\"\nlabel = {l}\n"
    );
    for (name, kind) in [("a", "yes_no"), ("b", "yes_no"), ("m", "number"), ("n", "number"), (fact, "date")] {
        text += &format!(
            "[[fact]]\nsubject = \"x\"\nname = \"{name}\"\nkind = \"{kind}\"\nsource = \"reported\"\nlabel = {l}\n"
        );
    }
    text += &format!(
        "[[rule]]\nid = \"r\"\nsubject = \"x\"\nkind = \"{kind}\"\ntitle = {title}\naddressee = {l}\nsays = {l}\n\
         strength = {{ class = \"mandatory\", verb = \"v\" }}\ncite = {{ chapter = 1, section = 1, anchor = \"x\" }}\n\
         {body}\n"
    );
    Plan::from_toml(&text)
}

fn code(result: Result<String, Errors>) -> &'static str {
    result.unwrap_err().iter().next().unwrap().code()
}

/// The values of an attribute, in order.
fn values<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    text.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn what_is_refused() {
    assert_eq!(code(plan("d", "a", "").unwrap().dmn("y")), "unknown-subject");
    assert_eq!(code(plan("as_of", "a", "").unwrap().dmn("x")), "name-clash");
}

#[test]
fn every_reference_has_its_element() {
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        for subject in plan.subjects() {
            let text = plan.dmn(&subject.id).unwrap();
            assert_eq!(text, plan.dmn(&subject.id).unwrap());
            let elements = text.lines().filter(|line| !line.contains("<ecoplan:"));
            let ids: Vec<&str> = elements.flat_map(|line| values(line, "id")).collect();
            let known: BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(known.len(), ids.len(), "{}: an id twice", subject.id);
            for reference in values(&text, "href") {
                assert!(known.contains(reference.strip_prefix('#').unwrap()), "{}: {reference}", subject.id);
            }
            let types: BTreeSet<&str> = text
                .lines()
                .filter(|line| line.contains("<itemDefinition"))
                .flat_map(|line| values(line, "name"))
                .chain(["string", "number", "boolean", "date"])
                .collect();
            for used in values(&text, "typeRef") {
                assert!(types.contains(used), "{}: {used}", subject.id);
            }
        }
    }
}

#[test]
fn texts_are_what_they_were() {
    let text = plan("d", "a", "").unwrap().dmn("x").unwrap();
    let model = dsntk_model::parse(&text).unwrap();
    let decision = &model.decisions()[0];
    // What no document may contain is replaced.
    let shown = TITLE.replace(['\u{b}', '\u{fffe}'], "\u{fffd}");
    assert_eq!(decision.question().as_deref(), Some(format!("{shown}\n{shown}").as_str()));
}

/// Where `m / n` is null, ecoplan's comparison is not computable, and where `n` is missing, unknown: FEEL has one null.
#[test]
fn what_is_not_exported_is_said() {
    let reading = "[[rule.reading]]\nid = \"other\"\nrequires = 'm / n = 3'\nnote = { zh = \"n\", en = \"n\" }\n";
    let plan = plan("d", "m / n > 3 or a", reading).unwrap();
    let model = Model::load(&plan, "x");
    assert_eq!(model.not_exported, ["r.other"]);
    for (facts, outcome) in [
        (r#"{"m": 7, "n": 2}"#, "satisfied"),
        (r#"{"m": 7, "n": 0}"#, "undetermined"),
        (r#"{"m": 7, "n": 0, "a": true}"#, "satisfied"),
        (r#"{"m": 7, "a": false}"#, "undetermined"),
        (r#"{"m": 5, "n": 2, "a": false}"#, "breached"),
    ] {
        let report = plan.evaluate_json("x", facts).unwrap();
        assert_eq!(model.says("r", &context(&plan, "x", &report)), (outcome.to_owned(), None), "{facts}");
    }
}

/// Each guard repeats what it guards: nested, that would double with every level.
#[test]
fn guards_do_not_grow_without_end() {
    let equal = (0..40).fold("a".to_owned(), |inner, _| format!("({inner} = b)"));
    let least = (0..40).fold("m".to_owned(), |inner, _| format!("min({inner}, n)")) + " > 1";
    let branch = (0..30).fold("a".to_owned(), |inner, _| format!("(if {inner} then b else a)"));
    for condition in [equal, least, branch] {
        let plan = plan("d", &condition, "").unwrap();
        let start = Instant::now();
        let text = plan.dmn("x").unwrap();
        assert!(text.contains("notExported decision=\"r\""), "{condition}");
        assert!(start.elapsed() < Duration::from_secs(10), "{condition}");
    }
}

/// A fact has at most 15 digits before the point and 19 decimals, a result 34 digits before the point.
#[test]
fn only_what_may_outgrow_a_number_is_guarded() {
    for (computed, guarded) in [
        ("m + n", false),
        ("m * n", false),
        ("m * n * 9999", false),
        ("m * n * 99999", true),
        ("m * n * m", true),
        ("sum(m * n, m) * 9999", true),
        // The least divisor is a one at its last decimal.
        ("m / n", false),
        ("m / -n", false),
        ("m / (n + 0.5)", false),
        ("10 * m / n", true),
        ("m / (n * 0.1)", true),
        ("1 / (n * 0.1)", false),
        ("m / (n * n)", true),
    ] {
        let text = plan("d", &format!("{computed} > 5"), "").unwrap().dmn("x").unwrap();
        assert_eq!(text.contains(&"9".repeat(34)), guarded, "{computed}");
    }
}

/// Where a stricter decision is null, FEEL cannot say whether a fact is missing or nothing can be computed.
#[test]
fn a_gate_that_may_not_be_computable_is_not_exported() {
    let exported = |stricter: &str| {
        let decision = |id: &str, when: &str| {
            format!("[[rule.decision]]\nid = \"{id}\"\nwhen = '{when}'\nlabel = {{ zh = \"l\", en = \"l\" }}\n")
        };
        let both = decision("deny", stricter) + decision("slow", "m / n > 2").as_str();
        !rule("d", "gate", &both).unwrap().dmn("x").unwrap().contains("notExported decision=\"r\"")
    };
    assert!(exported("m > 3"));
    assert!(!exported("m / n > 3"));
}
