import itertools
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import ecoplan
import pytest
from ecoplan import _html

EVIL = "<script>alert(1)</script>\"'&"
HOSTILE = f"""
[plan]
id = "hostile"
title = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
period = {{ start = 2021-01-01, end = 2025-12-31 }}

[[subject]]
id = "city"
label = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}

[[fact]]
subject = "city"
name = "share_pct"
kind = "number"
unit = "%"
min = 0
max = 100
decimals = 2
yearly = true
source = "reported"
label = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}

[[fact]]
subject = "city"
name = "way"
kind = "choice"
source = "judgement"
label = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
choices = [{{ id = "a", label = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }} }}]

[[rule]]
id = "share"
subject = "city"
kind = "target"
title = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
requires = 'share_pct >= 60'
measure = "share_pct"
strength = {{ class = "mandatory", verb = '''{EVIL}''' }}
addressee = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
cite = {{ chapter = 1, section = 1, anchor = '''{EVIL}''' }}
says = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
actions = [{{ zh = '''{EVIL}''', en = '''{EVIL}''' }}]
notes = [{{ zh = '''{EVIL}''', en = '''{EVIL}''' }}]
[rule.indicator]
no = 1
category = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
attribute = "binding"
printed_value = "/"
printed_target = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}

[[rule]]
id = "gate"
subject = "city"
kind = "gate"
title = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
strength = {{ class = "mandatory", verb = "应" }}
addressee = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
cite = {{ chapter = 1, section = 1, anchor = '''{EVIL}''' }}
says = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}

[[rule.decision]]
id = "deny"
when = 'way = "a" and share_pct < 50'
label = {{ zh = '''{EVIL}''', en = '''{EVIL}''' }}
"""

BOD = "wwtp-urban-bod-plus-20-2025"


def shown():
    """One of everything that has a picture in a notebook, with the function that makes it."""
    plan, hostile = ecoplan.plan("lianzhou-145"), ecoplan.Plan.from_toml(HOSTILE)
    short = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=80)
    found = hostile.evaluate("city", share_pct=40, way="a")
    return [
        (_html.plan, plan),
        (_html.report, short),
        (_html.report, plan.evaluate("project", is_two_high=True)),
        (_html.finding, short[BOD]),
        (_html.finding, plan.evaluate("project", is_two_high=True)["two-high-definition"]),
        (_html.reports, plan.evaluate_all("urban_wwtp", [{}, {"influent_bod5_2020_mg_l": 120}])),
        (_html.reports, plan.evaluate_all("urban_wwtp", [])),
        (_html.scorecard, plan.scorecard(plan.reported())),
        (_html.plan, hostile),
        (_html.report, found),
        (_html.report, hostile.evaluate("city")),
        (_html.finding, found["share"]),
        (_html.finding, found["gate"]),
        (_html.reports, hostile.evaluate_all("city", [{}, {"share_pct": 40, "way": "a"}])),
        (_html.scorecard, hostile.scorecard()),
    ]


def tree(html):
    """The elements: every one closed, every attribute quoted."""
    return ET.fromstring(f"<body>{html}</body>")


def text(element):
    return " ".join("".join(element.itertext()).split())


def cells(html):
    return [[text(cell) for cell in row] for row in tree(html).iter("tr")]


@pytest.mark.parametrize(("function", "what"), shown())
def test_well_formed_accessible_and_without_script_or_resource(function, what):
    for html in (what._repr_html_(), function(what, lang="zh")):
        root = tree(html)
        names = {element.tag for element in root.iter()}
        assert not names & {"script", "img", "link", "iframe", "object", "form"}
        attributes = {name for element in root.iter() for name in element.attrib}
        assert attributes <= {"class", "lang", "scope", "colspan", "aria-hidden"}
        assert "url(" not in html and "@import" not in html and "://" not in html
        for table in root.iter("table"):
            assert text(table.find("caption"))
        for th in root.iter("th"):
            assert th.get("scope") in ("col", "row", "rowgroup") and text(th)
        widths = {
            sum(int(cell.get("colspan", 1)) for cell in row) for table in root.iter("table") for row in table.iter("tr")
        }
        assert len(widths) == 1
        for element in root.iter():
            for name in element.get("class", "").split():
                assert name.startswith("ecoplan")


