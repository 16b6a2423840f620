"""What things are called in Chinese and English, and how values are written: the words of ``explain()``, as text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ._error import Error, Problem
from .types import Lang, Text

if TYPE_CHECKING:
    from ._ecoplan import Plan
    from .types import Cite, FactInfo, RuleInfo

LANGS: tuple[Lang, Lang] = ("zh", "en")

MARKS = {
    "breached": "✗",
    "triggered": "!",
    "undetermined": "?",
    "pending": "…",
    "satisfied": "✓",
    "not_applicable": "–",
    "not_assessed": "–",
}
"""A sign for each outcome, the gravest first."""

_OUTCOMES: dict[str, Text] = {
    "breached": {"zh": "不符合", "en": "breached"},
    "triggered": {"zh": "触发", "en": "triggered"},
    "undetermined": {"zh": "无法判定", "en": "undetermined"},
    "pending": {"zh": "待完成", "en": "pending"},
    "satisfied": {"zh": "符合", "en": "satisfied"},
    "not_applicable": {"zh": "不适用", "en": "not applicable"},
    "not_assessed": {"zh": "不参评", "en": "not assessed"},
}

_VERDICTS: dict[tuple[str, str], Text] = {
    ("target", "satisfied"): {"zh": "已完成", "en": "satisfied"},
    ("target", "breached"): {"zh": "未完成", "en": "breached"},
    ("deadline", "satisfied"): {"zh": "已完成", "en": "satisfied"},
    ("deadline", "breached"): {"zh": "未完成", "en": "breached"},
    ("gate", "satisfied"): {"zh": "未触发", "en": "not triggered"},
    ("definition", "triggered"): {"zh": "归类", "en": "classified"},
    ("obligation", "triggered"): {"zh": "产生任务", "en": "duty arises"},
    ("prohibition", "triggered"): {"zh": "产生任务", "en": "duty arises"},
}

KINDS: dict[str, Text] = {
    "target": {"zh": "目标", "en": "target"},
    "obligation": {"zh": "义务", "en": "obligation"},
    "prohibition": {"zh": "禁止", "en": "prohibition"},
    "gate": {"zh": "准入", "en": "gate"},
    "definition": {"zh": "定义", "en": "definition"},
    "deadline": {"zh": "期限", "en": "deadline"},
}

# What became of a test from one version of a plan to another.
TESTS: dict[str, Text] = {
    "none": {"zh": "未变", "en": "none"},
    "tightened": {"zh": "收紧", "en": "tightened"},
    "loosened": {"zh": "放宽", "en": "loosened"},
    "moved": {"zh": "改变", "en": "moved"},
}

BINDING: dict[str, Text] = {
    "binding": {"zh": "约束性指标", "en": "binding indicator"},
    "expected": {"zh": "预期性指标", "en": "expected indicator"},
    "mandatory": {"zh": "刚性要求", "en": "mandatory"},
    "in_principle": {"zh": "原则性要求", "en": "in principle"},
    "progressive": {"zh": "推进类要求", "en": "progressive"},
    "encouraged": {"zh": "鼓励类要求", "en": "encouraged"},
}

ATTRIBUTES: dict[str, Text] = {
    "binding": {"zh": "约束性", "en": "binding"},
    "expected": {"zh": "预期性", "en": "expected"},
}

REASONS: dict[str, Text] = {
    "no_data": {"zh": "无数据", "en": "no data"},
    "scope_changed": {"zh": "统计口径变化", "en": "statistical scope changed"},
    "not_counted": {"zh": "未统计", "en": "not counted"},
}

FACT_KINDS: dict[str, Text] = {
    "number": {"zh": "数值", "en": "number"},
    "yes_no": {"zh": "是/否", "en": "yes/no"},
    "choice": {"zh": "单选", "en": "one choice"},
    "set": {"zh": "多选", "en": "any choices"},
    "date": {"zh": "日期", "en": "day"},
}

SOURCES: dict[str, Text] = {
    "reported": {"zh": "上报", "en": "reported"},
    "judgement": {"zh": "人工判断", "en": "judgement"},
    "assigned": {"zh": "上级下达", "en": "assigned"},
}

_UNITS_ZH = {
    "10^4 t": " 万吨",
    "t/d": " 吨/日",
    "mu": " 亩",
    "ha": " 公顷",
    "m2": " 平方米",
    "km2": " 平方公里",
    "t": " 吨",
    "t/a": " 吨/年",
    "t/h": " 吨/小时",
    "kg/a": " 千克/年",
    "m2/person": " 平方米/人",
    "m3/10^4 yuan": " 立方米/万元",
}


def checked(lang: str) -> str:
    """The language, where it is one of the two."""
    if lang not in LANGS:
        message, zh = f"`{lang}` where `zh` or `en` is expected", f"“{lang}”无效：应为 `zh` 或 `en`"
        raise Error(Problem("invalid-value", "lang", message, zh))
    return lang


def pick(lang: str, zh: str, en: str) -> str:
    """The text of the language."""
    return zh if lang == "zh" else en


def text_in(lang: str, text: Text) -> str:
    """The same of a text that has both."""
    return pick(lang, text["zh"], text["en"])


def outcome(found: str | None, lang: str) -> str:
    """The word for an outcome or the status of a scorecard's row; a dash for none."""
    return verdict("", found, lang) if found else "—"


