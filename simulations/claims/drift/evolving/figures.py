"""The published tasks with their published numbers, and images, domain by domain."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from w2slens import plotting

from .experiments import TASKS
from .readings import PUBLISHED, by_split

LOOKS: dict[str, dict[str, Any]] = {
    "ERM": {"color": plotting.COLOURS["hard"], "marker": "D", "linestyle": "-."},
    "last": {"color": plotting.COLOURS["weak"], "marker": "s", "linestyle": "--"},
    "window 5": {"color": plotting.COLOURS["easy"], "marker": "v", "linestyle": (0, (3, 1, 1, 1))},
    "trend of weights": {"color": plotting.COLOURS["overlap"], "marker": "^", "linestyle": "-"},
    "transition": {"color": plotting.COLOURS["student"], "marker": "o", "linestyle": "-"},
    "transition, changing": {"color": plotting.COLOURS["theory"], "marker": "P", "linestyle": ":"},
}


@figure(
    "Circle and Circle-Hard: accuracy over the next five domains, mean over splits (filled) and worst split (open), "
    "beside the published numbers (Pham, Zhang, Zhang 2024, table 2, on data of the same description; triangles). The "
    "transition is told that domains differ by an isometry; squares of the coordinates as features would do as well."
)
def circle(circles: Columns) -> Figure:
    """Draw a panel per task."""
    figure, axes = plt.subplots(1, len(TASKS), figsize=(11, 3.9))
    for ax, task in zip(axes, TASKS, strict=True):
        plot_task(circles, task, ax=ax)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def plot_task(circles: Columns, task: str, *, ax: Axes) -> Axes:
    """Draw mean and worst split of our methods and of the published ones."""
    ours = ["ERM", "last", "transition", "transition, changing"]
    names = [*(f"{name}, published" for name in PUBLISHED[task]), *ours]
    theirs = np.array(list(PUBLISHED[task].values())) / 100
    means = np.array([by_split(circles, task, name).mean(axis=1) for name in ours])
    values = np.vstack([theirs, np.column_stack([means.mean(axis=1), means.min(axis=1)])])
    at = np.arange(len(names))[::-1]
    rows = ((slice(0, len(theirs)), "^", plotting.COLOURS["overall"], "published"),)
    rows += ((slice(len(theirs), None), "o", plotting.COLOURS["student"], "here"),)
    for part, marker, colour, label in rows:
        ax.plot(values[part, 0], at[part], marker, color=colour, label=f"{label}: mean")
        ax.plot(values[part, 1], at[part], marker, color=colour, markerfacecolor="none", label=f"{label}: worst split")
    ax.hlines(at, values[:, 1], values[:, 0], color="0.6", linewidth=0.8, zorder=0)
    ax.set_yticks(at, names)
    ax.set(xlabel="accuracy", ylabel="method", title=task, xlim=(0.48, 1.02))
    return ax


@figure(
    "Digits that turn by 6° from one domain to the next, learned from the first 15 and judged on images that were "
    "never learned from: accuracy against the number of steps ahead, mean over splits. Estimates on natural images."
)
def digits(digits: Columns) -> Figure:
    """Draw accuracy domain by domain."""
    figure, ax = plt.subplots(figsize=(6.4, 4.2))
    plot_horizons(digits, ax=ax)
    return figure


@figure(
    "Digits in the order in which they were collected, one writer after the other: accuracy in later blocks. They "
    "change, but in no direction, and nothing beats learning from all. Estimates on natural images."
)
def writers(writers: Columns) -> Figure:
    """Draw accuracy block by block."""
    figure, ax = plt.subplots(figsize=(6.4, 4.2))
    plot_horizons(writers, ax=ax)
    ax.set_ylim(0.5, 1.0)
    return figure


def plot_horizons(table: Columns, *, ax: Axes) -> Axes:
    """Draw mean accuracies of all methods against the horizon."""
    for method in dict.fromkeys(table["method"].tolist()):
        rows = select(table, method=method)
        horizons = np.unique(rows["horizon"])
        means = [select(rows, horizon=k)["accuracy"].mean() for k in horizons]
        ax.plot(horizons, means, label=method, **LOOKS[method])
    shown = np.unique(table["horizon"])
    ax.set(xlabel="horizon k (domains)", ylabel="accuracy", xticks=shown[:: 1 + shown.size // 10])
    ax.legend()
    return ax


@numbers
def tasks(circles: Columns) -> Columns:
    """Mean and worst split of every method."""
    rows = []
    for cell, _ in groups(circles, ("task", "method")):
        values = by_split(circles, cell["task"], cell["method"]).mean(axis=1)
        rows.append(cell | {"mean": values.mean(), "worst split": values.min(), "splits": values.size})
    return of_rows(rows)


@numbers
def images(digits: Columns) -> Columns:
    """Mean accuracy of every method and horizon."""
    rows = [cell | {"accuracy": found["accuracy"].mean()} for cell, found in groups(digits, ("method", "horizon"))]
    return of_rows(rows)
