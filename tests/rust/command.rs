//! The README's first command, as a person runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value as Json;

/// The example, built once by the Cargo that runs the tests.
static ASSESS: LazyLock<PathBuf> = LazyLock::new(|| {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--locked", "--package", "ecoplan", "--example", "assess", "--message-format", "json"]);
    let output = build.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let mut program = built.filter_map(|m| m["executable"].as_str().map(PathBuf::from));
    let program = program.next_back();
    program.unwrap_or_else(|| panic!("no executable in {messages}"))
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn assess(arguments: &[&str]) -> Output {
    Command::new(&*ASSESS).args(arguments).output().unwrap()
}

pub(crate) fn stdout(arguments: &[&str]) -> String {
    let output = assess(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Json {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

/// A file of this test run.
pub(crate) fn file(name: &str, content: &[u8]) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn without_options_it_shows_the_published_figures_and_the_cases() {
    let text = stdout(&[]);
    for part in [
        "27 indicators (11 binding, 16 expected): 5 not assessed, 22 assessed; 18 satisfied (11 binding, 7 expected), 4 breached",
        "21 indicators (5 binding, 16 expected)",
        "✓ satisfied · Influent BOD5 in 2025 at least 20 mg/L above 2020",
        "? undetermined · Slow or restricted approval of proposed two-high projects",
        "energy_space_insufficient",
        "chapter 3, section 1, item 2",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let zh = stdout(&["--lang", "zh"]);
    for part in ["共 27 项指标（约束性 11，预期性 16）：不参与评价 5，参与评价 22；已完成 18", "第三章第一节“二、”"]
    {
        assert!(zh.contains(part), "{part} is not in\n{zh}");
    }
}

#[test]
fn one_json_document_has_everything_shown() {
    let shown = json(&["--json"]);
    let cards = shown["scorecards"].as_array().unwrap();
    assert_eq!(cards.iter().map(|c| c["plan"].as_str().unwrap()).collect::<Vec<_>>(), ["lianzhou-135", "lianzhou-145"]);
    assert_eq!(cards[0]["counts"]["satisfied"], 18);
    let row = &cards[1]["rows"][16];
    assert_eq!(
        (row["no"].as_u64(), row["status"].as_str(), row["margin"].as_str()),
        (Some(17), Some("pending"), Some("-6.45"))
    );
    assert_eq!(
        (row["value"].as_str(), row["year"].as_u64(), row["target"].as_str()),
        (Some("92.55"), Some(2020), Some("99"))
    );
    for key in ["rule", "reason", "missing"] {
        assert!(row.get(key).is_some(), "{key}");
    }
    let case = &shown["cases"][1]["report"]["findings"][3];
    assert_eq!(case["rule"], "two-high-proposed-slow-limited-approval");
    let keys = [
        "outcome",
        "decision",
        "margin",
        "missing",
        "possible",
        "because",
        "actions",
        "cite",
        "readings",
        "strength",
        "addressee",
        "reason",
        "notes",
    ];
    for key in keys {
        assert!(case.get(key).is_some(), "{key}");
    }
    let late = json(&["--json", "--as-of", "2025-12-31"]);
    assert_eq!(late["scorecards"][1]["rows"][16]["status"], "breached");
    assert_eq!(late["scorecards"][1]["rows"][16]["stale"], true);
}

#[test]
fn ones_own_case_values_and_plan() {
    let facts = file("plant.json", br#"{"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 81.6}"#);
    let shown = json(&["--subject", "urban_wwtp", "--facts", &facts, "--json"]);
    assert_eq!(shown["report"]["findings"][1]["outcome"], "satisfied");
    assert_eq!(shown["report"]["findings"][1]["margin"], "0");
    assert_eq!(shown["report"]["as_of"], "2025-12-31");
    assert!(shown.get("scorecards").is_none());
    let early = json(&["--subject", "urban_wwtp", "--facts", &facts, "--json", "--as-of", "2024-12-31"]);
    assert_eq!(early["report"]["as_of"], "2024-12-31");

    let values = file("values.json", br#"{"good_days_pct": {"value": 95.4, "year": 2025}, "forest_coverage_pct": 69}"#);
    let shown = json(&["--values", &values, "--json"]);
    assert_eq!(shown["scorecards"][0]["counts"]["satisfied"], 2);
    assert_eq!(json(&["--plan", "lianzhou-135", "--json"])["scorecards"][0]["counts"]["breached"], 4);

    let plan = file("county.toml", crate::plans::SMALL.as_bytes());
    let facts = file("load.json", br#"{"kind_of_plant": "old", "load_mg_l": 50.01}"#);
    let shown = json(&["--plan", &plan, "--subject", "plant", "--facts", &facts, "--json"]);
    assert_eq!(shown["report"]["findings"][0]["outcome"], "breached");
    assert_eq!(shown["report"]["plan"]["id"], "county-1");
}

#[test]
fn bad_input_ends_with_a_code_a_place_and_a_hint() {
    let facts = file("bad.json", br#"{"influent_bod5_2020_mgl": 61.6, "influent_bod5_mg_l": "86 t/d"}"#);
    let output = assess(&["--subject", "urban_wwtp", "--facts", &facts, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let shown: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["error"]["code"], "unknown-fact");
    assert_eq!(shown["error"]["path"], "facts.influent_bod5_2020_mgl");
    assert!(shown["error"]["message"].as_str().unwrap().contains("influent_bod5_2020_mgl"));
    assert_eq!(shown["error"]["hint"], "did you mean `influent_bod5_2020_mg_l`?");
    assert_eq!(shown["errors"][1]["code"], "unit-mismatch");
    let output = assess(&["--subject", "urban_wwtp", "--facts", &facts, "--lang", "zh"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("单位不符"));
    assert!(output.stdout.is_empty());
    for (arguments, code, path) in [
        (&["--as-of", "2025-02-30", "--json"][..], "invalid-date", "--as-of"),
        (&["--values", "/nowhere", "--json"], "unreadable", "/nowhere"),
        (&["--plan", "lianzhou-154", "--json"], "unknown-plan", "plan"),
        (&["--frobnicate", "--json"], "usage", ""),
    ] {
        let output = assess(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let shown: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((shown["error"]["code"].as_str(), shown["error"]["path"].as_str()), (Some(code), Some(path)));
    }
    for usage in [
        &["--facts", &*facts][..],
        &["--frobnicate"],
        &["--lang", "fr"],
        &["--as-of", "2025-02-30"],
        &["--values", "/nowhere"],
    ] {
        let output = assess(usage);
        assert!(!output.status.success(), "{usage:?}");
        assert!(!output.stderr.is_empty(), "{usage:?}");
    }
}

/// What the READMEs show as output is what the command prints.
#[test]
fn the_output_in_the_readmes_is_real() {
    for (readme, lang) in [("README.md", "en"), ("README.zh-CN.md", "zh")] {
        let readme = std::fs::read_to_string(root().join(readme)).unwrap();
        let printed = stdout(&["--lang", lang]);
        let blocks: Vec<&str> = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(blocks.len(), 2);
        for block in blocks {
            assert!(printed.contains(block), "not printed:\n{block}");
        }
    }
}

/// The clauses that the READMEs count are those that there are.
#[test]
fn the_counts_in_the_readmes_are_right() {
    let counts = ecoplan::plan("lianzhou-145").unwrap().coverage().counts;
    for (readme, around) in [
        (
            "README.md",
            [("the plan, ", " in all"), (": ", " rules that"), (", ", " that need"), ("and ", " on a register")],
        ),
        (
            "README.zh-CN.md",
            [("条款共 ", " 条："), ("其中 ", " 条规则"), ("，", " 条还须人工判断"), ("，", " 条程序无法判定")],
        ),
    ] {
        let text = std::fs::read_to_string(root().join(readme)).unwrap();
        let all = [counts.total, counts.executable, counts.judgement, counts.registered];
        for ((before, after), count) in around.into_iter().zip(all) {
            assert!(text.contains(&format!("{before}{count}{after}")), "{readme}: {before}{count}{after}");
        }
    }
}

/// The rule that the READMEs show is that of the plan.
#[test]
fn the_rule_in_the_readmes_compiles() {
    for readme in ["README.md", "README.zh-CN.md"] {
        let readme = std::fs::read_to_string(root().join(readme)).unwrap();
        let shown = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let rest = r#"
[plan]
id = "p"
title = { zh = "t", en = "t" }
period = { start = 2021-01-01, end = 2025-12-31 }
[[subject]]
id = "township_wwtp"
label = { zh = "l", en = "l" }
[[fact]]
subject = "township_wwtp"
name = "load_rate_previous_pct"
kind = "number"
unit = "%"
source = "reported"
label = { zh = "l", en = "l" }
"#;
        let plan = ecoplan::Plan::from_files([("shown.toml", shown), ("rest.toml", rest)]).unwrap();
        let bundled = ecoplan::plan("lianzhou-145").unwrap();
        let of = |plan: &ecoplan::Plan| {
            plan.rules().iter().find(|r| r.id == "wwtp-township-load-rate").unwrap().requires.clone()
        };
        assert_eq!(of(&plan), of(&bundled));
    }
}

/// A case as an inspector meets it: subject, facts, and how the line of each rule begins.
type Inspection = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const INSPECTIONS: &[Inspection] = &[
    (
        "construction_site",
        r#"{ "spoil_stockpiled_on_site": true, "covered_with_closed_dust_net": false }"#,
        &[("dust-site-spoil", "✗")],
    ),
    (
        "combustion_unit",
        r#"{ "unit_kind": "boiler", "unit_status": "existing", "design_fuel": "coal", "is_industrial_boiler": true,
             "converted_to_clean_energy": false, "steam_t_per_h": 10, "online_monitor_networked": true }"#,
        &[("boiler-coal-industrial-phase-out", "…"), ("boiler-10t-online-monitoring", "✓")],
    ),
    (
        "concrete_plant",
        r#"{ "enclosed_units": ["aggregate_bins", "mixing_tower", "raw_material_loading", "batching", "mixing"],
             "dust_suppression_installed": false, "mixer_has_collector": true, "silos_have_collector": true }"#,
        &[("dust-concrete-plant-enclosure", "✗")],
    ),
    (
        "land_parcel",
        r#"{ "in_joint_supervision": true, "survey_done": true, "remediation_needed": true, "responsible_party_named": false }"#,
        &[("land-supply-ban", "!")],
    ),
    ("enterprise", r#"{ "hazardous_waste_t_per_year": 10 }"#, &[("hazwaste-10t-key-supervision", "!")]),
    (
        "building",
        r#"{ "building_use": "public", "building_works": "new", "in_urban_planning_area": true, "government_funded": false,
             "floor_area_m2": "20000.01", "design_star": 1, "built_star": 1 }"#,
        &[("building-green-star-required", "!"), ("building-green-star-compliance", "✗")],
    ),
];

#[test]
fn inspections_in_both_languages() {
    for (subject, facts, expected) in INSPECTIONS {
        let facts = file(&format!("{subject}.json"), facts.as_bytes());
        for lang in ["zh", "en"] {
            let text = stdout(&["--subject", subject, "--facts", &facts, "--lang", lang]);
            for (rule, mark) in *expected {
                let line = text.lines().find(|line| line.ends_with(&format!("[{rule}]")));
                let line = line.unwrap_or_else(|| panic!("{rule} is not in\n{text}"));
                assert!(line.starts_with(mark), "{line}");
            }
            // Every finding cites the plan, and nothing is left in the other language but what is quoted.
            assert!(text.contains(if lang == "zh" { "出处：第" } else { "source: chapter " }), "{text}");
        }
    }
}