@pytest.mark.parametrize(("function", "what"), shown())
def test_the_notebook_shows_english(function, what):
    assert what._repr_html_() == function(what, lang="en")
    assert tree(what._repr_html_()).find("div").get("lang") == "en"
    assert tree(function(what, lang="zh")).find("div").get("lang") == "zh-CN"


class Tags(HTMLParser):
    """Reads as browsers do."""

    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(("function", "what"), shown()[8:])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_texts_stay_texts(function, what, lang):
    html = function(what, lang=lang)
    reader = Tags()
    reader.feed(html)
    assert "script" not in reader.tags
    assert EVIL in reader.text
    assert "<script" not in html


def test_a_page_escapes_its_title_and_has_the_style_once(plan):
    parts = [_html.plan(plan), _html.scorecard(plan.scorecard())]
    page = _html.page(*parts, title=EVIL, lang="zh")
    assert page.startswith("<!DOCTYPE html>")
    root = ET.fromstring(page)
    assert root.get("lang") == "zh-CN"
    assert root.find("head/title").text == EVIL == root.find("body/h1").text
    assert len(root.findall("body/div")) == 2
    assert page.count(".ecoplan table caption{") == 1
    assert "://" not in page and "<script" not in page


def test_report_says_outcome_margin_missing_and_source(plan):
    report = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=80)
    head, total, policy, folded, rise, _ = cells(report._repr_html_())
    assert head == ["outcome", "rule", "margin", "not known", "source"]
    assert total == ["all", "✗ breached 1 · ? undetermined 1"]
    assert policy[0] == "? undetermined"
    assert "whether a “one plant, one policy” improvement plan is drawn up [has_plan]" in policy[3]
    assert rise[0] == "✗ breached" and rise[2] == "1.6 mg/L short" and rise[3] == "—"
    assert rise[1] == f"Influent BOD5 in 2025 at least 20 mg/L above 2020 [{BOD}]"
    assert "still possible" in folded[0]
    assert rise[4] == 'chapter 4, section 2, item 3: "要求2025年进水BOD5平均浓度比2020年增加20mg/L以上"'
    zh = cells(_html.report(report, lang="zh"))
    assert zh[4][0] == "✗ 未完成" and zh[4][2] == "相差 1.6 mg/L"
    assert zh[2][4].startswith("第四章第二节“三、”：“浓度低于 100 mg/L 的，要围绕服务片区管网制定‘一厂一策’")


def test_outcomes_margins_and_sources_are_those_of_explain(plan):
    cases = [
        ("urban_wwtp", {"influent_bod5_2020_mg_l": 61.6, "influent_bod5_mg_l": 80, "has_plan": False}),
        ("urban_wwtp", {"influent_bod5_2020_mg_l": 100, "influent_bod5_mg_l": 80}),
        ("project", {"is_two_high": True, "stage": "existing"}),
        ("project", {"is_two_high": True, "stage": "proposed", "last_year_intensity_target_met": False}),
        ("city", plan.scorecard(plan.reported()).report.to_dict()["facts"]),
    ]
    for (subject, facts), lang in itertools.product(cases, ("en", "zh")):
        report = plan.evaluate(subject, facts)
        explained = report.explain(lang)
        for finding in report:
            if finding.outcome == "not_applicable" and not finding.readings:
                continue
            [block] = [b for b in explained.split("\n\n") if f"[{finding.rule}]\n" in b]
            rows = cells(_html.finding(finding, lang=lang))
            # Mark, word and decision, then the other lines: each is a cell, or a line of a list in one.
            assert rows[0][1] == block.split(" · ")[0]
            shown = dict(rows)
            for line in block.split("\n")[1:]:
                name, colon, rest = line.strip().partition("：" if lang == "zh" else ": ")
                if colon and not line.startswith("    ") and name[0] not in "✓✗?–":
                    for piece in re.split("; |；", rest) if name in ("not known", "尚缺信息") else [rest]:
                        assert piece in shown[name], (finding.rule, name)


def test_exactly_on_the_boundary_and_percentage_points(plan):
    on = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6)[BOD]
    assert dict(cells(on._repr_html_()))["margin"] == "0 mg/L, exactly on the boundary"
    assert dict(cells(_html.finding(on, lang="zh")))["余量"] == "0 mg/L，恰在界限上"
    card = plan.scorecard(forest_coverage_pct="68.21")
    assert "0.79 percentage points short" in text(tree(card._repr_html_()))
    assert "相差 0.79 个百分点" in text(tree(_html.scorecard(card, lang="zh")))


