//! What the rules of a subject say about a case.

use std::collections::{BTreeMap, BTreeSet};

use ecoplan::model::{Decision, Due, Fact, Rule, RuleKind, StrengthClass};
use ecoplan::{Outcome, Plan};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::case::Case;
use super::could::Then;
use super::eval::truth;
use super::expr::Expr;
use super::margin::margin;
use super::number;
use super::parse::parse;
use super::value::{Truth, Value};

/// An outcome, with the id of a decision.
type Conclusion = (Outcome, Option<String>);

/// What a rule says, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The id of the rule.
    pub rule: String,
    /// As the text is read by default.
    #[serde(flatten)]
    pub settled: Settled,
    /// `not_computable`, where a condition is null though nothing is missing.
    pub reason: Option<&'static str>,
    /// Judged on a value older than the target year.
    pub stale: bool,
    /// Done, on a day that is not given.
    pub undated: bool,
    /// The alternative readings that give something else.
    pub readings: BTreeMap<String, Settled>,
}

/// What one reading says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The outcome.
    pub outcome: Outcome,
    /// The id of the decision.
    pub decision: Option<String>,
    /// The distance from the boundary.
    pub margin: Option<String>,
    /// A minimal set of facts that would settle it, in declared order.
    pub missing: Vec<String>,
    /// What can still come out, where it is open: `triggered deny`, `satisfied`.
    pub possible: BTreeSet<String>,
}

/// The rules of one subject, ready to judge.
#[derive(Debug)]
pub struct Judge {
    facts: Vec<Fact>,
    rules: Vec<(Rule, Vec<Reading>)>,
    as_of: String,
}

/// A rule as it can be read.
#[derive(Debug)]
struct Reading {
    id: Option<String>,
    applies: Option<Expr>,
    requires: Option<Expr>,
    /// Without a condition: otherwise.
    decisions: Vec<(String, Option<Expr>)>,
    due: Option<Day>,
}

#[derive(Debug)]
enum Day {
    Printed(String),
    Fact(String),
}

impl Judge {
    /// Some rules of a subject of a plan, as of the plan's day.
    pub fn new(plan: &Plan, subject: &str, rules: &[String]) -> Self {
        let facts = plan.facts(subject).unwrap().into_iter().cloned().collect();
        let end = plan.period().end.to_string();
        let rules = plan.rules().iter().filter(|rule| rule.subject == subject && rules.contains(&rule.id));
        let rules = rules.map(|rule| (rule.clone(), readings(rule, &end))).collect();
        Judge { facts, rules, as_of: plan.as_of().to_string() }
    }

    /// What each rule says about a case.
    pub fn says(&self, facts: &Map<String, Json>) -> Vec<Said> {
        let case = Case::read(facts, &self.facts);
        self.rules.iter().map(|(rule, readings)| self.rule(rule, readings, &case)).collect()
    }

    fn rule(&self, rule: &Rule, readings: &[Reading], case: &Case) -> Said {
        let settle = |reading: &Reading| View { judge: self, rule, reading, case }.settle();
        let [default, others @ ..] = readings else { panic!("no reading") };
        let settled = settle(default);
        let outcome = settled.outcome;
        let said = |s: &Settled| (s.outcome, s.decision.clone(), s.possible.clone());
        let different =
            |(id, other): (Option<String>, Settled)| (said(&other) != said(&settled)).then_some((id?, other));
        let open = !settled.possible.is_empty();
        let done_on_known = rule.done_on.as_ref().is_none_or(|name| case.names.contains_key(name));
        Said {
            rule: rule.id.clone(),
            reason: (outcome == Outcome::Undetermined && !open).then_some("not_computable"),
            stale: View { judge: self, rule, reading: default, case }.is_stale(outcome),
            undated: outcome == Outcome::Satisfied && !done_on_known,
            readings: others.iter().map(|r| (r.id.clone(), settle(r))).filter_map(different).collect(),
            settled,
        }
    }
}

