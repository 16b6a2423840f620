"""The words of the command in Chinese and English, beside those that all reports share."""

from __future__ import annotations

import unicodedata

from ._error import Problem
from ._html import pick as pick
from ._html import suffix, verdict
from .types import Lang, Text

LANGS: tuple[Lang, Lang] = ("zh", "en")

KINDS: dict[str, Text] = {
    "target": {"zh": "目标", "en": "target"},
    "obligation": {"zh": "义务", "en": "obligation"},
    "prohibition": {"zh": "禁止", "en": "prohibition"},
    "gate": {"zh": "准入", "en": "gate"},
    "definition": {"zh": "定义", "en": "definition"},
    "deadline": {"zh": "期限", "en": "deadline"},
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

REASONS: dict[str, Text] = {
    "no_data": {"zh": "无数据", "en": "no data"},
    "scope_changed": {"zh": "统计口径变化", "en": "statistical scope changed"},
    "not_counted": {"zh": "未统计", "en": "not counted"},
}

ATTRIBUTES: dict[str, Text] = {
    "binding": {"zh": "约束性", "en": "binding"},
    "expected": {"zh": "预期性", "en": "expected"},
}


def outcome(found: str | None, lang: Lang) -> str:
    """The word for an outcome or the status of a scorecard's row; a dash for none."""
    return verdict("", found, lang) if found else "—"


def unit(printed: str | None, lang: Lang) -> str:
    """A unit as people write it."""
    return suffix(printed, lang).strip()


def bracketed(text: str, inner: str, lang: Lang) -> str:
    """A text with a unit, or anything else, in the brackets of the language."""
    return text + pick(lang, f"（{inner}）", f" ({inner})") if inner else text


def problem(found: Problem, lang: Lang, path: bool = True) -> str:
    """One line: place, message, code and hint."""
    message = found.message_zh if lang == "zh" and found.message_zh else found.message
    hint = found.hint_zh if lang == "zh" and found.hint_zh else found.hint
    place = f"{found.path}: " if path else ""
    return printable(bracketed(f"{place}{message} [{found.code}]", hint or "", lang))


def printable(text: str) -> str:
    """The text on one line, without the control characters that a terminal would obey."""
    line = " ".join(text.split())
    return "".join("�" if unicodedata.category(char) in ("Cc", "Cf") else char for char in line)
