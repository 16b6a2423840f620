//! Facts that have been checked, ready to be judged.

use std::sync::Arc;

use crate::evaluate::outcome;
use crate::facts::Facts;
use crate::model::Rule;
use crate::program::{Program, SubjectProgram};
use crate::report::Report;
use crate::{Date, Outcome};

/// The checked facts of one case. Judging it cannot fail.
///
/// ```
/// let plan = ecoplan::plan("lianzhou-145")?;
/// let case = plan.case_json("township_wwtp", r#"{"influent_bod5_mg_l": 99.9}"#)?;
/// let (rule, outcome, _) = case.outcomes().next().unwrap();
/// assert_eq!((rule.id.as_str(), outcome), ("wwtp-township-bod-100", ecoplan::Outcome::Breached));
/// # Ok::<(), ecoplan::Errors>(())
/// ```
#[derive(Debug, Clone)]
pub struct Case {
    pub(crate) program: Arc<Program>,
    /// Place of the subject in the program.
    pub(crate) subject: usize,
    pub(crate) facts: Facts,
    pub(crate) as_of: Date,
}

impl Case {
    /// Each rule with its outcome and the decision of a gate or definition, and nothing else: many times faster than the
    /// report, which says the same.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Rule, Outcome, Option<&str>)> {
        let rules = self.subject().map_or(&[][..], |s| s.rules.as_slice());
        rules.iter().map(|rule| {
            let (outcome, place) = outcome(rule, &self.facts, self.as_of);
            let decision = place.and_then(|place| rule.parts.decisions.get(place)).map(|(d, _)| d.id.as_str());
            (&rule.rule, outcome, decision)
        })
    }

    /// The explained findings.
    pub fn report(self) -> Report {
        Report::new(self)
    }

    pub(crate) fn subject(&self) -> Option<&SubjectProgram> {
        self.program.subjects.get(self.subject)
    }
}
