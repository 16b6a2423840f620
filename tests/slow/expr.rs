//! The shape of a condition.

use super::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Literal(Value),
    /// A fact, or the variable of a `some` or `every` around it.
    Name(String),
    Negate(Box<Expr>),
    /// `+`, `-`, `*` or `/`.
    Arithmetic(char, Box<Expr>, Box<Expr>),
    Compare(String, Box<Expr>, Box<Expr>),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Test>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Some(String, Box<Expr>, Box<Expr>),
    Every(String, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
    List(Vec<Expr>),
}

/// What may stand right of `in`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// A value, or a list of which it is a member.
    Value(Expr),
    /// One comparison, or the two of a range: all of them must hold.
    Compare(Vec<(String, Expr)>),
}

impl Expr {
    /// The operands, in the order they are written.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Literal(_) | Expr::Name(_) => vec![],
            Expr::Negate(a) | Expr::Not(a) => vec![a],
            Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) | Expr::Or(a, b) => vec![a, b],
            Expr::Some(_, a, b) | Expr::Every(_, a, b) => vec![a, b],
            Expr::Between(a, b, c) | Expr::If(a, b, c) => vec![a, b, c],
            Expr::Call(_, items) | Expr::List(items) => items.iter().collect(),
            Expr::In(value, tests) => {
                let of_tests = tests.iter().flat_map(|test| match test {
                    Test::Value(e) => vec![e],
                    Test::Compare(all) => all.iter().map(|(_, e)| e).collect(),
                });
                std::iter::once(&**value).chain(of_tests).collect()
            }
        }
    }

    /// The names that it reads, other than the variables that it binds itself.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Expr::Name(name) => vec![name],
            Expr::Some(name, list, body) | Expr::Every(name, list, body) => {
                let of_body = body.names().into_iter().filter(|read| read != name);
                list.names().into_iter().chain(of_body).collect()
            }
            other => other.children().into_iter().flat_map(Expr::names).collect(),
        }
    }

    pub(crate) fn mentions(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.names().into_iter().any(wanted)
    }

    /// The same with each operand changed.
    fn map(&self, change: &dyn Fn(&Expr) -> Expr) -> Expr {
        let one = |e: &Expr| Box::new(change(e));
        let all = |items: &[Expr]| items.iter().map(change).collect();
        match self {
            Expr::Literal(_) | Expr::Name(_) => self.clone(),
            Expr::Negate(a) => Expr::Negate(one(a)),
            Expr::Not(a) => Expr::Not(one(a)),
            Expr::Arithmetic(op, a, b) => Expr::Arithmetic(*op, one(a), one(b)),
            Expr::Compare(op, a, b) => Expr::Compare(op.clone(), one(a), one(b)),
            Expr::And(a, b) => Expr::And(one(a), one(b)),
            Expr::Or(a, b) => Expr::Or(one(a), one(b)),
            Expr::Some(name, a, b) => Expr::Some(name.clone(), one(a), one(b)),
            Expr::Every(name, a, b) => Expr::Every(name.clone(), one(a), one(b)),
            Expr::Between(a, b, c) => Expr::Between(one(a), one(b), one(c)),
            Expr::If(a, b, c) => Expr::If(one(a), one(b), one(c)),
            Expr::Call(name, items) => Expr::Call(name.clone(), all(items)),
            Expr::List(items) => Expr::List(all(items)),
            Expr::In(value, tests) => {
                let test = |test: &Test| match test {
                    Test::Value(e) => Test::Value(change(e)),
                    Test::Compare(all) => Test::Compare(all.iter().map(|(op, e)| (op.clone(), change(e))).collect()),
                };
                Expr::In(one(value), tests.iter().map(test).collect())
            }
        }
    }

    /// `every x in [a, b] satisfies p(x)` is `p(a) and p(b)`, `some` is `or`: each a condition of its own.
    pub(crate) fn opened(&self) -> Expr {
        let (Expr::Some(name, list, body) | Expr::Every(name, list, body)) = self else {
            return self.map(&Expr::opened);
        };
        let Expr::List(items) = &**list else { return self.map(&Expr::opened) };
        let every = matches!(self, Expr::Every(..));
        let bodies = items.iter().map(|item| body.with(name, item).opened());
        let join = |a: Expr, b: Expr| {
            if every { Expr::And(Box::new(a), Box::new(b)) } else { Expr::Or(Box::new(a), Box::new(b)) }
        };
        bodies.reduce(join).unwrap_or(Expr::Literal(Value::Bool(every)))
    }

    /// With an expression in place of a variable.
    fn with(&self, name: &str, value: &Expr) -> Expr {
        match self {
            Expr::Name(n) if n == name => value.clone(),
            // A variable of the same name hides the outer one from its body.
            Expr::Some(n, list, body) if n == name => {
                Expr::Some(n.clone(), Box::new(list.with(name, value)), body.clone())
            }
            Expr::Every(n, list, body) if n == name => {
                Expr::Every(n.clone(), Box::new(list.with(name, value)), body.clone())
            }
            other => other.map(&|e| e.with(name, value)),
        }
    }
}
