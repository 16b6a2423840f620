//! Tables: every row is judged as the single case is, whatever the columns are made of and however they are cut.

use std::collections::BTreeMap;

use ecoplan::model::{Fact, FactKind};
use ecoplan::{Batch, Bits, Case, Cell, Column, Date, Decimal, Error, NONE, Outcome, Plan, Verdicts};
use proptest::prelude::*;
use serde::Serialize;

use crate::common::{day, lianzhou, one_rule};
use crate::random_plans::{DAYS, plan as random_plan, rule};

/// A fixed sequence of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// A cell as a single case is given it.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Given {
    Float(f64),
    Single(f32),
    Flag(bool),
    Text(String),
    List(Vec<String>),
}

/// A column that owns what it holds.
#[derive(Debug, Clone)]
enum Owned {
    Floats(Vec<f64>),
    FloatsOrNan(Vec<f64>),
    Singles(Vec<f32>),
    SinglesOrNan(Vec<f32>),
    Scaled(Vec<i64>, u32),
    Flags(Vec<u8>),
    Days(Vec<i32>),
    Coded(Vec<i32>, Vec<Option<Given>>),
    Read(Vec<Option<Given>>),
}

/// What a column holds, and the bits that say which cells are given; the first few belong to nobody.
#[derive(Debug, Clone)]
struct Made {
    name: String,
    cells: Owned,
    given: Option<(Vec<u8>, usize)>,
}

fn bits(random: &mut Random, rows: usize) -> Vec<u8> {
    (0..rows / 8 + 3).map(|_| u8::try_from(random.below(256) | random.below(256)).unwrap()).collect()
}

/// Numbers around the fact's range and others that are hard to hold; most of them fit.
fn number(random: &mut Random, fact: &Fact, tests: &[Decimal]) -> f64 {
    let float = |d: Decimal| d.to_string().parse::<f64>().unwrap();
    match random.below(40) {
        0 => *random.pick(&[f64::NAN, f64::INFINITY, -1.0, 1e15, 999_999_999_999_999.9, 1e300, 1e-7, 1e-300, -0.0]),
        1 => *random.pick(&[
            0.300_000_000_000_000_04,
            19.999_999_999_999_993,
            20.000_000_000_000_004,
            19.999_999_999_999_996,
            0.333_333_333_333_333_3,
            64.020_000_000_000_01,
        ]),
        2 => *random.pick(&[0.004_999_999_9, 0.000_123_456_789_012_345_6, 123_456_789_012.345_67]),
        3..=5 => fact.max.map_or(0.0, float),
        6..=8 => fact.min.map_or(0.0, float),
        9..=20 if !tests.is_empty() => {
            let step = *random.pick(&["0", "0.01", "-0.01", "0.1", "-0.1", "20", "20.1", "19.9"]);
            float(random.pick(tests).checked_add(step.parse().unwrap()).unwrap())
        }
        _ => float(
            Decimal::new(i128::try_from(random.below(20_000)).unwrap(), u32::try_from(random.below(4)).unwrap())
                .unwrap(),
        ),
    }
}

fn narrow(number: f64) -> f32 {
    number as f32
}

fn text(random: &mut Random, fact: &Fact, tests: &[Decimal]) -> Given {
    match fact.kind {
        FactKind::Number => match random.below(20) {
            0 => Given::Text(
                (*random.pick(&["-", "未检出", "", "12,5", "8１.６", "81。6", "0.08 g/L", "5 t", "NaN"])).to_owned(),
            ),
            1 => Given::Text(
                (*random.pick(&["0.1234567890123456789", "0.12345678901234567890", "123456789012345.6"])).to_owned(),
            ),
            2..=9 => {
                let number = number(random, fact, tests);
                Given::Text(number.to_string())
            }
            _ => Given::Float(number(random, fact, tests)),
        },
        FactKind::YesNo if random.below(30) > 0 => Given::Flag(random.below(2) == 1),
        FactKind::YesNo => Given::Text("true".to_owned()),
        FactKind::Choice if random.below(30) > 0 => Given::Text(random.pick(&fact.choices).id.clone()),
        FactKind::Choice => Given::Text(fact.choices[0].label.zh.clone()),
        FactKind::Set => {
            let mut items: Vec<String> =
                fact.choices.iter().map(|c| c.id.clone()).filter(|_| random.below(3) > 0).collect();
            if random.below(30) == 0 {
                items.push("none of them".to_owned());
            }
            Given::List(items)
        }
        FactKind::Date if random.below(30) > 0 => Given::Text((*random.pick(&DAYS)).to_owned()),
        FactKind::Date => Given::Text("2025-02-30".to_owned()),
    }
}