fn readings(rule: &Rule, plan_end: &str) -> Vec<Reading> {
    let condition = |text: &String| parse(text).opened();
    let decisions = |decisions: &[Decision]| -> Vec<(String, Option<Expr>)> {
        decisions.iter().map(|d| (d.id.clone(), d.when.as_ref().map(condition))).collect()
    };
    let day = |due: Option<&Due>| match due {
        Some(Due::Date(day)) => Some(Day::Printed(day.to_string())),
        Some(Due::Fact(name)) => Some(Day::Fact(name.clone())),
        // A target without a day is due on the plan's last; anything else binds now.
        None if rule.kind == RuleKind::Target => Some(Day::Printed(plan_end.to_owned())),
        None => None,
    };
    let default = Reading {
        id: None,
        applies: rule.applies.as_ref().map(condition),
        requires: rule.requires.as_ref().map(condition),
        decisions: decisions(&rule.decisions),
        due: day(rule.due.as_ref()),
    };
    let alternatives = rule.readings.iter().map(|change| Reading {
        id: Some(change.id.clone()),
        applies: change.applies.as_ref().or(rule.applies.as_ref()).map(condition),
        requires: change.requires.as_ref().or(rule.requires.as_ref()).map(condition),
        decisions: decisions(if change.decisions.is_empty() { &rule.decisions } else { &change.decisions }),
        due: day(change.due.as_ref().or(rule.due.as_ref())),
    });
    std::iter::once(default).chain(alternatives).collect()
}

/// One reading of a rule on one case.
struct View<'a> {
    judge: &'a Judge,
    rule: &'a Rule,
    reading: &'a Reading,
    case: &'a Case,
}

