//! The boundaries of one fact that only matter where another has a certain value.

use super::{Candidate, Finder};
use crate::Value;
use crate::facts::Facts;
use crate::program::FactEntry;

impl Finder<'_> {
    /// The cases around those boundaries of a fact that make no difference in the base, where another fact changed lets them
    /// make one: a limit of the lower reach says nothing of a base in the upper.
    pub(super) fn elsewhere(&self, base: &Facts, slot: usize, fact: &FactEntry) -> Vec<(&'static str, Facts)> {
        let around = |facts: &Facts| self.boundaries(facts, slot, fact);
        let differ = |cases: &[(&'static str, Facts)]| {
            let mut judged = cases.iter().map(|(_, facts)| self.judged(&self.rule.parts, facts, self.as_of));
            let first = judged.next();
            judged.any(|other| Some(other) != first)
        };
        let quiet = around(base).into_iter().filter(|(_, cases)| !differ(cases));
        let mut quiet: Vec<Value> = quiet.map(|(boundary, _)| boundary).collect();
        let mut found = Vec::new();
        for other in self.slots.as_slice().iter().filter(|other| **other != slot) {
            let Some(another) = self.subject.fact(*other) else { continue };
            for (_, value) in self.candidates(*other, another, base) {
                if quiet.is_empty() {
                    return found;
                }
                let Some(context) = self.with(base, *other, value, self.as_of) else { continue };
                for (boundary, cases) in around(&context) {
                    if quiet.contains(&boundary) && differ(&cases) {
                        quiet.retain(|left| *left != boundary);
                        found.extend(cases);
                    }
                }
            }
        }
        found
    }

    /// The boundaries of a fact, each with the cases below, at and above it, the others staying as they are.
    fn boundaries(&self, facts: &Facts, slot: usize, fact: &FactEntry) -> Vec<(Value, Vec<(&'static str, Facts)>)> {
        let place = |(about, _): &Candidate| ["below", "at", "above"].iter().position(|side| side == about);
        let case = |(about, value): &Candidate| Some((*about, self.with(facts, slot, value.clone(), self.as_of)?));
        let candidates = self.candidates(slot, fact, facts);
        let each = candidates.chunk_by(|one, next| place(one) < place(next)).filter_map(|sides| {
            let (_, boundary) = sides.iter().find(|(about, _)| *about == "at")?;
            Some((boundary.clone(), sides.iter().filter_map(case).collect()))
        });
        each.collect()
    }
}
