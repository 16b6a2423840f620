"""Rules at random over a few facts of every kind."""

from __future__ import annotations

import random
from typing import Any

FACTS = {
    "x": "number 0 10",
    "y": "number",
    "z": "assigned number -5 5",
    "p": "yes_no",
    "q": "assigned yes_no",
    "c": "choice a b c",
    "k": "choice m n",
    "s": "set e f g",
    "done": "yes_no",
    "done_on": "date",
}


class RandomRules:
    """The same ones for the same seed. Every boundary is a decimal, and there are few enough to be looked at."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def rules(self) -> dict[str, dict[str, Any]]:
        return {f"rule-{number}": self.rule() for number in range(self.random.randint(2, 4))}

    def rule(self) -> dict[str, Any]:
        rule: dict[str, Any] = {"strength": self.one("mandatory", "in_principle", "progressive", "encouraged")}
        if self.sometimes():
            rule["applies"] = self.condition()
        kind = self.one("obligation", "prohibition", "target", "gate", "gate", "deadline")
        if kind == "gate":
            rule["decisions"] = {
                made: self.condition() for made in ("deny", "slow", "mild")[: self.random.randint(1, 3)]
            }
            reading: dict[str, Any] = {"decisions": {"deny": self.condition()}}
        elif kind == "deadline":
            rule |= {"kind": kind, "done": "done", "due": self.one("2024-06-30", "2025-12-31", "2027-01-01")}
            rule |= {"done_on": "done_on"} if self.sometimes() else {}
            reading = {"due": self.one("2025-01-01", "2026-02-02")}
        else:
            rule |= {"kind": kind, "requires": self.condition()}
            rule |= {"due": self.one("2024-06-30", "2027-01-01")} if self.sometimes() else {}
            reading = {self.one("applies", "requires"): self.condition()}
        return rule | ({"readings": {"other": reading}} if self.sometimes() else {})

    def one(self, *of: str) -> str:
        return self.random.choice(of)

    def sometimes(self) -> bool:
        return self.random.random() < 0.5

    def condition(self, depth: int = 0) -> str:
        if depth < 2 and self.sometimes():
            one, other = self.condition(depth + 1), self.condition(depth + 1)
            return self.one(f"({one}) and ({other})", f"({one}) or ({other})", f"not({one})")
        return self.comparison()

    def comparison(self) -> str:
        number, other = (self.one("x", "y", "z") for _ in range(2))
        amount, more = (self.one("-2", "0", "1", "2.5", "3", "5", "7", "10", "12") for _ in range(2))
        order = self.one("<", "<=", ">", ">=")
        return self.one(
            f"{number} {self.one('=', '!=', order)} {amount}",
            f"{number} {order} {other}",
            f"{number} - {other} {order} {amount}",
            f"2 * {number} + {other} {order} {amount}",
            f"{number} between {self.one('0', '1', '2')} and {self.one('4', '5', '6')}",
            f"{number} in ({amount}..{more}]",
            f"{number} in (< {amount}, > {more})",
            f"abs({number} - {other}) {order} {amount}",
            f"max({number}, {other}) {order} {amount}",
            f"(if {self.one('p', 'q')} then {number} else {amount}) {order} {more}",
            self.one("p", "q"),
            f'c = "{self.one("a", "b", "c")}"',
            f'c in ["{self.one("a", "b")}", "{self.one("b", "c")}"]',
            f'k != "{self.one("m", "n")}"',
            f'list contains(s, "{self.one("e", "f", "g")}")',
            f"count(s) {order} {self.one('0', '1', '2', '3')}",
            f'{self.one("some", "every")} v in ["e", "f"] satisfies list contains(s, v)',
            f'some v in s satisfies v != "{self.one("e", "f", "g")}"',
        )
