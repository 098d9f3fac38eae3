"""Confidence: how far a weak model is from not knowing (Shin, Cooper, Sala 2025, Algorithm 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._arrays import Floats, as_matrix, as_vector

__all__ = ["confidence"]

#: Entries of a probability matrix that are widened to float64 at a time.
_BLOCK = 1 << 20


def confidence(proba: Any, *, logits: bool = False) -> Floats:
    """Return the confidence of a weak model, 0 where it is undecided and 1 where it is certain.

    For two classes this is 2|p − ½|; for C classes the largest probability minus the second largest, which is the same
    at C = 2.

    Parameters
    ----------
    proba : (n,) or (n, C) array
        Probabilities of the positive class in [0, 1], or of each of C ≥ 2 classes, where each row must sum to one to
        within √ε, with ε the machine epsilon of its type (scikit-learn's tolerance): 3e-2 for float16, 3e-4 for
        float32, 1.5e-8 for float64.
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
        If an entry is out of range or not finite, a row does not sum to one (the message says where), or the shape is
        neither (n,) nor (n, C).
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


def named_confidence(proba: Any, name: str, *, logits: bool) -> Floats:
    """Return `confidence`, with errors that call the argument ``name``."""
    if np.ndim(proba) != 2:
        return _two_classes(as_vector(proba, name), name, logits)
    matrix = as_matrix(proba, name)
    n, classes = matrix.shape
    if classes < 2:
        raise ValueError(f"{name} has shape {matrix.shape}, expected (n,), or (n, C) with C of at least 2")
    result = np.empty(n)
    step = max(1, _BLOCK // classes)
    for start in range(0, n, step):
        result[start : start + step] = _many_classes(matrix[start : start + step], name, logits, start)
    return result


def spelled(value: Any) -> str:
    """Return a number as the kernels' messages spell it: NaN, inf, -inf or its digits."""
    return "NaN" if np.isnan(value) else str(value)


def _two_classes(vector: npt.NDArray[Any], name: str, logits: bool) -> Floats:
    p = vector.astype(np.float64)
    wrong = np.flatnonzero(~_allowed(p, logits))
    if wrong.size:
        raise ValueError(f"{name} has {spelled(p[wrong[0]])} at index {wrong[0]}; {_requirement(logits)}")
    if logits:
        return np.tanh(np.abs(p) / 2)
    return 2 * np.abs(p - 0.5)


def _many_classes(matrix: npt.NDArray[Any], name: str, logits: bool, first_row: int) -> Floats:
    p = matrix.astype(np.float64)
    wrong = np.argwhere(~_allowed(p, logits))
    if wrong.size:
        row, column = wrong[0]
        raise ValueError(
            f"{name} has {spelled(p[row, column])} at row {first_row + row}, column {column}; {_requirement(logits)}"
        )
    if logits:
        p = np.exp(p - p.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
    else:
        sums = p.sum(axis=1)
        tolerance = _epsilon(matrix.dtype) ** 0.5
        unequal = np.flatnonzero(np.abs(sums - 1) > tolerance)
        if unequal.size:
            row = unequal[0]
            raise ValueError(
                f"{name} sums to {sums[row]} at row {first_row + row}; "
                f"the probabilities of a row must sum to one to within {tolerance:.1e}"
            )
    second, first = np.partition(p, (-2, -1), axis=1)[:, -2:].T
    return first - second


def _allowed(values: Floats, logits: bool) -> npt.NDArray[np.bool_]:
    return np.isfinite(values) if logits else (values >= 0) & (values <= 1)


def _requirement(logits: bool) -> str:
    return "every logit must be finite" if logits else "probabilities lie in [0, 1]"


def _epsilon(dtype: np.dtype[Any]) -> float:
    if dtype.kind in "iu":
        return float(np.finfo(np.float64).eps)
    # bfloat16, which NumPy does not know, keeps 8 significant bits.
    return float(np.finfo(dtype).eps) if dtype.kind == "f" else 2.0**-7
