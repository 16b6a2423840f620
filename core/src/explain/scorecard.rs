//! The table of indicators in words.

use std::fmt;

use serde::Serialize;

use super::{pick, symbol};
use crate::model::{Attribute, RuleKind};
use crate::scorecard::{Row, RowCounts, Scorecard, Status};
use crate::words::{suffix, verdict};
use crate::{Decimal, Lang, Value};

/// A [`Scorecard`] in the words of one language; its text, by `Display`, is [`Scorecard::explain`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScorecardExplanation {
    /// The language.
    pub lang: Lang,
    /// Plan and day of judgement.
    pub heading: String,
    /// What concerns the scorecard as a whole.
    pub notes: Vec<String>,
    /// The rows, by their number in the plan's table.
    pub rows: Vec<ExplainedRow>,
    /// The counts.
    pub summary: String,
}

/// A [`Row`] in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRow {
    /// The number of the row in the plan's table.
    pub no: u32,
    /// The id of the rule.
    pub rule: String,
    /// The first-level indicator.
    pub category: String,
    /// The outcome, or `not_assessed`.
    pub status: Status,
    /// A sign for it: ✗ ! ? … ✓ –
    pub mark: &'static str,
    /// How the row stands, as an official would put it.
    pub verdict: String,
    /// The indicator's name.
    pub title: String,
    /// Binding or expected.
    pub attribute: String,
    /// The value with its unit and year; a dash for none.
    pub value: String,
    /// The target.
    pub target: String,
    /// What the status rests on: the margin, the reason, or what is missing.
    pub remark: String,
}

impl ScorecardExplanation {
    pub(crate) fn new(card: &Scorecard, lang: Lang) -> Self {
        let document = &card.report().program().document;
        let heading = format!("{} · {} {}", document.title.get(lang), pick(lang, "评价日", "as of"), card.as_of());
        ScorecardExplanation {
            lang,
            heading,
            notes: card.report().notes().iter().map(|note| note.text.get(lang).to_owned()).collect(),
            rows: card.rows.iter().map(|row| explained(row, card, lang)).collect(),
            summary: summary(card.counts, lang),
        }
    }
}

fn summary(counts: RowCounts, lang: Lang) -> String {
    let RowCounts { indicators, binding, expected, not_assessed, assessed, .. } = counts;
    let RowCounts { satisfied, satisfied_binding, satisfied_expected, breached, pending, undetermined, .. } = counts;
    match lang {
        Lang::En => format!(
            "{indicators} indicators ({binding} binding, {expected} expected): {not_assessed} not assessed, {assessed} assessed; \
             {satisfied} satisfied ({satisfied_binding} binding, {satisfied_expected} expected), \
             {breached} breached, {pending} pending, {undetermined} undetermined"
        ),
        Lang::Zh => format!(
            "共 {indicators} 项指标（约束性 {binding}，预期性 {expected}）：不参与评价 {not_assessed}，参与评价 {assessed}；\
             已完成 {satisfied}（约束性 {satisfied_binding}，预期性 {satisfied_expected}），未完成 {breached}，待完成 {pending}，\
             无法判定 {undetermined}"
        ),
    }
}

fn explained(row: &Row, card: &Scorecard, lang: Lang) -> ExplainedRow {
    let (mark, verdict) = match row.status {
        Status::Assessed(o) => (symbol(o), verdict(RuleKind::Target, o, lang)),
        Status::NotAssessed => ("–", pick(lang, "不参评", "not assessed")),
    };
    let attribute = match row.attribute {
        Attribute::Binding => pick(lang, "约束性", "binding"),
        Attribute::Expected => pick(lang, "预期性", "expected"),
    };
    let bound = match row.bound {
        Some(">=") => "≥",
        Some("<=") => "≤",
        other => other.unwrap_or_default(),
    };
    let printed = || row.printed_target.get(lang).to_owned();
    ExplainedRow {
        no: row.no,
        rule: row.rule.clone(),
        category: row.category.get(lang).to_owned(),
        status: row.status,
        mark,
        verdict: verdict.to_owned(),
        title: row.title.get(lang).to_owned(),
        attribute: attribute.to_owned(),
        value: value(row, lang),
        target: row.target.map_or_else(printed, |target| format!("{bound} {target}")),
        remark: remark(row, card, lang),
    }
}

fn value(row: &Row, lang: Lang) -> String {
    let unit = || row.unit.as_deref().map_or_else(String::new, |unit| suffix(unit, lang));
    let value = match &row.value {
        Value::Number(n) => format!("{n}{}", unit()),
        Value::Bool(true) => pick(lang, "是", "yes").to_owned(),
        Value::Bool(false) => pick(lang, "否", "no").to_owned(),
        _ => "—".to_owned(),
    };
    value + &row.year.map_or_else(String::new, |year| format!(" ({year})"))
}

fn remark(row: &Row, card: &Scorecard, lang: Lang) -> String {
    let mut remarks = Vec::new();
    if let Some(margin) = row.margin.filter(|m| *m != Decimal::ZERO) {
        remarks.push(if margin > Decimal::ZERO { format!("+{margin}") } else { margin.to_string() });
    }
    let reason = row.reason.map(|reason| match reason {
        "no_data" => pick(lang, "无数据", "no data"),
        "scope_changed" => pick(lang, "统计口径变化", "statistical scope changed"),
        "not_counted" => pick(lang, "未统计", "not counted"),
        _ => pick(lang, "无法计算", "not computable"),
    });
    remarks.extend(reason.map(str::to_owned));
    if row.stale {
        remarks.push(pick(lang, "数值早于目标年", "older value").to_owned());
    }
    if !row.missing.is_empty() {
        let facts = card.report().subject().map_or(&[][..], |s| s.facts.as_slice());
        let missing = facts.iter().filter(|f| row.missing.iter().any(|name| name == f.name()));
        let missing: Vec<&str> = missing.map(|f| f.fact.label.get(lang)).collect();
        remarks.push(pick(lang, "尚缺：", "not known: ").to_owned() + &missing.join(pick(lang, "；", "; ")));
    }
    remarks.join(pick(lang, "，", ", "))
}

impl fmt::Display for ScorecardExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.heading)?;
        for note in &self.notes {
            writeln!(f, "{}{note}", pick(self.lang, "注意：", "note: "))?;
        }
        let widest =
            |text: fn(&ExplainedRow) -> &str| self.rows.iter().map(|row| columns(text(row))).max().unwrap_or(0);
        let (titles, values) = (widest(|row| &row.title), widest(|row| &row.value));
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(columns(text)));
        let mut category = None;
        for row in &self.rows {
            let ExplainedRow { no, mark, verdict, title, attribute, value, target, remark, .. } = row;
            if category != Some(&row.category) {
                writeln!(f, "\n{}", row.category)?;
                category = Some(&row.category);
            }
            write!(f, "{no:>3} {mark} {verdict}{} {title}{} ", pad(verdict, 12), pad(title, titles))?;
            write!(f, "{attribute}{} {}{value}  {target}", pad(attribute, 8), pad(value, values))?;
            if !remark.is_empty() {
                write!(f, "{}  {remark}", pad(target, 8))?;
            }
            writeln!(f)?;
        }
        writeln!(f, "\n{}", self.summary)
    }
}

/// Terminal columns of a text: Chinese characters and full-width forms take two.
fn columns(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6);
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}
