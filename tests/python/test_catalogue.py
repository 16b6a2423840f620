"""The rules against an independent reading of the plan, clause by clause."""

import json

import ecoplan
import pytest
from catalogue import Clause, Rules, differences
from conftest import ROOT

FILES = sorted((ROOT / "tests" / "catalogue").glob("*.json"))
CLAUSES = [clause for file in FILES for clause in json.loads(file.read_text(encoding="utf-8"))["clauses"]]
# Statements about the past and rules of method are tests of the data.
NOT_RULES = {"baseline-13fyp-indicator-counts", "baseline-indicator-exclusion"}


def test_every_clause_is_mapped_with_a_reason():
    assert len({clause["id"] for clause in CLAUSES}) >= 98
    assert {clause["id"] for clause in CLAUSES if not clause["rules"]} == NOT_RULES
    known = {rule["id"] for rule in ecoplan.plan("lianzhou-145").rules()}
    for clause in CLAUSES:
        assert set(clause["rules"]) <= known, clause["id"]
        assert clause["rules"] or clause["reason"], clause["id"]


@pytest.fixture(scope="module")
def rules():
    return Rules(ecoplan.plan("lianzhou-145"))


@pytest.mark.parametrize("data", [clause for clause in CLAUSES if clause["rules"]], ids=lambda clause: clause["id"])
def test_the_plan_says_what_the_reading_says(data, rules, record_property):
    count, listed, wrong = differences(Clause(data), rules)
    record_property("combinations", count)
    record_property("differences", listed)
    assert count > 0
    assert wrong[:20] == []
