"""Rows that lie in memory, or are mapped into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..._arrays import as_numbers, as_rows
from .contract import BLOCK, Rows, checked_block

__all__ = ["ArrayRows"]


class ArrayRows(Rows):
    """An array in memory, of any type that `overlap_scores` takes; blocks and the whole are views of it.

    Parameters
    ----------
    X : (n,) or (n, d) array
    name : str
        What messages call it.

    Examples
    --------
    >>> rows = ArrayRows([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> rows.shape, [len(block) for block in rows.blocks(2)], rows.take([2, 0]).tolist()
    ((3, 2), [2, 1], [[5.0, 6.0], [1.0, 2.0]])
    """

    kind: ClassVar[str] = "array"

    def __init__(self, X: Any, name: str = "X") -> None:
        array = as_numbers(X, name)
        if array.ndim not in (1, 2):
            raise ValueError(f"{name} has shape {array.shape}, expected (n,) or (n, d)")
        self._array = array

    @property
    def shape(self) -> tuple[int, ...]:
        """(n,) or (n, d)."""
        return self._array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the entries."""
        return self._array.dtype

    def blocks(self, n: int = BLOCK) -> Iterator[npt.NDArray[Any]]:
        """Give views of at most ``n`` rows."""
        step = checked_block(n)
        return (self._array[start : start + step] for start in range(0, len(self), step))

    def take(self, rows: Any) -> npt.NDArray[Any]:
        """Return selected rows, as a copy."""
        selected: npt.NDArray[Any] = np.asarray(self._array[as_rows(rows, "rows", len(self)).astype(np.intp)])
        return selected

    def array(self) -> npt.NDArray[Any]:
        """Return the array itself."""
        return self._array
