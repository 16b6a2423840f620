//! Columns of facts as callers hold them, and what stands in one row.

use std::borrow::Cow;

use crate::Decimal;
use crate::input::Input;

/// Bits, the least significant of a byte first, as Arrow packs them: truth values, or which cells are given.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Bits<'a> {
    /// The bits from the one at `offset` on.
    pub fn new(bytes: &'a [u8], offset: usize) -> Self {
        Bits { bytes, offset }
    }

    /// Whether a bit is set; one beyond the end is not.
    pub fn get(&self, place: usize) -> bool {
        let place = self.offset + place;
        self.bytes.get(place / 8).is_some_and(|byte| byte & (1 << (place % 8)) != 0)
    }

    fn len(&self) -> usize {
        (self.bytes.len() * 8).saturating_sub(self.offset)
    }

    /// A byte for each bit from `start` on: 255 where it is set, else 0.
    pub(super) fn spread(&self, start: usize, to: &mut [u8]) {
        let first = self.offset + start;
        let bytes = self.bytes.get(first / 8..).unwrap_or_default();
        let (blocks, rest) = to.as_chunks_mut::<8>();
        let skip = first % 8;
        if skip == 0 {
            for (block, byte) in blocks.iter_mut().zip(bytes) {
                *block = eight(*byte);
            }
        } else {
            let next = bytes.iter().skip(1).chain(std::iter::repeat(&0));
            for (block, (low, high)) in blocks.iter_mut().zip(bytes.iter().zip(next)) {
                *block = eight((u16::from_le_bytes([*low, *high]) >> skip) as u8);
            }
        }
        let done = start + blocks.len() * 8;
        for (i, byte) in rest.iter_mut().enumerate() {
            *byte = if self.get(done + i) { 255 } else { 0 };
        }
    }
}

/// The eight bits of a byte, each spread over a byte.
fn eight(byte: u8) -> [u8; 8] {
    static SPREAD: [[u8; 8]; 256] = {
        let mut all = [[0; 8]; 256];
        let mut rest: &mut [[u8; 8]] = &mut all;
        let mut byte = 0_u16;
        while let [first, tail @ ..] = rest {
            let [a, b, c, d, e, f, g, h] = first;
            let bits = byte as u8;
            *a = (bits & 1).wrapping_neg();
            *b = (bits >> 1 & 1).wrapping_neg();
            *c = (bits >> 2 & 1).wrapping_neg();
            *d = (bits >> 3 & 1).wrapping_neg();
            *e = (bits >> 4 & 1).wrapping_neg();
            *f = (bits >> 5 & 1).wrapping_neg();
            *g = (bits >> 6 & 1).wrapping_neg();
            *h = (bits >> 7 & 1).wrapping_neg();
            byte += 1;
            rest = tail;
        }
        all
    };
    SPREAD.get(usize::from(byte)).copied().unwrap_or_default()
}

/// What stands in one cell of a column that is read cell by cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Yes or no.
    Flag(bool),
    /// A number in digits, as text.
    Number(Cow<'a, str>),
    /// A text: a choice, a day, or a number, possibly with a unit.
    Text(Cow<'a, str>),
    /// The items of a set.
    List(Vec<Option<Cell<'a>>>),
}

impl<'a> Cell<'a> {
    fn input(self) -> Input<'a> {
        match self {
            Cell::Flag(flag) => Input::Bool(flag),
            Cell::Number(digits) => Input::Number(digits),
            Cell::Text(text) => Input::Text(text),
            Cell::List(items) => {
                Input::List(items.into_iter().map(|item| item.map_or(Input::Null, Cell::input)).collect())
            }
        }
    }
}

/// Hands out what stands in a row, and nothing where nothing is given.
pub type Read<'a> = dyn Fn(usize, &mut dyn FnMut(Cell<'_>)) + Sync + 'a;

/// One fact, or the year of one, in every row. What is in it is checked when it is judged.
#[derive(Clone)]
pub struct Column<'a> {
    pub(super) cells: Cells<'a>,
    /// Which cells are given; all, without it.
    pub(super) given: Option<Bits<'a>>,
}

