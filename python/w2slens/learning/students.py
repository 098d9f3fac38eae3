"""Weak, strong and weak-to-strong training: linear models by the package's own fits, or any scikit-learn classifier.

Labels are −1 and +1. The *weak* model sees the easy block only; the *ceiling* is the strong model on true labels; the
*student* is the strong model on the weak model's labels (Burns et al. 2023; Shin, Cooper, Sala 2025, section 3).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._arrays import as_matrix, as_shares
from .._checks import as_flag, as_integer
from .._equal import SHARE_TIE
from ..errors import UndefinedError
from .logistic import LinearModel, fit_logistic

__all__ = ["pgr", "train_ceiling", "train_weak", "train_weak_to_strong"]


def train_weak(
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    d_easy: int,
    *,
    C: float = 1.0,
    fit_intercept: bool = False,
    estimator: Any = None,
) -> Any:
    """Train the weak model: true labels, but only the easy block, the first ``d_easy`` columns.

    Parameters
    ----------
    X : (n, d)
    y : (n,) of −1 and +1
    d_easy : int in [1, d]
    C, fit_intercept
        Of the package's own fit; the defaults are the published ones.
    estimator : scikit-learn classifier, optional
        Cloned and fitted instead, to X with the hard block set to 0.

    Returns
    -------
    LinearModel over all d columns (0 on the hard block), or the fitted clone

    Examples
    --------
    >>> import w2slens as wl
    >>> X, y, _ = wl.GaussianMixture([1, 1, 1], 1.0, 2).sample((50, 50, 50, 0), rng=0)
    >>> train_weak(X, y, d_easy=2).coef[2]
    np.float64(0.0)
    """
    points = as_matrix(X, "X")
    width = as_integer(d_easy, "d_easy", least=1, most=points.shape[1])
    if estimator is not None:
        blind = np.array(points, float)
        blind[:, width:] = 0
        return _fit_clone(estimator, blind, y)
    model = fit_logistic(points[:, :width], y, C=C, fit_intercept=fit_intercept)
    return LinearModel(np.concatenate([model.coef, np.zeros(points.shape[1] - width)]), model.intercept)


def train_ceiling(
    X: npt.ArrayLike, y: npt.ArrayLike, *, C: float = 1.0, fit_intercept: bool = False, estimator: Any = None
) -> Any:
    """Train the ceiling: the strong model on true labels and all columns.

    Parameters
    ----------
    X : (n, d)
    y : (n,) of −1 and +1
    C, fit_intercept
        Of the package's own fit; the defaults are the published ones.
    estimator : scikit-learn classifier, optional
        Cloned and fitted instead.

    Returns
    -------
    LinearModel, or the fitted clone

    Examples
    --------
    >>> train_ceiling([[-1.0], [1.0]], [-1, 1]).predict([[3.0]]).tolist()
    [1]
    """
    if estimator is not None:
        return _fit_clone(estimator, as_matrix(X, "X"), y)
    return fit_logistic(X, y, C=C, fit_intercept=fit_intercept)


def train_weak_to_strong(
    X: npt.ArrayLike,
    weak: Any,
    *,
    rows: npt.ArrayLike | None = None,
    C: float = 0.01,
    fit_intercept: bool = True,
    soft: bool = False,
    estimator: Any = None,
) -> Any:
    """Train the student: the strong model on the weak model's labels, never on true ones.

    Parameters
    ----------
    X : (n, d)
    weak : model with ``predict`` (and ``predict_proba`` for ``soft``)
        Its labels must be −1 and +1.
    rows : (k,) row numbers or (n,) bool, optional
        Points to train on, for instance the detected overlap points; all by default.
    C, fit_intercept
        Of the package's own fit; the defaults are the published ones.
    soft : bool
        Train on the weak probabilities instead of the labels (the package's own fit only).
    estimator : scikit-learn classifier, optional
        Cloned and fitted instead.

    Returns
    -------
    LinearModel, or the fitted clone

    Raises
    ------
    UndefinedError
        If there is no point to train on, or the weak labels are all of one class (with an intercept, or an
        ``estimator``).

    References
    ----------
    Shin, Cooper, Sala 2025, section 3.

    Examples
    --------
    >>> import w2slens as wl
    >>> X, y, regions = wl.GaussianMixture([1, 1], 0.5, 1).sample((50, 50, 50, 0), rng=0)
    >>> weak = train_weak(X, y, d_easy=1)
    >>> student = train_weak_to_strong(X, weak, rows=regions == wl.Region.OVERLAP)
    >>> bool(student.coef[1] > 0)
    True
    """
    points = as_matrix(X, "X")
    chosen = points if rows is None else points[_row_numbers(rows, points.shape[0])]
    if chosen.shape[0] == 0:
        raise UndefinedError("the student is undefined: rows selects no point to train on")
    if as_flag(soft, "soft") and estimator is not None:
        raise ValueError("soft is True, but scikit-learn classifiers take hard labels; leave out estimator")
    if estimator is not None:
        labels = _weak_labels(weak, chosen)
        if np.all(labels == labels[0]):
            raise UndefinedError("the student is undefined: the weak labels are all of one class")
        return _fit_clone(estimator, chosen, labels)
    targets = np.asarray(weak.predict_proba(chosen))[:, 1] if soft else _weak_labels(weak, chosen)
    return fit_logistic(chosen, targets, C=C, fit_intercept=fit_intercept)


def _row_numbers(rows: npt.ArrayLike, n: int) -> npt.NDArray[np.intp]:
    """Row numbers from row numbers, or from a mask."""
    given = np.asarray(rows)
    if given.dtype == bool:
        if given.shape != (n,):
            raise ValueError(f"rows has shape {given.shape}, expected ({n},)")
        return np.flatnonzero(given)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise ValueError(f"rows has shape {given.shape} and dtype {given.dtype}, expected row numbers or a mask")
    outside = np.flatnonzero((given < 0) | (given >= n))
    if outside.size:
        raise ValueError(f"rows has {given[outside[0]]} at index {outside[0]}, outside [0, {n - 1}]")
    return given.astype(np.intp)


def _weak_labels(weak: Any, X: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    labels = np.asarray(weak.predict(X))
    if not np.isin(labels, (-1, 1)).all():
        raise ValueError("weak predicts labels other than -1 and +1")
    return labels.astype(np.int64)


def _fit_clone(estimator: Any, X: npt.NDArray[Any], y: npt.ArrayLike) -> Any:
    from sklearn.base import clone

    return clone(estimator).fit(X, y)


def pgr(weak: npt.ArrayLike, student: npt.ArrayLike, ceiling: npt.ArrayLike) -> Any:
    """Performance gap recovered: (student − weak) / (ceiling − weak).

    0 is the weak model's accuracy, 1 the ceiling's; it may be negative, or above 1.

    Parameters
    ----------
    weak, student, ceiling : floats or arrays that broadcast
        Accuracies in [0, 1].

    Returns
    -------
    float, or array

    Raises
    ------
    UndefinedError
        If ceiling and weak accuracy are equal anywhere; the message says where.
    ValueError
        If an accuracy is outside [0, 1] or NaN.

    References
    ----------
    Burns et al. 2023, *Weak-to-strong generalization*, section 3.

    Examples
    --------
    >>> round(pgr(0.6, 0.7, 0.8), 9)
    0.5
    """
    values = {}
    for name, given in (("weak", weak), ("student", student), ("ceiling", ceiling)):
        values[name] = as_shares(given, name)
    gap = values["ceiling"] - values["weak"]
    empty = np.flatnonzero(np.abs(gap) <= SHARE_TIE)
    if empty.size:
        raise UndefinedError(f"PGR is undefined: ceiling and weak accuracy are equal at index {empty[0]}")
    recovered = (values["student"] - values["weak"]) / gap
    return float(recovered) if recovered.ndim == 0 else recovered
