"""Tables and progress on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ._words import printable

if TYPE_CHECKING:
    from rich.console import Console

_T = TypeVar("_T")

COLOURS = {"breached": "red", "triggered": "yellow", "undetermined": "magenta", "pending": "cyan", "satisfied": "green"}

_WIDTH = 160


@contextmanager
def console(out: str | None) -> Iterator[Console]:
    """A console on standard output, or on a file: nothing in the data is taken as its markup."""
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the process with another status

    plain = {"markup": False, "emoji": False, "highlight": False}
    if out is None:
        wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH
        yield Output(file=sys.stdout, width=wide, **plain)  # type: ignore[arg-type]
        return
    with Path(out).open("w", encoding="utf-8") as file:
        yield Output(file=file, width=_WIDTH, **plain)  # type: ignore[arg-type]


def table(console: Console, headings: Sequence[str], rows: Iterable[Sequence[str | tuple[str, str | None]]]) -> None:
    """Prints a table; a cell is a text, or a text and the outcome that colours it."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        pairs = [(cell, None) if isinstance(cell, str) else cell for cell in row]
        grid.add_row(*(Text(printable(text), style=COLOURS.get(found or "", "")) for text, found in pairs))
    console.print(grid)


def progress(items: Sequence[_T]) -> Iterable[_T]:
    """The items, with a bar on standard error where a person waits for many of them."""
    if len(items) <= 2000 or not sys.stderr.isatty():
        return items
    try:
        from rich.console import Console
        from rich.progress import track
    except ModuleNotFoundError:  # only the bar is missing
        return items
    return track(items, description="", console=Console(stderr=True), transient=True)
