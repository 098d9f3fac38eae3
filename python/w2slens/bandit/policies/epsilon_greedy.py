"""ε-greedy: the largest mean, most of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._checks import as_share
from ..._random import RandomSource
from ..indices import Means
from ..policy import Look, Variant

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["EpsilonGreedy"]


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

    kernel = "epsilon_greedy"
    variants = (
        Variant(
            "ε-greedy",
            "EpsilonGreedy(K, epsilon=ε)",
            r"$\hat\rho_k$, or any with probability ε",
            Look("#8C6D1F", "<"),
        ),
    )

    def __init__(self, n_sources: int, *, epsilon: float = 0.1, rng: RandomSource = None) -> None:
        super().__init__(n_sources, rng=rng)
        self.epsilon = as_share(epsilon, "epsilon")

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

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        from hypothesis import strategies as st

        return {"epsilon": st.floats(0, 1)}
