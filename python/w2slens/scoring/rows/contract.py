"""What every kind of rows offers: shape, type, blocks, selected rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ..._arrays import as_rows
from ..._checks import as_integer

__all__ = ["FileRows", "Rows"]

#: Rows that are read at a time where the caller does not say how many.
BLOCK = 4096


class Rows(ABC):
    """Rows of numbers: (n,) or (n, d), n at least 0, of floats or integers.

    Whatever takes an array takes rows, too, through ``__array__``.

    Attributes
    ----------
    kind : str
        Name of the kind, of the class.
    shape : (n,) or (n, d)
    dtype : numpy.dtype

    Notes
    -----
    A new kind is one file in this folder that defines `shape`, `dtype` and `blocks`; whatever it can do better than
    by reading all blocks (selected rows, a view of all) it overrides. `tests/contracts/test_rows.py` runs over it.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """(n,) or (n, d)."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the entries."""

    @abstractmethod
    def blocks(self, n: int = BLOCK) -> Iterator[npt.NDArray[Any]]:
        """Give all rows in order, in blocks of at most ``n``; a block may be a view, and is never written to."""

    @property
    def ndim(self) -> int:
        """1 or 2."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def take(self, rows: Any) -> npt.NDArray[Any]:
        """Return selected rows, as a copy.

        Parameters
        ----------
        rows : (k,) ints in [0, n), or (n,) boolean mask
            In any order; a row may be selected twice.

        Raises
        ------
        ValueError, TypeError
            If ``rows`` is anything else.
        """
        chosen = as_rows(rows, "rows", len(self)).astype(np.intp)
        order = np.argsort(chosen, kind="stable")
        ascending = chosen[order]
        result = np.empty((chosen.size, *self.shape[1:]), self.dtype)
        row = done = 0
        for block in self.blocks():
            if done == chosen.size:
                break
            row, first = row + len(block), row
            end = int(np.searchsorted(ascending, row))
            result[order[done:end]] = block[ascending[done:end] - first]
            done = end
        return result

    def array(self) -> npt.NDArray[Any]:
        """Return all rows as one array: a view where there is one, else decoded block by block."""
        result = np.empty(self.shape, self.dtype)
        row = 0
        for block in self.blocks():
            result[row : row + len(block)] = block
            row += len(block)
        return result

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        array = self.array()
        if copy:
            return np.array(array, dtype)
        return np.asarray(array, dtype)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype})"


class FileRows(Rows):
    """Rows in a file; nothing in it is trusted, and nothing unpickled.

    Attributes
    ----------
    label : str
        What messages call such a file, of the class.
    """

    label: ClassVar[str]

    @classmethod
    @abstractmethod
    def recognises(cls, start: bytes) -> bool:
        """Tell by the first 8 bytes of a file whether it is of this kind."""

    @classmethod
    @abstractmethod
    def open(cls, path: Path, *, columns: Sequence[str] = (), vector: bool = True) -> Self:
        """Open a file; see `open_rows`.

        Parameters
        ----------
        path : Path
        columns : sequence of str
            Columns to read, where the kind has any.
        vector : bool
            Whether a table of a single column of numbers is (n,); (n, 1) otherwise.

        Raises
        ------
        FileError
            If the file holds anything but numbers.
        """

    @classmethod
    @abstractmethod
    def write(cls, path: Path, array: npt.NDArray[Any]) -> None:
        """Write a new file of this kind."""


def checked_block(n: int) -> int:
    """Return the number of rows of a block."""
    return as_integer(n, "n", least=1)
