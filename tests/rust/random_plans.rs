//! The laws again, over random plans: rules and conditions that nobody would write, and that must hold all the same.

use std::collections::BTreeMap;

use ecoplan::{Decimal, Expression, Outcome, Plan, Report, Value, model::RuleKind};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

pub(crate) type Case = BTreeMap<String, Json>;

/// A condition that can be written in two orders.
#[derive(Debug, Clone)]
enum Condition {
    Leaf(String),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    If(Box<[Condition; 3]>),
}

impl Condition {
    fn write(&self, backwards: bool) -> String {
        let join = |items: &[Condition], word: &str| {
            let mut written: Vec<String> = items.iter().map(|c| format!("({})", c.write(backwards))).collect();
            if backwards {
                written.reverse();
            }
            written.join(word)
        };
        match self {
            Condition::Leaf(text) => text.clone(),
            Condition::And(items) => join(items, " and "),
            Condition::Or(items) => join(items, " or "),
            Condition::Not(inner) => format!("not({})", inner.write(backwards)),
            Condition::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                let (c, t, o) = (condition.write(backwards), then.write(backwards), otherwise.write(backwards));
                format!("(if {c} then ({t}) else ({o}))")
            }
        }
    }
}

const CHOICES: [&str; 3] = ["red", "green", "blue"];
pub(crate) const DAYS: [&str; 3] = ["2024-06-30", "2025-01-01", "2026-01-01"];

fn leaf() -> impl Strategy<Value = Condition> {
    let number = || prop::sample::select(vec!["n0", "n1", "n2", "n3"]);
    let flag = || prop::sample::select(vec!["b0", "b1", "b2", "b3"]);
    let constant = || (-20_i128..60).prop_map(|tenths| Decimal::new(tenths, 1).unwrap().to_string());
    let sign = || prop::sample::select(vec!["<", "<=", ">", ">=", "=", "!="]);
    let choice = || prop::sample::select(CHOICES.to_vec());
    prop_oneof![
        3 => flag().prop_map(str::to_owned),
        3 => (number(), sign(), constant()).prop_map(|(n, op, c)| format!("{n} {op} {c}")),
        2 => (number(), sign(), number()).prop_map(|(n, op, m)| format!("{n} {op} {m}")),
        2 => (number(), number(), sign(), constant()).prop_map(|(n, m, op, c)| format!("{n} - {m} {op} {c}")),
        1 => (number(), sign(), number()).prop_map(|(n, op, m)| format!("{n} * 0.95 {op} {m}")),
        1 => (number(), constant(), constant()).prop_map(|(n, a, b)| format!("{n} between {a} and {b}")),
        1 => (number(), number(), number()).prop_map(|(n, a, b)| format!("{n} in ({a}..{b}]")),
        1 => (number(), constant(), constant()).prop_map(|(n, a, b)| format!("{n} in (< {a}, >= {b})")),
        1 => choice().prop_map(|c| format!("c = \"{c}\"")),
        1 => (choice(), choice()).prop_map(|(a, b)| format!("c in [\"{a}\", \"{b}\"]")),
        1 => choice().prop_map(|c| format!("list contains(s, \"{c}\")")),
        1 => Just("every e in [\"red\", \"blue\"] satisfies list contains(s, e)".to_owned()),
        1 => choice().prop_map(|c| format!("some e in s satisfies e != \"{c}\"")),
        1 => (number(), number()).prop_map(|(a, b)| format!("max({a}, {b}) > 2")),
        1 => prop::sample::select(DAYS.to_vec()).prop_map(|d| format!("d <= date(\"{d}\")")),
    ]
    .prop_map(Condition::Leaf)
}

fn condition() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Or),
            2 => inner.clone().prop_map(|c| Condition::Not(Box::new(c))),
            1 => [inner.clone(), inner.clone(), inner].prop_map(|parts| Condition::If(Box::new(parts))),
        ]
    })
}

#[derive(Debug, Clone)]
pub(crate) struct RandomRule {
    kind: &'static str,
    strength: &'static str,
    applies: Option<Condition>,
    conditions: Vec<Condition>,
    due: Option<&'static str>,
}

