//! Units as products of prime factors and dimensions, so that conversion is exact or refused.

use std::fmt;
use std::sync::Arc;

use crate::Decimal;

/// Exponents of 2, 3 and 5 (the factor), then of the dimensions.
type Exponents = [i32; 10];

/// A unit of measurement. Two spellings of one unit are equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unit {
    text: Arc<str>,
    exponents: Exponents,
}

/// Symbol, other spellings, exponents: [2, 3, 5, mass, length, day, year, money, energy, person].
/// Base units: g, m, d, a, yuan, tce, person. A year is not converted to days.
const SYMBOLS: &[(&str, &[&str], Exponents)] = &[
    ("ug", &["μg", "µg", "微克"], [-6, 0, -6, 1, 0, 0, 0, 0, 0, 0]),
    ("mg", &["毫克"], [-3, 0, -3, 1, 0, 0, 0, 0, 0, 0]),
    ("g", &["克"], [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("kg", &["公斤", "千克"], [3, 0, 3, 1, 0, 0, 0, 0, 0, 0]),
    ("t", &["吨"], [6, 0, 6, 1, 0, 0, 0, 0, 0, 0]),
    ("mm", &["毫米"], [-3, 0, -3, 0, 1, 0, 0, 0, 0, 0]),
    ("m", &["米"], [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
    ("km", &["千米", "公里"], [3, 0, 3, 0, 1, 0, 0, 0, 0, 0]),
    ("m2", &["m²", "平方米"], [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]),
    ("km2", &["km²", "平方千米", "平方公里"], [6, 0, 6, 0, 2, 0, 0, 0, 0, 0]),
    ("ha", &["hm2", "hm²", "公顷"], [4, 0, 4, 0, 2, 0, 0, 0, 0, 0]),
    // 15 mu are one hectare.
    ("mu", &["亩"], [4, -1, 3, 0, 2, 0, 0, 0, 0, 0]),
    ("m3", &["m³", "立方米"], [0, 0, 0, 0, 3, 0, 0, 0, 0, 0]),
    ("L", &["l", "升"], [-3, 0, -3, 0, 3, 0, 0, 0, 0, 0]),
    ("d", &["天", "日"], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    // 24 hours are one day.
    ("h", &["小时"], [-3, -1, 0, 0, 0, 1, 0, 0, 0, 0]),
    // 86 400 seconds are one day.
    ("s", &["秒"], [-7, -3, -2, 0, 0, 1, 0, 0, 0, 0]),
    ("a", &["年"], [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
    ("yuan", &["元", "CNY"], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
    ("tce", &["吨标准煤"], [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
    ("person", &["人"], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ("%", &["％"], [-2, 0, -2, 0, 0, 0, 0, 0, 0, 0]),
    ("‰", &[], [-3, 0, -3, 0, 0, 0, 0, 0, 0, 0]),
];

/// Why a quantity cannot be expressed in another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inconvertible {
    /// mg/L and t/d measure different things.
    Dimension,
    /// 1 mu is 0.0666… ha: no finite decimal.
    NotExact,
}

impl Unit {
    /// Reads `mg/L`, `10^4 t/a`, `万吨`, `m3/10^4 yuan`.
    pub(crate) fn parse(text: &str) -> Option<Unit> {
        let mut exponents = Exponents::default();
        for (i, part) in text.split('/').enumerate() {
            let sign = if i == 0 { 1 } else { -1 };
            add(&mut exponents, &factor(part.trim())?, sign);
        }
        Some(Unit { text: text.into(), exponents })
    }

    pub(crate) fn times(&self, other: &Unit) -> Unit {
        self.combine(other, 1, |one, other| format!("{one}*{other}"))
    }

    pub(crate) fn per(&self, other: &Unit) -> Unit {
        self.combine(other, -1, |one, other| {
            let one = if one.is_empty() { "1" } else { one };
            if other.contains('/') { format!("{one}/({other})") } else { format!("{one}/{other}") }
        })
    }

    fn combine(&self, other: &Unit, times: i32, text: impl Fn(&str, &str) -> String) -> Unit {
        let mut exponents = self.exponents;
        add(&mut exponents, &other.exponents, times);
        match (&*self.text, &*other.text) {
            _ if exponents == Exponents::default() => Unit::default(),
            (_, "") => self.clone(),
            ("", _) if times > 0 => other.clone(),
            (one, other) => Unit { text: text(one, other).into(), exponents },
        }
    }

    /// `value` of this unit, expressed in `target`; a number with too many digits is not exact either.
    pub(crate) fn convert(&self, value: Decimal, target: &Unit) -> Result<Decimal, Inconvertible> {
        let mut ratio = self.exponents;
        add(&mut ratio, &target.exponents, -1);
        let [two, three, five, dimensions @ ..] = ratio;
        if dimensions.iter().any(|e| *e != 0) {
            return Err(Inconvertible::Dimension);
        }
        // 2⁻ⁿ is 5ⁿ × 10⁻ⁿ and the other way round; 3⁻ⁿ is no finite decimal.
        let power = |base: i128, inverse: Option<i128>, exponent: i32| match (exponent.unsigned_abs(), inverse) {
            (n, _) if exponent >= 0 => Decimal::new(base.checked_pow(n)?, 0),
            (n, Some(inverse)) => Decimal::new(inverse.checked_pow(n)?, n),
            _ => None,
        };
        let exact = || {
            let value = value.checked_mul(power(2, Some(5), two)?)?.checked_mul(power(5, Some(2), five)?)?;
            value.checked_mul(power(3, None, three)?)
        };
        exact().ok_or(Inconvertible::NotExact)
    }
}

/// One part of a unit between slashes: an optional ten thousand and a symbol.
fn factor(part: &str) -> Option<Exponents> {
    let (mut exponents, symbol) = match part.strip_prefix("10^4").or_else(|| part.strip_prefix('万')) {
        Some(symbol) => ([4, 0, 4, 0, 0, 0, 0, 0, 0, 0], symbol.trim()),
        None => (Exponents::default(), part),
    };
    if symbol.is_empty() && exponents != Exponents::default() {
        return Some(exponents);
    }
    let (_, _, found) = SYMBOLS.iter().find(|(name, others, _)| *name == symbol || others.contains(&symbol))?;
    add(&mut exponents, found, 1);
    Some(exponents)
}

fn add(exponents: &mut Exponents, other: &Exponents, times: i32) {
    for (e, o) in exponents.iter_mut().zip(other) {
        *e = e.saturating_add(o.saturating_mul(times));
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.exponents == other.exponents
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
