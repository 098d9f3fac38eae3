"""A student taught by what two teachers disagree on: the averaging delta, and the logistic form of preference tuning.

With labels ±1 and a linear student, log σ(y_c w·x) − log σ(y_r w·x) is y_c w·x where the teachers disagree and 0
elsewhere. Direct preference optimisation against a reference w₀ (Rafailov et al. 2023) is thus a ridge-logistic
regression, without intercept, of u = w − w₀ on the points of disagreement, labelled by the chosen teacher; its limit
for a strong penalty is the average of ŷ_c x over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from .._arrays import Floats, as_floats, as_matrix, as_vector
from .._checks import as_integer, as_real, as_threads
from ..errors import UndefinedError
from ..learning.logistic import LinearModel, fit_logistic

__all__ = ["ClassModel", "disagreements", "train_delta"]


@dataclass(frozen=True, eq=False)
class ClassModel:
    """A linear classifier of k classes: the class k with the greatest score ``coef[k] @ x``.

    Attributes
    ----------
    coef : (k, d) float64

    Examples
    --------
    >>> ClassModel([[1.0, 0.0], [0.0, 1.0]]).predict([[3.0, 1.0], [0.0, 2.0]]).tolist()
    [0, 1]
    """

    coef: Floats

    def __post_init__(self) -> None:
        coef = as_floats(as_matrix(self.coef, "coef"), "coef").copy()
        coef.flags.writeable = False
        object.__setattr__(self, "coef", coef)

    def decision_function(self, X: npt.ArrayLike) -> Floats:
        """Scores, shape (n, k), of the points X, shape (n, d)."""
        points = as_matrix(X, "X")
        if points.shape[1] != self.coef.shape[1]:
            raise ValueError(f"X has shape {points.shape}, expected (n, {self.coef.shape[1]})")
        return np.asarray(points @ self.coef.T)

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Classes 0 … k − 1, shape (n,); the first of several with the same score."""
        return self.decision_function(X).argmax(axis=1)


