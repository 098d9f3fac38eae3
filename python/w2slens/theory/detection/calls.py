"""The whole detector at fixed thresholds: what it is expected to call each region.

A point is called hard where the weak model's confidence is below τ_hard; another is called overlap where its greatest
|inner product| with the points *called* hard is at least τ_overlap, else easy. So the hard set is the detected one,
with its strays, as in the published procedure (Shin, Cooper, Sala 2025, algorithm 2), not the true one. Statement and
proof: docs/detection/detection_law.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..._arrays import Floats, as_float_vector
from ..._checks import as_integer, as_real, as_share, one_of
from ...regions import Noise, Region, as_counts
from ..quadrature import TAIL, chi_rule, legendre, normal_rule, unit

__all__ = ["Calls", "DetectorLaw", "Sensitivity", "detector_law"]

_REGIONS = tuple(Region)


class Calls(NamedTuple):
    """What the detector calls the points of each region, at one pair of thresholds.

    Attributes
    ----------
    probabilities : (4, 3) array
        Row: true region in the order of `Region`; column: called easy, hard, overlap. Rows sum to one.
    precision, recall : float
        Of the points called overlap: expected number of true ones over expected number (NaN if none is expected), and
        the probability that an overlap point is called so.
    hard_precision, hard_recall : float
        The same for the points called hard.
    """

    probabilities: Floats
    precision: float
    recall: float
    hard_precision: float
    hard_recall: float


class Sensitivity(NamedTuple):
    """Precision and recall of the points called overlap; (len(tau_hard), len(tau_overlap)) arrays."""

    precision: Floats
    recall: Floats


class _Points(NamedTuple):
    """Rule of a point that is not called hard, over σ: x·ŵ, x·θ_e⊥/‖θ_e⊥‖, x·θ_h/‖θ_h‖, squared lengths, weights."""

    along: Floats
    rest: Floats
    hard: Floats
    rest_square: Floats
    hard_square: Floats
    weights: Floats


@dataclass(frozen=True)
class DetectorLaw:
    """Law of the detector's calls; `detector_law` makes it. Lengths are in units of σ.

    Attributes
    ----------
    margin, t_rest, t_hard : float
        Part of θ_e along the weak model's direction, length of what remains of it, and ‖θ_h‖.
    scale, intercept : float
        The weak model's logit is scale·(ŵ·x_e/σ) + intercept.
    sigma : float
        Standard deviation of the noise.
    d_easy, d_hard : int
        Sizes of the blocks.
    counts : (easy, hard, overlap, neither)
        Points of the pool.
    noise : {"zeroed", "full"}
        What an absent block holds.
    """

    margin: float
    t_rest: float
    t_hard: float
    scale: float
    intercept: float
    sigma: float
    d_easy: int
    d_hard: int
    counts: tuple[int, int, int, int]
    noise: Noise

    def calls(self, tau_hard: float, tau_overlap: float) -> Calls:
        """Return the expected calls at the thresholds, by quadrature.

        Errors are below 5e-4, as more nodes show, but 5e-3 with a single coordinate in a block.

        Parameters
        ----------
        tau_hard : float in [0, 1]
            Confidence below which a point is called hard.
        tau_overlap : float > 0
            Score from which a point is called overlap. Without any point called hard, none is.

        Returns
        -------
        Calls

        Raises
        ------
        ValueError, TypeError
            If a threshold is outside its range, or no number.

        Examples
        --------
        >>> law = detector_law([0.5] * 40, sigma=1.0, d_easy=20, counts=(100, 50, 50, 0), coef=[1.0] * 20)
        >>> result = law.calls(0.01, 10.0)
        >>> round(result.precision, 2), round(result.recall, 2), result.hard_recall
        (1.0, 0.95, 1.0)
        """
        hard, overlap = as_share(tau_hard, "tau_hard"), as_real(tau_overlap, "tau_overlap", positive=True)
        table = np.zeros((4, 3))
        limits = self._hard_interval(hard)
        for region in _REGIONS:
            for label in self._labels():
                points = self._points(region, label, limits)
                table[region, 1] += self._called_hard(region, label, limits)
                table[region, 2] += float(points.weights @ (1 - self._none_exceeds(region, points, limits, overlap)))
        table /= len(self._labels())
        table[:, 0] = 1 - table[:, 1] - table[:, 2]
        numbers = np.array(self.counts, float)

        def precision(column: int, region: Region) -> float:
            total = float(numbers @ table[:, column])
            return float(numbers[region] * table[region, column]) / total if total > 0 else float("nan")

        return Calls(
            table,
            precision(2, Region.OVERLAP),
            float(table[Region.OVERLAP, 2]),
            precision(1, Region.HARD),
            float(table[Region.HARD, 1]),
        )

    def sensitivity(self, tau_hard: npt.ArrayLike, tau_overlap: npt.ArrayLike) -> Sensitivity:
        """Return precision and recall of the overlap calls over a grid of thresholds.

        Parameters
        ----------
        tau_hard : (k,) array of numbers in [0, 1]
            Thresholds of the confidence.
        tau_overlap : (l,) array of numbers > 0
            Thresholds of the score.

        Returns
        -------
        Sensitivity
            Two (k, l) arrays.

        Examples
        --------
        >>> law = detector_law([0.5] * 40, sigma=1.0, d_easy=20, counts=(100, 50, 50, 0), coef=[1.0] * 20)
        >>> law.sensitivity([0.01, 0.02], [10.0]).recall.shape
        (2, 1)
        """
        hard, overlap = as_float_vector(tau_hard, "tau_hard"), as_float_vector(tau_overlap, "tau_overlap")
        calls = [[self.calls(float(h), float(o)) for o in overlap] for h in hard]
        return Sensitivity(
            np.array([[c.precision for c in row] for row in calls]),
            np.array([[c.recall for c in row] for row in calls]),
        )

    def _labels(self) -> tuple[int, ...]:
        """Labels to average over; without an intercept both are alike."""
        return (1,) if self.intercept == 0 else (1, -1)

    def _hard_interval(self, tau_hard: float) -> tuple[float, float]:
        """The values of ŵ·x_e/σ at which |logit| is below that of ``tau_hard``."""
        with np.errstate(divide="ignore"):
            limit = 2 * np.arctanh(tau_hard)
        if self.scale == 0:
            return (-np.inf, np.inf) if abs(self.intercept) < limit else (0.0, 0.0)
        return (-limit - self.intercept) / self.scale, (limit - self.intercept) / self.scale

    def _called_hard(self, region: Region, label: int, limits: tuple[float, float]) -> float:
        """P(a point of the region is called hard | label)."""
        easy, _, easy_noise, _ = self._holds(region)
        if not easy_noise:
            return float(limits[0] < 0 < limits[1])
        centre = label * self.margin * easy
        return float(ndtr(limits[1] - centre) - ndtr(limits[0] - centre))

    def _holds(self, region: Region) -> tuple[bool, bool, bool, bool]:
        """Whether the easy and hard block hold the pattern, and whether they hold noise."""
        easy, hard = region in (Region.EASY, Region.OVERLAP), region in (Region.HARD, Region.OVERLAP)
        return easy, hard, easy or self.noise == "full", hard or self.noise == "full"

    def _points(self, region: Region, label: int, limits: tuple[float, float]) -> _Points:
        easy, hard, easy_noise, hard_noise = self._holds(region)
        low, high = limits
        still: tuple[Floats, Floats] = (np.zeros(1), np.ones(1))
        if easy_noise:
            centre = label * self.margin * easy
            along = _outside(centre, low, high)
        else:
            along = (np.zeros(1), np.array([float(not low < 0 < high)]))
        rest, hard_part, rest_length, hard_length = still, still, still, still
        if easy_noise and self.d_easy > 1:
            rest = _shifted(normal_rule(6), label * self.t_rest * easy)
            rest_length = chi_rule(self.d_easy - 2, 0.0, 4)
        if hard_noise and self.d_hard > 0:
            # The score has a kink where x·θ_h is 0, which a power of m sharpens: few nodes do not see it.
            hard_part = _shifted(normal_rule(48), label * self.t_hard * hard)
            hard_length = chi_rule(self.d_hard - 1, 0.0, 6)
        if self.noise == "full" and self.d_easy > 1 and self.d_hard > 0:
            # Only the length of both together matters.
            rest_length, hard_length = still, chi_rule(self.d_easy - 2 + self.d_hard - 1, 0.0, 8)
        rules = (along, rest, hard_part, rest_length, hard_length)
        k, u, h, r, s = (grid.ravel() for grid in np.meshgrid(*(rule[0] for rule in rules), indexing="ij"))
        weights = np.einsum("i,j,k,l,m->ijklm", *(rule[1] for rule in rules)).ravel()
        kept = weights > 1e-9
        weights = weights[kept]
        if len(weights):
            weights = weights * ((1 - self._called_hard(region, label, limits)) / weights.sum())
        return _Points(k[kept], u[kept], h[kept], (u**2 + r**2)[kept], (h**2 + s**2)[kept], weights)

    def _none_exceeds(self, region: Region, x: _Points, limits: tuple[float, float], tau: float) -> Floats:
        """P(no point called hard has |⟨x, h⟩| >= τ), for every node x of the rule."""
        logarithm = np.zeros(len(x.weights))
        for other in _REGIONS:
            count = self.counts[other] - (other == region)
            if count > 0:
                logarithm += count * np.log1p(-np.minimum(self._exceeds(other, x, limits, tau), 1 - 1e-16))
        return np.exp(logarithm)

    def _exceeds(self, other: Region, x: _Points, limits: tuple[float, float], tau: float) -> Floats:
        """P(a point of region ``other`` is called hard and its product with x is at least τ in absolute value)."""
        easy, hard, easy_noise, hard_noise = self._holds(other)
        total = np.zeros(len(x.weights))
        variance = x.rest_square * easy_noise + x.hard_square * hard_noise
        deviation = np.sqrt(variance)
        for label in (1, -1):
            mean = label * (easy * self.t_rest * x.rest + hard * self.t_hard * x.hard)
            for k, weight in self._inside(label, easy, easy_noise, limits):
                total += weight / 2 * _tails(mean + k * x.along, deviation, tau / self.sigma**2)
        return total

    def _inside(
        self, label: int, easy: bool, easy_noise: bool, limits: tuple[float, float]
    ) -> Iterator[tuple[float, float]]:
        """Rule of ŵ·h_e/σ over the interval in which h is called hard."""
        low, high = limits
        if not easy_noise:
            return iter([(0.0, 1.0)] if low < 0 < high else [])
        centre = label * self.margin * easy
        low, high = max(low, centre - TAIL), min(high, centre + TAIL)
        if low >= high:
            return iter([])
        nodes, weights = legendre(low, high, 8 if high - low < 2 else 24)
        weights = weights * np.exp(-((nodes - centre) ** 2) / 2) / np.sqrt(2 * np.pi)
        kept = weights > 1e-14
        return iter(zip(nodes[kept].tolist(), weights[kept].tolist(), strict=True))


def _tails(mean: Floats, deviation: Floats, tau: float) -> Floats:
    """P(|N(mean, deviation²)| >= tau), for tau > 0 and deviation >= 0."""
    certain = (np.abs(mean) >= tau).astype(float)
    safe = np.where(deviation > 0, deviation, 1.0)
    return np.where(deviation > 0, ndtr((mean - tau) / safe) + ndtr((-mean - tau) / safe), certain)


def _shifted(rule: tuple[Floats, Floats], mean: float) -> tuple[Floats, Floats]:
    return rule[0] + mean, rule[1]


def _outside(centre: float, low: float, high: float) -> tuple[Floats, Floats]:
    """Rule of N(centre, 1) outside (low, high)."""
    first, last = centre - TAIL, centre + TAIL
    parts = [(first, last)] if low >= high else [(first, min(low, last)), (max(high, first), last)]
    nodes, weights = [np.zeros(0)], [np.zeros(0)]
    for start, end in parts:
        if end > start:
            x, w = legendre(start, end, 24)
            nodes.append(x)
            weights.append(w * np.exp(-((x - centre) ** 2) / 2) / np.sqrt(2 * np.pi))
    return np.concatenate(nodes), np.concatenate(weights)


def detector_law(
    theta: npt.ArrayLike,
    *,
    sigma: float,
    d_easy: int,
    counts: Sequence[int] | Mapping[str, int],
    coef: npt.ArrayLike,
    intercept: float = 0.0,
    noise: Noise = "zeroed",
) -> DetectorLaw:
    """Return the law of the calls of a detector with inner products, on a pool of the mixture.

    Parameters
    ----------
    theta, sigma, d_easy, noise
        The mixture, as in `w2slens.GaussianMixture`; the easy block must not be empty.
    counts : (easy, hard, overlap, neither) or mapping of these names to numbers of points
        Of the pool.
    coef : (d_easy,) array
        Coefficients of the weak model, a logistic one that sees the easy block.
    intercept : float
        Its intercept.

    Returns
    -------
    DetectorLaw

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    Examples
    --------
    >>> law = detector_law([0.5] * 40, sigma=1.0, d_easy=20, counts={"hard": 50, "overlap": 50}, coef=[1.0] * 20)
    >>> law.calls(0.0, 10.0).recall
    0.0
    """
    mean, w = as_float_vector(theta, "theta"), as_float_vector(coef, "coef")
    size, deviation = as_integer(d_easy, "d_easy", least=1, most=len(mean)), as_real(sigma, "sigma", positive=True)
    if len(w) != size:
        raise ValueError(f"coef has {len(w)} coefficients, but d_easy is {size}")
    one_of(noise, "noise", ("zeroed", "full"))
    norm, direction = unit(w)
    if norm == 0:
        direction = np.eye(1, size)[0]
    margin = float(mean[:size] @ direction)
    rest = float(np.linalg.norm(mean[:size] - margin * direction)) if size > 1 else 0.0
    return DetectorLaw(
        margin / deviation,
        rest / deviation,
        float(np.linalg.norm(mean[size:])) / deviation,
        norm * deviation,
        as_real(intercept, "intercept"),
        deviation,
        size,
        len(mean) - size,
        as_counts(counts),
        noise,
    )
