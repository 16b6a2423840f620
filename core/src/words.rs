//! Conditions, values and citations in the words of either language.

use crate::facts::Facts;
use crate::feel::{Arithmetic, Comparison, Expr, Function, Test, Type, infer};
use crate::model::{Cite, FactKind, RuleKind};
use crate::program::SubjectProgram;
use crate::{Lang, Outcome, Value};

/// Puts the conditions of one subject into words.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) subject: &'a SubjectProgram,
    pub(crate) facts: &'a Facts,
    pub(crate) lang: Lang,
}

/// The word for an outcome.
pub(crate) fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match (lang, outcome) {
        (Lang::En, Outcome::Breached) => "breached",
        (Lang::En, Outcome::Triggered) => "triggered",
        (Lang::En, Outcome::Undetermined) => "undetermined",
        (Lang::En, Outcome::Pending) => "pending",
        (Lang::En, Outcome::Satisfied) => "satisfied",
        (Lang::En, Outcome::NotApplicable) => "not applicable",
        (Lang::Zh, Outcome::Breached) => "不符合",
        (Lang::Zh, Outcome::Triggered) => "触发",
        (Lang::Zh, Outcome::Undetermined) => "无法判定",
        (Lang::Zh, Outcome::Pending) => "待完成",
        (Lang::Zh, Outcome::Satisfied) => "符合",
        (Lang::Zh, Outcome::NotApplicable) => "不适用",
    }
}

