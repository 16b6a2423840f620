//! What there is to say about one finding.

use std::fmt::Write;

use super::{ExplainedFinding, Line, bracketed, pick, symbol};
use crate::change::{Change, Direction};
use crate::feel::{Expr, Locals, eval};
use crate::finding::{Alternative, Finding, Possible};
use crate::model::{Attribute, Fact, FactKind, Rule, RuleKind, Source, StrengthClass};
use crate::program::DueDay;
use crate::words::{Words, citation, suffix, verdict, within_quotes};
use crate::{Date, Decimal, Lang, Outcome, Value};

pub(super) fn explained(finding: &Finding<'_>, lang: Lang) -> ExplainedFinding {
    let rule = finding.rule();
    let words = Words { subject: finding.subject(), facts: finding.report().facts(), lang };
    let speaker = Speaker { finding, rule, words, lang };
    ExplainedFinding {
        rule: rule.id.clone(),
        outcome: finding.outcome(),
        mark: symbol(finding.outcome()),
        verdict: speaker.concluded(finding.outcome(), finding.decision()),
        title: rule.title.get(lang).to_owned(),
        lines: speaker.lines(),
    }
}

struct Speaker<'a> {
    finding: &'a Finding<'a>,
    rule: &'a Rule,
    words: Words<'a>,
    lang: Lang,
}

