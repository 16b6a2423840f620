"""Cases with what their author expects of them, against what the rules of a plan say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from . import _cells, _files, _words
from ._cells import CellError
from ._ecoplan import Finding, Plan
from ._error import Error
from ._expected import Expectations, conclusion
from ._files import Cell, Failure, Sheet, blank
from .types import CaseCoverage, Lang, RuleCases, Text

_T = TypeVar("_T")

# The columns of a table of cases beside its facts: why, in what, as of when, and what is expected.
ABOUT: Text = {"zh": "情形", "en": "about"}
OF: Text = {"zh": "填报项", "en": "of"}
DAY: Text = {"zh": "评价日", "en": "as of"}
EXPECTED: Text = {"zh": "预期结论", "en": "expected"}


@dataclass
class Compared:
    """Cases that were compared with what is expected of them.

    Attributes:
        findings: What the rules say where it is what is expected.
        total: How many expectations there were.
        empty: How many rows had none.
        lines: What is wrong, a line each.
    """

    findings: list[Finding] = field(default_factory=list)
    total: int = 0
    empty: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything is as expected."""
        return len(self.findings) == self.total and not self.lines

    def summary(self, lang: Lang) -> str:
        """How many cases are as expected."""
        zh, en = (
            f"{len(self.findings)}/{self.total} 行与预期一致",
            f"{len(self.findings)} of {self.total} rows are as expected",
        )
        if self.empty:
            zh, en = f"{zh}，{self.empty} 行未填预期", f"{en}, {self.empty} have nothing expected"
        return _words.pick(lang, zh, en)


def compare(plan: Plan, rule: str | None, files: Sequence[str], lang: Lang) -> Compared:
    """Compares the cases of files: a table holds those of one rule, after which it is called unless the rule is given,
    a JSON file those of any rules, as the bundled plan's own vectors do.
    """
    compared = Compared()
    for file in files:
        before = len(compared.lines)
        if Path(file).suffix.lower() == ".json":
            _vectors(compared, plan, rule, file, lang)
        else:
            _table(compared, plan, rule or _called(plan, file), _files.read(file), lang)
        compared.lines[before:] = [f"{file}: {line}" for line in compared.lines[before:]]
    return compared


def left(rule: RuleCases, lang: Lang) -> list[str]:
    """What no case of a rule comes to."""
    conclusions = [conclusion(one["outcome"], one["decision"]) for one in rule["conclusions"] if not one["cases"]]
    word = _words.pick(lang, "另一种读法", "reading")
    return conclusions + [f"{word} {one['reading']}" for one in rule["readings"] if not one["cases"]]


def counts(coverage: CaseCoverage, lang: Lang) -> str:
    """How much is covered."""
    said, read = coverage["conclusions"], coverage["readings"]
    rules = len(coverage["rules"])
    zh = f"{rules} 条规则：{said['covered']}/{said['total']} 个结论、{read['covered']}/{read['total']} 种另一读法有情形"
    en = (
        f"{rules} rules: {said['covered']} of {said['total']} conclusions and "
        f"{read['covered']} of {read['total']} readings have a case"
    )
    return _words.pick(lang, zh, en)


def _called(plan: Plan, file: str) -> str:
    name = Path(file).stem
    if all(rule["id"] != name for rule in plan.rules()):
        raise Failure(f"{file}: no rule is called `{name}`: name the rule, or call the table after it")
    return name


