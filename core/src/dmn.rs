//! A subject of a plan as a decision model of the OMG DMN 1.5 standard.
//!
//! The elements stand in the order that the standard's schema asks for. Names are those of the plan, ids are made of them.

mod guard;
mod input;
mod rule;
mod xml;

use std::collections::BTreeSet;

use self::rule::{AS_OF, Logic, logic};
use self::xml::Xml;
use crate::model::{Cite, Reading, Rule};
use crate::program::{Parts, Program, RuleProgram, SubjectProgram};
use crate::words::citation;
use crate::{Error, Errors, Lang, Outcome, Problem, Text};

const MODEL: &str = "https://www.omg.org/spec/DMN/20230324/MODEL/";
const FEEL: &str = "https://www.omg.org/spec/DMN/20230324/FEEL/";
/// The namespace of what the standard has no element for.
const EXTENSION: &str = "urn:ecoplan:dmn";

/// The types of what is concluded; those of facts begin with `t_`.
const OUTCOME: &str = "outcome";
const FINDING: &str = "finding";

/// The id of the knowledge source that the plan itself is.
const DOCUMENT: &str = "plan";

/// The decision model of a subject.
pub(crate) fn dmn(program: &Program, subject: &SubjectProgram) -> Result<String, Errors> {
    if subject.slot(AS_OF).is_some() {
        let detail = "a fact, and the day of judgement of the decision model".to_owned();
        let path = format!("fact.{}.{AS_OF}", subject.subject.id);
        return Err(Error::new(path, Problem::NameClash { name: AS_OF.to_owned(), detail }).into());
    }
    let (exported, refused): (Vec<_>, Vec<_>) =
        subject.rules.iter().flat_map(|rule| decisions(subject, rule)).partition(|decision| decision.logic.is_ok());
    let document = &program.document;
    let name = format!("{} {}", document.id, subject.subject.id);
    let namespace = format!("urn:ecoplan:{}:{}", id("", &document.id), id("", &subject.subject.id));
    let attributes = [
        ("xmlns", MODEL),
        ("xmlns:ecoplan", EXTENSION),
        ("id", "definitions"),
        ("name", &name),
        ("namespace", &namespace),
        ("expressionLanguage", FEEL),
        ("typeLanguage", FEEL),
        ("exporter", "ecoplan"),
        ("exporterVersion", env!("CARGO_PKG_VERSION")),
    ];
    Ok(Xml::document("definitions", &attributes, |xml| {
        xml.text("description", &[], &both(&subject.subject.label));
        xml.element("extensionElements", &[], |xml| {
            xml.empty("ecoplan:plan", &[("id", &document.id), ("sha256", program.hash())]);
            for decision in &refused {
                let reason = decision.logic.as_ref().err().copied().unwrap_or_default();
                xml.empty("ecoplan:notExported", &[("decision", &decision.name()), ("reason", reason)]);
            }
        });
        conclusions(xml);
        subject.facts.iter().for_each(|fact| input::item_definition(xml, fact));
        input::day(xml, document.period.end);
        subject.facts.iter().for_each(|fact| input::input_data(xml, fact));
        for decision in &exported {
            decision.write(xml, subject);
        }
        sources(xml, program, exported.iter().map(|decision| &decision.rule.rule.cite));
    }))
}

/// The types of outcomes and of findings.
fn conclusions(xml: &mut Xml) {
    let outcomes = Outcome::ALL.map(|outcome| format!("\"{}\"", outcome.as_str())).join(", ");
    xml.element("itemDefinition", &[("name", OUTCOME)], |xml| {
        xml.text("typeRef", &[], "string");
        xml.element("allowedValues", &[], |xml| xml.text("text", &[], &outcomes));
    });
    xml.element("itemDefinition", &[("name", FINDING)], |xml| {
        for (name, of) in [("outcome", OUTCOME), ("decision", "string")] {
            xml.element("itemComponent", &[("name", name)], |xml| xml.text("typeRef", &[], of));
        }
    });
}

/// The plan and the places in it that rules rest on.
fn sources<'a>(xml: &mut Xml, program: &Program, cites: impl Iterator<Item = &'a Cite>) {
    let document = &program.document;
    xml.element("knowledgeSource", &[("id", DOCUMENT), ("label", &document.title.zh), ("name", DOCUMENT)], |xml| {
        xml.text("description", &[], &both(&document.title));
        xml.text("type", &[], "plan");
    });
    let places: BTreeSet<(String, String)> = cites.map(|cite| (place_id(cite), place(cite))).collect();
    for (id, name) in &places {
        xml.element("knowledgeSource", &[("id", id), ("name", name)], |xml| {
            xml.element("authorityRequirement", &[], |xml| reference(xml, "requiredAuthority", DOCUMENT));
        });
    }
}

fn place(cite: &Cite) -> String {
    let part = |name: &str, number: Option<u32>| number.map_or_else(String::new, |n| format!(" {name} {n}"));
    let Cite { chapter, section, item, table, .. } = cite;
    format!("chapter {chapter} section {section}{}{}", part("item", *item), part("table", *table))
}

fn place_id(cite: &Cite) -> String {
    place(cite).replace(' ', "-")
}

fn reference(xml: &mut Xml, element: &str, id: &str) {
    xml.empty(element, &[("href", &format!("#{id}"))]);
}

fn both(text: &Text) -> String {
    format!("{}\n{}", text.zh, text.en)
}

