"""The rules of a plan as formulas of z3: on a given day, when a rule comes to which outcome and decision.

All facts are known. It is written after the definitions of outcomes, strengths and due days, from what `plan.rules()`
and `plan.facts()` say.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import ecoplan
import z3
from z3_feel import FALSE, TRUE, Term, Truth, UnsupportedError, code, known, names, parse, real, truth

Conclusion = tuple[str, "str | None"]
UNMET = {"mandatory": "breached", "in_principle": "breached", "progressive": "pending", "encouraged": "triggered"}


class Fact:
    """One fact: the constants that hold its value, and which values it can have."""

    def __init__(self, info: dict[str, Any], suffix: str = "") -> None:
        self.name, self.kind, self.source = info["name"], info["kind"], info["source"]
        name = f"{info['subject']}.{self.name}{suffix}"
        self.choices = [choice["id"] for choice in info["choices"]]
        self.ends = [None if info[end] is None else Fraction(info[end]) for end in ("min", "max")]
        # Only the day of an act may be left out.
        self.given = z3.Bool(f"{name}?")
        if self.kind == "set":
            self.value: Any = {choice: z3.Bool(f"{name}.{choice}") for choice in self.choices}
        else:
            sort = {"number": z3.Real, "yes_no": z3.Bool, "choice": z3.Int, "date": z3.Int}[self.kind]
            self.value = sort(name)

    @property
    def term(self) -> Term:
        return Term({"yes_no": "truth", "choice": "text", "date": "day"}.get(self.kind, self.kind), self.value)

    @property
    def constants(self) -> list[z3.ExprRef]:
        return [*(self.value.values() if self.kind == "set" else [self.value]), self.given]

    @cached_property
    def possible(self) -> z3.BoolRef:
        if self.kind == "choice":
            return z3.Or([self.value == code(choice) for choice in self.choices])
        if self.kind == "date":
            return z3.And(self.value >= 1, self.value <= datetime.date.max.toordinal())
        low, high = self.ends
        return z3.And(
            TRUE if low is None else self.value >= real(low), TRUE if high is None else self.value <= real(high)
        )

    def equals(self, value: Any) -> z3.BoolRef:
        """That it has a value, as a case of the analysis writes it."""
        match self.kind:
            case "set":
                return z3.And([is_in == (choice in value) for choice, is_in in self.value.items()])
            case "choice":
                return self.value == code(value)
            case "date":
                return z3.And(self.given, self.value == datetime.date.fromisoformat(value).toordinal())
            case "number":
                return self.value == real(Fraction(value))
        return self.value == value


class Reading:
    """A rule under its default or another reading."""

    def __init__(self, rule: Rule, change: dict[str, Any] | None = None) -> None:
        info, change = rule.info, change or {}
        self.rule = rule
        self.id: str | None = change.get("id")
        own = lambda part: change.get(part) or info[part]
        written = lambda text: None if text is None else parse(text)
        self.applies, self.requires = written(own("applies")), written(own("requires"))
        self.decisions = [(d["id"], written(d["when"]) or ("truth", True)) for d in own("decisions")]
        due = own("due") or (rule.subject.last_day.isoformat() if info["kind"] == "target" else None)
        self.due: str | datetime.date | None = due
        if due is not None and due not in rule.subject.facts:
            self.due = datetime.date.fromisoformat(due)

    @cached_property
    def reads(self) -> set[str]:
        """The facts that it reads."""
        acts = {self.rule.info["done"], self.rule.info["done_on"]} - {None}
        due = {self.due} if isinstance(self.due, str) else set()
        return acts | due | self.reads_in_conditions

    @cached_property
    def reads_in_conditions(self) -> set[str]:
        return names([self.applies, self.requires, *(when for _, when in self.decisions)])

    @cached_property
    def concerns(self) -> Truth:
        return known(TRUE) if self.applies is None else truth(self.applies, self.rule.subject.terms)

    @cache  # noqa: B019 - it is asked again and again, and lives as long as what it is made of
    def comes_to(self, day: datetime.date) -> dict[Conclusion, z3.BoolRef]:
        """When it comes to which outcome and decision."""
        concerns, found = self.concerns, {}

        def add(outcome: str, decision: str | None, when: z3.BoolRef) -> None:
            found[outcome, decision] = z3.Or(found.get((outcome, decision), FALSE), when)

        def unmet(when: z3.BoolRef) -> None:
            add("pending", None, z3.And(when, z3.Not(self.is_due(day))))
            add(UNMET[info["strength"]["class"]], None, z3.And(when, self.is_due(day)))

        info, terms = self.rule.info, self.rule.subject.terms
        add("not_applicable", None, concerns.no)
        add("undetermined", None, z3.Not(z3.Or(concerns.yes, concerns.no)))
        rest = concerns.yes
        if self.decisions:
            for decision, condition in self.decisions:
                when = truth(condition, terms)
                add("triggered", decision, z3.And(rest, when.yes))
                add("undetermined", None, z3.And(rest, z3.Not(z3.Or(when.yes, when.no))))
                rest = z3.And(rest, when.no)
            add("satisfied", None, rest)
        elif self.requires is not None:
            met = truth(self.requires, terms)
            add("satisfied", None, z3.And(rest, met.yes))
            add("undetermined", None, z3.And(rest, z3.Not(z3.Or(met.yes, met.no))))
            unmet(z3.And(rest, met.no))
        elif info["done"]:
            done, late = terms[info["done"]].value, self.was_late()
            add("satisfied", None, z3.And(rest, done, z3.Not(late)))
            # Done too late is not met for good, whatever the day.
            add(UNMET[info["strength"]["class"]], None, z3.And(rest, done, late))
            unmet(z3.And(rest, z3.Not(done)))
        else:
            add("triggered", None, rest)
        return found

    @property
    def due_day(self) -> z3.ArithRef | None:
        if isinstance(self.due, datetime.date):
            return z3.IntVal(self.due.toordinal())
        return None if self.due is None else self.rule.subject.facts[self.due].value

    def is_due(self, day: datetime.date) -> z3.BoolRef:
        """A result is judged from its day on; an act may still be done on its day."""
        if self.due_day is None:
            return TRUE
        today = z3.IntVal(day.toordinal())
        return today > self.due_day if self.rule.info["kind"] == "deadline" else today >= self.due_day

    def was_late(self) -> z3.BoolRef:
        if self.rule.info["done_on"] is None:
            return FALSE
        done_on = self.rule.subject.facts[self.rule.info["done_on"]]
        return z3.And(done_on.given, done_on.value > self.due_day)

    def days(self, as_of: datetime.date) -> set[datetime.date]:
        """The day of judgement, and those around a due day that is printed."""
        if not isinstance(self.due, datetime.date):
            return {as_of}
        return {as_of, *(self.due + datetime.timedelta(days) for days in (-1, 0, 1))}


class Rule:
    def __init__(self, subject: Subject, info: ecoplan.types.RuleInfo) -> None:
        self.subject, self.info, self.id, self.kind = subject, info, info["id"], info["kind"]
        self.default = Reading(self)
        self.readings = [Reading(self, reading) for reading in info["readings"]]
        if subject.days_of_acts & self.default.reads_in_conditions.union(
            *(reading.reads_in_conditions for reading in self.readings)
        ):
            raise UnsupportedError(f"{self.id}: a condition on the day of an act")

    @property
    def tests(self) -> bool:
        """Whether it can be met or not."""
        return not self.info["decisions"] and bool(self.info["requires"] or self.info["done"])


class Subject:
    """The facts and rules of one subject; `shared` are the facts that the plan gives to all of its cases."""

    def __init__(self, plan: ecoplan.Plan, id: str, shared: dict[str, Any]) -> None:
        self.id, self.last_day, self.shared = id, plan.period[1], shared
        self.facts = {info["name"]: Fact(info) for info in plan.facts(id)}
        self.terms = {name: fact.term for name, fact in self.facts.items()}
        rules = plan.rules(id)
        self.acts = [(rule["done"], rule["done_on"]) for rule in rules if rule["done_on"]]
        self.days_of_acts = {done_on for _, done_on in self.acts}
        self.rules = [Rule(self, info) for info in rules]

    def possible(self, reads: set[str], day: datetime.date) -> z3.BoolRef:
        """That facts have values they can have, together: no act has a day though not done, or one still to come."""
        parts = [self.facts[name].possible for name in reads]
        parts += [self.facts[name].equals(self.shared[name]) for name in reads & self.shared.keys()]
        for done, done_on in self.acts:
            if done_on in reads:
                act = self.facts[done_on]
                held = z3.And(self.facts[done].value, act.value <= day.toordinal())
                parts.append(z3.Implies(act.given, held))
        return z3.And(parts)
