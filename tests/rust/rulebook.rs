//! The rulebook: every clause of the plan in words, in the order of the document, to be checked against it by somebody who
//! does not read TOML. It is generated; with ECOPLAN_BLESS set it is written anew, without it a difference fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ecoplan::model::{Due, Fact, FactKind, Registered, Rule, RuleKind, Source, StrengthClass};
use ecoplan::{ChapterCoverage, Clause, ClauseState, ExplainedFinding, Lang, Line, Plan};

use crate::anchors::{Lock, squeeze};

type Words = BTreeMap<String, ExplainedFinding>;

struct Book<'a> {
    plan: &'a Plan,
    lang: Lang,
    /// Each rule in the words of an empty case.
    words: Words,
    /// The same with the first alternative reading of each rule in place of the default, with the second …
    readings: Vec<Words>,
    out: String,
}

impl Book<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn say(&mut self, line: &str) {
        self.out += line;
        self.out += "\n";
    }

    fn item(&mut self, zh: &str, en: &str, text: &str) {
        let (label, colon) = (self.pick(zh, en), self.pick("：", ": "));
        let line = format!("- **{label}**{colon}{text}");
        self.say(&line);
    }

    /// The cover: how much of each chapter is rules, and where the chapters are.
    fn cover(&mut self) {
        let title = self.plan.title().get(self.lang).to_owned();
        let heading = format!("# {title}{}", self.pick("：规则手册", ": rulebook"));
        self.say(&heading);
        let head = self.pick(
            "本手册由规则文件自动生成，请勿手工修改。各章条款按规划原文的先后排列，可逐页对照；一句话有几项要求的，分列为几条；条件中的名称为填报项，括号中的代码为规则和填报项的标识。“须人工判断”的填报项由有权的人员填写，程序不推测。",
            "Generated from the rule files: do not edit. Each chapter goes through the document in its order, to be checked page by page; a sentence with several duties stands as several clauses. The names in conditions are facts to be supplied; what stands in code is the id of a rule or fact. A judgement is supplied by a person, never guessed.",
        );
        let head = format!("\n{head}\n");
        self.say(&head);
        let coverage = self.plan.coverage();
        let counts = format!("```text\n{}```\n", coverage.explain(self.lang));
        self.say(&counts);
        for ChapterCoverage { chapter, .. } in coverage.chapters {
            let line = format!("- [{}](rulebook/{})", self.chapter_name(chapter), name(self.lang, chapter));
            self.say(&line);
        }
        let line = format!("- [{}](rulebook/{})", self.together(), together(self.lang));
        self.say(&line);
    }

    fn together(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "各条规则合起来说了什么",
            Lang::En => "What the rules say together",
        }
    }

    /// What holds of the rules for all cases: gaps, duties that double, numbers that do harm.
    fn analysis(&mut self) {
        let heading = format!("# {}\n", self.together());
        self.say(&heading);
        let head = self.pick(
            "以下由程序对全部可能的情形逐一判定得出，并非抽样：每一项或附例证，或经穷举成立。是否属于规划的问题，由读者判断：存量、在建项目不设准入而另有要求，未必是疏漏；同一设施受两项要求约束而力度不同，执行时宜从严掌握。",
            "Found by judging every case that the rules can tell apart, not a sample: each item has a case that shows it, or was seen by exhaustion. Whether it is a fault of the plan is for its reader to say: that existing projects, or those being built, meet no gate but other duties need not be an oversight; where two demands on one installation differ in strength, the stricter is the safer.",
        );
        let head = format!("{head}\n");
        self.say(&head);
        let text = self.plan.analyse().text.get(self.lang).to_owned();
        // Its headings stand before an empty line, everything else in lists.
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let heading = !line.is_empty()
                && lines.peek().is_some_and(|next| next.is_empty())
                && !line.trim_start().starts_with('-');
            let line = if heading { format!("## {line}") } else { line.to_owned() };
            self.say(&line);
        }
    }

    fn chapter_name(&self, chapter: u32) -> String {
        match (self.lang, chapter) {
            (Lang::Zh, 0) => "前言".to_owned(),
            (Lang::En, 0) => "Foreword".to_owned(),
            (Lang::Zh, _) => format!("第{}章", numeral(chapter)),
            (Lang::En, _) => format!("Chapter {chapter}"),
        }
    }

    /// One chapter, in the order of the document.
    fn chapter(&mut self, chapter: u32, lock: &Lock) {
        let heading = format!("# {}", self.chapter_name(chapter));
        self.say(&heading);
        let mut clauses = self.plan.coverage().clauses;
        clauses.retain(|clause| clause.cite.chapter == chapter);
        clauses.sort_by_key(|clause| lock.anchors[&squeeze(&clause.cite.anchor)]);
        let mut place = None;
        for clause in &clauses {
            let now = (clause.cite.section, clause.cite.item);
            if place != Some(now) && now != (0, None) {
                let (section, item) = now;
                let item = item.map_or_else(String::new, |n| match self.lang {
                    Lang::Zh => format!(" 第{}项", numeral(n)),
                    Lang::En => format!(", item {n}"),
                });
                let heading = match (self.lang, section) {
                    (_, 0) => self.pick("\n## 章首", "\n## Before the first section").to_owned(),
                    (Lang::Zh, _) => format!("\n## 第{}节{item}", numeral(section)),
                    (Lang::En, _) => format!("\n## Section {section}{item}"),
                };
                self.say(&heading);
            }
            place = Some(now);
            self.clause(clause);
        }
    }

    fn clause(&mut self, clause: &Clause) {
        if let Some(rule) = self.plan.rules().iter().find(|rule| rule.id == clause.id).cloned() {
            self.rule(&rule, clause.state);
        } else if let Some(entry) = self.plan.document().registered.iter().find(|entry| entry.id == clause.id).cloned()
        {
            self.registered(&entry);
        }
    }

    fn registered(&mut self, entry: &Registered) {
        let (says, mark) = (entry.says.get(self.lang), self.pick("（仅登记）", " (registered)"));
        let heading = format!("\n### {says}{mark} `{}`", entry.id);
        self.say(&heading);
        self.item("不作为规则的原因", "Why it is no rule", entry.reason.get(self.lang));
        let cite = self.cite(entry.cite.table, &entry.cite.anchor);
        self.item("原文", "In the text", &cite);
    }

    fn cite(&self, table: Option<u32>, anchor: &str) -> String {
        let table = table.map_or_else(String::new, |n| match self.lang {
            Lang::Zh => format!("表 {n}，"),
            Lang::En => format!("table {n}, "),
        });
        format!("{table}“{}”", anchor.replace('“', "‘").replace('”', "’"))
    }

    fn rule(&mut self, rule: &Rule, state: ClauseState) {
        let heading = format!("\n### {} `{}`", rule.title.get(self.lang), rule.id);
        self.say(&heading);
        self.item("内容", "It says", rule.says.get(self.lang));
        let cite = self.cite(rule.cite.table, &rule.cite.anchor);
        self.item("原文", "In the text", &cite);
        let subject = self.plan.subjects().iter().find(|subject| subject.id == rule.subject).unwrap().label.clone();
        let (kind, class) = (self.kind(rule.kind), self.class(rule.strength.class));
        let about = match self.lang {
            Lang::Zh => format!("{}；{kind}；{class}（原文“{}”）", subject.zh, rule.strength.verb),
            Lang::En => format!("{}; {kind}; {class} (“{}”)", subject.en, rule.strength.verb),
        };
        self.item("对象和性质", "Subject and kind", &about);
        self.item("责任主体", "Bound", rule.addressee.get(self.lang));
        if state == ClauseState::Judgement {
            let text = self.pick("须由有权人员判断其中的填报项", "some of its facts are a person's judgement");
            let text = text.to_owned();
            self.item("判定方式", "Decided by", &text);
        }
        if let Some(due) = self.due(rule) {
            self.item("期限", "Due", &due);
        }
        let words = self.words.get(&rule.id).cloned().unwrap();
        let parts: Vec<&Line> = words.lines.iter().filter(|line| line.key == "because").collect();
        if rule.applies.is_none() {
            let every = self.pick("该类对象全部", "every one").to_owned();
            self.item("适用", "Applies if", &every);
        }
        parts.iter().for_each(|line| self.condition(line, 0));
        self.item("填报项", "Facts", "");
        self.facts(rule).iter().for_each(|fact| self.fact(fact));
        for (place, reading) in rule.readings.iter().enumerate() {
            self.item("另一种理解", "Read otherwise", reading.note.get(self.lang));
            // What it changes, in words: all that is not so by default.
            let other = self.readings[place].get(&rule.id).cloned().unwrap();
            let changed = other.lines.iter().filter(|line| line.key == "because" && !parts.contains(line));
            changed.for_each(|line| self.condition(line, 1));
            if let Some(due) = &reading.due {
                let due = format!("  - **{}**{}{}", self.pick("期限", "Due"), self.pick("：", ": "), self.day(due));
                self.say(&due);
            }
        }
        let (zh, en) = match rule.kind {
            RuleKind::Gate | RuleKind::Definition => ("情形成立时", "Where it bites"),
            _ if rule.requires.is_none() && rule.done.is_none() => ("情形成立时", "Where it bites"),
            _ => ("未满足时", "If not met"),
        };
        for action in &rule.actions {
            self.item(zh, en, action.get(self.lang));
        }
        for note in &rule.notes {
            self.item("说明", "Note", note.get(self.lang));
        }
    }

    /// A condition in words, its parts indented; what would stand there for the values of an empty case is left out.
    fn condition(&mut self, line: &Line, depth: usize) {
        let text = line.text.replace("（暂缺）", "").replace(" (not known)", "");
        let mut label = line.label.clone();
        if let Some(first) = label.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if !label.is_empty() {
            label = format!("**{label}**{}", self.pick("：", ": "));
        }
        let shown = format!("{:indent$}- {label}{text}", "", indent = depth * 2);
        self.say(&shown);
        line.parts.iter().for_each(|part| self.condition(part, depth + 1));
    }

    fn facts(&self, rule: &Rule) -> Vec<Fact> {
        let conditions =
            |applies: &Option<String>, requires: &Option<String>, decisions: &[ecoplan::model::Decision]| {
                let decisions = decisions.iter().filter_map(|decision| decision.when.clone());
                applies.iter().chain(requires).cloned().chain(decisions).collect::<Vec<_>>()
            };
        let mut texts = conditions(&rule.applies, &rule.requires, &rule.decisions);
        texts.extend(rule.done.iter().chain(&rule.done_on).cloned());
        rule.readings.iter().for_each(|r| texts.extend(conditions(&r.applies, &r.requires, &r.decisions)));
        if let Some(Due::Fact(name)) = &rule.due {
            texts.push(name.clone());
        }
        let all = self.plan.facts(&rule.subject).unwrap();
        let named = |fact: &&&Fact| {
            texts
                .iter()
                .any(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == fact.name))
        };
        all.iter().filter(named).map(|fact| (**fact).clone()).collect()
    }

    /// A fact with all that decides how it is filled in.
    fn fact(&mut self, fact: &Fact) {
        let mut text = format!("  - {} `{}`", fact.label.get(self.lang), fact.name);
        let unit = fact.unit.as_ref().map(|unit| format!(" [{unit}]"));
        text += &unit.unwrap_or_default();
        text += match fact.source {
            Source::Reported => "",
            Source::Judgement => self.pick("（须人工判断）", " (a judgement)"),
            Source::Assigned => self.pick("（由主管部门或上级下达、认定）", " (set or determined by the authorities)"),
        };
        let choices: Vec<&str> = fact.choices.iter().map(|choice| choice.label.get(self.lang)).collect();
        if !choices.is_empty() {
            let kind = match fact.kind {
                FactKind::Set => self.pick("可多选", "any of"),
                _ => self.pick("单选", "one of"),
            };
            text += &match self.lang {
                Lang::Zh => format!("；{kind}：{}", choices.join("、")),
                Lang::En => format!("; {kind}: {}", choices.join(", ")),
            };
        }
        if let Some(help) = &fact.help {
            text += self.pick("。", ". ");
            text += help.get(self.lang);
        }
        self.say(&text);
    }

    fn due(&self, rule: &Rule) -> Option<String> {
        match &rule.due {
            Some(due) => Some(self.day(due)),
            None if rule.kind == RuleKind::Target => {
                let end = self.day(&Due::Date(self.plan.period().end));
                Some(match self.lang {
                    Lang::Zh => format!("{end}（原文未写明，按规划期末）"),
                    Lang::En => format!("{end} (none is printed: the plan's last day)"),
                })
            }
            None => None,
        }
    }

    fn day(&self, due: &Due) -> String {
        match due {
            Due::Date(day) => match self.lang {
                Lang::En => day.to_string(),
                Lang::Zh => {
                    let day = day.to_string();
                    let parts: Vec<&str> = day.split('-').map(|part| part.trim_start_matches('0')).collect();
                    format!("{}年{}月{}日", parts[0], parts[1], parts[2])
                }
            },
            Due::Fact(name) => format!("`{name}`"),
        }
    }

    fn kind(&self, kind: RuleKind) -> &'static str {
        let text: (&str, &str) = match kind {
            RuleKind::Target => ("目标", "target"),
            RuleKind::Obligation => ("义务", "obligation"),
            RuleKind::Prohibition => ("禁止", "prohibition"),
            RuleKind::Gate => ("准入或审批", "gate"),
            RuleKind::Definition => ("定义或分类", "definition"),
            RuleKind::Deadline => ("限期事项", "deadline"),
        };
        match self.lang {
            Lang::Zh => text.0,
            Lang::En => text.1,
        }
    }

    fn class(&self, class: StrengthClass) -> &'static str {
        let text: (&str, &str) = match class {
            StrengthClass::Mandatory => ("刚性要求", "mandatory"),
            StrengthClass::InPrinciple => ("原则性要求", "in principle"),
            StrengthClass::Progressive => ("推进类要求", "progressive"),
            StrengthClass::Encouraged => ("鼓励类要求", "encouraged"),
        };
        match self.lang {
            Lang::Zh => text.0,
            Lang::En => text.1,
        }
    }
}

