//! The cases of a table as columns, each of the kind that a data frame would have for its values.

use ecoplan::model::{Fact, FactKind};
use ecoplan::{Bits, Cell, Column};
use serde_json::{Map, Value as Json};

/// What a column borrows.
enum Owned {
    /// Truth values, and which are given, as bits.
    Flags(Vec<u8>, Vec<u8>),
    /// Days from 1970-01-01, and which are given.
    Days(Vec<i32>, Vec<u8>),
    /// NaN where none is given.
    Floats(Vec<f64>),
    Cells(Vec<Json>),
}

/// Runs `go` on the names and columns of the facts that any of the cases has.
pub(super) fn with_columns(
    cases: &[Map<String, Json>],
    facts: &[&Fact],
    as_of: Option<String>,
    go: impl FnOnce(&[&str], &[Column<'_>]),
) {
    let mut owned: Vec<(String, Owned)> = Vec::new();
    for fact in facts {
        let given: Vec<Json> = cases.iter().map(|case| case.get(&fact.name).cloned().unwrap_or_default()).collect();
        let value = |json: &Json| json.as_object().map_or_else(|| json.clone(), |dated| dated["value"].clone());
        let year_name = format!("{}_year", fact.name);
        let year = |(case, json): (&Map<String, Json>, &Json)| json.get("year").or(case.get(&year_name)).cloned();
        let years: Vec<Json> = cases.iter().zip(&given).map(|one| year(one).unwrap_or_default()).collect();
        if fact.yearly && years.iter().any(|year| !year.is_null()) {
            owned.push((year_name, Owned::Cells(years)));
        }
        if given.iter().any(|json| !json.is_null()) {
            owned.push((fact.name.clone(), column(fact, given.iter().map(value).collect())));
        }
    }
    owned.extend(as_of.map(|day| ("as_of".to_owned(), Owned::Cells(vec![Json::String(day); cases.len()]))));
    let readers: Vec<Reader<'_>> = owned.iter().map(|(_, owned)| reader(owned)).collect();
    let names: Vec<&str> = owned.iter().map(|(name, _)| name.as_str()).collect();
    let columns = owned.iter().zip(&readers).map(|((_, owned), reader)| match owned {
        Owned::Flags(values, given) => Column::flags(Bits::new(values, 0)).given(Bits::new(given, 0)),
        Owned::Days(values, given) => Column::days(values).given(Bits::new(given, 0)),
        Owned::Floats(values) => Column::floats_or_nan(values),
        Owned::Cells(cells) => Column::read(cells.len(), &**reader),
    });
    go(&names, &columns.collect::<Vec<_>>());
}

type Reader<'a> = Box<dyn Fn(usize, &mut dyn FnMut(Cell<'_>)) + Sync + 'a>;

fn reader(owned: &Owned) -> Reader<'_> {
    match owned {
        Owned::Cells(cells) => Box::new(|row, to| cell(&cells[row]).into_iter().for_each(to)),
        _ => Box::new(|_, _| {}),
    }
}

fn column(fact: &Fact, values: Vec<Json>) -> Owned {
    let given = || bits(values.iter().map(|json| !json.is_null()));
    match fact.kind {
        FactKind::YesNo => Owned::Flags(bits(values.iter().map(|json| *json == Json::Bool(true))), given()),
        FactKind::Date => Owned::Days(values.iter().map(|json| json.as_str().map_or(0, days)).collect(), given()),
        FactKind::Number if values.iter().all(|json| json.is_null() || json.is_number()) => {
            Owned::Floats(values.iter().map(|json| json.as_f64().unwrap_or(f64::NAN)).collect())
        }
        _ => Owned::Cells(values),
    }
}

fn bits(flags: impl ExactSizeIterator<Item = bool>) -> Vec<u8> {
    let mut bytes = vec![0; flags.len().div_ceil(8)];
    for (i, flag) in flags.enumerate() {
        bytes[i / 8] |= u8::from(flag) << (i % 8);
    }
    bytes
}

/// The days from 1970-01-01 to a day, counted year by year and month by month.
fn days(day: &str) -> i32 {
    let parts: Vec<i32> = day.split('-').map(|part| part.parse().unwrap()).collect();
    let leap = |year: i32| i32::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let months = [31, 28 + leap(parts[0]), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before: i32 = (1970..parts[0]).map(|year| 365 + leap(year)).sum();
    before + months[..usize::try_from(parts[1]).unwrap() - 1].iter().sum::<i32>() + parts[2] - 1
}

fn cell(json: &Json) -> Option<Cell<'_>> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(flag) => Cell::Flag(*flag),
        Json::Number(number) => Cell::Number(number.to_string().into()),
        Json::String(text) => Cell::Text(text.into()),
        Json::Array(items) => Cell::List(items.iter().map(cell).collect()),
        Json::Object(_) => panic!("no cell: {json}"),
    })
}
