//! Plain expressions and contexts, of mixed kinds, with nulls and names that the context does not give.

use serde_json::{Map, Value as Json, json};

use super::conditions::USUAL;
use super::{ROUNDINGS, Random};

const NAMES: [&str; 6] = ["a", "b", "flag", "word", "list", "nobody"];

/// An expression and its context.
pub fn expression(random: &mut Random) -> (String, Map<String, Json>) {
    let depth = 1 + random.below(4);
    let text = Expressions { random, variables: Vec::new() }.any(depth);
    (text, context(random))
}

fn context(random: &mut Random) -> Map<String, Json> {
    let number = |random: &mut Random| json!(random.pick(&USUAL).parse::<f64>().unwrap());
    let mut context = Map::new();
    let list: Vec<Json> = (0..random.below(4))
        .map(|_| {
            if random.percent(10) {
                [json!("x"), Json::Null, json!(true)][random.below(3)].clone()
            } else {
                number(random)
            }
        })
        .collect();
    let values =
        [number(random), number(random), json!(random.percent(50)), json!(random.pick(&["x", "y", "水"])), json!(list)];
    for (name, value) in NAMES.into_iter().zip(values) {
        match random.below(8) {
            0 => {}
            1 => drop(context.insert(name.to_owned(), Json::Null)),
            _ => drop(context.insert(name.to_owned(), value)),
        }
    }
    context
}

struct Expressions<'a> {
    random: &'a mut Random,
    variables: Vec<&'static str>,
}

impl Expressions<'_> {
    /// Of any kind.
    fn any(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0..=4 => self.condition(depth),
            5..=8 => self.number(depth),
            9 => self.text(depth),
            10 => self.list(depth),
            _ => self.day(),
        }
    }

    /// Mostly of the kind that is asked for.
    fn mostly(&mut self, depth: usize, of: fn(&mut Self, usize) -> String) -> String {
        match self.random.below(25) {
            0 => "null".to_owned(),
            1 if depth > 0 => self.any(depth - 1),
            2 if !self.variables.is_empty() => self.variables[self.random.below(self.variables.len())].to_owned(),
            _ => of(self, depth.saturating_sub(1)),
        }
    }

    fn numeric(&mut self, depth: usize) -> String {
        self.mostly(depth, Self::number)
    }

    fn number(&mut self, depth: usize) -> String {
        if !self.variables.is_empty() && self.random.percent(30) {
            return self.variables[self.random.below(self.variables.len())].to_owned();
        }
        if depth == 0 {
            return match self.random.below(10) {
                0..=3 => self.random.pick(&["a", "b"]).to_owned(),
                4..=8 => self.random.pick(&USUAL).to_owned(),
                _ => self
                    .random
                    .pick(&[
                        "1e33",
                        "9999999999999999999999999999999999",
                        "1e-50",
                        "1e-100",
                        "nobody",
                        "0.1234567890123456789012345678901234",
                    ])
                    .to_owned(),
            };
        }
        let (a, b) = (self.numeric(depth), self.numeric(depth));
        match self.random.below(16) {
            0..=1 => format!("({a} + {b})"),
            2 => format!("{a} - {b}"),
            3..=4 => format!("({a} * {b})"),
            5..=6 => format!("({a} / {b})"),
            7 => format!("(-{a})"),
            8 => format!("-(-({a}))"),
            9 => format!("abs({a})"),
            10 => format!("{}({a})", self.random.pick(&["floor", "ceiling", "count", "min", "max", "sum"])),
            11..=12 => {
                let places = self
                    .random
                    .pick(&["0", "1", "2", "-1", "-33", "-40", "6176", "6177", "-6111", "-6112", "0.5", "b"]);
                let function = self.random.pick(&ROUNDINGS);
                format!("{function}({a}, {places})")
            }
            13 => format!("{}({})", self.random.pick(&["min", "max", "sum", "count"]), self.list(depth - 1)),
            14 => format!("{}({a}, {b})", self.random.pick(&["min", "max", "sum"])),
            _ => format!("(if {} then {a} else {b})", self.truth(depth)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 4 } else { 6 }) {
            0..=1 => "word".to_owned(),
            2..=3 => self.random.pick(&["\"\"", "\"x\"", "\"xx\"", "\"水\""]).to_owned(),
            4 => format!("({} + {})", self.text(depth - 1), self.mostly(depth, Self::text)),
            _ => format!("{}({}, {})", self.random.pick(&["min", "max"]), self.text(depth - 1), self.text(depth - 1)),
        }
    }

    fn day(&mut self) -> String {
        self.random
            .pick(&[
                "date(\"2025-12-31\")",
                "@\"2024-02-29\"",
                "date(2025, 2, 29)",
                "date(2024, 2, 29)",
                "date(\"1900-02-28\")",
            ])
            .to_owned()
    }

    fn list(&mut self, depth: usize) -> String {
        if self.random.percent(25) {
            return "list".to_owned();
        }
        let of: fn(&mut Self, usize) -> String =
            [Self::number, Self::number, Self::text, Self::condition][self.random.below(4)];
        let items: Vec<String> = (0..self.random.below(4)).map(|_| self.mostly(depth.min(2), of)).collect();
        format!("[{}]", items.join(", "))
    }

    fn truth(&mut self, depth: usize) -> String {
        self.mostly(depth, Self::condition)
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.random.pick(&["flag", "true", "false", "null", "nobody"]).to_owned();
        }
        let sign = self.random.pick(&["<", "<=", ">", ">=", "=", "!="]);
        let (a, b, c) = (self.numeric(depth), self.numeric(depth), self.numeric(depth));
        match self.random.below(20) {
            0..=3 => format!("({a} {sign} {b})"),
            4 => format!("({} {sign} {})", self.mostly(depth, Self::text), self.mostly(depth, Self::text)),
            5 => format!("({} {sign} {})", self.day(), self.day()),
            6 => format!("({} {sign} {})", self.list(depth - 1), self.list(depth - 1)),
            7 => format!("({} {sign} {})", self.truth(depth), self.truth(depth)),
            8 => format!("({a} between {b} and {c})"),
            9 => {
                let (open, close) = [("[", "]"), ("(", ")"), ("[", ")"), ("(", "]"), ("]", "[")][self.random.below(5)];
                format!("({a} in {open}{b}..{c}{close})")
            }
            10 => format!("({a} in ({sign} {b}, {c}, [{c}..{b}]))"),
            11 => format!("({} in {})", self.any(depth - 1), self.list(depth - 1)),
            12 => format!("({} in ({}, {}))", self.list(depth - 1), self.list(depth - 1), self.list(depth - 1)),
            13 => format!("list contains({}, {})", self.mostly(depth, Self::list), self.any(depth - 1)),
            14..=15 => format!("({} and {})", self.truth(depth), self.truth(depth)),
            16 => format!("({} or {} and {})", self.truth(depth), self.truth(depth), self.truth(depth)),
            17 => format!("not({})", self.truth(depth)),
            18 => format!("(if {} then {} else {})", self.truth(depth), self.truth(depth), self.truth(depth)),
            _ => {
                let quantifier = self.random.pick(&["some", "every"]);
                let name = ["v", "w"][self.variables.len() % 2];
                let list = self.mostly(depth, Self::list);
                self.variables.push(name);
                let body = self.truth(depth);
                self.variables.pop();
                // The members of a member are refused.
                let list = if self.variables.contains(&list.as_str()) { "list".to_owned() } else { list };
                format!("({quantifier} {name} in {list} satisfies {body})")
            }
        }
    }
}
