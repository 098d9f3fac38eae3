"""Change point: the threshold that parts values into two groups with the least sum of squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import as_vector
from .._checks import one_of

__all__ = ["ChangePoint", "change_point"]


@dataclass(frozen=True)
class ChangePoint:
    """Where sorted values part into a lower and an upper group.

    Attributes
    ----------
    threshold : float
        Smallest value of the upper group; without ``compat``, a value belongs to it exactly if ``value >= threshold``.
    index : int
        Size of the lower group: the groups are ``sorted[:index]`` and ``sorted[index:]``.
    gain : float
        By how much the split reduces the sum of squared deviations from the mean, in squared units of the values.

    Examples
    --------
    >>> change_point([1.0, 9.0, 2.0, 8.0])
    ChangePoint(threshold=8.0, index=2, gain=49.0)
    """

    threshold: float
    index: int
    gain: float


def change_point(values: npt.ArrayLike, *, compat: Literal["ruptures"] | None = None) -> ChangePoint:
    """Split values into two groups so that the sum of squares about the group means is least.

    This is one step of binary segmentation of the sorted values with squared loss, equal to Otsu's threshold and to
    two-class natural breaks. Sorting once and two compensated prefix sums give it exactly, to rounding, in
    O(n log n), for any offset and scale. Equal values are never parted; among equal gains the smallest index wins.

    Parameters
    ----------
    values : (n,) array of real numbers
        In any order; n at least 2, not all equal.
    compat : None or "ruptures"
        "ruptures" looks only where ``ruptures.Binseg("l2")`` looks by default, as the published code does: at indices
        5, 10, 15, … of the sorted values with at least two values on either side (so n must be at least 7). It may
        part equal values, and among equal gains the largest index wins. (Where two gains agree to about 1e-14, the
        rounding of ruptures' own sums may prefer the other.)

    Returns
    -------
    ChangePoint

    Raises
    ------
    UndefinedError
        If there are too few values, or all are equal. (For equal values, ruptures returns an arbitrary index.)
    ValueError
        If ``values`` is not one-dimensional, or has a NaN or an infinity (the message says where).
    TypeError
        If ``values`` does not hold real numbers.

    References
    ----------
    Shin, Cooper, Sala 2025, Algorithm 2; N. Otsu 1979; W. D. Fisher 1958; `docs/scoring/changepoint.md`.

    Examples
    --------
    >>> change_point([0.1, 0.9, 0.2, 0.8, 0.1])
    ChangePoint(threshold=0.8, index=3, gain=0.6163333333333333)
    """
    one_of(compat, "compat", (None, "ruptures"))
    found = _kernels.change_point(np.ascontiguousarray(as_vector(values, "values"), np.float64), compat == "ruptures")
    return ChangePoint(found.threshold, found.index, found.gain)
