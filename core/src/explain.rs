//! Reports and scorecards as text for people, in Chinese or English. Everything here is a view of data.

use std::fmt::Write;

use crate::change::{Change, Direction};
use crate::feel::{Expr, Locals, eval};
use crate::finding::{Finding, Possible};
use crate::model::{Attribute, Fact, FactKind, Rule, RuleKind, Source, StrengthClass};
use crate::program::{Parts, SubjectProgram};
use crate::report::Report;
use crate::scorecard::{Row, RowCounts, Scorecard, Status};
use crate::words::{Words, citation, outcome, suffix, verdict};
use crate::{Decimal, Lang, Outcome, Value};

/// A report: the headline, then every finding that concerns the case.
pub(crate) fn report(report: &Report, lang: Lang) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = Writer { out: &mut out, lang }.report(report);
    out
}

/// A scorecard: a table and its counts.
pub(crate) fn scorecard(card: &Scorecard, lang: Lang) -> String {
    let mut out = String::new();
    let _ = Writer { out: &mut out, lang }.scorecard(card);
    out
}

struct Writer<'o> {
    out: &'o mut String,
    lang: Lang,
}

impl Writer<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// `label: text`, with the colon of the language.
    fn line(&mut self, zh: &str, en: &str, text: &str) -> std::fmt::Result {
        let (label, colon) = (self.pick(zh, en), self.pick("：", ": "));
        writeln!(self.out, "  {label}{colon}{text}")
    }

    fn report(&mut self, report: &Report) -> std::fmt::Result {
        let Some(subject) = report.subject() else { return Ok(()) };
        let document = &report.program().document;
        let (label, title) = (subject.subject.label.get(self.lang), document.title.get(self.lang));
        let (as_of, day) = (self.pick("评价日", "as of"), report.as_of());
        writeln!(self.out, "{label} · {title} · {as_of} {day}")?;
        let headline = report.headline();
        let present = Outcome::ALL.into_iter().map(|o| (o, headline.counts.get(o))).filter(|(_, n)| *n > 0);
        let counts: Vec<String> = present.map(|(o, n)| format!("{} {n}", outcome(o, self.lang))).collect();
        if let Some(gravest) = headline.outcome {
            let (gravest, counts) = (outcome(gravest, self.lang), counts.join(self.pick("，", ", ")));
            writeln!(self.out, "{}{gravest}{}", self.pick("结论：", "overall: "), self.wrapped(&counts))?;
        }
        for note in report.notes() {
            writeln!(self.out, "{}{}", self.pick("注意：", "note: "), note.text.get(self.lang))?;
        }
        let mut apart = Vec::new();
        for finding in report.findings() {
            if finding.outcome() == Outcome::NotApplicable && finding.readings().is_empty() {
                apart.push(finding.rule().title.get(self.lang));
            } else {
                writeln!(self.out)?;
                self.finding(&finding)?;
            }
        }
        if !apart.is_empty() {
            writeln!(self.out)?;
            let label = self.pick("不适用：", "not applicable: ");
            writeln!(self.out, "{label}{}", apart.join(self.pick("；", "; ")))?;
        }
        if let Some(fact) = report.next_question() {
            writeln!(self.out)?;
            let (label, name) = (fact.label.get(self.lang), &fact.name);
            writeln!(
                self.out,
                "{}{label} [{name}]",
                if fact.kind == FactKind::YesNo {
                    self.pick("下一步请确认：", "next, find out whether ")
                } else {
                    self.pick("下一步请提供：", "next, find out: ")
                }
            )?;
        }
        Ok(())
    }

    fn wrapped(&self, text: &str) -> String {
        match self.lang {
            Lang::Zh => format!("（{text}）"),
            Lang::En => format!(" ({text})"),
        }
    }

    fn finding(&mut self, finding: &Finding<'_>) -> std::fmt::Result {
        let rule = finding.rule();
        let words = Words { subject: finding.subject(), facts: finding.report().facts(), lang: self.lang };
        let decision = self.decision(finding);
        let (word, title) = (verdict(rule.kind, finding.outcome(), self.lang), rule.title.get(self.lang));
        writeln!(self.out, "{} {word}{decision} · {title} [{}]", symbol(finding.outcome()), rule.id)?;
        self.line("规定", "rule", rule.says.get(self.lang))?;
        self.because(finding, words)?;
        if let Some(margin) = finding.margin() {
            self.margin(finding, margin)?;
        }
        if finding.reason().is_some() {
            self.line("原因", "reason", self.pick("条件无法计算", "a condition cannot be computed"))?;
        }
        let missing: Vec<String> = finding.missing().map(|fact| self.wanted(fact)).collect();
        if !missing.is_empty() {
            self.line("尚缺信息", "not known", &missing.join(self.pick("；", "; ")))?;
            let possible: Vec<String> = finding.possible().iter().map(|p| self.possible(finding, p)).collect();
            self.line("仍有可能", "still possible", &possible.join(self.pick("、", ", ")))?;
        }
        for change in finding.smallest_changes() {
            let text = self.change(&change, words);
            self.line("达到条件", "met by", &text)?;
        }
        let way = finding.way();
        if let Some(progress) = way.progress {
            let percent = progress.checked_mul(Decimal::from(100)).unwrap_or(progress);
            let pace = way.pace.filter(|pace| *pace != Decimal::ZERO);
            let pace = pace.map_or_else(String::new, |pace| {
                let amount = format!("{pace}{}", self.difference(finding.measure_unit()));
                self.pick("，此后每年须变化 ", ", from here on a change of ").to_owned()
                    + &amount
                    + self.pick("", " a year")
            });
            self.line("进度", "progress", &format!("{percent}%{pace}"))?;
        }
        for action in finding.actions() {
            self.line("应做", "to do", action.get(self.lang))?;
        }
        for reading in finding.readings() {
            let mut says = verdict(rule.kind, reading.outcome, self.lang).to_owned();
            if let Some(decision) = &reading.decision {
                let _ = write!(says, " → {}", self.decision_label(finding, decision));
            }
            if reading.outcome == Outcome::Undetermined {
                let possible: Vec<String> = reading.possible.iter().map(|p| self.possible(finding, p)).collect();
                says += &self.wrapped(&format!(
                    "{}{}",
                    self.pick("仍有可能：", "still possible: "),
                    possible.join(self.pick("、", ", "))
                ));
            }
            let note = reading.note.get(self.lang);
            self.line("另一种理解", "read otherwise", &format!("{note} → {says} [{}]", reading.reading))?;
        }
        for note in finding.notes() {
            self.line("注意", "note", note.text.get(self.lang))?;
        }
        let addressee = rule.addressee.get(self.lang);
        let (binding, verb) = (self.binding(rule), &rule.strength.verb);
        let addressed = match self.lang {
            Lang::Zh => format!("{addressee}（{binding}，原文“{verb}”）"),
            Lang::En => format!("{addressee} ({binding}, “{verb}”)"),
        };
        self.line("责任主体", "addressed to", &addressed)?;
        self.line("出处", "source", &citation(&rule.cite, self.lang))
    }

    /// How strongly the rule binds: an indicator by its attribute, any other rule by its strength.
    fn binding(&self, rule: &Rule) -> &'static str {
        let (zh, en) = match (rule.indicator.as_ref().map(|i| i.attribute), rule.strength.class) {
            (Some(Attribute::Binding), _) => ("约束性指标", "binding indicator"),
            (Some(Attribute::Expected), _) => ("预期性指标", "expected indicator"),
            (None, StrengthClass::Mandatory) => ("刚性要求", "mandatory"),
            (None, StrengthClass::InPrinciple) => ("原则性要求", "in principle"),
            (None, StrengthClass::Progressive) => ("推进类要求", "progressive"),
            (None, StrengthClass::Encouraged) => ("鼓励类要求", "encouraged"),
        };
        self.pick(zh, en)
    }

    fn decision(&self, finding: &Finding<'_>) -> String {
        finding.decision().map_or_else(String::new, |id| format!(" → {}", self.decision_label(finding, id)))
    }

    fn decision_label(&self, finding: &Finding<'_>, id: &str) -> String {
        let rule = finding.rule();
        let all = rule.decisions.iter().chain(rule.readings.iter().flat_map(|r| &r.decisions));
        let found = all.into_iter().find(|d| d.id == id);
        found.map_or_else(|| id.to_owned(), |d| d.label.get(self.lang).to_owned())
    }

    fn possible(&self, finding: &Finding<'_>, possible: &Possible) -> String {
        let word = verdict(finding.rule().kind, possible.outcome, self.lang);
        possible
            .decision
            .as_ref()
            .map_or_else(|| word.to_owned(), |id| format!("{word}{}", self.wrapped(&self.decision_label(finding, id))))
    }

    /// A missing fact, with who has to supply it where that is not plain.
    fn wanted(&self, fact: &Fact) -> String {
        let (before, after) = match (fact.kind, self.lang) {
            (FactKind::YesNo, Lang::En) => ("whether ", ""),
            (FactKind::YesNo, Lang::Zh) => ("", "（是/否）"),
            _ => ("", ""),
        };
        let (label, name) = (fact.label.get(self.lang), &fact.name);
        let supplied = match fact.source {
            Source::Reported => String::new(),
            Source::Judgement => self.wrapped(self.pick("须人工判断", "a person's judgement")),
            Source::Assigned => self.wrapped(self.pick("由上级下达或认定", "set or found by a higher authority")),
        };
        format!("{before}{label}{after} [{name}]{supplied}")
    }

    fn margin(&mut self, finding: &Finding<'_>, margin: Decimal) -> std::fmt::Result {
        let amount = format!("{}{}", margin.abs(), self.difference(finding.unit()));
        let text = match (margin.cmp(&Decimal::ZERO), self.lang) {
            (std::cmp::Ordering::Equal, Lang::Zh) => "恰在界限上".to_owned(),
            (std::cmp::Ordering::Equal, Lang::En) => "exactly on the boundary".to_owned(),
            (std::cmp::Ordering::Greater, Lang::Zh) => format!("尚余 {amount}"),
            (std::cmp::Ordering::Greater, Lang::En) => format!("{amount} to spare"),
            (std::cmp::Ordering::Less, Lang::Zh) => format!("相差 {amount}"),
            (std::cmp::Ordering::Less, Lang::En) => format!("{amount} short"),
        };
        self.line("余量", "margin", &text)
    }

    /// The unit of a difference: what separates two percentages is percentage points.
    fn difference(&self, unit: Option<&str>) -> String {
        match unit {
            Some("%") => self.pick(" 个百分点", " percentage points").to_owned(),
            unit => unit.map_or_else(String::new, |unit| suffix(unit, self.lang)),
        }
    }

    /// A change as a person would say it: `mean influent BOD5 at least 81.6 mg/L`.
    fn change(&self, change: &Change, words: Words<'_>) -> String {
        let Some(slot) = words.subject.slot(&change.fact) else { return change.fact.clone() };
        let label = words.label(slot);
        let (Some(bound), Some(direction)) = (&change.bound, change.direction) else {
            return format!("{label}{}{}", self.pick("：", ": "), words.value_of(slot, &change.value));
        };
        // A boundary between two steps of the fact is none of its values: then the nearest step is named.
        let inclusive = change.inclusive == Some(true);
        let day = matches!(change.value, Value::Date(_));
        let (zh, en) = match (direction, inclusive, day) {
            (Direction::Exactly, ..) => ("为", "exactly"),
            (Direction::AtLeast, true, false) => ("不低于", "at least"),
            (Direction::AtLeast, false, false) => ("高于", "above"),
            (Direction::AtMost, true, false) => ("不超过", "at most"),
            (Direction::AtMost, false, false) => ("低于", "below"),
            (Direction::AtLeast, true, true) => ("不早于", "not before"),
            (Direction::AtLeast, false, true) => ("晚于", "after"),
            (Direction::AtMost, true, true) => ("不晚于", "not after"),
            (Direction::AtMost, false, true) => ("早于", "before"),
        };
        let at_value = inclusive || direction == Direction::Exactly;
        let number = words.value_of(slot, if at_value { &change.value } else { bound });
        format!("{label}{}{} {number}", if self.lang == Lang::En { " " } else { "" }, self.pick(zh, en))
    }

    fn because(&mut self, finding: &Finding<'_>, words: Words<'_>) -> std::fmt::Result {
        let program = finding.program();
        let parts = &program.parts;
        if let Some(applies) = &parts.applies {
            self.tree(self.pick("适用", "applies if"), &applies.expr, words, 2)?;
        }
        if let Some(requires) = &parts.requires {
            self.tree(self.pick("要求", "requires"), &requires.expr, words, 2)?;
        }
        self.decisions(parts, words)?;
        if let Some(done) = program.done {
            self.tree(self.pick("要求", "requires"), &Expr::Fact(done), words, 2)?;
        }
        Ok(())
    }

    /// The decisions from the strictest on; behind the first that holds, none is reached.
    fn decisions(&mut self, parts: &Parts, words: Words<'_>) -> std::fmt::Result {
        let (mut hit, mut open) = (false, false);
        for (decision, when) in &parts.decisions {
            let label = format!("{}{}", self.pick("结果：", "result: "), decision.label.get(self.lang));
            if hit {
                writeln!(self.out, "  – {label}{}", self.pick("（不再判断）", " (not reached)"))?;
            } else if decision.when.is_none() {
                let mark = if open { "?" } else { "✓" };
                writeln!(self.out, "  {mark} {label}{}", self.pick("（其他情形）", " (otherwise)"))?;
            } else {
                self.tree(&label, &when.expr, words, 2)?;
            }
            let value = eval(&when.expr, &words.facts.values, &Locals::None);
            hit |= value == Value::Bool(true) && !open;
            open |= !matches!(value, Value::Bool(_));
        }
        Ok(())
    }

    /// One condition a line, its mark first; the parts of `and` and `or` indented below.
    fn tree(&mut self, label: &str, expr: &Expr, words: Words<'_>, indent: usize) -> std::fmt::Result {
        let value = eval(expr, &words.facts.values, &Locals::None);
        let mark = match value {
            Value::Bool(true) => "✓",
            Value::Bool(false) => "✗",
            _ => "?",
        };
        let label = if label.is_empty() { String::new() } else { format!("{label}{}", self.pick("：", ": ")) };
        let joint = match expr {
            Expr::And(_) => self.pick("同时满足", "all of"),
            Expr::Or(_) => self.pick("满足其一", "any of"),
            _ => "",
        };
        let parts = joined_parts(expr);
        if parts.is_empty() {
            return writeln!(self.out, "{:indent$}{mark} {label}{}", "", words.phrase(expr));
        }
        writeln!(self.out, "{:indent$}{mark} {label}{joint}", "")?;
        parts.iter().try_for_each(|part| self.tree("", part, words, indent + 4))
    }

    fn scorecard(&mut self, card: &Scorecard) -> std::fmt::Result {
        let document = &card.report().program().document;
        let (as_of, day) = (self.pick("评价日", "as of"), card.as_of());
        writeln!(self.out, "{} · {as_of} {day}", document.title.get(self.lang))?;
        for note in card.report().notes() {
            writeln!(self.out, "{}{}", self.pick("注意：", "note: "), note.text.get(self.lang))?;
        }
        let mut category = None;
        let widest = |text: &dyn Fn(&Row) -> usize| card.rows.iter().map(text).max().unwrap_or(0);
        let widths = (widest(&|row| columns(row.title.get(self.lang))), widest(&|row| columns(&self.value(row))));
        for row in &card.rows {
            if category != Some(&row.category) {
                writeln!(self.out, "\n{}", row.category.get(self.lang))?;
                category = Some(&row.category);
            }
            self.row(row, card.report().subject(), widths)?;
        }
        let RowCounts { indicators, binding, expected, not_assessed, assessed, .. } = card.counts;
        let RowCounts { satisfied, satisfied_binding, satisfied_expected, breached, pending, undetermined, .. } =
            card.counts;
        let text = match self.lang {
            Lang::En => format!(
                "{indicators} indicators ({binding} binding, {expected} expected): {not_assessed} not assessed, \
                 {assessed} assessed; {satisfied} satisfied ({satisfied_binding} binding, {satisfied_expected} expected), \
                 {breached} breached, {pending} pending, {undetermined} undetermined"
            ),
            Lang::Zh => format!(
                "共 {indicators} 项指标（约束性 {binding}，预期性 {expected}）：不参与评价 {not_assessed}，参与评价 {assessed}；\
                 已完成 {satisfied}（约束性 {satisfied_binding}，预期性 {satisfied_expected}），未完成 {breached}，待完成 {pending}，\
                 无法判定 {undetermined}"
            ),
        };
        writeln!(self.out, "\n{text}")
    }

    fn row(&mut self, row: &Row, subject: Option<&SubjectProgram>, widths: (usize, usize)) -> std::fmt::Result {
        let title = row.title.get(self.lang);
        let attribute = match row.attribute {
            Attribute::Binding => self.pick("约束性", "binding"),
            Attribute::Expected => self.pick("预期性", "expected"),
        };
        let (mark, status) = match row.status {
            Status::Assessed(o) => (symbol(o), verdict(RuleKind::Target, o, self.lang)),
            Status::NotAssessed => ("–", self.pick("不参评", "not assessed")),
        };
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(columns(text)));
        write!(self.out, "{:>3} {mark} {status}{} ", row.no, pad(status, 12))?;
        write!(self.out, "{title}{} {attribute}{} ", pad(title, widths.0), pad(attribute, 8))?;
        let value = self.value(row);
        let bound = row.bound.map(|b| b.replace(">=", "≥").replace("<=", "≤")).unwrap_or_default();
        let target =
            row.target.map_or_else(|| row.printed_target.get(self.lang).to_owned(), |t| format!("{bound} {t}"));
        write!(self.out, "{}{value}  {target}", pad(&value, widths.1))?;
        let remark = self.remark(row, subject);
        if remark.is_empty() { writeln!(self.out) } else { writeln!(self.out, "{}  {remark}", pad(&target, 8)) }
    }

    /// The value of a row with its unit and year.
    fn value(&self, row: &Row) -> String {
        let value = match &row.value {
            Value::Number(n) => {
                format!("{n}{}", row.unit.as_deref().map_or_else(String::new, |u| suffix(u, self.lang)))
            }
            Value::Bool(true) => self.pick("是", "yes").to_owned(),
            Value::Bool(false) => self.pick("否", "no").to_owned(),
            _ => "—".to_owned(),
        };
        let year = row.year.map_or_else(String::new, |year| format!(" ({year})"));
        format!("{value}{year}")
    }

    /// What a row's status rests on: the margin, the reason, or what is missing.
    fn remark(&self, row: &Row, subject: Option<&SubjectProgram>) -> String {
        let mut remarks = Vec::new();
        if let Some(margin) = row.margin.filter(|m| *m != Decimal::ZERO) {
            remarks.push(if margin > Decimal::ZERO { format!("+{margin}") } else { margin.to_string() });
        }
        match row.reason {
            Some("no_data") => remarks.push(self.pick("无数据", "no data").to_owned()),
            Some("scope_changed") => remarks.push(self.pick("统计口径变化", "statistical scope changed").to_owned()),
            Some("not_counted") => remarks.push(self.pick("未统计", "not counted").to_owned()),
            Some(_) => remarks.push(self.pick("无法计算", "not computable").to_owned()),
            None => {}
        }
        if row.stale {
            remarks.push(self.pick("数值早于目标年", "older value").to_owned());
        }
        if !row.missing.is_empty() {
            let facts = subject.map_or(&[][..], |s| s.facts.as_slice());
            let missing: Vec<&str> = facts
                .iter()
                .filter(|f| row.missing.iter().any(|name| name == f.name()))
                .map(|f| f.fact.label.get(self.lang))
                .collect();
            remarks.push(format!("{}{}", self.pick("尚缺：", "not known: "), missing.join(self.pick("；", "; "))));
        }
        remarks.join(self.pick("，", ", "))
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

/// Terminal columns of a text: Chinese characters and full-width forms take two.
fn columns(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6);
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}
