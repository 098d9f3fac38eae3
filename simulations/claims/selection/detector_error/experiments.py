"""UCB plays on what the detector shows: errors alike on all sources, errors by source, and two sources confused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, concatenate
from simulations.worlds.bandits import dense, exceeds, kept, sources
from w2slens.theory.selection import source_error_regret

Array = npt.NDArray[np.float64]

GAPS = ("easy", "hard")
RATES = ((1.0, 0.0), (0.9, 0.1), (0.8, 0.2), (0.7, 0.3), (0.6, 0.4))
ERRORS = (0.02, 0.05, 0.1)
#: True and observed densities of two sources: the worse one looks better. The largest error is .11.
CONFUSED, SHOWN = (0.6, 0.4), (0.49, 0.51)
CONFUSION = float(np.abs(np.subtract(CONFUSED, SHOWN)).max())


def _observe(
    true: Array, seen: Array, horizon: int, replicates: range, seeds: Seeds, *, sharpness: float, error: float
) -> Columns:
    """Play UCB on densities ``seen``; keep true and observed regret and runs above the corrected bound.

    ``sharpness`` is TPR − FPR, ``error`` the largest distance of a seen density from the true one.
    """
    trials = wl.bandit.bandit_trials(
        wl.bandit.UCB(true.size, horizon=horizon),
        true,
        horizon,
        replicates,
        observed=seen,
        checkpoints=dense(horizon),
        rng=seeds.key(),
    )
    shown = trials.pulls @ (seen.max() - seen)
    at = np.searchsorted(trials.rounds, kept(horizon))
    rows: dict[str, Any] = {"replicate": np.array(replicates), "status": np.zeros(len(replicates), np.int64)}
    rows["above"] = exceeds(wl.bandit.BanditTrials(trials.rounds, shown, trials.pulls), seen, horizon)
    rows |= {f"true_{j:02d}": trials.regret[:, i] for j, i in enumerate(at)}
    rows |= {f"seen_{j:02d}": shown[:, i] for j, i in enumerate(at)}
    # The identity and the inequality, at every checkpoint: the largest relative distance and the largest excess.
    rows["distance"] = np.max(np.abs(trials.regret * sharpness - shown) / (trials.rounds * sharpness), axis=1)
    rows["excess"] = np.max(trials.regret / trials.rounds - source_error_regret(shown / trials.rounds, error), axis=1)
    return rows


def _alike(horizon: int, replicates: int, chunk: int | None = None) -> Grid:
    axes = [{"gaps": gaps, "tpr": tpr, "fpr": fpr} for gaps in GAPS for tpr, fpr in RATES]
    return Grid([cell | {"horizon": horizon} for cell in axes], replicates, chunk)


@experiment(
    smoke=_alike(1000, 10),
    full=_alike(20_000, 300, 150),
    draws="detector_error",
    constants={"part": "common"},
    paired=("tpr", "fpr"),
)
def common(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A detector with the same rates of hits and false alarms on all of ten sources."""
    true = sources(10, cell["gaps"])
    sharpness = cell["tpr"] - cell["fpr"]
    seen = cell["fpr"] + sharpness * true
    return _observe(true, seen, cell["horizon"], replicates, seeds, sharpness=sharpness, error=0.0)


def _by_source(horizon: int, replicates: int, chunk: int | None = None) -> Grid:
    return Grid(Grid.product(gaps=GAPS, epsilon=ERRORS, horizon=[horizon]), replicates, chunk)


@experiment(
    smoke=_by_source(1000, 10),
    full=_by_source(20_000, 300, 150),
    draws="detector_error",
    constants={"part": "source"},
    paired=("epsilon",),
)
def by_source(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A detector whose error on each of ten sources is drawn anew per run, up to ε."""
    true = sources(10, cell["gaps"])
    runs = []
    for r in replicates:
        # One direction per run, of whatever size: paired over ε.
        seen = true + cell["epsilon"] * seeds.generator(r, "errors").uniform(-1, 1, true.size)
        one = range(r, r + 1)
        runs.append(_observe(true, seen, cell["horizon"], one, seeds, sharpness=1.0, error=cell["epsilon"]))
    return concatenate(runs)


@experiment(
    smoke=Grid([{"horizon": 1000}], 10),
    full=Grid([{"horizon": 20_000}], 300, 150),
    draws="detector_error",
    constants={"part": "confused", "gaps": "easy"},
)
def confused(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A detector that ranks two sources the wrong way."""
    true, seen = np.array(CONFUSED), np.array(SHOWN)
    return _observe(true, seen, cell["horizon"], replicates, seeds, sharpness=1.0, error=CONFUSION)
