import itertools
import subprocess
import sys
import warnings
from decimal import Decimal

import ecoplan
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import font_manager, pyplot  # noqa: E402

BOD = "wwtp-urban-bod-plus-20-2025"


@pytest.fixture(autouse=True)
def tidy():
    before = dict(matplotlib.rcParams)
    with warnings.catch_warnings():
        # A character that no font has is a warning of matplotlib's: here it fails.
        warnings.simplefilter("error")
        yield
    assert dict(matplotlib.rcParams) == before
    pyplot.close("all")


@pytest.fixture(scope="session")
def chinese():
    from ecoplan import _plot

    try:
        _plot._cjk_font()
    except RuntimeError:
        pytest.skip("no font with Chinese characters")


def labels(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


def beside(ax):
    return [text.get_text() for text in ax.texts]


def bars(ax):
    """By row: where the bar ends, its hatch, and the marker at its end."""
    ends = {line.get_ydata()[0]: line.get_marker() for line in ax.lines if len(line.get_xdata()) == 1}
    found = {}
    for bar in ax.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        found[row] = (bar.get_width(), bar.get_hatch(), ends[row])
    return found


def wwtp(plan, *latest):
    return plan.evaluate_all("urban_wwtp", [{"influent_bod5_2020_mg_l": 60, "influent_bod5_mg_l": n} for n in latest])


@pytest.mark.parametrize("name", ecoplan.plans())
def test_scorecard_has_a_row_for_every_indicator_with_its_exact_margin(name):
    plan = ecoplan.plan(name)
    card = plan.scorecard(plan.reported())
    ax = ecoplan.plot(card)
    assert isinstance(ax, matplotlib.axes.Axes)
    assert len(labels(ax)) == len(beside(ax)) == len(card)
    drawn = bars(ax)
    for i, (row, label, text) in enumerate(zip(card, labels(ax), beside(ax), strict=True)):
        assert label == f"{row.no} {row.title['en']}"
        assert row.status.replace("_", " ") in text
        assert (i in drawn) == (row.margin is not None)
        if row.margin is None:
            continue
        assert (f"{abs(row.margin)} " if row.margin else "exactly on the boundary") in text
        if row.margin < 0:
            assert "short" in text
        assert drawn[i][0] == pytest.approx(float(row.margin / abs(row.target)) if row.margin else 0)


def test_scorecard_shows_rows_without_a_margin():
    plan = ecoplan.plan("lianzhou-135")
    texts = beside(ecoplan.plot(plan.scorecard(plan.reported())))
    assert texts[6] == "– not assessed · no data"
    assert texts[8] == "✓ satisfied · yes"
    assert texts[14] == "✗ breached · 39 percentage points short"
    assert texts[21] == "✓ satisfied · 0.4 m³/10,000 yuan to spare · older value"
    texts = beside(ecoplan.plot(ecoplan.plan("lianzhou-145").scorecard()))
    assert set(texts) == {"? undetermined"}


def test_a_target_of_zero_is_measured_by_progress_or_not_at_all(plan):
    card = plan.scorecard(rural_black_odorous_pct=3, groundwater_class5_pct=3)
    rows = {row.no: row for row in card}
    # Neither has a way to go by: one started at its target, of the other nothing is printed.
    ax = ecoplan.plot(card)
    assert rows[5].margin == rows[6].margin == -3 and rows[5].progress is rows[6].progress is None
    assert not {4, 5} & set(bars(ax))
    assert beside(ax)[5] == "✗ breached · 3 percentage points short"
    card = plan.with_target("target-pm25-2025", 0).scorecard(pm25_annual_ug_m3=10)
    ax = ecoplan.plot(card)
    assert bars(ax)[1][0] == pytest.approx(-0.4)
    assert beside(ax)[1] == "✗ breached · 10 μg/m³ short · progress 60%"


def test_a_bar_longer_than_the_target_is_cut_off_and_ends_in_an_arrow(plan):
    card = plan.scorecard(pm25_annual_ug_m3=85)
    [row] = [row for row in card if row.margin is not None]
    ax = ecoplan.plot(card)
    assert row.margin / row.target < -2
    assert bars(ax)[row.no - 1][0] == -1 and bars(ax)[row.no - 1][2] == "<"
    assert beside(ax)[row.no - 1] == "✗ breached · 60 μg/m³ short"
    assert ax.get_xlim()[0] < -1


def test_satisfied_and_breached_differ_in_more_than_colour(plan):
    ax = ecoplan.plot(wwtp(plan, 70, 90))
    breached, satisfied = bars(ax)[0], bars(ax)[1]
    assert breached[0] < 0 < satisfied[0]
    assert breached[1] != satisfied[1]
    assert breached[2] != satisfied[2]
    assert [text[0] for text in beside(ax)] == ["✗", "✓"]


def test_reports_are_drawn_in_their_unit_by_index_or_label(plan):
    reports = wwtp(plan, 70, 80, "95.5")
    ax = ecoplan.plot(reports)
    assert labels(ax) == ["case 0", "case 1", "case 2"]
    assert beside(ax) == [
        "✗ breached · 10 mg/L short",
        "✓ satisfied · 0 mg/L, exactly on the boundary",
        "✓ satisfied · 15.5 mg/L to spare",
    ]
    assert [bars(ax)[i][0] for i in range(3)] == [-10, 0, 15.5]
    assert "mg/L" in ax.get_xlabel()
    assert labels(ecoplan.plot(iter(reports))) == labels(ax)
    named = ecoplan.plot({"plant A": reports[0], "plant B": reports[2]})
    assert labels(named) == ["plant A", "plant B"]
    assert labels(ecoplan.plot(reports[0])) == [reports[0][BOD].title["en"]]


def test_cases_without_a_margin_stay_and_those_not_concerned_do_not(plan):
    cases = [
        {"influent_bod5_2020_mg_l": 60, "influent_bod5_mg_l": 70},
        {"influent_bod5_2020_mg_l": 60},
        {"influent_bod5_2020_mg_l": 120},
    ]
    ax = ecoplan.plot(plan.evaluate_all("urban_wwtp", cases))
    assert labels(ax) == ["case 0", "case 1"]
    assert beside(ax)[1] == "? undetermined"
    assert 1 not in bars(ax)


def test_units_that_differ_have_a_scale_each(plan):
    report = plan.scorecard(good_days_pct=90, pm25_annual_ug_m3=15, forest_coverage_pct="67.5").report
    ax = ecoplan.plot(report)
    short, spare, forest = (bars(ax)[i][0] for i in range(3))
    assert (short, spare, forest) == (-1, 1, -0.5)
    assert "each unit on a scale of its own" in ax.get_xlabel()
    assert list(ax.get_xticks()) == [0]


def test_of_more_than_forty_rows_the_worst_are_drawn(plan):
    ax = ecoplan.plot(wwtp(plan, *range(130, 70, -1)), title="All plants")
    assert len(labels(ax)) == 40
    assert ax.get_title() == "All plants\nthe worst 40 of 60 rows"
    assert labels(ax)[0] == "case 59"
    lengths = [bars(ax)[i][0] for i in range(40)]
    assert lengths == sorted(lengths) and lengths[0] == -9


def test_draws_where_it_is_told_to(plan):
    figure, (left, right) = pyplot.subplots(1, 2)
    assert ecoplan.plot(wwtp(plan, 70), ax=right) is right
    assert not left.texts
    assert pyplot.get_fignums() == [figure.number]


def test_nothing_overlaps(plan, chinese):
    old = ecoplan.plan("lianzhou-135")
    for lang in ("en", "zh"):
        for card in (old.scorecard(old.reported()), plan.scorecard(plan.reported())):
            ax = ecoplan.plot(card, lang=lang)
            ax.figure.canvas.draw()
            whole = ax.figure.bbox
            for column in (ax.get_yticklabels(), ax.texts):
                boxes = [text.get_window_extent() for text in column]
                assert all(not a.overlaps(b) for a, b in itertools.pairwise(boxes))
                assert all(whole.x0 <= box.x0 and box.x1 <= whole.x1 for box in boxes)


def test_dollar_signs_are_no_mathematics(plan):
    ax = ecoplan.plot({r"$\frac{1$ and $x$": wwtp(plan, 70)[0]}, title=r"$\nonsense$")
    ax.figure.canvas.draw()
    assert labels(ax) == [r"$\frac{1$ and $x$"]


def test_chinese(plan, chinese):
    ax = ecoplan.plot(plan.scorecard(plan.reported()), lang="zh")
    ax.figure.canvas.draw()
    assert beside(ax)[0] == "✓ 已完成 · 尚余 4.82 个百分点 · 数值早于目标年"
    assert beside(ax)[18] == "✗ 未完成 · 相差 0.79 个百分点 · 数值早于目标年"
    assert labels(ax)[18] == "19 森林覆盖率"
    # A Chinese label in an English picture has a font, too.
    ecoplan.plot({"东陂镇污水处理厂": wwtp(plan, 70)[0]}).figure.canvas.draw()


def test_without_a_chinese_font_it_says_what_to_install(plan, monkeypatch):
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *_, **__: [])
    with pytest.raises(RuntimeError, match=r"Noto Sans CJK SC \(apt-get install fonts-noto-cjk"):
        ecoplan.plot(wwtp(plan, 70), lang="zh")
    with pytest.raises(RuntimeError, match="Chinese"):
        ecoplan.plot({"东陂镇": wwtp(plan, 70)[0]})
    assert pyplot.get_fignums() == []


