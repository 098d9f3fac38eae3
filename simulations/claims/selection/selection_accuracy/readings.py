"""What figures and verdicts read off the table: curves by round, differences from uniform choice, data saved."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulations.tables import Columns, select
from simulations.worlds.campaigns import WORLDS

from .experiments import POLICIES

__all__ = ["Array", "curves", "data_saved", "difference", "policies_of", "saved", "worlds_of"]

Array = npt.NDArray[np.float64]

#: Replicates of the bootstrap.
RESAMPLES = 1000


def curves(columns: Columns, world: str, policy: str, name: str) -> tuple[Array, Array]:
    """Rounds (c,) and values (R, c) of one policy in one world."""
    cell = select(columns, world=world, policy=policy)
    rounds = np.unique(cell["rounds"])
    order = np.lexsort((cell["rounds"], cell["replicate"]))
    return rounds, cell[name][order].reshape(-1, rounds.size)


def difference(columns: Columns, world: str, policy: str, name: str) -> Array:
    """(R, c) values of a policy minus those of uniform choice, in the replicates that both have."""
    mine, theirs = (curves(columns, world, which, name)[1] for which in (policy, "uniform"))
    both = min(len(mine), len(theirs))
    return mine[:both] - theirs[:both]


def worlds_of(columns: Columns) -> list[str]:
    """Worlds that the table holds."""
    return [world for world in WORLDS if world in columns["world"]]


def policies_of(columns: Columns, world: str) -> list[str]:
    """Policies that the table holds in a world."""
    return [policy for policy in POLICIES if policy in select(columns, world=world)["policy"]]


def saved(rounds: Array, accuracy: Array, uniform: Array, share: float) -> float:
    """Share of rounds saved against what ``uniform`` has after this share of its rounds; interpolated in log rounds."""
    target_round = share * rounds[-1]
    log = np.log(rounds)
    target = np.interp(np.log(target_round), log, uniform)
    best = np.maximum.accumulate(accuracy)
    if best[-1] < target:
        return float("nan")
    # The first round at which the running maximum has reached the target.
    j = int(np.argmax(best >= target))
    if j == 0 or best[j] == best[j - 1]:
        return float(1 - rounds[j] / target_round)
    part = (target - best[j - 1]) / (best[j] - best[j - 1])
    return float(1 - np.exp(log[j - 1] + part * (log[j] - log[j - 1])) / target_round)


def data_saved(columns: Columns, world: str, policy: str, share: float) -> tuple[float, float, float]:
    """Data saved against uniform choice, with a bootstrap interval over paired replicates (95 %).

    NaN if the mean curve never gets there; the interval is NaN where more than its tail of resamples do not.
    """
    rounds, mine = curves(columns, world, policy, "hard")
    _, theirs = curves(columns, world, "uniform", "hard")
    both = min(len(mine), len(theirs))
    mine, theirs = mine[:both], theirs[:both]
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(mine), (RESAMPLES, len(mine)))
    sample = np.array([saved(rounds, mine[r].mean(axis=0), theirs[r].mean(axis=0), share) for r in rows])
    tail = 0.025
    filled = np.sort(np.where(np.isnan(sample), -np.inf, sample))
    low, high = filled[int(tail * RESAMPLES)], filled[int((1 - tail) * RESAMPLES)]
    point = saved(rounds, mine.mean(axis=0), theirs.mean(axis=0), share)
    return (point, float(low), float(high)) if np.isfinite(low) else (point, np.nan, np.nan)
