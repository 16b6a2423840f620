//! The code blocks of both READMEs, run as documentation tests.

// Only under test, so that the package builds from its own folder.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod english {}

#[cfg(doctest)]
#[doc = include_str!("../README.zh-CN.md")]
mod chinese {}
