//! The printed bound words against the comparisons of the conditions.

use super::rule::RuleCompiler;
use crate::feel::{Comparison, Expr, Test};
use crate::program::Parts;
use crate::{Decimal, Problem, Value};

impl RuleCompiler<'_> {
    /// Each printed bound word must agree with the comparison that its number stands in.
    pub(super) fn bounds(&mut self, parts: &Parts) {
        let mut compared = Vec::new();
        for condition in parts.conditions() {
            comparisons(condition, false, &mut compared);
        }
        let mut allowed: Vec<(Decimal, &str, &[Comparison])> = Vec::new();
        let mut mismatched = Vec::new();
        for (i, bound) in self.rule.bounds.iter().enumerate() {
            let field = format!("bounds.{i}");
            let Some(meant) = meaning(&bound.word) else {
                let expected =
                    "以上, 以下, 以内, 达到, 不低于, 不得低于, 不超过, 不得超过, 低于, 大于, 超过, 不满, ≥, ≤ … or nothing".to_owned();
                self.fail(&field, Problem::InvalidValue { value: bound.word.clone(), expected });
                continue;
            };
            allowed.push((bound.number, &bound.word, meant));
            let mut uses = compared.iter().filter(|(n, _)| *n == bound.number).map(|(_, op)| *op).peekable();
            match uses.peek() {
                None => {
                    let detail = format!("no condition compares anything with {}", bound.number);
                    self.fail(&field, Problem::InvalidRule { detail });
                }
                Some(first) => {
                    let (operator, number) = (first.as_str().to_owned(), bound.number.to_string());
                    if !uses.any(|op| meant.contains(&op)) {
                        mismatched.push(bound.number);
                        self.fail(&field, Problem::BoundMismatch { word: bound.word.clone(), operator, number });
                    }
                }
            }
        }
        // And the other way round: a number with a printed word is compared in no other way.
        for (number, op) in compared {
            let mut of_number = allowed.iter().filter(|(n, _, _)| *n == number).peekable();
            let Some((_, word, _)) = of_number.peek() else { continue };
            let word = (*word).to_owned();
            if !of_number.any(|(_, _, meant)| meant.contains(&op)) && !mismatched.contains(&number) {
                let (operator, number) = (op.as_str().to_owned(), number.to_string());
                self.fail("bounds", Problem::BoundMismatch { word, operator, number });
            }
        }
    }
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
const WORDS: [(&[&str], &[Comparison]); 5] = [
    (
        &["≥", "以上", "达到", "大于等于", "不低于", "不少于", "不小于", "至少", "不得低于", "不得少于", "不得小于"],
        &[Comparison::GreaterOrEqual],
    ),
    (
        &["≤", "以下", "以内", "不超过", "不高于", "不大于", "小于等于", "不得超过", "不得高于", "不得大于"],
        &[Comparison::LessOrEqual],
    ),
    (&["<", "低于", "小于", "不满", "不足"], &[Comparison::Less]),
    (&[">", "高于", "大于", "超过", "多于"], &[Comparison::Greater]),
    // Printed alone: the condition carries the direction.
    (&[""], &[Comparison::GreaterOrEqual, Comparison::LessOrEqual, Comparison::Equal]),
];

fn meaning(word: &str) -> Option<&'static [Comparison]> {
    WORDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, meant)| *meant)
}

/// Every bound word there is.
pub(crate) fn bound_words() -> Vec<String> {
    WORDS.iter().flat_map(|(words, _)| *words).map(|word| (*word).to_owned()).collect()
}
