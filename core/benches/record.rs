//! One record, seven rules: what judging costs, as ratios to a hand-written `rust_decimal` reference in the same run.
//!
//! ```text
//! cargo bench --bench record            # a table
//! cargo bench --bench record -- --json  # the same as data
//! ```
//!
//! Every answer is checked against the reference before anything is timed.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::expect_used, reason = "a benchmark whose answers are wrong must not go on")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use ecoplan::{Case, Outcome, Plan};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

const RECORDS: usize = 4096;
const RULES: usize = 7;

/// The facts of one record as a program written for these seven rules would hold them.
#[derive(Clone, Default)]
struct Record {
    bod_2020: Option<Decimal>,
    bod: Option<Decimal>,
    has_plan: Option<bool>,
    township_bod: Option<Decimal>,
    two_high: Option<bool>,
    target_met: Option<bool>,
    severe: Option<bool>,
    insufficient: Option<bool>,
    shows: [Option<bool>; 4],
    pm25: Option<Decimal>,
    good_days: Option<Decimal>,
    forest: Option<Decimal>,
}

/// Outcome and, for the gate, the place of the decision plus one.
type Verdict = (Outcome, u8);

struct Limits {
    hundred: Decimal,
    twenty: Decimal,
    pm25: Decimal,
    good_days: Decimal,
    forest: Decimal,
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn required(applies: Option<bool>, holds: Option<bool>) -> Verdict {
    let outcome = match (applies, holds) {
        (Some(false), _) => Outcome::NotApplicable,
        (Some(true), Some(true)) => Outcome::Satisfied,
        (Some(true), Some(false)) => Outcome::Breached,
        _ => Outcome::Undetermined,
    };
    (outcome, 0)
}

fn gate(r: &Record) -> Verdict {
    let slow = or(r.target_met.map(|met| !met), and(r.severe, r.insufficient));
    let [need, feasible, efficient, clean] = r.shows;
    let incomplete = and(and(need, feasible), and(efficient, clean)).map(|all| !all);
    match (r.two_high, slow, incomplete) {
        (Some(false), _, _) => (Outcome::NotApplicable, 0),
        (Some(true), Some(true), _) => (Outcome::Triggered, 1),
        (Some(true), Some(false), Some(true)) => (Outcome::Triggered, 2),
        (Some(true), Some(false), Some(false)) => (Outcome::Satisfied, 0),
        // Whichever decision it is, one bites.
        (Some(true), None, Some(true)) => (Outcome::Triggered, 0),
        _ => (Outcome::Undetermined, 0),
    }
}

/// The reference: the seven rules by hand, with `rust_decimal` and `Option`.
#[inline(never)]
fn reference(r: &Record, limits: &Limits) -> [Verdict; RULES] {
    let below = r.bod_2020.map(|bod| bod < limits.hundred);
    let risen = r.bod.zip(r.bod_2020).map(|(now, then)| now - then >= limits.twenty);
    [
        required(below, r.has_plan),
        required(below, risen),
        required(Some(true), r.township_bod.map(|bod| bod >= limits.hundred)),
        gate(r),
        required(Some(true), r.pm25.map(|v| v <= limits.pm25)),
        required(Some(true), r.good_days.map(|v| v >= limits.good_days)),
        required(Some(true), r.forest.map(|v| v >= limits.forest)),
    ]
}

/// A fixed sequence of pseudo-random numbers, so that every run does the same work.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// 3 % of all facts are missing.
    fn given<T>(&mut self, value: T) -> Option<T> {
        (self.below(100) >= 3).then_some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        let value = self.below(2) == 1;
        self.given(value)
    }

    /// Hundredths from `low` to `high`, with one or two decimals, every tenth exactly on the limit.
    fn number(&mut self, low: u64, high: u64, limit: u64) -> Option<i64> {
        let hundredths = match self.below(10) {
            0 => limit,
            1..=5 => (low + self.below(high - low)) / 10 * 10,
            _ => low + self.below(high - low),
        };
        self.given(i64::try_from(hundredths).unwrap_or_default())
    }
}

