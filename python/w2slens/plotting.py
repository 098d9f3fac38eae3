"""One look for every figure: the same colour, marker and line style for a name everywhere, and plots of a detection.

Theory is a line, simulation is points with intervals. The colours, most of them Okabe and Ito's, are told apart with
any kind of colour vision and differ in lightness; markers and line styles carry the difference in greyscale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .bandit.policies import VARIANTS
from .regions import Region

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["COLOURS", "LINES", "MARKERS", "plot_confidence", "plot_scores", "points", "style", "theory"]

COLOURS = {
    "weak": "#E69F00",
    "student": "#0072B2",
    "ceiling": "#000000",
    "easy": "#56B4E9",
    "hard": "#D55E00",
    "overlap": "#007A5E",
    "neither": "#999999",
    "overall": "#444444",
    "theory": "#000000",
    "bound": "#CC79A7",
    "random": "#999999",
}
"""Colour of each name."""
COLOURS |= {label: variant.look.colour for label, (_, variant) in VARIANTS.items()}

MARKERS = {
    "weak": "s",
    "student": "o",
    "ceiling": "^",
    "easy": "s",
    "hard": "D",
    "overlap": "o",
    "neither": "x",
    "overall": "v",
    "bound": "_",
    "random": "x",
}
"""Marker of each name."""
MARKERS |= {label: variant.look.marker for label, (_, variant) in VARIANTS.items()}

LINES = {
    "weak": "--",
    "student": "-",
    "ceiling": ":",
    "easy": "--",
    "hard": "-.",
    "overlap": "-",
    "bound": "--",
}
"""Line style of each name; solid where a name is not listed."""
LINES |= {label: variant.look.line for label, (_, variant) in VARIANTS.items()}

_STYLE = {
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
}


@contextmanager
def style() -> Iterator[None]:
    """Use the package's look inside a ``with`` block; the caller's own settings come back after it."""
    import matplotlib as mpl

    with mpl.rc_context(_STYLE):
        yield


def points(
    ax: Axes,
    x: npt.ArrayLike,
    mean: npt.ArrayLike,
    low: npt.ArrayLike | None = None,
    high: npt.ArrayLike | None = None,
    *,
    name: str,
    label: str | None = None,
    **options: Any,
) -> Axes:
    """Draw simulated values with their intervals.

    Parameters
    ----------
    ax : Axes
    x, mean : (k,)
    low, high : (k,), optional
        Ends of the intervals; both or neither.
    name : str
        A key of `COLOURS`.
    label : str, optional
        Name in the legend; ``name`` by default.
    **options
        Passed on to ``errorbar``; they win over the look of ``name``.

    Returns
    -------
    Axes
    """
    centre = np.asarray(mean, float)
    error = None
    if low is not None and high is not None:
        error = np.vstack([centre - np.asarray(low, float), np.asarray(high, float) - centre])
    look = {"color": COLOURS[name], "marker": MARKERS.get(name, "o"), "linestyle": "none", "capsize": 2}
    ax.errorbar(x, centre, yerr=error, label=name if label is None else label, **(look | options))
    return ax


def theory(
    ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, *, name: str = "theory", label: str | None = None, **options: Any
) -> Axes:
    """Draw a law or a bound as a line in the look of ``name``; returns ``ax``."""
    look = {"color": COLOURS[name], "linestyle": LINES.get(name, "-")}
    ax.plot(x, y, label=name if label is None else label, **(look | options))
    return ax


def plot_confidence(
    confidence: npt.ArrayLike, threshold: float | None = None, *, bins: int = 60, ax: Axes | None = None
) -> Axes:
    """Draw the histogram of the weak model's confidence, with the threshold of the hard set.

    Parameters
    ----------
    confidence : (n,) in [0, 1]
    threshold : float, optional
        Points below it are hard.
    bins : int
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = plot_confidence([0.1, 0.2, 0.8, 0.9], threshold=0.8)
    >>> ax.get_xlabel()
    'weak confidence 2|p − ½|'
    """
    ax = _axes(ax)
    ax.hist(np.asarray(confidence, float), bins=bins, range=(0, 1), color=COLOURS["weak"], label="points")
    if threshold is not None:
        ax.axvline(threshold, color=COLOURS["theory"], linestyle="--", label=f"hard below {threshold:.3g}")
    ax.set(xlabel="weak confidence 2|p − ½|", ylabel="points")
    ax.legend()
    return ax


def plot_scores(
    scores: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    threshold: float | None = None,
    *,
    bins: int = 60,
    ax: Axes | None = None,
) -> Axes:
    """Draw the histogram of overlap scores, one outline per region, with the threshold of the overlap set.

    Parameters
    ----------
    scores : (n,)
        NaN, as `OverlapDetector` gives hard points, is left out.
    labels : (n,) of Region codes, optional
        True or detected regions.
    threshold : float, optional
        Points at or above it are overlap points.
    bins : int
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = plot_scores([0.2, 0.3, 0.9], labels=[0, 0, 2], threshold=0.9)
    >>> ax.get_ylabel()
    'points'
    """
    ax = _axes(ax)
    values = np.asarray(scores, float)
    kept = ~np.isnan(values)
    edges = np.histogram_bin_edges(values[kept], bins=bins)
    if labels is None:
        ax.hist(values[kept], bins=edges, color=COLOURS["overall"], label="points")
    else:
        codes = np.asarray(labels)
        for region, name in ((Region.EASY, "easy"), (Region.HARD, "hard"), (Region.OVERLAP, "overlap")):
            chosen = values[kept & (codes == region)]
            if chosen.size:
                look = {"color": COLOURS[name], "linestyle": LINES[name]}
                ax.hist(chosen, bins=edges, histtype="step", linewidth=1.8, label=name, **look)
    if threshold is not None:
        ax.axvline(threshold, color=COLOURS["theory"], linestyle=":", label=f"overlap from {threshold:.3g}")
    ax.set(xlabel="overlap score", ylabel="points")
    ax.legend()
    return ax


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots()[1]
