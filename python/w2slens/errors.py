"""The exceptions of the package: ``ValueError`` for bad input, and a kind of its own for what a caller may handle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._kernels import UndefinedError

if TYPE_CHECKING:
    from .selection.history import SelectionHistory

__all__ = ["DoesNotApply", "FileError", "SelectionError", "UndefinedError"]


class FileError(ValueError):
    """A file that cannot be read or written; the message names it and says why."""


class SelectionError(RuntimeError):
    """A source failed; the original error is the cause.

    Attributes
    ----------
    history : SelectionHistory
        Every finished round.
    yielded : object
        What the source had yielded and could not be taken in; ``None`` if it failed before.
    """

    def __init__(self, message: str, history: SelectionHistory, yielded: Any = None) -> None:
        super().__init__(message)
        self.history, self.yielded = history, yielded


class DoesNotApply(ValueError):  # noqa: N818 (it is what the bound does)
    """Raised instead of a number when the condition of a bound is violated.

    Attributes
    ----------
    statement : str
        The bound, for instance ``"Lang et al. 2024, Theorem 4.1"``.
    condition : str
        The condition that fails.
    values : dict
        The numbers that fail it.
    """

    def __init__(self, statement: str, condition: str, **values: float) -> None:
        self.statement, self.condition, self.values = statement, condition, values
        given = ", ".join(f"{name} = {value:.6g}" for name, value in values.items())
        super().__init__(f"{statement} does not apply: it needs {condition}, but {given}")
