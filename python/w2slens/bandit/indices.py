"""What index policies share: means, how often they were observed, and a horizon where they need one."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._arrays import Floats
from .._checks import as_integer, one_of
from .._random import RandomSource
from .policy import Policy

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["UNITS", "Means", "Unit", "WithHorizon", "as_horizon"]

Unit = Literal["rounds", "points"]
UNITS = ("rounds", "points")
"""What an index may count: batches, whatever their size, or points."""


class Means(Policy):
    """A policy that keeps the sum and the number of observations of each source."""

    _state = ("_sums", "_counts")

    def __init__(self, n_sources: int, *, unit: str = "rounds", rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self._unit = one_of(unit, "unit", UNITS)
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


class WithHorizon(Means):
    """A policy of means that needs the number of rounds, and nothing else."""

    def __init__(self, n_sources: int, *, horizon: int, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self.horizon = as_horizon(horizon, self.n_sources)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"horizon": self.horizon}

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        from hypothesis import strategies as st

        return {"horizon": st.integers(n_sources, 10**6)}


def as_horizon(horizon: int, n_sources: int) -> int:
    """Return ``horizon`` as an ``int``, at least the number of sources."""
    rounds = as_integer(horizon, "horizon", least=1, most=2**53)
    if rounds < n_sources:
        raise ValueError(f"horizon is {rounds}, below the number of sources, {n_sources}: not each can be tried")
    return rounds
