//! Random plans: rules and conditions that nobody would write, over facts some of which are missing.

use std::collections::BTreeMap;

use ecoplan::{Decimal, Plan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

use crate::engine::{Model, context, decisions};

const CHOICES: [&str; 3] = ["red", "green", "blue"];
const DAYS: [&str; 3] = ["2024-06-30", "2025-01-01", "2026-01-01"];
const FACTS: [(&str, &str); 11] = [
    ("n0", "number"),
    ("n1", "number"),
    ("n2", "number"),
    ("b0", "yes_no"),
    ("b1", "yes_no"),
    ("b2", "yes_no"),
    ("c", "choice"),
    ("s", "set"),
    ("d", "date"),
    ("due", "date"),
    ("done_on", "date"),
];

fn number() -> impl Strategy<Value = String> {
    let fact = || prop::sample::select(vec!["n0", "n1", "n2"]).prop_map(str::to_owned);
    let constant = (-20_i128..60).prop_map(|tenths| Decimal::new(tenths, 1).unwrap().to_string());
    let leaf = prop_oneof![4 => fact(), 2 => constant, 1 => Just("count(s)".to_owned())];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "/"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            1 => inner.clone().prop_map(|a| format!("abs({a})")),
            1 => inner.clone().prop_map(|a| format!("decimal({a}, 0)")),
            1 => inner.clone().prop_map(|a| format!("floor({a})")),
            1 => inner.clone().prop_map(|a| format!("-({a})")),
            1 => (prop::sample::select(vec!["min", "max", "sum"]), inner.clone(), inner.clone())
                .prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            1 => (condition_of_facts(), inner.clone(), inner).prop_map(|(c, a, b)| format!("(if {c} then {a} else {b})")),
        ]
    })
}

