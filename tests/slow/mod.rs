//! A second evaluator: slow, obvious, written from what the conditions, outcomes, margins and missing facts *mean*, on
//! fractions of whole numbers of any size. It shares nothing with the one that is shipped but the plan's model, so that
//! what both say of random plans and facts can be compared, here and in every language.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod case;
mod could;
mod eval;
mod expr;
mod fail;
mod judge;
mod margin;
mod number;
mod parse;
mod random;
mod scorecard;
mod table;
mod value;

pub use self::judge::{Judge, Said, Settled};
pub use self::random::Random;
pub use self::random::expressions::expression;
pub use self::scorecard::Card;
pub use self::table::{Table, tables, values};
pub use self::value::Value;

/// The value of a plain expression for values by name; it displays as [`ecoplan::Value`] does.
pub fn evaluate(expression: &str, context: &serde_json::Map<String, serde_json::Value>) -> Value {
    let names = context.iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect();
    eval::value(&parse::parse(expression), &names)
}
