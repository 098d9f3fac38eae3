"""Regret against rounds, batches, the number of sources and the horizon."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.looks import band
from simulations.tables import Columns, groups, of_rows, select
from simulations.worlds.bandits import POLICIES, densities, kept, sources
from w2slens import plotting
from w2slens.theory.selection import gap_regret, high_probability_regret, lai_robbins_floor, noiseless_regret

from .experiments import BATCHES, GAPS, SIZES
from .readings import AXES, SCALING_AXES, Array, ends, regret


@figure(
    "Average regret per round against rounds, one point a batch: means with 5–95 % range, the high-probability bound, "
    "the bound by gaps and the Lai–Robbins floor (asymptotic: good policies may be below it; drawn where it asks for "
    "less than chance loses). Without noise UCB's regret is a quarter of the bounds' leading terms."
)
def policies(runs: Columns) -> Figure:
    """Draw a panel per gaps and number of sources."""
    sizes = [n for n in SIZES if (select(runs, gaps="easy")["K"] == n).any()]
    figure, axes = plt.subplots(2, len(sizes), figsize=(4 * len(sizes), 7.5), sharex=True, sharey=True)
    for row, gaps in zip(axes, GAPS, strict=True):
        for ax, n in zip(row, sizes, strict=True):
            plot_policies(runs, n, gaps, ax=ax)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


@figure(
    "The same with batches of 1, 10 and 100 points, K = 10: a bonus that counts rounds gains little from larger "
    "batches, one that counts points, and Thompson sampling, gain all there is."
)
def batches(runs: Columns) -> Figure:
    """Draw a panel per size of batches."""
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharex=True, sharey=True)
    for ax, batch in zip(axes, BATCHES, strict=True):
        plot_batch(runs, batch, ax=ax)
    figure.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


@figure(
    "Average regret after T rounds at the gap √(K ln T / T), in units of √(K ln T / T): constant in T, and in K the "
    f"noise-free value (lines). Means with {bands.MEANS}; the bound is at 4·√2."
)
def scaling(scaling: Columns) -> Figure:
    """Draw a line per number of sources."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_scaling(scaling, ax=ax)
    return figure


