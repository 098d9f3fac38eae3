"""What figures and verdicts read off the tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulations.tables import Columns, select

from .experiments import EXACT

__all__ = ["AXES", "bracket", "horizons", "moderate", "stuck"]

AXES = ("sources", "batch", "horizon", "policy")


def stuck(cell: Columns) -> tuple[int, int]:
    """Runs that chose the wrong source in more than half of the rounds, and runs."""
    return int((cell["wrong"] > 0.5).sum()), cell["wrong"].size


def horizons(runs: Columns, **cell: Any) -> list[int]:
    """Horizons in a part of the table, ascending."""
    found: list[int] = np.unique(select(runs, **cell)["horizon"]).tolist()
    return found


def moderate(runs: Columns) -> int:
    """The longest horizon up to 8,000."""
    return max(T for T in horizons(runs, sources="hard", batch=1) if EXACT[1] >= T)


def bracket(law: Columns, **cell: Any) -> tuple[float, float]:
    """Bracket of the exact probability that a run is stuck; NaN where it was not computed."""
    row = select(law, **cell)
    return (float(row["low"][0]), float(row["high"][0])) if row["low"].size else (np.nan, np.nan)
