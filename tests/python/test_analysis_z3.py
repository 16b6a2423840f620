"""What ecoplan says of all cases at once, against z3, which is given the same rules in a translation of its own.

A number is any real number in its range there, and any decimal here: they part only where a boundary is a third.
"""

import copy
from collections import Counter
from decimal import Decimal

import ecoplan
import pytest
import z3
from random_rules import FACTS, RandomRules
from toy import toy
from z3_claims import Checker
from z3_feel import UnsupportedError, names, parse, truth
from z3_rules import Fact


def claims(analysis):
    """The claims of an analysis, those about unread facts aside."""
    about = [(c["kind"], *c["rules"], *filter(None, [c["of"], c["when"]])) for c in analysis["claims"]]
    return sorted(claim for claim in about if claim[0] != "unread_fact")


@pytest.mark.parametrize(
    ("plan", "rules", "beyond"),
    [("lianzhou-135", 27, {}), ("lianzhou-145", 507, {"heavy-metal-substitution": "not_linear"})],
)
def test_bundled_plans(plan, rules, beyond):
    checker = Checker(ecoplan.plan(plan)).run()
    print(plan, dict(checker.asked), checker.beyond)
    assert checker.complaints == []
    # What is beyond the analysis is not beyond z3, which solves products of two numbers as well: it finds nothing else.
    assert checker.beyond == {rule: [why] for rule, why in beyond.items()}
    assert len(checker.said) == rules
    assert checker.asked["sat"] > 5 * rules and checker.asked["unsat"] > 5 * rules


