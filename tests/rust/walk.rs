//! No sentence of the document is unaccounted for: `walk.json` goes through chapter 2, section 3, and chapters 3 to 8, cut
//! at each full stop and semicolon. A part is reached by the anchor of a rule or of an entry on the register, or it says
//! why it needs none. Places are counted in characters of the text without white space.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::anchors::{Lock, squeeze};
use crate::common::lianzhou;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Walk {
    #[expect(dead_code, reason = "it is for readers")]
    about: String,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    chapter: u32,
    section: u32,
    item: Option<u32>,
    /// Place and length; then, where no anchor stands in it, what it is, and the clauses that carry it.
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Reached(usize, usize),
    Other(usize, usize, Kind),
    Carried(usize, usize, Kind, Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A heading, or the words that open a paragraph.
    Heading,
    /// Purpose or context of what follows.
    Aim,
    /// Its duty is carried by clauses whose anchors stand elsewhere.
    Carried,
}

impl Part {
    fn place(&self) -> (usize, usize) {
        match self {
            Part::Reached(start, length) | Part::Other(start, length, _) | Part::Carried(start, length, ..) => {
                (*start, *length)
            }
        }
    }
}

fn walk() -> Vec<Group> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("walk.json");
    let walk: Walk = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    walk.groups
}

#[test]
fn every_sentence_is_accounted_for() {
    let plan = lianzhou();
    let coverage = plan.coverage();
    let lock = Lock::read();
    let ids: BTreeSet<&str> = coverage.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let mut anchors: Vec<(usize, usize)> = Vec::new();
    let mut cites: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for clause in &coverage.clauses {
        let anchor = squeeze(&clause.cite.anchor);
        let start = lock.anchors[&anchor];
        anchors.push((start, start + anchor.chars().count()));
        cites.entry(start).or_default().push(clause);
    }
    let (mut parts, mut chapters) = (0, BTreeSet::new());
    for group in walk() {
        chapters.insert(group.chapter);
        for part in &group.parts {
            let (start, length) = part.place();
            let end = start + length;
            let reached = anchors.iter().any(|(from, to)| *from < end && *to > start);
            let place = format!(
                "chapter {}, section {}, item {:?}, character {start}",
                group.chapter, group.section, group.item
            );
            match part {
                Part::Reached(..) => assert!(reached, "{place}: no anchor stands in it"),
                Part::Other(_, _, kind) => assert!(!reached && *kind != Kind::Carried, "{place}: {kind:?}"),
                Part::Carried(_, _, kind, by) => {
                    assert!(!reached && *kind == Kind::Carried && !by.is_empty(), "{place}: {kind:?}");
                    let strange: Vec<_> = by.iter().filter(|id| !ids.contains(id.as_str())).collect();
                    assert!(strange.is_empty(), "{place}: no clause is called {strange:?}");
                }
            }
            // A clause is cited where it stands; the rows of a table stand outside the items.
            for clause in cites.range(start..end).flat_map(|(_, clauses)| clauses) {
                let cite = &clause.cite;
                let right = (cite.chapter, cite.section, cite.item) == (group.chapter, group.section, group.item);
                assert!(right || cite.table.is_some(), "{} is cited elsewhere than in {place}", clause.id);
            }
            parts += 1;
        }
    }
    assert_eq!(chapters, (2..=8).collect());
    assert!(parts > 700, "{parts}");
}

/// The walk leaves nothing out, where ECOPLAN_PLAN_TEXT names the text.
#[test]
fn the_walk_is_of_the_whole_text() {
    let Some(path) = std::env::var_os("ECOPLAN_PLAN_TEXT") else { return };
    let text: Vec<char> = squeeze(&std::fs::read_to_string(path).unwrap()).chars().collect();
    let parts: Vec<(usize, usize)> = walk().iter().flat_map(|group| group.parts.iter().map(Part::place)).collect();
    let find = |wanted: &str, from: usize| {
        let wanted: Vec<char> = wanted.chars().collect();
        from + text[from..].windows(wanted.len()).position(|window| window == wanted).unwrap()
    };
    // Chapter 2, section 3 begins where the contents of the document name it for the last time.
    let goals = find("第三节主要目标", 0);
    assert_eq!(parts[0].0, goals);
    for pair in parts.windows(2) {
        assert_eq!(pair[0].0 + pair[0].1, pair[1].0, "a gap after character {}", pair[0].0);
    }
    let (last, length) = parts[parts.len() - 1];
    assert_eq!(last + length, text.len());
    for (start, length) in parts {
        let stops = text[start..start + length].iter().filter(|c| matches!(c, '。' | '；')).count();
        assert!(stops <= 1, "character {start}: several sentences in one part");
    }
}
