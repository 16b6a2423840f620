//! What a plan's rules say of all cases at once: what can never happen, what contradicts, what is left out.
//!
//! Rules compare numbers with numbers, so all cases fall into finitely many cells within which nothing changes. Each cell is
//! visited by one case, evaluated as any other, until every way to come out is seen: what was not seen cannot happen. That
//! holds where comparisons are linear in the numbers; elsewhere the analysis says that it is beyond its reach.

mod boundaries;
mod explain;
mod gates;
mod influence;
mod linear;
mod pairs;
mod rules;
mod says;
mod space;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::Facts;
use crate::program::{Program, SubjectProgram};
use crate::{Date, Outcome, Text, Value};

/// What holds of a plan's rules for all cases on which every fact is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// What an author should look at, each with a case that shows it, or else seen by exhaustion.
    pub claims: Vec<Claim>,
    /// Each rule in declared order.
    pub rules: Vec<RuleAnalysis>,
    /// How many pairs of rules that ask for the same facts were held against each other in all cases.
    pub pairs: u64,
    /// All of that as lists to be read, which are valid Markdown.
    pub text: Text,
}

/// Something that holds of some rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// What kind of claim.
    pub kind: ClaimKind,
    /// The subject.
    pub subject: String,
    /// The rules it is about.
    pub rules: Vec<String>,
    /// The decision, reading or fact it is about.
    pub of: Option<String>,
    /// The cases it is about, as a FEEL condition.
    pub when: Option<String>,
    /// In words.
    pub says: Text,
    /// How many cells were looked at. Within each, no rule concerned tells two cases apart.
    pub cells: u64,
    /// Cases that show it; none for what was never seen.
    pub examples: Vec<Example>,
}

/// A kind of claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// Two rules that can each be met cannot both be met in the case of the examples, whatever is done.
    OppositeDemands,
    /// Wherever two rules both concern a case, who meets the first meets the second, but not the other way round; and in
    /// some case both are met.
    Implied,
    /// Wherever two rules both concern a case, they are met together or not at all; and in some case they are met.
    SameDemand,
    /// A rule concerns no case.
    NeverApplies,
    /// A rule concerns some cases, but is met in none.
    NeverMet,
    /// A rule concerns some cases, and is met in all of them.
    NeverBreached,
    /// A gate or definition never comes to a decision that it lists.
    UnreachableDecision,
    /// Cases beside those that gates of one topic decide on, or that a definition classifies, are left out.
    Uncovered,
    /// More of a number can lift a breach, and elsewhere turn a rule that is met into one that is not.
    EffortHarms,
    /// A reading never differs from the default.
    SameReading,
    /// No rule reads a fact.
    UnreadFact,
}

/// What one rule can come to, and how its numbers move it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleAnalysis {
    /// The rule.
    pub rule: String,
    /// How many cells were looked at.
    pub cells: u64,
    /// Why not every cell could be looked at, if so: what is then not listed may still occur.
    pub beyond: Option<Beyond>,
    /// A case for each outcome and decision that occurs under the default reading.
    pub outcomes: Vec<Example>,
    /// The numbers that the rule reads, in declared order; none for definitions, and rules that test nothing.
    pub influences: Vec<Influence>,
}

/// Why the analysis cannot look at every cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// A comparison is not linear: two facts are multiplied, or one is rounded.
    NotLinear,
    /// There are too many cells.
    TooMany,
    /// A boundary that moves with other numbers lies where no decimal does, such as a third of another.
    Inexact,
}

/// What more of a number does to a rule, everything else staying as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Influence {
    /// The fact.
    pub fact: String,
    /// What more of it does.
    pub more: Effect,
    /// Two cases that differ in this number, the second with more of it and better off; if any.
    pub helps: Option<[Example; 2]>,
    /// Two cases that differ in this number, the second with more of it and worse off; if any.
    pub harms: Option<[Example; 2]>,
    /// Why not every cell could be looked at, if so: more of it may then do what was not seen.
    pub beyond: Option<Beyond>,
}

/// What more of a number does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing.
    None,
    /// It can only turn the rule to the better.
    Helps,
    /// It can only turn the rule to the worse.
    Harms,
    /// It does either, depending on the case.
    Both,
}

/// A case, and what rules say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The facts by name; what is left out makes no difference.
    pub facts: BTreeMap<String, Value>,
    /// The day of judgement.
    pub as_of: Date,
    /// What each rule says.
    pub says: Vec<Said>,
    /// All of that in words.
    pub text: Text,
}

/// What a rule says of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The rule.
    pub rule: String,
    /// The reading; none for the default.
    pub reading: Option<String>,
    /// The outcome.
    pub outcome: Outcome,
    /// The decision of a gate or definition.
    pub decision: Option<String>,
}

/// Analyses each subject, starting from the facts that its cases share.
pub(crate) fn analyse(program: &Program, as_of: Date, shared: impl Fn(&str) -> Option<Facts>) -> Analysis {
    let (mut claims, mut compared) = (Vec::new(), 0);
    let mut by_rule = BTreeMap::new();
    for subject in &program.subjects {
        let facts = shared(&subject.subject.id).unwrap_or_else(|| Facts::unknown(subject));
        claims.extend(unread(subject));
        for rule in &subject.rules {
            let (found, more) = rules::analyse(subject, rule, &facts, as_of);
            by_rule.insert(found.rule.clone(), found);
            claims.extend(more);
        }
        let pairs = pairs::compare(subject, &facts, as_of);
        compared += pairs.compared;
        claims.extend(pairs.claims);
        claims.extend(gates::uncovered(subject, &facts, as_of));
    }
    claims.sort_by_key(|claim| claim.kind);
    let rules: Vec<_> = program.document.rules.iter().filter_map(|rule| by_rule.remove(&rule.id)).collect();
    Analysis { text: explain::explain(&claims, &rules, compared), claims, rules, pairs: compared }
}

/// The facts that nothing reads.
fn unread(subject: &SubjectProgram) -> impl Iterator<Item = Claim> {
    let read = |slot: usize| {
        subject.rules.iter().any(|rule| {
            let parts = std::iter::once(&rule.parts).chain(&rule.readings);
            rule.measure == Some(slot) || parts.into_iter().any(|parts| rule.slots(parts).contains(slot))
        })
    };
    let facts = subject.facts.iter().enumerate();
    let unread = facts.filter(move |(slot, fact)| !read(*slot) && !crate::change::is_baseline(subject, fact));
    unread.map(|(_, fact)| Claim {
        kind: ClaimKind::UnreadFact,
        subject: subject.subject.id.clone(),
        rules: Vec::new(),
        of: Some(fact.name().to_owned()),
        when: None,
        says: says::unread(fact),
        cells: 0,
        examples: Vec::new(),
    })
}
