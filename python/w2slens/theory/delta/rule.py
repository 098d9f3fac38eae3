"""On how many of n points two teachers disagree, and on how many of these the chosen one is right: a lattice rule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..._arrays import Floats
from ..quadrature import binomial_log_pmf

__all__ = ["Outcomes", "outcomes"]

_TAIL = 8.5
_SMALL = 1e-17


class Outcomes(NamedTuple):
    """Numbers of disagreements, m >= 1, balances N₊ − N₋ and their joint weights, and the probability of m = 0."""

    disagreements: Floats
    balance: Floats
    weights: Floats
    none: float


def outcomes(n: int, disagreement: float, accuracy: float, signal: float) -> Outcomes:
    """Return the rule of (m, N₊ − N₋) where m ~ Bin(n, disagreement), N₊ ~ Bin(m, accuracy).

    All terms but a tail of 1e-16 are kept while they are few; beyond, one in k of either. What the terms are summed
    against is smoothed by a standard normal whose mean moves by 2·``signal``/√m per right label, so that a summand's
    spectrum has variance 1/s² = 1/Var + 4·signal²/m, and the aliasing error of a step s/1.5 is exp(−4.5π²) = 5e-20.
    With m the mean moves by signal/(2√m) at most.
    """
    none = float((1 - disagreement) ** n)
    if n == 0 or disagreement == 0:
        empty = np.zeros(0)
        return Outcomes(empty, empty, empty, 1.0)
    variance = n * disagreement * (1 - disagreement)
    sizes, outer = _terms(n, disagreement, variance, n * disagreement, signal / 4, least=1)
    parts = []
    for m, weight in zip(sizes, outer, strict=True):
        right, inner = _terms(int(m), accuracy, m * accuracy * (1 - accuracy), m, signal, least=0)
        parts.append((np.full(len(right), m), 2 * right - m, weight * inner))
    m, balance, weights = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    kept = weights > _SMALL
    return Outcomes(m[kept], balance[kept], weights[kept] * ((1 - none) / weights[kept].sum()), none)


def _terms(n: int, p: float, variance: float, points: float, signal: float, least: int) -> tuple[Floats, Floats]:
    """Numbers of successes of Bin(n, p) from ``least`` on, every one or one in k, with weights that sum to one."""
    deviation = np.sqrt(variance)
    low = max(least, int(np.floor(n * p - _TAIL * deviation - _TAIL)))
    high = min(n, int(np.ceil(n * p + _TAIL * deviation + _TAIL)))
    step = 1
    # A lattice that reached the end of the support would see it.
    if least < low and high < n:
        step = max(1, int(1 / np.sqrt(1 / variance + 4 * signal**2 / points) / 1.5))
    successes = np.arange(low, high + 1, step, dtype=float)
    weights = np.exp(binomial_log_pmf(n, p, successes))
    return successes, weights / weights.sum()
