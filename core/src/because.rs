//! The condition tree that led to a finding, made from the compiled condition itself: every branch with its value.

use serde::Serialize;

use crate::Value;
use crate::facts::Facts;
use crate::feel::{Expr, Locals, eval};
use crate::program::{RuleProgram, SubjectProgram};

/// One condition of a rule, with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because {
    /// `applies`, `requires`, `decision` or `done`.
    pub part: &'static str,
    /// The decision that the condition is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The condition.
    #[serde(flatten)]
    pub node: Node,
}

/// A condition, its value and, for `and`, `or`, `not` and `if`, its branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The condition as FEEL text.
    pub condition: String,
    /// `true`, `false`, or `null` where it is not known or cannot be computed.
    pub value: Value,
    /// The facts that a condition without branches reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactValue>,
    /// The branches, the undecided ones included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

/// A fact as a condition read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactValue {
    /// The name of the fact.
    pub fact: String,
    /// Its value.
    pub value: Value,
}

/// Every condition of a rule, in the order in which it counts.
pub(crate) fn because(subject: &SubjectProgram, rule: &RuleProgram, facts: &Facts) -> Vec<Because> {
    let tree = Tree { subject, facts };
    let part = |part, decision, expr: &Expr| Because { part, decision, node: tree.node(expr) };
    let parts = &rule.parts;
    let applies = parts.applies.iter().map(|e| part("applies", None, e));
    let requires = parts.requires.iter().map(|e| part("requires", None, e));
    let decisions = parts.decisions.iter().map(|(d, when)| part("decision", Some(d.id.clone()), when));
    let done = rule.done.map(|slot| part("done", None, &Expr::Fact(slot)));
    applies.chain(requires).chain(decisions).chain(done).collect()
}

struct Tree<'a> {
    subject: &'a SubjectProgram,
    facts: &'a Facts,
}

impl Tree<'_> {
    fn node(&self, expr: &Expr) -> Node {
        let branches: Vec<&Expr> = match expr {
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::If { .. } => expr.children(),
            _ => Vec::new(),
        };
        let mut slots = Vec::new();
        if branches.is_empty() {
            expr.facts(&mut |slot| {
                if !slots.contains(&slot) {
                    slots.push(slot);
                }
            });
        }
        let read =
            |slot| FactValue { fact: self.subject.name_of(slot).to_owned(), value: self.facts.value(slot).clone() };
        Node {
            condition: self.subject.print(expr),
            value: eval(expr, &self.facts.values, &Locals::None),
            facts: slots.into_iter().map(read).collect(),
            children: branches.into_iter().map(|b| self.node(b)).collect(),
        }
    }
}
