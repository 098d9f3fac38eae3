"""Quadrature rules shared by the laws: normals, chi variables, and what a teacher's labels average to.

Every rule is a pair (nodes, weights) whose weights sum to one but for a tail of less than 1e-15. Integrands are
analytic, so that the errors fall exponentially with the number of nodes.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr, wofz, xlogy

from .._arrays import as_floats

__all__ = [
    "Array",
    "agreements",
    "as_vector",
    "binomial_log_pmf",
    "chi_rule",
    "condensed",
    "distances",
    "legendre",
    "normal_rule",
    "unit",
]

Array = npt.NDArray[np.float64]

TAIL = 9.0  # standard deviations: P(|N| > 9) = 2.3e-19


@lru_cache(maxsize=32)
def _legendre(count: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


def legendre(low: npt.ArrayLike, high: npt.ArrayLike, count: int) -> tuple[Array, Array]:
    """Gauss–Legendre nodes and weights on [low, high], along a new last axis."""
    nodes, weights = _legendre(count)
    start, end = np.asarray(low, np.float64), np.asarray(high, np.float64)
    middle, half = (end + start) / 2, (end - start) / 2
    return middle[..., None] + half[..., None] * nodes, half[..., None] * weights


def normal_rule(count: int) -> tuple[Array, Array]:
    """Rule of the standard normal law: Gauss–Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / np.sqrt(2 * np.pi)


def chi_rule(dof: int, noncentrality: float, count: int) -> tuple[Array, Array]:
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


def condensed(nodes: Array, weights: Array, count: int) -> tuple[Array, Array]:
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


def binomial_log_pmf(n: int, accuracy: float, successes: Array) -> Array:
    """Logarithm of P(Bin(n, accuracy) = successes)."""
    log_choose = gammaln(n + 1) - gammaln(successes + 1) - gammaln(n - successes + 1)
    return log_choose + xlogy(successes, accuracy) + xlogy(n - successes, 1 - accuracy)


def agreements(n: int, accuracy: float, signal: float) -> tuple[Array, Array]:
    """Rule of Bin(n, accuracy), the number of overlap points that the teacher labels correctly.

    All terms but a tail of 1e-16 are kept while they are few. Beyond, one in k: the trapezoidal rule on a coarser
    lattice. Its aliasing error is the characteristic function at 2π/k, at most exp(−2·n·a(1−a)·sin²(π/k)), as long as
    the step is also short (half a standard deviation) against the noise, to which ``signal`` = ‖θ‖/σ is the ratio.
    """
    deviation = np.sqrt(n * accuracy * (1 - accuracy))
    low = max(0, int(np.floor(n * accuracy - TAIL * deviation - TAIL)))
    high = min(n, int(np.ceil(n * accuracy + TAIL * deviation + TAIL)))
    step = int(min(deviation / 4, np.sqrt(n) / (4 * max(signal, 1.0))))
    successes = np.arange(low, high + 1, max(step, 1), dtype=float)
    weights = np.exp(binomial_log_pmf(n, accuracy, successes))
    weights /= weights.sum()
    kept = weights > 1e-18
    return successes[kept], weights[kept]


def distances(n: int, margin: float, successes: Array, count: int) -> tuple[Array, Array]:
    """Rule of (Σ|k_j|)/√n given the number of k_j > 0, where k_1 … k_n are independent N(margin, 1).

    Returns nodes and *joint* weights, both (len(successes), count): a row of weights sums to the binomial probability
    of its number of successes. Up to n = 3 the joint density is a convolution of truncated normals; beyond, it is the
    inverse Fourier transform of C(n, r)·M₊^r·M₋^(n−r), with M± in closed form (see `_log_transforms`).
    """
    return _distances(n, margin, tuple(successes.tolist()), count)


@lru_cache(maxsize=16)  # regions share their teacher; a rule is a quarter of a megabyte at most
def _distances(n: int, margin: float, correct: tuple[float, ...], count: int) -> tuple[Array, Array]:
    successes = np.array(correct)
    middle = _mean_distance(n, margin, successes) / np.sqrt(n)
    # A sum of log-concave variables of curvature 1 has tails no heavier than a normal's of variance n.
    nodes, weights = legendre(np.maximum(middle - TAIL, 0.0), middle + TAIL, count)
    sums = nodes * np.sqrt(n)
    if n <= 3:
        density = np.stack([_convolved(n, margin, row)[int(r)] for r, row in zip(successes, sums, strict=True)])
    else:
        density = _inverted(n, margin, successes, sums)
    weights = weights * np.sqrt(n) * density
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


