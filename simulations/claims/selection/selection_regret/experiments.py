"""Every policy on easy and on hard sources, and UCB at the gap that costs most."""

from __future__ import annotations

import numpy as np

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns
from simulations.worlds.bandits import POLICIES, dense, densities, exceeds, regret_columns

VARIANTS = ("UCB", "UCB, anytime", "published")
SIZES, GAPS, BATCHES = (2, 10, 50), ("easy", "hard"), (1, 10, 100)
#: Replicates where a policy is slow.
FEWER = {("KL-UCB", 2): 100, ("KL-UCB", 10): 50, ("KL-UCB", 50): 10, ("Thompson", 10): 150, ("Thompson", 50): 50}
#: T = LENGTHS × K where the scaling in K and T is measured.
LENGTHS = (100, 400, 1600)


def _is_long(cell: Cell) -> bool:
    return bool(cell["policy"] in VARIANTS and cell["K"] < 50 and cell["batch"] == 1)


def _grid(sizes: tuple[int, ...], long: tuple[int, int], short: tuple[int, int], chunk: int | None = None) -> Grid:
    """Long runs of the UCB variants with K = 2 and 10, short ones of all policies elsewhere: horizon, replicates."""
    cells = []
    for n in sizes:
        for gaps in GAPS:
            for batch in BATCHES:
                for policy in POLICIES:
                    if policy == "UCB, points" and batch == 1:
                        continue  # the same as UCB
                    cell = {"policy": policy, "K": n, "gaps": gaps, "batch": batch}
                    cells.append(cell | {"horizon": long[0] if _is_long(cell) else short[0]})

    def replicates(cell: Cell) -> int:
        return long[1] if _is_long(cell) else min(short[1], FEWER.get((cell["policy"], cell["K"]), short[1]))

    return Grid(cells, replicates, chunk)


def _play(cell: Cell, gaps: str, policy: str, batch: int, replicates: range, seeds: Seeds) -> Columns:
    """Play a policy; keep regret at the kept rounds, and whether it ever was above a bound."""
    horizon = cell["horizon"]
    rho = densities(cell["K"], gaps, horizon)
    trials = wl.bandit.bandit_trials(
        POLICIES[policy](cell["K"], horizon),
        rho,
        horizon,
        replicates,
        batch=batch,
        checkpoints=dense(horizon),
        rng=seeds.key(),
    )
    above = exceeds(trials, rho, horizon, batch if policy == "UCB, points" else 1)
    rows = {"replicate": np.array(replicates), "status": np.zeros(len(replicates), np.int64), "above": above}
    return rows | regret_columns(trials, horizon)


@experiment(
    smoke=_grid(SIZES[:2], (2000, 20), (300, 10)),
    full=_grid(SIZES, (100_000, 1000), (10_000, 300), 250),
    draws="selection_regret",
    paired=("policy",),
)
def runs(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Runs of every policy, gaps, number of sources and size of batches."""
    return _play(cell, cell["gaps"], cell["policy"], cell["batch"], replicates, seeds)


def _scaled(replicates: int, chunk: int | None = None) -> Grid:
    return Grid([{"K": n, "horizon": m * n} for n in SIZES for m in LENGTHS], replicates, chunk)


@experiment(
    smoke=_scaled(10),
    full=_scaled(400, 250),
    draws="selection_regret",
    constants={"gaps": "worst", "batch": 1},
)
def scaling(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Runs of UCB at the gap √(K ln T / T)."""
    return _play(cell, "worst", "UCB", 1, replicates, seeds)