impl RandomRule {
    fn write(&self, id: usize, backwards: bool) -> String {
        let quoted = |c: &Condition| format!("'{}'", c.write(backwards));
        let mut text = format!(
            "[[rule]]\nid = \"r{id}\"\nsubject = \"s\"\nkind = \"{}\"\ntitle = {{ zh = \"t\", en = \"t\" }}\n\
             strength = {{ class = \"{}\", verb = \"v\" }}\naddressee = {{ zh = \"a\", en = \"a\" }}\n\
             cite = {{ chapter = 1, section = 1, anchor = \"x\" }}\nsays = {{ zh = \"s\", en = \"s\" }}\n",
            self.kind, self.strength
        );
        if let Some(applies) = &self.applies {
            text += &format!("applies = {}\n", quoted(applies));
        }
        if let Some(due) = self.due {
            text += &format!("due = {due}\n");
        }
        let mut decisions = String::new();
        for (i, condition) in self.conditions.iter().enumerate() {
            match self.kind {
                "gate" | "definition" => {
                    decisions += &format!(
                        "[[rule.decision]]\nid = \"d{i}\"\nwhen = {}\nlabel = {{ zh = \"l\", en = \"l\" }}\n",
                        quoted(condition)
                    );
                }
                _ if i == 0 => text += &format!("requires = {}\n", quoted(condition)),
                // A further condition is another reading.
                _ => {
                    decisions += &format!(
                        "[[rule.reading]]\nid = \"a{i}\"\nrequires = {}\nnote = {{ zh = \"n\", en = \"n\" }}\n",
                        quoted(condition)
                    );
                }
            }
        }
        if self.kind == "definition" {
            decisions += "[[rule.decision]]\nid = \"else\"\nlabel = { zh = \"l\", en = \"l\" }\n";
        }
        text + &decisions
    }
}

pub(crate) fn rule() -> impl Strategy<Value = RandomRule> {
    let kinds = prop::sample::select(vec!["obligation", "prohibition", "target", "gate", "definition"]);
    let strengths = prop::sample::select(vec!["mandatory", "in_principle", "progressive", "encouraged"]);
    let due = prop::option::of(prop::sample::select(vec!["2024-12-31", "\"due\""]));
    (kinds, strengths, prop::option::of(condition()), prop::collection::vec(condition(), 1..3), due)
        .prop_map(|(kind, strength, applies, conditions, due)| RandomRule { kind, strength, applies, conditions, due })
}

/// The same of few conditions, so that all of its cases can be looked at.
pub(crate) fn small_rule() -> impl Strategy<Value = RandomRule> {
    let condition = || {
        (any::<bool>(), prop::collection::vec(leaf(), 1..3))
            .prop_map(|(all, leaves)| if all { Condition::And(leaves) } else { Condition::Or(leaves) })
    };
    (rule(), prop::option::of(leaf()), prop::collection::vec(condition(), 1..3))
        .prop_map(|(rule, applies, conditions)| RandomRule { applies, conditions, ..rule })
}

pub(crate) fn plan(rules: &[RandomRule], backwards: bool) -> Result<Plan, ecoplan::Errors> {
    let mut text =
        "[plan]\nid = \"p\"\ntitle = { zh = \"t\", en = \"t\" }\nperiod = { start = 2021-01-01, end = 2025-12-31 }\n\
                    [[subject]]\nid = \"s\"\nlabel = { zh = \"l\", en = \"l\" }\n"
            .to_owned();
    let choices = CHOICES.map(|c| format!("{{ id = \"{c}\", label = {{ zh = \"l\", en = \"l\" }} }}")).join(", ");
    for (name, kind) in FACTS {
        let more = match kind {
            "number" => "unit = \"mg/L\"\nmin = -5\nmax = 10\ndecimals = 1\nyearly = true\n".to_owned(),
            "choice" | "set" => format!("choices = [{choices}]\n"),
            _ => String::new(),
        };
        text += &format!(
            "[[fact]]\nsubject = \"s\"\nname = \"{name}\"\nkind = \"{kind}\"\n{more}source = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n"
        );
    }
    for (i, rule) in rules.iter().enumerate() {
        text += &rule.write(i, backwards);
    }
    Plan::from_toml(&text)
}