/// 一 to 十.
fn numeral(number: u32) -> &'static str {
    ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"][usize::try_from(number).unwrap()]
}

fn name(lang: Lang, chapter: u32) -> String {
    match lang {
        Lang::Zh => format!("chapter-{chapter}.zh-CN.md"),
        Lang::En => format!("chapter-{chapter}.md"),
    }
}

fn together(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "together.zh-CN.md",
        Lang::En => "together.md",
    }
}

fn words(plan: &Plan, lang: Lang) -> Words {
    let reports = plan.subjects().iter().map(|subject| plan.evaluate_json(&subject.id, "{}").unwrap());
    reports.flat_map(|report| report.explanation(lang).findings).map(|one| (one.rule.clone(), one)).collect()
}

/// The plan with another reading of each rule that has so many.
fn read_otherwise(plan: &Plan, place: usize) -> Plan {
    let mut document = plan.document().clone();
    for rule in &mut document.rules {
        let Some(reading) = rule.readings.get(place).cloned() else { continue };
        rule.readings.clear();
        rule.applies = reading.applies.or(rule.applies.take());
        rule.requires = reading.requires.or(rule.requires.take());
        if !reading.decisions.is_empty() {
            rule.decisions = reading.decisions;
        }
        // The words and numbers of the default need not stand in it.
        (rule.bounds, rule.measure, rule.baseline) = (Vec::new(), None, None);
        rule.indicator = None;
    }
    Plan::from_document(document).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The pages by file name: the cover, and the chapters.
fn book(plan: &Plan, lang: Lang, lock: &Lock) -> BTreeMap<String, String> {
    let most = plan.rules().iter().map(|rule| rule.readings.len()).max().unwrap_or_default();
    let readings: Vec<Words> = (0..most).map(|place| words(&read_otherwise(plan, place), lang)).collect();
    let words = words(plan, lang);
    let page = |write: &dyn Fn(&mut Book<'_>)| {
        let mut book = Book { plan, lang, words: words.clone(), readings: readings.clone(), out: String::new() };
        write(&mut book);
        book.out
    };
    let cover = match lang {
        Lang::Zh => "RULEBOOK.zh-CN.md",
        Lang::En => "RULEBOOK.md",
    };
    let mut pages = BTreeMap::from([(cover.to_owned(), page(&|book| book.cover()))]);
    for ChapterCoverage { chapter, .. } in plan.coverage().chapters {
        let path = format!("rulebook/{}", name(lang, chapter));
        pages.insert(path, page(&|book| book.chapter(chapter, lock)));
    }
    pages.insert(format!("rulebook/{}", together(lang)), page(&|book| book.analysis()));
    pages
}

#[test]
fn the_rulebook_is_of_these_rules() {
    let plan = ecoplan::plan("lianzhou-145").unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("spec/lianzhou-145");
    let lock = Lock::read();
    let mut written = BTreeSet::new();
    for lang in [Lang::Zh, Lang::En] {
        let pages = book(&plan, lang, &lock);
        // Every clause has its entry.
        for clause in plan.coverage().clauses {
            let entry = format!(" `{}`\n", clause.id);
            assert_eq!(pages.values().filter(|page| page.contains(&entry)).count(), 1, "{}", clause.id);
        }
        for (name, text) in pages {
            let path = folder.join(&name);
            if std::env::var_os("ECOPLAN_BLESS").is_some() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &text).unwrap();
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "{} is not of these rules: ECOPLAN_BLESS=1 writes it anew", path.display());
            written.insert(path);
        }
    }
    let there = std::fs::read_dir(folder.join("rulebook")).unwrap().map(|entry| entry.unwrap().path());
    let stale: Vec<PathBuf> = there.filter(|path| !written.contains(path)).collect();
    assert!(stale.is_empty(), "of no page: {stale:?}");
}
