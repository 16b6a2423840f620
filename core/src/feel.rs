//! Conditions: a documented subset of FEEL, the expression language of the OMG DMN 1.5 standard.

mod ast;
mod eval;
mod expand;
mod lex;
mod outlook;
mod parse;
mod types;

pub(crate) use ast::{Arithmetic, Comparison, Expr, Function, Test};
pub(crate) use eval::{Locals, Truth, eval, test};
pub(crate) use outlook::{Outlook, outlook};
pub(crate) use parse::{Resolve, parse};
pub(crate) use types::{Type, infer};
