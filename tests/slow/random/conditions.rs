//! Conditions of all that the subset has, right in kind and unit.

use super::{ROUNDINGS, Random};

/// The unit of an expression, of those that facts of random plans have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    MgL,
    Percent,
    /// A count or a ratio.
    Bare,
}

pub(crate) const CHOICES: [&str; 3] = ["red", "green", "blue"];
pub(crate) const DAYS: [&str; 6] = ["2024-02-29", "2024-06-30", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"];

/// What numbers are compared with, and what facts are.
pub(crate) const USUAL: [&str; 16] =
    ["0", "1", "2", "2.5", "3", "-1", "0.1", "-0.5", "20", "61.6", "81.6", "100", "0.95", "1.5", "5", "7.25"];
const UNUSUAL: [&str; 8] = [
    "0.3333333333333333333",
    "123456789012345",
    "99999999999999.95",
    "1e20",
    "12345678901234567890123456789012.5",
    "0.0000000000000000001",
    "9999999999999999999999999999999999",
    "1.5e-7",
];

pub(crate) struct Conditions<'a> {
    pub(crate) random: &'a mut Random,
    /// The variables in scope.
    variables: Vec<(String, Unit)>,
    named: usize,
}

impl<'a> Conditions<'a> {
    pub(crate) fn new(random: &'a mut Random) -> Self {
        Conditions { random, variables: Vec::new(), named: 0 }
    }

