//! Exact decimal numbers.
//!
//! Sums, differences and products are exact to the 34 digits that the standard of the conditions (DMN 1.5, FEEL) asks for;
//! facts are held to fewer, so that no verdict on them rests on rounding. Decimal crates in common use hold 28 digits.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A decimal number of at most 34 significant digits and 100 decimals.
///
/// What was read as `81.6` is 81.6. On the wire it is a string without superfluous zeros.
///
/// ```
/// use ecoplan::Decimal;
/// let (a, b): (Decimal, Decimal) = ("81.6".parse()?, "61.6".parse()?);
/// assert_eq!(a.checked_sub(b), Some(Decimal::from(20)));
/// # Ok::<(), ecoplan::DecimalError>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Decimal {
    /// The bytes of the mantissa: an `i128` would be aligned to 16 bytes and make every value twice as large.
    bytes: [u8; 16],
    scale: u8,
}

/// Why a text is not a [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// `""`, `-`, `12,5`, `NaN`: not a decimal number.
    #[error("not a decimal number")]
    NotANumber,
    /// More than 34 significant digits, or a digit past the 100th decimal.
    #[error("more digits than the 34 that are held exactly")]
    TooManyDigits,
}

/// Where [`Decimal::round`] goes with the digits it drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero: 5.1 → 6, −5.1 → −6.
    Up,
    /// Towards zero: 5.9 → 5, −5.9 → −5.
    Down,
    /// To the nearest, a half away from zero: 5.5 → 6, −5.5 → −6.
    HalfUp,
    /// To the nearest, a half towards zero: 5.5 → 5, −5.5 → −5.
    HalfDown,
    /// To the nearest, a half to the even neighbour (GB/T 8170): 2.5 → 2, 3.5 → 4.
    HalfEven,
    /// Towards minus infinity: −5.1 → −6.
    Floor,
    /// Towards plus infinity: −5.9 → −5.
    Ceiling,
}

/// Deep enough for 34 digits of any quotient that occurs.
const MAX_SCALE: u8 = 100;
/// 10³⁴: every mantissa is smaller in magnitude.
const LIMIT: u128 = 10_u128.pow(34);

/// 10⁰ to 10³⁸: all that fit.
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut rest: &mut [i128] = &mut powers;
    let mut power: i128 = 1;
    while let [first, tail @ ..] = rest {
        *first = power;
        power = power.wrapping_mul(10);
        rest = tail;
    }
    powers
};

/// How many digits a number has; 0 has none.
fn digits(number: u128) -> u32 {
    number.checked_ilog10().map_or(0, |log| log + 1)
}

