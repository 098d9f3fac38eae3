"""UCB with the bonus of the published code."""

from __future__ import annotations

import math

from ..indices import WithHorizon
from ..policy import Look, Variant

__all__ = ["PublishedUCB"]


class PublishedUCB(WithHorizon):
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
    does not vanish it settles on a wrong source for good; see `docs/selection/published_bonus.md`.

    Examples
    --------
    >>> policy = PublishedUCB(2, horizon=50, rng=0)
    >>> policy.observe(0, 0.5); policy.observe(1, 0.4)
    >>> policy.select()
    0
    """

    kernel = "published_ucb"
    variants = (
        Variant(
            "published",
            "PublishedUCB(K, horizon=T)",
            r"$\hat\rho_k + \sqrt{2\ln T}/n_k$: no confidence bound",
            Look("#7A1F5C", "P", "--"),
            "the published code",
            lambda horizon: {"horizon": horizon},
        ),
    )

    def _index(self, mean: float, count: float) -> float:
        return mean + math.sqrt(2 * self._log(self.horizon)) / count
