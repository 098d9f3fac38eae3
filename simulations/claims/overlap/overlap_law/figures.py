"""Law and simulated students: means, regions, distributions, and all deviations at once."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtr, ndtri

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from w2slens import plotting

from .experiments import ACCURACIES, DELTA, LARGEST, LINE, PLACES, T
from .readings import AXES, TRAINED_AXES, departures


@figure(
    "Mean accuracy on hard-only points against the number n of overlap points, by noise σ, dimension d_h and the "
    f"teacher's accuracy a: the law (lines) through simulated students (points with {bands.MEANS}), its limit Φ(t/σ), "
    "and the bound that a student exceeds with probability 1 − δ, where it is not vacuous. Nothing is fitted; shaded "
    "is what lies beyond the main grid."
)
def hard(fixed: Columns, line: Columns) -> Figure:
    """Draw a panel per noise and dimension."""
    sigmas, sizes = (np.unique(line[axis]).tolist() for axis in ("sigma", "d_hard"))
    figure, axes = plt.subplots(
        len(sigmas), len(sizes), figsize=(11, 3.4 * len(sigmas) + 0.8), sharex=True, sharey="row", squeeze=False
    )
    for row, sigma in zip(axes, sigmas, strict=True):
        for ax, d_hard in zip(row, sizes, strict=True):
            plot_law(fixed, line, "hard", ax=ax, sigma=sigma, d_hard=d_hard)
            ax.set_title(f"σ² = {sigma**2:.3g}, d_h = {d_hard:g}")
        row[0].set_ylabel("accuracy on hard-only points")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "The same in every region, for d_h = 20 and σ² = 5. Where its teacher works, on easy-only points, the student is "
    "worse than its teacher (thin lines) with few overlap points, and better with many: the average also points along "
    "the part of θ_e that the teacher misses."
)
def regions(fixed: Columns, line: Columns) -> Figure:
    """Draw a panel per region, and one of all points."""
    figure, axes = plt.subplots(1, 4, figsize=(12, 4), sharex=True, sharey=True)
    titles = {"overlap": "overlap points", "overall": "all points"}
    for ax, place in zip(axes, PLACES, strict=True):
        plot_law(fixed, line, place, ax=ax, sigma=float(line["sigma"].max()), d_hard=20)
        ax.set_title(titles.get(place, f"{place}-only points"))
    axes[0].set_ylabel("accuracy")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "Distribution of the accuracy from one training set to the next (d_h = 20, σ² = 5): law (lines) and simulated "
    f"students (steps), with the {bands.DISTRIBUTIONS} in grey."
)
def distribution(fixed: Columns) -> Figure:
    """Draw a panel per region."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
    for ax, place in zip(axes, PLACES, strict=False):
        plot_distribution(fixed, place, ax=ax)
    axes[0].set_ylabel("P(accuracy ≤ x)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "All simulated means, in standard errors from the law, against the quantiles of a standard normal, inside the "
    f"simultaneous {bands.LEVEL} band. The four means of a setting are of the same students: on the diagonal they "
    "would lie if all were independent."
)
def deviations(fixed: Columns) -> Figure:
    """Draw every mean as a point."""
    figure, ax = plt.subplots(figsize=(5.5, 4.5))
    plot_deviations(fixed, ax=ax)
    return figure


@numbers
def fixed_teachers(fixed: Columns) -> Columns:
    """Simulated mean, law and deviation by setting and place."""
    return of_rows(departures(fixed, AXES))


@numbers
def trained_teachers(trained: Columns) -> Columns:
    """The same for trained teachers and random θ."""
    return of_rows(departures(trained, TRAINED_AXES))


LOOKS = {
    0.6: {"color": plotting.COLOURS["hard"], "marker": "D", "linestyle": "-."},
    0.85: {"color": plotting.COLOURS["student"], "marker": "o", "linestyle": "-"},
}


