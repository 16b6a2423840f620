//! What hostile bytes are thrown at, by cargo-fuzz and, in every test run, by proptest: nothing may panic, and what is
//! accepted must hold what is promised of it.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a broken promise has to be seen")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ecoplan::model::Document;
use ecoplan::{Cell, Column, Date, Decimal, Expression, Lang, NONE, Outcome, Plan, Value, Verdicts};
use serde::Serialize;
use serde_json::Value as Json;

/// An entry point, as cargo-fuzz and proptest call it.
pub type Target = fn(&[u8]);

/// Every entry point by name; each is a binary of the crate in `fuzz/`, and has a folder of seeds there.
pub const TARGETS: [(&str, Target); 10] = [
    ("expression", expression),
    ("context", context),
    ("plan", plan),
    ("model", model),
    ("facts", facts),
    ("scorecard", scorecard),
    ("cells", cells),
    ("receipt", receipt),
    ("json", json),
    ("scalars", scalars),
];

/// Small subjects, whose facts are of every kind: one run is short.
const SUBJECTS: [&str; 5] = ["urban_wwtp", "township_wwtp", "project", "activity", "combustion_unit"];

static PLAN: LazyLock<Plan> = LazyLock::new(|| ecoplan::plan("lianzhou-145").unwrap());

/// An expression that is accepted prints as itself, unless that is too long for one, and has a value.
pub fn expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(expression) = text.parse::<Expression>() else { return };
    let printed = expression.to_string();
    if printed.len() <= 64 * 1024 {
        assert_eq!(printed.parse::<Expression>().as_ref(), Ok(&expression), "{printed}");
    }
    let _ = expression.evaluate_json("{}");
}

/// An expression, and from the second line on its context as JSON: what is so without the context stays so with it.
pub fn context(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (Some(text), Some(context)) = (parts.next().and_then(|b| std::str::from_utf8(b).ok()), parts.next()) else {
        return;
    };
    let Ok(expression) = text.parse::<Expression>() else { return };
    let (Ok(before), Ok(after)) = (expression.evaluate_json("{}"), expression.evaluate_json(context)) else { return };
    if let Value::Bool(_) = before {
        assert_eq!(after, before, "{expression}");
    }
}

/// A plan that is accepted can judge, and is the same plan when it comes back from its model's JSON.
pub fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Plan::from_toml(text) {
        Ok(plan) => {
            judges(&plan);
            let model = serde_json::to_string(plan.document()).unwrap();
            let again = Document::from_json(model).and_then(Plan::from_document).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(again.hash(), plan.hash());
        }
        Err(errors) => assert!(errors.iter().next().is_some()),
    }
}

/// A model that is accepted comes back from its JSON, and judges if it is a plan.
pub fn model(bytes: &[u8]) {
    let Ok(document) = Document::from_json(bytes) else { return };
    let json = serde_json::to_string(&document).unwrap();
    assert_eq!(Document::from_json(json).as_ref(), Ok(&document));
    if let Ok(plan) = Plan::from_document(document) {
        judges(&plan);
    }
}

/// It can judge a case without facts and explain it, and the report is a receipt.
fn judges(plan: &Plan) {
    for subject in plan.subjects() {
        let report = plan.evaluate_json(&subject.id, "{}").unwrap_or_else(|e| panic!("{e}"));
        let _ = (report.explain(Lang::En), report.explain(Lang::Zh));
        assert!(plan.verify(report.to_json()).is_ok());
    }
}

/// Facts that are accepted give a report that is a receipt.
pub fn facts(bytes: &[u8]) {
    for subject in SUBJECTS {
        if let Ok(report) = PLAN.evaluate_json(subject, bytes) {
            assert!(PLAN.verify(report.to_json()).is_ok());
        }
    }
}

