//! The model to a program: names become places, conditions are parsed and typed, every inconsistency is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::error::nearest;
use crate::facts::check;
use crate::feel::{Arithmetic, Comparison, Expr, Resolve, Test, Type, infer, parse};
use crate::input::Input;
use crate::model::{
    Decision, Document, Due, Fact, FactKind, Reading, Reported, ReportedValue, Rule, RuleKind, StrengthClass, Subject,
};
use crate::unit::Unit;
use crate::{Date, Decimal, Error, Errors, Problem, Value};

/// A compiled plan.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) document: Document,
    pub(crate) hash: String,
    pub(crate) subjects: Vec<SubjectProgram>,
}

/// The facts and rules of one subject; a fact's place in the list is its slot.
#[derive(Debug)]
pub(crate) struct SubjectProgram {
    pub(crate) subject: Subject,
    pub(crate) facts: Vec<FactEntry>,
    pub(crate) rules: Vec<RuleProgram>,
}

#[derive(Debug)]
pub(crate) struct FactEntry {
    pub(crate) fact: Fact,
    pub(crate) unit: Option<Unit>,
    pub(crate) choices: Arc<[Arc<str>]>,
}

#[derive(Debug)]
pub(crate) struct RuleProgram {
    pub(crate) rule: Rule,
    /// As the text is read by default.
    pub(crate) parts: Parts,
    /// As each alternative reads it, in the order of `rule.readings`.
    pub(crate) readings: Vec<Parts>,
    pub(crate) measure: Option<usize>,
    pub(crate) done: Option<usize>,
    pub(crate) done_on: Option<usize>,
}

/// What is evaluated of a rule under one reading.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) applies: Option<Expr>,
    pub(crate) requires: Option<Expr>,
    /// The condition of each decision; `true` for `otherwise`.
    pub(crate) decisions: Vec<(Decision, Expr)>,
    pub(crate) due: DueDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DueDay {
    /// It binds now.
    Now,
    Date(Date),
    Fact(usize),
}

impl FactEntry {
    pub(crate) fn name(&self) -> &str {
        &self.fact.name
    }

    pub(crate) fn kind(&self) -> FactKind {
        self.fact.kind
    }

    pub(crate) fn yearly(&self) -> bool {
        self.fact.yearly
    }

    pub(crate) fn ty(&self) -> Type {
        match self.fact.kind {
            // A number without a unit is a count or an index: not comparable with mg/L.
            FactKind::Number => Type::Number(Some(self.unit.clone().unwrap_or_default())),
            FactKind::YesNo => Type::YesNo,
            FactKind::Choice => Type::Text(self.choices.clone()),
            FactKind::Set => Type::Set(self.choices.clone()),
            FactKind::Date => Type::Date,
        }
    }
}

impl Parts {
    /// Every condition of the rule.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Expr> {
        self.applies.iter().chain(&self.requires).chain(self.decisions.iter().map(|(_, when)| when))
    }
}

impl RuleProgram {
    /// How the test compares the measure, and with what, where the measure stands alone on one side.
    pub(crate) fn bound(&self) -> Option<(Comparison, &Expr)> {
        fn find(expr: &Expr, measure: usize) -> Option<(Comparison, &Expr)> {
            match expr {
                Expr::Compare(op, a, b) if op.is_order() && **a == Expr::Fact(measure) => Some((*op, &**b)),
                Expr::Compare(op, a, b) if op.is_order() && **b == Expr::Fact(measure) => Some((op.swapped(), &**a)),
                _ => None,
            }
        }
        find(self.parts.requires.as_ref()?, self.measure?)
    }

    /// The slots that a reading of this rule reads, in declared order.
    pub(crate) fn slots(&self, parts: &Parts) -> BTreeSet<usize> {
        let mut slots: BTreeSet<usize> = self.done.into_iter().chain(self.done_on).collect();
        if let DueDay::Fact(slot) = parts.due {
            slots.insert(slot);
        }
        for condition in parts.conditions() {
            condition.facts(&mut |slot| {
                slots.insert(slot);
            });
        }
        slots
    }
}

