//! Laws that hold for every case of the bundled plans, over random facts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ecoplan::model::{Fact, FactKind};
use ecoplan::{Date, Outcome, Plan, Report};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| ecoplan::plans().map(|id| ecoplan::plan(id).unwrap()).collect());

type Case = BTreeMap<String, Json>;

/// A value a fact can take: for numbers often one that a rule compares with, to the hundredth.
fn value(fact: &Fact) -> BoxedStrategy<Json> {
    let choices: Vec<String> = fact.choices.iter().map(|c| c.id.clone()).collect();
    match fact.kind {
        FactKind::YesNo => any::<bool>().prop_map(|b| json!(b)).boxed(),
        FactKind::Choice => prop::sample::select(choices).prop_map(|c| json!(c)).boxed(),
        FactKind::Set => prop::sample::subsequence(choices.clone(), 0..=choices.len()).prop_map(|s| json!(s)).boxed(),
        FactKind::Date => {
            prop::sample::select(vec!["2020-06-30", "2023-08-01", "2025-06-30"]).prop_map(|day| json!(day)).boxed()
        }
        FactKind::Number => {
            let bounds = [0, 300, 950, 1760, 2500, 3700, 6800, 6900, 9300, 9900, 10_000, 12_000];
            let near = (prop::sample::select(bounds.to_vec()), -1_i64..=1).prop_map(|(b, d)| b + d);
            let hundredths = prop_oneof![near, 0_i64..=10_000];
            let (min, max) = (fact.min, fact.max);
            hundredths
                .prop_map(|h| ecoplan::Decimal::new(i128::from(h), 2).unwrap())
                .prop_map(move |n| min.map_or(n, |min| n.max(min)))
                .prop_map(move |n| max.map_or(n, |max| n.min(max)))
                .prop_map(|n| json!(n.to_string()))
                .boxed()
        }
    }
}

/// A plan, one of its subjects, some of the subject's facts, and the others with values that they could turn out to have.
fn case() -> impl Strategy<Value = (usize, String, Case, Case, Date)> {
    let subjects: Vec<(usize, String)> =
        PLANS.iter().enumerate().flat_map(|(i, plan)| plan.subjects().iter().map(move |s| (i, s.id.clone()))).collect();
    let days = ["2020-12-31", "2024-06-30", "2025-12-31", "2026-01-01"].map(|d| d.parse::<Date>().unwrap());
    (prop::sample::select(subjects), prop::sample::select(days.to_vec())).prop_flat_map(|((plan, subject), day)| {
        let facts: Vec<Fact> = PLANS[plan].facts(&subject).unwrap().into_iter().cloned().collect();
        let each: Vec<_> = facts.into_iter().map(|f| (Just(f.name.clone()), value(&f), any::<bool>())).collect();
        each.prop_map(move |entries| {
            let mut known = Case::new();
            let mut later = Case::new();
            for (name, value, is_known) in entries {
                if is_known { &mut known } else { &mut later }.insert(name, value);
            }
            for rule in PLANS[plan].rules().iter().filter(|rule| rule.subject == subject) {
                let (Some(done), Some(done_on)) = (&rule.done, &rule.done_on) else { continue };
                // The day of an act that is not done, or that is yet to come, is refused.
                let undone = known.get(done).or_else(|| later.get(done)) == Some(&json!(false));
                let date = known.get(done_on).or_else(|| later.get(done_on)).and_then(Json::as_str).map(str::to_owned);
                if undone || date.is_some_and(|date| date > day.to_string()) {
                    known.remove(done_on);
                    later.remove(done_on);
                }
                // An act that is done is done in time, as long as nobody says otherwise; a day that comes later can say so.
                if known.contains_key(done) {
                    later.remove(done_on);
                }
            }
            (plan, subject.clone(), known, later, day)
        })
    })
}

