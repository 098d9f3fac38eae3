"""The delta law: the exact distribution of what a student learns from the difference of two weak teachers.

On n overlap points the student adds η·(1/n) Σ ½(ŷ_c − ŷ_r)x to what it was: it averages over the points on which the
teachers disagree, labelled by the chosen one. In the Gaussian mixture of Shin, Cooper, Sala 2025, section 4, its
population accuracy on hard-only points has a law in closed form for every n and every dimension, and it depends on the
teachers through two numbers, their gap and their disagreement. Statement and proof: docs/delta/delta_law.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ..._arrays import Floats, as_float_vector, as_floats, as_shares
from ..._checks import as_integer, as_real
from ..._random import RandomSource, generator
from ..quadrature import condensed, unit
from .cosine import below
from .pair import Pair
from .rule import Outcomes, outcomes

__all__ = ["DeltaLaw", "delta_law", "hard_part"]


def delta_law(
    n: int,
    pair: Pair,
    *,
    t: float,
    sigma: float,
    d_hard: int,
    reference: tuple[float, float] | None = None,
    step: float = 1.0,
    flip: float = 0.0,
) -> DeltaLaw:
    """Return the law of the accuracy on hard-only points of a student that learns from a pair of teachers.

    Parameters
    ----------
    n : int >= 0
        Number of overlap points that both teachers label.
    pair : Pair
        How often one teacher is right where the other is wrong; see `teacher_pair`. If it is itself random, mix the
        laws.
    t : float >= 0
        ‖θ_h‖.
    sigma : float > 0
        Standard deviation of the noise.
    d_hard : int >= 1
        Size of the hard block.
    reference : (along, across), optional
        The hard block of the coefficients from which the student starts: its part along θ_h, and the length, >= 0, of
        the rest; see `hard_part`. Without it the student starts from 0.
    step : float > 0
        η, what the average is multiplied by before it is added to the reference.
    flip : float in [0, 1]
        Probability with which a preference is turned round.

    Returns
    -------
    DeltaLaw

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    Notes
    -----
    The student's hard block is w₀ + η(D̄θ_h + (σ√m/n)g), D̄ = (N₊ − N₋)/n, where m = N₊ + N₋ ~ Bin(n, q) points see
    the teachers disagree, N₊ ~ Bin(m, (1 + δ/q)/2) and g is standard normal. From a cold start it is the overlap law
    of m points and a teacher of accuracy (1 + δ/q)/2.

    Examples
    --------
    Both teachers are worse than chance, and the pair teaches nevertheless:

    >>> law = delta_law(400, Pair.of(0.1, 0.16), t=2.5, sigma=5**0.5, d_hard=20)
    >>> round(law.mean(), 4)
    0.8056
    """
    if not isinstance(pair, Pair):
        raise TypeError(f"pair must be a Pair, not {type(pair).__name__}")
    along, across = (0.0, 0.0) if reference is None else _reference(reference)
    return DeltaLaw(
        as_integer(n, "n"),
        pair.flipped(flip),
        as_real(sigma, "sigma", positive=True),
        _at_least_zero(t, "t"),
        as_integer(d_hard, "d_hard", least=1),
        along,
        across,
        as_real(step, "step", positive=True),
    )


def hard_part(reference: npt.ArrayLike, theta_hard: npt.ArrayLike) -> tuple[float, float]:
    """Return the hard block of coefficients as `delta_law` takes it: its part along θ_h, and the length of the rest.

    Parameters
    ----------
    reference, theta_hard : (d_hard,) arrays
        The coefficients on the hard block, and θ_h, not all zero.

    Returns
    -------
    (along, across) : floats

    Examples
    --------
    >>> hard_part([1.0, 2.0], [3.0, 0.0])
    (1.0, 2.0)
    """
    w, mean = as_float_vector(reference, "reference"), as_float_vector(theta_hard, "theta_hard")
    if len(w) != len(mean):
        raise ValueError(f"reference has {len(w)} coefficients, but theta_hard has {len(mean)}")
    length, direction = unit(mean)
    if length == 0:
        raise ValueError("theta_hard has no direction: every entry is 0")
    along = float(w @ direction)
    return along, float(np.linalg.norm(w - along * direction)) if len(w) > 1 else 0.0


@dataclass(frozen=True)
class DeltaLaw:
    """Law of the accuracy on hard-only points of a student taught by a pair; `delta_law` makes it.

    In units of its noise, ησ√m/n, the student's hard block is (U, V): U ~ N(·, 1) along θ_h and V² non-central
    chi-square with d_h − 1 degrees of freedom. The accuracy is Φ((t/σ)·U/√(U² + V²)). Without a disagreement the
    student stays what it was; if it was nothing, its accuracy is ½.

    Attributes
    ----------
    n : int >= 0
        Number of overlap points.
    pair : Pair
        The teachers, flips included.
    sigma : float > 0
        Standard deviation σ of the noise.
    t : float >= 0
        ‖θ_h‖.
    dof : int >= 1
        d_h, the size of the hard block.
    along, across : float
        The hard block from which the student starts: along θ_h, and the length of the rest.
    step : float > 0
        η.
    """

    n: int
    pair: Pair
    sigma: float
    t: float
    dof: int
    along: float = 0.0
    across: float = 0.0
    step: float = 1.0
    _cache: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def best(self) -> float:
        """Bayes accuracy Φ(t/σ) on hard-only points; no student exceeds it, nor falls below 1 − ``best``."""
        return float(ndtr(self._signal))

    @property
    def start(self) -> float:
        """Accuracy of the student before it is taught; ½ without a reference."""
        return float(ndtr(self._signal * self._start))

    @property
    def _signal(self) -> float:
        return self.t / self.sigma

    @property
    def _start(self) -> float:
        """Cosine of the student, untaught, with θ_h."""
        length = float(np.hypot(self.along, self.across))
        return self.along / length if length > 0 else 0.0

    def mean(self) -> float:
        """Return the expected accuracy, by the trapezoidal rule; the time it takes hardly depends on n.

        Errors are about 1e-12. It is the probability that w·x > 0 for a new point x of label +1, hence by Gil-Pelaez
        (1951) ½ + (1/π) ∫ Im E exp(iωQ) dω/ω, where Q is a bilinear form of two normal vectors.

        Examples
        --------
        >>> law = delta_law(95, Pair.of(0.1, 0.1), t=2.5, sigma=5**0.5, d_hard=20)
        >>> round(law.mean(), 6)
        0.74621
        """
        if self._signal == 0:
            return 0.5
        rule = self._rule()
        if rule.weights.size == 0:
            return self.start
        groups = self._groups()
        centre, weights = (np.concatenate([group[i] for group in groups]) for i in (0, 1))
        across = np.repeat([group[2] for group in groups], [len(group[0]) for group in groups])
        squares, signal = centre**2 + across**2 + self._signal**2, self._signal
        # ω = exp(x − exp(−x))/largest: the integrand is analytic in x and falls off doubly exponentially on the left,
        # and on the right like ω^−d_h.
        largest = np.sqrt(np.max(squares) + self.dof)
        step = min(0.1, 0.5 / (1 + signal))
        x = np.arange(-3.8, min(40 / self.dof, 80.0) + np.log(largest) + 1, step)
        omega = np.exp(x - np.exp(-x)) / largest
        damping = 1 / (1 + omega**2)
        total = 0.0
        for w, d, y in zip(omega, damping, x, strict=True):
            size = np.exp(-(w**2) / 2 * d * squares + self.dof / 2 * np.log(d))
            total += float(weights @ (size * np.sin(w * d * signal * centre))) * (1 + np.exp(-y))
        return float(rule.none * self.start + (1 - rule.none) / 2 + total * step / np.pi)

    def cdf(self, x: npt.ArrayLike) -> Floats:
        """Return P(accuracy <= x), by quadrature; errors are below 1e-9.

        Parameters
        ----------
        x : array of numbers
            Accuracies.

        Returns
        -------
        array of the shape of ``x``

        Examples
        --------
        >>> law = delta_law(20, Pair.of(0.1, 0.16), t=2.5, sigma=5**0.5, d_hard=20)
        >>> law.cdf([0.1, 0.6, 0.9]).round(4).tolist()
        [0.0, 0.432, 1.0]
        """
        points = as_floats(x, "x", infinite=True)
        return np.array([self._cdf(float(point)) for point in points.ravel()]).reshape(points.shape)

    def _cdf(self, x: float) -> float:
        if self._signal == 0:
            return float(x >= 0.5)
        if not 1 - self.best <= x < self.best:
            return float(x >= self.best)
        return self._cdf_at(float(ndtri(x)) / self._signal)

    def _cdf_at(self, cosine: float) -> float:
        """P(the cosine between the student's hard block and θ_h is at most ``cosine``)."""
        # Rounding of the accuracy must not part the untaught student from its own place.
        here = self._rule().none if cosine >= self._start - 4e-16 else 0.0
        return min(1.0, here + self._taught(cosine))

    def _taught(self, cosine: float) -> float:
        """The same, and that the teachers disagree somewhere."""
        if cosine >= 1:
            return 1 - self._rule().none
        if cosine <= -1:
            # With a single coordinate the student is right or upside down; otherwise nothing is as bad as that.
            return self._taught(0.0) if self.dof == 1 and cosine == -1 else 0.0
        total = 0.0
        for centre, weights, across in self._groups():
            total += below(cosine, centre, weights, self.dof - 1, across**2)
        return total

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
        >>> law = delta_law(20, Pair.of(0.1, 0.16), t=2.5, sigma=5**0.5, d_hard=20)
        >>> law.quantile([0.05, 0.95]).round(4).tolist()
        [0.3887, 0.7616]
        """
        levels = as_shares(q, "q")
        return np.array([self._quantile(float(level)) for level in levels.ravel()]).reshape(levels.shape)

    def _quantile(self, q: float) -> float:
        if self._signal == 0:
            return 0.5
        none = self._rule().none
        if none > 0:
            before = self._taught(self._start)
            if before < q <= before + none or none == 1:
                return self.start
        if self._cdf_at(-1.0) >= q:
            return 1 - self.best
        # Over the angle the law is spread more evenly than over the accuracy. At ±π/2 the function is 0 − q and 1 − q.
        angle = brentq(lambda x: self._cdf_at(float(np.sin(x))) - q, -np.pi / 2, np.pi / 2, xtol=1e-15, rtol=1e-15)
        return float(ndtr(self._signal * np.sin(angle)))

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
        >>> law = delta_law(20, Pair.of(0.1, 0.16), t=2.5, sigma=5**0.5, d_hard=20)
        >>> bool(abs(law.sample(10_000, rng=0).mean() - law.mean()) < 0.005)
        True
        """
        count, random = as_integer(size, "size"), generator(rng)
        plus, minus = self.pair.p_plus, self.pair.p_minus
        drawn = random.multinomial(self.n, [plus, minus, max(0.0, 1 - plus - minus)], size=count)
        m, balance = drawn[:, 0] + drawn[:, 1], (drawn[:, 0] - drawn[:, 1]).astype(float)
        u, rest = random.standard_normal(count), random.standard_normal(count)
        others = random.chisquare(self.dof - 2, count) if self.dof > 2 else np.zeros(count)
        centre, across = self._scaled(np.maximum(m, 1).astype(float), balance)
        u, v = u + centre, (across + rest) ** 2 + others if self.dof > 1 else np.zeros(count)
        cosine = np.where(m > 0, u / np.sqrt(u**2 + v), self._start)
        return ndtr(self._signal * cosine)

    def _scaled(self, m: Floats, balance: Floats) -> tuple[Floats, Floats]:
        """Mean of U, and the length of V's, in units of the noise."""
        root = np.sqrt(m)
        scale = self.n / (self.step * self.sigma * root)
        return balance / root * self._signal + self.along * scale, self.across * scale

    def _rule(self) -> Outcomes:
        if "rule" not in self._cache:
            pair = self.pair
            accuracy = pair.accuracy if pair.disagreement > 0 else 0.5
            self._cache["rule"] = outcomes(self.n, pair.disagreement, accuracy, self._signal)
        found: Outcomes = self._cache["rule"]
        return found

    def _groups(self) -> list[tuple[Floats, Floats, float]]:
        """Means of U and their weights for each length of V's mean; one mixture if the latter is 0."""
        if "groups" not in self._cache:
            rule = self._rule()
            centre, across = self._scaled(rule.disagreements, rule.balance)
            groups = []
            for length in np.unique(across):
                same = across == length
                groups.append((*_merged(centre[same], rule.weights[same]), float(length)))
            self._cache["groups"] = groups
        found: list[tuple[Floats, Floats, float]] = self._cache["groups"]
        return found


def _merged(centre: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Few nodes for many: what they are summed against is smoothed by a standard normal, so eight per ¾ do."""
    # Nodes that rounding parts are one.
    rounded, place = np.unique(np.round(centre, 10), return_inverse=True)
    summed = np.asarray(np.bincount(place, weights), np.float64)
    bins = np.floor((rounded - rounded[0]) / 0.75).astype(np.intp)
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    pieces = zip(np.split(rounded, starts[1:]), np.split(summed, starts[1:]), strict=True)
    parts = [condensed(node, weight, 8) for node, weight in pieces]
    nodes, merged = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return nodes, merged


def _reference(reference: tuple[float, float]) -> tuple[float, float]:
    values = as_float_vector(reference, "reference")
    if len(values) != 2:
        raise ValueError(f"reference has {len(values)} entries, expected 2: along and across")
    if values[1] < 0:
        raise ValueError(f"reference has {values[1]} at index 1, but the length of the rest must not be negative")
    return float(values[0]), float(values[1])


def _at_least_zero(value: float, name: str) -> float:
    number = as_real(value, name)
    if number < 0:
        raise ValueError(f"{name} is {number}, but must not be negative")
    return number