impl SubjectProgram {
    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.facts.iter().position(|f| f.name() == name)
    }

    pub(crate) fn fact(&self, slot: usize) -> Option<&FactEntry> {
        self.facts.get(slot)
    }

    pub(crate) fn name_of(&self, slot: usize) -> &str {
        self.fact(slot).map_or("?", FactEntry::name)
    }

    pub(crate) fn ty(&self, slot: usize) -> Type {
        self.fact(slot).map_or(Type::Null, FactEntry::ty)
    }

    /// Whether a fact is the measure of an indicator.
    pub(crate) fn is_measure(&self, slot: usize) -> bool {
        self.rules.iter().any(|r| r.rule.indicator.is_some() && r.measure == Some(slot))
    }

    /// The pairs of facts that say whether and when an act was done.
    pub(crate) fn acts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.rules.iter().filter_map(|r| Some((r.done?, r.done_on?)))
    }

    /// A condition as FEEL text.
    pub(crate) fn print(&self, expr: &Expr) -> String {
        expr.print(&|slot| self.name_of(slot).to_owned())
    }
}

/// Compiles a plan, or reports everything wrong with it.
pub(crate) fn compile(document: Document) -> Result<Program, Errors> {
    let mut errors = Vec::new();
    unique("subject", document.subjects.iter().map(|s| s.id.as_str()), &mut errors);
    unique("rule", document.rules.iter().map(|r| r.id.as_str()), &mut errors);
    clashes(&document.facts, &mut errors);
    let mut subjects: Vec<SubjectProgram> = document
        .subjects
        .iter()
        .map(|s| SubjectProgram { subject: s.clone(), facts: Vec::new(), rules: Vec::new() })
        .collect();
    let known: Vec<&str> = document.subjects.iter().map(|s| s.id.as_str()).collect();
    let stranger = |path: String, name: &str| {
        let nearest = nearest(name, known.iter().copied());
        Error::new(path, Problem::UnknownSubject { name: name.to_owned(), nearest })
    };
    for fact in &document.facts {
        let entry = fact_entry(fact, &mut errors);
        match subjects.iter_mut().find(|s| s.subject.id == fact.subject) {
            // Declared twice: reported above.
            Some(subject) if subject.slot(&fact.name).is_some() => {}
            Some(subject) => subject.facts.push(entry),
            None => errors.push(stranger(format!("fact.{}.{}.subject", fact.subject, fact.name), &fact.subject)),
        }
    }
    if document.period.end < document.period.start {
        let problem =
            Problem::InvalidValue { value: document.period.end.to_string(), expected: "a day after `start`".into() };
        errors.push(Error::new("plan.period.end", problem));
    }
    for rule in &document.rules {
        match subjects.iter_mut().find(|s| s.subject.id == rule.subject) {
            Some(subject) => {
                let mut compiler = RuleCompiler {
                    rule,
                    subject,
                    plan_end: document.period.end,
                    errors: &mut errors,
                    incomplete: false,
                };
                let program = compiler.compile();
                subject.rules.push(program);
            }
            None => errors.push(stranger(format!("rule.{}.subject", rule.id), &rule.subject)),
        }
    }
    indicators(&document, &subjects, &mut errors);
    let hash = hash(&document);
    Errors::check(errors, Program { document, hash, subjects })
}

/// The content hash: SHA-256 of the canonical model, not of the files' bytes.
fn hash(document: &Document) -> String {
    // The model holds texts, numbers, lists and fixed names only, so it always serialises.
    let canonical = serde_json::to_vec(document).unwrap_or_default();
    Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>, errors: &mut Vec<Error>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            errors.push(Error::new(format!("{what}.{id}"), Problem::DuplicateId { id: id.to_owned() }));
        }
    }
}

