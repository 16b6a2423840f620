"""What judging a table costs, a row, beside the same rules written by hand, in the same run.

``python py/bench/frames.py [--rows N] [--json] [--spark]``: two rules over three columns, and seven rules over fifteen,
by ecoplan, Polars, numpy and DuckDB. Every answer is compared with whole hundredths before anything is timed. Times are
medians of several rounds, in which all take turns. What is written by hand gives codes of one byte and checks no cell;
ecoplan gives dictionaries of texts and a column of what is wrong. ``--spark`` times Spark too, which needs Java.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ecoplan
import ecoplan.polars
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

OUTCOMES = ("breached", "triggered", "undetermined", "pending", "satisfied", "not_applicable")
BREACHED, TRIGGERED, UNDETERMINED, _, SATISFIED, NOT_APPLICABLE = range(6)
NO_DECISION = 255

Codes = npt.NDArray[np.uint8]
Answer = dict[str, Codes]

NUMBERS = {
    "influent_bod5_2020_mg_l": (5500, 12_500, 10_000),
    "influent_bod5_mg_l": (0, 4000, 2000),
    "township_influent_bod5_mg_l": (5000, 15_000, 10_000),
    "pm25_ug_m3": (1500, 3500, 2500),
    "good_days_pct": (8500, 10_000, 9300),
    "forest_coverage_pct": (6000, 7800, 6900),
}
FLAGS = (
    "has_plan",
    "is_two_high",
    "target_met",
    "situation_severe",
    "space_insufficient",
    "shows_necessity",
    "shows_feasibility",
    "shows_efficiency",
    "shows_environment",
)
PLANTS = ("influent_bod5_2020_mg_l", "influent_bod5_mg_l", "has_plan")
POLICY, PLUS_20 = "wwtp-urban-bod-one-plant-one-policy", "wwtp-urban-bod-plus-20-2025"
SEVEN = ("plan-below-100", "plus-20", "township-100", "two-high", "pm25", "good-days", "forest")


def columns(rows: int) -> tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[np.bool_]]]:
    """Whole hundredths and flags, and which are given: 3 % are not; a quarter of the pairs is exactly 20 apart."""
    draw = np.random.default_rng(20_251_231)
    values: dict[str, npt.NDArray[Any]] = {}
    for name, (low, high, limit) in NUMBERS.items():
        drawn = draw.integers(low, high, rows, np.int32)
        # Half have one decimal; some stand on the limit, of rises a quarter.
        drawn = np.where(draw.random(rows) < 0.5, drawn // 10 * 10, drawn)
        on_limit = draw.random(rows) < (0.25 if name == "influent_bod5_mg_l" else 0.1)
        values[name] = np.where(on_limit, limit, drawn).astype(np.int32)
    values["influent_bod5_mg_l"] += values["influent_bod5_2020_mg_l"]
    values |= {name: draw.random(rows) < 0.5 for name in FLAGS}
    return values, {name: draw.random(rows) >= 0.03 for name in values}


@dataclass
class Known:
    """What is known of a condition in each row: true, false, or neither."""

    true: npt.NDArray[np.bool_]
    false: npt.NDArray[np.bool_]

    def __and__(self, other: Known) -> Known:
        """Both."""
        return Known(self.true & other.true, self.false | other.false)

    def __or__(self, other: Known) -> Known:
        """One of them, or both."""
        return Known(self.true | other.true, self.false & other.false)

    def __invert__(self) -> Known:
        """The contrary."""
        return Known(self.false, self.true)


def required(applies: Known | None, holds: Known) -> Codes:
    """The outcome of a rule, of which none is pending here."""
    found = np.full(len(holds.true), UNDETERMINED, np.uint8)
    found[holds.true] = SATISFIED
    found[holds.false] = BREACHED
    if applies is not None:
        found[~applies.true] = UNDETERMINED
        found[applies.false] = NOT_APPLICABLE
    return found


def by_numpy(hundredths: Callable[[str], tuple[Any, Any]], flag: Callable[[str], Known], seven: bool) -> Answer:
    """The rules in numpy, over whole hundredths and what is given of them."""

    def is_(name: str, compare: Callable[[Any], Any]) -> Known:
        number, given = hundredths(name)
        found = compare(number)
        return Known(found & given, ~found & given)

    (then, is_then), (now, is_now) = hundredths("influent_bod5_2020_mg_l"), hundredths("influent_bod5_mg_l")
    both, risen = is_then & is_now, now - then >= 2000
    below = is_("influent_bod5_2020_mg_l", lambda number: number < 10_000)
    plus_20 = required(below, Known(risen & both, ~risen & both))
    if not seven:
        # What the plan says is not known: without a plan the rule is breached, with one it is open.
        has_plan = flag("has_plan")
        nothing = np.zeros(len(risen), bool)
        return {
            POLICY: required(
                is_("influent_bod5_mg_l", lambda number: number < 10_000), has_plan & Known(nothing, nothing)
            ),
            PLUS_20: plus_20,
        }
    two_high = flag("is_two_high")
    slow = ~flag("target_met") | (flag("situation_severe") & flag("space_insufficient"))
    complete = (
        flag("shows_necessity") & flag("shows_feasibility") & flag("shows_efficiency") & flag("shows_environment")
    )
    bites, none = slow | ~complete, ~slow & complete
    gate = np.full(len(risen), UNDETERMINED, np.uint8)
    gate[two_high.true & bites.true] = TRIGGERED
    gate[two_high.true & none.true] = SATISFIED
    gate[two_high.false] = NOT_APPLICABLE
    decision = np.full(len(risen), NO_DECISION, np.uint8)
    decision[two_high.true & slow.true] = 0
    decision[two_high.true & slow.false & complete.false] = 1

    def at_least(name: str, limit: int) -> Codes:
        return required(None, is_(name, lambda number: number >= limit))

    return {
        "plan-below-100": required(below, flag("has_plan")),
        "plus-20": plus_20,
        "township-100": at_least("township_influent_bod5_mg_l", 10_000),
        "two-high": gate,
        "two-high.decision": decision,
        "pm25": required(None, is_("pm25_ug_m3", lambda number: number <= 2500)),
        "good-days": at_least("good_days_pct", 9300),
        "forest": at_least("forest_coverage_pct", 6900),
    }


def by_polars(frame: pl.DataFrame, seven: bool, engine: Any) -> pl.DataFrame:
    """The rules in Polars, from floats rounded to hundredths: exact for numbers of two decimals."""

    def number(name: str) -> pl.Expr:
        return (pl.col(name) * 100).round().cast(pl.Int32)

    def code(outcome: int) -> pl.Expr:
        return pl.lit(outcome, pl.UInt8)

    def outcome(applies: pl.Expr, holds: pl.Expr) -> pl.Expr:
        decided = pl.when(~applies).then(code(NOT_APPLICABLE)).when(applies & holds).then(code(SATISFIED))
        return decided.when(applies & ~holds).then(code(BREACHED)).otherwise(code(UNDETERMINED))

    then, now = number("influent_bod5_2020_mg_l"), number("influent_bod5_mg_l")
    below, always = then < 10_000, pl.lit(True)
    if not seven:
        rules = {
            POLICY: outcome(now < 10_000, pl.col("has_plan") & pl.lit(None, pl.Boolean)),
            PLUS_20: outcome(below, now - then >= 2000),
        }
        return frame.lazy().select(**rules).collect(engine=engine)
    slow = ~pl.col("target_met") | (pl.col("situation_severe") & pl.col("space_insufficient"))
    complete = pl.all_horizontal(*FLAGS[5:])
    two_high = pl.col("is_two_high")
    gate = pl.when(~two_high).then(code(NOT_APPLICABLE)).when(two_high & (slow | ~complete)).then(code(TRIGGERED))
    first = pl.when(two_high & slow).then(code(0)).when(two_high & ~slow & ~complete).then(code(1))
    rules = {
        "plan-below-100": outcome(below, pl.col("has_plan")),
        "plus-20": outcome(below, now - then >= 2000),
        "township-100": outcome(always, number("township_influent_bod5_mg_l") >= 10_000),
        "two-high": gate.when(two_high & ~slow & complete).then(code(SATISFIED)).otherwise(code(UNDETERMINED)),
        "two-high.decision": first.otherwise(code(NO_DECISION)),
        "pm25": outcome(always, number("pm25_ug_m3") <= 2500),
        "good-days": outcome(always, number("good_days_pct") >= 9300),
        "forest": outcome(always, number("forest_coverage_pct") >= 6900),
    }
    return frame.lazy().select(**rules).collect(engine=engine)


def sql(seven: bool) -> str:
    """The rules in SQL, on DECIMAL(9,2)."""

    def number(name: str) -> str:
        return f"{name}::decimal(9,2)"

    def outcome(applies: str, holds: str) -> str:
        return (
            f"(case when not ({applies}) then {NOT_APPLICABLE} when ({applies}) and ({holds}) then {SATISFIED} "
            f"when ({applies}) and not ({holds}) then {BREACHED} else {UNDETERMINED} end)::utinyint"
        )

    then, now = number("influent_bod5_2020_mg_l"), number("influent_bod5_mg_l")
    below, risen = f"{then} < 100", f"{now} - {then} >= 20"
    slow = "(not target_met or (situation_severe and space_insufficient))"
    complete = f"({' and '.join(FLAGS[5:])})"
    rules = {
        "plan-below-100": outcome(below, "has_plan"),
        "plus-20": outcome(below, risen),
        "township-100": outcome("true", f"{number('township_influent_bod5_mg_l')} >= 100"),
        "two-high": f"(case when not is_two_high then {NOT_APPLICABLE} when is_two_high and ({slow} or not {complete}) "
        f"then {TRIGGERED} when is_two_high and not {slow} and {complete} then {SATISFIED} else {UNDETERMINED} end)"
        "::utinyint",
        "two-high.decision": f"(case when is_two_high and {slow} then 0 when is_two_high and not {slow} and "
        f"not {complete} then 1 else {NO_DECISION} end)::utinyint",
        "pm25": outcome("true", f"{number('pm25_ug_m3')} <= 25"),
        "good-days": outcome("true", f"{number('good_days_pct')} >= 93"),
        "forest": outcome("true", f"{number('forest_coverage_pct')} >= 69"),
    }
    if not seven:
        rules = {POLICY: outcome(f"{now} < 100", "has_plan and null::boolean"), PLUS_20: outcome(below, risen)}
    named = ", ".join(f'{rule} as "{name}"' for name, rule in rules.items())
    return f"select {named} from facts"


def codes(table: pl.DataFrame, decisions: dict[str, list[str]], wanted: Answer) -> Answer:
    """What any of them answered, as codes."""
    answer = {}
    for name in wanted:
        column = table[name]
        if column.dtype not in (pl.UInt8, pl.Int8):
            texts = decisions.get(name, list(OUTCOMES))
            column = column.cast(pl.String).replace_strict(texts, range(len(texts)), return_dtype=pl.UInt8)
        answer[name] = column.fill_null(NO_DECISION).to_numpy()
    return answer


class Bench:
    """One set of rules: its facts in every form, and who judges them."""

    def __init__(self, rows: int, seven: bool, folder: Path) -> None:
        """Makes the facts and works out the answers."""
        root = Path(__file__).parents[2]
        self.rows, self.seven = rows, seven
        self.plan = (
            ecoplan.Plan.from_toml((root / "core" / "benches" / "seven-rules.toml").read_text(encoding="utf-8"))
            if seven
            else ecoplan.plan("lianzhou-145")
        )
        self.subject = "record" if seven else "urban_wwtp"
        self.name = "seven rules, 15 columns" if seven else "two rules, 3 columns"
        values, given = columns(rows)
        names = [*NUMBERS, *FLAGS] if seven else list(PLANTS)
        self.expected = by_numpy(
            lambda name: (values[name], given[name]),
            lambda name: Known(values[name] & given[name], ~values[name] & given[name]),
            seven,
        )
        floats = {name: values[name] / 100 if name in NUMBERS else values[name] for name in names}
        self.table = pa.table({name: pa.array(floats[name], mask=~given[name]) for name in names})
        self.polars = pl.DataFrame(self.table)
        self.pandas = pd.DataFrame(
            {
                name: np.where(given[name], values[name] / 100, np.nan)
                if name in NUMBERS
                else pd.arrays.BooleanArray(values[name].copy(), ~given[name])
                for name in names
            }
        )
        self.path = folder / f"{self.subject}.parquet"
        pq.write_table(self.table, self.path, row_group_size=500_000)
        self.decisions = {
            f"{rule['id']}.decision": [decision["id"] for decision in rule["decisions"]]
            for rule in self.plan.rules(self.subject)
            if rule["decisions"]
        }
        self.duckdb = duckdb.connect()
        self.duckdb.register("facts", self.table)

    def read(self) -> float:
        """Every number and every byte of bits, once: nothing that judges can be faster."""
        total = 0.0
        for column in self.table.columns:
            given, values = column.chunk(0).buffers()
            if pa.types.is_floating(column.type):
                total += float(np.frombuffer(values, np.float64).sum())
            else:
                total += float(np.bitwise_xor.reduce(np.frombuffer(values, np.uint8)))
            total += float(np.bitwise_xor.reduce(np.frombuffer(given, np.uint8)))
        return total

    def numpy(self) -> Answer:
        """By hand, from the pandas frame: floats to whole hundredths, NaN not given."""
        seen: dict[str, tuple[Any, Any]] = {}

        def hundredths(name: str) -> tuple[Any, Any]:
            if name not in seen:
                number = self.pandas[name].to_numpy()
                given = ~np.isnan(number)
                seen[name] = (np.rint(np.where(given, number, 0) * 100).astype(np.int32), given)
            return seen[name]

        def flag(name: str) -> Known:
            array = self.pandas[name].array
            return Known(array._data & ~array._mask, ~array._data & ~array._mask)

        return by_numpy(hundredths, flag, self.seven)

    def stream(self, source: Any) -> Iterator[pa.RecordBatch]:
        """The batches of a result."""
        yield from pa.RecordBatchReader.from_stream(self.plan.evaluate_stream(self.subject, source, append=False))

    def file(self) -> pa.RecordBatchReader:
        """The facts from their file."""
        file = pq.ParquetFile(self.path)
        return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(batch_size=131_072))

    def works(self) -> dict[str, Callable[[], Any]]:
        """Who judges, by name; the first is what the others are compared with."""

        def judge(table: Any, **options: Any) -> Any:
            return self.plan.evaluate_table(self.subject, table, append=False, **options)

        def lazy() -> pl.DataFrame:
            facts = self.polars.lazy()
            judged = facts.pipe(ecoplan.polars.evaluate, self.plan, self.subject, append=False)
            return judged.collect(engine="streaming")

        return {
            "read every number once": self.read,
            "evaluate_table, pyarrow, 1 thread": lambda: judge(self.table, threads=1),
            "evaluate_table, pyarrow, 2 threads": lambda: judge(self.table, threads=2),
            "evaluate_table, pyarrow, margins, 1 thread": lambda: judge(self.table, threads=1, margins=True),
            "evaluate_table, Polars, 2 threads": lambda: judge(self.polars, threads=2),
            "evaluate_table, pandas, 2 threads": lambda: judge(self.pandas, threads=2),
            "ecoplan.polars, streaming engine": lazy,
            "evaluate_stream, batches of 131072": lambda: list(self.stream(self.table.to_reader(131_072))),
            "evaluate_stream, from a Parquet file": lambda: list(self.stream(self.file())),
            "the Parquet file read, not judged": lambda: [None for _ in self.file()],
            "Polars by hand, hundredths, in memory": lambda: by_polars(self.polars, self.seven, "in-memory"),
            "Polars by hand, hundredths, streaming": lambda: by_polars(self.polars, self.seven, "streaming"),
            "numpy by hand, hundredths, from pandas": self.numpy,
            "DuckDB SQL, DECIMAL": lambda: self.duckdb.sql(sql(self.seven)).to_arrow_table(),
        }

    def check(self) -> int:
        """Compares every answer; how many were compared."""
        compared = 0
        for what, work in self.works().items():
            found = work()
            if what.startswith(("read", "the Parquet")):
                continue
            if isinstance(found, list):
                found = pa.Table.from_batches(found)
            if not isinstance(found, dict):
                found = found if isinstance(found, pl.DataFrame) else pl.DataFrame(found)
                if "error" in found.columns:
                    assert found["error"].null_count() == self.rows, what
                found = codes(found, self.decisions, self.expected)
            for name, expected in self.expected.items():
                wrong = np.flatnonzero(found[name] != expected)
                assert len(wrong) == 0, (what, name, self.table.slice(int(wrong[0]), 1).to_pylist())
                compared += self.rows
        return compared

    def alone(self, rows: int = 2000) -> tuple[int, Callable[[], Any]]:
        """Some rows, each as a single case."""
        some = self.table.slice(0, rows).to_pylist()

        def work() -> list[list[str]]:
            return [[finding.outcome for finding in self.plan.evaluate(self.subject, facts)] for facts in some]

        rules = [rule["id"] for rule in self.plan.rules(self.subject)]
        for row, outcomes in enumerate(work()):
            assert outcomes == [OUTCOMES[self.expected[rule][row]] for rule in rules], some[row]
        return len(some), work


def timed(works: dict[str, tuple[int, Callable[[], Any]]], rounds: int) -> dict[str, float]:
    """Nanoseconds a row."""
    times: dict[str, list[float]] = {what: [] for what in works}
    for _ in range(rounds):
        for what, (_, work) in works.items():
            start = time.perf_counter()
            work()
            times[what].append(time.perf_counter() - start)
    return {what: statistics.median(all_) / works[what][0] * 1e9 for what, all_ in times.items()}


def spark(bench: Bench, cores: int, rounds: int) -> dict[str, tuple[int, Callable[[], Any]]]:
    """What Spark does with the same file on some cores: it only reads, it hands Python every row and takes it back, and
    it judges. Every round plans anew, or it would only count what it had found before.
    """
    import ecoplan.spark
    import pyspark.sql.functions as F
    from pyspark.sql import DataFrame, SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(cores),
        "spark.sql.files.maxPartitionBytes": str(max(1 << 20, bench.path.stat().st_size // (4 * cores))),
    }
    session = SparkSession.builder.master(f"local[{cores}]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")

    def facts() -> DataFrame:
        return session.read.parquet(str(bench.path))

    def looked_at(frame: DataFrame) -> object:
        """Counts every column, so that none is left out of what is read or handed over."""
        return frame.agg(*(F.count(F.col(f"`{name}`")) for name in frame.columns)).collect()

    def handed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches

    def judged() -> DataFrame:
        return ecoplan.spark.evaluate(facts(), bench.plan, bench.subject, append=False)

    def outcomes() -> None:
        rules = [F.col(f"`{name}`") for name in judged().columns if name != "error"]
        found = judged().groupBy(*rules).count().collect()
        for name in (name for name in bench.expected if not name.endswith(".decision")):
            for code, text in enumerate(OUTCOMES):
                count = sum(row["count"] for row in found if row[name] == text)
                assert count == int((bench.expected[name] == code).sum()), name

    outcomes()
    on = f"Spark, {cores} core{'s' if cores > 1 else ''}"
    return {
        f"{on}: reads": (bench.rows, lambda: looked_at(facts())),
        f"{on}: to Python and back": (
            bench.rows,
            lambda: looked_at(facts().mapInArrow(handed, facts().schema)),
        ),
        f"{on}: judges": (bench.rows, lambda: looked_at(judged())),
    }


def peak() -> int | None:
    """The most memory this process has taken, in MiB."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), None)


