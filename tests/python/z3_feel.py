"""Conditions as formulas of z3: a parser of the FEEL of rules that shares nothing with ecoplan's own.

A condition is true, false or, after a division by zero, neither; so it becomes two formulas. Numbers are real numbers,
days and choices are whole ones, a set is one formula for each member. What is not translated is refused by name.
"""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import z3

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|"(?P<text>[^"\\]*)"|(?P<word>[^\W\d]\w*)"""
    r"""|(?P<symbol>\.\.|<=|>=|!=|[-+*/()\[\],<>=@]))"""
)
KEYWORDS = {"and", "or", "not", "if", "then", "else", "some", "every", "satisfies", "in", "between", "true", "false"}
FUNCTIONS = {"abs", "min", "max", "sum", "count", "decimal", "floor", "ceiling", "list contains", "date"}
COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
FALSE, TRUE = z3.BoolVal(False), z3.BoolVal(True)


class UnsupportedError(Exception):
    """A condition that is not translated."""


def parse(text: str) -> tuple:
    """A condition as nested tuples, the operator first."""
    parser = Parser(text)
    parsed = parser.expression()
    if parser.rest:
        raise UnsupportedError(f"`{parser.rest[0][1]}` in `{text}`")
    return parsed


def names(parsed: Any) -> set[str]:
    """The facts that a condition reads."""
    match parsed:
        case ("name", name):
            return {name}
        case ("some" | "every", variable, of, body):
            return names(of) | (names(body) - {variable})
        case tuple() | list():
            return set().union(*map(names, parsed))
    return set()


