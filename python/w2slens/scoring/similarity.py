"""How similar each point is to its nearest hard point: the overlap score (Shin, Cooper, Sala 2025, Algorithm 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import as_matrix, as_rows, kernel_view
from .._checks import as_callable, as_flag, as_threads, one_of
from ..regions import Metric

__all__ = ["Progress", "overlap_scores"]

Progress = Callable[[int, int], object]


@overload
def overlap_scores(
    X: Any,
    X_hard: Any = ...,
    *,
    rows: Any = ...,
    hard_rows: Any = ...,
    metric: Metric = ...,
    absolute: bool = ...,
    return_index: Literal[False] = ...,
    n_threads: int | None = ...,
    progress: Progress | None = ...,
) -> npt.NDArray[np.floating[Any]]: ...
@overload
def overlap_scores(
    X: Any,
    X_hard: Any = ...,
    *,
    rows: Any = ...,
    hard_rows: Any = ...,
    metric: Metric = ...,
    absolute: bool = ...,
    return_index: Literal[True],
    n_threads: int | None = ...,
    progress: Progress | None = ...,
) -> tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.intp]]: ...
@overload
def overlap_scores(
    X: Any,
    X_hard: Any = ...,
    *,
    rows: Any = ...,
    hard_rows: Any = ...,
    metric: Metric = ...,
    absolute: bool = ...,
    return_index: bool,
    n_threads: int | None = ...,
    progress: Progress | None = ...,
) -> npt.NDArray[np.floating[Any]] | tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.intp]]: ...
def overlap_scores(
    X: Any,
    X_hard: Any = None,
    *,
    rows: Any = None,
    hard_rows: Any = None,
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
    X_hard : (m, d) array, optional
        Hard points, m ≥ 1; its type may differ from that of ``X``. Without it they are rows of ``X``: ``hard_rows``.
    rows : (k,) ints in [0, n), or (n,) boolean mask, optional
        Score these rows of ``X``, in this order; all of them by default. They are read where they lie.
    hard_rows : (k,) ints in [0, m), or (m,) boolean mask, optional
        Compare with these rows of ``X_hard``; all of them by default.
    metric : {"cosine", "inner_product"}
        With "inner_product" the norms are not divided out (the published selection code).
    absolute : bool
        Whether to maximise the absolute value; ``False`` maximises the signed one.
    return_index : bool
        Also return the row of ``X_hard`` that attains the maximum, the first one among equals.
    n_threads : int, optional
        Number of threads; all cores by default. The result has the same bits for any number.
    progress : callable, optional
        Called as ``progress(done_rows, total_rows)`` from the calling thread, about ten times a second, and at the end.

    Returns
    -------
    scores : (n,) array, or (k,) with ``rows``
        In [0, 1] for the absolute cosine, [-1, 1] for the signed one. float32, computed in float32, when both arguments
        are float32 or narrower; float64, computed in float64, otherwise. An inner product is infinite only where its
        value leaves the range of the type.
    index : array of intp, as long
        Only with ``return_index``: numbers of rows of ``X_hard``, or of ``X`` without it.

    Raises
    ------
    TypeError
        If an argument is not an array of real numbers, or neither ``X_hard`` nor ``hard_rows`` is given.
    ValueError
        If a shape is wrong, a selected row does not exist, or an entry is not finite (with its row and column in the
        array that was given).
    UndefinedError
        If there are no hard points, or, for the cosine, a row has norm zero.

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

    Some rows of one array against others, without a copy:

    >>> overlap_scores(X, rows=[1], hard_rows=[0]).round(12).tolist()
    [0.6]
    """
    one_of(metric, "metric", ("cosine", "inner_product"))
    as_callable(progress, "progress")
    if X_hard is None and hard_rows is None:
        raise TypeError("X_hard or hard_rows must be given: hard points, or which rows of X they are")
    hard_name = "X" if X_hard is None else "X_hard"
    points = as_matrix(X, "X")
    hard = points if X_hard is None else as_matrix(X_hard, hard_name)
    if points.shape[1] != hard.shape[1]:
        raise ValueError(
            f"X has shape {points.shape} and X_hard has shape {hard.shape}; they must have the same number of columns"
        )
    found = _kernels.overlap_scores(
        kernel_view(points, None if rows is None else as_rows(rows, "rows", len(points))),
        kernel_view(hard, None if hard_rows is None else as_rows(hard_rows, "hard_rows", len(hard))),
        hard_name=hard_name,
        cosine=metric == "cosine",
        absolute=as_flag(absolute, "absolute"),
        return_index=as_flag(return_index, "return_index"),
        progress=progress,
        n_threads=as_threads(n_threads),
    )
    if found.nearest is None:
        return found.values
    return found.values, found.nearest.astype(np.intp, copy=False)
