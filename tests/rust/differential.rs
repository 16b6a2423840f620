//! Every answer against the slow evaluator's: one case at a time, tables, scorecards, plain expressions. What the slow one
//! expects is also written into the build folder, where the tests of Python and JavaScript find it.
//!
//! A longer run, over other cases, says how many there were:
//! `ECOPLAN_SEED=2 ECOPLAN_CASES=100000 cargo test --release -p ecoplan-tests --test rust differential -- --nocapture`
#![expect(clippy::print_stdout, reason = "a run by hand says how much it compared")]

mod columns;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::slice;

use ecoplan::{Alternative, Expression, Finding, Outcome, Plan, Possible, Verdicts};
use ecoplan_tests::slow::{self, Card, Judge, Random, Said, Settled, Table};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use columns::with_columns;

/// How many cases are compared, and at most written down, unless `ECOPLAN_CASES` asks for more to be compared.
const CASES: usize = 1_500;

fn from_environment(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn cases() -> usize {
    from_environment("ECOPLAN_CASES").unwrap_or(CASES)
}

fn seed() -> u64 {
    from_environment("ECOPLAN_SEED").unwrap_or(1).try_into().unwrap()
}

/// What was compared, and what differs.
#[derive(Default)]
struct Tally {
    compared: usize,
    differences: Vec<String>,
}

impl Tally {
    fn compare<T: PartialEq + Serialize>(&mut self, fast: &T, slow: &T, about: impl FnOnce() -> String) {
        self.compared += 1;
        if fast != slow {
            let words = |said: &T| serde_json::to_string(said).unwrap();
            self.differences.push(format!("{}\nfast {}\nslow {}\n", about(), words(fast), words(slow)));
        }
    }

    /// Says how much agrees. There is no difference that has an explanation.
    fn settle(mut self, what: &str) {
        println!("{what}: {} compared, {} unexplained differences", self.compared, self.differences.len());
        self.differences.sort_by_key(String::len);
        let shortest = &self.differences[..self.differences.len().min(10)];
        assert!(
            shortest.is_empty(),
            "{} differ in {what}; the shortest:\n{}",
            self.differences.len(),
            shortest.join("\n")
        );
    }
}

/// Writes what is expected, one object a line, where Python and JavaScript look for it.
fn write(name: &str, lines: &[Json]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential");
    fs::create_dir_all(&folder).unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn shared_vectors() {
    compare_tables("vectors", vectors(), usize::MAX);
}

#[test]
fn random_cases() {
    let mut cases_before = 0;
    let tables = slow::tables(seed()).take_while(|table| {
        let more = cases_before < cases();
        cases_before += table.cases.len();
        more
    });
    compare_tables("random", tables, CASES);
}

/// Compares what is said of every case of some tables, and writes down so many of them.
fn compare_tables(name: &str, tables: impl IntoIterator<Item = Table>, written: usize) {
    let mut lines = Vec::new();
    let mut cases = 0;
    let (mut scalar, mut batch) = (Tally::default(), Tally::default());
    for table in tables {
        let judge = Judge::new(&table.plan, &table.subject, &table.rules);
        let expected: Vec<Vec<Said>> = table.cases.iter().map(|facts| judge.says(facts)).collect();
        one_by_one(&table, &expected, &mut scalar);
        together(&table, &expected, &mut batch);
        if cases < written {
            lines.push(line(&table, &expected));
        }
        cases += table.cases.len();
    }
    write(&format!("{name}.jsonl"), &lines);
    println!("{name}: {cases} cases");
    scalar.settle(&format!("{name}: findings of single cases"));
    batch.settle(&format!("{name}: verdicts of tables"));
}

fn line(table: &Table, expected: &[Vec<Said>]) -> Json {
    let cases = table.cases.iter().zip(expected).map(|(facts, said)| json!({ "facts": facts, "says": said }));
    json!({
        "plan": table.plan.id(),
        "toml": table.toml,
        "as_of": table.plan.as_of(),
        "subject": table.subject,
        "cases": cases.collect::<Vec<_>>(),
    })
}

/// The cases of the shared vectors, and the values beside each printed number, with the rules that they are about.
fn vectors() -> Vec<Table> {
    let mut tables = Vec::new();
    for (name, text) in ecoplan_spec::VECTORS {
        let file: Json = serde_json::from_str(text).unwrap();
        if name.starts_with("cases") {
            for case in file["cases"].as_array().unwrap() {
                let plan = ecoplan::plan(file["plan"].as_str().unwrap()).unwrap();
                let plan = case["as_of"].as_str().map_or(plan.clone(), |day| plan.at(day.parse().unwrap()));
                let rules: Vec<&str> = case["expect"].as_object().unwrap().keys().map(String::as_str).collect();
                tables.push(vector(&plan, &case["subject"], &rules, slice::from_ref(&case["facts"])));
            }
        }
        if name.starts_with("boundaries") {
            for row in file["rows"].as_array().unwrap() {
                let [plan, rule, fact] = [0, 2, 3].map(|i| row[i].as_str().unwrap());
                let beside = [5, 6, 7].map(|side| {
                    let mut facts = file["others"].get(rule).cloned().unwrap_or_else(|| json!({}));
                    facts[fact] = row[side][0].clone();
                    facts
                });
                tables.push(vector(&ecoplan::plan(plan).unwrap(), &row[1], &[rule], &beside));
            }
        }
    }
    assert!(tables.len() > 1_000, "{} tables of vectors", tables.len());
    tables
}

fn vector(plan: &Plan, subject: &Json, rules: &[&str], facts: &[Json]) -> Table {
    let subject = subject.as_str().unwrap().to_owned();
    // What is refused is not judged.
    let accepted = facts.iter().filter(|facts| plan.case(&subject, facts).is_ok());
    let cases = accepted.map(|facts| facts.as_object().unwrap().clone()).collect();
    let in_order = plan.rules().iter().map(|rule| rule.id.clone()).filter(|id| rules.contains(&id.as_str()));
    Table { toml: None, plan: plan.clone(), subject, rules: in_order.collect(), cases }
}

fn one_by_one(table: &Table, expected: &[Vec<Said>], tally: &mut Tally) {
    for (facts, expected) in table.cases.iter().zip(expected) {
        let report = table.plan.evaluate_json(&table.subject, text(facts)).unwrap_or_else(|e| panic!("{e}\n{facts:?}"));
        assert_eq!(expected.len(), table.rules.len());
        for slow in expected {
            let finding = report.finding(&slow.rule).unwrap();
            let rule = || serde_json::to_string(finding.rule()).unwrap();
            tally.compare(&said(&finding), slow, || format!("{}\n{}\n{}", rule(), table.plan.as_of(), text(facts)));
        }
    }
}

/// What a finding says, in the words of the slow evaluator.
fn said(finding: &Finding<'_>) -> Said {
    let notes = finding.notes();
    let noted = |code: &str| notes.iter().any(|note| note.code == code);
    Said {
        rule: finding.rule().id.clone(),
        settled: Settled {
            outcome: finding.outcome(),
            decision: finding.decision().map(str::to_owned),
            margin: finding.margin().map(|margin| margin.to_string()),
            missing: finding.missing().map(|fact| fact.name.clone()).collect(),
            possible: words(&finding.possible()),
        },
        reason: finding.reason(),
        stale: noted("stale"),
        undated: noted("undated"),
        readings: finding.readings().into_iter().map(reading).collect(),
    }
}

fn reading(other: Alternative) -> (String, Settled) {
    let settled = Settled {
        outcome: other.outcome,
        decision: other.decision,
        margin: other.margin.map(|margin| margin.to_string()),
        missing: other.missing,
        possible: words(&other.possible),
    };
    (other.reading, settled)
}

fn words(possible: &[Possible]) -> BTreeSet<String> {
    let one = |p: &Possible| match &p.decision {
        Some(decision) => format!("{} {decision}", p.outcome.as_str()),
        None => p.outcome.as_str().to_owned(),
    };
    possible.iter().map(one).collect()
}

fn text(facts: &Map<String, Json>) -> String {
    Json::Object(facts.clone()).to_string()
}

/// All cases as one table: under the plan's day, and with a column that says the same day in each row.
fn together(table: &Table, expected: &[Vec<Said>], tally: &mut Tally) {
    let day = table.plan.as_of();
    compare_batch(table, None, &table.plan, expected, tally);
    let another = table.plan.at("2023-07-01".parse().unwrap());
    compare_batch(table, Some(day.to_string()), &another, expected, tally);
}

/// The outcome, the decision and the margin of one rule in one row.
type Verdict = (Option<Outcome>, Option<String>, Option<String>);

fn compare_batch(table: &Table, as_of: Option<String>, plan: &Plan, expected: &[Vec<Said>], tally: &mut Tally) {
    let facts = plan.facts(&table.subject).unwrap();
    with_columns(&table.cases, &facts, as_of, |names, columns| {
        let batch = plan.batch(&table.subject, names).unwrap().with_margins();
        let mut verdicts = Verdicts::default();
        batch.evaluate(columns, 0..table.cases.len(), &mut verdicts).unwrap();
        assert!(verdicts.errors.is_empty(), "{:?}", verdicts.errors);
        for (row, expected) in expected.iter().enumerate() {
            for slow in expected {
                let place = batch.rules().position(|rule| rule.id == slow.rule).unwrap();
                let (rule, found) = (batch.rules().nth(place).unwrap(), &verdicts.rules[place]);
                let decision = found.decisions.get(row).and_then(|code| rule.decisions.get(usize::from(*code)));
                let fast: Verdict = (
                    Outcome::ALL.get(usize::from(found.outcomes[row])).copied(),
                    decision.map(|decision| decision.id.clone()),
                    found.margins.get(row).copied().flatten().map(|margin| margin.to_string()),
                );
                let slow = slow.settled.clone();
                let slow: Verdict = (Some(slow.outcome), slow.decision, slow.margin);
                let rule = || serde_json::to_string(rule).unwrap();
                tally.compare(&fast, &slow, || format!("{}\n{}", rule(), text(&table.cases[row])));
            }
        }
    });
}

#[test]
fn scorecards() {
    let mut lines = Vec::new();
    let mut tally = Tally::default();
    let mut random = Random::new(seed());
    for i in 0..cases() / 10 {
        let (plan, values) = slow::values(&mut random);
        let slow = Card::new(&plan, &values);
        let card = plan.scorecard_json(text(&values)).unwrap_or_else(|e| panic!("{e}\n{values:?}"));
        let fast = serde_json::to_value(&card).unwrap();
        let about = || format!("{} {} {}", plan.id(), plan.as_of(), text(&values));
        tally.compare(&fast["counts"], &json!(slow.counts), about);
        assert_eq!(card.rows.len(), slow.rows.len());
        for (row, slow) in card.rows.iter().zip(&slow.rows) {
            let row = json!({
                "no": row.no,
                "status": row.status,
                "reason": row.reason,
                "margin": row.margin,
                "missing": row.missing,
                "stale": row.stale,
            });
            tally.compare(&row, &json!(slow), about);
        }
        if i < CASES / 10 {
            lines.push(json!({ "plan": plan.id(), "as_of": plan.as_of(), "values": values, "says": slow }));
        }
    }
    write("scorecards.jsonl", &lines);
    tally.settle("rows of scorecards");
}

#[test]
fn plain_expressions() {
    let mut lines = Vec::new();
    let mut tally = Tally::default();
    let mut random = Random::new(seed());
    let mut refused = 0;
    while tally.compared < cases() * 5 {
        let (expression, context) = slow::expression(&mut random);
        let Ok(compiled) = expression.parse::<Expression>() else {
            refused += 1;
            continue;
        };
        let fast = compiled.evaluate(&context).unwrap_or_else(|e| panic!("{expression}: {e}"));
        let slow = slow::evaluate(&expression, &context);
        tally.compare(&fast.to_string(), &slow.to_string(), || format!("{expression}\nwith {}", text(&context)));
        if lines.len() < CASES * 5 {
            lines.push(json!({ "expression": expression, "context": context, "value": slow.to_json() }));
        }
    }
    // What is refused is compared with nothing.
    assert!(refused * 100 < tally.compared, "{refused} refused");
    write("expressions.jsonl", &lines);
    tally.settle("plain expressions");
}