def main() -> None:
    """Checks, times and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many rows (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print data")
    parser.add_argument("--spark", type=int, metavar="CORES", help="Spark too, on so many cores of this machine")
    arguments = parser.parse_args()
    rows, rounds = arguments.rows, 5 if arguments.rows > 2_000_000 else 9
    found: list[dict[str, Any]] = []
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for seven in (False, True):
            bench = Bench(rows, seven, Path(folder))
            compared += bench.check()
            works = {what: (rows, work) for what, work in bench.works().items()}
            works["plan.evaluate, row by row (a sample)"] = bench.alone()
            if arguments.spark:
                works |= spark(bench, arguments.spark, rounds)
            times = timed(works, rounds)
            base = times["read every number once"]
            found += [
                {"rules": bench.name, "what": what, "ns": ns, "ratio": ns / base, "rows_s": 1e9 / ns}
                for what, ns in times.items()
            ]
    if arguments.json:
        print(json.dumps({"rows": rows, "checked": compared, "peak_mib": peak(), "works": found}))
        return
    print(f"{rows} rows; {compared} answers checked; medians of {rounds} rounds")
    shown = ""
    for row in found:
        if row["rules"] != shown:
            shown = row["rules"]
            print(f"\n{shown}\n{'× read':>9}  {'ns/row':>9}  {'M rows/s':>9}")
        print(f"{row['ratio']:>9.1f}  {row['ns']:>9.2f}  {row['rows_s'] / 1e6:>9.2f}  {row['what']}")
    if (most := peak()) is not None:
        print(f"\nmost memory taken: {most} MiB")


if __name__ == "__main__":
    main()
