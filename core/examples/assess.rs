//! The main job: Lianzhou's scorecards, a sewage plant and two two-high projects, on the figures the plan itself prints;
//! or a case of your own.
//!
//! ```text
//! cargo run --release --example assess -- --help
//! ```
#![expect(clippy::print_stdout, reason = "a command prints")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use ecoplan::{Coverage, Date, Errors, Lang, Plan, Report, Scorecard, Text};
use serde::Serialize;

const HELP: &str = "\
Judges cases by the bundled plans, or by one of your own.

usage: assess [options]

  --lang zh|en              language of the text (default en)
  --as-of YYYY-MM-DD        day of judgement (default: the plan's last day)
  --plan ID|FILE.toml       lianzhou-145 (default), lianzhou-135, or a plan file
  --subject NAME --facts FILE.json
                            judge one case: facts by name
  --values FILE.json        scorecard of your own values, by fact name
  --coverage                how much of the plan is rules, by chapter
  --json                    one JSON document with everything shown
  --help                    this text

Without a case or values, it shows the plans' own published figures.
";

/// What the plan prints of its plants is totals, so these cases are examples, chosen to show every kind of finding.
const CASES: [(&str, &str, &str, &str); 3] = [
    (
        "一座 2020 年进水 BOD5 为 61.6 mg/L 的城市污水处理厂",
        "an urban sewage plant at 61.6 mg/L in 2020",
        "urban_wwtp",
        r#"{ "influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": { "value": 81.6, "year": 2025 },
             "has_plan": true, "plan_elements": ["targets_and_measures", "works_plan_volume"] }"#,
    ),
    (
        "一个拟建“两高”项目，用能空间未知",
        "a proposed two-high project, headroom not known",
        "project",
        r#"{ "is_two_high": true, "stage": "proposed", "last_year_intensity_target_met": true,
             "intensity_situation_severe": true, "justified": ["necessity", "feasibility"] }"#,
    ),
    (
        "同一项目，但上年度能耗强度下降目标未完成",
        "the same project, but last year's energy-intensity target was missed",
        "project",
        r#"{ "is_two_high": true, "stage": "proposed", "last_year_intensity_target_met": false,
             "intensity_situation_severe": true, "justified": ["necessity", "feasibility"] }"#,
    ),
];

struct Options {
    lang: Lang,
    as_of: Option<Date>,
    plan: Option<String>,
    subject: Option<String>,
    facts: Option<String>,
    values: Option<String>,
    coverage: bool,
    json: bool,
}

/// Everything shown, as one document.
#[derive(Default, Serialize)]
struct Shown {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scorecards: Vec<Scorecard>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cases: Vec<Case>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
}

#[derive(Serialize)]
struct Case {
    title: Text,
    report: Report,
}

