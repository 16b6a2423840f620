"""Compares the rules with an independent first reading of the plan, clause by clause.

The files of `catalogue` hold, for each clause, the conditions of that reading in a Python-like notation, and how its
inputs are called in the plan. They are evaluated here, over Python's `ast` with fractions and Kleene's three-valued
logic, on every combination of boundary values (of a clause with more than `LIMIT`, on a seeded sample), and so are the
rules of the plan, by ecoplan. Where the two part, `differences` of the clause must say so, with the reason, and
everything listed there must still be so.

A clause of them:

    id          as in the reading
    rules       the rules of the plan that it became; none: not compared, and `reason` says why
    inputs      by name: `type`, `allowed` (values, or the range), `values` beyond the boundaries that the conditions
                show, and `fact`: how the plan is told of it
                    "name"                            the fact of this name, same value
                    null                              not a fact; `only` gives the one value that is compared
                    { "fact": …, "values": {…} }      other values (of a set: other items)
                    { "fact": …, "times": "10000" }   other unit
                    { "each": { item: fact } }        a set whose items are yes/no facts
                    { "done": …, "on": … }            a date or null: an act that is done or not, and when
                    { "as": [[value, { fact: … }]] }  anything else; these values only
                    { "last_day_of": true }           a year: judged as of its last day
                `as_of` is the day of judgement.
    computed    facts that follow from several inputs, or from what is given too: { fact: expression }; missing or null
                means not known
    condition, check, value, decision, effect
                the reading. Condition false: not_applicable; unknown: undetermined; true: what the value is, the
                decision, or satisfied / not_met by the check
    outcomes    what the plan must say for a verdict of the reading, where that is not obvious: outcomes, with decision
    given       facts that the reading does not have: { fact: [value, …] }, each of which is tried; `reason` says why
    differences [{ where, becomes, reason }]: on combinations where `where` is true, the plan says what `becomes` says
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ecoplan

LIMIT = 100_000
DEFAULT_OUTCOMES = {
    "not_applicable": ["not_applicable"],
    "undetermined": ["undetermined"],
    "satisfied": ["satisfied"],
    "met": ["satisfied"],
    "not_met": ["breached", "pending", "triggered"],
    "pending": ["pending"],
    "in_progress": ["pending"],
}
NOT_MET = set(DEFAULT_OUTCOMES["not_met"])


class Missing:
    """A value that is not known."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


# The conditions.

ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else MISSING,
}
CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False}


def all_of(values: Iterable[Any]) -> Any:
    """Kleene's and."""
    values = [truth(v) for v in values]
    return False if False in values else MISSING if MISSING in values else True


def any_of(values: Iterable[Any]) -> Any:
    """Kleene's or."""
    values = [truth(v) for v in values]
    return True if True in values else MISSING if MISSING in values else False


def truth(value: Any) -> Any:
    if value is not MISSING and not isinstance(value, bool):
        raise TypeError(f"{value!r} is no truth value")
    return value


def compare(op: ast.cmpop, a: Any, b: Any) -> Any:
    if isinstance(op, ast.In | ast.NotIn):
        found = any_of(compare(ast.Eq(), a, item) for item in b)
        return found if isinstance(op, ast.In) or found is MISSING else not found
    if a is MISSING or b is MISSING:
        return MISSING
    if isinstance(op, ast.Eq | ast.NotEq):
        if None not in (a, b) and type(a) is not type(b):
            raise TypeError(f"{a!r} and {b!r} are never equal")
        return (a == b) is isinstance(op, ast.Eq)
    if a is None or b is None:
        return MISSING
    return ORDER[type(op)](a, b)


def call(name: str, *args: Any) -> Any:
    if name == "missing":
        return args[0] is MISSING
    if args[0] is MISSING:
        return MISSING
    if name == "contains_all":
        return args[0] >= frozenset(args[1])
    if name == "all":
        return all_of(args[0])
    if name == "any":
        return any_of(args[0])
    if name == "len":
        return Fraction(len(args[0]))
    if name == "min":
        return MISSING if MISSING in args[0] or not args[0] else min(args[0])
    raise NameError(name)


def compiled(text: str) -> Callable[[dict[str, Any]], Any]:
    """An expression as a function of the inputs."""
    return closure(ast.parse(text, mode="eval").body)


