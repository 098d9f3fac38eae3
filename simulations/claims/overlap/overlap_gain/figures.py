"""Accuracy against the number of overlap points, the ablations, and how single-class trials are counted."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, of_rows, select
from simulations.worlds.published import COLUMNS, MEANS
from w2slens import plotting


@figure(
    "Accuracy on the test sample by region against the number n of overlap points (density ρ on the upper axis): means "
    f"of all trials with {bands.MEANS}, and the published means where they are printed. The student's gain is on "
    "hard-only points, where its teacher guesses."
)
def accuracy(trials: Columns) -> Figure:
    """Draw weak model, student and ceiling, a panel per region."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 7), sharex=True, sharey=True)
    for ax, place in zip(axes.flat, ("hard", "easy", "overlap", "overall"), strict=True):
        plot_accuracy(trials, place, ax=ax)
    for ax in axes[1]:
        ax.set_xlabel("number n of overlap points")
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    for ax in axes[0]:
        density = ax.secondary_xaxis("top", functions=(lambda n: n / (200 + n), lambda r: 200 * r / (1 - r)))
        density.set_xlabel("overlap density ρ")
    return figure


@figure(
    "The student's accuracy on hard-only points, from 10 overlap points, against the number of other points: hard-only "
    "points do not matter at all, easy-only points a little, through the teacher. Dotted: what overlap points do."
)
def ablation(trials: Columns) -> Figure:
    """Draw one line per kind of points that is varied."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_ablation(trials, ax=ax)
    return figure


@figure(
    "Trials whose pseudo-labels are all of one class: their share is 2^(1−n), and only below n = 20 does it matter "
    "whether they are dropped, as in the published loop, or counted as the constant classifier they define."
)
def counting(trials: Columns) -> Figure:
    """Draw the student's accuracy counted both ways, and the share of such trials."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_counting(trials, ax=ax)
    return figure


@numbers
def means(trials: Columns) -> Columns:
    """Mean accuracies by number of points, single-class trials counted and dropped."""
    rows: list[dict[str, object]] = []
    for varied in ("overlap", "easy", "hard"):
        for n in np.unique(select(trials, varied=varied)["n"]):
            cell = select(trials, varied=varied, n=n)
            fitted = cell["status"] == 0
            row: dict[str, object] = {"varied": varied, "n": float(n), "trials": float(fitted.size)}
            row["single class"] = float((cell["status"] == 1).sum())
            for name in ("weak_hard", "student_hard", "student_overall", "ceiling_overall"):
                row[name] = np.nanmean(cell[name]) if fitted.any() and not np.isnan(cell[name]).all() else np.nan
            row["student_overall, dropped"] = cell["student_overall"][fitted].mean()
            rows.append(row)
    return of_rows(rows)


def plot_accuracy(columns: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw the accuracy of weak model, student and ceiling at one place (a region, or overall)."""
    cells = select(columns, varied="overlap")
    sizes = np.unique(cells["n"])
    for model in ("ceiling", "weak", "student"):
        values = [select(cells, n=n)[f"{model}_{place}"] for n in sizes]
        intervals = np.array([bands.mean_interval(v, sizes.size * 12) for v in values])
        plotting.points(ax, sizes, *intervals.T, name=model)
    printed = [n for n in MEANS if n in sizes]
    for model in ("ceiling", "weak", "student"):
        place_of = COLUMNS.index(f"{model}_{place}")
        label = "published" if model == "ceiling" else "_"
        look = {"color": plotting.COLOURS["published"], "marker": "+", "markersize": 10, "linestyle": "none"}
        ax.plot(printed, [MEANS[n][place_of] for n in printed], label=label, zorder=3, **look)
    titles = {"overall": "all test points", "overlap": "overlap points"}
    ax.set_title(titles.get(place, f"{place}-only points"))
    return ax


def plot_ablation(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the student's accuracy on hard-only points against the number of easy-only, hard-only and overlap points."""
    for varied in ("easy", "hard", "overlap"):
        cells = select(columns, varied=varied)
        sizes = np.unique(cells["n"])
        values = [select(cells, n=n)["student_hard_population"] for n in sizes]
        intervals = np.array([bands.mean_interval(v, 60) for v in values])
        shift = {"easy": -0.6, "hard": 0.6, "overlap": 0.0}[varied]
        label = "overlap points" if varied == "overlap" else f"{varied}-only points"
        plotting.points(
            ax, sizes + shift, *intervals.T, name=varied, label=label, linestyle=":" if varied == "overlap" else "none"
        )
    ax.set(xlabel="number of points of the varied kind", ylabel="student's accuracy on hard-only points")
    ax.legend(title="varied")
    return ax


def plot_counting(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the student's overall accuracy with single-class trials counted and dropped, and their share."""
    cells = select(columns, varied="overlap")
    sizes = np.unique(cells["n"])
    counted = [select(cells, n=n)["student_overall"] for n in sizes]
    dropped = [select(cells, n=n, status=0)["student_overall"] for n in sizes]
    for values, look in ((counted, {}), (dropped, {"marker": "x", "color": plotting.COLOURS["random"]})):
        intervals = np.array([bands.mean_interval(v, sizes.size) for v in values])
        shift, label = (0.7, "single-class trials dropped") if look else (-0.7, "counted as constant classifiers")
        plotting.points(ax, sizes + shift, *intervals.T, name="student", label=label, **look)
    ax.set(xlabel="number n of overlap points", ylabel="student's accuracy, all test points")
    share = ax.twinx()
    share.grid(visible=False)
    seen = [np.mean(select(cells, n=n)["status"] == 1) for n in sizes]
    share.bar(sizes, seen, width=2.2, color=plotting.COLOURS["neither"], alpha=0.5, label="their share (right axis)")
    share.set(ylabel="share of single-class trials", ylim=(0, 0.4))
    handles = [*ax.get_legend_handles_labels()[0], *share.get_legend_handles_labels()[0]]
    ax.legend(handles=handles, loc="lower right")
    return ax
