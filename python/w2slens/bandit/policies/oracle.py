"""The policy that knows: what the others are measured against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..._random import RandomSource
from ..policy import Look, Policy, PolicyRecord, Variant
from ..segments import as_segments

__all__ = ["Oracle"]


class Oracle(Policy):
    """Always the source that is truly the richest: what the others are measured against.

    Parameters
    ----------
    densities : (K,) or (S, K) numbers in [0, 1]
        True overlap densities, of each segment of rounds where they change.
    starts : (S,) ints, optional
        First round of each segment, ascending from 0.
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> Oracle([0.2, 0.7, 0.5]).select()
    1
    """

    kernel = "oracle"
    variants = (
        Variant(
            "oracle",
            "Oracle(densities)",
            r"$\rho_k$",
            Look("#000000", "_"),
        ),
    )

    def __init__(
        self, densities: npt.ArrayLike, *, starts: npt.ArrayLike | None = None, rng: RandomSource = None
    ) -> None:
        self._starts, self._densities, _ = as_segments(densities, None, starts)
        super().__init__(self._densities.shape[1], rng=rng)

    @property
    def parameters(self) -> dict[str, Any]:
        """The keyword arguments of the constructor, without ``rng``."""
        return {"densities": self._densities.tolist(), "starts": self._starts.tolist()}

    def record(self) -> PolicyRecord:
        """Return the policy as the kernel plays it: the densities are those of the sources that it plays against."""
        return PolicyRecord(self.kernel, {})

    @classmethod
    def on(cls, densities: Sequence[Sequence[float]], starts: Sequence[int] = (0,), **options: Any) -> Self:
        """Return the oracle of these (S, K) densities."""
        return cls(densities, starts=starts, **options)

    @classmethod
    def _rebuilt(cls, n_sources: int, parameters: dict[str, Any]) -> Oracle:
        oracle = cls(**parameters, rng=0)
        if oracle.n_sources != n_sources:
            raise ValueError(f"densities has {oracle.n_sources} sources, but n_sources is {n_sources}")
        return oracle

    def _choose(self) -> int:
        segment = int(np.searchsorted(self._starts, self.rounds, side="right")) - 1
        # Densities are given, not computed: no rounding is to be forgiven.
        return self._first_largest(self._densities[segment], tie=0.0)

    def defer(self, source: int) -> None:
        """Let a round pass that could not be judged: the densities change with the rounds played."""
        super().defer(source)
        self.rounds += 1

    def _learn(self, source: int, fraction: float, n: int) -> None:
        """Nothing is left to learn."""
