"""Small values that findings hold."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .types import Direction, Outcome


@dataclass(frozen=True)
class Change:
    """A change of one fact that would satisfy a rule: the nearest there is, in steps of the fact's usual decimals.

    Attributes:
        fact: The fact.
        value: The nearest value that satisfies; of a set, the whole set.
        bound: For a number or a day, the boundary that the value is on the satisfied side of.
        inclusive: For a number or a day, whether the boundary itself satisfies.
        direction: For a number or a day, on which side of the boundary it has to be.
    """

    fact: str
    value: bool | Decimal | str | datetime.date | tuple[str, ...]
    bound: Decimal | datetime.date | None = None
    inclusive: bool | None = None
    direction: Direction | None = None

    def __str__(self) -> str:
        """As a person would say it: ``influent_bod5_mg_l at least 81.6``."""
        value = ", ".join(self.value) if isinstance(self.value, tuple) else self.value
        return f"{self.fact} {(self.direction or '=').replace('_', ' ')} {value}"


@dataclass(frozen=True)
class Possible:
    """An outcome that is still possible.

    Attributes:
        outcome: The outcome.
        decision: The id of the decision, where a gate or definition gives one.
    """

    outcome: Outcome
    decision: str | None = None
