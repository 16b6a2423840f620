//! Reports in words, in Chinese or English, line by line; as text they are printed from the same lines. Everything here
//! is a view of data.

mod finding;
mod scorecard;

use std::fmt;

use serde::Serialize;

use crate::finding::Finding;
use crate::model::FactKind;
use crate::report::Report;
use crate::words::{Words, outcome, suffix};
use crate::{Lang, Outcome, Value};

pub use scorecard::{ExplainedRow, ScorecardExplanation};

/// A [`Report`] in the words of one language, for those who show it; its text, by `Display`, is [`Report::explain`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The language.
    pub lang: Lang,
    /// Subject, plan and day of judgement.
    pub heading: String,
    /// The gravest outcome.
    pub outcome: Option<Outcome>,
    /// The gravest outcome and the counts of all.
    pub overall: String,
    /// What concerns the report as a whole.
    pub notes: Vec<String>,
    /// Every fact of the subject, in declared order.
    pub facts: Vec<ExplainedFact>,
    /// The findings that concern the case, in the plan's order.
    pub findings: Vec<ExplainedFinding>,
    /// The titles of the other rules, which do not apply under any reading.
    pub not_applicable: Vec<String>,
    /// What to find out next.
    pub next: Option<Line>,
}

/// A fact in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedFact {
    /// Its name.
    pub fact: String,
    /// What it is called.
    pub label: String,
    /// Its unit, as people write it.
    pub unit: String,
    /// Its value with the unit; none where it is not known.
    pub value: Option<String>,
    /// The year of the value, if given.
    pub year: Option<u16>,
}

/// A [`Finding`] in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedFinding {
    /// The id of the rule.
    pub rule: String,
    /// The outcome.
    pub outcome: Outcome,
    /// A sign for the outcome: ✗ ! ? … ✓ –
    pub mark: &'static str,
    /// The outcome as an official would put it, and the decision.
    pub verdict: String,
    /// The rule's title.
    pub title: String,
    /// What there is to say about it.
    pub lines: Vec<Line>,
}

/// One thing that an explanation says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it speaks of: `says`, `because`, `margin`, `reason`, `missing`, `possible`, `changes`, `progress`, `due`,
    /// `actions`, `readings`, `caveats`, `notes`, `addressee`, `cite` or `next_question`.
    pub key: &'static str,
    /// What stands before it; empty within a list.
    pub label: String,
    /// Of a condition: ✓ it holds, ✗ it does not, ? it is open, – it is not reached.
    pub mark: Option<&'static str>,
    /// What it says.
    pub text: String,
    /// The fact or reading that it names.
    pub id: Option<String>,
    /// The parts of a condition, or the items of a list.
    pub parts: Vec<Line>,
}

impl Explanation {
    pub(crate) fn new(report: &Report, lang: Lang) -> Self {
        let document = &report.program().document;
        let mut heading =
            format!("{} · {} {}", document.title.get(lang), pick(lang, "评价日", "as of"), report.as_of());
        let mut facts = Vec::new();
        if let Some(subject) = report.subject() {
            heading = format!("{} · {heading}", subject.subject.label.get(lang));
            let words = Words { subject, facts: report.facts(), lang };
            facts = (0..subject.facts.len()).filter_map(|slot| fact(words, slot)).collect();
        }
        let headline = report.headline();
        let present = Outcome::ALL.into_iter().map(|o| (o, headline.counts.get(o))).filter(|(_, n)| *n > 0);
        let counts: Vec<String> = present.map(|(o, n)| format!("{} {n}", outcome(o, lang))).collect();
        let counts = bracketed(&counts.join(pick(lang, "，", ", ")), lang);
        let overall = headline.outcome.map_or_else(String::new, |gravest| outcome(gravest, lang).to_owned() + &counts);
        let aside =
            |finding: &Finding<'_>| finding.outcome() == Outcome::NotApplicable && finding.readings().is_empty();
        let (apart, concerned): (Vec<_>, Vec<_>) = report.findings().partition(aside);
        Explanation {
            lang,
            heading,
            outcome: headline.outcome,
            overall,
            notes: report.notes().iter().map(|note| note.text.get(lang).to_owned()).collect(),
            facts,
            findings: concerned.iter().map(|one| finding::explained(one, lang)).collect(),
            not_applicable: apart.iter().map(|one| one.rule().title.get(lang).to_owned()).collect(),
            next: report.next_question().map(|fact| {
                let label = fact.label.get(lang);
                let (ask, text) = match (fact.kind, lang) {
                    (FactKind::YesNo, Lang::Zh) => ("下一步请确认", format!("{label}（是/否）")),
                    (FactKind::YesNo, Lang::En) => ("next to find out", format!("whether {label}")),
                    _ => (pick(lang, "下一步请提供", "next to find out"), label.to_owned()),
                };
                Line { id: Some(fact.name.clone()), ..Line::new("next_question", ask, text) }
            }),
        }
    }
}

