//! What one rule says in each row of a chunk, from the truth of its conditions. It restates [`crate::evaluate`] for
//! conditions that are never null: one that is unknown can come out either way.

use super::condition::{Bytes, Distance, Known, Node, Pool};
use super::days;
use super::lanes::{Lanes, NO, UNKNOWN, YES};
use super::{NONE, RuleVerdicts};
use crate::feel::{Comparison, Locals};
use crate::model::{RuleKind, StrengthClass};
use crate::program::{Condition, DueDay, RuleProgram};
use crate::{Date, Outcome, Value};

/// The day of judgement: one for all, or a lane with one for each row.
#[derive(Debug, Clone, Copy)]
pub(super) enum ByDay {
    One(Date),
    Lane(usize),
}

/// How a rule is judged over columns.
#[derive(Debug, Clone)]
pub(super) struct Together {
    applies: Node,
    test: Test,
    /// How margins are made, where they can be made so.
    pub(super) margin: Option<Distance>,
}

#[derive(Debug, Clone)]
enum Test {
    /// No test: a duty arises.
    Arises,
    /// What is required, whether it is due, and what not met means then.
    Requires { holds: Node, due: Node, unmet: Outcome },
    /// Whether an act is done, and done late.
    Act { done: Node, late: Node, due: Node, unmet: Outcome },
    /// The conditions of the decisions, the strictest first.
    Decides(Vec<Node>),
}

impl Together {
    /// None for a rule that is judged as a single case, row by row.
    pub(super) fn new(rule: &RuleProgram, known: &Known<'_>, as_of: ByDay) -> Option<Self> {
        let node = |condition: &Condition| known.node(&condition.expr, &Locals::None);
        let applies = rule.parts.applies.as_ref().map_or(Some(Node::Always(YES)), node)?;
        let unmet = match rule.rule.strength.class {
            StrengthClass::Mandatory | StrengthClass::InPrinciple => Outcome::Breached,
            StrengthClass::Progressive => Outcome::Pending,
            StrengthClass::Encouraged => Outcome::Triggered,
        };
        // A result is judged from its day on; an act may still be done on its day.
        let reached =
            if rule.rule.kind == RuleKind::Deadline { Comparison::Greater } else { Comparison::GreaterOrEqual };
        let due = due(rule.parts.due, known, as_of, reached);
        let test = match (&rule.parts.requires, rule.done) {
            // Two codes are taken: for none, and for one that is open.
            _ if rule.parts.decisions.len() >= usize::from(OPEN) => return None,
            _ if !rule.parts.decisions.is_empty() => {
                let conditions = rule.parts.decisions.iter().map(|(_, when)| node(when));
                Test::Decides(conditions.collect::<Option<Vec<_>>>()?)
            }
            (Some(requires), _) => Test::Requires { holds: node(requires)?, due, unmet },
            (None, Some(done)) => {
                let late = late(rule, known)?;
                Test::Act { done: flag(done, known), late, due, unmet }
            }
            (None, None) => Test::Arises,
        };
        let margin = rule.parts.requires.as_ref().and_then(|test| Distance::new(&test.expr, known));
        Some(Together { applies, test, margin })
    }

