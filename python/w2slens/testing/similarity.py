"""Twin of `overlap_scores`, and matrices to feed it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["overlap_scores_twin", "similarity_matrix"]


def similarity_matrix(
    X: npt.ArrayLike, X_hard: npt.ArrayLike, *, metric: str = "cosine", absolute: bool = True
) -> npt.NDArray[np.float64]:
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
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return scores (n,) and nearest hard rows (n,) from the whole similarity matrix.

    Examples
    --------
    >>> scores, nearest = overlap_scores_twin([[3.0, 4.0]], [[-2.0, 0.0], [0.0, 1.0]])
    >>> scores.tolist(), nearest.tolist()
    ([0.8], [1])
    """
    similarities = similarity_matrix(X, X_hard, metric=metric, absolute=absolute)
    return similarities.max(axis=1), similarities.argmax(axis=1)


def _unit_rows(rows: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    # Dividing by the largest entry first keeps squares inside the range.
    rows = rows / np.abs(rows).max(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
