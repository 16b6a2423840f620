"""The Python face: what may be given as facts, what comes back, errors, equality, pickles, threads."""

import copy
import datetime
import enum
import json
import math
import pickle
import threading
from collections import OrderedDict, UserDict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import ecoplan
import numpy as np
import pandas as pd
import pytest

RULE = "wwtp-urban-bod-plus-20-2025"


def judge(plan, now, then=61.6):
    return plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=then, influent_bod5_mg_l=now)[RULE]


@dataclass
class Plant:
    influent_bod5_2020_mg_l: float
    influent_bod5_mg_l: float | None = None


class Stage(enum.Enum):
    PROPOSED = "proposed"


@pytest.mark.parametrize(
    "now",
    [
        81.6,
        Decimal("81.6"),
        Decimal("8.16E+1"),
        "81.6",
        "0.0816 g/L",
        np.float64(81.6),
        np.float32(81.6),
        {"value": 81.6, "year": 2025},
        {"value": np.float32(81.6), "year": np.int64(2025)},
    ],
    ids=repr,
)
def test_a_number_is_its_decimal(plan, now):
    finding = judge(plan, now)
    assert (finding.outcome, finding.margin) == ("satisfied", Decimal(0))
    assert judge(plan, 81.5).margin == Decimal("-0.1")


@pytest.mark.parametrize("now", [82, np.int8(82), np.uint64(82), np.float16(82), Decimal(82), True + 81], ids=repr)
def test_whole_numbers(plan, now):
    assert judge(plan, now).margin == Decimal("0.4")


def test_every_float_means_its_shortest_decimal(plan):
    for tenth in range(1, 19_000, 7):
        finding = judge(plan, tenth / 10 + 20, then=99.9)
        assert finding.margin == Decimal(repr(tenth / 10 + 20)) - Decimal("119.9")


