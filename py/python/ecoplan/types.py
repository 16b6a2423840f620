"""What goes in and comes out, as types: for annotations of your own code."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal, Protocol, TypedDict, get_args

Outcome = Literal["breached", "triggered", "undetermined", "pending", "satisfied", "not_applicable"]
# The gravest first: codes in tables are places in this list.
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
"""What one rule says about one case."""

Status = Literal["breached", "triggered", "undetermined", "pending", "satisfied", "not_applicable", "not_assessed"]
"""How a row of a scorecard stands."""

Kind = Literal["target", "obligation", "prohibition", "gate", "definition", "deadline"]
"""The kind of a rule."""

Direction = Literal["at_least", "at_most", "exactly"]
"""On which side of a boundary a value has to be."""

Lang = Literal["zh", "en"]
"""The language of a text."""


class NumpyScalar(Protocol):
    """A number or boolean of numpy."""

    @property
    def dtype(self) -> Any:
        """Its type."""

    def item(self) -> Any:
        """The nearest of Python's own values."""


Number = int | float | Decimal | str | NumpyScalar
"""A number: a float means its shortest decimal (0.1 is 0.1), a text may carry a unit (``"0.08 g/L"``)."""

YesNo = bool | NumpyScalar
"""Yes or no."""

Day = datetime.date | str
"""A day, as ``datetime.date`` or ``"2025-12-31"``."""

Facts = Mapping[str, Any]
"""Facts by name, where the plan's own types are not at hand."""


class Measured(TypedDict, total=False):
    """A yearly value with its year."""

    value: Number | YesNo | None
    year: int


class Assessed(TypedDict, total=False):
    """A value of a scorecard, or why there is none."""

    value: Number | YesNo | None
    year: int
    not_assessed: Literal["no_data", "scope_changed", "not_counted"]


class Text(TypedDict):
    """A text in both languages."""

    zh: str
    en: str


class Note(Text):
    """Something a reader must know beside an outcome."""

    code: str


class Counts(TypedDict):
    """How many findings have each outcome."""

    breached: int
    triggered: int
    undetermined: int
    pending: int
    satisfied: int
    not_applicable: int


class Headline(TypedDict):
    """The gravest outcome of a report, and how many findings have each."""

    outcome: Outcome | None
    counts: Counts


class RowCounts(TypedDict):
    """Counts over the rows of a scorecard."""

    indicators: int
    binding: int
    expected: int
    not_assessed: int
    assessed: int
    satisfied: int
    satisfied_binding: int
    satisfied_expected: int
    breached: int
    pending: int
    undetermined: int


class CategoryCounts(RowCounts):
    """The counts of one first-level indicator."""

    category: Text


class Cite(TypedDict):
    """Where the plan says so, and the words to search for."""

    chapter: int
    section: int
    item: int | None
    table: int | None
    anchor: str


# `class` is a keyword of Python, so this one is not written as a class.
Strength = TypedDict(
    "Strength",
    {"class": Literal["mandatory", "in_principle", "progressive", "encouraged"], "verb": str},
)
"""How strongly the text asks, and with which word."""


class Choice(TypedDict):
    """One of the values of a choice or set."""

    id: str
    label: Text


class SubjectInfo(TypedDict):
    """What a plan speaks about."""

    id: str
    label: Text


class FactInfo(TypedDict):
    """One typed input; ``min`` and ``max`` are decimals as texts."""

    subject: str
    name: str
    kind: Literal["number", "yes_no", "choice", "set", "date"]
    unit: str | None
    min: str | None
    max: str | None
    decimals: int | None
    choices: list[Choice]
    label: Text
    help: Text | None
    source: Literal["reported", "judgement", "assigned"]
    yearly: bool


class DecisionInfo(TypedDict):
    """What a gate or definition can decide."""

    id: str
    when: str | None
    label: Text


class Clause(TypedDict):
    """One clause of a plan, and what a program can do with it."""

    id: str
    state: Literal["executable", "judgement", "registered"]
    cite: Cite
    says: Text
    reason: Text | None


class ChapterCoverage(TypedDict):
    """How many clauses of a chapter are in which state."""

    chapter: int
    total: int
    executable: int
    judgement: int
    registered: int


