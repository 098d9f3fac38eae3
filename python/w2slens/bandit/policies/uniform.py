"""Chance: random acquisition."""

from __future__ import annotations

from ..policy import Look, Policy, Variant

__all__ = ["UniformPolicy"]


class UniformPolicy(Policy):
    """Any source, with equal probability: random acquisition.

    Parameters
    ----------
    n_sources : int >= 1
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> UniformPolicy(3, rng=0).select() in (0, 1, 2)
    True
    """

    kernel = "uniform"
    variants = (
        Variant(
            "uniform",
            "UniformPolicy(K)",
            r"any",
            Look("#999999", "x", ":"),
        ),
    )

    def _choose(self) -> int:
        choices = self._order[self._open[self._order]]
        return int(choices[self._rng.integers(choices.size)])

    def _learn(self, source: int, fraction: float, n: int) -> None:
        """Nothing is learned."""