def disagreements(chosen: npt.ArrayLike, rejected: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the rows on which two teachers disagree, ascending.

    Parameters
    ----------
    chosen, rejected : (n,) integers
        Their labels.

    Returns
    -------
    (m,) row numbers

    Raises
    ------
    ValueError, TypeError
        If the shapes differ or a label is no integer.

    Examples
    --------
    >>> disagreements([1, -1, 1], [1, 1, -1]).tolist()
    [1, 2]
    """
    first, second = (_labels(labels, name) for labels, name in ((chosen, "chosen"), (rejected, "rejected")))
    if first.shape != second.shape:
        raise ValueError(f"rejected has shape {second.shape}, but chosen has shape {first.shape}")
    return np.flatnonzero(first != second)


@overload
def train_delta(
    X: npt.ArrayLike,
    chosen: npt.ArrayLike,
    rejected: npt.ArrayLike,
    *,
    reference: LinearModel | None = None,
    C: float | None = 0.01,
    step: float = 1.0,
    classes: None = None,
    n_threads: int | None = None,
) -> LinearModel: ...


@overload
def train_delta(
    X: npt.ArrayLike,
    chosen: npt.ArrayLike,
    rejected: npt.ArrayLike,
    *,
    reference: ClassModel | None = None,
    C: float | None = 0.01,
    step: float = 1.0,
    classes: int,
    n_threads: int | None = None,
) -> ClassModel: ...


def train_delta(
    X: npt.ArrayLike,
    chosen: npt.ArrayLike,
    rejected: npt.ArrayLike,
    *,
    reference: LinearModel | ClassModel | None = None,
    C: float | None = 0.01,
    step: float = 1.0,
    classes: int | None = None,
    n_threads: int | None = None,
) -> LinearModel | ClassModel:
    """Train a student on the difference of two teachers: reference + step · delta.

    The delta is u that minimises ½‖u‖² + C Σ log(1 + exp(−y_c u·x)) over the points on which the teachers disagree, or
    for ``C=None`` the mean over all n points of ½(y_c − y_r)x, to which u/C tends, up to a factor, as C → 0.

    Parameters
    ----------
    X : (n, d) finite numbers
    chosen, rejected : (n,) integers
        Labels of the better and of the worse teacher: −1 and +1, or with ``classes`` 0 … classes − 1.
    reference : LinearModel, or ClassModel with ``classes``, optional
        The student from which to start; its intercept is kept. Without it the student starts from 0.
    C : float > 0 or None
        Inverse penalty of the logistic form; None averages.
    step : float > 0
        What the delta is multiplied by before it is added.
    classes : int >= 2, optional
        Number of classes. The margin is then (u_c − u_r)·x with a row of u per class (Bradley and Terry 1952), and the
        average adds x/2 to the chosen class and takes it from the rejected one. Two classes with C are the two labels
        with 2C.
    n_threads : int >= 1 or None
        As in `fit_logistic`.

    Returns
    -------
    LinearModel, or ClassModel with ``classes``

    Raises
    ------
    UndefinedError
        If the teachers disagree on no point.
    ValueError, TypeError
        If an argument is outside its range or of the wrong type; the message names it and the place.

    References
    ----------
    Geng et al. 2025, *The Delta Learning Hypothesis*; Rafailov et al. 2023, *Direct Preference Optimization*.

    Examples
    --------
    >>> X = [[1.0, 2.0], [0.5, -1.0], [-1.0, -1.5]]
    >>> train_delta(X, chosen=[1, -1, -1], rejected=[1, 1, 1], C=None).coef.round(3).tolist()
    [0.167, 0.833]
    """
    points = as_floats(as_matrix(X, "X"), "X")
    scale = as_real(step, "step", positive=True)
    inverse = None if C is None else as_real(C, "C", positive=True)
    as_threads(n_threads)
    kinds = (-1, 1) if classes is None else range(as_integer(classes, "classes", least=2))
    first, second = (_known(labels, name, kinds) for labels, name in ((chosen, "chosen"), (rejected, "rejected")))
    for labels, name in ((first, "chosen"), (second, "rejected")):
        if labels.shape != (len(points),):
            raise ValueError(f"{name} has shape {labels.shape}, expected ({len(points)},)")
    start = _start(reference, points.shape[1], classes)
    rows = np.flatnonzero(first != second)
    if rows.size == 0:
        raise UndefinedError("the delta is undefined: chosen and rejected never disagree")
    apart, said, against = points[rows], first[rows], second[rows]
    if classes is None:
        if inverse is None:
            delta = said @ apart / len(points)
        else:
            delta = fit_logistic(apart, said, C=inverse, fit_intercept=False, n_threads=n_threads).coef
        shift = reference.intercept if isinstance(reference, LinearModel) else 0.0
        return LinearModel(start + scale * delta, shift)
    if inverse is None:
        delta = np.zeros(start.shape)
        np.add.at(delta, said, apart / (2 * len(points)))
        np.subtract.at(delta, against, apart / (2 * len(points)))
    else:
        # One row of coefficients per class, side by side: the point at the chosen class, its negative at the other.
        margins = np.zeros((len(rows), *start.shape))
        margins[np.arange(len(rows)), said] = apart
        margins[np.arange(len(rows)), against] = -apart
        ones = np.ones(len(rows), int)
        model = fit_logistic(margins.reshape(len(rows), -1), ones, C=inverse, fit_intercept=False, n_threads=n_threads)
        delta = model.coef.reshape(start.shape)
    return ClassModel(start + scale * delta)


def _labels(labels: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    given = as_vector(labels, name)
    if given.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {given.dtype}, expected integer labels")
    return given.astype(np.int64)


def _known(labels: npt.ArrayLike, name: str, kinds: tuple[int, int] | range) -> npt.NDArray[Any]:
    given = _labels(labels, name)
    wrong = np.flatnonzero(~np.isin(given, kinds))
    if wrong.size:
        expected = f"0 to {kinds[-1]}" if isinstance(kinds, range) else "-1 or +1"
        raise ValueError(f"{name} has {given[wrong[0]]} at index {wrong[0]}; labels are {expected}")
    return given


def _start(reference: LinearModel | ClassModel | None, d: int, classes: int | None) -> Floats:
    shape = (d,) if classes is None else (classes, d)
    if reference is None:
        return np.zeros(shape)
    kind = LinearModel if classes is None else ClassModel
    if not isinstance(reference, kind):
        raise TypeError(f"reference must be a {kind.__name__}, not {type(reference).__name__}")
    if reference.coef.shape != shape:
        raise ValueError(f"reference has coefficients of shape {reference.coef.shape}, expected {shape}")
    return reference.coef
