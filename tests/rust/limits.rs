//! The limits on what comes from anyone, as SECURITY.md lists them: at each limit nothing is refused on its account, and what
//! exceeds it by one is, with the code that stands beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ecoplan::model::{Bound, Choice, Decision, Document, Fact, Indicator, Reading, Reported, Rule, RuleKind, Subject};
use ecoplan::{Date, Errors, Expression, Plan, Text};

use crate::common::{one_rule, rule_text};

/// Something of a size that is given.
type OfSize = fn(usize) -> Result<(), Errors>;

const LIMITS: [(&str, OfSize); 32] = [
    ("one plan file, bytes", |n| Plan::from_toml(&padded(&rule_text("obligation", "requires = 'b'"), n)).map(drop)),
    ("all files of a plan, bytes", |n| {
        let texts: Vec<String> = (0..n.div_ceil(FILE)).map(|at| padded(&file(at), FILE.min(n - at * FILE))).collect();
        Plan::from_files(texts.iter().map(|text| ("plan.toml", text.as_str()))).map(drop)
    }),
    ("subjects", |n| changed(|plan| plan.subjects = many(&plan.subjects[0], n, |subject, id| subject.id = id))),
    ("facts", |n| changed(|plan| plan.facts = many(&yes_no(plan), n, |fact, id| fact.name = id))),
    ("rules", |n| changed(|plan| plan.rules = many(&plan.rules[0], n, |rule, id| rule.id = id))),
    ("choices of a fact", |n| changed(|plan| set(plan).choices = many(&choice(), n, |choice, id| choice.id = id))),
    ("readings of a rule", |n| {
        changed(|plan| plan.rules[0].readings = many(&reading(), n, |reading, id| reading.id = id))
    }),
    ("decisions of a rule", |n| {
        changed(|plan| gate(plan).decisions = many(&decision(), n, |decision, id| decision.id = id))
    }),
    ("bounds of a rule", |n| changed(|plan| rule(plan, "x > 5").bounds = vec![bound(); n])),
    ("reported values of a rule", |n| changed(|plan| report(plan, n))),
    ("the id of a subject, rule, decision, reading or choice, bytes", |n| {
        changed(|plan| plan.rules[0].id = "r".repeat(n))?;
        changed(|plan| gate(plan).decisions = vec![Decision { id: "d".repeat(n), ..decision() }])?;
        changed(|plan| plan.rules[0].readings = vec![Reading { id: "r".repeat(n), ..reading() }])?;
        changed(|plan| set(plan).choices = vec![Choice { id: "c".repeat(n), ..choice() }])?;
        changed(|plan| plan.subjects.push(Subject { id: "t".repeat(n), label: Text::default() }))
    }),
    ("the name of a fact, bytes", |n| changed(|plan| plan.facts.push(Fact { name: "f".repeat(n), ..yes_no(plan) }))),
    ("a unit, bytes", |n| {
        let unit = ["kg", "m"][n % 2].to_owned() + &"/m".repeat((n - 1) / 2);
        changed(|plan| plan.facts.push(Fact { name: "u".into(), unit: Some(unit), ..plan.facts[0].clone() }))
    }),
    ("the label of a subject, fact, choice or decision, bytes", |n| {
        let label = || Text { zh: "l".repeat(n), en: "l".into() };
        changed(|plan| plan.subjects[0].label = label())?;
        changed(|plan| plan.facts[0].label = label())?;
        changed(|plan| set(plan).choices = vec![Choice { label: label(), ..choice() }])?;
        changed(|plan| gate(plan).decisions = vec![Decision { label: label(), ..decision() }])
    }),
    ("a text in a condition of a rule, bytes", |n| condition(&format!(r#""{0}" = "{0}""#, "t".repeat(n)))),
    ("a condition, bytes", |n| {
        expression(&padded_with_spaces("a", n))?;
        condition(&padded_with_spaces("b", n))
    }),
    ("a condition, levels of nesting", |n| {
        // The whole is a level.
        expression(&format!("{}a{}", "(".repeat(n - 1), ")".repeat(n - 1)))?;
        expression(&format!("{}a{}", "[".repeat(n - 1), "]".repeat(n - 1)))
    }),
    ("a condition, height of its tree", |n| expression(&format!("a{}", " + a".repeat(n)))),
    ("a condition of a rule, nesting of `and`, `or`, `not`, `if`", |n| {
        condition(&format!("{}b{}", "not(".repeat(n), ")".repeat(n)))
    }),
    ("a condition of a rule, steps", |n| condition(&steps(n, 2, "some v in [WHAT] satisfies ", "b"))),
    ("all conditions of a plan, steps", |n| {
        // 999 facts, each a step as their `or` is one, on two levels, for each fact once more and all of them: two million.
        const EACH: usize = 1000 * 2 * 1000;
        let names: Vec<String> = (0..999).map(|at| format!("f{at}")).collect();
        let wide = names.join(" or ");
        changed(|plan| {
            let fact = yes_no(plan);
            plan.facts.extend(names.iter().map(|name| Fact { name: name.clone(), ..fact.clone() }));
            plan.rules = (0..n / EACH)
                .map(|at| Rule { id: at.to_string(), requires: Some(wide.clone()), ..plan.rules[0].clone() })
                .collect();
            // The least that can be added to it.
            let more = Rule { requires: Some("b".to_owned()), ..plan.rules[0].clone() };
            plan.rules.extend((n % EACH > 0).then_some(Rule { id: "more".to_owned(), ..more }));
        })
    }),
    ("all conditions of a plan, bytes as written and as printed", |n| {
        // Each is printed as `b`.
        const EACH: usize = 64 * 1024;
        let rule = |plan: &Document, at: usize, bytes: usize| Rule {
            id: at.to_string(),
            requires: Some(padded_with_spaces("b", bytes - 1)),
            ..plan.rules[0].clone()
        };
        changed(|plan| {
            let mut rules: Vec<Rule> = (1..n / EACH).map(|at| rule(plan, at, EACH)).collect();
            // The rest in two, since one condition is no longer than this.
            rules.extend([rule(plan, 0, EACH / 2), rule(plan, n / EACH, n % EACH + EACH / 2)]);
            plan.rules = rules;
        })
    }),
    ("facts as JSON, bytes", |n| {
        let plan = one_rule("obligation", "requires = 'b'")?;
        plan.evaluate_json("s", padded_with_spaces("{}", n))?;
        "a".parse::<Expression>()?.evaluate_json(padded_with_spaces("{}", n)).map(drop)
    }),
    ("facts, levels of nesting", |n| {
        let json = format!(r#"{{"a": {}{}}}"#, "[".repeat(n), "]".repeat(n));
        let name = "a".parse::<Expression>()?;
        name.evaluate_json(&json)?;
        // From a value, too.
        let nested = (1..n).fold(serde_json::json!([]), |inner, _| serde_json::json!([inner]));
        name.evaluate(&BTreeMap::from([("a", nested)])).map(drop)
    }),
    ("a model or a receipt as JSON, bytes", |n| {
        let plan = one_rule("obligation", "requires = 'b'")?;
        Document::from_json(padded_with_spaces(&serde_json::to_string(plan.document()).unwrap(), n))?;
        plan.verify(padded_with_spaces(&plan.evaluate_json("s", "{}")?.to_json(), n)).map(drop)
    }),
    ("a model or a receipt, levels of nesting", |n| {
        let json = format!(r#"{{"a": {}{}}}"#, "[".repeat(n), "]".repeat(n));
        Document::from_json(json).map(drop)
    }),
    ("a number, significant digits", |n| {
        expression(&"1".repeat(n))?;
        "a".parse::<Expression>()?.evaluate_json(format!(r#"{{"a": {}}}"#, "1".repeat(n))).map(drop)
    }),
    ("a number, decimals", |n| expression(&format!("0.{}1", "0".repeat(n - 1)))),
    ("a number of a fact, digits before the point", |n| given(&format!(r#"{{"x": {}}}"#, "1".repeat(n)))),
    ("a number of a fact, decimals", |n| given(&format!(r#"{{"x": 0.{}1}}"#, "0".repeat(n - 1)))),
    ("the usual decimals of a fact", |n| changed(|plan| plan.facts[0].decimals = Some(u32::try_from(n).unwrap()))),
    ("evaluating an expression, steps", |n| {
        let members = (2000..6000).find(|members| (n - 1).is_multiple_of(*members)).unwrap();
        let text = steps(n, members, "some v in s satisfies ", "false");
        let context = BTreeMap::from([("s", vec![0; members])]);
        text.parse::<Expression>()?.evaluate(&context).map(drop)
    }),
];

const FILE: usize = 4 << 20;

/// The rows of the table in SECURITY.md: what, limit, code.
fn table() -> Vec<(String, usize, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../SECURITY.md");
    let text = std::fs::read_to_string(path).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = text.lines().filter(|line| line.starts_with('|')).map(cells);
    // The headings, the lines below them and the other table have no number there.
    rows.filter_map(|row| Some((row[1].clone(), row[2].replace(',', "").parse().ok()?, row[3].replace('`', ""))))
        .collect()
}

#[test]
fn the_limits_are_those_that_are_documented() {
    let documented = table();
    let names: BTreeSet<&str> = documented.iter().map(|(what, ..)| what.as_str()).collect();
    assert_eq!(names, LIMITS.iter().map(|(what, _)| *what).collect());
    for (what, limit, code) in &documented {
        let (_, sized) = LIMITS.iter().find(|(name, _)| name == what).unwrap();
        let codes = |size: usize| match sized(size) {
            Ok(()) => Vec::new(),
            Err(errors) => errors.iter().map(ecoplan::Error::code).collect(),
        };
        // What is nested in a model is no field of it: that is another fault.
        let at = codes(*limit);
        assert!(
            at.iter().all(|found| matches!(*found, "unknown-field" | "missing-field")),
            "{what} at {limit}: {at:?}"
        );
        let beyond = codes(limit + 1);
        assert!(beyond.contains(&code.as_str()), "{what} at {}: {beyond:?}, not {code}", limit + 1);
    }
}

#[test]
fn what_is_far_beyond_is_refused_at_once() {
    let code = |errors: Errors| errors.iter().next().unwrap().code();
    // As digits, it would not fit into the memory.
    for number in ["1e999999999", "1e-999999999", "-1e99999999999999999999"] {
        let context = format!(r#"{{"x": {number}}}"#);
        assert_eq!(code(given(&context).unwrap_err()), "too-many-digits", "{number}");
        assert_eq!(code(expression(number).unwrap_err()), "too-many-digits", "{number}");
    }
    assert_eq!(code(Plan::from_toml(&("x = ".to_owned() + &"[".repeat(100_000))).unwrap_err()), "syntax");
    // Long texts take longer than short ones to compare and to join.
    let pairs = "some a in s satisfies some b in s satisfies t = u and t + u = \"\"";
    let pairs: Expression = pairs.parse().unwrap();
    let context = |length: usize| {
        let text = "t".repeat(length);
        BTreeMap::from([("s", serde_json::json!(vec![0; 500])), ("t", text.clone().into()), ("u", text.into())])
    };
    assert!(pairs.evaluate(&context(10)).is_ok());
    assert_eq!(code(pairs.evaluate(&context(50_000)).unwrap_err()), "too-costly");
}

#[test]
fn however_much_is_wrong_is_said_in_good_time() {
    let long = |at: usize| format!("{at:0>100}");
    // Names that nobody declared, as long as they may be to be looked for, beside many that are declared.
    let errors = changed(|plan| {
        plan.facts = many(&yes_no(plan), 500, |fact, id| fact.name = format!("f{id:0>98}"));
        let strange = |at: usize| Rule {
            id: at.to_string(),
            requires: Some(format!("g{}", &long(at)[1..])),
            ..plan.rules[0].clone()
        };
        plan.rules = (0..2000).map(strange).collect();
    });
    let errors = errors.unwrap_err();
    assert_eq!(errors.iter().count(), 1000);
    let hinted = errors.iter().filter(|error| error.hint(ecoplan::Lang::En).is_some()).count();
    assert!((1..=20).contains(&hinted), "{hinted}");
    let facts: BTreeMap<String, usize> = (0..2000).map(|at| (long(at), at)).collect();
    let plan = one_rule("obligation", "requires = 'b'").unwrap();
    assert_eq!(plan.evaluate("s", &facts).unwrap_err().iter().count(), 1000);
    let fields: String = (0..2000).map(|at| format!("y{at} = 1\n")).collect();
    assert_eq!(Plan::from_toml(&fields).unwrap_err().iter().count(), 1000);
}

/// A file of a plan, the first with the plan itself.
fn file(at: usize) -> String {
    if at == 0 { rule_text("obligation", "requires = 'b'") } else { String::new() }
}

fn padded(text: &str, length: usize) -> String {
    let comment = length - text.len();
    if comment == 0 { text.to_owned() } else { format!("{text}#{}", "x".repeat(comment - 1)) }
}

fn padded_with_spaces(text: &str, length: usize) -> String {
    format!("{text}{}", " ".repeat(length - text.len()))
}

/// The small plan, changed.
fn changed(change: impl FnOnce(&mut Document)) -> Result<(), Errors> {
    let mut plan = one_rule("obligation", "requires = 'b'")?.document().clone();
    change(&mut plan);
    Plan::from_document(plan).map(drop)
}

fn condition(text: &str) -> Result<(), Errors> {
    changed(|plan| plan.rules[0].requires = Some(text.to_owned()))
}

fn expression(text: &str) -> Result<(), Errors> {
    text.parse::<Expression>()?.evaluate_json("{}").map(drop)
}

fn given(facts: &str) -> Result<(), Errors> {
    one_rule("obligation", "requires = 'x > 1'")?.evaluate_json("s", facts).map(drop)
}

/// An expression over `members` that takes so many steps, if that can be: each of the list, the list, and the body for each
/// of the members, an `or` and what it joins.
fn steps(count: usize, least: usize, over: &str, joined: &str) -> String {
    let members = (least..).find(|members| (count - 1).is_multiple_of(*members)).unwrap();
    let list = vec!["0"; members].join(", ");
    over.replace("WHAT", &list) + &vec![joined; (count - 1) / members - 2].join(" or ")
}

fn many<T: Clone>(one: &T, count: usize, name: impl Fn(&mut T, String)) -> Vec<T> {
    let named = |at: usize| {
        let mut one = one.clone();
        // The first stays as it is: others refer to it.
        if at > 0 {
            name(&mut one, format!("n{at}"));
        }
        one
    };
    (0..count).map(named).collect()
}

fn yes_no(plan: &Document) -> Fact {
    plan.facts.iter().find(|fact| fact.name == "b").unwrap().clone()
}

fn set(plan: &mut Document) -> &mut Fact {
    plan.facts.iter_mut().find(|fact| fact.name == "st").unwrap()
}

fn choice() -> Choice {
    Choice { id: "c".into(), label: Text::default() }
}

fn decision() -> Decision {
    Decision { id: "d".into(), when: Some("b".into()), label: Text::default() }
}

fn bound() -> Bound {
    Bound { number: "5".parse().unwrap(), word: "超过".into() }
}

fn reading() -> Reading {
    Reading {
        id: "r".into(),
        note: Text::default(),
        applies: None,
        requires: Some("not(b)".into()),
        decisions: Vec::new(),
        due: None,
    }
}

fn rule<'p>(plan: &'p mut Document, requires: &str) -> &'p mut Rule {
    plan.rules[0].requires = Some(requires.to_owned());
    &mut plan.rules[0]
}

fn gate(plan: &mut Document) -> &mut Rule {
    plan.rules[0].requires = None;
    plan.rules[0].kind = RuleKind::Gate;
    &mut plan.rules[0]
}

/// An indicator that reports so many values.
fn report(plan: &mut Document, count: usize) {
    let facts = many(&yes_no(plan), count, |fact, id| fact.name = id);
    let reported =
        facts.iter().map(|fact| Reported { fact: fact.name.clone(), value: None, year: None, not_assessed: None });
    let indicator = Indicator {
        no: 1,
        category: Text::default(),
        attribute: ecoplan::model::Attribute::Binding,
        printed_target: Text::default(),
        printed_value: String::new(),
        reported: reported.collect(),
    };
    plan.facts.retain(|fact| fact.name != "b");
    plan.facts.extend(facts);
    let rule = rule(plan, "x > 5");
    (rule.kind, rule.measure, rule.indicator) = (RuleKind::Target, Some("x".into()), Some(indicator));
    rule.due = Some(ecoplan::model::Due::Date(Date::new(2025, 12, 31).unwrap()));
}