def _table(compared: Compared, plan: Plan, rule: str, sheet: Sheet, lang: Lang) -> None:
    info = next(known for known in plan.rules() if known["id"] == rule)
    subject, expectations = info["subject"], Expectations(info)
    table = _cells.understand(sheet, plan.facts(subject))
    day, expected = (_place(table.headings, heading) for heading in (DAY, EXPECTED))
    if expected is None:
        raise Failure(f"{sheet.file}: no column is called `{EXPECTED['en']}` or `{EXPECTED['zh']}`")
    for number, cells in table.rows:
        wanted = _at(cells, expected)
        if blank(wanted):
            compared.empty += 1
            continue
        compared.total += 1
        try:
            outcome, decision = _said(expectations.read, number, table.headings[expected], str(wanted))
            on = plan if day is None else _said(partial(_on, plan), number, table.headings[day], _at(cells, day))
        except _Unread as unread:
            compared.lines.append(unread.error.line(lang))
            continue
        report, errors = _cells.row(partial(on.evaluate, subject), table, number, cells)
        finding = report[rule]
        compared.lines += [error.line(lang) for error in errors]
        if finding.outcome == outcome and decision in (None, finding.decision):
            compared.findings.append(finding)
        else:
            decided = conclusion(finding.outcome, finding.decision)
            zh, en = f"预期 {wanted}，规则的结论是 {decided}", f"expected {wanted}, the rule says {decided}"
            compared.lines.append(_words.pick(lang, f"第 {number} 行：{zh}", f"row {number}: {en}"))


class _Unread(Exception):
    """A cell of a table of cases that says nothing."""

    def __init__(self, error: CellError) -> None:
        """Takes what is wrong."""
        super().__init__(error)
        self.error = error


def _said(read: Callable[[Any], _T], number: int, heading: str, cell: Cell) -> _T:
    """What a cell that is no fact says."""
    try:
        return read(cell)
    except Error as error:
        raise _Unread(CellError(number, heading, error.errors[0])) from None


def _on(plan: Plan, day: Cell) -> Plan:
    """The plan, judging as of a day; as of its last, where none is said."""
    return plan if blank(day) else plan.at(_cells.day(day))


def _vectors(compared: Compared, plan: Plan, rule: str | None, file: str, lang: Lang) -> None:
    try:
        found = json.loads(Path(file).read_bytes())
        cases = [
            (str(case["name"]), str(case["subject"]), dict(case["facts"]), case.get("as_of"), dict(case["expect"]))
            for case in (found["cases"] if found["plan"] == plan.id else [])
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        shape = '{"plan": …, "cases": [{"name": …, "subject": …, "facts": {…}, "expect": {RULE: {"outcome": …}}}]}'
        raise Failure(f"{file}: not of the form {shape}") from error
    for name, subject, facts, as_of, expect in cases:
        expected = {id: wanted for id, wanted in expect.items() if rule in (None, id)}  # noqa: A001
        if not expected:
            continue
        compared.total += len(expected)
        try:
            report = plan.evaluate(subject, facts, as_of=as_of)
        except Error as error:
            compared.lines += [f"{name}: {_words.problem(problem, lang)}" for problem in error.errors]
            continue
        for id, wanted in expected.items():  # noqa: A001
            if id not in report:
                compared.lines.append(f"{name}: {_words.pick(lang, '没有规则', 'no rule is called')} {id}")
            elif differing := _differing(wanted, report[id], lang):
                compared.lines += [f"{name}: {id}: {line}" for line in differing]
            else:
                compared.findings.append(report[id])


def _differing(wanted: Mapping[str, Any], finding: Finding, lang: Lang) -> list[str]:
    """What is expected of a finding, and not so: what is not mentioned is left open."""
    readings = {one["reading"]: one["outcome"] for one in finding.readings}
    pairs: list[tuple[object, object]] = [
        (wanted["outcome"], finding.outcome),
        (wanted.get("decision", finding.decision), finding.decision),
        (sorted(wanted.get("missing", finding.missing)), sorted(finding.missing)),
    ]
    for reading, expected in wanted.get("readings", {}).items():
        said = readings.get(reading, finding.outcome)
        pairs.append((f"{reading}: {expected['outcome']}", f"{reading}: {said}"))
    differ = [(expected, said) for expected, said in pairs if expected != said]
    return [
        _words.pick(lang, f"预期 {expected}，规则的结论是 {said}", f"expected {expected}, the rule says {said}")
        for expected, said in differ
    ]


def _place(headings: Sequence[str], heading: Text) -> int | None:
    keys = {_cells.key(text) for text in (heading["zh"], heading["en"])}
    return next((place for place, found in enumerate(headings) if _cells.key(found) in keys), None)


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None