fn made(random: &mut Random, fact: &Fact, tests: &[Decimal], rows: usize) -> Made {
    let given = (random.below(2) == 0).then(|| (bits(random, rows), random.below(9)));
    let any = |random: &mut Random| (random.below(8) > 0).then(|| text(random, fact, tests));
    let cells = match (fact.kind, random.below(6)) {
        (FactKind::Number, 0..=1) if random.below(3) == 0 => {
            let values = (0..rows).map(|_| narrow(number(random, fact, tests))).collect();
            if random.below(2) == 0 { Owned::Singles(values) } else { Owned::SinglesOrNan(values) }
        }
        (FactKind::Number, 0..=2) => Owned::Floats((0..rows).map(|_| number(random, fact, tests)).collect()),
        (FactKind::Number, 3) => Owned::FloatsOrNan((0..rows).map(|_| number(random, fact, tests)).collect()),
        (FactKind::Number, 4) => {
            let decimals = u32::try_from(random.below(5)).unwrap();
            let unit = |d: Decimal| i64::try_from(d.scaled(4).unwrap() / 10_i128.pow(4 - decimals)).unwrap();
            let value = |random: &mut Random| match random.below(3) {
                0 if !tests.is_empty() => unit(*random.pick(tests)),
                1 => *random.pick(&[i64::MAX, 1_000_000_000_000_000, -1, 0, 999_999_999_999_999]),
                _ => i64::try_from(random.below(300_000)).unwrap(),
            };
            Owned::Scaled((0..rows).map(|_| value(random)).collect(), decimals)
        }
        (FactKind::YesNo, 0..=3) => Owned::Flags(bits(random, rows)),
        (FactKind::Date, 0..=2) => {
            let value = |random: &mut Random| *random.pick(&[20_089, 20_454, 19_904, i32::MAX, i32::MIN, 0]);
            Owned::Days((0..rows).map(|_| value(random)).collect())
        }
        (_, 5) => {
            let distinct = 1 + random.below(6);
            let values = (0..distinct).map(|_| any(random)).collect();
            Owned::Coded(
                (0..rows)
                    .map(|_| i32::try_from(random.below(distinct + 1)).unwrap() - i32::from(random.below(9) == 0))
                    .collect(),
                values,
            )
        }
        _ => Owned::Read((0..rows).map(|_| any(random)).collect()),
    };
    Made { name: fact.name.clone(), cells, given }
}

fn set(bits: &[u8], place: usize) -> bool {
    bits.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
}

impl Made {
    /// What stands in a row, as the single case is given it.
    fn at(&self, row: usize) -> Option<Given> {
        if self.given.as_ref().is_some_and(|(bits, offset)| !set(bits, offset + row)) {
            return None;
        }
        match &self.cells {
            Owned::Floats(values) => Some(Given::Float(values[row])),
            Owned::FloatsOrNan(values) => Some(Given::Float(values[row])).filter(|_| !values[row].is_nan()),
            Owned::Singles(values) => Some(Given::Single(values[row])),
            Owned::SinglesOrNan(values) => Some(Given::Single(values[row])).filter(|_| !values[row].is_nan()),
            Owned::Scaled(values, decimals) => {
                let number = Decimal::new(i128::from(values[row]), *decimals).unwrap();
                Some(Given::Text(number.to_string()))
            }
            Owned::Flags(values) => Some(Given::Flag(set(values, row))),
            Owned::Days(values) => {
                let known = [(20_089, "2025-01-01"), (20_454, "2026-01-01"), (19_904, "2024-06-30"), (0, "1970-01-01")];
                let day = known.iter().find(|(number, _)| *number == values[row]);
                Some(Given::Text(day.map_or_else(|| format!("day {}", values[row]), |(_, day)| (*day).to_owned())))
            }
            Owned::Coded(codes, values) => values.get(usize::try_from(codes[row]).ok()?)?.clone(),
            Owned::Read(values) => values[row].clone(),
        }
    }
}