# The facts of a plan, its rules, and what they come to, by hand.
TOYS = {
    "opposite demands of a number": (
        {"level": "number 0 100", "inner": "assigned yes_no"},
        {"high": {"requires": "level >= 60"}, "low": {"applies": "inner", "requires": "level <= 50"}},
        [("opposite_demands", "high", "low")],
    ),
    "no opposite demands where one value does for both": (
        {"level": "number 0 100", "inner": "assigned yes_no"},
        {"high": {"requires": "level >= 50"}, "low": {"applies": "inner", "requires": "level <= 50"}},
        [],
    ),
    "opposite demands of members": (
        {"parts": "set a b c"},
        {"many": {"requires": "count(parts) >= 2"}, "few": {"requires": 'every p in parts satisfies p = "a"'}},
        [("opposite_demands", "many", "few")],
    ),
    "opposite demands in one of two situations": (
        {"use": "choice home work", "fuel": "choice coal gas", "wide": "yes_no"},
        {
            "gas-only": {"requires": 'fuel = "gas"'},
            "wide-at-work": {"requires": 'wide and (use = "home" or fuel = "coal")'},
        },
        # What is used where is asked for as well: at home, both can be done.
        [],
    ),
    "opposite demands of days": (
        {"opened": "date", "closed": "date"},
        {
            "early": {"requires": 'opened < date("2024-01-01") and closed >= date("2024-06-01")'},
            "brief": {"requires": "closed < opened"},
        },
        [("opposite_demands", "early", "brief")],
    ),
    "one implies another, and two ask for the same": (
        {"level": "number 0 100", "inner": "yes_no"},
        {
            "strict": {"requires": "level > 60"},
            "mild": {"applies": "inner", "requires": "level >= 60"},
            "same": {"requires": "2 * level >= 120"},
        },
        [("implied", "strict", "mild"), ("implied", "strict", "same"), ("same_demand", "mild", "same")],
    ),
    "never": (
        {"level": "number 0 100", "other": "number"},
        {
            "nobody": {"applies": "level > 10 and level < 5"},
            "unmet": {"requires": "level > 100"},
            "met": {"requires": "other < level or other >= level"},
            "gate": {"decisions": {"deny": "level > 10", "slow": "level > 20", "mild": "level = 10"}},
        },
        # Nobody meets "unmet", so nobody meets "met" by it.
        [
            ("never_applies", "nobody"),
            ("never_breached", "met"),
            ("never_met", "unmet"),
            ("unreachable_decision", "gate", "slow"),
        ],
    ),
    "a gap between two numbers": (
        {"size": "number 0", "fit": "yes_no"},
        {
            "small": {"applies": "size < 10", "decisions": {"deny": "fit"}},
            "large": {"applies": "size >= 20 or size = 15", "decisions": {"deny": "fit"}},
        },
        [
            ("uncovered", "small", "large", "size > 15 and size < 20"),
            ("uncovered", "small", "large", "size >= 10 and size < 15"),
        ],
    ),
    "a gap between values, and one of two together": (
        {"stage": "choice new old gone", "fuel": "choice coal gas", "big": "yes_no"},
        {
            "new": {"applies": 'big and stage = "new"', "decisions": {"deny": 'fuel = "coal"'}},
            "coal": {"applies": 'big and fuel = "coal" and stage != "gone"', "decisions": {"deny": 'stage = "old"'}},
            "new-gas": {"applies": 'big and stage = "new" and fuel = "gas"', "decisions": {"deny": 'fuel = "gas"'}},
        },
        [
            ("uncovered", "new", "coal", "new-gas", 'big and stage = "gone"'),
            ("uncovered", "new", "coal", "new-gas", 'big and stage = "old" and fuel = "gas"'),
            ("uncovered", "new", "new-gas", 'stage = "new" and not(big)'),
        ],
    ),
    "the same reading": (
        {"level": "number 0 100", "fine": "yes_no"},
        {
            "rule": {
                "requires": "level >= 50 and fine",
                "readings": {
                    "same": {"requires": "not(level < 50 or not(fine))"},
                    "other": {"requires": "level > 50 and fine"},
                },
            }
        },
        [("same_reading", "rule", "same")],
    ),
    "a reading that differs on another day alone": (
        {"done": "yes_no", "done_on": "date"},
        {
            "act": {
                "kind": "deadline",
                "done": "done",
                "done_on": "done_on",
                "due": "2024-06-30",
                "strength": "progressive",
                "readings": {"later": {"due": "2025-06-30"}},
            },
            "result": {"kind": "target", "requires": "done", "readings": {"now": {"due": "2025-12-30"}}},
        },
        # Done too late is not met: who meets the deadline meets the target, but not the other way round.
        [("implied", "act", "result")],
    ),
    "more does good here and harm there": (
        {"before": "number 0 100", "now": "number 0 200", "strict": "yes_no"},
        {
            "rise": {"applies": "before < 60", "requires": "now - before >= 20"},
            "band": {"requires": "abs(now - 100) <= 5 or strict"},
            "gate": {"applies": "now < 50", "decisions": {"deny": "now > 10", "slow": "strict or now > 5"}},
        },
        [("effort_harms", "band", "now"), ("effort_harms", "gate", "now"), ("effort_harms", "rise", "before")],
    ),
    "what cannot be computed is neither met nor not": (
        {"part": "number 0 10", "whole": "number 0 10"},
        {"share": {"requires": "part / whole >= 2"}, "half": {"requires": "part / whole <= 2"}},
        [],
    ),
    "days in a row": (
        {"a": "date", "b": "date", "c": "date", "d": "date"},
        {"row": {"requires": 'a > b and b > c and c > d and d > date("2025-12-31")'}},
        [],
    ),
}


@pytest.mark.parametrize("name", TOYS)
def test_toys(name):
    facts, rules, expected = TOYS[name]
    plan = toy(facts, **rules)
    assert claims(plan.analyse()) == sorted(expected)
    checker = Checker(plan).run()
    assert (checker.complaints, checker.beyond) == ([], {})


def test_shared_facts():
    facts, rules, _ = TOYS["opposite demands of a number"]
    for inner, expected in ((True, [("opposite_demands", "high", "low")]), (False, [("never_applies", "low")])):
        plan = toy(facts, **rules).with_facts("thing", inner=inner)
        assert claims(plan.analyse()) == expected
        assert Checker(plan, shared={"thing": {"inner": inner}}).run().complaints == []


