//! Behaviour through the public face of the crate.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod decimal;
mod vectors;
