"""``ecoplan scorecard``: values from a table or JSON, and the scorecard in every format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import _cells, _files, _html, _words
from ._cells import CellError, Refused
from ._ecoplan import Plan, Scorecard
from ._error import Problem
from ._files import Cell, Failure, Sheet, blank
from .types import FactInfo, Lang, Text

_HEADINGS = {
    "fact": ("fact", "indicator", "name", "事实", "指标", "指标名称", "名称"),
    "value": ("value", "数值", "值", "指标值"),
    "year": ("year", "年份", "年", "年度"),
    "not_assessed": ("not_assessed", "not assessed", "不参评", "不参与评价", "不参评原因", "不参与评价原因"),
}

_ROW_ZH = "序号,规则,指标,类别,属性,状态,原因,数值,年份,比较,目标,目标（原文）,单位,余量,进度,每年须变化,尚缺信息,备注"
_ROW_EN = (
    "no,rule,indicator,category,attribute,status,reason,value,year,bound,target,target as printed,unit,margin,progress,"
    "pace,missing facts,notes"
)


def judge(plan: Plan, file: str | None, sheet: str | None) -> tuple[Scorecard, list[CellError]]:
    """Judges the values of a file, or those that the plan itself reports."""
    if file is None:
        return plan.scorecard(plan.reported()), []
    places: _Places = {}
    errors: list[CellError] = []
    if file.lower().endswith(".json"):
        values = _from_json(file)
    else:
        values, places, errors = _from_table(plan, _files.read(file, sheet))
    card, problems = _cells.lenient(plan.scorecard, values)
    for name, problem in problems:
        row, columns = places.get(name, (None, {}))
        inner = problem.path.removeprefix(f"facts.{name}").strip(".") or "value"
        errors.append(CellError(row, columns.get(inner, problem.path.removeprefix("facts.")), problem))
    return card, errors


def _from_json(file: str) -> dict[str, Any]:
    values = parse(file, Path(file).read_bytes())
    if not isinstance(values, dict):
        raise Failure(f"{file}: not an object of values by fact name")
    return values


def parse(file: str, data: bytes) -> Any:
    """Reads JSON with every digit of its numbers; a key that stands twice is refused."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise Failure(f"{file}: the key `{_words.printable(name)}` stands twice")
            found[name] = value
        return found

    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Failure(f"{file}: not JSON in UTF-8: {error}") from None


_Places = dict[str, tuple[int | None, dict[str, str]]]


def _from_table(plan: Plan, sheet: Sheet) -> tuple[dict[str, Any], _Places, list[CellError]]:
    """The values by fact, the row of each with the headings of its cells, and the cells that are refused."""
    facts = _facts(plan)
    known, by_name = _cells.names(facts), {fact["name"]: fact for fact in facts}
    columns, headings = _columns(sheet)
    values: dict[str, Any] = {}
    places: _Places = {}
    errors = []
    for number, cells in sheet.rows[1:]:
        if sheet.shifting and not all(map(blank, cells[len(sheet.rows[0][1]) :])):
            problem = Problem(
                "extra-cells", "", "more cells than headings", "单元格多于表头", "quote cells with separators"
            )
            errors.append(CellError(number, "", problem))
            continue
        filled = {name: cells[i] for name, i in columns.items() if i < len(cells) and not blank(cells[i])}
        named = str(filled.pop("fact", "")).strip()
        names = known.get(_cells.key(named), set()) & by_name.keys()
        if len(names) != 1:
            near = _cells.nearest(named, facts)
            problem = Problem("unknown-fact", named, f"`{named}` is no fact of the indicators", f"没有事实“{named}”")
            hints = (f"did you mean `{near}`?", f"是否为“{near}”？") if near else (None, None)
            problem = Problem(problem.code, named, problem.message, problem.message_zh, *hints)
            errors.append(CellError(number, headings["fact"], problem))
            continue
        (name,) = names
        if name in places:
            message, zh = f"{name} stands in row {places[name][0]}, too", f"{name} 与第 {places[name][0]} 行重复"
            errors.append(CellError(number, headings["fact"], Problem("duplicate-key", name, message, zh)))
            continue
        places[name] = number, headings
        try:
            values[name] = _value(by_name[name], filled)
        except Refused as refused:
            errors.append(CellError(number, headings["value"], refused.problem))
    return values, places, errors


