"""Terms of the certificate, what its choices change, and every certificate against its error."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, groups, of_rows, select
from simulations.worlds.digits import TASKS
from w2slens import plotting

from .experiments import COARSE, NEIGHBOURS, SHARP, TEACHER, TERMS

#: Neighbours of the certificates that are shown.
SHOWN = 3


@figure(
    "Terms of the certificate, stacked (means over replicates; 3 neighbours in the strong model's features, all "
    "hard-only points coupled; sums on top), and the measured error on the same hard-only points with "
    f"{bands.MEANS}. Dominoes: true regions; a student of detected overlap points, corrected for detection; the "
    "detected sets themselves. Right: digits, whose true regions nobody knows. From ½ (dotted) a coin does as well, "
    "from 1 (dashed) the bound is empty."
)
def terms(dominoes: Columns, digits: Columns) -> Figure:
    """Draw a panel per teacher and regions, and one per task of digits."""
    figure, axes = plt.subplots(2, 4, figsize=(13, 6.4), sharey=True, width_ratios=(4, 4, 4, 2))
    for row, data in zip(axes, (SHARP, COARSE), strict=True):
        for ax, regions in zip(row, ("true", "corrected", "detected"), strict=False):
            cells = _shown(select(dominoes, data=data, regions=regions, basis="strong"))
            plot_terms([rows for _, rows in groups(cells, ["n"])], ax=ax)
            title = {"true": "true regions", "corrected": "detected, corrected", "detected": "detected sets"}[regions]
            ax.set_xticks(*_places(np.unique(cells["n"])))
            ax.set(xlabel="number n of overlap points", title=f"{TEACHER[data]} teacher, {title}")
        row[0].set_ylabel("probability")
    for ax, task in zip(axes[:, 3], TASKS, strict=True):
        plot_terms([_shown(select(digits, data=task))], ax=ax)
        ax.set_xticks([0], [""])
        ax.set(xlabel="detected sets", title=task.replace(" against", "\nagainst"), xlim=(-0.8, 0.8))
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "Mean certificate against the number k of neighbours, all points coupled (left), and against the share q left "
    "uncoupled, k = 3 (right): 80 overlap points, true regions, sharp teacher; digits on detected sets. Thin lines: "
    "the error. Along the hard block alone, which natural images do not have, it is tightest."
)
def choices(dominoes: Columns, digits: Columns) -> Figure:
    """Draw a panel per choice."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for ax, axis in zip(axes, ("k", "q"), strict=True):
        plot_choices(dominoes, digits, axis, ax=ax)
    axes[0].set_ylabel("mean certificate")
    axes[0].legend(fontsize="small")
    return figure


@figure(
    "Every certificate against the error that it bounds; none lies below the line. From ½ and from 1 on it says "
    "nothing: shaded."
)
def all_(dominoes: Columns, digits: Columns) -> Figure:
    """Draw a point per certificate."""
    figure, ax = plt.subplots(figsize=(6.2, 4.8))
    plot_all(dominoes, digits, ax=ax)
    return figure


def _shown(rows: Columns) -> Columns:
    """Certificates with every point coupled along 3 neighbours."""
    return select(rows, k=SHOWN, q=0.0)


def _summary(table: Columns, axes: tuple[str, ...]) -> Columns:
    rows = []
    for cell, found in groups(_shown(table), axes):
        every = select(table, **cell)
        informative = {f"below {level:g}": float(np.mean(every["bound"] < level)) for level in (0.5, 1.0)}
        rows.append(cell | {name: found[name].mean() for name in (*TERMS, "kappa", "bound", "error")} | informative)
    return of_rows(rows)


@numbers
def on_dominoes(dominoes: Columns) -> Columns:
    """Mean terms and errors, and how often a certificate says something."""
    return _summary(dominoes, ("data", "regions", "basis", "n"))


@numbers
def on_digits(digits: Columns) -> Columns:
    """The same on digits."""
    return _summary(digits, ("data",))


#: Where bars are cut off.
TOP = 1.4
LOOKS = {
    "disagreement": ("π(f(X) ≠ f(X′))", "easy", ""),
    "copying": ("κ·P(f ≠ f_w | overlap)", "weak", ".."),
    "teaching": ("κ·α", "neither", "//"),
    "mismatch": ("π(y(X) ≠ y(X′))", "bound", "xx"),
}


def _places(sizes: np.ndarray) -> tuple[list[int], list[str]]:
    return list(range(len(sizes))), [str(n) for n in sizes]


