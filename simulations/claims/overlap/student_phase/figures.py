"""The phase diagram in penalty and number of points, cuts through it, copying, and the limit of strong penalties."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, of_rows
from w2slens import plotting

from .readings import PUBLISHED_C, cube, place_of


@figure(
    "Mean accuracy on hard-only points over the inverse penalty C and the number n of overlap points, without and with "
    "an unpenalised intercept. White: the ridge, for each C the n with the largest mean; above it more overlap points "
    "hurt. Rings: the published student, C = 0.01 with an intercept, n = 5 … 95."
)
def phase(students: Columns) -> Figure:
    """Draw a panel without and one with intercept."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.8), sharey=True)
    for ax, intercept in zip(axes, (False, True), strict=True):
        mesh = plot_phase(students, intercept, ax=ax)
    axes[0].set_ylabel("number n of overlap points")
    bar = figure.colorbar(mesh, ax=axes)
    bar.ax.set_title("mean accuracy,\nhard-only points", fontsize=9)
    return figure


@figure(
    f"The same against n for five students, with {bands.MEANS}, and the overlap law, which is the limit C → 0 without "
    "an intercept."
)
def overlap(students: Columns) -> Figure:
    """Draw cuts through the phase diagram."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
    for ax, intercept in zip(axes, (False, True), strict=True):
        plot_overlap(students, "hard", intercept, ax=ax)
    axes[0].set_ylabel("accuracy on hard-only points")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


@figure(
    "Share of overlap points on which student and teacher agree, in the population (no intercept). A student with a "
    "weak penalty comes to agree everywhere; its teacher guesses on hard-only points, and so does it. The averaging "
    "student stays at a distance."
)
def copying(students: Columns) -> Figure:
    """Draw agreement with the teacher."""
    figure, ax = plt.subplots(figsize=(6.5, 4.4))
    plot_overlap(students, "agreement", False, ax=ax)
    ax.set(ylabel="P(student = teacher) on overlap points", title="")
    ax.legend(loc="lower right", fontsize=8, ncols=2)
    return figure


@figure(
    "Mean distance between the accuracies of the logistic student without an intercept and of the averaging student on "
    "the same points: it closes with C, and in proportion to C where C is small."
)
def limit(students: Columns) -> Figure:
    """Draw the distance to the averaging student."""
    figure, ax = plt.subplots(figsize=(6.5, 4.4))
    plot_limit(students, ax=ax)
    return figure


@numbers
def means(students: Columns) -> Columns:
    """Mean accuracies, agreement and law for every n, C and intercept."""
    rows: list[dict[str, Any]] = []
    names = ("hard", "easy", "overlap", "agreement", "teacher", "law", "status")
    for intercept in (False, True):
        cubes = [cube(students, name, intercept)[2].mean(axis=2) for name in names]
        sizes, penalties, _ = cube(students, "hard", intercept)
        for i, n in enumerate(sizes):
            for j, C in enumerate(penalties):
                means = {name: mean[i, j] for name, mean in zip(names, cubes, strict=True)}
                single = means.pop("status")
                rows.append({"n": n, "C": C, "intercept": float(intercept), **means, "single class": single})
    return of_rows(rows)


def _edges(values: np.ndarray) -> np.ndarray:
    """Edges of cells around values on a logarithmic axis."""
    inner = np.sqrt(values[1:] * values[:-1])
    return np.concatenate([values[:1] ** 2 / inner[:1], inner, values[-1:] ** 2 / inner[-1:]])


def plot_phase(students: Columns, intercept: bool, *, ax: Axes) -> Any:
    """Draw the accuracy over C and n with its contours and its ridge; returns the mesh, for a colour bar."""
    sizes, penalties, values = cube(students, "hard", intercept)
    kept = penalties > 0
    penalties, mean = penalties[kept], values[:, kept].mean(axis=2)
    mesh = ax.pcolormesh(_edges(penalties), _edges(sizes.astype(float)), mean, cmap="cividis", vmin=0.5, vmax=0.87)
    contours = ax.contour(
        penalties, sizes, mean, levels=np.arange(0.55, 0.9, 0.05), colors="black", linewidths=0.7, alpha=0.7
    )
    ax.clabel(contours, fontsize=7, fmt="%.2f")
    ridge = sizes[mean.argmax(axis=0)]
    ax.plot(penalties, ridge, color="white", marker="o", markersize=3.5, markeredgecolor="black", label="ridge")
    if intercept:
        seen = sizes[sizes <= 95]
        look = {"marker": "o", "linestyle": "none", "markersize": 8, "markerfacecolor": "none"}
        ax.plot([PUBLISHED_C] * seen.size, seen, color="white", markeredgewidth=2.6, **look)
        ax.plot([PUBLISHED_C] * seen.size, seen, color=plotting.COLOURS["hard"], label="published", **look)
    ax.set(xscale="log", yscale="log", xlabel="inverse penalty C (strong penalty left, weak right)")
    ax.set_yticks(sizes, [f"{n:g}" for n in sizes], minor=False)
    ax.minorticks_off()
    ax.grid(visible=False)
    ax.set_title("with an unpenalised intercept" if intercept else "without an intercept")
    ax.legend(loc="upper right", facecolor="0.8", frameon=True, fontsize=8)
    return mesh


LOOKS: dict[float, dict[str, Any]] = {
    1e-5: {"color": plotting.COLOURS["student"], "marker": "o"},
    1e-3: {"color": plotting.COLOURS["easy"], "marker": "s"},
    1e-2: {"color": plotting.COLOURS["published"], "marker": "P"},
    1.0: {"color": plotting.COLOURS["weak"], "marker": "^"},
    100.0: {"color": plotting.COLOURS["hard"], "marker": "D"},
}


def plot_overlap(students: Columns, name: str, intercept: bool, *, ax: Axes) -> Axes:
    """Draw the mean of one column against n for some students, and the averaging student or its law."""
    sizes, penalties, every = cube(students, name, intercept)
    _, _, law = cube(students, "law" if name == "hard" else name, False)
    label = "overlap law" if name == "hard" else "averaging student"
    plotting.theory(ax, sizes, law[:, 0].mean(axis=1), label=label)
    comparisons = 2 * len(LOOKS) * sizes.size
    for C, look in LOOKS.items():
        values = every[:, place_of(penalties, C)]
        intervals = np.array([bands.mean_interval(v, comparisons) for v in values])
        plotting.points(ax, sizes, *intervals.T, name="student", label=f"C = {C:g}", **look, linestyle=":")
    ax.set(xscale="log", xlabel="number n of overlap points")
    ax.set_xticks(sizes, [f"{n:g}" if n not in (30, 70, 140, 280) else "" for n in sizes], minor=False)
    ax.minorticks_off()
    ax.set_title("with an unpenalised intercept" if intercept else "without an intercept")
    return ax


def plot_limit(students: Columns, *, ax: Axes) -> Axes:
    """Draw the mean distance to the averaging student against C for some n."""
    sizes, penalties, values = cube(students, "hard", False)
    distance = np.abs(values[:, 1:] - values[:, :1]).mean(axis=2)
    shown = [n for n in (5, 20, 95, 400) if n in sizes]
    for n, marker, shade in zip(shown, "osD^", ("0.7", "0.5", "0.3", "0.0"), strict=False):
        i = int(np.flatnonzero(sizes == n)[0])
        ax.plot(penalties[1:], distance[i], marker=marker, color=shade, label=f"n = {n}")
    start = distance[-1, 0]
    ends = np.array([penalties[1], 1e-2])
    plotting.theory(ax, ends, start * ends / ends[0] * 2, label="proportional to C", linestyle="--")
    ax.set(xscale="log", yscale="log", xlabel="inverse penalty C", ylabel="mean |accuracy − averaging student's|")
    ax.legend()
    return ax