fn pow10(exponent: u32) -> Option<i128> {
    POWERS.get(usize::try_from(exponent).ok()?).copied()
}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal::raw(0, 0);

    const fn raw(mantissa: i128, scale: u8) -> Self {
        Decimal { bytes: mantissa.to_ne_bytes(), scale }
    }

    fn is_zero(self) -> bool {
        self.bytes == [0; 16]
    }

    fn mantissa(self) -> i128 {
        i128::from_ne_bytes(self.bytes)
    }

    /// The same number with at least so many decimals, if it can be held so; numbers of one scale compare fastest.
    pub(crate) fn at_scale(self, decimals: u32) -> Self {
        let scale = u8::try_from(decimals).unwrap_or(MAX_SCALE).min(MAX_SCALE);
        let lifted = scale.checked_sub(self.scale).and_then(|by| self.lifted(by));
        lifted.filter(|m| m.unsigned_abs() < LIMIT).map_or(self, |mantissa| Decimal::raw(mantissa, scale))
    }

    /// The value `mantissa` × 10⁻`scale`, if it can be held.
    pub fn new(mut mantissa: i128, mut scale: u32) -> Option<Self> {
        let held = |m: i128, s: u32| m.unsigned_abs() < LIMIT && s <= u32::from(MAX_SCALE);
        while mantissa != 0 && scale > 0 && !held(mantissa, scale) && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        if mantissa == 0 {
            return Some(Self::ZERO);
        }
        if held(mantissa, scale) { Self::fit(mantissa, scale) } else { None }
    }

    /// The value `mantissa` × 10⁻`scale`, rounded half to even where it has more than 34 digits or 100 decimals; `None`
    /// where it is too large.
    fn fit(mantissa: i128, scale: u32) -> Option<Self> {
        if mantissa.unsigned_abs() < LIMIT && scale <= u32::from(MAX_SCALE) {
            return Some(Decimal::raw(mantissa, u8::try_from(scale).ok()?));
        }
        if mantissa == 0 {
            return Some(Self::ZERO);
        }
        let digits = digits(mantissa.unsigned_abs());
        let drop = digits.saturating_sub(34).max(scale.saturating_sub(u32::from(MAX_SCALE)));
        let scale = scale.checked_sub(drop)?;
        let Some(unit) = pow10(drop) else { return Some(Self::ZERO) };
        let (mut kept, rest) = (mantissa / unit, mantissa % unit);
        let half = (rest.unsigned_abs() * 2).cmp(&unit.unsigned_abs());
        if half == Ordering::Greater || (half == Ordering::Equal && kept % 2 != 0) {
            kept += mantissa.signum();
        }
        // Rounding up may have made it one digit longer: a power of ten.
        Self::fit(kept, scale)
    }

    fn normalized(self) -> Self {
        let (mut mantissa, mut scale) = (self.mantissa(), self.scale);
        while scale > 0 {
            // Most numbers are small, and division of 64 bits is much faster.
            let (quotient, rest) = match i64::try_from(mantissa) {
                Ok(small) => (i128::from(small / 10), i128::from(small % 10)),
                Err(_) => (mantissa / 10, mantissa % 10),
            };
            if rest != 0 {
                break;
            }
            (mantissa, scale) = (quotient, scale - 1);
        }
        Decimal::raw(mantissa, scale)
    }

    /// Both mantissas at the larger of the two scales.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        Some((self.lifted(scale - self.scale)?, other.lifted(scale - other.scale)?, u32::from(scale)))
    }

    /// The mantissa with so many more decimals.
    fn lifted(self, by: u8) -> Option<i128> {
        let power = pow10(u32::from(by))?;
        match (i64::try_from(self.mantissa()), by) {
            (_, 0) => Some(self.mantissa()),
            // 2⁶³ × 10¹⁸ < 2¹²⁷: no overflow to look for.
            (Ok(small), ..=18) => Some(i128::from(small) * power),
            _ => self.mantissa().checked_mul(power),
        }
    }

    /// `self + other`: exact to 34 significant digits, rounded half to even beyond; `None` where it is too large.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.scale == other.scale {
            return Self::fit(self.mantissa() + other.mantissa(), u32::from(self.scale));
        }
        let (coarse, fine) = if self.scale < other.scale { (self, other) } else { (other, self) };
        if coarse.is_zero() {
            return Some(fine);
        }
        // The coarser number at 36 digits; what the finer one has beyond that only decides ties.
        let lift = 36 - digits(coarse.mantissa().unsigned_abs());
        let apart = u32::from(fine.scale - coarse.scale);
        if apart <= lift {
            return Self::fit(coarse.mantissa() * pow10(apart)? + fine.mantissa(), u32::from(fine.scale));
        }
        let unit = pow10(apart - lift);
        let (whole, rest) = unit.map_or((0, fine.mantissa()), |unit| (fine.mantissa() / unit, fine.mantissa() % unit));
        let sum = coarse.mantissa() * pow10(lift)? + whole;
        Self::fit(sum * 10 + rest.signum(), u32::from(coarse.scale) + lift + 1)
    }

    /// `self - other`, as [`Decimal::checked_add`].
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(-other)
    }

    /// `self × other`: exact to 34 significant digits, rounded half to even beyond; `None` where it is too large.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let scale = u32::from(self.scale) + u32::from(other.scale);
        if let Some(product) = self.mantissa().checked_mul(other.mantissa()) {
            return Self::fit(product, scale);
        }
        // The product as high × 10³⁴ + low, from halves of 17 digits.
        let half = pow10(17)?.unsigned_abs();
        let (a, b) = (self.mantissa().unsigned_abs(), other.mantissa().unsigned_abs());
        let (a1, a0, b1, b0) = (a / half, a % half, b / half, b % half);
        let middle = a1 * b0 + a0 * b1;
        let low = middle % half * half + a0 * b0;
        let (high, low) = (a1 * b1 + middle / half + low / LIMIT, low % LIMIT);
        // 36 digits of it; the rest only decides ties.
        let taken = 36_u32.saturating_sub(digits(high)).min(34);
        let unit = pow10(34 - taken)?.unsigned_abs();
        let whole = high * pow10(taken)?.unsigned_abs() + low / unit;
        let sticky = u128::from(low % unit != 0);
        let magnitude = i128::try_from(whole * 10 + sticky).ok()?;
        let signed = if (self.mantissa() < 0) == (other.mantissa() < 0) { magnitude } else { -magnitude };
        match (scale + taken + 1).checked_sub(34) {
            Some(scale) => Self::fit(signed, scale),
            None => None,
        }
    }

    /// `self ÷ other`, rounded half to even at 34 significant digits; `None` for ÷ 0.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let (a, b) = (self.normalized(), other.normalized());
        if b.mantissa() == 0 {
            return None;
        }
        let divisor = b.mantissa().unsigned_abs();
        let mut quotient = a.mantissa().unsigned_abs() / divisor;
        let mut rest = a.mantissa().unsigned_abs() % divisor;
        let mut scale = i32::from(a.scale) - i32::from(b.scale);
        // Long division: both rest and quotient stay below 10³⁵, so no step overflows.
        while scale < i32::from(MAX_SCALE) && quotient < LIMIT / 10 && (rest != 0 || scale < 0) {
            quotient = quotient * 10 + rest * 10 / divisor;
            rest = rest * 10 % divisor;
            scale += 1;
        }
        let above_half = (rest * 2).cmp(&divisor);
        if above_half == Ordering::Greater || (above_half == Ordering::Equal && quotient % 2 == 1) {
            quotient += 1;
        }
        let mut mantissa = i128::try_from(quotient).ok()?;
        if (a.mantissa() < 0) != (b.mantissa() < 0) {
            mantissa = -mantissa;
        }
        if scale < 0 {
            return Self::fit(mantissa.checked_mul(pow10(scale.unsigned_abs())?)?, 0);
        }
        Self::fit(mantissa, scale.unsigned_abs())
    }

    /// Rounds to `decimals` places (negative: tens, hundreds, …); `None` where the result has too many digits.
    pub fn round(self, decimals: i32, rounding: Rounding) -> Option<Self> {
        let drop = match i32::from(self.scale).checked_sub(decimals)? {
            ..=0 => return Some(self),
            n => n.unsigned_abs(),
        };
        let (mut kept, rest, half) = match pow10(drop) {
            Some(unit) => {
                let rest = self.mantissa() % unit;
                (self.mantissa() / unit, rest, (rest.abs() * 2).cmp(&unit))
            }
            // More places are dropped than the number has.
            None => (0, self.mantissa(), Ordering::Less),
        };
        let away = match rounding {
            Rounding::Up => rest != 0,
            Rounding::Down => false,
            Rounding::HalfUp => half != Ordering::Less,
            Rounding::HalfDown => half == Ordering::Greater,
            Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && kept % 2 != 0),
            Rounding::Floor => rest < 0,
            Rounding::Ceiling => rest > 0,
        };
        if away {
            kept += self.mantissa().signum();
        }
        match u32::try_from(decimals) {
            Ok(scale) => Self::fit(kept, scale),
            Err(_) if kept == 0 => Some(Self::ZERO),
            Err(_) => Self::fit(kept.checked_mul(pow10(decimals.unsigned_abs())?)?, 0),
        }
    }

    /// The magnitude without the sign.
    pub fn abs(self) -> Self {
        Decimal::raw(self.mantissa().abs(), self.scale)
    }

    /// Whether this is a whole number, and which, if it fits.
    pub fn to_i64(self) -> Option<i64> {
        let d = self.normalized();
        if d.scale == 0 { i64::try_from(d.mantissa()).ok() } else { None }
    }

    /// The number in units of 10⁻`decimals`, such as hundredths, where it is a whole number of them that fits.
    pub fn scaled(self, decimals: u32) -> Option<i128> {
        let units =
            |number: Self| number.mantissa().checked_mul(pow10(decimals.checked_sub(u32::from(number.scale))?)?);
        units(self).or_else(|| units(self.normalized()))
    }

    /// How many decimals the number has, superfluous zeros aside: 20.30 has one.
    pub fn decimals(self) -> u32 {
        u32::from(self.normalized().scale)
    }

    /// The number that a binary float means: its own shortest decimal (`0.1`, not 0.1000000000000000055…).
    ///
    /// # Errors
    ///
    /// - `NaN`, `inf` — [`DecimalError::NotANumber`].
    /// - `1e300` — [`DecimalError::TooManyDigits`].
    pub fn from_f64(value: f64) -> Result<Self, DecimalError> {
        if value.is_finite() { value.to_string().parse() } else { Err(DecimalError::NotANumber) }
    }

    /// As [`Decimal::from_f64`], with the shortest decimal of a 32-bit float.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn from_f32(value: f32) -> Result<Self, DecimalError> {
        if value.is_finite() { value.to_string().parse() } else { Err(DecimalError::NotANumber) }
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `81.6`, `-0.5`, `+3`, `.5` or `1.5e3`.
    ///
    /// # Errors
    ///
    /// - `` (empty), `-`, `12,5`, `5.`, `1e`, `NaN` — [`DecimalError::NotANumber`].
    /// - a number of more than 34 significant digits, or with a 101st decimal — [`DecimalError::TooManyDigits`].
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let mut digits = Digits::default();
        let mut bytes = rest.iter().copied().peekable();
        let whole = std::iter::from_fn(|| bytes.next_if(u8::is_ascii_digit)).map(|b| digits.push(b)).count();
        let mut fraction = 0;
        if bytes.next_if_eq(&b'.').is_some() {
            fraction = std::iter::from_fn(|| bytes.next_if(u8::is_ascii_digit)).map(|b| digits.push(b)).count();
            if fraction == 0 {
                return Err(DecimalError::NotANumber);
            }
        }
        let mut exponent = 0_i64;
        if whole + fraction > 0 && bytes.next_if(|b| matches!(b, b'e' | b'E')).is_some() {
            let down = bytes.next_if(|b| matches!(b, b'+' | b'-')) == Some(b'-');
            let mut any = false;
            while let Some(b) = bytes.next_if(u8::is_ascii_digit) {
                any = true;
                // No text is long enough for its digits to make up for an exponent beyond this.
                exponent = (exponent * 10 + i64::from(b - b'0')).min(1_000_000_000_000_000);
            }
            if !any {
                return Err(DecimalError::NotANumber);
            }
            exponent = if down { -exponent } else { exponent };
        }
        if bytes.next().is_some() || whole + fraction == 0 {
            return Err(DecimalError::NotANumber);
        }
        let fraction = i64::try_from(fraction).map_err(|_| DecimalError::TooManyDigits)?;
        let magnitude = digits.at(exponent - fraction).ok_or(DecimalError::TooManyDigits)?;
        Ok(if negative { -magnitude } else { magnitude })
    }
}

