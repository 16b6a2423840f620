//! Columns of an Arrow table as the core takes them. What the core has a form for goes over as it lies in memory; all else
//! is handed out cell by cell.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use ecoplan::{Bits, Cell, Column, Read};

/// Whether cells of a type can be facts.
pub(crate) fn is_readable(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_readable(values),
        DataType::List(items) | DataType::LargeList(items) | DataType::FixedSizeList(items, _) => {
            is_readable(items.data_type())
        }
        DataType::Timestamp(_, zone) => zone.is_none(),
        DataType::Boolean | DataType::Date32 | DataType::Date64 | DataType::Null => true,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        other => other.is_integer() || other.is_floating() || other.is_decimal(),
    }
}

/// A column, and what it needs to be handed over.
pub(crate) struct Cells<'a> {
    array: &'a dyn Array,
    form: Form<'a>,
}

enum Form<'a> {
    Floats(&'a [f64]),
    Singles(&'a [f32]),
    Scaled(Whole<'a>, u32),
    Flags(Bits<'a>),
    Days(&'a [i32]),
    Coded(Vec<i32>, Box<Cells<'a>>),
    Read(Box<Read<'a>>),
}

/// Whole numbers as they lie in memory, or widened.
enum Whole<'a> {
    There(&'a [i64]),
    Made(Vec<i64>),
}

impl<'a> Cells<'a> {
    pub(crate) fn of(array: &'a dyn Array) -> Self {
        /// Whole numbers, widened.
        macro_rules! whole {
            ($kind:ty) => {
                Form::Scaled(
                    Whole::Made(array.as_primitive::<$kind>().values().iter().map(|n| i64::from(*n)).collect()),
                    0,
                )
            };
        }
        let form = match array.data_type() {
            DataType::Float64 => Form::Floats(array.as_primitive::<Float64Type>().values()),
            DataType::Float32 => Form::Singles(array.as_primitive::<Float32Type>().values()),
            DataType::Int64 => Form::Scaled(Whole::There(array.as_primitive::<Int64Type>().values()), 0),
            DataType::Int8 => whole!(Int8Type),
            DataType::Int16 => whole!(Int16Type),
            DataType::Int32 => whole!(Int32Type),
            DataType::UInt8 => whole!(UInt8Type),
            DataType::UInt16 => whole!(UInt16Type),
            DataType::UInt32 => whole!(UInt32Type),
            DataType::Decimal64(_, decimals @ 0..) => Form::Scaled(
                Whole::There(array.as_primitive::<Decimal64Type>().values()),
                u32::from(decimals.unsigned_abs()),
            ),
            // 18 digits fit.
            DataType::Decimal128(..=18, decimals @ 0..) => {
                let narrow = |n: &i128| i64::try_from(*n).unwrap_or(i64::MAX);
                let values = array.as_primitive::<Decimal128Type>().values().iter().map(narrow).collect();
                Form::Scaled(Whole::Made(values), u32::from(decimals.unsigned_abs()))
            }
            DataType::Boolean => {
                let flags = array.as_boolean().values();
                Form::Flags(Bits::new(flags.values(), flags.offset()))
            }
            DataType::Date32 => Form::Days(array.as_primitive::<Date32Type>().values()),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let keys = match dictionary.values().is_empty() {
                    true => vec![-1; array.len()],
                    false => {
                        dictionary.normalized_keys().into_iter().map(|key| i32::try_from(key).unwrap_or(-1)).collect()
                    }
                };
                Form::Coded(keys, Box::new(Cells::of(dictionary.values())))
            }
            _ => Form::Read(read(array)),
        };
        Cells { array, form }
    }

    /// As the core takes it. NaN is not given.
    pub(crate) fn column(&self) -> Column<'_> {
        let column = match &self.form {
            Form::Floats(values) => Column::floats_or_nan(values),
            Form::Singles(values) => Column::singles_or_nan(values),
            Form::Scaled(Whole::There(values), decimals) => Column::scaled(values, *decimals),
            Form::Scaled(Whole::Made(values), decimals) => Column::scaled(values, *decimals),
            Form::Flags(values) => Column::flags(*values),
            Form::Days(values) => Column::days(values),
            Form::Coded(codes, values) => Column::coded(codes, values.column()),
            // Reads what is given and nothing else.
            Form::Read(read) => return Column::read(self.array.len(), &**read),
        };
        match self.array.nulls() {
            Some(nulls) => column.given(Bits::new(nulls.validity(), nulls.offset())),
            None => column,
        }
    }
}

/// Reads a column cell by cell, whatever its type.
fn read(array: &dyn Array) -> Box<Read<'_>> {
    /// The cells of a primitive column.
    macro_rules! numbers {
        ($kind:ty, $cell:expr) => {{
            let numbers = array.as_primitive::<$kind>();
            let cell = $cell;
            Box::new(move |row, to| {
                if numbers.is_valid(row)
                    && let Some(cell) = cell(numbers.value(row))
                {
                    to(cell);
                }
            })
        }};
    }
    macro_rules! texts {
        ($texts:expr) => {{
            let texts = $texts;
            Box::new(move |row, to| {
                if texts.is_valid(row) {
                    to(Cell::Text(texts.value(row).into()));
                }
            })
        }};
    }
    // The shortest decimal of a float of single width is its own.
    let single = |number: f32| (!number.is_nan()).then(|| digits(number));
    match array.data_type() {
        DataType::Float16 => numbers!(Float16Type, half),
        DataType::Float32 => numbers!(Float32Type, single),
        DataType::Float64 => numbers!(Float64Type, |n: f64| (!n.is_nan()).then(|| digits(n))),
        DataType::Int8 => numbers!(Int8Type, |n: i8| Some(digits(n))),
        DataType::Int16 => numbers!(Int16Type, |n: i16| Some(digits(n))),
        DataType::Int32 => numbers!(Int32Type, |n: i32| Some(digits(n))),
        DataType::Int64 => numbers!(Int64Type, |n: i64| Some(digits(n))),
        DataType::UInt8 => numbers!(UInt8Type, |n: u8| Some(digits(n))),
        DataType::UInt16 => numbers!(UInt16Type, |n: u16| Some(digits(n))),
        DataType::UInt32 => numbers!(UInt32Type, |n: u32| Some(digits(n))),
        DataType::UInt64 => numbers!(UInt64Type, |n: u64| Some(digits(n))),
        DataType::Date32 => numbers!(Date32Type, |days: i32| moment(1)(i64::from(days) * 86_400)),
        DataType::Date64 => numbers!(Date64Type, moment(1_000)),
        DataType::Timestamp(TimeUnit::Second, None) => numbers!(TimestampSecondType, moment(1)),
        DataType::Timestamp(TimeUnit::Millisecond, None) => numbers!(TimestampMillisecondType, moment(1_000)),
        DataType::Timestamp(TimeUnit::Microsecond, None) => numbers!(TimestampMicrosecondType, moment(1_000_000)),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => numbers!(TimestampNanosecondType, moment(1_000_000_000)),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        DataType::Utf8 => texts!(array.as_string::<i32>()),
        DataType::LargeUtf8 => texts!(array.as_string::<i64>()),
        DataType::Utf8View => texts!(array.as_string_view()),
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            members(
                array,
                lists.values(),
                lists.value_offsets().iter().filter_map(|o| usize::try_from(*o).ok()).collect(),
            )
        }
        DataType::LargeList(_) => {
            let lists = array.as_list::<i64>();
            members(
                array,
                lists.values(),
                lists.value_offsets().iter().filter_map(|o| usize::try_from(*o).ok()).collect(),
            )
        }
        DataType::FixedSizeList(..) => {
            let lists = array.as_fixed_size_list();
            let length = usize::try_from(lists.value_length()).unwrap_or(0);
            members(array, lists.values(), (0..=array.len()).map(|row| row * length).collect())
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return Box::new(|_, _| {});
            }
            let (keys, values) = (dictionary.normalized_keys(), read(dictionary.values()));
            Box::new(move |row, to| {
                if array.is_valid(row)
                    && let Some(key) = keys.get(row)
                {
                    values(*key, to);
                }
            })
        }
        DataType::Boolean => {
            let flags = array.as_boolean();
            Box::new(move |row, to| {
                if flags.is_valid(row) {
                    to(Cell::Flag(flags.value(row)));
                }
            })
        }
        // Nothing is given; of any other type is no column that is read.
        _ => Box::new(|_, _| {}),
    }
}

fn digits<'a>(number: impl std::fmt::Display) -> Cell<'a> {
    Cell::Number(number.to_string().into())
}

fn decimals<T: DecimalType + ArrowPrimitiveType>(array: &dyn Array) -> Box<Read<'_>> {
    let numbers = array.as_primitive::<T>();
    Box::new(move |row, to| {
        if numbers.is_valid(row) {
            to(Cell::Number(numbers.value_as_string(row).into()));
        }
    })
}

