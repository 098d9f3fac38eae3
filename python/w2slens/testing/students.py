"""Slow, obvious twins of the ridge-logistic fit and of a trial, and strategies for classification problems."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.strategies import SearchStrategy

__all__ = ["classification_problems", "logistic_gradient", "logistic_twin"]


def logistic_gradient(
    X: npt.NDArray[Any], t: npt.NDArray[Any], coef: npt.NDArray[Any], intercept: float, C: float = 1.0
) -> npt.NDArray[np.float64]:
    """Gradient of ½‖w‖² + C Σ [log(1 + exp z) − t z] in (w, b), shape (d + 1,); t is the probability of +1."""
    z = X @ coef + intercept
    residual = C * (1 / (1 + np.exp(-z)) - t)
    return np.append(coef + X.T @ residual, residual.sum())


def logistic_twin(
    X: npt.NDArray[Any], t: npt.NDArray[Any], *, C: float = 1.0, fit_intercept: bool = True
) -> tuple[npt.NDArray[np.float64], float]:
    """Newton's method as in a textbook: dense Hessian, halved steps; returns (coef, intercept)."""
    n, d = X.shape
    Z = np.column_stack([X, np.ones(n)]) if fit_intercept else X
    ridge = np.diag(np.append(np.ones(d), 0.0)[: Z.shape[1]])
    w = np.zeros(Z.shape[1])

    def value(w: npt.NDArray[np.float64]) -> float:
        z = Z @ w
        return float(0.5 * w @ ridge @ w + C * np.sum(np.logaddexp(0, z) - t * z))

    for _ in range(500):
        p = 1 / (1 + np.exp(-(Z @ w)))
        gradient = ridge @ w + C * Z.T @ (p - t)
        hessian = ridge + C * (Z.T * (p * (1 - p))) @ Z
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while value(w - length * step) > value(w) + 1e-12 * abs(value(w)) and length > 1e-10:
            length /= 2
        w = w - length * step
        if np.abs(step).max() < 1e-9 * max(1.0, np.abs(w).max()):
            break
    return w[:d], float(w[d]) if fit_intercept else 0.0


def classification_problems(
    *, max_points: int = 40, max_dims: int = 5, separable: bool | None = None, single_class: bool = False
) -> SearchStrategy[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]:
    """Points and labels −1, +1, with both classes present unless a single one is asked for.

    Parameters
    ----------
    max_points, max_dims : int
    separable : bool, optional
        True: the first coordinate tells the class. None: labels are arbitrary.
    single_class : bool
        Whether all labels are the same, as a weak model's pseudo-labels may be.
    """

    @st.composite
    def problems(draw: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        n, d = draw(st.integers(2, max_points)), draw(st.integers(1, max_dims))
        X = draw(hnp.arrays(np.float64, (n, d), elements=st.floats(-3, 3, width=32)))
        y = draw(hnp.arrays(np.int64, n, elements=st.sampled_from([-1, 1])))
        if single_class:
            y[:] = y[0]
        else:
            y[0], y[1] = -1, 1
        if separable:
            X[:, 0] = y * (0.5 + np.abs(X[:, 0]))
        return X, y

    return problems()
