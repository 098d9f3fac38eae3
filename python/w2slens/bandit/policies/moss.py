"""MOSS: minimax-optimal in the stochastic case."""

from __future__ import annotations

import math

from ..indices import WithHorizon
from ..policy import Look, Variant

__all__ = ["MOSS"]


class MOSS(WithHorizon):
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

    kernel = "moss"
    variants = (
        Variant(
            "MOSS",
            "MOSS(K, horizon=T)",
            r"$\hat\rho_k + \sqrt{\max(0, \ln(T/(K n_k)))/n_k}$",
            Look("#E69F00", "^"),
            "Audibert, Bubeck 2009",
            lambda horizon: {"horizon": horizon},
        ),
    )

    def _index(self, mean: float, count: float) -> float:
        return mean + math.sqrt(max(0.0, math.log(self.horizon / self.n_sources / count)) / count)
