//! Tables: what judging millions of rows costs, as ratios to reading the columns once, in the same run.
//!
//! ```text
//! cargo bench --bench columns                      # a million rows
//! cargo bench --bench columns -- --rows 10000000   # as many as wanted
//! cargo bench --bench columns -- --json            # the same as data
//! ```
//!
//! Every answer is checked, row by row, against the seven rules written by hand before anything is timed, and a sample of
//! the rows against their single cases.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark whose answers are wrong must not go on")]
#![expect(clippy::float_arithmetic, reason = "times, and the sums that read the columns; no verdict")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use ecoplan::model::FactKind;
use ecoplan::{Batch, Bits, Cell, Column, NONE, Outcome, Plan, Verdicts};
use serde_json::{Value as Json, json};

const RULES: usize = 7;
const NUMBERS: [&str; 6] = [
    "influent_bod5_2020_mg_l",
    "influent_bod5_mg_l",
    "township_influent_bod5_mg_l",
    "pm25_ug_m3",
    "good_days_pct",
    "forest_coverage_pct",
];
const FLAGS: [&str; 9] = [
    "has_plan",
    "is_two_high",
    "target_met",
    "situation_severe",
    "space_insufficient",
    "shows_necessity",
    "shows_feasibility",
    "shows_efficiency",
    "shows_environment",
];

/// A fixed sequence of pseudo-random numbers, so that every run does the same work.
struct Random(u64);

impl Random {
    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or_default()
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Cells with the bits that say which are given.
struct Cells<T> {
    values: Vec<T>,
    given: Vec<u8>,
}

/// The same table twice: as columns, and in hundredths as a program written for these rules would hold it.
struct Table {
    rows: usize,
    numbers: Vec<Cells<f64>>,
    flags: Vec<Cells<u8>>,
    hundredths: Vec<Vec<i32>>,
}

fn set(bits: &mut [u8], place: usize, bit: bool) {
    bits[place / 8] |= u8::from(bit) << (place % 8);
}

fn bit(bits: &[u8], place: usize) -> bool {
    bits[place / 8] >> (place % 8) & 1 == 1
}

impl Table {
    /// 3 % of all cells are missing, a tenth of the numbers stand on their limit, and a quarter of the pairs are exactly
    /// 20 apart.
    fn new(rows: usize) -> Self {
        let mut random = Random(20_251_231);
        let bits = || vec![0_u8; rows / 8 + 1];
        let ranges = [
            (5500, 12_500, 10_000),
            (0, 0, 0),
            (5000, 15_000, 10_000),
            (1500, 3500, 2500),
            (8500, 10_000, 9300),
            (6000, 7800, 6900),
        ];
        let mut hundredths = vec![vec![0_i32; rows]; NUMBERS.len()];
        let mut numbers: Vec<Cells<f64>> =
            NUMBERS.iter().map(|_| Cells { values: vec![f64::NAN; rows], given: bits() }).collect();
        #[expect(clippy::needless_range_loop, reason = "a row runs through several columns")]
        for row in 0..rows {
            for (i, (low, high, limit)) in ranges.into_iter().enumerate() {
                let units = if i == 1 {
                    let rise = if random.below(4) == 0 { 2000 } else { random.below(4000) };
                    u64::try_from(hundredths[0][row]).unwrap_or_default() + rise
                } else {
                    match random.below(10) {
                        0 => limit,
                        1..=5 => (low + random.below(high - low)) / 10 * 10,
                        _ => low + random.below(high - low),
                    }
                };
                let units = i32::try_from(units).unwrap_or_default();
                hundredths[i][row] = units;
                if random.below(100) >= 3 {
                    numbers[i].values[row] = f64::from(units) / 100.0;
                    set(&mut numbers[i].given, row, true);
                }
            }
        }
        let flags = FLAGS.iter().map(|_| {
            let (mut values, mut given) = (bits(), bits());
            for row in 0..rows {
                set(&mut values, row, random.below(2) == 1);
                set(&mut given, row, random.below(100) >= 3);
            }
            Cells { values, given }
        });
        Table { rows, numbers, flags: flags.collect(), hundredths }
    }

