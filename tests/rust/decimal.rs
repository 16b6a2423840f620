//! Exactness of numbers, against rust_decimal where that is exact, and laws beyond it.

use ecoplan::{Decimal, DecimalError, Rounding};
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn a_number_is_what_was_written() {
    for (text, printed) in [
        ("81.6", "81.6"),
        ("-0.5", "-0.5"),
        (".5", "0.5"),
        ("+3", "3"),
        ("20.30", "20.3"),
        ("1.5e3", "1500"),
        ("15E-1", "1.5"),
        ("-0", "0"),
        ("0.000", "0"),
        ("100", "100"),
        ("9999999999999999999999999999999999", "9999999999999999999999999999999999"),
        ("0.0000000000000000000000000000000001", "0.0000000000000000000000000000000001"),
        ("1000000000000000000000000000000000.0000000000", "1000000000000000000000000000000000"),
    ] {
        assert_eq!(d(text).to_string(), printed, "{text}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in ["", "-", "+", ".", "5.", "1e", "1e+", "12,5", "NaN", "inf", "0x10", "1 2", "1.2.3", "--1", "１"] {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::NotANumber), "{text}");
    }
    for text in
        ["12345678901234567890123456789012345", "1e34", "1e-101", "1e400", "1.00000000000000000000000000000000001"]
    {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::TooManyDigits), "{text}");
    }
}

#[test]
fn arithmetic_is_exact_to_34_digits() {
    assert_eq!(d("0.1").checked_add(d("0.2")), Some(d("0.3")));
    assert_eq!(d("81.6").checked_sub(d("61.6")), Some(d("20")));
    assert_eq!(d("5e20").checked_mul(d("2e-20")), Some(d("10")));
    // Beyond, half to even; what is dropped decides ties.
    assert_eq!(d("1e33").checked_add(d("1e-10")), Some(d("1e33")));
    assert_eq!(
        d("1000000000000000000000000000000000").checked_add(d("0.5")),
        Some(d("1000000000000000000000000000000000"))
    );
    assert_eq!(
        d("1000000000000000000000000000000001").checked_add(d("0.5")),
        Some(d("1000000000000000000000000000000002"))
    );
    assert_eq!(
        d("1000000000000000000000000000000000").checked_add(d("0.51")),
        Some(d("1000000000000000000000000000000001"))
    );
    let sticky = d("0.5").checked_add(d("1e-30")).unwrap();
    assert_eq!(
        d("1000000000000000000000000000000000").checked_add(sticky),
        Some(d("1000000000000000000000000000000001"))
    );
    assert_eq!(
        d("1000000000000000000000000000000000").checked_sub(sticky),
        Some(d("999999999999999999999999999999999.5"))
    );
    assert_eq!(d("1").checked_add(d("1e-100")), Some(d("1")));
    let nines = d("9999999999999999999999999999999999");
    assert_eq!(nines.checked_mul(d("1.000000000000000000000000000000001")), None, "10³⁴ is too large");
    assert_eq!(
        d("0.9999999999999999999999999999999999").checked_mul(d("0.9999999999999999999999999999999999")),
        Some(d("0.9999999999999999999999999999999998"))
    );
    assert_eq!(
        d("1234567890123456789012345678901234").checked_mul(d("-1e-33")).and_then(|p| p.checked_mul(d("1.5"))),
        Some(d("-1.851851835185185183518518518351851"))
    );
    // Too large, and too small.
    assert_eq!(d("9e33").checked_add(d("9e33")), None);
    assert_eq!(d("1e20").checked_mul(d("1e20")), None);
    assert_eq!(d("1e-60").checked_mul(d("1e-60")), Some(d("0")));
    assert!(d("1e-100") > d("0") && d("-1e-100") < d("0") && d("1e33") > d("1e-100"));
}

#[test]
fn division_has_34_digits() {
    assert_eq!(d("1").checked_div(d("3")), Some(d("0.3333333333333333333333333333333333")));
    assert_eq!(d("2").checked_div(d("3")), Some(d("0.6666666666666666666666666666666667")));
    assert_eq!(d("-2").checked_div(d("3")), Some(d("-0.6666666666666666666666666666666667")));
    assert_eq!(d("10").checked_div(d("4")), Some(d("2.5")));
    // 34 significant digits, however small.
    assert_eq!(d("-0.007").checked_div(d("0.255")), Some(d("-0.02745098039215686274509803921568627")));
    assert_eq!(d("1e33").checked_div(d("1e-1")), None);
    assert_eq!(d("1").checked_div(d("0")), None);
    assert_eq!(d("0").checked_div(d("7")), Some(d("0")));
}

