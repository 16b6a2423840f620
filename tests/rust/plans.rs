//! Plan files: everything wrong is found at once, each with file, line, rule and field.

use ecoplan::{Decimal, Errors, Lang, Outcome, Plan};

/// A small plan that is in order; tests spoil it.
pub(crate) const SMALL: &str = r#"
[plan]
id = "county-1"
title = { zh = "某县规划", en = "A county's plan" }
period = { start = 2026-01-01, end = 2030-12-31 }

[[subject]]
id = "plant"
label = { zh = "厂", en = "plant" }

[[fact]]
subject = "plant"
name = "load_mg_l"
kind = "number"
unit = "mg/L"
min = 0
max = 500
yearly = true
source = "reported"
label = { zh = "负荷", en = "load" }

[[fact]]
subject = "plant"
name = "share_pct"
kind = "number"
unit = "%"
source = "assigned"
label = { zh = "比例", en = "share" }

[[fact]]
subject = "plant"
name = "kind_of_plant"
kind = "choice"
source = "reported"
label = { zh = "类别", en = "kind" }
choices = [
  { id = "old", label = { zh = "旧", en = "old" } },
  { id = "new", label = { zh = "新", en = "new" } },
]

[[rule]]
id = "load"
subject = "plant"
kind = "target"
title = { zh = "负荷", en = "load" }
applies = 'kind_of_plant = "old"'
requires = 'load_mg_l <= 50'
measure = "load_mg_l"
bounds = [{ number = 50, word = "不超过" }]
strength = { class = "mandatory", verb = "不得" }
addressee = { zh = "运营单位", en = "the operator" }
cite = { chapter = 1, section = 1, anchor = "不超过50" }
says = { zh = "负荷不超过50", en = "load at most 50" }
"#;

pub(crate) fn errors(text: &str) -> Errors {
    match Plan::from_files([("county.toml", text)]) {
        Ok(_) => panic!("accepted"),
        Err(errors) => errors,
    }
}

/// Asserts that the plan, spoilt by one replacement, gives just these errors.
#[track_caller]
fn spoilt(from: &str, to: &str, expected: &[(&str, &str)]) {
    assert!(SMALL.contains(from), "{from} is not in the plan");
    let errors = errors(&SMALL.replacen(from, to, 1));
    let found: Vec<_> = errors.iter().map(|e| (e.code(), e.path())).collect();
    assert_eq!(found, expected, "{errors}");
}

