"""Quadrature rules shared by the laws: normals, chi variables, binomial terms.

Every rule is a pair (nodes, weights) whose weights sum to one but for a tail of less than 1e-15. Integrands are
analytic, so that the errors fall exponentially with the number of nodes.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, xlogy

from .._arrays import Floats

__all__ = ["binomial_log_pmf", "chi_rule", "condensed", "legendre", "normal_rule", "unit"]

TAIL = 9.0  # standard deviations: P(|N| > 9) = 2.3e-19


@lru_cache(maxsize=32)
def _legendre(count: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


def legendre(low: npt.ArrayLike, high: npt.ArrayLike, count: int) -> tuple[Floats, Floats]:
    """Gauss–Legendre nodes and weights on [low, high], along a new last axis."""
    nodes, weights = _legendre(count)
    start, end = np.asarray(low, np.float64), np.asarray(high, np.float64)
    middle, half = (end + start) / 2, (end - start) / 2
    return middle[..., None] + half[..., None] * nodes, half[..., None] * weights


def normal_rule(count: int) -> tuple[Floats, Floats]:
    """Rule of the standard normal law: Gauss–Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / np.sqrt(2 * np.pi)


def chi_rule(dof: int, noncentrality: float, count: int) -> tuple[Floats, Floats]:
    """Gauss rule of ‖g + a‖, g standard normal in R^dof and ‖a‖² = ``noncentrality``.

    Its square is a Poisson mixture of central chi-squares with dof + 2i degrees of freedom.
    """
    if dof == 0:
        return np.zeros(1), np.ones(1)
    centre = np.sqrt(dof + noncentrality)
    # A norm is 1-Lipschitz, so its tails are no heavier than a normal's, and its mean is within 1 of the centre.
    nodes, weights = legendre(max(0.0, centre - TAIL - 1), centre + TAIL, max(96, count))
    half = noncentrality / 2
    terms = np.arange(max(0, int(half - 10 * np.sqrt(half) - 20)), int(half + 10 * np.sqrt(half) + 20))
    degrees = dof + 2 * terms
    log_terms = xlogy(terms, half) - half - gammaln(terms + 1) + (1 - degrees / 2) * np.log(2) - gammaln(degrees / 2)
    log_density = log_terms[:, None] + (degrees - 1)[:, None] * np.log(nodes) - nodes**2 / 2
    weights = weights * np.exp(log_density).sum(axis=0)
    return condensed(nodes, weights / weights.sum(), count)


def condensed(nodes: Floats, weights: Floats, count: int) -> tuple[Floats, Floats]:
    """Gauss rule of ``count`` nodes with the moments of a finer rule, up to 2·count − 1 (Lanczos, reorthogonalised)."""
    if count >= len(nodes):
        return nodes, weights
    basis = np.zeros((count + 1, len(nodes)))
    diagonal, beside = np.zeros(count), np.zeros(count)
    basis[0] = np.sqrt(weights / weights.sum())
    for i in range(count):
        ahead = nodes * basis[i]
        diagonal[i] = ahead @ basis[i]
        for _ in range(2):
            ahead -= basis[: i + 1].T @ (basis[: i + 1] @ ahead)
        beside[i] = np.linalg.norm(ahead)
        basis[i + 1] = ahead / beside[i]
    jacobi = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    values, vectors = np.linalg.eigh(jacobi)
    return values, weights.sum() * vectors[0] ** 2


def binomial_log_pmf(n: int, accuracy: float, successes: Floats) -> Floats:
    """Logarithm of P(Bin(n, accuracy) = successes)."""
    log_choose = gammaln(n + 1) - gammaln(successes + 1) - gammaln(n - successes + 1)
    return log_choose + xlogy(successes, accuracy) + xlogy(n - successes, 1 - accuracy)


def unit(vector: Floats) -> tuple[float, Floats]:
    """Length and direction; scaled first, so that no square over- or underflows. The direction of 0 is 0."""
    largest = float(np.abs(vector).max())
    if largest == 0:
        return 0.0, vector
    scaled = vector / largest
    length = float(np.linalg.norm(scaled))
    return largest * length, scaled / length