    /// Writes outcomes and decisions of a chunk, from `start` on.
    pub(super) fn judge(&self, lanes: &Lanes, odd: &mut [u8], pool: &mut Pool, start: usize, to: &mut RuleVerdicts) {
        let Together { applies, test, .. } = self;
        let rows = odd.len();
        let Some(out) = to.outcomes.get_mut(start..start + rows) else { return };
        if let Node::Always(NO) = applies {
            // The decisions say that there are none already.
            out.fill(Outcome::NotApplicable as u8);
            to.margins.get_mut(start..start + rows).unwrap_or_default().fill(None);
            return;
        }
        let concerned = applies.truth(lanes, odd, pool);
        match test {
            Test::Arises => out.fill(Outcome::Triggered as u8),
            Test::Requires { holds, due, unmet } => {
                let holds = holds.truth(lanes, odd, pool);
                if let Node::Always(YES) = due {
                    let met =
                        |holds: u8| by(holds, Outcome::Satisfied as u8, *unmet as u8, Outcome::Undetermined as u8);
                    out.iter_mut().zip(&*holds).for_each(|(out, holds)| *out = met(*holds));
                } else {
                    let due = due.truth(lanes, odd, pool);
                    let unmet = Unmet::of(*unmet);
                    let met =
                        |holds, due| by(holds, Outcome::Satisfied as u8, unmet.on(due), Outcome::Undetermined as u8);
                    out.iter_mut()
                        .zip(holds.iter().zip(&*due))
                        .for_each(|(out, (holds, due))| *out = met(*holds, *due));
                    pool.give(due);
                }
                pool.give(holds);
            }
            Test::Act { done, late, due, unmet } => {
                let [done, late, due] = [done, late, due].map(|node| node.truth(lanes, odd, pool));
                let when = Unmet::of(*unmet);
                for (((out, done), late), due) in out.iter_mut().zip(&*done).zip(&*late).zip(&*due) {
                    let open = Outcome::Undetermined as u8;
                    let done_so = by(*late, *unmet as u8, Outcome::Satisfied as u8, open);
                    let undone = when.on(*due);
                    // Done too late or not at all can come to the same.
                    *out = by(*done, done_so, undone, choose(all_bits(done_so == undone), done_so, open));
                }
                [done, late, due].into_iter().for_each(|bytes| pool.give(bytes));
            }
            Test::Decides(conditions) => {
                let decisions = to.decisions.get_mut(start..start + rows).unwrap_or_default();
                decide(conditions, &concerned, lanes, odd, pool, out, decisions);
            }
        }
        if !matches!(applies, Node::Always(YES)) {
            let (none, open) = (Outcome::NotApplicable as u8, Outcome::Undetermined as u8);
            out.iter_mut().zip(&*concerned).for_each(|(out, concerned)| *out = by(*concerned, *out, none, open));
        }
        if let (Some(margin), Some(to)) = (&self.margin, to.margins.get_mut(start..start + rows)) {
            for (row, (to, concerned)) in to.iter_mut().zip(&*concerned).enumerate() {
                let found = if *concerned == YES { margin.of(lanes, row) } else { Ok(None) };
                match (found, odd.get_mut(row)) {
                    (Ok(margin), _) => *to = margin,
                    (Err(()), Some(odd)) => *odd = 255,
                    _ => {}
                }
            }
        }
        pool.give(concerned);
    }
}

/// What a truth byte chooses, without a branch: many rows are chosen for at once.
#[inline]
fn by(truth: u8, yes: u8, no: u8, unknown: u8) -> u8 {
    let (is_yes, is_no) = (all_bits(truth & YES != 0), all_bits(truth & NO != 0));
    (is_yes & yes) | (is_no & no) | (!(is_yes | is_no) & unknown)
}

#[inline]
fn all_bits(flag: bool) -> u8 {
    u8::from(flag).wrapping_neg()
}

#[inline]
fn choose(flags: u8, yes: u8, no: u8) -> u8 {
    (flags & yes) | (!flags & no)
}

/// What "not met" comes to, by whether it is due.
struct Unmet {
    due: u8,
    open: u8,
}

impl Unmet {
    fn of(unmet: Outcome) -> Self {
        // Where progress is asked for, the day makes no difference.
        let open = if unmet == Outcome::Pending { unmet } else { Outcome::Undetermined };
        Unmet { due: unmet as u8, open: open as u8 }
    }

    fn on(&self, due: u8) -> u8 {
        by(due, self.due, Outcome::Pending as u8, self.open)
    }
}

/// A decision that is open, while it is looked for.
const OPEN: u8 = NONE - 1;