@figure(
    "Cumulative regret with the horizon's bonus, ln T, and the anytime one, ln t: the first explores at once what the "
    "second explores as it goes; in the end they agree. Lines: without noise."
)
def bonus(runs: Columns) -> Figure:
    """Draw a panel per number of sources."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2))
    for ax, n in zip(axes, (2, 10), strict=True):
        plot_bonus(runs, n, ax=ax)
    return figure


def _final(table: Columns, axes: tuple[str, ...], gaps: str | None) -> Columns:
    """Mean regret after all rounds per cell, beside the floor and the bounds, and runs above a bound."""
    rows = []
    for cell, found in groups(table, axes):
        horizon = cell["horizon"]
        rho = densities(cell["K"], gaps or cell["gaps"], horizon)
        low, high = np.quantile(final := regret(found)[:, -1], (0.05, 0.95))
        row = cell | {"replicates": final.size, "mean regret": final.mean(), "5 %": low, "95 %": high}
        row |= {"floor": lai_robbins_floor(rho, horizon, batch=cell.get("batch", 1))}
        row |= {"by gaps": gap_regret(rho, horizon)}
        row |= {"high-probability": horizon * high_probability_regret(horizon, len(rho), horizon)}
        rows.append(row | {"runs above": int(found["above"].sum())})
    return of_rows(rows)


@numbers
def every_policy(runs: Columns) -> Columns:
    """Mean regret after all rounds beside the floor and the bounds, and runs above a bound."""
    return _final(runs, AXES, None)


@numbers
def worst_gap(scaling: Columns) -> Columns:
    """The same at the gap that costs most."""
    return _final(scaling, SCALING_AXES, "worst")


def _average(runs: Columns, **cell: Any) -> tuple[Array, Array]:
    """Rounds from K on, and average regret there, (R, c)."""
    rows = select(runs, **cell)
    t = kept(int(rows["horizon"][0]))
    later = t >= cell["K"]
    return t[later], regret(rows)[:, later] / t[later]


def plot_policies(runs: Columns, n: int, gaps: str, *, ax: Axes) -> Axes:
    """Draw the average regret of every policy with n sources, batches of one point."""
    rho = sources(n, gaps)
    for name in POLICIES:
        if name != "UCB, points":
            t, average = _average(runs, policy=name, K=n, gaps=gaps, batch=1)
            band(ax, t, average, name=name)
    horizon = int(select(runs, policy="UCB", K=n, gaps=gaps, batch=1)["horizon"][0])
    t = np.unique(np.geomspace(n, horizon, 100).astype(np.int64))
    plotting.theory(ax, t, high_probability_regret(t, n, horizon), name="bound", label="high-probability bound")
    plotting.theory(ax, t, gap_regret(rho, horizon) / t, name="bound", label="bound by gaps", linestyle="-.")
    floor = lai_robbins_floor(rho, t) / t
    floor[(floor > np.mean(rho.max() - rho)) | (floor == 0)] = np.nan  # no policy loses so much
    plotting.theory(ax, t, floor, label="Lai–Robbins floor")
    ax.set(xscale="log", yscale="log", title=f"K = {n}, {gaps} gaps", ylim=(4e-5, 20))
    ax.set(xlabel="rounds t", ylabel="average regret R̄")
    ax.label_outer()
    return ax


def plot_batch(runs: Columns, batch: int, *, ax: Axes) -> Axes:
    """Draw the average regret of some policies with K = 10, easy gaps, for one batch size."""
    for name in ("UCB", "UCB, points", "published", "KL-UCB", "Thompson"):
        if batch > 1 or name != "UCB, points":
            band(ax, *_average(runs, policy=name, K=10, gaps="easy", batch=batch), name=name)
    t = np.geomspace(20, 1e4, 50).astype(np.int64)
    plotting.theory(ax, t, lai_robbins_floor(sources(10, "easy"), t, batch=batch) / t, label="Lai–Robbins floor")
    ax.set(xscale="log", yscale="log", xlabel="rounds t", title=f"batches of {batch}", ylim=(1e-5, 1))
    ax.set_ylabel("average regret R̄")
    ax.label_outer()
    return ax


def plot_scaling(table: Columns, *, ax: Axes) -> Axes:
    """Draw average regret in units of √(K ln T / T) against T, at the gap of that size."""
    cells = list(groups(table, SCALING_AXES))
    for n, name in zip(SIZES, ("easy", "hard", "overlap"), strict=True):
        own = [(cell["horizon"], rows) for cell, rows in cells if cell["K"] == n]
        t = np.array([horizon for horizon, _ in own])
        unit = np.sqrt(n * t * np.log(t))
        scaled = [ends(regret(rows)[:, -1:], len(cells))[:, 0] for _, rows in own]
        plotting.points(ax, t, *(np.array(scaled).T / unit), name=name, label=f"K = {n}")
        exact = [noiseless_regret(densities(n, "worst", int(T)), T, horizon=int(T)) for T in t]
        plotting.theory(ax, t, exact / unit, name=name, label="_")
    ax.axhline(np.sqrt(2), color=plotting.COLOURS["theory"], linestyle=":", label="√2, as K grows")
    ax.set(xscale="log", xlabel="horizon T", ylabel="average regret / √(K ln T / T)", ylim=(0, 1.6))
    ax.legend(ncols=2)
    return ax


def plot_bonus(runs: Columns, n: int, *, ax: Axes) -> Axes:
    """Draw the cumulative regret of the two bonuses, easy gaps."""
    rho = sources(n, "easy")
    for name in ("UCB", "UCB, anytime"):
        rows = select(runs, policy=name, K=n, gaps="easy", batch=1)
        horizon = int(rows["horizon"][0])
        band(ax, kept(horizon), regret(rows), name=name, linestyle="none")
        t = np.unique(np.geomspace(n, horizon, 200).astype(np.int64))
        given = horizon if name == "UCB" else None
        plotting.theory(ax, t, noiseless_regret(rho, t, horizon=given), name=name, label="_")
    plotting.theory(ax, t, lai_robbins_floor(rho, t), label="Lai–Robbins floor", linestyle=":")
    ax.set(xscale="log", xlabel="rounds t", ylabel="cumulative regret R", title=f"K = {n}, easy gaps")
    ax.legend()
    return ax
