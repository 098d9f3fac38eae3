"""Bounds over the horizon, and the printed bound below the truth."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from w2slens import plotting


@figure(
    "Left: mean error of random classifiers k steps ahead, the error on the rolled-out domain, and what bounds the "
    "first: total variation added directly, by its upper bound √(2 JS), and step by step (dimension 5). The sum over "
    "steps is all that one-step fits can give, and grows with the horizon. Right: the counterpart of Theorem 1 on "
    f"fitted half-planes, and the printed form for a mechanism that has memorised its samples (means with "
    f"{bands.MEANS})."
)
def bounds(rollouts: Columns, memorising: Columns, counterpart: Columns) -> Figure:
    """Draw both panels."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.3))
    plot_rollouts(rollouts, ax=axes[0])
    plot_theorem(memorising, counterpart, ax=axes[1])
    return figure


def plot_rollouts(rollouts: Columns, *, ax: Axes) -> Axes:
    """Draw mean error and bounds against the horizon."""
    rows = select(rollouts, d=5)
    horizons = np.unique(rows["horizon"])
    means = {
        name: np.array([select(rows, horizon=k)[name].mean() for k in horizons])
        for name in ("error", "rolled", "variation", "sum", "root")
    }
    lines = (
        ("sum over steps", means["rolled"] + means["sum"], "bound", "^", "-"),
        ("√(2 JS), directly", means["rolled"] + means["root"], "bound", "v", "--"),
        ("total variation, directly", means["rolled"] + means["variation"], "overlap", "o", "-"),
        ("error", means["error"], "hard", "D", "-."),
        ("error on the roll-out", means["rolled"], "weak", "s", "--"),
    )
    for label, values, name, marker, line in lines:
        ax.plot(horizons, values, color=plotting.COLOURS[name], marker=marker, linestyle=line, label=label)
    ax.axhline(1.0, color="0.6", linewidth=0.8)
    ax.text(horizons[0], 1.01, "vacuous", fontsize=8, color="0.4", va="bottom")
    ax.set(xlabel="horizon k (domains)", ylabel="probability of an error", title="roll-out")
    ax.set_xticks(horizons)
    ax.legend(fontsize=8)
    return ax


def plot_theorem(memorising: Columns, counterpart: Columns, *, ax: Axes) -> Axes:
    """Draw the printed bound and the counterpart against the number of points."""
    found = [(cell["n"], rows) for cell, rows in groups(counterpart, ["n"])]
    sizes = [n for n, _ in found]
    for name, label, look in (
        ("bound", "counterpart: bound", {"marker": "^", "color": plotting.COLOURS["bound"]}),
        ("error", "counterpart: error", {"marker": "D", "color": plotting.COLOURS["hard"]}),
    ):
        intervals = np.array([bands.mean_interval(rows[name], 2 * len(found), bands.CONFIDENCE) for _, rows in found])
        plotting.points(ax, sizes, *intervals.T, name="bound", label=label, linestyle="-", **look)
    cells = [(cell["n"], rows) for cell, rows in groups(memorising, ["n"])]
    n = [size for size, _ in cells]
    errors = [rows["wrong"].sum() / rows["points"].sum() for _, rows in cells]
    ax.plot(n, [rows["bound"].max() for _, rows in cells], "v--", color="0.5", label="memorised: printed bound")
    ax.plot(n, errors, "x--", color="black", label="memorised: error")
    ax.axhline(0.5, color="0.6", linewidth=0.8)
    ax.set(xscale="log", yscale="log", xlabel="points n in each domain", title="Theorem 1")
    ax.set_ylabel("probability of an error")
    ax.legend(fontsize=8)
    return ax


@numbers
def steps(rollouts: Columns) -> Columns:
    """Means by dimension and horizon."""
    names = ("error", "rolled", "variation", "root", "sum")
    return of_rows(
        cell | {name: rows[name].mean() for name in names} for cell, rows in groups(rollouts, ("d", "horizon"))
    )