def verdict(kind: str, outcome: str, lang: str) -> str:
    """The word for an outcome of one kind of rule."""
    return text_in(lang, _VERDICTS.get((kind, outcome), _OUTCOMES[outcome]))


def why(reason: str, lang: str) -> str:
    """Why a row is not assessed or cannot be computed."""
    return text_in(lang, REASONS.get(reason, {"zh": "无法计算", "en": "not computable"}))


def yes_no(value: bool, lang: str) -> str:
    """A yes or no."""
    return pick(lang, "是", "yes") if value else pick(lang, "否", "no")


def number(value: Decimal) -> str:
    """A number in plain digits."""
    return f"{value:f}"


def suffix(unit: str | None, lang: str) -> str:
    """A unit as people write it, with the space that goes before it."""
    if not unit or unit == "%":
        return unit or ""
    if lang == "zh" and unit in _UNITS_ZH:
        return _UNITS_ZH[unit]
    printed = unit.replace("ug", "μg").replace("m3", "m³").replace("m2", "m²").replace("10^4 ", "10,000 ")
    return f" {printed}"


def unit(printed: str | None, lang: str) -> str:
    """A unit as people write it."""
    return suffix(printed, lang).strip()


def difference(unit: str | None, lang: str) -> str:
    """The unit of a difference: what separates two percentages is percentage points."""
    return pick(lang, " 个百分点", " percentage points") if unit == "%" else suffix(unit, lang)


def margin_text(margin: Decimal, unit: str | None, lang: str) -> str:
    """A margin in words: ``1.6 mg/L short``."""
    amount = f"{number(abs(margin))}{difference(unit, lang)}"
    if margin == 0:
        return pick(lang, f"{amount}，恰在界限上", f"{amount}, exactly on the boundary")
    return (
        pick(lang, f"尚余 {amount}", f"{amount} to spare")
        if margin > 0
        else pick(lang, f"相差 {amount}", f"{amount} short")
    )


def bracketed(text: str, inner: str, lang: str) -> str:
    """A text with a unit, or anything else, in the brackets of the language."""
    return text + pick(lang, f"（{inner}）", f" ({inner})") if inner else text


def place(cite: Cite, lang: str) -> str:
    """Where in the document a citation is found."""
    chapter, section, item, table = cite["chapter"], cite["section"], cite["item"], cite["table"]
    if lang == "en":
        found = f"chapter {chapter}, section {section}"
        found += f", item {item}" if item is not None else ""
        return found + (f", table {table}" if table is not None else "")
    found = f"第{_numeral(chapter)}章第{_numeral(section)}节"
    found += f"“{_numeral(item)}、”" if item is not None else ""
    return found + (f"表{table}" if table is not None else "")


def _numeral(n: int) -> str:
    """A Chinese numeral up to 99, which no chapter exceeds."""
    if not 0 <= n <= 99:
        return str(n)
    tens, ones = divmod(n, 10)
    digits = "零一二三四五六七八九"
    return f"{digits[tens] if tens > 1 else ''}{'十' if tens else ''}{digits[ones] if ones or not tens else ''}"


def problem(found: Problem, lang: str, path: bool = True) -> str:
    """One line: place, message, code and hint."""
    message = found.message_zh if lang == "zh" and found.message_zh else found.message
    hint = found.hint_zh if lang == "zh" and found.hint_zh else found.hint
    place = f"{found.path}: " if path else ""
    return printable(bracketed(f"{place}{message} [{found.code}]", hint or "", lang))


