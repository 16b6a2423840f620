//! One chunk of the columns, checked and in the form that conditions are evaluated on. A row in which a cell is bad, or
//! is a number that the fast form cannot hold exactly, is marked: it is judged by itself, as a single case.

#![expect(
    clippy::float_arithmetic,
    clippy::float_cmp,
    reason = "each result is checked to be exact, or the row is marked"
)]

use std::ops::Range;

use super::columns::{Cells, Column};
use super::days;
use crate::facts::Facts;
use crate::input::Input;
use crate::model::FactKind;
use crate::program::FactEntry;
use crate::{Decimal, Value};

/// How many rows are looked at together: the lanes of a few conditions stay in the first cache.
pub(super) const CHUNK: usize = 2048;

/// A truth value in a byte. Unknown is neither bit.
pub(super) const UNKNOWN: u8 = 0;
pub(super) const YES: u8 = 1;
pub(super) const NO: u8 = 2;

/// The cells of one fact in a chunk; which vectors are filled depends on the fact's kind.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Numbers: binary floats whose shortest decimals are the values.
    pub(super) numbers: Vec<f64>,
    /// Truth values, or places among the choices.
    pub(super) bytes: Vec<u8>,
    /// Sets: a bit for each choice.
    pub(super) sets: Vec<u64>,
    /// Days counted from 1970-01-01.
    pub(super) days: Vec<i32>,
    /// 255 where the value is known, else 0.
    pub(super) known: Vec<u8>,
}

/// A value of a lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Item {
    Number(f64),
    Byte(u8),
    Set(u64),
    Day(i32),
}

impl Item {
    /// The value in this form, where it can be held exactly.
    pub(super) fn of(value: &Value, fact: &FactEntry) -> Option<Item> {
        match value {
            Value::Number(number) => float(*number).map(Item::Number),
            Value::Bool(flag) => Some(Item::Byte(if *flag { YES } else { NO })),
            Value::Text(choice) => {
                let place = fact.choices.iter().position(|c| c == choice)?;
                u8::try_from(place).ok().map(Item::Byte)
            }
            Value::List(items) => {
                let mut set = 0;
                for item in items.iter() {
                    let Value::Text(choice) = item else { return None };
                    let place = fact.choices.iter().position(|c| c == choice)?;
                    set |= 1_u64.checked_shl(u32::try_from(place).ok()?)?;
                }
                Some(Item::Set(set))
            }
            Value::Date(day) => Some(Item::Day(days::number(*day))),
            Value::Unknown | Value::Null => None,
        }
    }
}

impl Lane {
    fn reset(&mut self, kind: FactKind, rows: usize) {
        let Lane { numbers, bytes, sets, days, known } = self;
        match kind {
            FactKind::Number => numbers.resize(rows, 0.0),
            FactKind::YesNo | FactKind::Choice => bytes.resize(rows, 0),
            FactKind::Set => sets.resize(rows, 0),
            FactKind::Date => days.resize(rows, 0),
        }
        known.resize(rows, 0);
        known.fill(255);
    }

    fn put(&mut self, row: usize, item: Item) {
        match item {
            Item::Number(number) => set(&mut self.numbers, row, number),
            Item::Byte(byte) => set(&mut self.bytes, row, byte),
            Item::Set(items) => set(&mut self.sets, row, items),
            Item::Day(day) => set(&mut self.days, row, day),
        }
    }

    fn get(&self, kind: FactKind, row: usize) -> Option<Item> {
        match kind {
            FactKind::Number => self.numbers.get(row).copied().map(Item::Number),
            FactKind::YesNo | FactKind::Choice => self.bytes.get(row).copied().map(Item::Byte),
            FactKind::Set => self.sets.get(row).copied().map(Item::Set),
            FactKind::Date => self.days.get(row).copied().map(Item::Day),
        }
    }

    /// The exact value in a row.
    pub(super) fn value(&self, fact: &FactEntry, row: usize) -> Value {
        if self.known.get(row) != Some(&255) {
            return Value::Unknown;
        }
        match self.get(fact.kind(), row) {
            Some(Item::Number(number)) => exact(number).into(),
            Some(Item::Byte(byte)) if fact.kind() == FactKind::YesNo => Value::Bool(byte == YES),
            Some(Item::Byte(place)) => {
                fact.choices.get(usize::from(place)).map_or(Value::Unknown, |c| Value::Text(c.clone()))
            }
            Some(Item::Set(set)) => {
                let held = |(place, _): &(u32, _)| 1_u64.checked_shl(*place).is_some_and(|bit| set & bit != 0);
                let items = (0..).zip(fact.choices.iter()).filter(held);
                Value::List(items.map(|(_, choice)| Value::Text(choice.clone())).collect())
            }
            Some(Item::Day(day)) => days::day(day).map_or(Value::Unknown, Value::Date),
            None => Value::Unknown,
        }
    }

