//! Calendar days. Rules compare days and ask for the year; there is no time of day, zone or arithmetic to get wrong.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The years that a value can be of: of two digits, it is not clear which is meant.
pub(crate) const YEARS: RangeInclusive<u16> = 1000..=9999;

/// A day of the proleptic Gregorian calendar, years 1 to 9999, written `2025-12-31`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that names no day, such as `2025-02-30` or `31.12.2025`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day written YYYY-MM-DD")]
pub struct DateError;

impl Date {
    /// The first day there is: 0001-01-01.
    pub const MIN: Date = Date { year: 1, month: 1, day: 1 };

    /// The day, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let held = (1..=9999).contains(&year) && (1..=days(year, month)).contains(&day);
        held.then_some(Date { year, month, day })
    }

    /// The calendar year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The next day.
    pub(crate) fn after(self) -> Option<Date> {
        let Date { year, month, day } = self;
        Date::new(year, month, day + 1).or_else(|| Date::new(year, month + 1, 1)).or_else(|| Date::new(year + 1, 1, 1))
    }

    /// The day before.
    pub(crate) fn before(self) -> Option<Date> {
        let Date { year, month, day } = self;
        let last = |year, month| Date::new(year, month, days(year, month));
        Date::new(year, month, day - 1).or_else(|| last(year, month - 1)).or_else(|| last(year - 1, 12))
    }

    /// How many days lie between two.
    pub(crate) fn distance(self, other: Date) -> u32 {
        self.number().abs_diff(other.number())
    }

    /// The day counted from 0001-01-01.
    pub(crate) fn number(self) -> u32 {
        let years = u32::from(self.year - 1);
        let months: u32 = (1..self.month).map(|month| u32::from(days(self.year, month))).sum();
        years * 365 + years / 4 - years / 100 + years / 400 + months + u32::from(self.day - 1)
    }
}

/// How many days a month has; none if there is no such month.
fn days(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let mut parts = text.split('-');
        let mut part = |width: usize| {
            parts.next().filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit())).ok_or(DateError)
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let number = |p: &str| p.parse::<u16>().map_err(|_| DateError);
        let small = |p: &str| p.parse::<u8>().map_err(|_| DateError);
        let date = Date::new(number(year)?, small(month)?, small(day)?);
        if parts.next().is_some() { Err(DateError) } else { date.ok_or(DateError) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
