"""Grids of cells, and the seeds that belong to them."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2slens._random import stream_key

__all__ = ["Cell", "Grid", "Part", "Seeds", "digest"]

Cell = dict[str, Any]
"""The value of every axis: numbers, strings, booleans."""


def digest(*values: Any) -> str:
    """Return a stable SHA-256 of plain values: the same on every platform and in every process."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Part:
    """A cell and a range of its replicates: the unit that is computed, stored and resumed."""

    cell: Cell
    first: int
    last: int

    @property
    def replicates(self) -> range:
        """The replicates of this part."""
        return range(self.first, self.last)


@dataclass(frozen=True)
class Grid:
    """The cells of an experiment and how often each is replicated.

    Parameters
    ----------
    cells : sequence of dict
        All with the same axes; ``[{}]`` is one cell without any.
    replicates : int, or function of the cell
        Replicates of each cell.
    chunk : int, optional
        Replicates computed and stored together; all of a cell's by default.
    """

    cells: Sequence[Cell]
    replicates: int | Callable[[Cell], int]
    chunk: int | None = None

    def __post_init__(self) -> None:
        if not self.cells:
            raise ValueError("cells is empty; a grid needs at least one cell")
        axes = set(self.cells[0])
        for i, cell in enumerate(self.cells):
            if set(cell) != axes:
                raise ValueError(f"cells[{i}] has the axes {sorted(cell)}, the first cell {sorted(axes)}")
        fewest = min(self.replicates_of(cell) for cell in self.cells)
        if fewest < 1 or (self.chunk is not None and self.chunk < 1):
            raise ValueError(f"replicates is {fewest} and chunk {self.chunk}; both must be at least 1")
        if len({digest(cell) for cell in self.cells}) != len(self.cells):
            raise ValueError("cells holds the same cell twice")

    @staticmethod
    def product(**axes: Sequence[Any]) -> list[Cell]:
        """Return every combination of the axes' values, the last axis fastest."""
        return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]

    @property
    def axes(self) -> list[str]:
        """Names of the axes, in the order of the first cell."""
        return list(self.cells[0])

    def replicates_of(self, cell: Cell) -> int:
        """Return how often a cell is replicated."""
        return self.replicates if isinstance(self.replicates, int) else self.replicates(cell)

    def parts(self) -> Iterator[Part]:
        """Yield every part: cells in order, replicates ascending."""
        for cell in self.cells:
            total = self.replicates_of(cell)
            step = self.chunk or total
            for first in range(0, total, step):
                yield Part(cell, first, min(first + step, total))


@dataclass(frozen=True)
class Seeds:
    """Seeds from a digest of root seed, a name, what enters of the cell, and whatever else names a draw.

    Examples
    --------
    >>> seeds = Seeds(0, "overlap_gain", {"n": 5})
    >>> seeds.generator(3, "teacher").integers(10) == seeds.generator(3, "teacher").integers(10)
    np.True_
    """

    root: int
    name: str
    cell: Mapping[str, Any]

    def sequence(self, *names: int | str) -> np.random.SeedSequence:
        """Return the seed of the draw called ``names``, for instance ``(replicate, "teacher")``."""
        return np.random.SeedSequence(int(digest(self.root, self.name, dict(self.cell), list(names))[:32], 16))

    def generator(self, *names: int | str) -> np.random.Generator:
        """Return a NumPy generator for the draw called ``names``."""
        return np.random.Generator(np.random.PCG64(self.sequence(*names)))

    def key(self, *names: int | str) -> bytes:
        """Return the 32-byte key of the kernels' streams for the draw called ``names``."""
        return stream_key(self.sequence(*names))
