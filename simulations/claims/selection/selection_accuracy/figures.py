"""What is acquired, what it teaches, what is saved, and what the detector observes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, of_rows, select
from w2slens import plotting

from .experiments import POLICIES
from .readings import curves, data_saved, policies_of, worlds_of

#: Level of the intervals that are drawn; verdicts have their own.
LEVEL = 0.95
#: Share of uniform choice's rounds at which its accuracy is the target.
TARGETS = {0.2: "a fifth", 0.5: "half"}
#: Checkpoints with an interval in the figures.
DRAWN = (1, 2, 3, 5, 8, 12, 20, 30, 50, 100)


@figure(
    "True share of overlap points among all acquired, against rounds; means with 95 % intervals over paired "
    "replicates. Dotted: the density of the richest source. In the published noise (σ² = 5) the detector tells rich "
    "from poor less, and what it tells is used best by policies that count points."
)
def share(campaigns: Columns) -> Figure:
    """Draw a panel per world."""
    figure, axes = _panels(campaigns)
    for ax, world in zip(axes, worlds_of(campaigns), strict=True):
        plot_share(campaigns, world, ax=ax)
    axes[0].set_ylabel("true share of overlap points")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=8)
    return figure


@figure(
    "Accuracy on hard-only points of the student trained on the detected overlap points acquired so far, against "
    "rounds (means with 95 % intervals). Dashed: its teacher."
)
def accuracy(campaigns: Columns) -> Figure:
    """Draw a panel per world."""
    figure, axes = _panels(campaigns)
    for ax, world in zip(axes, worlds_of(campaigns), strict=True):
        plot_accuracy(campaigns, world, ax=ax)
    axes[0].set_ylabel("student's accuracy, hard-only points")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=8)
    return figure


@figure(
    "Data saved against uniform choice: the share of rounds a policy does without and still has the accuracy on "
    "hard-only points that uniform choice has after a fifth, and after half of its rounds; intervals (95 %) by "
    "bootstrap over paired replicates. No point, or no interval: it never gets there, or not in every resample."
)
def saved(campaigns: Columns) -> Figure:
    """Draw a panel per target."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for ax, share in zip(axes, TARGETS, strict=True):
        plot_saved(campaigns, share, ax=ax)
    axes[0].set_ylabel("data saved against uniform choice")
    axes[0].legend(ncols=2)
    return figure


@figure(
    "What the detector observes of a source, against its true density, under uniform choice: mean over rounds and "
    "replicates with 95 % intervals. A policy can only be as good as this line is steep."
)
def observed(campaigns: Columns) -> Figure:
    """Draw a line per world."""
    figure, ax = plt.subplots(figsize=(6, 4.4))
    plot_observed(campaigns, ax=ax)
    return figure


@numbers
def final(campaigns: Columns) -> Columns:
    """Final share, regret, accuracy and data saved by world and policy."""
    rows = []
    for world in worlds_of(campaigns):
        for policy in policies_of(campaigns, world):
            row: dict[str, Any] = {"world": world, "policy": policy}
            for name in ("share", "detected_share", "average_regret", "hard", "overall", "precision"):
                row[name] = float(np.nanmean(curves(campaigns, world, policy, name)[1][:, -1]))
            row["saved after a fifth"], row["saved after half"] = (
                data_saved(campaigns, world, policy, share)[0] for share in TARGETS
            )
            rows.append(row)
    return of_rows(rows)


def _panels(campaigns: Columns) -> tuple[Figure, Any]:
    count = len(worlds_of(campaigns))
    figure, axes = plt.subplots(1, count, figsize=(3.1 * count, 3.9), sharey=True, squeeze=False)
    return figure, axes[0]


def _look(policy: str) -> dict[str, Any]:
    name = "ceiling" if policy == "oracle" else policy
    return {"name": name, "label": policy, "linestyle": plotting.LINES.get(name, "-"), "linewidth": 1.0}