fn condition_of_facts() -> impl Strategy<Value = String> {
    let sign = || prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]);
    let fact = || prop::sample::select(vec!["n0", "n1", "n2"]);
    let flag = || prop::sample::select(vec!["b0", "b1", "b2"]);
    let choice = || prop::sample::select(CHOICES.to_vec());
    let day = || prop::sample::select(DAYS.to_vec());
    prop_oneof![
        4 => flag().prop_map(str::to_owned),
        3 => (fact(), sign(), -2_i8..6).prop_map(|(n, op, c)| format!("{n} {op} {c}")),
        2 => (fact(), sign(), fact()).prop_map(|(n, op, m)| format!("{n} {op} {m}")),
        1 => (flag(), flag()).prop_map(|(a, b)| format!("{a} = {b}")),
        1 => (fact(), fact(), fact()).prop_map(|(n, a, b)| format!("{n} between {a} and {b}")),
        1 => (fact(), fact(), fact()).prop_map(|(n, a, b)| format!("{n} in ({a}..{b}]")),
        1 => (fact(), fact(), fact()).prop_map(|(n, a, b)| format!("{n} in (< {a}, >= {b}, 3)")),
        1 => (fact(), fact(), fact()).prop_map(|(n, a, b)| format!("{n} in [{a}, {b}, 1]")),
        1 => (choice(), prop::sample::select(vec!["=", "!="])).prop_map(|(c, op)| format!("c {op} \"{c}\"")),
        1 => (choice(), choice()).prop_map(|(a, b)| format!("c in [\"{a}\", \"{b}\"]")),
        1 => Just("c in s".to_owned()),
        1 => Just("list contains(s, c)".to_owned()),
        1 => choice().prop_map(|c| format!("list contains([c, \"red\"], \"{c}\")")),
        1 => choice().prop_map(|c| format!("list contains(s, \"{c}\")")),
        1 => Just("every e in [\"red\", \"blue\"] satisfies list contains(s, e)".to_owned()),
        1 => (prop::sample::select(vec!["some", "every"]), choice(), flag())
            .prop_map(|(q, c, b)| format!("{q} e in s satisfies (e != \"{c}\" and {b})")),
        1 => Just("some e in s satisfies e = c".to_owned()),
        1 => (sign(), 0_u8..4).prop_map(|(op, n)| format!("count(s) {op} {n}")),
        1 => (sign(), day()).prop_map(|(op, d)| format!("d {op} date(\"{d}\")")),
        // No `max`: the other engine knows none of dates.
        1 => sign().prop_map(|op| format!("d {op} due")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let order = prop::sample::select(vec!["<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        3 => condition_of_facts(),
        1 => (number(), order, number()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (number(), prop::sample::select(vec!["=", "!="]), number()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            2 => inner.clone().prop_map(|a| format!("not({a})")),
            2 => (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| format!("if {c} then ({a}) else ({b})")),
        ]
    })
}

#[derive(Debug)]
struct RandomRule {
    kind: &'static str,
    strength: &'static str,
    applies: Option<String>,
    conditions: Vec<String>,
    due: Option<&'static str>,
}

impl RandomRule {
    fn write(&self, id: usize) -> String {
        let both = |word: &str| format!("{{ zh = \"{word}\", en = \"{word}\" }}");
        let mut text = format!(
            "[[rule]]\nid = \"r{id}\"\nsubject = \"x\"\nkind = \"{}\"\ntitle = {t}\nstrength = {{ class = \"{}\", verb = \"v\" }}\n\
             addressee = {t}\ncite = {{ chapter = 1, section = 1, anchor = \"x\" }}\nsays = {t}\n",
            self.kind,
            self.strength,
            t = both("t"),
        );
        if let Some(applies) = &self.applies {
            text += &format!("applies = '{applies}'\n");
        }
        match (self.kind, self.due) {
            ("deadline", due) => {
                text += &format!("done = \"b0\"\ndone_on = \"done_on\"\ndue = {}\n", due.unwrap_or("2025-01-01"));
            }
            (_, Some(due)) => text += &format!("due = {due}\n"),
            (_, None) => {}
        }
        for (i, condition) in self.conditions.iter().enumerate() {
            text += &match (self.kind, i) {
                ("gate" | "definition", _) => {
                    format!("[[rule.decision]]\nid = \"d{i}\"\nwhen = '{condition}'\nlabel = {}\n", both("l"))
                }
                ("deadline", _) => {
                    format!("[[rule.reading]]\nid = \"a{i}\"\napplies = '{condition}'\nnote = {}\n", both("n"))
                }
                (_, 0) => format!("requires = '{condition}'\n"),
                _ => format!("[[rule.reading]]\nid = \"a{i}\"\nrequires = '{condition}'\nnote = {}\n", both("n")),
            };
        }
        if self.kind == "definition" {
            text += &format!("[[rule.decision]]\nid = \"else\"\nlabel = {}\n", both("l"));
        }
        text
    }
}

fn rule() -> impl Strategy<Value = RandomRule> {
    let kinds = vec!["obligation", "prohibition", "target", "gate", "definition", "deadline"];
    let strengths = vec!["mandatory", "in_principle", "progressive", "encouraged"];
    let due = prop::option::of(prop::sample::select(vec!["2024-12-31", "\"due\""]));
    let (kinds, strengths) = (prop::sample::select(kinds), prop::sample::select(strengths));
    (kinds, strengths, prop::option::of(condition()), prop::collection::vec(condition(), 1..4), due)
        .prop_map(|(kind, strength, applies, conditions, due)| RandomRule { kind, strength, applies, conditions, due })
}

/// The plan; none where a condition is refused, such as one that divides by the number 0.
fn plan(rules: &[RandomRule]) -> Option<Plan> {
    let mut text =
        "[plan]\nid = \"p\"\ntitle = { zh = \"t\", en = \"t\" }\nperiod = { start = 2021-01-01, end = 2025-12-31 }\n\
                    [[subject]]\nid = \"x\"\nlabel = { zh = \"l\", en = \"l\" }\n"
            .to_owned();
    let choices = CHOICES.map(|c| format!("{{ id = \"{c}\", label = {{ zh = \"l\", en = \"l\" }} }}")).join(", ");
    for (name, kind) in FACTS {
        let more = if matches!(kind, "choice" | "set") { format!("choices = [{choices}]\n") } else { String::new() };
        text += &format!(
            "[[fact]]\nsubject = \"x\"\nname = \"{name}\"\nkind = \"{kind}\"\n{more}source = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n"
        );
    }
    text.extend(rules.iter().enumerate().map(|(i, rule)| rule.write(i)));
    Plan::from_toml(&text).ok()
}

fn value(kind: &str) -> BoxedStrategy<Json> {
    let large = prop_oneof![
        8 => (-4_i128..8).prop_map(|n| Decimal::new(n * 5, 1).unwrap()),
        1 => Just("999999999999999.9999999999999999999".parse().unwrap()),
        1 => Just("0.0000000000000000001".parse().unwrap()),
    ];
    match kind {
        "number" => large.prop_map(|n: Decimal| json!(n.to_string())).boxed(),
        "yes_no" => any::<bool>().prop_map(|b| json!(b)).boxed(),
        "choice" => prop::sample::select(CHOICES.to_vec()).prop_map(|c| json!(c)).boxed(),
        "set" => prop::sample::subsequence(CHOICES.to_vec(), 0..=3).prop_map(|s| json!(s)).boxed(),
        _ => prop::sample::select(DAYS.to_vec()).prop_map(|d| json!(d)).boxed(),
    }
}

type Facts = BTreeMap<&'static str, Json>;

fn facts() -> impl Strategy<Value = Facts> {
    let each: Vec<_> = FACTS.iter().map(|(name, kind)| (Just(*name), value(kind), prop::bool::weighted(0.7))).collect();
    each.prop_map(|each| {
        let mut facts: Facts = each.into_iter().filter(|(.., known)| *known).map(|(n, v, _)| (n, v)).collect();
        // The day of an act that is not done is refused.
        if facts.get("b0") == Some(&json!(false)) {
            facts.remove("done_on");
        }
        facts
    })
}

#[test]
fn random_plans_over_random_facts() {
    let (mut compared, mut wanted, mut refused) = (0, 0, 0);
    let mut different = Vec::new();
    let case = (prop::collection::vec(rule(), 1..5), prop::collection::vec(facts(), 20));
    let mut runner = TestRunner::new(Config { cases: 1, failure_persistence: None, ..Config::default() });
    for _ in 0..200 {
        let (rules, cases) = case.new_tree(&mut runner).unwrap().current();
        let Some(plan) = plan(&rules) else { continue };
        let plan = plan.at("2026-06-30".parse().unwrap());
        let model = Model::load(&plan, "x");
        refused += model.not_exported.len();
        for facts in &cases {
            let report = plan.evaluate("x", facts).unwrap();
            let mut here = Vec::new();
            compared += model.compare(&report, &context(&plan, "x", &report), &mut here);
            wanted += decisions(&plan, "x") - model.not_exported.len();
            different.extend(here.into_iter().map(|text| format!("{text}\n{rules:#?}")));
        }
    }
    different.sort_by_key(String::len);
    assert!(
        different.is_empty(),
        "{} of {compared} differ\n{}",
        different.len(),
        different[..3.min(different.len())].join("\n")
    );
    assert_eq!(compared, wanted);
    // Of each plan, every decision in 20 cases.
    assert!(refused * 20 < compared / 2, "{refused} decisions are not exported: most should be");
}
