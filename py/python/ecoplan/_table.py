"""Tables: what came in as a pandas, Polars or pyarrow table comes back as one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ._ecoplan import Plan, Table, TableStream
from ._error import Error, Problem

# Columns by fact, strict, append, margins, codes, threads: see ``Plan.evaluate_table``.
Wanted = tuple[Mapping[str, str] | None, bool, bool, bool, bool, int | None]
Progress = Callable[[int], object]


def evaluate(plan: Plan, subject: str, table: Any, wanted: Wanted, progress: Progress | None) -> Any:
    """Judges every row; see ``Plan.evaluate_table``."""
    _check(wanted)
    if _is(table, "pandas", "DataFrame"):
        return _pandas(plan, subject, table, wanted, progress)
    if _is(table, "polars", "DataFrame"):
        return _polars(plan, subject, table, wanted, progress)
    expected = f"a table that speaks the Arrow PyCapsule protocol is expected, not {type(table).__name__}"
    if _is(table, "pandas", "Series"):
        raise TypeError(f"{expected}; for one case, use plan.evaluate(subject, series)")
    if _is(table, "polars", "LazyFrame"):
        raise TypeError(f"{expected}; collect it first: frame.collect(), or use frame.pipe(ecoplan.polars.evaluate, …)")
    if not (hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")):
        raise TypeError(expected)
    result = Table._evaluate(plan, subject, table, wanted, progress)
    if _is(table, "pyarrow", "Table", "RecordBatch"):
        return sys.modules["pyarrow"].table(result)
    return result


def evaluate_stream(plan: Plan, subject: str, stream: Any, wanted: Wanted) -> TableStream:
    """Judges the rows of a stream as they come; see ``Plan.evaluate_stream``."""
    _check(wanted)
    if not (hasattr(stream, "__arrow_c_stream__") or hasattr(stream, "__arrow_c_array__")):
        raise TypeError(f"a stream that speaks the Arrow PyCapsule protocol is expected, not {type(stream).__name__}")
    return TableStream._evaluate(plan, subject, stream, wanted)


def _check(wanted: Wanted) -> None:
    columns, *_, threads = wanted
    if columns is not None and not isinstance(columns, Mapping):
        raise TypeError(f"columns: a mapping of columns to facts is expected, not {type(columns).__name__}")
    if isinstance(threads, bool) or not (threads is None or isinstance(threads, int)):
        raise TypeError(f"threads: a whole number is expected, not {type(threads).__name__}")
    if threads is not None and threads < 1:
        raise ValueError(f"threads: at least 1 is expected, not {threads}")


def _is(table: object, library: str, *classes: str) -> bool:
    """Whether it is of a class, or a class below it; a library that is not loaded has made nothing."""
    module = sys.modules.get(library)
    return any(isinstance(table, getattr(module, name, ())) for name in classes)


# A frame keeps its columns as they are, also those that Arrow cannot hold: only facts go in through Arrow, and only
# what is new comes out.


def _pandas(plan: Plan, subject: str, frame: Any, wanted: Wanted, progress: Progress | None) -> Any:
    import pandas as pd

    try:
        import pyarrow as pa
    except ImportError as error:
        raise ImportError("pandas tables need pyarrow: pip install pyarrow") from error

    names = [str(name) for name in frame.columns]
    if not names:
        all_names = ", ".join(fact["name"] for fact in plan.facts(subject))
        hints = f"the facts are {all_names}", f"事实有 {all_names}"
        raise Error(Problem("unknown-fact", "columns", "no column is a fact", "没有一列是事实", *hints))
    used = _used(plan, subject, names, wanted)
    arrays = [_array(frame.iloc[:, i]) if is_fact else pa.nulls(len(frame)) for i, is_fact in used.items()]
    source = pa.Table.from_arrays(arrays, names=[names[i] for i in used])
    result = pa.table(_results(plan, subject, source, wanted, progress)).to_pandas()
    result.index = frame.index
    if not _append(names, list(result.columns), wanted):
        return result
    return pd.concat([frame, result], axis=1)


def _polars(plan: Plan, subject: str, frame: Any, wanted: Wanted, progress: Progress | None) -> Any:
    import polars as pl

    names = list(frame.columns)
    used = _used(plan, subject, names, wanted)
    # A column without a type is passed as one of another type; what Polars hands out for it is not what Arrow expects.
    nothing = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    facts = {names[i]: is_fact and frame.to_series(i).dtype != pl.Null for i, is_fact in used.items()}
    source = pl.DataFrame([frame[name] if is_fact else nothing.alias(name) for name, is_fact in facts.items()])
    result = pl.DataFrame(_results(plan, subject, source, wanted, progress))
    return frame.hstack(result) if _append(names, result.columns, wanted) else result


def _used(plan: Plan, subject: str, names: list[str], wanted: Wanted) -> dict[int, bool]:
    """The places of the columns that matter, and whether each is read: of the others, names are checked."""
    columns, strict, *_ = wanted
    facts = plan.facts(subject)
    known = {"as_of"} | {fact["name"] for fact in facts} | {f"{fact['name']}_year" for fact in facts if fact["yearly"]}
    mapped = columns if isinstance(columns, Mapping) else {}
    given = [mapped.get(name, name) in known for name in names]
    every = strict or not any(given)
    return {i: given[i] for i, name in enumerate(names) if given[i] or every or name in mapped}


def _results(plan: Plan, subject: str, facts: Any, wanted: Wanted, progress: Progress | None) -> Table:
    """What is new, without the columns that were there."""
    return Table._evaluate(plan, subject, facts, (*wanted[:2], False, *wanted[3:]), progress)


def _append(names: list[str], results: list[str], wanted: Wanted) -> bool:
    """Whether the results stand behind the columns; they cannot if one has a name that is taken."""
    _, _, append, *_ = wanted
    taken = next((name for name in results if name in names), None) if append else None
    if taken is not None:
        message, zh = f"the table already has a column `{taken}`", f"表中已有“{taken}”列"
        hints = "rename it, or use append=False", "请改列名，或使用 append=False"
        raise Error(Problem("duplicate-key", "columns", message, zh, *hints))
    return append


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
