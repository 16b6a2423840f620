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
    assert result[PLUS_20].to_list() == ["satisfied", "satisfied", "undetermined", "undetermined"]
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
    table = pa.table({"influent_bod5_mg_l": pa.array([b"81.6", None]), "has_plan": pa.nulls(2)})
    assert plan.evaluate_table("urban_wwtp", table)["error"].to_pylist()[0].startswith("not-a-number")
    assert plan.evaluate_table("urban_wwtp", table)["error"].to_pylist()[1] is None


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
