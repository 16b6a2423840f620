"""``ecoplan assess``: the cases of a table, and their findings in every format."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from . import _cells, _files, _html, _words
from ._cells import CellError, Headed
from ._ecoplan import Plan, Report, Reports
from ._files import Cell, Failure
from .types import Lang, RuleInfo

if TYPE_CHECKING:
    from ._ecoplan import Finding

_Line = list[str | tuple[str, str | None]]
"""A line of a table on the terminal: texts, or texts with the outcome that colours them."""

_MOST_HTML = 500
_MOST_XLSX = 1_048_575
_MOST_MISSING = 4

# Marks what comes out differently where the text is read otherwise.
_OTHERWISE = "*"

_CASES_ZH, _CASES_EN = "行,名称,结论,各条结果,尚缺信息", "row,name,outcome,findings,missing facts"
_GRAVE_ZH, _GRAVE_EN = "行,名称,结果,余量,规定", "row,name,finding,margin,rule"
_READINGS_ZH = f"行,名称,规定,{_OTHERWISE} 另一种理解 → 结果"
_READINGS_EN = f"row,name,rule,{_OTHERWISE} read otherwise → finding"


@dataclass(frozen=True)
class Case:
    """One row of the table, judged.

    Attributes:
        row: Its number in the file.
        cells: The row.
        report: What the plan says of it.
        errors: The cells that count as not given.
    """

    row: int
    cells: list[Cell]
    report: Report
    errors: list[CellError]


@dataclass(frozen=True)
class Assessment:
    """The cases of a table, and what they were judged by."""

    plan: Plan
    subject: str
    table: Headed
    cases: list[Case]
    lang: Lang

    @property
    def errors(self) -> list[CellError]:
        """The cells that count as not given, over all rows."""
        return [error for case in self.cases for error in case.errors]

    def name(self, case: Case) -> str:
        """What the table calls a case: its cell in the first column that is no fact."""
        others = self.table.others
        called = [i for i in others if _cells.is_name(self.table.headings[i])]
        cells = [case.cells[i] for i in called or others if i < len(case.cells)]
        return "" if not cells or _files.blank(cells[0]) else str(cells[0])

    @cached_property
    def _named(self) -> _words.Words:
        """What the facts, rules and decisions are called."""
        return _words.Words.of(self.plan, self.subject, self.lang)

    def title(self) -> str:
        """Subject, plan and day of judgement."""
        label = next(one["label"] for one in self.plan.subjects() if one["id"] == self.subject)
        day = _words.pick(self.lang, f"评价日 {self.plan.as_of}", f"as of {self.plan.as_of}")
        return " · ".join((label[self.lang], self.plan.title[self.lang], day))

    def write(self, form: str, out: str | None) -> None:
        """Writes the findings in one of the formats, to a file or to standard output."""
        if form == "csv":
            _files.write_csv(self._rows(), out)
        elif form == "xlsx":
            if len(self.cases) > _MOST_XLSX:
                raise Failure(f"{len(self.cases)} rows do not fit on an Excel sheet: use --format csv")
            _files.write_xlsx(self._rows(), out or "", _words.pick(self.lang, "评价结果", "findings"))
        elif form == "terminal":
            self._terminal(out)
        else:
            pieces = self._json() if form == "json" else [self._page()]
            with _files.writer(out) as stream:
                stream.writelines(pieces)

    def _json(self) -> Iterator[str]:
        # Piece by piece: the reports of many cases are large.
        head = {"plan": self.plan.id, "as_of": str(self.plan.as_of), "subject": self.subject}
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "cases": ['
        for i, case in enumerate(self.cases):
            yield (",\n" if i else "\n") + f'{{"row": {case.row}, "report": {case.report.to_json()}}}'
        errors = [error.to_dict() for error in self.errors]
        yield '\n], "errors": ' + json.dumps(errors, ensure_ascii=False) + "}\n"

    def _page(self) -> str:
        lang = self.lang
        parts = [_html.reports(Reports([case.report for case in self.cases]), lang=lang)]
        if self.errors:
            lines = "".join(f"<li>{escape(error.line(lang))}</li>" for error in self.errors)
            title = _words.pick(lang, "按未填写处理的单元格", "cells that count as not given")
            parts.append(f"<h2>{title}</h2><ul>{lines}</ul>")
        for case in self.cases[:_MOST_HTML]:
            row = _words.pick(lang, f"第 {case.row} 行", f"row {case.row}")
            heading = " · ".join(filter(None, (row, self.name(case))))
            parts.append(f"<h2>{escape(heading)}</h2>{_html.report(case.report, lang=lang)}")
        if len(self.cases) > _MOST_HTML:
            zh = f"仅列出前 {_MOST_HTML} 个；全部 {len(self.cases)} 个见 --format xlsx。"
            en = f"The first {_MOST_HTML} of {len(self.cases)} cases; --format xlsx has all."
            parts.append(f"<p>{_words.pick(lang, zh, en)}</p>")
        return _html.page(*parts, title=self.title(), lang=lang)

    def _terminal(self, out: str | None) -> None:
        from . import _terminal

        lang = self.lang
        with _terminal.console(out) as console:
            console.print(self.title(), soft_wrap=True)
            console.print()
            lines = [self._case_line(case) for case in self.cases]
            headings = _words.pick(lang, _CASES_ZH, _CASES_EN).split(",")
            shown = None if any(line[-1] for line in lines) else -1
            _terminal.table(console, headings[:shown], (line[:shown] for line in lines))
            grave: list[_Line] = []
            otherwise: list[_Line] = []
            for case in self.cases:
                for finding in case.report:
                    if finding.outcome in ("breached", "triggered"):
                        grave.append(self._finding_line(case, finding))
                    otherwise += self._reading_lines(case, finding)
            for zh, en, rows in ((_GRAVE_ZH, _GRAVE_EN, grave), (_READINGS_ZH, _READINGS_EN, otherwise)):
                if rows:
                    console.print()
                    _terminal.table(console, _words.pick(lang, zh, en).split(","), rows)
            console.print()
            counts = Counter(case.report.outcome for case in self.cases)
            total = _words.pick(lang, f"共 {len(self.cases)} 行：", f"{len(self.cases)} rows: ")
            console.print(total + (_counts(counts, lang) or "—"), soft_wrap=True)

    def _case_line(self, case: Case) -> _Line:
        found = case.report.headline
        counts = _counts(found["counts"], self.lang)
        mark = f" {_OTHERWISE}" if any(finding.readings for finding in case.report) else ""
        outcome = _words.outcome(found["outcome"], self.lang) + mark
        missing = self._missing(case)
        if len(missing) > _MOST_MISSING:
            more = len(missing) - _MOST_MISSING
            missing[_MOST_MISSING:] = [_words.pick(self.lang, f"另有 {more} 项", f"{more} more")]
        return [str(case.row), self.name(case), (outcome, found["outcome"]), counts, self._separator.join(missing)]

    def _missing(self, case: Case) -> list[str]:
        """What the facts are called that would settle every finding."""
        names = dict.fromkeys(name for finding in case.report for name in finding.missing)
        return [self._named.label(name) for name in names]

    @property
    def _separator(self) -> str:
        return _words.pick(self.lang, "；", "; ")

    def _finding_line(self, case: Case, finding: Finding[str, str]) -> _Line:
        margin = "" if finding.margin is None else f"{finding.margin:f} {_words.unit(finding.unit, self.lang)}".strip()
        mark = f" {_OTHERWISE}" if finding.readings else ""
        verdict = (self._verdict(finding) + mark, finding.outcome)
        return [str(case.row), self.name(case), verdict, margin, self._rule(finding)]

    def _reading_lines(self, case: Case, finding: Finding[str, str]) -> Iterator[_Line]:
        for reading in self._readings(finding):
            yield [str(case.row), self.name(case), self._rule(finding), reading]

    def _readings(self, finding: Finding[str, str]) -> list[str]:
        """The readings under which a finding differs, each with what it is then."""
        return [self._named.reading(finding.to_dict(), reading) for reading in finding.readings]

    def _rule(self, finding: Finding[str, str]) -> str:
        return f"{finding.title[self.lang]} [{finding.rule}]"

    def _verdict(self, finding: Finding[str, str]) -> str:
        word = _words.verdict(finding.kind, finding.outcome, self.lang)
        return word if finding.decision is None else f"{word}: {self._named.decision(finding.rule, finding.decision)}"

    def _rows(self) -> Iterator[list[Cell]]:
        """The table, with the findings beside it."""
        lang = self.lang
        rules = self.plan.rules(self.subject)
        measured = {rule["id"] for rule in rules if _has_margin(rule)}
        headings: list[Cell] = [*self.table.headings, _words.pick(lang, "结论", "outcome")]
        for rule in rules:
            headings.append(f"{rule['title'][lang]} [{rule['id']}]")
            if rule["id"] in measured:
                headings.append(_words.bracketed(headings[-1], _words.pick(lang, "余量", "margin"), lang))
        zh, en = "另一种理解,尚缺信息,错误", "read otherwise,missing facts,errors"
        yield [*headings, *_words.pick(lang, zh, en).split(",")]
        numbers = {c.place for c in self.table.columns if c.is_year or c.fact["kind"] == "number"}
        width = len(self.table.headings)
        colon = _words.pick(lang, "：", ": ")
        for case in self.cases:
            given = [_files.number(cell) if i in numbers else cell for i, cell in enumerate(case.cells[:width])]
            row = [*given, *[None] * (width - len(given)), _words.outcome(case.report.outcome, lang)]
            otherwise = []
            for rule in rules:
                finding = case.report[rule["id"]]
                row.append(self._verdict(finding))
                if rule["id"] in measured:
                    row.append(finding.margin)
                otherwise += [f"{self._rule(finding)}{colon}{reading}" for reading in self._readings(finding)]
            errors = [error.line(lang) for error in case.errors]
            yield [*row, *map(self._separator.join, (otherwise, self._missing(case), errors))]


def _counts(counts: Any, lang: Lang) -> str:
    found = [f"{_words.outcome(one, lang)} {counts[one]}" for one in _words.MARKS if counts.get(one)]
    return _words.pick(lang, "，", ", ").join(found)


def _has_margin(rule: RuleInfo) -> bool:
    """Whether a finding of the rule can have a margin: one comes from comparisons in its test, if it has one."""
    return re.search(r"[<>]|\bbetween\b|\.\.", rule["requires"] or "") is not None


def assess(plan: Plan, subject: str, sheet: _files.Sheet, lang: Lang) -> Assessment:
    """Judges every row of a table."""
    from ._terminal import progress

    table = _cells.understand(sheet, plan.facts(subject))
    cases = []
    for number, cells in progress(table.rows):
        report, errors = _cells.row(lambda facts: plan.evaluate(subject, facts), table, number, cells)
        cases.append(Case(number, cells, report, errors))
    return Assessment(plan, subject, table, cases, lang)
