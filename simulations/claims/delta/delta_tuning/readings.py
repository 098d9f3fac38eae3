"""What figures and verdicts read off the table: changes of accuracy by penalty and replicate."""

from __future__ import annotations

import numpy as np

from simulations.tables import Columns, select

__all__ = ["PLACES", "TABLE_C", "changes", "place_of"]

PLACES = ("overlap", "hard")
#: The inverse penalty of the table of changes.
TABLE_C = 3e-3


def changes(students: Columns, pair: str, kind: str, place: str) -> tuple[np.ndarray, np.ndarray]:
    """Inverse penalties C, ascending, and the changes (C, replicate)."""
    found = select(students, pair=pair, kind=kind)
    penalties, replicates = np.unique(found["C"]), np.unique(found["replicate"])
    order = np.lexsort((found["replicate"], found["C"]))
    return penalties, found[place][order].reshape(penalties.size, replicates.size)


def place_of(penalties: np.ndarray, C: float) -> int:
    """Position of the penalty nearest to C."""
    return int(np.argmin(np.abs(np.log(penalties) - np.log(C))))
