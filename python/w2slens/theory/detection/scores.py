"""The detection law: exact distributions of confidence and overlap score in the Gaussian mixture.

The score of a point x is S(x) = max |⟨x, h⟩| over m hard-only points h, or max |cos(x, h)|. Given x the m products are
independent normals, so that P(S <= τ) is an integral of an m-th power. ROC, precision, recall and their dependence on
the threshold follow. Counterpart of Theorem 4.2 of Shin, Cooper, Sala 2025. Statements and proofs:
docs/detection/detection_law.md. The detector as a whole, with thresholds on both steps:
`w2slens.theory.detection.calls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev
from scipy.optimize import minimize_scalar
from scipy.special import chndtr, ndtr

from ..._arrays import Floats, as_float_vector, as_floats
from ..._checks import as_integer, as_real, one_of
from ...errors import UndefinedError
from ...regions import Metric, Noise, Region, as_counts, as_region
from ..quadrature import TAIL, chi_rule, legendre, normal_rule
from .guarantee import log_moment

__all__ = ["Rates", "ScoreLaw", "score_law"]


class Rates(NamedTuple):
    """What flagging the points above a threshold is worth; arrays of the shape of the threshold.

    ``precision`` is the expected number of flagged overlap points over the expected number of flagged points (NaN where
    none is expected), ``recall`` the probability that an overlap point is flagged, ``false_alarm`` that an easy-only
    point is.
    """

    precision: Floats
    recall: Floats
    false_alarm: Floats


@dataclass(frozen=True)
class ScoreLaw:
    """Law of the overlap score; `score_law` makes it.

    Attributes
    ----------
    m : int >= 1
        Number of hard-only points that a point is compared with.
    t_easy, t_hard : float >= 0
        ‖θ_e‖ and ‖θ_h‖.
    sigma : float > 0
        Standard deviation of the noise.
    d_easy, d_hard : int
        Sizes of the blocks.
    noise : {"zeroed", "full"}
        What an absent block holds: 0, or noise.
    metric : {"inner_product", "cosine"}
        The product whose greatest absolute value is the score.
    """

    m: int
    t_easy: float
    t_hard: float
    sigma: float
    d_easy: int
    d_hard: int
    noise: Noise = "zeroed"
    metric: Metric = "inner_product"

    def sf(self, tau: npt.ArrayLike, region: Region) -> Floats:
        """Return P(S > τ) for a new point of ``region``, by quadrature.

        Errors are below 1e-6, as doubling all nodes shows, with two exceptions in few dimensions: 1e-5 for inner
        products of zeroed noise, and for cosines of zeroed overlap points 1e-3 below 12 hard coordinates, 2e-2 with 1.

        Parameters
        ----------
        tau : array of numbers
            Thresholds.
        region : Region
            Region of the point.

        Returns
        -------
        array of the shape of ``tau``

        Raises
        ------
        UndefinedError
            For cosines with points that are exactly 0: those with neither pattern, and all where there is no hard
            block, if noise is zeroed.

        Examples
        --------
        >>> law = score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20)
        >>> law.sf([0, 10, 15], Region.OVERLAP).round(3).tolist(), law.sf([0, 10], Region.EASY).tolist()
        ([1.0, 0.949, 0.583], [0.0, 0.0])
        """
        thresholds, kind = as_floats(tau, "tau", infinite=True), as_region(region)
        self._needs_lengths(kind)
        if self._is_zero(kind):
            return (thresholds < 0).astype(float)
        one = self._inner_sf if self.metric == "inner_product" else self._cosine_sf
        values = [one(float(t), kind) if t >= 0 else 1.0 for t in thresholds.ravel()]
        return np.array(values).reshape(thresholds.shape)

    def cdf(self, tau: npt.ArrayLike, region: Region) -> Floats:
        """Return P(S <= τ) for a new point of ``region``; see `sf`.

        Examples
        --------
        >>> law = score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20)
        >>> law.cdf([0.0, 10.0], Region.EASY).tolist()
        [1.0, 1.0]
        """
        return np.maximum(1 - self.sf(tau, region), 0.0)

    def rates(self, tau: npt.ArrayLike, counts: Sequence[int] | Mapping[str, int]) -> Rates:
        """Return precision, recall and false alarms when points with S > τ are flagged as overlap.

        The hard-only points are those compared with, not among those flagged: their count does not enter.

        Parameters
        ----------
        tau : array of numbers
            Thresholds.
        counts : (easy, hard, overlap, neither) or mapping of these names to numbers of points
            Of the pool.

        Examples
        --------
        >>> law = score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20, noise="full")
        >>> law.rates([20.0], counts={"easy": 100, "overlap": 50}).precision.round(3).tolist()
        [0.552]
        """
        easy, _, overlap, neither = as_counts(counts)
        alarm, recall = self.sf(tau, Region.EASY), self.sf(tau, Region.OVERLAP)
        flagged = easy * alarm + overlap * recall
        if neither:
            flagged = flagged + neither * self.sf(tau, Region.NEITHER)
        precision = np.divide(overlap * recall, flagged, out=np.full(alarm.shape, np.nan), where=flagged > 0)
        return Rates(precision, recall, alarm)

    def auc(self) -> float:
        """Return the area under the ROC curve of overlap against easy-only points, P(S_o > S_e) + ½P(S_o = S_e).

        Both distribution functions are interpolated at Chebyshev points; the rest is exact.

        Examples
        --------
        >>> round(score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20, noise="full").auc(), 4)
        0.7277
        """
        self._needs_lengths(Region.EASY)
        if self._is_zero(Region.EASY):
            return 1.0 if not self._is_zero(Region.OVERLAP) else 0.5
        low, high = self._spread()

        points = chebyshev.chebpts1(129)
        at = (low + high) / 2 + (high - low) / 2 * points

        def coefficients(region: Region) -> Floats:
            return np.asarray(chebyshev.chebfit(points, self.sf(at, region), 128), np.float64)

        easy, overlap = coefficients(Region.EASY), coefficients(Region.OVERLAP)
        # ∫ P(S_o > τ) dF_e(τ), with F_e = 1 − sf
        area = chebyshev.chebint(chebyshev.chebmul(overlap, -chebyshev.chebder(easy)))
        return float(chebyshev.chebval(1, area) - chebyshev.chebval(-1, area))

    def _spread(self) -> tuple[float, float]:
        """An interval outside which both regions' scores fall with a probability below 1e-13."""
        unit = 1.0 if self.metric == "cosine" else self.sigma**2

        def sums(tau: float) -> tuple[float, float]:
            tails = [float(self.sf(tau, region)) for region in (Region.EASY, Region.OVERLAP)]
            return max(tails), min(tails)

        high = unit
        while sums(high)[0] > 1e-13:
            high *= 2
        low, top = 0.0, high
        for _ in range(12):
            middle = (low + top) / 2
            low, top = (middle, top) if sums(middle)[1] > 1 - 1e-13 else (low, middle)
        bottom, edge = low, high
        for _ in range(12):
            middle = (bottom + edge) / 2
            bottom, edge = (middle, edge) if sums(middle)[0] > 1e-13 else (bottom, middle)
        return low, edge

    def false_alarm_bound(self, tau: npt.ArrayLike) -> Floats:
        """Return an upper bound of P(S > τ) for easy-only points: 2m·inf_λ exp(−λτ)·M(λ), at most 1.

        Chernoff's bound with its optimal λ and a union over products and signs. M is the moment generating function of
        one product, `log_product_moment`. Of inner products only.

        Examples
        --------
        >>> law = score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20, noise="full")
        >>> law.false_alarm_bound([20, 40]).round(4).tolist(), law.sf(40, Region.EASY).round(5).item()
        ([1.0, 0.0003], 2e-05)
        """
        if self._is_zero(Region.EASY):
            self._needs_inner_products()
            return (as_floats(tau, "tau", infinite=True) < 0).astype(float)
        return self._chernoff(tau, 2 * self.m, (0.0, self.t_easy**2, self.t_hard**2), 1)

    def miss_bound(self, tau: npt.ArrayLike) -> Floats:
        """Return an upper bound of P(S <= τ) for overlap points: inf_λ exp(λτ)·M(−λ), at most 1.

        It takes a single one of the m products, and is the same for every m. Of inner products only.

        Examples
        --------
        >>> law = score_law(50, theta=[2.0] * 40, sigma=1.0, d_easy=20, noise="full")
        >>> law.miss_bound([20]).round(3).tolist()
        [0.001]
        """
        if self._is_zero(Region.OVERLAP):
            self._needs_inner_products()
            return (as_floats(tau, "tau", infinite=True) >= 0).astype(float)
        easy = self.t_easy**2 if self.noise == "full" else 0.0
        return self._chernoff(tau, 1, (self.t_hard**2, easy + self.t_hard**2, self.t_hard**2), -1)

    def _chernoff(self, tau: npt.ArrayLike, times: int, squares: tuple[float, float, float], sign: int) -> Floats:
        self._needs_inner_products()
        thresholds, d = as_floats(tau, "tau", infinite=True), self._noisy
        variance = self.sigma**2
        edge = 1 / variance

        def least(threshold: float) -> float:
            if np.isinf(threshold):
                return float(sign * threshold < 0)

            def exponent(rate: float) -> float:
                return -sign * rate * threshold + log_moment(sign * rate, *squares, variance, d)

            found = minimize_scalar(exponent, bounds=(0.0, edge), method="bounded", options={"xatol": 1e-10 * edge})
            return min(1.0, times * float(np.exp(min(found.fun, 0.0))))

        return np.array([least(float(t)) for t in thresholds.ravel()]).reshape(thresholds.shape)

    def _needs_inner_products(self) -> None:
        if self.metric != "inner_product":
            raise ValueError(f"metric is {self.metric!r}, but the bound is one of inner products")

    def _needs_lengths(self, region: Region) -> None:
        """Refuse cosines with points that are exactly 0."""
        if self.metric != "cosine" or self.noise == "full":
            return
        size = self.d_easy * (region in (Region.EASY, Region.OVERLAP)) + self.d_hard * (
            region in (Region.HARD, Region.OVERLAP)
        )
        for zero, name in ((self.d_hard == 0, "hard-only"), (size == 0, region.name.lower())):
            if zero:
                raise UndefinedError(f"metric is 'cosine', which is undefined: with zeroed noise {name} points are 0")

    @property
    def _noisy(self) -> int:
        """Number of coordinates in which hard-only points are not zero."""
        return self.d_hard if self.noise == "zeroed" else self.d_easy + self.d_hard

    def _is_zero(self, region: Region) -> bool:
        """Whether every score of the region is exactly 0."""
        return self._noisy == 0 or (self.noise == "zeroed" and region in (Region.EASY, Region.NEITHER))

    @cached_property
    def _rules(self) -> dict[Region, tuple[Floats, Floats, Floats, Floats]]:
        return {}

    def _points(self, region: Region) -> tuple[Floats, Floats, Floats, Floats]:
        """Rule of a point x: (x·θ_h/‖θ_h‖, length where hard points are not 0, whole length) over σ, and weights."""
        if region not in self._rules:
            holds_easy, holds_hard = region in (Region.EASY, Region.OVERLAP), region in (Region.HARD, Region.OVERLAP)
            fine, few = self.metric == "inner_product", self._noisy < 12
            along, weights = _coordinate(self.t_hard / self.sigma if holds_hard else 0.0, 48 if fine else 24, few)
            easy = (self.t_easy / self.sigma) ** 2 if holds_easy else 0.0
            full = self.noise == "full"
            rest, rest_weights = chi_rule(self._noisy - 1, easy if full else 0.0, 48 if few else 24 if fine else 12)
            # Only a cosine sees an easy block where the hard points have none.
            beside = not full and not fine and holds_easy
            extra, extra_weights = (
                chi_rule(self.d_easy, easy, 24 if few else 10) if beside else (np.zeros(1), np.ones(1))
            )
            u, r, e = (grid.ravel() for grid in np.meshgrid(along, rest, extra, indexing="ij"))
            w = np.einsum("i,j,k->ijk", weights, rest_weights, extra_weights).ravel()
            kept = w > 1e-16
            u, shared, w = u[kept], np.hypot(u, r)[kept], w[kept]
            self._rules[region] = (u, shared, np.hypot(shared, e[kept]), w)
        return self._rules[region]

    def _inner_sf(self, tau: float, region: Region) -> float:
        u, shared, _, weights = self._points(region)
        mean, limit = u * self.t_hard / self.sigma, tau / self.sigma**2
        exceeds = ndtr((mean - limit) / shared) + ndtr((-mean - limit) / shared)
        return float(weights @ self._any(exceeds))

    def _cosine_sf(self, kappa: float, region: Region) -> float:
        u, shared, whole, weights = self._points(region)
        cosine = kappa * whole / shared
        t = self.t_hard / self.sigma
        mean = t * u / shared  # of a hard point's component along x
        exceeds = np.zeros(len(u))
        inside, dof = cosine < 1, self._noisy - 1
        if dof == 0:
            # In one coordinate the cosine is ± the share of x's length that lies there, whatever the hard point.
            exceeds[inside] = 1.0
        else:
            exceeds[inside] = _outside_cone(cosine[inside], np.abs(mean[inside]), t, dof)
        return float(weights @ self._any(exceeds))

    def _any(self, one: Floats) -> Floats:
        """Probability that one of m independent events of probability ``one`` happens."""
        return -np.expm1(self.m * np.log1p(-np.minimum(one, 1 - 1e-16)))


