"""Cases that a rule's author has filled in, against what the rule says of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from . import _cells, _words
from ._ecoplan import Finding, Plan
from ._files import Cell, Failure, Sheet, blank
from .types import BoundaryCase, Lang, Text

# The columns of a table of cases beside its facts: why, in what, as of when, and what is expected.
ABOUT: Text = {"zh": "情形", "en": "about"}
OF: Text = {"zh": "填报项", "en": "of"}
DAY: Text = {"zh": "评价日", "en": "as of"}
EXPECTED: Text = {"zh": "预期结论", "en": "expected"}


def check(plan: Plan, rule: str, sheet: Sheet, lang: Lang) -> int:
    """Compares each row with what is expected of it, and says which outcomes the rows do not reach."""
    subject = next(known["subject"] for known in plan.rules() if known["id"] == rule)
    table = _cells.understand(sheet, plan.facts(subject))
    day, expected = (_place(table.headings, heading) for heading in (DAY, EXPECTED))
    if expected is None:
        raise Failure(f"{sheet.file}: no column is called `{EXPECTED['en']}` or `{EXPECTED['zh']}`")
    lines: list[str] = []
    reached: set[str] = set()
    agree = empty = 0
    for number, cells in table.rows:
        wanted = _at(cells, expected)
        if blank(wanted):
            empty += 1
            continue
        on = plan if day is None or blank(_at(cells, day)) else plan.at(str(_at(cells, day)))
        report, errors = _cells.row(partial(on.evaluate, subject), table, number, cells)
        finding = report[rule]
        lines += [error.line(lang) for error in errors]
        found, decided = _said(finding)
        if str(wanted).strip() in (found, decided, *_spelt(finding)):
            agree += 1
            reached.add(decided)
        else:
            zh, en = f"预期 {wanted}，规则的结论是 {decided}", f"expected {wanted}, the rule says {decided}"
            lines.append(_words.pick(lang, f"第 {number} 行：{zh}", f"row {number}: {en}"))
    possible = dict.fromkeys(_said(_of(plan, rule, subject, case))[1] for case in plan.boundary_cases(rule))
    left = [said for said in possible if said not in reached]
    for line in lines:
        print(f"{sheet.file}: {_words.printable(line)}")
    total = len(table.rows) - empty
    zh, en = f"{agree}/{total} 行与预期一致", f"{agree} of {total} rows are as expected"
    if empty:
        zh, en = f"{zh}，{empty} 行未填预期", f"{en}, {empty} have nothing expected"
    print(_words.pick(lang, zh, en))
    if left:
        print(_words.pick(lang, "尚无一行得出：", "no row comes to: ") + ", ".join(left))
    return 0 if agree == total and not lines else 1


def _of(plan: Plan, rule: str, subject: str, case: BoundaryCase) -> Finding:
    return plan.evaluate(subject, case["facts"], as_of=case["as_of"])[rule]


def _said(finding: Finding) -> tuple[str, str]:
    """The outcome, and with it the decision."""
    return finding.outcome, f"{finding.outcome} {finding.decision}" if finding.decision else finding.outcome


def _spelt(finding: Finding) -> list[str]:
    """The outcome as people write it in either language."""
    return [_words.verdict(kind, finding.outcome, lang) for kind in (finding.kind, "") for lang in _words.LANGS]


def _place(headings: Sequence[str], heading: Text) -> int | None:
    keys = {_cells.key(text) for text in (heading["zh"], heading["en"])}
    return next((place for place, found in enumerate(headings) if _cells.key(found) in keys), None)


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None
