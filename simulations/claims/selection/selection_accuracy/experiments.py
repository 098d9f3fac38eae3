"""Campaigns of acquisition in several worlds, with every policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.campaigns import WORLDS, Array, acquire

POLICIES: dict[str, Callable[[Array, int, Any], Any]] = {
    "oracle": lambda densities, _, rng: wl.bandit.Oracle(densities, rng=rng),
    "UCB": lambda densities, rounds, rng: wl.bandit.UCB(len(densities), horizon=rounds, rng=rng),
    "UCB, points": lambda densities, rounds, rng: wl.bandit.UCB(len(densities), horizon=rounds, unit="points", rng=rng),
    "published": lambda densities, rounds, rng: wl.bandit.PublishedUCB(len(densities), horizon=rounds, rng=rng),
    "Thompson": lambda densities, _, rng: wl.bandit.ThompsonSampling(len(densities), rng=rng),
    "uniform": lambda densities, _, rng: wl.bandit.UniformPolicy(len(densities), rng=rng),
}
REPLICATES = {
    "mixture, K = 2": 20,
    "mixture, K = 5": 20,
    "mixture, K = 20": 12,
    "dominoes, K = 2": 16,
    "published noise, K = 2": 20,
}
#: More replicates where a verdict needs them.
MORE = {
    ("mixture, K = 2", "oracle"): 80,
    ("mixture, K = 2", "uniform"): 80,
    ("mixture, K = 20", "Thompson"): 24,
    ("mixture, K = 20", "uniform"): 24,
    ("published noise, K = 2", "uniform"): 80,
}
FEW = [{"world": "mixture, K = 2", "policy": policy} for policy in POLICIES]
FEW += [{"world": "dominoes, K = 2", "policy": policy} for policy in ("UCB, points", "uniform")]
FEW += [{"world": "published noise, K = 2", "policy": "uniform"}]


def _replicates(cell: Cell) -> int:
    return MORE.get((cell["world"], cell["policy"]), REPLICATES[cell["world"]])


@experiment(
    smoke=Grid(FEW, 2),
    full=Grid(Grid.product(world=list(WORLDS), policy=list(POLICIES)), _replicates, chunk=8),
    draws="selection_accuracy",
    paired=("policy",),
)
def campaigns(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Acquire data with one policy; a row per replicate and checkpoint."""
    rows = []
    for replicate in replicates:
        world = WORLDS[cell["world"]](seeds, replicate)
        policy = POLICIES[cell["policy"]](world.densities, world.rounds, seeds.generator(replicate, "policy"))
        rows += [{"replicate": replicate} | row for row in acquire(world, policy)]
    return of_rows(rows)
