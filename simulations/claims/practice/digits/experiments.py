"""Students of all images, of the detected overlap set, and of as many others."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.digits import TASKS, Replicate
from simulations.worlds.strong import OK
from w2slens import Region


@experiment(
    smoke=Grid(Grid.product(task=TASKS), 4),
    full=Grid(Grid.product(task=TASKS), 80, chunk=20),
    draws="digits",
)
def students(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Train and judge everything on fresh splits, a row per replicate."""
    rows = []
    for replicate in replicates:
        data = Replicate(seeds, replicate, cell["task"])
        status, labels = data.detected()
        overlap = np.flatnonzero(labels == Region.OVERLAP)
        others = np.flatnonzero((labels >= 0) & (labels != Region.OVERLAP))
        size = min(len(overlap), len(others))
        rng = seeds.generator(replicate, "size")
        chosen = {
            "all": np.arange(len(labels)),
            "overlap": rng.permutation(overlap)[:size],
            "others": rng.permutation(others)[:size],
        }
        row: dict[str, Any] = {"replicate": replicate, "status": status, "size": size} | data.accuracy
        for name, picked in chosen.items():
            student = data.student(picked)
            row[f"{name}_overall"] = student.accuracy(data.test_features, data.test_y)
            row["status"] = row["status"] if row["status"] != OK else student.status
        for region in (Region.EASY, Region.HARD, Region.OVERLAP):
            inside = labels == region
            row[f"share_{region.name.lower()}"] = float(inside.mean()) if status == OK else np.nan
            row[f"teacher_{region.name.lower()}"] = float(data.said_right[inside].mean()) if inside.any() else np.nan
        rows.append(row)
    return of_rows(rows)