/// One name never means two things, even across subjects.
fn clashes(facts: &[Fact], errors: &mut Vec<Error>) {
    let mut first: BTreeMap<&str, &Fact> = BTreeMap::new();
    for fact in facts {
        let path = format!("fact.{}.{}", fact.subject, fact.name);
        let mut clash = |name: &str, detail: String| {
            errors.push(Error::new(path.clone(), Problem::NameClash { name: name.to_owned(), detail }));
        };
        if let Some(year_of) = fact.name.strip_suffix("_year")
            && facts.iter().any(|f| f.name == year_of && f.subject == fact.subject && f.yearly)
        {
            clash(&fact.name, format!("a fact, and the year of `{year_of}`"));
        }
        let Some(other) = first.insert(&fact.name, fact) else { continue };
        if other.kind != fact.kind {
            clash(&fact.name, format!("{:?} of {} and {:?} of {}", other.kind, other.subject, fact.kind, fact.subject));
        } else if other.unit != fact.unit {
            let unit = |f: &Fact| f.unit.clone().unwrap_or_else(|| "no unit".to_owned());
            clash(&fact.name, format!("{} of {} and {} of {}", unit(other), other.subject, unit(fact), fact.subject));
        } else if !other.choices.iter().map(|c| &c.id).eq(fact.choices.iter().map(|c| &c.id)) {
            clash(&fact.name, format!("different choices of {} and {}", other.subject, fact.subject));
        } else if other.subject == fact.subject {
            errors.push(Error::new(path, Problem::DuplicateId { id: fact.name.clone() }));
        }
    }
}

fn fact_entry(fact: &Fact, errors: &mut Vec<Error>) -> FactEntry {
    let mut fail = |field: &str, problem: Problem| {
        errors.push(Error::new(format!("fact.{}.{}.{field}", fact.subject, fact.name), problem))
    };
    let invalid = |detail: &str| Problem::InvalidRule { detail: detail.to_owned() };
    // A name is what a condition can mention: no keyword, no function.
    let mut resolve = |_: &str| Ok(0);
    if parse(&fact.name, &mut resolve) != Ok(Expr::Fact(0)) {
        let expected = "a name of letters, digits and `_`".to_owned();
        fail("name", Problem::InvalidValue { value: fact.name.clone(), expected });
    }
    let number = fact.kind == FactKind::Number;
    let chosen = matches!(fact.kind, FactKind::Choice | FactKind::Set);
    let unit = fact.unit.as_deref().and_then(Unit::parse);
    if let (Some(text), None) = (&fact.unit, &unit) {
        let expected = "a unit such as `mg/L`, `10^4 t/a` or `%`".to_owned();
        fail("unit", Problem::InvalidValue { value: text.clone(), expected });
    }
    if !number && (fact.unit.is_some() || fact.min.is_some() || fact.max.is_some() || fact.decimals.is_some()) {
        fail("kind", invalid("only a number has a unit, a range or decimals"));
    }
    if fact.min.zip(fact.max).is_some_and(|(min, max)| min > max) {
        fail("min", invalid("the least value is above the greatest"));
    }
    match (chosen, fact.choices.is_empty()) {
        (true, true) => fail("choices", Problem::MissingField { field: "choices".to_owned() }),
        (false, false) => fail("choices", invalid("only a choice or a set has choices")),
        _ => {}
    }
    unique(&format!("fact.{}.{}.choices", fact.subject, fact.name), fact.choices.iter().map(|c| c.id.as_str()), errors);
    let choices = fact.choices.iter().map(|c| c.id.as_str().into()).collect();
    FactEntry { fact: fact.clone(), unit, choices }
}

struct RuleCompiler<'a> {
    rule: &'a Rule,
    subject: &'a SubjectProgram,
    plan_end: Date,
    errors: &'a mut Vec<Error>,
    /// Whether a condition did not compile: what depends on the conditions is then not checked.
    incomplete: bool,
}

