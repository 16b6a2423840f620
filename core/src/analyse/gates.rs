//! What the gates of one topic leave out: the stage that no gate speaks of, the capacity between two thresholds.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::space::{Space, set};
use super::{Claim, ClaimKind, Example, says};
use crate::facts::Facts;
use crate::model::{FactKind, RuleKind};
use crate::program::{DueDay, FactEntry, Parts, RuleProgram, SubjectProgram};
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

impl Topic<'_> {
    fn is_of(&self, gates: &[&RuleProgram]) -> bool {
        self.gates.iter().map(|gate| &gate.rule.id).eq(gates.iter().map(|gate| &gate.rule.id))
    }
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

struct Finder<'a> {
    subject: &'a SubjectProgram,
    /// Of each rule, which cases it concerns, and nothing else: what it decides makes no gap.
    scopes: &'a BTreeMap<&'a str, Parts>,
    facts: &'a Facts,
    as_of: Date,
    cells: u64,
    beyond: bool,
}

pub(super) fn uncovered(subject: &SubjectProgram, facts: &Facts, as_of: Date) -> Vec<Claim> {
    let scope = |rule: &RuleProgram| Parts {
        applies: rule.parts.applies.clone(),
        requires: None,
        decisions: Vec::new(),
        due: DueDay::Now,
    };
    let scopes = subject.rules.iter().map(|rule| (rule.rule.id.as_str(), scope(rule))).collect();
    let mut finder = Finder { subject, scopes: &scopes, facts, as_of, cells: 0, beyond: false };
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
        let mut topics: Vec<Topic<'a>> = Vec::new();
        for literal in gates.iter().flat_map(|(_, needs)| needs) {
            let of_topic = need(&gates, literal);
            match topics.iter_mut().find(|topic| topic.is_of(&of_topic)) {
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
        // Gates of one topic are asked about each of their facts already.
        let asked = (0..self.subject.facts.len()).map(asking);
        let asked: Vec<_> = asked.filter(|one| !topics.iter().any(|topic| topic.is_of(&one.gates))).collect();
        asked.into_iter().chain(topics).filter(|topic| topic.gates.len() > 1).collect()
    }

    /// Some rules, of which is asked whether they concern a case.
    fn space(&self, rules: &[&'a RuleProgram], rank: &dyn Fn(usize) -> u8) -> Space<'a> {
        let scopes = rules.iter().filter_map(|rule| Some((*rule, self.scopes.get(rule.rule.id.as_str())?)));
        Space::new(self.subject, scopes.collect(), self.as_of, rank)
    }

    /// What a rule needs in order to concern a case.
    fn needs(&mut self, rule: &'a RuleProgram) -> Vec<Literal> {
        let mut needs: Option<BTreeMap<usize, Value>> = None;
        let finite = |slot: usize| {
            self.subject.fact(slot).is_some_and(|f| matches!(f.kind(), FactKind::YesNo | FactKind::Choice))
        };
        let slots: Vec<usize> = rule.slots(&rule.parts).into_vec().into_iter().filter(|slot| finite(*slot)).collect();
        let mut space = self.space(&[rule], &|_| 0);
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
        let keys: Vec<(usize, Vec<Value>)> =
            self.keys(topic).into_iter().map(|key| (key, self.values(topic, key))).collect();
        let mut gaps: Vec<Gap> = Vec::new();
        for (key, cells) in &keys {
            gaps.extend(self.single(topic, &within, *key, cells));
        }
        let alone: Vec<Literal> = gaps.iter().flat_map(|gap| gap.facts.iter().cloned()).collect();
        let mut finite: Vec<Vec<Literal>> = Vec::new();
        for (key, values) in keys {
            let cells = values.into_iter().map(|value| (key, value)).filter(|cell| !alone.contains(cell));
            finite.extend(Some(cells.collect()).filter(|_| self.finite(key)));
        }
        for (place, one) in finite.iter().enumerate() {
            for two in finite.iter().skip(place + 1) {
                for facts in one.iter().flat_map(|a| two.iter().map(|b| vec![a.clone(), b.clone()])) {
                    if !self.covered(topic, &within, &facts) {
                        let when = facts.iter().map(|literal| self.written(literal)).collect();
                        gaps.push(Gap { facts, when });
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

    /// The values of a fact that the gates can tell apart by it alone.
    fn values(&mut self, topic: &Topic<'a>, slot: usize) -> Vec<Value> {
        self.space(&topic.gates, &|other| u8::from(other != slot)).values(slot, self.facts)
    }

    /// As a FEEL condition.
    fn written(&self, (slot, value): &Literal) -> String {
        let name = self.subject.name_of(*slot);
        match value {
            Value::Bool(true) => name.to_owned(),
            Value::Bool(false) => format!("not({name})"),
            other => format!("{name} = {other}"),
        }
    }

    /// The gaps of one fact: of a number, what lies between what is covered.
    fn single(&mut self, topic: &Topic<'a>, within: &Facts, key: usize, values: &[Value]) -> Vec<Gap> {
        let open: Vec<bool> =
            values.iter().map(|value| !self.covered(topic, within, &[(key, value.clone())])).collect();
        if self.finite(key) {
            let open = values.iter().zip(open).filter(|(_, open)| *open).map(|(value, _)| (key, value.clone()));
            return open.map(|gap| Gap { when: vec![self.written(&gap)], facts: vec![gap] }).collect();
        }
        let places: Vec<usize> = (0..values.len()).collect();
        let runs = places.chunk_by(|a, b| open.get(*a) == open.get(*b)).skip(1);
        let gap = |run: &[usize]| {
            let (first, last) = (*run.first()?, *run.last()?);
            // Beyond the last gate of a number lies no gap.
            let between = open.get(first) == Some(&true) && last + 1 < values.len();
            let value = values.get(first).filter(|_| between)?;
            Some(Gap { facts: vec![(key, value.clone())], when: vec![self.stretch(key, values, first, last)?] })
        };
        runs.filter_map(gap).collect()
    }

    /// Neighbouring values of a number, with what lies between them, as a FEEL condition.
    fn stretch(&self, key: usize, values: &[Value], first: usize, last: usize) -> Option<String> {
        let name = self.subject.name_of(key);
        // Boundaries and what lies between them take turns, from the first boundary or from below it.
        let starts_below = self.subject.fact(key)?.fact.min.is_none();
        let is_boundary = |place: usize| (place % 2 == 1) == starts_below;
        let (low, high) = match (is_boundary(first), is_boundary(last)) {
            (true, true) if first == last => return Some(format!("{name} = {}", values.get(first)?)),
            (low, high) => (
                if low {
                    format!(">= {}", values.get(first)?)
                } else {
                    format!("> {}", values.get(first.checked_sub(1)?)?)
                },
                if high { format!("<= {}", values.get(last)?) } else { format!("< {}", values.get(last + 1)?) },
            ),
        };
        Some(format!("{name} {low} and {name} {high}"))
    }

    /// Whether a gate of the topic concerns some case with these values.
    fn covered(&mut self, topic: &Topic<'a>, within: &Facts, values: &[Literal]) -> bool {
        let mut facts = within.clone();
        values.iter().for_each(|(slot, value)| set(&mut facts, *slot, value.clone()));
        topic.gates.iter().any(|gate| self.concerned(gate, &facts).is_some())
    }

    /// A case that a gate concerns, with these facts.
    fn concerned(&mut self, gate: &'a RuleProgram, facts: &Facts) -> Option<Facts> {
        let mut space = self.space(&[gate], &|_| 0);
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
        let topic_says = topic.needs.iter().map(|literal| self.written(literal));
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
