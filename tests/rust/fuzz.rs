//! The fuzzed entry points under proptest: arbitrary bytes, and the seed corpus with bytes of it changed.

use std::path::Path;

use ecoplan_tests::fuzz::TARGETS;
use proptest::prelude::*;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files.into_iter().map(|file| std::fs::read(file).unwrap()).collect();
    if target == "receipt" {
        // Those of the present plans: a receipt on file is one of the plan as it was.
        let plan = ecoplan::plan("lianzhou-145").unwrap();
        let reports = plan.subjects().iter().map(|subject| plan.evaluate_json(&subject.id, "{}").unwrap());
        seeds.extend(reports.map(|report| report.to_json().into_bytes()));
    }
    seeds
}

#[test]
fn every_entry_point_is_a_target_of_cargo_fuzz() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut targets: Vec<String> = files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    targets.sort();
    let mut names = TARGETS.map(|(name, _)| name);
    names.sort_unstable();
    assert_eq!(targets, names);
}

#[test]
fn the_seeds_are_accepted_and_hold() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        seeds.iter().for_each(|seed| target(seed));
    }
}

/// One change of a seed: bytes overwritten, cut out or repeated.
fn change(seed: &[u8], at: usize, length: usize, bytes: &[u8], how: u8) -> Vec<u8> {
    let at = at % (seed.len() + 1);
    let end = (at + length).min(seed.len());
    let (before, changed, after) = (&seed[..at], &seed[at..end], &seed[end..]);
    match how % 3 {
        0 => [before, bytes, after].concat(),
        1 => [before, after].concat(),
        _ => [before, changed, bytes, changed, after].concat(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn changed_seeds(
        which in any::<prop::sample::Index>(),
        seed in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<usize>(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..6), any::<u8>()), 1..4),
    ) {
        let (name, target) = TARGETS[which.index(TARGETS.len())];
        let seeds = seeds(name);
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for (at, length, with, how) in changes {
            bytes = change(&bytes, at, length, &with, how);
        }
        target(&bytes);
    }
}
