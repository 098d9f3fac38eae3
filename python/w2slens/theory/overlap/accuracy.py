"""The law of the averaging student's accuracy on one region: mean, distribution function, quantiles, sampler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ..._arrays import Floats, as_floats, as_shares
from ..._checks import as_integer
from ..._random import RandomSource, generator
from .agreement import agreements, distances
from .cone import in_cone

__all__ = ["AccuracyLaw", "accuracy_of", "draw_block", "draw_teacher"]

_NODES = 64


class _Rule(NamedTuple):
    """Nodes of (distance K, signal δ) with their weights, in units of the noise σ/√n of the coefficients."""

    first: Floats
    centre: Floats
    weights: Floats


@dataclass(frozen=True)
class AccuracyLaw:
    """Law of the averaging student's accuracy on one region; `hard_law` and `student_law` make it.

    In units of σ/√n the student's coefficients on the region's blocks are (K, δ + g₁, g₂ … g_D): K = Σ|k_j|/(σ√n)
    along the teacher's direction, k_j ~ N(μ, σ²) independent; D further coordinates of unit noise, the first along the
    rest of θ, of length t, with δ = s̄·t√n/σ, s̄ = mean sign k_j. The accuracy is
    Φ((Kμ + (δ + g₁)t)/(σ·√(K² + (δ + g₁)² + g₂² + … + g_D²))).

    Attributes
    ----------
    n : int >= 0
        Number of overlap points; with none the student is constant, its accuracy exactly ½.
    accuracy : float in [0, 1]
        The teacher's accuracy a on overlap points.
    sigma : float > 0
        Standard deviation σ of the noise.
    t : float >= 0
        Length of θ on the region's blocks, without the part along the teacher's direction.
    dof : int >= 0
        Number D of coordinates besides the teacher's direction.
    margin : float or None
        μ = ŵ·θ_e; ``None`` on a region that does not hold the easy block.
    """

    n: int
    accuracy: float
    sigma: float
    t: float
    dof: int
    margin: float | None = None
    _cache: dict[int, _Rule] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def best(self) -> float:
        """Bayes accuracy Φ(‖θ‖/σ) on the region; no student exceeds it, nor falls below 1 − ``best``."""
        return float(ndtr(self._length))

    @property
    def _length(self) -> float:
        return float(np.hypot(self.t, self.margin or 0.0) / self.sigma)

    @property
    def _is_half(self) -> bool:
        return self.n == 0 or self._length == 0

    def mean(self) -> float:
        """Return the expected accuracy, by the trapezoidal rule.

        Errors are about 1e-12, and 1e-8 for fewer than four points in two easy dimensions.

        It is the probability that w·x > 0 for a new point x of label +1, hence by Gil-Pelaez (1951)
        ½ + (1/π) ∫ Im E exp(iωQ) dω/ω, where Q is a bilinear form of two normal vectors.

        Examples
        --------
        >>> from w2slens.theory.overlap import hard_law
        >>> round(hard_law(95, accuracy=0.8, t=2.5, sigma=5**0.5, d_hard=20).mean(), 6)
        0.820574
        """
        if self._is_half:
            return 0.5
        first, centre, weights = self._rule(_NODES)
        t, margin = self.t / self.sigma, (self.margin or 0.0) / self.sigma
        largest = np.sqrt(np.max(first**2 + centre**2) + self.dof + 1)
        step = min(0.1, 0.5 / (1 + self._length))
        end = min(40 / (self.dof + 1), 80.0) if self.margin is None or self.n < 16 else 4.0
        x = np.arange(-3.8, end + np.log(largest) + 1, step)
        omega = np.exp(x - np.exp(-x)) / largest
        damping = 1 / (1 + omega**2)
        total = 0.0
        for w, d, y in zip(omega, damping, x, strict=True):
            phase = w * (first * margin + d * centre * t)
            log_size = -(w**2) / 2 * (first**2 + d * (centre**2 + t**2)) + self.dof / 2 * np.log(d)
            total += float(weights @ (np.exp(log_size) * np.sin(phase))) * (1 + np.exp(-y))
        return float(0.5 + total * step / np.pi)

    def cdf(self, x: npt.ArrayLike) -> Floats:
        """Return P(accuracy <= x), by quadrature.

        Errors are below 5e-8, as doubling all nodes shows, and about 1e-12 on hard-only points.

        Parameters
        ----------
        x : array of numbers
            Accuracies.

        Returns
        -------
        array of the shape of ``x``

        Examples
        --------
        >>> from w2slens.theory.overlap import hard_law
        >>> law = hard_law(20, accuracy=0.8, t=2.5, sigma=5**0.5, d_hard=20)
        >>> law.cdf([0.1, 0.7, 0.9]).round(4).tolist()
        [0.0, 0.3, 1.0]
        """
        points = as_floats(x, "x", infinite=True)
        return np.array([self._cdf(float(point)) for point in points.ravel()]).reshape(points.shape)

    def _cdf(self, x: float, count: int = _NODES) -> float:
        if self._is_half:
            return float(x >= 0.5)
        if not 1 - self.best <= x < self.best:
            return float(x >= self.best)
        return self._cdf_at(float(ndtri(x)) / self._length, count)

    def _cdf_at(self, cosine: float, count: int = _NODES) -> float:
        """P(the cosine between the student and θ on the region is at most ``cosine``)."""
        if not -1 <= cosine < 1:
            return float(cosine >= 1)
        if self.dof == 0:
            return float(cosine >= np.sign(self.margin or 0.0))
        if cosine == -1:
            # With a single coordinate the student is right or upside down; otherwise nothing is as bad as that.
            only = self.dof == 1 and self.margin is None
            return self._cdf_at(0.0, count) if only else 0.0
        first, centre, weights = self._rule(count)
        axis = np.array([self.margin or 0.0, self.t]) / self.sigma / self._length
        dof = self.dof - 1
        if cosine >= 0:
            return max(0.0, 1 - float(weights @ in_cone(cosine, first, centre, (axis[0], axis[1]), dof, count)))
        return float(weights @ in_cone(-cosine, first, centre, (-axis[0], -axis[1]), dof, count))

    def quantile(self, q: npt.ArrayLike) -> Floats:
        """Return the least x with P(accuracy <= x) >= q, by Brent's method, without derivatives.

        Parameters
        ----------
        q : array of numbers in [0, 1]
            Probabilities.

        Returns
        -------
        array of the shape of ``q``

        Raises
        ------
        ValueError
            If an entry is outside [0, 1].

        Examples
        --------
        >>> from w2slens.theory.overlap import hard_law
        >>> law = hard_law(20, accuracy=0.8, t=2.5, sigma=5**0.5, d_hard=20)
        >>> law.quantile([0.05, 0.95]).round(4).tolist()
        [0.5758, 0.8129]
        """
        levels = as_shares(q, "q")
        return np.array([self._quantile(float(level)) for level in levels.ravel()]).reshape(levels.shape)

    def _quantile(self, q: float) -> float:
        if self._is_half:
            return 0.5
        if self._cdf_at(-1.0) >= q:
            return 1 - self.best
        # Over the angle the law is spread more evenly than over the accuracy. At ±π/2 the function is 0 − q and 1 − q.
        angle = brentq(lambda x: self._cdf_at(float(np.sin(x))) - q, -np.pi / 2, np.pi / 2, xtol=1e-15, rtol=1e-15)
        return float(ndtr(self._length * np.sin(angle)))

    def sample(self, size: int, rng: RandomSource = None) -> Floats:
        """Draw from the law itself: no training set is formed.

        Parameters
        ----------
        size : int >= 0
            Number of draws.
        rng : int, SeedSequence, Generator or None
            Source of randomness.

        Returns
        -------
        (size,) array

        Examples
        --------
        >>> from w2slens.theory.overlap import hard_law
        >>> law = hard_law(20, accuracy=0.8, t=2.5, sigma=5**0.5, d_hard=20)
        >>> bool(abs(law.sample(10_000, rng=0).mean() - law.mean()) < 0.002)
        True
        """
        count, random = as_integer(size, "size"), generator(rng)
        if self._is_half:
            return np.full(count, 0.5)
        agreement, distance = draw_teacher(self, count, random)
        p, square = draw_block(agreement * self.t * np.sqrt(self.n) / self.sigma, self.dof, count, random)
        return accuracy_of(self, distance, [(self.t, p)], distance**2 + square)

    def _rule(self, count: int) -> _Rule:
        if count not in self._cache:
            scale = self.t / self.sigma
            spread = self._length
            correct, weights = agreements(self.n, self.accuracy, spread)
            centre = (2 * correct - self.n) / np.sqrt(self.n) * scale
            if self.margin is None:
                rule = _Rule(np.zeros(len(centre)), centre, weights)
            else:
                # Of very few points the distance may be near 0, where everything changes fast.
                most = 3 * count if self.n < 4 else count
                nodes, joint = distances(self.n, self.margin / self.sigma, correct, most)
                joint = joint / joint.sum(axis=1, keepdims=True) * weights[:, None]
                kept = joint > 1e-16
                rule = _Rule(nodes[kept], np.broadcast_to(centre[:, None], nodes.shape)[kept], joint[kept])
            self._cache[count] = rule
        return self._cache[count]


def draw_teacher(law: AccuracyLaw, size: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean agreement s̄ of the teacher, and K, for ``size`` training sets."""
    if law.margin is None:
        return (2 * random.binomial(law.n, law.accuracy, size) - law.n) / law.n, np.zeros(size)
    signs, total = np.zeros(size), np.zeros(size)
    for _ in range(law.n):
        k = law.margin / law.sigma + random.standard_normal(size)
        signs += np.sign(k)
        total += np.abs(k)
    return signs / law.n, total / np.sqrt(law.n)


def draw_block(centre: Floats, dof: int, size: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """δ + g₁, and the squared length of all ``dof`` coordinates."""
    if dof == 0:
        return np.zeros(size), np.zeros(size)
    p = centre + random.standard_normal(size)
    return p, p**2 + (random.chisquare(dof - 1, size) if dof > 1 else 0.0)


def accuracy_of(law: AccuracyLaw, distance: Floats, blocks: list[tuple[float, Floats]], square: Floats) -> Floats:
    """Accuracy of coefficients with these inner products with the signal, and this squared length."""
    along = distance * (law.margin or 0.0) + sum(t * p for t, p in blocks)
    return ndtr(along / (law.sigma * np.sqrt(square)))
