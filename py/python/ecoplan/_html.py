"""Plans, reports and scorecards as HTML, for notebooks and for the report of the command.

The words are those of ``explain()``. Every fragment stands alone: its style comes with it, it needs no script and no
other resource, and all text goes through ``_el``, which escapes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from ._words import (
    ATTRIBUTES,
    BINDING,
    KINDS,
    MARKS,
    Words,
    bracketed,
    checked,
    difference,
    margin_text,
    number,
    place,
    suffix,
    unit,
    verdict,
    why,
)

if TYPE_CHECKING:
    from ._ecoplan import Finding, Plan, Report, Reports, Scorecard
    from .types import Cite

MOST_CASES = 50

# Text on a light and on a dark ground; the shades of Okabe and Ito, moved until they are readable as text.
_TEXT = ("#1b1f23", "#e6e8ea")
_MUTED = ("#545b62", "#a9b1b8")
_GROUND = ("#ffffff", "#1c1f22")
_HEAD = ("#eef1f3", "#2a2f34")
_LINE = ("#cfd5da", "#454c53")
_COLOURS = {
    "breached": ("#a63a00", "#ff9e66"),
    "triggered": ("#8a2f6b", "#eda1cd"),
    "undetermined": ("#075a94", "#7fc4f5"),
    "pending": ("#7a5200", "#f0bf4c"),
    "satisfied": ("#00664a", "#4fd0a4"),
    "not_applicable": _MUTED,
    "not_assessed": _MUTED,
}


def _paint(name: str, pair: tuple[str, str]) -> str:
    # A browser that does not know light-dark() skips the second declaration, and shows all in light.
    return f"{name}:{pair[0]};{name}:light-dark({pair[0]},{pair[1]})"


def _rule_of(selector: str, *declarations: str) -> str:
    return f"{selector}{{{';'.join(declarations)}}}\n"


# Notebooks colour and align the cells of every table: ours say all of it themselves, so that text and ground match.
# A notebook in dark under a desktop in light, or the other way round, tells so by attributes of its page.
_CSS = "".join(
    [
        _rule_of(
            ".ecoplan",
            "color-scheme:light dark",
            _paint("color", _TEXT),
            _paint("background", _GROUND),
            "border:1px solid",
            _paint("border-color", _LINE),
            "border-radius:6px;padding:.75em;margin:.5em 0;overflow-x:auto;text-align:left",
            "font:14px/1.5 system-ui,'Segoe UI','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif",
        ),
        _rule_of(".vscode-light .ecoplan,[data-jp-theme-light=true] .ecoplan", "color-scheme:light"),
        _rule_of(".vscode-dark .ecoplan,[data-jp-theme-light=false] .ecoplan", "color-scheme:dark"),
        _rule_of(".vscode-high-contrast .ecoplan,html[theme=dark] .ecoplan", "color-scheme:dark"),
        _rule_of(".ecoplan table", "border-collapse:collapse;width:100%;margin:0;border:0;color:inherit;font:inherit"),
        _rule_of(
            ".ecoplan table caption",
            "caption-side:top;text-align:left;font-weight:600;padding:0 0 .6em;color:inherit",
        ),
        _rule_of(
            ".ecoplan table th,.ecoplan table td",
            "text-align:left;vertical-align:top;white-space:normal;max-width:none;padding:.35em .6em;border:0",
            "border-bottom:1px solid",
            _paint("border-color", _LINE),
            _paint("background", _GROUND),
            _paint("color", _TEXT),
        ),
        _rule_of(
            ".ecoplan table thead th,.ecoplan table th[scope=rowgroup],.ecoplan table .ecoplan-sum",
            "font-weight:600",
            _paint("background", _HEAD),
        ),
        _rule_of(".ecoplan table tbody th[scope=row]", "font-weight:400"),
        _rule_of(".ecoplan table.ecoplan-one th[scope=row]", "width:9em;font-weight:600"),
        _rule_of(".ecoplan ul", "margin:0;padding-left:1.2em"),
        _rule_of(".ecoplan p", "margin:.6em 0 0"),
        _rule_of(".ecoplan dl", "margin:.3em 0 0"),
        _rule_of(".ecoplan dt", "font-weight:600"),
        _rule_of(".ecoplan dd", "margin:0 0 .3em 1.2em"),
        _rule_of(".ecoplan summary", "cursor:pointer", _paint("color", _MUTED)),
        _rule_of(
            ".ecoplan code", "font-size:.9em;background:none;padding:0;overflow-wrap:anywhere", _paint("color", _MUTED)
        ),
        _rule_of(".ecoplan .ecoplan-muted", _paint("color", _MUTED)),
        _rule_of(".ecoplan .ecoplan-outcome", "font-weight:600;white-space:nowrap"),
        _rule_of(".ecoplan table .ecoplan-short,.ecoplan table thead th", "white-space:nowrap"),
        _rule_of(".ecoplan table .ecoplan-amount", "min-width:8em;font-variant-numeric:tabular-nums"),
        _rule_of(".ecoplan table .ecoplan-source,.ecoplan table .ecoplan-remark", "min-width:13em"),
        *(_rule_of(f".ecoplan .ecoplan-{name}", _paint("color", pair)) for name, pair in _COLOURS.items()),
    ]
)


class _Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


_STYLE = _Markup(f"<style>\n{_CSS}</style>")
_PAGE_STYLE = _Markup(
    "<style>\n"
    + _rule_of("html", "color-scheme:light dark")
    + _rule_of(
        "body",
        "max-width:76rem;margin:0 auto;padding:1.5rem",
        "font-family:system-ui,'Segoe UI','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif",
        _paint("color", _TEXT),
        _paint("background", _GROUND),
    )
    + _rule_of("h1", "font-size:1.4rem;margin:0 0 1rem")
    + "</style>"
)


def _join(parts: Iterable[str], separator: str = "") -> _Markup:
    return _Markup(separator.join(part if isinstance(part, _Markup) else escape(part) for part in parts))


def _el(name: str, *children: str, **attributes: str | int) -> _Markup:
    """An element. Text is escaped; only what ``_el`` or ``_join`` made is taken as HTML."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return _Markup(f"<{name}{given}>{_join(children)}</{name}>")


