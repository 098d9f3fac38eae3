"""Equality up to rounding: the one notion of every split, tie and constancy test, with bounds from how values arise.

A value that was computed is known to within its rounding error ε only, so two of them differ *for certain* only where
they are more than 2ε apart. With u the unit roundoff of the numbers that went in (2⁻²⁴ for those of float32, 2⁻⁵³):

- a confidence is at most ε = 16u from the truth: two classes take it from p (u) by exact steps; more classes take
  differences of two probabilities (3u), a softmax besides an exponential (2u), a sum (at most 8u, pairwise) and a
  quotient (u);
- a cosine is at most ε = (min(d, 384) + d/384 + 8)·u from it: sums run in blocks of at most 384 terms, the blocks are
  added in turn, and norms and scaling take eight operations more (Higham 2002, section 3.1);
- an index of a policy is a mean of at most some thousand fractions, all below 1: 1e-12 is above its error and below
  any difference that a batch of points can make.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["INDEX_TIE", "SHARE_TIE", "cosine_rounding", "confidence_rounding", "is_single"]

SHARE_TIE = 2.0**-50
"""Shares of points, such as accuracies, closer than this are equal: quotients of counts and means of such, 4u each."""

INDEX_TIE = 1e-12
"""Indices of a policy closer than this are equal."""

_SINGLE, _DOUBLE = 2.0**-24, 2.0**-53
#: Terms that the kernels add before they begin another sum.
_BLOCK = 384


def is_single(values: npt.NDArray[Any]) -> bool:
    """Tell whether every number is one of float32, whatever array it came in: widening a number does not sharpen it."""
    if values.dtype.kind == "f" and values.dtype.itemsize == 8:
        with np.errstate(over="ignore", under="ignore"):
            return bool(np.array_equal(values, values.astype(np.float32)))
    return values.dtype.kind not in "iu"


def confidence_rounding(single: bool) -> float:
    """Return by how much equal confidences may differ, where what they came from was of float32, or not."""
    return 32 * (_SINGLE if single else _DOUBLE)


def cosine_rounding(dtype: npt.DTypeLike, d: int) -> float:
    """Return by how much equal cosines of this type, of rows of ``d`` entries, may differ."""
    unit = _SINGLE if np.dtype(dtype) == np.float32 else _DOUBLE
    return 2 * (min(d, _BLOCK) + d / _BLOCK + 8) * unit