fn cell(given: &Given) -> Cell<'_> {
    match given {
        Given::Float(number) => Cell::Number(number.to_string().into()),
        Given::Single(number) => Cell::Number(number.to_string().into()),
        Given::Flag(flag) => Cell::Flag(*flag),
        Given::Text(text) => Cell::Text(text.as_str().into()),
        Given::List(items) => Cell::List(items.iter().map(|item| Some(Cell::Text(item.as_str().into()))).collect()),
    }
}

type Reader<'a> = Box<dyn Fn(usize, &mut dyn FnMut(Cell<'_>)) + Sync + 'a>;

/// Runs `go` on the columns, which borrow from what is made.
fn with_columns<T>(made: &[Made], go: impl FnOnce(&[Column<'_>]) -> T) -> T {
    fn reader(made: &Made) -> Reader<'_> {
        match &made.cells {
            Owned::Read(values) | Owned::Coded(_, values) => {
                Box::new(|row, to| values[row].iter().map(cell).for_each(to))
            }
            _ => Box::new(|_, _| {}),
        }
    }
    fn column<'a>(made: &'a Made, reader: &'a Reader<'a>) -> Column<'a> {
        let column = match &made.cells {
            Owned::Floats(values) => Column::floats(values),
            Owned::FloatsOrNan(values) => Column::floats_or_nan(values),
            Owned::Singles(values) => Column::singles(values),
            Owned::SinglesOrNan(values) => Column::singles_or_nan(values),
            Owned::Scaled(values, decimals) => Column::scaled(values, *decimals),
            Owned::Flags(values) => Column::flags(Bits::new(values, 0)),
            Owned::Days(values) => Column::days(values),
            Owned::Coded(codes, values) => Column::coded(codes, Column::read(values.len(), &**reader)),
            Owned::Read(values) => Column::read(values.len(), &**reader),
        };
        match &made.given {
            Some((bits, offset)) => column.given(Bits::new(bits, *offset)),
            None => column,
        }
    }
    let readers: Vec<Reader<'_>> = made.iter().map(reader).collect();
    let columns: Vec<Column<'_>> = made.iter().zip(&readers).map(|(made, reader)| column(made, reader)).collect();
    go(&columns)
}

/// Facts in the order of the columns.
struct Row<'a>(Vec<(&'a str, Given)>);

impl Serialize for Row<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, given)| (name, given)))
    }
}

/// The single case of a row: a bad cell is left out, and a value whose year is wrong.
fn single(plan: &Plan, subject: &str, made: &[Made], row: usize) -> (Option<Case>, Vec<Error>) {
    let given = |name: &str| made.iter().find(|made| made.name == name).and_then(|made| made.at(row));
    let mut errors = Vec::new();
    let plan = match given("as_of") {
        Some(Given::Text(text)) => match text.parse::<Date>() {
            Ok(day) => plan.at(day),
            Err(_) => {
                errors.push(("facts.as_of".to_owned(), "invalid-date"));
                plan.clone()
            }
        },
        _ => plan.clone(),
    };
    let cells = made.iter().filter(|made| made.name != "as_of");
    let mut facts = Row(cells.filter_map(|made| Some((made.name.as_str(), made.at(row)?))).collect());
    let mut found = Vec::new();
    loop {
        let wrong = match plan.case(subject, &facts) {
            Ok(case) => return (Some(case), found),
            Err(wrong) => wrong,
        };
        let before = facts.0.len();
        for error in &wrong {
            let mut path = error.path().strip_prefix("facts.").unwrap().split('.');
            let name = path.next().unwrap();
            facts.0.retain(|(fact, _)| *fact != name);
            if let Some(of) =
                name.strip_suffix("_year").filter(|of| plan.facts(subject).unwrap().iter().any(|f| f.name == *of))
            {
                facts.0.retain(|(fact, _)| *fact != of);
            }
        }
        found.extend(wrong.iter().cloned());
        if facts.0.len() == before {
            return (None, found);
        }
    }
}

