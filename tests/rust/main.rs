//! Behaviour through the public face of the crate.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod analyse;
mod anchors;
mod batch;
mod boundary;
mod case_coverage;
mod changes;
mod command;
mod common;
mod conditions;
mod county;
mod coverage;
mod decimal;
mod diff;
mod differential;
mod evaluation;
mod explain;
mod fuzz;
mod hostile;
mod input;
mod json;
mod laws;
mod limits;
mod parts;
mod plans;
mod random_plans;
mod receipts;
mod rulebook;
mod schema;
mod vectors;
mod walk;