/// The word for an outcome of one kind of rule, as an official would put it.
pub(crate) fn verdict(kind: RuleKind, found: Outcome, lang: Lang) -> &'static str {
    let (zh, en) = match (kind, found) {
        (RuleKind::Target | RuleKind::Deadline, Outcome::Satisfied) => ("已完成", "satisfied"),
        (RuleKind::Target | RuleKind::Deadline, Outcome::Breached) => ("未完成", "breached"),
        (RuleKind::Gate, Outcome::Satisfied) => ("未触发", "not triggered"),
        (RuleKind::Definition, Outcome::Triggered) => ("归类", "classified"),
        (RuleKind::Obligation | RuleKind::Prohibition, Outcome::Triggered) => ("产生任务", "duty arises"),
        _ => return outcome(found, lang),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Where the plan says it, with the words to search for.
pub(crate) fn citation(cite: &Cite, lang: Lang) -> String {
    let Cite { chapter, section, anchor, .. } = cite;
    match lang {
        Lang::En => {
            let item = cite.item.map_or_else(String::new, |n| format!(", item {n}"));
            let table = cite.table.map_or_else(String::new, |n| format!(", table {n}"));
            format!("chapter {chapter}, section {section}{item}{table}: \"{anchor}\"")
        }
        Lang::Zh => {
            let item = cite.item.map_or_else(String::new, |n| format!("“{}、”", numeral(n)));
            let table = cite.table.map_or_else(String::new, |n| format!("表{n}"));
            let anchor = within_quotes(anchor);
            format!("第{}章第{}节{item}{table}：“{anchor}”", numeral(*chapter), numeral(*section))
        }
    }
}

/// Chinese numerals up to 99, which no chapter exceeds.
pub(crate) fn numeral(n: u32) -> String {
    let digit = |d: u32| "零一二三四五六七八九".chars().nth(usize::try_from(d).unwrap_or_default()).unwrap_or('零');
    match (n / 10, n % 10) {
        (0, d) => digit(d).to_string(),
        (1, 0) => "十".to_owned(),
        (1, d) => format!("十{}", digit(d)),
        (t @ 2..=9, 0) => format!("{}十", digit(t)),
        (t @ 2..=9, d) => format!("{}十{}", digit(t), digit(d)),
        _ => n.to_string(),
    }
}

impl<'a> Words<'a> {
    fn pick(self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The label of a fact.
    pub(crate) fn label(self, slot: usize) -> &'a str {
        self.subject.fact(slot).map_or("?", |f| f.fact.label.get(self.lang))
    }

    /// The unit of a fact, with the space that goes before it.
    pub(crate) fn unit(self, slot: usize) -> String {
        let unit = self.subject.fact(slot).and_then(|f| f.fact.unit.as_deref());
        unit.map_or_else(String::new, |unit| suffix(unit, self.lang))
    }

    /// The value of a fact: `81.6 mg/L`, `yes`, the label of a choice, or that it is not known.
    pub(crate) fn value(self, slot: usize) -> String {
        self.value_of(slot, self.facts.value(slot))
    }

    /// A value that a fact could have.
    pub(crate) fn value_of(self, slot: usize, value: &Value) -> String {
        match value {
            Value::Number(n) => format!("{n}{}", self.unit(slot)),
            Value::Bool(true) => self.pick("是", "yes").to_owned(),
            Value::Bool(false) => self.pick("否", "no").to_owned(),
            Value::Date(day) => day.to_string(),
            Value::Text(id) => self.choice(slot, id),
            Value::List(items) if items.is_empty() => self.pick("无", "none").to_owned(),
            Value::List(items) => {
                let each = items.iter().map(|item| match item {
                    Value::Text(id) => self.choice(slot, id),
                    other => other.to_string(),
                });
                each.collect::<Vec<_>>().join(self.pick("、", ", "))
            }
            Value::Unknown | Value::Null => self.pick("暂缺", "not known").to_owned(),
        }
    }

    fn choice(self, slot: usize, id: &str) -> String {
        let fact = self.subject.fact(slot).map(|f| &f.fact);
        let choice = fact.and_then(|f| f.choices.iter().find(|c| c.id == id));
        choice.map_or_else(|| id.to_owned(), |c| c.label.get(self.lang).to_owned())
    }

    /// A condition in one phrase.
    pub(crate) fn phrase(self, expr: &Expr) -> String {
        match expr {
            Expr::Fact(slot) if self.is_yes_no(*slot) => self.label(*slot).to_owned(),
            Expr::Literal(Value::Bool(true)) => self.pick("其他情形", "otherwise").to_owned(),
            Expr::Not(inner)
                if let Expr::Call(Function::ListContains, arguments) = inner.as_ref()
                    && let [set, item] = arguments.as_slice() =>
            {
                let (set, item) = (self.name(set), self.bound(item, set));
                match self.lang {
                    Lang::En => format!("{set}: {item} is not among them"),
                    Lang::Zh => format!("{set}：不含“{}”", within_quotes(&item)),
                }
            }
            Expr::Not(inner) => match self.lang {
                Lang::En => format!("not the case that {}", self.phrase(inner)),
                Lang::Zh => format!("“{}”为否", within_quotes(&self.phrase(inner))),
            },
            Expr::And(items) => self.join(items, "，且", ", and "),
            Expr::Or(items) => self.join(items, "，或", ", or "),
            Expr::Compare(op, a, b) => self.comparison(*op, a, b),
            Expr::Between { value, low, high } => {
                let (low, high) = (self.bound(low, value), self.bound(high, value));
                let range = match self.lang {
                    Lang::En => format!("is between {low} and {high}"),
                    Lang::Zh => format!("在 {low} 至 {high} 之间"),
                };
                self.tie(&[&self.operand(value, None), &range])
            }
            Expr::In { value, tests } => {
                let each = tests.iter().map(|test| self.test(test, value));
                self.tie(&[&self.operand(value, None), &each.collect::<Vec<_>>().join(self.pick("或", " or "))])
            }
            Expr::Call(Function::ListContains, arguments) => match arguments.as_slice() {
                [set, item] => {
                    let (set, item) = (self.name(set), self.bound(item, set));
                    format!("{set}{}{item}", self.pick("：", ": "))
                }
                _ => self.subject.print(expr),
            },
            _ => self.subject.print(expr),
        }
    }

    /// Joins words: with spaces in English; in Chinese only where Latin letters or digits meet Chinese characters.
    fn tie(self, parts: &[&str]) -> String {
        let mut text = String::new();
        for part in parts {
            if let (Some(before), Some(after)) = (text.chars().last(), part.chars().next())
                && (self.lang == Lang::En || (before.is_alphanumeric() && before.is_ascii() != after.is_ascii()))
            {
                text.push(' ');
            }
            text.push_str(part);
        }
        text
    }

    fn is_yes_no(self, slot: usize) -> bool {
        self.subject.fact(slot).is_some_and(|f| f.kind() == FactKind::YesNo)
    }

    fn join(self, items: &[Expr], zh: &str, en: &str) -> String {
        let separator = match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        items.iter().map(|item| self.phrase(item)).collect::<Vec<_>>().join(separator)
    }

    fn comparison(self, op: Comparison, a: &Expr, b: &Expr) -> String {
        if let (Expr::Fact(slot), Expr::Literal(Value::Bool(yes))) = (a, b) {
            let holds = *yes == (op == Comparison::Equal);
            let fact = Expr::Fact(*slot);
            return if holds { self.phrase(&fact) } else { self.phrase(&Expr::Not(Box::new(fact))) };
        }
        self.tie(&[&self.operand(a, Some(b)), self.comparison_word(op, a), &self.bound(b, a)])
    }

    fn comparison_word(self, op: Comparison, of: &Expr) -> &'a str {
        let day = matches!(infer(of, &|slot| self.subject.ty(slot)), Ok(Type::Date));
        match op {
            Comparison::Equal => self.pick("为", "is"),
            Comparison::NotEqual => self.pick("不是", "is not"),
            Comparison::Less if day => self.pick("早于", "is before"),
            Comparison::Less => self.pick("小于", "is below"),
            Comparison::LessOrEqual if day => self.pick("不晚于", "is not after"),
            Comparison::LessOrEqual => self.pick("不超过", "is at most"),
            Comparison::Greater if day => self.pick("晚于", "is after"),
            Comparison::Greater => self.pick("大于", "is above"),
            Comparison::GreaterOrEqual if day => self.pick("不早于", "is not before"),
            Comparison::GreaterOrEqual => self.pick("不低于", "is at least"),
        }
    }

    fn test(self, test: &Test, value: &Expr) -> String {
        match test {
            Test::Value(Expr::List(items)) => {
                let items: Vec<String> = items.iter().map(|item| self.bound(item, value)).collect();
                match self.lang {
                    Lang::En => format!("is one of {}", items.join(", ")),
                    Lang::Zh => format!("为{}之一", items.join("、")),
                }
            }
            Test::Value(single) => self.tie(&[self.pick("为", "is"), &self.bound(single, value)]),
            Test::Compare(op, bound) => self.tie(&[self.comparison_word(*op, value), &self.bound(bound, value)]),
            Test::Range { low, low_open, high, high_open } => {
                let above = if *low_open { Comparison::Greater } else { Comparison::GreaterOrEqual };
                let below = if *high_open { Comparison::Less } else { Comparison::LessOrEqual };
                let (from, to) = (self.comparison_word(above, value), self.comparison_word(below, value));
                let and = self.pick("且", "and");
                self.tie(&[from, &self.bound(low, value), and, to, &self.bound(high, value)])
            }
        }
    }

    /// A name without its value.
    fn name(self, expr: &Expr) -> String {
        match expr {
            Expr::Fact(slot) => self.label(*slot).to_owned(),
            other => self.operand(other, None),
        }
    }

    /// One side of a comparison, each fact with its value.
    fn operand(self, expr: &Expr, other: Option<&Expr>) -> String {
        match expr {
            Expr::Fact(slot) => match self.lang {
                Lang::En => format!("{} ({})", self.label(*slot), self.value(*slot)),
                Lang::Zh => format!("{}（{}）", self.label(*slot), self.value(*slot)),
            },
            Expr::Arithmetic(op, a, b) => {
                let sign = match op {
                    Arithmetic::Add => "+",
                    Arithmetic::Subtract => "−",
                    Arithmetic::Multiply => "×",
                    Arithmetic::Divide => "÷",
                };
                self.tie(&[&self.operand(a, Some(b)), sign, &self.operand(b, Some(a))])
            }
            Expr::Literal(_) => other.map_or_else(|| self.subject.print(expr), |other| self.bound(expr, other)),
            _ => self.subject.print(expr),
        }
    }

    /// A literal, with the unit of what it is compared with, or the label of the choice that it names.
    fn bound(self, expr: &Expr, compared: &Expr) -> String {
        match expr {
            Expr::Literal(Value::Number(n)) => match infer(compared, &|slot| self.subject.ty(slot)) {
                Ok(Type::Number(Some(unit))) => format!("{n}{}", suffix(&unit.to_string(), self.lang)),
                _ => n.to_string(),
            },
            Expr::Literal(Value::Text(id)) => match compared {
                Expr::Fact(slot) => self.choice(*slot, id),
                _ => id.to_string(),
            },
            Expr::Literal(Value::Date(day)) => day.to_string(),
            other => self.operand(other, Some(compared)),
        }
    }
}

