"""Arrow out, and tables of cases in."""

import datetime
import math
from decimal import Decimal

import duckdb
import ecoplan
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

PLUS_20 = "wwtp-urban-bod-plus-20-2025"
POLICY = "wwtp-urban-bod-one-plant-one-policy"
# 61.6 + 20 is 81.6: on the boundary, a tenth short, not known, and no duty at 100 or more.
CASES = {
    "plant": ["甲", "乙", "丙", "丁"],
    "influent_bod5_2020_mg_l": [61.6, 61.6, 61.6, 100.0],
    "influent_bod5_mg_l": [81.6, 81.5, None, 90.0],
}
EXPECTED = ["satisfied", "breached", "undetermined", "not_applicable"]


def test_a_scorecard_is_a_table(plan):
    card = plan.scorecard(plan.reported())
    frame = pl.DataFrame(card)
    assert frame.height == 21
    assert frame["status"].to_list() == [row.status for row in card]
    assert frame["margin"].to_list() == [row.margin for row in card]
    assert frame["value"].to_list() == [row.value for row in card]
    assert frame["missing"].to_list() == [row.missing for row in card]
    rows = pa.table(card)
    assert rows.to_pylist() == frame.to_dicts()
    assert pd.DataFrame.from_arrow(card)["rule"].tolist() == [row.rule for row in card]
    assert duckdb.sql("select count(*) from rows where status = 'satisfied'").fetchall() == [(7,)]


def test_reports_are_a_table(plan):
    cases = [
        {"influent_bod5_2020_mg_l": a, "influent_bod5_mg_l": b} for a, b in zip(*list(CASES.values())[1:], strict=True)
    ]
    reports = plan.evaluate_all("urban_wwtp", cases)
    frame = pl.DataFrame(reports)
    assert frame.height == 8
    rows = frame.filter(pl.col("rule") == PLUS_20)
    assert rows["case"].to_list() == [0, 1, 2, 3]
    assert rows["outcome"].to_list() == EXPECTED
    assert rows["margin"].to_list() == [Decimal(0), Decimal("-0.1"), None, None]
    assert pl.DataFrame(reports[0])["outcome"].to_list() == [f.outcome for f in reports[0]]
    assert pa.table(ecoplan.Reports([])).num_rows == 0


def frames():
    pandas = pd.DataFrame(CASES, index=list("abcd"))
    arrow = pa.table(CASES)
    yield pytest.param(pandas, id="pandas")
    yield pytest.param(pl.DataFrame(CASES), id="polars")
    yield pytest.param(arrow, id="pyarrow")
    yield pytest.param(arrow.to_batches()[0], id="batch")
    yield pytest.param(duckdb.from_arrow(arrow), id="duckdb")


@pytest.mark.parametrize("table", list(frames()))
def test_what_comes_in_comes_out(plan, table):
    result = plan.evaluate_table("urban_wwtp", table)
    library = type(table).__module__.split(".")[0]
    if library != "_duckdb" and not isinstance(result, ecoplan.Table):
        assert type(result).__module__.split(".")[0] == library
    rows = pa.table(result).to_pydict() if library != "pandas" else result.to_dict("list")
    assert rows["plant"] == CASES["plant"]
    assert rows[PLUS_20] == EXPECTED
    if library == "pandas":
        assert list(result.index) == list("abcd")
        assert result["plant"].dtype == table["plant"].dtype
    alone = plan.evaluate_table("urban_wwtp", table, append=False)
    assert list(getattr(alone, "column_names", None) or alone.columns) == [POLICY, PLUS_20, "error"]


def test_rows_say_what_single_cases_say(plan):
    random = np.random.default_rng(20_251_231)
    numbers = random.integers(400, 1300, (500, 2)) / 10
    frame = pl.DataFrame(
        {
            "influent_bod5_2020_mg_l": [None if random.random() < 0.1 else n for n in numbers[:, 0].tolist()],
            "influent_bod5_mg_l": numbers[:, 1],
            "has_plan": random.random(500) < 0.5,
            "plan_elements": [["targets_and_measures"][: int(n)] for n in random.integers(0, 2, 500)],
        }
    )
    result = plan.evaluate_table("urban_wwtp", frame)
    for row in result.iter_rows(named=True):
        facts = {name: row[name] for name in frame.columns if row[name] is not None}
        report = plan.evaluate("urban_wwtp", facts)
        assert {f.rule: f.outcome for f in report} == {f.rule: row[f.rule] for f in report}
        assert row["error"] is None


