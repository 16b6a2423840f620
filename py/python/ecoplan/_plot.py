"""The picture: how far each indicator or case is from its target."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from ._ecoplan import Report, Scorecard
from ._words import MARKS, checked, difference, margin_text, number, pick, text_in, verdict, why, yes_no

if TYPE_CHECKING:
    import datetime

    from matplotlib.axes import Axes

    from ._ecoplan import Finding, Plan, Row

MOST_ROWS = 40

# The first that is installed is taken. Of the regional forms of one font, those of the mainland come first.
CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "DengXian",
    "Heiti SC",
    "Heiti TC",
    "STHeiti",
    "Arial Unicode MS",
    "Source Han Sans",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "SimSun",
    "Songti SC",
    "Noto Serif CJK SC",
)
_CJK_FILES = re.compile(
    r"cjk|noto\w*sc|sourcehan|msyh|pingfang|wqy|simhei|simsun|heiti|hiragino|droidsansfallback", re.I
)
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")

# Bluish green, vermilion, orange and grey of Okabe and Ito; hatch and marker say the same without colour.
_STYLES = {
    "satisfied": ("#009e73", "", "o"),
    "breached": ("#d55e00", "////", "X"),
    "pending": ("#e69f00", "....", "s"),
}
_OTHER = ("#999999", "xxxx", "D")


@dataclass(frozen=True)
class _Bar:
    """One row of the picture."""

    label: str
    outcome: str
    text: str
    # Where the bar ends; 0 is the target. None, where there is no distance to draw.
    length: float | None


@dataclass(frozen=True)
class _Picture:
    """What is to be drawn."""

    bars: list[_Bar]
    axis: str
    heading: str
    # Bars are a share of the target, an amount of one unit, or of several units with a scale for each.
    scale: Literal["share", "unit", "own"]


def plot(
    what: Scorecard | Report | Iterable[Report] | Mapping[str, Report],
    *,
    ax: Axes | None = None,
    lang: str = "en",
    title: str | None = None,
) -> Axes:
    """Draws the distance to target, one row for each indicator or case: to spare at the right, short at the left.

    Mark, word and exact margin with its unit stand beside every row. A row without a margin (undetermined, not
    assessed, a yes or no) has them, too, but no bar.

    **A scorecard.** Its units differ, so a bar is the margin as a share of the target (of its absolute value). Where
    the target is 0 there is no such share: the bar is then what is left of the way from baseline to target, progress
    − 1, with the progress beside it, and without a baseline there is none. A bar longer than the target itself is cut
    off there and ends in an arrow.

    **Reports.** One row for each case and rule, of the rules that have a margin in any case; cases that a rule does
    not concern have none. A report does not say what number a rule asks for, so there is no share to draw: bars of
    one unit are in that unit; where units differ, each is drawn to its own scale, its largest margin being the longest
    bar, and only bars of the same unit compare. Of more than 40 rows the 40 worst are drawn, and the title says so.

    Args:
        what: A scorecard, a report, or several: an iterable (called by their index) or a mapping from label to report.
        ax: Where to draw; a figure of fitting size is made where none is given.
        lang: ``"en"`` or ``"zh"``; a font with Chinese characters has to be installed for the latter.
        title: What stands above; the plan and the day of judgement, if not given.

    Returns:
        The axes.

    Raises:
        ImportError: matplotlib is not installed.
        RuntimeError: There are Chinese characters to draw, and no font that has them.
        ValueError: There is nothing to draw.
    """
    try:
        import matplotlib.pyplot as plt
        from matplotlib.ticker import FuncFormatter
    except ImportError as error:
        raise ImportError("ecoplan.plot needs matplotlib: pip install ecoplan[plot]") from error

    picture = _of_scorecard(what, checked(lang)) if isinstance(what, Scorecard) else _of_reports(what, checked(lang))
    bars, heading = picture.bars, _lines(title or picture.heading, 100, 3)
    if not bars:
        raise ValueError("there is nothing to draw: no indicator, and no finding with a margin")
    if len(bars) > MOST_ROWS and not isinstance(what, Scorecard):
        zh, en = f"共 {len(bars)} 行，仅列最差的 {MOST_ROWS} 行", f"the worst {MOST_ROWS} of {len(bars)} rows"
        heading += "\n" + pick(lang, zh, en)
        bars = sorted(bars, key=_worst_first)[:MOST_ROWS]

    labels = [_lines(bar.label, 48, 2) for bar in bars]
    beside = [f"{MARKS[bar.outcome]} {bar.text}" for bar in bars]
    # Families of a text stand in for one another character by character: the marks are in DejaVu Sans, which comes
    # with matplotlib, and Chinese may stand in the labels of an English picture.
    family = ["DejaVu Sans"]
    if lang == "zh" or any(_CJK.search(text) for text in (heading, *labels, *beside)):
        family.insert(0 if lang == "zh" else 1, _cjk_font())
    # Titles and labels are no mathematics: a dollar sign in them is a dollar sign.
    font: dict[str, Any] = {"family": family, "fontsize": 9, "parse_math": False}

    if ax is None:
        height = 1.4 + sum(0.42 if "\n" in label else 0.32 for label in labels)
        _, ax = plt.subplots(figsize=(11, height), layout="constrained")
    longest = max((abs(bar.length) for bar in bars if bar.length is not None), default=0.0) or 1.0
    limit = min(longest, 1.0) if picture.scale == "share" else longest
    for place, (bar, text) in enumerate(zip(bars, beside, strict=True)):
        ax.text(1.02, place, text, transform=ax.get_yaxis_transform(), va="center", **font)
        if bar.length is None:
            continue
        colour, hatch, marker = _STYLES.get(bar.outcome, _OTHER)
        end = max(-limit, min(limit, bar.length))
        if end != bar.length:
            marker = ">" if end > 0 else "<"
        ax.barh(place, end, height=0.56, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        ax.plot(end, place, marker=marker, markersize=7, color=colour, markeredgecolor="black", markeredgewidth=0.6)
    ax.axvline(0, color="black", linewidth=1)
    # Both sides are to be seen, but a side without bars takes little room.
    ends = [max(-limit, min(limit, bar.length)) for bar in bars if bar.length is not None] or [0.0]
    ax.set_xlim(1.08 * min(*ends, -limit / 5), 1.08 * max(*ends, limit / 5))
    ax.set_ylim(len(bars) - 0.4, -0.6)
    ax.set_yticks(range(len(bars)), labels, **font)
    ax.set_xlabel(picture.axis, **font)
    ax.set_title(heading, **{**font, "fontsize": 11}, pad=10)
    if picture.scale == "share":
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * x:+g}%".replace("-", "−") if x else "0"))
    elif picture.scale == "own":
        ax.set_xticks([0])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.grid(axis="y", color="#dddddd", linewidth=0.6, linestyle=":")
    ax.set_axisbelow(True)
    ax.spines[["top", "left", "right"]].set_visible(False)
    return ax


def _of_scorecard(card: Scorecard, lang: str) -> _Picture:
    bars = []
    for row in card:
        facts = [verdict("target", row.status, lang)]
        if row.margin is not None:
            facts.append(margin_text(row.margin, row.unit, lang))
        elif row.reason:
            facts.append(why(row.reason, lang))
        elif isinstance(row.value, bool):
            facts.append(yes_no(row.value, lang))
        if row.target == 0 and row.progress is not None and row.margin:
            facts.append(pick(lang, "进度 ", "progress ") + f"{number((row.progress * 100).normalize())}%")
        if row.stale:
            facts.append(pick(lang, "数值早于目标年", "older value"))
        bars.append(_Bar(f"{row.no}  {text_in(lang, row.title)}", row.status, " · ".join(facts), _share(row)))
    axis = pick(
        lang,
        "余量占目标值的比例（0 为恰好达标；左为差距，右为富余）",
        "margin as a share of the target (← short · to spare →)",
    )
    return _Picture(bars, axis, _heading(card.plan, card.as_of, lang), "share")


def _share(row: Row) -> float | None:
    """The margin as a share of the target; for a target of 0, what is left of the way to it."""
    if row.margin is None:
        return None
    if row.margin == 0:
        return 0.0
    if row.target:
        return float(row.margin / abs(row.target))
    return float(row.progress - 1) if row.target == 0 and row.progress is not None and row.margin < 0 else None


def _of_reports(what: Report | Iterable[Report] | Mapping[str, Report], lang: str) -> _Picture:
    cases = _labelled(what, lang)
    # The rules in the plan's order, each with its findings in the order of the cases.
    found: dict[str, list[tuple[str, Finding]]] = {}
    for label, report in cases:
        for finding in report:
            if finding.outcome != "not_applicable":
                found.setdefault(finding.rule, []).append((label, finding))
    found = {rule: rows for rule, rows in found.items() if any(f.margin is not None for _, f in rows)}
    longest: dict[str | None, Decimal] = {}
    for _, finding in (row for rows in found.values() for row in rows):
        if finding.margin:
            longest[finding.unit] = max(longest.get(finding.unit, Decimal(0)), abs(finding.margin))

    bars = []
    for label, finding in (row for rows in found.values() for row in rows):
        title = text_in(lang, finding.title)
        # One name is enough, where it tells the rows apart.
        name = title if isinstance(what, Report) else label if len(found) == 1 else f"{label} · {title}"
        facts, length = [verdict(finding.kind, finding.outcome, lang)], None
        if finding.margin is not None:
            facts.append(margin_text(finding.margin, finding.unit, lang))
            scale = longest.get(finding.unit, 1) if len(longest) > 1 else 1
            length = float(finding.margin / scale)
        bars.append(_Bar(name, finding.outcome, " · ".join(facts), length))

    heading = _heading(cases[0][1].plan, cases[0][1].as_of, lang) if cases else ""
    if len(found) == 1 and not isinstance(what, Report):
        [rows] = found.values()
        heading = f"{text_in(lang, rows[0][1].title)} · {heading}"
    sides = pick(lang, "（左为差距，右为富余）", " (← short · to spare →)")
    if len(longest) > 1:
        axis = pick(lang, "余量，各单位比例尺不同", "margin, each unit on a scale of its own")
        return _Picture(bars, axis + sides, heading, "own")
    unit = difference(next(iter(longest), None), lang).strip()
    axis = pick(lang, f"余量，{unit}" if unit else "余量", f"margin, {unit}" if unit else "margin")
    return _Picture(bars, axis + sides, heading, "unit")


def _labelled(what: Report | Iterable[Report] | Mapping[str, Report], lang: str) -> list[tuple[str, Report]]:
    if isinstance(what, Report):
        return [("", what)]
    if isinstance(what, Mapping):
        cases = [(str(label), report) for label, report in what.items()]
    else:
        cases = [(pick(lang, f"案例 {i}", f"case {i}"), report) for i, report in enumerate(what)]
    for _, report in cases:
        if not isinstance(report, Report):
            raise TypeError(f"a scorecard, a report or several reports can be drawn, not {type(report).__name__}")
    return cases


def _worst_first(bar: _Bar) -> float:
    # What is not known may be worse than anything that is met, and is not known to be as bad as what is short.
    return -1e-12 if bar.length is None else bar.length


def _heading(plan: Plan, as_of: datetime.date, lang: str) -> str:
    return f"{text_in(lang, plan.title)} · {pick(lang, '评价日', 'as of')} {as_of}"


def _lines(text: str, width: int, most: int) -> str:
    """Breaks a text into lines of so many columns, of which a Chinese character takes two."""
    lines, taken = [""], 0
    # Chinese may be broken behind any character, but not before a closing mark; other text only at spaces.
    for piece in re.findall(r"[\u2e80-\uffef][，。；：、）》”’]*|[^\s\u2e80-\uffef]+\s*|\s+", " ".join(text.split())):
        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
        if lines[-1] and taken + columns > width:
            lines.append("")
            taken = 0
        lines[-1] += piece
        taken += columns
    lines = [line.rstrip() for line in lines]
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + "…"])


def _cjk_font() -> str:
    """The name of an installed font with Chinese characters."""
    from matplotlib import font_manager

    def installed() -> str | None:
        names = {font.name for font in font_manager.fontManager.ttflist}
        return next((name for name in CJK_FONTS if name in names), None)

    if found := installed():
        return found
    # matplotlib keeps its list of fonts on disk, and does not look again after one has been installed.
    for path in font_manager.findSystemFonts():
        if _CJK_FILES.search(PurePath(path).name):
            with contextlib.suppress(OSError, RuntimeError):
                font_manager.fontManager.addfont(path)
    if found := installed():
        return found
    raise RuntimeError(
        "no font with Chinese characters is installed. Install one of them, such as Noto Sans CJK SC "
        "(apt-get install fonts-noto-cjk, dnf install google-noto-sans-cjk-fonts), Source Han Sans SC, "
        "WenQuanYi Micro Hei, SimHei, Microsoft YaHei or PingFang SC"
    )
