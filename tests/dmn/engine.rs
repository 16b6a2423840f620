//! The other engine, and the comparison with it.

use std::sync::Arc;

use dsntk_feel::context::FeelContext;
use dsntk_feel::values::Value as Other;
use dsntk_model_evaluator::ModelEvaluator;
use ecoplan::model::FactKind;
use ecoplan::{Plan, Report};
use serde_json::Value as Json;

/// An outcome, and the decision if there is one.
pub(crate) type Said = (String, Option<String>);

/// The decision model of one subject, in the other engine.
pub(crate) struct Model {
    evaluator: Arc<ModelEvaluator>,
    namespace: String,
    name: String,
    /// The decisions that the model says it lacks.
    pub(crate) not_exported: Vec<String>,
}

impl Model {
    pub(crate) fn load(plan: &Plan, subject: &str) -> Model {
        let text = plan.dmn(subject).unwrap_or_else(|e| panic!("{subject}: {e}"));
        let definitions = dsntk_model::parse(&text).unwrap_or_else(|e| panic!("{subject}: {e}\n{text}"));
        let lacks = |line: &str| Some(line.split_once("notExported decision=\"")?.1.split_once('"')?.0.to_owned());
        Model {
            evaluator: ModelEvaluator::new(std::slice::from_ref(&definitions))
                .unwrap_or_else(|e| panic!("{subject}: {e}\n{text}")),
            namespace: format!("urn:ecoplan:{}:{subject}", plan.id()),
            name: format!("{} {subject}", plan.id()),
            not_exported: text.lines().filter_map(lacks).collect(),
        }
    }

    /// What the model says of one decision.
    pub(crate) fn says(&self, decision: &str, facts: &FeelContext) -> Said {
        let text = |value: &Other| match value {
            Other::String(text) => Some(text.clone()),
            Other::Null(_) => None,
            other => panic!("{decision}: {other}"),
        };
        match self.evaluator.evaluate_invocable(&self.namespace, &self.name, decision, facts) {
            Other::Context(finding) => {
                let part = |name: &str| text(finding.get_entry(&name.into()).unwrap_or_else(|| panic!("{decision}")));
                (part("outcome").unwrap_or_else(|| panic!("{decision}: no outcome")), part("decision"))
            }
            Other::String(outcome) => (outcome, None),
            other => panic!("{decision}: {other}"),
        }
    }

    /// Compares every rule and reading with a report, and gives the number of comparisons and what is different.
    pub(crate) fn compare(&self, report: &Report, facts: &FeelContext, different: &mut Vec<String>) -> usize {
        let mut compared = 0;
        for finding in report.findings() {
            let rule = finding.rule();
            let default = (finding.outcome().as_str().to_owned(), finding.decision().map(str::to_owned));
            let others = finding.readings();
            let readings = rule.readings.iter().map(|reading| {
                // A reading that is not listed says the same as the default.
                let other = others.iter().find(|other| other.reading == reading.id);
                let said = other.map(|other| (other.outcome.as_str().to_owned(), other.decision.clone()));
                (format!("{}.{}", rule.id, reading.id), said.unwrap_or_else(|| default.clone()))
            });
            for (decision, ours) in std::iter::once((rule.id.clone(), default.clone())).chain(readings) {
                if self.not_exported.contains(&decision) {
                    continue;
                }
                compared += 1;
                let theirs = self.says(&decision, facts);
                if ours != theirs {
                    different.push(format!(
                        "{decision} as of {}: ours {ours:?}, theirs {theirs:?}\n    {facts}",
                        report.as_of()
                    ));
                }
            }
        }
        compared
    }
}

/// How many decisions a subject has: rules and other readings.
pub(crate) fn decisions(plan: &Plan, subject: &str) -> usize {
    plan.rules().iter().filter(|rule| rule.subject == subject).map(|rule| 1 + rule.readings.len()).sum()
}

/// The facts of a report as the other engine takes them.
pub(crate) fn context(plan: &Plan, subject: &str, report: &Report) -> FeelContext {
    let facts = serde_json::to_value(report).unwrap()["facts"].take();
    let day = |day: &str| Other::Date(day.parse().unwrap());
    let mut context = FeelContext::default();
    context.set_entry(&"as_of".into(), day(&report.as_of().to_string()));
    for fact in plan.facts(subject).unwrap() {
        let value = match &facts[&fact.name] {
            Json::Object(dated) => &dated["value"],
            value => value,
        };
        let value = match (value, fact.kind) {
            (Json::Null, _) => Other::Null(None),
            (Json::String(number), FactKind::Number) => Other::Number(number.parse().unwrap()),
            (Json::String(date), FactKind::Date) => day(date),
            (Json::String(choice), _) => Other::String(choice.clone()),
            (Json::Bool(yes), _) => Other::Boolean(*yes),
            (Json::Array(set), _) => {
                Other::List(set.iter().map(|member| Other::String(member.as_str().unwrap().to_owned())).collect())
            }
            (other, kind) => panic!("{}: {other} for {kind:?}", fact.name),
        };
        context.set_entry(&fact.name.as_str().into(), value);
    }
    context
}
