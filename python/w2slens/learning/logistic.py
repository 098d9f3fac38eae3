"""Ridge-logistic regression: one fit, or many small ones at once, by the kernel of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import Floats, as_matrix, as_vector
from .._checks import as_flag, as_real, as_threads

__all__ = ["LinearModel", "fit_logistic", "fit_logistic_batch"]


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
        −1 and +1 (hard labels, integers or floats), or floats in [0, 1], the probability of +1 (soft labels).
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
    fits = _kernels.fit_logistic(
        points, labels, weights, cs, as_flag(fit_intercept, "fit_intercept"), as_threads(n_threads)
    )
    return [LinearModel(fit.coef, fit.intercept) for fit in fits]


def _targets(y: npt.ArrayLike, n: int) -> Floats:
    """Labels as probabilities of +1."""
    if np.asarray(y).dtype == bool:
        raise TypeError("y holds booleans; labels are -1 and +1: give numpy.where(y, 1, -1)")
    given = as_vector(y, "y")
    if given.shape != (n,):
        raise ValueError(f"y has shape {given.shape}, expected ({n},)")
    if given.dtype.kind in "iu":
        wrong = np.flatnonzero((given != 1) & (given != -1))
        if wrong.size:
            hint = "; of 0 and 1, give 2 * y - 1" if np.isin(given, (0, 1)).all() else ""
            raise ValueError(f"y has {given[wrong[0]]} at index {wrong[0]}; integer labels are -1 or +1{hint}")
        return (given > 0).astype(np.float64)
    if given.size and np.isin(given, (-1, 1)).all():  # hard labels, as numpy.sign makes them
        return (given > 0).astype(np.float64)
    return np.ascontiguousarray(given, dtype=np.float64)