impl RuleCompiler<'_> {
    fn fail(&mut self, field: &str, problem: Problem) {
        self.errors.push(Error::new(format!("rule.{}.{field}", self.rule.id), problem));
    }

    fn compile(&mut self) -> RuleProgram {
        let rule = self.rule;
        self.shape();
        let parts = self.parts("", None);
        rule.readings.iter().for_each(|reading| self.reading_shape(reading));
        unique(&format!("rule.{}.reading", rule.id), rule.readings.iter().map(|r| r.id.as_str()), self.errors);
        let readings: Vec<Parts> =
            rule.readings.iter().map(|r| self.parts(&format!("reading.{}.", r.id), Some(r))).collect();
        for (reading, read) in rule.readings.iter().zip(&readings) {
            if !self.incomplete
                && rule.printed_target.is_none()
                && read.conditions().eq(parts.conditions())
                && read.due == parts.due
            {
                let detail = "the reading changes nothing".to_owned();
                self.fail(&format!("reading.{}", reading.id), Problem::InvalidRule { detail });
            }
        }
        let measure = self.fact_of("measure", rule.measure.as_deref(), None);
        let done = self.fact_of("done", rule.done.as_deref(), Some(FactKind::YesNo));
        let done_on = self.fact_of("done_on", rule.done_on.as_deref(), Some(FactKind::Date));
        if !self.incomplete {
            self.bounds(&parts);
            let measured = |slot: usize| parts.requires.as_ref().is_none_or(|test| test.mentions(&|s| s == slot));
            if measure.is_some_and(|slot| !measured(slot)) {
                let detail = "the measure does not stand in `requires`".to_owned();
                self.fail("measure", Problem::InvalidRule { detail });
            }
        }
        RuleProgram { rule: rule.clone(), parts, readings, measure, done, done_on }
    }

    /// What each kind of rule must and must not have.
    fn shape(&mut self) {
        let rule = self.rule;
        let decides = matches!(rule.kind, RuleKind::Gate | RuleKind::Definition);
        let deadline = rule.kind == RuleKind::Deadline;
        let mut wrong =
            |field: &str, detail: &str| self.fail(field, Problem::InvalidRule { detail: detail.to_owned() });
        if decides && rule.requires.is_some() {
            wrong("requires", "a gate or definition decides by its decisions, not by `requires`");
        }
        if !decides && !rule.decisions.is_empty() {
            wrong("decision", "only a gate or a definition has decisions");
        }
        if deadline && (rule.done.is_none() || rule.due.is_none()) {
            wrong("done", "a deadline has `done` and `due`");
        }
        if deadline && rule.requires.is_some() {
            wrong("requires", "a deadline is met by `done`, not by `requires`");
        }
        if !deadline && (rule.done.is_some() || rule.done_on.is_some()) {
            wrong("done", "only a deadline has `done` and `done_on`");
        }
        if rule.kind == RuleKind::Target && rule.requires.is_none() {
            wrong("requires", "a target has a test");
        }
        let otherwise = rule.decisions.last().is_some_and(|d| d.when.is_none());
        if rule.kind == RuleKind::Definition && !rule.decisions.is_empty() && !otherwise {
            wrong("decision", "the last decision of a definition has no condition: it is what applies otherwise");
        }
        if decides && rule.decisions.is_empty() {
            self.fail("decision", Problem::EmptyGate);
        }
    }

    /// A reading is one change from the default, of a part that the rule has.
    fn reading_shape(&mut self, reading: &Reading) {
        let decides = matches!(self.rule.kind, RuleKind::Gate | RuleKind::Definition);
        let tests = !decides && self.rule.kind != RuleKind::Deadline;
        let changes = [
            reading.applies.is_some(),
            reading.requires.is_some(),
            !reading.decisions.is_empty(),
            reading.due.is_some(),
        ];
        let detail = if changes.iter().filter(|changed| **changed).count() != 1 {
            "a reading changes one of `applies`, `requires`, `decision` and `due`"
        } else if reading.requires.is_some() && !tests {
            "this kind of rule has no `requires` to read otherwise"
        } else if !reading.decisions.is_empty() && !decides {
            "only a gate or a definition has decisions"
        } else {
            return;
        };
        self.incomplete = true;
        self.fail(&format!("reading.{}", reading.id), Problem::InvalidRule { detail: detail.to_owned() });
    }

    fn parts(&mut self, within: &str, reading: Option<&Reading>) -> Parts {
        let rule = self.rule;
        let own = |change: Option<&String>, base: &Option<String>| change.or(base.as_ref()).cloned();
        let applies = own(reading.and_then(|r| r.applies.as_ref()), &rule.applies);
        let requires = own(reading.and_then(|r| r.requires.as_ref()), &rule.requires);
        let decisions = reading.map(|r| &r.decisions).filter(|d| !d.is_empty()).unwrap_or(&rule.decisions);
        let due = reading.and_then(|r| r.due.as_ref()).or(rule.due.as_ref());
        // A reading repeats only the errors of what it changes.
        let prefix = |changed: bool| if changed || reading.is_none() { Some(within) } else { None };
        let changed = |f: fn(&Reading) -> bool| reading.is_some_and(f);
        Parts {
            applies: applies
                .and_then(|text| self.condition(prefix(changed(|r| r.applies.is_some())), "applies", &text)),
            requires: requires
                .and_then(|text| self.condition(prefix(changed(|r| r.requires.is_some())), "requires", &text)),
            decisions: self.decisions(prefix(changed(|r| !r.decisions.is_empty())), decisions),
            due: self.due(due),
        }
    }

    fn decisions(&mut self, within: Option<&str>, decisions: &[Decision]) -> Vec<(Decision, Expr)> {
        if let Some(within) = within {
            let path = format!("rule.{}.{within}decision", self.rule.id);
            unique(&path, decisions.iter().map(|d| d.id.as_str()), self.errors);
        }
        let mut compiled = Vec::new();
        for (i, decision) in decisions.iter().enumerate() {
            let field = format!("decision.{}.when", decision.id);
            let when = match &decision.when {
                Some(text) => self.condition(within, &field, text),
                None => {
                    if let Some(within) = within.filter(|_| i + 1 < decisions.len()) {
                        let detail = "only the last decision can go without a condition".to_owned();
                        self.fail(&format!("{within}{field}"), Problem::InvalidRule { detail });
                    }
                    Some(Expr::Literal(Value::Bool(true)))
                }
            };
            compiled.extend(when.map(|when| (decision.clone(), when)));
        }
        compiled
    }

    fn due(&mut self, due: Option<&Due>) -> DueDay {
        match due {
            Some(Due::Date(date)) => DueDay::Date(*date),
            Some(Due::Fact(name)) => {
                self.fact_of("due", Some(name), Some(FactKind::Date)).map_or(DueDay::Now, DueDay::Fact)
            }
            None if self.rule.kind == RuleKind::Target => DueDay::Date(self.plan_end),
            None => DueDay::Now,
        }
    }

    fn fact_of(&mut self, field: &str, name: Option<&str>, kind: Option<FactKind>) -> Option<usize> {
        let name = name?;
        let slot = match resolve(self.subject, name) {
            Ok(slot) => slot,
            Err(problem) => {
                self.fail(field, problem);
                return None;
            }
        };
        let fact = self.subject.fact(slot)?;
        if let Some(kind) = kind.filter(|kind| *kind != fact.kind()) {
            let problem = Problem::WrongType { found: format!("{:?}", fact.kind()), expected: format!("{kind:?}") };
            self.fail(field, problem);
        }
        Some(slot)
    }

    /// A condition; its errors are reported where `within` says it stands.
    fn condition(&mut self, within: Option<&str>, field: &str, text: &str) -> Option<Expr> {
        let subject = self.subject;
        // Every unknown name is reported, not the first alone.
        let mut unknown = Vec::new();
        let mut find = |name: &str| match resolve(subject, name) {
            Ok(slot) => Ok(slot),
            Err(problem) => {
                unknown.push(problem);
                Ok(usize::MAX)
            }
        };
        let find: &mut Resolve<'_> = &mut find;
        let parsed = parse(text, find);
        let typed = if unknown.is_empty() {
            parsed.and_then(|expr| typed(expr, subject)).map_err(|p| vec![p])
        } else {
            Err(unknown)
        };
        match typed {
            Ok(expr) => Some(expr),
            Err(problems) => {
                self.incomplete = true;
                if let Some(within) = within {
                    problems.into_iter().for_each(|problem| self.fail(&format!("{within}{field}"), problem));
                }
                None
            }
        }
    }

    /// Each printed bound word must agree with the comparison that its number stands in.
    fn bounds(&mut self, parts: &Parts) {
        let mut compared = Vec::new();
        for condition in parts.conditions() {
            comparisons(condition, false, &mut compared);
        }
        let mut allowed: Vec<(Decimal, &[Comparison])> = Vec::new();
        for (i, bound) in self.rule.bounds.iter().enumerate() {
            let field = format!("bounds.{i}");
            let Some(meant) = meaning(&bound.word) else {
                let expected =
                    "以上, 以下, 以内, 达到, 不低于, 不超过, 低于, 大于, 超过, 不满, ≥, ≤ … or nothing".to_owned();
                self.fail(&field, Problem::InvalidValue { value: bound.word.clone(), expected });
                continue;
            };
            allowed.push((bound.number, meant));
            let mut uses = compared.iter().filter(|(n, _)| *n == bound.number).map(|(_, op)| *op).peekable();
            match uses.peek() {
                None => {
                    let detail = format!("no condition compares anything with {}", bound.number);
                    self.fail(&field, Problem::InvalidRule { detail });
                }
                Some(first) => {
                    let (operator, number) = (first.as_str().to_owned(), bound.number.to_string());
                    if !uses.any(|op| meant.contains(&op)) {
                        self.fail(&field, Problem::BoundMismatch { word: bound.word.clone(), operator, number });
                    }
                }
            }
        }
        // A number with a printed word is compared in no other way.
        for (number, op) in compared {
            let mut of_number = allowed.iter().filter(|(n, _)| *n == number).peekable();
            if of_number.peek().is_some() && !of_number.any(|(_, meant)| meant.contains(&op)) && self.errors.is_empty()
            {
                let word = self.rule.bounds.iter().find(|b| b.number == number).map(|b| b.word.clone());
                let (operator, number) = (op.as_str().to_owned(), number.to_string());
                self.fail("bounds", Problem::BoundMismatch { word: word.unwrap_or_default(), operator, number });
            }
        }
    }
}