@pytest.mark.parametrize(
    "facts",
    [
        {"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 81.6},
        OrderedDict(influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6),
        UserDict(influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6),
        Plant(61.6, 81.6),
        pd.Series({"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 81.6, "has_plan": math.nan}),
    ],
    ids=lambda facts: type(facts).__name__,
)
def test_facts_in_many_forms(plan, facts):
    assert plan.evaluate("urban_wwtp", facts)[RULE].outcome == "satisfied"


def test_facts_and_keywords_together(plan):
    report = plan.evaluate("urban_wwtp", {"influent_bod5_2020_mg_l": 61.6}, influent_bod5_mg_l=81.6)
    assert report[RULE].outcome == "satisfied"
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate("urban_wwtp", {"influent_bod5_mg_l": 1}, influent_bod5_mg_l=2)
    assert raised.value.code == "duplicate-key"


@pytest.mark.parametrize("unknown", [None, pd.NA, pd.NaT], ids=repr)
def test_what_is_not_given(plan, unknown):
    finding = judge(plan, unknown)
    assert (finding.outcome, finding.missing) == ("undetermined", ["influent_bod5_mg_l"])
    # What was answered with "not known" is not asked again.
    assert plan.next_question("urban_wwtp", influent_bod5_2020_mg_l=61.6) == "influent_bod5_mg_l"
    assert plan.next_question("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=unknown) == "has_plan"


def test_choices_sets_and_booleans(plan):
    facts = {"is_two_high": np.bool_(True), "stage": Stage.PROPOSED, "justified": {"necessity", "feasibility"}}
    report = plan.evaluate("project", facts)
    assert report.to_dict()["facts"]["stage"] == "proposed"
    for justified in (
        ["necessity", "feasibility"],
        ("necessity", "feasibility"),
        frozenset(["necessity", "feasibility"]),
    ):
        assert plan.evaluate("project", {**facts, "justified": justified}) == report


DAYS = """
[plan]
id = "county"
title = { zh = "县", en = "county" }
period = { start = 2021-01-01, end = 2025-12-31 }
[[subject]]
id = "works"
label = { zh = "工程", en = "works" }
[[fact]]
subject = "works"
name = "opened"
kind = "date"
source = "reported"
label = { zh = "投运日期", en = "day of opening" }
[[rule]]
id = "open-by-2024"
subject = "works"
kind = "obligation"
title = { zh = "投运", en = "opening" }
requires = 'opened <= date("2024-12-31")'
strength = { class = "mandatory", verb = "应" }
addressee = { zh = "县", en = "the county" }
cite = { chapter = 1, section = 1, anchor = "投运" }
says = { zh = "2024年底前投运", en = "open by the end of 2024" }
"""


class Loud(Decimal):
    def __str__(self):
        return "99"


class Endless(enum.Enum):
    A = 1
    value = property(lambda self: self)


def test_a_number_is_what_it_is_whatever_its_class_says(plan):
    assert judge(plan, Loud("81.6")).margin == Decimal(0)
    assert plan.with_target("target-pm25-2025", Loud("22")) == plan.with_target("target-pm25-2025", 22.0)
    with pytest.raises(ecoplan.Error) as raised:
        judge(plan, Endless.A)
    assert raised.value.code == "wrong-type"


@pytest.mark.parametrize(
    "target", [math.nan, "x", True, None, 10**5000, Decimal("Infinity")], ids=lambda t: str(type(t))
)
def test_targets_that_are_none(plan, target):
    with pytest.raises(ecoplan.Error):
        plan.with_target("target-pm25-2025", target)


def test_a_dict_that_changes_while_it_is_read(plan):
    facts = {}

    class Changing(Decimal):
        def __hash__(self):
            facts["x"] = 1
            return super().__hash__()

    class Sneaky(enum.Enum):
        @property
        def value(self):
            facts.clear()
            return 81.6

        A = 1

    facts.update(influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=Sneaky.A)
    assert plan.evaluate("urban_wwtp", facts)[RULE].outcome == "satisfied"


def test_rows_as_named_tuples(plan):
    frame = pd.DataFrame({"influent_bod5_2020_mg_l": [61.6], "influent_bod5_mg_l": [81.6]})
    (row,) = frame.itertuples(index=False)
    assert plan.evaluate("urban_wwtp", row)[RULE].outcome == "satisfied"


def test_days():
    county = ecoplan.Plan.from_toml(DAYS)
    day = datetime.date(2024, 12, 31)
    for opened in (day, "2024-12-31", datetime.datetime(2024, 12, 31), pd.Timestamp(day), np.datetime64("2024-12-31")):
        assert county.evaluate("works", opened=opened)["open-by-2024"].outcome == "satisfied", opened
    late = county.evaluate("works", opened=datetime.date(2025, 1, 2))["open-by-2024"]
    (change,) = late.changes
    assert (late.outcome, change.value, change.bound, change.direction) == ("breached", day, day, "at_most")
    for nanoseconds in (np.datetime64("2024-12-31", "ns"), np.datetime64("2024-12-31T00:00:00", "s")):
        assert county.evaluate("works", opened=nanoseconds)["open-by-2024"].outcome == "satisfied"
    for no_day in (
        np.datetime64("2024-12"),
        np.datetime64("2024-12-31T01"),
        pd.Timestamp("2024-12-31 00:00:00.000000001"),
    ):
        with pytest.raises(ecoplan.Error, match="without a time"):
            county.evaluate("works", opened=no_day)
    assert county.evaluate("works", opened=np.datetime64("NaT"))["open-by-2024"].outcome == "undetermined"
    noon = datetime.datetime(2024, 12, 31, 12)
    for moment in (noon, day.replace(day=1) and datetime.datetime(2024, 12, 31, tzinfo=datetime.timezone.utc)):
        with pytest.raises(ecoplan.Error, match="without a time") as raised:
            county.evaluate("works", opened=moment)
        assert (raised.value.code, raised.value.path) == ("wrong-type", "facts.opened")
    assert county.at(day).as_of == day == county.evaluate("works", as_of=day).as_of


class Hostile:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("facts", "code", "path"),
    [
        ({"influent_bod": 1}, "unknown-fact", "facts.influent_bod"),
        ({"influent_bod5_mg_l": float("nan")}, "not-finite", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": np.float32("inf")}, "not-finite", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": Decimal("NaN")}, "not-finite", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": "未检出"}, "not-a-number", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": "86 t/d"}, "unit-mismatch", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": 10**400}, "too-many-digits", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": 10**5000}, "too-many-digits", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": "\ud800"}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": -1}, "out-of-range", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": True}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": 1j}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": Fraction(1, 3)}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": Hostile()}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": b"81.6"}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": Plant}, "wrong-type", "facts.influent_bod5_mg_l"),
        ({"influent_bod5_mg_l": {"value": object(), "year": 2020}}, "wrong-type", "facts.influent_bod5_mg_l.value"),
        ({"influent_bod5_mg_l": {"value": 1, "year": 2026}}, "future-year", "facts.influent_bod5_mg_l.year"),
        ({"plan_elements": ["?"]}, "unknown-choice", "facts.plan_elements"),
        ({1: 2}, "wrong-type", "facts"),
        ([("influent_bod5_mg_l", 1)], "wrong-type", "facts"),
        (5, "wrong-type", "facts"),
        ("{}", "wrong-type", "facts"),
    ],
)
def test_bad_facts(plan, facts, code, path):
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate("urban_wwtp", facts)
    error = raised.value
    assert isinstance(error, ValueError)
    assert error.code == code
    assert error.path.startswith(path)
    assert str(error)
    assert pickle.loads(pickle.dumps(error)).errors == error.errors


