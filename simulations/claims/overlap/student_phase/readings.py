"""What figures and verdicts read off the table: values by number of points, penalty and replicate."""

from __future__ import annotations

import numpy as np

from simulations.tables import Columns, select

__all__ = ["PUBLISHED_C", "cube", "place_of"]

#: The published student's inverse penalty; it has an intercept.
PUBLISHED_C = 0.01


def cube(columns: Columns, name: str, intercept: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers n, inverse penalties C, and the values (n, C, replicate); all are ordered."""
    found = select(columns, intercept=intercept)
    axes = [np.unique(found[axis]) for axis in ("n", "C", "replicate")]
    order = np.lexsort((found["replicate"], found["C"], found["n"]))
    return axes[0], axes[1], found[name][order].reshape([axis.size for axis in axes])


def place_of(penalties: np.ndarray, C: float) -> int:
    """Position of the penalty nearest to C."""
    return int(np.argmin(np.abs(np.log(np.maximum(penalties, 1e-300)) - np.log(C))))