    fn columns(&self) -> Vec<Column<'_>> {
        let numbers = self.numbers.iter().map(|cells| Column::floats(&cells.values).given(Bits::new(&cells.given, 0)));
        let flags =
            self.flags.iter().map(|cells| Column::flags(Bits::new(&cells.values, 0)).given(Bits::new(&cells.given, 0)));
        numbers.chain(flags).collect()
    }

    fn number(&self, column: usize, row: usize) -> Option<i32> {
        bit(&self.numbers[column].given, row).then(|| self.hundredths[column][row])
    }

    fn flag(&self, column: usize, row: usize) -> Option<bool> {
        bit(&self.flags[column].given, row).then(|| bit(&self.flags[column].values, row))
    }

    /// One row as a single case is given it.
    fn case(&self, row: usize) -> BTreeMap<&'static str, Json> {
        let numbers = (0..NUMBERS.len()).filter(|i| bit(&self.numbers[*i].given, row));
        let mut facts: BTreeMap<_, _> = numbers.map(|i| (NUMBERS[i], json!(self.numbers[i].values[row]))).collect();
        facts.extend((0..FLAGS.len()).filter_map(|i| Some((FLAGS[i], json!(self.flag(i, row)?)))));
        facts
    }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|a| !a), b.map(|b| !b)).map(|none| !none)
}

/// Outcome and the place of the decision, as codes.
type Verdict = (u8, u8);

fn required(applies: Option<bool>, holds: Option<bool>) -> Verdict {
    let outcome = match (applies, holds) {
        (Some(false), _) => Outcome::NotApplicable,
        (Some(true), Some(true)) => Outcome::Satisfied,
        (Some(true), Some(false)) => Outcome::Breached,
        _ => Outcome::Undetermined,
    };
    (outcome as u8, NONE)
}

/// The seven rules by hand, in hundredths: a row at a time.
fn by_hand(table: &Table, row: usize) -> [Verdict; RULES] {
    let number = |column| table.number(column, row);
    let flag = |column| table.flag(column, row);
    let below = number(0).map(|bod| bod < 10_000);
    let risen = number(1).zip(number(0)).map(|(now, then)| now - then >= 2000);
    let slow = or(flag(2).map(|met| !met), and(flag(3), flag(4)));
    let incomplete = and(and(flag(5), flag(6)), and(flag(7), flag(8))).map(|all| !all);
    let gate = match (flag(1), slow, incomplete) {
        (Some(false), _, _) => (Outcome::NotApplicable as u8, NONE),
        (Some(true), Some(true), _) => (Outcome::Triggered as u8, 0),
        (Some(true), Some(false), Some(true)) => (Outcome::Triggered as u8, 1),
        (Some(true), Some(false), Some(false)) => (Outcome::Satisfied as u8, NONE),
        // Whichever decision it is, one bites.
        (Some(true), None, Some(true)) => (Outcome::Triggered as u8, NONE),
        _ => (Outcome::Undetermined as u8, NONE),
    };
    [
        required(below, flag(0)),
        required(below, risen),
        required(Some(true), number(2).map(|bod| bod >= 10_000)),
        gate,
        required(Some(true), number(3).map(|v| v <= 2500)),
        required(Some(true), number(4).map(|v| v >= 9300)),
        required(Some(true), number(5).map(|v| v >= 6900)),
    ]
}