#[test]
fn rounding_modes_differ_where_they_should() {
    use Rounding::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
    let modes = [Up, Down, HalfUp, HalfDown, HalfEven, Floor, Ceiling];
    // The table of DMN 1.5 (10.3.4.3), with its negative numbers.
    for (number, expected) in [
        ("5.5", ["6", "5", "6", "5", "6", "5", "6"]),
        ("2.5", ["3", "2", "3", "2", "2", "2", "3"]),
        ("1.6", ["2", "1", "2", "2", "2", "1", "2"]),
        ("1.1", ["2", "1", "1", "1", "1", "1", "2"]),
        ("1.0", ["1", "1", "1", "1", "1", "1", "1"]),
        ("-1.1", ["-2", "-1", "-1", "-1", "-1", "-2", "-1"]),
        ("-1.6", ["-2", "-1", "-2", "-2", "-2", "-2", "-1"]),
        ("-2.5", ["-3", "-2", "-3", "-2", "-2", "-3", "-2"]),
        ("-5.5", ["-6", "-5", "-6", "-5", "-6", "-6", "-5"]),
    ] {
        for (mode, expected) in modes.into_iter().zip(expected) {
            assert_eq!(d(number).round(0, mode), Some(d(expected)), "{number} {mode:?}");
        }
    }
    assert_eq!(d("1250").round(-2, HalfEven), Some(d("1200")));
    assert_eq!(d("1350").round(-2, HalfEven), Some(d("1400")));
    assert_eq!(d("49").round(-2, HalfUp), Some(d("0")));
    assert_eq!(d("1").round(-40, Up), None);
    assert_eq!(d("25.45").round(1, HalfUp), Some(d("25.5")));
}

#[test]
fn a_float_means_its_shortest_decimal() {
    assert_eq!(Decimal::from_f64(81.6), Ok(d("81.6")));
    assert_eq!(Decimal::from_f32(0.1), Ok(d("0.1")));
    assert_eq!(Decimal::from_f64(f64::NAN), Err(DecimalError::NotANumber));
    assert_eq!(Decimal::from_f64(f64::NEG_INFINITY), Err(DecimalError::NotANumber));
    assert_eq!(Decimal::from_f64(1e300), Err(DecimalError::TooManyDigits));
}

/// Numbers that rust_decimal holds exactly, sums and products included.
fn small() -> impl Strategy<Value = (i64, u32)> {
    (-1_000_000_000_000_i64..1_000_000_000_000, 0_u32..6)
}

proptest! {
    #[test]
    fn agrees_with_rust_decimal(a in small(), b in small()) {
        let ours = |(m, s): (i64, u32)| Decimal::new(i128::from(m), s).unwrap();
        let theirs = |(m, s): (i64, u32)| rust_decimal::Decimal::new(m, s);
        let same = |ours: Option<Decimal>, theirs: rust_decimal::Decimal| {
            prop_assert_eq!(ours.map(|d| d.to_string()), Some(theirs.normalize().to_string()));
            Ok(())
        };
        same(ours(a).checked_add(ours(b)), theirs(a) + theirs(b))?;
        same(ours(a).checked_sub(ours(b)), theirs(a) - theirs(b))?;
        same(ours(a).checked_mul(ours(b)), theirs(a) * theirs(b))?;
        prop_assert_eq!(ours(a).cmp(&ours(b)), theirs(a).cmp(&theirs(b)));
        prop_assert_eq!(ours(a) == ours(b), theirs(a) == theirs(b));
    }

    #[test]
    fn printing_and_parsing_are_inverse(mantissa in -(10_i128.pow(34) - 1)..10_i128.pow(34), scale in 0_u32..=100) {
        let number = Decimal::new(mantissa, scale).unwrap();
        prop_assert_eq!(number.to_string().parse(), Ok(number));
    }

    #[test]
    fn order_agrees_with_the_sign_of_the_difference(a in any::<i64>(), s in 0_u32..=100, b in any::<i64>(), t in 0_u32..=100) {
        let (a, b) = (Decimal::new(i128::from(a), s).unwrap(), Decimal::new(i128::from(b), t).unwrap());
        if let Some(difference) = a.checked_sub(b) {
            prop_assert_eq!(a.cmp(&b), difference.cmp(&Decimal::ZERO));
        }
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    }

    #[test]
    fn division_undoes_multiplication(a in small(), b in small()) {
        prop_assume!(b.0 != 0);
        let (a, b) = (Decimal::new(i128::from(a.0), a.1).unwrap(), Decimal::new(i128::from(b.0), b.1).unwrap());
        prop_assert_eq!(a.checked_mul(b).unwrap().checked_div(b), Some(a));
    }

    #[test]
    fn any_text_parses_or_is_refused(text in ".{0,50}") {
        let _ = text.parse::<Decimal>();
    }

    #[test]
    fn every_finite_float_of_ordinary_size_reads_back(value in -1e12_f64..1e12) {
        prop_assert_eq!(Decimal::from_f64(value).map(|d| d.to_string()), Ok(value.to_string()).map(|t: String| if t == "-0" { "0".into() } else { t }));
    }
}
