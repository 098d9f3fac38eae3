"""True regret under a common error, under errors by source, and when sources are confused."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.looks import band
from simulations.tables import Columns, groups, of_rows, select
from simulations.worlds.bandits import kept, sources
from w2slens import plotting
from w2slens.theory.selection import (
    common_error_regret,
    gap_regret,
    high_probability_regret,
    noiseless_regret,
    source_error_regret,
)

from .experiments import CONFUSION, GAPS
from .readings import COMMON_AXES, SOURCE_AXES, regret


@figure(
    "True regret after T rounds against the detector's sharpness J = TPR − FPR, K = 10: means with "
    f"{bands.MEANS}, noise-free regret (lines), and the corrected bounds. Regret grows like 1/J² until learning takes "
    "longer than T."
)
def common(common: Columns) -> Figure:
    """Draw a panel per gaps."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True)
    for ax, gaps in zip(axes, GAPS, strict=True):
        plot_common(common, gaps, ax=ax)
    axes[0].set_ylabel("true regret R after T rounds")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "True average regret against the observed one, every run at its last round, errors drawn anew per run within ±ε: "
    "none is above observed + 2ε (lines)."
)
def source(by_source: Columns) -> Figure:
    """Draw a point per run."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6))
    for ax, gaps in zip(axes, GAPS, strict=True):
        plot_source(by_source, gaps, ax=ax)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@figure(
    "Average regret against rounds when the detector ranks two sources the wrong way: true regret rises towards the "
    "gap, .2, just below 2ε = .22, while the observed one falls (means with 5–95 % range)."
)
def confused(confused: Columns) -> Figure:
    """Draw both regrets."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_confused(confused, ax=ax)
    return figure


def _final(table: Columns, axes: tuple[str, ...]) -> Columns:
    rows = []
    for cell, found in groups(table, axes):
        true, seen = (regret(found, kind)[:, -1] for kind in ("true", "seen"))
        row = cell | {"runs": true.size, "true regret": true.mean(), "observed regret": seen.mean()}
        rows.append(row | {"runs above": int(found["above"].sum())})
    return of_rows(rows)


@numbers
def of_common(common: Columns) -> Columns:
    """Mean true and observed regret after all rounds, a common error."""
    return _final(common, COMMON_AXES)


@numbers
def of_sources(by_source: Columns) -> Columns:
    """The same, errors by source."""
    return _final(by_source, SOURCE_AXES)


@numbers
def of_confused(confused: Columns) -> Columns:
    """The same, two sources confused."""
    return _final(confused, ("horizon",))


def plot_common(common: Columns, gaps: str, *, ax: Axes) -> Axes:
    """Draw true regret against the detector's sharpness."""
    cells = list(groups(select(common, gaps=gaps), COMMON_AXES))
    horizon, true = cells[0][0]["horizon"], sources(10, gaps)
    sharp = np.array([cell["tpr"] - cell["fpr"] for cell, _ in cells])
    finals = [regret(rows, "true")[:, -1] for _, rows in cells]
    intervals = np.array([bands.mean_interval(final, 2 * len(cells)) for final in finals])
    plotting.points(ax, sharp, *intervals.T, name="UCB", label="UCB, T = " + f"{horizon:,}")
    J = np.linspace(sharp.min(), 1, 50)
    shown = [j * true + (1 - j) / 2 for j in J]
    exact = [
        common_error_regret(noiseless_regret(s, horizon, horizon=horizon), j, 0.0)
        for s, j in zip(shown, J, strict=True)
    ]
    plotting.theory(ax, J, exact, label="without noise")
    by_gaps = [common_error_regret(gap_regret(s, horizon), j, 0.0) for s, j in zip(shown, J, strict=True)]
    plotting.theory(ax, J, by_gaps, name="bound", label="corrected bound by gaps", linestyle="-.")
    average = high_probability_regret(horizon, 10, horizon)
    plotting.theory(ax, J, horizon * average / J, name="bound", label="corrected high-probability bound")
    ax.set(xscale="log", yscale="log", xlabel="J = TPR − FPR", title=f"K = 10, {gaps} gaps")
    ax.set_xticks(sharp, [f"{j:.1f}" for j in sharp])
    ax.minorticks_off()
    return ax


def plot_source(by_source: Columns, gaps: str, *, ax: Axes) -> Axes:
    """Draw every run's true average regret against the observed one."""
    cells = list(groups(select(by_source, gaps=gaps), SOURCE_AXES))
    highest = 0.0
    for (cell, rows), name in zip(cells, ("easy", "overlap", "hard"), strict=True):
        true, seen = (regret(rows, kind)[:, -1] / cell["horizon"] for kind in ("true", "seen"))
        look = {"color": plotting.COLOURS[name], "marker": plotting.MARKERS[name], "markersize": 3, "alpha": 0.5}
        ax.plot(seen, true, linestyle="none", label=f"ε = {cell['epsilon']:g}", **look)
        highest = max(highest, float(seen.max()))
    for (cell, _), name in zip(cells, ("easy", "overlap", "hard"), strict=True):
        x = np.array([0, 1.05 * highest])
        line = {"name": name, "label": f"observed + 2 · {cell['epsilon']:g}"}
        plotting.theory(ax, x, source_error_regret(x, cell["epsilon"]), **line)
    ax.set(xlabel="observed average regret", ylabel="true average regret R̄", title=f"K = 10, {gaps} gaps")
    return ax


def plot_confused(confused: Columns, *, ax: Axes) -> Axes:
    """Draw true and observed average regret against rounds, two sources that the detector confuses."""
    t = kept(int(confused["horizon"][0]))
    for kind, name in (("true", "hard"), ("seen", "easy")):
        average = regret(confused, kind) / t
        band(ax, t, average, name=name, label={"true": "true", "seen": "observed"}[kind])
    bound = source_error_regret(regret(confused, "seen").mean(axis=0) / t, CONFUSION)
    plotting.theory(ax, t, bound, name="bound", label="observed + 2ε")
    ax.set(xscale="log", xlabel="rounds t", ylabel="average regret R̄", ylim=(0, 0.3))
    ax.legend(ncols=3)
    return ax