def plot_terms(cells: list[Columns], *, ax: Axes) -> Axes:
    """Draw stacked terms and the measured error of each cell, side by side."""
    at = np.arange(len(cells))
    base = np.zeros(len(cells))
    for term, (label, colour, hatch) in LOOKS.items():
        height = np.array([rows[term].mean() for rows in cells])
        look = {"color": plotting.COLOURS[colour], "hatch": hatch, "edgecolor": "black", "linewidth": 0.5}
        ax.bar(at - 0.1, height, bottom=base, width=0.5, label=label, alpha=0.8, **look)
        base += height
    errors = [bands.mean_interval(rows["error"], len(cells)) for rows in cells]
    plotting.points(ax, at + 0.3, *np.array(errors).T, name="ceiling", label="err(f | hard-only)")
    for place, total in zip(at, base, strict=True):
        where = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
        ax.annotate(
            f"{total:.2f}", (place - 0.1, min(total, TOP)), bbox={"fc": "white", "ec": "none", "pad": 0.5}, **where
        )
    for level, line in ((0.5, ":"), (1.0, "--")):
        ax.axhline(level, color="black", linewidth=0.9, linestyle=line)
    ax.set_ylim(0, TOP + 0.12)
    return ax


def plot_choices(dominoes: Columns, digits: Columns, axis: str, *, ax: Axes) -> Axes:
    """Draw the mean certificate against the number of neighbours or the share left uncoupled."""
    size = 80 if 80 in dominoes["n"] else dominoes["n"].max()
    sharp = select(dominoes, data=SHARP, n=size, regions="true")
    fixed = {"q": 0.0} if axis == "k" else {"k": SHOWN}
    lines = (
        ("dominoes, hard block", "overlap", "-", select(sharp, basis="hard block")),
        ("dominoes, strong features", "student", "--", select(sharp, basis="strong")),
        (TASKS[0], "hard", "-.", select(digits, data=TASKS[0])),
        (TASKS[1], "weak", ":", select(digits, data=TASKS[1])),
    )
    for label, look, line, table in lines:
        rows = select(table, **fixed)
        at = np.unique(rows[axis])
        cells = [select(rows, **{axis: value}) for value in at]
        intervals = [bands.mean_interval(cell["bound"], len(lines) * len(at)) for cell in cells]
        plotting.points(ax, at, *np.array(intervals).T, name=look, label=label, linestyle=line)
        errors = [np.mean(cell["error"]) for cell in cells]
        ax.plot(at, errors, color=plotting.COLOURS[look], linestyle=line, linewidth=0.8, alpha=0.7)
    for level, line in ((0.5, ":"), (1.0, "--")):
        ax.axhline(level, color="black", linewidth=0.9, linestyle=line)
    ax.set(xlabel="neighbours k" if axis == "k" else "share q left uncoupled", ylim=(0, None))
    if axis == "k":
        ax.set_xscale("log")
        ax.set_xticks(NEIGHBOURS, [str(k) for k in NEIGHBOURS], minor=False)
        ax.minorticks_off()
    return ax


def plot_all(dominoes: Columns, digits: Columns, *, ax: Axes) -> Axes:
    """Draw every certificate against its error."""
    looks = {
        SHARP: (dominoes, "o", "student"),
        COARSE: (dominoes, "s", "weak"),
        TASKS[0]: (digits, "D", "hard"),
        TASKS[1]: (digits, "^", "overlap"),
    }
    top = max(2.0, *(float(np.nanmax(table["bound"])) for table in (dominoes, digits)))
    for data, (table, marker, colour) in looks.items():
        rows = select(table, data=data)
        look = {"color": plotting.COLOURS[colour], "marker": marker, "markersize": 2.5, "alpha": 0.3}
        share = np.mean(rows["bound"] < 0.5)
        ax.plot(rows["error"], rows["bound"], linestyle="none", label=f"{data}: {share:.0%} below ½", **look)
    ax.axhspan(0.5, 1, color="#eeeeee", zorder=0)
    ax.axhspan(1, top, color="#d8d8d8", zorder=0)
    diagonal = np.linspace(0.001, 0.65, 200)
    ax.plot(diagonal, diagonal, color=plotting.COLOURS["theory"], linewidth=1.2, label="certificate = error")
    ax.set(yscale="log", ylim=(0.01, top), xlabel="err(f | hard-only)", ylabel="certificate", xlim=(-0.01, 0.65))
    ax.set_yticks((0.01, 0.1, 0.5, 1, 10), ("0.01", "0.1", "0.5", "1", "10"))
    legend = ax.legend(fontsize="small", loc="lower right")
    for handle in legend.legend_handles:
        handle.set(alpha=1, markersize=5)
    return ax
