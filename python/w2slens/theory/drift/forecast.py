"""The law of a linear forecast: how accurate Σ a_t w_t is in a domain that comes later, exactly.

Domain t holds points x = yθ_t + σz, y uniform on ±1 and z standard normal; w_t is the mean of ŷx over n_t of them,
whose labels ŷ do not depend on z. Statement and proof: docs/drift/forecast.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammaincc, gammaln, ndtr, ndtri, xlogy

from ..._arrays import Floats, as_float_vector, as_floats
from ..._checks import as_integer, as_real
from ..._random import RandomSource, generator
from ...errors import UndefinedError
from ..quadrature import TAIL, legendre

__all__ = ["ForecastLaw", "forecast_law", "lag"]

#: Numbers of nodes of the length across the target, and up to which slope they follow a step.
_RULES = ((10.0, 400), (40.0, 1500))


@dataclass(frozen=True)
class ForecastLaw:
    """Law of a linear forecast's accuracy; `forecast_law` makes it.

    In units of ς, its coefficients are normal with unit noise around a mean that has the part ``along`` in the
    direction of the target's θ and the length ``across`` beside it. The accuracy is Φ(s·U/√(U² + Q)), U ~ N(along, 1)
    and Q ~ χ²_{d−1}(across²) independent.

    Attributes
    ----------
    along, across : float
        b_∥/ς and ‖b_⊥‖/ς.
    signal : float ≥ 0
        s = ‖θ‖/σ of the target.
    d : int ≥ 1
        Dimensions.
    """

    along: float
    across: float
    signal: float
    d: int
    _cache: dict[int, tuple[Floats, Floats]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def best(self) -> float:
        """Bayes accuracy Φ(s) of the target; no forecast exceeds it, nor falls below 1 − ``best``."""
        return float(ndtr(self.signal))

    @property
    def limit(self) -> float:
        """What the accuracy tends to as all n_t grow in proportion: Φ(s·b_∥/‖b‖); ½ if b is 0."""
        length = float(np.hypot(self.along, self.across))
        return float(ndtr(self.signal * self.along / length)) if length else 0.5

    def mean(self) -> float:
        """Return the expected accuracy, by the trapezoidal rule; errors are about 1e-12.

        It is P(p·q > 0) for p ~ N(b/ς, I), q ~ N(θ/σ, I), hence by Gil-Pelaez (1951) ½ + (1/π) ∫ Im E exp(iωp·q) dω/ω,
        with E exp(iωp·q) in closed form.

        Examples
        --------
        >>> law = forecast_law([1.0], means=[[2.0, 0.0]], counts=[20], target=[2.0, 0.0], sigma=1.0)
        >>> round(law.mean(), 6)
        0.976541
        """
        if self.signal == 0 or self.along == 0:
            return 0.5  # by symmetry
        square = self.along**2 + self.across**2 + self.signal**2
        largest = np.sqrt(square + self.d)
        step = min(0.1, 0.5 / (1 + self.signal))
        x = np.arange(-3.8, min(40 / (self.d + 1), 80.0) + np.log(largest) + 1, step)
        omega = np.exp(x - np.exp(-x)) / largest
        damping = 1 / (1 + omega**2)
        log_size = -(omega**2) / 2 * damping * square + self.d / 2 * np.log(damping)
        waves = np.exp(log_size) * np.sin(omega * damping * self.signal * self.along)
        return float(0.5 + np.sum(waves * (1 + np.exp(-x))) * step / np.pi)

    def cdf(self, x: npt.ArrayLike) -> Floats:
        """Return P(accuracy ≤ x), by quadrature; errors are below 1e-10.

        Parameters
        ----------
        x : array of numbers
            Accuracies.

        Returns
        -------
        array of the shape of ``x``

        Examples
        --------
        >>> law = forecast_law([1.0], means=[[2.0, 0.0]], counts=[20], target=[2.0, 0.0], sigma=1.0)
        >>> law.cdf([0.0, 0.976, 0.98]).round(2).tolist()
        [0.0, 0.18, 1.0]
        """
        points = as_floats(x, "x", infinite=True)
        if self.signal == 0:
            return np.asarray(points >= 0.5, np.float64)
        result = np.asarray(points >= self.best, np.float64)
        inside = (points >= 1 - self.best) & (points < self.best)
        result[inside] = self._below(ndtri(points[inside]) / self.signal)
        return result

    def _below(self, cosine: Floats) -> Floats:
        """P(U ≤ κV) with κ the cotangent of the angle whose cosine is given, and V = √Q."""
        cosine = np.clip(cosine, -1.0, 1.0)
        if self.d == 1:
            # The cosine is 1 or −1.
            return np.where(cosine >= 1, 1.0, ndtr(-self.along))
        with np.errstate(divide="ignore"):
            slope = cosine / np.sqrt((1 - cosine) * (1 + cosine))
        result = np.empty_like(slope)
        done = -1.0
        for steepest, count in _RULES:
            chosen = np.flatnonzero((np.abs(slope) > done) & (np.abs(slope) <= steepest))
            for first in range(0, chosen.size, 500):  # a few megabytes at a time
                part = chosen[first : first + 500]
                nodes, weights = self._lengths(count)
                # Row by row: a product of matrices rounds differently with the number of rows.
                result[part] = np.sum(ndtr(np.multiply.outer(slope[part], nodes) - self.along) * weights, axis=1)
            done = steepest
        for i in np.flatnonzero(np.abs(slope) > done):
            sign = np.sign(slope[i])
            beyond = self._shorter(1 / abs(slope[i]), sign * self.along)
            result[i] = beyond if sign > 0 else 1 - beyond
        return result

    def _lengths(self, count: int) -> tuple[Floats, Floats]:
        """Rule of V, whose square is a Poisson mixture of chi-squares."""
        if count not in self._cache:
            centre = np.hypot(np.sqrt(self.d - 1), self.across)
            # A norm is 1-Lipschitz: its tails are no heavier than a normal's, and its mean is within 1 of the centre.
            nodes, weights = legendre(max(0.0, centre - TAIL - 1), centre + TAIL, count)
            logs, terms = self._poisson()
            degrees = self.d - 1 + 2 * terms
            logs = logs + (1 - degrees / 2) * np.log(2) - gammaln(degrees / 2)
            rows = (np.exp(logs + (degrees - 1) * np.log(v) - v * v / 2) for v in nodes)
            weights = weights * np.array([row.sum() for row in rows])
            self._cache[count] = nodes, weights / weights.sum()
        return self._cache[count]

    def _poisson(self) -> tuple[Floats, Floats]:
        """Logarithms of the Poisson weights of mean ‖across‖²/2 that matter, and their numbers."""
        half = self.across**2 / 2
        spread = 10 * np.sqrt(half) + 20
        terms = np.arange(max(0, int(half - spread)), int(half + spread) + 1, dtype=np.float64)
        return xlogy(terms, half) - half - gammaln(terms + 1), terms

    def _shorter(self, tangent: float, along: float) -> float:
        """P(U·tangent ≤ V), U ~ N(along, 1), for a tangent below 1/40: over U, in which V's tail is flat."""
        u, weights = legendre(max(0.0, along - TAIL), max(0.0, along) + TAIL, 96)
        logs, terms = self._poisson()
        degrees = (self.d - 1) / 2 + terms
        tails = np.array([np.exp(logs) @ gammaincc(degrees, (x * tangent) ** 2 / 2) for x in u])
        density = np.exp(-((u - along) ** 2) / 2) / np.sqrt(2 * np.pi)
        return float(ndtr(-along) + weights @ (density * tails)) if u[0] < along + TAIL else 1.0

    def quantile(self, q: npt.ArrayLike) -> Floats:
        """Return the least x with P(accuracy ≤ x) ≥ q, by Brent's method.

        Parameters
        ----------
        q : array of numbers in [0, 1]

        Returns
        -------
        array of the shape of ``q``

        Examples
        --------
        >>> law = forecast_law([1.0], means=[[2.0, 0.0]], counts=[20], target=[2.0, 0.0], sigma=1.0)
        >>> law.quantile(0.5).round(4).item()
        0.9769
        """
        levels = as_floats(q, "q")
        bad = levels[(levels < 0) | (levels > 1)]
        if bad.size:
            raise ValueError(f"q has {bad[0]}, but every entry must be in [0, 1]")
        return np.array([self._quantile(float(level)) for level in levels.ravel()]).reshape(levels.shape)

    def _quantile(self, q: float) -> float:
        if self.signal == 0:
            return 0.5
        if self.d == 1:
            return self.best if q > ndtr(-self.along) else 1 - self.best
        excess = [float(self._below(np.array([c]))[0]) - q for c in (-1.0, 1.0)]
        if excess[0] >= 0 or excess[1] <= 0:
            return 1 - self.best if excess[0] >= 0 else self.best
        angle = brentq(
            lambda x: float(self._below(np.array([np.sin(x)]))[0]) - q, -np.pi / 2, np.pi / 2, xtol=1e-15, rtol=1e-15
        )
        return float(ndtr(self.signal * np.sin(angle)))

    def sample(self, size: int, rng: RandomSource = None) -> Floats:
        """Draw from the law itself: no points are formed.

        Parameters
        ----------
        size : int ≥ 0
        rng : seed, SeedSequence, Generator or None

        Returns
        -------
        (size,) array

        Examples
        --------
        >>> law = forecast_law([1.0], means=[[2.0, 0.0]], counts=[20], target=[2.0, 0.0], sigma=1.0)
        >>> bool(abs(law.sample(10_000, rng=0).mean() - law.mean()) < 0.001)
        True
        """
        count, random = as_integer(size, "size"), generator(rng)
        u = self.along + random.standard_normal(count)
        square = u**2
        if self.d > 1:
            square += random.noncentral_chisquare(self.d - 1, self.across**2, count)
        return np.asarray(ndtr(self.signal * u / np.sqrt(square)))