def test_gates_have_decisions(plan):
    frame = pl.DataFrame(
        {"is_two_high": [True, False], "stage": "proposed", "last_year_intensity_target_met": [False, None]}
    )
    result = plan.evaluate_table("project", frame)
    gate = "two-high-proposed-slow-limited-approval"
    assert result[gate].to_list() == ["triggered", "not_applicable"]
    assert result[f"{gate}.decision"].to_list() == ["slow_or_limited_approval", None]


def test_a_bad_cell_counts_as_not_given(plan):
    frame = pl.DataFrame(
        {
            "influent_bod5_2020_mg_l": ["61.6", "0.0616 g/L", "-", "61.6"],
            "influent_bod5_mg_l": ["81.6", "81.6", "81.6", "1e9"],
            "influent_bod5_mg_l_year": [2025, 2026, 2025, 2025],
        }
    )
    result = plan.evaluate_table("urban_wwtp", frame)
    assert result[PLUS_20].to_list() == ["satisfied", "undetermined", "undetermined", "undetermined"]
    # The other rule does not need what is wrong in the third row.
    assert result[POLICY].to_list()[2] == "undetermined"
    codes = [
        None,
        "future-year: influent_bod5_mg_l",
        "not-a-number: influent_bod5_2020_mg_l",
        "out-of-range: influent_bod5_mg_l",
    ]
    for found, expected in zip(result["error"].to_list(), codes, strict=True):
        assert found == expected if expected is None else found.startswith(expected), found


@pytest.mark.parametrize(
    "column",
    [
        pa.array([81.6, 81.5, None, math.nan]),
        pa.array([81.6, 81.5, None, math.nan], pa.float32()),
        pa.array([Decimal("81.6"), Decimal("81.5"), None, None]),
        pa.array(["81.6", "81.5", None, None]),
        pa.array(["81.6", "81.5", None, None], pa.large_string()),
        pa.array(["81.6", "81.5", None, None], pa.string_view()),
        pa.array(["81.6", "81.5", None, None]).dictionary_encode(),
    ],
    ids=lambda array: str(array.type),
)
def test_numbers_in_any_column_type(plan, column):
    result = plan.evaluate_table(
        "urban_wwtp", pa.table({"influent_bod5_2020_mg_l": [61.6] * 4, "influent_bod5_mg_l": column})
    )
    assert result[PLUS_20].to_pylist() == ["satisfied", "breached", "undetermined", "undetermined"]
    assert result["error"].to_pylist() == [None] * 4


def test_whole_numbers_and_floats_of_half_width(plan):
    for kind in (pa.int8(), pa.int64(), pa.uint16(), pa.uint64(), pa.float16()):
        column = pa.array([np.float16(82)], kind) if kind == pa.float16() else pa.array([82], kind)
        table = pa.table({"influent_bod5_2020_mg_l": ["62"], "influent_bod5_mg_l": column})
        assert plan.evaluate_table("urban_wwtp", table)[PLUS_20].to_pylist() == ["satisfied"], kind


def test_a_float_of_half_width_is_its_shortest_decimal(plan):
    numbers = np.array([82.3, 0.1, 1999.0, 0.001, 6e-8], np.float16)
    result = plan.evaluate_table(
        "urban_wwtp", pa.table({"influent_bod5_2020_mg_l": numbers, "influent_bod5_mg_l": [100] * 5})
    )
    singles = [plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=n, influent_bod5_mg_l=100) for n in numbers]
    assert result[PLUS_20].to_pylist() == [report[PLUS_20].outcome for report in singles]


