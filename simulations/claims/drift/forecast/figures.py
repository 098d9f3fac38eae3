"""Accuracy against the horizon, who wins where, and overlap points that fade."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from w2slens import plotting

from .experiments import FAR, HORIZONS, PROFILES, TEACHER
from .readings import CELLS, departures, distance

LOOKS: dict[str, dict[str, Any]] = {
    "pooled": {"color": plotting.COLOURS["hard"], "marker": "D", "linestyle": "-."},
    "last": {"color": plotting.COLOURS["weak"], "marker": "s", "linestyle": "--"},
    "trend": {"color": plotting.COLOURS["overlap"], "marker": "^", "linestyle": "-"},
    "harmonic": {"color": plotting.COLOURS["bound"], "marker": "P", "linestyle": (0, (1, 1))},
    "transition": {"color": plotting.COLOURS["student"], "marker": "o", "linestyle": ":"},
}
LABELS = {"harmonic": "harmonic, told the angle", "transition": "transition (simulated only)"}


@figure(
    "Accuracy against the number of steps from the last source domain to the forecast one, by the angle of a step: law "
    f"(lines) through simulated linear forecasters (points with {bands.MEANS}), and the transition, 15 domains of 50 "
    "points each. Nothing is fitted. Pooling is late by half the history, the last domain by the horizon; the trend "
    "pays for its slope in noise, and the transition neither, once it sees the movement (not at 2°)."
)
def lag(linear: Columns, transition: Columns, line: Columns) -> Figure:
    """Draw a panel per angle."""
    angles = [angle for angle in np.unique(line["degrees"]).tolist() if angle in transition["degrees"]]
    figure, axes = plt.subplots(1, len(angles), figsize=(3.3 * len(angles) + 1, 4.2), sharey=True, squeeze=False)
    for ax, degrees in zip(axes[0], angles, strict=True):
        plot_lag(linear, transition, line, degrees, ax=ax)
    axes[0, 0].set_ylabel("accuracy in the forecast domain")
    figure.legend(*axes[0, -1].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


def plot_lag(linear: Columns, transition: Columns, line: Columns, degrees: float, *, ax: Axes) -> Axes:
    """Draw laws and simulated means against the horizon at one angle of a step."""
    laws = select(line, degrees=degrees)
    for rule, look in LOOKS.items():
        style = {"color": look["color"], "linestyle": look["linestyle"]}
        label = LABELS.get(rule, rule)
        if rule == "transition":
            rows = [select(transition, degrees=degrees, horizon=k)["transition"] for k in HORIZONS]
        else:
            drawn = select(laws, rule=rule)
            ax.plot(drawn["horizon"], drawn["law"], **style)
            found = select(linear, degrees=degrees, n=50, rule=rule)
            if not found["accuracy"].size:
                ax.plot([], [], **look, label=label)
                continue
            rows = [select(found, horizon=k)["accuracy"] for k in HORIZONS]
        intervals = np.array([bands.mean_interval(value, 5 * len(HORIZONS), bands.CONFIDENCE) for value in rows])
        joined = look["linestyle"] if rule == "transition" else "none"
        plotting.points(ax, HORIZONS, *intervals.T, name="student", label=label, **(look | {"linestyle": joined}))
    ax.axhline(laws["best"][0], color=plotting.COLOURS["ceiling"], linestyle=(0, (5, 5)), linewidth=0.8, label="Bayes")
    ax.set(xlabel="horizon k (domains)", title=f"{degrees:g}° a step", ylim=(0.1, 0.92), xticks=HORIZONS)
    return ax


@figure(
    f"What the transition gains {FAR} steps ahead on the best of six linear forecasters (the largest mean by its law, "
    "not told the angle), over the angle of a step and the number of points in each domain. Each field names that "
    "forecaster: P pooled, L last, W window, D discount, T trend, 2 trend of degree 2; frames mark where the "
    "transition loses more than .002."
)
def phase(phase: Columns) -> Figure:
    """Draw who wins."""
    figure, ax = plt.subplots(figsize=(7.2, 4.6))
    mesh = plot_phase(phase, ax=ax)
    bar = figure.colorbar(mesh, ax=ax)
    bar.ax.set_title("transition −\nbest linear", fontsize=9)
    return figure


def plot_phase(phase: Columns, *, ax: Axes) -> Any:
    """Draw the gain over angle and number of points; returns the mesh, for a colour bar."""
    angles, sizes = np.unique(phase["degrees"]), np.unique(phase["n"])
    gain = np.empty((sizes.size, angles.size))
    for i, n in enumerate(sizes):
        for j, degrees in enumerate(angles):
            rows = select(phase, n=n, degrees=degrees)
            gain[i, j] = rows["transition"].mean() - rows["best_mean"][0]
            rule = str(rows["best_rule"][0])
            letter = "2" if rule.endswith("2") else rule[0].upper()
            shade = "white" if abs(gain[i, j]) > 0.12 else "black"
            ax.text(j, i, f"{letter}\n{gain[i, j]:+.3f}", ha="center", va="center", fontsize=8, color=shade)
            if gain[i, j] < -0.002:
                frame = {"fill": False, "edgecolor": plotting.COLOURS["hard"], "linewidth": 1.6}
                ax.add_patch(plt.Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, **frame))
    mesh = ax.imshow(gain, cmap="RdBu", vmin=-0.2, vmax=0.2, origin="lower", aspect="auto")
    ax.set_xticks(range(angles.size), [f"{angle:g}" for angle in angles])
    ax.set_yticks(range(sizes.size), [f"{n:g}" for n in sizes])
    ax.set(xlabel="angle of a step (degrees)", ylabel="points in each domain")
    ax.grid(visible=False)
    return mesh


@figure(
    f"Overlap points with the labels of a teacher of accuracy {TEACHER:g} whose density changes over the 15 source "
    f"domains, 1,500 in all: mean accuracy {FAR} steps ahead (points with {bands.MEANS}; black ticks: the law, each "
    "replicate's own). With a transition it hardly matters when the points were seen."
)
def density(density: Columns) -> Figure:
    """Draw a panel per angle."""
    angles = np.unique(density["degrees"]).tolist()
    figure, axes = plt.subplots(1, len(angles), figsize=(4.2 * len(angles) + 0.6, 4.2), sharey=True, squeeze=False)
    for ax, degrees in zip(axes[0], angles, strict=True):
        plot_density(select(density, degrees=degrees), ax=ax)
        ax.set_title(f"{degrees:g}° a step")
    axes[0, 0].set_ylabel("accuracy in the forecast domain")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def plot_density(density: Columns, *, ax: Axes) -> Axes:
    """Draw means and laws by how the density changes."""
    rules = ("pooled", "last", "trend", "transition")
    for i, rule in enumerate(rules):
        rows = [select(density, profile=profile, rule=rule) for profile in PROFILES]
        at = np.arange(len(PROFILES)) + (i - 1.5) * 0.15
        intervals = np.array([bands.mean_interval(row["accuracy"], 12, bands.CONFIDENCE) for row in rows])
        look = LOOKS[rule] | {"linestyle": "none"}
        plotting.points(ax, at, *intervals.T, name="student", label=rule, **look)
        if rule != "transition":
            laws = [row["law"].mean() for row in rows]
            ax.hlines(laws, at - 0.06, at + 0.06, color="black", linewidth=1.2, label="law" if i == 0 else None)
    ax.set_xticks(range(len(PROFILES)), [f"{name}\n{low:.0%} → {high:.0%}" for name, (low, high) in PROFILES.items()])
    ax.set(xlabel="overlap density, first to last domain", xlim=(-0.5, len(PROFILES) - 0.5))
    return ax


@numbers
def forecasters(linear: Columns) -> Columns:
    """Simulated mean, law, deviation and distance of the distribution by setting."""
    rows = departures(linear, CELLS)
    far = [distance(found["below"]) for _, found in groups(linear, CELLS)]
    return of_rows(row | {"distance": value} for row, value in zip(rows, far, strict=True))


@numbers
def transitions(transition: Columns) -> Columns:
    """Mean accuracies of the transition and others on the same points."""
    rows = []
    for cell, found in groups(transition, ("degrees", "horizon")):
        means = {name: found[name].mean() for name in ("transition", "pooled", "last", "trend")}
        rows.append(cell | means | {"rank 1": np.mean(found["rank"] == 1)})
    return of_rows(rows)


@numbers
def densities(density: Columns) -> Columns:
    """Mean accuracies by how the density changes."""
    rows = []
    for cell, found in groups(density, ("profile", "degrees", "rule")):
        rows.append(cell | {"accuracy": found["accuracy"].mean(), "law": found["law"].mean()})
    return of_rows(rows)