/// What stands in quotes within quotes.
pub(crate) fn within_quotes(text: &str) -> String {
    text.replace('“', "‘").replace('”', "’")
}

/// A unit as people write it, with the space that goes before it.
pub(crate) fn suffix(unit: &str, lang: Lang) -> String {
    match (unit, lang) {
        ("" | "%", _) => unit.to_owned(),
        ("10^4 t", Lang::Zh) => " 万吨".to_owned(),
        ("t/d", Lang::Zh) => " 吨/日".to_owned(),
        ("mu", Lang::Zh) => " 亩".to_owned(),
        ("ha", Lang::Zh) => " 公顷".to_owned(),
        ("m2", Lang::Zh) => " 平方米".to_owned(),
        ("km2", Lang::Zh) => " 平方公里".to_owned(),
        ("t", Lang::Zh) => " 吨".to_owned(),
        ("t/a", Lang::Zh) => " 吨/年".to_owned(),
        ("t/h", Lang::Zh) => " 吨/小时".to_owned(),
        ("kg/a", Lang::Zh) => " 千克/年".to_owned(),
        ("m2/person", Lang::Zh) => " 平方米/人".to_owned(),
        ("10^4 m3", Lang::Zh) => " 万立方米".to_owned(),
        ("10^4 yuan", Lang::Zh) => " 万元".to_owned(),
        ("m3/10^4 yuan", Lang::Zh) => " 立方米/万元".to_owned(),
        ("t/10^4 yuan", Lang::Zh) => " 吨/万元".to_owned(),
        ("tce", Lang::Zh) => " 吨标准煤".to_owned(),
        ("tce/10^4 yuan", Lang::Zh) => " 吨标准煤/万元".to_owned(),
        (unit, _) => format!(" {}", unit.split('/').map(symbol).collect::<Vec<_>>().join("/")),
    }
}

/// One symbol of a unit, its exponent raised.
fn symbol(unit: &str) -> String {
    if let Some(unit) = unit.strip_prefix("10^4 ") {
        return format!("10,000 {}", symbol(unit));
    }
    if unit == "ug" {
        return "μg".to_owned();
    }
    match (unit.strip_suffix("m2"), unit.strip_suffix("m3")) {
        (Some(prefix), _) => format!("{prefix}m²"),
        (_, Some(prefix)) => format!("{prefix}m³"),
        _ => unit.to_owned(),
    }
}
