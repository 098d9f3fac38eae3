"""What figures and verdicts read off the tables: departures from the law, cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulations.tables import Columns, groups

__all__ = ["AXES", "departures"]

AXES = ("n", "pair", "d_hard", "flip", "step")


def departures(table: Columns, axes: tuple[str, ...], name: str) -> list[dict[str, Any]]:
    """Each cell's mean of a column, its law, and their difference in standard errors."""
    rows = []
    for cell, found in groups(table, axes):
        values = found[name]
        error = values.std(ddof=1) / np.sqrt(values.size)
        mean, law = float(values.mean()), float(found["law"][0])
        rows.append(cell | {"size": values.size, "mean": mean, "law": law, "deviation": (mean - law) / error})
    return rows