/// Judges the rows in one piece, and in parts, and compares each with its single case.
fn compare(plan: &Plan, subject: &str, made: &[Made], rows: usize, cuts: &[usize]) -> usize {
    let names: Vec<&str> = made.iter().map(|made| made.name.as_str()).collect();
    let batch = plan.batch(subject, &names).unwrap_or_else(|e| panic!("{e}")).with_margins();
    with_columns(made, |columns| {
        let mut whole = Verdicts::default();
        batch.evaluate(columns, 0..rows, &mut whole).unwrap_or_else(|e| panic!("{e}"));
        for row in 0..rows {
            let (case, errors) = single(plan, subject, made, row);
            check(&batch, columns, &whole, row, case, &errors);
        }
        // However the rows are cut, and whatever stood in the memory before.
        let mut part = whole.clone();
        let mut start = 0;
        for end in cuts.iter().copied().filter(|cut| *cut < rows).chain([rows]) {
            if end <= start {
                continue;
            }
            batch.evaluate(columns, start..end, &mut part).unwrap();
            for (whole, part) in whole.rules.iter().zip(&part.rules) {
                assert_eq!(whole.outcomes[start..end], part.outcomes);
                assert_eq!(whole.decisions.get(start..end).unwrap_or_default(), part.decisions);
                assert_eq!(whole.margins.get(start..end).unwrap_or_default(), part.margins);
            }
            let errors = whole.errors.iter().filter(|error| (start..end).contains(&error.row));
            assert!(errors.map(|e| (e.row - start, &e.errors)).eq(part.errors.iter().map(|e| (e.row, &e.errors))));
            start = end;
        }
        whole.errors.len()
    })
}

fn check(batch: &Batch, columns: &[Column<'_>], verdicts: &Verdicts, row: usize, case: Option<Case>, errors: &[Error]) {
    let found = verdicts.errors.iter().find(|error| error.row == row).map_or(&[][..], |error| &error.errors);
    assert_eq!(found, errors, "row {row}");
    let Some(case) = case else {
        assert!(verdicts.rules.iter().all(|rule| rule.outcomes[row] == NONE), "row {row}");
        return;
    };
    let single: Vec<(String, Outcome, Option<String>)> = case
        .outcomes()
        .map(|(rule, outcome, decision)| (rule.id.clone(), outcome, decision.map(str::to_owned)))
        .collect();
    let report = case.report();
    for (((rule, verdict), (id, outcome, decision)), finding) in
        batch.rules().zip(&verdicts.rules).zip(&single).zip(report.findings())
    {
        assert_eq!(rule.id, *id);
        let place = || format!("row {row}, {id}: {}", report.to_json());
        assert_eq!(Outcome::ALL.get(usize::from(verdict.outcomes[row])), Some(outcome), "{}", place());
        let code = verdict.decisions.get(row).copied().unwrap_or(NONE);
        assert_eq!(rule.decisions.get(usize::from(code)).map(|d| &d.id), decision.as_ref(), "{}", place());
        assert_eq!(verdict.margins.get(row).copied().flatten(), finding.margin(), "{}", place());
    }
    // Any row can be explained.
    let (explained, again) = batch.case(columns, row);
    assert_eq!((explained.unwrap().report().to_json(), again.as_slice()), (report.to_json(), errors));
}

/// The numbers of a subject's conditions.
fn tests(plan: &Plan, subject: &str) -> Vec<Decimal> {
    let rules = plan.rules().iter().filter(|rule| rule.subject == subject);
    let conditions = rules.flat_map(|rule| {
        rule.applies.iter().chain(&rule.requires).chain(rule.decisions.iter().filter_map(|d| d.when.as_ref()))
    });
    let words = conditions.flat_map(|c| c.split(|c: char| !c.is_ascii_digit() && c != '.'));
    words.filter_map(|word| word.parse().ok()).collect()
}

fn table(random: &mut Random, plan: &Plan, subject: &str, rows: usize) -> Vec<Made> {
    let tests = tests(plan, subject);
    let mut all = Vec::new();
    for fact in plan.facts(subject).unwrap() {
        if random.below(5) > 0 {
            all.push(made(random, fact, &tests, rows));
        }
        if fact.yearly && random.below(4) == 0 {
            let year = |random: &mut Random| {
                (random.below(3) > 0).then(|| match random.below(6) {
                    0 => Given::Float(2025.0),
                    1 => Given::Text("2024年".to_owned()),
                    2 => Given::Text((*random.pick(&["2031", "25", "x", "2020.5"])).to_owned()),
                    _ => Given::Text((2018 + random.below(7)).to_string()),
                })
            };
            let cells = Owned::Read((0..rows).map(|_| year(random)).collect());
            all.push(Made { name: format!("{}_year", fact.name), cells, given: None });
        }
    }
    if random.below(3) == 0 {
        let cells = Owned::Read(
            (0..rows).map(|_| (random.below(4) > 0).then(|| Given::Text((*random.pick(&DAYS)).to_owned()))).collect(),
        );
        all.push(Made { name: "as_of".to_owned(), cells, given: None });
    }
    all
}

#[test]
fn every_subject_of_the_bundled_plans() {
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        for (i, subject) in (1_u64..).zip(plan.subjects().to_vec()) {
            let mut random = Random(i);
            let rows = 40 + random.below(60);
            let made = table(&mut random, &plan, &subject.id, rows);
            compare(&plan, &subject.id, &made, rows, &[1, 7, 8, 33]);
        }
    }
}

