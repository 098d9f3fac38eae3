"""What figures and verdicts read off the table: regret by scenario and policy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulations import bands
from simulations.tables import Columns, select

from .experiments import POSITIONS

__all__ = ["gap", "regret"]


def regret(columns: Columns, scenario: str, policy: str) -> npt.NDArray[np.float64]:
    """(R, POSITIONS − 1) regret."""
    rows = select(columns, scenario=scenario, policy=policy)
    return np.stack([rows[f"regret_{j:02d}"] for j in range(POSITIONS - 1)], axis=1)


def gap(columns: Columns, scenario: str, first: str, second: str, comparisons: int) -> tuple[float, float, float]:
    """Mean and interval of the paired difference, over the replicates that both have."""
    finals = [regret(columns, scenario, policy)[:, -1] for policy in (first, second)]
    both = min(final.size for final in finals)
    return bands.mean_interval(finals[0][:both] - finals[1][:both], comparisons)
