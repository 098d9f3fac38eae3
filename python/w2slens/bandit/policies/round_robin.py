"""One source after another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._checks import as_integer
from ..._random import RandomSource
from ..policy import Look, Policy, Variant

__all__ = ["RoundRobin"]


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

    kernel = "round_robin"
    variants = (
        Variant(
            "round robin",
            "RoundRobin(K)",
            r"the next one",
            Look("#444444", "+", ":"),
        ),
    )

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
