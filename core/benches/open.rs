//! What it takes to open the plan `lianzhou-145`, beside parsing its files as TOML and nothing else:
//! `cargo bench --bench open`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "a benchmark prints, and one that cannot go on fails"
)]

use std::hint::black_box;
use std::time::Instant;

use ecoplan::Plan;
use ecoplan::model::Document;

const ROUNDS: usize = 41;

fn main() {
    let bundled = ecoplan_spec::PLANS.iter().find(|plan| plan.id == "lianzhou-145").unwrap();
    let files = || bundled.files.iter().copied();
    let plan = Plan::from_files(files()).unwrap();
    let model = serde_json::to_string(plan.document()).unwrap();
    assert_eq!(Plan::from_document(Document::from_json(&model).unwrap()).unwrap().hash(), plan.hash());

    let works: [(&str, &dyn Fn()); 3] = [
        ("its files parsed as TOML, nothing else", &|| {
            files().for_each(|(_, text)| drop(black_box(toml::de::DeTable::parse(text).unwrap())));
        }),
        ("from its files: read, checked, compiled", &|| drop(black_box(Plan::from_files(files()).unwrap()))),
        ("from its model as JSON", &|| {
            drop(black_box(Plan::from_document(Document::from_json(&model).unwrap()).unwrap()));
        }),
    ];
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        // All in turn, so that whatever else the machine does falls on each of them.
        for ((_, work), times) in works.iter().zip(&mut times) {
            let start = Instant::now();
            work();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let medians = times.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[ROUNDS / 2]
    });
    println!("{} rules; medians of {ROUNDS} rounds\n", plan.rules().len());
    for ((name, _), median) in works.iter().zip(medians) {
        println!("{:6.2} x  {median:6.2} ms  {name}", median / medians[0]);
    }
}
