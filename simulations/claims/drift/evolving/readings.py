"""What figures and verdicts read off the tables, and the published numbers beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulations.tables import Columns, select

__all__ = ["PUBLISHED", "by_split", "held_out"]

#: Pham, Zhang, Zhang 2024, table 2: mean and worst split, in per cent.
PUBLISHED = {
    "Circle": {"ERM": (89.63, 79.84), "last domain": (76.60, 56.88), "TKNets": (91.76, 83.35), "AIRL": (92.28, 82.81)},
    "Circle-Hard": {
        "ERM": (66.94, 58.43),
        "last domain": (58.13, 51.58),
        "TKNets": (64.19, 59.94),
        "AIRL": (73.50, 63.29),
    },
}


def by_split(circles: Columns, task: str, method: str) -> npt.NDArray[np.float64]:
    """Mean accuracy over the forecast domains, (splits, replicates)."""
    rows = select(circles, task=task, method=method)
    splits, replicates = np.unique(rows["sources"]), np.unique(rows["replicate"])
    return np.array([[select(rows, sources=T, replicate=r)["accuracy"].mean() for r in replicates] for T in splits])


def held_out(table: Columns, method: str, horizons: int) -> npt.NDArray[np.float64]:
    """Mean accuracy over the first ``horizons`` domains, a value per replicate."""
    rows = select(table, method=method)
    near = {name: column[rows["horizon"] <= horizons] for name, column in rows.items()}
    return np.array([select(near, replicate=r)["accuracy"].mean() for r in np.unique(near["replicate"])])
