//! What the gates of one topic leave out: the stage that no gate speaks of, the capacity between two thresholds.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::space::{Space, set};
use super::{Claim, ClaimKind, Example, says};
use crate::facts::Facts;
use crate::model::{FactKind, RuleKind};
use crate::program::{FactEntry, Parts, RuleProgram, SubjectProgram};
use crate::{Date, Outcome, Value};

/// A fact that has a value.
type Literal = (usize, Value);

/// Gates that all need the same facts to have the same values: without these, none of them concerns a case.
struct Topic<'a> {
    gates: Vec<&'a RuleProgram>,
    /// Rules of other kinds that need the same.
    others: Vec<&'a RuleProgram>,
    needs: Vec<Literal>,
    /// The only fact whose values are looked at; otherwise all that at least two of the gates ask about.
    about: Option<usize>,
}

/// Whether a gate asks about a fact before it concerns a case.
fn asks(gate: &RuleProgram, slot: usize) -> bool {
    gate.parts.applies.as_ref().is_some_and(|applies| applies.expr.mentions(&|s| s == slot))
}

/// Values of facts that gates of one topic ask about, and that none of them concerns.
struct Gap {
    facts: Vec<Literal>,
    /// As FEEL conditions.
    when: Vec<String>,
}

/// A value of a fact, and the cell that it stands for as a FEEL condition.
type Cell = (Value, String);

struct Finder<'a> {
    subject: &'a SubjectProgram,
    facts: &'a Facts,
    as_of: Date,
    cells: u64,
    beyond: bool,
}

pub(super) fn uncovered(subject: &SubjectProgram, facts: &Facts, as_of: Date) -> Vec<Claim> {
    let mut finder = Finder { subject, facts, as_of, cells: 0, beyond: false };
    let topics = finder.topics();
    topics.iter().flat_map(|topic| finder.gaps_of(topic)).collect()
}

