"""What figures and verdicts read off the tables: the paired gain of overlap points only against none."""

from __future__ import annotations

from simulations import bands
from simulations.tables import Columns, select

__all__ = ["gain"]


def gain(rows: Columns, place: str, comparisons: int) -> tuple[float, float, float]:
    """Mean and interval of the paired gain: all overlap points against none."""
    full, none = (select(rows, share=share)[f"student_{place}"] for share in (1.0, 0.0))
    return bands.mean_interval(full - none, comparisons)
