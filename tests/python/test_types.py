"""The types: what must not compile does not, stubs say what the program does, generated files are up to date."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PY = ROOT / "py"

RIGHT = """
import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

import ecoplan
from ecoplan.lianzhou_145 import Lianzhou145, ProjectFacts, UrbanWwtpFacts
from ecoplan.types import Outcome

plan = ecoplan.plan("lianzhou-145")
facts: UrbanWwtpFacts = {"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": {"value": Decimal("81.6")}}
report = plan.evaluate("urban_wwtp", facts, as_of=datetime.date(2025, 12, 31))
outcome: Outcome = report["wwtp-urban-bod-plus-20-2025"].outcome
margin: Decimal | None = report["wwtp-urban-bod-plus-20-2025"].margin
plan.evaluate("urban_wwtp", influent_bod5_mg_l="0.08 g/L", has_plan=None, influent_bod5_mg_l_year=2024)
project: ProjectFacts = {"stage": "proposed", "justified": {"necessity"}}
for finding in plan.evaluate("project", project):
    if finding.decision == "slow_or_limited_approval":
        print(finding.rule)
card = plan.scorecard({"good_days_pct": {"not_assessed": "no_data"}, "pm25_annual_ug_m3": 22})
print(card.row(1).margin, card.counts["satisfied"], [row.status for row in card])
tighter: Lianzhou145 = plan.with_target("target-pm25-2025", "22").at("2024-12-31")

@dataclass
class Plant:
    influent_bod5_mg_l: float

plan.evaluate("urban_wwtp", Plant(81.6))

def show(reports: list[ecoplan.Report]) -> list[ecoplan.Finding]:
    return [finding for report in reports for finding in report]

show([report, plan.evaluate("project", project)])
plan.scorecard(plan.reported())
values = plan.reported()
plan.scorecard(values, as_of="2024-12-31")
plan.evaluate("urban_wwtp", influent_bod5_mg_l=np.float32(81.6), has_plan=np.bool_(True))
row: dict[str, Any] = {"influent_bod5_mg_l": 81.6}
plan.evaluate("urban_wwtp", **row)
name = "".join(["lianzhou", "-145"])
ecoplan.plan(name).evaluate("urban_wwtp", row)
any_plan: ecoplan.Plan = ecoplan.load("county.toml")
any_plan.evaluate("works", {"opened": datetime.date(2024, 1, 1)})["any-rule"]
value = ecoplan.Expression("a + b").evaluate({"a": 1, "b": Decimal("0.5")})
"""

WRONG = [
    'plan.evaluate("urban_wwpt", {})',
    'plan.evaluate("urban_wwtp", {"influent_bod": 81.6})',
    'plan.evaluate("urban_wwtp", influent_bod=81.6)',
    'plan.evaluate("urban_wwtp", {"influent_bod5_mg_l": [81.6]})',
    'plan.evaluate("project", {"stage": "propsed"})',
    'plan.evaluate("project", {"justified": ["need"]})',
    'plan.evaluate("project", {"is_two_high": "yes"})',
    'plan.evaluate("urban_wwtp", {})["wwtp-township-bod-100"]',
    'plan.evaluate("urban_wwtp", {}).outcom',
    'plan.evaluate("urban_wwtp", {}, as_of=2025)',
    'plan.evaluate_all("urban_wwtp", [{"influent_bod": 81.6}])',
    'plan.scorecard({"good_days": 97})',
    'plan.with_target("target-pm25", 22)',
    'plan.next_question("urban_wwtp", {"x": 1})',
    'plan.evaluate("urban_wwtp", {}).explain("fr")',
    'ecoplan.evaluatee("urban_wwtp")',
]


def run(*command, cwd=PY):
    return subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False)


CHECKERS = {"mypy": ("mypy", "--strict", "--no-error-summary"), "pyright": ("pyright", "--pythonpath", sys.executable)}


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_code_compiles(checker, tmp_path):
    file = tmp_path / "right.py"
    file.write_text(RIGHT, encoding="utf-8")
    result = run(*CHECKERS[checker], str(file), cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("checker", CHECKERS)
def test_wrong_code_does_not(checker, tmp_path):
    """Each wrong line is an error of its own."""
    file = tmp_path / "wrong.py"
    head = 'import ecoplan\n\nplan = ecoplan.plan("lianzhou-145")\n'
    file.write_text(head + "\n".join(WRONG) + "\n", encoding="utf-8")
    result = run(*CHECKERS[checker], str(file), cwd=tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    lines = {int(line.split(":")[1]) for line in result.stdout.splitlines() if "wrong.py:" in line and "error" in line}
    passed = [line for number, line in enumerate(WRONG, head.count("\n") + 1) if number not in lines]
    assert passed == [], result.stdout


def test_the_package_is_strictly_typed():
    files = [str(file) for file in sorted((PY / "python" / "ecoplan").glob("*.py*")) if file.suffix in (".py", ".pyi")]
    result = run("mypy", "--config-file", "pyproject.toml", *files_without_twins(files), "generate_types.py")
    assert result.returncode == 0, result.stdout
    result = run(*CHECKERS["pyright"])
    assert result.returncode == 0, result.stdout


def files_without_twins(files):
    """A module with a stub is checked through the stub."""
    return [file for file in files if not (file.endswith(".py") and file + "i" in files)]


def test_stubs_say_what_the_program_does():
    arguments = ["--mypy-config-file", "pyproject.toml", "--allowlist", "stubtest-allowlist.txt"]
    result = run("mypy.stubtest", "ecoplan", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr


def test_generated_types_are_up_to_date():
    result = subprocess.run([sys.executable, "generate_types.py", "--check"], cwd=PY, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_types_are_there_when_the_program_runs():
    import typing

    from ecoplan import Plan, lianzhou_145, types

    assert lianzhou_145.Lianzhou145 is Plan
    assert set(typing.get_args(types.Outcome)) < set(typing.get_args(types.Status))
    assert "influent_bod5_mg_l" in lianzhou_145.UrbanWwtpFacts.__annotations__
    assert Path(lianzhou_145.__file__).with_name("py.typed").exists()


def test_help_says_what_the_stub_says():
    """The stub is what editors show, the program's own docstrings are what `help()` and notebooks show."""
    import ast
    import inspect

    import ecoplan._ecoplan as native

    tree = ast.parse((PY / "python" / "ecoplan" / "_ecoplan.pyi").read_text(encoding="utf-8"))
    compared = 0
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        for item, path in [(node, ()), *((item, (item.name,)) for item in inner if isinstance(item, ast.FunctionDef))]:
            if not isinstance(item, (ast.ClassDef, ast.FunctionDef)) or not ast.get_docstring(item):
                continue
            found = getattr(native, node.name)
            for name in path:
                found = getattr(found, name)
            assert inspect.getdoc(found) == ast.get_docstring(item), (node.name, *path)
            compared += 1
    assert compared > 90
