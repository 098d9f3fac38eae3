"""Choosing among sources: policies and sources by name, and the rounds at which regret is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

import w2slens as wl
from w2slens.theory.selection import gap_regret, high_probability_regret

__all__ = ["POLICIES", "POSITIONS", "Array", "dense", "densities", "exceeds", "kept", "regret_columns", "sources"]

Array = npt.NDArray[np.float64]

POLICIES: dict[str, Callable[[int, int], Any]] = {
    "UCB": lambda n, horizon: wl.bandit.UCB(n, horizon=horizon),
    "UCB, points": lambda n, horizon: wl.bandit.UCB(n, horizon=horizon, unit="points"),
    "UCB, anytime": lambda n, _: wl.bandit.UCB(n),
    "published": lambda n, horizon: wl.bandit.PublishedUCB(n, horizon=horizon),
    "KL-UCB": lambda n, _: wl.bandit.KLUCB(n, unit="points"),
    "MOSS": lambda n, horizon: wl.bandit.MOSS(n, horizon=horizon),
    "Thompson": lambda n, _: wl.bandit.ThompsonSampling(n),
    "ε-greedy": lambda n, _: wl.bandit.EpsilonGreedy(n, epsilon=0.1),
    "round robin": lambda n, _: wl.bandit.RoundRobin(n),
    "uniform": lambda n, _: wl.bandit.UniformPolicy(n),
}
"""A policy for n sources and a horizon, by name."""

POSITIONS = 13
"""Checkpoints that are kept of a run: rounds T^(0/12), T^(1/12), …, T."""


def sources(n: int, gaps: str) -> Array:
    """Densities of n sources: "easy" has .9 above .1 … .5, "hard" has .55 above .45."""
    others = {"easy": np.linspace(0.1, 0.5, n - 1), "hard": np.full(n - 1, 0.45)}[gaps]
    return np.concatenate([[{"easy": 0.9, "hard": 0.55}[gaps]], others])


def densities(n: int, gaps: str, horizon: int) -> Array:
    """The sources of a cell; "worst" has all others √(K ln T / T) below the best, around .5."""
    if gaps != "worst":
        return sources(n, gaps)
    gap = np.sqrt(n * np.log(horizon) / horizon)
    return np.concatenate([[0.5 + gap / 2], np.full(n - 1, 0.5 - gap / 2)])


def kept(horizon: int) -> npt.NDArray[np.int64]:
    """The kept rounds, (POSITIONS,), ascending; the first may coincide."""
    return np.rint(horizon ** (np.arange(POSITIONS) / (POSITIONS - 1))).astype(np.int64)


def dense(horizon: int) -> npt.NDArray[np.int64]:
    """Rounds close enough to each other for `exceeds`, with the kept ones among them."""
    steps = np.rint(1.03 ** np.arange(np.log(horizon) / np.log(1.03))).astype(np.int64)
    return np.unique(np.concatenate([steps, kept(horizon)]))


def regret_columns(trials: wl.bandit.BanditTrials, horizon: int) -> dict[str, Array]:
    """Cumulative regret at the kept rounds, a column each."""
    at = np.searchsorted(trials.rounds, kept(horizon))
    return {f"regret_{j:02d}": trials.regret[:, i] for j, i in enumerate(at)}


def exceeds(trials: wl.bandit.BanditTrials, densities: Array, horizon: int, batch: int = 1) -> npt.NDArray[np.bool_]:
    """Whether a run is above the high-probability or the gap bound, in whatever round.

    Between two checkpoints t < t' regret is at most its value at t', and the bound at least its value at t: what is
    below here is below in every round.
    """
    before = np.concatenate([trials.rounds[:1], trials.rounds[:-1]])
    ceiling = before * high_probability_regret(before, len(densities), horizon, batch=batch)
    ceiling = np.minimum(ceiling, gap_regret(densities, horizon, batch=batch))
    # regret is a sum of up to T rounded terms
    return np.any(trials.regret > ceiling * (1 + 1e-9), axis=1)
