"""Thompson sampling from Beta posteriors."""

from __future__ import annotations

import numpy as np

from ..._random import RandomSource
from ..policy import Look, Policy, Variant

__all__ = ["ThompsonSampling"]


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

    kernel = "thompson"
    variants = (
        Variant(
            "Thompson",
            "ThompsonSampling(K)",
            r"draw from $\mathrm{Beta}(1 + \text{overlap points}, 1 + \text{others})$",
            Look("#D55E00", "v", "-."),
            "Thompson 1933",
        ),
    )

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