def _mean_distance(n: int, margin: float, successes: Array) -> Array:
    """E Σ|k_j| given the number of k_j > 0."""
    bump = np.exp(-(margin**2) / 2) / np.sqrt(2 * np.pi)
    right, wrong = ndtr(margin), ndtr(-margin)
    above = margin + bump / right if right > 0 else 0.0
    below = -margin + bump / wrong if wrong > 0 else 0.0
    return successes * above + (n - successes) * below


def _convolved(n: int, margin: float, sums: Array) -> Array:
    """Joint density of Σ|k_j| and the number of k_j > 0, for n <= 3: shape (n + 1, *sums.shape)."""
    if n == 1:
        density = np.stack([np.exp(-((sums + margin) ** 2) / 2), np.exp(-((sums - margin) ** 2) / 2)])
        return density / np.sqrt(2 * np.pi)
    longest, shortest = abs(margin) + TAIL, max(0.0, abs(margin) - TAIL)
    low = np.maximum(shortest, sums - (n - 1) * longest)
    high = np.maximum(low, np.minimum(longest, sums - (n - 1) * shortest))
    last, weights = legendre(low, high, 96)
    one, others = _convolved(1, margin, last), _convolved(n - 1, margin, sums[..., None] - last)
    density = np.zeros((n + 1, *sums.shape))
    for correct in range(2):
        density[correct : correct + n] += np.sum(one[correct] * others * weights, axis=-1)
    return density


def _log_transforms(margin: float, eta: Array) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Logarithms of M±(iη) = E exp(iη|k|) over k > 0 and k < 0, where k ~ N(margin, 1).

    M±(s) = ½ exp(−margin²/2)·w(−i(s ± margin)/√2) with w the Faddeeva function; where its argument is below the real
    axis it would overflow, and w(z) = 2 exp(−z²) − w(−z) takes it above.
    """
    size, s = abs(margin), 1j * eta
    half = np.exp(-(size**2) / 2) / 2
    larger = np.exp(size * s + s**2 / 2) - half * wofz((1j * size - eta) / np.sqrt(2))
    smaller = np.log(wofz((1j * size + eta) / np.sqrt(2))) - size**2 / 2 - np.log(2)
    logarithm = np.log(np.where(larger == 0, 1e-300, larger))  # what underflows must still have a logarithm
    return (logarithm, smaller) if margin >= 0 else (smaller, logarithm)


def _inverted(n: int, margin: float, successes: Array, sums: Array) -> Array:
    """Joint density of Σ|k_j| and the number of k_j > 0, row by row, for n >= 4.

    The Fourier integral by the trapezoidal rule; its step keeps the nearest alias 40 standard deviations away. As the
    densities jump at 0 their transforms fall like 0.8/η, and the product is cut off where the rest is below 1e-9.
    """
    root = np.sqrt(n)
    step = 2 * np.pi / (40 * root)
    end = max(18 / root, min(1000.0, 10.0 ** (16 / n)))
    eta = step * np.arange(int(end / step) + 1)
    ends = np.ones(len(eta))
    ends[0] = 0.5
    plus, minus = _log_transforms(margin, eta)
    density = np.empty_like(sums)
    for row, correct in enumerate(successes):
        wrong = n - correct
        log_choose = gammaln(n + 1) - gammaln(correct + 1) - gammaln(wrong + 1)
        logs = correct * plus + wrong * minus + log_choose
        phases = np.exp(logs - 1j * np.multiply.outer(sums[row], eta))
        density[row] = (phases @ ends).real * step / np.pi
    return np.maximum(density, 0.0)


def as_vector(values: npt.ArrayLike, name: str) -> Array:
    """Finite numbers as a float64 vector with at least one entry; an error names the argument and the place."""
    array = as_floats(values, name)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected a vector")
    return array


def unit(vector: Array) -> tuple[float, Array]:
    """Length and direction; scaled first, so that no square over- or underflows. The direction of 0 is 0."""
    largest = float(np.abs(vector).max())
    if largest == 0:
        return 0.0, vector
    scaled = vector / largest
    length = float(np.linalg.norm(scaled))
    return largest * length, scaled / length