/// The lists of a column, `offsets` being where each begins and the last ends.
fn members<'a>(array: &'a dyn Array, values: &'a ArrayRef, offsets: Vec<usize>) -> Box<Read<'a>> {
    let values = read(values);
    Box::new(move |row, to| {
        if let (true, Some(&[from, end])) = (array.is_valid(row), offsets.get(row..row + 2)) {
            let item = |place| {
                let mut item = None;
                values(place, &mut |cell| item = Some(owned(cell)));
                item
            };
            to(Cell::List((from..end).map(item).collect()));
        }
    })
}

fn owned<'a>(cell: Cell<'_>) -> Cell<'a> {
    match cell {
        Cell::Flag(flag) => Cell::Flag(flag),
        Cell::Number(digits) => Cell::Number(digits.into_owned().into()),
        Cell::Text(text) => Cell::Text(text.into_owned().into()),
        Cell::List(items) => Cell::List(items.into_iter().map(|item| item.map(owned)).collect()),
    }
}

/// The shortest decimal of a number of half width, which Rust itself only prints as a wider one.
fn half<'a>(number: half::f16) -> Option<Cell<'a>> {
    let wide = number.to_f32();
    let same = |text: &String| text.parse().is_ok_and(|back: f32| half::f16::from_f32(back) == number);
    let shortest = (0..=10).map(|decimals| format!("{wide:.decimals$}")).find(same);
    (!wide.is_nan()).then(|| Cell::Number(shortest.unwrap_or_else(|| wide.to_string()).into()))
}

/// A moment, counted in parts of a second: a day only where it is a midnight.
fn moment<'a>(parts: i64) -> impl Fn(i64) -> Option<Cell<'a>> {
    let parts_of_a_day = 86_400 * parts;
    move |moment| {
        let (days, time) = (moment.div_euclid(parts_of_a_day), moment.rem_euclid(parts_of_a_day));
        let day = i32::try_from(days).ok().and_then(Date32Type::to_naive_date_opt);
        let day = day.map_or_else(|| format!("day {days}"), |day| day.to_string());
        Some(Cell::Text(if time == 0 { day } else { format!("{day} with a time of day") }.into()))
    }
}
