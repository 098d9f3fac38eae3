"""Accuracy against the share of overlap points at a fixed number of points."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, of_rows, select
from w2slens import plotting

from .experiments import DIGITS, DOMINOES, SHARES


@figure(
    "Gaussian mixture, published student: accuracy by region against the share of overlap points among 95 training "
    f"points. Means with {bands.MEANS}; the teacher's accuracies as lines."
)
def mixture(mixture: Columns) -> Figure:
    """Draw a panel per region."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), sharey=True)
    for ax, place in zip(axes, ("hard", "easy", "overlap"), strict=True):
        plot_mix(mixture, place, ax=ax)
        ax.set_title("overlap points" if place == "overlap" else f"{place}-only points")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@figure(
    "Real images: accuracy on all test points against the share of (true, or detected) overlap points at the size "
    f"min(#overlap, #others) of each replicate; the teacher's as a line. Means with {bands.MEANS}. Where the interval "
    "of the gain holds 0 the experiment shows no benefit."
)
def real(dominoes: Columns, digits: Columns) -> Figure:
    """Draw a panel per kind of data."""
    figure, axes = plt.subplots(2, 2, figsize=(9.5, 7), sharex=True)
    for ax, data in zip(axes.flat, (*DOMINOES, *DIGITS), strict=True):
        plot_mix(select(dominoes if data in DOMINOES else digits, data=data), "overall", ax=ax)
        ax.set_title(data)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def plot_mix(cells: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw the student's accuracy at one place against the share of overlap points."""
    values = [select(cells, share=share)[f"student_{place}"] for share in SHARES]
    intervals = np.array([bands.mean_interval(v, len(SHARES)) for v in values])
    plotting.points(ax, np.array(SHARES) * 100, *intervals.T, name="student")
    plotting.theory(ax, [0, 100], [np.nanmean(cells[f"weak_{place}"])] * 2, name="weak")
    ax.set(xlabel="share of overlap points (%)", ylabel="accuracy")
    return ax


@numbers
def means(mixture: Columns, dominoes: Columns, digits: Columns) -> Columns:
    """Mean accuracies by data and share."""
    kinds = {"mixture": mixture}
    kinds |= {
        data: select(table, data=data) for table, names in ((dominoes, DOMINOES), (digits, DIGITS)) for data in names
    }
    rows = []
    for data, table in kinds.items():
        for share in SHARES:
            cell = select(table, share=share)
            row: dict[str, object] = {"data": data, "share": share}
            for name in ("size", "weak_overall", "ceiling_overall", "student_overall"):
                known = cell[name][~np.isnan(cell[name])]
                row[name] = known.mean() if known.size else np.nan
            rows.append(row)
    return of_rows(rows)
