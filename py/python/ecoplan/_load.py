"""Plan files."""

from __future__ import annotations

import os
from pathlib import Path

from ._ecoplan import Plan
from ._error import Error, Problem


def load(*files: str | os.PathLike[str]) -> Plan:
    """Reads a plan of your own from TOML files.

    Raises:
        Error: All that is wrong at once, each with file, line, rule and field: a rule without a citation
            (``missing-citation``), a condition over a fact that nobody declared (``unknown-fact``), bytes that are not
            UTF-8 (``not-utf8``).
        OSError: A file that cannot be read.
    """
    if not files:
        raise TypeError("load() takes the files of a plan, at least one")
    paths = [Path(file) for file in files]
    # Errors name a file by its own name, or by its path where two have the same.
    unique = len({path.name for path in paths}) == len(paths)
    return Plan.from_files({path.name if unique else str(path): _text(path) for path in paths})


def _text(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message, message_zh = f"byte {error.start} is not UTF-8", f"第 {error.start} 字节不是 UTF-8"
        raise Error(Problem("not-utf8", file.name, message, message_zh, "save the file as UTF-8")) from None
