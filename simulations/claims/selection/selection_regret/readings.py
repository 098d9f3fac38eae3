"""What figures and verdicts read off the tables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulations import bands
from simulations.tables import Columns
from simulations.worlds.bandits import POSITIONS

__all__ = ["AXES", "SCALING_AXES", "Array", "ends", "regret"]

Array = npt.NDArray[np.float64]

AXES = ("policy", "K", "gaps", "batch", "horizon")
SCALING_AXES = ("K", "horizon")


def regret(cell: Columns) -> Array:
    """(R, POSITIONS) cumulative regret of the rows."""
    return np.stack([cell[f"regret_{j:02d}"] for j in range(POSITIONS)], axis=1)


def ends(values: Array, comparisons: int) -> Array:
    """(3, c) means of (R, c) values with both ends of their simultaneous Bonferroni-t intervals."""
    return np.array([bands.mean_interval(column, comparisons) for column in values.T]).T
