"""Examples, accuracy by region, detection, one replicate's scores, and the gap recovered."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from simulations.worlds.dominoes import PLACES, TEACHERS
from simulations.worlds.images import PIXELS
from simulations.worlds.strong import DETECTION_UNDEFINED
from w2slens import plotting


@figure(
    "Three points of each region: an easy block (0 or 1) beside a hard one (7 or 9), blank where a pattern is absent."
)
def examples(examples: Columns) -> Figure:
    """Draw a row per region."""
    figure, axes = plt.subplots(3, 3, figsize=(7, 4.2))
    plot_examples(examples, axes)
    return figure


@figure(
    "Sharp teacher: accuracy on test points by region against the number n of overlap points among 100 easy-only and "
    f"100 hard-only ones, students trained on true and on detected overlap points. Means with {bands.MEANS}."
)
def accuracy(students: Columns) -> Figure:
    """Draw a panel per region."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
    for ax, place in zip(axes, PLACES, strict=True):
        plot_accuracy(students, place, ax=ax)
    axes[0].set_ylabel("accuracy")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "Precision and recall of the detector against the true regions, for a teacher that sees the easy block sharply and "
    "one that sees it coarsely. A few easy points in the detected hard set suffice to draw their neighbours over the "
    "second threshold."
)
def detection(students: Columns) -> Figure:
    """Draw a panel per teacher."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8), sharey=True)
    for ax, teacher in zip(axes, TEACHERS, strict=True):
        plot_detection(students, teacher, ax=ax)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "One replicate: the overlap scores by true region with the detector's second threshold, sharp teacher (left) and "
    "coarse teacher (right)."
)
def scores(scores: Columns) -> Figure:
    """Draw a panel per teacher."""
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.6))
    for ax, teacher in zip(axes, TEACHERS, strict=True):
        plot_example_scores(select(scores, teacher=teacher), teacher, ax=ax)
    return figure


@figure("Performance gap recovered on all test points against n, for the sharp teacher.")
def pgr(students: Columns) -> Figure:
    """Draw true and detected overlap points."""
    figure, ax = plt.subplots(figsize=(6, 4))
    plot_pgr(students, ax=ax)
    return figure


@numbers
def means(students: Columns) -> Columns:
    """Means over replicates by teacher and n."""
    names = [name for name in students if name not in ("replicate", "status", "status_true", "teacher", "n")]
    rows = []
    for cell, found in groups(students, ("teacher", "n")):
        row: dict[str, Any] = cell | {"undetected": int(np.sum(found["status"] == DETECTION_UNDEFINED))}
        rows.append(row | {n: np.nan if np.isnan(found[n]).all() else np.nanmean(found[n]) for n in names})
    return of_rows(rows)


def plot_examples(examples: Columns, axes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Draw three points of each region, a row per region."""
    images = np.stack([examples[f"x_{j:03d}"] for j in range(2 * PIXELS)], axis=1)
    for row, (place, code) in zip(axes, PLACES.items(), strict=True):
        for ax, i in zip(row, np.flatnonzero(examples["region"] == code), strict=True):
            blocks = [images[i, :PIXELS].reshape(8, 8), images[i, PIXELS:].reshape(8, 8)]
            ax.imshow(np.hstack([blocks[0], np.full((8, 1), 0.5), blocks[1]]), cmap="gray_r", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[], title=f"y = {examples['y'][i]:+d}")
            ax.spines[:].set_visible(True)
            ax.grid(visible=False)
        row[0].set_ylabel(place if place == "overlap" else f"{place}-only")
    return axes


def _intervals(columns: Columns, name: str, teacher: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    sizes = np.unique(columns["n"])
    values = [select(columns, teacher=teacher, n=n)[name] for n in sizes]
    return sizes, np.array([bands.mean_interval(v, 3 * len(sizes)) for v in values])


def plot_accuracy(columns: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw the accuracies at one region against n, for the sharp teacher."""
    lines = {"weak": ("weak", {}), "ceiling": ("ceiling", {}), "true": ("student", {"label": "student, true overlap"})}
    lines["detected"] = ("hard", {"label": "student, detected overlap"})
    for k, (model, (look, options)) in enumerate(lines.items()):
        sizes, intervals = _intervals(columns, f"{model}_{place}", "sharp")
        plotting.points(ax, sizes * 1.04 ** (k - 1.5), *intervals.T, name=look, **options)
    ax.set(
        xscale="log",
        xlabel="number n of overlap points",
        title="overlap points" if place == "overlap" else f"{place}-only points",
    )
    ax.set_xticks(np.unique(columns["n"]), [str(n) for n in np.unique(columns["n"])], minor=False)
    ax.minorticks_off()
    return ax


def plot_detection(columns: Columns, teacher: str, *, ax: Axes) -> Axes:
    """Draw precision and recall of both steps against n."""
    for place in ("hard", "overlap"):
        for k, measure in enumerate(("precision", "recall")):
            sizes, intervals = _intervals(columns, f"{measure}_{place}", teacher)
            label = f"{measure}, {place if place == 'overlap' else 'hard-only'} points"
            filled = {} if measure == "precision" else {"markerfacecolor": "none"}
            plotting.points(ax, sizes * 1.05 ** (2 * k - 1), *intervals.T, name=place, label=label, **filled)
    ax.set(
        xscale="log",
        xlabel="number n of overlap points",
        ylabel="precision, recall",
        title=f"{teacher} teacher",
        ylim=(-0.03, 1.05),
    )
    ax.set_xticks(np.unique(columns["n"]), [str(n) for n in np.unique(columns["n"])], minor=False)
    ax.minorticks_off()
    return ax


def plot_example_scores(rows: Columns, teacher: str, *, ax: Axes) -> Axes:
    """Draw one replicate's scores by true region."""
    status = int(rows["status"][0])
    if status == DETECTION_UNDEFINED:
        ax.set_title(f"{teacher} teacher: detection undefined (status {status})")
        return ax
    plotting.plot_scores(rows["score"], rows["region"], float(rows["threshold"][0]), bins=40, ax=ax)
    ax.set(title=f"{teacher} teacher", xlabel="overlap score max |cos|")
    return ax


def _pgr(columns: Columns, student: str) -> npt.NDArray[Any]:
    gap = columns["ceiling_overall"] - columns["weak_overall"]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(gap != 0, (columns[f"{student}_overall"] - columns["weak_overall"]) / gap, np.nan)


def plot_pgr(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the performance gap recovered against n, for the sharp teacher."""
    with_pgr = columns | {f"pgr_{student}": _pgr(columns, student) for student in ("true", "detected")}
    for k, (student, look) in enumerate((("true", "student"), ("detected", "hard"))):
        sizes, intervals = _intervals(with_pgr, f"pgr_{student}", "sharp")
        plotting.points(ax, sizes * 1.05 ** (2 * k - 1), *intervals.T, name=look, label=f"student, {student} overlap")
    ax.axhline(0, color=plotting.COLOURS["weak"], linestyle="--", label="weak")
    ax.axhline(1, color=plotting.COLOURS["ceiling"], linestyle=":", label="ceiling")
    ax.set(xscale="log", xlabel="number n of overlap points", ylabel="performance gap recovered")
    ax.set_xticks(np.unique(columns["n"]), [str(n) for n in np.unique(columns["n"])], minor=False)
    ax.minorticks_off()
    ax.legend(loc="lower right")
    return ax
