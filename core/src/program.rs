//! A plan ready to evaluate: names are places, conditions are trees.

use std::sync::{Arc, OnceLock};

use crate::Date;
use crate::feel::{Comparison, Expr, Type};
use crate::model::{Decision, Document, Fact, FactKind, Rule, Subject};
use crate::slots::Slots;
use crate::unit::Unit;

/// A compiled plan.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) document: Document,
    pub(crate) subjects: Vec<SubjectProgram>,
    hash: OnceLock<String>,
}

impl Program {
    pub(crate) fn new(document: Document, subjects: Vec<SubjectProgram>) -> Self {
        Program { document, subjects, hash: OnceLock::new() }
    }

    /// The content hash, made when it is first asked for.
    pub(crate) fn hash(&self) -> &str {
        self.hash.get_or_init(|| self.document.sha256())
    }
}

/// The facts and rules of one subject; a fact's place in the list is its slot.
#[derive(Debug)]
pub(crate) struct SubjectProgram {
    pub(crate) subject: Subject,
    pub(crate) facts: Vec<FactEntry>,
    pub(crate) rules: Vec<RuleProgram>,
}

#[derive(Debug)]
pub(crate) struct FactEntry {
    pub(crate) fact: Fact,
    pub(crate) unit: Option<Unit>,
    pub(crate) choices: Arc<[Arc<str>]>,
}

#[derive(Debug)]
pub(crate) struct RuleProgram {
    pub(crate) rule: Rule,
    /// As the text is read by default.
    pub(crate) parts: Parts,
    /// As each alternative reads it, in the order of `rule.readings`.
    pub(crate) readings: Vec<Parts>,
    pub(crate) measure: Option<usize>,
    pub(crate) done: Option<usize>,
    pub(crate) done_on: Option<usize>,
    /// Whether something not computable may settle a condition under the default reading, so that one which is unknown
    /// now may be able to come out one way only.
    pub(crate) recovers: bool,
}

/// A condition, with what a report prints of it and of its branches.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) expr: Expr,
    /// As FEEL text.
    pub(crate) text: String,
    /// The facts that a condition without branches reads.
    pub(crate) facts: Vec<usize>,
    /// The branches of `and`, `or`, `not` and `if`.
    pub(crate) branches: Vec<Condition>,
}

/// What is evaluated of a rule under one reading.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) applies: Option<Condition>,
    pub(crate) requires: Option<Condition>,
    /// The condition of each decision; `true` for `otherwise`.
    pub(crate) decisions: Vec<(Decision, Condition)>,
    pub(crate) due: DueDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DueDay {
    /// It binds now.
    Now,
    Date(Date),
    Fact(usize),
}

impl FactEntry {
    pub(crate) fn name(&self) -> &str {
        &self.fact.name
    }

    pub(crate) fn kind(&self) -> FactKind {
        self.fact.kind
    }

    pub(crate) fn decimals(&self) -> u32 {
        self.fact.decimals.unwrap_or(0)
    }

    pub(crate) fn yearly(&self) -> bool {
        self.fact.yearly
    }

    pub(crate) fn ty(&self) -> Type {
        match self.fact.kind {
            // A number without a unit is a count or an index: not comparable with mg/L.
            FactKind::Number => Type::Number(Some(self.unit.clone().unwrap_or_default())),
            FactKind::YesNo => Type::YesNo,
            FactKind::Choice => Type::Text(self.choices.clone()),
            FactKind::Set => Type::Set(self.choices.clone()),
            FactKind::Date => Type::Date,
        }
    }
}

impl Condition {
    pub(crate) fn new(expr: Expr, subject: &SubjectProgram) -> Self {
        let branches: Vec<&Expr> = match &expr {
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::If { .. } => expr.children(),
            _ => Vec::new(),
        };
        let branches: Vec<Condition> = branches.into_iter().map(|b| Condition::new(b.clone(), subject)).collect();
        let mut facts = Vec::new();
        if branches.is_empty() {
            expr.facts(&mut |slot| {
                if !facts.contains(&slot) {
                    facts.push(slot);
                }
            });
        }
        Condition { text: subject.print(&expr), expr, facts, branches }
    }

    /// How long it is as it is printed, with each branch by itself, in bytes.
    pub(crate) fn printed(&self) -> usize {
        self.text.len() + self.branches.iter().map(Condition::printed).sum::<usize>()
    }
}

impl Parts {
    /// Every condition of the rule.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Expr> {
        let tests = self.applies.iter().chain(&self.requires);
        tests.chain(self.decisions.iter().map(|(_, when)| when)).map(|condition| &condition.expr)
    }
}

impl RuleProgram {
    /// The one order comparison of the test that the measure takes part in, whatever else the test asks for.
    pub(crate) fn comparison(&self) -> Option<(Comparison, &Expr, &Expr)> {
        let measure = self.measure?;
        let mut test = &self.parts.requires.as_ref()?.expr;
        while let Expr::And(items) = test {
            let mut measured = items.iter().filter(|item| item.mentions(&|slot| slot == measure));
            test = measured.next().filter(|_| measured.next().is_none())?;
        }
        match test {
            Expr::Compare(op, a, b) if op.is_order() => Some((*op, a, b)),
            _ => None,
        }
    }

    /// How the test compares the measure, and with what, where the measure stands alone on one side.
    pub(crate) fn bound(&self) -> Option<(Comparison, &Expr)> {
        let measure = self.measure?;
        let (op, a, b) = self.comparison()?;
        let other = |alone: &Expr, other: &Expr| *alone == Expr::Fact(measure) && !other.mentions(&|s| s == measure);
        if other(a, b) {
            return Some((op, b));
        }
        other(b, a).then_some((op.swapped(), a))
    }

    /// The slots that a reading of this rule reads.
    pub(crate) fn slots(&self, parts: &Parts) -> Slots {
        let mut slots = Slots::default();
        self.done.into_iter().chain(self.done_on).for_each(|slot| slots.insert(slot));
        if let DueDay::Fact(slot) = parts.due {
            slots.insert(slot);
        }
        for condition in parts.conditions() {
            condition.facts(&mut |slot| slots.insert(slot));
        }
        slots
    }
}

impl SubjectProgram {
    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.facts.iter().position(|f| f.name() == name)
    }

    pub(crate) fn fact(&self, slot: usize) -> Option<&FactEntry> {
        self.facts.get(slot)
    }

    pub(crate) fn name_of(&self, slot: usize) -> &str {
        self.fact(slot).map_or("?", FactEntry::name)
    }

    pub(crate) fn ty(&self, slot: usize) -> Type {
        self.fact(slot).map_or(Type::Null, FactEntry::ty)
    }

    /// Whether a fact is the measure of an indicator.
    pub(crate) fn is_measure(&self, slot: usize) -> bool {
        self.rules.iter().any(|r| r.rule.indicator.is_some() && r.measure == Some(slot))
    }

    /// The pairs of facts that say whether and when an act was done.
    pub(crate) fn acts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.rules.iter().filter_map(|r| Some((r.done?, r.done_on?)))
    }

    /// A condition as FEEL text.
    pub(crate) fn print(&self, expr: &Expr) -> String {
        expr.print(&|slot| self.name_of(slot).to_owned())
    }
}