def _outside_cone(cosine: Floats, mean: Floats, t: float, dof: int) -> Floats:
    """P(|a| > cosine·√(a² + b²)), a ~ N(mean, 1) and b² ~ non-central χ²_dof(t² − mean²), by integration over a."""
    noncentrality = np.maximum(t * t - mean**2, 0.0)
    slope = np.sqrt((1 - cosine) * (1 + cosine)) / np.maximum(cosine, 1e-100)  # the event is b < slope·|a|
    middle = np.sqrt(dof + noncentrality)
    # Below `low` no b is so small, above `high` every one is, but for 1e-17; the density of |a| ends likewise.
    low = np.maximum(np.maximum(middle - TAIL - 1, 0.0) / slope, mean - TAIL)
    low, far = np.maximum(low, 0.0), mean + TAIL
    high = np.minimum(np.maximum((middle + TAIL) / slope, low), np.maximum(far, low))
    a, weights = legendre(low, high, 48)
    centre = mean[:, None]
    density = (np.exp(-((a - centre) ** 2) / 2) + np.exp(-((a + centre) ** 2) / 2)) / np.sqrt(2 * np.pi)
    below = chndtr((slope[:, None] * a) ** 2, dof, noncentrality[:, None])
    return (weights * density * below).sum(axis=1) + ndtr(mean - high) + ndtr(-mean - high)


