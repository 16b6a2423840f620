//! Facts as input data and their types.

use super::xml::Xml;
use super::{AS_OF, both, id, wire};
use crate::model::{Fact, FactKind};
use crate::program::FactEntry;
use crate::{Date, Value};

/// What the id of a fact begins with.
pub(super) const ID: &str = "fact.";

/// The type of a fact that has one of its own: a choice, a set, a number with a range. Null, which stands for what is not
/// known, is always allowed, and has to be listed where there is a list.
pub(super) fn item_definition(xml: &mut Xml, entry: &FactEntry) {
    let fact = &entry.fact;
    let allowed = match fact.kind {
        FactKind::Choice => format!("{}, null", choices(fact)),
        FactKind::Set => choices(fact),
        FactKind::Number => match (fact.min, fact.max) {
            (Some(min), Some(max)) => format!("[{min}..{max}], null"),
            (Some(min), None) => format!(">= {min}, null"),
            (None, Some(max)) => format!("<= {max}, null"),
            (None, None) => return,
        },
        FactKind::YesNo | FactKind::Date => return,
    };
    let (name, base) = match fact.kind {
        FactKind::Set => (member(fact), "string"),
        FactKind::Choice => (own(fact), "string"),
        _ => (own(fact), "number"),
    };
    xml.element("itemDefinition", &[("name", &name)], |xml| {
        xml.text("typeRef", &[], base);
        xml.element("allowedValues", &[], |xml| xml.text("text", &[], &allowed));
    });
    if fact.kind == FactKind::Set {
        xml.element("itemDefinition", &[("name", &own(fact)), ("isCollection", "true")], |xml| {
            xml.text("typeRef", &[], &name);
        });
    }
}

fn choices(fact: &Fact) -> String {
    fact.choices.iter().map(|choice| Value::from(choice.id.as_str()).to_string()).collect::<Vec<_>>().join(", ")
}

fn own(fact: &Fact) -> String {
    format!("t_{}", fact.name)
}

/// The type of a member of a set.
fn member(fact: &Fact) -> String {
    format!("m_{}", fact.name)
}

/// The day of judgement.
pub(super) fn day(xml: &mut Xml, last: Date) {
    xml.element("inputData", &[("id", AS_OF), ("label", "判定日期"), ("name", AS_OF)], |xml| {
        xml.text(
            "description",
            &[],
            &format!("判定日期；规划最后一日为 {last}\nday of judgement; the plan's last day is {last}"),
        );
        xml.empty("variable", &[("name", AS_OF), ("typeRef", "date")]);
    });
}

pub(super) fn input_data(xml: &mut Xml, entry: &FactEntry) {
    let fact = &entry.fact;
    let mut description = both(&fact.label);
    if let Some(help) = &fact.help {
        description += &format!("\n{}", both(help));
    }
    xml.element("inputData", &[("id", &id(ID, &fact.name)), ("label", &fact.label.zh), ("name", &fact.name)], |xml| {
        xml.text("description", &[], &description);
        xml.element("extensionElements", &[], |xml| {
            let unit = fact.unit.as_deref().map(|unit| ("unit", unit));
            let yearly = fact.yearly.then_some(("yearly", "true"));
            let source = wire(&fact.source);
            let attributes: Vec<_> = [("source", &*source)].into_iter().chain(unit).chain(yearly).collect();
            xml.empty("ecoplan:fact", &attributes);
        });
        xml.empty("variable", &[("name", &fact.name), ("typeRef", &type_ref(fact))]);
    });
}

fn type_ref(fact: &Fact) -> String {
    match fact.kind {
        FactKind::YesNo => "boolean".to_owned(),
        FactKind::Date => "date".to_owned(),
        FactKind::Number if fact.min.is_none() && fact.max.is_none() => "number".to_owned(),
        FactKind::Number | FactKind::Choice | FactKind::Set => own(fact),
    }
}
