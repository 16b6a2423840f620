//! Days as columns hold them: counted from 1970-01-01.

use std::ops::RangeInclusive;

use crate::Date;

/// 1970-01-01, counted from 0001-01-01.
const EPOCH: i32 = 719_162;

/// The numbers of all days that there are: years 1 to 9999.
pub(super) const ALL: RangeInclusive<i32> = -EPOCH..=2_932_896;

/// The number of a day.
pub(super) fn number(day: Date) -> i32 {
    i32::try_from(day.number()).unwrap_or(i32::MAX) - EPOCH
}

/// The day of a number, if there is one: years 1 to 9999.
pub(super) fn day(number: i32) -> Option<Date> {
    let days = u32::try_from(number.checked_add(EPOCH)?).ok()?;
    // No earlier than that, and a day or two later at most every few centuries.
    let mut year = u16::try_from(days / 366 + 1).ok()?;
    let first = |year: u16| Date::new(year, 1, 1).map(Date::number);
    while first(year + 1).is_some_and(|next| next <= days) {
        year += 1;
    }
    let mut month = 1;
    while Date::new(year, month + 1, 1).is_some_and(|next| next.number() <= days) {
        month += 1;
    }
    let before = Date::new(year, month, 1)?.number();
    Date::new(year, month, u8::try_from(days.checked_sub(before)? + 1).ok()?)
}
