//! Conditions over columns: what can be decided a chunk at a time, in truth bytes.
//!
//! A comparison of facts with numbers and with each other is made on binary floats, and yet exact: floats are in the order
//! of their shortest decimals, and a constant of at most 15 digits is the shortest decimal of its nearest float. Sums are
//! made of whole numbers of a common unit, which floats hold exactly up to 2⁵³; a row whose number is no such whole number
//! is marked, and judged by itself.

#![expect(clippy::float_arithmetic, clippy::float_cmp, reason = "each result is exact, or the row is marked")]

use super::days;
use super::lanes::{CHUNK, Lane, Lanes, NO, ROUND, UNKNOWN, YES, float};
use crate::feel::{Arithmetic, Comparison, Expr, Function, Locals, Test, Truth, eval, test};
use crate::model::FactKind;
use crate::program::SubjectProgram;
use crate::{Decimal, Value};

/// A condition that can be decided a chunk at a time.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Always(u8),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// The lane of a yes/no fact.
    Flag(usize),
    /// Whether a fact is known.
    Known(usize),
    Number(usize, Comparison, f64),
    Numbers(usize, Comparison, usize),
    Sum(Sum),
    /// By the place of the choice.
    Choice(usize, Vec<u8>),
    /// Of these items of a set, all or any.
    Items {
        slot: usize,
        items: u64,
        all: bool,
    },
    Count(usize, Comparison, u32),
    Day(usize, Comparison, i32),
    Days(usize, Comparison, usize),
}

/// Whole multiples of facts, compared with a number; all in units of 10⁻`decimals`.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    terms: Vec<(usize, f64)>,
    unit: f64,
    /// How large a fact may be in these units, so that the sum stays exact.
    limit: f64,
    op: Comparison,
    bound: f64,
}

/// What is known when the table's columns are: which facts are columns, and the values of all others.
pub(super) struct Known<'a> {
    pub(super) subject: &'a SubjectProgram,
    pub(super) is_column: &'a [bool],
    pub(super) values: &'a [Value],
}