fn fact(words: Words<'_>, slot: usize) -> Option<ExplainedFact> {
    let fact = &words.subject.fact(slot)?.fact;
    let known = !matches!(words.facts.value(slot), Value::Unknown | Value::Null);
    Some(ExplainedFact {
        fact: fact.name.clone(),
        label: fact.label.get(words.lang).to_owned(),
        unit: fact.unit.as_deref().map_or_else(String::new, |unit| suffix(unit, words.lang).trim().to_owned()),
        value: known.then(|| words.value(slot)),
        year: words.facts.year(slot),
    })
}

impl Line {
    fn new(key: &'static str, label: &str, text: impl Into<String>) -> Self {
        Line { key, label: label.to_owned(), text: text.into(), ..Line::default() }
    }

    /// One condition a line; an item of a list stands beside the one before it.
    fn print(&self, f: &mut fmt::Formatter<'_>, lang: Lang, indent: usize) -> fmt::Result {
        write!(f, "{:indent$}", "")?;
        if let Some(mark) = self.mark {
            write!(f, "{mark} ")?;
        }
        if !self.label.is_empty() {
            write!(f, "{}{}", self.label, pick(lang, "：", ": "))?;
        }
        self.say(f)?;
        for (place, part) in self.parts.iter().filter(|part| part.mark.is_none()).enumerate() {
            f.write_str(if place == 0 { "" } else { pick(lang, "；", "; ") })?;
            part.say(f)?;
        }
        writeln!(f)?;
        self.parts.iter().filter(|part| part.mark.is_some()).try_for_each(|part| part.print(f, lang, indent + 4))
    }

    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        self.id.as_ref().map_or(Ok(()), |id| write!(f, " [{id}]"))
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lang = self.lang;
        writeln!(f, "{}", self.heading)?;
        if self.outcome.is_some() {
            writeln!(f, "{}{}", pick(lang, "结论：", "overall: "), self.overall)?;
        }
        for note in &self.notes {
            writeln!(f, "{}{note}", pick(lang, "注意：", "note: "))?;
        }
        for finding in &self.findings {
            writeln!(f, "\n{} {} · {} [{}]", finding.mark, finding.verdict, finding.title, finding.rule)?;
            finding.lines.iter().try_for_each(|line| line.print(f, lang, 2))?;
        }
        if !self.not_applicable.is_empty() {
            let titles = self.not_applicable.join(pick(lang, "；", "; "));
            writeln!(f, "\n{}{titles}", pick(lang, "不适用：", "not applicable: "))?;
        }
        self.next.as_ref().map_or(Ok(()), |next| {
            writeln!(f)?;
            next.print(f, lang, 0)
        })
    }
}

fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// In brackets, with the space that goes before them.
fn bracketed(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("（{text}）"),
        Lang::En => format!(" ({text})"),
    }
}

fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Breached => "✗",
        Outcome::Triggered => "!",
        Outcome::Undetermined => "?",
        Outcome::Pending => "…",
        Outcome::Satisfied => "✓",
        Outcome::NotApplicable => "–",
    }
}
