//! The condition tree that led to a finding, made from the compiled condition itself: every branch with its value.

use serde::Serialize;

use crate::Value;
use crate::facts::Facts;
use crate::feel::{Locals, eval};
use crate::program::{Condition, RuleProgram, SubjectProgram};

/// One condition of a rule, with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because<'a> {
    /// `applies`, `requires`, `decision` or `done`.
    pub part: &'static str,
    /// The decision that the condition is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<&'a str>,
    /// The condition.
    #[serde(flatten)]
    pub node: Node<'a>,
}

/// A condition, its value and, for `and`, `or`, `not` and `if`, its branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node<'a> {
    /// The condition as FEEL text.
    pub condition: &'a str,
    /// `true`, `false`, or `null` where it is not known or cannot be computed.
    pub value: Value,
    /// The facts that a condition without branches reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactValue<'a>>,
    /// The branches, the undecided ones included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node<'a>>,
}

/// A fact as a condition read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactValue<'a> {
    /// The name of the fact.
    pub fact: &'a str,
    /// Its value.
    pub value: &'a Value,
}

/// Every condition of a rule, in the order in which it counts.
pub(crate) fn because<'a>(subject: &'a SubjectProgram, rule: &'a RuleProgram, facts: &'a Facts) -> Vec<Because<'a>> {
    let tree = Tree { subject, facts };
    let parts = &rule.parts;
    let part = |part, decision, condition: &'a Condition| Because { part, decision, node: tree.node(condition) };
    let mut all = Vec::with_capacity(2 + parts.decisions.len());
    all.extend(parts.applies.iter().map(|c| part("applies", None, c)));
    all.extend(parts.requires.iter().map(|c| part("requires", None, c)));
    all.extend(parts.decisions.iter().map(|(d, when)| part("decision", Some(d.id.as_str()), when)));
    all.extend(rule.done.map(|slot| Because { part: "done", decision: None, node: tree.fact(slot) }));
    all
}

struct Tree<'a> {
    subject: &'a SubjectProgram,
    facts: &'a Facts,
}

impl<'a> Tree<'a> {
    fn node(&self, condition: &'a Condition) -> Node<'a> {
        let read = |slot: &usize| FactValue { fact: self.subject.name_of(*slot), value: self.facts.value(*slot) };
        Node {
            condition: &condition.text,
            value: eval(&condition.expr, &self.facts.values, &Locals::None),
            facts: condition.facts.iter().map(read).collect(),
            children: condition.branches.iter().map(|b| self.node(b)).collect(),
        }
    }

    /// A yes/no fact as a condition of its own.
    fn fact(&self, slot: usize) -> Node<'a> {
        let (fact, value) = (self.subject.name_of(slot), self.facts.value(slot));
        Node { condition: fact, value: value.clone(), facts: vec![FactValue { fact, value }], children: Vec::new() }
    }
}
