"""Tables: what came in as a pandas, Polars or pyarrow table comes back as one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ._ecoplan import Plan, Table
from ._error import Error, Problem


def evaluate(
    plan: Plan,
    subject: str,
    table: Any,
    columns: Mapping[str, str] | None,
    strict: bool,
    append: bool,
) -> Any:
    """Judges every row; see ``Plan.evaluate_table``."""
    if _is(table, "pandas", "DataFrame"):
        return _pandas(plan, subject, table, columns, strict, append)
    expected = f"a table that speaks the Arrow PyCapsule protocol is expected, not {type(table).__name__}"
    if _is(table, "pandas", "Series"):
        raise TypeError(f"{expected}; for one case, use plan.evaluate(subject, series)")
    if _is(table, "polars", "LazyFrame"):
        raise TypeError(f"{expected}; collect it first: frame.collect()")
    if not (hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")):
        raise TypeError(expected)
    result = Table._evaluate(plan, subject, table, columns, strict, append)
    if _is(table, "polars", "DataFrame"):
        return sys.modules["polars"].DataFrame(result)
    if _is(table, "pyarrow", "Table", "RecordBatch"):
        return sys.modules["pyarrow"].table(result)
    return result


def _is(table: object, library: str, *classes: str) -> bool:
    """Whether it is of a class, or a class below it; a library that is not loaded has made nothing."""
    module = sys.modules.get(library)
    return any(isinstance(table, getattr(module, name, ())) for name in classes)


def _pandas(
    plan: Plan,
    subject: str,
    frame: Any,
    columns: Mapping[str, str] | None,
    strict: bool,
    append: bool,
) -> Any:
    # The frame keeps its index and types: only facts go in through Arrow, and only what is new comes out.
    import pandas as pd

    try:
        import pyarrow as pa
    except ImportError as error:
        raise ImportError("pandas tables need pyarrow: pip install pyarrow") from error

    facts = plan.facts(subject)
    known = {fact["name"] for fact in facts} | {f"{fact['name']}_year" for fact in facts if fact["yearly"]}
    mapped = columns if isinstance(columns, Mapping) else {}
    names = [str(name) for name in frame.columns]
    given = [mapped.get(name, name) in known for name in names]
    if not names:
        all_names = ", ".join(fact["name"] for fact in facts)
        hints = f"the facts are {all_names}", f"事实有 {all_names}"
        raise Error(Problem("unknown-fact", "columns", "no column is a fact", "没有一列是事实", *hints))
    # Of the other columns, the check needs no more than the names.
    named = [fact or strict or not any(given) or name in mapped for name, fact in zip(names, given, strict=True)]
    source = pa.Table.from_arrays(
        [_array(frame.iloc[:, i]) if given[i] else pa.nulls(len(frame)) for i, used in enumerate(named) if used],
        names=[name for name, used in zip(names, named, strict=True) if used],
    )
    result = pa.table(Table._evaluate(plan, subject, source, columns, strict, append=False)).to_pandas()
    result.index = frame.index
    if not append:
        return result
    for name in result.columns:
        if name in names:
            message, zh = f"the table already has a column `{name}`", f"表中已有“{name}”列"
            hints = "rename it, or use append=False", "请改列名，或使用 append=False"
            raise Error(Problem("duplicate-key", "columns", message, zh, *hints))
    return pd.concat([frame, result], axis=1)


def _array(column: Any) -> Any:
    """A column as Arrow has it; one that has no type there, such as numbers and texts mixed, as texts."""
    import pyarrow as pa

    try:
        return pa.array(column, from_pandas=True)
    except (TypeError, ValueError, OverflowError, NotImplementedError):
        return pa.array([_text(cell) for cell in column], pa.string())


def _text(cell: Any) -> str | None:
    import pandas as pd

    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return None
    # A day without a time is a day, as it is in a column of days.
    return str(cell).removesuffix(" 00:00:00") if isinstance(cell, datetime) else str(cell)
