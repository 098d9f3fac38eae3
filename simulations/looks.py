"""Shapes of drawing that figures of several claims share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from w2slens import plotting

__all__ = ["band"]

Array = npt.NDArray[np.float64]


def band(ax: Axes, t: npt.ArrayLike, values: Array, *, name: str, label: str | None = None, **options: Any) -> Axes:
    """Draw the mean of (R, c) values as points, joined, with their 5–95 % range shaded where it is above 0."""
    look = {"linestyle": plotting.LINES.get(name, "-"), "linewidth": 1.0, "capsize": 0}
    plotting.points(ax, t, values.mean(axis=0), name=name, label=label, **(look | options))
    low, high = np.quantile(values, (0.05, 0.95), axis=0)
    ax.fill_between(t, low, high, where=low > 0, color=plotting.COLOURS[name], alpha=0.15, linewidth=0)
    return ax
