//! What several tests use.

use ecoplan::{Date, Outcome, Plan, Report};

pub(crate) fn lianzhou() -> Plan {
    ecoplan::plan("lianzhou-145").unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// One rule over numbers in mg/L, yes/no facts, a day and a set, for what the bundled plans do not ask.
pub(crate) fn one_rule(kind: &str, body: &str) -> Result<Plan, ecoplan::Errors> {
    Plan::from_toml(&rule_text(kind, body))
}

/// The text of that plan.
pub(crate) fn rule_text(kind: &str, body: &str) -> String {
    rules_text(&[("g", kind, body)])
}

/// A plan of several rules, each with id, kind and body, over the same facts.
pub(crate) fn rules_text(rules: &[(&str, &str, &str)]) -> String {
    let mut text =
        "[plan]\nid = \"p\"\ntitle = { zh = \"t\", en = \"t\" }\nperiod = { start = 2021-01-01, end = 2025-12-31 }\n\
                    [[subject]]\nid = \"s\"\nlabel = { zh = \"l\", en = \"l\" }\n"
            .to_owned();
    for (name, kind) in [
        ("x", "number"),
        ("y", "number"),
        ("lo", "number"),
        ("hi", "number"),
        ("b", "yes_no"),
        ("z", "yes_no"),
        ("w", "yes_no"),
        ("d", "date"),
        ("st", "set"),
    ] {
        let more = match kind {
            "number" => "unit = \"mg/L\"\nyearly = true\n",
            "set" => &format!(
                "choices = [{}]\n",
                ["p", "q", "r", "s"]
                    .map(|c| format!("{{ id = \"{c}\", label = {{ zh = \"l\", en = \"l\" }} }}"))
                    .join(", ")
            ),
            _ => "",
        };
        text += &format!(
            "[[fact]]\nsubject = \"s\"\nname = \"{name}\"\nkind = \"{kind}\"\n{more}source = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n"
        );
    }
    for (id, kind, body) in rules {
        text += &format!(
            "[[rule]]\nid = \"{id}\"\nsubject = \"s\"\nkind = \"{kind}\"\ntitle = {{ zh = \"t\", en = \"t\" }}\n\
             strength = {{ class = \"mandatory\", verb = \"v\" }}\naddressee = {{ zh = \"a\", en = \"a\" }}\n\
             cite = {{ chapter = 1, section = 1, anchor = \"x\" }}\nsays = {{ zh = \"s\", en = \"s\" }}\n{body}\n"
        );
    }
    text
}

pub(crate) fn outcome(report: &Report, rule: &str) -> (Outcome, Option<String>) {
    let finding = report.finding(rule).unwrap();
    (finding.outcome(), finding.decision().map(str::to_owned))
}