def test_an_endless_list_is_refused(plan):
    endless = []
    endless.append(endless)
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate("urban_wwtp", plan_elements=endless)
    assert raised.value.code == "too-deep"


def test_everything_wrong_is_said_at_once(plan):
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate("project", stag="proposed", is_two_high="yes", problems_found=-1)
    assert [e.code for e in raised.value.errors] == ["unknown-fact", "wrong-type", "out-of-range"]
    assert raised.value.hint == "did you mean `stage`?"
    assert "该对象没有填报项" in raised.value.errors[0].message_zh


def test_what_python_raises_stays_what_it_is(plan):
    class Broken(UserDict):
        def items(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan.evaluate("urban_wwtp", Broken(a=1))


def test_other_bad_input(plan):
    for call, code in [
        (lambda: ecoplan.plan("lianzhou-155"), "unknown-plan"),
        (lambda: plan.evaluate("urban_wwpt"), "unknown-subject"),
        (lambda: plan.facts("urban_wwpt"), "unknown-subject"),
        (lambda: plan.at("2025-02-30"), "invalid-date"),
        (lambda: plan.at(5), "wrong-type"),
        (lambda: plan.with_target("no-rule", 5), "unknown-rule"),
        (lambda: plan.only("two-hihg-*"), "unknown-rule"),
        (lambda: plan.with_target("target-pm25-2025", "x"), "not-a-number"),
        (lambda: plan.evaluate("urban_wwtp").explain("fr"), "invalid-value"),
        (lambda: plan.verify("{"), "invalid-json"),
        (lambda: plan.verify(5), "wrong-type"),
        (lambda: plan.evaluate_all("nope", []), "unknown-subject"),
        (lambda: ecoplan.Plan.from_toml("["), "syntax"),
        (lambda: ecoplan.Expression("a >="), "expression-syntax"),
        (lambda: ecoplan.Expression("a").evaluate({"a": datetime.date(2025, 1, 1)}), "wrong-type"),
        (lambda: ecoplan.Expression("a").evaluate(5), "wrong-type"),
        (lambda: plan.evaluate_all("urban_wwtp", [{}, {"x": 1}]), "unknown-fact"),
    ]:
        with pytest.raises(ecoplan.Error) as raised:
            call()
        assert raised.value.code == code
    assert raised.value.path == "[1].facts.x"
    with pytest.raises(TypeError):
        plan.evaluate()
    with pytest.raises(KeyError):
        plan.evaluate("urban_wwtp")["no-rule"]


def test_a_report(plan):
    report = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=80)
    assert len(report) == 2 == len(list(report)) == len(report.findings)
    assert RULE in report
    assert "x" not in report
    assert report.subject == "urban_wwtp"
    assert report.headline["outcome"] == report.outcome == "breached"
    assert report.as_of == datetime.date(2025, 12, 31)
    finding = report[RULE]
    assert (finding.margin, finding.unit) == (Decimal("-1.6"), "mg/L")
    (change,) = finding.changes
    assert (change.fact, change.value, change.direction) == ("influent_bod5_mg_l", Decimal("81.6"), "at_least")
    assert finding.progress == Decimal("0.92")
    assert finding.cite["chapter"] == 4
    assert finding.to_dict() == next(f for f in report.to_dict()["findings"] if f["rule"] == RULE)
    assert json.loads(report.to_json()) == report.to_dict()
    assert "进水" in report.explain("zh")
    assert str(report) == report.explain()
    assert repr(finding) == f"<Finding {RULE}: breached, margin -1.6 mg/L>"
    for name in ("title", "kind", "strength", "addressee", "says", "actions", "notes", "readings", "because"):
        assert getattr(finding, name) == finding.to_dict()[name]


