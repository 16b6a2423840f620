"""What is raised for bad input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    Attributes:
        code: What is wrong; never changes from version to version (``"unknown-fact"``).
        path: Where it is (``"facts.influent_bod"``, ``"sewage.toml:12:9: rule.x.requires"``).
        message: What is wrong, in English.
        message_zh: What is wrong, in Chinese.
        hint: What would help, if anything is known to, in English.
        hint_zh: The same in Chinese.
    """

    code: str
    path: str
    message: str
    message_zh: str = ""
    hint: str | None = None
    hint_zh: str | None = None

    def __str__(self) -> str:
        """One line: place, message, code and hint."""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}: {self.message} [{self.code}]{hint}"


class Error(ValueError):
    """Bad input: facts, values, a plan file, a receipt or an expression. It carries everything that is wrong at once.

    >>> import ecoplan
    >>> try:
    ...     ecoplan.plan("lianzhou-145").evaluate("project", {"stag": "proposed"})
    ... except ecoplan.Error as error:
    ...     print(error.code, error.path, error.hint, sep=" | ")
    unknown-fact | facts.stag | did you mean `stage`?
    """

    def __init__(self, *errors: Problem) -> None:
        """Takes everything that is wrong, in the order of the input."""
        super().__init__(*errors)
        self.errors: tuple[Problem, ...] = errors

    @property
    def code(self) -> str:
        """The code of the first problem, such as ``"unknown-fact"``."""
        return self.errors[0].code

    @property
    def path(self) -> str:
        """The place of the first problem, such as ``"facts.influent_bod"``."""
        return self.errors[0].path

    @property
    def hint(self) -> str | None:
        """What would help with the first problem, if anything is known to."""
        return self.errors[0].hint

    def __str__(self) -> str:
        """Every problem on a line of its own."""
        return "\n".join(str(error) for error in self.errors)