#[test]
fn more_rows_than_a_chunk() {
    let plan = lianzhou();
    let mut random = Random(2025);
    let rows = 5_000;
    let made = table(&mut random, &plan, "urban_wwtp", rows);
    assert!(compare(&plan, "urban_wwtp", &made, rows, &[2047, 2048, 2049, 4095, 4999]) > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_plan_and_any_table(
        rules in prop::collection::vec(rule(), 1..4),
        seed in any::<u64>(),
        rows in 1_usize..40,
        as_of in prop::sample::select(DAYS.to_vec()),
        cuts in prop::collection::vec(0_usize..40, 0..3),
    ) {
        let built = random_plan(&rules, false);
        prop_assume!(built.is_ok());
        let plan = built.unwrap().at(as_of.parse().unwrap());
        let mut random = Random(seed);
        let made = table(&mut random, &plan, "s", rows);
        let mut cuts = cuts;
        cuts.sort_unstable();
        compare(&plan, "s", &made, rows, &cuts);
        // Some facts are the same in all rows.
        let mut shared: BTreeMap<&str, Given> = BTreeMap::new();
        for fact in plan.facts("s").unwrap() {
            if random.below(3) == 0 {
                shared.insert(&fact.name, text(&mut random, fact, &[]));
            }
        }
        if let Ok(shared) = plan.with_facts("s", &shared) {
            compare(&shared, "s", &made, rows, &cuts);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let plan = lianzhou();
    let code = |columns: &[&str]| {
        let errors = plan.batch("urban_wwtp", columns).unwrap_err();
        errors.iter().map(|e| format!("{} {} {:?}", e.path(), e.code(), e.hint(ecoplan::Lang::En))).collect::<Vec<_>>()
    };
    assert_eq!(
        code(&["influent_bod_mg_l", "has_plan", "has_plan"]),
        [
            "columns.influent_bod_mg_l unknown-fact Some(\"did you mean `influent_bod5_mg_l`?\")",
            "columns.has_plan duplicate-key None"
        ]
    );
    assert_eq!(plan.batch("plant", &[]).unwrap_err().iter().next().unwrap().code(), "unknown-subject");
    let batch = plan.batch("urban_wwtp", &["influent_bod5_mg_l"]).unwrap();
    let mut verdicts = Verdicts::default();
    let refused = |columns: &[Column<'_>], rows, verdicts: &mut Verdicts| {
        batch.evaluate(columns, rows, verdicts).unwrap_err().iter().next().unwrap().code()
    };
    assert_eq!(refused(&[], 0..0, &mut verdicts), "invalid-value");
    assert_eq!(refused(&[Column::floats(&[1.0])], 0..2, &mut verdicts), "invalid-value");
    assert_eq!(refused(&[Column::floats(&[1.0; 9]).given(Bits::new(&[255], 0))], 0..9, &mut verdicts), "invalid-value");
    // Without rows there is nothing to judge.
    batch.evaluate(&[Column::floats(&[])], 0..0, &mut verdicts).unwrap();
    assert!(verdicts.rules.iter().all(|rule| rule.outcomes.is_empty()));
}

#[test]
fn all_pairs_exactly_twenty_apart() {
    // In binary, 81.6 - 61.6 is less than 20; 480 of these pairs go wrong one way or the other.
    let plan = lianzhou().at(day("2025-12-31"));
    let pairs = (0..12_000_i128).map(|i| {
        let float = |hundredths: i128| Decimal::new(hundredths, 2).unwrap().to_string().parse::<f64>().unwrap();
        (float(5_000 + i), float(7_000 + i))
    });
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let batch = plan.batch("urban_wwtp", &["influent_bod5_2020_mg_l", "influent_bod5_mg_l"]).unwrap().with_margins();
    let mut verdicts = Verdicts::default();
    batch.evaluate(&[Column::floats(&before), Column::floats(&after)], 0..12_000, &mut verdicts).unwrap();
    let place = batch.rules().position(|rule| rule.id == "wwtp-urban-bod-plus-20-2025").unwrap();
    let rule = &verdicts.rules[place];
    for (i, (outcome, margin)) in rule.outcomes.iter().zip(&rule.margins).enumerate() {
        let concerned = i < 5_000;
        let expected = if concerned { Outcome::Satisfied } else { Outcome::NotApplicable };
        assert_eq!(Outcome::ALL[usize::from(*outcome)], expected, "{}", before[i]);
        assert_eq!(*margin, concerned.then_some(Decimal::ZERO), "{}", before[i]);
    }
}

#[test]
fn a_class_of_a_quotient_is_open_until_there_is_one() {
    let decision = |id: &str, when: &str| {
        format!("[[rule.decision]]\nid = \"{id}\"\n{when}\nlabel = {{ zh = \"l\", en = \"l\" }}\n")
    };
    let body = decision("large", "when = '1 / y > 10'") + &decision("small", "");
    let batch = one_rule("definition", &body).unwrap().batch("s", &["y"]).unwrap();
    let mut verdicts = Verdicts::default();
    // Not given, a twentieth, zero, one. Where it is not given it may be zero, and then there is no class.
    batch.evaluate(&[Column::floats_or_nan(&[f64::NAN, 0.05, 0.0, 1.0])], 0..4, &mut verdicts).unwrap();
    let outcomes = verdicts.rules[0].outcomes.iter().map(|outcome| Outcome::ALL[usize::from(*outcome)]);
    use Outcome::{Triggered, Undetermined};
    assert_eq!(outcomes.collect::<Vec<_>>(), [Undetermined, Triggered, Undetermined, Triggered]);
    assert_eq!(verdicts.rules[0].decisions, [NONE, 0, NONE, 1]);
}

#[test]
fn what_is_not_computable_may_settle_a_row() {
    // By zero nothing can be divided, so the condition does not hold, whatever b is.
    let plan = one_rule("obligation", "requires = 'if x / y > 1 and b then z else w'").unwrap();
    let batch = plan.batch("s", &["x", "y", "z", "w"]).unwrap();
    let (yes, no) = (Column::flags(Bits::new(&[1], 0)), Column::flags(Bits::new(&[0], 0)));
    let mut verdicts = Verdicts::default();
    batch.evaluate(&[Column::floats(&[1.0]), Column::floats(&[0.0]), yes, no], 0..1, &mut verdicts).unwrap();
    assert_eq!(Outcome::ALL[usize::from(verdicts.rules[0].outcomes[0])], Outcome::Breached);
}
