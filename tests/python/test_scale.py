"""Tables at scale: files, streams and engines, what breaks in the middle, and the documentation of it."""

import datetime
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
from decimal import Decimal

import duckdb
import ecoplan
import ecoplan.polars
import ecoplan.spark
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

PLUS_20 = "wwtp-urban-bod-plus-20-2025"
POLICY = "wwtp-urban-bod-one-plant-one-policy"
RULES = [POLICY, PLUS_20]
ELEMENTS = ["targets_and_measures", "works_plan_volume", "works_plan_concentration", "network_coverage"]
BOD_2020, BOD = "influent_bod5_2020_mg_l", "influent_bod5_mg_l"
ROWS = 1_000_000
GROUP = 100_000


# The plants, and the two rules written by hand.


def plants(rows, seed):
    """Plants in whole hundredths, and the same as a table: a quarter exactly 20 apart, 3 % null, a few cells bad."""
    draw = np.random.default_rng(seed)
    share = lambda part: draw.random(rows) < part
    tenths = share(0.5)
    then = draw.integers(5500, 12500, rows)
    then = np.where(share(0.05), 10_000, np.where(tenths, then // 10 * 10, then))
    rise = draw.integers(0, 4000, rows)
    now = then + np.where(share(0.25), 2000, np.where(tenths, rise // 10 * 10, rise))
    no_then, no_now = share(0.03), share(0.03)
    bad_then, bad_now, nan_now = share(0.001), share(0.001), share(0.001)
    year = draw.choice([2023, 2024, 2025, 2027], rows, p=[0.3, 0.3, 0.399, 0.001])
    has_plan, no_plan = share(0.8), share(0.03)
    # Each bit is one of the four elements; the fifth is one that nobody declared.
    elements, no_elements = np.minimum(draw.integers(0, 20, rows), 15), share(0.03)
    elements = np.where(no_elements, 0, np.where(share(0.001), elements | 16, elements))
    bits = (elements[:, None] >> np.arange(5) & 1).astype(bool)
    ends = np.concatenate([[0], np.cumsum(bits.sum(1))]).astype(np.int32)
    named = pa.DictionaryArray.from_arrays(
        np.broadcast_to(np.arange(5, dtype=np.int8), bits.shape)[bits], [*ELEMENTS, "x"]
    )
    table = pa.table(
        {
            "plant": np.arange(rows),
            BOD_2020: pa.array(np.where(bad_then, -1, then / 100), mask=no_then),
            BOD: pa.array(np.where(bad_now, 2500, np.where(nan_now, math.nan, now / 100)), mask=no_now),
            f"{BOD}_year": pa.array(year.astype(np.int32)),
            "has_plan": pa.array(has_plan, mask=no_plan),
            "plan_elements": pa.ListArray.from_arrays(ends, named.dictionary_decode(), mask=pa.array(no_elements)),
        }
    )
    ahead = year > 2025
    known = {
        "then": ~(no_then | bad_then),
        "now": ~(no_now | bad_now | nan_now | ahead),
        "has_plan": ~no_plan,
        "elements": ~(no_elements | (elements > 15)),
    }
    wrong = (bad_then & ~no_then) | (bad_now & ~no_now) | ahead | (elements > 15)
    return table, by_hand(then, now, has_plan, elements == 15, known), wrong


def by_hand(then, now, has_plan, all_four, known):
    """Both rules in whole hundredths, after chapter 4, section 2, item 3."""
    applies = known["now"] & (now < 10_000)
    short = (known["has_plan"] & ~has_plan) | (known["elements"] & ~all_four)
    met = known["has_plan"] & has_plan & known["elements"] & all_four
    policy = np.select(
        [~known["now"], ~applies, short, met],
        ["undetermined", "not_applicable", "breached", "satisfied"],
        "undetermined",
    )
    risen = now - then >= 2000
    plus_20 = np.select(
        [~known["then"], then >= 10_000, ~known["now"], risen],
        ["undetermined", "not_applicable", "undetermined", "satisfied"],
        "breached",
    )
    return {POLICY: policy, PLUS_20: plus_20}


def counted(outcomes):
    """How many rows have each pair of outcomes: more than the counts of each rule."""
    pairs, counts = np.unique(np.stack([outcomes[rule] for rule in RULES]), axis=1, return_counts=True)
    return {tuple(pair): count for pair, count in zip(pairs.T.tolist(), counts.tolist(), strict=True)}


def counts_of(table):
    """The same of a result."""
    text = lambda name: pl.from_arrow(table.column(name)).cast(pl.String)
    frame = pl.DataFrame({rule: text(rule) for rule in RULES})
    return {(a, b): n for a, b, n in frame.group_by(RULES).len().iter_rows()}


@pytest.fixture(scope="module")
def work():
    return plants(ROWS, 20_251_231)


@pytest.fixture(scope="module")
def expected(work):
    """Counts worked out by hand. All pairs occur that can: from 100 in 2020 none has fallen below."""
    counts = counted(work[1])
    assert len(counts) == 14, counts
    assert counts[("not_applicable", "satisfied")] > ROWS / 10
    return counts


@pytest.fixture(scope="module")
def path(work, tmp_path_factory):
    path = tmp_path_factory.mktemp("scale") / "plants.parquet"
    pq.write_table(work[0], path, row_group_size=GROUP, compression="zstd", write_page_checksum=True)
    return path


def reader_of(path, **options):
    file = pq.ParquetFile(path, **options)
    return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())


def results(stream):
    return pa.RecordBatchReader.from_stream(stream)


@pytest.fixture(scope="module")
def spark():
    pytest.importorskip("pyspark")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java")
    # Workers are the interpreter that runs the tests, where ecoplan is.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = local_spark("local[2]")
        yield session
        session.stop()


def local_spark(master):
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.files.maxPartitionBytes": "2m",
        "spark.sql.session.timeZone": "Asia/Shanghai",
    }
    session = SparkSession.builder.master(master).config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


# One file, every engine, one answer.


def test_the_file_is_what_it_is_said_to_be(work, path):
    table, outcomes, wrong = work
    file = pq.ParquetFile(path)
    assert (file.num_row_groups, file.metadata.num_rows) == (ROWS // GROUP, ROWS)
    gap = np.round(table[BOD].to_numpy() * 100) - np.round(table[BOD_2020].to_numpy() * 100)
    assert 0.2 < np.mean(gap == 2000) < 0.3
    # In binary, some of those exactly 20 apart are not: a comparison of floats would fail the counts below.
    floats = table[BOD].to_numpy() - table[BOD_2020].to_numpy() >= 20
    assert np.sum(floats != (gap >= 2000)) > 1000
    assert 0.001 < wrong.mean() < 0.01
    assert {len(column) for column in outcomes.values()} == {ROWS}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_table_in_one_piece(plan, work, threads):
    table, outcomes, wrong = work
    result = plan.evaluate_table("urban_wwtp", table, threads=threads)
    assert result.column_names == [*table.column_names, *RULES, "error"]
    for rule in RULES:
        assert np.array_equal(result[rule].cast(pa.string()).to_numpy(), outcomes[rule]), rule
    assert np.array_equal(result["error"].is_valid().to_numpy(), wrong)
    # NaN is not equal to itself.
    assert result.select(table.column_names).drop(BOD).equals(table.drop(BOD))
    assert np.array_equal(result[BOD].to_numpy(), table[BOD].to_numpy(), equal_nan=True)


def test_a_stream_from_a_file(plan, path, work, expected):
    stream = plan.evaluate_stream("urban_wwtp", reader_of(path))
    result = results(stream).read_all()
    assert counts_of(result) == expected
    assert result["plant"].to_numpy().tolist() == list(range(ROWS))
    assert np.array_equal(result["error"].is_valid().to_numpy(), work[2])


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_lazy_polars_table(plan, path, work, expected, engine):
    judged = pl.scan_parquet(path).pipe(ecoplan.polars.evaluate, plan, "urban_wwtp")
    counts = judged.group_by(RULES).len().collect(engine=engine)
    assert {(a, b): n for a, b, n in counts.iter_rows()} == expected
    assert judged.select(pl.col("error").count()).collect(engine=engine).item() == work[2].sum()


def test_duckdb_in_and_out(plan, path, work, expected):
    # What is read and what reads are two connections: one has one result at a time.
    source, sink = duckdb.connect(), duckdb.connect()
    stream = plan.evaluate_stream("urban_wwtp", source.read_parquet(str(path)), append=False)
    judged = sink.from_arrow(results(stream))
    counts = judged.aggregate(f'"{POLICY}"::varchar, "{PLUS_20}"::varchar, count(*), count(error)').fetchall()
    assert {(a, b): n for a, b, n, _ in counts} == expected
    assert sum(wrong for *_, wrong in counts) == work[2].sum()


def test_spark_over_several_partitions(spark, plan, path, work, expected):
    frame = spark.read.parquet(str(path))
    judged = ecoplan.spark.evaluate(frame, plan, "urban_wwtp")
    assert judged.rdd.getNumPartitions() >= 4
    assert spark_counts(judged) == (expected, work[2].sum())


def spark_counts(judged):
    import pyspark.sql.functions as F

    rows = judged.groupBy(*(F.col(f"`{rule}`") for rule in RULES)).agg(F.count("*"), F.count("error")).collect()
    return {(a, b): n for a, b, n, _ in rows}, sum(row[3] for row in rows)


def test_spark_says_what_other_tables_say_of_every_row(spark, plan, work):
    some = work[0].slice(0, 4000)
    judged = ecoplan.spark.evaluate(spark.createDataFrame(some).repartition(3), plan, "urban_wwtp", margins=True)
    alone = plan.evaluate_table("urban_wwtp", some, margins=True).to_pylist()
    assert sorted((row.asDict() for row in judged.collect()), key=lambda row: row["plant"]) == [
        {name: plain(cell) for name, cell in row.items()} for row in alone
    ]


def plain(cell):
    """NaN is not itself; Spark gives it as it was."""
    return cell if not (isinstance(cell, float) and math.isnan(cell)) else pytest.approx(cell, nan_ok=True)


# Memory.

STREAM = """
import sys
import ecoplan, pyarrow as pa, pyarrow.parquet as pq
path, times, hold = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "hold"
plan = ecoplan.plan("lianzhou-145")
file = pq.ParquetFile(path)
batches = (batch for _ in range(times) for batch in file.iter_batches())
reader = pa.RecordBatchReader.from_batches(file.schema_arrow, batches)
rows, held = 0, []
for batch in pa.RecordBatchReader.from_stream(plan.evaluate_stream("urban_wwtp", reader)):
    rows += batch.num_rows
    if hold:
        held.append(batch)
# Of this program alone: what getrusage says begins with the program that started it.
(most,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, int(most.split()[1]) // 1024)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_stream_takes_the_memory_of_its_batches(path):
    def peak(times, hold="drop"):
        command = [sys.executable, "-c", STREAM, path, str(times), hold]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        assert int(said[0]) == ROWS * times
        return int(said[1])

    slack = 64
    once = peak(1)
    assert peak(5) < once + slack
    # What would be seen if results were held: five times the rows are some hundred MiB.
    assert peak(5, "hold") > once + 3 * slack


# Every row as the single case.


def day_between(draw):
    return datetime.date(2020, 1, 1) + datetime.timedelta(draw.randrange(2600))


def numbers(fact, draw, some):
    high, low = min(float(fact["max"] or 300), 300), float(fact["min"] or -5)
    limits = [0.0, 20.0, 25.0, 60.0, 69.0, 90.0, 93.0, 95.0, 100.0]
    number = lambda: draw.choice([round(draw.uniform(low, high * 1.02), draw.randrange(4)), draw.choice(limits)])
    exact = lambda: Decimal(str(number()))
    odd = lambda: draw.choice([math.inf, -math.inf, math.nan, 1e300, 5e-324, 0.1 + 0.2, -0.0])
    no_number = [
        "-",
        "",
        "未检出",
        "1e3",
        "１２",
        "86 t/d",
        "1,000",
        "0.5" + "0" * 30,
        "0." + "1" * 25,
        "9" * 40,
        "+5",
        " 5 ",
    ]
    text = lambda: draw.choice([str(number()), f"{number()} {fact['unit'] or ''}", draw.choice(no_number)])
    forms = [
        lambda: pa.array(some(number), pa.float64()),
        lambda: pa.array(some(lambda: odd() if draw.random() < 0.2 else number()), pa.float64()),
        lambda: pa.array(some(lambda: np.float32(number())), pa.float32()),
        lambda: pa.array(some(exact), pa.decimal128(12, 4)),
        lambda: pa.array(some(exact), pa.decimal128(30, 6)),
        lambda: pa.array(some(lambda: int(number())), draw.choice([pa.int64(), pa.int32(), pa.int16()])),
        lambda: pa.array(some(lambda: abs(int(number()))), draw.choice([pa.uint64(), pa.uint32(), pa.uint16()])),
        lambda: pa.array(some(text), draw.choice([pa.string(), pa.large_string(), pa.string_view()])),
        lambda: pa.array(some(text)).dictionary_encode(),
        lambda: pa.array(some(number)).dictionary_encode(),
    ]
    return draw.choice(forms)()


def yes_or_no(draw, some):
    forms = [
        lambda: pa.array(some(lambda: draw.random() < 0.5), pa.bool_()),
        lambda: pa.array(some(lambda: draw.random() < 0.5), pa.bool_()).dictionary_encode(),
        lambda: pa.array(some(lambda: draw.choice(["true", "false", "是", "否", "1", ""]))),
        lambda: pa.array(some(lambda: draw.choice([0, 1])), pa.int8()),
    ]
    return draw.choices(forms, [8, 2, 1, 1])[0]()


def choices(fact, draw, some):
    first = fact["choices"][0]
    wrong = ["x", "", first["id"].upper(), f" {first['id']}", first["label"]["zh"]]
    ids = [choice["id"] for choice in fact["choices"]]
    one = lambda: draw.choice(ids) if draw.random() < 0.95 else draw.choice(wrong)
    if draw.random() < 0.3:
        return pa.array(some(one)).dictionary_encode()
    return pa.array(some(one), draw.choice([pa.string(), pa.large_string(), pa.string_view()]))


def sets(fact, draw, some):
    ids = [choice["id"] for choice in fact["choices"]]
    part = lambda: draw.sample(ids, draw.randrange(len(ids) + 1))
    odd = lambda: draw.choice([[*ids, "x"], [ids[0], ids[0]], [None]])
    one = lambda: draw.choices([ids, part(), odd()], [10, 20, 1])[0]
    texts = [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]
    return pa.array(some(one), draw.choice([pa.list_, pa.large_list])(draw.choice(texts)))


def days(draw, some):
    midnight = lambda hour=0: datetime.datetime.combine(day_between(draw), datetime.time(hour))
    moment = lambda: midnight(12 if draw.random() < 0.05 else 0)
    wrong = ["2025-02-30", "2025/1/1", "", "2025", "20250101"]
    text = lambda: str(day_between(draw)) if draw.random() < 0.9 else draw.choice(wrong)
    forms = [
        lambda: pa.array(some(lambda: day_between(draw)), pa.date32()),
        lambda: pa.array(some(lambda: day_between(draw)), pa.date64()),
        lambda: pa.array(some(text)),
        lambda: pa.array(some(moment), pa.timestamp(draw.choice(["s", "ms", "us"]))),
    ]
    return draw.choice(forms)()


def random_table(plan, subject, draw, rows):
    """Most facts of a subject, each as a column of some type; sometimes years, and a day of judgement for each row."""
    some = lambda make: [None if draw.random() < 0.06 else make() for _ in range(rows)]
    columns = {}
    for fact in plan.facts(subject):
        if draw.random() < 0.1:
            continue
        kinds = {
            "number": lambda fact=fact: numbers(fact, draw, some),
            "yes_no": lambda: yes_or_no(draw, some),
            "choice": lambda fact=fact: choices(fact, draw, some),
            "set": lambda fact=fact: sets(fact, draw, some),
            "date": lambda: days(draw, some),
        }
        columns[fact["name"]] = kinds[fact["kind"]]()
        if fact["yearly"] and draw.random() < 0.5:
            years = [2019, 2023, 2024, 2025, 2026] if draw.random() < 0.5 else ["2024", "2025", "2030", "x", "20245"]
            columns[f"{fact['name']}_year"] = pa.array(some(lambda years=years: draw.choice(years)))
    if draw.random() < 0.5:
        of_judgement = [datetime.date(2024, 12, 31), datetime.date(2025, 12, 31), datetime.date(2026, 1, 1)]
        cells = pa.array(some(lambda: draw.choice(of_judgement)), pa.date32())
        columns["as_of"] = cells.cast(draw.choice([pa.date32(), pa.timestamp("ms")]))
    return pa.table(columns)


def cell(column, row):
    """A cell as a single case is given it: a float of single width is a number of its own; NaN is not given."""
    value = column[row].as_py()
    if pa.types.is_float32(column.type) and value is not None:
        value = np.float32(value)
    return None if isinstance(value, (float, np.floating)) and math.isnan(value) else value


def single(plan, subject, facts, as_of):
    """What a single case says once what it refuses is left out, and what it refused."""
    names = {fact["name"] for fact in plan.facts(subject)}
    refused = []
    while True:
        try:
            return plan.evaluate(subject, facts, as_of=as_of), sorted(refused)
        except ecoplan.Error as error:
            for problem in error.errors:
                name = problem.path.removeprefix("facts.")
                # In a column, a moment is a day with a time; in Python, it is another type.
                is_moment = problem.code == "wrong-type" and isinstance(facts.get(name), datetime.datetime)
                refused.append(f"{'invalid-date' if is_moment else problem.code}: {name}")
                place = re.split(r"[.\[]", name)[0]
                # A value whose year is wrong is not of this year.
                gone = {place} if place in names else {place, place.removesuffix("_year")}
                facts = {key: value for key, value in facts.items() if key not in gone}


def in_pieces(table, draw):
    """The same rows in chunks that begin in the middle of longer ones."""
    before = draw.randrange(1, 5)
    table = pa.concat_tables([table.slice(0, before), table]).combine_chunks().slice(before)
    parts, start = [], 0
    while start < table.num_rows:
        size = draw.randrange(1, max(2, table.num_rows // 2))
        parts.append(table.slice(start, size))
        start += size
    return pa.concat_tables(parts)


def test_rows_of_every_subject_say_what_single_cases_say(plan):
    seen, types, wrong, by_margin = set(), set(), 0, 0
    for subject in (subject["id"] for subject in plan.subjects()):
        for seed in range(3):
            draw = random.Random(f"{subject} {seed}")
            table = random_table(plan, subject, draw, 50)
            types |= {field.type for field in table.schema}
            judge = lambda table, threads, subject=subject: pa.table(
                plan.evaluate_table(subject, table, margins=True, append=False, threads=threads)
            ).to_pylist()
            rows = judge(table, 1)
            assert judge(in_pieces(table, draw), 2) == rows
            assert judge(in_pieces(table, draw), 5) == rows
            for row, found in enumerate(rows):
                facts = {name: cell(table[name], row) for name in table.column_names if name != "as_of"}
                facts = {name: value for name, value in facts.items() if value is not None}
                as_of = cell(table["as_of"], row) if "as_of" in table.column_names else None
                report, refused = single(plan, subject, facts, as_of)
                expected = {}
                for finding in report:
                    expected[finding.rule] = finding.outcome
                    for name, value in (("decision", finding.decision), ("margin", finding.margin)):
                        assert f"{finding.rule}.{name}" in found or value is None, finding
                        if f"{finding.rule}.{name}" in found:
                            expected[f"{finding.rule}.{name}"] = value
                    by_margin += finding.margin is not None
                error = found.pop("error")
                assert (found, sorted((error or "").split("; "))) == (expected, refused or [""]), (
                    subject,
                    seed,
                    row,
                    facts,
                )
                seen |= {finding.outcome for finding in report}
                wrong += error is not None
    assert len(seen) == 6, seen
    assert (wrong > 500, by_margin > 500) == (True, True), (wrong, by_margin)
    texts = "dictionary<values=string, indices={}, ordered=0>"
    wanted = {
        *("float", "double", "int16", "uint64", "decimal128(12, 4)", "decimal128(30, 6)", "bool"),
        *("string", "large_string", "string_view", texts.format("int32"), "date32[day]", "timestamp[ms]"),
        *("list<item: string>", "large_list<item: large_string>", f"list<item: {texts.format('int8')}>"),
    }
    assert wanted <= set(map(str, types)), wanted - set(map(str, types))


def test_parts_of_many_rows_are_put_together_in_order(plan, work):
    # More parts than threads, the last one short, in batches that end elsewhere.
    table = work[0].slice(12_345, 300_001)
    whole = plan.evaluate_table("urban_wwtp", table, threads=1, margins=True, append=False)
    assert len(whole[PLUS_20].unique()) == 4
    for threads in (2, 5):
        for size in (299_999, 70_001):
            parts = pa.Table.from_batches(table.combine_chunks().to_batches(max_chunksize=size))
            again = plan.evaluate_table("urban_wwtp", parts, threads=threads, margins=True, append=False)
            assert again.equals(whole), (threads, size)


# Options, of tables and of streams.


def judged(plan, how, table, **options):
    """The columns of the result."""
    if how == "stream":
        return pa.table(plan.evaluate_stream("urban_wwtp", table.to_reader(), **options)).to_pydict()
    if how == "lazy":
        return (
            pl.from_arrow(table)
            .lazy()
            .pipe(ecoplan.polars.evaluate, plan, "urban_wwtp", **options)
            .collect()
            .to_dict(as_series=False)
        )
    return plan.evaluate_table("urban_wwtp", table, **options).to_pydict()


WAYS = pytest.mark.parametrize("how", ["table", "stream", "lazy"])


@WAYS
def test_a_day_of_judgement_for_each_row(plan, how):
    days = [datetime.date(2025, 12, 30), datetime.date(2025, 12, 31), None]
    table = pa.table({BOD_2020: [61.6] * 3, BOD: [81.5] * 3, "day": pa.array(days, pa.date32())})
    # Due on the last day of 2025; a row without a day has that of the call, or of the plan.
    named = judged(plan, how, table.rename_columns({"day": "as_of"}))
    assert named[PLUS_20] == ["pending", "breached", "breached"]
    options = {"columns": {"day": "as_of"}, "as_of": "2024-06-30"}
    assert judged(plan, how, table, **options)[PLUS_20] == ["pending", "breached", "pending"]
    assert judged(plan.at("2024-06-30"), how, table, columns={"day": "as_of"})[PLUS_20][2] == "pending"
    # Not mapped, it is a column like any other.
    assert judged(plan, how, table)[PLUS_20] == ["breached"] * 3
    no_day = table.set_column(2, "as_of", pa.array(["2025-12-30", "soon", None]))
    found = judged(plan, how, no_day)
    assert found[PLUS_20] == ["pending", "breached", "breached"]
    assert found["error"] == [None, "invalid-date: as_of", None]


@WAYS
def test_constants_hold_where_a_row_gives_none(plan, how):
    table = pa.table({BOD_2020: [None, 70.0, None], BOD: [81.6, 81.6, 81.5]})
    found = judged(plan, how, table, constants={BOD_2020: 61.6, "has_plan": False})
    assert found[PLUS_20] == ["satisfied", "breached", "breached"]
    assert found[POLICY] == ["breached"] * 3
    with pytest.raises(ecoplan.Error) as raised:
        judged(plan, how, table, constants={BOD_2020: -1})
    assert raised.value.code == "out-of-range"


@WAYS
def test_names_that_are_mapped_and_names_that_are_not_known(plan, how):
    table = pa.table({"then": [61.6], "now": [81.6], "town": ["x"]})
    names = {"then": BOD_2020, "now": BOD}
    found = judged(plan, how, table, columns=names)
    assert list(found) == ["then", "now", "town", POLICY, PLUS_20, "error"]
    assert found[PLUS_20] == ["satisfied"]
    assert list(judged(plan, how, table, columns=names, append=False)) == [POLICY, PLUS_20, "error"]
    margin = judged(plan, how, table, columns=names, append=False, margins=True)
    assert margin[f"{PLUS_20}.margin"] == [Decimal(0)]
    for options, code in [
        ({"columns": names, "strict": True}, "unknown-fact"),
        ({"columns": names | {"town": "influent"}}, "unknown-fact"),
        ({"columns": names | {"place": BOD}}, "invalid-value"),
        ({"columns": {"then": BOD, "now": BOD}}, "duplicate-key"),
        ({}, "unknown-fact"),
    ]:
        with pytest.raises(ecoplan.Error) as raised:
            judged(plan, how, table, **options)
        assert raised.value.code == code, options


def test_no_thread_is_refused(plan):
    table = pa.table({BOD: [81.6]})
    for judge in (plan.evaluate_table, plan.evaluate_stream):
        with pytest.raises(ValueError, match="at least 1"):
            judge("urban_wwtp", table, threads=0)


def test_progress_grows_to_the_number_of_rows(plan, work):
    told = []
    plan.evaluate_table("urban_wwtp", work[0].slice(0, 900_000), threads=1, progress=told.append)
    assert len(told) > 2
    assert told == sorted(set(told))
    assert told[-1] == 900_000
    # Frames go another way.
    for frame in (pl.from_arrow(work[0].slice(0, 10)), work[0].slice(0, 10).to_pandas()):
        told.clear()
        plan.evaluate_table("urban_wwtp", frame, progress=told.append)
        assert told[-1] == 10

    def stop(rows):
        raise InterruptedError(f"at {rows}")

    with pytest.raises(InterruptedError, match="at 10"):
        plan.evaluate_table("urban_wwtp", work[0].slice(0, 10), progress=stop)


# Tables of every library.


def test_a_polars_table_keeps_its_columns_as_they_are(plan):
    moment = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
    frame = pl.DataFrame(
        {
            BOD_2020: [61.6, 61.6],
            BOD: [81.6, 81.5],
            "has_plan": [None, None],
            "nothing": [None, None],
            "wide": pl.Series([1, 2], dtype=pl.Int128),
            "object": pl.Series([object(), object()], dtype=pl.Object),
            "place": pl.Series(["甲", None], dtype=pl.Categorical),
            "size": pl.Series(["s", "m"], dtype=pl.Enum(["s", "m"])),
            "when": [moment, None],
        }
    )
    for found in (
        plan.evaluate_table("urban_wwtp", frame),
        frame.lazy().pipe(ecoplan.polars.evaluate, plan, "urban_wwtp").collect(),
    ):
        assert found[PLUS_20].to_list() == ["satisfied", "breached"]
        assert found.columns == [*frame.columns, *RULES, "error"]
        assert found.schema.items() >= frame.schema.items()
        assert found.select(frame.columns).drop("object").equals(frame.drop("object"))
        assert found["object"].to_list() == frame["object"].to_list()


def test_a_lazy_polars_table_is_what_it_says_it_will_be(plan):
    frame = pl.LazyFrame({BOD_2020: [61.6, 61.6, 100.0], BOD: [81.6, 81.5, 99.0]})
    judged = frame.pipe(ecoplan.polars.evaluate, plan, "urban_wwtp", margins=True)
    for engine in ("in-memory", "streaming"):
        assert judged.collect(engine=engine).schema == judged.collect_schema()
        kept = judged.filter(pl.col(PLUS_20) == "breached").select(f"{PLUS_20}.margin").collect(engine=engine)
        assert kept.to_series().to_list() == [Decimal("-0.1")]
        assert judged.slice(1, 1).collect(engine=engine)[PLUS_20].to_list() == ["breached"]
    with pytest.raises(ecoplan.Error) as raised:
        pl.LazyFrame({"x": [1]}).pipe(ecoplan.polars.evaluate, plan, "urban_wwtp")
    assert raised.value.code == "unknown-fact"


NOTHING = {BOD_2020: pa.nulls(3, pa.float64()), BOD: pa.nulls(3), "plan_elements": pa.nulls(3, pa.list_(pa.string()))}


@WAYS
def test_no_rows_and_nothing_but_nulls(plan, how):
    table = pa.table(NOTHING)
    found = judged(plan, how, table, margins=True, append=False)
    assert found == {
        POLICY: ["undetermined"] * 3,
        PLUS_20: ["undetermined"] * 3,
        f"{PLUS_20}.margin": [None] * 3,
        "error": [None] * 3,
    }
    # At 100 or more in 2020, and without a plan, there is an answer all the same.
    constants = {BOD_2020: 100, "has_plan": False}
    assert judged(plan, how, table, constants=constants)[PLUS_20] == ["not_applicable"] * 3
    empty = judged(plan, how, table.slice(0, 0), append=False)
    assert empty == {POLICY: [], PLUS_20: [], "error": []}


def test_no_rows_and_nothing_but_nulls_on_spark(spark, plan):
    frame = spark.createDataFrame(pa.table(NOTHING | {BOD: pa.nulls(3, pa.float64())}))
    rows = ecoplan.spark.evaluate(frame, plan, "urban_wwtp", append=False, margins=True).collect()
    assert [tuple(row) for row in rows] == [("undetermined", "undetermined", None, None)] * 3
    empty = ecoplan.spark.evaluate(frame.limit(0), plan, "urban_wwtp")
    assert empty.collect() == []
    assert empty.columns == [*NOTHING, *RULES, "error"]


def test_options_on_spark(spark, plan):
    import pyspark.sql.functions as F

    frame = spark.createDataFrame(
        [(61.6, 81.5, "2025-12-30"), (None, 81.5, None)], "then double, now double, day string"
    )
    # Columns that are no fact may be of any type that Spark hands to Python.
    frame = frame.withColumns(
        {
            "day": F.col("day").cast("date"),
            "at": F.timestamp_seconds(F.lit(1_700_000_000)),
            "none": F.lit(None),
            "parts": F.create_map(F.lit("a"), F.struct(F.lit(1))),
            "span": F.expr("interval '1' day"),
            "code": F.lit("x").cast("varchar(3)"),
        }
    )
    names = {"then": BOD_2020, "now": BOD, "day": "as_of"}
    options = {"columns": names, "constants": {BOD_2020: 61.6}, "margins": True}
    judged = ecoplan.spark.evaluate(frame, plan, "urban_wwtp", **options)
    assert judged.schema[: len(frame.columns)] == frame.schema
    rows = judged.collect()
    assert [row[PLUS_20] for row in rows] == ["pending", "breached"]
    assert [row[f"{PLUS_20}.margin"] for row in rows] == [Decimal("-0.1")] * 2
    assert [row["at"] for row in rows] == [row["at"] for row in frame.collect()]
    alone = ecoplan.spark.evaluate(frame, plan, "urban_wwtp", as_of="2024-06-30", append=False, **options)
    assert alone.columns == [POLICY, PLUS_20, f"{PLUS_20}.margin", "error"]
    assert [row[PLUS_20] for row in alone.collect()] == ["pending", "pending"]
    with pytest.raises(ecoplan.Error) as raised:
        ecoplan.spark.evaluate(frame, plan, "urban_wwtp", strict=True, **options)
    assert raised.value.code == "unknown-fact"


def test_a_column_of_the_wrong_type_is_refused_on_the_driver(spark, plan):
    import pyspark.sql.functions as F

    frame = spark.createDataFrame([(61.6, 81.6)], f"{BOD_2020} double, {BOD} double")
    for column in (F.current_timestamp(), F.struct(F.lit(81.6))):
        with pytest.raises(ecoplan.Error) as raised:
            ecoplan.spark.evaluate(frame.withColumn(BOD, column), plan, "urban_wwtp")
        assert (raised.value.code, raised.value.path) == ("wrong-type", f"columns.{BOD}")
    moment = pa.array([datetime.datetime(2025, 1, 1)], pa.timestamp("us", "Asia/Shanghai"))
    for column in (moment, pa.array([{"value": 81.6}])):
        table = pa.table({BOD_2020: [61.6], BOD: column})
        for judge in (
            lambda table=table: plan.evaluate_table("urban_wwtp", table),
            lambda table=table: plan.evaluate_table("urban_wwtp", pl.from_arrow(table)),
            lambda table=table: plan.evaluate_stream("urban_wwtp", table.to_reader()),
            lambda table=table: pl.from_arrow(table).lazy().pipe(ecoplan.polars.evaluate, plan, "urban_wwtp"),
        ):
            with pytest.raises(ecoplan.Error) as raised:
                judge()
            assert raised.value.code == "wrong-type", column.type


# What breaks in the middle.


def test_a_stream_is_read_once(plan):
    stream = plan.evaluate_stream("urban_wwtp", pa.table({BOD: [81.6]}))
    assert stream.columns == [BOD, POLICY, PLUS_20, "error"]
    assert pa.table(stream).num_rows == 1
    with pytest.raises(ValueError, match="read already"):
        pa.table(stream)


def broken(after=2):
    """Batches, of which one cannot be had."""
    schema = pa.schema([(BOD_2020, pa.float64()), (BOD, pa.float64())])

    def batches():
        for _ in range(after):
            yield pa.record_batch([pa.array([61.6] * 70_000), pa.array([81.6] * 70_000)], schema)
        raise RuntimeError("the disk of the survey is gone")

    return pa.RecordBatchReader.from_batches(schema, batches())


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize(
    "read",
    [
        lambda stream: results(stream).read_all(),
        lambda stream: pa.table(stream),
        lambda stream: pl.DataFrame(stream),
        lambda stream: pd.DataFrame.from_arrow(stream),
        lambda stream: duckdb.connect().from_arrow(results(stream)).aggregate("count(*)").fetchall(),
    ],
    ids=["reader", "pyarrow", "polars", "pandas", "duckdb"],
)
def test_what_the_source_raises_is_raised_by_who_reads(plan, read, after):
    with pytest.raises(Exception, match="the disk of the survey is gone"):
        read(plan.evaluate_stream("urban_wwtp", broken(after)))


def test_what_came_before_an_error_is_no_whole_table(plan, tmp_path):
    reader = results(plan.evaluate_stream("urban_wwtp", broken()))
    rows = 0
    with pytest.raises(pa.ArrowInvalid, match="RuntimeError"):
        for batch in reader:
            rows += batch.num_rows
    assert rows == 140_000
    with pytest.raises(ValueError, match="the disk of the survey is gone"):
        plan.evaluate_table("urban_wwtp", broken())


@pytest.fixture(scope="module")
def corrupt(path):
    """The file, with one data page of its last row group but one overwritten."""
    copy = path.with_name("corrupt.parquet")
    data = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(ROWS // GROUP - 2).column(1)
    assert column.path_in_schema == BOD_2020
    end = (column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size
    # Beyond the page's header, which is some tens of bytes.
    for place in range(column.data_page_offset + 100, end):
        data[place] ^= 0xFF
    copy.write_bytes(data)
    return copy


def test_a_corrupt_page_is_an_error_in_a_stream(plan, corrupt):
    rows = 0
    with pytest.raises((OSError, pa.ArrowInvalid), match=r"(?i)corrupt|checksum|crc|decompress"):
        for batch in results(plan.evaluate_stream("urban_wwtp", reader_of(corrupt, page_checksum_verification=True))):
            rows += batch.num_rows
    assert GROUP <= rows < ROWS
    stream = plan.evaluate_stream("urban_wwtp", duckdb.connect().read_parquet(str(corrupt)))
    with pytest.raises(duckdb.Error):
        duckdb.connect().from_arrow(results(stream)).aggregate("count(*)").fetchall()


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_corrupt_page_is_an_error_in_polars(plan, corrupt, engine):
    judged = pl.scan_parquet(corrupt).pipe(ecoplan.polars.evaluate, plan, "urban_wwtp")
    with pytest.raises((pl.exceptions.PolarsError, OSError)):
        judged.group_by(RULES).len().collect(engine=engine)


def test_a_corrupt_page_is_an_error_on_spark(spark, plan, corrupt):
    judged = ecoplan.spark.evaluate(spark.read.parquet(str(corrupt)), plan, "urban_wwtp")
    with pytest.raises(Exception, match=corrupt.name):
        spark_counts(judged)


def killer(flag):
    """A stage that kills its worker: every time, or the first time if there is a file to remember it by."""

    def kill(batches):
        import os
        import signal

        for number, batch in enumerate(batches):
            # After some rows of one partition have gone through.
            if number == 1 and batch["plant"][0].as_py() < 50_000:
                try:
                    if flag:
                        os.close(os.open(flag, os.O_CREAT | os.O_EXCL))
                    os.kill(os.getpid(), signal.SIGKILL)
                except FileExistsError:
                    pass
            yield batch

    return kill


def with_a_killed_worker(spark, plan, path, flag):
    frame = spark.read.parquet(str(path))
    return spark_counts(ecoplan.spark.evaluate(frame.mapInArrow(killer(flag), frame.schema), plan, "urban_wwtp"))


def test_a_worker_that_is_killed_is_an_error(spark, plan, path, expected):
    with pytest.raises(Exception, match=r"(?i)worker"):
        with_a_killed_worker(spark, plan, path, None)
    # The session lives, and what is asked next is whole.
    assert spark_counts(ecoplan.spark.evaluate(spark.read.parquet(str(path)), plan, "urban_wwtp"))[0] == expected


def test_a_task_that_is_tried_again_gives_the_whole_result(path, work, expected, tmp_path):
    pytest.importorskip("pyspark")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java")
    flag = tmp_path / "killed"
    # Three attempts a task are a matter of the master, and so of a session of their own.
    code = (
        "import json, sys, test_scale, ecoplan\n"
        "session = test_scale.local_spark('local[2,3]')\n"
        "plan = ecoplan.plan('lianzhou-145')\n"
        "counts, wrong = test_scale.with_a_killed_worker(session, plan, sys.argv[1], sys.argv[2])\n"
        "print(json.dumps([[*pair, n] for pair, n in counts.items()] + [wrong]))\n"
    )
    here = str(ROOT / "tests" / "python")
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": here}
    command = [sys.executable, "-c", code, str(path), str(flag)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    *counts, wrong = json.loads(said.splitlines()[-1])
    assert flag.exists(), "no worker was killed"
    assert {(a, b): n for a, b, n in counts} == expected
    assert wrong == work[2].sum()


# The documentation and the benchmark.

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "py" / "TABLES.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_the_code_of_the_documentation(place, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    if "pyspark" in BLOCKS[place]:
        # Its session is the one there is.
        request.getfixturevalue("spark")
    exec(compile(BLOCKS[place], f"TABLES.md, block {place}", "exec"), {"__name__": "__main__"})


def test_the_benchmarks_answers():
    command = [sys.executable, ROOT / "py" / "bench" / "frames.py", "--json", "--rows", "10000"]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert said["rows"] == 10_000
    assert {"evaluate_table, pyarrow, 1 thread", "DuckDB SQL, DECIMAL"} <= {work["what"] for work in said["works"]}
    assert all(work["ns"] > 0 for work in said["works"])