#[derive(Clone)]
pub(super) enum Cells<'a> {
    Floats { values: &'a [f64], nan_is_given: bool },
    Singles { values: &'a [f32], nan_is_given: bool },
    Scaled { values: &'a [i64], decimals: u32 },
    Flags { values: Bits<'a>, rows: usize },
    Days(&'a [i32]),
    Coded { codes: &'a [i32], values: Box<Column<'a>>, distinct: usize },
    Read { read: &'a Read<'a>, rows: usize },
}

impl std::fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.cells {
            Cells::Floats { .. } => "floats",
            Cells::Singles { .. } => "singles",
            Cells::Scaled { .. } => "scaled",
            Cells::Flags { .. } => "flags",
            Cells::Days(_) => "days",
            Cells::Coded { .. } => "coded",
            Cells::Read { .. } => "read",
        };
        f.debug_struct("Column").field("kind", &kind).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl<'a> Column<'a> {
    fn of(cells: Cells<'a>) -> Self {
        Column { cells, given: None }
    }

    /// Numbers, each meaning its shortest decimal. NaN is refused as in a single case.
    pub fn floats(values: &'a [f64]) -> Self {
        Column::of(Cells::Floats { values, nan_is_given: true })
    }

    /// Numbers of which NaN says that none is given.
    pub fn floats_or_nan(values: &'a [f64]) -> Self {
        Column::of(Cells::Floats { values, nan_is_given: false })
    }

    /// Numbers of single width, each meaning its own shortest decimal: 0.1, not 0.100000001490116. Of NaN, as of
    /// [`Column::floats_or_nan`].
    pub fn singles_or_nan(values: &'a [f32]) -> Self {
        Column::of(Cells::Singles { values, nan_is_given: false })
    }

    /// Numbers of single width. NaN is refused.
    pub fn singles(values: &'a [f32]) -> Self {
        Column::of(Cells::Singles { values, nan_is_given: true })
    }

    /// Whole numbers of units of 10⁻`decimals`: 816 with one decimal is 81.6.
    pub fn scaled(values: &'a [i64], decimals: u32) -> Self {
        Column::of(Cells::Scaled { values, decimals })
    }

    /// Truth values.
    pub fn flags(values: Bits<'a>) -> Self {
        Column::of(Cells::Flags { values, rows: values.len() })
    }

    /// Days counted from 1970-01-01.
    pub fn days(values: &'a [i32]) -> Self {
        Column::of(Cells::Days(values))
    }

    /// Places in a list of values: what a dictionary holds. A place that the list does not have gives nothing.
    pub fn coded(codes: &'a [i32], values: Column<'a>) -> Self {
        let distinct = values.rows();
        Column::of(Cells::Coded { codes, values: Box::new(values), distinct })
    }

    /// Anything else, cell by cell: texts, sets, numbers of many digits.
    pub fn read(rows: usize, read: &'a Read<'a>) -> Self {
        Column::of(Cells::Read { read, rows })
    }

    /// The same column, given only where the bits are set.
    #[must_use]
    pub fn given(self, bits: Bits<'a>) -> Self {
        Column { given: Some(bits), ..self }
    }

    /// How many cells there are.
    pub(super) fn rows(&self) -> usize {
        let cells = match &self.cells {
            Cells::Floats { values, .. } => values.len(),
            Cells::Singles { values, .. } => values.len(),
            Cells::Scaled { values, .. } => values.len(),
            Cells::Days(values) => values.len(),
            Cells::Coded { codes, .. } => codes.len(),
            Cells::Flags { rows, .. } | Cells::Read { rows, .. } => *rows,
        };
        self.given.map_or(cells, |bits| cells.min(bits.len()))
    }

    /// What stands in a row, as a single case would be given it.
    pub(super) fn cell(&self, row: usize) -> Option<Input<'static>> {
        let mut found = None;
        self.read_cell(row, &mut |input| found = Some(input.into_owned()));
        found
    }

    /// Hands out what stands in a row, if something is given.
    pub(super) fn read_cell(&self, row: usize, to: &mut dyn FnMut(Input<'_>)) {
        if self.given.is_some_and(|bits| !bits.get(row)) {
            return;
        }
        match &self.cells {
            Cells::Floats { values, nan_is_given } => {
                if let Some(value) = values.get(row).filter(|value| *nan_is_given || !value.is_nan()) {
                    to(Input::Number(value.to_string().into()));
                }
            }
            Cells::Singles { values, nan_is_given } => {
                if let Some(value) = values.get(row).filter(|value| *nan_is_given || !value.is_nan()) {
                    to(Input::Number(value.to_string().into()));
                }
            }
            Cells::Scaled { values, decimals } => {
                if let Some(value) = values.get(row) {
                    let number = Decimal::new(i128::from(*value), *decimals);
                    // So many decimals that none can be held are too many for a fact as well.
                    let digits = number.map_or_else(|| format!("1e-{decimals}"), |number| number.to_string());
                    to(Input::Number(digits.into()));
                }
            }
            Cells::Flags { values, .. } => to(Input::Bool(values.get(row))),
            Cells::Days(days) => {
                if let Some(number) = days.get(row) {
                    let day = super::days::day(*number);
                    to(Input::Text(day.map_or_else(|| format!("day {number}"), |day| day.to_string()).into()));
                }
            }
            Cells::Coded { codes, values, distinct } => {
                let place = codes.get(row).and_then(|code| usize::try_from(*code).ok());
                if let Some(place) = place.filter(|place| place < distinct) {
                    values.read_cell(place, to);
                }
            }
            Cells::Read { read, .. } => read(row, &mut |cell| to(cell.input())),
        }
    }
}