fn run(plan: usize, subject: &str, day: Date, facts: &Case) -> Report {
    PLANS[plan].at(day).evaluate(subject, facts).unwrap_or_else(|e| panic!("{e}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Filling in an unknown never contradicts what was decided, what was possible, nor what was said to be missing.
    #[test]
    fn more_facts_never_contradict((plan, subject, known, later, day) in case()) {
        let before = run(plan, &subject, day, &known);
        let mut all = known.clone();
        all.extend(later.clone());
        let after = run(plan, &subject, day, &all);
        for (then, now) in before.findings().zip(after.findings()) {
            let rule = &then.rule().id;
            if then.outcome() != Outcome::Undetermined {
                prop_assert_eq!(then.outcome(), now.outcome(), "{}", rule);
            }
            if let Some(decision) = then.decision() {
                prop_assert_eq!(Some(decision), now.decision(), "{}", rule);
            }
            let possible = then.possible();
            if possible.is_empty() {
                prop_assert_eq!(then.decision(), now.decision(), "{}", rule);
            } else {
                let reached = possible.iter().any(|p| p.outcome == now.outcome() && p.decision.as_deref() == now.decision());
                prop_assert!(reached, "{}: {:?} {:?} is not among {:?}", rule, now.outcome(), now.decision(), possible);
            }
            // Knowing what was missing settles the finding.
            let mut enough = known.clone();
            for fact in then.missing() {
                enough.insert(fact.name.clone(), later[&fact.name].clone());
            }
            let settled = run(plan, &subject, day, &enough);
            let settled = settled.finding(rule).unwrap();
            prop_assert_eq!(settled.missing().count(), 0, "{}", rule);
            prop_assert_ne!(settled.outcome(), Outcome::Undetermined, "{}", rule);
        }
    }

    /// A margin is above 0 only where satisfied and below 0 only where not.
    #[test]
    fn the_sign_of_a_margin_agrees_with_the_outcome((plan, subject, known, later, day) in case()) {
        let mut all = known;
        all.extend(later);
        let report = run(plan, &subject, day, &all);
        for finding in report.findings() {
            let Some(margin) = finding.margin() else { continue };
            let satisfied = finding.outcome() == Outcome::Satisfied;
            prop_assert!(margin <= ecoplan::Decimal::ZERO || satisfied, "{}: {margin}", finding.rule().id);
            prop_assert!(margin >= ecoplan::Decimal::ZERO || !satisfied, "{}: {margin}", finding.rule().id);
        }
    }

    /// The order of facts does not count, and two runs give the same bytes.
    #[test]
    fn order_is_irrelevant_and_runs_are_equal((plan, subject, known, _, day) in case()) {
        let text = |entries: Vec<(&String, &Json)>| {
            let pairs: Vec<String> = entries.into_iter().map(|(k, v)| format!("{}: {v}", json!(k))).collect();
            format!("{{{}}}", pairs.join(", "))
        };
        let plan = PLANS[plan].at(day);
        let forwards = plan.evaluate_json(&subject, text(known.iter().collect())).unwrap();
        let backwards = plan.evaluate_json(&subject, text(known.iter().rev().collect())).unwrap();
        prop_assert_eq!(forwards.to_json(), backwards.to_json());
        prop_assert_eq!(forwards.to_json(), plan.evaluate(&subject, &known).unwrap().to_json());
        prop_assert_eq!(forwards.explain(ecoplan::Lang::Zh), backwards.explain(ecoplan::Lang::Zh));
    }

    /// Text, number and another unit of the same quantity mean the same.
    #[test]
    fn the_spelling_of_a_number_is_irrelevant(thousandths in 0_i64..2_000_000, start in 0_i64..2_000_000) {
        let number = |n: i64| ecoplan::Decimal::new(i128::from(n), 3).unwrap().to_string();
        let grams = |n: i64| ecoplan::Decimal::new(i128::from(n), 6).unwrap().to_string();
        let plan = &PLANS[1];
        let of = |a: String, b: String| {
            let json = format!(r#"{{"influent_bod5_2020_mg_l": {a}, "influent_bod5_mg_l": {b}}}"#);
            plan.evaluate_json("urban_wwtp", json).unwrap().to_json()
        };
        let bare = of(number(start), number(thousandths));
        prop_assert_eq!(&bare, &of(format!("\"{}\"", number(start)), format!("\"{} mg/L\"", number(thousandths))));
        prop_assert_eq!(&bare, &of(format!("\"{} g/L\"", grams(start)), format!("\"{}毫克/升\"", number(thousandths))));
prop_assert_eq!(&bare, &of(format!("{start}e-3"), format!("{thousandths}E-3")));
    }

    /// Raising a plant's latest BOD never turns a satisfied sewage rule breached.
    #[test]
    fn more_bod_never_harms(start in 0_i64..20_000, now in 0_i64..20_000, more in 0_i64..5_000, township in any::<bool>()) {
        let subject = if township { "township_wwtp" } else { "urban_wwtp" };
        let of = |hundredths: i64| {
            let number = |n: i64| json!(ecoplan::Decimal::new(i128::from(n), 2).unwrap().to_string());
            let mut facts = Case::from([("influent_bod5_mg_l".to_owned(), number(hundredths))]);
            if !township {
                facts.insert("influent_bod5_2020_mg_l".to_owned(), number(start));
                facts.insert("has_plan".to_owned(), json!(false));
            }
            run(1, subject, "2025-12-31".parse().unwrap(), &facts)
        };
        for (before, after) in of(now).findings().zip(of(now + more).findings()) {
            let turned = before.outcome() == Outcome::Satisfied && after.outcome() == Outcome::Breached;
            prop_assert!(!turned, "{}", before.rule().id);
        }
    }

    /// Nothing that is no plan, fact or expression makes anything panic.
    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = Plan::from_toml(&text);
        let _ = text.parse::<ecoplan::Expression>();
        let _ = PLANS[1].evaluate_json("project", &text);
        let _ = PLANS[1].scorecard_json(&text);
        let _ = PLANS[1].evaluate("city", &BTreeMap::from([("good_days_pct", &text)]));
    }
}
