"""The guide for authors of plans: its files are written and its commands run as it says, in both languages.

A block of TOML is the next part of the plan, a block of CSV or HTML the file that it names. A block of ``diff`` changes
the plan: in its own file until the next commands are done, in another file for good.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import ecoplan
import pytest
from conftest import ROOT
from ecoplan.command import main

GUIDES = {lang: ROOT / "spec" / name for lang, name in {"en": "AUTHORING.md", "zh": "AUTHORING.zh-CN.md"}.items()}
PLAN = "qingshi.toml"
COMMAND = Path(sys.executable).with_name("ecoplan")


def blocks(lang):
    """Each block of a guide: its language, the file that it names, and its text."""
    return re.findall(
        r"^```(\w+) ?(\S*)\n(.*?)^```$", GUIDES[lang].read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def plan(lang):
    return "\n".join(text for kind, _, text in blocks(lang) if kind == "toml")


def changed(text, change):
    """The text with each run of ``-`` lines replaced by the ``+`` lines below it."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", change, re.MULTILINE):
        old, new = (re.sub("^.", "", lines, flags=re.MULTILINE) for lines in (old, new))
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the plan"
        text = text.replace(old, new)
    return text


def run(line, folder):
    """What a command prints, without the blanks that pad its columns."""
    assert line.startswith("ecoplan "), line
    environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "160"}
    found = subprocess.run(
        [COMMAND, *line.split()[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert found.returncode in (0, 1), found.stdout.decode()
    return [text.rstrip() for text in found.stdout.decode().splitlines()]


@pytest.mark.parametrize("lang", GUIDES)
def test_what_the_guide_shows_is_so(lang, tmp_path):
    whole = plan(lang)
    ran = []
    for kind, name, text in blocks(lang):
        file = tmp_path / name
        match kind:
            case "toml":
                (tmp_path / PLAN).write_text(whole, encoding="utf-8")
            case "diff":
                file.write_text(changed(whole, text), encoding="utf-8")
            case "csv":
                # Whoever fills in a table of cases or a sheet changes none of its columns.
                table = file.read_text(encoding="utf-8-sig").splitlines()
                if "expected" in text or "预期结论" in text:
                    assert [row.rpartition(",")[0] for row in text.splitlines()] == [
                        row.rpartition(",")[0] for row in table
                    ]
                file.write_text(text, encoding="utf-8")
            case "console":
                shown = {}
                for line in text.splitlines():
                    if line.startswith("$ "):
                        shown[line[2:]] = []
                    else:
                        shown[[*shown][-1]].append(line.rstrip())
                for line, expected in shown.items():
                    assert run(line, tmp_path) == expected, line
                ran += shown
                (tmp_path / PLAN).write_text(whole, encoding="utf-8")
            case _:
                assert kind == "html", f"a block of {kind} is not run"
    assert {line.split()[1] for line in ran} == {"check", "cases", "template", "assess", "scorecard", "diff", "verify"}


def test_both_guides_have_the_same_blocks():
    same = [[block for block in blocks(lang) if block[0] in ("toml", "diff", "html")] for lang in GUIDES]
    assert same[0] == same[1]
    lines = [
        [
            line
            for kind, _, text in blocks(lang)
            if kind == "console"
            for line in text.splitlines()
            if line.startswith("$ ")
        ]
        for lang in GUIDES
    ]
    assert [line.replace(" --lang zh", "") for line in lines[1]] == lines[0]


def test_every_command_that_is_named_is_one(capsys):
    for guide in GUIDES.values():
        named = set(re.findall(r"`ecoplan (\w+)", guide.read_text(encoding="utf-8")))
        assert "new" in named
        for name in named:
            assert main([name, "--help"]) == 0
    capsys.readouterr()


def test_short_enough_to_be_read():
    for guide in GUIDES.values():
        assert len(guide.read_text(encoding="utf-8").splitlines()) <= 480


@pytest.mark.parametrize("lang", GUIDES)
def test_every_way_to_write_a_condition_is_one(lang):
    """The conditions of the reference, over facts of every kind that they name."""
    found = GUIDES[lang].read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| (`.*`) \|$", found[found.index("FEEL") :], re.MULTILINE)
    conditions = [condition for row in rows for condition in re.findall("`([^`]+)`", row)]
    assert len(conditions) >= 15
    for condition in conditions:
        ecoplan.Expression(condition)


@pytest.mark.parametrize("lang", GUIDES)
def test_every_unit_is_one(lang):
    found = re.search(
        r"^\*\*(?:Units|单位)\*\*.*?\n\n", GUIDES[lang].read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )[0]
    units = re.findall("`([^`]+)`", found)
    assert len(units) >= 18
    for unit in units:
        ecoplan.Plan.from_toml(plan(lang).replace('unit = "m"', f'unit = "{unit}"'))


def test_the_codes_of_the_table_are_those_of_errors():
    source = (ROOT / "core" / "src" / "error.rs").read_text(encoding="utf-8")
    for guide in GUIDES.values():
        part = re.search(r"^\|[^|]*`syntax`.*?^$", guide.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0]
        codes = [code for row in part.splitlines() for code in re.findall("`([a-z]+(?:-[a-z]+)*)`", row.split("|")[1])]
        assert len(codes) >= 10
        assert all(f'"{code}"' in source for code in codes)
