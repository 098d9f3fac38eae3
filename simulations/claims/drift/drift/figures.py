"""Regret against rounds by scenario, and against the window."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows
from w2slens import plotting

from .experiments import FACTORS, MEMORY, SCENARIOS, checkpoints, densities
from .experiments import window as window_of
from .readings import regret as regret_of

#: Drawn in the first figure, with the name of their look.
SHOWN = {
    "window × 4": "sliding window",
    "discounted": "discounted",
    "UCB, anytime": "UCB, anytime",
    "UCB": "UCB",
    "published": "published",
    "Thompson": "Thompson",
    "uniform": "uniform",
}


@figure(
    "Cumulative regret against rounds (means with 5–95 % range) when the best of five sources changes at the dotted "
    "lines, when densities wander, and when they stay. Those that settle first lose most when something changes, and "
    "least when nothing does."
)
def regret(runs: Columns) -> Figure:
    """Draw a panel per scenario."""
    figure, axes = plt.subplots(1, 3, figsize=(13, 4.8), sharey=True)
    for ax, scenario in zip(axes, SCENARIOS, strict=True):
        plot_regret(runs, scenario, ax=ax)
    axes[0].set_ylabel("cumulative regret R")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "Regret after T rounds against the window, in units of 2·√(T ln T / changes), the one that minimises the published "
    f"bound (means with {bands.MEANS}). That one is too short: what counts is exploration, which a window has to "
    "repeat, against the delay after a change."
)
def window(runs: Columns) -> Figure:
    """Draw a line per scenario."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_window(runs, ax=ax)
    return figure


@numbers
def final(runs: Columns) -> Columns:
    """Mean regret after all rounds and its range, per scenario and policy."""
    rows = []
    for cell, _ in groups(runs, ("scenario", "policy")):
        last = regret_of(runs, **cell)[:, -1]
        low, high = np.quantile(last, (0.05, 0.95))
        rows.append(cell | {"runs": last.size, "regret": last.mean(), "5 %": low, "95 %": high})
    return of_rows(rows)


def plot_regret(runs: Columns, scenario: str, *, ax: Axes) -> Axes:
    """Draw cumulative regret against rounds in one scenario."""
    horizon = int(runs["horizon"][0])
    t = checkpoints(horizon)
    for i, (policy, look) in enumerate(SHOWN.items()):
        values = regret_of(runs, scenario, policy)
        label = {
            "window × 4": f"sliding window of {window_of(horizon, MEMORY):,}",
            "UCB, anytime": "UCB, anytime, ξ = 0.6: same bonus, no forgetting",
            "UCB": "UCB, horizon, ξ = 2",
        }.get(policy, policy)
        marked = {"markevery": (i, 8), "linestyle": plotting.LINES.get(look, "-")}
        ax.plot(
            t,
            values.mean(axis=0),
            color=plotting.COLOURS[look],
            marker=plotting.MARKERS.get(look),
            label=label,
            **marked,
        )
        low, high = np.quantile(values, (0.05, 0.95), axis=0)
        ax.fill_between(t, low, high, color=plotting.COLOURS[look], alpha=0.15, linewidth=0)
    if scenario == "abrupt":
        for start in densities(scenario, horizon)[0][1:]:
            ax.axvline(start, color=plotting.COLOURS["neither"], linestyle=":", linewidth=1)
    titles = {"abrupt": "the best source changes", "slow": "densities wander", "none": "nothing changes"}
    ax.set(xlabel="rounds t", title=titles[scenario], yscale="log", ylim=(10, None))
    return ax


def plot_window(runs: Columns, *, ax: Axes) -> Axes:
    """Draw regret after all rounds against the window."""
    for scenario, name in zip(SCENARIOS, ("hard", "overlap", "easy"), strict=True):
        finals = [regret_of(runs, scenario, f"window × {factor:g}")[:, -1] for factor in FACTORS]
        intervals = np.array([bands.mean_interval(final, 15) for final in finals])
        label = {"abrupt": "abrupt changes", "slow": "slow drift", "none": "no change"}[scenario]
        plotting.points(ax, FACTORS, *intervals.T, name=name, label=label, linestyle=plotting.LINES[name])
    ax.set(xscale="log", yscale="log", xlabel="window / (2·√(T ln T / changes))", ylabel="regret R after T rounds")
    ax.set_xticks(FACTORS, ["1/16", "1/4", "1", "4", "16"])
    ax.minorticks_off()
    ax.legend()
    return ax
