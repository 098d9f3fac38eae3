"""Slow, obvious twins of the kernels that score and split, and values to feed them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._arrays import Floats

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


__all__ = ["change_point_twin", "overlap_scores_twin", "score_vectors", "similarity_matrix", "split_gains"]


def similarity_matrix(
    X: npt.ArrayLike, X_hard: npt.ArrayLike, *, metric: str = "cosine", absolute: bool = True
) -> Floats:
    """Return all (n, m) similarities in float64; the matrix the kernel never stores.

    Examples
    --------
    >>> similarity_matrix([[3.0, 4.0]], [[-2.0, 0.0], [0.0, 1.0]], absolute=False).tolist()
    [[-0.6, 0.8]]
    """
    points, hard = (np.asarray(rows).astype(np.float64) for rows in (X, X_hard))
    if metric == "cosine":
        points, hard = _unit_rows(points), _unit_rows(hard)
    product = np.einsum("nd,md->nm", points, hard)
    return np.abs(product) if absolute else product


def overlap_scores_twin(
    X: npt.ArrayLike, X_hard: npt.ArrayLike, *, metric: str = "cosine", absolute: bool = True
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return scores (n,) and nearest hard rows (n,) from the whole similarity matrix.

    Examples
    --------
    >>> scores, nearest = overlap_scores_twin([[3.0, 4.0]], [[-2.0, 0.0], [0.0, 1.0]])
    >>> scores.tolist(), nearest.tolist()
    ([0.8], [1])
    """
    similarities = similarity_matrix(X, X_hard, metric=metric, absolute=absolute)
    return similarities.max(axis=1), similarities.argmax(axis=1)


def _unit_rows(rows: Floats) -> npt.NDArray[Any]:
    # Dividing by the largest entry first keeps squares inside the range.
    rows = rows / np.abs(rows).max(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def split_gains(values: Sequence[float]) -> list[Fraction]:
    """Return the exact gain of splitting the sorted values at 1, …, n−1, in rational arithmetic.

    Examples
    --------
    >>> split_gains([1.0, 0.0, 0.0])
    [Fraction(1, 6), Fraction(2, 3)]
    """
    exact = [Fraction(float(v)) for v in sorted(values)]
    n, total, lower = len(exact), sum(exact, Fraction(0)), Fraction(0)
    gains = []
    for k in range(1, n):
        lower += exact[k - 1]
        gains.append((n * lower - k * total) ** 2 / (n * k * (n - k)))
    return gains


def change_point_twin(values: Sequence[float], *, compat: str | None = None) -> tuple[int, Fraction] | None:
    """Return index and exact gain of the best split, or ``None`` where it is undefined.

    Examples
    --------
    >>> change_point_twin([2.0, 0.0, 1.0])
    (1, Fraction(3, 2))
    """
    n = len(values)
    if n < (7 if compat == "ruptures" else 2) or min(values) == max(values):
        return None
    gains = split_gains(values)
    if compat == "ruptures":
        index = max(range(5, n - 1, 5), key=lambda k: (gains[k - 1], k))
    else:
        index = max(range(1, n), key=lambda k: (gains[k - 1], -k))
    return index, gains[index - 1]


def score_vectors(*, min_size: int = 2, max_size: int = 40) -> SearchStrategy[list[float]]:
    """Return a strategy for vectors of scores: ties on a few levels, plateaus, free values, far offsets, constants.

    Parameters
    ----------
    min_size, max_size : int
        Bounds on their length.
    """
    from hypothesis import strategies as st

    def lists(element: SearchStrategy[float]) -> SearchStrategy[list[float]]:
        return st.lists(element, min_size=min_size, max_size=max_size)

    levels = lists(st.integers(0, 5).map(lambda i: i / 10))
    free = lists(st.floats(-1, 1))
    plateaus = lists(st.sampled_from((0.25, 0.75)).flatmap(lambda v: st.sampled_from((v, v, v, v + 1 / 64))))
    constant = st.tuples(st.floats(-1, 1), st.integers(min_size, max_size)).map(lambda pair: [pair[0]] * pair[1])
    offsets = st.sampled_from((0.0, 0.0, 1.0, 1e9, -1e9))
    return st.tuples(levels | free | plateaus | constant, offsets).map(lambda pair: [v + pair[1] for v in pair[0]])