/// Values that are accepted give a scorecard whose counts add up.
pub fn scorecard(bytes: &[u8]) {
    if let Ok(card) = PLAN.scorecard_json(bytes) {
        let counts = card.counts;
        assert_eq!(counts.assessed, counts.satisfied + counts.breached + counts.pending + counts.undetermined);
        assert_eq!(counts.indicators, card.rows.len());
        let _ = (card.explain(Lang::En), card.explain(Lang::Zh), serde_json::to_string(&card).unwrap());
    }
}

/// A receipt that is accepted says what evaluating again says. `HASH` stands for the hash of the plan, which no change of
/// bytes would find, and which changes with the plan.
pub fn receipt(bytes: &[u8]) {
    let receipt = match std::str::from_utf8(bytes) {
        Ok(text) => text.replacen("HASH", PLAN.hash(), 1).into_bytes(),
        Err(_) => bytes.to_vec(),
    };
    if let Ok(report) = PLAN.verify(receipt) {
        assert!(PLAN.verify(report.to_json()).is_ok());
    }
}

/// What stands in a cell, as a single case is given it.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Given<'a> {
    Number(f64),
    Flag(bool),
    Text(&'a str),
    List(Vec<&'a str>),
}

impl<'a> Given<'a> {
    /// `#81.6` is a number, `?true` and `?false` are truth values, `|a|b` a list; anything else is a text, and nothing
    /// is nothing.
    fn of(cell: &'a str) -> Option<Self> {
        Some(match cell.split_at_checked(1)? {
            ("#", number) => Given::Number(number.parse().ok()?),
            ("?", flag) => Given::Flag(flag.parse().ok()?),
            ("|", items) => Given::List(items.split('|').filter(|item| !item.is_empty()).collect()),
            _ => Given::Text(cell),
        })
    }

    fn cell(&self) -> Cell<'a> {
        match self {
            Given::Number(number) => Cell::Number(number.to_string().into()),
            Given::Flag(flag) => Cell::Flag(*flag),
            Given::Text(text) => Cell::Text((*text).into()),
            Given::List(items) => Cell::List(items.iter().map(|item| Some(Cell::Text((*item).into()))).collect()),
        }
    }
}

/// A day as people write it, as a fact is read: so is the column of the day of judgement.
fn day(text: &str) -> Option<Date> {
    let facts = BTreeMap::from([("conversion_deadline", text)]);
    let report = PLAN.evaluate("combustion_unit", &facts).ok()?;
    let report: Json = serde_json::from_str(&report.to_json()).unwrap();
    report.pointer("/facts/conversion_deadline")?.as_str()?.parse().ok()
}

/// A table of tab-separated cells under a line of names: each row is judged as the single case of its cells, and refused
/// where that is.
pub fn cells(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let Some(names) = lines.next() else { return };
    let rows: Vec<Vec<Option<Given<'_>>>> =
        lines.take(64).map(|cells| cells.into_iter().map(Given::of).collect()).collect();
    let at = |row: usize, column: usize| rows.get(row)?.get(column)?.as_ref();
    let reads: Vec<_> = (0..names.len())
        .map(|column| {
            move |row: usize, to: &mut dyn FnMut(Cell<'_>)| {
                if let Some(given) = at(row, column) {
                    to(given.cell())
                }
            }
        })
        .collect();
    let columns: Vec<Column<'_>> = reads.iter().map(|read| Column::read(rows.len(), read)).collect();
    for subject in SUBJECTS {
        let Ok(batch) = PLAN.batch(subject, &names) else { continue };
        let mut verdicts = Verdicts::default();
        batch.evaluate(&columns, 0..rows.len(), &mut verdicts).unwrap_or_else(|e| panic!("{e}"));
        for row in 0..rows.len() {
            let mut given: BTreeMap<&str, &Given<'_>> =
                names.iter().enumerate().filter_map(|(column, name)| Some((*name, at(row, column)?))).collect();
            let day = match given.remove("as_of") {
                None => Some(PLAN.as_of()),
                Some(Given::Text(text)) => day(text),
                Some(_) => None,
            };
            let single = day.map(|day| PLAN.at(day).case(subject, &given));
            let wrong = verdicts.errors.iter().any(|errors| errors.row == row);
            let Some(Ok(case)) = single else {
                assert!(wrong, "row {row} of {subject}");
                continue;
            };
            assert!(!wrong, "row {row} of {subject}");
            for ((rule, outcome, decision), verdict) in case.outcomes().zip(&verdicts.rules) {
                let code = verdict.outcomes.get(row).copied().unwrap_or(NONE);
                assert_eq!(Outcome::ALL.get(usize::from(code)), Some(&outcome), "row {row}, {}", rule.id);
                let code = verdict.decisions.get(row).copied().unwrap_or(NONE);
                let found = rule.decisions.get(usize::from(code)).map(|d| d.id.as_str());
                assert_eq!(found, decision, "row {row}, {}", rule.id);
            }
        }
    }
}

