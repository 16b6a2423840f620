"""What people expect of a rule, in their words: ``triggered defer``, ``Triggered: defer``, ``触发：暂缓批准``."""

from __future__ import annotations

import difflib
import re

from . import _cells, _words
from ._error import Error, Problem
from .types import OUTCOMES, RuleInfo


class Expectations:
    """Every spelling of what a rule can come to."""

    def __init__(self, rule: RuleInfo) -> None:
        """Takes the rule."""
        decisions = [*rule["decisions"], *(one for reading in rule["readings"] for one in reading["decisions"])]
        self._known: dict[str, tuple[str, str | None]] = {}
        for outcome in OUTCOMES:
            verdicts = (_words.verdict(kind, outcome, lang) for kind in (rule["kind"], "") for lang in _words.LANGS)
            for said in (outcome, *verdicts):
                self._known[_letters(said)] = outcome, None
                if outcome == "triggered":
                    for one in decisions:
                        spelt = (one["label"]["zh"], one["label"]["en"], one["id"])
                        self._known |= {_letters(said + decision): (outcome, one["id"]) for decision in spelt}

    def read(self, text: str) -> tuple[str, str | None]:
        """The outcome and, where it is said, the decision.

        Raises:
            Error: ``"triggered postpone"``, where there is no such decision (``unknown-conclusion``).
        """
        found = self._known.get(_letters(text))
        if found is not None:
            return found
        near = difflib.get_close_matches(_letters(text), self._known, n=1)
        some = [self._known[near[0]]] if near else dict.fromkeys(self._known.values())
        listed = [conclusion(*one) for one in some]
        hint, hint_zh = f"did you mean `{listed[0]}`?", f"是否为“{listed[0]}”？"
        if not near:
            hint, hint_zh = f"one of: {', '.join(listed)}", f"可填：{'、'.join(listed)}"
        said = text.strip()[:100]
        message, zh = (
            f"the rule never comes to `{said}`: no such outcome or decision",
            f"规则没有“{said}”这一结论或决定",
        )
        raise Error(Problem("unknown-conclusion", "", message, zh, hint, hint_zh))


def conclusion(outcome: str, decision: str | None) -> str:
    """The outcome, and with it the decision."""
    return f"{outcome} {decision}" if decision else outcome


def _letters(text: str) -> str:
    """What the spellings have in common: what stands between outcome and decision makes no difference."""
    return re.sub(r"[\W_]", "", _cells.key(text))
