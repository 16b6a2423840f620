import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import Field
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, Protocol, SupportsIndex, final, overload

from typing_extensions import Self, TypeVar, disjoint_base

from ._values import Change, Possible
from .types import (
    Analysis,
    BoundaryCase,
    CaseCoverage,
    CategoryCounts,
    Cite,
    Coverage,
    Day,
    Difference,
    FactInfo,
    Facts,
    Headline,
    Kind,
    Lang,
    Note,
    Number,
    Outcome,
    RowCounts,
    RuleInfo,
    Status,
    Strength,
    SubjectInfo,
    Text,
)

class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

class _Arrow(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object: ...

class _ArrowBatch(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None, /) -> tuple[object, object]: ...

# Columns by fact, strict, append, margins, codes, threads.
_Wanted = tuple[Mapping[str, str] | None, bool, bool, bool, bool, int | None]

# The ids of a subject's rules and decisions; any text, where nothing is said.
_R = TypeVar("_R", bound=str, default=Any)
_D = TypeVar("_D", bound=str, default=Any)

__all__ = [
    "Expression",
    "Finding",
    "Plan",
    "Report",
    "Reports",
    "Row",
    "Scorecard",
    "Table",
    "TableStream",
    "__version__",
    "plan",
    "plan_schema",
    "plans",
]

__version__: Final[str]

def plan(id: str, /) -> Plan:
    """Opens a bundled plan.

    Raises:
        Error: No such plan (``unknown-plan``, with the nearest id as a hint).
    """

def plans() -> list[str]:
    """The ids of the bundled plans."""

def plan_schema() -> str:
    """A JSON Schema of plan files, as text, for editors that complete and check TOML by one."""

@disjoint_base
class Plan:
    """A compiled plan: rules that judge facts. Immutable; may be used from several threads at once.

    Facts are given as a mapping, a dataclass, a pandas row, keyword arguments, or a mapping and keyword arguments
    together. A number is an ``int``, a ``float`` (which means its shortest decimal: 0.1 is 0.1), a ``Decimal``, a numpy
    number, or a text, which may carry a unit of the same dimension (``"0.08 g/L"``); a day is a ``datetime.date`` or
    ``"2025-12-31"``, and a ``datetime`` or ``Timestamp`` only where it is a midnight without zone. ``None``, ``pd.NA``
    and ``pd.NaT`` mean "not known"; a fact that is left out is not known either, but ``next_question`` may ask for it.
    A yearly fact may come with its year: ``{"value": 81.6, "year": 2024}``, or a second fact ``<name>_year``.
    """

    @staticmethod
    def from_toml(text: str, /) -> Plan:
        """Reads a plan from one TOML text.

        Raises:
            Error: As ``from_files``.
        """
    @staticmethod
    def from_files(files: dict[str, str], /) -> Plan:
        """Reads a plan from several TOML texts by the names that errors call them.

        Raises:
            Error: All at once, each with file, line, rule and field: not TOML (``syntax``), a rule without a citation
                (``missing-citation``), a condition over a fact that nobody declared (``unknown-fact``), mg/L compared
                with % (``unit-mismatch``).
        """
    @property
    def id(self) -> str:
        """The id, such as ``"lianzhou-145"``."""
    @property
    def title(self) -> Text:
        """The title of the document in both languages."""
    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        """First and last day."""
    @property
    def hash(self) -> str:
        """SHA-256 of the content: equal for equal content in the same order, however it was laid out in files."""
    @property
    def as_of(self) -> datetime.date:
        """The day of judgement: the plan's last day unless ``at`` says otherwise."""
    def subjects(self) -> list[SubjectInfo]:
        """What the plan speaks about."""
    def facts(self, subject: str, /) -> list[FactInfo]:
        """The facts of a subject, in declared order.

        Raises:
            Error: A subject that the plan does not have (``unknown-subject``).
        """
    def rules(self, subject: str | None = None, /) -> list[RuleInfo]:
        """The rules, in declared order; of one subject, if it is named.

        Raises:
            Error: A subject that the plan does not have (``unknown-subject``).
        """
    def coverage(self) -> Coverage:
        """The clauses by state, and counts that add up: what the plan's rules decide, what they decide with a person's
        judgement, and what is only on the register.
        """
    def at(self, day: Day, /) -> Self:
        """The same plan, judging as of another day.

        Raises:
            Error: ``"2025-02-30"`` (``invalid-date``).
        """
    def with_facts(self, subject: str, facts: Facts | _Dataclass | None = None, /, **more: Any) -> Self:
        """The same plan with facts that hold for every case of a subject; a case that gives one itself overrides it.

        Raises:
            Error: As ``evaluate``.
        """
    def only(self, *rules: str) -> Self:
        """A new plan of some of the rules: those of these ids, or that start with what stands before a ``*``, as
        ``"two-high-*"``. Its hash differs.

        Raises:
            Error: A rule, or a beginning, that the plan does not have (``unknown-rule``).
        """
    def with_target(self, rule: str, target: Number, /) -> Self:
        """A new plan in which the target of a rule is another number, in the unit of its measure, as where the plan
        itself announces a correction.

        Raises:
            Error: A rule that the plan does not have (``unknown-rule``), or that does not compare its measure with one
                printed number (``no-numeric-target``); 900 % (``out-of-range``).
        """
    def evaluate(
        self, subject: str, facts: Facts | _Dataclass | None = None, /, *, as_of: Day | None = None, **more: Any
    ) -> Report:
        """Judges one case.

        Raises:
            Error: All at once, each with its place: a fact that the subject does not have (``unknown-fact``, with the
                nearest name), ``"86 t/d"`` for mg/L (``unit-mismatch``), ``"-"`` for a number (``not-a-number``),
                ``float("nan")`` (``not-finite``), 120 % (``out-of-range``), a choice nobody declared
                (``unknown-choice``), ``1j`` (``wrong-type``).
        """
    def evaluate_all(
        self, subject: str, cases: Iterable[Facts | _Dataclass], /, *, as_of: Day | None = None
    ) -> Reports:
        """Judges several cases.

        Raises:
            Error: As ``evaluate``, with the place of the case: ``[3].facts.stage``. Where some cases may be wrong and
                the others still count, use ``evaluate_table``.
        """
    def evaluate_table(
        self,
        subject: str,
        table: _Arrow | _ArrowBatch,
        /,
        *,
        as_of: Day | None = None,
        constants: Facts | _Dataclass | None = None,
        columns: Mapping[str, str] | None = None,
        strict: bool = False,
        append: bool = True,
        margins: bool = False,
        codes: bool = False,
        threads: int | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Any:
        """Judges every row of a table: what came as a pandas, Polars or pyarrow table comes back as one, anything else
        that speaks the Arrow PyCapsule protocol as a ``Table``.

        A column is read where its name is that of a fact (or a fact's ``_year``); null and NaN are not given. A cell
        that is wrong counts as not given, and the column ``error`` names its code and fact. The result has a column for
        each rule, named by its id, with the outcome; ``<rule>.decision`` for gates and definitions; and ``error``. A
        column ``as_of`` gives each row a day of judgement of its own.

        Args:
            subject: What the rows are about.
            table: One case a row.
            as_of: The day of judgement.
            constants: Facts that hold for every row; a row that gives one itself overrides it.
            columns: Which column stands for which fact: ``{"进水BOD": "influent_bod5_mg_l"}``.
            strict: Whether a column that is no fact is an error; otherwise it is passed over.
            append: Whether the columns of the table stand before the results.
            margins: Whether a column ``<rule>.margin`` stands beside each rule that has margins, exact to 19 decimals.
            codes: Whether outcomes and decisions are written as numbers: places in ``ecoplan.OUTCOMES``, and among the
                decisions of the rule.
            threads: How many threads judge; as many as there are cores, unless it is said.
            progress: Called from time to time with how many rows are judged.

        Raises:
            Error: No column that is a fact, or one too many with ``strict`` (``unknown-fact``); two columns of one name
                (``duplicate-key``); ``constants`` as in ``evaluate``.
        """
    def evaluate_stream(
        self,
        subject: str,
        stream: _Arrow | _ArrowBatch,
        /,
        *,
        as_of: Day | None = None,
        constants: Facts | _Dataclass | None = None,
        columns: Mapping[str, str] | None = None,
        strict: bool = False,
        append: bool = True,
        margins: bool = False,
        codes: bool = False,
        threads: int | None = None,
    ) -> TableStream:
        """Judges the rows of an Arrow stream as they come, for tables larger than memory: the result is made batch by
        batch while it is read, once, as by ``pyarrow.RecordBatchReader.from_stream``.

        Args:
            subject: What the rows are about.
            stream: One case a row: a ``pyarrow.RecordBatchReader``, a DuckDB relation, or anything else that speaks the
                Arrow PyCapsule protocol.
            as_of, constants, columns, strict, append, margins, codes, threads: As of ``evaluate_table``.

        Raises:
            Error: As ``evaluate_table``. What goes wrong while the stream is read is raised by who reads it.
        """
    def scorecard(
        self, values: Facts | _Dataclass | None = None, /, *, as_of: Day | None = None, **more: Any
    ) -> Scorecard:
        """The indicators of the plan against values by fact name, each a bare value or
        ``{"value": …, "year": …, "not_assessed": …}``.

        Raises:
            Error: As ``evaluate``; a reason beside a fact that no row measures (``not-an-indicator``).
        """
    def reported(self) -> dict[str, Any]:
        """The values that the plan's own table reports, in the form ``scorecard`` takes."""
    def diff(self, later: Plan, /) -> Difference:
        """What is different in another plan, or another version of this one: rules added and removed, tests tightened
        and loosened with a case that shows it, attributes, strengths and due days changed. An indicator goes on under
        another id where it measures the same fact.
        """
    def analyse(self) -> Analysis:
        """What holds of the rules for all cases: what can never happen, which rules demand opposite things, what gates
        leave out, in which direction each number helps or harms, which readings make no difference; each with cases
        that show it, or seen by exhaustion. ``beyond`` says of which rules not every case could be looked at, and why.
        """
    def boundary_cases(self, rule: str, /) -> list[BoundaryCase]:
        """The cases of a rule that its author should look at, to be filled in by hand with what is expected: below, at
        and above each number, each fact missing, each outcome and each reading once.

        Raises:
            Error: A rule that the plan does not have (``unknown-rule``, with the nearest).
        """
    def dmn(self, subject: str, /) -> str:
        """The rules of a subject as a decision model of the OMG DMN 1.5 standard, in XML, for any engine that speaks
        it. Its facts and ``as_of`` are the inputs, null where they are not known; each rule and each other reading
        (``<rule>.<reading>``) is a decision, whose value is the outcome; of a gate or definition
        ``{outcome, decision}``.

        Margins, reasons and what is missing are not in it, nor facts shared by ``with_facts``. What standard FEEL
        cannot express stands in it as ``notExported``, with the reason.

        Raises:
            Error: A subject that the plan does not have (``unknown-subject``); a fact of the subject called ``as_of``
                (``name-clash``).
        """
    def case_coverage(self, findings: Iterable[Finding[Any, Any]], /) -> CaseCoverage:
        """Which outcomes, decisions and readings of each rule the cases behind these findings come to, and which none
        does, of those that ``boundary_cases`` finds. A finding of a rule that the plan does not have counts for
        nothing: ``only`` gives the coverage of some rules.
        """
    def next_question(
        self, subject: str, facts: Facts | _Dataclass | None = None, /, *, as_of: Day | None = None, **more: Any
    ) -> str | None:
        """The fact that would settle the most open findings of a case; those given as ``None`` are not asked again.

        Raises:
            Error: As ``evaluate``.
        """
    def verify(self, report: str | bytes | dict[str, Any] | Report[Any, Any], /) -> Report:
        """Evaluates the case of a report again, and gives the report where everything comes out the same.

        Raises:
            Error: A report of another plan or content (``other-plan``); an outcome, fact or text that was changed
                (``receipt-differs``, with its place); text that is no report (``invalid-json``).
        """
    def _repr_html_(self) -> str: ...
    @classmethod
    def _restore(cls, model: str, as_of: str, shared: list[tuple[str, str]]) -> Plan: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Report(Generic[_R, _D]):
    """What all rules of a subject say about one case: findings by rule id, in the plan's order."""

    @classmethod
    def __class_getitem__(cls, _item: object) -> type: ...
    @property
    def plan(self) -> Plan:
        """The plan that judged."""
    @property
    def subject(self) -> str | None:
        """The subject of the case."""
    @property
    def as_of(self) -> datetime.date:
        """The day of judgement."""
    @property
    def headline(self) -> Headline:
        """The gravest outcome, and how many findings have each."""
    @property
    def outcome(self) -> Outcome | None:
        """The gravest outcome; ``None`` for a subject without rules."""
    @property
    def next_question(self) -> str | None:
        """The fact that would settle the most open findings; ``None`` when all is settled."""
    @property
    def findings(self) -> list[Finding[_R, _D]]:
        """The findings, in the plan's order."""
    def explain(self, lang: Lang = "en") -> str:
        """The report as text, in Chinese (``"zh"``) or English (``"en"``).

        Raises:
            Error: Another language (``invalid-value``).
        """
    def _said(self, lang: str, key: str) -> dict[str, str]: ...
    def to_json(self) -> str:
        """The report as JSON text: a receipt that ``Plan.verify`` takes."""
    def to_dict(self) -> dict[str, Any]:
        """The report as plain dicts, lists and texts, as in JSON: decimals and days are texts there."""
    def _repr_html_(self) -> str: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __getitem__(self, rule: _R, /) -> Finding[_R, _D]: ...
    def __contains__(self, rule: object, /) -> bool: ...
    def __iter__(self) -> Iterator[Finding[_R, _D]]: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Finding(Generic[_R, _D]):
    """What one rule says about one case."""

    @classmethod
    def __class_getitem__(cls, _item: object) -> type: ...
    @property
    def report(self) -> Report[_R, _D]:
        """The report that this finding is part of."""
    @property
    def rule(self) -> _R:
        """The id of the rule."""
    @property
    def title(self) -> Text:
        """What the rule is about."""
    @property
    def kind(self) -> Kind:
        """The kind of the rule."""
    @property
    def outcome(self) -> Outcome:
        """The outcome."""
    @property
    def decision(self) -> _D | None:
        """The decision of a gate or definition; ``None`` where it is open or nothing bites."""
    @property
    def reason(self) -> str | None:
        """``"not_computable"``, where a condition cannot be computed though nothing is missing."""
    @property
    def margin(self) -> Decimal | None:
        """How far the case is from the boundary, in ``unit``: positive on the satisfied side, 0 on the boundary."""
    @property
    def unit(self) -> str | None:
        """The unit of the margin."""
    @property
    def progress(self) -> Decimal | None:
        """How far the measure has come from its baseline to its target: 0 at the baseline, 1 at the target."""
    @property
    def pace(self) -> Decimal | None:
        """What the measure has to change a year to meet its target when it is due; 0 where it is met."""
    @property
    def changes(self) -> list[Change]:
        """The one-fact changes that would satisfy a rule that is not met."""
    @property
    def missing(self) -> list[str]:
        """A minimal set of facts that would settle the finding."""
    @property
    def possible(self) -> list[Possible]:
        """What the outcome and decision can still be; empty when both are settled."""
    @property
    def because(self) -> list[dict[str, Any]]:
        """The conditions with the value of every branch, as in ``to_dict()``."""
    @property
    def actions(self) -> list[Text]:
        """What must be done: for a rule that is not met, bites or calls for action."""
    @property
    def cite(self) -> Cite:
        """Where the plan says so."""
    @property
    def strength(self) -> Strength:
        """How strongly the text asks, and with which word."""
    @property
    def addressee(self) -> Text:
        """Whom the rule concerns."""
    @property
    def says(self) -> Text:
        """What the rule asks, in a sentence."""
    @property
    def readings(self) -> list[dict[str, Any]]:
        """The alternative readings of the text that come out differently, as in ``to_dict()``."""
    @property
    def notes(self) -> list[Note]:
        """What a reader must know beside the outcome."""
    def to_dict(self) -> dict[str, Any]:
        """The finding as in ``Report.to_dict()``."""
    def _repr_html_(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Reports(Generic[_R, _D]):
    """The reports of several cases: a sequence that Arrow libraries take as a table, a row for each finding."""

    @classmethod
    def __class_getitem__(cls, _item: object) -> type: ...
    def __new__(cls, reports: Sequence[Report[_R, _D]], /) -> Self: ...
    def _repr_html_(self) -> str: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Report[_R, _D]: ...
    @overload
    def __getitem__(self, index: slice, /) -> Reports[_R, _D]: ...
    def __iter__(self) -> Iterator[Report[_R, _D]]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Scorecard:
    """The indicators of a plan against values: a sequence of rows that Arrow libraries take as a table."""

    @property
    def plan(self) -> Plan:
        """The plan, as of the day of judgement."""
    @property
    def as_of(self) -> datetime.date:
        """The day of judgement."""
    @property
    def rows(self) -> list[Row]:
        """The rows, by their number in the plan's table."""
    @property
    def counts(self) -> RowCounts:
        """The counts over all rows."""
    @property
    def by_category(self) -> list[CategoryCounts]:
        """The counts by first-level indicator, in the order of the table."""
    @property
    def report(self) -> Report:
        """The report behind the rows."""
    def row(self, no: int, /) -> Row:
        """The row with this number in the plan's table.

        Raises:
            KeyError: There is none.
        """
    def explain(self, lang: Lang = "en") -> str:
        """The scorecard as text, in Chinese (``"zh"``) or English (``"en"``).

        Raises:
            Error: Another language (``invalid-value``).
        """
    def to_json(self) -> str:
        """The scorecard as JSON text."""
    def to_dict(self) -> dict[str, Any]:
        """The scorecard as plain dicts, lists and texts, as in JSON: decimals are texts there."""
    def _repr_html_(self) -> str: ...
    @classmethod
    def _restore(cls, plan: Plan, values: str) -> Scorecard: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Row: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Row]: ...
    def __iter__(self) -> Iterator[Row]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Row:
    """One row of a scorecard."""

    @property
    def no(self) -> int:
        """The number of the row in the plan's table."""
    @property
    def rule(self) -> str:
        """The id of the rule."""
    @property
    def title(self) -> Text:
        """The indicator's name."""
    @property
    def category(self) -> Text:
        """The first-level indicator."""
    @property
    def attribute(self) -> str:
        """``"binding"`` or ``"expected"``."""
    @property
    def status(self) -> Status:
        """An outcome, or ``"not_assessed"``."""
    @property
    def reason(self) -> str | None:
        """Why it is not assessed (``"no_data"``, ``"scope_changed"``, ``"not_counted"``) or cannot be computed."""
    @property
    def value(self) -> Decimal | bool | str | datetime.date | None:
        """The value of the measure."""
    @property
    def year(self) -> int | None:
        """The year of the value, if given."""
    @property
    def bound(self) -> str | None:
        """The comparison with the target, such as ``">="``."""
    @property
    def target(self) -> Decimal | None:
        """The target, where it is a number that is printed or given."""
    @property
    def printed_target(self) -> Text:
        """The target cell: in Chinese as printed."""
    @property
    def baseline(self) -> Decimal | None:
        """Where the measure started from."""
    @property
    def progress(self) -> Decimal | None:
        """How far the measure has come from its baseline to its target: 0 at the baseline, 1 at the target."""
    @property
    def pace(self) -> Decimal | None:
        """What the measure has to change a year to meet its target when it is due; 0 where it is met."""
    @property
    def unit(self) -> str | None:
        """The unit of value, target and margin."""
    @property
    def margin(self) -> Decimal | None:
        """How far the value is from the target: positive on the satisfied side."""
    @property
    def missing(self) -> list[str]:
        """The facts that would settle the row."""
    @property
    def stale(self) -> bool:
        """Whether the value is older than the target year, though the target is due."""
    @property
    def notes(self) -> list[Note]:
        """What a reader must know."""
    def to_dict(self) -> dict[str, Any]:
        """The row as in ``Scorecard.to_dict()``."""
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Table:
    """A table of results: what ``polars.DataFrame``, ``pyarrow.table`` and ``pandas.DataFrame.from_arrow`` take."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
    @staticmethod
    def _evaluate(
        plan: Plan, subject: str, table: object, wanted: _Wanted, progress: Callable[[int], object] | None
    ) -> Table: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __len__(self) -> int: ...

@final
class TableStream:
    """Results that are made while they are read, batch by batch, once.

    It is what ``pyarrow.RecordBatchReader.from_stream`` takes.
    """

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
    @staticmethod
    def _evaluate(plan: Plan, subject: str, table: object, wanted: _Wanted) -> TableStream: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Expression:
    """A FEEL expression (DMN 1.5, a documented subset) over values by name: exact decimals, three-valued logic.

    >>> Expression("a + b = 0.3").evaluate({"a": 0.1, "b": 0.2})
    True

    Raises:
        Error: ``"a >="`` (``expression-syntax``, with the column); ``"a ** 2"`` (``unsupported``, by name).
    """

    def __new__(cls, text: str, /) -> Self: ...
    @property
    def names(self) -> list[str]:
        """The names that the expression reads."""
    def evaluate(self, context: Facts | _Dataclass, /) -> bool | Decimal | str | datetime.date | list[Any] | None:
        """The value for a context; ``None`` for null, and where something needed is not in the context.

        Raises:
            Error: ``float("nan")`` (``not-finite``); a day, which the expression writes as ``date("2025-12-31")``
                (``wrong-type``).
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