class Parser:
    def __init__(self, text: str) -> None:
        self.rest: list[tuple[str, str]] = []
        position, text = 0, text.strip()
        while position < len(text):
            token = TOKEN.match(text, position)
            if token is None:
                raise UnsupportedError(f"`{text[position:]}`")
            self.rest.append((token.lastgroup or "", token[token.lastgroup or 0]))
            position = token.end()

    def eat(self, *wanted: str) -> str | None:
        """The next word or symbol, if it is one of these."""
        if self.rest and self.rest[0][0] in ("word", "symbol") and self.rest[0][1] in wanted:
            return self.rest.pop(0)[1]
        return None

    def expect(self, wanted: str) -> None:
        if not self.eat(wanted):
            raise UnsupportedError(f"no `{wanted}` before {self.rest[:3]}")

    def expression(self) -> tuple:
        if self.eat("if"):
            condition = self.expression()
            self.expect("then")
            then = self.expression()
            self.expect("else")
            return ("if", condition, then, self.expression())
        if quantifier := self.eat("some", "every"):
            variable = self.rest.pop(0)[1]
            self.expect("in")
            of = self.sum()
            self.expect("satisfies")
            return (quantifier, variable, of, self.expression())
        return self.joined("or", lambda: self.joined("and", self.comparison))

    def joined(self, word: str, part: Any) -> tuple:
        parts = [part()]
        while self.eat(word):
            parts.append(part())
        return (word, parts) if len(parts) > 1 else parts[0]

    def comparison(self) -> tuple:
        left = self.sum()
        if sign := self.eat(*COMPARISONS):
            return ("compare", sign, left, self.sum())
        if self.eat("between"):
            low = self.sum()
            self.expect("and")
            return ("in", left, [("range", low, False, self.sum(), False)])
        if self.eat("in"):
            return ("in", left, self.tests())
        return left

    def tests(self) -> list[tuple]:
        before = list(self.rest)
        if (one := self.range()) is None and self.eat("("):
            return self.until(")", self.test)
        self.rest = before if one is None else self.rest
        return [self.test() if one is None else one]

    def test(self) -> tuple:
        if sign := self.eat(*COMPARISONS):
            return ("test", sign, self.sum())
        return self.range() or ("member", self.sum())

    def range(self) -> tuple | None:
        before = list(self.rest)
        if opened := self.eat("[", "(", "]"):
            try:
                low = self.sum()
                self.expect("..")
                high = self.sum()
                closed = self.eat("]", ")", "[")
                if closed:
                    return ("range", low, opened != "[", high, closed != "]")
            except UnsupportedError:
                pass
        self.rest = before
        return None

    def until(self, end: str, part: Any) -> list:
        if self.eat(end):
            return []
        parts = [part()]
        while self.eat(","):
            parts.append(part())
        self.expect(end)
        return parts

    def sum(self) -> tuple:
        return self.left_to_right(("+", "-"), lambda: self.left_to_right(("*", "/"), self.negation))

    def left_to_right(self, signs: tuple[str, ...], part: Any) -> tuple:
        left = part()
        while sign := self.eat(*signs):
            left = (sign, left, part())
        return left

    def negation(self) -> tuple:
        return ("negate", self.negation()) if self.eat("-") else self.primary()

    def primary(self) -> tuple:
        if self.eat("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.eat("["):
            return ("list", self.until("]", self.expression))
        if self.eat("@"):
            return ("day", datetime.date.fromisoformat(self.rest.pop(0)[1]))
        kind, text = self.rest.pop(0) if self.rest else ("", "the end")
        if kind == "number":
            return ("number", Fraction(text))
        if kind == "text":
            return ("text", text)
        if text in ("true", "false"):
            return ("truth", text == "true")
        if kind == "word" and text == "not" and self.eat("("):
            inner = self.expression()
            self.expect(")")
            return ("not", inner)
        if kind == "word" and text not in KEYWORDS:
            called = self.called(text)
            return ("name", text) if called is None else called
        raise UnsupportedError(f"`{text}`")

    def called(self, first: str) -> tuple | None:
        words, ahead = first, 0
        while ahead < len(self.rest) and self.rest[ahead][0] == "word" and self.rest[ahead][1] not in KEYWORDS:
            words, ahead = f"{words} {self.rest[ahead][1]}", ahead + 1
        if self.rest[ahead : ahead + 1] != [("symbol", "(")]:
            return None
        if words not in FUNCTIONS:
            raise UnsupportedError(f"`{words}(…)`")
        self.rest = self.rest[ahead + 1 :]
        arguments = self.until(")", self.expression)
        if words != "date":
            return ("call", words, arguments)
        match arguments:
            case [("text", text)]:
                return ("day", datetime.date.fromisoformat(text))
            case [("number", year), ("number", month), ("number", day)]:
                return ("day", datetime.date(int(year), int(month), int(day)))
        raise UnsupportedError("`date` of what is no literal")


class Truth(NamedTuple):
    """When a condition is true, and when it is false; otherwise it is null."""

    yes: z3.BoolRef
    no: z3.BoolRef


class Term(NamedTuple):
    """A value: its kind, and when it is null."""

    kind: str
    value: Any
    null: z3.BoolRef = FALSE


CODES: dict[str, int] = {}


def code(text: str) -> int:
    """The whole number that stands for a text."""
    return CODES.setdefault(text, len(CODES))


def real(number: Fraction) -> z3.ArithRef:
    return z3.Q(number.numerator, number.denominator)


def known(formula: z3.BoolRef) -> Truth:
    return Truth(formula, z3.Not(formula))


def unless(null: z3.BoolRef, formula: z3.BoolRef) -> Truth:
    return Truth(z3.And(z3.Not(null), formula), z3.And(z3.Not(null), z3.Not(formula)))


def both(parts: list[Truth]) -> Truth:
    return Truth(z3.And([part.yes for part in parts]), z3.Or([part.no for part in parts]))


def either(parts: list[Truth]) -> Truth:
    return Truth(z3.Or([part.yes for part in parts]), z3.And([part.no for part in parts]))


def truth(parsed: tuple, terms: dict[str, Term]) -> Truth:
    """What a condition says, given the facts that it reads."""
    go = lambda part: truth(part, terms)
    match parsed:
        case ("and", parts):
            return both([go(part) for part in parts])
        case ("or", parts):
            return either([go(part) for part in parts])
        case ("not", part):
            return Truth(*reversed(go(part)))
        case ("compare", sign, left, right):
            return compare(sign, term(left, terms), term(right, terms))
        case ("in", value, tests):
            return either([passes(test, term(value, terms), terms) for test in tests])
        case ("some", variable, of, body):
            return either([both([within, said]) for within, said in each(variable, of, body, terms)])
        case ("every", variable, of, body):
            return both([either([Truth(*reversed(within)), said]) for within, said in each(variable, of, body, terms)])
        case ("call", "list contains", [of, wanted]):
            return contains(term(of, terms), term(wanted, terms))
    value = term(parsed, terms)
    if value.kind != "truth":
        raise UnsupportedError(f"{parsed} is no condition")
    return unless(value.null, value.value)


def each(variable: str, of: tuple, body: tuple, terms: dict[str, Term]) -> list[tuple[Truth, Truth]]:
    """Whether something is a member, and what is said of it, for all that may be one."""
    bind = lambda item: truth(body, {**terms, variable: item})
    whole = term(of, terms)
    if whole.kind == "list":
        return [(known(TRUE), bind(item)) for item in whole.value]
    return [(known(is_in), bind(text(member))) for member, is_in in whole.value.items()]


def text(value: str) -> Term:
    return Term("text", z3.IntVal(code(value)))


def compare(sign: str, left: Term, right: Term) -> Truth:
    """Null has no order, and equals nothing but null."""
    a, b, null = left.value, right.value, z3.Or(left.null, right.null)
    if left.kind != right.kind or left.kind not in ("number", "day", "text", "truth"):
        raise UnsupportedError(f"{left.kind} {sign} {right.kind}")
    if sign in ("=", "!="):
        equal = known(z3.Or(z3.And(left.null, right.null), z3.And(z3.Not(null), a == b)))
        return equal if sign == "=" else Truth(*reversed(equal))
    if left.kind not in ("number", "day"):
        raise UnsupportedError(f"{left.kind} {sign} {right.kind}")
    return unless(null, {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign])


def passes(test: tuple, value: Term, terms: dict[str, Term]) -> Truth:
    """One of the tests to the right of `in`."""
    match test:
        case ("test", sign, bound):
            return compare(sign, value, term(bound, terms))
        case ("range", low, low_open, high, high_open):
            above = compare(">" if low_open else ">=", value, term(low, terms))
            return both([above, compare("<" if high_open else "<=", value, term(high, terms))])
    (_, wanted) = test
    one = term(wanted, terms)
    return contains(one, value) if one.kind in ("list", "set") else compare("=", value, one)


def contains(whole: Term, wanted: Term) -> Truth:
    if whole.kind == "set" and z3.is_int_value(wanted.value):
        return known(
            next((is_in for member, is_in in whole.value.items() if wanted.value.as_long() == code(member)), FALSE)
        )
    if whole.kind != "list":
        raise UnsupportedError(f"a {wanted.kind} in a {whole.kind}")
    return either([compare("=", item, wanted) for item in whole.value])


def term(parsed: tuple, terms: dict[str, Term]) -> Term:
    """The value of what is no condition, or of one as a value."""
    go = lambda part: term(part, terms)
    match parsed:
        case ("number", number):
            return Term("number", real(number))
        case ("text", value):
            return text(value)
        case ("day", day):
            return Term("day", z3.IntVal(day.toordinal()))
        case ("truth", value):
            return Term("truth", z3.BoolVal(value))
        case ("name", name):
            return terms[name]
        case ("list", items):
            return Term("list", [go(item) for item in items])
        case ("negate", part):
            return numeric(lambda a: -a, go(part))
        case ("+" | "-" | "*" | "/" as sign, left, right):
            return arithmetic(sign, go(left), go(right))
        case ("if", condition, then, otherwise):
            when, one, other = truth(condition, terms).yes, go(then), go(otherwise)
            return Term(one.kind, z3.If(when, one.value, other.value), z3.If(when, one.null, other.null))
        case ("call", function, arguments) if function != "list contains":
            return call(function, [go(argument) for argument in arguments])
    said = truth(parsed, terms)
    return Term("truth", said.yes, z3.Not(z3.Or(said.yes, said.no)))


def numeric(function: Any, *numbers: Term) -> Term:
    """A number of numbers, null if one of them is."""
    if any(number.kind != "number" for number in numbers):
        raise UnsupportedError(f"arithmetic with {[number.kind for number in numbers]}")
    return Term("number", function(*(n.value for n in numbers)), z3.Or([n.null for n in numbers]))


def arithmetic(sign: str, left: Term, right: Term) -> Term:
    if sign == "/":
        quotient = numeric(lambda a, b: a / b, left, right)
        return quotient._replace(null=z3.Or(quotient.null, right.value == 0))
    return numeric({"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}[sign], left, right)


def call(function: str, arguments: list[Term]) -> Term:
    items = arguments[0].value if arguments[0].kind == "list" else arguments
    match function, arguments:
        case (("min" | "max" | "sum"), _):
            choose = {
                "min": lambda a, b: z3.If(a <= b, a, b),
                "max": lambda a, b: z3.If(a >= b, a, b),
                "sum": lambda a, b: a + b,
            }[function]
            return numeric(lambda *numbers: reduce(choose, numbers), *items)
        case "abs", [number]:
            return numeric(lambda a: z3.If(a >= 0, a, -a), number)
        case "floor", [number]:
            return numeric(lambda a: z3.ToReal(z3.ToInt(a)), number)
        case "ceiling", [number]:
            return numeric(lambda a: -z3.ToReal(z3.ToInt(-a)), number)
        case "decimal", [number, places] if z3.is_rational_value(places.value):
            unit = real(Fraction(10) ** places.value.as_fraction())
            return numeric(lambda a: half_even(a * unit) / unit, number)
        case "count", [Term("set", members, _)]:
            return Term(
                "number", z3.Sum([z3.If(is_in, real(Fraction(1)), real(Fraction(0))) for is_in in members.values()])
            )
    raise UnsupportedError(f"`{function}` of {[argument.kind for argument in arguments]}")


def half_even(number: z3.ArithRef) -> z3.ArithRef:
    half_up = z3.ToInt(number + z3.Q(1, 2))
    odd_tie = z3.And(z3.ToReal(half_up) == number + z3.Q(1, 2), half_up % 2 == 1)
    return z3.ToReal(z3.If(odd_tie, half_up - 1, half_up))