def closure(node: ast.expr) -> Callable[[dict[str, Any]], Any]:
    match node:
        case ast.Constant(value=int(n)) if not isinstance(n, bool):
            number = Fraction(n)
            return lambda _: number
        case ast.Constant(value=float()):
            raise TypeError("write a decimal as a fraction: a float is not exact")
        case ast.Constant(value=value):
            return lambda _: value
        case ast.Name(id=name) if name in CONSTANTS:
            constant = CONSTANTS[name]
            return lambda _: constant
        case ast.Name(id=name):
            return lambda env: env[name]
        case ast.List(elts=items):
            parts = [closure(item) for item in items]
            return lambda env: [part(env) for part in parts]
        case ast.BoolOp(op=op, values=items):
            parts, join = [closure(item) for item in items], all_of if isinstance(op, ast.And) else any_of
            return lambda env: join(part(env) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=item):
            part = closure(item)
            return lambda env: MISSING if (v := truth(part(env))) is MISSING else not v
        case ast.UnaryOp(op=ast.USub(), operand=item):
            part = closure(item)
            return lambda env: MISSING if (v := part(env)) is MISSING else -v
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = closure(left), closure(right)
            return lambda env: compare(op, a(env), b(env))
        case ast.BinOp(left=left, op=op, right=right):
            a, b, join = closure(left), closure(right), ARITHMETIC[type(op)]
            return lambda env: MISSING if MISSING in (v := (a(env), b(env))) else join(*v)
        case ast.IfExp(test=test, body=body, orelse=other):
            parts = [closure(part) for part in (test, body, other)]
            return lambda env: choose(*(part(env) for part in parts))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            parts = [closure(arg) for arg in args]
            return lambda env: call(name, *(part(env) for part in parts))
    raise SyntaxError(ast.unparse(node))


def choose(test: Any, body: Any, other: Any) -> Any:
    if truth(test) is MISSING:
        return body if type(body) is type(other) and body == other else MISSING
    return body if test else other


# What the reading says.


class Clause:
    """A clause of the reading, ready to be evaluated."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.id: str = data["id"]
        self.rules: list[str] = data["rules"]
        self.inputs: dict[str, dict[str, Any]] = data["inputs"]
        texts = [data[key] for key in ("condition", "check", "value") if data.get(key) is not None]
        self.trees = [ast.parse(text, mode="eval") for text in texts]
        self.condition = compiled(data["condition"])
        self.check = compiled(data["check"]) if data.get("check") else None
        self.value = compiled(data["value"]) if data.get("value") else None
        self.decision: str = data.get("decision", "triggered")
        self.given = {fact: [number_or(v) for v in values] for fact, values in data.get("given", {}).items()}
        self.computed = {fact: compiled(text) for fact, text in data.get("computed", {}).items()}
        self.differences = [(compiled(d["where"]), compiled(d["becomes"])) for d in data.get("differences", [])]
        if not all(d["reason"] for d in data.get("differences", [])) or (self.given and not data.get("reason")):
            raise ValueError(f"{self.id}: a difference without a reason")
        self.outcomes = dict(DEFAULT_OUTCOMES)
        if self.value:
            self.outcomes["not_met"] = ["breached"]
        elif self.check:
            self.outcomes["not_met"] = ["triggered"] if data["effect"] == "gate" else DEFAULT_OUTCOMES["not_met"]
        else:  # the test stands in the condition, and decides
            self.outcomes["not_applicable"] = ["not_applicable", "satisfied"]
            self.outcomes[self.decision] = [f"triggered {self.decision}"]
        self.outcomes |= data.get("outcomes", {})

    def verdict(self, env: dict[str, Any]) -> str:
        """The word for what the clause says on one combination."""
        applies = truth(self.condition(env))
        if applies is not True:
            return word("not_applicable" if applies is False else MISSING)
        if self.value:
            return word(self.value(env))
        if self.check:
            met = truth(self.check(env))
            return word(met if met is MISSING else "satisfied" if met else "not_met")
        return self.decision

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Every combination of boundary values, or a seeded sample of them."""
        names = [*self.inputs, *self.given]
        values = [*map(self.values, self.inputs), *self.given.values()]
        total = math.prod(map(len, values))
        if total <= LIMIT:
            for combination in itertools.product(*values):
                yield dict(zip(names, combination, strict=True))
            return
        for index in random.Random(self.id).sample(range(total), LIMIT):
            env = {}
            for name, choices in zip(names, values, strict=True):
                index, place = divmod(index, len(choices))
                env[name] = choices[place]
            yield env

    def values(self, name: str) -> list[Any]:
        """The values of an input that are worth a try."""
        data = self.inputs[name]
        kind, allowed, fact = data["type"], data.get("allowed"), data.get("fact")
        if "only" in data:
            return [read(kind, data["only"])]
        if isinstance(fact, dict) and "as" in fact:
            return [read(kind, value) for value, _ in fact["as"]] + [MISSING]
        extra = [read(kind, value) for value in data.get("values", [])]
        if isinstance(fact, dict) and "last_day_of" in fact:
            found = extra
        elif kind == "bool":
            found = [True, False]
        elif kind == "date":
            found = extra + [day for text in self.beside(name, str) for day in around(text)]
            if name == "as_of":
                return unique(found)
            found += [None] if self.can_be_null(name) else []
        elif kind == "set<enum>":
            found = [frozenset(s) for n in range(len(allowed) + 1) for s in itertools.combinations(allowed, n)]
        elif isinstance(allowed, list):
            found = [read(kind, value) for value in allowed]
        elif kind in ("number", "integer"):
            found = extra + self.numbers(name, Fraction(1, 1 if kind == "integer" else 100))
            low, high = ((allowed or {}).get(end) for end in ("min", "max"))
            found += [Fraction(low)] if low is not None else []
            found = [v for v in found if (low is None or v >= low) and (high is None or v <= high)]
        else:
            found = extra
        if not found:
            raise ValueError(f"{self.id}: no values for {name}")
        return [*unique(found), MISSING]

    def numbers(self, name: str, step: Fraction) -> list[Fraction]:
        """Just below, at and just above each number that an input is compared with."""
        bounds = self.beside(name, int)
        nodes = itertools.chain.from_iterable(map(ast.walk, self.comparisons(name)))
        others = {n.id for n in nodes if isinstance(n, ast.Name) and n.id in self.inputs} - {name}
        if others or not bounds:  # inputs that are compared with each other must be able to meet
            bounds += [1, 2]
        return [bound + k * step for bound in bounds for k in (-1, 0, 1)]

    def beside(self, name: str, kind: type) -> list[Any]:
        """The literals in the comparisons that an input takes part in."""
        found = []
        for node in self.comparisons(name):
            found += [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and type(n.value) is kind]
        return unique(found)

    def can_be_null(self, name: str) -> bool:
        return any(isinstance(n, ast.Name) and n.id == "null" for c in self.comparisons(name) for n in ast.walk(c))

    def comparisons(self, name: str) -> Iterator[ast.Compare]:
        for node in itertools.chain.from_iterable(map(ast.walk, self.trees)):
            if isinstance(node, ast.Compare) and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node)):
                yield node

    def day(self, env: dict[str, Any]) -> str | None:
        """The day of judgement, if the combination has one."""
        for name, data in self.inputs.items():
            if isinstance(data.get("fact"), dict) and "last_day_of" in data["fact"] and env[name] is not MISSING:
                return f"{env[name]}-12-31"
        return env.get("as_of")

    def facts(self, env: dict[str, Any]) -> dict[str, Any]:
        """One combination as the plan is told of it."""
        facts = {name: written(env[name]) for name in self.given}
        for name, data in self.inputs.items():
            if name != "as_of":
                facts |= told(data, env[name])
        for name, value in self.computed.items():
            facts.pop(name, None)
            if (found := value(env)) is not MISSING and found is not None:
                facts[name] = written(found)
        return facts


