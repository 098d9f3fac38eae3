"""Means of normals; ``TOY_PAUSE`` makes a part last, ``TOY_FAIL`` makes some of them fail."""

import os
import time

import numpy as np

from simulations.experiment import experiment
from simulations.grid import Grid

GRID = Grid(Grid.product(n=[10, 100], student=["a", "b"]), 12, chunk=4)


@experiment(smoke=GRID, full=GRID, paired=("student",))
def means(cell, replicates, seeds):
    """A mean per replicate."""
    time.sleep(float(os.environ.get("TOY_PAUSE", "0")))
    if os.environ.get("TOY_FAIL") and cell["n"] == 100:
        raise ArithmeticError("this cell cannot be computed")
    found = [seeds.generator(r).standard_normal(cell["n"]).mean() for r in replicates]
    return {"replicate": np.array(replicates), "status": np.zeros(len(replicates), int), "mean": np.array(found)}


@experiment(smoke=Grid([{}], 1), full=Grid([{}], 1))
def law(cell, replicates, seeds):
    """The mean's standard deviation, times √n."""
    return {"replicate": np.array(replicates), "status": np.zeros(1, int), "deviation": np.ones(1)}
