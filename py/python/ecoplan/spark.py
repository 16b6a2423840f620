"""Tables on Apache Spark: each worker judges its partitions, in Arrow batches.

>>> from ecoplan.spark import evaluate
>>> judged = evaluate(df, plan, "urban_wwtp")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._ecoplan import Plan

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from .types import Day, Facts


def evaluate(
    df: DataFrame,
    plan: Plan,
    subject: str,
    *,
    as_of: Day | None = None,
    constants: Facts | None = None,
    columns: Mapping[str, str] | None = None,
    strict: bool = False,
    append: bool = True,
    margins: bool = False,
) -> DataFrame:
    """Judges every row of a Spark table, where its partitions are; the result is as lazy as the table.

    What columns are read, what comes out and what is wrong is as of ``Plan.evaluate_table``; outcomes and decisions are
    strings. The names and types of columns are checked at once, on the driver. Driver and workers need ecoplan and
    pyarrow; PySpark 4.0 or later.

    Raises:
        Error: As ``Plan.evaluate_table``.
    """
    import pyarrow as pa
    from pyspark.sql.types import DataType, DecimalType, StringType, StructField, StructType

    wanted = {"as_of": as_of, "columns": columns, "strict": strict, "append": append, "margins": margins}
    if constants is not None:
        plan = plan.with_facts(subject, constants)
    judge = _judge(plan, subject, wanted)

    def kind(found: pa.DataType) -> DataType:
        return DecimalType(found.precision, found.scale) if pa.types.is_decimal(found) else StringType()

    # Without a row, it says what comes out, or what is wrong with the columns.
    (nothing,) = judge(iter([_no_rows(df.limit(0).toArrow().schema)]))
    own = df.schema.fields if append else []
    found = [StructField(field.name, kind(field.type)) for field in list(nothing.schema)[len(own) :]]
    return df.mapInArrow(judge, StructType([*own, *found]))


def _judge(
    plan: Plan, subject: str, wanted: dict[str, Any]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            # One thread: Spark runs as many workers as there are cores.
            found = pa.table(plan.evaluate_table(subject, batch, threads=1, **wanted))
            for part in found.to_batches() or [_no_rows(found.schema)]:
                yield _without_codes(part)

    return judge


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _without_codes(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Spark has no dictionaries: the texts themselves."""
    import pyarrow as pa

    arrays = [array.dictionary_decode() if isinstance(array, pa.DictionaryArray) else array for array in batch.columns]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)
