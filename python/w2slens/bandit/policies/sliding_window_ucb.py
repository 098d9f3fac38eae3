"""UCB on the last rounds only, for sources that change abruptly."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._checks import as_integer, as_real
from ..._random import RandomSource
from ..indices import Means
from ..policy import Look, Variant

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["SlidingWindowUCB"]


class SlidingWindowUCB(Means):
    """UCB on the last W rounds only, for sources that change abruptly: mean + √(ξ ln min(t, W) / n).

    Parameters
    ----------
    n_sources : int >= 1
    window : int >= 1
        W, in rounds.
    xi : float > 0
        ξ; above ½ in the theory, 0.6 in its authors' experiments.
    rng : seed, SeedSequence or Generator

    References
    ----------
    Garivier, Moulines, *On upper-confidence bound policies for switching bandit problems*, ALT 2011.

    Examples
    --------
    >>> policy = SlidingWindowUCB(2, window=2, rng=0)
    >>> policy.observe(0, 1.0); policy.observe(1, 0.5); policy.observe(1, 0.7)
    >>> policy.select()  # the round of source 0 has left the window
    0
    """

    kernel = "sliding_window_ucb"
    variants = (
        Variant(
            "sliding window",
            "SlidingWindowUCB(K, window=W)",
            r"$\hat\rho_k + \sqrt{\xi\ln\min(t, W)/n_k}$ over the last W rounds",
            Look("#E69F00", "*"),
            "Garivier, Moulines 2011",
            lambda horizon: {"window": max(1, round(2 * math.sqrt(horizon * math.log(horizon))))},
        ),
    )

    def __init__(self, n_sources: int, *, window: int, xi: float = 0.6, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self.window = as_integer(window, "window", least=1, most=2**53)
        self.xi = as_real(xi, "xi", positive=True)
        self._ring: deque[tuple[int, float]] = deque()

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"window": self.window, "xi": self.xi}

    def _index(self, mean: float, count: float) -> float:
        scale = self.xi * math.log(min(max(self.rounds, 1), self.window))
        return mean + math.sqrt(scale / count)

    def _learn(self, source: int, fraction: float, n: int) -> None:
        if len(self._ring) == self.window:
            oldest, leaving = self._ring.popleft()
            self._counts[oldest] -= 1
            self._sums[oldest] = max(0.0, self._sums[oldest] - leaving) if self._counts[oldest] > 0 else 0.0
        self._ring.append((source, fraction))
        super()._learn(source, fraction, n)

    def _more_state(self) -> dict[str, Any]:
        return {"ring": [list(entry) for entry in self._ring]}

    def _restore_more(self, state: dict[str, Any]) -> None:
        ring = [(self._number(source), as_real(fraction, "ring")) for source, fraction in state["ring"]]
        if len(ring) > self.window or not all(0 <= fraction <= 1 for _, fraction in ring):
            raise ValueError(f"ring must hold at most {self.window} fractions in [0, 1]")
        if (np.bincount([source for source, _ in ring], minlength=self.n_sources) != self._counts).any():
            raise ValueError("ring and _counts contradict each other")
        self._ring = deque(ring)

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        from hypothesis import strategies as st

        return {"window": st.integers(1, 40), "xi": st.floats(0.01, 4.0)}