def _coordinate(mean: float, count: int, split: bool) -> tuple[Floats, Floats]:
    """Rule of N(mean, 1); ``split`` at 0, where in few dimensions the length of a point has a kink."""
    if not split:
        nodes, weights = normal_rule(count)
        return nodes + mean, weights
    ends = np.unique([mean - TAIL, 0.0, mean + TAIL])
    nodes, weights = (part.ravel() for part in legendre(ends[:-1], ends[1:], count))
    return nodes, weights * np.exp(-((nodes - mean) ** 2) / 2) / np.sqrt(2 * np.pi)


def score_law(
    m: int,
    *,
    theta: npt.ArrayLike,
    sigma: float,
    d_easy: int,
    noise: Noise = "zeroed",
    metric: Metric = "inner_product",
) -> ScoreLaw:
    """Return the law of the overlap score against m hard-only points of the mixture.

    Parameters
    ----------
    m : int >= 1
        Number of hard-only points.
    theta, sigma, d_easy, noise
        The mixture, as in `w2slens.GaussianMixture`; of θ only the lengths of its blocks matter.
    metric : {"inner_product", "cosine"}
        The product whose greatest absolute value is the score.

    Returns
    -------
    ScoreLaw

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    Examples
    --------
    >>> law = score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20, noise="full", metric="cosine")
    >>> law.sf([0.3, 0.6], Region.OVERLAP).round(3).tolist()
    [0.981, 0.009]
    """
    mean = as_float_vector(theta, "theta")
    size = as_integer(d_easy, "d_easy", most=len(mean))
    one_of(noise, "noise", ("zeroed", "full"))
    one_of(metric, "metric", ("inner_product", "cosine"))
    lengths = float(np.linalg.norm(mean[:size])), float(np.linalg.norm(mean[size:]))
    deviation = as_real(sigma, "sigma", positive=True)
    return ScoreLaw(as_integer(m, "m", least=1), *lengths, deviation, size, len(mean) - size, noise, metric)
