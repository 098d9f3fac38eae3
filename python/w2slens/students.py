"""Weak, strong and weak-to-strong training: linear models by the package's own fits, or any scikit-learn classifier.

Labels are −1 and +1. The *weak* model sees the easy block only; the *ceiling* is the strong model on true labels; the
*student* is the strong model on the weak model's labels (Burns et al. 2023; Shin, Cooper, Sala 2025, section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _kernels
from ._arrays import as_matrix, as_vector
from ._checks import as_integer, as_real, as_threads
from .errors import UndefinedError

__all__ = [
    "LinearModel",
    "fit_logistic",
    "fit_logistic_batch",
    "pgr",
    "train_ceiling",
    "train_weak",
    "train_weak_to_strong",
]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear classifier: +1 where ``X @ coef + intercept > 0``, else −1.

    Attributes
    ----------
    coef : (d,) float64
    intercept : float

    Examples
    --------
    >>> model = LinearModel([1.0, -1.0], 0.5)
    >>> model.predict([[0.0, 0.0], [0.0, 2.0]]).tolist()
    [1, -1]
    """

    coef: Floats
    intercept: float = 0.0

    def __post_init__(self) -> None:
        coef = np.array(as_vector(self.coef, "coef"), float)
        coef.flags.writeable = False
        object.__setattr__(self, "coef", coef)
        object.__setattr__(self, "intercept", as_real(self.intercept, "intercept"))

    def decision_function(self, X: npt.ArrayLike) -> Floats:
        """Signed scores, shape (n,), of the points X, shape (n, d)."""
        points = as_matrix(X, "X")
        if points.shape[1] != self.coef.size:
            raise ValueError(f"X has shape {points.shape}, expected (n, {self.coef.size})")
        return points @ self.coef + self.intercept

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Predicted labels, −1 or +1, shape (n,)."""
        return np.where(self.decision_function(X) > 0, 1, -1).astype(np.int8)

    def predict_proba(self, X: npt.ArrayLike) -> Floats:
        """Probabilities of −1 and +1, shape (n, 2), by the logistic function of the score."""
        score = self.decision_function(X)
        small = np.exp(-np.abs(score))
        likely, unlikely = 1 / (1 + small), small / (1 + small)
        positive = np.where(score >= 0, likely, unlikely)
        negative = np.where(score >= 0, unlikely, likely)
        return np.column_stack([negative, positive])


def fit_logistic(
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    C: float = 1.0,
    fit_intercept: bool = True,
    sample_weight: npt.ArrayLike | None = None,
    n_threads: int | None = None,
) -> LinearModel:
    """Fit a ridge-logistic regression: minimise ½‖w‖² + C Σ sᵢ lossᵢ, the intercept unpenalised.

    Parameters
    ----------
    X : (n, d) finite numbers
    y : (n,)
        Integers −1 and +1 (hard labels), or floats in [0, 1], the probability of +1 (soft labels).
    C : float > 0
        Inverse penalty, scikit-learn's convention.
    fit_intercept : bool
        Whether the model has an intercept.
    sample_weight : (n,) numbers >= 0, optional
        1 by default.
    n_threads : int >= 1 or None
        A single fit runs on one thread; this limits the pool it runs in.

    Returns
    -------
    LinearModel

    Raises
    ------
    UndefinedError
        With an intercept, if the labels are all of one class: the optimum lies at infinity. Without one the optimum
        is finite and is returned (scikit-learn refuses it).
    ValueError, TypeError
        If an argument is outside its range or of the wrong type; the message names it, and the row and column.

    Examples
    --------
    >>> model = fit_logistic([[-2.0], [-1.0], [1.0], [2.0]], [-1, -1, 1, 1], C=1.0)
    >>> model.predict([[0.5], [-0.5]]).tolist()
    [1, -1]
    """
    weights = None if sample_weight is None else [sample_weight]
    (model,) = fit_logistic_batch(
        [X], [y], C=C, fit_intercept=fit_intercept, sample_weights=weights, n_threads=n_threads
    )
    return model


def fit_logistic_batch(
    Xs: Sequence[npt.ArrayLike] | npt.NDArray[Any],
    ys: Sequence[npt.ArrayLike] | npt.NDArray[Any],
    *,
    C: float | Sequence[float] = 1.0,
    fit_intercept: bool = True,
    sample_weights: Sequence[npt.ArrayLike] | None = None,
    n_threads: int | None = None,
) -> list[LinearModel]:
    """Fit many independent problems in parallel; see `fit_logistic` for each.

    Parameters
    ----------
    Xs : sequence of (n_i, d_i) arrays, or a (k, n, d) stack
    ys : sequence of (n_i,) arrays, or a (k, n) stack
    C : float > 0, or one per problem
    fit_intercept : bool
    sample_weights : sequence of (n_i,) arrays, optional
    n_threads : int >= 1 or None
        Number of threads, all by default; the models do not depend on it.

    Returns
    -------
    list of LinearModel, one per problem

    Raises
    ------
    UndefinedError, ValueError, TypeError
        As `fit_logistic`, for the first problem at fault.

    Examples
    --------
    >>> models = fit_logistic_batch([[[1.0], [-1.0]]] * 2, [[1, -1]] * 2, C=[0.1, 10.0])
    >>> models[0].coef < models[1].coef
    array([ True])
    """
    k = len(Xs)
    if len(ys) != k or (sample_weights is not None and len(sample_weights) != k):
        raise ValueError(f"Xs has {k} problems, but ys (or sample_weights) has another number")
    points = [np.ascontiguousarray(as_matrix(X, "X"), dtype=np.float64) for X in Xs]
    labels = [_targets(y, X.shape[0]) for y, X in zip(ys, points, strict=True)]
    weights = None
    if sample_weights is not None:
        weights = [np.ascontiguousarray(as_vector(s, "sample_weight"), dtype=np.float64) for s in sample_weights]
    cs = [as_real(c, "C", positive=True) for c in (C if isinstance(C, Sequence | np.ndarray) else [C] * k)]
    if len(cs) != k:
        raise ValueError(f"C has {len(cs)} values, expected one or {k}")
    fits = _kernels.fit_logistic(points, labels, weights, cs, bool(fit_intercept), as_threads(n_threads))
    return [LinearModel(coef, intercept) for coef, intercept, _ in fits]


def _targets(y: npt.ArrayLike, n: int) -> Floats:
    """Labels as probabilities of +1."""
    given = as_vector(y, "y")
    if given.shape != (n,):
        raise ValueError(f"y has shape {given.shape}, expected ({n},)")
    if given.dtype.kind in "iu":
        wrong = np.flatnonzero((given != 1) & (given != -1))
        if wrong.size:
            raise ValueError(f"y has {given[wrong[0]]} at index {wrong[0]}; integer labels are -1 or +1")
        return (given > 0).astype(np.float64)
    return np.ascontiguousarray(given, dtype=np.float64)


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
    >>> X, y, _ = wl.GaussianMixture([1, 1, 1], 1.0, 2, counts=(50, 50, 50, 0)).sample(rng=0)
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
    >>> X, y, regions = wl.GaussianMixture([1, 1], 0.5, 1, counts=(50, 50, 50, 0)).sample(rng=0)
    >>> weak = train_weak(X, y, d_easy=1)
    >>> student = train_weak_to_strong(X, weak, rows=regions == wl.Region.OVERLAP)
    >>> bool(student.coef[1] > 0)
    True
    """
    points = as_matrix(X, "X")
    chosen = points if rows is None else points[_row_numbers(rows, points.shape[0])]
    if chosen.shape[0] == 0:
        raise UndefinedError("the student is undefined: rows selects no point to train on")
    if soft and estimator is not None:
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
        values[name] = np.asarray(given, float)
        wrong = np.flatnonzero(~((values[name] >= 0) & (values[name] <= 1)))
        if wrong.size:
            raise ValueError(f"{name} has {values[name].flat[wrong[0]]} at index {wrong[0]}, outside [0, 1]")
    gap = values["ceiling"] - values["weak"]
    empty = np.flatnonzero(gap == 0)
    if empty.size:
        raise UndefinedError(f"PGR is undefined: ceiling and weak accuracy are equal at index {empty[0]}")
    recovered = (values["student"] - values["weak"]) / gap
    return float(recovered) if recovered.ndim == 0 else recovered