/// The id of an element: ASCII, so that references to it need no encoding; different for different names.
fn id(kind: &str, name: &str) -> String {
    let mut id = kind.to_owned();
    for c in name.chars() {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' => id.push(c),
            c => id += &format!(".{:x}.", u32::from(c)),
        }
    }
    id
}

/// Whether every engine reads it as one name: FEEL allows more, engines differ in how much.
fn is_name(id: &str) -> bool {
    id.starts_with(|c: char| c.is_alphabetic() || c == '_') && is_name_part(id)
}

fn is_name_part(id: &str) -> bool {
    id.chars().all(|c| c.is_alphanumeric() || "_-".contains(c))
}

/// One reading of a rule.
struct Decision<'a> {
    rule: &'a RuleProgram,
    parts: &'a Parts,
    reading: Option<&'a Reading>,
    logic: Result<Logic, guard::Refused>,
}

fn decisions<'a>(subject: &'a SubjectProgram, rule: &'a RuleProgram) -> Vec<Decision<'a>> {
    let readings = rule.rule.readings.iter().map(Some).zip(&rule.readings);
    std::iter::once((None, &rule.parts))
        .chain(readings)
        .map(|(reading, parts)| {
            let named = is_name(&rule.rule.id) && reading.is_none_or(|reading| is_name_part(&reading.id));
            let logic = if named { logic(subject, rule, parts) } else { Err("an id that is no name in FEEL") };
            Decision { rule, parts, reading, logic }
        })
        .collect()
}

impl Decision<'_> {
    fn name(&self) -> String {
        let rule = &self.rule.rule.id;
        self.reading.map_or_else(|| rule.clone(), |reading| format!("{rule}.{}", reading.id))
    }

    fn id(&self) -> String {
        let rule = id("rule.", &self.rule.rule.id);
        self.reading.map_or_else(|| rule.clone(), |reading| id(&format!("{rule}."), &reading.id))
    }

    fn write(&self, xml: &mut Xml, subject: &SubjectProgram) {
        let (Ok(logic), rule) = (&self.logic, &self.rule.rule) else { return };
        let name = self.name();
        let concludes = if self.parts.decisions.is_empty() { OUTCOME } else { FINDING };
        xml.element("decision", &[("id", &self.id()), ("name", &name)], |xml| {
            xml.text("description", &[], &self.description());
            xml.element("extensionElements", &[], |xml| about(xml, rule));
            xml.text("question", &[], &both(&rule.title));
            xml.empty("variable", &[("name", &name), ("typeRef", concludes)]);
            if logic.dated {
                requires(xml, "informationRequirement", "requiredInput", AS_OF);
            }
            for slot in self.rule.slots(self.parts).as_slice() {
                let input = id(input::ID, subject.name_of(*slot));
                requires(xml, "informationRequirement", "requiredInput", &input);
            }
            requires(xml, "authorityRequirement", "requiredAuthority", &place_id(&rule.cite));
            context(xml, logic, concludes);
        });
    }

    fn description(&self) -> String {
        let Rule { says, cite, .. } = &self.rule.rule;
        let read = self.reading.map_or_else(String::new, |reading| format!("\n{}", both(&reading.note)));
        format!("{}{read}\n{}\n{}", both(says), citation(cite, Lang::Zh), citation(cite, Lang::En))
    }
}

fn requires(xml: &mut Xml, requirement: &str, required: &str, id: &str) {
    xml.element(requirement, &[], |xml| reference(xml, required, id));
}

/// The conditions one by one, then what they come to.
fn context(xml: &mut Xml, logic: &Logic, concludes: &str) {
    xml.element("context", &[("typeRef", concludes)], |xml| {
        for (name, condition) in &logic.conditions {
            xml.element("contextEntry", &[], |xml| {
                xml.empty("variable", &[("name", name), ("typeRef", "boolean")]);
                literal(xml, condition);
            });
        }
        xml.element("contextEntry", &[], |xml| literal(xml, &logic.result));
    });
}

fn literal(xml: &mut Xml, text: &str) {
    xml.element("literalExpression", &[], |xml| xml.text("text", &[], text));
}

/// What the standard has no element for.
fn about(xml: &mut Xml, rule: &Rule) {
    let Rule { kind, strength, cite, addressee, .. } = rule;
    xml.empty("ecoplan:rule", &[("id", &rule.id), ("kind", &wire(kind))]);
    xml.empty("ecoplan:strength", &[("class", &wire(&strength.class)), ("verb", &strength.verb)]);
    let (chapter, section) = (cite.chapter.to_string(), cite.section.to_string());
    let (item, table) = (cite.item.map(|n| n.to_string()), cite.table.map(|n| n.to_string()));
    let place =
        [("chapter", Some(&chapter)), ("section", Some(&section)), ("item", item.as_ref()), ("table", table.as_ref())];
    let place = place.into_iter().chain([("anchor", Some(&cite.anchor))]);
    let place: Vec<(&str, &str)> = place.filter_map(|(name, value)| Some((name, value?.as_str()))).collect();
    xml.empty("ecoplan:cite", &place);
    let texts = [
        ("ecoplan:addressee", std::slice::from_ref(addressee)),
        ("ecoplan:action", &rule.actions),
        ("ecoplan:note", &rule.notes),
    ];
    for (element, texts) in texts {
        for text in texts {
            xml.text(element, &[("xml:lang", "zh")], &text.zh);
            xml.text(element, &[("xml:lang", "en")], &text.en);
        }
    }
}

/// The name of a value on the wire.
fn wire(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
