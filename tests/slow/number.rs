//! Numbers as fractions, and what the standard does to them: 34 digits, rounded half to even.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact number.
pub(crate) type Number = BigRational;

/// How a number is cut to some places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    Up,
    Down,
    HalfUp,
    HalfDown,
    HalfEven,
    Floor,
    Ceiling,
}

/// 10 to any power.
pub(crate) fn ten(power: i64) -> Number {
    let whole = Number::from_integer(num_traits::pow(BigInt::from(10), power.unsigned_abs().to_usize().unwrap()));
    if power < 0 { whole.recip() } else { whole }
}

/// Reads `81.6`, `-0.5` or `1.5e3`.
pub(crate) fn read(text: &str) -> Number {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().expect(text);
    let exponent: i64 = exponent.parse().expect(text);
    Number::from_integer(digits) * ten(exponent - i64::try_from(fraction.len()).unwrap())
}

/// Writes a number that has finitely many decimals, without superfluous zeros.
pub(crate) fn show(number: &Number) -> String {
    let decimals = (0..).find(|places| ten(*places).to_integer().is_multiple_of(number.denom())).unwrap();
    let digits = (number.abs() * ten(decimals)).to_integer().to_string();
    let decimals = usize::try_from(decimals).unwrap();
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let sign = if number.is_negative() { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Cut to some decimals; negative: to tens, hundreds, …
pub(crate) fn round(number: &Number, places: i64, rounding: Rounding) -> Number {
    // No number that is held has as many.
    if places > 300 {
        return number.clone();
    }
    let units = number * ten(places);
    let (below, above) = (units.floor(), units.ceil());
    let toward_zero = if units.is_negative() { &above } else { &below };
    let away = if units.is_negative() { &below } else { &above };
    let from_below = &units - &below;
    let half = Number::new(BigInt::one(), BigInt::from(2));
    let chosen = match rounding {
        Rounding::Up => away,
        Rounding::Down => toward_zero,
        Rounding::Floor => &below,
        Rounding::Ceiling => &above,
        _ if from_below < half => &below,
        _ if from_below > half => &above,
        Rounding::HalfUp => away,
        Rounding::HalfDown => toward_zero,
        Rounding::HalfEven if below.to_integer().is_even() => &below,
        Rounding::HalfEven => &above,
    };
    chosen / ten(places)
}

/// The number as it is held: rounded half to even at its 34th digit, or at the 100th decimal; none from 10³⁴ on.
pub(crate) fn held(exact: Number) -> Option<Number> {
    if exact.is_zero() {
        return Some(exact);
    }
    // The place of the first digit: 1 for 5, 2 for 50, 0 for 0.5.
    let magnitude = exact.abs();
    let digits = |part: &BigInt| i64::try_from(part.to_string().len()).unwrap();
    let mut first = digits(magnitude.numer()) - digits(magnitude.denom()) + 1;
    while magnitude < ten(first - 1) {
        first -= 1;
    }
    let rounded = round(&exact, (34 - first).min(100), Rounding::HalfEven);
    (rounded.abs() < ten(34)).then_some(rounded)
}

/// How many digits stand before the point; one, where there is none but a zero.
pub(crate) fn digits_before_point(number: &Number) -> usize {
    number.abs().to_integer().to_string().len()
}