def forecast_law(
    weights: npt.ArrayLike,
    *,
    means: npt.ArrayLike,
    counts: Sequence[int] | npt.ArrayLike,
    target: npt.ArrayLike,
    sigma: float,
    agreements: npt.ArrayLike | None = None,
) -> ForecastLaw:
    """Return the law of the accuracy of the forecast ŵ = Σ a_t w_t in a domain of mean ``target``.

    Parameters
    ----------
    weights : (T,)
        a_t; any numbers. Every linear forecaster is such a vector.
    means : (T, d)
        θ_t of the domains seen; any path.
    counts : (T,) integers ≥ 1
        n_t.
    target : (d,)
        θ of the domain that is forecast.
    sigma : float > 0
        Standard deviation of the noise.
    agreements : (T,) of numbers in [−1, 1], optional
        s̄_t, the mean of ŷy over the n_t points: the law is the conditional one, given them. By default 1, true labels.

    Returns
    -------
    ForecastLaw

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type or shape; the message names it.
    UndefinedError
        If every weight is 0.

    Notes
    -----
    Given the agreements, ŵ = b + ςg with b = Σ a_t s̄_t θ_t, ς² = σ² Σ a_t²/n_t and g standard normal.

    Examples
    --------
    Two domains at right angles, forecast the second again: the average is late, the last is not.

    >>> path = {"means": [[2.0, 0.0], [0.0, 2.0]], "counts": [50, 50], "target": [0.0, 2.0], "sigma": 1.0}
    >>> [round(forecast_law(a, **path).mean(), 3) for a in ([0.5, 0.5], [0.0, 1.0])]
    [0.92, 0.977]
    """
    a = as_float_vector(weights, "weights")
    theta, goal = as_floats(means, "means"), as_float_vector(target, "target")
    noise = as_real(sigma, "sigma", positive=True)
    if theta.ndim != 2 or theta.shape != (len(a), len(goal)):
        raise ValueError(f"means has shape {theta.shape}, expected ({len(a)}, {len(goal)}), by weights and target")
    sizes = np.asarray(counts)
    if sizes.dtype.kind not in "iu" or sizes.shape != a.shape:
        raise ValueError(f"counts has shape {sizes.shape} and dtype {sizes.dtype}, expected {len(a)} integers")
    if np.any(sizes < 1):
        raise ValueError(f"counts has {sizes[sizes < 1][0]} at index {np.argmax(sizes < 1)}, but must be at least 1")
    agreed = np.ones(len(a)) if agreements is None else as_float_vector(agreements, "agreements")
    if agreed.shape != a.shape:
        raise ValueError(f"agreements has {len(agreed)} entries, but there are {len(a)} weights")
    if np.any(np.abs(agreed) > 1):
        at = int(np.argmax(np.abs(agreed) > 1))
        raise ValueError(f"agreements has {agreed[at]} at index {at}, outside [-1, 1]")
    spread = noise * np.sqrt(np.sum(a**2 / sizes))
    if spread == 0:
        raise UndefinedError("the forecast is undefined: every weight is 0")
    b, length = (a * agreed) @ theta, float(np.linalg.norm(goal))
    axis = goal / length if length else np.eye(len(goal))[0]
    along = float(b @ axis)
    return ForecastLaw(along / spread, float(np.linalg.norm(b - along * axis)) / spread, length / noise, len(goal))