def test_lists_and_what_is_no_fact(plan):
    elements = ["targets_and_measures", "works_plan_volume"]
    for kind in (pa.list_(pa.string()), pa.large_list(pa.string()), pa.list_(pa.dictionary(pa.int8(), pa.string()))):
        column = pa.array([elements, [], None, elements[:1]], kind)
        result = plan.evaluate_table("urban_wwtp", pa.table({"plan_elements": column, "influent_bod5_mg_l": [90] * 4}))
        assert result["error"].to_pylist() == [None] * 4
        sliced = plan.evaluate_table("urban_wwtp", pa.table({"plan_elements": column[1:]}))
        assert sliced["error"].to_pylist() == [None] * 3
    fixed = pa.array([elements, None], pa.list_(pa.string(), 2))
    assert plan.evaluate_table("urban_wwtp", pa.table({"plan_elements": fixed}))["error"].to_pylist() == [None] * 2
    nothing = pa.table({"influent_bod5_mg_l": pa.nulls(2), "has_plan": pa.nulls(2)})
    assert plan.evaluate_table("urban_wwtp", nothing)["error"].to_pylist() == [None] * 2
    for column in (pa.array([b"81.6"]), pa.array([{"value": 81.6}]), pa.array([datetime.timedelta(1)])):
        with pytest.raises(ecoplan.Error) as raised:
            plan.evaluate_table("urban_wwtp", pa.table({"influent_bod5_mg_l": column}))
        assert (raised.value.code, raised.value.path) == ("wrong-type", "columns.influent_bod5_mg_l")


def test_columns_of_nothing_and_rows_of_nothing(plan):
    nulls = pa.array([None, None], pa.string()).dictionary_encode()
    assert plan.evaluate_table("urban_wwtp", pa.table({"influent_bod5_mg_l": nulls}))["error"].to_pylist() == [None] * 2
    frame = pd.DataFrame({"influent_bod5_mg_l": pd.Categorical([None, None])})
    assert plan.evaluate_table("urban_wwtp", frame)[POLICY].tolist() == ["undetermined"] * 2
    assert (
        pa.table(
            plan.evaluate_table("urban_wwtp", pa.table({"influent_bod5_mg_l": pa.array([], pa.float64())}))
        ).num_rows
        == 0
    )
    fields = [pa.array([61.6, 61.6]), pa.array([81.6, 81.6])]
    rows = pa.StructArray.from_arrays(fields, list(CASES)[1:], mask=pa.array([False, True]))
    for table in (rows, pa.chunked_array([rows])):
        with pytest.raises(ValueError, match="a row of the table is null"):
            plan.evaluate_table("urban_wwtp", table)
    for column in (pa.array([1, 2]), pa.chunked_array([[1, 2]]), pl.Series([1, 2])):
        with pytest.raises(ValueError, match="is no table"):
            plan.evaluate_table("urban_wwtp", column)
    with pytest.raises(ecoplan.Error, match="a column that is a fact"):
        plan.evaluate_table("urban_wwtp", pl.DataFrame())


def test_outcomes_are_coded_the_same_in_every_batch(plan):
    table = pa.table(CASES)
    parts = pa.Table.from_batches(table.to_batches(max_chunksize=1))
    outcomes = plan.evaluate_table("urban_wwtp", parts)[PLUS_20]
    assert outcomes.num_chunks == 4
    texts = [chunk.dictionary.to_pylist() for chunk in outcomes.chunks]
    assert texts == [["breached", "triggered", "undetermined", "pending", "satisfied", "not_applicable"]] * 4
    assert outcomes.to_pylist() == EXPECTED


def test_what_a_table_says_of_itself_is_kept(plan):
    table = pa.table(CASES).replace_schema_metadata({"source": "county"})
    assert plan.evaluate_table("urban_wwtp", table).schema.metadata == {b"source": b"county"}


def test_what_a_stream_raises_ends_the_work(plan):
    schema = pa.schema([("influent_bod5_mg_l", pa.float64())])

    def batches():
        yield pa.record_batch([pa.array([81.6])], schema)
        raise RuntimeError("the source is gone")

    with pytest.raises(ValueError, match="the source is gone"):
        plan.evaluate_table("urban_wwtp", pa.RecordBatchReader.from_batches(schema, batches()))


def test_long_work_can_be_interrupted(plan):
    import signal
    import threading
    import time

    # Texts are read one by one.
    table = pa.table({"influent_bod5_mg_l": pa.array(np.full(8_000_000, "81.6"))})
    threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        plan.evaluate_table("urban_wwtp", table, threads=1)
        time.sleep(60)
    assert time.perf_counter() - start < 30