def _facts(plan: Plan) -> list[FactInfo]:
    subjects = dict.fromkeys(rule["subject"] for rule in plan.rules() if rule["indicator"])
    return [fact for subject in subjects for fact in plan.facts(subject)]


def _columns(sheet: Sheet) -> tuple[dict[str, int], dict[str, str]]:
    """The place and the heading of each column that is read."""
    spelt = {_cells.key(spelling): name for name, spellings in _HEADINGS.items() for spelling in spellings}
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    for place, cell in enumerate(sheet.rows[0][1] if sheet.rows else []):
        name = spelt.get(_cells.key(str(cell or "")))
        if name in places:
            raise Failure(f"{sheet.file}: two headings give {name}: `{headings[name]}` and `{cell}`")
        if name:
            places[name], headings[name] = place, str(cell)
    if not {"fact", "value"} <= places.keys():
        raise Failure(f"{sheet.file}: the headings are fact, value and, if you have them, year and not_assessed")
    return places, headings


def _value(fact: FactInfo, filled: dict[str, Cell]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "value" in filled:
        found["value"] = _cells.value(fact["name"], fact, filled["value"])
    if "year" in filled:
        year = filled["year"]
        found["year"] = year.strip() if isinstance(year, str) else year
    if "not_assessed" in filled:
        reason = str(filled["not_assessed"]).strip()
        spelt = {_cells.key(words[lang]): id_ for id_, words in _words.REASONS.items() for lang in _words.LANGS}
        found["not_assessed"] = spelt.get(_cells.key(reason), reason)
    return found


def write(card: Scorecard, errors: list[CellError], form: str, out: str | None, lang: Lang) -> None:
    """Writes a scorecard in one of the formats, to a file or to standard output."""
    if form == "csv":
        _files.write_csv(_rows(card, lang), out)
    elif form == "xlsx":
        _files.write_xlsx(_rows(card, lang), out or "", _words.pick(lang, "指标完成情况", "scorecard"))
    else:
        with _files.writer(out) as stream:
            if form == "json":
                found = card.to_dict() | {"errors": [error.to_dict() for error in errors]}
                stream.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
            elif form == "html":
                stream.write(_html.page(_html.scorecard(card, lang=lang), title=card.plan.title[lang], lang=lang))
            else:
                stream.write(card.explain(lang))


def _rows(card: Scorecard, lang: Lang) -> Iterator[list[Cell]]:
    yield list(_words.pick(lang, _ROW_ZH, _ROW_EN).split(","))
    labels: dict[str, Text] = {fact["name"]: fact["label"] for fact in _facts(card.plan)}
    separator = _words.pick(lang, "；", "; ")
    for row in card:
        status = _words.outcome(row.status, lang)
        if row.status != "not_assessed":
            status = _words.verdict(card.report[row.rule].kind, row.status, lang)
        words = [row.category[lang], _words.ATTRIBUTES[row.attribute][lang], status]
        value = row.value
        if isinstance(value, bool):
            value = _words.yes_no(value, lang)
        target = [row.bound, row.target, row.printed_target[lang], _words.unit(row.unit, lang)]
        missing = separator.join(labels[name][lang] for name in row.missing)
        notes = separator.join(note[lang] for note in row.notes)
        reason = _words.why(row.reason, lang) if row.reason else None
        cells = [row.no, row.rule, row.title[lang], *words, reason, value, row.year, *target]
        yield [*cells, row.margin, row.progress, row.pace, missing, notes]