impl View<'_> {
    fn settle(&self) -> Settled {
        let unknown: Vec<String> =
            self.facts().into_iter().filter(|name| !self.case.names.contains_key(name)).collect();
        let mut all = self.conclusions(&BTreeSet::new());
        if self.stays_open(&BTreeSet::new()) {
            all = self.conclusions(&unknown.iter().cloned().collect());
        }
        let open = all.len() > 1;
        let agreed = |of: fn(&Conclusion) -> Option<String>| {
            let mut each = all.iter().map(of);
            let first = each.next().flatten();
            first.filter(|first| each.all(|other| other.as_ref() == Some(first)))
        };
        let outcome = agreed(|(outcome, _)| Some(outcome.as_str().to_owned()));
        let outcome = Outcome::ALL.into_iter().find(|o| Some(o.as_str()) == outcome.as_deref());
        Settled {
            outcome: outcome.unwrap_or(Outcome::Undetermined),
            decision: agreed(|(_, decision)| decision.clone()),
            margin: self.margin(),
            missing: if open { self.missing(unknown) } else { Vec::new() },
            possible: all.iter().filter(|_| open).map(words).collect(),
        }
    }

    /// The facts that the reading depends on, in declared order.
    fn facts(&self) -> Vec<String> {
        let reading = self.reading;
        let whens = reading.decisions.iter().filter_map(|(_, when)| when.as_ref());
        let conditions = reading.applies.iter().chain(&reading.requires).chain(whens);
        let mut names: BTreeSet<&str> = conditions.flat_map(Expr::names).collect();
        names.extend(self.rule.done.as_deref());
        names.extend(self.rule.done_on.as_deref());
        if let Some(Day::Fact(name)) = &reading.due {
            names.insert(name);
        }
        let declared = self.judge.facts.iter().map(|fact| &fact.name);
        declared.filter(|name| names.contains(name.as_str())).cloned().collect()
    }

    /// From the last declared to the first, each is left out without which the finding cannot stay open either.
    fn missing(&self, unknown: Vec<String>) -> Vec<String> {
        let mut kept = unknown;
        loop {
            let superfluous = (0..kept.len()).rev().find(|i| {
                let others = kept.iter().enumerate().filter(|(j, _)| j != i).map(|(_, name)| name.clone());
                !self.stays_open(&others.collect())
            });
            match superfluous {
                Some(i) => drop(kept.remove(i)),
                None => return kept,
            }
        }
    }

    fn margin(&self) -> Option<String> {
        let test = self.reading.requires.as_ref()?;
        let applies = self.reading.applies.as_ref();
        if applies.is_some_and(|applies| truth(applies, &self.case.names) != Truth::True) {
            return None;
        }
        let margin = margin(test, self.rule.measure.as_deref(), &self.judge.facts, &self.case.names)?;
        Some(number::show(&margin))
    }

    /// Judged, where it is due, on a value of a year before the one it is due in.
    fn is_stale(&self, outcome: Outcome) -> bool {
        let due = match &self.reading.due {
            None => return false,
            Some(Day::Printed(day)) => day,
            Some(Day::Fact(name)) => match self.case.names.get(name) {
                Some(Value::Date(day)) => day,
                _ => return false,
            },
        };
        let target_year: u64 = due[..4].parse().unwrap();
        let decided = !matches!(outcome, Outcome::Undetermined | Outcome::NotApplicable);
        let older = |name: &String| self.case.years.get(name).is_some_and(|year| *year < target_year);
        decided && self.judge.as_of >= *due && self.facts().iter().any(older)
    }

    /// Whether something that stays unknown can make a difference though the facts named are known.
    fn stays_open(&self, later: &BTreeSet<String>) -> bool {
        self.worlds(later).iter().any(|world| world.len() > 1)
    }

    fn conclusions(&self, later: &BTreeSet<String>) -> BTreeSet<Conclusion> {
        self.worlds(later).into_iter().flatten().collect()
    }

    /// For every way in which the conditions and days can come out: what is concluded, which is several things where
    /// something unknown has a say.
    fn worlds(&self, later: &BTreeSet<String>) -> Vec<BTreeSet<Conclusion>> {
        let then = Then { names: &self.case.names, later };
        let applies = self.reading.applies.as_ref().map_or_else(|| [Truth::True].into(), |c| then.could(c));
        let concerned: Vec<BTreeSet<Conclusion>> = if !self.reading.decisions.is_empty() {
            self.decided(0, &then)
        } else if let Some(requires) = &self.reading.requires {
            let due = self.due_days(later);
            let each = then.could(requires).into_iter();
            each.flat_map(|test| due.iter().map(move |due| self.tested(test, due.as_deref()))).collect()
        } else if let Some(done) = &self.rule.done {
            self.acted(done, later)
        } else {
            vec![one(Outcome::Triggered)]
        };
        let none = || one(Outcome::NotApplicable);
        let each = applies.into_iter().flat_map(|applies| match applies {
            Truth::True => concerned.clone(),
            Truth::False => vec![none()],
            Truth::Null => vec![one(Outcome::Undetermined)],
            Truth::Unknown => concerned.iter().map(|world| world.iter().cloned().chain(none()).collect()).collect(),
        });
        each.collect()
    }

    /// The first decision whose condition holds, from the strictest on.
    fn decided(&self, from: usize, then: &Then<'_>) -> Vec<BTreeSet<Conclusion>> {
        let Some((id, when)) = self.reading.decisions.get(from) else { return vec![one(Outcome::Satisfied)] };
        let bites = (Outcome::Triggered, Some(id.clone()));
        let mut worlds = Vec::new();
        for truth in when.as_ref().map_or_else(|| [Truth::True].into(), |when| then.could(when)) {
            match truth {
                Truth::True => worlds.push([bites.clone()].into()),
                Truth::Null => worlds.push(one(Outcome::Undetermined)),
                Truth::False => worlds.extend(self.decided(from + 1, then)),
                Truth::Unknown => worlds.extend(self.decided(from + 1, then).into_iter().map(|mut milder| {
                    milder.insert(bites.clone());
                    milder
                })),
            }
        }
        worlds
    }

    fn tested(&self, test: Truth, due: Option<&str>) -> BTreeSet<Conclusion> {
        match test {
            Truth::True => one(Outcome::Satisfied),
            Truth::False => self.unmet(due),
            Truth::Null => one(Outcome::Undetermined),
            Truth::Unknown => one(Outcome::Satisfied).into_iter().chain(self.unmet(due)).collect(),
        }
    }

    /// An act, on every day that it could have been done. Done on a day that nobody gave, it was done in time.
    fn acted(&self, done: &str, later: &BTreeSet<String>) -> Vec<BTreeSet<Conclusion>> {
        let done = match self.case.names.get(done) {
            Some(value) => vec![Truth::from(value)],
            None if later.contains(done) => vec![Truth::True, Truth::False],
            None => vec![Truth::Unknown],
        };
        let done_on = match &self.rule.done_on {
            None => vec![None],
            Some(name) => match self.case.names.get(name) {
                Some(Value::Date(day)) => vec![Some(day.clone())],
                // No act is done later than it is judged.
                None if later.contains(name) => vec![Some("0000-00-00".to_owned()), Some(self.judge.as_of.clone())],
                _ => vec![None],
            },
        };
        let mut worlds = Vec::new();
        for due in self.due_days(later) {
            for day in &done_on {
                for done in &done {
                    let met = || self.late(day.as_deref(), due.as_deref());
                    worlds.push(match done {
                        Truth::True => met(),
                        Truth::False => self.unmet(due.as_deref()),
                        _ => met().into_iter().chain(self.unmet(due.as_deref())).collect(),
                    });
                }
            }
        }
        worlds
    }

    fn late(&self, done_on: Option<&str>, due: Option<&str>) -> BTreeSet<Conclusion> {
        match (done_on, due) {
            (Some(day), Some(due)) if day > due => one(self.unmet_when_due()),
            (Some(_), None) => [Outcome::Satisfied, self.unmet_when_due()].into_iter().flat_map(one).collect(),
            _ => one(Outcome::Satisfied),
        }
    }

    /// The days on which it can be due that make a difference; none where that stays unknown.
    fn due_days(&self, later: &BTreeSet<String>) -> Vec<Option<String>> {
        let long_ago = "0000-00-00".to_owned();
        match &self.reading.due {
            None => vec![Some(long_ago)],
            Some(Day::Printed(day)) => vec![Some(day.clone())],
            Some(Day::Fact(name)) => match self.case.names.get(name) {
                Some(Value::Date(day)) => vec![Some(day.clone())],
                _ if later.contains(name) => vec![Some(long_ago), Some("9999-99-99".to_owned())],
                _ => vec![None],
            },
        }
    }

    /// Not met: pending until it is due, then what the strength of the text says.
    fn unmet(&self, due: Option<&str>) -> BTreeSet<Conclusion> {
        let now = self.judge.as_of.as_str();
        // A result is judged from its day on; an act may still be done on its day.
        let is_due = |day: &str| if self.rule.kind == RuleKind::Deadline { now > day } else { now >= day };
        match due.map(is_due) {
            Some(true) => one(self.unmet_when_due()),
            Some(false) => one(Outcome::Pending),
            None => [Outcome::Pending, self.unmet_when_due()].into_iter().flat_map(one).collect(),
        }
    }

    fn unmet_when_due(&self) -> Outcome {
        match self.rule.strength.class {
            StrengthClass::Mandatory | StrengthClass::InPrinciple => Outcome::Breached,
            StrengthClass::Progressive => Outcome::Pending,
            StrengthClass::Encouraged => Outcome::Triggered,
        }
    }
}

fn one(outcome: Outcome) -> BTreeSet<Conclusion> {
    [(outcome, None)].into()
}

fn words((outcome, decision): &Conclusion) -> String {
    let words = [Some(outcome.as_str()), decision.as_deref()];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
