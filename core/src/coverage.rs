//! How much of a plan is rules: every clause in exactly one state.

use std::fmt;

use serde::Serialize;

use crate::model::{Cite, Source};
use crate::program::{Program, RuleProgram, SubjectProgram};
use crate::{Lang, Text};

/// What a program can do with a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClauseState {
    /// It is decided by facts that are measured, on record or assigned.
    Executable,
    /// It is decided, once a person has supplied a judgement for which the plan names no test.
    Judgement,
    /// It is on the register, with the reason why no program can decide it.
    Registered,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// The id of its rule, or of its entry on the register.
    pub id: String,
    /// What a program can do with it.
    pub state: ClauseState,
    /// Where the plan says it.
    pub cite: Cite,
    /// What it says, in our words.
    pub says: Text,
    /// Why it is no rule, for one on the register.
    pub reason: Option<Text>,
}

/// How many clauses are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ClauseCounts {
    /// All.
    pub total: usize,
    /// Those in [`ClauseState::Executable`].
    pub executable: usize,
    /// Those in [`ClauseState::Judgement`].
    pub judgement: usize,
    /// Those in [`ClauseState::Registered`].
    pub registered: usize,
}

/// The counts of one chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChapterCoverage {
    /// The chapter.
    pub chapter: u32,
    /// Its counts.
    #[serde(flatten)]
    pub counts: ClauseCounts,
}

/// The clauses of a plan by state, and counts that add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The counts of the whole plan.
    #[serde(flatten)]
    pub counts: ClauseCounts,
    /// The counts by chapter.
    pub chapters: Vec<ChapterCoverage>,
    /// Every clause, by chapter, section and item.
    pub clauses: Vec<Clause>,
}

impl Coverage {
    pub(crate) fn new(program: &Program) -> Self {
        let rules = program.subjects.iter().flat_map(|subject| subject.rules.iter().map(move |rule| (subject, rule)));
        let registered = program.document.registered.iter().map(|entry| Clause {
            id: entry.id.clone(),
            state: ClauseState::Registered,
            cite: entry.cite.clone(),
            says: entry.says.clone(),
            reason: Some(entry.reason.clone()),
        });
        let mut clauses: Vec<Clause> = Vec::new();
        for clause in rules.map(|(subject, rule)| clause(subject, rule)).chain(registered) {
            let place = |cite: &Cite| (cite.chapter, cite.section, cite.item);
            // Most often, it comes last.
            let after = clauses.partition_point(|earlier| place(&earlier.cite) <= place(&clause.cite));
            clauses.insert(after, clause);
        }
        let mut counts = ClauseCounts::default();
        let mut chapters: Vec<ChapterCoverage> = Vec::new();
        for clause in &clauses {
            counts.add(clause.state);
            let chapter = clause.cite.chapter;
            match chapters.last_mut().filter(|last| last.chapter == chapter) {
                Some(last) => last.counts.add(clause.state),
                None => {
                    let mut counts = ClauseCounts::default();
                    counts.add(clause.state);
                    chapters.push(ChapterCoverage { chapter, counts });
                }
            }
        }
        Coverage { counts, chapters, clauses }
    }

    /// The counts as text, a chapter a line.
    pub fn explain(&self, lang: Lang) -> String {
        let mut text = String::new();
        for ChapterCoverage { chapter, counts } in &self.chapters {
            text += &match lang {
                Lang::Zh => format!("第{}章：{}\n", crate::words::numeral(*chapter), counts.text(lang)),
                Lang::En => format!("chapter {chapter}: {}\n", counts.text(lang)),
            };
        }
        text += &match lang {
            Lang::Zh => format!("合计：{}\n", self.counts.text(lang)),
            Lang::En => format!("all: {}\n", self.counts.text(lang)),
        };
        text
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain(Lang::En))
    }
}

impl ClauseCounts {
    fn add(&mut self, state: ClauseState) {
        self.total += 1;
        match state {
            ClauseState::Executable => self.executable += 1,
            ClauseState::Judgement => self.judgement += 1,
            ClauseState::Registered => self.registered += 1,
        }
    }

    fn text(self, lang: Lang) -> String {
        let ClauseCounts { total, executable, judgement, registered } = &self;
        match lang {
            Lang::Zh => format!("{total} 条，其中可直接判定 {executable}，须人工判断 {judgement}，仅登记 {registered}"),
            Lang::En => {
                let clauses = if *total == 1 { "clause" } else { "clauses" };
                format!(
                    "{total} {clauses}: {executable} executable, {judgement} with a judgement, {registered} registered"
                )
            }
        }
    }
}

fn clause(subject: &SubjectProgram, rule: &RuleProgram) -> Clause {
    let judged = |slot: &usize| subject.fact(*slot).is_some_and(|fact| fact.fact.source == Source::Judgement);
    let state = match rule.slots(&rule.parts).into_vec().iter().any(judged) {
        true => ClauseState::Judgement,
        false => ClauseState::Executable,
    };
    let rule = &rule.rule;
    Clause { id: rule.id.clone(), state, cite: rule.cite.clone(), says: rule.says.clone(), reason: None }
}
