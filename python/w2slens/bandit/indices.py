"""Policies that choose the largest of an index per source, made of its mean and how often it was observed."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, Literal

import numpy as np

from .._checks import as_integer, as_real, one_of
from .._random import RandomSource
from .policy import Floats, Policy

__all__ = ["KLUCB", "MOSS", "UCB", "Means", "PublishedUCB"]

Unit = Literal["rounds", "points"]


class Means(Policy):
    """A policy that keeps the sum and the number of observations of each source."""

    _state = ("_sums", "_counts")

    def __init__(self, n_sources: int, *, unit: str = "rounds", rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self._unit = one_of(unit, "unit", ("rounds", "points"))
        self._sums = np.zeros(self.n_sources)
        self._counts = np.zeros(self.n_sources)

    @property
    def means(self) -> Floats:
        """Mean observed fraction of each source, (K,); NaN before its first batch."""
        return np.divide(self._sums, self._counts, out=np.full(self.n_sources, np.nan), where=self._counts > 0)

    def index(self) -> Floats:
        """Return the index of each source, (K,): the largest is chosen. It is infinite before a source's first batch.

        (Not for `EpsilonGreedy`, whose choice also depends on chance: there it is the mean.)
        """
        index = np.full(self.n_sources, np.inf)
        for k, (total, count) in enumerate(zip(self._sums.tolist(), self._counts.tolist(), strict=True)):
            if count > 0:
                index[k] = self._index(total / count, count)
        return index

    @abstractmethod
    def _index(self, mean: float, count: float) -> float: ...

    def _choose(self) -> int:
        return self._first_largest(self.index())

    def _learn(self, source: int, fraction: float, n: int) -> None:
        weight = float(n) if self._unit == "points" else 1.0
        self._sums[source] += fraction * weight
        self._counts[source] += weight

    def _log(self, horizon: int | None) -> float:
        """Logarithm of the horizon or, without one, of the number of rounds so far."""
        return math.log(max(1, self.rounds) if horizon is None else horizon)


class UCB(Means):
    """Upper confidence bound: the largest mean + √(ξ ln T / n).

    Parameters
    ----------
    n_sources : int >= 1
    horizon : int >= n_sources, optional
        T, the number of rounds: the bonus of the paper. Without one, T is the number of rounds so far (the anytime
        bonus of Auer et al. 2002).
    xi : float > 0
        ξ; 2 in both.
    unit : {"rounds", "points"}
        What n counts, and what a mean weighs equally: batches, whatever their size, as in the paper, or points. With
        batches of b points, "points" shrinks the bonus by √b.
    rng : seed, SeedSequence or Generator

    References
    ----------
    Shin, Cooper, Sala 2025, section 3 and Theorem 4.3; Auer, Cesa-Bianchi, Fischer 2002, UCB1; `docs/selection.md`.

    Examples
    --------
    >>> policy = UCB(2, horizon=100, rng=0)
    >>> for _ in range(100):
    ...     source = policy.select()
    ...     policy.observe(source, fraction=0.9 if source == 1 else 0.1)
    >>> policy.means.round(3).tolist(), policy.select()
    ([0.1, 0.9], 1)
    """

    def __init__(
        self,
        n_sources: int,
        *,
        horizon: int | None = None,
        xi: float = 2.0,
        unit: Unit = "rounds",
        rng: RandomSource = None,
    ) -> None:
        super().__init__(n_sources, unit=unit, rng=rng)
        self.horizon = None if horizon is None else _horizon(horizon, self.n_sources)
        self.xi = as_real(xi, "xi", positive=True)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"horizon": self.horizon, "xi": self.xi, "unit": self._unit}

    def _index(self, mean: float, count: float) -> float:
        if self.horizon is None:
            return mean + math.sqrt(self.xi * self._log(None)) * (1 / math.sqrt(count))
        return mean + math.sqrt(self.xi * self._log(self.horizon) / count)


class _WithHorizon(Means):
    """A policy of means that needs the number of rounds, and nothing else."""

    def __init__(self, n_sources: int, *, horizon: int, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self.horizon = _horizon(horizon, self.n_sources)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"horizon": self.horizon}


class PublishedUCB(_WithHorizon):
    """The bonus of the published code, √(2 ln T)/n instead of √(2 ln T / n): no confidence bound.

    Parameters
    ----------
    n_sources : int >= 1
    horizon : int >= n_sources
        T, the number of rounds.
    rng : seed, SeedSequence or Generator

    Notes
    -----
    Its bonus vanishes so fast that it rarely explores: on average its regret is small, but with a probability that
    does not vanish it settles on a wrong source for good; see `docs/published_bonus.md`.

    Examples
    --------
    >>> policy = PublishedUCB(2, horizon=50, rng=0)
    >>> policy.observe(0, 0.5); policy.observe(1, 0.4)
    >>> policy.select()
    0
    """

    def _index(self, mean: float, count: float) -> float:
        return mean + math.sqrt(2 * self._log(self.horizon)) / count


class KLUCB(Means):
    """The largest q whose Bernoulli divergence n·kl(mean, q) stays within ln T: the tightest such index.

    Parameters
    ----------
    n_sources : int >= 1
    horizon : int >= n_sources, optional
        T; without one, the number of rounds so far.
    unit : {"rounds", "points"}
        What n counts; see `UCB`.
    rng : seed, SeedSequence or Generator

    References
    ----------
    Garivier, Cappé, *The KL-UCB algorithm for bounded stochastic bandits and beyond*, COLT 2011 (with c = 0).

    Examples
    --------
    >>> policy = KLUCB(2, horizon=100, rng=0)
    >>> policy.observe(0, 0.0); policy.observe(1, 1.0)
    >>> policy.index().round(2).tolist()
    [0.99, 1.0]
    """

    def __init__(
        self, n_sources: int, *, horizon: int | None = None, unit: Unit = "rounds", rng: RandomSource = None
    ) -> None:
        super().__init__(n_sources, unit=unit, rng=rng)
        self.horizon = None if horizon is None else _horizon(horizon, self.n_sources)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"horizon": self.horizon, "unit": self._unit}

    def _index(self, mean: float, count: float) -> float:
        return _kl_upper(mean, self._log(self.horizon) / count)


class MOSS(_WithHorizon):
    """Minimax-optimal in the stochastic case: the largest mean + √(max(0, ln(T/(K n))) / n).

    Parameters
    ----------
    n_sources : int >= 1
    horizon : int >= n_sources
        T, the number of rounds.
    rng : seed, SeedSequence or Generator

    References
    ----------
    Audibert, Bubeck, *Minimax policies for adversarial and stochastic bandits*, COLT 2009.

    Examples
    --------
    >>> policy = MOSS(2, horizon=4, rng=0)
    >>> policy.observe(0, 0.25); policy.observe(1, 0.75); policy.observe(1, 0.75)
    >>> policy.index().round(3).tolist()
    [1.083, 0.75]
    """

    def _index(self, mean: float, count: float) -> float:
        return mean + math.sqrt(max(0.0, math.log(self.horizon / self.n_sources / count)) / count)


def _horizon(horizon: int, n_sources: int) -> int:
    rounds = as_integer(horizon, "horizon", least=1, most=2**53)
    if rounds < n_sources:
        raise ValueError(f"horizon is {rounds}, below the number of sources, {n_sources}: not each can be tried")
    return rounds


def _kl_upper(p: float, c: float) -> float:
    """Return the largest q in [p, 1] with kl(p, q) <= c, by Newton's method from the right in v = −ln(1 − q)."""
    if p >= 1 or c <= 0:
        return p
    entropy = -((p * math.log(p) if p > 0 else 0.0) + (1 - p) * math.log1p(-p))
    v = (c + entropy) / (1 - p)
    if p <= 0:
        return -math.expm1(-v)
    pinsker = p + math.sqrt(c / 2)
    if pinsker < 1:
        v = min(v, -math.log1p(-pinsker))
    least = -math.log1p(-p)
    for _ in range(50):
        q = -math.expm1(-v)
        excess = -entropy - p * math.log(q) + (1 - p) * v - c
        slope = (1 - p) - p * (1 - q) / q
        if slope <= 0:
            break  # at q = p, to rounding
        step = excess / slope
        v = max(v - step, least)
        if step <= 1e-12 * v:
            break
    return min(max(-math.expm1(-v), p), 1.0)