def test_days():
    from test_api import DAYS

    county = ecoplan.Plan.from_toml(DAYS)
    day, late = datetime.date(2024, 12, 31), datetime.date(2025, 1, 1)
    for column in (
        pa.array([day, late]),
        pa.array([day, late]).cast(pa.date64()),
        pa.array([day, late]).cast(pa.timestamp("us")),
        pa.array(["2024-12-31", "2025-01-01"]),
    ):
        result = county.evaluate_table("works", pa.table({"opened": column}))
        assert result["open-by-2024"].to_pylist() == ["satisfied", "breached"], column.type
    noon = pa.array([datetime.datetime(2024, 12, 31, 12)], pa.timestamp("us"))
    result = county.evaluate_table("works", pa.table({"opened": noon}))
    assert result["error"].to_pylist()[0].startswith("invalid-date: opened")
    for unit in ("s", "ms", "ns"):
        column = pa.array([day, late]).cast(pa.timestamp(unit))
        assert county.evaluate_table("works", pa.table({"opened": column}))["error"].to_pylist() == [None] * 2


def test_columns_constants_and_the_day(plan):
    frame = pl.DataFrame({"进水": [81.6], "note": ["x"]})
    result = plan.evaluate_table(
        "urban_wwtp",
        frame,
        columns={"进水": "influent_bod5_mg_l"},
        constants={"influent_bod5_2020_mg_l": 61.6},
        as_of="2024-12-31",
    )
    assert result[PLUS_20].to_list() == ["satisfied"]
    for arguments, code in [
        ({"columns": {"进水": "influent"}}, "unknown-fact"),
        ({"columns": {"进": "influent_bod5_mg_l"}}, "invalid-value"),
        ({"columns": {"进水": "influent_bod5_mg_l"}, "strict": True}, "unknown-fact"),
        ({}, "unknown-fact"),
        ({"constants": {"x": 1}}, "unknown-fact"),
    ]:
        with pytest.raises(ecoplan.Error) as raised:
            plan.evaluate_table("urban_wwtp", frame, **arguments)
        assert raised.value.code == code, arguments
    twice = pl.DataFrame({"influent_bod5_mg_l": [81.6], PLUS_20: ["x"]})
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate_table("urban_wwtp", twice)
    assert raised.value.code == "duplicate-key"
    with pytest.raises(ValueError, match="append=False"):
        plan.evaluate_table("urban_wwtp", twice.to_pandas())
    with pytest.raises(TypeError, match="Arrow"):
        plan.evaluate_table("urban_wwtp", [1, 2])


def test_two_columns_for_one_fact(plan):
    frame = pl.DataFrame({"influent_bod5_mg_l": [81.6], "进水": [81.6]})
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate_table("urban_wwtp", frame, columns={"进水": "influent_bod5_mg_l"})
    assert raised.value.code == "duplicate-key"


class PandasBelow(pd.DataFrame):
    @property
    def _constructor(self):
        return PandasBelow


class PolarsBelow(pl.DataFrame):
    pass


def test_classes_below_those_of_the_libraries(plan):
    for table in (PandasBelow(CASES, index=list("abcd")), PolarsBelow(CASES)):
        result = plan.evaluate_table("urban_wwtp", table)
        assert isinstance(result, (pd.DataFrame, pl.DataFrame))
        assert list(result[PLUS_20]) == EXPECTED
    assert isinstance(plan.evaluate_table("urban_wwtp", pa.table(CASES).to_reader()), ecoplan.Table)


@pytest.mark.parametrize(
    ("table", "part"),
    [
        (pd.DataFrame(CASES).iloc[0], r"plan\.evaluate\(subject, series\)"),
        (pl.LazyFrame(CASES), "collect it first"),
        (CASES, "Arrow PyCapsule protocol is expected, not dict"),
    ],
    ids=["series", "lazy", "dict"],
)
def test_what_is_no_table_says_what_is_expected(plan, table, part):
    with pytest.raises(TypeError, match=part):
        plan.evaluate_table("urban_wwtp", table)


