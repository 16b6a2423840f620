"""Environmental plans as executable, cited rules.

>>> import ecoplan
>>> plan = ecoplan.plan("lianzhou-145")
>>> report = plan.evaluate("urban_wwtp", influent_bod5_2020_mg_l=61.6, influent_bod5_mg_l=81.6)
>>> finding = report["wwtp-urban-bod-plus-20-2025"]
>>> finding.outcome, finding.margin
('satisfied', Decimal('0'))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._ecoplan import (
    Expression,
    Finding,
    Plan,
    Report,
    Reports,
    Row,
    Scorecard,
    Table,
    TableStream,
    __version__,
    plan_schema,
    plans,
)
from ._error import Error, Problem
from ._load import load
from ._values import Change, Possible
from .bundled import plan
from .types import OUTCOMES

if TYPE_CHECKING:
    from ._plot import plot

__all__ = [
    "OUTCOMES",
    "Change",
    "Error",
    "Expression",
    "Finding",
    "Plan",
    "Possible",
    "Problem",
    "Report",
    "Reports",
    "Row",
    "Scorecard",
    "Table",
    "TableStream",
    "__version__",
    "load",
    "plan",
    "plan_schema",
    "plans",
    "plot",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # The picture needs matplotlib, which nothing else does.
        if name == "plot":
            from ._plot import plot

            return plot
        raise AttributeError(f"module 'ecoplan' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return [*globals(), "plot"]
