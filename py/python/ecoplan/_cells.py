"""Headings as facts, and cells as their values."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from . import _words
from ._error import Error, Problem
from ._files import Cell, Failure, Formula, Sheet, blank
from .types import FactInfo, Lang, Text

NAME = "名称", "name"
"""The heading of the template's first column, in which people write what they call a case."""

YEAR: Text = {"zh": "年份", "en": "year"}

_T = TypeVar("_T")


@dataclass(frozen=True)
class Column:
    """A column that gives a fact, or the year of one.

    Attributes:
        place: The place of the column in the table.
        heading: Its heading, as the file has it.
        name: The fact, or ``<fact>_year``.
        fact: What the plan says of the fact.
    """

    place: int
    heading: str
    name: str
    fact: FactInfo

    @property
    def is_year(self) -> bool:
        """Whether the column gives the year and not the value."""
        return self.name != self.fact["name"]


@dataclass(frozen=True)
class Headed:
    """A table whose headings are understood.

    Attributes:
        headings: The headings, as the file has them.
        columns: The columns that are facts.
        rows: The other rows, each with its number in the file.
        shifting: As in ``Sheet``.
    """

    headings: list[str]
    columns: list[Column]
    rows: list[tuple[int, list[Cell]]]
    shifting: bool

    @property
    def others(self) -> list[int]:
        """The places of the columns that are no facts."""
        facts = {column.place for column in self.columns}
        return [place for place in range(len(self.headings)) if place not in facts]


@dataclass(frozen=True)
class CellError:
    """What is wrong with one cell, by the file's own row number and heading."""

    row: int | None
    column: str
    problem: Problem

    def line(self, lang: Lang) -> str:
        """One line, for a terminal."""
        heading = _words.printable(self.column)
        places = []
        if self.row is not None:
            places.append(_words.pick(lang, f"第 {self.row} 行", f"row {self.row}"))
        if heading:
            places.append(_words.pick(lang, f"“{heading}”列", f"column `{heading}`"))
        place = _words.pick(lang, "，", ", ").join(places)
        return f"{place}{_words.pick(lang, '：', ': ')}{_words.problem(self.problem, lang, path=False)}"

    def to_dict(self) -> dict[str, Any]:
        """The error as JSON has it."""
        problem = self.problem
        fields = {"code": problem.code, "message": problem.message, "message_zh": problem.message_zh}
        return {"row": self.row, "column": self.column, **fields, "hint": problem.hint}


_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "μ": "u", "\u200b": None, "\ufeff": None})


def key(text: str) -> str:
    """What the spellings of a heading or choice have in common: width, case and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold().split())


def names(facts: Sequence[FactInfo]) -> dict[str, set[str]]:
    """Every spelling of every column that gives a fact, by its ``key``."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        name = fact["name"]
        found.setdefault(key(name), set()).add(name)
        if fact["yearly"]:
            found.setdefault(key(f"{name}_year"), set()).add(f"{name}_year")
        units = {"", fact["unit"] or "", *(_words.unit(fact["unit"], lang) for lang in _words.LANGS)}
        for lang in _words.LANGS:
            label = fact["label"][lang]
            for unit in units:
                found.setdefault(key(_words.bracketed(label, unit, "en")), set()).add(name)
            if fact["yearly"]:
                found.setdefault(key(_words.bracketed(label, YEAR[lang], "en")), set()).add(f"{name}_year")
    return found


def understand(sheet: Sheet, facts: Sequence[FactInfo]) -> Headed:
    """Finds the headings: the first row, or the first below a title, in which a cell is a fact."""
    known = names(facts)
    for i, (_, cells) in enumerate(sheet.rows[:10]):
        headings = ["" if cell is None else str(cell) for cell in cells]
        found = [_named(heading, known) for heading in headings]
        if any(found):
            columns = _columns(sheet.file, headings, found, facts)
            return Headed(headings, columns, sheet.rows[i + 1 :], sheet.shifting)
    if not sheet.rows:
        raise Failure(f"{sheet.file}: the table is empty")
    spelt = {heading: nearest(heading, facts, cutoff=0.4) for heading in map(str, sheet.rows[0][1])}
    hints = [f"`{_words.printable(heading)}`: did you mean `{name}`?" for heading, name in spelt.items() if name]
    hints = hints or [f"the facts are {', '.join(fact['name'] for fact in facts)}"]
    raise Failure(f"{sheet.file}: no heading is a fact; " + "; ".join(hints))


