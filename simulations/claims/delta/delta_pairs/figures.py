"""The share of random pairs that help, against the dimension."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows
from w2slens import plotting

from .experiments import DRAWS

LOOKS = (("student", "o"), ("weak", "s"), ("hard", "D"))


@figure(
    "Share of random pairs of teachers that improve a better student to first order, against the number of coordinates "
    f"that they see: exact (lines), the bound (dashed), and simulated pairs with {bands.SHARES}. In high dimension "
    "random errors hardly align with the student's own."
)
def pairs(races: Columns) -> Figure:
    """Draw a line, a bound and points per kind of pair."""
    figure, ax = plt.subplots(figsize=(7, 4.6))
    plot_pairs(races, ax=ax)
    return figure


@numbers
def shares(races: Columns) -> Columns:
    """Simulated and exact shares, and the bound."""
    rows = []
    for cell, found in groups(races, ("race", "d")):
        share = float(found["helped"].sum() / (DRAWS * len(found["helped"])))
        exact, bound = float(found["exact"][0]), float(found["bound"][0])
        rows.append({**cell, "simulated": share, "exact": exact, "bound": bound})
    return of_rows(rows)


def plot_pairs(races: Columns, *, ax: Axes) -> Axes:
    """Draw the shares over the dimension."""
    every = len(list(groups(races, ("race", "d"))))
    for (cell, found), (colour, marker) in zip(groups(races, ("race",)), LOOKS, strict=False):
        rows = [(inner["d"], group) for inner, group in groups(found, ("d",))]
        d = np.array([place for place, _ in rows])
        helped = np.array([group["helped"].sum() for _, group in rows])
        trials = np.array([DRAWS * len(group["helped"]) for _, group in rows])
        low, high = bands.clopper_pearson(helped, trials, every)
        look = {"color": plotting.COLOURS[colour]}
        plotting.theory(ax, d, [group["exact"][0] for _, group in rows], label=f"exact: {cell['race']}", **look)
        bound = [group["bound"][0] for _, group in rows]
        plotting.theory(ax, d, bound, label=f"bound: {cell['race']}", linestyle="--", linewidth=1, **look)
        plotting.points(
            ax, d, helped / trials, low, high, name=colour, marker=marker, label=f"simulated: {cell['race']}"
        )
    ax.set(xscale="log", ylim=(0, 1.02), xlabel="coordinates d", ylabel="share of random pairs that help")
    d = np.unique(races["d"])
    ax.set_xticks(d, [f"{x:g}" for x in d])
    ax.minorticks_off()
    ax.legend(fontsize=7.5, loc="lower right")
    return ax
