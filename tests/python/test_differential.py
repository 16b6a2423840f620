"""What the slow evaluator of the Rust tests expects, of random plans and facts, through Python.

Those tests write it into the build folder: ``tests/run rust``, or
``cargo test -p ecoplan-tests --test rust differential``.
"""

import datetime
import json
from decimal import Decimal

import ecoplan
import pyarrow as pa
import pytest
from conftest import ROOT


def expected(name):
    """The lines of one file; it is an error that there are none."""
    path = ROOT / "target" / "tmp" / "differential" / f"{name}.jsonl"
    if not path.exists():
        raise FileNotFoundError(f"{path}: run the Rust tests first")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines, f"{path} is empty: run the Rust tests first"
    return lines


def plan_of(entry):
    plan = ecoplan.Plan.from_toml(entry["toml"]) if entry.get("toml") else ecoplan.plan(entry["plan"])
    return plan.at(entry["as_of"])


def possible(several):
    return sorted(f"{p['outcome']} {p['decision']}" if p["decision"] else p["outcome"] for p in several)


def settled(finding):
    """What a finding and another reading of it both say."""
    parts = {key: finding[key] for key in ("outcome", "decision", "margin", "missing")}
    return {**parts, "possible": possible(finding["possible"])}


def said(finding):
    """What a finding says, in the form in which the slow evaluator says it."""
    codes = {note["code"] for note in finding["notes"]}
    return {
        "rule": finding["rule"],
        **settled(finding),
        "reason": finding["reason"],
        "stale": "stale" in codes,
        "undated": "undated" in codes,
        "readings": {reading["reading"]: settled(reading) for reading in finding["readings"]},
    }


def column(values, fact):
    """The values of one fact, of a type that a table has for them."""
    if fact["kind"] == "number":
        # Arrow has no column of texts and floats.
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if fact["kind"] == "set":
        return pa.array(values, pa.list_(pa.string()))
    return pa.array(values, pa.bool_() if fact["kind"] == "yes_no" else pa.string())


def table_of(cases, facts):
    """The facts of the cases as columns, with the years of those that have one."""
    columns = {}
    for fact in facts:
        given = [case["facts"].get(fact["name"]) for case in cases]
        year = f"{fact['name']}_year"
        beside = [case["facts"].get(year) if fact["yearly"] else None for case in cases]
        years = [
            value["year"] if isinstance(value, dict) else beside for value, beside in zip(given, beside, strict=True)
        ]
        if any(year is not None for year in years):
            columns[year] = pa.array(years, pa.int64())
        values = [value["value"] if isinstance(value, dict) else value for value in given]
        if any(value is not None for value in values):
            columns[fact["name"]] = column(values, fact)
    return pa.table(columns)


@pytest.mark.parametrize("name", ["vectors", "random"])
def test_cases(name):
    cases = judged = 0
    for entry in expected(name):
        plan = plan_of(entry)
        for case in entry["cases"]:
            report = plan.evaluate(entry["subject"], case["facts"])
            for slow in case["says"]:
                finding = report[slow["rule"]]
                assert said(finding.to_dict()) == slow, (entry["toml"], case["facts"])
                assert finding.margin == (slow["margin"] and Decimal(slow["margin"]))
            judged += len(case["says"])
        cases += len(entry["cases"])
    print(f"{name}: {cases} cases, {judged} findings")
    assert cases >= 1_500


def test_tables():
    rows = 0
    for entry in expected("random"):
        plan, subject = plan_of(entry), entry["subject"]
        table = table_of(entry["cases"], plan.facts(subject))
        if table.num_columns:
            rows += compare_table(entry, plan.evaluate_table(subject, table, append=False, margins=True, threads=1))
    print(f"{rows} rows of tables")
    assert rows >= 1_000


def compare_table(entry, verdicts):
    """Every cell of what is said of a table; how many rows it has."""
    assert verdicts["error"].null_count == len(verdicts)
    for case, row in zip(entry["cases"], verdicts.to_pylist(), strict=True):
        for slow in case["says"]:
            rule = slow["rule"]
            found = row[rule], row.get(f"{rule}.decision"), row.get(f"{rule}.margin")
            wanted = slow["outcome"], slow["decision"], slow["margin"] and Decimal(slow["margin"])
            assert found == wanted, (entry.get("toml"), case["facts"], rule)
    return len(verdicts)


def test_scorecards():
    rows = 0
    for entry in expected("scorecards"):
        card = plan_of(entry).scorecard(entry["values"])
        found, slow = card.to_dict(), entry["says"]
        assert found["counts"] == slow["counts"], entry["values"]
        for row, wanted in zip(found["rows"], slow["rows"], strict=True):
            assert {key: row[key] for key in wanted} == wanted, (entry["plan"], entry["as_of"], entry["values"])
        rows += len(slow["rows"])
    print(f"{rows} rows of scorecards")
    assert rows >= 1_000


def test_expressions():
    lines = expected("expressions")
    for entry in lines:
        found = ecoplan.Expression(entry["expression"]).evaluate(entry["context"])
        assert tagged(found) == entry["value"], (entry["expression"], entry["context"])
    print(f"{len(lines)} expressions")
    assert len(lines) >= 5_000


def tagged(value):
    """A value as the slow evaluator writes it; what is not known and null are both None."""
    if isinstance(value, list):
        return [tagged(item) for item in value]
    if isinstance(value, Decimal):
        return {"number": format(value, "f")}
    return {"date": value.isoformat()} if isinstance(value, datetime.date) else value
