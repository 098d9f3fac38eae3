"""The published experiment with 100 easy-only and 100 hard-only points, one number varied."""

from __future__ import annotations

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns
from simulations.worlds.published import TRIALS

OVERLAP = [{"varied": "overlap", "n": n} for n in range(5, 100, 5)]
ABLATIONS = [{"varied": varied, "n": n} for varied in ("easy", "hard") for n in range(0, 100, 5)]


@experiment(
    smoke=Grid([*OVERLAP[::6], *ABLATIONS[::6]], replicates=40),
    full=Grid([*OVERLAP, *ABLATIONS], replicates=TRIALS),
    draws="overlap_gain",
)
def trials(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Train weak model, ceiling and student; a row per trial."""
    counts = {"easy": 100, "hard": 100, "overlap": 10} | {cell["varied"]: cell["n"]}
    rows = wl.learning.mixture_trials(replicates, counts=counts, rng=seeds.key())
    return {name: column for name, column in rows.items() if name != "student" and "neither" not in name}
