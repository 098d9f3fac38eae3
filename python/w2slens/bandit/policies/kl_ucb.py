"""KL-UCB: the tightest index of Bernoulli observations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..._random import RandomSource
from ..indices import UNITS, Means, Unit, as_horizon
from ..policy import Look, Variant

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["KLUCB"]


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

    kernel = "kl_ucb"
    variants = (
        Variant(
            "KL-UCB",
            'KLUCB(K, unit="points")',
            r"$\max\{q : n_k\,\mathrm{kl}(\hat\rho_k, q) \le \ln t\}$, or $\ln T$ with `horizon=T`",
            Look("#007A5E", "D", "-."),
            "Garivier, Cappé 2011",
            lambda _: {"unit": "points"},
        ),
    )

    def __init__(
        self, n_sources: int, *, horizon: int | None = None, unit: Unit = "rounds", rng: RandomSource = None
    ) -> None:
        super().__init__(n_sources, unit=unit, rng=rng)
        self.horizon = None if horizon is None else as_horizon(horizon, self.n_sources)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"horizon": self.horizon, "unit": self._unit}

    def _index(self, mean: float, count: float) -> float:
        return kl_upper(mean, self._log(self.horizon) / count)

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        from hypothesis import strategies as st

        return {"horizon": st.none() | st.integers(n_sources, 10**6), "unit": st.sampled_from(UNITS)}


def kl_upper(p: float, c: float) -> float:
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
