//! Exported decision models, loaded and evaluated by dsntk, an independent DMN engine: every decision must come to what
//! ecoplan itself says.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod bundled;
mod engine;
mod random;
mod structure;
