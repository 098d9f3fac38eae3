"""The vocabulary: which patterns a point holds, and how points divide by it (Shin, Cooper, Sala 2025, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from numbers import Integral
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ._checks import as_integer

__all__ = [
    "Counts",
    "Metric",
    "Noise",
    "Partition",
    "Region",
    "RegionAccuracy",
    "as_counts",
    "as_region",
    "as_region_codes",
    "overlap_density",
]

Noise = Literal["zeroed", "full"]
"""What an absent block holds: exactly 0, or noise."""

Metric = Literal["cosine", "inner_product"]
"""How alike two points are: their inner product, with or without their norms divided out."""

Counts = tuple[int, int, int, int]
"""Numbers of points: easy-only, hard-only, overlap, neither."""


class Region(IntEnum):
    """Which label patterns a point holds.

    ``EASY`` and ``HARD`` mean easy-*only* and hard-*only*; ``OVERLAP`` points hold both, ``NEITHER`` none.

    Examples
    --------
    >>> Region(2).name
    'OVERLAP'
    """

    EASY = 0
    HARD = 1
    OVERLAP = 2
    NEITHER = 3


def as_region(value: object) -> Region:
    """Return ``value`` as a `Region`; the message of an error names the argument."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value not in tuple(Region):
        raise ValueError(f"region is {value!r}, but must be one of {', '.join(f'{r.name} ({r:d})' for r in Region)}")
    return Region(int(value))


@dataclass(frozen=True)
class Partition:
    """Row numbers of the points in each detected region, ascending.

    Attributes
    ----------
    easy, hard, overlap : (n_easy,), (n_hard,), (n_overlap,) integer arrays
        Row numbers; disjoint.

    Examples
    --------
    >>> Partition.from_labels([0, 2, 1, 2]).overlap.tolist()
    [1, 3]
    """

    easy: npt.NDArray[np.intp]
    hard: npt.NDArray[np.intp]
    overlap: npt.NDArray[np.intp]

    @classmethod
    def from_labels(cls, labels: npt.ArrayLike) -> Partition:
        """Divide the rows by their region codes (shape (n,), values of `Region`); ``NEITHER`` rows are left out."""
        codes = as_region_codes(labels, "labels")
        return cls(*(np.flatnonzero(codes == region) for region in (Region.EASY, Region.HARD, Region.OVERLAP)))

    @property
    def density(self) -> float:
        """Share of overlap points, in [0, 1]; NaN for an empty partition."""
        total = self.easy.size + self.hard.size + self.overlap.size
        return self.overlap.size / total if total else float("nan")


def overlap_density(labels: npt.ArrayLike) -> float:
    """Return ρ, the share of points that are overlap points.

    Parameters
    ----------
    labels : (n,) array of `Region` codes

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError
        If ``labels`` is empty, not one-dimensional, or holds a code that is no `Region`.
    TypeError
        If ``labels`` does not hold integers.

    Examples
    --------
    >>> overlap_density([Region.EASY, Region.OVERLAP, Region.OVERLAP, Region.HARD])
    0.5
    """
    codes = as_region_codes(labels, "labels")
    if codes.size == 0:
        raise ValueError("labels is empty; a density needs at least one point")
    return float(np.mean(codes == Region.OVERLAP))


def as_region_codes(values: npt.ArrayLike, name: str, *, floats: bool = False) -> npt.NDArray[np.int8]:
    """Return (n,) values of `Region` as codes.

    Parameters
    ----------
    values : (n,) array of integers
    name : str
        What messages call it.
    floats : bool
        Whether whole floats are codes, too: data that arrive may have come through a table of floats.

    Raises
    ------
    TypeError, ValueError
        If they are of another type or shape, or one is no region; the message says where.
    """
    codes = np.asarray(values)
    if codes.ndim != 1:
        raise ValueError(f"{name} has shape {codes.shape}, expected (n,)")
    if codes.size and codes.dtype.kind not in ("iuf" if floats else "iu"):
        raise TypeError(f"{name} has dtype {codes.dtype}, expected integers (Region codes 0 to 3)")
    wrong = np.flatnonzero(~np.isin(codes, list(Region)))
    if wrong.size:
        raise ValueError(f"{name} has {codes[wrong[0]]} at index {wrong[0]}, which is no Region (0 to 3)")
    return codes.astype(np.int8)


class RegionAccuracy(NamedTuple):
    """Accuracy in [0, 1] per region, and over the mixture; floats, or (k,) arrays for k classifiers.

    ``overall`` weighs the regions by their counts; it is NaN where there are no counts, or all are zero.
    """

    easy: Any
    hard: Any
    overlap: Any
    neither: Any
    overall: Any


def as_counts(counts: Sequence[int] | Mapping[str, int]) -> Counts:
    """Return ``counts`` as (easy, hard, overlap, neither); the message of an error names it."""
    names = tuple(region.name.lower() for region in Region)
    if isinstance(counts, Mapping):
        unknown = [name for name in counts if name not in names]
        if unknown:
            raise ValueError(f"counts has the key {unknown[0]!r}, but must have keys among {', '.join(names)}")
        values = [counts.get(name, 0) for name in names]
    else:
        if isinstance(counts, str) or not isinstance(counts, Iterable):
            raise TypeError(f"counts must be four integers or a mapping, not {type(counts).__name__}")
        values = list(counts)
        if len(values) != 4:
            raise ValueError(f"counts has {len(values)} entries, expected 4: {', '.join(names)}")
    easy, hard, overlap, neither = (as_integer(v, f"counts[{name}]") for name, v in zip(names, values, strict=True))
    return easy, hard, overlap, neither
