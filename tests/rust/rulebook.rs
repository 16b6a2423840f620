//! The rulebook: every clause of the plan in words, in the order of the document, to be checked against it by somebody who
//! does not read TOML. It is generated; with ECOPLAN_BLESS set it is written anew, without it a difference fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ecoplan::model::{Due, Fact, Registered, Rule, RuleKind, Source, StrengthClass};
use ecoplan::{ChapterCoverage, Clause, ClauseState, ExplainedFinding, Lang, Line, Plan};

use crate::anchors::{Lock, squeeze};

struct Book<'a> {
    plan: &'a Plan,
    lang: Lang,
    /// Each rule in the words of an empty case.
    words: BTreeMap<String, ExplainedFinding>,
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
    }

    fn chapter_name(&self, chapter: u32) -> String {
        match (self.lang, chapter) {
            (Lang::Zh, 0) => "前言".to_owned(),
            (Lang::En, 0) => "Foreword".to_owned(),
            (Lang::Zh, _) => format!("第 {chapter} 章"),
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
                    Lang::Zh => format!("第 {n} 部分"),
                    Lang::En => format!(", item {n}"),
                });
                let heading = match self.lang {
                    Lang::Zh => format!("\n## 第 {section} 节{item}"),
                    Lang::En => format!("\n## Section {section}{item}"),
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
        let heading = format!("\n### {} `{}`", self.pick("仅登记", "Registered"), entry.id);
        self.say(&heading);
        self.item("内容", "It says", entry.says.get(self.lang));
        self.item("不作为规则的原因", "Why it is no rule", entry.reason.get(self.lang));
        let cite = self.cite(entry.cite.item, entry.cite.table, &entry.cite.anchor);
        self.item("出处", "Source", &cite);
    }

    fn cite(&self, item: Option<u32>, table: Option<u32>, anchor: &str) -> String {
        let item = item.map_or_else(String::new, |n| match self.lang {
            Lang::Zh => format!("第 {n} 部分，"),
            Lang::En => format!("item {n}, "),
        });
        let table = table.map_or_else(String::new, |n| match self.lang {
            Lang::Zh => format!("表 {n}，"),
            Lang::En => format!("table {n}, "),
        });
        format!("{item}{table}“{}”", anchor.replace('“', "‘").replace('”', "’"))
    }

    fn rule(&mut self, rule: &Rule, state: ClauseState) {
        let heading = format!("\n### {} `{}`", rule.title.get(self.lang), rule.id);
        self.say(&heading);
        self.item("内容", "It says", rule.says.get(self.lang));
        let cite = self.cite(rule.cite.item, rule.cite.table, &rule.cite.anchor);
        self.item("出处", "Source", &cite);
        let subject = self.plan.subjects().iter().find(|subject| subject.id == rule.subject).unwrap().label.clone();
        let (kind, class) = (self.kind(rule.kind), self.class(rule.strength.class));
        let about = match self.lang {
            Lang::Zh => format!(
                "{}；{kind}；{class}（原文“{}”）；责任主体：{}",
                subject.zh, rule.strength.verb, rule.addressee.zh
            ),
            Lang::En => format!(
                "{}; {kind}; {class} (“{}”); addressed to: {}",
                subject.en, rule.strength.verb, rule.addressee.en
            ),
        };
        self.item("对象和性质", "Subject and kind", &about);
        if state == ClauseState::Judgement {
            let text = self.pick("须由有权人员判断其中的填报项", "some of its facts are a person's judgement");
            let text = text.to_owned();
            self.item("判定方式", "Decided by", &text);
        }
        if let Some(due) = self.due(rule) {
            self.item("期限", "Due", &due);
        }
        let words = self.words.get(&rule.id).cloned().unwrap();
        for line in words.lines.iter().filter(|line| line.key == "because") {
            self.condition(line, 0);
        }
        let facts = self.facts(rule);
        self.item("填报项", "Facts", &facts);
        for reading in &rule.readings {
            let conditions = reading.applies.iter().chain(&reading.requires);
            let decisions = reading.decisions.iter().filter_map(|decision| decision.when.as_ref());
            let texts: Vec<String> = conditions.chain(decisions).map(|text| format!("`{}`", text.trim())).collect();
            let due = reading.due.as_ref().map(|due| format!("due {}", day(due)));
            let all: Vec<String> = texts.into_iter().chain(due).collect();
            let text = format!("{} — {}", reading.note.get(self.lang), all.join(", "));
            self.item("另一种理解", "Read otherwise", &text);
        }
        for action in &rule.actions {
            self.item("应做", "To do", action.get(self.lang));
        }
        for note in &rule.notes {
            self.item("注意", "Note", note.get(self.lang));
        }
    }

    /// A condition in words, its parts indented; what would stand there for the values of an empty case is left out.
    fn condition(&mut self, line: &Line, depth: usize) {
        let text = line.text.replace("（暂缺）", "").replace(" (not known)", "");
        let label =
            if line.label.is_empty() { String::new() } else { format!("**{}**{}", line.label, self.pick("：", ": ")) };
        let shown = format!("{:indent$}- {label}{text}", "", indent = depth * 2);
        self.say(&shown);
        line.parts.iter().for_each(|part| self.condition(part, depth + 1));
    }

    fn facts(&self, rule: &Rule) -> String {
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
        let shown = all.iter().filter(named).map(|fact| self.fact(fact));
        shown.collect::<Vec<_>>().join(self.pick("；", "; "))
    }

    fn fact(&self, fact: &Fact) -> String {
        let mut text = format!("{} `{}`", fact.label.get(self.lang), fact.name);
        let unit = fact.unit.as_ref().map(|unit| format!(" [{unit}]"));
        text += &unit.unwrap_or_default();
        text += match fact.source {
            Source::Reported => "",
            Source::Judgement => self.pick("（须人工判断）", " (a judgement)"),
            Source::Assigned => self.pick("（由主管部门或上级下达、认定）", " (set or determined by the authorities)"),
        };
        text
    }

    fn due(&self, rule: &Rule) -> Option<String> {
        match &rule.due {
            Some(due) => Some(day(due)),
            None if rule.kind == RuleKind::Target => {
                let end = self.plan.period().end;
                Some(match self.lang {
                    Lang::Zh => format!("{end}（原文未写明，按规划期末）"),
                    Lang::En => format!("{end} (none is printed: the plan's last day)"),
                })
            }
            None => None,
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

fn day(due: &Due) -> String {
    match due {
        Due::Date(day) => day.to_string(),
        Due::Fact(name) => format!("`{name}`"),
    }
}

fn name(lang: Lang, chapter: u32) -> String {
    match lang {
        Lang::Zh => format!("chapter-{chapter}.zh-CN.md"),
        Lang::En => format!("chapter-{chapter}.md"),
    }
}

/// The pages by file name: the cover, and the chapters.
fn book(plan: &Plan, lang: Lang, lock: &Lock) -> BTreeMap<String, String> {
    let reports = plan.subjects().iter().map(|subject| plan.evaluate_json(&subject.id, "{}").unwrap());
    let words: BTreeMap<_, _> =
        reports.flat_map(|report| report.explanation(lang).findings).map(|one| (one.rule.clone(), one)).collect();
    let page = |write: &dyn Fn(&mut Book<'_>)| {
        let mut book = Book { plan, lang, words: words.clone(), out: String::new() };
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
    assert!(stale.is_empty(), "of no chapter: {stale:?}");
}
