"""How far a student copies its teacher: the share of overlap points on which the two say the same, in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

from ..._arrays import as_floats
from ..._checks import as_real

__all__ = ["teacher_agreement"]

Array = npt.NDArray[np.float64]


def teacher_agreement(
    coef: npt.ArrayLike, intercept: npt.ArrayLike = 0.0, *, teacher: npt.ArrayLike, theta: npt.ArrayLike, sigma: float
) -> Array:
    """Return the probability that student and teacher say the same of an overlap point.

    The teacher says the sign of ŵ·x_e, a student that of w·x + b. Their scores are jointly normal given the label, so
    that it is a probability of two quadrants, which Owen's T function has in closed form. A student whose scores are
    constant agrees on every other point.

    Parameters
    ----------
    coef : (k, d)
        Coefficients of k students.
    intercept : float or (k,)
        Their intercepts.
    teacher : (d_easy,), not all 0
        The teacher's coefficients.
    theta : (d,)
        The mixture's patterns, easy block first, as in `GaussianMixture`.
    sigma : float > 0
        Standard deviation of the noise.

    Returns
    -------
    (k,) array in [0, 1]

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit, an entry is not finite, ``teacher`` is 0 or ``sigma`` not positive; the message names it.

    Notes
    -----
    Owen, D. B. (1956). Tables for computing bivariate normal probabilities.

    Examples
    --------
    >>> teacher, theta = [1.0, 2.0], [0.3, 0.1, 0.7]
    >>> teacher_agreement([[2, 4, 0], [-2, -4, 0]], teacher=teacher, theta=theta, sigma=1.0).round(6).tolist()
    [1.0, 0.0]
    """
    w, patterns = as_floats(coef, "coef"), as_floats(theta, "theta")
    weak, noise = as_floats(teacher, "teacher"), as_real(sigma, "sigma", positive=True)
    if w.ndim != 2 or patterns.shape != w.shape[1:]:
        raise ValueError(f"coef has shape {w.shape} and theta {patterns.shape}, expected (k, d) and (d,)")
    if weak.ndim != 1 or not 1 <= weak.size <= patterns.size:
        raise ValueError(f"teacher has shape {weak.shape}, expected (d_easy,), 1 <= d_easy <= {patterns.size}")
    if not weak.any():
        raise ValueError("teacher is 0 and says nothing")
    shift = as_floats(intercept, "intercept")
    if shift.shape not in ((), (len(w),)):
        raise ValueError(f"intercept has shape {shift.shape}, expected () or ({len(w)},)")
    return _agreement(w, shift, weak, patterns, noise)


def _agreement(coef: Array, intercept: Array, teacher: Array, theta: Array, sigma: float) -> Array:
    d_easy = teacher.size
    norms, norm = sigma * np.linalg.norm(coef, axis=1), sigma * np.linalg.norm(teacher)
    constant = norms == 0
    norms = np.where(constant, 1.0, norms)
    rho = np.clip(sigma**2 * (coef[:, :d_easy] @ teacher) / (norms * norm), -1, 1)
    u = np.full(len(coef), teacher @ theta[:d_easy] / norm)
    both = [_same_sign(u, (coef @ theta + sign * intercept) / norms, rho) for sign in (1, -1)]
    return np.where(constant, 0.5, (both[0] + both[1]) / 2)


def _same_sign(h: Array, k: Array, rho: Array) -> Array:
    """P(U and V have the same sign), U ~ N(h, 1) and V ~ N(k, 1) of correlation ρ.

    Owen's formula for P(U < 0, V < 0), twice, for both signs of the centres; the Φ's cancel against each other.
    """
    root, centred = np.sqrt((1 - rho) * (1 + rho)), (h == 0) & (k == 0)
    h, k = h + 0.0, k + 0.0  # a negative zero would have the wrong infinity below
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [np.where(centred, 1 - rho, (y - rho * x) / x) / root for x, y in ((h, k), (k, h))]
        parts = owens_t(h, ends[0]) + owens_t(k, ends[1])
    opposite = np.where((h * k > 0) | ((h * k == 0) & (h + k >= 0)), 0.0, 1.0)
    return np.where(root == 0, _degenerate(h, k, rho), 1 - 2 * parts - opposite)


def _degenerate(h: Array, k: Array, rho: Array) -> Array:
    """The same for |ρ| = 1: V is ±U, shifted."""
    middle = np.abs(ndtr(h) - ndtr(np.sign(rho) * k))
    return np.where(rho > 0, 1 - middle, middle)