    /// Reads some rows of a column. `otherwise` is the value where none is given.
    pub(super) fn load(
        &mut self,
        column: &Column<'_>,
        fact: &FactEntry,
        otherwise: &Value,
        rows: Range<usize>,
        odd: &mut [u8],
        dictionary: Option<&Dictionary>,
    ) {
        let kind = fact.kind();
        self.reset(kind, rows.len());
        if let Some(given) = &column.given {
            given.spread(rows.start, &mut self.known);
        }
        match (&column.cells, kind) {
            (Cells::Floats { values, nan_is_given }, FactKind::Number) => {
                let values = values.get(rows.clone()).unwrap_or_default();
                copy(values, &mut self.numbers);
                if !nan_is_given {
                    self.known.iter_mut().zip(values).for_each(|(known, value)| {
                        *known &= u8::from(value.is_nan()).wrapping_sub(1);
                    });
                }
                self.numbers_in_range(fact, odd);
            }
            (Cells::Singles { values, nan_is_given }, FactKind::Number) => {
                let values = values.get(rows.clone()).unwrap_or_default();
                let cells = self.numbers.iter_mut().zip(&mut self.known).zip(odd.iter_mut());
                for (((number, known), odd), value) in cells.zip(values) {
                    match widened(*value) {
                        Some(wide) => *number = wide,
                        None if value.is_nan() && !nan_is_given => *known = 0,
                        None => *odd |= *known,
                    }
                }
                self.numbers_in_range(fact, odd);
            }
            (Cells::Scaled { values, decimals: decimals @ ..=15 }, FactKind::Number) => {
                let values = values.get(rows.clone()).unwrap_or_default();
                let unit = 10_f64.powi(i32::try_from(*decimals).unwrap_or_default());
                for (((number, known), odd), value) in
                    self.numbers.iter_mut().zip(&self.known).zip(odd.iter_mut()).zip(values)
                {
                    // A quotient of two exact floats is the float nearest to the decimal, which is its shortest if it
                    // has at most 15 digits.
                    *number = *value as f64 / unit;
                    *odd |= *known & u8::from(value.unsigned_abs() < DIGITS_15).wrapping_sub(1);
                }
                self.numbers_in_range(fact, odd);
            }
            (Cells::Flags { values, .. }, FactKind::YesNo) => {
                values.spread(rows.start, &mut self.bytes);
                self.bytes.iter_mut().for_each(|byte| *byte = NO ^ (*byte & (YES | NO)));
            }
            (Cells::Days(values), FactKind::Date) => {
                copy(values.get(rows.clone()).unwrap_or_default(), &mut self.days);
                for ((day, known), odd) in self.days.iter().zip(&self.known).zip(odd.iter_mut()) {
                    *odd |= if days::ALL.contains(day) { 0 } else { *known };
                }
            }
            (Cells::Coded { codes, values, distinct }, _) => {
                let codes = codes.get(rows.clone()).unwrap_or_default();
                self.coded(codes, values, *distinct, fact, odd, dictionary);
            }
            _ => {
                for (i, row) in rows.clone().enumerate() {
                    match entry(column, row, fact) {
                        Entry::Absent => set(&mut self.known, i, 0),
                        Entry::Bad => set(odd, i, 255),
                        Entry::Good(item) => self.put(i, item),
                    }
                }
            }
        }
        if *otherwise != Value::Unknown {
            let item = Item::of(otherwise, fact);
            for (row, odd) in odd.iter_mut().enumerate() {
                if self.known.get(row) != Some(&0) {
                    continue;
                }
                match item {
                    Some(item) => {
                        self.put(row, item);
                        set(&mut self.known, row, 255);
                    }
                    None => *odd = 255,
                }
            }
        }
        if kind == FactKind::YesNo {
            self.bytes.iter_mut().zip(&self.known).for_each(|(byte, known)| *byte &= known);
        }
    }

    /// Each distinct value is taken wherever its code stands.
    fn coded(
        &mut self,
        codes: &[i32],
        values: &Column<'_>,
        distinct: usize,
        fact: &FactEntry,
        odd: &mut [u8],
        dictionary: Option<&Dictionary>,
    ) {
        for (row, code) in codes.iter().enumerate() {
            if self.known.get(row) == Some(&0) {
                continue;
            }
            let place = usize::try_from(*code).ok().filter(|place| *place < distinct);
            let looked_up;
            let found = match (place, dictionary) {
                (None, _) => None,
                (Some(place), Some(Dictionary(entries))) => entries.get(place),
                (Some(place), None) => {
                    looked_up = entry(values, place, fact);
                    Some(&looked_up)
                }
            };
            match found {
                None | Some(Entry::Absent) => set(&mut self.known, row, 0),
                Some(Entry::Bad) => set(odd, row, 255),
                Some(Entry::Good(item)) => self.put(row, *item),
            }
        }
    }