/// A condition of a rule: yes or no, and nothing in it that could never be computed.
fn typed(expr: Expr, subject: &SubjectProgram) -> Result<Expr, Problem> {
    match infer(&expr, &|slot| subject.ty(slot))? {
        Type::YesNo => {}
        other => return Err(Problem::NotBoolean { found: other.describe() }),
    }
    if expr.any(&|e| *e == Expr::Literal(Value::Null)) {
        return Err(Problem::WrongType {
            found: "null".to_owned(),
            expected: "a value (no fact is ever null)".to_owned(),
        });
    }
    let zero = Expr::Literal(Value::Number(Decimal::ZERO));
    if expr.any(&|e| matches!(e, Expr::Arithmetic(Arithmetic::Divide, _, divisor) if **divisor == zero)) {
        return Err(Problem::InvalidRule { detail: "a division by zero".to_owned() });
    }
    Ok(expr.expanded())
}

fn resolve(subject: &SubjectProgram, name: &str) -> Result<usize, Problem> {
    subject.slot(name).ok_or_else(|| Problem::UnknownFact {
        name: name.to_owned(),
        nearest: nearest(name, subject.facts.iter().map(FactEntry::name)),
    })
}

/// Every comparison of something with a literal number, read as `something op number`; within a `not`, its opposite.
fn comparisons(expr: &Expr, negated: bool, found: &mut Vec<(Decimal, Comparison)>) {
    let mut note = |op: Comparison, bound: &Expr| {
        if let Expr::Literal(Value::Number(n)) = bound {
            found.push((*n, if negated { op.negated() } else { op }));
        }
    };
    match expr {
        Expr::Compare(op, a, b) => {
            note(*op, b);
            note(op.swapped(), a);
        }
        Expr::Between { low, high, .. } => {
            note(Comparison::GreaterOrEqual, low);
            note(Comparison::LessOrEqual, high);
        }
        Expr::In { tests, .. } => tests.iter().flat_map(Test::comparisons).for_each(|(op, bound)| note(op, bound)),
        _ => {}
    }
    for child in expr.children() {
        comparisons(child, negated != matches!(expr, Expr::Not(_)), found);
    }
}

