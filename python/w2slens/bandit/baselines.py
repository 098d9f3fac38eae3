"""Policies without an index: posterior sampling, chance, turns, and the one that knows.

All have one interface: ``select()`` gives the source, ``observe(source, fraction, n)`` takes what its batch held. The
kernel of `w2slens.bandit.bandit_trials` plays the same policies, operation by operation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._checks import as_integer, as_real
from .._random import RandomSource
from .indices import Means
from .policy import Policy

__all__ = ["EpsilonGreedy", "Oracle", "RoundRobin", "ThompsonSampling", "UniformPolicy"]


class ThompsonSampling(Policy):
    """The largest of one draw from each source's Beta posterior, under uniform priors.

    Parameters
    ----------
    n_sources : int >= 1
    rng : seed, SeedSequence or Generator

    Notes
    -----
    A batch of n points with fraction f adds n·f successes and n·(1 − f) failures: points are what it counts.

    References
    ----------
    Thompson 1933; Agrawal, Goyal 2012.

    Examples
    --------
    >>> policy = ThompsonSampling(2, rng=0)
    >>> policy.observe(0, 0.1, n=1000); policy.observe(1, 0.9, n=1000)
    >>> policy.select()
    1
    """

    _state = ("_inside", "_outside")

    def __init__(self, n_sources: int, *, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self._inside = np.ones(self.n_sources)
        self._outside = np.ones(self.n_sources)

    def _choose(self) -> int:
        guesses = np.zeros(self.n_sources)
        for k in self._order[self._open[self._order]]:
            guesses[k] = self._rng.beta(self._inside[k], self._outside[k])
        return self._first_largest(guesses)

    def _learn(self, source: int, fraction: float, n: int) -> None:
        self._inside[source] += fraction * n
        self._outside[source] += (1 - fraction) * n


class EpsilonGreedy(Means):
    """The largest mean or, with probability ε, any source; each is pulled once first.

    Parameters
    ----------
    n_sources : int >= 1
    epsilon : float in [0, 1]
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> policy = EpsilonGreedy(2, epsilon=0.0, rng=0)
    >>> policy.observe(0, 0.2); policy.observe(1, 0.1)
    >>> policy.select()
    0
    """

    def __init__(self, n_sources: int, *, epsilon: float = 0.1, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self.epsilon = as_real(epsilon, "epsilon")
        if not 0 <= self.epsilon <= 1:
            raise ValueError(f"epsilon is {self.epsilon}, but must be in [0, 1]")

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"epsilon": self.epsilon}

    def _index(self, mean: float, count: float) -> float:
        return mean

    def _choose(self) -> int:
        if (self._counts[self._open] > 0).all() and self._rng.random() < self.epsilon:
            choices = self._order[self._open[self._order]]
            return int(choices[self._rng.integers(choices.size)])
        return super()._choose()


class RoundRobin(Policy):
    """One source after another.

    Parameters
    ----------
    n_sources : int >= 1
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> policy = RoundRobin(2, rng=0)
    >>> first = policy.select(); policy.observe(first, 0.5)
    >>> {first, policy.select()} == {0, 1}
    True
    """

    def __init__(self, n_sources: int, *, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self._place = 0

    def _choose(self) -> int:
        turns = np.roll(self._order, -self._place)
        return int(turns[self._open[turns]][0])

    def _learn(self, source: int, fraction: float, n: int) -> None:
        self._place = (int(np.flatnonzero(self._order == source)[0]) + 1) % self.n_sources

    def defer(self, source: int) -> None:
        """Go on to the next source, though nothing was learned from this one."""
        self._learn(self._number(source), 0.0, 0)

    def _more_state(self) -> dict[str, Any]:
        return {"place": self._place}

    def _restore_more(self, state: dict[str, Any]) -> None:
        self._place = as_integer(state["place"], "place", most=self.n_sources - 1)


class UniformPolicy(Policy):
    """Any source, with equal probability: random acquisition.

    Parameters
    ----------
    n_sources : int >= 1
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> UniformPolicy(3, rng=0).select() in (0, 1, 2)
    True
    """

    def _choose(self) -> int:
        choices = self._order[self._open[self._order]]
        return int(choices[self._rng.integers(choices.size)])

    def _learn(self, source: int, fraction: float, n: int) -> None:
        """Nothing is learned."""


class Oracle(Policy):
    """Always the source that is truly the richest: what the others are measured against.

    Parameters
    ----------
    densities : (K,) or (S, K) numbers in [0, 1]
        True overlap densities, of each segment of rounds where they change.
    starts : (S,) ints, optional
        First round of each segment, ascending from 0.
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> Oracle([0.2, 0.7, 0.5]).select()
    1
    """

    def __init__(
        self, densities: npt.ArrayLike, *, starts: npt.ArrayLike | None = None, rng: RandomSource = None
    ) -> None:
        from .segments import as_segments

        self._starts, self._densities, _ = as_segments(densities, None, starts)
        super().__init__(self._densities.shape[1], rng=rng)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"densities": self._densities.tolist(), "starts": self._starts.tolist()}

    @classmethod
    def _rebuilt(cls, n_sources: int, parameters: dict[str, Any]) -> Oracle:
        oracle = cls(**parameters, rng=0)
        if oracle.n_sources != n_sources:
            raise ValueError(f"densities has {oracle.n_sources} sources, but n_sources is {n_sources}")
        return oracle

    def _choose(self) -> int:
        segment = int(np.searchsorted(self._starts, self.rounds, side="right")) - 1
        # Densities are given, not computed: no rounding is to be forgiven.
        return self._first_largest(self._densities[segment], tie=0.0)

    def defer(self, source: int) -> None:
        """Let a round pass that could not be judged: the densities change with the rounds played."""
        super().defer(source)
        self.rounds += 1

    def _learn(self, source: int, fraction: float, n: int) -> None:
        """Nothing is left to learn."""