def _list(items: Iterable[str]) -> _Markup:
    found = [_el("li", item) for item in items]
    return _el("ul", *found) if found else _Markup()


def _head(*titles: str) -> _Markup:
    return _el("thead", _el("tr", *(_el("th", title, scope="col") for title in titles)))


def _fragment(lang: str, *children: str) -> str:
    return str(_join([_STYLE, _el("div", *children, class_="ecoplan", lang="zh-CN" if lang == "zh" else "en")]))


def _citation(cite: Cite, lang: str) -> _Markup:
    # Chinese quotes within Chinese quotes are the single ones.
    words = cite["anchor"] if lang == "en" else cite["anchor"].replace("“", "‘").replace("”", "’")
    before, after = (': "', '"') if lang == "en" else ("：“", "”")
    return _join([place(cite, lang), before, _el("span", words, lang="zh-CN"), after])


def _badge(kind: str, outcome: str, lang: str, rest: str = "") -> _Markup:
    """An outcome by mark, word and colour."""
    mark = _el("span", MARKS[outcome], aria_hidden="true")
    return _el("span", mark, " ", verdict(kind, outcome, lang), rest, class_=f"ecoplan-outcome ecoplan-{outcome}")


def _counts(counts: Mapping[Any, int], lang: str) -> _Markup:
    """The outcomes that occur, the gravest first."""
    return _join((_badge("", o, lang, f" {counts[o]}") for o in MARKS if counts.get(o)), " · ")


def _wanted(fact: str, words: Words) -> _Markup:
    """A missing fact, with who has to supply it where that is not plain."""
    known, label = words.facts.get(fact), words.label(fact)
    if known and known["kind"] == "yes_no":
        label = words.pick(f"{label}（是/否）", f"whether {label}")
    supplied = {
        "judgement": words.pick("须人工判断", "a matter of judgement"),
        "assigned": words.pick("由主管部门或上级下达、认定", "to be set or determined by the authorities"),
    }.get(known["source"] if known else "", "")
    return _join([bracketed(label, supplied, words.lang), " ", _el("code", f"[{fact}]")])


