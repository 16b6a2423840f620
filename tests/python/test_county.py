"""The plan of an invented county, from files that nobody built in: cases, indicators, tables and the command."""

import json
from decimal import Decimal

import ecoplan
import polars as pl
import pytest
from conftest import ROOT
from ecoplan.command import main

FOLDER = ROOT / "tests" / "county"
FILES = sorted(FOLDER.glob("*.toml"))


def read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def county():
    return ecoplan.load(*FILES)


def said(finding):
    """A finding, or another reading as a dict, in the form of the cases."""
    keys = ("outcome", "decision", "margin", "missing", "possible")
    found = finding if isinstance(finding, dict) else {key: getattr(finding, key) for key in keys}
    ends = (
        end if isinstance(end, dict) else {"outcome": end.outcome, "decision": end.decision}
        for end in found["possible"]
    )
    possible = sorted(" ".join(filter(None, (end["outcome"], end["decision"]))) for end in ends)
    margin = None if found["margin"] is None else Decimal(found["margin"])
    return {**{key: found[key] for key in keys}, "margin": margin, "possible": possible}


def wanted(expected):
    """What is expected, as ``said`` gives it."""
    found = {key: value for key, value in expected.items() if key not in ("notes", "readings")}
    if found.get("margin") is not None:
        found["margin"] = Decimal(found["margin"])
    if "possible" in found:
        found["possible"] = sorted(found["possible"])
    return found


def agree(found, expected, place):
    assert {key: found[key] for key in expected} == expected, place


def test_cases(county):
    cases = read("cases.json")["cases"]
    assert {rule for case in cases for rule in case["expect"]} == {rule["id"] for rule in county.rules()}
    for case in cases:
        report = county.evaluate(case["subject"], case["facts"], as_of=case.get("as_of"))
        assert county.verify(report.to_json()) == report, case["name"]
        for rule, expected in case["expect"].items():
            place, finding = (case["name"], rule), report[rule]
            # What is open has to be said.
            agree(said(finding), {"missing": [], "possible": [], **wanted(expected)}, place)
            if "notes" in expected:
                assert [note["code"] for note in finding.notes if note["code"] != "document"] == expected["notes"], (
                    place
                )
            if "readings" in expected:
                others = {other["reading"]: said(other) for other in finding.readings}
                assert others.keys() == expected["readings"].keys(), place
                for reading, one in expected["readings"].items():
                    agree(others[reading], wanted(one), (*place, reading))


def test_bad_facts(county):
    for case in read("bad-facts.json")["cases"]:
        with pytest.raises(ecoplan.Error) as raised:
            county.evaluate(case["subject"], json.loads(case["json"]))
        found, expected = raised.value.errors, case["errors"]
        assert [(e.code, e.path) for e in found] == [(e["code"], e["path"]) for e in expected], case["name"]
        assert all(e.get("hint", "") in (f.hint or "") for f, e in zip(found, expected, strict=True)), case["name"]


def test_scorecards(county):
    for table in read("scorecards.json")["tables"]:
        values = county.reported() if table["values"] == "reported" else table["values"]
        card = county.scorecard(values, as_of=table["as_of"])
        assert card.counts == table["counts"], table["name"]
        for row, expected in zip(card, table["rows"], strict=True):
            found = (row.no, row.status, row.reason, row.margin, row.stale, row.missing, row.progress, row.pace)
            numbers = [None if expected[i] is None else Decimal(expected[i]) for i in (3, 6, 7)]
            assert found == (*expected[:3], numbers[0], *expected[4:6], *numbers[1:]), table["name"]


def test_a_table(county):
    """Rows come to what the cases of the same facts come to."""
    cases = [
        case
        for case in read("cases.json")["cases"]
        if "as_of" not in case and "quarry-depth" in case["expect"] and "lowest_bench_m" in case["facts"]
    ]
    assert len(cases) >= 5
    frame = pl.DataFrame({"标高": [str(case["facts"]["lowest_bench_m"]) for case in cases]})
    judged = county.evaluate_table("quarry", frame, columns={"标高": "lowest_bench_m"})
    assert judged["quarry-depth"].to_list() == [case["expect"]["quarry-depth"]["outcome"] for case in cases]


def test_the_command(county, tmp_path, capsys):
    plan = [part for file in FILES for part in ("--plan", str(file))]
    assert main(["check", *map(str, FILES)]) == 0
    facts = sum(len(county.facts(subject["id"])) for subject in county.subjects())
    assert capsys.readouterr().out == f"yunxi-155: {len(county.rules())} rules, {facts} facts, 4 subjects\n"

    # The headings of the sheet to fill in are labels of this plan; 15 m below the sea is allowed, 15.1 is not.
    sheet = tmp_path / "quarries.csv"
    assert main(["template", "quarry", *plan, "--out", str(sheet)]) == 0
    assert "lowest_bench_m" in sheet.read_text(encoding="utf-8-sig")
    sheet.write_text("最低开采标高（m）\n-15\n-15.1\n", encoding="utf-8")
    assert main(["assess", str(sheet), "--subject", "quarry", *plan, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    depth = [f["outcome"] for c in found["cases"] for f in c["report"]["findings"] if f["rule"] == "quarry-depth"]
    assert depth == ["satisfied", "breached"]
