"""Tables: what came in as a pandas, Polars or pyarrow table comes back as one."""

from __future__ import annotations

import sys
from typing import Any

from ._ecoplan import Plan, Table


def evaluate(
    plan: Plan,
    subject: str,
    table: Any,
    columns: dict[str, str] | None,
    strict: bool,
    append: bool,
) -> Any:
    """Judges every row; see ``Plan.evaluate_table``."""
    if not (hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")):
        raise TypeError(f"a table that speaks the Arrow PyCapsule protocol is expected, not {type(table).__name__}")
    library = type(table).__module__.partition(".")[0]
    if library == "pandas":
        return _pandas(plan, subject, table, columns, strict, append)
    result = Table._evaluate(plan, subject, table, columns, strict, append)
    if library in ("polars", "pyarrow"):
        module = sys.modules[library]
        return module.DataFrame(result) if library == "polars" else module.table(result)
    return result


def _pandas(
    plan: Plan,
    subject: str,
    frame: Any,
    columns: dict[str, str] | None,
    strict: bool,
    append: bool,
) -> Any:
    # The frame keeps its index and types: only what is new goes through Arrow.
    import pandas as pd
    import pyarrow as pa

    source = pa.Table.from_pandas(frame, preserve_index=False)
    result = pa.table(Table._evaluate(plan, subject, source, columns, strict, append=False)).to_pandas()
    result.index = frame.index
    if not append:
        return result
    both = set(frame.columns) & set(result.columns)
    if both:
        raise ValueError(f"the table already has the columns {sorted(both)}; rename them, or use append=False")
    return pd.concat([frame, result], axis=1)
