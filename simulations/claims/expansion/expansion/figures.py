"""Counts on finite instances, terms of the bound in the mixture, profiles of pools."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from w2slens import plotting

from .experiments import COUNTS, MASSES, POOLS, STUDENTS, TERMS


@figure(
    "Random finite instances, by statement: in how many its condition held, in how many of these the bound was below "
    "1, and in how many it was attained. No instance violates any of them."
)
def instances(instances: Columns) -> Figure:
    """Draw the counts as bars."""
    figure, ax = plt.subplots(figsize=(7, 4))
    plot_instances(instances, ax=ax)
    return figure


@figure(
    "Terms of the coupling bound, stacked, and the error on hard-only points against the number n of overlap points in "
    "the published geometry (means of all replicates). The bound closes on the truth; a student with a weak penalty "
    "copies its teacher, and the first term stays."
)
def mixture(mixture: Columns) -> Figure:
    """Draw a panel per student."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
    for axis, name in zip(axes, STUDENTS, strict=True):
        plot_mixture(mixture, name, ax=axis)
    axes[0].set_ylabel("probability")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@figure(
    "Least overload κ(q) that leaves a mass q of about 200 sampled hard-only points uncoupled, over 1 − q, the least "
    "it can be and what the population attains, for each number n of overlap points (medians; infinite, and not drawn, "
    "where more than q has no neighbour). The last few per cent stay above 1: overlap points without a hard-only "
    "neighbour carry nothing."
)
def profile(pools: Columns) -> Figure:
    """Draw a curve per number of overlap points."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_profile(pools, ax=ax)
    return figure


@numbers
def counts(instances: Columns) -> Columns:
    """Counts per statement."""
    return of_rows(
        cell | {count: rows[count].sum() for count in COUNTS} for cell, rows in groups(instances, ["statement"])
    )


@numbers
def terms(mixture: Columns) -> Columns:
    """Mean terms per student and size."""
    cells = groups(mixture, ["student", "n"])
    return of_rows(cell | {term: rows[term].mean() for term in TERMS} for cell, rows in cells)


@numbers
def medians(pools: Columns) -> Columns:
    """Median profile per number of overlap points, mean constant and uncoupled mass."""
    rows = []
    for cell, found in groups(pools, ["n"]):
        profile = {f"κ({q})": np.median(found[f"kappa_{q}"]) for q in MASSES}
        rows.append(cell | profile | {name: found[name].mean() for name in ("constant", "uncoupled")})
    return of_rows(rows)


def plot_instances(cells: Columns, *, ax: Axes) -> Axes:
    """Draw the counts per statement."""
    names = list(dict.fromkeys(cells["statement"].tolist()))
    looks = {"held": ("#cccccc", ""), "informative": (plotting.COLOURS["easy"], "//"), "tight": ("#0072B2", "xx")}
    labels = {"held": "condition held", "informative": "bound below 1", "tight": "bound attained"}
    for shift, (count, (colour, hatch)) in enumerate(looks.items()):
        sums = [select(cells, statement=name)[count].sum() for name in names]
        places = np.arange(len(names)) + (shift - 1) * 0.27
        ax.bar(places, sums, width=0.27, color=colour, hatch=hatch, edgecolor="black", label=labels[count])
    total = select(cells, statement="1c")["held"].sum()
    ax.set_xticks(range(len(names)), [name.replace("<=", " ≤ ") for name in names])
    ax.set(
        yscale="log",
        ylim=(1, 10 * total),
        xlabel="statement",
        ylabel="instances",
        title=f"{total:,} instances, no violation",
    )
    if violations := cells["violations"].sum():
        ax.set_title(f"{total:,} instances, {violations:,} violations")
    ax.legend(ncols=3, loc="upper center")
    return ax


def plot_mixture(mixture: Columns, name: str, *, ax: Axes) -> Axes:
    """Draw the stacked terms of the bound and the error of one student against n."""
    cells = select(mixture, student=name)
    sizes = np.unique(cells["n"])
    mean = {term: np.array([select(cells, n=n)[term].mean() for n in sizes]) for term in TERMS}
    labels = ("π(f(X) ≠ f(X′))", "κ·P(f ≠ f_w | G), κ = 1")
    stacked = (mean["disagreement"], mean["teacher_disagreement"])
    colours = (plotting.COLOURS["easy"], plotting.COLOURS["weak"])
    filled = ax.stackplot(sizes, *stacked, labels=labels, colors=colours, alpha=0.7)
    filled[1].set_hatch("..")
    intervals = [bands.mean_interval(select(cells, n=n)["error"], 3 * sizes.size) for n in sizes]
    plotting.points(ax, sizes, *np.array(intervals).T, name="student", label="err(f | hard-only)")
    plotting.theory(ax, sizes, sum(stacked), name="bound", label="bound")
    ax.set(xscale="log", xlabel="number n of overlap points", title=f"student: {name}", ylim=(0, 0.55))
    return ax


def plot_profile(cells: Columns, *, ax: Axes) -> Axes:
    """Draw the median profile for each number of overlap points."""
    for n, marker in zip(np.unique(cells["n"]), "osD^v", strict=False):
        cell = select(cells, n=n)
        median = [np.median(cell[f"kappa_{q}"]) / (1 - q) for q in MASSES]
        shade = str(0.75 - 0.75 * POOLS.index(n) / (len(POOLS) - 1))
        ax.plot(MASSES, median, marker=marker, color=shade, label=f"n = {n}")
    ax.axhline(1, linestyle=":", color=plotting.COLOURS["bound"], label="population")
    ax.set(yscale="log", xlabel="uncoupled mass q", ylabel="overload of the coupled mass, κ(q)/(1 − q)")
    ax.set_yticks((1, 1.2, 1.5, 2, 3, 4), ("1", "1.2", "1.5", "2", "3", "4"), minor=False)
    ax.minorticks_off()
    ax.legend()
    return ax