impl<'a> Finder<'a> {
    /// The topics of at least two gates: those that ask about the same fact, and those that need the same.
    fn topics(&mut self) -> Vec<Topic<'a>> {
        let needs: Vec<(&RuleProgram, Vec<Literal>)> =
            self.subject.rules.iter().map(|rule| (rule, self.needs(rule))).collect();
        let (gates, others): (Vec<_>, Vec<_>) =
            needs.into_iter().partition(|(rule, _)| rule.rule.kind == RuleKind::Gate);
        let need = |rules: &[(&'a RuleProgram, Vec<Literal>)], literal: &Literal| -> Vec<&'a RuleProgram> {
            rules.iter().filter(|(_, needs)| needs.contains(literal)).map(|(rule, _)| *rule).collect()
        };
        let asking = |slot: usize| Topic {
            gates: gates.iter().map(|(rule, _)| *rule).filter(|rule| asks(rule, slot)).collect(),
            others: Vec::new(),
            needs: Vec::new(),
            about: Some(slot),
        };
        // Of a fact that all of them need to be so, nothing else can be asked.
        let needed = |gate: &RuleProgram, slot: usize| {
            gates
                .iter()
                .any(|(rule, needs)| std::ptr::eq(*rule, gate) && needs.iter().any(|(needed, _)| *needed == slot))
        };
        let open = |(slot, topic): &(usize, Topic<'_>)| !topic.gates.iter().all(|gate| needed(gate, *slot));
        let asked = (0..self.subject.facts.len()).map(|slot| (slot, asking(slot)));
        let mut topics: Vec<Topic<'a>> = asked.filter(open).map(|(_, topic)| topic).collect();
        for literal in gates.iter().flat_map(|(_, needs)| needs) {
            let of_topic = need(&gates, literal);
            let same = |topic: &&mut Topic<'_>| {
                topic.about.is_none()
                    && topic.gates.iter().map(|gate| &gate.rule.id).eq(of_topic.iter().map(|gate| &gate.rule.id))
            };
            match topics.iter_mut().find(same) {
                Some(topic) if topic.needs.contains(literal) => {}
                Some(topic) => {
                    topic.others = need(&others, literal);
                    topic.needs.push(literal.clone());
                }
                None => topics.push(Topic {
                    gates: of_topic,
                    others: need(&others, literal),
                    needs: vec![literal.clone()],
                    about: None,
                }),
            }
        }
        topics.retain(|topic| topic.gates.len() > 1);
        topics
    }

    /// What a rule needs in order to concern a case.
    fn needs(&mut self, rule: &'a RuleProgram) -> Vec<Literal> {
        let mut needs: Option<BTreeMap<usize, Value>> = None;
        let finite = |slot: usize| {
            self.subject.fact(slot).is_some_and(|f| matches!(f.kind(), FactKind::YesNo | FactKind::Choice))
        };
        let slots: Vec<usize> = rule.slots(&rule.parts).into_vec().into_iter().filter(|slot| finite(*slot)).collect();
        let mut space = Space::new(self.subject, vec![(rule, &rule.parts)], self.as_of, &|_| 0);
        space.explore(self.facts, &|_| true, &mut |_, facts, conclusions| {
            if !conclusions.iter().flatten().any(|(outcome, _)| *outcome == Outcome::NotApplicable) {
                let here = slots.iter().map(|slot| (*slot, facts.value(*slot).clone()));
                match &mut needs {
                    None => needs = Some(here.filter(|(_, value)| value.is_known()).collect()),
                    Some(needs) => needs.retain(|slot, value| facts.value(*slot) == value),
                }
            }
            ControlFlow::Continue(())
        });
        let exhausted = space.beyond().is_none();
        needs.filter(|_| exhausted).unwrap_or_default().into_iter().collect()
    }

    fn gaps_of(&mut self, topic: &Topic<'a>) -> Vec<Claim> {
        (self.cells, self.beyond) = (0, false);
        let mut within = self.facts.clone();
        topic.needs.iter().for_each(|(slot, value)| set(&mut within, *slot, value.clone()));
        let keys: Vec<(usize, Vec<Cell>)> =
            self.keys(topic).into_iter().map(|key| (key, self.values(topic, key))).collect();
        let mut gaps: Vec<Gap> = Vec::new();
        for (key, cells) in &keys {
            gaps.extend(self.single(topic, &within, *key, cells));
        }
        let alone: BTreeSet<String> = gaps.iter().flat_map(|gap| gap.when.iter().cloned()).collect();
        for (place, (one, of_one)) in keys.iter().enumerate() {
            for (two, of_two) in keys.iter().skip(place + 1) {
                let pairs = of_one.iter().flat_map(|a| of_two.iter().map(move |b| (a, b)));
                for (a, b) in pairs.filter(|(a, b)| !alone.contains(&a.1) && !alone.contains(&b.1)) {
                    let facts = vec![(*one, a.0.clone()), (*two, b.0.clone())];
                    if self.finite(*one) && self.finite(*two) && !self.covered(topic, &within, &facts) {
                        gaps.push(Gap { facts, when: vec![a.1.clone(), b.1.clone()] });
                    }
                }
            }
        }
        if self.beyond {
            return Vec::new();
        }
        gaps.into_iter().filter_map(|gap| self.claim(topic, &within, gap)).collect()
    }

    /// The facts whose values are looked at.
    fn keys(&self, topic: &Topic<'_>) -> Vec<usize> {
        let asked = |slot: &usize| topic.gates.iter().filter(|gate| asks(gate, *slot)).count() > 1;
        let needed = |slot: &usize| topic.needs.iter().any(|(needed, _)| needed == slot);
        let simple = |slot: &usize| {
            let kind = self.subject.fact(*slot).map(FactEntry::kind);
            matches!(kind, Some(FactKind::YesNo | FactKind::Choice | FactKind::Number))
        };
        let given = |slot: &usize| self.facts.value(*slot).is_known();
        let wanted = |slot: &usize| topic.about.is_none_or(|about| about == *slot);
        let all = (0..self.subject.facts.len()).filter(wanted);
        all.filter(|slot| simple(slot) && asked(slot) && !needed(slot) && !given(slot)).collect()
    }

    fn finite(&self, slot: usize) -> bool {
        self.subject.fact(slot).is_some_and(|fact| fact.kind() != FactKind::Number)
    }

    /// The cells of a fact that the gates can tell apart by it alone.
    fn values(&mut self, topic: &Topic<'a>, slot: usize) -> Vec<Cell> {
        let items: Vec<(&RuleProgram, &Parts)> = topic.gates.iter().map(|gate| (*gate, &gate.parts)).collect();
        let mut space = Space::new(self.subject, items, self.as_of, &|other| u8::from(other != slot));
        let values = space.values(slot, self.facts);
        let name = self.subject.name_of(slot);
        let written = |place: usize| values.get(place).map(ToString::to_string);
        let open = |place: usize| {
            let low = place.checked_sub(1).and_then(written).map(|low| format!("{name} > {low}"));
            let high = written(place + 1).map(|high| format!("{name} < {high}"));
            low.into_iter().chain(high).collect::<Vec<_>>().join(" and ")
        };
        let fact = self.subject.fact(slot);
        let points = fact.and_then(|fact| fact.fact.min).is_none();
        let cells = values.iter().enumerate().map(|(place, value)| {
            let when = match value {
                Value::Bool(true) => name.to_owned(),
                Value::Bool(false) => format!("not({name})"),
                // Boundaries and what lies between them take turns.
                Value::Number(_) if (place % 2 == 0) == points => open(place),
                other => format!("{name} = {other}"),
            };
            (value.clone(), when)
        });
        cells.collect()
    }

    /// The gaps of one fact: of a number, what lies between what is covered.
    fn single(&mut self, topic: &Topic<'a>, within: &Facts, key: usize, cells: &[Cell]) -> Vec<Gap> {
        let covered: Vec<bool> =
            cells.iter().map(|(value, _)| self.covered(topic, within, &[(key, value.clone())])).collect();
        let first = covered.iter().position(|covered| *covered).unwrap_or(covered.len());
        let last = covered.iter().rposition(|covered| *covered).unwrap_or(0);
        let between = |place: usize| self.finite(key) || (first < place && place < last);
        let open = cells.iter().zip(&covered).enumerate().filter(|(place, (_, covered))| !**covered && between(*place));
        open.map(|(_, ((value, when), _))| Gap { facts: vec![(key, value.clone())], when: vec![when.clone()] })
            .collect()
    }

    /// Whether a gate of the topic concerns some case with these values.
    fn covered(&mut self, topic: &Topic<'a>, within: &Facts, values: &[Literal]) -> bool {
        let mut facts = within.clone();
        values.iter().for_each(|(slot, value)| set(&mut facts, *slot, value.clone()));
        topic.gates.iter().any(|gate| self.concerned(gate, &facts).is_some())
    }

    /// A case that a gate concerns, with these facts.
    fn concerned(&mut self, gate: &RuleProgram, facts: &Facts) -> Option<Facts> {
        let mut space = Space::new(self.subject, vec![(gate, &gate.parts)], self.as_of, &|_| 0);
        let mut found = None;
        space.explore(facts, &|_| true, &mut |_, facts, conclusions| {
            if conclusions.iter().flatten().any(|(outcome, _)| *outcome == Outcome::NotApplicable) {
                return ControlFlow::Continue(());
            }
            found = Some(facts.clone());
            ControlFlow::Break(())
        });
        self.cells += space.cells;
        self.beyond |= space.beyond().is_some();
        found
    }

    /// A gap, with a case in it beside one that a gate concerns.
    fn claim(&mut self, topic: &Topic<'a>, within: &Facts, gap: Gap) -> Option<Claim> {
        let concerned = topic.gates.iter().find_map(|gate| self.concerned(gate, within));
        let mut facts = concerned?;
        gap.facts.iter().for_each(|(slot, value)| set(&mut facts, *slot, value.clone()));
        let rules = topic.gates.iter().chain(&topic.others);
        let space = Space::new(self.subject, rules.map(|rule| (*rule, &rule.parts)).collect(), self.as_of, &|_| 0);
        let example: Example = space.example(&facts, &space.conclude(&facts));
        let topic_says = topic.needs.iter().map(|(slot, value)| match value {
            Value::Bool(true) => self.subject.name_of(*slot).to_owned(),
            Value::Bool(false) => format!("not({})", self.subject.name_of(*slot)),
            other => format!("{} = {other}", self.subject.name_of(*slot)),
        });
        Some(Claim {
            kind: ClaimKind::Uncovered,
            subject: self.subject.subject.id.clone(),
            rules: topic.gates.iter().map(|gate| gate.rule.id.clone()).collect(),
            of: None,
            when: Some(topic_says.chain(gap.when).collect::<Vec<_>>().join(" and ")),
            says: says::uncovered(self.subject, &topic.needs, &gap.facts),
            cells: self.cells,
            examples: vec![example],
        })
    }
}
