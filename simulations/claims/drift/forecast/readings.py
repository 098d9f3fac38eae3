"""What figures and verdicts read off the tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simulations.tables import Columns, groups, select

__all__ = ["CELLS", "departures", "distance", "gap"]

Array = npt.NDArray[np.float64]

CELLS = ("degrees", "n", "rule", "horizon")
"""What names a mean in the table of linear forecasters."""


def departures(table: Columns, axes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return, for each cell, the mean deviation from the law in standard errors."""
    rows: list[dict[str, Any]] = []
    for cell, found in groups(table, axes):
        error = found["accuracy"] - found["law"]
        z = error.mean() / (error.std(ddof=1) / np.sqrt(error.size))
        means = {"simulated": found["accuracy"].mean(), "law": found["law"].mean()}
        rows.append({**cell, **means, "deviation": z, "size": error.size})
    return rows


def distance(values: Array) -> float:
    """Largest distance of the empirical distribution function from the uniform one."""
    ordered, n = np.sort(values), values.size
    return float(max(np.max(np.arange(1, n + 1) / n - ordered), np.max(ordered - np.arange(n) / n)))


def gap(transition: Columns, degrees: float, horizon: int, other: str) -> Array:
    """The transition's accuracy less another's on the same points, a value per replicate."""
    rows = select(transition, degrees=degrees, horizon=horizon)
    return np.asarray(rows["transition"] - rows[other])