def _named(heading: str, known: Mapping[str, set[str]]) -> set[str]:
    """The columns that a heading names; one of several lines names it in several ways."""
    whole = known.get(key(heading))
    if whole:
        return whole
    parts = [known[key(part)] for part in re.split(r"[\n|]", heading) if key(part) in known]
    alike = set.intersection(*parts) if parts else set()
    return alike or set().union(*parts)


def _columns(file: str, headings: Sequence[str], found: Sequence[set[str]], facts: Sequence[FactInfo]) -> list[Column]:
    by_name = {fact["name"]: fact for fact in facts}
    columns: dict[str, Column] = {}
    for place, (heading, named) in enumerate(zip(headings, found, strict=True)):
        if len(named) > 1:
            raise Failure(f"{file}: the heading `{_words.printable(heading)}` may be {' or '.join(sorted(named))}")
        for name in named:
            if name in columns:
                both = f"`{_words.printable(columns[name].heading)}` and `{_words.printable(heading)}`"
                raise Failure(f"{file}: two headings give {name}: {both}")
            fact = by_name.get(name) or by_name[name.removesuffix("_year")]
            columns[name] = Column(place, heading, name, fact)
    return list(columns.values())


def nearest(heading: str, facts: Sequence[FactInfo], cutoff: float = 0.75) -> str | None:
    """The fact whose name or label is most like a heading."""
    spellings = {key(s): f["name"] for f in facts for s in (f["label"]["zh"], f["label"]["en"], f["name"])}
    found = difflib.get_close_matches(key(heading), spellings, n=1, cutoff=cutoff)
    return spellings[found[0]] if found else None


def is_name(heading: str) -> bool:
    """Whether a column is the one in which people write what they call a case."""
    return any(key(part) in map(key, NAME) for part in re.split(r"[\n|]", heading))


class Refused(Exception):
    """A cell that cannot be its fact's value."""

    def __init__(self, problem: Problem) -> None:
        """Takes what is wrong."""
        super().__init__(problem)
        self.problem = problem


def value(name: str, fact: FactInfo, cell: Cell) -> Any:
    """What a cell says, in the form that ``Plan.evaluate`` takes; numbers stay the texts that they are."""
    if isinstance(cell, Formula):
        problem = Problem("formula-without-value", name, f"the value of `{cell}` is not in the file")
        raise Refused(
            _with(
                problem,
                f"文件中没有公式“{cell}”的计算结果",
                "open the file in Excel and save it",
                "请在 Excel 中打开并保存",
            )
        )
    if isinstance(cell, str):
        cell = cell.strip()
    if name != fact["name"] or fact["kind"] == "number":
        return cell
    if fact["kind"] == "date":
        return day(cell)
    if fact["kind"] == "yes_no":
        return _yes_no(name, cell)
    choices = _choices(fact)
    if fact["kind"] == "choice":
        return choices.get(key(str(cell)), str(cell))
    return cell if isinstance(cell, list) else _members(str(cell), choices)


