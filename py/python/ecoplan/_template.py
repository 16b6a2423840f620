"""The sheet that people fill in, and that ``ecoplan assess`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _words
from ._cells import NAME, YEAR, bilingual
from ._ecoplan import Plan
from ._files import save, write_csv
from .types import FactInfo, Text

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 2000
"""How many rows of the sheet look after what is typed into them."""

_SHEET, _HELP = "填报 data", "说明 help"


def write(plan: Plan, subject: str, out: str) -> None:
    """Writes the sheet of a subject as Excel or, by the name of the file, as CSV with the headings alone."""
    facts = plan.facts(subject)
    if out.lower().endswith(".csv"):
        write_csv([[" | ".join(parts) for parts in [NAME, *map(_heading, columns(facts))]]], out)
        return
    import openpyxl

    book = openpyxl.Workbook()
    data = book.worksheets[0]
    data.title = _SHEET
    lists = _help(book.create_sheet(_HELP), plan, subject, facts)
    _fill_in(data, plan, columns(facts), lists)
    save(book, out)


def columns(facts: list[FactInfo]) -> list[tuple[FactInfo, bool]]:
    """Each fact, followed by its year where it has one: ``True`` stands for the year."""
    return [(fact, year) for fact in facts for year in ((False, True) if fact["yearly"] else (False,))]


def _heading(column: tuple[FactInfo, bool]) -> list[str]:
    fact, year = column
    inner = YEAR if year else {lang: _words.unit(fact["unit"], lang) for lang in _words.LANGS}
    labels = [_words.bracketed(fact["label"][lang], inner[lang], lang) for lang in _words.LANGS]
    return [*labels, f"{fact['name']}_year" if year else fact["name"]]


def _fill_in(sheet: Worksheet, plan: Plan, columns: list[tuple[FactInfo, bool]], lists: dict[str, str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for i, parts in enumerate([NAME, *map(_heading, columns)], 1):
        cell = sheet.cell(1, i, "\n".join(parts))
        cell.data_type = "s"
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="DDEBE3")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(i)].width = 26
    sheet.row_dimensions[1].height = 105
    sheet.freeze_panes = "B2"
    for i, (fact, year) in enumerate(columns, 2):
        letter = get_column_letter(i)
        rule = _year(plan) if year else _validation(fact, lists)
        rule.showErrorMessage = rule.showInputMessage = True
        rule.promptTitle = fact["label"]["zh"][:32]
        rule.prompt = "\n".join(_advice(fact))[:255]
        rule.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(rule)
        if fact["kind"] == "date" and not year:
            sheet.column_dimensions[letter].number_format = "yyyy-mm-dd"
            for row in range(2, ROWS + 2):
                sheet.cell(row, i).number_format = "yyyy-mm-dd"


def _advice(fact: FactInfo) -> list[str]:
    advice = [fact["help"][lang] for lang in _words.LANGS] if fact["help"] else []
    if fact["kind"] == "set":
        advice.append("填“说明”表中的可选项，以分号隔开。Choices of the help sheet, separated by semicolons.")
    return advice or [fact["label"]["en"]]


def _year(plan: Plan) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="whole", operator="between", formula1="1", formula2=str(plan.as_of.year))
    return _refusing(rule, {"zh": f"年份不晚于 {plan.as_of.year}", "en": f"a year up to {plan.as_of.year}"})


def _validation(fact: FactInfo, lists: dict[str, str]) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    low, high = fact["min"], fact["max"]
    if fact["kind"] == "yes_no":
        rule = DataValidation(type="list", formula1='"是,否,yes,no"')
        return _refusing(rule, {"zh": "请填“是”或“否”", "en": "yes or no"})
    if fact["kind"] == "choice":
        rule = DataValidation(type="list", formula1=lists[fact["name"]])
        return _refusing(rule, {"zh": "请从列表中选择", "en": "one of the list"})
    if fact["kind"] == "date":
        rule = DataValidation(type="date", operator="greaterThanOrEqual", formula1="DATE(1900,1,1)")
        return _refusing(rule, {"zh": "请填日期", "en": "a day"})
    if fact["kind"] == "number":
        if low is not None and high is not None:
            rule = DataValidation(type="decimal", operator="between", formula1=low, formula2=high)
        elif high is not None:
            rule = DataValidation(type="decimal", operator="lessThanOrEqual", formula1=high)
        else:
            rule = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1=low or "-1E+15")
        return _refusing(rule, _range(fact))
    return DataValidation()  # a set: any text


def _refusing(rule: DataValidation, expected: Text) -> DataValidation:
    rule.errorStyle = "stop"
    rule.errorTitle = "ecoplan"
    rule.error = "\n".join([expected["zh"], expected["en"]])[:225]
    rule.allow_blank = True
    return rule


def _range(fact: FactInfo) -> Text:
    ends = f"{fact['min'] or '−∞'} … {fact['max'] or '∞'}" if fact["min"] or fact["max"] else ""
    zh, en = (f"{ends} {_words.unit(fact['unit'], lang)}".strip() for lang in _words.LANGS)
    return {"zh": f"数值 {zh}".strip(), "en": f"a number {en}".strip()}


def _help(sheet: Worksheet, plan: Plan, subject: str, facts: list[FactInfo]) -> dict[str, str]:
    """Writes help and choices; gives the cells that hold the choices of each fact."""
    from openpyxl.styles import Alignment, Font

    label = next(one["label"] for one in plan.subjects() if one["id"] == subject)
    rows: list[list[Any]] = [
        [bilingual(label["zh"], label["en"]), bilingual(plan.title["zh"], plan.title["en"])],
        ["一行一个对象；不知道的留空，不要填 0 或“未检出”。表头请勿改动，列可以删除，也可以另加。"],
        [
            "One case a row. Leave open what is not known: no 0, no “not detected”. Keep the headings as they are; "
            "columns may be deleted, and others added."
        ],
        [],
        ["名称 name", "中文", "English", "类型 kind", "单位 unit", "范围 range", "来源 source", "说明", "Help"],
    ]
    head = [1, len(rows)]
    for fact in facts:
        kind, source = _words.FACT_KINDS[fact["kind"]], _words.SOURCES[fact["source"]]
        extent = _range(fact)["en"].removeprefix("a number").strip() if fact["kind"] == "number" else ""
        about: Text = fact["help"] or {"zh": "", "en": ""}
        words = [bilingual(kind["zh"], kind["en"]), _words.unit(fact["unit"], "en"), extent]
        origin = bilingual(source["zh"], source["en"])
        rows.append([fact["name"], fact["label"]["zh"], fact["label"]["en"], *words, origin, about["zh"], about["en"]])
    lists = {}
    if any(fact["choices"] for fact in facts):
        rows += [[], ["名称 name", "可选项 choice", "id"]]
        head.append(len(rows))
    for fact in facts:
        if fact["choices"]:
            lists[fact["name"]] = f"'{_HELP}'!$B${len(rows) + 1}:$B${len(rows) + len(fact['choices'])}"
        for choice in fact["choices"]:
            rows.append([fact["name"], bilingual(choice["label"]["zh"], choice["label"]["en"]), choice["id"]])
    for i, row in enumerate(rows, 1):
        for j, value in enumerate(row, 1):
            cell = sheet.cell(i, j)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
            cell.font = Font(bold=i in head)
            cell.alignment = Alignment(vertical="top", wrap_text=len(row) > 2)
    for letter, width in zip("ABCDEFGHI", (40, 40, 40, 16, 10, 18, 18, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    return lists