    pub(crate) fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.percent(25) {
            return self.leaf(depth);
        }
        let mut one = || self.condition(depth - 1);
        let (a, b, c) = (one(), one(), one());
        match self.random.below(11) {
            0..=2 => format!("({a} and {b})"),
            3 => format!("({a} and {b} and {c})"),
            4..=5 => format!("({a} or {b})"),
            // `and` binds tighter.
            6 => format!("({a} or {b} and {c})"),
            7 => format!("({a} or {b} or {c})"),
            8..=9 => format!("not({a})"),
            _ => format!("(if {a} then {b} else {c})"),
        }
    }

    fn leaf(&mut self, depth: usize) -> String {
        let unit = [Unit::MgL, Unit::MgL, Unit::MgL, Unit::Percent, Unit::Bare][self.random.below(5)];
        let size = depth.min(2);
        match self.random.below(40) {
            0..=8 => self.flag().to_owned(),
            9..=16 => format!("{} {} {}", self.number(unit, size), self.order(), self.number(unit, size)),
            17..=18 => format!("{} {} {}", self.number(unit, size), self.equality(), self.number(unit, size)),
            19..=20 => {
                format!("{} between {} and {}", self.number(unit, size), self.number(unit, 0), self.number(unit, 0))
            }
            21..=24 => format!("{} in {}", self.number(unit, size), self.tests(unit)),
            25 => {
                let (a, b) = (self.declared(Unit::MgL), self.declared(Unit::MgL));
                format!("{a} * {b} {} {}", self.order(), self.literal())
            }
            26..=27 => self.of_choices(),
            28..=29 => self.of_sets(),
            30..=32 => self.of_members(unit),
            33..=36 => self.of_days(),
            37 => format!("{} {} {}", self.flag(), self.equality(), self.random.pick(&["b1", "true", "false"])),
            38 => format!("{} {} {}", self.literal(), self.order(), self.literal()),
            _ => self.random.pick(&["true", "false"]).to_owned(),
        }
    }

    fn flag(&mut self) -> &'static str {
        self.random.pick(&["b0", "b1", "b2", "b3", "done"])
    }

    fn order(&mut self) -> &'static str {
        self.random.pick(&["<", "<=", ">", ">="])
    }

    fn equality(&mut self) -> &'static str {
        self.random.pick(&["=", "!="])
    }

    pub(crate) fn literal(&mut self) -> String {
        let pool: &[&str] = if self.random.percent(93) { &USUAL } else { &UNUSUAL };
        self.random.pick(pool).to_owned()
    }

    fn fact(&mut self, unit: Unit) -> String {
        let variables: Vec<String> =
            self.variables.iter().filter(|(_, of)| *of == unit).map(|(name, _)| name.clone()).collect();
        if !variables.is_empty() && self.random.percent(50) {
            return variables[self.random.below(variables.len())].clone();
        }
        self.declared(unit).to_owned()
    }

    /// A fact, whose unit stands whatever it is multiplied with; a variable may be one of plain numbers.
    fn declared(&mut self, unit: Unit) -> &'static str {
        match unit {
            Unit::MgL => self.random.pick(&["n0", "n1", "n2", "n3"]),
            Unit::Percent => self.random.pick(&["p0", "p1"]),
            Unit::Bare => self.random.pick(&["k0", "k1"]),
        }
    }

    fn number(&mut self, unit: Unit, depth: usize) -> String {
        if depth == 0 || self.random.percent(45) {
            return if self.random.percent(60) { self.fact(unit) } else { self.literal() };
        }
        let (a, b) = (self.number(unit, depth - 1), self.number(unit, depth - 1));
        match self.random.below(25) {
            0..=4 => format!("({a} + {b})"),
            5..=8 => format!("({a} - {b})"),
            9 => format!("{a} - {b} - {}", self.fact(unit)),
            10 => format!("({a} * {})", self.literal()),
            11 => format!("{} * {a}", self.random.pick(&["0.95", "2", "-1", "1000000"])),
            12 => format!("({a} / {})", self.random.pick(&["2", "3", "0.05", "-7", "1e3"])),
            13 => format!("{} / ({})", self.declared(unit), self.number(Unit::Bare, depth - 1)),
            14 => format!("({} + {a}) * {}", self.declared(unit), self.number(Unit::Bare, 0)),
            15 => format!("(-{})", self.fact(unit)),
            16..=17 => format!("abs({a} - {b})"),
            18 => format!("{}({a})", self.random.pick(&["floor", "ceiling"])),
            19..=20 => self.rounded(&a),
            21..=22 => self.several(unit),
            23 => format!("(if {} then {a} else {b})", self.condition(depth - 1)),
            _ if unit == Unit::Bare => self.bare(),
            _ => format!("sum([{a}, {b}, {}])", self.fact(unit)),
        }
    }

    fn rounded(&mut self, number: &str) -> String {
        let function = self.random.pick(&ROUNDINGS);
        let places = self.random.pick(&["0", "0", "1", "1", "2", "-1", "-2", "-20", "k0", "0.5", "40"]);
        format!("{function}({number}, {places})")
    }

    fn several(&mut self, unit: Unit) -> String {
        let function = self.random.pick(&["min", "max", "sum"]);
        let items: Vec<String> = (0..=self.random.below(4)).map(|_| self.number(unit, 0)).collect();
        let items = items.join(", ");
        match self.random.below(6) {
            0..=1 => format!("{function}({items})"),
            2..=4 => format!("{function}([{items}])"),
            _ => {
                let other = if self.random.percent(40) { String::new() } else { self.fact(unit) };
                format!("{function}(if {} then [{items}] else [{other}])", self.flag())
            }
        }
    }

    /// A number that is bare by what it is made of.
    fn bare(&mut self) -> String {
        let unit = if self.random.percent(70) { Unit::MgL } else { Unit::Percent };
        match self.random.below(4) {
            0 => format!("({} / {})", self.declared(unit), self.declared(unit)),
            1 => format!("(({} + {}) / {})", self.declared(unit), self.number(unit, 1), self.declared(unit)),
            2 => format!("count({})", self.random.pick(&["s", "s2"])),
            _ => format!("count([{}, {}])", self.fact(unit), self.fact(unit)),
        }
    }

    fn tests(&mut self, unit: Unit) -> String {
        let (a, b) = (self.number(unit, 0), self.number(unit, 0));
        let (open, close) = [("[", "]"), ("(", ")"), ("[", ")"), ("(", "]"), ("]", "[")][self.random.below(5)];
        match self.random.below(8) {
            0..=2 => format!("{open}{a}..{b}{close}"),
            3 => format!("({} {a}, {} {b})", self.order(), self.order()),
            4 => format!("({open}{a}..{b}{close}, {} {})", self.order(), self.number(unit, 1)),
            5 => format!("[{a}, {b}, {}]", self.literal()),
            6 => format!("({a}, {b})"),
            _ => format!("({a}, {} {b})", self.order()),
        }
    }

    fn choice(&mut self) -> &'static str {
        self.random.pick(&CHOICES)
    }

    fn of_choices(&mut self) -> String {
        let (a, b) = (self.choice(), self.choice());
        match self.random.below(6) {
            0..=1 => format!("c {} \"{a}\"", self.equality()),
            2 => format!("c {} c2", self.equality()),
            3 => format!("c in [\"{a}\", \"{b}\"]"),
            4 => format!("c2 in (\"{a}\", c)"),
            _ => format!("(if {} then c else \"{a}\") = c2", self.flag()),
        }
    }

    fn of_sets(&mut self) -> String {
        let (a, b) = (self.choice(), self.choice());
        match self.random.below(9) {
            0..=1 => format!("list contains(s, \"{a}\")"),
            2 => "list contains(s2, c)".to_owned(),
            3 => "c in s".to_owned(),
            4 => format!("s {} s2", self.equality()),
            5 => format!("s = [\"{a}\", \"{b}\"]"),
            6 => format!("count(s) {} {}", self.order(), self.random.pick(&["1", "2", "count(s2)", "k0"])),
            7 => format!("(every e in [\"{a}\", \"{b}\"] satisfies list contains(s, e))"),
            _ => format!("list contains([n0, n1, {}], {})", self.literal(), self.number(Unit::MgL, 1)),
        }
    }

    /// `some` and `every`.
    fn of_members(&mut self, unit: Unit) -> String {
        let quantifier = self.random.pick(&["some", "every"]);
        if self.random.percent(30) {
            let (a, which) = (self.choice(), self.random.pick(&["s", "s2"]));
            return match self.random.below(4) {
                0 => format!("({quantifier} e in {which} satisfies e != \"{a}\")"),
                1 => format!("({quantifier} e in {which} satisfies e = c)"),
                2 => format!("({quantifier} e in {which} satisfies (e = c or {}))", self.condition(0)),
                _ => format!("({quantifier} e in {which} satisfies not(list contains(s2, e)) and {})", self.flag()),
            };
        }
        self.named += 1;
        let name = format!("x{}", self.named);
        let items: Vec<String> = (0..self.random.below(4)).map(|_| self.number(unit, 1)).collect();
        let items = items.join(", ");
        let list = match self.random.below(8) {
            0 => format!("(if {} then [{items}] else [{}])", self.flag(), self.fact(unit)),
            _ => format!("[{items}]"),
        };
        self.variables.push((name.clone(), unit));
        let body = match self.random.below(4) {
            0..=1 => format!("{name} {} {}", self.order(), self.number(unit, 1)),
            2 => format!("{} {} {name} - {}", self.number(unit, 0), self.order(), self.literal()),
            _ => self.condition(1),
        };
        self.variables.pop();
        format!("({quantifier} {name} in {list} satisfies {body})")
    }

    fn day(&mut self) -> String {
        let day = self.random.pick(&DAYS);
        match self.random.below(6) {
            0 => format!("date(\"{day}\")"),
            1 => format!("@\"{day}\""),
            2 => "date(2025, 1, 1)".to_owned(),
            _ => self.random.pick(&["d", "d2", "due", "done_on"]).to_owned(),
        }
    }

    fn of_days(&mut self) -> String {
        let (a, b, c) = (self.day(), self.day(), self.day());
        match self.random.below(8) {
            0..=3 => format!("{a} {} {b}", self.order()),
            4 => format!("{a} {} {b}", self.equality()),
            5 => format!("{a} between {b} and {c}"),
            6 => format!("{a} in ({b}..{c}]"),
            _ => format!("{}({a}, {b}) {} {c}", self.random.pick(&["min", "max"]), self.order()),
        }
    }
}