def _plot_curves(campaigns: Columns, world: str, name: str, *, ax: Axes) -> Axes:
    policies = policies_of(campaigns, world)
    for k, policy in enumerate(policies):
        rounds, values = curves(campaigns, world, policy, name)
        shown = np.isin(rounds, DRAWN)
        rounds, values = rounds[shown], values[:, shown]
        intervals = np.array([bands.mean_interval(v, 1, LEVEL) for v in values.T])
        plotting.points(ax, rounds * 1.035 ** (k - 2.5), *intervals.T, **_look(policy))
    ax.set(xscale="log", xlabel="round", title=world)
    ticks = [r for r in (1, 3, 10, 30, 100) if r <= rounds[-1]]
    ax.set_xticks(ticks, [str(r) for r in ticks], minor=False)
    ax.minorticks_off()
    return ax


def plot_share(campaigns: Columns, world: str, *, ax: Axes) -> Axes:
    """Draw the true share of overlap points acquired, against rounds, per policy."""
    _plot_curves(campaigns, world, "share", ax=ax)
    best = float(np.mean(select(campaigns, world=world)["best_density"]))
    ax.axhline(best, color=plotting.COLOURS["theory"], linestyle=":", label="richest source")
    ax.set_ylim(0.1, 0.85)
    return ax


def plot_accuracy(campaigns: Columns, world: str, *, ax: Axes) -> Axes:
    """Draw the student's accuracy on hard-only points, against rounds, per policy."""
    _plot_curves(campaigns, world, "hard", ax=ax)
    teacher = float(np.mean(select(campaigns, world=world)["weak_hard"]))
    ax.axhline(teacher, color=plotting.COLOURS["weak"], linestyle="--", label="teacher")
    ax.set_ylim(0.45, 1.0)
    return ax


def plot_saved(campaigns: Columns, share: float, *, ax: Axes) -> Axes:
    """Draw the data saved against uniform choice after this share of its rounds, per world and policy."""
    worlds = worlds_of(campaigns)
    for k, policy in enumerate(policy for policy in POLICIES if policy != "uniform"):
        shown = [(i, world) for i, world in enumerate(worlds) if policy in policies_of(campaigns, world)]
        if not shown:
            continue
        values = np.array([data_saved(campaigns, world, policy, share) for _, world in shown])
        look = _look(policy) | {"linestyle": "none"}
        plotting.points(ax, [i + 0.13 * (k - 2) for i, _ in shown], *values.T, **look)
    ax.axhline(0, color=plotting.COLOURS["uniform"], linestyle=":")
    ax.set_xticks(range(len(worlds)), [world.replace(", ", "\n") for world in worlds], fontsize=8)
    ax.set_title(f"to the accuracy of uniform choice after {TARGETS[share]} of its rounds", fontsize=9)
    ax.set_ylim(-0.4, 1)
    return ax


def plot_observed(campaigns: Columns, *, ax: Axes) -> Axes:
    """Draw the mean observed fraction of poorest and richest source against their densities, per world."""
    looks = ["overlap", "easy", "student", "hard", "weak"]
    for look, world in zip(looks, worlds_of(campaigns), strict=False):
        last = select(campaigns, world=world, policy="uniform")
        last = select(last, rounds=last["rounds"].max())
        x = [float(last[f"density_{which}"].mean()) for which in ("poorest", "richest")]
        ends = np.array([bands.mean_interval(last[f"observed_{which}"], 1, LEVEL) for which in ("poorest", "richest")])
        line = {"linestyle": plotting.LINES.get(look, "-")}
        plotting.points(ax, x, *ends.T, name=look, label=world, **line)
    ax.plot([0, 1], [0, 1], color=plotting.COLOURS["theory"], linestyle=":", label="perfect detector")
    ax.set(xlabel="true density ρ of the source", ylabel="observed overlap fraction", xlim=(0, 0.8), ylim=(0, 0.8))
    ax.legend(fontsize=8)
    return ax