def plot_law(fixed: Columns, line: Columns, place: str, *, ax: Axes, **setting: float) -> Axes:
    """Draw law and simulated means of one place against n, for every accuracy of the teacher."""
    simulated = select(fixed, **setting)
    comparisons = len(PLACES) * sum(1 for _ in groups(fixed, AXES))
    for a, look in LOOKS.items():
        law = select(line, accuracy=a, **setting)
        style = {key: value for key, value in look.items() if key != "marker"}
        plotting.theory(ax, law["n"], law[f"law_{place}"], label=f"law, a = {a}", **style)
        cells = select(simulated, accuracy=a)
        sizes = np.unique(cells["n"])
        values = [select(cells, n=n)[place] for n in sizes]
        intervals = np.array([bands.mean_interval(v, comparisons) for v in values])
        points = {key: value for key, value in look.items() if key != "linestyle"}
        plotting.points(ax, sizes, *intervals.T, name="student", label=f"simulated, a = {a}", **points)
        if place == "hard":
            dashes = {"linestyle": (0, (5, 2)) if a > 0.8 else (0, (1, 1.2))}
            label = f"bound, a = {a}, δ = {DELTA}"
            plotting.theory(ax, law["n"], law["bound"], name="bound", label=label, **dashes)
        if place == "easy":
            ax.axhline(a, color=look["color"], linestyle=":", linewidth=0.9)
    if place == "hard":
        ax.axhline(ndtr(T / setting["sigma"]), color="0.4", linestyle=":", label="limit Φ(t/σ)")
    ax.axvspan(1.2 * LARGEST, LINE[-1], color="0.5", alpha=0.13, linewidth=0, label=f"beyond n = {LARGEST}")
    ax.set(xscale="log", xlim=(1, LINE[-1]), xlabel="number n of overlap points")
    return ax


def plot_distribution(fixed: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw distribution functions, of the law and of simulated students, for the better teacher and several n."""
    cells = select(fixed, accuracy=ACCURACIES[-1], d_hard=20)
    cells = {name: column[~np.isnan(cells["below_overlap"])] for name, column in cells.items()}
    for n, look, shade in zip(np.unique(cells["n"]), (":", "--", "-"), ("weak", "hard", "student"), strict=False):
        cell = select(cells, n=n)
        order = np.argsort(cell[place])
        accuracy, law = cell[place][order], cell[f"below_{place}"][order]
        share = np.arange(1, order.size + 1) / order.size
        half = bands.dkw(order.size)
        low, high = np.maximum(share - half, 0), np.minimum(share + half, 1)
        ax.fill_between(accuracy, low, high, step="post", color="0.5", alpha=0.2, linewidth=0)
        ax.step(accuracy, share, where="post", color="0.35", linewidth=0.9)
        plotting.theory(
            ax, accuracy, law, label=f"law, n = {n}", color=plotting.COLOURS[shade], linestyle=look, linewidth=2
        )
    titles = {"overlap": "overlap points"}
    ax.set(xlabel=f"accuracy x, {titles.get(place, f'{place}-only points')}", ylim=(0, 1))
    ax.plot([], [], color="0.35", linewidth=0.9, label="simulated")
    return ax


def plot_deviations(fixed: Columns, *, ax: Axes) -> Axes:
    """Draw the standardised deviations of all settings and places against normal quantiles."""
    rows = sorted(departures(fixed, AXES), key=lambda row: row["deviation"])
    normal = ndtri((np.arange(len(rows)) + 0.5) / len(rows))
    z = np.array([row["deviation"] for row in rows])
    names = np.array([row["place"] for row in rows])
    for place in PLACES:
        plotting.points(ax, normal[names == place], z[names == place], name=place, alpha=0.8)
    plotting.theory(ax, [-3.5, 3.5], [-3.5, 3.5], label="_")
    end = float(bands.bonferroni_t(min(row["size"] for row in rows) - 1, len(rows)))
    for side in (-end, end):
        label = f"band, {len(rows)} means" if side > 0 else "_"
        ax.axhline(side, color=plotting.COLOURS["bound"], linestyle="--", label=label)
    ax.set(xlabel="quantile of a standard normal", ylabel="(simulated mean − law) / standard error")
    ax.legend(loc="lower right")
    return ax
