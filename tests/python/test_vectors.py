"""The shared vectors: a dict in, `to_dict()` out, equal to what Rust says."""

import dataclasses
import json
from decimal import Decimal

import ecoplan
import pytest
from conftest import all_vectors, vectors

# What a dict cannot say, or says otherwise than JSON text.
EXCLUDED = {
    "a key twice": "a dict has each key once",
    "a key twice within a value": "a dict has each key once",
    "too many digits": "json.loads makes a float of it, which has fewer",
    "empty text": "json.loads refuses it before",
    "a leading zero": "json.loads refuses it before",
    "not JSON": "json.loads refuses it before",
    "text after the object": "json.loads refuses it before",
    "NaN in JSON": "json.loads reads it as a float, which has a place of its own in the error",
    "infinity in JSON": "json.loads reads it as a float, which has a place of its own in the error",
}


def about(report, expected):
    """A report as a dict with the findings that Rust's has too; how many there are in all, its headline counts."""
    found = report.to_dict()
    assert len(found["findings"]) == sum(found["headline"]["counts"].values())
    rules = {finding["rule"] for finding in expected["findings"]}
    return {**found, "findings": [finding for finding in found["findings"] if finding["rule"] in rules]}


def said(finding):
    possible = [f"{p.outcome} {p.decision}" if p.decision else p.outcome for p in finding.possible]
    return finding.outcome, set(finding.missing), set(possible)


def test_cases(rust):
    cases = [(ecoplan.plan(file["plan"]), case) for file in all_vectors("cases") for case in file["cases"]]
    assert len(cases) >= 750
    for plan, case in cases:
        report = plan.evaluate(case["subject"], case["facts"], as_of=case.get("as_of"))
        expected = rust[case["name"]]["report"]
        assert about(report, expected) == expected, case["name"]
        assert report == plan.evaluate(case["subject"], **case["facts"], as_of=case.get("as_of"))
        for rule, expected in case["expect"].items():
            finding = report[rule]
            open_ends = set(expected.get("missing", ())), set(expected.get("possible", ()))
            assert said(finding) == (expected["outcome"], *open_ends), (case["name"], rule)
            if expected.get("margin") is not None:
                assert finding.margin == Decimal(expected["margin"])
            if "decision" in expected:
                assert finding.decision == expected["decision"]


def test_boundaries(rust):
    rows = [(file["others"], row) for file in all_vectors("boundaries") for row in file["rows"]]
    for others, (plan_id, subject, rule, fact, _, *sides) in rows:
        for value, expected in sides:
            facts = {**others.get(rule, {}), fact: value}
            key = f"{rule} {fact} {json.dumps(value, separators=(',', ':'))}"
            for given in [value] if isinstance(value, list) else {Decimal(value), float(value), value}:
                try:
                    report = ecoplan.plan(plan_id).evaluate(subject, {**facts, fact: given})
                except ecoplan.Error as error:
                    assert error.code == expected == rust[key]["errors"][0]["code"]
                else:
                    assert report[rule].outcome == expected, key
                    assert about(report, rust[key]["report"]) == rust[key]["report"], key


@pytest.mark.parametrize("name", ["table1.json", "table2-as-of-2020.json", "table2-as-of-2025.json"])
def test_tables(name, rust):
    table = vectors(name)
    plan = ecoplan.plan(table["plan"])
    card = plan.scorecard(plan.reported(), as_of=table["as_of"])
    assert card.to_dict() == rust[name]["report"]
    assert card.counts == table["counts"]
    for row, (no, status, reason, margin, stale, missing) in zip(card, table["rows"], strict=True):
        found = (row.no, row.status, row.reason, row.margin, row.stale, row.missing)
        assert found == (no, status, reason, None if margin is None else Decimal(margin), stale, missing)


def test_two_high_gate(plan):
    """All 324 states of the gate's five facts."""
    file = vectors("two-high-gate.json")
    rule = file["rule"]
    letters = {"n": "not_applicable", "t": "triggered", "s": "satisfied", "u": "undetermined"}
    states = {"Y": True, "N": False, "?": None}
    count = 0
    for row in file["rows"]:
        cells = dict(zip(file["columns"], row, strict=True))
        for facts in expand(row[:5], file):
            given = {
                name: states.get(cell, cell) for name, cell in zip(file["facts"], facts, strict=True) if cell != "?"
            }
            finding = plan.evaluate(file["subject"], given)[rule]
            assert finding.outcome == letters[cells["outcome"]], (row, given)
            assert finding.decision == (file["decision"] if cells["outcome"] == "t" else None)
            assert {p.outcome for p in finding.possible} == {letters[c] for c in cells["possible"]}
            assert finding.missing == [file["facts"][int(c)] for c in cells["missing"]]
            count += 1
    assert count == 324


def expand(cells, file):
    """Every state that a row stands for."""
    all_of = {"stage": ["existing", "under_construction", "proposed", "?"]}
    rows = [[]]
    for name, cell in zip(file["facts"], cells, strict=True):
        options = all_of.get(name, ["Y", "N", "?"]) if cell == "*" else cell.split("|")
        rows = [[*row, option] for row in rows for option in options]
    return rows


def test_bad_facts(plan, rust):
    file = vectors("bad-facts.json")
    differ = set()
    for case in file["cases"]:
        try:
            facts = json.loads(case["json"])
            with pytest.raises(ecoplan.Error) as raised:
                plan.evaluate(case["subject"], facts)
            errors = [dataclasses.asdict(e) for e in raised.value.errors]
            same = errors == rust[case["name"]]["errors"]
        except (ValueError, pytest.fail.Exception):
            same = False
        if not same:
            differ.add(case["name"])
    # An exclusion that is not needed any more has to go.
    assert differ == set(EXCLUDED)


def test_expressions():
    """A value that is not known and null are both None here."""
    for text, context, expected in vectors("feel.json")["cases"]:
        try:
            value = ecoplan.Expression(text).evaluate(context)
        except ecoplan.Error as error:
            assert {"error": error.code} == expected, text
            continue
        assert plain(value) == (None if expected == "?" else expected), text


def plain(value):
    """A value as the vectors write it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, str)) else value.isoformat()