def printable(text: str) -> str:
    """The text on one line, without the control characters that a terminal would obey."""
    line = " ".join(text.split())
    return "".join("�" if unicodedata.category(char) in ("Cc", "Cf") else char for char in line)


@dataclass(frozen=True)
class Words:
    """What the ids of one subject are called."""

    lang: str
    facts: dict[str, FactInfo]
    rules: dict[str, RuleInfo]

    @staticmethod
    def of(plan: Plan, subject: str | None, lang: str) -> Words:
        """Those of a subject; of none, there are no names."""
        if subject is None:
            return Words(lang, {}, {})
        facts = {fact["name"]: fact for fact in plan.facts(subject)}
        return Words(lang, facts, {rule["id"]: rule for rule in plan.rules(subject)})

    def pick(self, zh: str, en: str) -> str:
        """The text of the language."""
        return pick(self.lang, zh, en)

    def get(self, text: Text) -> str:
        """The same of a text that has both."""
        return text_in(self.lang, text)

    def label(self, fact: str) -> str:
        """What a fact is called."""
        return self.get(self.facts[fact]["label"]) if fact in self.facts else fact

    def value(self, fact: str, value: Any) -> str:
        """A value of a fact: ``81.6 mg/L``, ``yes``, the label of a choice."""
        if value is None:
            return self.pick("暂缺", "not known")
        if isinstance(value, bool):
            return yes_no(value, self.lang)
        if isinstance(value, list):
            return self.pick("、", ", ").join(self.value(fact, item) for item in value) or self.pick("无", "none")
        known = self.facts.get(fact)
        for choice in known["choices"] if known else []:
            if choice["id"] == value:
                return self.get(choice["label"])
        unit = known["unit"] if known and known["kind"] == "number" else None
        return f"{value}{suffix(unit, self.lang)}"

    def decision(self, rule: str, decision: str) -> str:
        """What a decision of a rule is called."""
        info = self.rules[rule]
        every = [*info["decisions"], *(d for reading in info["readings"] for d in reading["decisions"])]
        return next((self.get(d["label"]) for d in every if d["id"] == decision), decision)

    def possible(self, finding: dict[str, Any], possible: list[dict[str, Any]]) -> str:
        """Outcomes that are still possible."""

        def one(outcome: str, decision: str | None) -> str:
            word = verdict(finding["kind"], outcome, self.lang)
            return bracketed(word, self.decision(finding["rule"], decision) if decision else "", self.lang)

        return self.pick("、", ", ").join(one(p["outcome"], p["decision"]) for p in possible)

    def reading(self, finding: dict[str, Any], reading: dict[str, Any]) -> str:
        """A reading of the text under which the rule says something else, with what that is."""
        says = verdict(finding["kind"], reading["outcome"], self.lang)
        if reading["decision"]:
            says += f" → {self.decision(finding['rule'], reading['decision'])}"
        if reading["outcome"] == "undetermined":
            open_still = self.possible(finding, reading["possible"])
            says = bracketed(says, self.pick("仍有可能：", "still possible: ") + open_still, self.lang)
        return f"{self.get(reading['note'])} → {says}"

    def change(self, change: dict[str, Any]) -> str:
        """A change as a person would say it: ``mean influent BOD5 at least 81.6 mg/L``."""
        fact, direction, inclusive = change["fact"], change["direction"], change["inclusive"] is True
        if change["value"] is True:
            return self.label(fact)
        if change["value"] is False:
            quoted = self.label(fact).replace("“", "‘").replace("”", "’")
            return self.pick(f"“{quoted}”为否", f"not the case that {self.label(fact)}")
        if change["bound"] is None or direction is None:
            return f"{self.label(fact)}{self.pick('：', ': ')}{self.value(fact, change['value'])}"
        day = fact in self.facts and self.facts[fact]["kind"] == "date"
        zh, en = {
            ("at_least", True, False): ("不低于", "at least"),
            ("at_least", False, False): ("大于", "above"),
            ("at_most", True, False): ("不超过", "at most"),
            ("at_most", False, False): ("小于", "below"),
            ("at_least", True, True): ("不早于", "not before"),
            ("at_least", False, True): ("晚于", "after"),
            ("at_most", True, True): ("不晚于", "not after"),
            ("at_most", False, True): ("早于", "before"),
        }.get((direction, inclusive, day), ("为", "exactly"))
        amount = self.value(fact, change["value" if inclusive or direction == "exactly" else "bound"])
        return self.pick(f"{self.label(fact)}{zh} {amount}", f"{self.label(fact)} {en} {amount}")
