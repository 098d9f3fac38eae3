"""UCB with geometrically discounted rounds, for sources that drift."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._checks import as_real
from ..._random import RandomSource
from ..indices import Means
from ..policy import Look, Variant

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["DiscountedUCB"]


class DiscountedUCB(Means):
    """UCB with geometrically discounted rounds, for sources that drift: mean + 2√(ξ ln Σn / n), n discounted counts.

    Parameters
    ----------
    n_sources : int >= 1
    discount : float in (0, 1]
        Factor γ by which each round weighs less than the next; about 1/(1 − γ) rounds are remembered.
    xi : float > 0
        ξ; above ½ in the theory, 0.6 in its authors' experiments.
    rng : seed, SeedSequence or Generator

    References
    ----------
    Kocsis, Szepesvári 2006; Garivier, Moulines 2011.

    Examples
    --------
    >>> policy = DiscountedUCB(2, discount=0.5, rng=0)
    >>> policy.observe(0, 1.0); policy.observe(1, 1.0)
    >>> policy.select()  # the older observation counts half, so its source is explored
    0
    """

    kernel = "discounted_ucb"
    variants = (
        Variant(
            "discounted",
            "DiscountedUCB(K, discount=γ)",
            r"$\hat\rho_k + 2\sqrt{\xi\ln\sum_j n_j/n_k}$ with discounted sums",
            Look("#8C6D1F", "<"),
            "Garivier, Moulines 2011",
            lambda horizon: {"discount": 1 - 1 / (4 * math.sqrt(horizon))},
        ),
    )

    def __init__(self, n_sources: int, *, discount: float, xi: float = 0.6, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self.discount = as_real(discount, "discount")
        if not 0 < self.discount <= 1:
            raise ValueError(f"discount is {self.discount}, but must be in (0, 1]")
        self.xi = as_real(xi, "xi", positive=True)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"discount": self.discount, "xi": self.xi}

    def _index(self, mean: float, count: float) -> float:
        # Summed in the order of ties, as the kernel does.
        total = float(np.add.accumulate(self._counts[self._order])[-1])
        return mean + 2 * math.sqrt(self.xi * math.log(max(total, 1.0)) / count)

    def _learn(self, source: int, fraction: float, n: int) -> None:
        self._sums *= self.discount
        self._counts *= self.discount
        super()._learn(source, fraction, n)

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        from hypothesis import strategies as st

        return {"discount": st.floats(0.5, 1), "xi": st.floats(0.01, 4.0)}