/// A text is JSON here where it is JSON to another reader, and stands for the same.
pub fn json(bytes: &[u8]) {
    let whole = [b"{\"a\": ".as_slice(), bytes, b"}"].concat();
    let name: Expression = "a".parse().unwrap();
    let theirs = serde_json::from_slice::<Json>(&whole);
    // A number beyond what a binary one holds is JSON all the same.
    if theirs.as_ref().is_err_and(|error| error.to_string().starts_with("number out of range")) {
        let _ = name.evaluate_json(&whole);
        return;
    }
    match name.evaluate_json(&whole) {
        Ok(value) => {
            let theirs = theirs.unwrap_or_else(|e| panic!("{value} is no JSON: {e}"));
            assert!(theirs.get("a").is_none_or(|theirs| same(&value, theirs)), "{value} is {theirs}");
        }
        Err(errors) => {
            for code in errors.iter().map(ecoplan::Error::code) {
                match code {
                    "invalid-json" | "not-utf8" | "not-finite" => assert!(theirs.is_err(), "{errors}"),
                    "too-deep" | "too-large" => {}
                    _ => assert!(theirs.is_ok(), "{errors}"),
                }
            }
        }
    }
}

/// Whether a value is what another reader says; numbers are binary there, and not compared.
fn same(ours: &Value, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Value::Null, Json::Null) | (Value::Number(_), Json::Number(_)) => true,
        (Value::Bool(ours), Json::Bool(theirs)) => ours == theirs,
        (Value::Text(ours), Json::String(theirs)) => **ours == **theirs,
        (Value::List(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        _ => false,
    }
}

/// Numbers and days from text come back from what they print, in an expression too; the first two lines, if they are
/// numbers, add and compare alike in either order. As the cell of a fact, a text is refused, or understood as what it is
/// understood as again.
pub fn scalars(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if let Ok(day) = first.parse::<Date>() {
        assert_eq!(day.to_string(), first);
    }
    if let Ok(a) = first.parse::<Decimal>() {
        let printed = a.to_string();
        assert_eq!((printed.parse(), (-a).abs()), (Ok(a), a.abs()), "{printed}");
        let value = printed.parse::<Expression>().map(|e| e.evaluate_json("{}"));
        assert_eq!(value, Ok(Ok(Value::Number(a))), "{printed}");
        if let Ok(b) = second.parse::<Decimal>() {
            assert_eq!(a.checked_add(b), b.checked_add(a), "{a} + {b}");
            assert_eq!(a.checked_mul(b), b.checked_mul(a), "{a} * {b}");
            let (order, difference) = (a.cmp(&b), a.checked_sub(b));
            assert_eq!(order, b.cmp(&a).reverse(), "{a} and {b}");
            assert!(difference.is_none_or(|d| d.cmp(&Decimal::ZERO) == order), "{a} - {b}");
        }
    }
    for (subject, fact) in [("township_wwtp", "influent_bod5_mg_l"), ("combustion_unit", "conversion_deadline")] {
        if let Ok(report) = PLAN.evaluate(subject, &BTreeMap::from([(fact, first)])) {
            assert!(PLAN.verify(report.to_json()).is_ok(), "{first}");
        }
    }
}