const FACTS: [(&str, &str); 12] = [
    ("n0", "number"),
    ("n1", "number"),
    ("n2", "number"),
    ("n3", "number"),
    ("b0", "yes_no"),
    ("b1", "yes_no"),
    ("b2", "yes_no"),
    ("b3", "yes_no"),
    ("c", "choice"),
    ("s", "set"),
    ("d", "date"),
    ("due", "date"),
];

fn value(kind: &str) -> BoxedStrategy<Json> {
    match kind {
        "number" => (-20_i64..60).prop_map(|t| json!(Decimal::new(i128::from(t), 1).unwrap().to_string())).boxed(),
        "yes_no" => any::<bool>().prop_map(|b| json!(b)).boxed(),
        "choice" => prop::sample::select(CHOICES.to_vec()).prop_map(|c| json!(c)).boxed(),
        "set" => prop::sample::subsequence(CHOICES.to_vec(), 0..=3).prop_map(|s| json!(s)).boxed(),
        _ => prop::sample::select(DAYS.to_vec()).prop_map(|d| json!(d)).boxed(),
    }
}

/// Every value a fact can have; of the days, some.
fn every_value(kind: &str) -> Vec<Json> {
    match kind {
        "number" => (-50..=100).map(|t| json!(Decimal::new(t, 1).unwrap().to_string())).collect(),
        "yes_no" => vec![json!(false), json!(true)],
        "choice" => CHOICES.map(|c| json!(c)).to_vec(),
        "set" => (0..8)
            .map(|bits| json!((0..3).filter(|i| bits >> i & 1 == 1).map(|i| CHOICES[i]).collect::<Vec<_>>()))
            .collect(),
        _ => DAYS.map(|d| json!(d)).to_vec(),
    }
}

/// How large a change is: in tenths for a number, in members for a set; all others are as large.
fn distance(kind: &str, from: &Json, to: &Json) -> i64 {
    let tenths = |json: &Json| {
        let number: Decimal = json.as_str().unwrap().parse().unwrap();
        number.checked_mul(Decimal::from(10)).and_then(Decimal::to_i64).unwrap()
    };
    let differ = |c: &&&str| {
        let has = |set: &Json| set.as_array().unwrap().iter().any(|m| m == **c);
        has(from) != has(to)
    };
    match kind {
        "number" => (tenths(from) - tenths(to)).abs(),
        "set" => i64::try_from(CHOICES.iter().filter(differ).count()).unwrap(),
        _ => 0,
    }
}

/// Some facts, and values that the others could turn out to have.
pub(crate) fn facts() -> impl Strategy<Value = (Case, Case)> {
    let each: Vec<_> = FACTS.iter().map(|(name, kind)| (Just(*name), value(kind), any::<bool>())).collect();
    each.prop_map(|entries| {
        let (mut known, mut later) = (Case::new(), Case::new());
        for (name, value, is_known) in entries {
            if is_known { &mut known } else { &mut later }.insert(name.to_owned(), value);
        }
        (known, later)
    })
}