/// What went wrong: with the input, or with the command itself.
enum Failure {
    Input(Errors),
    Usage { code: &'static str, path: String, message: String },
}

fn usage(message: impl std::fmt::Display) -> Failure {
    Failure::Usage { code: "usage", path: String::new(), message: message.to_string() }
}

impl From<Errors> for Failure {
    fn from(errors: Errors) -> Self {
        Failure::Input(errors)
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        usage(error)
    }
}

fn main() -> ExitCode {
    // Known before the options are, so that even wrong options are reported in the form asked for.
    let given = |word: &str| std::env::args_os().any(|a| a == word);
    let json = given("--json");
    let lang = if given("zh") || given("--lang=zh") { Lang::Zh } else { Lang::En };
    match run() {
        Ok(text) => {
            let mut out = std::io::stdout().lock();
            // A reader that went away, such as `head`, is no failure.
            let _ = out.write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            report_failure(&failure, json, lang);
            ExitCode::from(match failure {
                Failure::Input(_) => 1,
                Failure::Usage { .. } => 2,
            })
        }
    }
}

fn report_failure(failure: &Failure, json: bool, lang: Lang) {
    match failure {
        Failure::Input(errors) if json => {
            let first = errors.iter().next();
            println!("{}", serde_json::json!({ "error": first, "errors": errors }));
        }
        Failure::Usage { code, path, message } if json => {
            let error = serde_json::json!({ "code": code, "path": path, "message": message, "hint": "--help" });
            println!("{}", serde_json::json!({ "error": error, "errors": [error] }));
        }
        Failure::Input(errors) => {
            for error in errors {
                let hint = error.hint(lang).map_or_else(String::new, |hint| format!("（{hint}）"));
                match lang {
                    Lang::Zh => eprintln!("错误 {}：{} [{}]{hint}", error.path(), error.message(lang), error.code()),
                    Lang::En => eprintln!("error: {error}"),
                }
            }
        }
        Failure::Usage { code: "usage", message, .. } => eprintln!("error: {message}\n\n{HELP}"),
        Failure::Usage { code, path, message } => eprintln!("error: {path}: {message} [{code}]"),
    }
}

fn run() -> Result<String, Failure> {
    let Some(options) = options()? else { return Ok(HELP.to_owned()) };
    if options.coverage && (options.subject.is_some() || options.values.is_some()) {
        return Err(usage("--coverage is about the plan, without a case or values"));
    }
    let shown = match (&options.subject, &options.facts, &options.values) {
        (Some(subject), Some(file), None) => {
            let report = chosen(&options)?.evaluate_json(subject, read(file)?)?;
            Shown { report: Some(report), ..Shown::default() }
        }
        (None, None, Some(file)) => {
            Shown { scorecards: vec![chosen(&options)?.scorecard_json(read(file)?)?], ..Shown::default() }
        }
        (None, None, None) if options.coverage => {
            Shown { coverage: Some(chosen(&options)?.coverage()), ..Shown::default() }
        }
        (None, None, None) => published(&options)?,
        (None, Some(_), None) => return Err(usage("--facts needs --subject")),
        (Some(_), None, None) => return Err(usage("--subject needs --facts")),
        (_, _, Some(_)) => return Err(usage("--values is a scorecard of its own, without a case")),
    };
    if options.json {
        let text = serde_json::to_string_pretty(&shown);
        return text.map(|t| t + "\n").map_err(usage);
    }
    Ok(text(&shown, options.lang))
}

fn text(shown: &Shown, lang: Lang) -> String {
    let rule = |title: &str| {
        let (bold, plain) = if std::io::stdout().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        format!("{bold}══ {title}{plain}\n")
    };
    let mut parts: Vec<String> = shown.scorecards.iter().map(|card| card.explain(lang)).collect();
    parts.extend(shown.cases.iter().map(|case| rule(case.title.get(lang)) + &case.report.explain(lang)));
    parts.extend(shown.report.iter().map(|report| report.explain(lang)));
    parts.extend(shown.coverage.iter().map(|coverage| coverage.explain(lang)));
    parts.join("\n")
}

/// The plan asked for, judging as of the day asked for.
fn chosen(options: &Options) -> Result<Plan, Failure> {
    let name = options.plan.as_deref().unwrap_or("lianzhou-145");
    let plan = if name.ends_with(".toml") {
        let bytes = read(name)?;
        let text = String::from_utf8(bytes).map_err(|e| Failure::Usage {
            code: "not-utf8",
            path: name.to_owned(),
            message: e.to_string(),
        })?;
        Plan::from_files([(name, text.as_str())])?
    } else {
        ecoplan::plan(name)?
    };
    Ok(options.as_of.map_or(plan.clone(), |day| plan.at(day)))
}

/// The scorecards of what the plans report, and the example cases.
fn published(options: &Options) -> Result<Shown, Failure> {
    let mut shown = Shown::default();
    if options.plan.is_some() {
        let plan = chosen(options)?;
        shown.scorecards.push(plan.scorecard(&plan.reported())?);
        return Ok(shown);
    }
    let predecessor = ecoplan::plan("lianzhou-135")?;
    shown.scorecards.push(predecessor.scorecard(&predecessor.reported())?);
    let plan = ecoplan::plan("lianzhou-145")?;
    // Table 2 reports the values of 2020, so they are judged as of the end of that year.
    let end_of_2020 = options.as_of.unwrap_or(predecessor.period().end);
    shown.scorecards.push(plan.at(end_of_2020).scorecard(&plan.reported())?);
    let plan = options.as_of.map_or(plan.clone(), |day| plan.at(day));
    for (zh, en, subject, facts) in CASES {
        let title = Text { zh: zh.to_owned(), en: en.to_owned() };
        shown.cases.push(Case { title, report: plan.evaluate_json(subject, facts)? });
    }
    Ok(shown)
}

fn read(file: &str) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |e: std::io::Error| Failure::Usage { code: "unreadable", path: file.to_owned(), message: e.to_string() };
    std::fs::read(file).map_err(unreadable)
}

fn options() -> Result<Option<Options>, Failure> {
    use lexopt::prelude::*;
    let (mut lang, mut as_of, mut coverage, mut json) = (Lang::En, None, false, false);
    let (mut plan, mut subject, mut facts, mut values) = (None, None, None, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("lang") => lang = parser.value()?.string()?.parse()?,
            Long("as-of") => {
                let text = parser.value()?.string()?;
                let invalid = |e: ecoplan::DateError| Failure::Usage {
                    code: "invalid-date",
                    path: "--as-of".to_owned(),
                    message: format!("`{text}`: {e}"),
                };
                as_of = Some(text.parse().map_err(invalid)?);
            }
            Long("plan") => plan = Some(parser.value()?.string()?),
            Long("subject") => subject = Some(parser.value()?.string()?),
            Long("facts") => facts = Some(parser.value()?.string()?),
            Long("values") => values = Some(parser.value()?.string()?),
            Long("coverage") => coverage = true,
            Long("json") => json = true,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(Options { lang, as_of, plan, subject, facts, values, coverage, json }))
}