/// Digits read so far; zeros count only once another digit follows.
#[derive(Default)]
struct Digits {
    mantissa: i128,
    zeros: u32,
    too_many: bool,
}

impl Digits {
    fn push(&mut self, byte: u8) {
        let digit = i128::from(byte - b'0');
        if digit == 0 {
            self.zeros = self.zeros.saturating_add(1);
            return;
        }
        // Most numbers are short, and 64 bits are multiplied much faster.
        if let (Ok(short @ ..100_000_000_000_000_000), 0) = (i64::try_from(self.mantissa), self.zeros) {
            self.mantissa = i128::from(short * 10 + i64::from(byte - b'0'));
            return;
        }
        let lift = if self.mantissa == 0 {
            Some(0)
        } else {
            pow10(self.zeros.saturating_add(1)).and_then(|p| self.mantissa.checked_mul(p))
        };
        match lift.and_then(|m| m.checked_add(digit)).filter(|m| m.unsigned_abs() < LIMIT) {
            Some(mantissa) => self.mantissa = mantissa,
            None => self.too_many = true,
        }
        self.zeros = 0;
    }

    fn at(self, exponent: i64) -> Option<Decimal> {
        if self.too_many {
            return None;
        }
        if self.mantissa == 0 {
            return Some(Decimal::ZERO);
        }
        match exponent + i64::from(self.zeros) {
            up @ 0.. => Decimal::new(self.mantissa.checked_mul(pow10(u32::try_from(up).ok()?)?)?, 0),
            down => Decimal::new(self.mantissa, u32::try_from(down.unsigned_abs()).ok()?),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let normal = self.normalized();
        let (mantissa, scale) = (normal.mantissa(), normal.scale);
        // Filled from the end: the digits, the point, a zero before it.
        let mut text = [b'0'; 2 + MAX_SCALE as usize + 34];
        let mut places = text.iter_mut().rev();
        let mut rest = mantissa.unsigned_abs();
        let mut length = 0;
        let mut put = |digit: u8| {
            length += 1;
            if let Some(place) = places.next() {
                *place = digit;
            }
        };
        for position in 0_u8.. {
            if position == scale && scale > 0 {
                put(b'.');
            }
            if rest == 0 && position > scale {
                break;
            }
            let (quotient, digit) = match u64::try_from(rest) {
                Ok(small) => (u128::from(small / 10), small % 10),
                Err(_) => (rest / 10, u64::try_from(rest % 10).unwrap_or_default()),
            };
            put(b'0' + u8::try_from(digit).unwrap_or_default());
            rest = quotient;
        }
        let text = text.get(text.len() - length..).and_then(|t| std::str::from_utf8(t).ok()).unwrap_or_default();
        f.pad_integral(mantissa >= 0, "", text)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Decimal::raw(i128::from(value), 0)
    }
}

impl std::ops::Neg for Decimal {
    type Output = Self;

    fn neg(self) -> Self {
        Decimal::raw(-self.mantissa(), self.scale)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.mantissa().cmp(&other.mantissa());
        }
        match self.aligned(*other) {
            Some((a, b, _)) => a.cmp(&b),
            None if self.is_zero() || other.is_zero() => self.mantissa().signum().cmp(&other.mantissa().signum()),
            // The one with fewer decimals outgrew i128 at the other's scale, so it is the larger in magnitude.
            None if self.scale < other.scale => self.mantissa().cmp(&0),
            None => 0.cmp(&other.mantissa()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let d = self.normalized();
        (d.mantissa(), d.scale).hash(state);
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
