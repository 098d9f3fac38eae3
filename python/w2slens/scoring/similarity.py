"""How similar each point is to its nearest hard point: the overlap score (Shin, Cooper, Sala 2025, Algorithm 2)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import as_matrix, kernel_view

__all__ = ["Metric", "overlap_scores"]

Metric = Literal["cosine", "inner_product"]
Progress = Callable[[int, int], object]


@overload
def overlap_scores(
    X: Any,
    X_hard: Any,
    *,
    metric: Metric = ...,
    absolute: bool = ...,
    return_index: Literal[False] = ...,
    n_threads: int | None = ...,
    progress: Progress | None = ...,
) -> npt.NDArray[np.floating[Any]]: ...
@overload
def overlap_scores(
    X: Any,
    X_hard: Any,
    *,
    metric: Metric = ...,
    absolute: bool = ...,
    return_index: Literal[True],
    n_threads: int | None = ...,
    progress: Progress | None = ...,
) -> tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.intp]]: ...
@overload
def overlap_scores(
    X: Any,
    X_hard: Any,
    *,
    metric: Metric = ...,
    absolute: bool = ...,
    return_index: bool,
    n_threads: int | None = ...,
    progress: Progress | None = ...,
) -> npt.NDArray[np.floating[Any]] | tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.intp]]: ...
def overlap_scores(
    X: Any,
    X_hard: Any,
    *,
    metric: Metric = "cosine",
    absolute: bool = True,
    return_index: bool = False,
    n_threads: int | None = None,
    progress: Progress | None = None,
) -> npt.NDArray[np.floating[Any]] | tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.intp]]:
    """Return each point's similarity to the hard point it is most similar to.

    The score of a row x is the maximum over the hard rows h of |⟨x, h⟩| / (‖x‖‖h‖). The (n, m) matrix of similarities
    is never stored.

    Parameters
    ----------
    X : (n, d) array
        Points to score: float16, bfloat16 (``ml_dtypes``), float32, float64 or integers, of any stride, byte order or
        memory map; also anything with ``__array__`` or DLPack on the CPU. It is read in blocks, never copied whole, and
        must not be written to meanwhile.
    X_hard : (m, d) array
        Hard points, m ≥ 1; its type may differ from that of ``X``.
    metric : {"cosine", "inner_product"}
        With "inner_product" the norms are not divided out (the published selection code).
    absolute : bool
        Whether to maximise the absolute value; ``False`` maximises the signed one.
    return_index : bool
        Also return the row of ``X_hard`` that attains the maximum, the smallest one among equals.
    n_threads : int, optional
        Number of threads; all cores by default. The result has the same bits for any number.
    progress : callable, optional
        Called as ``progress(done_rows, total_rows)`` from the calling thread, about ten times a second, and at the end.

    Returns
    -------
    scores : (n,) array
        In [0, 1] for the absolute cosine, [-1, 1] for the signed one. float32, computed in float32, when both arguments
        are float32 or narrower; float64, computed in float64, otherwise. An inner product is infinite only where its
        value leaves the range of the type.
    index : (n,) array of intp
        Only with ``return_index``.

    Raises
    ------
    TypeError
        If an argument is not an array of real numbers.
    ValueError
        If a shape is wrong, or an entry is not finite (with row and column).
    UndefinedError
        If ``X_hard`` has no rows, or, for the cosine, a row has norm zero.

    References
    ----------
    Shin, Cooper, Sala, *Weak-to-Strong Generalization Through the Data-Centric Lens*, ICLR 2025, Algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 0.0], [3.0, -4.0]])
    >>> scores, nearest = overlap_scores(X, np.array([[0.0, 2.0], [1.0, 0.0]]), return_index=True)
    >>> scores.tolist(), nearest.tolist()
    ([1.0, 0.8], [1, 0])
    """
    if metric not in ("cosine", "inner_product"):
        raise ValueError(f"metric is {metric!r}, but must be 'cosine' or 'inner_product'")
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be callable or None, not {type(progress).__name__}")
    points, hard = as_matrix(X, "X"), as_matrix(X_hard, "X_hard")
    if points.shape[1] != hard.shape[1]:
        raise ValueError(
            f"X has shape {points.shape} and X_hard has shape {hard.shape}; they must have the same number of columns"
        )
    scores, index = _kernels.overlap_scores(
        *kernel_view(points),
        *kernel_view(hard),
        cosine=metric == "cosine",
        absolute=bool(absolute),
        return_index=bool(return_index),
        progress=progress,
        n_threads=_thread_count(n_threads),
    )
    return scores if index is None else (scores, index.astype(np.intp, copy=False))


def _thread_count(n_threads: int | None) -> int | None:
    if n_threads is None:
        return None
    if isinstance(n_threads, bool):
        raise TypeError("n_threads must be an integer or None, not bool")
    try:
        count = operator.index(n_threads)
    except TypeError:
        raise TypeError(f"n_threads must be an integer or None, not {type(n_threads).__name__}") from None
    if count < 1:
        raise ValueError(f"n_threads is {count}, but must be at least 1")
    return count