def test_receipts(plan):
    report = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6)
    for receipt in (report, report.to_json(), report.to_json().encode(), report.to_dict()):
        assert plan.verify(receipt) == report
    forged = report.to_dict()
    forged["findings"][1]["outcome"] = "breached"
    with pytest.raises(ecoplan.Error) as raised:
        plan.verify(forged)
    assert raised.value.code == "receipt-differs"


def test_equality_and_pickles(plan):
    tighter = plan.with_target("target-pm25-2025", 22).at("2024-12-31")
    quota = {"assigned_energy_intensity_reduction_pct": Decimal("14.5")}
    shared = tighter.with_facts("project", quota, projected_energy_intensity_reduction_pct=np.float32(0.1))
    report = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6)
    in_shared = shared.evaluate("project", is_two_high=True, stage="proposed")
    card = tighter.scorecard({**plan.reported(), "pm25_annual_ug_m3": Decimal("22.5")}, as_of="2023-12-31")
    reports = plan.evaluate_all("urban_wwtp", [{"influent_bod5_mg_l": n} for n in (90, 110)])
    things = [plan, tighter, shared, report, in_shared, report[RULE], report[RULE].changes, card, card[0], reports]
    for thing in [*things, ecoplan.Expression("a + 1"), in_shared.findings[0].possible]:
        again = pickle.loads(pickle.dumps(thing))
        assert again == thing == copy.deepcopy(thing)
    many = plan.evaluate_all("urban_wwtp", [{}] * 50)
    assert len(pickle.dumps(many)) < len(pickle.dumps(plan)) + 50 * len(many[0].to_json().encode()) * 1.1, (
        "the plan is held once"
    )
    assert many[0].plan is many[1].plan is plan
    assert plan.evaluate("urban_wwtp", as_of="2024-05-05").plan.as_of == datetime.date(2024, 5, 5)
    assert len({*report[RULE].changes, *report[RULE].changes}) == len(report[RULE].changes)
    assert len({json.dumps(repr(t)) for t in (plan, tighter)}) == 2
    assert plan != tighter != shared
    assert hash(plan) == hash(ecoplan.plan("lianzhou-145"))
    assert pickle.loads(pickle.dumps(shared)).evaluate("project", is_two_high=True, stage="proposed") == in_shared
    assert report != in_shared
    assert reports[0] == reports[:1][0] != reports[-1]


def test_scorecard(plan):
    card = plan.scorecard(plan.reported())
    assert (len(card), card.counts["satisfied"], card.row(19).margin) == (21, 7, Decimal("-0.79"))
    assert card[-1].no == 21
    assert [row.no for row in card] == list(range(1, 22))
    assert sum(c["indicators"] for c in card.by_category) == 21
    assert [row.no for row in card[:2]] == [1, 2]
    for no in (99, -1):
        with pytest.raises(KeyError):
            card.row(no)
    with pytest.raises(IndexError):
        card[21]
    assert plan.scorecard(good_days_pct=92.9).row(1).status == "breached"
    assert plan.scorecard({"good_days_pct": {"not_assessed": "no_data"}}).row(1).status == "not_assessed"


def test_threads_judge_in_parallel(plan):
    """One plan, several threads, the same verdicts."""
    results = [None] * 4

    def work(place):
        results[place] = [judge(plan, now / 10).outcome for now in range(700, 900)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = ["satisfied" if now >= 816 else "breached" for now in range(700, 900)]
    assert results == [expected] * 4


def test_plan_files(tmp_path):
    file = tmp_path / "county.toml"
    file.write_text(DAYS, encoding="utf-8")
    assert ecoplan.load(file).id == "county"
    file.write_bytes(DAYS.encode("gb18030"))
    with pytest.raises(ecoplan.Error) as raised:
        ecoplan.load(file)
    assert (raised.value.code, raised.value.path) == ("not-utf8", "county.toml")
    file.write_text(DAYS.replace("opened <=", "opend <="), encoding="utf-8")
    with pytest.raises(ecoplan.Error) as raised:
        ecoplan.load(file)
    assert raised.value.path.startswith("county.toml:")
    assert "opened" in raised.value.hint


def test_every_clause_is_in_one_state(plan):
    coverage = plan.coverage()
    states = [clause["state"] for clause in coverage["clauses"]]
    assert len(states) == coverage["total"] == sum(chapter["total"] for chapter in coverage["chapters"])
    for state in ("executable", "judgement", "registered"):
        assert states.count(state) == coverage[state] == sum(chapter[state] for chapter in coverage["chapters"])