    /// Marks the rows whose number a fact cannot have, or cannot have so many digits of.
    fn numbers_in_range(&mut self, fact: &FactEntry, odd: &mut [u8]) {
        let bound = |bound: Option<Decimal>, none: f64| bound.map_or(Some(none), float);
        // A bound of more digits than a float has: every row is looked at by itself.
        let (Some(min), Some(max)) = (bound(fact.fact.min, -LARGEST), bound(fact.fact.max, LARGEST)) else {
            odd.iter_mut().zip(&self.known).for_each(|(odd, known)| *odd |= known);
            return;
        };
        let (min, max) = (min.max(-LARGEST.next_down()), max.min(LARGEST.next_down()));
        // In most chunks there is nothing to mark, which is found out fastest for all of its rows at once.
        let (mut outside, mut small) = (false, false);
        for number in &self.numbers {
            outside |= !((*number >= min) & (*number <= max));
            small |= number.abs() < SMALL;
        }
        if outside {
            for ((number, known), odd) in self.numbers.iter().zip(&self.known).zip(odd.iter_mut()) {
                let inside = (*number >= min) & (*number <= max);
                *odd |= *known & u8::from(inside).wrapping_sub(1);
            }
        }
        if !small {
            return;
        }
        // The shortest decimal of a small number can have more decimals than a fact may.
        for ((number, known), odd) in self.numbers.iter().zip(&self.known).zip(odd.iter_mut()) {
            if *known == 255
                && *number != 0.0
                && number.abs() < SMALL
                && exact(*number).is_none_or(|decimal| decimal.decimals() > 19)
            {
                *odd = 255;
            }
        }
    }
}

/// 10¹⁵: below it, every whole number of 15 digits is exact, and no fact may be as large.
const DIGITS_15: u64 = 1_000_000_000_000_000;
const LARGEST: f64 = 1e15;
/// From here on, 17 significant digits are at most 19 decimals.
const SMALL: f64 = 0.01;

/// The distinct values of a column, each read once.
#[derive(Debug)]
pub(super) struct Dictionary(Vec<Entry>);

impl Dictionary {
    /// Of a column that is coded; not of one that has fewer rows than distinct values.
    pub(super) fn of(column: &Column<'_>, fact: &FactEntry, rows: usize) -> Option<Self> {
        let Cells::Coded { values, distinct, .. } = &column.cells else { return None };
        (*distinct <= rows).then(|| Dictionary((0..*distinct).map(|place| entry(values, place, fact)).collect()))
    }
}

/// What stands in a cell.
#[derive(Debug)]
enum Entry {
    Absent,
    /// What the fact cannot be, or a value that has no other form.
    Bad,
    Good(Item),
}

fn entry(column: &Column<'_>, row: usize, fact: &FactEntry) -> Entry {
    let mut found = Entry::Absent;
    column.read_cell(row, &mut |input| {
        if input != Input::Null {
            let item = fact.read(&input).ok().and_then(|value| Item::of(&value, fact));
            found = item.map_or(Entry::Bad, Entry::Good);
        }
    });
    found
}

fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

fn set<T>(items: &mut [T], place: usize, item: T) {
    if let Some(there) = items.get_mut(place) {
        *there = item;
    }
}

/// The float whose shortest decimal is that of a float of single width, for one of at most 6 digits and 5 decimals.
fn widened(single: f32) -> Option<f64> {
    let wide = f64::from(single);
    for unit in [1.0, 10.0, 100.0, 1e3, 1e4, 1e5] {
        let whole = (wide * unit + ROUND) - ROUND;
        let near = whole / unit;
        // No two decimals of 6 digits share a float of single width; well inside half a step of it, this is the one.
        if whole.abs() < 1e6 && (near - wide).abs() * 33_554_432.0 < wide.abs() {
            return Some(near);
        }
    }
    (single == 0.0).then_some(0.0)
}

/// The float whose shortest decimal is this number, if there is one for certain: of at most 15 significant digits.
pub(super) fn float(number: Decimal) -> Option<f64> {
    let decimals = number.decimals();
    let units = number.scaled(decimals)?;
    let held = units.unsigned_abs() < u128::from(DIGITS_15) && decimals <= 22;
    held.then(|| units as f64 / 10_f64.powi(i32::try_from(decimals).unwrap_or_default()))
}

/// Adding and taking away this number, 1.5 × 2⁵², rounds what is smaller than 2⁵¹ to a whole number.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

/// The shortest decimal of a float.
pub(super) fn exact(number: f64) -> Option<Decimal> {
    for (decimals, unit) in [(0, 1.0), (2, 1e2), (5, 1e5)] {
        let units = number * unit;
        if units.abs() < 1e15 {
            let whole = (units + ROUND) - ROUND;
            // At most 15 digits, and the float nearest to them is this one: no other decimal is as short.
            if whole / unit == number {
                return Decimal::new(whole as i128, decimals);
            }
        }
    }
    Decimal::from_f64(number).ok()
}

/// The facts that a chunk has lanes for.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// By slot; the day of judgement, where each row has its own, comes last.
    pub(super) lanes: Vec<Lane>,
}

impl Lanes {
    pub(super) fn lane(&self, slot: usize) -> Option<&Lane> {
        self.lanes.get(slot)
    }

    /// The values of some facts in a row, in place of what stands there.
    pub(super) fn fill(&self, facts: &mut Facts, slots: &[usize], entries: &[FactEntry], row: usize) {
        for slot in slots {
            if let (Some(place), Some(lane), Some(fact)) =
                (facts.values.get_mut(*slot), self.lane(*slot), entries.get(*slot))
            {
                *place = lane.value(fact, row);
            }
        }
    }
}