impl Speaker<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        pick(self.lang, zh, en)
    }

    fn line(&self, key: &'static str, zh: &str, en: &str, text: impl Into<String>) -> Line {
        Line::new(key, self.pick(zh, en), text)
    }

    fn lines(&self) -> Vec<Line> {
        let (finding, rule) = (self.finding, self.rule);
        let mut lines = vec![self.line("says", "规定", "rule", rule.says.get(self.lang))];
        lines.extend(self.because());
        lines.extend(finding.margin().map(|margin| self.line("margin", "余量", "margin", self.margin(margin))));
        if finding.reason().is_some() {
            let text = self.pick("条件无法计算", "a condition cannot be computed");
            lines.push(self.line("reason", "原因", "reason", text));
        }
        let missing: Vec<Line> = finding.missing().map(|fact| self.wanted(fact)).collect();
        if !missing.is_empty() {
            lines.push(Line { parts: missing, ..self.line("missing", "尚缺信息", "not known", "") });
            let possible = self.possible(&finding.possible());
            lines.push(self.line("possible", "仍有可能", "still possible", possible));
        }
        let changes = finding.smallest_changes();
        lines.extend(
            changes.iter().map(|change| self.line("changes", "达标所需", "would be met by", self.change(change))),
        );
        lines.extend(self.progress());
        lines.extend(self.due());
        let actions = finding.actions().iter().map(|action| action.get(self.lang));
        lines.extend(actions.map(|action| self.line("actions", "应做", "to do", action)));
        lines.extend(finding.readings().iter().map(|reading| self.reading(reading)));
        let notes = finding.notes();
        // What the document says of itself is background; what changes how the outcome is to be read is not.
        let key = |code: &str| if code == "document" { "notes" } else { "caveats" };
        lines.extend(notes.iter().map(|note| self.line(key(note.code), "注意", "note", note.text.get(self.lang))));
        let (addressee, binding, verb) = (rule.addressee.get(self.lang), self.binding(), &rule.strength.verb);
        let addressed = match self.lang {
            Lang::Zh => format!("{addressee}；{binding}，原文“{verb}”"),
            Lang::En => format!("{addressee} ({binding}, “{verb}”)"),
        };
        lines.push(self.line("addressee", "责任主体", "addressed to", addressed));
        lines.push(self.line("cite", "出处", "source", citation(&rule.cite, self.lang)));
        lines
    }

    /// How strongly the rule binds: an indicator by its attribute, any other rule by its strength.
    fn binding(&self) -> &'static str {
        let (zh, en) = match (self.rule.indicator.as_ref().map(|i| i.attribute), self.rule.strength.class) {
            (Some(Attribute::Binding), _) => ("约束性指标", "binding indicator"),
            (Some(Attribute::Expected), _) => ("预期性指标", "expected indicator"),
            (None, StrengthClass::Mandatory) => ("刚性要求", "mandatory"),
            (None, StrengthClass::InPrinciple) => ("原则性要求", "in principle"),
            (None, StrengthClass::Progressive) => ("推进类要求", "progressive"),
            (None, StrengthClass::Encouraged) => ("鼓励类要求", "encouraged"),
        };
        pick(self.lang, zh, en)
    }

    /// An outcome, and the decision that comes with it.
    fn concluded(&self, outcome: Outcome, decision: Option<&str>) -> String {
        let decision = decision.map_or_else(String::new, |id| format!(" → {}", self.decision_label(id)));
        verdict(self.rule.kind, outcome, self.lang).to_owned() + &decision
    }

    fn decision_label(&self, id: &str) -> String {
        let all = self.rule.decisions.iter().chain(self.rule.readings.iter().flat_map(|r| &r.decisions));
        let found = all.into_iter().find(|d| d.id == id);
        found.map_or_else(|| id.to_owned(), |d| d.label.get(self.lang).to_owned())
    }

    fn possible(&self, possible: &[Possible]) -> String {
        let one = |one: &Possible| {
            let decision = one.decision.as_ref().map(|id| bracketed(&self.decision_label(id), self.lang));
            verdict(self.rule.kind, one.outcome, self.lang).to_owned() + &decision.unwrap_or_default()
        };
        possible.iter().map(one).collect::<Vec<_>>().join(self.pick("、", ", "))
    }

    fn reading(&self, reading: &Alternative) -> Line {
        let mut text = reading.note.get(self.lang).to_owned();
        let _ = write!(text, " → {}", self.concluded(reading.outcome, reading.decision.as_deref()));
        if reading.outcome == Outcome::Undetermined {
            let possible = self.pick("仍有可能：", "still possible: ").to_owned() + &self.possible(&reading.possible);
            text += &bracketed(&possible, self.lang);
        }
        Line { id: Some(reading.reading.clone()), ..self.line("readings", "另一种理解", "read otherwise", text) }
    }

    /// A missing fact, with who has to supply it where that is not plain.
    fn wanted(&self, fact: &Fact) -> Line {
        let label = fact.label.get(self.lang);
        let mut text = match (fact.kind, self.lang) {
            (FactKind::YesNo, Lang::En) => format!("whether {label}"),
            (FactKind::YesNo, Lang::Zh) => format!("{label}（是/否）"),
            _ => label.to_owned(),
        };
        match fact.source {
            Source::Reported => {}
            Source::Judgement => text += &bracketed(self.pick("须人工判断", "a matter of judgement"), self.lang),
            Source::Assigned => {
                text += &bracketed(
                    self.pick("由主管部门或上级下达、认定", "to be set or determined by the authorities"),
                    self.lang,
                );
            }
        }
        Line { id: Some(fact.name.clone()), ..Line::new("missing", "", text) }
    }

    fn margin(&self, margin: Decimal) -> String {
        let amount = format!("{}{}", margin.abs(), self.difference(self.finding.unit()));
        match (margin.cmp(&Decimal::ZERO), self.lang) {
            (std::cmp::Ordering::Equal, Lang::Zh) => format!("{amount}，恰在界限上"),
            (std::cmp::Ordering::Equal, Lang::En) => format!("{amount}, exactly on the boundary"),
            (std::cmp::Ordering::Greater, Lang::Zh) => format!("尚余 {amount}"),
            (std::cmp::Ordering::Greater, Lang::En) => format!("{amount} to spare"),
            (std::cmp::Ordering::Less, Lang::Zh) => format!("相差 {amount}"),
            (std::cmp::Ordering::Less, Lang::En) => format!("{amount} short"),
        }
    }

    fn progress(&self) -> Option<Line> {
        let way = self.finding.way();
        let progress = way.progress?;
        let mut text = format!("{}%", progress.checked_mul(Decimal::from(100)).unwrap_or(progress));
        if let Some(pace) = way.pace.filter(|pace| *pace != Decimal::ZERO) {
            let amount = format!("{pace}{}", self.difference(self.finding.measure_unit()));
            text += &match self.lang {
                Lang::Zh => format!("，此后每年须变化 {amount}"),
                Lang::En => format!(", from here on a change of {amount} a year"),
            };
        }
        Some(self.line("progress", "进度", "progress", text))
    }

    /// When it is due, of an act by a day and of what is still to come.
    fn due(&self) -> Option<Line> {
        let (rule, outcome) = (self.rule, self.finding.outcome());
        let concerns = match rule.kind {
            RuleKind::Deadline => outcome != Outcome::NotApplicable,
            _ => outcome == Outcome::Pending,
        };
        let due = self.due_day().filter(|_| concerns)?;
        let mut text = due.to_string();
        if let Some(done_on) = self.done_on() {
            text += &match self.lang {
                Lang::Zh => format!("，完成于 {done_on}"),
                Lang::En => format!(", done on {done_on}"),
            };
        }
        Some(self.line("due", "期限", "due", text))
    }

    fn due_day(&self) -> Option<Date> {
        match self.finding.program().parts.due {
            DueDay::Date(day) => Some(day),
            DueDay::Fact(slot) => match self.words.facts.value(slot) {
                Value::Date(day) => Some(*day),
                _ => None,
            },
            DueDay::Now => None,
        }
    }

    fn done_on(&self) -> Option<Date> {
        match self.words.facts.value(self.finding.program().done_on?) {
            Value::Date(day) => Some(*day),
            _ => None,
        }
    }

    /// The unit of a difference: what separates two percentages is percentage points.
    fn difference(&self, unit: Option<&str>) -> String {
        match unit {
            Some("%") => self.pick(" 个百分点", " percentage points").to_owned(),
            unit => unit.map_or_else(String::new, |unit| suffix(unit, self.lang)),
        }
    }

    /// A change as a person would say it: `mean influent BOD5 at least 81.6 mg/L`.
    fn change(&self, change: &Change) -> String {
        let words = self.words;
        let Some(slot) = words.subject.slot(&change.fact) else { return change.fact.clone() };
        let label = words.label(slot);
        let (Some(bound), Some(direction)) = (&change.bound, change.direction) else {
            return match change.value {
                Value::Bool(true) => label.to_owned(),
                Value::Bool(false) => words.phrase(&Expr::Not(Box::new(Expr::Fact(slot)))),
                _ => format!("{label}{}{}", self.pick("：", ": "), words.value_of(slot, &change.value)),
            };
        };
        // A boundary between two steps of the fact is none of its values: then the nearest step is named.
        let inclusive = change.inclusive == Some(true);
        let day = matches!(change.value, Value::Date(_));
        let (zh, en) = match (direction, inclusive, day) {
            (Direction::Exactly, ..) => ("为", "exactly"),
            (Direction::AtLeast, true, false) => ("不低于", "at least"),
            (Direction::AtLeast, false, false) => ("大于", "above"),
            (Direction::AtMost, true, false) => ("不超过", "at most"),
            (Direction::AtMost, false, false) => ("小于", "below"),
            (Direction::AtLeast, true, true) => ("不早于", "not before"),
            (Direction::AtLeast, false, true) => ("晚于", "after"),
            (Direction::AtMost, true, true) => ("不晚于", "not after"),
            (Direction::AtMost, false, true) => ("早于", "before"),
        };
        let at_value = inclusive || direction == Direction::Exactly;
        let number = words.value_of(slot, if at_value { &change.value } else { bound });
        format!("{label}{}{} {number}", self.pick("", " "), self.pick(zh, en))
    }

    fn because(&self) -> Vec<Line> {
        let program = self.finding.program();
        let (applies, requires) = (self.pick("适用", "applies if"), self.pick("要求", "requires"));
        let mut lines = Vec::new();
        lines.extend(program.parts.applies.as_ref().map(|condition| self.condition(applies, &condition.expr)));
        lines.extend(program.parts.requires.as_ref().map(|condition| self.condition(requires, &condition.expr)));
        lines.extend(self.decisions());
        lines.extend(program.done.map(|done| self.condition(requires, &Expr::Fact(done))));
        if let (Some(due), Some(done_on)) = (self.due_day(), self.done_on()) {
            let late = done_on > due;
            let text = match self.lang {
                Lang::Zh => format!("完成日期 {done_on} {} {due}", if late { "晚于" } else { "不晚于" }),
                Lang::En => format!("done on {done_on}, {} {due}", if late { "after" } else { "not after" }),
            };
            lines.push(Line { mark: Some(if late { "✗" } else { "✓" }), ..Line::new("because", requires, text) });
        }
        lines
    }

    /// The decisions from the strictest on; behind the first that holds, none is reached.
    fn decisions(&self) -> Vec<Line> {
        let (mut hit, mut open) = (false, false);
        let mut lines = Vec::new();
        for (decision, when) in &self.finding.program().parts.decisions {
            let label = decision.label.get(self.lang);
            lines.push(if hit {
                let text = label.to_owned() + self.pick("（不再判断）", " (not reached)");
                Line { mark: Some("–"), ..self.line("because", "结果", "result", text) }
            } else if decision.when.is_none() {
                // Where there is one alone, nothing else could have been.
                let text = label.to_owned()
                    + if lines.is_empty() { "" } else { self.pick("（其他情形）", " (otherwise)") };
                Line { mark: Some(if open { "?" } else { "✓" }), ..self.line("because", "结果", "result", text) }
            } else {
                let label = match self.lang {
                    Lang::Zh => format!("“{}”的条件", within_quotes(label)),
                    Lang::En => format!("{label} if"),
                };
                self.condition(&label, &when.expr)
            });
            let value = eval(&when.expr, &self.words.facts.values, &Locals::None);
            hit |= value == Value::Bool(true) && !open;
            open |= !matches!(value, Value::Bool(_));
        }
        lines
    }

    /// A condition with its mark, and the parts of `and` and `or`.
    fn condition(&self, label: &str, expr: &Expr) -> Line {
        let mark = match eval(expr, &self.words.facts.values, &Locals::None) {
            Value::Bool(true) => "✓",
            Value::Bool(false) => "✗",
            _ => "?",
        };
        let parts: Vec<Line> = joined_parts(expr).into_iter().map(|part| self.condition("", part)).collect();
        let text = match expr {
            _ if parts.is_empty() => self.words.phrase(expr),
            Expr::And(_) => self.pick("同时满足", "all of").to_owned(),
            _ => self.pick("满足其一", "any of").to_owned(),
        };
        Line { mark: Some(mark), parts, ..Line::new("because", label, text) }
    }
}

/// The parts of an `and` or `or`; those of one within another of its kind, as `every` gives, stand beside them.
fn joined_parts(expr: &Expr) -> Vec<&Expr> {
    let (items, of_kind): (&[Expr], fn(&Expr) -> bool) = match expr {
        Expr::And(items) => (items, |e| matches!(e, Expr::And(_))),
        Expr::Or(items) => (items, |e| matches!(e, Expr::Or(_))),
        _ => return Vec::new(),
    };
    items.iter().flat_map(|item| if of_kind(item) { joined_parts(item) } else { vec![item] }).collect()
}