fn records() -> Vec<(Record, BTreeMap<&'static str, Json>)> {
    let mut random = Random(20_251_231);
    let mut all = Vec::with_capacity(RECORDS);
    for _ in 0..RECORDS {
        let mut facts = BTreeMap::new();
        let mut number = |name: &'static str, hundredths: Option<i64>| {
            let value = hundredths.map(|h| Decimal::new(h, 2).normalize());
            facts.extend(value.map(|v| (name, serde_json::from_str(&v.to_string()).unwrap_or(Json::Null))));
            value
        };
        let start = random.number(5500, 12_500, 10_000);
        let rise = if random.below(4) == 0 { 2000 } else { random.below(4000) };
        let end = start.map(|s| s + i64::try_from(rise).unwrap_or_default()).filter(|_| random.below(100) >= 3);
        let mut record = Record {
            bod_2020: number("influent_bod5_2020_mg_l", start),
            bod: number("influent_bod5_mg_l", end),
            township_bod: number("township_influent_bod5_mg_l", random.number(5000, 15_000, 10_000)),
            pm25: number("pm25_ug_m3", random.number(1500, 3500, 2500)),
            good_days: number("good_days_pct", random.number(8500, 10_000, 9300)),
            forest: number("forest_coverage_pct", random.number(6000, 7800, 6900)),
            ..Record::default()
        };
        let mut flag = |name: &'static str| {
            let value = random.flag();
            facts.extend(value.map(|v| (name, json!(v))));
            value
        };
        record.has_plan = flag("has_plan");
        record.two_high = flag("is_two_high");
        record.target_met = flag("target_met");
        record.severe = flag("situation_severe");
        record.insufficient = flag("space_insufficient");
        record.shows = ["shows_necessity", "shows_feasibility", "shows_efficiency", "shows_environment"].map(&mut flag);
        all.push((record, facts));
    }
    all
}

fn verdicts(case: &Case) -> Vec<Verdict> {
    let place = |decision: Option<&str>| match decision {
        Some("slow_or_limited_approval") => 1,
        Some("complete_justification") => 2,
        _ => 0,
    };
    case.outcomes().map(|(_, outcome, decision)| (outcome, place(decision))).collect()
}

/// Median nanoseconds a record, over several rounds.
fn time(mut work: impl FnMut()) -> f64 {
    let mut rounds: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            work();
            let nanoseconds = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
            ratio(f64::from(nanoseconds), 4096.0)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::float_arithmetic, reason = "times, not verdicts")]
fn ratio(a: f64, b: f64) -> f64 {
    a / b
}

fn main() {
    let plan = Plan::from_files([("seven-rules.toml", include_str!("seven-rules.toml"))]).expect("the plan compiles");
    let hundredths = |h| Decimal::new(h, 2);
    let limits = Limits {
        hundred: hundredths(10_000),
        twenty: hundredths(2000),
        pm25: hundredths(2500),
        good_days: hundredths(9300),
        forest: hundredths(6900),
    };
    let records = records();
    let cases: Vec<Case> =
        records.iter().map(|(_, facts)| plan.case("record", facts).expect("the facts are in order")).collect();
    let texts: Vec<String> = records.iter().map(|(_, facts)| json!(facts).to_string()).collect();

    let mut undetermined = 0;
    for (((record, _), case), text) in records.iter().zip(&cases).zip(&texts) {
        let expected = reference(record, &limits).to_vec();
        assert_eq!(verdicts(case), expected, "{text}");
        let report = plan.evaluate_json("record", text).expect("the text is in order");
        let of_report: Vec<Outcome> = report.findings().map(|f| f.outcome()).collect();
        assert_eq!(of_report, expected.iter().map(|v| v.0).collect::<Vec<_>>(), "{text}");
        undetermined += expected.iter().filter(|v| v.0 == Outcome::Undetermined).count();
    }

    let base = time(|| {
        for (record, _) in &records {
            black_box(reference(record, &limits));
        }
    });
    let mut rows = vec![("reference: by hand, rust_decimal and Option", base)];
    rows.push((
        "outcomes, facts checked before",
        time(|| {
            for case in &cases {
                case.outcomes().for_each(|verdict| {
                    black_box(verdict);
                });
            }
        }),
    ));
    rows.push((
        "report, facts checked before",
        time(|| {
            for case in &cases {
                black_box(case.clone().report());
            }
        }),
    ));
    rows.push((
        "report with every condition tree",
        time(|| {
            for case in &cases {
                let report = case.clone().report();
                report.findings().for_each(|f| drop(black_box(f.because())));
            }
        }),
    ));
    rows.push((
        "JSON text in, outcomes out",
        time(|| {
            for text in &texts {
                if let Ok(case) = plan.case_json("record", text) {
                    case.outcomes().for_each(|verdict| {
                        black_box(verdict);
                    });
                }
            }
        }),
    ));
    rows.push((
        "JSON text in, report as JSON text out",
        time(|| {
            for text in &texts {
                if let Ok(report) = plan.evaluate_json("record", text) {
                    black_box(report.to_json());
                }
            }
        }),
    ));

    if std::env::args().any(|a| a == "--json") {
        let rows: Vec<Json> =
            rows.iter().map(|(what, ns)| json!({ "what": what, "ns": ns, "ratio": ratio(*ns, base) })).collect();
        let checked = RECORDS * RULES;
        println!(
            "{}",
            json!({ "records": RECORDS, "verdicts_checked": checked, "undetermined": undetermined, "rows": rows })
        );
    } else {
        println!("{RECORDS} records, {} verdicts checked, {undetermined} of them undetermined\n", RECORDS * RULES);
        println!("{:>9}  {:>9}", "× ref.", "ns/record");
        for (what, nanoseconds) in &rows {
            println!("{:>9.2}  {nanoseconds:>9.0}  {what}", ratio(*nanoseconds, base));
        }
    }
}