def test_rules_that_do_not_concern_the_case_are_named_below(plan):
    report = plan.only("two-high-*").evaluate("project", is_two_high=False)
    html = report._repr_html_()
    assert {f.outcome for f in report} == {"not_applicable"}
    assert len(cells(html)) == 2
    [below] = tree(html).iter("p")
    assert text(below).startswith("– not applicable: ")
    assert all(finding.title["en"] in text(below) for finding in report)


@pytest.mark.parametrize("name", ecoplan.plans())
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_scorecard_has_every_row_with_status_and_source(name, lang):
    plan = ecoplan.plan(name)
    card = plan.scorecard(plan.reported())
    html = _html.scorecard(card, lang=lang)
    rows = {row[0]: row for row in cells(html) if len(row) == 9}
    rules = {rule["id"]: rule for rule in plan.rules()}
    explained = {line.split()[0]: line for line in card.explain(lang).splitlines() if re.match(r" *\d+ \S ", line)}
    assert len(rows) == len(card) + 1
    for row in card:
        shown = rows[str(row.no)]
        assert f" {row.no} {shown[1]} " in f" {explained[str(row.no)].strip()}"
        assert shown[2] == row.title[lang]
        assert (shown[6] == "—") == (row.margin is None)
        assert row.margin is None or row.margin == 0 or f"{abs(row.margin)}" in shown[6]
        anchor = rules[row.rule]["cite"]["anchor"]
        assert (anchor if lang == "en" else anchor.replace("“", "‘").replace("”", "’")) in shown[8]
    counts = text(next(tree(html).iter("p")))
    assert re.findall(r"\d+", counts)[:5] == [
        str(card.counts[name]) for name in ("indicators", "binding", "expected", "not_assessed", "assessed")
    ]


def test_of_many_cases_fifty_are_shown_and_the_rest_counted(plan):
    cases = [{"influent_bod5_2020_mg_l": 60, "influent_bod5_mg_l": 70 + i} for i in range(70)]
    reports = plan.evaluate_all("urban_wwtp", cases)
    rows = cells(reports._repr_html_())
    assert [row[0] for row in rows[2:-1]] == [str(i) for i in range(50)]
    assert rows[-1] == ["20 more cases are not shown"]
    assert rows[1][0] == "all"
    counts = {o: sum(r.outcome == o for r in reports) for o in ("breached", "undetermined", "satisfied")}
    for outcome, count in counts.items():
        assert not count or f"{outcome} {count}" in rows[1][1]
    assert "10 mg/L short" in rows[2][3]
    assert cells(_html.reports(reports, lang="zh"))[-1] == ["另有 20 例未列出"]
    assert len(cells(reports[:50]._repr_html_())) == 52


def test_plan_lists_subjects_rules_and_facts(plan):
    html = plan._repr_html_()
    rows = cells(html)[1:]
    assert [row[0] for row in rows] == [f"{s['label']['en']} [{s['id']}]" for s in plan.subjects()]
    everything = text(tree(html))
    assert all(f"[{rule['id']}]" in everything and rule["cite"]["anchor"] in everything for rule in plan.rules())
    assert all(f"[{fact['name']}]" in everything for s in plan.subjects() for fact in plan.facts(s["id"]))


def test_another_language_is_refused(plan):
    with pytest.raises(ecoplan.Error, match="`fr` where `zh` or `en` is expected"):
        _html.plan(plan, lang="fr")


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_has_contrast_enough_in_light_and_dark(plan):
    assert round(contrast("#000000", "#ffffff"), 3) == 21
    css = _html.page(_html.plan(plan), title="x")
    pair = r"light-dark\((#\w{6}),(#\w{6})\)"
    inks, grounds = set(re.findall(rf"[;{{]color:{pair}", css)), set(re.findall(rf"background:{pair}", css))
    assert len(inks) >= 7 and len(grounds) == 2
    for ink, ground in itertools.product(inks, grounds):
        for scheme in (0, 1):
            assert contrast(ink[scheme], ground[scheme]) >= 4.5, (ink[scheme], ground[scheme])
    # What stands before light-dark(), for browsers that do not know it, is the light one.
    for name, plain, light in re.findall(r"([a-z-]+):(#\w{6});\1:light-dark\((#\w{6})", css):
        assert plain == light, name
    for outcome in ("breached", "triggered", "undetermined", "pending", "satisfied", "not_applicable"):
        assert f".ecoplan-{outcome}{{color:" in css
