//! An analysis as a text to be read.

use super::{Beyond, Claim, ClaimKind, Effect, RuleAnalysis};
use crate::{Lang, Text};

/// What each kind of claim was found of, then what is beyond reach and how the numbers move the rules.
pub(super) fn explain(claims: &[Claim], rules: &[RuleAnalysis], pairs: u64) -> Text {
    let in_words = |lang| {
        let mut text = String::new();
        for of_kind in claims.chunk_by(|a, b| a.kind == b.kind) {
            let Some(first) = of_kind.first() else { continue };
            text += &format!("{} ({})\n\n", heading(first.kind, lang), of_kind.len());
            text.extend(of_kind.iter().map(|claim| one(claim, lang)));
            text += "\n";
        }
        text + &reach(claims, rules, pairs, lang)
    };
    Text { zh: in_words(Lang::Zh), en: in_words(Lang::En) }
}

fn reach(claims: &[Claim], rules: &[RuleAnalysis], pairs: u64, lang: Lang) -> String {
    let cells: u64 = rules.iter().map(|rule| rule.cells).sum();
    let effects = rules.iter().flat_map(|rule| &rule.influences);
    let count = |effect: Effect| effects.clone().filter(|influence| influence.more == effect).count();
    let (helps, harms, both) = (count(Effect::Helps), count(Effect::Harms), count(Effect::Both));
    let beyond: Vec<String> = rules.iter().filter_map(|rule| beyond(rule, lang)).collect();
    let absent = KINDS.iter().filter(|kind| !claims.iter().any(|claim| claim.kind == **kind));
    let absent: Vec<&str> = absent.map(|kind| heading(*kind, lang)).collect();
    let rules = rules.len();
    let listed = |items: &[String]| match lang {
        Lang::Zh if items.is_empty() => "无".to_owned(),
        Lang::En if items.is_empty() => "none".to_owned(),
        Lang::Zh => items.join("；"),
        Lang::En => items.join("; "),
    };
    match lang {
        Lang::Zh => format!(
            "范围\n\n- {rules} 条规则，{cells} 种情形，{pairs} 对规则相互比较\n\
             - 数值提高只会有利的 {helps} 处，只会不利的 {harms} 处，两者皆有的 {both} 处\n\
             - 未发现：{}\n- 未能穷举的规则：{}\n",
            absent.join("、"),
            listed(&beyond)
        ),
        Lang::En => format!(
            "Reach\n\n- {rules} rules, {cells} cells, {pairs} pairs of rules held against each other\n\
             - more of a number only helps a rule in {helps} places, only harms it in {harms}, does either in {both}\n\
             - not found: {}\n- rules beyond reach: {}\n",
            absent.join(", ").to_lowercase(),
            listed(&beyond)
        ),
    }
}

const KINDS: [ClaimKind; 11] = [
    ClaimKind::OppositeDemands,
    ClaimKind::Implied,
    ClaimKind::SameDemand,
    ClaimKind::NeverApplies,
    ClaimKind::NeverMet,
    ClaimKind::NeverBreached,
    ClaimKind::UnreachableDecision,
    ClaimKind::Uncovered,
    ClaimKind::EffortHarms,
    ClaimKind::SameReading,
    ClaimKind::UnreadFact,
];

fn heading(kind: ClaimKind, lang: Lang) -> &'static str {
    let (zh, en) = match kind {
        ClaimKind::OppositeDemands => ("要求相反", "Opposite demands"),
        ClaimKind::Implied => ("一条规则已包含另一条", "One rule implies another"),
        ClaimKind::SameDemand => ("要求相同", "The same demand"),
        ClaimKind::NeverApplies => ("从不适用", "Never applies"),
        ClaimKind::NeverMet => ("不可能符合", "Never met"),
        ClaimKind::NeverBreached => ("不可能违反", "Never breached"),
        ClaimKind::UnreachableDecision => ("不可能得出的结论", "Unreachable decisions"),
        ClaimKind::Uncovered => ("未覆盖的情形", "Cases left out"),
        ClaimKind::EffortHarms => ("数值提高反而不利", "More can do harm"),
        ClaimKind::SameReading => ("没有区别的解读", "Readings that never differ"),
        ClaimKind::UnreadFact => ("没有用到的事实", "Facts that no rule reads"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn one(claim: &Claim, lang: Lang) -> String {
    let (colon, case) = match lang {
        Lang::Zh => ("：", "例"),
        Lang::En => (": ", "case"),
    };
    let about = if claim.rules.is_empty() { claim.of.as_slice() } else { claim.rules.as_slice() };
    let about = about.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let mut text = format!("- {about}{colon}{}\n", claim.says.get(lang));
    if let Some(when) = &claim.when {
        text += &format!("  - `{when}`\n");
    }
    text.extend(claim.examples.iter().map(|example| format!("  - {case}{colon}{}\n", example.text.get(lang))));
    text
}

fn beyond(rule: &RuleAnalysis, lang: Lang) -> Option<String> {
    let why = match (rule.beyond?, lang) {
        (Beyond::NotLinear, Lang::Zh) => "比较不是线性的",
        (Beyond::NotLinear, Lang::En) => "a comparison is not linear",
        (Beyond::TooMany, Lang::Zh) => "情形过多",
        (Beyond::TooMany, Lang::En) => "too many cells",
        (Beyond::Inexact, Lang::Zh) => "分界不是有限小数",
        (Beyond::Inexact, Lang::En) => "a boundary is no decimal",
    };
    let (open, close) = if lang == Lang::Zh { ("（", "）") } else { (" (", ")") };
    Some(format!("`{}`{open}{why}{close}", rule.rule))
}
