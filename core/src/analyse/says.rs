//! Claims in words.

use super::ClaimKind;
use super::space::Item;
use crate::evaluate::Conclusion;
use crate::facts::Facts;
use crate::program::{FactEntry, RuleProgram, SubjectProgram};
use crate::words::{Words, outcome, verdict, within_quotes};
use crate::{Date, Lang, Outcome, Text, Value};

pub(super) fn unread(fact: &FactEntry) -> Text {
    let label = &fact.fact.label;
    text(format!("没有规则用到“{}”", within_quotes(&label.zh)), format!("no rule reads “{}”", label.en))
}

/// A claim about one rule; `of` is the decision, reading or fact.
pub(super) fn of_rule(kind: ClaimKind, subject: &SubjectProgram, rule: &RuleProgram, of: Option<&str>) -> Text {
    let decision = rule.rule.decisions.iter().find(|decision| Some(decision.id.as_str()) == of);
    let reading = rule.rule.readings.iter().find(|reading| Some(reading.id.as_str()) == of);
    let fact = subject.facts.iter().find(|fact| Some(fact.name()) == of);
    let label = decision.map(|decision| &decision.label).or(fact.map(|fact| &fact.fact.label));
    let label = label.or(reading.map(|reading| &reading.note));
    let (zh, en) = label.map_or(("", ""), |label| (label.zh.as_str(), label.en.as_str()));
    let zh = within_quotes(zh);
    match kind {
        ClaimKind::NeverApplies => text("任何情形都不适用".to_owned(), "concerns no case".to_owned()),
        ClaimKind::NeverMet => {
            text("凡适用的情形都不可能符合".to_owned(), "is met in none of the cases it concerns".to_owned())
        }
        ClaimKind::NeverBreached => {
            text("凡适用的情形都必然符合".to_owned(), "is met in all of the cases it concerns".to_owned())
        }
        ClaimKind::UnreachableDecision => text(format!("任何情形都不会得出“{zh}”"), format!("never comes to “{en}”")),
        ClaimKind::SameReading => text(
            format!("这一解读与默认解读在任何情形下结论都相同：{zh}"),
            format!("this reading never differs from the default: {en}"),
        ),
        ClaimKind::EffortHarms => text(
            format!("提高“{zh}”，有时可免于不符合，有时反使符合变为不符合"),
            format!("more of “{en}” can lift a breach, and elsewhere turn met into not met"),
        ),
        ClaimKind::Uncovered => {
            text("有的情形适用但归不入任何一类".to_owned(), "some cases it concerns fall into no class".to_owned())
        }
        ClaimKind::OppositeDemands | ClaimKind::Implied | ClaimKind::SameDemand | ClaimKind::UnreadFact => {
            text(String::new(), String::new())
        }
    }
}

/// A claim about two rules, with their words where they do not bind alike.
pub(super) fn of_pair(kind: ClaimKind, one: &RuleProgram, two: &RuleProgram) -> Text {
    let verbs = [&one.rule.strength, &two.rule.strength];
    let alike = verbs.iter().all(|strength| strength.class == one.rule.strength.class);
    let [stated, other] = verbs.map(|strength| &strength.verb);
    let (stronger_zh, stronger_en) = if alike {
        (String::new(), String::new())
    } else {
        (
            format!("，但力度不同（“{stated}”与“{other}”）"),
            format!(", but with different strength (“{stated}”, “{other}”)"),
        )
    };
    let (one, two) = (&one.rule.title, &two.rule.title);
    let (one_zh, two_zh) = (within_quotes(&one.zh), within_quotes(&two.zh));
    let (one, two) = (&one.en, &two.en);
    match kind {
        ClaimKind::Implied => text(
            format!("凡两者都适用的情形，符合“{one_zh}”即符合“{two_zh}”，反之不然{stronger_zh}"),
            format!("wherever both apply, who meets “{one}” meets “{two}”, but not the other way round{stronger_en}"),
        ),
        ClaimKind::SameDemand => text(
            format!("凡两者都适用的情形，“{one_zh}”与“{two_zh}”要求相同{stronger_zh}"),
            format!("wherever both apply, “{one}” and “{two}” ask for the same{stronger_en}"),
        ),
        _ => text(
            format!("同一情形下“{one_zh}”与“{two_zh}”各自可以做到，但不能同时做到"),
            format!("in one case “{one}” and “{two}” can each be met, but not both"),
        ),
    }
}

/// A gap: cases with these values, beside those that the gates of a topic decide on.
pub(super) fn uncovered(subject: &SubjectProgram, needs: &[(usize, Value)], gap: &[(usize, Value)]) -> Text {
    let facts = Facts::unknown(subject);
    let in_words = |lang, values: &[(usize, Value)]| {
        let words = Words { subject, facts: &facts, lang };
        let each = values.iter().map(|(slot, value)| match lang {
            Lang::Zh => format!("{}：{}", words.label(*slot), words.value_of(*slot, value)),
            Lang::En => format!("{}: {}", words.label(*slot), words.value_of(*slot, value)),
        });
        each.collect::<Vec<_>>().join(if lang == Lang::Zh { "；" } else { "; " })
    };
    let said = |lang| (in_words(lang, needs), in_words(lang, gap));
    let ((topic_zh, gap_zh), (topic_en, gap_en)) = (said(Lang::Zh), said(Lang::En));
    if needs.is_empty() {
        return text(format!("这些准入规则都不涉及“{gap_zh}”"), format!("none of these gates concerns “{gap_en}”"));
    }
    text(
        format!("就“{topic_zh}”而言，这些准入规则都不涉及“{gap_zh}”"),
        format!("of “{topic_en}”, none of these gates concerns “{gap_en}”"),
    )
}

/// A case: its facts, the day where it matters, and what each rule that concerns it concludes.
pub(super) fn example(
    subject: &SubjectProgram,
    facts: &Facts,
    known: &[usize],
    day: Option<Date>,
    concluded: &[(Item<'_>, Conclusion)],
) -> Text {
    let in_words = |lang| {
        let words = Words { subject, facts, lang };
        let (colon, semicolon) = match lang {
            Lang::Zh => ("：", "；"),
            Lang::En => (": ", "; "),
        };
        let day = day.map(|day| match lang {
            Lang::Zh => format!("{day} 评价"),
            Lang::En => format!("judged on {day}"),
        });
        let given = known.iter().map(|slot| format!("{}{colon}{}", words.label(*slot), words.value(*slot)));
        let concerns = concluded.iter().filter(|(_, (found, _))| *found != Outcome::NotApplicable);
        let said = concerns.map(|((rule, parts), (found, decision))| {
            let verdict = verdict(rule.rule.kind, *found, lang);
            let decision = decision.and_then(|place| parts.decisions.get(place));
            let verdict = decision.map_or(verdict, |(decision, _)| decision.label.get(lang));
            if concluded.len() == 1 { verdict.to_owned() } else { format!("`{}`{colon}{verdict}", rule.rule.id) }
        });
        let given: Vec<String> = given.chain(day).collect();
        let mut said: Vec<String> = said.collect();
        if said.is_empty() {
            said.push(outcome(Outcome::NotApplicable, lang).to_owned());
        }
        format!("{} → {}", given.join(semicolon), said.join(semicolon))
    };
    text(in_words(Lang::Zh), in_words(Lang::En))
}

fn text(zh: String, en: String) -> Text {
    Text { zh, en }
}
