"""What a teacher's labels average to: how many of n points it labels correctly, and how surely."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtr, wofz

from ..._arrays import Floats
from ..quadrature import TAIL, binomial_log_pmf, legendre

__all__ = ["agreements", "distances"]


def agreements(n: int, accuracy: float, signal: float) -> tuple[Floats, Floats]:
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


def distances(n: int, margin: float, successes: Floats, count: int) -> tuple[Floats, Floats]:
    """Rule of (Σ|k_j|)/√n given the number of k_j > 0, where k_1 … k_n are independent N(margin, 1).

    Returns nodes and *joint* weights, both (len(successes), count): a row of weights sums to the binomial probability
    of its number of successes. Up to n = 3 the joint density is a convolution of truncated normals; beyond, it is the
    inverse Fourier transform of C(n, r)·M₊^r·M₋^(n−r), with M± in closed form (see `_log_transforms`).
    """
    return _distances(n, margin, tuple(successes.tolist()), count)


@lru_cache(maxsize=16)  # regions share their teacher; a rule is a quarter of a megabyte at most
def _distances(n: int, margin: float, correct: tuple[float, ...], count: int) -> tuple[Floats, Floats]:
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


def _mean_distance(n: int, margin: float, successes: Floats) -> Floats:
    """E Σ|k_j| given the number of k_j > 0."""
    bump = np.exp(-(margin**2) / 2) / np.sqrt(2 * np.pi)
    right, wrong = ndtr(margin), ndtr(-margin)
    above = margin + bump / right if right > 0 else 0.0
    below = -margin + bump / wrong if wrong > 0 else 0.0
    return successes * above + (n - successes) * below


def _convolved(n: int, margin: float, sums: Floats) -> Floats:
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


def _log_transforms(margin: float, eta: Floats) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
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


def _inverted(n: int, margin: float, successes: Floats, sums: Floats) -> Floats:
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
