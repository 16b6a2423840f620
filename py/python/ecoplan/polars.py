"""Lazy Polars tables: judged batch by batch when they are collected or written, also by the streaming engine.

>>> import ecoplan.polars
>>> judged = frame.lazy().pipe(ecoplan.polars.evaluate, plan, "urban_wwtp")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ._ecoplan import Plan
from .types import OUTCOMES

if TYPE_CHECKING:
    import polars as pl

    from .types import Day, Facts


def evaluate(
    frame: pl.LazyFrame,
    plan: Plan,
    subject: str,
    *,
    as_of: Day | None = None,
    constants: Facts | None = None,
    columns: Mapping[str, str] | None = None,
    strict: bool = False,
    append: bool = True,
    margins: bool = False,
) -> pl.LazyFrame:
    """Judges every row of a lazy table, when it is needed.

    What columns are read, what comes out and what is wrong is as of ``Plan.evaluate_table``; outcomes and decisions are
    of the type ``polars.Enum``. The names of columns are checked at once.

    Raises:
        Error: As ``Plan.evaluate_table``.
    """
    import polars as pl

    if constants is not None:
        plan = plan.with_facts(subject, constants)
    enums = {
        name: pl.Enum(values)
        for rule in plan.rules(subject)
        for name, values in (
            (rule["id"], list(OUTCOMES)),
            (f"{rule['id']}.decision", [decision["id"] for decision in rule["decisions"]]),
        )
        if values
    }

    def judge(part: pl.DataFrame) -> pl.DataFrame:
        found: pl.DataFrame = plan.evaluate_table(
            subject, part, as_of=as_of, columns=columns, strict=strict, append=append, margins=margins
        )
        # Texts that mean the same in every batch.
        return found.cast({name: kind for name, kind in enums.items() if name in found.columns})

    empty = pl.DataFrame(schema=frame.collect_schema())
    # A filter or choice of columns that stands after it may be about results, which are not there before.
    return frame.map_batches(
        judge, schema=judge(empty).schema, streamable=True, predicate_pushdown=False, projection_pushdown=False
    )
