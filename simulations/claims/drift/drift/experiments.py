"""Forgetting and settling policies on sources that change abruptly, slowly, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns

Array = npt.NDArray[np.float64]

K, CHANGES = 5, 4
SCENARIOS = ("abrupt", "slow", "none")
#: Segments of the slow drift.
STEPS = 100
FACTORS = (0.0625, 0.25, 1.0, 4.0, 16.0)
#: What is judged, after pilots with other draws in which the recommended window was too short.
MEMORY = 4.0
#: Policies whose differences are judged, on more replicates.
JUDGED = ("window × 4", "discounted", "UCB, anytime", "UCB", "published", "Thompson")
POSITIONS = 41


def window(horizon: int, factor: float = 1.0) -> int:
    """The window of Garivier and Moulines for four changes, times a factor, at most the horizon."""
    return min(horizon, max(K, round(2 * factor * np.sqrt(horizon * np.log(horizon) / CHANGES))))


def _policies(horizon: int) -> dict[str, Callable[[], Any]]:
    forgetting = {
        f"window × {factor:g}": lambda factor=factor: wl.bandit.SlidingWindowUCB(K, window=window(horizon, factor))
        for factor in FACTORS
    }
    return forgetting | {
        # γ remembers 1/(1 − γ) rounds; with ξ = 0.15 its bonus, 2·√(ξ ln n / n_k), is that of the others, ξ = 0.6.
        "discounted": lambda: wl.bandit.DiscountedUCB(K, discount=1 - 1 / window(horizon, MEMORY), xi=0.15),
        "discounted, ξ = 0.6": lambda: wl.bandit.DiscountedUCB(K, discount=1 - 1 / window(horizon, MEMORY)),
        "UCB, anytime": lambda: wl.bandit.UCB(K, xi=0.6),
        "UCB": lambda: wl.bandit.UCB(K, horizon=horizon),
        "published": lambda: wl.bandit.PublishedUCB(K, horizon=horizon),
        "Thompson": lambda: wl.bandit.ThompsonSampling(K),
        "uniform": lambda: wl.bandit.UniformPolicy(K),
    }


def densities(scenario: str, horizon: int) -> tuple[Array, Array]:
    """First rounds of the segments, (S,), and densities, (S, K)."""
    low = np.linspace(0.2, 0.4, K)
    if scenario == "none":
        return np.zeros(1, np.int64), np.roll(np.array([[0.8, *low[:-1]]]), 2, axis=1)
    if scenario == "abrupt":
        starts = np.arange(CHANGES + 1) * horizon // (CHANGES + 1)
        return starts, np.array([np.where(np.arange(K) == (2 * s) % K, 0.8, low) for s in range(CHANGES + 1)])
    starts = np.arange(STEPS) * horizon // STEPS
    phase = 2 * np.pi * (np.arange(STEPS)[:, None] / STEPS - np.arange(K) / K)
    return starts, 0.5 + 0.3 * np.cos(phase)


def _grid(horizon: int, judged: int, others: int, chunk: int | None = None) -> Grid:
    cells = Grid.product(scenario=SCENARIOS, horizon=(horizon,), policy=list(_policies(horizon)))
    return Grid(cells, lambda cell: judged if cell["policy"] in JUDGED else others, chunk)


def checkpoints(horizon: int) -> Array:
    """Evenly spaced rounds up to the horizon, (POSITIONS − 1,); regret at 0 is 0."""
    return np.arange(1, POSITIONS) * horizon // (POSITIONS - 1)


@experiment(smoke=_grid(1000, 12, 8), full=_grid(90_000, 200, 40, 40), draws="drift", paired=("policy",))
def runs(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Play a policy on changing sources; keep regret at evenly spaced rounds."""
    horizon = cell["horizon"]
    starts, rho = densities(cell["scenario"], horizon)
    policy = _policies(horizon)[cell["policy"]]()
    trials = wl.bandit.bandit_trials(
        policy, rho, horizon, replicates, starts=starts, checkpoints=checkpoints(horizon), rng=seeds.key()
    )
    rows = {"replicate": np.array(replicates), "status": np.zeros(len(replicates), np.int64)}
    return rows | {f"regret_{j:02d}": trials.regret[:, j] for j in range(POSITIONS - 1)}
