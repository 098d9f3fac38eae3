"""Accuracy of every student, and the detected regions."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from simulations.worlds.digits import TASKS
from w2slens import plotting

MODELS = {
    "weak": "teacher",
    "all": "student, all",
    "overlap": "overlap only",
    "others": "same size,\nothers",
    "ceiling": "ceiling",
}


@figure(
    "Accuracy on test images of the teacher (logistic on 4 × 4 pixels), the ceiling, and students trained on all "
    "pseudo-labelled images, on the detected overlap set, and on as many images outside it. Every replicate is a dot, "
    f"bars are means with {bands.MEANS}."
)
def students(students: Columns) -> Figure:
    """Draw a panel per task."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
    for ax, task in zip(axes, TASKS, strict=True):
        plot_students(students, task, ax=ax)
    axes[0].set_ylabel("accuracy on test images")
    return figure


@figure("Share of the images that the detector puts into each region, by task; every replicate is a dot.")
def regions(students: Columns) -> Figure:
    """Draw the shares side by side."""
    figure, ax = plt.subplots(figsize=(6.5, 3.8))
    plot_regions(students, ax=ax)
    return figure


@numbers
def means(students: Columns) -> Columns:
    """Means over replicates, by task."""
    names = [name for name in students if name not in ("replicate", "task")]
    return of_rows(cell | {name: np.nanmean(rows[name]) for name in names} for cell, rows in groups(students, ["task"]))


def plot_students(columns: Columns, task: str, *, ax: Axes) -> Axes:
    """Draw the accuracy of every model on one task."""
    cell = select(columns, task=task)
    looks = {"weak": "weak", "all": "student", "overlap": "overlap", "others": "random", "ceiling": "ceiling"}
    for k, model in enumerate(MODELS):
        values = cell[f"{model}_overall"]
        jitter = np.linspace(-0.25, 0.25, values.size)
        ax.plot(k + jitter, values, ".", color=plotting.COLOURS[looks[model]], alpha=0.35, markersize=4)
        interval = bands.mean_interval(values, len(MODELS) * len(TASKS))
        plotting.points(ax, [k], *([v] for v in interval), name=looks[model], markersize=8, capsize=5)
    ax.set_xticks(range(len(MODELS)), list(MODELS.values()))
    ax.set_title(task)
    return ax


def plot_regions(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the detected shares by task."""
    for t, task in enumerate(TASKS):
        cell = select(columns, task=task)
        for k, place in enumerate(("easy", "hard", "overlap")):
            values = cell[f"share_{place}"]
            at = t + 0.25 * (k - 1) + np.linspace(-0.08, 0.08, values.size)
            look = {"color": plotting.COLOURS[place], "marker": plotting.MARKERS[place], "linestyle": "none"}
            ax.plot(at, values, markersize=3.5, alpha=0.7, label=place if t == 0 else "_", **look)
    ax.set_xticks(range(len(TASKS)), TASKS)
    ax.set(xlabel="task", ylabel="share of the images", ylim=(0, 1))
    ax.legend(title="detected region")
    return ax
