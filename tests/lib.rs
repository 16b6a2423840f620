//! What is shared between the tests: the READMEs as documentation tests, and the entry points that are fuzzed.

pub mod fuzz;

// Only under test, so that the package builds from its own folder.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod english {}

#[cfg(doctest)]
#[doc = include_str!("../README.zh-CN.md")]
mod chinese {}