def _condition(node: dict[str, Any], words: Words, before: str = "") -> _Markup:
    """A condition with its mark, the values it looks at, and its parts below it."""
    mark = {True: "✓", False: "✗"}.get(node["value"], "?")
    seen = [f"{words.label(f['fact'])} = {words.value(f['fact'], f['value'])}" for f in node.get("facts", [])]
    values = _el("span", bracketed("", words.pick("；", "; ").join(seen), words.lang), class_="ecoplan-muted")
    parts = _list(_condition(child, words) for child in node.get("children", []))
    return _join([f"{mark} {before}", _el("code", node["condition"]), values if seen else "", parts])


def _because(finding: dict[str, Any], words: Words) -> Iterator[_Markup]:
    for part in finding["because"]:
        before = {
            "applies": words.pick("适用", "applies if"),
            "decision": words.pick("结果", "result"),
        }.get(part["part"], words.pick("要求", "requires"))
        if part.get("decision"):
            before += f"{words.pick('：', ': ')}{words.decision(finding['rule'], part['decision'])}"
        yield _condition(part, words, before + words.pick("：", ": "))


def _outcome(finding: dict[str, Any], words: Words) -> _Markup:
    decision = finding["decision"]
    rest = f" → {words.decision(finding['rule'], decision)}" if decision else ""
    return _badge(finding["kind"], finding["outcome"], words.lang, rest)


def _margin(found: dict[str, Any], lang: str) -> str:
    """The margin of a finding or row; a dash, where there is none."""
    margin = found["margin"]
    return "—" if margin is None else margin_text(Decimal(margin), found["unit"], lang)


def _reading(reading: dict[str, Any], finding: dict[str, Any], words: Words) -> _Markup:
    return _join([f"{words.reading(finding, reading)} ", _el("code", f"[{reading['reading']}]")])


