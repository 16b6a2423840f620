"""Holds an analysis of a plan against what z3 says of the same rules, and lists where the two part."""

from __future__ import annotations

import copy
import datetime
import itertools
from collections import Counter
from fractions import Fraction
from typing import Any

import ecoplan
import z3
from z3_feel import names, parse, truth
from z3_gaps import Gaps
from z3_rules import Reading, Rule, Subject

UNMET = ("breached", "pending", "triggered")
OF_RULES = ("never_applies", "never_met", "never_breached", "unreachable_decision", "same_reading", "effort_harms")
OF_PAIRS = ("opposite_demands", "implied", "same_demand")


class Checker:
    """One analysis. `complaints` are what z3 disagrees with; `beyond` is what it says where the analysis could not."""

    def __init__(
        self, plan: ecoplan.Plan, analysis: Any = None, shared: dict[str, dict[str, Any]] | None = None
    ) -> None:
        self.analysis = plan.analyse() if analysis is None else analysis
        self.as_of = plan.as_of
        self.subjects = [Subject(plan, info["id"], (shared or {}).get(info["id"], {})) for info in plan.subjects()]
        self.answers: dict[tuple[int, ...], tuple[str, tuple[z3.BoolRef, ...]]] = {}
        self.start()

    def start(self) -> None:
        self.said = {said["rule"]: said for said in self.analysis["rules"]}
        self.complaints: list[str] = []
        self.beyond: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()

    def of(self, analysis: Any) -> Checker:
        """The same for another analysis of the plan: what z3 has solved, it need not solve again."""
        again = copy.copy(self)
        again.analysis = analysis
        again.start()
        return again

    def run(self) -> Checker:
        compared, missed = 0, []
        for subject in self.subjects:
            self.unread(subject)
            for rule in subject.rules:
                self.rule(subject, rule)
            pairs, claims, found = self.pairs(subject)
            compared, missed = compared + pairs, missed + sorted(found - claims)
            self.uncovered(subject)
        if self.analysis["pairs"] < compared:
            # Some pairs are beyond the analysis.
            self.beyond["pairs"] = [f"{compared - self.analysis['pairs']} not compared", *map(str, missed)]
        else:
            self.agree("pairs", (self.analysis["pairs"], []), (compared, missed))
        return self

    def can(self, *formulas: z3.BoolRef) -> bool:
        """Whether there is a case of which all of this holds."""
        # Equal formulas are one to z3, with one number, for as long as they are held.
        asked = tuple(formula.get_id() for formula in formulas)
        if asked not in self.answers:
            solver = z3.Solver()
            solver.add(*formulas)
            self.answers[asked] = (str(solver.check()), formulas)
            self.asked[self.answers[asked][0]] += 1
        answer, _ = self.answers[asked]
        if answer == "unknown":
            self.complaints.append("z3 does not know")
        return answer == "sat"

    def count(self, what: str, examples: list[Any], wanted: int) -> bool:
        """Whether there are as many cases as there should be."""
        self.agree(f"{what}: cases", len(examples), wanted)
        return len(examples) == wanted

    def agree(self, what: str, said: Any, found: Any) -> None:
        if said != found:
            self.complaints.append(f"{what}: the analysis says {said}, z3 {found}")

    def note(self, about: str, what: str, said: Any, found: Any) -> None:
        """Where the analysis could not look at all cases, what it does not say may hold as well."""
        if said != found:
            self.beyond.setdefault(about, []).append(f"{what}: {found}")

    def claims(self, subject: Subject, *kinds: str) -> list[dict[str, Any]]:
        return [c for c in self.analysis["claims"] if c["subject"] == subject.id and c["kind"] in kinds]

    # A rule by itself.

    def rule(self, subject: Subject, rule: Rule) -> None:
        said, differ = self.said[rule.id], self.agree
        if said["beyond"]:
            self.beyond[rule.id] = [said["beyond"]]
            differ = lambda what, said, found: self.note(rule.id, what, said, found)
        found = self.conclusions(subject, rule)
        listed = [(example["says"][0]["outcome"], example["says"][0]["decision"]) for example in said["outcomes"]]
        differ(f"{rule.id}: outcomes", sorted(listed, key=str), sorted(found, key=str))
        for example in said["outcomes"]:
            self.example(subject, f"{rule.id}: outcomes", example)
        claims = {(c["kind"], c["of"]) for c in self.claims(subject, *OF_RULES) if c["rules"] == [rule.id]}
        held = {*self.never(rule, found), *self.influences(subject, rule, said["influences"], differ)}
        held |= {("same_reading", r.id) for r in rule.readings if not self.differs(subject, rule.default, r)}
        self.agree(f"{rule.id}: what holds of what is claimed", claims & held, claims)
        differ(f"{rule.id}: claims", claims, held)
        left_out = [c for c in self.claims(subject, "uncovered") if c["rules"] == [rule.id] and c["when"] is None]
        differ(
            f"{rule.id}: falls into no class",
            len(left_out),
            int(rule.kind == "definition" and ("satisfied", None) in found),
        )
        for claim in left_out:
            if self.count(f"{rule.id}: falls into no class", claim["examples"], 1):
                self.example(subject, f"{rule.id}: falls into no class", claim["examples"][0])

    def conclusions(self, subject: Subject, rule: Rule) -> set[tuple[str, str | None]]:
        found = set()
        for day in sorted(rule.default.days(self.as_of)):
            possible = subject.possible(rule.default.reads, day)
            for conclusion, when in rule.default.comes_to(day).items():
                if conclusion not in found and self.can(possible, when):
                    found.add(conclusion)
        return found

    def never(self, rule: Rule, found: set[tuple[str, str | None]]) -> set[tuple[str, str | None]]:
        outcomes = {outcome for outcome, _ in found}
        if outcomes <= {"not_applicable"}:
            return {("never_applies", None)}
        decided = {decision for _, decision in found}
        never = {("unreachable_decision", made) for made, _ in rule.default.decisions if made not in decided}
        if rule.tests and "satisfied" not in outcomes:
            never.add(("never_met", None))
        if rule.tests and outcomes.isdisjoint(UNMET):
            never.add(("never_breached", None))
        return never

    def differs(self, subject: Subject, one: Reading, two: Reading) -> bool:
        for day in sorted(one.days(self.as_of) | two.days(self.as_of)):
            other = two.comes_to(day)
            apart = [
                z3.And(when, z3.Not(other.get(conclusion, z3.BoolVal(False))))
                for conclusion, when in one.comes_to(day).items()
            ]
            if self.can(subject.possible(one.reads | two.reads, day), z3.Or(apart)):
                return True
        return False

    # A case that is shown.

    def case(self, subject: Subject, example: dict[str, Any]) -> z3.BoolRef:
        """That facts are as the case gives them; an act whose day is not given has none."""
        given = example["facts"]
        parts = [subject.facts[name].equals(value) for name, value in given.items()]
        parts += [z3.Not(subject.facts[name].given) for name in subject.days_of_acts - given.keys()]
        return z3.And(parts)

    def example(self, subject: Subject, what: str, example: dict[str, Any]) -> None:
        """That the case is possible, and comes out as it says, whatever it leaves out."""
        day, case = datetime.date.fromisoformat(example["as_of"]), self.case(subject, example)
        readings = [self.reading(subject, said) for said in example["says"]]
        possible = subject.possible(set().union(example["facts"], *(r.reads for r in readings)), day)
        says = [
            reading.comes_to(day).get((said["outcome"], said["decision"]), z3.BoolVal(False))
            for reading, said in zip(readings, example["says"], strict=True)
        ]
        shown = f"{example['facts']} on {day}"
        if not self.can(possible, case):
            self.complaints.append(f"{what}: {shown} is no case")
        elif self.can(possible, case, z3.Not(z3.And(says))):
            self.complaints.append(f"{what}: {shown} may come out otherwise")

    def reading(self, subject: Subject, said: dict[str, Any]) -> Reading:
        (rule,) = [rule for rule in subject.rules if rule.id == said["rule"]]
        return next(r for r in (rule.default, *rule.readings) if r.id == said["reading"])

    # What more of a number does.

    def influences(
        self, subject: Subject, rule: Rule, listed: list[dict[str, Any]], differ: Any
    ) -> set[tuple[str, str]]:
        """Compares the influences; the numbers of which more can do harm."""
        moved = rule.tests or rule.kind == "gate"
        numbers = [n for n, f in subject.facts.items() if f.kind == "number" and n in rule.default.reads]
        numbers = [name for name in numbers if moved and name not in subject.shared]
        self.agree(f"{rule.id}: influences", [influence["fact"] for influence in listed], numbers)
        harmful = set()
        efforts = [claim for claim in self.claims(subject, "effort_harms") if claim["rules"] == [rule.id]]
        claimed = {claim["of"] for claim in efforts}
        for influence in listed:
            helps, harms, harm = self.moves(subject, rule, influence["fact"])
            effect = {(0, 0): "none", (1, 0): "helps", (0, 1): "harms", (1, 1): "both"}[helps, harms]
            what = f"{rule.id}: more of {influence['fact']}"
            if influence["beyond"]:
                self.note(rule.id, what, influence["more"], effect)
            else:
                differ(what, influence["more"], effect)
            for way, turns in (("helps", -1), ("harms", 1)):
                self.agree(f"{what}: {way}", influence[way] is not None, influence["more"] in (way, "both"))
                self.turn(subject, what, rule, influence["fact"], influence[way], turns)
            if helps and harm and (influence["fact"] in claimed or not influence["beyond"]):
                harmful.add(("effort_harms", influence["fact"]))
        for claim in efforts:
            self.effort(subject, rule, claim)
        return harmful

    def moves(self, subject: Subject, rule: Rule, name: str) -> tuple[bool, bool, bool]:
        """Whether more of a number can turn a rule to the better, to the worse, and from met to not met."""
        before, after = subject.facts[name].value, z3.Real(f"{name} after")
        with_more = lambda formula: z3.substitute(formula, (before, after))
        possible = subject.possible(rule.default.reads, self.as_of)
        more = [possible, with_more(possible), after > before]
        comes_to = rule.default.comes_to(self.as_of)
        gravity = z3.Sum([z3.If(when, self.gravity(rule, *c), 0) for c, when in comes_to.items()])
        unmet = z3.Or([when for (outcome, _), when in comes_to.items() if outcome in UNMET])
        helps = self.can(*more, with_more(gravity) < gravity)
        harms = self.can(*more, with_more(gravity) > gravity)
        return helps, harms, harms and self.can(*more, comes_to["satisfied", None], with_more(unmet))

    def gravity(self, rule: Rule, outcome: str, decision: str | None) -> int:
        """0 for what nobody minds, more for a stricter decision."""
        if outcome not in UNMET:
            return 0
        decisions = [made for made, _ in rule.default.decisions]
        return 1 if decision is None else len(decisions) - decisions.index(decision)

    def turn(
        self, subject: Subject, what: str, rule: Rule, name: str, examples: list[dict[str, Any]] | None, turns: int
    ) -> None:
        """That of two cases which differ in one number the second has more of it, and is better or worse off."""
        if examples is None:
            return
        for example in examples:
            self.example(subject, what, example)
        less, more = (Fraction(example["facts"][name]) for example in examples)
        rest = [{k: v for k, v in example["facts"].items() if k != name} for example in examples]
        before, after = (
            self.gravity(rule, example["says"][0]["outcome"], example["says"][0]["decision"]) for example in examples
        )
        if not (less < more and rest[0] == rest[1] and (after - before) * turns > 0):
            self.complaints.append(f"{what}: the cases do not show it")

    def effort(self, subject: Subject, rule: Rule, claim: dict[str, Any]) -> None:
        what = f"{rule.id}: effort harms"
        if not self.count(what, claim["examples"], 4):
            return
        self.turn(subject, what, rule, claim["of"], claim["examples"][:2], -1)
        self.turn(subject, what, rule, claim["of"], claim["examples"][2:], 1)
        before, after = (example["says"][0]["outcome"] for example in claim["examples"][2:])
        self.agree(what, (before, after in UNMET), ("satisfied", True))

    # Two rules.

    def pairs(self, subject: Subject) -> tuple[int, set[Any], set[Any]]:
        """How many pairs there are, what is said of them, and what z3 finds."""
        asked = [(rule, self.asked_for(subject, rule)) for rule in subject.rules if rule.tests]
        pairs = [(a, b) for a, b in itertools.combinations(asked, 2) if a[1] & b[1]]
        found = [self.pair(subject, one, two, of_one | of_two) for (one, of_one), (two, of_two) in pairs]
        claims = [(c["kind"], tuple(c["rules"])) for c in self.claims(subject, *OF_PAIRS)]
        self.agree(f"{subject.id}: pairs", sorted(claims), sorted(set(claims) & set(found)))
        for claim in self.claims(subject, *OF_PAIRS):
            self.shown(subject, claim)
        return len(pairs), set(claims), set(found) - {None}

    def asked_for(self, subject: Subject, rule: Rule) -> set[str]:
        """What a rule asks for, but what was measured in a base year, is assigned, or known of all cases."""
        baselines = [(r.info["baseline"] or {}).get("value", {}).get("fact") for r in subject.rules]
        past = lambda part: part == "previous" or (part.isdecimal() and 1900 <= int(part) <= 2100)
        free = lambda fact: (
            fact.source != "assigned"
            and not any(map(past, fact.name.split("_")))
            and fact.name not in baselines
            and fact.name not in subject.shared
        )
        asked = ({rule.info["done"], rule.info["done_on"]} - {None}) | names(rule.default.requires)
        return {name for name in asked if free(subject.facts[name])}

    def pair(self, subject: Subject, one: Rule, two: Rule, asked: set[str]) -> tuple[str, tuple[str, str]] | None:
        reads = one.default.reads | two.default.reads
        possible = subject.possible(reads, self.as_of)
        (met_1, unmet_1), (met_2, unmet_2) = (self.met(rule) for rule in (one, two))
        # Each done in its own way, and nothing else different: then nothing at all that would do for both.
        free = [constant for name in asked for constant in subject.facts[name].constants]
        other_way = [(c, z3.Const(f"{c} other", c.sort())) for c in free]
        otherwise = lambda formula: z3.substitute(formula, *other_way)
        neither = z3.ForAll(free, z3.Implies(possible, z3.Or(unmet_1, unmet_2)))
        first, second = z3.And(possible, met_1, unmet_2), z3.And(possible, met_2, unmet_1)
        only_one, only_two = self.can(first), self.can(second)
        if only_one and only_two and self.can(first, otherwise(second), neither):
            return ("opposite_demands", (one.id, two.id))
        if not self.can(possible, met_1, met_2):
            return None
        if only_one != only_two:
            return ("implied", (two.id, one.id) if only_one else (one.id, two.id))
        same = not only_one and self.can(possible, unmet_1, unmet_2)
        return ("same_demand", (one.id, two.id)) if same else None

    def met(self, rule: Rule) -> tuple[z3.BoolRef, z3.BoolRef]:
        comes_to = rule.default.comes_to(self.as_of)
        unmet = [when for (outcome, _), when in comes_to.items() if outcome in UNMET]
        return comes_to["satisfied", None], z3.Or(unmet)

    def shown(self, subject: Subject, claim: dict[str, Any]) -> None:
        """The cases of a claim about two rules: met first, not met second, or the other way round."""
        one, two = claim["rules"]
        wanted = {"opposite_demands": [(one, two), (two, one)], "implied": [(two, one)], "same_demand": []}[
            claim["kind"]
        ]
        what = f"{one}, {two}: {claim['kind']}"
        if not self.count(what, claim["examples"], len(wanted)):
            return
        for (met, unmet), example in zip(wanted, claim["examples"], strict=True):
            self.example(subject, what, example)
            outcome = {said["rule"]: said["outcome"] for said in example["says"]}
            self.agree(what, (outcome[met], outcome[unmet] in UNMET), ("satisfied", True))
        if claim["kind"] == "opposite_demands":
            asked = set().union(*(self.asked_for(subject, rule) for rule in subject.rules if rule.id in (one, two)))
            first, second = (
                {name: value for name, value in example["facts"].items() if name not in asked}
                for example in claim["examples"]
            )
            self.agree(f"{what}: what nobody asks for", first, second)

    # What gates and facts leave out.

    def uncovered(self, subject: Subject) -> None:
        gaps = Gaps(subject, self.can)
        claims = [c for c in self.claims(subject, "uncovered") if c["when"]]
        said = [(tuple(claim["rules"]), parse(claim["when"])) for claim in claims]
        numbers = {fact.name for fact in subject.facts.values() if fact.kind == "number"}
        found = []
        for topic in gaps.topics():
            rules = tuple(gate.id for gate in topic.gates)
            found += [(rules, gap) for gap in gaps.of_values(topic)]
            needs = {name for name, _ in topic.needs}
            for key in gaps.keys(topic):
                if key.kind == "number":
                    whens = [when for of, when in said if of == rules and names(when) == needs | {key.name}]
                    self.complaints += [f"{rules}: {wrong}" for wrong in gaps.of_number(topic, key, whens)]
        of_values = [claim for claim in said if numbers.isdisjoint(names(claim[1]))]
        self.agree(f"{subject.id}: left out", sorted(of_values, key=str), sorted(found, key=str))
        for claim in claims:
            self.left_out(subject, claim)

    def left_out(self, subject: Subject, claim: dict[str, Any]) -> None:
        """The case of a claim about gates: it lies in the gap, and none of them concerns it."""
        what = f"{claim['rules']}: {claim['when']}"
        if not self.count(what, claim["examples"], 1):
            return
        (example,) = claim["examples"]
        self.example(subject, what, example)
        if self.can(self.case(subject, example), z3.Not(truth(parse(claim["when"]), subject.terms).yes)):
            self.complaints.append(f"{what}: {example['facts']} is not in the gap")
        outcomes = {said["rule"]: said["outcome"] for said in example["says"]}
        self.agree(what, {outcomes.get(gate, "not_applicable") for gate in claim["rules"]}, {"not_applicable"})

    def unread(self, subject: Subject) -> None:
        read = [rule.info["measure"] for rule in subject.rules]
        read += [(rule.info["baseline"] or {}).get("value", {}).get("fact") for rule in subject.rules]
        for rule in subject.rules:
            read += itertools.chain(*(reading.reads for reading in (rule.default, *rule.readings)))
        said = [claim["of"] for claim in self.claims(subject, "unread_fact")]
        self.agree(f"{subject.id}: unread", said, [name for name in subject.facts if name not in read])
