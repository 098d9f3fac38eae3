"""UCB: the paper's policy, and the anytime bonus of Auer et al."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..._checks import as_real
from ..._random import RandomSource
from ..indices import UNITS, Means, Unit, as_horizon
from ..policy import Look, Variant

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["UCB"]


class UCB(Means):
    """Upper confidence bound: the largest mean + √(ξ ln T / n).

    Parameters
    ----------
    n_sources : int >= 1
    horizon : int >= n_sources, optional
        T, the number of rounds: the bonus of the paper. Without one, T is the number of rounds so far (the anytime
        bonus of Auer et al. 2002).
    xi : float > 0
        ξ; 2 in both.
    unit : {"rounds", "points"}
        What n counts, and what a mean weighs equally: batches, whatever their size, as in the paper, or points. With
        batches of b points, "points" shrinks the bonus by √b.
    rng : seed, SeedSequence or Generator

    References
    ----------
    Shin, Cooper, Sala 2025, section 3 and Theorem 4.3; Auer, Cesa-Bianchi, Fischer 2002, UCB1;
    `docs/bandit/bandit.md`.

    Examples
    --------
    >>> policy = UCB(2, horizon=100, rng=0)
    >>> for _ in range(100):
    ...     source = policy.select()
    ...     policy.observe(source, fraction=0.9 if source == 1 else 0.1)
    >>> policy.means.round(3).tolist(), policy.select()
    ([0.1, 0.9], 1)
    """

    kernel = "ucb"
    variants = (
        Variant(
            "UCB",
            "UCB(K, horizon=T)",
            r"$\hat\rho_k + \sqrt{2\ln T/n_k}$",
            Look("#0072B2", "o"),
            "Shin, Cooper, Sala 2025",
            lambda horizon: {"horizon": horizon},
        ),
        Variant(
            "UCB, points",
            'UCB(K, horizon=T, unit="points")',
            r"$\hat\rho_k + \sqrt{2\ln T/n_k}$, with $n_k$ in points",
            Look("#003A5C", "*"),
            "Shin, Cooper, Sala 2025",
            lambda horizon: {"horizon": horizon, "unit": "points"},
        ),
        Variant(
            "UCB, anytime",
            "UCB(K)",
            r"$\hat\rho_k + \sqrt{2\ln t/n_k}$",
            Look("#56B4E9", "s", "--"),
            "Auer, Cesa-Bianchi, Fischer 2002",
        ),
    )

    def __init__(
        self,
        n_sources: int,
        *,
        horizon: int | None = None,
        xi: float = 2.0,
        unit: Unit = "rounds",
        rng: RandomSource = None,
    ) -> None:
        super().__init__(n_sources, unit=unit, rng=rng)
        self.horizon = None if horizon is None else as_horizon(horizon, self.n_sources)
        self.xi = as_real(xi, "xi", positive=True)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"horizon": self.horizon, "xi": self.xi, "unit": self._unit}

    def _index(self, mean: float, count: float) -> float:
        if self.horizon is None:
            return mean + math.sqrt(self.xi * self._log(None)) * (1 / math.sqrt(count))
        return mean + math.sqrt(self.xi * self._log(self.horizon) / count)

    @classmethod
    def strategies(cls, n_sources: int) -> dict[str, SearchStrategy[Any]]:
        """Return Hypothesis strategies of the parameters that a policy for so many sources may have."""
        from hypothesis import strategies as st

        return {
            "horizon": st.none() | st.integers(n_sources, 10**6),
            "xi": st.floats(0.01, 4.0),
            "unit": st.sampled_from(UNITS),
        }
