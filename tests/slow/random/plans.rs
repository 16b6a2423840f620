//! Plans of one subject with a few rules of every kind.

use super::Random;
use super::conditions::{CHOICES, Conditions, DAYS};
use crate::slow::parse::parse;

const TEXT: &str = "{ zh = \"t\", en = \"t\" }";

const FACTS: [(&str, &str); 21] = [
    ("n0", "kind = \"number\"\nunit = \"mg/L\"\nyearly = true"),
    ("n1", "kind = \"number\"\nunit = \"mg/L\"\nyearly = true\ndecimals = 2"),
    ("n2", "kind = \"number\"\nunit = \"mg/L\""),
    ("n3", "kind = \"number\"\nunit = \"mg/L\"\nmin = -5\nmax = 100\ndecimals = 1"),
    ("p0", "kind = \"number\"\nunit = \"%\"\nmin = 0\nmax = 100"),
    ("p1", "kind = \"number\"\nunit = \"%\"\nyearly = true"),
    ("k0", "kind = \"number\""),
    ("k1", "kind = \"number\"\nmin = 1\ndecimals = 0"),
    ("b0", "kind = \"yes_no\""),
    ("b1", "kind = \"yes_no\""),
    ("b2", "kind = \"yes_no\""),
    ("b3", "kind = \"yes_no\""),
    ("c", "kind = \"choice\""),
    ("c2", "kind = \"choice\""),
    ("s", "kind = \"set\""),
    ("s2", "kind = \"set\""),
    ("d", "kind = \"date\""),
    ("d2", "kind = \"date\""),
    ("due", "kind = \"date\""),
    ("done", "kind = \"yes_no\""),
    ("done_on", "kind = \"date\""),
];

/// A plan as TOML.
pub(crate) fn plan(random: &mut Random) -> String {
    let mut text = format!(
        "[plan]\nid = \"p\"\ntitle = {TEXT}\nperiod = {{ start = 2021-01-01, end = 2025-12-31 }}\n\
         [[subject]]\nid = \"s\"\nlabel = {TEXT}\n"
    );
    // What is missing depends on the order in which facts are declared.
    let mut facts = FACTS;
    random.shuffle(&mut facts);
    let choices = CHOICES.map(|c| format!("{{ id = \"{c}\", label = {TEXT} }}")).join(", ");
    for (name, fields) in facts {
        let chosen = fields.contains("choice") || fields.contains("set");
        let choices = if chosen { format!("choices = [{choices}]\n") } else { String::new() };
        text += &format!(
            "[[fact]]\nsubject = \"s\"\nname = \"{name}\"\n{fields}\n{choices}source = \"reported\"\nlabel = {TEXT}\n"
        );
    }
    for id in 0..=random.below(4) {
        text += &rule(random, id);
    }
    text
}

fn rule(random: &mut Random, id: usize) -> String {
    let kind = random.pick(&["obligation", "prohibition", "target", "target", "gate", "definition", "deadline"]);
    let strength = random.pick(&["mandatory", "in_principle", "progressive", "encouraged"]);
    let mut text = format!(
        "[[rule]]\nid = \"r{id}\"\nsubject = \"s\"\nkind = \"{kind}\"\ntitle = {TEXT}\n\
         strength = {{ class = \"{strength}\", verb = \"v\" }}\naddressee = {TEXT}\n\
         cite = {{ chapter = 1, section = 1, anchor = \"x\" }}\nsays = {TEXT}\n"
    );
    let depth = random.below(4);
    let applies = random.percent(60).then(|| condition(random, 2));
    let decides = matches!(kind, "gate" | "definition");
    let requires =
        (!decides && kind != "deadline" && (kind == "target" || random.percent(90))).then(|| condition(random, depth));
    let decisions = if decides { decisions(random, "rule", kind, depth) } else { String::new() };
    text += &applies.as_ref().map_or_else(String::new, |c| format!("applies = '{c}'\n"));
    text += &requires.as_ref().map_or_else(String::new, |c| format!("requires = '{c}'\n"));
    if kind == "deadline" || random.percent(50) {
        text += &format!("due = {}\n", due(random));
    }
    if kind == "deadline" {
        text += random.pick(&["done = \"done\"\n", "done = \"done\"\ndone_on = \"done_on\"\n", "done = \"b0\"\n"]);
    }
    if let Some(test) = &requires {
        let test = parse(test).opened();
        let numbers: Vec<&str> = test.names().into_iter().filter(|name| name.starts_with(['n', 'p'])).collect();
        if !numbers.is_empty() && random.percent(40) {
            text += &format!("measure = \"{}\"\n", random.pick(&numbers));
        }
    }
    text += &decisions;
    for reading in 0..random.below(3) {
        text += &format!("[[rule.reading]]\nid = \"a{reading}\"\nnote = {TEXT}\n");
        text += &match random.below(4) {
            0 => format!("applies = '{}'\n", condition(random, 2)),
            1 if kind != "target" => format!("due = {}\n", due(random)),
            _ if decides => self::decisions(random, "rule.reading", kind, depth),
            _ if kind == "deadline" => format!("due = {}\n", due(random)),
            _ => format!("requires = '{}'\n", condition(random, depth)),
        };
    }
    text
}

fn condition(random: &mut Random, depth: usize) -> String {
    Conditions::new(random).condition(depth)
}

fn due(random: &mut Random) -> String {
    if random.percent(50) { "\"due\"".to_owned() } else { random.pick(&DAYS).to_owned() }
}

fn decisions(random: &mut Random, within: &str, kind: &str, depth: usize) -> String {
    let mut ids = ["d0", "d1", "d2"];
    random.shuffle(&mut ids);
    let count = 1 + random.below(3);
    let mut text = String::new();
    for id in &ids[..count] {
        let when = condition(random, depth);
        text += &format!("[[{within}.decision]]\nid = \"{id}\"\nwhen = '{when}'\nlabel = {TEXT}\n");
    }
    if kind == "definition" || random.percent(10) {
        text += &format!("[[{within}.decision]]\nid = \"else\"\nlabel = {TEXT}\n");
    }
    text
}