def test_random_rules():
    claimed = Counter()
    for seed in range(60):
        plan = toy(FACTS, **RandomRules(seed).rules())
        checker = Checker(plan).run()
        assert checker.complaints == [], seed
        claimed.update(claim["kind"] for claim in checker.analysis["claims"])
        claimed["same as z3"] += len(checker.said) - len(checker.beyond)
    assert claimed["same as z3"] > 100
    assert claimed.keys() > {"effort_harms", "implied", "never_applies", "never_breached", "never_met", "same_reading"}


def spoiled(plan, analysis):
    """The analysis with one thing in it made wrong, each in turn."""

    def change(what, spoil):
        changed = copy.deepcopy(analysis)
        spoil(changed)
        return what, changed

    # Of the facts that no rule reads, which are many in a plan of few rules, the first will do.
    unread = [at for at, claim in enumerate(analysis["claims"]) if claim["kind"] == "unread_fact"]
    for at, claim in enumerate(analysis["claims"]):
        if at in unread[1:]:
            continue
        yield change(f"without {claim['kind']} of {claim['rules']}", lambda a, at=at: a["claims"].pop(at))
        if len(claim["rules"]) == 2 and claim["kind"] != "same_demand":
            yield change(f"reversed {claim['rules']}", lambda a, at=at: a["claims"][at]["rules"].reverse())
        if claim["when"]:
            negated = f"not({claim['when']})"
            yield change(negated, lambda a, at=at, when=negated: a["claims"][at].update(when=when))
        if claim["examples"]:
            yield change(f"{claim['rules']}: no case", lambda a, at=at: a["claims"][at]["examples"].pop())
    subjects = {rule["id"]: rule["subject"] for rule in plan.rules()}
    for at, rule in enumerate(analysis["rules"]):
        made = {"subject": subjects[rule["rule"]], "rules": [rule["rule"]], "of": None, "when": None, "examples": []}
        for kind in ("never_applies", "never_met", "never_breached"):
            if not any(claim["kind"] == kind and claim["rules"] == [rule["rule"]] for claim in analysis["claims"]):
                yield change(f"{kind} of {rule['rule']}", lambda a, new=made | {"kind": kind}: a["claims"].append(new))
        for place, example in enumerate(rule["outcomes"]):
            yield change(
                f"{rule['rule']}: no {example['says']}", lambda a, at=at, n=place: a["rules"][at]["outcomes"].pop(n)
            )
            other = "pending" if example["says"][0]["outcome"] != "pending" else "satisfied"
            spoil = lambda a, at=at, n=place, o=other: a["rules"][at]["outcomes"][n]["says"][0].update(outcome=o)
            yield change(f"{rule['rule']}: {other}", spoil)
        for place, influence in enumerate(rule["influences"]):
            for effect in {"none", "helps", "harms", "both"} - {influence["more"]}:
                spoil = lambda a, at=at, n=place, e=effect: a["rules"][at]["influences"][n].update(more=e)
                yield change(f"{rule['rule']}: {influence['fact']} {effect}", spoil)
            for way in ("helps", "harms"):
                if influence[way]:
                    spoil = lambda a, at=at, n=place, w=way: a["rules"][at]["influences"][n][w].reverse()
                    yield change(f"{rule['rule']}: {influence['fact']} {way}, backwards", spoil)
    yield change("a pair more", lambda a: a.update(pairs=a["pairs"] + 1))


@pytest.mark.parametrize("name", [*TOYS, "bundled"])
def test_nothing_wrong_passes(name):
    """Whatever is left out of an analysis, added to it or turned round, z3 does not agree with."""
    plan = ecoplan.plan("lianzhou-145").only("wwtp-urban-*", "two-high-proposed-*", "plan-midterm-*")
    if name != "bundled":
        facts, rules, _ = TOYS[name]
        plan = toy(facts, **rules)
    analysis = plan.analyse()
    checker = Checker(plan, analysis)
    for what, changed in spoiled(plan, analysis):
        assert checker.of(changed).run().complaints, what