/// The seven rules by hand as a program for them alone would do it: a column at a time over blocks that stay in the first
/// cache, in hundredths and truth bytes. Outcomes only.
fn kernel(table: &Table, out: &mut [Vec<u8>; RULES]) {
    const BLOCK: usize = 4096;
    /// Yes, no, and neither.
    const YES: u8 = 1;
    const NO: u8 = 2;
    let mut truths = vec![[0_u8; BLOCK]; 16];
    let mut whole = [[0_i32; BLOCK]; 2];
    let both = |a: u8, b: u8| (a & b & YES) | ((a | b) & NO);
    let either = |a: u8, b: u8| (a & b & NO) | ((a | b) & YES);
    let not = |a: u8| (a >> 1) | ((a & 1) << 1);
    for start in (0..table.rows).step_by(BLOCK) {
        let rows = BLOCK.min(table.rows - start);
        let given = |bits: &[u8], i: usize| (bits[(start + i) / 8] >> ((start + i) % 8) & 1).wrapping_neg();
        for (number, limit) in [(0, 10_000), (2, 10_000), (3, 2501), (4, 9300), (5, 6900)] {
            let cells = &table.numbers[number];
            for (i, value) in cells.values[start..start + rows].iter().enumerate() {
                let hundredths = (value * 100.0 + 0.5) as i32;
                truths[number][i] = (NO - u8::from(hundredths >= limit)) & given(&cells.given, i);
            }
        }
        for (cells, whole) in table.numbers.iter().zip(&mut whole) {
            let values = &cells.values[start..start + rows];
            whole.iter_mut().zip(values).for_each(|(to, value)| *to = (value * 100.0 + 0.5) as i32);
        }
        for i in 0..rows {
            let known = given(&table.numbers[0].given, i) & given(&table.numbers[1].given, i);
            truths[1][i] = (NO - u8::from(whole[1][i] - whole[0][i] >= 2000)) & known;
        }
        for (flag, cells) in table.flags.iter().enumerate() {
            for (i, truth) in truths[6 + flag][..rows].iter_mut().enumerate() {
                let yes = given(&cells.values, i) & 1;
                *truth = (NO - yes) & given(&cells.given, i);
            }
        }
        let (satisfied, breached) = (Outcome::Satisfied as u8, Outcome::Breached as u8);
        let (open, none, triggered) =
            (Outcome::Undetermined as u8, Outcome::NotApplicable as u8, Outcome::Triggered as u8);
        let by = |truth: u8, yes: u8, no: u8, unknown: u8| {
            let (is_yes, is_no) = ((truth & 1).wrapping_neg(), (truth >> 1 & 1).wrapping_neg());
            (is_yes & yes) | (is_no & no) | (!(is_yes | is_no) & unknown)
        };
        for i in 0..rows {
            let at = |place: usize| truths[place][i];
            let below = not(at(0));
            let slow = either(not(at(8)), both(at(9), at(10)));
            let incomplete = not(both(both(at(11), at(12)), both(at(13), at(14))));
            let bites = either(slow, incomplete);
            let found = [
                by(below, by(at(6), satisfied, breached, open), none, open),
                by(below, by(at(1), satisfied, breached, open), none, open),
                by(at(2), satisfied, breached, open),
                by(at(7), by(bites, triggered, satisfied, open), none, open),
                by(not(at(3)), satisfied, breached, open),
                by(at(4), satisfied, breached, open),
                by(at(5), satisfied, breached, open),
            ];
            out.iter_mut().zip(found).for_each(|(out, found)| out[start + i] = found);
        }
    }
}

/// Reads every number once, and every byte of the bits: nothing that judges can be faster.
fn read(table: &Table, rows: std::ops::Range<usize>) -> f64 {
    let mut sum = 0.0;
    for cells in &table.numbers {
        let mut lanes = [0.0; 16];
        for block in cells.values[rows.clone()].chunks_exact(16) {
            lanes.iter_mut().zip(block).for_each(|(lane, value)| *lane += value);
        }
        sum += lanes.iter().sum::<f64>();
    }
    let bytes = rows.start / 8..rows.end / 8;
    let bits = table.numbers.iter().map(|c| &c.given).chain(table.flags.iter().flat_map(|c| [&c.values, &c.given]));
    for bits in bits {
        let ones: u64 = bits[bytes.clone()].iter().map(|byte| u64::from(*byte)).sum();
        sum += f64::from(u32::try_from(ones % 65_536).unwrap_or_default());
    }
    sum
}

type Work<'a> = (&'a str, Box<dyn FnMut() + 'a>);

