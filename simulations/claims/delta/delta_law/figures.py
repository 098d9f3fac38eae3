"""Accuracy against the gap, what a pair is worth beside its better teacher, and departures from the law."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtr

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows
from simulations.worlds.pairs import SIGMA, T_HARD
from w2slens import plotting

from .experiments import BETTER, REJECTED, WORTH_SIZE
from .readings import AXES, departures

LOOKS = {20: ("weak", "s"), 95: ("student", "o"), 400: ("overlap", "D")}


@figure(
    "Mean accuracy on hard-only points against the gap δ of the two teachers, for n overlap points: law (lines) and "
    f"simulated students with {bands.MEANS}. The rejected teacher's accuracy is {REJECTED}. Swapping the teachers "
    "turns the picture about its centre: left of 0 the student unlearns what it learns right of 0."
)
def gap(gaps: Columns) -> Figure:
    """Draw the law through the points."""
    figure, ax = plt.subplots(figsize=(6.5, 4.4))
    plot_gap(gaps, ax=ax)
    return figure


@figure(
    f"What a pair teaches from a cold start beyond its better teacher, of accuracy {BETTER}, alone (n = {WORTH_SIZE}), "
    "by the laws, over the gap δ and the share q of points on which the two disagree; the line is where both are worth "
    "as many perfectly labelled points, δ²/q = (2a − 1)². Markers: simulated pairs, filled where the pair is better. "
    "Without colour there are no such teachers."
)
def worth(plane: Columns, worth: Columns) -> Figure:
    """Draw the plane of pairs."""
    figure, ax = plt.subplots(figsize=(7, 4.6))
    mesh = plot_worth(plane, worth, ax=ax)
    bar = figure.colorbar(mesh, ax=ax)
    bar.ax.set_title("accuracy,\npair − teacher", fontsize=9)
    return figure


@figure(
    "Departures of simulated means from the law in standard errors, for every setting of n, teachers, dimension, flips "
    f"and warm starts; the lines are {bands.T_QUANTILE}."
)
def deviations(students: Columns) -> Figure:
    """Draw a marker per cell."""
    figure, ax = plt.subplots(figsize=(7, 4))
    plot_deviations(students, ax=ax)
    return figure


@numbers
def means_and_laws(students: Columns) -> Columns:
    """Means, laws and departures of all cells."""
    return of_rows(departures(students, AXES, "delta"))


def plot_gap(gaps: Columns, *, ax: Axes) -> Axes:
    """Draw accuracy against the gap, a line and points per number of points."""
    cells = len(list(groups(gaps, ("n", "chosen"))))
    for cell, found in groups(gaps, ("n",)):
        colour, marker = LOOKS.get(cell["n"], ("overall", "v"))
        rows = [group for _, group in groups(found, ("chosen",))]
        x = np.array([group["gap"][0] for group in rows])
        order = np.argsort(x)
        intervals = np.array([bands.mean_interval(group["hard"], cells) for group in rows])
        law = np.array([group["law"][0] for group in rows])
        plotting.theory(ax, x[order], law[order], label=f"law, n = {cell['n']}", color=plotting.COLOURS[colour])
        plotting.points(ax, x, *intervals.T, name=colour, marker=marker, label=f"simulated, n = {cell['n']}")
    best = float(ndtr(T_HARD / SIGMA))
    for level, label in ((best, "Φ(t/σ) and 1 − Φ(t/σ)"), (1 - best, None)):
        ax.axhline(level, color=plotting.COLOURS["ceiling"], linestyle=":", linewidth=1, label=label)
    ax.axvline(0, color="0.6", linewidth=0.8)
    ax.set(xlabel="gap δ = accuracy of chosen − rejected teacher", ylabel="accuracy on hard-only points")
    ax.legend(fontsize=8, loc="upper left")
    return ax


def plot_worth(plane: Columns, worth: Columns, *, ax: Axes) -> object:
    """Draw the plane with its boundary and the simulated pairs; returns the mesh, for a colour bar."""
    gaps, q, gain = (plane[name] for name in ("gap", "disagreement", "gain"))
    largest = float(np.abs(gain).max())
    mesh = ax.tripcolor(gaps, q, gain, cmap="PuOr", vmin=-largest, vmax=largest, shading="gouraud")
    line = np.linspace(0.01, 0.45, 200)
    boundary = line**2 / (2 * BETTER - 1) ** 2
    inside = (boundary >= line) & (boundary <= np.minimum(1, 2 - 2 * BETTER + line))
    plotting.theory(ax, line[inside], boundary[inside], label="δ²/q = (2a − 1)²")
    for _, found in groups(worth, ("rejected", "cosine")):
        better = float((found["delta"] - found["chosen"]).mean()) > 0
        fill = plotting.COLOURS["ceiling"] if better else "white"
        label = {True: "simulated: pair better", False: "simulated: teacher better"}[better]
        known = label in ax.get_legend_handles_labels()[1]
        look = {"marker": "o", "markersize": 8, "linestyle": "none", "markeredgecolor": "black"}
        ax.plot(found["gap"][0], found["disagreement"][0], markerfacecolor=fill, label=None if known else label, **look)
    ax.set(xlabel="gap δ", ylabel="disagreement q", xlim=(0, 0.46), ylim=(0, 1.02))
    ax.grid(visible=False)
    ax.legend(loc="lower right", fontsize=8, frameon=True)
    return mesh


def plot_deviations(students: Columns, *, ax: Axes) -> Axes:
    """Draw the departures by number of points, cold, flipped and warm cells told apart."""
    rows = departures(students, AXES, "delta")
    kinds = {
        "cold start": ("student", "o", lambda row: row["step"] == 0 and row["flip"] == 0),
        "preferences flipped": ("weak", "s", lambda row: row["flip"] > 0),
        "warm start": ("hard", "D", lambda row: row["step"] > 0),
    }
    for label, (name, marker, chosen) in kinds.items():
        found = [row for row in rows if chosen(row)]
        spread = np.linspace(-0.08, 0.08, max(len(found), 2))[: len(found)]
        x = [row["n"] * (1 + s) for row, s in zip(found, spread, strict=True)]
        y = [row["deviation"] for row in found]
        ax.plot(x, y, color=plotting.COLOURS[name], marker=marker, linestyle="none", label=label)
    bound = float(bands.bonferroni_t(min(row["size"] for row in rows) - 1, len(rows)))
    for level in (-bound, bound):
        ax.axhline(level, color=plotting.COLOURS["theory"], linestyle="--", label="allowed" if level > 0 else None)
    ax.set(xscale="log", xlabel="number n of overlap points", ylabel="(mean − law) / standard error")
    sizes = sorted({row["n"] for row in rows})
    ax.set_xticks(sizes, [f"{n:g}" for n in sizes])
    ax.minorticks_off()
    ax.set_ylim(-1.25 * bound, 1.6 * bound)
    ax.legend(fontsize=8, ncols=4, loc="upper center")
    return ax