#[test]
fn a_plan_in_order_compiles() {
    let plan = Plan::from_toml(SMALL).unwrap();
    assert_eq!(plan.id(), "county-1");
    let report = plan.evaluate_json("plant", r#"{"kind_of_plant": "old", "load_mg_l": 50.01}"#).unwrap();
    assert_eq!(report.finding("load").unwrap().outcome(), Outcome::Breached);
}

/// As plans print them, with 不得 and without.
#[test]
fn printed_words_of_bounds() {
    for (test, words) in [
        ("load_mg_l <= 50", ["不超过", "不得超过", "不得高于", "不得大于", "以内"]),
        ("load_mg_l >= 50", ["不低于", "不得低于", "不得少于", "不得小于", "达到"]),
    ] {
        for word in words {
            let text =
                SMALL.replace("'load_mg_l <= 50'", &format!("'{test}'")).replace("不超过\"", &format!("{word}\""));
            Plan::from_toml(&text).unwrap_or_else(|e| panic!("{word}: {e}"));
        }
    }
}

#[test]
fn one_fault_one_error() {
    spoilt("id = \"county-1\"", "id = county-1", &[("syntax", "county.toml:3:6")]);
    spoilt("unit = \"mg/L\"", "units = \"mg/L\"", &[("unknown-field", "county.toml:15:1: fact.plant.load_mg_l.units")]);
    spoilt("unit = \"mg/L\"", "unit = \"mg/zz\"", &[("invalid-value", "county.toml:15:8: fact.plant.load_mg_l.unit")]);
    spoilt(
        "kind = \"number\"\nunit = \"mg/L\"",
        "kind = \"nummer\"\nunit = \"mg/L\"",
        &[("invalid-value", "county.toml:14:8: fact.plant.load_mg_l.kind")],
    );
    spoilt("min = 0", "min = 600", &[("invalid-rule", "county.toml:16:7: fact.plant.load_mg_l.min")]);
    spoilt(
        "name = \"load_mg_l\"",
        "name = \"load mg\"",
        &[
            ("invalid-value", "county.toml:13:8: fact.plant.load mg.name"),
            ("unknown-fact", "county.toml:47:12: rule.load.requires"),
            ("unknown-fact", "county.toml:48:11: rule.load.measure"),
        ],
    );
    spoilt(
        "{ id = \"new\"",
        "{ id = \"old\"",
        &[("duplicate-id", "county.toml:38:3: fact.plant.kind_of_plant.choices.old")],
    );
    spoilt("'load_mg_l <= 50'", "'load_mgl <= 50'", &[("unknown-fact", "county.toml:47:12: rule.load.requires")]);
    spoilt(
        "'load_mg_l <= 50'",
        "'load_mg_l <= share_pct and load_mg_l <= 50'",
        &[("unit-mismatch", "county.toml:47:12: rule.load.requires")],
    );
    spoilt("'load_mg_l <= 50'", "'load_mg_l - 50'", &[("not-boolean", "county.toml:47:12: rule.load.requires")]);
    spoilt("'load_mg_l <= 50'", "'load_mg_l <='", &[("expression-syntax", "county.toml:47:12: rule.load.requires")]);
    spoilt("'load_mg_l <= 50'", "'load_mg_l ** 2 <= 50'", &[("unsupported", "county.toml:47:12: rule.load.requires")]);
    spoilt("'load_mg_l <= 50'", "'load_mg_l < 50'", &[("bound-mismatch", "county.toml:49:11: rule.load.bounds.0")]);
    spoilt("\"不超过\"", "\"大约\"", &[("invalid-value", "county.toml:49:11: rule.load.bounds.0")]);
    spoilt("= \"old\"'", "= \"odl\"'", &[("unknown-choice", "county.toml:46:11: rule.load.applies")]);
    spoilt("kind_of_plant = \"old\"'", "kind_of_plant = 5'", &[("wrong-type", "county.toml:46:11: rule.load.applies")]);
    spoilt(
        "cite = { chapter = 1, section = 1, anchor = \"不超过50\" }\n",
        "",
        &[("missing-citation", "county.toml:41:1: rule.load.cite")],
    );
    spoilt(
        "anchor = \"不超过50\"",
        "anchor = \"\"",
        &[("missing-citation", "county.toml:52:8: rule.load.cite.anchor")],
    );
    spoilt(
        "class = \"mandatory\"",
        "class = \"strict\"",
        &[("invalid-value", "county.toml:50:22: rule.load.strength.class")],
    );
    spoilt(
        "says = ",
        "sayz = ",
        &[("missing-field", "county.toml:41:1: rule.load.says"), ("unknown-field", "county.toml:53:1: rule.load.sayz")],
    );
    spoilt(", en = \"load at most 50\"", "", &[("missing-field", "county.toml:53:8: rule.load.says.en")]);
    spoilt(
        "kind = \"target\"",
        "kind = \"gate\"",
        &[
            ("invalid-rule", "county.toml:47:12: rule.load.requires"),
            ("empty-gate", "county.toml:41:1: rule.load.decision"),
        ],
    );
    spoilt(
        "requires = 'load_mg_l <= 50'\n",
        "",
        &[
            ("invalid-rule", "county.toml:41:1: rule.load.requires"),
            ("invalid-rule", "county.toml:48:11: rule.load.bounds.0"),
        ],
    );
    spoilt(
        "subject = \"plant\"\nkind = \"target\"",
        "subject = \"plnat\"\nkind = \"target\"",
        &[("unknown-subject", "county.toml:43:11: rule.load.subject")],
    );
    spoilt("en = \"load at most 50\"", "en = \" \"", &[("missing-field", "county.toml:53:31: rule.load.says.en")]);
    spoilt("end = 2030-12-31", "end = 2020-12-31", &[("invalid-value", "county.toml:5:38: plan.period.end")]);
    spoilt("end = 2030-12-31", "end = 2030-02-31", &[("syntax", "county.toml:5:38")]);
    spoilt("measure = \"load_mg_l\"", "measure = 5", &[("wrong-type", "county.toml:48:11: rule.load.measure")]);
    spoilt(
        "measure = \"load_mg_l\"",
        "measure = \"load_mg_l\"\nreading = [{ id = \"r\", due = \"soon\", note = { zh = \"一\", en = \"one\" } }]",
        &[("unknown-fact", "county.toml:49:30: rule.load.reading.r.due")],
    );
    spoilt(
        "measure = \"load_mg_l\"",
        "measure = \"load_mg_l\"\nbaseline = { value = 60, year = 25 }",
        &[("invalid-year", "county.toml:49:33: rule.load.baseline.year")],
    );
    spoilt("max = 500", "max = 0x10", &[("wrong-type", "county.toml:17:7: fact.plant.load_mg_l.max")]);
    spoilt("[plan]", "[plam]", &[("unknown-field", "county.toml:2:2: plam"), ("missing-field", "plan")]);
}

#[test]
fn columns_count_characters_however_long_the_line() {
    // 8 characters, and 14 for each table, one of them of three bytes.
    let errors = errors(&format!("rule = [{}1]", "{ id = \"一\" }, ".repeat(50)));
    assert!(errors.iter().any(|e| e.path() == "county.toml:1:709: rule"));
}

#[test]
fn a_plan_without_its_head_lacks_that_alone() {
    // Its values have years, and there is no last day that they could lie after.
    let subject = "[[subject]]\nid = \"city\"\nlabel = { zh = \"市\", en = \"city\" }\n";
    let errors = errors(&(subject.to_owned() + include_str!("../../spec/lianzhou-135/indicators.toml")));
    let found: Vec<_> = errors.iter().map(|e| (e.code(), e.path())).collect();
    assert_eq!(found, [("missing-field", "plan")]);
}

#[test]
fn names_that_clash() {
    let more = |text: &str| errors(&format!("{SMALL}\n{text}"));
    let rule = SMALL.split_once("[[rule]]").unwrap().1;
    let twice = more(&format!("[[rule]]{rule}"));
    assert_eq!(twice.iter().map(|e| e.code()).collect::<Vec<_>>(), ["duplicate-id"]);
    let fact = "[[fact]]\nsubject = \"plant\"\nname = \"NAME\"\nkind = \"KIND\"\nsource = \"reported\"\nlabel = { zh = \"x\", en = \"x\" }";
    let fact = |name: &str, kind: &str| more(&fact.replace("NAME", name).replace("KIND", kind));
    assert_eq!(fact("share_pct", "yes_no").iter().map(|e| e.code()).collect::<Vec<_>>(), ["name-clash"]);
    assert_eq!(fact("load_mg_l_year", "number").iter().map(|e| e.code()).collect::<Vec<_>>(), ["name-clash"]);
    for keyword in ["and", "not", "if", "null", "true"] {
        assert_eq!(fact(keyword, "yes_no").iter().next().unwrap().code(), "invalid-value", "{keyword}");
    }
    // One name in two units, though of two subjects.
    let other = "[[subject]]\nid = \"kiln\"\nlabel = { zh = \"窑\", en = \"kiln\" }\n[[fact]]\nsubject = \"kiln\"\nname = \"load_mg_l\"\nkind = \"number\"\nunit = \"g/L\"\nsource = \"reported\"\nlabel = { zh = \"x\", en = \"x\" }";
    assert_eq!(more(other).iter().map(|e| e.code()).collect::<Vec<_>>(), ["name-clash"]);
}

#[test]
fn all_faults_at_once() {
    let text = SMALL
        .replace("unit = \"mg/L\"", "unit = \"mg/L\"\ncolour = 1")
        .replace("'load_mg_l <= 50'", "'load_mgl <= 50'")
        .replace("kind_of_plant = \"old\"'", "share_pct > load_mg_l'")
        .replace("chapter = 1", "chapter = \"one\"");
    let errors = errors(&text);
    let found: Vec<_> = errors.iter().map(|e| e.code()).collect();
    assert_eq!(found, ["unknown-field", "wrong-type", "unit-mismatch", "unknown-fact"], "{errors}");
    assert_eq!(errors.iter().nth(3).unwrap().hint(Lang::En).unwrap(), "did you mean `load_mg_l`?");
}

#[test]
fn several_syntax_errors_in_several_files() {
    let errors = Plan::from_files([("a.toml", "[plan\nid = 1"), ("b.toml", "= 3\n[[rule]]\nid = ")]).unwrap_err();
    assert!(errors.iter().any(|e| e.path().starts_with("a.toml:1")), "{errors}");
    assert!(errors.iter().any(|e| e.path().starts_with("b.toml:1")), "{errors}");
    assert!(errors.iter().any(|e| e.path().starts_with("b.toml:3")), "{errors}");
    assert!(errors.iter().all(|e| e.code() == "syntax"), "{errors}");
}

/// Each slip, and what its first error advises; the name of a choice is not taken for that of a fact.
#[test]
fn slips_of_a_chinese_keyboard() {
    let quotes = |plain, found| format!("use straight quotes: `{plain}`, not `{found}`");
    let write = |plain, found| format!("write `{plain}`, not `{found}`");
    for (old, new, code, hint) in [
        ("\"county-1\"", "“county-1”", "syntax", quotes('"', '“')),
        ("\"county-1\"", "\"county-1”", "syntax", quotes('"', '”')),
        ("'load_mg_l <= 50'", "‘load_mg_l <= 50’", "syntax", quotes('\'', '‘')),
        ("'load_mg_l <= 50'", "'load_mg_l <= 50’", "syntax", quotes('\'', '’')),
        ("id = \"county-1\"", "id ＝ \"county-1\"", "syntax", write("=", '＝')),
        ("id = \"county-1\"", "id：\"county-1\"", "syntax", write(":", '：')),
        ("{ zh = \"负荷\", en", "{ zh = \"负荷\"， en", "syntax", write(",", '，')),
        ("{ zh = \"负荷\", en", "｛ zh = \"负荷\", en", "syntax", write("{", '｛')),
        ("min = 0", "min = ０", "syntax", write("0", '０')),
        ("'load_mg_l <= 50'", "'load_mg_l ≤ 50'", "expression-syntax", write("<=", '≤')),
        ("'load_mg_l <= 50'", "'load_mg_l ≥ 50'", "expression-syntax", write(">=", '≥')),
        ("'load_mg_l <= 50'", "'load_mg_l ≠ 50'", "expression-syntax", write("!=", '≠')),
        ("'load_mg_l <= 50'", "'load_mg_l ＜= 50'", "expression-syntax", write("<", '＜')),
        ("'load_mg_l <= 50'", "'load_mg_l <= ５０'", "expression-syntax", write("5", '５')),
        ("'load_mg_l <= 50'", "'（load_mg_l <= 50)'", "expression-syntax", write("(", '（')),
        ("'load_mg_l <= 50'", "'load_mg_l <= 50 且 true'", "expression-syntax", write("and", '且')),
        ("'kind_of_plant = \"old\"'", "'kind_of_plant = “old”'", "expression-syntax", quotes('"', '“')),
        ("'kind_of_plant = \"old\"'", "'kind_of_plant = \"old”'", "expression-syntax", quotes('"', '”')),
        ("'kind_of_plant = \"old\"'", "'kind_of_plant = old'", "unknown-fact", "did you mean `\"old\"`?".to_owned()),
    ] {
        let text = SMALL.replace(old, new);
        assert_ne!(text, SMALL, "{old}");
        let errors = Plan::from_toml(&text).unwrap_err();
        let first = errors.iter().next().unwrap();
        assert_eq!((first.code(), first.hint(Lang::En)), (code, Some(hint)), "{new}: {errors}");
        assert!(first.hint(Lang::Zh).is_some_and(|zh| zh != first.hint(Lang::En).unwrap()));
    }
}

/// In strings and remarks they are text, and other errors get no such hint.
#[test]
fn what_a_chinese_keyboard_writes_in_texts_is_no_slip() {
    let remark = SMALL.replace("[plan]", "[plan] # “，＝”").replace("\"某县规划\"", "\"“某县”，规划（＝）\"");
    Plan::from_toml(&remark).unwrap();
    let errors = Plan::from_toml(&remark.replace("规划（＝）\", en =", "规划（＝）\", en")).unwrap_err();
    assert!(errors.iter().all(|error| error.code() == "syntax" && error.hint(Lang::En).is_none()), "{errors}");
}

#[test]
fn one_file_or_several_is_the_same_plan() {
    let (head, rules) = SMALL.split_at(SMALL.find("[[rule]]").unwrap());
    let one = Plan::from_toml(SMALL).unwrap();
    let two = Plan::from_files([("a.toml", head), ("b.toml", rules)]).unwrap();
    assert_eq!(one.hash(), two.hash());
    // Layout does not count, content does.
    assert_eq!(Plan::from_toml(&SMALL.replace("max = 500", "max = 500.0 # g")).unwrap().hash(), one.hash());
    assert_ne!(Plan::from_toml(&SMALL.replace("max = 500", "max = 501")).unwrap().hash(), one.hash());
}

#[test]
fn the_bundled_plans_have_distinct_hashes_and_the_model_keeps_them() {
    let hashes: Vec<String> = ecoplan::plans().map(|id| ecoplan::plan(id).unwrap().hash().to_owned()).collect();
    assert_eq!(hashes.len(), 2);
    assert_ne!(hashes[0], hashes[1]);
    for id in ecoplan::plans() {
        let plan = ecoplan::plan(id).unwrap();
        let canonical = serde_json::to_string(plan.document()).unwrap();
        let read = ecoplan::model::Document::from_json(&canonical).unwrap();
        assert_eq!(&read, plan.document());
    }
    let unknown = ecoplan::plan("lianzhou-154").unwrap_err();
    let error = unknown.iter().next().unwrap();
    assert_eq!((error.code(), error.hint(Lang::En).as_deref()), ("unknown-plan", Some("did you mean `lianzhou-145`?")));
}

#[test]
fn a_corrected_target_is_another_plan_and_says_so() {
    let plan = ecoplan::plan("lianzhou-145").unwrap();
    let corrected = plan.with_target("target-forest-coverage-2025", "68.2".parse().unwrap()).unwrap();
    assert_ne!(plan.hash(), corrected.hash());
    let values = plan.reported();
    let (printed, new) = (plan.scorecard(&values).unwrap(), corrected.scorecard(&values).unwrap());
    assert_eq!(printed.row(19).unwrap().status.as_str(), "breached");
    let row = new.row(19).unwrap();
    assert_eq!(
        (row.status.as_str(), row.target, row.margin),
        ("satisfied", Some("68.2".parse().unwrap()), Some("0.01".parse().unwrap()))
    );
    assert!(row.notes.iter().any(|n| n.code == "corrected_target" && n.text.en.contains("69")));
    // Correcting twice keeps what was printed.
    let again = corrected.with_target("target-forest-coverage-2025", "70".parse().unwrap()).unwrap();
    let row = again.scorecard(&values).unwrap().row(19).unwrap().clone();
    assert!(row.notes.iter().any(|n| n.text.en.contains("printed 69")));

    let code = |rule: &str| plan.with_target(rule, Decimal::ZERO).unwrap_err().iter().next().unwrap().code();
    assert_eq!(code("target-forest-covrage-2025"), "unknown-rule");
    assert_eq!(code("target-energy-intensity-2025"), "no-numeric-target");
    assert_eq!(code("two-high-definition"), "no-numeric-target");
}

/// An author who reads Chinese is told in Chinese.
#[test]
fn what_is_wrong_with_a_plan_in_chinese() {
    for (from, to, message) in [
        ("'kind_of_plant = \"old\"'", "'kind_of_plant'", "条件的结果是选项，不是“是/否”"),
        ("'load_mg_l <= 50'", "'load_mg_l'", "条件的结果是数字，单位 mg/L，不是“是/否”"),
        ("'load_mg_l <= 50'", "'count(kind_of_plant) <= 50'", "类型不符"),
        ("kind = \"target\"", "kind = \"goal\"", "“goal”无效：应为下列之一：`target`"),
        ("label = { zh = \"旧\", en = \"old\" }", "label = \"旧\"", "类型不符：应为表（{ … }），实为文字"),
    ] {
        assert!(SMALL.contains(from), "{from} is not in the plan");
        let errors = errors(&SMALL.replacen(from, to, 1));
        let messages: Vec<_> = errors.iter().map(|error| error.message(Lang::Zh)).collect();
        assert!(messages.iter().any(|found| found.starts_with(message)), "{message} is not in {messages:?}");
    }
}
