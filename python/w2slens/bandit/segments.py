"""Densities of sources, in segments of rounds where they change: the intake that policies and trials share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .._arrays import Floats

__all__ = ["Segments", "as_segments"]


class Segments(NamedTuple):
    """Sources whose densities change at given rounds.

    Attributes
    ----------
    starts : (S,) int64
        First round of each segment, ascending from 0.
    densities : (S, K) float64
        True densities.
    observed : (S, K) float64
        What the detector reports of them.
    """

    starts: npt.NDArray[np.int64]
    densities: Floats
    observed: Floats


def as_segments(densities: npt.ArrayLike, observed: npt.ArrayLike | None, starts: npt.ArrayLike | None) -> Segments:
    """Return the segments, checked; one that begins at round 0 by default, observed as they are."""
    true = _probabilities(densities, "densities")
    seen = true if observed is None else _probabilities(observed, "observed")
    if seen.shape != true.shape:
        raise ValueError(f"observed has shape {seen.shape}, but densities has {true.shape} (segments, sources)")
    first = np.zeros(1, np.int64) if starts is None else np.asarray(starts)
    if first.ndim != 1 or first.dtype.kind not in "iu":
        raise ValueError(f"starts has shape {first.shape} and dtype {first.dtype}, expected whole numbers, (S,)")
    if first.size != true.shape[0]:
        raise ValueError(f"starts has {first.size} entries, but densities has {true.shape[0]} segments")
    if first[0] != 0 or (np.diff(first.astype(np.int64)) <= 0).any():
        raise ValueError(f"starts is {first.tolist()}, but must ascend from 0")
    return Segments(first.astype(np.int64), true, seen)


def _probabilities(values: npt.ArrayLike, name: str) -> Floats:
    try:
        given = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is no table of numbers: {error}") from None
    if given.dtype.kind not in "iuf" and given.size:
        raise TypeError(f"{name} must hold real numbers, not {given.dtype}")
    table = np.array(given, np.float64, ndmin=2)
    if given.ndim not in (1, 2) or table.shape[1] == 0 or table.shape[0] == 0:
        raise ValueError(f"{name} has shape {given.shape}, expected (K,) or (S, K) with at least one source")
    wrong = np.argwhere(~((table >= 0) & (table <= 1)))
    if wrong.size:
        row, column = wrong[0]
        place = f"source {column}" + (f" of segment {row}" if given.ndim == 2 else "")
        raise ValueError(f"{name} has {table[row, column]} at {place}, outside [0, 1]")
    return table