SHOWN = {
    "n": ("number", "2.5"),
    "m": ("number", "-4"),
    "yes": ("yes_no", True),
    "no": ("yes_no", False),
    "c": ("choice", "a"),
    "s": ("set", ["a", "b"]),
    "d": ("date", "2024-06-30"),
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("n - 1 - 1 = .5 and 2 * n + 1 = 6 and -m / 2 = 2", True),
        ("no and no or yes", True),
        ("no and (no or yes)", False),
        ("not(no) and not(yes)", False),
        ("n between 2.5 and 3 and n in [2.5..3) and not(n in (2.5..3]) and not(n in ]2.5..3])", True),
        ("n in (1, 2.5) and n in (< 0, > 2) and n in [1, 2.5] and not(n in (1, 2))", True),
        ('c in ["b", "a"] and c != "b" and not(c = "b")', True),
        ('list contains(s, "a") and not(list contains(s, "z")) and "b" in s and count(s) = 2', True),
        ('every x in ["a", "b"] satisfies list contains(s, x)', True),
        ('every x in ["a", "z"] satisfies list contains(s, x)', False),
        ('some x in s satisfies x = "b"', True),
        ('every x in s satisfies x = "b"', False),
        ('every x in [] satisfies x = "b"', True),
        ('d = date("2024-06-30") and d < date(2024, 7, 1) and d >= @"2024-06-30"', True),
        ("if no then n > 3 else (if yes then m < 0 else n > 3)", True),
        ("abs(m) = 4 and min(n, m) = -4 and max([n, m]) = 2.5 and sum(n, m) = -1.5", True),
        # Half to even, and towards minus infinity or plus.
        ("decimal(n, 0) = 2 and decimal(n + 1, 0) = 4 and decimal(m / 3, 2) = -1.33", True),
        ("floor(n) = 2 and ceiling(n) = 3 and floor(m - .5) = -5 and ceiling(m - .5) = -4", True),
        # Nothing is divided by zero: null has no order, and is not 0.
        ("n / (m + 4) > 0", None),
        ("n / (m + 4) > 0 or yes", True),
        ("n / (m + 4) > 0 and no", False),
        ("n / (m + 4) = 0", False),
        ("not(n / (m + 4) = 0)", True),
    ],
)
def test_conditions(condition, expected):
    info = {"subject": "thing", "source": "reported", "min": None, "max": None}
    choices = [{"id": choice} for choice in "abz"]
    facts = {name: Fact(info | {"name": name, "kind": kind, "choices": choices}) for name, (kind, _) in SHOWN.items()}
    said = truth(parse(condition), {name: fact.term for name, fact in facts.items()})
    solver = z3.Solver()
    solver.add(*(facts[name].equals(value) for name, (_, value) in SHOWN.items()))
    holds = {name: solver.check(z3.Not(when)) == z3.unsat for name, when in said._asdict().items()}
    never = {name: solver.check(when) == z3.unsat for name, when in said._asdict().items()}
    assert holds == {"yes": expected is True, "no": expected is False}
    assert never == {"yes": expected is not True, "no": expected is not False}
    # The evaluator agrees; it takes no days from outside.
    if "d" not in names(parse(condition)):
        given = {"number": Decimal, "yes_no": bool, "choice": str, "set": list}
        context = {name: given[kind](value) for name, (kind, value) in SHOWN.items() if kind in given}
        assert ecoplan.Expression(condition).evaluate(context) is expected


@pytest.mark.parametrize(
    "condition", ["n ** 2 > 1", "sqrt(n) > 1", "round up(n, 0) > 1", "n > 1 2", "c < d", "n = c", "{}", "n >"]
)
def test_what_is_not_translated_is_refused(condition):
    terms = {
        name: Fact(
            {"subject": "t", "source": "", "min": None, "max": None, "name": name, "kind": kind, "choices": []}
        ).term
        for name, (kind, _) in SHOWN.items()
    }
    with pytest.raises(UnsupportedError):
        truth(parse(condition), terms)
