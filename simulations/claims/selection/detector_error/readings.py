"""What figures and verdicts read off the tables: regret as it is and as the detector shows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulations.tables import Columns
from simulations.worlds.bandits import POSITIONS

__all__ = ["COMMON_AXES", "SOURCE_AXES", "regret"]

COMMON_AXES = ("gaps", "tpr", "fpr", "horizon")
SOURCE_AXES = ("gaps", "epsilon", "horizon")


def regret(columns: Columns, kind: str) -> npt.NDArray[np.float64]:
    """(R, POSITIONS) regret at the kept rounds, "true" or "seen"."""
    return np.stack([columns[f"{kind}_{j:02d}"] for j in range(POSITIONS)], axis=1)
