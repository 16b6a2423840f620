//! Every citation's anchor stands in the plan's text: checked against a lock file always, and against the text itself
//! where ECOPLAN_PLAN_TEXT names it. With ECOPLAN_BLESS set as well, the lock file is written anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ecoplan::Plan;
use ecoplan::model::Document;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The document that both bundled plans cite.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    /// SHA-256 of the text without white space.
    sha256: String,
    /// Anchor without white space, to the place of its first character.
    pub(crate) anchors: BTreeMap<String, usize>,
}

pub(crate) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("anchors.lock.json")
}

impl Lock {
    pub(crate) fn read() -> Self {
        serde_json::from_str(&std::fs::read_to_string(file()).unwrap()).unwrap()
    }
}

fn anchors() -> Vec<String> {
    let plans = ecoplan::plans().map(|id| ecoplan::plan(id).unwrap());
    let cites = |plan: Plan| {
        let Document { rules, registered, .. } = plan.document().clone();
        rules.into_iter().map(|rule| rule.cite).chain(registered.into_iter().map(|entry| entry.cite))
    };
    plans.flat_map(cites).map(|cite| squeeze(&cite.anchor)).collect()
}

fn lock_of(text: &str) -> Lock {
    let text = squeeze(text);
    let sha256 = Sha256::digest(&text).iter().map(|b| format!("{b:02x}")).collect();
    let place = |anchor: String| {
        let places: Vec<usize> = text.match_indices(&anchor).map(|(byte, _)| text[..byte].chars().count()).collect();
        assert_eq!(places.len(), 1, "`{anchor}` stands {} times in the plan", places.len());
        (anchor, places[0])
    };
    Lock { sha256, anchors: anchors().into_iter().map(place).collect() }
}

#[test]
fn anchors_are_in_the_plan() {
    let text = std::env::var_os("ECOPLAN_PLAN_TEXT").map(|path| std::fs::read_to_string(path).unwrap());
    if let (Some(text), Some(_)) = (&text, std::env::var_os("ECOPLAN_BLESS")) {
        std::fs::write(file(), serde_json::to_string_pretty(&lock_of(text)).unwrap() + "\n").unwrap();
    }
    let lock = Lock::read();
    let locked: Vec<&String> = lock.anchors.keys().collect();
    let mut cited = anchors();
    cited.sort();
    cited.dedup();
    assert_eq!(cited.iter().collect::<Vec<_>>(), locked, "anchors.lock.json is not of these rules");
    if let Some(text) = text {
        assert_eq!(lock_of(&text), lock);
    }
}
