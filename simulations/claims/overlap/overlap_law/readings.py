"""What figures and verdicts read off the tables: deviations of means from the law."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulations.tables import Columns, groups

from .experiments import PLACES

__all__ = ["AXES", "TRAINED_AXES", "departures"]

AXES = ("n", "d_hard", "sigma", "accuracy")
TRAINED_AXES = AXES[:3]


def departures(table: Columns, axes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return, for each cell and place, the mean deviation from the law in standard errors."""
    rows: list[dict[str, Any]] = []
    for cell, found in groups(table, axes):
        for place in PLACES:
            error = found[place] - found[f"law_{place}"]
            z = error.mean() / (error.std(ddof=1) / np.sqrt(error.size))
            means = {"simulated": found[place].mean(), "law": found[f"law_{place}"].mean()}
            rows.append({**cell, "place": place, **means, "deviation": z, "size": error.size})
    return rows
