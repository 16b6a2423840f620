//! What is shared between the tests: the READMEs as documentation tests, the entry points that are fuzzed, and a second
//! evaluator that the first is compared with.

pub mod fuzz;
pub mod slow;

// Only under test, so that the package builds from its own folder.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod english {}

#[cfg(doctest)]
#[doc = include_str!("../README.zh-CN.md")]
mod chinese {}
