#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ecoplan_tests::fuzz::scorecard(bytes));
