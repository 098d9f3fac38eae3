"""The coupling bound in the Gaussian mixture: every term of it, exactly, for a linear student of a linear teacher."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..._arrays import Floats, as_float_vector
from ..._checks import as_integer, as_real
from .bounds import coupling_bound

__all__ = ["MixtureCoupling", "mixture_coupling"]

#: Panels on either side of zero, Gauss-Legendre points on each, and half-width in standard deviations.
PANELS, POINTS, REACH = 60, 10, 9.0


class MixtureCoupling(NamedTuple):
    """Terms of the coupling bound, averaged over the two classes, and the error they bound."""

    error: float
    """err(f | hard-only)."""
    disagreement: float
    """π(f(X) ≠ f(X'))."""
    teacher_disagreement: float
    """P(f ≠ f_w | G)."""
    quadrature: float
    """Error of the integration rule on an integral that is known, P(G): the size of its error on the terms."""

    @property
    def bound(self) -> float:
        """The bound; the coupling has κ = 1."""
        return coupling_bound(self.disagreement, 1.0, self.teacher_disagreement)


def mixture_coupling(
    theta: npt.ArrayLike, sigma: float, d_easy: int, teacher: npt.ArrayLike, coef: npt.ArrayLike, intercept: float = 0.0
) -> MixtureCoupling:
    """Return the terms of the coupling bound for a linear student in the Gaussian mixture with zeroed blocks.

    A hard-only point X = (0, x_h) is coupled with X' = (x_e, x_h), the same x_h and x_e from an overlap point that the
    teacher labels rightly. Given y, x_h is independent of x_e and of the teacher's label, so the law of X' is P(·|G)
    itself and κ = 1. The terms are probabilities of three jointly normal scores: one integral over the student's easy
    score, whose integrand is smooth on either side of zero. The bound exceeds the error by 2·P(0 < A ≤ −E | G), A and E
    the student's hard and easy scores in the direction of the class: by nothing where E never opposes the teacher.

    Parameters
    ----------
    theta : (d,) array
        Mean of the class +1; the class −1 has −θ.
    sigma : float > 0
        Standard deviation of the noise.
    d_easy : int in [1, d)
        Size of the easy block, the first coordinates.
    teacher : (d_easy,) array, not zero
        Coefficients of the weak model, which has no intercept.
    coef : (d,) array
        Coefficients of the student, not all zero on the hard block.
    intercept : float
        Intercept of the student.

    Returns
    -------
    MixtureCoupling

    Raises
    ------
    ValueError
        If shapes do not match, or teacher or hard coefficients are zero.

    Examples
    --------
    >>> terms = mixture_coupling([1.0, 1.0], 1.0, 1, [1.0], [0.5, 1.0])
    >>> round(terms.error, 4), round(terms.bound, 4)
    (0.1587, 0.1587)
    """
    mean, v, w = as_float_vector(theta, "theta"), as_float_vector(teacher, "teacher"), as_float_vector(coef, "coef")
    noise, b = as_real(sigma, "sigma", positive=True), as_real(intercept, "intercept")
    k = as_integer(d_easy, "d_easy", least=1, most=mean.size - 1)
    if w.shape != mean.shape:
        raise ValueError(f"coef has shape {w.shape}, expected {mean.shape}")
    if v.shape != (k,):
        raise ValueError(f"teacher has shape {v.shape}, expected ({k},)")
    if not v.any() or not w[k:].any():
        raise ValueError("teacher and the hard coefficients of coef must not be zero")
    # Only directions matter; scaled, no square over- or underflows.
    scale = float(np.abs(w).max())
    v, w, b = v / np.abs(v).max(), w / scale, b / scale
    terms = zip(*(_one_class(mean, noise, k, v, w, shift) for shift in (b, -b)), strict=True)
    return MixtureCoupling(*(sum(pair) / 2 for pair in terms))


def _one_class(
    theta: Floats,
    sigma: float,
    k: int,
    v: Floats,
    w: Floats,
    b: float,
) -> tuple[float, float, float, float]:
    """Terms on the class +1; the class −1 is this one with −b."""
    # Scores: A of the student's hard block and intercept, E of its easy block, U of the teacher; A is independent of
    # both.
    mean_a, sd_a = w[k:] @ theta[k:] + b, sigma * np.linalg.norm(w[k:])
    mean_e, sd_e = float(w[:k] @ theta[:k]), float(sigma * np.linalg.norm(w[:k]))
    mean_u, sd_u = float(v @ theta[:k]), float(sigma * np.linalg.norm(v))
    right = ndtr(mean_u / sd_u)
    error = float(ndtr(-mean_a / sd_a))
    if sd_e == 0:
        return error, 0.0, error, 0.0
    e, weight = _nodes(mean_e, sd_e)
    slope = sigma**2 * float(w[:k] @ v) / sd_e**2
    # What is left of U given E; zero where the student's easy block is the teacher.
    rest = np.sqrt(max(sd_u**2 - slope**2 * sd_e**2, (1e-12 * sd_u) ** 2))
    weight = weight * ndtr((mean_u + slope * (e - mean_e)) / rest) / right
    below = ndtr((-e - mean_a) / sd_a)
    return error, float(weight @ np.abs(below - error)), float(weight @ below), abs(float(weight.sum()) - 1)


def _nodes(mean: float, sd: float) -> tuple[Floats, Floats]:
    """Points and weights for the normal law on both sides of zero."""
    unit, gauss = np.polynomial.legendre.leggauss(POINTS)
    low, high = mean - REACH * sd, mean + REACH * sd
    points: list[Floats] = []
    weights: list[Floats] = []
    for start, stop in ((low, min(high, 0.0)), (max(low, 0.0), high)):
        if start < stop:
            edges = np.linspace(start, stop, PANELS + 1)
            half = np.diff(edges)[:, None] / 2
            points.append((edges[:-1, None] + half * (1 + unit)).ravel())
            weights.append((half * gauss).ravel())
    x = np.concatenate(points)
    density = np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    return x, np.concatenate(weights) * density