/// Median seconds over several rounds; of all works in turn, so that whatever else the machine does falls on each of them.
fn time(works: &mut [Work<'_>], rounds: usize) -> Vec<f64> {
    let mut times = vec![Vec::new(); works.len()];
    for _ in 0..rounds {
        for ((_, work), times) in works.iter_mut().zip(&mut times) {
            let start = Instant::now();
            work();
            times.push(start.elapsed().as_secs_f64());
        }
    }
    let median = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    times.into_iter().map(median).collect()
}

/// Judges each half on a thread of its own.
fn on_two(batch: &Batch, columns: &[Column<'_>], rows: usize, to: &mut [Verdicts; 2]) {
    let half = rows / 2;
    let [first, second] = to;
    std::thread::scope(|scope| {
        scope.spawn(|| batch.evaluate(columns, half..rows, second).expect("the columns fit"));
        batch.evaluate(columns, 0..half, first).expect("the columns fit");
    });
}

fn check(table: &Table, plan: &Plan, batch: &Batch) {
    let columns = table.columns();
    let mut verdicts = Verdicts::default();
    batch.evaluate(&columns, 0..table.rows, &mut verdicts).expect("the columns fit");
    assert!(verdicts.errors.is_empty());
    for row in 0..table.rows {
        for (rule, expected) in verdicts.rules.iter().zip(by_hand(table, row)) {
            let decision = rule.decisions.get(row).copied().unwrap_or(NONE);
            assert_eq!((rule.outcomes[row], decision), expected, "row {row}: {:?}", table.case(row));
        }
    }
    let mut by_kernel: [Vec<u8>; RULES] = std::array::from_fn(|_| vec![0; table.rows]);
    kernel(table, &mut by_kernel);
    for (rule, found) in verdicts.rules.iter().zip(&by_kernel) {
        assert!(rule.outcomes == *found, "the kernel differs");
    }
    let mut halves = [Verdicts::default(), Verdicts::default()];
    on_two(batch, &columns, table.rows, &mut halves);
    for (whole, (first, second)) in verdicts.rules.iter().zip(halves[0].rules.iter().zip(&halves[1].rules)) {
        assert!(whole.outcomes.iter().eq(first.outcomes.iter().chain(&second.outcomes)));
    }
    for row in (0..table.rows).step_by(table.rows / 1000 + 1) {
        let case = plan.case("record", &table.case(row)).expect("the facts are in order");
        for ((_, outcome, _), rule) in case.outcomes().zip(&verdicts.rules) {
            assert_eq!(outcome as u8, rule.outcomes[row]);
        }
    }
}

/// Columns for every fact of a subject, as they come.
struct Whole {
    names: Vec<String>,
    numbers: Vec<Vec<f64>>,
    codes: Vec<Vec<i32>>,
    bits: Vec<Vec<u8>>,
    /// Which of these each column is, and its place there.
    kinds: Vec<(FactKind, usize)>,
    choices: Vec<Vec<String>>,
    given: Vec<u8>,
}

impl Whole {
    fn new(plan: &Plan, subject: &str, rows: usize) -> Self {
        let mut random = Random(7);
        let mut whole = Whole {
            names: Vec::new(),
            numbers: Vec::new(),
            codes: Vec::new(),
            bits: Vec::new(),
            kinds: Vec::new(),
            choices: Vec::new(),
            given: (0..rows / 8 + 2).map(|_| random.byte() | random.byte() | random.byte() | random.byte()).collect(),
        };
        for fact in plan.facts(subject).expect("the subject exists") {
            let place = match fact.kind {
                FactKind::Number => {
                    let decimals = fact.decimals.unwrap_or(0).min(4);
                    let unit = 10_f64.powi(i32::try_from(decimals).unwrap_or_default());
                    let top = fact.max.and_then(ecoplan::Decimal::to_i64).map_or(200, i64::unsigned_abs).min(100_000);
                    let least = fact.min.and_then(ecoplan::Decimal::to_i64).map_or(0, i64::unsigned_abs) * unit as u64;
                    let most = (top * unit as u64).max(least);
                    let number = |random: &mut Random| (least + random.below(most - least + 1)) as f64 / unit;
                    whole.numbers.push((0..rows).map(|_| number(&mut random)).collect());
                    whole.numbers.len()
                }
                FactKind::YesNo => {
                    whole.bits.push((0..rows / 8 + 2).map(|_| random.byte()).collect());
                    whole.bits.len()
                }
                FactKind::Choice => {
                    whole.choices.push(fact.choices.iter().map(|choice| choice.id.clone()).collect());
                    let count = u64::try_from(fact.choices.len()).unwrap_or_default();
                    let code = |random: &mut Random| i32::try_from(random.below(count)).unwrap_or_default();
                    whole.codes.push((0..rows).map(|_| code(&mut random)).collect());
                    whole.codes.len()
                }
                // Sets and days have no fast form outside of Arrow; they are left out.
                FactKind::Set | FactKind::Date => continue,
            };
            whole.names.push(fact.name.clone());
            whole.kinds.push((fact.kind, place - 1));
        }
        whole
    }

    fn judge(&self, go: impl FnOnce(&[Column<'_>])) {
        type Reader<'a> = Box<dyn Fn(usize, &mut dyn FnMut(Cell<'_>)) + Sync + 'a>;
        fn reader(choices: &[String]) -> Reader<'_> {
            Box::new(|place, to| to(Cell::Text(choices[place].as_str().into())))
        }
        let readers: Vec<Reader<'_>> = self.choices.iter().map(|choices| reader(choices)).collect();
        let columns: Vec<Column<'_>> = self
            .kinds
            .iter()
            .map(|(kind, place)| {
                let column = match kind {
                    FactKind::Number => Column::floats(&self.numbers[*place]),
                    FactKind::YesNo => Column::flags(Bits::new(&self.bits[*place], 0)),
                    _ => {
                        let values = Column::read(self.choices[*place].len(), &*readers[*place]);
                        Column::coded(&self.codes[*place], values)
                    }
                };
                column.given(Bits::new(&self.given, 0))
            })
            .collect();
        go(&columns);
    }
}

/// Each subject with many rules, every column given: nanoseconds a row, and a row and rule.
fn whole_subjects(rows: usize) -> Vec<(String, f64, f64)> {
    let plan = ecoplan::plan("lianzhou-145").expect("the plan is bundled");
    let mut found = Vec::new();
    for subject in ["city", "project", "enterprise", "vehicle"] {
        let whole = Whole::new(&plan, subject, rows);
        let names: Vec<&str> = whole.names.iter().map(String::as_str).collect();
        let batch = plan.batch(subject, &names).expect("the columns are facts");
        whole.judge(|columns| {
            let mut verdicts = Verdicts::default();
            batch.evaluate(columns, 0..rows, &mut verdicts).expect("the columns fit");
            for row in (0..rows).step_by(rows / 200 + 1) {
                let (case, errors) = batch.case(columns, row);
                assert!(errors.is_empty(), "row {row}: {errors:?}");
                let case = case.expect("the row is a case");
                for ((rule, outcome, _), found) in case.outcomes().zip(&verdicts.rules) {
                    assert_eq!(outcome as u8, found.outcomes[row], "row {row}: {}", rule.id);
                }
            }
            let work: Box<dyn FnMut() + '_> =
                Box::new(|| batch.evaluate(columns, 0..rows, &mut verdicts).expect("the columns fit"));
            let times = time(&mut [(subject, work)], 5);
            let ns = times[0] * 1e9 / rows as f64;
            let rules = batch.rules().len();
            let what = format!("{subject}: {} columns, {rules} rules", names.len());
            found.push((what, ns, ns / f64::from(u32::try_from(rules).unwrap_or_default())));
        });
    }
    found
}

/// The most memory this process has taken, in MiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rows = arguments.iter().position(|a| a == "--rows").and_then(|i| arguments.get(i + 1)?.parse().ok());
    let rows: usize = rows.unwrap_or(1_000_000);
    let plan = Plan::from_files([("seven-rules.toml", include_str!("seven-rules.toml"))]).expect("the plan compiles");
    let names: Vec<&str> = NUMBERS.into_iter().chain(FLAGS).collect();
    let batch = plan.batch("record", &names).expect("the columns are facts");
    let with_margins = batch.clone().with_margins();
    let table = Table::new(rows);
    check(&table, &plan, &batch);

    let columns = table.columns();
    let sample = rows.min(4096);
    let cases: Vec<_> =
        (0..sample).map(|row| plan.case("record", &table.case(row)).expect("the facts are in order")).collect();
    let half = rows / 2;
    let mut by_kernel: [Vec<u8>; RULES] = std::array::from_fn(|_| vec![0; rows]);
    let (mut one, mut more) = (Verdicts::default(), Verdicts::default());
    let mut two = [Verdicts::default(), Verdicts::default()];
    let mut works: Vec<Work<'_>> = vec![
        (
            "read every column once",
            Box::new(|| {
                black_box(read(&table, 0..rows));
            }),
        ),
        (
            "the same on two threads",
            Box::new(|| {
                std::thread::scope(|scope| {
                    scope.spawn(|| black_box(read(&table, half..rows)));
                    black_box(read(&table, 0..half));
                });
            }),
        ),
        (
            "by hand, a row at a time, in hundredths",
            Box::new(|| {
                for row in 0..rows {
                    black_box(by_hand(&table, row));
                }
            }),
        ),
        ("by hand, a block at a time, memory used again", Box::new(|| kernel(&table, &mut by_kernel))),
        (
            "batch, memory used again",
            Box::new(|| batch.evaluate(&columns, 0..rows, &mut one).expect("the columns fit")),
        ),
        (
            "batch, fresh memory",
            Box::new(|| {
                let mut fresh = Verdicts::default();
                batch.evaluate(&columns, 0..rows, &mut fresh).expect("the columns fit");
                black_box(&fresh);
            }),
        ),
        ("batch on two threads, memory used again", Box::new(|| on_two(&batch, &columns, rows, &mut two))),
        (
            "batch with margins",
            Box::new(|| with_margins.evaluate(&columns, 0..rows, &mut more).expect("the columns fit")),
        ),
        (
            "single cases, facts checked before (a sample)",
            Box::new(|| {
                for case in &cases {
                    case.outcomes().for_each(|verdict| {
                        black_box(verdict);
                    });
                }
            }),
        ),
    ];
    let rounds = if rows > 2_000_000 { 7 } else { 15 };
    let times = time(&mut works, rounds);
    let of = |place: usize| if place + 1 == works.len() { sample } else { rows };
    let per_row: Vec<f64> = times.iter().enumerate().map(|(i, t)| t * 1e9 / of(i) as f64).collect();
    let rows_of: Vec<(&str, f64)> = works.iter().zip(&per_row).map(|((what, _), ns)| (*what, *ns)).collect();
    let subjects = whole_subjects(rows.min(200_000));
    if arguments.iter().any(|a| a == "--json") {
        let subjects: Vec<Json> =
            subjects.iter().map(|(what, ns, each)| json!({ "what": what, "ns": ns, "ns_per_rule": each })).collect();
        let rows_of: Vec<Json> =
            rows_of.iter().map(|(what, ns)| json!({ "what": what, "ns": ns, "ratio": ns / per_row[0] })).collect();
        println!(
            "{}",
            json!({ "rows": rows, "checked": rows * RULES, "peak_mib": peak(), "works": rows_of, "subjects": subjects })
        );
        return;
    }
    println!("{rows} rows of 15 facts, 7 rules; {} verdicts checked; medians of {rounds} rounds\n", rows * RULES);
    println!("   × read   ns/row   M rows/s");
    for (what, ns) in &rows_of {
        println!("{:9.2} {ns:8.2} {:10.1}  {what}", ns / per_row[0], 1e3 / ns);
    }
    println!("\nwhole subjects of lianzhou-145, every column given but sets and days\n\n   ns/row  ns/row and rule");
    for (what, ns, each) in &subjects {
        println!("{ns:9.1} {each:10.2}       {what}");
    }
    if let Some(peak) = peak() {
        println!("\nmost memory taken: {peak} MiB");
    }
}
