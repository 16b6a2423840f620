"""What the gates of one topic leave out, as z3 sees it.

A topic is what at least two gates ask about before they concern a case, or what at least two gates need in order to
concern one. A gap is a value of what they ask about with which none of them concerns a case, of a number one between
others with which some do; or two values which only together leave no gate.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import z3
from z3_feel import names, truth
from z3_rules import Fact, Rule, Subject

Literal = tuple[str, Any]


class Topic(NamedTuple):
    gates: list[Rule]
    needs: list[Literal]
    about: str | None


class Gaps:
    """The gaps of one subject; `can` asks z3. What gates decide, beyond reach or not, makes no gap."""

    def __init__(self, subject: Subject, can: Any) -> None:
        self.subject, self.can = subject, can
        self.gates = [rule for rule in subject.rules if rule.kind == "gate"]
        self.possible = subject.possible(set().union(*(gate.default.reads for gate in self.gates)), subject.last_day)
        self.needed = {gate.id: self.needs(gate) for gate in self.gates}

    def concerns(self, gate: Rule) -> z3.BoolRef:
        return z3.And(self.possible, z3.Not(gate.default.concerns.no))

    def asks(self, gate: Rule, name: str) -> bool:
        return name in names(gate.default.applies)

    def needs(self, gate: Rule) -> list[Literal]:
        """The values without which a gate concerns no case."""
        concerns = self.concerns(gate)
        literals = [
            (n, v) for n in self.subject.facts if n in gate.default.reads for v in values(self.subject.facts[n])
        ]
        if not literals or not self.can(concerns):
            return []
        return [literal for literal in literals if not self.can(concerns, z3.Not(self.holds(literal)))]

    def holds(self, literal: Literal) -> z3.BoolRef:
        return self.subject.facts[literal[0]].equals(literal[1])

    def topics(self) -> list[Topic]:
        """Gates that need the same, whatever they ask about, and others that ask about the same."""
        by_need: dict[tuple[str, ...], Topic] = {}
        for literal in itertools.chain(*self.needed.values()):
            gates = [gate for gate in self.gates if literal in self.needed[gate.id]]
            topic = by_need.setdefault(tuple(gate.id for gate in gates), Topic(gates, [], None))
            if literal not in topic.needs:
                topic.needs.append(literal)
        of_facts = [Topic([g for g in self.gates if self.asks(g, name)], [], name) for name in self.subject.facts]
        others = [topic for topic in of_facts if tuple(gate.id for gate in topic.gates) not in by_need]
        return [topic for topic in (*by_need.values(), *others) if len(topic.gates) > 1]

    def keys(self, topic: Topic) -> list[Fact]:
        """The facts whose values may be left out."""
        wanted = [topic.about] if topic.about else list(self.subject.facts)
        asked = lambda name: sum(self.asks(gate, name) for gate in topic.gates) > 1
        free = lambda name: name not in self.subject.shared and name not in dict(topic.needs)
        facts = [self.subject.facts[name] for name in wanted if asked(name) and free(name)]
        return [fact for fact in facts if fact.kind in ("yes_no", "choice", "number")]

    def covered(self, topic: Topic) -> z3.BoolRef:
        """That a gate of the topic concerns a case that has what they all need."""
        needs = [self.holds(literal) for literal in topic.needs]
        return z3.And(*needs, z3.Or([self.concerns(gate) for gate in topic.gates]))

    def of_values(self, topic: Topic) -> list[tuple]:
        """The gaps of single values and of two together, as conditions."""
        covered = self.covered(topic)
        if not self.can(covered):
            return []
        is_gap = lambda *literals: not self.can(covered, *map(self.holds, literals))
        keys = [[(key.name, value) for value in values(key)] for key in self.keys(topic)]
        alone = [literal for literals in keys for literal in literals if is_gap(literal)]
        left = [[literal for literal in literals if literal not in alone] for literals in keys]
        pairs = [pair for one, two in itertools.combinations(left, 2) for pair in itertools.product(one, two)]
        gaps = [(literal,) for literal in alone] + [pair for pair in pairs if is_gap(*pair)]
        return [written([*topic.needs, *gap]) for gap in gaps]

    def of_number(self, topic: Topic, key: Fact, whens: list[tuple]) -> list[str]:
        """What is wrong with the gaps that are claimed of a number."""
        covered = self.covered(topic)
        rest = [constant for fact in self.subject.facts.values() if fact != key for constant in fact.constants]
        low, high = z3.Reals("low high")

        def at(number: z3.ArithRef) -> z3.BoolRef:
            """That some case with this number is covered: a case of its own."""
            return z3.substitute(covered, (key.value, number), *((c, z3.FreshConst(c.sort())) for c in rest))

        between = z3.And(low < key.value, key.value < high, at(low), at(high))
        gap = z3.And(between, z3.ForAll(rest, z3.Not(covered)))
        claimed = [self.of_key(topic, key, when) for when in whens]
        wrong = [f"{when} is covered" for when, claim in zip(whens, claimed, strict=True) if self.can(covered, claim)]
        wrong += [f"{when} is no gap" for when, claim in zip(whens, claimed, strict=True) if not self.can(gap, claim)]
        if self.can(gap, z3.Not(z3.Or(claimed))):
            wrong.append(f"a gap of {key.name} is not claimed")
        return wrong

    def of_key(self, topic: Topic, key: Fact, when: tuple) -> z3.BoolRef:
        """The part of a claim that is about a number; the rest of it is what the topic needs."""
        parts = when[1] if when[0] == "and" else [when]
        needs = [written([need]) for need in topic.needs]
        return z3.And([truth(part, self.subject.terms).yes for part in parts if part not in needs])


def values(fact: Fact) -> list[Any]:
    return {"yes_no": [True, False], "choice": fact.choices}.get(fact.kind, [])


def written(literals: list[Literal]) -> tuple:
    """As the condition that a claim gives, parsed."""
    each = {True: lambda name: ("name", name), False: lambda name: ("not", ("name", name))}
    equal = lambda name, value: ("compare", "=", ("name", name), ("text", value))
    parts = [each[v](n) if isinstance(v, bool) else equal(n, v) for n, v in literals]
    return parts[0] if len(parts) == 1 else ("and", parts)