def day(cell: Cell) -> Cell:
    """A day as Excel writes it in CSV, ``2027/6/29`` or ``2027-6-29``, as ``2027-06-29``; anything else as it is."""
    found = (
        re.fullmatch(r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?", key(cell)) if isinstance(cell, str) else None
    )
    return cell if found is None else f"{found[1]}-{found[3]:0>2}-{found[4]:0>2}"


_YES_NO = {"是": True, "yes": True, "true": True, "1": True, "否": False, "no": False, "false": False, "0": False}
_YES_NO |= {"是/yes": True, "否/no": False}


def _yes_no(name: str, cell: Cell) -> bool:
    answer = cell if isinstance(cell, bool) else _YES_NO.get(key(str(int(cell) if cell in (0, 1) else cell)))
    if answer is None:
        problem = Problem("wrong-type", name, f"`{_words.printable(str(cell))[:100]}` where yes or no is expected")
        raise Refused(
            _with(
                problem,
                f"应为“是”或“否”，实为“{str(cell)[:100]}”",
                "write yes or no, 是 or 否, or 1 or 0",
                "请填“是”或“否”，或 1、0",
            )
        )
    return answer


def _with(problem: Problem, message_zh: str, hint: str, hint_zh: str) -> Problem:
    return Problem(problem.code, problem.path, problem.message, message_zh, hint, hint_zh)


def bilingual(zh: str, en: str) -> str:
    """A word in both languages, as the template writes it."""
    return f"{zh} / {en}"


def _choices(fact: FactInfo) -> dict[str, str]:
    """The ids of the choices by every spelling."""
    found: dict[str, set[str]] = {}
    for choice in fact["choices"]:
        label = choice["label"]
        for spelling in (label["zh"], label["en"], bilingual(label["zh"], label["en"])):
            found.setdefault(key(spelling), set()).add(choice["id"])
    alone = {spelling: next(iter(ids)) for spelling, ids in found.items() if len(ids) == 1}
    return alone | {key(choice["id"]): choice["id"] for choice in fact["choices"]}


_BETWEEN = "[;；、|]"


def _members(text: str, choices: Mapping[str, str]) -> list[str]:
    """The members of a set. A label may itself contain a separator: the longest run that is a choice is one."""
    if key(text) in ("无", "none") and key(text) not in choices:
        return []
    pieces = re.split(f"({_BETWEEN})", text)
    longest = 2 * max((len(re.findall(_BETWEEN, spelling)) for spelling in choices), default=0) + 1
    members: list[str] = []
    start = 0
    while start < len(pieces):
        ends = range(min(len(pieces), start + longest), start, -2)
        end = next((end for end in ends if key("".join(pieces[start:end])) in choices), start + 1)
        member = "".join(pieces[start:end]).strip()
        if member:
            members.append(choices.get(key(member), member))
        start = end + 1
    return members


# A fact's own name may end in `_year`: the codes tell. The last is a second year beside the value's own.
_BAD_YEAR = ("future-year", "invalid-year", "duplicate-key")


def lenient(judge: Callable[[dict[str, Any]], _T], facts: dict[str, Any]) -> tuple[_T, list[tuple[str, Problem]]]:
    """Judges without the facts that are refused, and without values whose year is; gives each problem with its name."""
    problems: list[tuple[str, Problem]] = []
    while True:
        try:
            return judge(facts), problems
        except Error as error:
            refused = [(problem.path.removeprefix("facts.").partition(".")[0], problem) for problem in error.errors]
            if not all(name in facts for name, _ in refused):
                raise  # nothing that a cell could mend
            problems += refused
            bad = {name for name, _ in refused}
            # Without its year, a value would count as current.
            bad |= {name.removesuffix("_year") for name, problem in refused if problem.code in _BAD_YEAR}
            facts = {name: fact for name, fact in facts.items() if name not in bad}


def row(
    judge: Callable[[dict[str, Any]], _T], table: Headed, number: int, cells: Sequence[Cell]
) -> tuple[_T, list[CellError]]:
    """Judges one row. A bad cell is not given, nor a value whose year is bad; a row that has slipped gives nothing."""
    if table.shifting and not all(map(blank, cells[len(table.headings) :])):
        message = f"{len(cells)} cells under {len(table.headings)} headings: none of them is read"
        zh = f"本行有 {len(cells)} 个单元格，而表头只有 {len(table.headings)} 个：整行不读"
        hints = ("quote a cell that contains the separator", "含有分隔符的单元格请加引号")
        return judge({}), [CellError(number, "", Problem("extra-cells", f"row {number}", message, zh, *hints))]
    facts: dict[str, Any] = {}
    errors = []
    headings = {}
    undated: set[str] = set()
    for column in table.columns:
        cell = cells[column.place] if column.place < len(cells) else None
        if blank(cell):
            continue
        headings[column.name] = column.heading
        try:
            facts[column.name] = value(column.name, column.fact, cell)
        except Refused as refused:
            errors.append(CellError(number, column.heading, refused.problem))
            undated |= {column.fact["name"]} if column.is_year else set()
    facts = {name: fact for name, fact in facts.items() if name not in undated}
    found, problems = lenient(judge, facts)
    errors += [CellError(number, headings[name], problem) for name, problem in problems]
    order = [column.heading for column in table.columns]
    return found, sorted(errors, key=lambda error: order.index(error.column))