fn run(plan: &Plan, facts: &Case) -> Report {
    plan.evaluate("s", facts).unwrap_or_else(|e| panic!("{e}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn laws_hold_for_any_plan(rules in prop::collection::vec(rule(), 1..4), (known, later) in facts(), as_of in prop::sample::select(DAYS.to_vec())) {
        // Two readings that coincide are refused, and that is all that can be wrong with these plans.
        let built = plan(&rules, false);
        if let Err(errors) = &built {
            prop_assert!(errors.iter().all(|e| e.message(ecoplan::Lang::En).contains("changes nothing")), "{errors}");
        }
        prop_assume!(built.is_ok());
        let as_of = as_of.parse().unwrap();
        let (forwards, backwards) = (built.unwrap().at(as_of), plan(&rules, true).unwrap().at(as_of));
        let mut all = known.clone();
        all.extend(later.clone());
        let (before, after) = (run(&forwards, &known), run(&forwards, &all));

        // The order of operands does not count.
        for (a, b) in before.findings().zip(run(&backwards, &known).findings()) {
            prop_assert_eq!(a.outcome(), b.outcome());
            prop_assert_eq!(a.decision(), b.decision());
            prop_assert_eq!(a.possible(), b.possible());
            prop_assert_eq!(a.margin(), b.margin());
            prop_assert!(a.missing().map(|f| &f.name).eq(b.missing().map(|f| &f.name)));
        }
        // The short way and the report say the same.
        let case = forwards.case("s", &known).unwrap();
        for (finding, (rule, outcome, decision)) in before.findings().zip(case.outcomes()) {
            prop_assert_eq!((&finding.rule().id, finding.outcome(), finding.decision()), (&rule.id, outcome, decision));
        }
        // A receipt evaluates to itself.
        let receipt = before.to_json();
        prop_assert_eq!(forwards.verify(&receipt).unwrap().to_json(), receipt);

        for (then, now) in before.findings().zip(after.findings()) {
            let rule = &then.rule().id;
            // Filling in an unknown never contradicts what was decided or possible.
            let possible = then.possible();
            if possible.is_empty() {
                prop_assert_eq!((then.outcome(), then.decision()), (now.outcome(), now.decision()), "{}", rule);
            } else {
                let reached = possible.iter().any(|p| p.outcome == now.outcome() && p.decision.as_deref() == now.decision());
                prop_assert!(reached, "{}: {:?} {:?} is not among {:?}", rule, now.outcome(), now.decision(), possible);
                prop_assert!(then.outcome() == Outcome::Undetermined || then.outcome() == now.outcome());
                prop_assert!(then.missing().next().is_some(), "{}", rule);
            }
            // What is missing suffices.
            let mut enough = known.clone();
            for fact in then.missing() {
                enough.insert(fact.name.clone(), later[&fact.name].clone());
            }
            let settled = run(&forwards, &enough);
            prop_assert!(settled.finding(rule).unwrap().possible().is_empty(), "{}", rule);
        }
        for finding in before.findings().chain(after.findings()) {
            // A margin lies on the side of the outcome.
            if let Some(margin) = finding.margin() {
                let satisfied = finding.outcome() == Outcome::Satisfied;
                prop_assert!(margin <= Decimal::ZERO || satisfied);
                prop_assert!(margin >= Decimal::ZERO || !satisfied);
            }
        }
        // A smallest change satisfies, and one step less does not.
        for finding in after.findings() {
            for change in finding.smallest_changes() {
                let outcome = |value: Json| {
                    let mut changed = all.clone();
                    changed.insert(change.fact.clone(), value);
                    run(&forwards, &changed).finding(&finding.rule().id).unwrap().outcome()
                };
                prop_assert_eq!(outcome(serde_json::to_value(&change.value).unwrap()), Outcome::Satisfied);
                prop_assert_ne!(finding.outcome(), Outcome::Satisfied);
                let Value::Number(value) = change.value else { continue };
                let before: Decimal = all[&change.fact].as_str().unwrap().parse().unwrap();
                let step = Decimal::new(if value > before { 1 } else { -1 }, 1).unwrap();
                let less = value.checked_sub(step).unwrap();
                prop_assert_ne!(outcome(json!(less.to_string())), Outcome::Satisfied, "{} {}", change.fact, less);
            }
        }
        // What satisfies is proposed, and nothing nearer does.
        let not_met = |f: &&ecoplan::Finding<'_>| {
            let is_test = !matches!(f.rule().kind, RuleKind::Gate | RuleKind::Definition);
            is_test && !matches!(f.outcome(), Outcome::Satisfied | Outcome::NotApplicable | Outcome::Undetermined)
        };
        let findings: Vec<_> = after.findings().collect();
        if let Some(finding) = findings.iter().find(not_met) {
            let changes = finding.smallest_changes();
            for (name, kind) in FACTS {
                let proposed = changes.iter().find(|c| c.fact == name).map(|c| serde_json::to_value(&c.value).unwrap());
                let proposed = proposed.map(|value| distance(kind, &all[name], &value));
                for value in every_value(kind) {
                    let mut changed = all.clone();
                    changed.insert(name.to_owned(), value.clone());
                    let case = forwards.case("s", &changed).unwrap();
                    let (_, outcome, _) = case.outcomes().find(|(rule, ..)| rule.id == finding.rule().id).unwrap();
                    let near = distance(kind, &all[name], &value);
                    prop_assert!(outcome != Outcome::Satisfied || proposed.is_some_and(|p| p <= near), "{} {}", name, value);
                }
            }
        }
    }

    /// Where each fact is read once, no correlation hides behind `missing`: leave any of it out, and the others can come
    /// out such that the finding stays open.
    #[test]
    fn missing_is_minimal(
        shape in read_once(),
        known in prop::collection::vec(prop::option::of(any::<bool>()), 8),
    ) {
        let rules = [RandomRule { kind: "obligation", strength: "mandatory", applies: None, conditions: vec![shape], due: None }];
        let flags: String = (0..8).map(|i| format!("[[fact]]\nsubject = \"s\"\nname = \"f{i}\"\nkind = \"yes_no\"\nsource = \"reported\"\nlabel = {{ zh = \"l\", en = \"l\" }}\n")).collect();
        let text = "[plan]\nid = \"p\"\ntitle = { zh = \"t\", en = \"t\" }\nperiod = { start = 2021-01-01, end = 2025-12-31 }\n\
                    [[subject]]\nid = \"s\"\nlabel = { zh = \"l\", en = \"l\" }\n".to_owned() + &flags + &rules[0].write(0, false);
        let plan = Plan::from_toml(&text).unwrap();
        let given: Case = known.iter().enumerate().filter_map(|(i, v)| Some((format!("f{i}"), json!((*v)?)))).collect();
        let report = run(&plan, &given);
        let missing: Vec<String> = report.finding("r0").unwrap().missing().map(|f| f.name.clone()).collect();
        let stays_open = |fill: &[&String]| (0..1_u32 << fill.len()).any(|bits| {
            let mut filled = given.clone();
            for (i, name) in fill.iter().enumerate() {
                filled.insert((*name).clone(), json!(bits >> i & 1 == 1));
            }
            run(&plan, &filled).finding("r0").unwrap().outcome() == Outcome::Undetermined
        });
        prop_assert!(!stays_open(&missing.iter().collect::<Vec<_>>()), "it suffices");
        for left_out in &missing {
            let others: Vec<&String> = missing.iter().filter(|m| *m != left_out).collect();
            prop_assert!(stays_open(&others), "{} is not needed among {:?}", left_out, missing);
        }
    }

    /// Printing an expression and parsing it again gives the same expression.
    #[test]
    fn expressions_print_as_what_they_are(condition in condition()) {
        let expression: Expression = condition.write(false).parse().unwrap();
        let printed = expression.to_string();
        prop_assert_eq!(printed.parse::<Expression>().unwrap(), expression, "{}", printed);
    }
}

/// A condition over f0 … f7, each in at most one place.
fn read_once() -> impl Strategy<Value = Condition> {
    (Just((0..8).collect::<Vec<usize>>()).prop_shuffle(), prop::collection::vec(0_u8..6, 16)).prop_map(
        |(order, shape)| {
            let mut parts: Vec<Condition> = order.iter().map(|i| Condition::Leaf(format!("f{i}"))).collect();
            let mut shape = shape.into_iter().cycle();
            while parts.len() > 1 {
                let joined = [parts.remove(0), parts.remove(0)];
                let next = match shape.next() {
                    Some(0 | 1) => Condition::And(joined.into()),
                    Some(2 | 3) => Condition::Or(joined.into()),
                    Some(4) => Condition::Not(Box::new(Condition::And(joined.into()))),
                    _ if parts.len() > 1 => {
                        let [then, otherwise] = joined;
                        Condition::If(Box::new([parts.remove(0), then, otherwise]))
                    }
                    _ => Condition::Or(joined.into()),
                };
                parts.push(next);
            }
            parts.remove(0)
        },
    )
}