/// The first decision whose condition holds, every stricter one being known not to. Several that are possible leave the
/// decision open, and the outcome too if none may come out.
fn decide(
    conditions: &[Node],
    concerned: &[u8],
    lanes: &Lanes,
    odd: &mut [u8],
    pool: &mut Pool,
    out: &mut [u8],
    decisions: &mut [u8],
) {
    // Whether the search has come so far for certain or perhaps, and the decision found.
    let mut alive = pool.take(out.len());
    alive.fill(255);
    decisions.fill(NONE);
    for (place, condition) in (0_u8..).zip(conditions) {
        let when = condition.truth(lanes, odd, pool);
        for ((alive, decision), when) in alive.iter_mut().zip(decisions.iter_mut()).zip(&*when) {
            let bites = *alive & all_bits(*when != NO);
            let found = choose(all_bits(*decision == NONE), place, OPEN);
            *decision = choose(bites, found, *decision);
            *alive &= all_bits(*when != YES);
        }
        pool.give(when);
    }
    for (((out, decision), alive), concerned) in out.iter_mut().zip(decisions.iter_mut()).zip(&alive).zip(concerned) {
        let bites = all_bits(*decision != NONE);
        let open = choose(*alive, Outcome::Undetermined as u8, Outcome::Triggered as u8);
        *out = choose(bites, open, Outcome::Satisfied as u8);
        let settled = all_bits(*concerned == YES) & !(bites & *alive) & all_bits(*decision != OPEN);
        *decision = choose(settled, *decision, NONE);
    }
    pool.give(Bytes::Made(alive));
}

/// A yes/no fact, column or not.
fn flag(slot: usize, known: &Known<'_>) -> Node {
    if known.is_column.get(slot) == Some(&true) {
        return Node::Flag(slot);
    }
    Node::Always(match known.values.get(slot) {
        Some(Value::Bool(true)) => YES,
        Some(Value::Bool(false)) => NO,
        _ => UNKNOWN,
    })
}

/// Where a day is found.
#[derive(Clone, Copy)]
enum Day {
    Lane(usize),
    Fixed(i32),
    Unknown,
}

fn day(slot: usize, known: &Known<'_>) -> Day {
    match known.values.get(slot) {
        _ if known.is_column.get(slot) == Some(&true) => Day::Lane(slot),
        Some(Value::Date(day)) => Day::Fixed(days::number(*day)),
        _ => Day::Unknown,
    }
}

fn compared(a: Day, op: Comparison, b: Day) -> Node {
    match (a, b) {
        (Day::Unknown, _) | (_, Day::Unknown) => Node::Always(UNKNOWN),
        (Day::Fixed(a), Day::Fixed(b)) => Node::Always(if op.holds(&a, &b) { YES } else { NO }),
        (Day::Lane(a), Day::Fixed(b)) => Node::Day(a, op, b),
        (Day::Fixed(a), Day::Lane(b)) => Node::Day(b, op.swapped(), a),
        (Day::Lane(a), Day::Lane(b)) => Node::Days(a, op, b),
    }
}

fn of_due(due: DueDay, known: &Known<'_>) -> Option<Day> {
    match due {
        DueDay::Now => None,
        DueDay::Date(day) => Some(Day::Fixed(days::number(day))),
        DueDay::Fact(slot) => Some(day(slot, known)),
    }
}

/// Whether it is due.
fn due(due: DueDay, known: &Known<'_>, as_of: ByDay, reached: Comparison) -> Node {
    let today = match as_of {
        ByDay::One(day) => Day::Fixed(days::number(day)),
        ByDay::Lane(slot) => Day::Lane(slot),
    };
    of_due(due, known).map_or(Node::Always(YES), |day| compared(today, reached, day))
}

/// Whether an act was done after its day; done on a day nobody gave, it counts as done in time.
fn late(rule: &RuleProgram, known: &Known<'_>) -> Option<Node> {
    let Some(done_on) = rule.done_on else { return Some(Node::Always(NO)) };
    let on = day(done_on, known);
    let after = of_due(rule.parts.due, known).map_or(Node::Always(YES), |due| compared(on, Comparison::Greater, due));
    Some(match on {
        Day::Unknown => Node::Always(NO),
        Day::Fixed(_) => after,
        Day::Lane(slot) => Node::All(vec![Node::Known(slot), after]),
    })
}
