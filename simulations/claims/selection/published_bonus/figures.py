"""The tail of regret, runs that are stuck, and the mean against the horizon."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from w2slens import plotting
from w2slens.theory.selection import gap_regret

from .experiments import BATCHES, BONUSES, SOURCES
from .readings import AXES, bracket, horizons, moderate
from .readings import stuck as stuck_runs


@figure(
    "Share of runs whose final regret exceeds r, two sources at .55 and .45, T = 8,000, batches of one point. The "
    "published bonus is far better in most runs; its curve ends in a shelf of runs that stay on the wrong source."
)
def tail(runs: Columns) -> Figure:
    """Draw a curve per bonus."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_tail(runs, ax=ax)
    return figure


@figure(
    "Share of runs that choose the wrong source in most rounds, against the horizon T: observed with "
    f"{bands.SHARES} (open triangles: none seen, upper end), and the exact law where it was computed (lines). It falls "
    "more slowly than any power of T; batches of b points raise it to nearly the b-th power."
)
def stuck(runs: Columns, law: Columns) -> Figure:
    """Draw a line per size of batches."""
    figure, ax = plt.subplots(figsize=(6.5, 4.6))
    plot_stuck(runs, law, ax=ax)
    return figure


@figure(
    f"Mean regret against T with {bands.MEANS}, and medians. What is saved on exploration is lost again in the tail: "
    "at .52 against .48 the published bonus is the worse one from T = 64,000 or so, while the median run costs no more "
    "than it did at T = 1,000."
)
def mean(runs: Columns) -> Figure:
    """Draw a panel per pair of sources."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2))
    for ax, sources in zip(axes, ("hard", "close"), strict=True):
        plot_mean(runs, sources, ax=ax)
    return figure


@numbers
def regrets(runs: Columns) -> Columns:
    """Mean, median and 99 % quantile of regret, stuck runs and runs above a bound, per cell."""
    rows = []
    for cell, found in groups(runs, AXES):
        many, count = stuck_runs(found)
        mean, low, high = bands.mean_interval(found["regret"])
        row = cell | {"runs": count, "mean": mean, "mean, low": low, "mean, high": high}
        row |= {"median": np.median(found["regret"]), "99 %": np.quantile(found["regret"], 0.99)}
        rows.append(row | {"stuck": many / count, "above a bound": found["above"].mean()})
    return of_rows(rows)


@numbers
def exact(law: Columns) -> Columns:
    """The exact law of stuck runs, per cell."""
    return {name: law[name] for name in (*AXES, "low", "high")}


def plot_tail(runs: Columns, *, ax: Axes) -> Axes:
    """Draw the share of runs above r for both bonuses, at the horizon nearest to 8,000."""
    horizon = moderate(runs)
    for policy, look in (("UCB", {}), ("published", {"linestyle": "--"})):
        regret = np.sort(select(runs, sources="hard", batch=1, horizon=horizon, policy=policy)["regret"])
        share = 1 - np.arange(regret.size) / regret.size
        ax.step(regret, share, where="pre", color=plotting.COLOURS[policy], label=policy, **look)
        ax.plot(regret.mean(), 0.6, color=plotting.COLOURS[policy], marker="v", linestyle="none", label="its mean")
    ax.axvline(
        gap_regret(SOURCES["hard"], horizon), color=plotting.COLOURS["bound"], linestyle=":", label="bound by gaps"
    )
    ax.set(
        xscale="log", yscale="log", xlabel=f"regret r after T = {horizon:,} rounds", ylabel="share of runs with R > r"
    )
    ax.legend()
    return ax


def plot_stuck(runs: Columns, law: Columns, *, ax: Axes) -> Axes:
    """Draw the share of stuck runs against the horizon, for each batch size, .55 against .45."""
    rows = select(runs, sources="hard", policy="published")
    comparisons = sum(1 for _ in groups(rows, AXES))
    for batch, name in zip(BATCHES, ("published", "easy", "overlap", "hard"), strict=True):
        at = np.array(horizons(rows, batch=batch))
        counts = [stuck_runs(select(rows, batch=batch, horizon=T)) for T in at]
        many, count = np.array(counts).T
        low, high = bands.clopper_pearson(many, count, comparisons)
        seen, label = many > 0, f"batches of {batch}" if batch > 1 else "single points"
        plotting.points(ax, at[seen], (many / count)[seen], low[seen], high[seen], name=name, label=label)
        look = {"color": plotting.COLOURS[name], "marker": "v", "linestyle": "none", "fillstyle": "none"}
        ax.plot(at[~seen] * (1 + 0.02 * batch**0.5), high[~seen], **look)
        cells = [{"sources": "hard", "batch": batch, "horizon": T, "policy": "published"} for T in at]
        exact = [np.mean(bracket(law, **cell)) for cell in cells]
        plotting.theory(ax, at, exact, name=name, label="exact law" if batch == 1 else "_", linestyle="-")
    ax.set(xscale="log", yscale="log", xlabel="horizon T", ylabel="share of runs mostly on the wrong source")
    ax.set_ylim(1e-7, 1)
    ax.legend(ncols=2)
    return ax


def plot_mean(runs: Columns, sources: str, *, ax: Axes) -> Axes:
    """Draw mean regret against the horizon for both bonuses."""
    table = select(runs, sources=sources, batch=1)
    at = horizons(table)
    comparisons = sum(1 for _ in groups(table, AXES))
    for policy in BONUSES:
        samples = [select(table, horizon=T, policy=policy)["regret"] for T in at]
        intervals = np.array([bands.mean_interval(sample, comparisons) for sample in samples])
        plotting.points(ax, at, *intervals.T, name=policy, linestyle=":")
        medians = [np.median(sample) for sample in samples]
        look = {"color": plotting.COLOURS[policy], "marker": "_", "markersize": 9, "linestyle": "none"}
        ax.plot(at, medians, label="its median" if policy == "published" else "_", **look)
    best, other = SOURCES[sources]
    ax.set(xscale="log", yscale="log", xlabel="horizon T", ylabel="regret R", title=f"sources at {best} and {other}")
    ax.set_ylim(bottom=1)
    ax.legend()
    return ax
