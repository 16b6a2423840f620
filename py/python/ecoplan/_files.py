"""Tables in files: CSV, Excel and Parquet in; CSV and Excel out."""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from openpyxl import Workbook

Cell = Any
"""What a cell holds: a text, number, yes/no, day or list of texts; ``None`` for a blank."""


class Failure(Exception):
    """Bad usage or an unreadable file: the message is all that its reader needs."""


class Formula(str):
    """An Excel formula whose value the file does not hold."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a table that are not blank, each with its number in the file; the headings are among them.

    Attributes:
        file: The name of the file, as messages print it.
        rows: Number and cells.
        shifting: Whether one stray separator shifts the cells of a row, as in CSV.
    """

    file: str
    rows: list[tuple[int, list[Cell]]]
    shifting: bool = False


def blank(cell: Cell) -> bool:
    """Whether a cell is not filled in."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read(file: str, sheet: str | None = None) -> Sheet:
    """Reads a table by what the file holds, whatever it is called; ``-`` is standard input."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    name = "stdin" if file == "-" else file
    if data.startswith(b"PK\x03\x04"):
        return Sheet(name, _excel(name, data, sheet))
    if sheet is not None:
        raise Failure(f"{name}: --sheet is for Excel workbooks")
    if data.startswith(b"PAR1"):
        return Sheet(name, _parquet(name, data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Failure(f"{name}: an old (.xls) or encrypted workbook: save it as .xlsx without a password")
    return Sheet(name, _csv(name, text(name, data)), shifting=True)


def text(name: str, data: bytes) -> str:
    """Decodes UTF-8, else the encoding that Chinese Windows writes; Excel's "Unicode text" by its mark."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Failure(f"{name}: neither UTF-8 nor GB18030 text: save it as CSV UTF-8")


def _csv(name: str, content: str) -> list[tuple[int, list[Cell]]]:
    try:
        # Not lenient: a quote that is never closed would swallow the rest of the file without a word.
        records = csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content), strict=True)
        return _filled(records)
    except csv.Error as error:
        raise Failure(f"{name}: not a CSV table: {error}") from None


def _delimiter(content: str) -> str:
    """The separator that cuts the first row that is not blank into the most cells."""

    def width(delimiter: str) -> int:
        try:
            records = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
            return next((len(record) for record in records if any(map(str.strip, record))), 0)
        except csv.Error:
            return 0

    return max(",;\t", key=width)


def _filled(rows: Iterable[Sequence[Cell]], start: int = 1) -> list[tuple[int, list[Cell]]]:
    return [(number, list(row)) for number, row in enumerate(rows, start) if not all(map(blank, row))]


def _excel(name: str, data: bytes, sheet: str | None) -> list[tuple[int, list[Cell]]]:
    import openpyxl

    try:
        # Once for the values and once for the formulas: a formula without a value is not a blank.
        books = [openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=only) for only in (True, False)]
        names = [worksheet.title for worksheet in books[0].worksheets]
        if not names or sheet not in (None, *names):
            raise Failure(f"{name}: no sheet is called {sheet!r}: it has {', '.join(map(repr, names))}")
        tables = [book[sheet or names[0]] for book in books]
        for table in tables:
            table.reset_dimensions()  # some writers state them wrongly
        rows = _filled(map(_excel_row, tables[0].iter_rows(), tables[1].iter_rows()))
    except (Failure, OSError, ModuleNotFoundError):
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as there are parsers in it
        raise Failure(f"{name}: not a readable Excel workbook: {error}") from None
    # Cells that only carry a format would be columns without a heading.
    width = max((i for _, row in rows for i, cell in enumerate(row, 1) if not blank(cell)), default=0)
    return [(number, [*row, *[None] * width][:width]) for number, row in rows]


def _excel_row(values: Sequence[Any], formulas: Sequence[Any]) -> list[Cell]:
    return [_excel_cell(value, formula) for value, formula in zip(values, formulas, strict=True)]


def _excel_cell(cell: Any, formula: Any) -> Cell:
    value = cell.value
    if value is None and formula.value is not None and cell.data_type != "str":  # "str": it gives the empty text
        return Formula(getattr(formula.value, "text", formula.value))
    if isinstance(value, float) and math.isfinite(value):
        # Excel shows 15 digits of a number: what it computes as 81.6 is often stored as 81.59999999999998.
        value = Decimal(format(value, ".15g"))
    if isinstance(value, Decimal | int) and not isinstance(value, bool) and "%" in _unquoted(cell.number_format):
        # What the sheet shows as 97.82% is stored as 0.9782.
        return f"{plain(Decimal(value) * 100)}%"
    if isinstance(value, datetime.time | datetime.timedelta):
        return str(value)
    return value


def _unquoted(number_format: str | None) -> str:
    return re.sub(r'"[^"]*"|\\.', "", number_format or "")


def _parquet(name: str, data: bytes) -> list[tuple[int, list[Cell]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
        columns = [_parquet_column(column) for column in table.columns]
    except (ValueError, OSError, NotImplementedError) as error:  # pyarrow's own errors are among these
        raise Failure(f"{name}: not a readable Parquet file: {error}") from None
    return [(0, list(table.column_names)), *_filled(zip(*columns, strict=True))]


def _parquet_column(column: Any) -> list[Cell]:
    import pyarrow as pa

    if pa.types.is_float16(column.type) or pa.types.is_float32(column.type):
        # A single means its own shortest decimal, not that of the double next to it.
        column = column.cast(pa.float32()).cast(pa.string())
        return [None if cell == "nan" else cell for cell in column.to_pylist()]
    return [None if isinstance(cell, float) and cell != cell else cell for cell in column.to_pylist()]


@contextmanager
def writer(out: str | None) -> Iterator[TextIO]:
    """A file, or standard output, that takes UTF-8 and keeps line ends."""
    if out is not None:
        with Path(out).open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # replaced by a caller
        yield sys.stdout
        return
    sys.stdout.flush()
    stream = io.TextIOWrapper(buffer, encoding="utf-8", newline="", write_through=True)
    try:
        yield stream
    finally:
        stream.detach()


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


def number(cell: Cell) -> Cell:
    """A text that is a plain number as that number, with every digit; anything else as it is."""
    return Decimal(cell.strip()) if isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()) else cell


def plain(value: Decimal) -> str:
    """A decimal with every digit, never as a power of ten and without zeros at the end."""
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def write_csv(rows: Iterable[Sequence[Cell]], out: str | None) -> None:
    """Writes CSV as Excel opens it, with a byte-order mark; no text becomes a formula there."""
    with writer(out) as stream:
        stream.write("\ufeff")
        table = csv.writer(stream)
        table.writerows([_csv_text(cell) for cell in row] for row in rows)


def _csv_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if _looks_active(cell) and not _NUMBER.fullmatch(cell.strip()) else cell
    return _flat(cell)


def _looks_active(cell: str) -> bool:
    # Excel in Chinese takes the full-width signs for the others.
    return cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) or cell.startswith(("\t", "\r"))


def _flat(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case Decimal():
            return format(cell, "f")
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.date():
            return cell.isoformat()
        case list():
            return ";".join(map(str, cell))
        case _:
            return str(cell)


def write_xlsx(rows: Iterable[Sequence[Cell]], out: str, title: str) -> None:
    """Writes an Excel workbook of one sheet; every text is a text there, never a formula."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for i, row in enumerate(rows):
        cells: list[Any] = []
        for value in row:
            content = _excel_value(value)
            cell = WriteOnlyCell(sheet, content)
            if isinstance(content, str):
                cell.data_type = "s"
                cell.quotePrefix = _looks_active(content)
            if i == 0:
                cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                sheet.column_dimensions[get_column_letter(len(cells) + 1)].width = 20
            cells.append(cell)
        sheet.append(cells)
    save(book, out)


def save(book: Workbook, out: str) -> None:
    """Writes a workbook in one piece: openpyxl leaves a damaged file where it cannot write."""
    buffer = io.BytesIO()
    book.save(buffer)
    Path(out).write_bytes(buffer.getvalue())


def _excel_value(cell: Cell) -> Cell:
    """A number only where Excel's binary one means the same decimal."""
    match cell:
        case datetime.datetime():
            return cell.replace(tzinfo=None)
        case None | bool() | datetime.date():
            return cell
        case float() if math.isfinite(cell):
            return cell
        case int() | Decimal() if Decimal(repr(float(Decimal(cell)))) == cell:
            return float(cell)
        case _:
            return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", _flat(cell))
