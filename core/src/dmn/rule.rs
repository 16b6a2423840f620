//! What one reading of a rule concludes, as the entries of a boxed context.

use super::guard::{Refused, guarded};
use crate::evaluate::unmet_when_due;
use crate::feel::Expr;
use crate::model::RuleKind;
use crate::program::{DueDay, Parts, RuleProgram, SubjectProgram};
use crate::{Outcome, Value};

/// The name of the day of judgement among the inputs.
pub(super) const AS_OF: &str = "as_of";

/// The context entries for conditions: no fact has a name with a space in it.
const APPLIES: &str = "rule applies";
const HOLDS: &str = "test holds";

/// One reading of a rule in standard FEEL.
pub(super) struct Logic {
    /// The conditions by name, each true, false or null.
    pub(super) conditions: Vec<(String, String)>,
    /// The outcome, or the outcome and decision, from the conditions.
    pub(super) result: String,
    /// Whether the day of judgement makes a difference.
    pub(super) dated: bool,
}

/// The logic of one reading.
///
/// # Errors
///
/// As [`guarded`]; and a gate that cannot say whether a stricter decision is unknown or not computable.
pub(super) fn logic(subject: &SubjectProgram, rule: &RuleProgram, parts: &Parts) -> Result<Logic, Refused> {
    let text = |expr: &Expr| guarded(expr, subject).map(|expr| subject.print(&expr));
    let mut conditions = Vec::new();
    if let Some(applies) = &parts.applies {
        conditions.push((APPLIES.to_owned(), text(&applies.expr)?));
    }
    if let Some(requires) = &parts.requires {
        conditions.push((HOLDS.to_owned(), text(&requires.expr)?));
    }
    let stricter = parts.decisions.split_last().map_or(&[][..], |(_, stricter)| stricter);
    if stricter.iter().any(|(_, when)| when.expr.may_fail()) {
        return Err("a decision that may not be computable, before another one");
    }
    for (i, (_, when)) in parts.decisions.iter().enumerate() {
        conditions.push((condition(i), text(&when.expr)?));
    }
    let writer = Writer { subject, rule, parts };
    Ok(Logic { conditions, result: writer.result(), dated: writer.is_dated() })
}

fn condition(place: usize) -> String {
    format!("condition {}", place + 1)
}

struct Writer<'a> {
    subject: &'a SubjectProgram,
    rule: &'a RuleProgram,
    parts: &'a Parts,
}

impl Writer<'_> {
    fn result(&self) -> String {
        match (&self.parts.requires, self.rule.done) {
            _ if !self.parts.decisions.is_empty() => self.decide(),
            (Some(_), _) => self.outcome(&[(HOLDS.to_owned(), quoted(Outcome::Satisfied)), (not(HOLDS), self.unmet())]),
            (None, Some(done)) => self.act(self.subject.name_of(done)),
            (None, None) => self.outcome(&[(String::new(), quoted(Outcome::Triggered))]),
        }
    }

    /// The outcome of the first condition that holds where the rule applies. FEEL takes the `else` branch for null, so
    /// what is left is undetermined.
    fn outcome(&self, cases: &[(String, String)]) -> String {
        let applies = self.parts.applies.is_some();
        let mut text = String::new();
        if applies {
            text += &format!("if {} then {}\nelse ", not(APPLIES), quoted(Outcome::NotApplicable));
        }
        for (when, outcome) in cases {
            match self.where_it_applies(when) {
                when if when.is_empty() => return text + outcome,
                when => text += &format!("if {when} then {outcome}\nelse "),
            }
        }
        text + &quoted(Outcome::Undetermined)
    }

    fn where_it_applies(&self, when: &str) -> String {
        let applies = self.parts.applies.as_ref().map(|_| APPLIES);
        applies.into_iter().chain(Some(when)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" and ")
    }

    /// A gate that bites under some condition, known or not which; the decision is the first whose condition holds,
    /// every stricter one being known not to.
    fn decide(&self) -> String {
        let names: Vec<String> = (0..self.parts.decisions.len()).map(condition).collect();
        let any = names.join(" or ");
        let bites = if names.len() == 1 { any.clone() } else { format!("({any})") };
        let outcome = self.outcome(&[(bites, quoted(Outcome::Triggered)), (not(&any), quoted(Outcome::Satisfied))]);
        let (mut decision, mut stricter) = (String::new(), String::new());
        for (name, (decided, _)) in names.iter().zip(&self.parts.decisions) {
            let when = self.where_it_applies(&format!("{stricter}{name}"));
            decision += &format!("if {when} then {}\nelse ", Value::from(decided.id.as_str()));
            stricter += &format!("{} and ", not(name));
        }
        format!("{{\noutcome: {outcome},\ndecision: {decision}null\n}}")
    }

    /// An act by a day. One that is done on a day nobody gave is done in time. No day given is later than `as_of`: a late
    /// one is past due, whether or not it is known that the act is done.
    fn act(&self, done: &str) -> String {
        let satisfied = quoted(Outcome::Satisfied);
        let not_done = (not(done), self.unmet());
        let (Some(done_on), Some(due)) = (self.rule.done_on, self.due()) else {
            return self.outcome(&[(done.to_owned(), satisfied), not_done]);
        };
        let done_on = self.subject.name_of(done_on);
        self.outcome(&[
            (format!("{done} and {done_on} = null"), satisfied.clone()),
            (format!("{done} and {done_on} <= {due}"), satisfied),
            (format!("{done_on} > {due}"), quoted(unmet_when_due(self.rule))),
            not_done,
        ])
    }

    /// What "not met" means on the day of judgement.
    fn unmet(&self) -> String {
        let outcome = unmet_when_due(self.rule);
        let Some(due) = self.due().filter(|_| outcome != Outcome::Pending) else { return quoted(outcome) };
        let (outcome, pending, open) = (quoted(outcome), quoted(Outcome::Pending), quoted(Outcome::Undetermined));
        // A result is judged from its day on; an act may still be done on its day.
        let (is_due, not_yet) = if self.rule.rule.kind == RuleKind::Deadline { (">", "<=") } else { (">=", "<") };
        format!("(if {AS_OF} {is_due} {due} then {outcome} else if {AS_OF} {not_yet} {due} then {pending} else {open})")
    }

    fn is_dated(&self) -> bool {
        let tests = self.parts.requires.is_some() || self.rule.done.is_some();
        tests && self.due().is_some() && unmet_when_due(self.rule) != Outcome::Pending
    }

    /// The due day in FEEL; none if the rule binds now.
    fn due(&self) -> Option<String> {
        match self.parts.due {
            DueDay::Now => None,
            DueDay::Date(day) => Some(Value::Date(day).to_string()),
            DueDay::Fact(slot) => Some(self.subject.name_of(slot).to_owned()),
        }
    }
}

fn not(name: &str) -> String {
    format!("not({name})")
}

fn quoted(outcome: Outcome) -> String {
    Value::from(outcome.as_str()).to_string()
}