def test_a_font_installed_since_is_found(chinese, monkeypatch):
    from ecoplan import _plot

    listed = [font for font in font_manager.fontManager.ttflist if font.name not in _plot.CJK_FONTS]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    assert _plot._cjk_font() in _plot.CJK_FONTS


def test_without_matplotlib_it_says_what_to_install(plan, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install ecoplan\[plot\]"):
        ecoplan.plot(wwtp(plan, 70))


def test_refuses_what_cannot_be_drawn(plan):
    with pytest.raises(ValueError, match="nothing to draw"):
        ecoplan.plot(plan.evaluate("urban_wwtp"))
    with pytest.raises(ValueError, match="nothing to draw"):
        ecoplan.plot([])
    with pytest.raises(TypeError, match="not Decimal"):
        ecoplan.plot([Decimal(1)])
    with pytest.raises(ecoplan.Error, match="`fr` where"):
        ecoplan.plot(wwtp(plan, 70), lang="fr")


def test_importing_the_package_does_not_import_matplotlib():
    code = "import sys, ecoplan, ecoplan._html; sys.exit(any(m.startswith('matplotlib') for m in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run(
        [sys.executable, "-c", "import ecoplan, sys; ecoplan.plot; sys.exit('matplotlib' in sys.modules)"], check=True
    )
