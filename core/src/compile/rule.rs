//! One rule: its shape, its conditions, its readings.

use super::{MAX_NAME, unique};
use crate::error::{HINTED, nearest};
use crate::feel::{Arithmetic, Expr, Resolve, Type, infer, parse};
use crate::model::{Baseline, BaselineValue, Decision, Due, FactKind, Reading, Rule, RuleKind};
use crate::program::{Condition, DueDay, FactEntry, Parts, RuleProgram, SubjectProgram};
use crate::{Date, Decimal, Error, Problem, Value};

pub(super) struct RuleCompiler<'a> {
    pub(super) rule: &'a Rule,
    pub(super) subject: &'a SubjectProgram,
    pub(super) plan_end: Date,
    pub(super) errors: &'a mut Vec<Error>,
    /// How many bytes the conditions may still be printed as; none once that was not enough.
    pub(super) room: &'a mut Option<usize>,
    /// Whether a condition did not compile: what depends on the conditions is then not checked.
    pub(super) incomplete: bool,
}

impl RuleCompiler<'_> {
    pub(super) fn fail(&mut self, field: &str, problem: Problem) {
        self.errors.push(Error::new(format!("rule.{}.{field}", self.rule.id), problem));
    }

    pub(super) fn compile(&mut self) -> RuleProgram {
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
        if let Some(Baseline { value: BaselineValue::Fact(name), .. }) = &rule.baseline {
            self.fact_of("baseline.fact", Some(name), Some(FactKind::Number));
        }
        if rule.baseline.is_some() && rule.measure.is_none() {
            let detail = "a baseline is one of the measure".to_owned();
            self.fail("baseline", Problem::InvalidRule { detail });
        }
        let done = self.fact_of("done", rule.done.as_deref(), Some(FactKind::YesNo));
        let done_on = self.fact_of("done_on", rule.done_on.as_deref(), Some(FactKind::Date));
        if !self.incomplete {
            self.bounds(&parts);
            let measured = |slot: usize| parts.requires.as_ref().is_none_or(|test| test.expr.mentions(&|s| s == slot));
            if measure.is_some_and(|slot| !measured(slot)) {
                let detail = "the measure does not stand in `requires`".to_owned();
                self.fail("measure", Problem::InvalidRule { detail });
            }
        }
        let recovers = parts.conditions().any(Expr::recovers_from_null);
        RuleProgram { rule: rule.clone(), parts, readings, measure, done, done_on, recovers }
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
            due: self.due(if changed(|r| r.due.is_some()) { within } else { "" }, due),
        }
    }

    fn decisions(&mut self, within: Option<&str>, decisions: &[Decision]) -> Vec<(Decision, Condition)> {
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
                    Some(Condition::new(Expr::Literal(Value::Bool(true)), self.subject))
                }
            };
            compiled.extend(when.map(|when| (decision.clone(), when)));
        }
        compiled
    }

    fn due(&mut self, within: &str, due: Option<&Due>) -> DueDay {
        match due {
            Some(Due::Date(date)) => DueDay::Date(*date),
            Some(Due::Fact(name)) => self
                .fact_of(&format!("{within}due"), Some(name), Some(FactKind::Date))
                .map_or(DueDay::Now, DueDay::Fact),
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
    fn condition(&mut self, within: Option<&str>, field: &str, text: &str) -> Option<Condition> {
        let subject = self.subject;
        self.take_room(text.len())?;
        // Every unknown name is reported, not the first alone.
        let mut unknown = Vec::new();
        let before = self.errors.len();
        let mut find = |name: &str| match resolve_with(subject, name, before + unknown.len() < HINTED) {
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
            Ok(expr) => {
                let condition = Condition::new(expr, subject);
                self.take_room(condition.printed())?;
                Some(condition)
            }
            Err(problems) => {
                self.incomplete = true;
                if let Some(within) = within {
                    for problem in problems {
                        let problem = if before < HINTED { problem.hinted() } else { problem };
                        self.fail(&format!("{within}{field}"), problem);
                    }
                }
                None
            }
        }
    }

    fn take_room(&mut self, bytes: usize) -> Option<()> {
        *self.room = self.room.and_then(|room| room.checked_sub(bytes));
        self.incomplete |= self.room.is_none();
        self.room.map(drop)
    }
}

/// How deep `and`, `or`, `not` and `if` may nest in a condition of a rule.
const MAX_BRANCHING: usize = 50;

/// How many steps one condition may take.
const MAX_COST: u64 = 20_000;

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
    // Longer than any choice; opened up, it would stand in many places.
    if expr.any(&|e| matches!(e, Expr::Literal(Value::Text(text)) if text.len() > MAX_NAME)) {
        return Err(Problem::TooLarge { limit: MAX_NAME });
    }
    let zero = Expr::Literal(Value::Number(Decimal::ZERO));
    if expr.any(&|e| matches!(e, Expr::Arithmetic(Arithmetic::Divide, _, divisor) if **divisor == zero)) {
        return Err(Problem::InvalidRule { detail: "a division by zero".to_owned() });
    }
    if expr.cost(&|slot| subject.fact(slot).map_or(0, |f| f.choices.len())) > MAX_COST {
        return Err(Problem::TooCostly { limit: MAX_COST });
    }
    // A report nests two levels for each of these, and has to be read by parsers that stop at 128.
    if expr.branching() > MAX_BRANCHING {
        return Err(Problem::TooDeep { limit: MAX_BRANCHING });
    }
    let decimals = |slot| subject.fact(slot).map_or(0, FactEntry::decimals);
    Ok(expr.expanded().aligned(&decimals))
}

fn resolve(subject: &SubjectProgram, name: &str) -> Result<usize, Problem> {
    resolve_with(subject, name, true)
}

/// The place of a fact; looking for the nearest name takes time, so only the first errors get a hint.
fn resolve_with(subject: &SubjectProgram, name: &str, hint: bool) -> Result<usize, Problem> {
    subject.slot(name).ok_or_else(|| Problem::UnknownFact {
        name: name.to_owned(),
        nearest: if hint { meant(subject, name) } else { None },
    })
}

/// What somebody meant who wrote a name that is no fact: a choice without its quotes, or the nearest fact.
fn meant(subject: &SubjectProgram, name: &str) -> Option<String> {
    let is_choice = subject.facts.iter().any(|fact| fact.choices.iter().any(|choice| &**choice == name));
    if is_choice {
        return Some(format!("\"{name}\""));
    }
    nearest(name, subject.facts.iter().map(FactEntry::name))
}