impl Known<'_> {
    fn is_column(&self, slot: usize) -> bool {
        self.is_column.get(slot) == Some(&true)
    }

    fn kind(&self, slot: usize) -> Option<FactKind> {
        self.subject.fact(slot).map(|fact| fact.kind())
    }

    /// A column of this kind.
    fn column(&self, expr: &Expr, kind: FactKind) -> Option<usize> {
        match expr {
            Expr::Fact(slot) if self.is_column(*slot) && self.kind(*slot) == Some(kind) => Some(*slot),
            _ => None,
        }
    }

    /// The value of an expression without columns; an unknown one too.
    fn constant(&self, expr: &Expr, locals: &Locals<'_>) -> Option<Value> {
        let fixed = !expr.mentions(&|slot| self.is_column(slot));
        fixed.then(|| eval(expr, self.values, locals))
    }

    /// The condition in this form, if it has one in which it is never null.
    pub(super) fn node(&self, expr: &Expr, locals: &Locals<'_>) -> Option<Node> {
        if !expr.mentions(&|slot| self.is_column(slot)) {
            return match test(expr, self.values, locals) {
                Truth::True => Some(Node::Always(YES)),
                Truth::False => Some(Node::Always(NO)),
                Truth::Unknown => Some(Node::Always(UNKNOWN)),
                Truth::Null => None,
            };
        }
        let each = |items: &[Expr]| items.iter().map(|item| self.node(item, locals)).collect::<Option<Vec<_>>>();
        match expr {
            Expr::And(items) => each(items).map(|nodes| joined(nodes, true)),
            Expr::Or(items) => each(items).map(|nodes| joined(nodes, false)),
            Expr::Not(a) => self.node(a, locals).map(negated),
            Expr::Fact(_) => self.column(expr, FactKind::YesNo).map(Node::Flag),
            Expr::Compare(op, a, b) => self.compare(*op, a, b, locals),
            Expr::Between { value, low, high } => {
                let above = self.compare(Comparison::GreaterOrEqual, value, low, locals)?;
                Some(joined(vec![above, self.compare(Comparison::LessOrEqual, value, high, locals)?], true))
            }
            Expr::In { value, tests } => {
                let nodes = tests.iter().map(|test| self.passes(value, test, locals)).collect::<Option<Vec<_>>>();
                nodes.map(|nodes| joined(nodes, false))
            }
            Expr::Quantified { every, list, body, .. } => {
                let Some(Value::List(items)) = self.constant(list, locals) else { return None };
                let node = |item| self.node(body, &Locals::Bound(item, locals));
                items.iter().map(node).collect::<Option<Vec<_>>>().map(|nodes| joined(nodes, *every))
            }
            Expr::Call(Function::ListContains, arguments) => match arguments.as_slice() {
                [set, item] => {
                    let slot = self.column(set, FactKind::Set)?;
                    let Some(Value::Text(item)) = self.constant(item, locals) else { return None };
                    let place = self.subject.fact(slot)?.choices.iter().position(|choice| *choice == item);
                    let items = place.map_or(Some(0), |place| 1_u64.checked_shl(u32::try_from(place).ok()?))?;
                    // What cannot be in the set is not in it.
                    Some(Node::Items { slot, items, all: false })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn passes(&self, value: &Expr, test: &Test, locals: &Locals<'_>) -> Option<Node> {
        let Test::Value(expr) = test else {
            let bounds = test.comparisons();
            let nodes = bounds.into_iter().map(|(op, bound)| self.compare(op, value, bound, locals));
            return nodes.collect::<Option<Vec<_>>>().map(|nodes| joined(nodes, true));
        };
        match self.constant(expr, locals)? {
            Value::List(items) => {
                let equal =
                    |item: &Value| self.compare(Comparison::Equal, value, &Expr::Literal(item.clone()), &Locals::None);
                items.iter().map(equal).collect::<Option<Vec<_>>>().map(|nodes| joined(nodes, false))
            }
            single => self.compare(Comparison::Equal, value, &Expr::Literal(single), &Locals::None),
        }
    }

    fn compare(&self, op: Comparison, a: &Expr, b: &Expr, locals: &Locals<'_>) -> Option<Node> {
        if let Some(node) = self.one_sided(op, a, b, locals).or_else(|| self.one_sided(op.swapped(), b, a, locals)) {
            return Some(node);
        }
        if let (Some(a), Some(b)) = (self.column(a, FactKind::Date), self.column(b, FactKind::Date)) {
            return Some(Node::Days(a, op, b));
        }
        let mut line = Line { terms: Vec::new(), constant: Decimal::ZERO, unknown: false };
        line.add(self, a, Decimal::from(1), locals)?;
        line.add(self, b, Decimal::from(-1), locals)?;
        line.compared(op)
    }

    /// A choice, set or day against a constant.
    fn one_sided(&self, op: Comparison, a: &Expr, b: &Expr, locals: &Locals<'_>) -> Option<Node> {
        if let Expr::Call(Function::Count, arguments) = a
            && let [set] = arguments.as_slice()
            && let Some(slot) = self.column(set, FactKind::Set)
        {
            let Some(Value::Number(number)) = self.constant(b, locals) else { return None };
            return Some(Node::Count(slot, op, u32::try_from(number.to_i64()?).ok()?));
        }
        let Expr::Fact(slot) = a else { return None };
        let constant = self.constant(b, locals)?;
        match (self.kind(*slot)?, constant) {
            _ if !self.is_column(*slot) => None,
            (_, Value::Unknown) => Some(Node::Always(UNKNOWN)),
            (FactKind::Choice, Value::Text(text)) if !op.is_order() => {
                let choices = self.subject.fact(*slot)?.choices.iter();
                let truth = |choice: &std::sync::Arc<str>| {
                    if (*choice == text) == (op == Comparison::Equal) { YES } else { NO }
                };
                Some(Node::Choice(*slot, choices.map(truth).collect()))
            }
            (FactKind::Date, Value::Date(day)) => Some(Node::Day(*slot, op, days::number(day))),
            (FactKind::YesNo, Value::Bool(wanted)) if !op.is_order() => {
                let same = wanted == (op == Comparison::Equal);
                Some(if same { Node::Flag(*slot) } else { negated(Node::Flag(*slot)) })
            }
            _ => None,
        }
    }
}

/// How far a sum of facts is from a number, row by row, in units of 10⁻`decimals`.
#[derive(Debug, Clone)]
pub(super) struct Distance {
    /// Each fact with its sign.
    terms: Vec<(usize, f64)>,
    constant: f64,
    unit: f64,
    decimals: u32,
    limit: f64,
}

impl Distance {
    /// The margin of a test that is one order comparison of sums.
    pub(super) fn new(test: &Expr, known: &Known<'_>) -> Option<Distance> {
        let Expr::Compare(op, a, b) = test else { return None };
        // Of a multiple of a fact, the margin is none.
        let plain = |part: &Expr| {
            let sum = matches!(part, Expr::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, ..));
            sum || matches!(part, Expr::Fact(_) | Expr::Literal(_) | Expr::Negate(_))
        };
        if !op.is_order() || a.any(&|part| !plain(part)) || b.any(&|part| !plain(part)) {
            return None;
        }
        let (greater, less) =
            if matches!(op, Comparison::Greater | Comparison::GreaterOrEqual) { (a, b) } else { (b, a) };
        let mut line = Line { terms: Vec::new(), constant: Decimal::ZERO, unknown: false };
        line.add(known, greater, Decimal::from(1), &Locals::None)?;
        line.add(known, less, Decimal::from(-1), &Locals::None)?;
        let unit_terms = line.terms.iter().all(|(_, factor)| factor.abs() == Decimal::from(1));
        if line.unknown || line.terms.is_empty() || !unit_terms {
            return None;
        }
        let decimals = line.constant.decimals().max(FACT_DECIMALS);
        let terms: Option<Vec<_>> = line.terms.iter().map(|(slot, factor)| Some((*slot, float(*factor)?))).collect();
        let terms = terms?;
        let constant = float(Decimal::new(line.constant.scaled(decimals)?, 0)?)?;
        let parts = f64::from(u32::try_from(terms.len() + 1).ok()?);
        let unit = 10_f64.powi(i32::try_from(decimals).ok()?);
        Some(Distance { terms, constant, unit, decimals, limit: 1e15_f64.min(EXACT / parts) })
    }

    /// The margin in a row whose facts are all known; `Err` where the fast form cannot hold it.
    pub(super) fn of(&self, lanes: &Lanes, row: usize) -> Result<Option<Decimal>, ()> {
        let mut total = self.constant;
        for (slot, sign) in &self.terms {
            let lane = lanes.lane(*slot).ok_or(())?;
            if lane.known.get(row) != Some(&255) {
                return Ok(None);
            }
            let number = lane.numbers.get(row).ok_or(())?;
            let whole = (number * self.unit + ROUND) - ROUND;
            if whole / self.unit != *number || whole.abs() >= self.limit {
                return Err(());
            }
            total += whole * sign;
        }
        Ok(Decimal::new(total as i128, self.decimals))
    }
}

/// A sum of multiples of columns, and a number.
struct Line {
    terms: Vec<(usize, Decimal)>,
    constant: Decimal,
    /// A fact that is no column and not known: so is the sum.
    unknown: bool,
}

impl Line {
    fn add(&mut self, known: &Known<'_>, expr: &Expr, factor: Decimal, locals: &Locals<'_>) -> Option<()> {
        if let Some(constant) = known.constant(expr, locals) {
            match constant {
                Value::Number(number) => self.constant = self.constant.checked_add(number.checked_mul(factor)?)?,
                Value::Unknown => self.unknown = true,
                _ => return None,
            }
            return Some(());
        }
        match expr {
            Expr::Fact(_) => {
                let slot = known.column(expr, FactKind::Number)?;
                match self.terms.iter_mut().find(|(term, _)| *term == slot) {
                    Some((_, before)) => *before = before.checked_add(factor)?,
                    None => self.terms.push((slot, factor)),
                }
                Some(())
            }
            Expr::Negate(a) => self.add(known, a, Decimal::ZERO.checked_sub(factor)?, locals),
            Expr::Arithmetic(Arithmetic::Add, a, b) => {
                self.add(known, a, factor, locals)?;
                self.add(known, b, factor, locals)
            }
            Expr::Arithmetic(Arithmetic::Subtract, a, b) => {
                self.add(known, a, factor, locals)?;
                self.add(known, b, Decimal::ZERO.checked_sub(factor)?, locals)
            }
            Expr::Arithmetic(Arithmetic::Multiply, a, b) => {
                let (constant, other) = match (known.constant(a, locals), known.constant(b, locals)) {
                    (Some(constant), None) => (constant, b),
                    (None, Some(constant)) => (constant, a),
                    _ => return None,
                };
                match constant {
                    Value::Number(number) => self.add(known, other, factor.checked_mul(number)?, locals),
                    // Strict in both, so whatever the other is, the product is not known.
                    Value::Unknown if known.column(other, FactKind::Number).is_some() => {
                        self.unknown = true;
                        Some(())
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The sum against 0.
    fn compared(mut self, op: Comparison) -> Option<Node> {
        if self.unknown {
            return Some(Node::Always(UNKNOWN));
        }
        // A fact taken away from itself is still unknown where it is not known: leave that to the single case.
        if self.terms.is_empty() || self.terms.iter().any(|(_, factor)| *factor == Decimal::ZERO) {
            return None;
        }
        let one = Decimal::from(1);
        let minus = Decimal::from(-1);
        if let [(slot, factor)] = self.terms.as_slice()
            && (*factor == one || *factor == minus)
        {
            let bound = float(if *factor == one { Decimal::ZERO.checked_sub(self.constant)? } else { self.constant })?;
            return Some(Node::Number(*slot, if *factor == one { op } else { op.swapped() }, bound));
        }
        if let [(a, first), (b, second)] = self.terms.as_slice()
            && self.constant == Decimal::ZERO
            && (*first == one && *second == minus || *first == minus && *second == one)
        {
            return Some(if *first == one { Node::Numbers(*a, op, *b) } else { Node::Numbers(*b, op, *a) });
        }
        let decimals = self.terms.iter().map(|(_, factor)| factor.decimals()).max()?;
        let mut factors = 0.0;
        let mut terms = Vec::new();
        for (slot, factor) in self.terms.drain(..) {
            let factor = float(Decimal::new(factor.scaled(decimals)?, 0)?)?;
            factors += factor.abs();
            terms.push((slot, factor));
        }
        // As many decimals of the facts as leave room for the digits before the point.
        let fact_decimals = self.constant.decimals().saturating_sub(decimals).max(FACT_DECIMALS);
        let unit = 10_f64.powi(i32::try_from(fact_decimals).ok()?);
        let bound = float(Decimal::new(self.constant.scaled(fact_decimals + decimals)?.checked_neg()?, 0)?)?;
        Some(Node::Sum(Sum { terms, unit, limit: 1e15_f64.min(EXACT / factors), op, bound }))
    }
}

/// How many decimals of facts a sum is made with, at least.
const FACT_DECIMALS: u32 = 5;
/// 2⁵³: whole floats are exact up to here.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn negated(node: Node) -> Node {
    match node {
        Node::Always(truth) => Node::Always(opposite(truth)),
        Node::Not(inner) => *inner,
        node => Node::Not(Box::new(node)),
    }
}

/// `all` (or any) of several, what is decided already left out.
fn joined(nodes: Vec<Node>, all: bool) -> Node {
    let deciding = if all { NO } else { YES };
    let mut left: Vec<Node> = Vec::new();
    for node in nodes {
        match node {
            Node::Always(truth) if truth == deciding => return Node::Always(deciding),
            Node::Always(truth) if truth == opposite(deciding) => {}
            // Several items of one set are looked for at once.
            Node::Items { slot, items, all: of } => {
                let single = |items: u64, of: bool| of == all || items.count_ones() == 1;
                let same = left.iter_mut().find_map(|node| match node {
                    Node::Items { slot: other, items, all: of } if *other == slot && single(*items, *of) => {
                        Some((items, of))
                    }
                    _ => None,
                });
                match same.filter(|_| single(items, of)) {
                    Some((before, of)) => {
                        *before |= items;
                        *of = all;
                    }
                    None => left.push(Node::Items { slot, items, all: of }),
                }
            }
            node => left.push(node),
        }
    }
    match left.len() {
        0 => Node::Always(opposite(deciding)),
        1 => left.pop().unwrap_or(Node::Always(UNKNOWN)),
        _ if all => Node::All(left),
        _ => Node::Any(left),
    }
}

fn opposite(truth: u8) -> u8 {
    (truth >> 1 | truth << 1) & (YES | NO)
}

/// Truth bytes that are borrowed from a lane, or were made.
#[derive(Debug)]
pub(super) enum Bytes<'a> {
    Lane(&'a [u8]),
    Made(Vec<u8>),
}

impl std::ops::Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Lane(bytes) => bytes,
            Bytes::Made(bytes) => bytes,
        }
    }
}

/// Buffers that were used before.
#[derive(Debug, Default)]
pub(super) struct Pool {
    free: Vec<Vec<u8>>,
}

impl Pool {
    pub(super) fn take(&mut self, rows: usize) -> Vec<u8> {
        let mut buffer = self.free.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
        buffer.resize(rows, 0);
        buffer
    }

    pub(super) fn give(&mut self, bytes: Bytes<'_>) {
        if let Bytes::Made(buffer) = bytes {
            self.free.push(buffer);
        }
    }
}

static SAME: [[u8; CHUNK]; 3] = [[UNKNOWN; CHUNK], [YES; CHUNK], [NO; CHUNK]];

impl Node {
    /// The truth of the condition in each row; rows that cannot be decided so are marked.
    pub(super) fn truth<'l>(&self, lanes: &'l Lanes, odd: &mut [u8], pool: &mut Pool) -> Bytes<'l> {
        let rows = odd.len();
        let lane = |slot: &usize| lanes.lane(*slot);
        let mut out = match self {
            Node::Always(truth) => {
                return Bytes::Lane(
                    SAME.get(usize::from(*truth)).and_then(|same| same.get(..rows)).unwrap_or_default(),
                );
            }
            Node::Flag(slot) => return Bytes::Lane(lane(slot).map_or(&[], |lane| &lane.bytes)),
            Node::All(nodes) | Node::Any(nodes) => {
                let mut nodes = nodes.iter();
                let Some(first) = nodes.next() else { return Bytes::Lane(&[]) };
                let mut all = match first.truth(lanes, odd, pool) {
                    Bytes::Made(made) => made,
                    Bytes::Lane(lane) => {
                        let mut copy = pool.take(rows);
                        copy.copy_from_slice(lane);
                        copy
                    }
                };
                // The bits that one side decides, and those that take both.
                let (either, both) = if matches!(self, Node::All(_)) { (NO, YES) } else { (YES, NO) };
                for node in nodes {
                    let next = node.truth(lanes, odd, pool);
                    all.iter_mut().zip(&*next).for_each(|(a, b)| *a = (*a & *b & both) | ((*a | *b) & either));
                    pool.give(next);
                }
                return Bytes::Made(all);
            }
            Node::Not(node) => {
                let truth = node.truth(lanes, odd, pool);
                let mut out = pool.take(rows);
                out.iter_mut().zip(&*truth).for_each(|(out, truth)| *out = opposite(*truth));
                pool.give(truth);
                return Bytes::Made(out);
            }
            _ => pool.take(rows),
        };
        let known = match self {
            Node::Known(slot) => {
                out.fill(YES);
                let known = lane(slot).map_or(&[][..], |lane| &lane.known);
                out.iter_mut().zip(known).for_each(|(out, known)| *out = if *known == 0 { NO } else { YES });
                [None, None]
            }
            Node::Number(slot, op, bound) => {
                let Some(lane) = lane(slot) else { return Bytes::Made(out) };
                against(&lane.numbers, *op, *bound, &mut out);
                [Some(lane), None]
            }
            Node::Numbers(a, op, b) => {
                let (Some(a), Some(b)) = (lane(a), lane(b)) else { return Bytes::Made(out) };
                pairs(&a.numbers, *op, &b.numbers, &mut out);
                [Some(a), Some(b)]
            }
            Node::Sum(sum) => {
                sum.truth(lanes, odd, &mut out);
                return Bytes::Made(out);
            }
            Node::Choice(slot, truths) => {
                let Some(lane) = lane(slot) else { return Bytes::Made(out) };
                let truth = |place: &u8| truths.get(usize::from(*place)).copied().unwrap_or(UNKNOWN);
                out.iter_mut().zip(&lane.bytes).for_each(|(out, place)| *out = truth(place));
                [Some(lane), None]
            }
            Node::Items { slot, items, all } => {
                let Some(lane) = lane(slot) else { return Bytes::Made(out) };
                let holds = |set: &u64| if *all { set & items == *items } else { set & items != 0 };
                out.iter_mut().zip(&lane.sets).for_each(|(out, set)| *out = if holds(set) { YES } else { NO });
                [Some(lane), None]
            }
            Node::Count(slot, op, number) => {
                let Some(lane) = lane(slot) else { return Bytes::Made(out) };
                let counts = lane.sets.iter().map(|set| set.count_ones());
                out.iter_mut().zip(counts).for_each(|(out, count)| *out = truth_of(op.holds(&count, number)));
                [Some(lane), None]
            }
            Node::Day(slot, op, day) => {
                let Some(lane) = lane(slot) else { return Bytes::Made(out) };
                against(&lane.days, *op, *day, &mut out);
                [Some(lane), None]
            }
            Node::Days(a, op, b) => {
                let (Some(a), Some(b)) = (lane(a), lane(b)) else { return Bytes::Made(out) };
                pairs(&a.days, *op, &b.days, &mut out);
                [Some(a), Some(b)]
            }
            Node::Always(_) | Node::All(_) | Node::Any(_) | Node::Not(_) | Node::Flag(_) => [None, None],
        };
        known.into_iter().flatten().for_each(|lane| mask(&mut out, &lane.known));
        Bytes::Made(out)
    }
}

#[inline]
fn truth_of(holds: bool) -> u8 {
    NO - u8::from(holds)
}

fn mask(out: &mut [u8], known: &[u8]) {
    out.iter_mut().zip(known).for_each(|(out, known)| *out &= known);
}

/// Each value against one.
fn against<T: PartialOrd + Copy>(values: &[T], op: Comparison, bound: T, out: &mut [u8]) {
    fn go<T: Copy>(values: &[T], out: &mut [u8], holds: impl Fn(T) -> bool) {
        out.iter_mut().zip(values).for_each(|(out, value)| *out = truth_of(holds(*value)));
    }
    match op {
        Comparison::Equal => go(values, out, |value| value == bound),
        Comparison::NotEqual => go(values, out, |value| value != bound),
        Comparison::Less => go(values, out, |value| value < bound),
        Comparison::LessOrEqual => go(values, out, |value| value <= bound),
        Comparison::Greater => go(values, out, |value| value > bound),
        Comparison::GreaterOrEqual => go(values, out, |value| value >= bound),
    }
}

/// Each value against the one beside it.
fn pairs<T: PartialOrd + Copy>(left: &[T], op: Comparison, right: &[T], out: &mut [u8]) {
    fn go<T: Copy>(left: &[T], right: &[T], out: &mut [u8], holds: impl Fn(T, T) -> bool) {
        let values = left.iter().zip(right);
        out.iter_mut().zip(values).for_each(|(out, (a, b))| *out = truth_of(holds(*a, *b)));
    }
    match op {
        Comparison::Equal => go(left, right, out, |a, b| a == b),
        Comparison::NotEqual => go(left, right, out, |a, b| a != b),
        Comparison::Less => go(left, right, out, |a, b| a < b),
        Comparison::LessOrEqual => go(left, right, out, |a, b| a <= b),
        Comparison::Greater => go(left, right, out, |a, b| a > b),
        Comparison::GreaterOrEqual => go(left, right, out, |a, b| a >= b),
    }
}

impl Sum {
    fn truth(&self, lanes: &Lanes, odd: &mut [u8], out: &mut [u8]) {
        let mut totals = [0.0; CHUNK];
        let Some(totals) = totals.get_mut(..out.len()) else { return };
        let terms = self.terms.iter().filter_map(|(slot, factor)| Some((lanes.lane(*slot)?, *factor)));
        for (Lane { numbers, known, .. }, factor) in terms.clone() {
            let cells = numbers.iter().zip(known).zip(odd.iter_mut());
            for (total, ((number, known), odd)) in totals.iter_mut().zip(cells) {
                let units = number * self.unit;
                let whole = (units + ROUND) - ROUND;
                *total += whole * factor;
                // The float nearest to so many units, of at most 15 digits, is this one: it means them.
                let held = (whole / self.unit == *number) & (whole.abs() < self.limit);
                *odd |= *known & u8::from(held).wrapping_sub(1);
            }
        }
        against(totals, self.op, self.bound, out);
        terms.for_each(|(lane, _)| mask(out, &lane.known));
    }
}