class Coverage(TypedDict):
    """The clauses of a plan by state, and counts that add up."""

    total: int
    executable: int
    judgement: int
    registered: int
    chapters: list[ChapterCoverage]
    clauses: list[Clause]


class RuleInfo(TypedDict):
    """One rule, as the plan files say it."""

    id: str
    subject: str
    kind: Kind
    title: Text
    applies: str | None
    requires: str | None
    decisions: list[DecisionInfo]
    done: str | None
    done_on: str | None
    due: Any
    strength: Strength
    addressee: Text
    measure: str | None
    baseline: dict[str, Any] | None
    bounds: list[dict[str, str]]
    indicator: dict[str, Any] | None
    actions: list[Text]
    cite: Cite
    says: Text
    readings: list[dict[str, Any]]
    notes: list[Text]
    printed_target: str | None


class BoundaryCase(TypedDict):
    """A case of a rule that its author should look at, in the form that ``Plan.evaluate`` takes its facts."""

    about: Literal["base", "below", "at", "above", "value", "missing", "outcome", "reading"]
    of: str | None
    facts: dict[str, Any]
    as_of: str | None


class Covered(TypedDict):
    """How many there are, and how many of them some case shows."""

    total: int
    covered: int


class ConclusionCases(TypedDict):
    """How many cases come to an outcome and decision."""

    outcome: Outcome
    decision: str | None
    cases: int


class ReadingCases(TypedDict):
    """In how many cases a reading makes a difference."""

    reading: str
    cases: int


class RuleCases(TypedDict):
    """What cases cover of all that one rule can say."""

    rule: str
    conclusions: list[ConclusionCases]
    readings: list[ReadingCases]


class CaseCoverage(TypedDict):
    """What cases cover of all that the rules of a plan can say."""

    conclusions: Covered
    readings: Covered
    rules: list[RuleCases]


class Witness(TypedDict):
    """A case that two rules judge differently."""

    facts: dict[str, Any]
    before: Outcome
    after: Outcome


class RuleDifference(TypedDict):
    """How one rule differs; pairs are what was before and what is after."""

    before: str
    after: str
    test: Literal["none", "tightened", "loosened", "moved"]
    witness: Witness | None
    attribute: list[Literal["binding", "expected"]] | None
    strength: list[Literal["mandatory", "in_principle", "progressive", "encouraged"]] | None
    due: list[str | None] | None
    conditions: bool


class Difference(TypedDict):
    """What is different between two plans."""

    added: list[str]
    removed: list[str]
    changed: list[RuleDifference]
    same: int


class Said(TypedDict):
    """What a rule says of a case; ``reading`` is None for the default."""

    rule: str
    reading: str | None
    outcome: Outcome
    decision: str | None


class Example(TypedDict):
    """A case, and what rules say of it; a fact that is left out makes no difference. ``text`` is all of it in words."""

    facts: dict[str, Any]
    as_of: str
    says: list[Said]
    text: Text


class Claim(TypedDict):
    """Something that holds of some rules: ``of`` is the decision, reading or fact it is about, ``when`` the cases, as a
    condition, and ``examples`` show it, unless it was seen by exhaustion of all ``cells``.
    """

    kind: Literal[
        "opposite_demands",
        "implied",
        "same_demand",
        "never_applies",
        "never_met",
        "never_breached",
        "unreachable_decision",
        "uncovered",
        "effort_harms",
        "same_reading",
        "unread_fact",
    ]
    subject: str
    rules: list[str]
    of: str | None
    when: str | None
    says: Text
    cells: int
    examples: list[Example]


Beyond = Literal["not_linear", "too_many", "inexact"]


class Influence(TypedDict):
    """What more of a number does to a rule; the second of two cases has more of it and is better or worse off."""

    fact: str
    more: Literal["none", "helps", "harms", "both"]
    helps: list[Example] | None
    harms: list[Example] | None
    beyond: Beyond | None


class RuleAnalysis(TypedDict):
    """What one rule can come to; ``beyond`` says why not every case could be looked at."""

    rule: str
    cells: int
    beyond: Beyond | None
    outcomes: list[Example]
    influences: list[Influence]


class Analysis(TypedDict):
    """What holds of a plan's rules for all cases; ``text`` is all of it to be read, as Markdown lists."""

    claims: list[Claim]
    rules: list[RuleAnalysis]
    pairs: int
    text: Text
