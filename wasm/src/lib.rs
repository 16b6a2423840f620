//! The evaluator for JavaScript: JSON texts in and out, since engines read and write them faster than anything else
//! crosses the border. The package's own script turns them into objects, and what is thrown here into errors.

use ecoplan::model::Document;
use ecoplan::{Errors, Lang};
use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

/// What is thrown: a list of errors as JSON text.
type Thrown = String;

fn json(value: &impl Serialize) -> Result<String, Thrown> {
    // Texts, numbers and lists under text keys always serialise.
    Ok(serde_json::to_string(value).unwrap_or_default())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn thrown(errors: Errors) -> Thrown {
    serde_json::to_string(&errors).unwrap_or_default()
}

/// A compiled plan.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Plan(ecoplan::Plan);

#[wasm_bindgen]
impl Plan {
    /// The plan of a model, as JSON text.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &str) -> Result<Plan, Thrown> {
        let document = Document::from_json(model).map_err(thrown)?;
        ecoplan::Plan::from_document(document).map(Plan).map_err(thrown)
    }

    /// The model as JSON text.
    pub fn model(&self) -> Result<String, Thrown> {
        json(self.0.document())
    }

    /// The clauses by state as JSON text.
    pub fn coverage(&self) -> Result<String, Thrown> {
        json(&self.0.coverage())
    }

    /// The content hash.
    pub fn hash(&self) -> String {
        self.0.hash().to_owned()
    }

    /// The day of judgement.
    #[wasm_bindgen(js_name = asOf)]
    pub fn as_of(&self) -> String {
        self.0.as_of().to_string()
    }

    /// The same plan, judging as of another day.
    pub fn at(&self, day: &str) -> Result<Plan, Thrown> {
        let invalid =
            |_| thrown(ecoplan::Error::new("asOf", ecoplan::Problem::InvalidDate { value: day.to_owned() }).into());
        Ok(Plan(self.0.at(day.parse().map_err(invalid)?)))
    }

    /// The same plan with facts that hold for every case.
    #[wasm_bindgen(js_name = withFacts)]
    pub fn with_facts(&self, subject: &str, facts: &str) -> Result<Plan, Thrown> {
        self.0.with_facts_json(subject, facts).map(Plan).map_err(thrown)
    }

    /// A new plan of some of the rules, their ids parted by line breaks.
    pub fn only(&self, rules: &str) -> Result<Plan, Thrown> {
        self.0.only(rules.lines()).map(Plan).map_err(thrown)
    }

    /// A new plan with another target.
    #[wasm_bindgen(js_name = withTarget)]
    pub fn with_target(&self, rule: &str, target: &str) -> Result<Plan, Thrown> {
        let invalid =
            |_| thrown(ecoplan::Error::new("target", ecoplan::Problem::NotANumber { value: target.to_owned() }).into());
        self.0.with_target(rule, target.parse().map_err(invalid)?).map(Plan).map_err(thrown)
    }

    /// The outcome of each rule as JSON text.
    pub fn outcomes(&self, subject: &str, facts: &str) -> Result<String, Thrown> {
        struct ByRule(ecoplan::Case);
        impl Serialize for ByRule {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.outcomes().map(|(rule, outcome, _)| (&rule.id, outcome)))
            }
        }
        self.0.case_json(subject, facts).map_err(thrown).and_then(|case| json(&ByRule(case)))
    }

    /// A report as JSON text.
    pub fn evaluate(&self, subject: &str, facts: &str) -> Result<String, Thrown> {
        self.0.evaluate_json(subject, facts).map(|report| report.to_json()).map_err(thrown)
    }

    /// A report as text.
    pub fn explain(&self, subject: &str, facts: &str, lang: &str) -> Result<String, Thrown> {
        let lang: Lang = lang.parse().map_err(thrown)?;
        self.0.evaluate_json(subject, facts).map(|report| report.explain(lang)).map_err(thrown)
    }

    /// A report in words, line by line, as JSON text.
    pub fn explanation(&self, subject: &str, facts: &str, lang: &str) -> Result<String, Thrown> {
        let lang: Lang = lang.parse().map_err(thrown)?;
        self.0.evaluate_json(subject, facts).map_err(thrown).and_then(|report| json(&report.explanation(lang)))
    }

    /// The scorecard as JSON text.
    pub fn scorecard(&self, values: &str) -> Result<String, Thrown> {
        self.0.scorecard_json(values).map_err(thrown).and_then(|card| json(&card))
    }

    /// The scorecard as text.
    #[wasm_bindgen(js_name = explainScorecard)]
    pub fn explain_scorecard(&self, values: &str, lang: &str) -> Result<String, Thrown> {
        let lang: Lang = lang.parse().map_err(thrown)?;
        self.0.scorecard_json(values).map(|card| card.explain(lang)).map_err(thrown)
    }

    /// The scorecard in words, row by row, as JSON text.
    #[wasm_bindgen(js_name = scorecardExplanation)]
    pub fn scorecard_explanation(&self, values: &str, lang: &str) -> Result<String, Thrown> {
        let lang: Lang = lang.parse().map_err(thrown)?;
        self.0.scorecard_json(values).map_err(thrown).and_then(|card| json(&card.explanation(lang)))
    }

    /// The values that the plan's own table reports.
    pub fn reported(&self) -> Result<String, Thrown> {
        json(&self.0.reported())
    }

    /// A report evaluated again.
    pub fn verify(&self, report: &str) -> Result<String, Thrown> {
        self.0.verify(report).map(|report| report.to_json()).map_err(thrown)
    }
}

/// The value of a FEEL expression, as JSON text.
#[wasm_bindgen]
pub fn feel(expression: &str, context: &str) -> Result<String, Thrown> {
    let expression: ecoplan::Expression = expression.parse().map_err(thrown)?;
    expression.evaluate_json(context).map_err(thrown).and_then(|value| json(&value))
}