/// What a printed bound word allows: 以上, 以下, 以内 include the number (Civil Code art. 1259), 低于, 超过 do not.
fn meaning(word: &str) -> Option<&'static [Comparison]> {
    Some(match word {
        "≥" | "以上" | "达到" | "大于等于" | "不低于" | "不少于" | "不小于" | "至少" => {
            &[Comparison::GreaterOrEqual]
        }
        "≤" | "以下" | "以内" | "不超过" | "不高于" | "不大于" | "小于等于" => {
            &[Comparison::LessOrEqual]
        }
        "<" | "低于" | "小于" | "不满" | "不足" => &[Comparison::Less],
        ">" | "高于" | "大于" | "超过" | "多于" => &[Comparison::Greater],
        // Printed alone: the condition carries the direction.
        "" => &[Comparison::GreaterOrEqual, Comparison::LessOrEqual, Comparison::Equal],
        _ => return None,
    })
}

/// The indicator rows: numbered once, always applicable, testable, their reported values declared.
fn indicators(document: &Document, subjects: &[SubjectProgram], errors: &mut Vec<Error>) {
    let mut seen = BTreeSet::new();
    let mut table_subject: Option<&str> = None;
    for rule in &document.rules {
        let Some(row) = &rule.indicator else { continue };
        let mut fail = |field: &str, problem| errors.push(Error::new(format!("rule.{}.{field}", rule.id), problem));
        let mut wrong = |field: &str, detail: &str| fail(field, Problem::InvalidRule { detail: detail.to_owned() });
        if rule.kind != RuleKind::Target || rule.applies.is_some() {
            wrong("indicator", "an indicator is a target that always applies");
        }
        if rule.strength.class == StrengthClass::Encouraged {
            wrong("strength", "an indicator is met, pending or breached, never mere advice");
        }
        if rule.measure.is_none() {
            wrong("measure", "an indicator has a measure");
        }
        if *table_subject.get_or_insert(&rule.subject) != rule.subject {
            wrong("subject", "the indicators of a plan share one subject");
        }
        if !seen.insert(row.no) {
            fail("indicator.no", Problem::DuplicateId { id: row.no.to_string() });
        }
        let Some(subject) = subjects.iter().find(|s| s.subject.id == rule.subject) else { continue };
        let values = row.reported.iter().map(|r| (r.fact.clone(), reported(r))).collect();
        if let Err(wrong) = check(&Input::Map(values), subject, document.period.end, true) {
            for error in wrong {
                let place = error.path().strip_prefix("facts.").unwrap_or_default();
                fail(&format!("indicator.reported.{place}"), error.problem().clone());
            }
        }
    }
}

/// A printed value in the form that a caller would give it.
fn reported(row: &Reported) -> Input {
    let text = |text: &str| Input::Text(text.to_owned());
    let value = row.value.as_ref().map(|value| match value {
        ReportedValue::YesNo(b) => Input::Bool(*b),
        ReportedValue::Number(n) => Input::Number(n.to_string()),
    });
    let year = row.year.map(|year| Input::Number(year.to_string()));
    let reason = row.not_assessed.map(|reason| text(reason.as_str()));
    let fields = [("value", value), ("year", year), ("not_assessed", reason)];
    Input::Map(fields.into_iter().filter_map(|(key, input)| Some((key.to_owned(), input?))).collect())
}