def word(verdict: Any) -> str:
    return "undetermined" if verdict is MISSING else str(verdict)


def unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def around(day: str) -> list[str]:
    return [str(date.fromisoformat(day) + timedelta(days=n)) for n in (-1, 0, 1)]


def number_or(value: Any) -> Any:
    """A number exactly, anything else as it is."""
    return Fraction(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def read(kind: str, value: Any) -> Any:
    """A value of the data file as one that conditions compute with."""
    if kind in ("number", "integer") and value is not None:
        return Fraction(str(value))
    if kind.startswith("list"):
        return tuple(MISSING if v is None else read(kind[5:-1], v) for v in value)
    return frozenset(value) if kind.startswith("set") else value


def told(data: dict[str, Any], value: Any) -> dict[str, Any]:
    """The facts that stand for one input."""
    fact, kind = data.get("fact"), data["type"]
    if fact is None or value is MISSING or "last_day_of" in fact:
        return {}
    if isinstance(fact, str):
        return {fact: written(value)}
    if "as" in fact:
        return next(facts for v, facts in fact["as"] if read(kind, v) == value)
    if "done" in fact:
        return {fact["done"]: value is not None} | ({} if value is None else {fact["on"]: value})
    if "each" in fact:
        return {name: item in value for item, name in fact["each"].items()}
    if "times" in fact:
        return {fact["fact"]: written(value * Fraction(fact["times"]))}
    if isinstance(value, frozenset):
        return {fact["fact"]: sorted(fact["values"][item] for item in value)}
    return {fact["fact"]: fact["values"][str(value).lower() if isinstance(value, bool) else str(value)]}


def written(value: Any) -> Any:
    """A value as ecoplan takes it."""
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return sorted(value) if isinstance(value, frozenset) else value


# What the plan says.

Said = tuple[str, frozenset[str]]  # the outcome, with decision; and if undetermined, what is possible


class Rules:
    """The rules of the plan, asked many cases at once."""

    def __init__(self, plan: ecoplan.Plan) -> None:
        self.plan = plan
        self.subject_of = {rule["id"]: rule["subject"] for rule in map(as_dict, plan.rules())}

    def ask(self, rules: list[str], cases: list[tuple[str | None, dict[str, Any]]]) -> list[Said]:
        """What the rules together say of each case, a day and facts."""
        (subject,) = {self.subject_of[rule] for rule in rules}
        answers: dict[int, Said] = {}
        for day in unique(day for day, _ in cases):
            plan = self.plan.at(day) if day else self.plan
            left = [i for i, case in enumerate(cases) if case[0] == day]
            while left:
                try:
                    reports = plan.evaluate_all(subject, [cases[i][1] for i in left])
                except ecoplan.Error as error:
                    refused = {int(e.path[1:].split("]")[0]): e.code for e in error.errors}
                    answers |= {left[n]: (f"refused {code}", frozenset()) for n, code in refused.items()}
                    left = [i for n, i in enumerate(left) if n not in refused]
                else:
                    answers |= {i: together([r[rule] for rule in rules]) for i, r in zip(left, reports, strict=True)}
                    break
        return [answers[i] for i in range(len(cases))]


def as_dict(rule: Any) -> dict[str, Any]:
    return rule if isinstance(rule, dict) else rule.to_dict()


def together(findings: list[ecoplan.Finding]) -> Said:
    """Several rules that stand for one clause."""
    open_ones = [[*map(with_decision, f.possible)] or [with_decision(f)] for f in findings]
    found = gravest(["undetermined" if f.possible else with_decision(f) for f in findings])
    return found, frozenset(map(gravest, itertools.product(*open_ones))) if found == "undetermined" else frozenset()


def gravest(outcomes: Sequence[str]) -> str:
    """Not met if one of several rules is not, undetermined if one is, and not applicable only if none applies."""
    ranks = [[*NOT_MET], ["undetermined"], ["satisfied"], ["not_applicable"]]
    return next(o for rank in ranks for o in outcomes if o.split()[0] in rank)


def with_decision(found: Any) -> str:
    return found.outcome if found.decision is None else f"{found.outcome} {found.decision}"


def agrees(said: Said, answers: list[str]) -> bool:
    """Whether the plan says one of these; an outcome without decision stands for any decision."""
    one_of = lambda outcome: outcome in answers or outcome.split()[0] in answers
    # Where only outcomes of one kind are open, the reading does not tell them apart.
    return one_of(said[0]) or (bool(said[1]) and all(map(one_of, said[1])))


# The comparison.


def differences(clause: Clause, rules: Rules) -> tuple[int, int, list[str]]:
    """How many combinations were compared, how many differ as listed, and what is wrong."""
    places: dict[str, int] = {}
    cases: list[tuple[str | None, dict[str, Any]]] = []
    rows: list[tuple[dict[str, Any], int]] = []
    for env in clause.combinations():
        case = (clause.day(env), clause.facts(env))
        place = places.setdefault(repr(case), len(cases))
        if place == len(cases):
            cases.append(case)
        rows.append((env, place))
    said = rules.ask(clause.rules, cases)

    wrong, used, listed = [], [0] * len(clause.differences), 0
    for env, place in rows:
        verdict = plain = clause.verdict(env)
        for n, (where, becomes) in enumerate(clause.differences):
            if where(env) is True:
                verdict = word(becomes(env))
                used[n] += not agrees(said[place], expected(clause, plain))
                break
        listed += verdict != plain
        if not agrees(said[place], expected(clause, verdict)):
            wrong.append(f"{show(env)}: the reading says {verdict}, the plan {said[place][0]}")
    for n, difference in zip(used, clause.data.get("differences", []), strict=True):
        if not n:
            wrong.append(f"the listed difference where {difference['where']} does not occur any more")
    wrong += unneeded(clause, rules, cases, said)
    return len(rows), listed, wrong


def expected(clause: Clause, verdict: str) -> list[str]:
    """What the plan says for a verdict of the reading; one that is an outcome already stands for itself."""
    return clause.outcomes.get(verdict, [verdict])


def unneeded(clause: Clause, rules: Rules, cases: list[Any], said: list[Said]) -> list[str]:
    """The facts that are given beside the reading's but make no difference."""
    wrong = []
    for name in clause.given:
        without = [(day, {k: v for k, v in facts.items() if k != name}) for day, facts in cases[:5000]]
        if rules.ask(clause.rules, without) == said[: len(without)]:
            wrong.append(f"the given fact {name} makes no difference")
    return wrong


def show(env: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} = {sorted(value) if isinstance(value, frozenset) else written(value)}" for name, value in env.items()
    )
