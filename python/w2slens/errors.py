"""Every exception of the package that is not Python's own.

Bad input is a ``ValueError`` (a wrong value, shape or entry) or a ``TypeError`` (a wrong kind of thing) whose message
names the argument. What is caught for a reason of its own has a class here.

.. code-block:: text

    ValueError
      UndefinedError    the result does not exist: constant scores, an empty hard set
      DoesNotApply      the condition of a bound is violated
      FileError         a file cannot be read or written
        ExistsError     a file is there already, and was not to be overwritten
    RuntimeError
      SelectionError    a source of data failed; carries the history
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._kernels import UndefinedError

if TYPE_CHECKING:
    from .selection.history import SelectionHistory

__all__ = ["DoesNotApply", "ExistsError", "FileError", "SelectionError", "UndefinedError"]


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

    def __reduce__(self) -> Any:
        return _rebuilt, (type(self), self.statement, self.condition, self.values)


class FileError(ValueError):
    """A file that cannot be read or written; the message names it and says why."""


class ExistsError(FileError):
    """A file that is there already, and was not to be overwritten.

    Attributes
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} exists; only force=True overwrites it"


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

    def __reduce__(self) -> Any:
        return type(self), (*self.args, self.history, self.yielded)


def _rebuilt(kind: type[DoesNotApply], statement: str, condition: str, values: dict[str, float]) -> DoesNotApply:
    """What `DoesNotApply` is unpickled by: its values are keywords."""
    return kind(statement, condition, **values)