def test_a_frame_keeps_columns_that_arrow_cannot_hold(plan):
    frame = pd.DataFrame(CASES, index=[7, 7, 8, 9])
    frame["who"] = [object(), 1j, {1}, "x"]
    frame["note"] = [1, "b", None, []]
    frame.insert(0, "note", frame["note"], allow_duplicates=True)
    result = plan.evaluate_table("urban_wwtp", frame)
    assert result[PLUS_20].tolist() == EXPECTED
    assert list(result.index) == [7, 7, 8, 9]
    pd.testing.assert_frame_equal(result[frame.columns.unique()], frame[frame.columns.unique()])
    with pytest.raises(ecoplan.Error) as raised:
        plan.evaluate_table("urban_wwtp", frame.drop(columns="note"), strict=True)
    named = [problem.path for problem in raised.value.errors]
    assert (raised.value.code, sorted(named)) == ("unknown-fact", ["facts.plant", "facts.who"])


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"strict": True},
        {"columns": {"进水": "influent"}},
        {"columns": {"other": "influent_bod5_mg_l"}},
        {"columns": {"进水": "influent_bod5_mg_l"}, "strict": True},
    ],
    ids=str,
)
def test_errors_of_a_frame_are_those_of_every_table(plan, arguments):
    table = {"进水": [81.6], "note": ["x"], "influent_bod5_mg_l_yaer": [2025]}
    raised = []
    for frame in (pd.DataFrame(table), pl.DataFrame(table), pa.table(table)):
        with pytest.raises(ecoplan.Error) as error:
            plan.evaluate_table("urban_wwtp", frame, **arguments)
        raised.append(error.value.errors)
    assert raised[0] == raised[1] == raised[2]


def test_a_frame_without_columns(plan):
    for frame in (pd.DataFrame(index=range(3)), pd.DataFrame()):
        with pytest.raises(ecoplan.Error, match="no column is a fact") as raised:
            plan.evaluate_table("urban_wwtp", frame)
        assert raised.value.code == "unknown-fact"


def test_numbers_and_texts_in_one_column(plan):
    # 61.6 + 20 is 81.6, whatever the cells are kept as; what is no number is named, and harms no other cell.
    cells = [81.6, "未检出", None, "81.5", np.float32(81.6), Decimal("81.59"), 82, pd.NA, True]
    frame = pd.DataFrame({"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": pd.Series(cells, dtype=object)})
    result = plan.evaluate_table("urban_wwtp", frame)
    open_, met, short = "undetermined", "satisfied", "breached"
    assert result[PLUS_20].tolist() == [met, open_, open_, short, met, short, met, open_, open_]
    wrong = "not-a-number: influent_bod5_mg_l"
    assert [None if pd.isna(e) else e for e in result["error"]] == [None, wrong, *[None] * 6, wrong]
    pd.testing.assert_series_equal(result["influent_bod5_mg_l"], frame["influent_bod5_mg_l"])


def test_days_and_texts_in_one_column():
    from test_api import DAYS

    cells = [pd.Timestamp("2024-12-31"), "2025-01-01", datetime.date(2024, 12, 31), "未知", pd.NaT]
    frame = pd.DataFrame({"opened": pd.Series([*cells, datetime.datetime(2024, 12, 31, 12)], dtype=object)})
    result = ecoplan.Plan.from_toml(DAYS).evaluate_table("works", frame)
    assert result["open-by-2024"].tolist() == ["satisfied", "breached", "satisfied", *["undetermined"] * 3]
    assert result["error"].notna().tolist() == [False, False, False, True, False, True]


def test_pandas_needs_pyarrow(plan, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        plan.evaluate_table("urban_wwtp", pd.DataFrame(CASES))
    assert plan.evaluate_table("urban_wwtp", pl.DataFrame(CASES))[PLUS_20].to_list() == EXPECTED


@pytest.mark.parametrize("name", [PLUS_20, "error"])
def test_a_frame_that_has_a_column_of_the_result(plan, name):
    frame = pd.DataFrame({"influent_bod5_mg_l": [81.6], name: ["x"]})
    with pytest.raises(ecoplan.Error, match="append=False") as raised:
        plan.evaluate_table("urban_wwtp", frame)
    assert (raised.value.code, raised.value.path) == ("duplicate-key", "columns")
    assert name in raised.value.errors[0].message
    assert list(plan.evaluate_table("urban_wwtp", frame, append=False).columns) == [POLICY, PLUS_20, "error"]
