//! **ecoplan** evaluates environmental plans as executable, cited rules.
//!
//! ```text
//! spec/*.toml ──read──▶ model ──compile──▶ program ──┐
//!                                                    ├─evaluate─▶ report ──explain──▶ text, JSON
//! facts (struct, map, JSON) ──input──▶ check ────────┘
//! ```
//!
//! A wrong plan fails when it is compiled, a wrong input when facts are checked; what is unmet or unknown stands in the
//! report. Evaluation itself cannot fail, and the same facts always give the same bytes.
//!
//! ```
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Plant {
//!     influent_bod5_2020_mg_l: f64,
//!     influent_bod5_mg_l: f64,
//! }
//!
//! let plan = ecoplan::plan("lianzhou-145")?;
//! let report = plan.evaluate("urban_wwtp", &Plant { influent_bod5_2020_mg_l: 61.6, influent_bod5_mg_l: 81.6 })?;
//! println!("{}", report.explain(ecoplan::Lang::En));
//! # Ok::<(), ecoplan::Errors>(())
//! ```
//!
//! Plans, facts and receipts may come from anyone. Limits are enforced, each with a code; `SECURITY.md` lists them all. A plan
//! has at most 16 MiB in files of 4 MiB (`too-large`), 1,000 subjects, 5,000 facts and 10,000 rules (`too-many`); a
//! condition 64 KiB, 64 levels of nesting, 200 of height (`too-deep`), 50 of `and`, `or`, `not` and `if`, and 20,000 steps,
//! all conditions of a plan, counted once for each fact they read and each level, ten million (`too-costly`); facts as JSON
//! 1 MiB and 32 levels, a receipt or a model as JSON 16 MiB and 128 levels. Of all errors, the first thousand are reported.
//!
//! Numbers are exact decimals from the input to the output: see [`Decimal`]. What is not known is never guessed: see
//! [`Outcome::Undetermined`] and [`Finding::missing`]. Ambiguous text has a default reading and named alternatives: see
//! [`Finding::readings`].

mod date;
mod decimal;
mod error;
mod keyboard;
mod lang;
mod unit;
mod value;

mod expression;
mod feel;

mod case;
mod compile;
mod coverage;
mod evaluate;
mod facts;
mod fields;
mod input;
mod json;
mod margin;
pub mod model;
mod program;
mod read;
mod schema;
mod slots;

mod analyse;
mod because;
mod boundary;
mod case_coverage;
mod change;
mod diff;
mod dmn;
mod explain;
mod finding;
mod progress;
mod report;
mod scorecard;
mod words;

mod batch;
mod plan;
mod verify;

pub use analyse::{Analysis, Beyond, Claim, ClaimKind, Effect, Example, Influence, RuleAnalysis, Said};
pub use batch::{Batch, Bits, Cell, Column, NONE, Read, RowErrors, RuleVerdicts, Verdicts};
pub use because::{Because, FactValue, Node};
pub use boundary::BoundaryCase;
pub use case::Case;
pub use case_coverage::{CaseCoverage, ConclusionCases, Covered, ReadingCases, RuleCases};
pub use change::{Change, Direction};
pub use coverage::{ChapterCoverage, Clause, ClauseCounts, ClauseState, Coverage};
pub use date::{Date, DateError};
pub use decimal::{Decimal, DecimalError, Rounding};
pub use diff::{Difference, RuleDifference, TestChange, Witness};
pub use error::{Error, Errors, Problem};
pub use evaluate::Outcome;
pub use explain::{ExplainedFact, ExplainedFinding, ExplainedRow, Explanation, Line, ScorecardExplanation};
pub use expression::Expression;
pub use finding::{Alternative, Finding, Note, Possible};
pub use lang::{Lang, Text};
pub use plan::{Plan, plan, plans};
pub use report::{Counts, Headline, Report};
pub use schema::plan_schema;
pub use scorecard::{CategoryCounts, Row, RowCounts, Scorecard, Status};
pub use value::Value;
