"""Confidence: how far a weak model is from not knowing (Shin, Cooper, Sala 2025, Algorithm 2)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from .._arrays import Floats, as_matrix, as_numbers, as_vector
from .._checks import as_flag

__all__ = ["confidence"]

#: Entries of a probability matrix that are widened to float64 at a time.
_BLOCK = 1 << 20
#: How far beyond 0 or 1 an entry may lie, and how much a sum may miss one, after a softmax in float32: √ε, as in
#: scikit-learn.
_ENTRY_SLACK, _SINGLE_SLACK = 2.0**-20, 2.0**-11.5
#: How much a sum may miss one in bfloat16 (entries have a relative error of 2⁻⁹), and by rounding an entry to three
#: digits.
_HALF_SLACK, _DIGITS_SLACK = 2.0**-8, 5e-4


def confidence(proba: Any, *, logits: bool = False) -> Floats:
    """Return the confidence of a weak model, 0 where it is undecided and 1 where it is certain.

    For two classes this is 2|p − ½|; for C classes the largest probability minus the second largest, which is the same
    at C = 2.

    Parameters
    ----------
    proba : (n,), (n, 1) or (n, C) array
        Probabilities of the positive class in [0, 1], or of each of C ≥ 2 classes, where each row must sum to one. They
        are judged by their values, not by the type of their array. What a float32 softmax leaves, in an entry (2⁻²⁰
        beyond 0 or 1, cut off) or in a sum (3.5e-4), is taken as it is. Rows that miss one by more, as rounding to
        three digits or bfloat16 may (2⁻⁸ and 5e-4 for each of at most 200 classes), are divided by their sums, with a
        warning unless the array is of half precision (then they may miss one by 3e-2, or 9e-2 in bfloat16).
    logits : bool
        ``proba`` holds logits instead, any finite numbers: log-odds of the positive class, shape (n,), or unnormalised
        log-probabilities, shape (n, C). The confidence is then tanh(|z|/2), with z the log-odds, or the same difference
        of the softmax; unlike probabilities, large logits lose no precision.

    Returns
    -------
    (n,) array of float64 in [0, 1]

    Raises
    ------
    ValueError
        If an entry is out of range or not finite, a row does not sum to one (the message says where, and what the
        numbers look like instead: logits, percentages or labels), or the shape is none of these.
    TypeError
        If ``proba`` does not hold real numbers.

    References
    ----------
    Shin, Cooper, Sala 2025, Algorithm 2; `docs/scoring/detection.md`.

    Examples
    --------
    >>> confidence([0.5, 0.25, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    >>> confidence([[0.25, 0.75], [0.5, 0.5]]).tolist()
    [0.5, 0.0]
    """
    return named_confidence(proba, "proba", logits=logits)


def as_probabilities(proba: Any, name: str) -> npt.NDArray[Any]:
    """Return ``proba`` as an (n,) or (n, C) array of numbers; one column is a vector."""
    array = as_numbers(proba, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    return as_matrix(array, name) if array.ndim == 2 else as_vector(array, name)


def named_confidence(proba: Any, name: str, *, logits: bool) -> Floats:
    """Return `confidence`, with errors that call the argument ``name``."""
    as_flag(logits, "logits")
    given = as_probabilities(proba, name)
    if given.ndim == 1:
        return _two_classes(given, name, logits)
    n, classes = given.shape
    result = np.empty(n)
    step = max(1, _BLOCK // classes)
    missed = 0.0
    for start in range(0, n, step):
        rows = slice(start, start + step)
        result[rows], worst = _many_classes(given, rows, name, logits)
        missed = max(missed, worst)
    if missed > _SINGLE_SLACK and given.dtype.itemsize > 2:
        warnings.warn(
            f"{name} has rows that sum to one only to within {missed:.1e}; they are divided by their sums",
            stacklevel=3,
        )
    return result


def spelled(value: Any) -> str:
    """Return a number as the kernels' messages spell it: NaN, inf, -inf or its digits."""
    return "NaN" if np.isnan(value) else str(value)


def _two_classes(vector: npt.NDArray[Any], name: str, logits: bool) -> Floats:
    p = vector.astype(np.float64)
    wrong = np.flatnonzero(~_allowed(p, logits))
    if wrong.size:
        problem = f"{name} has {spelled(p[wrong[0]])} at index {wrong[0]}; {_requirement(logits)}"
        raise ValueError(problem + _hint(vector, logits))
    if logits:
        return np.tanh(np.abs(p) / 2)
    return 2 * np.abs(np.clip(p, 0, 1) - 0.5)


def _many_classes(given: npt.NDArray[Any], rows: slice, name: str, logits: bool) -> tuple[Floats, float]:
    """The confidences of some rows, and by how much a sum misses one."""
    p = given[rows].astype(np.float64)
    classes, missed = p.shape[1], 0.0
    wrong = np.argwhere(~_allowed(p, logits))
    if wrong.size:
        row, column = wrong[0]
        place = f"at row {rows.start + row}, column {column}"
        problem = f"{name} has {spelled(p[row, column])} {place}; {_requirement(logits)}"
        raise ValueError(problem + _hint(given, logits))
    if logits:
        p = np.exp(p - p.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
    else:
        p = np.clip(p, 0, 1, out=p)
        sums = p.sum(axis=1)
        misses = np.abs(sums - 1)
        slack = max(_HALF_SLACK + _DIGITS_SLACK * min(classes, 200), _half_tolerance(given.dtype))
        unequal = np.flatnonzero(misses > slack)
        if unequal.size:
            row = unequal[0]
            raise ValueError(
                f"{name} sums to {sums[row]} at row {rows.start + row}; "
                f"the probabilities of a row must sum to one to within {slack:.1e}" + _hint(given, logits)
            )
        missed = float(misses.max(initial=0.0))
        off = misses > _SINGLE_SLACK
        p[off] /= sums[off, None]
    second, first = np.partition(p, (-2, -1), axis=1)[:, -2:].T
    return first - second, missed


def _half_tolerance(dtype: np.dtype[Any]) -> float:
    """√ε of an array of half precision, whose entries were rounded one by one; bfloat16 is not NumPy's."""
    if dtype.itemsize > 2 or dtype.kind in "iu":
        return 0.0
    return float(np.finfo(dtype).eps) ** 0.5 if dtype.kind == "f" else 2.0**-3.5


def _allowed(values: Floats, logits: bool) -> npt.NDArray[np.bool_]:
    return np.isfinite(values) if logits else (values >= -_ENTRY_SLACK) & (values <= 1 + _ENTRY_SLACK)


def _requirement(logits: bool) -> str:
    return "every logit must be finite" if logits else "probabilities lie in [0, 1]"


def _hint(given: npt.NDArray[Any], logits: bool) -> str:
    """What numbers that cannot be probabilities look like."""
    values = given.astype(np.float64)
    if logits or not np.isfinite(values).all():
        return ""
    if values.ndim == 1 and np.array_equal(values, np.rint(values)) and np.abs(values).max() <= 20:
        return " (whole numbers look like labels: give what predict_proba returns)"
    if values.min() >= 0 and values.max() <= 100 and _is_hundred(values):
        return " (these look like percentages: divide them by 100)"
    return " (if these are logits, say logits=True)"


def _is_hundred(values: Floats) -> bool:
    """Whether numbers in [0, 100] look like percentages: rows sum to 100, or most of a vector is above 1."""
    if values.ndim == 2:
        return bool((np.abs(values.sum(axis=1) - 100) < 1).all())
    return bool(np.mean(values > 1) > 0.5)
