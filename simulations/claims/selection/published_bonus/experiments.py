"""Runs with both bonuses on two sources, and the exact law of runs that are stuck."""

from __future__ import annotations

import numpy as np

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns
from simulations.worlds.bandits import POLICIES, dense, exceeds
from w2slens.theory.selection import majority_probability

SOURCES = {"published": (0.9, 0.1), "hard": (0.55, 0.45), "close": (0.52, 0.48)}
BONUSES = ("published", "UCB")
BATCHES = (1, 3, 10, 100)
RUNS = {250: 10_000, 1000: 10_000, 8000: 4000, 64_000: 1200, 256_000: 600}
IN_BATCHES = {250: 4000, 1000: 4000, 8000: 2000}
#: Longest horizon whose exact law is computed, by batch size: a few seconds each.
EXACT = {1: 8000, 3: 8000, 10: 1000}


def _kinds(runs: dict[int, int], batches: dict[int, int]) -> dict[tuple[str, int, int], int]:
    """Replicates by sources, batch size and horizon, from those by horizon for single points and for batches."""
    kinds = {(sources, 1, T): count for sources in ("hard", "close") for T, count in runs.items()}
    kinds |= {("hard", batch, T): count for batch in BATCHES[1:] for T, count in batches.items()}
    return kinds | {("published", 100, 50): max(runs.values())}


def _cells(kinds: list[tuple[str, int, int]]) -> list[Cell]:
    return [
        {"sources": sources, "batch": batch, "horizon": T, "policy": policy}
        for sources, batch, T in kinds
        for policy in BONUSES
    ]


def _played(runs: dict[int, int], batches: dict[int, int], chunk: int | None = None) -> Grid:
    kinds = _kinds(runs, batches)
    return Grid(_cells(list(kinds)), lambda cell: kinds[cell["sources"], cell["batch"], cell["horizon"]], chunk)


def _solved(runs: dict[int, int], batches: dict[int, int]) -> Grid:
    return Grid(_cells([kind for kind in _kinds(runs, batches) if EXACT.get(kind[1], 0) >= kind[2]]), 1)


SHORT = ({250: 200, 1000: 100}, {250: 100})


@experiment(
    smoke=_played(*SHORT),
    full=_played(RUNS, IN_BATCHES, 600),
    draws="published_bonus",
    paired=("policy",),
)
def runs(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Play a policy; keep the final regret, the share of rounds on the wrong source, and whether a bound was broken."""
    rho, horizon = np.array(SOURCES[cell["sources"]]), cell["horizon"]
    trials = wl.bandit.bandit_trials(
        POLICIES[cell["policy"]](2, horizon),
        rho,
        horizon,
        replicates,
        batch=cell["batch"],
        checkpoints=dense(horizon),
        rng=seeds.key(),
    )
    return {
        "replicate": np.array(replicates),
        "status": np.zeros(len(replicates), np.int64),
        "regret": trials.regret[:, -1],
        "wrong": trials.pulls[:, -1, 1] / horizon,
        "above": exceeds(trials, rho, horizon),
    }


@experiment(smoke=_solved(*SHORT), full=_solved(RUNS, IN_BATCHES))
def law(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Bracket the exact probability that a run is stuck; nothing is drawn."""
    bonus = {"published": "published", "UCB": "ucb"}[cell["policy"]]
    rho = np.array(SOURCES[cell["sources"]])
    low, high = majority_probability(rho, cell["horizon"], bonus=bonus, batch=cell["batch"])
    count = len(replicates)
    status = np.zeros(count, np.int64)
    return {
        "replicate": np.array(replicates),
        "status": status,
        "low": np.full(count, low),
        "high": np.full(count, high),
    }