def _details(finding: dict[str, Any], words: Words, due: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What there is to say beside outcome, margin, missing facts and source; each with its name."""
    yield words.pick("规定", "rule"), words.get(finding["says"])
    yield words.pick("依据", "because"), _list(_because(finding, words))
    if finding["reason"]:
        yield words.pick("原因", "reason"), words.pick("条件无法计算", "a condition cannot be computed")
    if finding["missing"]:
        yield words.pick("仍有可能", "still possible"), words.possible(finding, finding["possible"])
    if finding["changes"]:
        yield words.pick("达标所需", "would be met by"), _list(words.change(change) for change in finding["changes"])
    if finding["progress"] is not None:
        text = f"{number((Decimal(finding['progress']) * 100).normalize())}%"
        if finding["pace"] and Decimal(finding["pace"]) != 0:
            measure = words.facts.get(words.rules[finding["rule"]]["measure"] or "")
            pace = finding["pace"] + difference(measure["unit"] if measure else finding["unit"], words.lang)
            text += words.pick(f"，此后每年须变化 {pace}", f", from here on a change of {pace} a year")
        yield words.pick("进度", "progress"), text
    if finding["rule"] in due:
        yield words.pick("期限", "due"), due[finding["rule"]]
    if finding["actions"]:
        yield words.pick("应做", "to do"), _list(words.get(action) for action in finding["actions"])
    if finding["readings"]:
        readings = _list(_reading(reading, finding, words) for reading in finding["readings"])
        yield words.pick("另一种理解", "read otherwise"), readings
    if finding["notes"]:
        yield words.pick("注意", "note"), _list(words.get(note) for note in finding["notes"])
    strength, indicator = finding["strength"], words.rules[finding["rule"]]["indicator"]
    binding = words.get(BINDING[indicator["attribute"] if indicator else strength["class"]])
    addressee = words.get(finding["addressee"])
    zh, en = f"{addressee}；{binding}，原文“{strength['verb']}”", f"{addressee} ({binding}, “{strength['verb']}”)"
    yield words.pick("责任主体", "addressed to"), words.pick(zh, en)


def _heading(plan: Plan, subject: str | None, as_of: object, words: Words) -> str:
    label = next((words.get(s["label"]) for s in plan.subjects() if s["id"] == subject), None)
    parts = [label, words.get(plan.title), f"{words.pick('评价日', 'as of')} {as_of}"]
    return " · ".join(part for part in parts if part)


def _notes(notes: Iterable[Any], words: Words) -> Iterator[_Markup]:
    for note in notes:
        yield _el("p", words.pick("注意：", "note: "), words.get(note))


def finding(finding: Finding, *, lang: str = "en") -> str:
    """One finding with all there is to say about it, one thing a row."""
    report = finding.report
    words, found = Words.of(report.plan, report.subject, checked(lang)), finding.to_dict()
    rows: list[tuple[str, str]] = [
        (words.pick("结论", "outcome"), _outcome(found, words)),
        (words.pick("余量", "margin"), _margin(found, lang)),
    ]
    if found["missing"]:
        rows.append((words.pick("尚缺信息", "not known"), _list(_wanted(fact, words) for fact in found["missing"])))
    rows += _details(found, words, report._said(lang, "due"))
    rows.append((words.pick("出处", "source"), _citation(found["cite"], lang)))
    caption = _el("caption", words.get(found["title"]), " ", _el("code", f"[{found['rule']}]"))
    body = _el("tbody", *(_el("tr", _el("th", name, scope="row"), _el("td", text)) for name, text in rows))
    heading = _el("p", _heading(report.plan, report.subject, report.as_of, words), class_="ecoplan-muted")
    return _fragment(lang, _el("table", caption, body, class_="ecoplan-one"), heading)


def report(report: Report, *, lang: str = "en") -> str:
    """The findings of one case, one a row; those that do not concern the case are named below."""
    words, found = Words.of(report.plan, report.subject, checked(lang)), report.to_dict()
    apart = [f for f in found["findings"] if f["outcome"] == "not_applicable" and not f["readings"]]
    rows, due = [], report._said(lang, "due")
    for one in (f for f in found["findings"] if f not in apart):
        details = (_join([_el("dt", name), _el("dd", text)]) for name, text in _details(one, words, due))
        folded = _el("details", _el("summary", words.pick("详情", "details")), _el("dl", *details))
        rows += [
            _el(
                "tr",
                _el("td", _outcome(one, words)),
                _el("th", words.get(one["title"]), " ", _el("code", f"[{one['rule']}]"), scope="row"),
                _el("td", _margin(one, lang), class_="ecoplan-amount"),
                _el("td", _list(_wanted(fact, words) for fact in one["missing"]) or "—"),
                _el("td", _citation(one["cite"], lang), class_="ecoplan-source"),
            ),
            _el("tr", _el("td", folded, colspan=5)),
        ]
    head = _head(
        words.pick("结论", "outcome"),
        words.pick("规则", "rule"),
        words.pick("余量", "margin"),
        words.pick("尚缺信息", "not known"),
        words.pick("出处", "source"),
    )
    total = _el("td", _counts(found["headline"]["counts"], lang), colspan=4, class_="ecoplan-sum")
    overall = _el("tr", _el("th", words.pick("合计", "all"), scope="row", class_="ecoplan-sum"), total)
    caption = _el("caption", _heading(report.plan, report.subject, report.as_of, words))
    below = list(_notes(found["notes"], words))
    if apart:
        titles = words.pick("；", "; ").join(words.get(f["title"]) for f in apart)
        below.append(_el("p", _badge("", "not_applicable", lang), words.pick("：", ": "), titles))
    if found["next_question"]:
        asked = _wanted(found["next_question"], words)
        below.append(_el("p", words.pick("下一步请提供：", "next to find out: "), asked))
    return _fragment(lang, _el("table", caption, head, _el("tbody", overall, *rows)), *below)


def reports(reports: Reports, *, lang: str = "en") -> str:
    """Several cases, one a row: how many have each outcome, and what stands out in the first of them."""
    total = len(reports)
    say = Words(checked(lang), {}, {})
    outcomes = Counter(report.outcome for report in reports)
    kinds = {(report.plan, report.subject, report.as_of) for report in reports}
    of_kind = {(plan, subject): Words.of(plan, subject, lang) for plan, subject, _ in kinds}
    rows = []
    for i, report in enumerate(reports[:MOST_CASES]):
        words, found = of_kind[report.plan, report.subject], report.to_dict()
        grave = [f for f in found["findings"] if f["outcome"] not in ("satisfied", "not_applicable")]
        items = []
        for one in grave:
            parts: list[str] = [_outcome(one, words), " · ", words.get(one["title"])]
            if one["margin"] is not None:
                parts += [words.pick("，", ", "), _margin(one, lang)]
            items.append(_join(parts))
        asked = _wanted(found["next_question"], words) if found["next_question"] else "—"
        rows.append(
            _el(
                "tr",
                _el("th", str(i), scope="row"),
                _el("td", _badge("", report.outcome, lang) if report.outcome else "—"),
                _el("td", _counts(found["headline"]["counts"], lang)),
                _el("td", _list(items) or "—"),
                _el("td", asked),
            )
        )
    left = total - len(rows)
    if left:
        text = say.pick(f"另有 {left} 例未列出", f"{left} more cases are not shown")
        rows.append(_el("tr", _el("td", text, colspan=5, class_="ecoplan-sum")))
    head = _head(
        say.pick("案例", "case"),
        say.pick("结论", "outcome"),
        say.pick("各项结论", "findings"),
        say.pick("须注意的规则", "rules to look at"),
        say.pick("下一步请提供", "next to find out"),
    )
    counts = {outcome: n for outcome, n in outcomes.items() if outcome}
    overall = _el(
        "tr",
        _el("th", say.pick("合计", "all"), scope="row", class_="ecoplan-sum"),
        _el("td", _counts(counts, lang), colspan=4, class_="ecoplan-sum"),
    )
    caption = [say.pick(f"共 {total} 例", f"{total} cases" if total != 1 else "1 case")]
    if len(kinds) == 1:
        [(plan, subject, as_of)] = kinds
        caption.append(_heading(plan, subject, as_of, of_kind[plan, subject]))
    return _fragment(lang, _el("table", _el("caption", " · ".join(caption)), head, _el("tbody", overall, *rows)))


def _remark(row: dict[str, Any], words: Words) -> str:
    """What a row's status rests on: the reason, an old value, or what is missing."""
    remarks = [why(row["reason"], words.lang)] if row["reason"] else []
    if row["stale"]:
        remarks.append(words.pick("数值早于目标年", "older value"))
    if row["missing"]:
        labels = words.pick("；", "; ").join(words.label(fact) for fact in row["missing"])
        remarks.append(words.pick("尚缺：", "not known: ") + labels)
    return words.pick("，", ", ").join(remarks) or "—"


def scorecard(card: Scorecard, *, lang: str = "en") -> str:
    """The indicators, one a row, below their first-level indicators."""
    words, found = Words.of(card.plan, card.report.subject, checked(lang)), card.to_dict()
    bodies: list[_Markup] = []
    rows: list[_Markup] = []
    category = None
    for row in found["rows"]:
        if row["category"] != category:
            bodies.append(_el("tbody", *rows) if rows else _Markup())
            category, rows = (
                row["category"],
                [_el("tr", _el("th", words.get(row["category"]), scope="rowgroup", colspan=9))],
            )
        value = "—"
        if isinstance(row["value"], bool):
            value = words.value("", row["value"])
        elif row["value"] is not None and row["unit"] is not None:
            value = row["value"] + suffix(row["unit"], lang)
        elif row["value"] is not None:
            value = words.value(words.rules[row["rule"]]["measure"] or "", row["value"])
        value += f" ({row['year']})" if row["year"] else ""
        bound = (row["bound"] or "").replace(">=", "≥").replace("<=", "≤")
        target = words.get(row["printed_target"])
        if row["target"] is not None:
            target = f"{bound} {row['target']}{suffix(row['unit'], lang)}"
        rows.append(
            _el(
                "tr",
                _el("td", str(row["no"])),
                _el("td", _badge("target", row["status"], lang)),
                _el("th", words.get(row["title"]), scope="row"),
                _el("td", words.get(ATTRIBUTES[row["attribute"]]), class_="ecoplan-short"),
                _el("td", value),
                _el("td", target),
                _el("td", _margin(row, lang), class_="ecoplan-amount"),
                _el("td", _remark(row, words), class_="ecoplan-remark"),
                _el("td", _citation(words.rules[row["rule"]]["cite"], lang), class_="ecoplan-source"),
            )
        )
    bodies.append(_el("tbody", *rows) if rows else _Markup())
    head = _head(
        words.pick("序号", "no."),
        words.pick("结论", "status"),
        words.pick("指标", "indicator"),
        words.pick("属性", "attribute"),
        words.pick("数值", "value"),
        words.pick("目标值", "target"),
        words.pick("余量", "margin"),
        words.pick("说明", "remark"),
        words.pick("出处", "source"),
    )
    c = found["counts"]
    counts = words.pick(
        f"共 {c['indicators']} 项指标（约束性 {c['binding']}，预期性 {c['expected']}）："
        f"不参与评价 {c['not_assessed']}，参与评价 {c['assessed']}；",
        f"{c['indicators']} indicators ({c['binding']} binding, {c['expected']} expected): "
        f"{c['not_assessed']} not assessed, {c['assessed']} assessed; ",
    )
    named = ("satisfied", "breached", "pending", "undetermined")
    badges = _join((_badge("target", name, lang, f" {c[name]}") for name in named), " · ")
    caption = _el("caption", _heading(card.plan, None, found["as_of"], words))
    total = _el("p", counts, badges)
    return _fragment(lang, _el("table", caption, head, *bodies), total, *_notes(found["notes"], words))


def plan(plan: Plan, *, lang: str = "en") -> str:
    """What a plan speaks about: its subjects, with their rules and facts folded up."""
    say = Words(checked(lang), {}, {})
    rows = []
    for subject in plan.subjects():
        words = Words.of(plan, subject["id"], lang)
        rules = (
            _join(
                [
                    words.get(rule["title"]),
                    " ",
                    _el("code", f"[{rule['id']}]"),
                    " · ",
                    words.get(KINDS[rule["kind"]]),
                    " · ",
                    _el("span", _citation(rule["cite"], lang), class_="ecoplan-muted"),
                ]
            )
            for rule in words.rules.values()
        )
        facts = (
            _join([words.label(name), " ", _el("code", f"[{name}]"), bracketed("", unit(fact["unit"], lang), lang)])
            for name, fact in words.facts.items()
        )
        folded = [
            _el("details", _el("summary", say.pick(f"{n} {zh}", f"{n} {en}{'' if n == 1 else 's'}")), _list(items))
            for n, zh, en, items in [
                (len(words.rules), "条", "rule", rules),
                (len(words.facts), "项", "fact", facts),
            ]
        ]
        name = _el("th", say.get(subject["label"]), " ", _el("code", f"[{subject['id']}]"), scope="row")
        rows.append(_el("tr", name, *(_el("td", cell) for cell in folded)))
    start, end = plan.period
    head = _head(say.pick("对象", "subject"), say.pick("规则", "rules"), say.pick("信息项", "facts"))
    caption = _el("caption", say.get(plan.title), " ", _el("code", f"[{plan.id}]"))
    period = say.pick(
        f"规划期 {start} 至 {end} · 评价日 {plan.as_of} · SHA-256 ",
        f"in force {start} to {end} · as of {plan.as_of} · SHA-256 ",
    )
    below = _el("p", period, _el("code", plan.hash[:16]), class_="ecoplan-muted")
    return _fragment(lang, _el("table", caption, head, _el("tbody", *rows)), below)


def page(*parts: str, title: str, lang: str = "en") -> str:
    """A document of its own, from fragments of the other functions, which are taken as they are."""
    policy = {"http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"}
    head = [
        _Markup('<meta charset="utf-8"/>'),
        _Markup("<meta " + " ".join(f'{key}="{escape(value)}"' for key, value in policy.items()) + "/>"),
        _Markup('<meta name="viewport" content="width=device-width, initial-scale=1"/>'),
        _el("title", title),
        _PAGE_STYLE,
        _STYLE,
    ]
    # Each fragment brings the style, which a page needs once.
    body = [_el("h1", title), *(_Markup(part.replace(_STYLE, "")) for part in parts)]
    html = _el("html", _el("head", *head), _el("body", *body), lang="zh-CN" if checked(lang) == "zh" else "en")
    return f"<!DOCTYPE html>\n{html}\n"