def lag(weights: npt.ArrayLike, horizon: int, degrees: float) -> float:
    """Return by how many steps a linear forecast is late when the mean turns by a constant angle at every step.

    Without noise its accuracy is Φ(‖θ‖/σ · cos(ω·lag)), ω the angle.

    Parameters
    ----------
    weights : (T,)
        a_t, the oldest domain first.
    horizon : int ≥ 1
        k, the steps from the last domain to the forecast one.
    degrees : float
        ω in degrees; for 0 it is the mean age, weighted.

    Returns
    -------
    float
        k + (T − 1)/2 if pooled (and ωT is below 360°), k for the last domain alone, negative if it hurries ahead. Of
        the lags that differ by full circles it is the one nearest to that for small angles.

    Raises
    ------
    UndefinedError
        If the forecast vanishes without noise: the weighted domains cancel.

    Examples
    --------
    >>> lag([0.25] * 4, horizon=2, degrees=10).__round__(9)
    3.5
    """
    a = as_float_vector(weights, "weights")
    ages = as_integer(horizon, "horizon", least=1) + np.arange(len(a) - 1, -1, -1.0)
    omega = np.deg2rad(as_real(degrees, "degrees"))
    total = a.sum()
    if omega == 0:
        if abs(total) <= 1e-12 * np.abs(a).sum():
            raise UndefinedError("the lag is undefined: the weights sum to 0")
        return float(a @ ages / total)
    late = a @ np.exp(1j * omega * ages)
    if abs(late) <= 1e-12 * np.abs(a).sum():
        raise UndefinedError("the lag is undefined: the weighted domains cancel")
    found, circle = float(np.angle(late) / omega), 2 * np.pi / abs(omega)
    near = float(a @ ages / total) if abs(total) > 1e-12 * np.abs(a).sum() else 0.0
    return float(found + circle * round((near - found) / circle))
