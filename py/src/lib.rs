//! The Python module `ecoplan._ecoplan`: the evaluator of the `ecoplan` crate, with Python's types in and out.

mod arrow;
mod cells;
mod error;
mod expression;
mod input;
mod output;
mod plain;
mod plan;
mod report;
mod scorecard;
mod table;

use pyo3::prelude::*;

#[pymodule]
mod _ecoplan {
    #[pymodule_export]
    use super::expression::Expression;
    #[pymodule_export]
    use super::plan::{Plan, plan, plan_schema, plans};
    #[pymodule_export]
    use super::report::{Finding, Report, Reports};
    #[pymodule_export]
    use super::scorecard::{Row, Scorecard};
    #[pymodule_export]
    use super::table::{Table, TableStream};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
