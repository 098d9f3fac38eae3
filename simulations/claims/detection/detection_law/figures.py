"""Laws are lines, simulations points with intervals."""

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

from .experiments import BASE, NOISES, OVERLAP
from .readings import POOL_AXES, SCORE_AXES, agreements, areas, distances, half_width

GOLDEN = {"d_easy": 20, "d_hard": 20, "m": 50, "t_easy": 2.5, "t_hard": 2.5, "sigma": 1.0}
SCORES = {"inner_product": "max |⟨x, h⟩|/σ²", "cosine": "max |cos(x, h)|"}


@figure(
    "Distribution of the overlap score by region: exact law (lines) and simulated scores, each against hard-only "
    f"points of its own (points with {bands.SHARES} of each share). 20 + 20 coordinates, 50 hard-only points, patterns "
    "of length 2.5σ. With zeroed noise, easy-only points score exactly 0, and inner products of hard-only and of "
    "overlap points have the same law."
)
def scores(law: Columns, scores: Columns) -> Figure:
    """Draw a panel per noise and score."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.4))
    for row, noise in zip(axes, NOISES, strict=True):
        for ax, score in zip(row, SCORES, strict=True):
            plot_scores(law, scores, noise, score, ax=ax)
    figure.legend(*axes[1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@figure(
    "Recall against false alarms as the score's threshold moves, full noise: exact curve and simulated points with the "
    f"{bands.DISTRIBUTIONS} in both directions."
)
def roc(law: Columns, scores: Columns) -> Figure:
    """Draw a curve per setting."""
    figure, ax = plt.subplots(figsize=(5.6, 5))
    plot_roc(law, scores, ax=ax)
    return figure


@figure(
    "Precision and recall of the points called overlap by the whole detector, its hard set included, against the "
    "patterns' length t/σ, the coordinates d of a block and the number m of hard-only points. Lines: expected at fixed "
    f"thresholds. Filled: simulated at these thresholds ({bands.MEANS}). Open: simulated with change points of each "
    "pool's own. With full noise, hard-only points that are not called hard are called overlap: the more there are, "
    "the lower the precision."
)
def detector(detector: Columns) -> Figure:
    """Draw a panel per noise and property."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.4), sharey=True)
    for row, noise in zip(axes, NOISES, strict=True):
        for ax, varied in zip(row, ("t", "d", "m"), strict=True):
            plot_detector(detector, noise, varied, ax=ax)
        row[0].set_ylabel("share")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@figure(
    "Expected precision (above) and recall (below) over both thresholds, and where the change points of simulated "
    "pools land (4σ, 20 + 20 coordinates, 50 hard-only points). With zeroed noise recall hardly depends on the first "
    "threshold, and precision falls with the strays that it lets into the hard set; with full noise both matter."
)
def sensitivity(surface: Columns) -> Figure:
    """Draw a panel per measure and noise."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 7.4), sharex="col")
    for row, measure in zip(axes, ("precision", "recall"), strict=True):
        for ax, noise in zip(row, NOISES, strict=True):
            plot_sensitivity(surface, noise, measure, ax=ax)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center")
    return figure


@figure(
    f"Chernoff's guarantee, the exact rates and simulated ones ({bands.SHARES}) against the threshold; full noise, "
    "20 + 20 coordinates, 50 hard-only points. Above ‖θ_e‖ = t = 2.5σ, where the guarantee against misses says next to "
    "nothing; below ‖θ_e‖ = 6σ, t = 8σ."
)
def guarantee(guarantee: Columns, scores: Columns) -> Figure:
    """Draw a panel per geometry and kind of error."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.4), sharey=True)
    for row, where in zip(axes, (GOLDEN, GOLDEN | {"t_easy": 6.0, "t_hard": 8.0}), strict=True):
        for ax, kind in zip(row, ("false_alarm", "miss"), strict=True):
            plot_guarantee(guarantee, scores, kind, where, ax=ax)
        row[0].set_ylabel("probability")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


@numbers
def distributions(law: Columns, scores: Columns) -> Columns:
    """Largest distance from the law, and the half width of the band, per setting and region."""
    found = distances(law, scores)
    return of_rows(
        {axis: row[axis] for axis in SCORE_AXES}
        | {"region": row["region"], "distance": row["distance"], "half width": bands.dkw(row["n"], len(found))}
        for row in found
    )


@numbers
def areas_under_roc(law: Columns, scores: Columns) -> Columns:
    """Exact and simulated area, and the half width of its interval, per setting."""
    rows = []
    for row in (found := areas(law, scores)):
        half = float(bands.bonferroni_t(row["n"] - 1, len(found))) * row["error"]
        numbers = {"law": row["law"], "simulated": row["area"], "half width": half}
        rows.append({axis: row[axis] for axis in SCORE_AXES} | numbers)
    return of_rows(rows)


@numbers
def detections(detector: Columns) -> Columns:
    """Expected and simulated precision and recall, and the half width of the interval, per setting."""
    rows = []
    for row in (found := agreements(detector)):
        kept = {name: row[name] for name in (*POOL_AXES, "measure", "law", "simulated")}
        rows.append(kept | {"half width": half_width(row, len(found))})
    return of_rows(rows)


def plot_scores(law: Columns, scores: Columns, noise: str, score: str, *, ax: Axes) -> Axes:
    """Draw the density of one score by region: the law's, and shares of simulated scores between thresholds."""
    where = GOLDEN | {"noise": noise, "score": score}
    law, drawn = select(law, **where), select(scores, **where)
    if law["tau"].size == 0:
        return ax
    names = ("hard", "overlap") if noise == "zeroed" else ("easy", "hard", "overlap", "neither")
    tau = law["tau"]
    ends = tau[::2]  # of the simulated shares
    width = ends[1] - ends[0]
    for name in names:
        values = drawn[f"score_{name}"]
        counts = np.diff(np.searchsorted(np.sort(values), ends, side="right"))
        low, high = bands.clopper_pearson(counts, values.size, counts.size * len(names))
        label = name if name in ("overlap", "neither") else f"{name}-only"
        density = np.diff(law[f"law_{name}"]) / np.diff(tau)
        plotting.theory(ax, (tau[1:] + tau[:-1]) / 2, density, name=name, label=f"{label}, law")
        shares = (counts / values.size / width, low / width, high / width)
        plotting.points(ax, ends[:-1] + width / 2, *shares, name=name, label=f"{label}, simulated", alpha=0.8)
    if noise == "zeroed":
        ax.axvline(0, color=plotting.COLOURS["easy"], linestyle=plotting.LINES["easy"])
        ax.set_xlim(-0.03 * tau[-1], None)
        ax.annotate("easy-only: 0", (0, 0.9), (4, 0), xycoords=ax.get_xaxis_transform(), textcoords="offset points")
    ax.set(xlabel=SCORES[score], ylabel="density", title=f"{noise} noise")
    return ax


def plot_roc(law: Columns, scores: Columns, *, ax: Axes) -> Axes:
    """Draw exact and simulated ROC curves of some settings with full noise."""
    looks = {
        ((20, 20, 50, 2.5, 2.5), "inner_product"): ("d = 20 + 20, m = 50, t = 2.5σ", "overlap", "-", "o"),
        ((20, 20, 50, 2.5, 2.5), "cosine"): ("the same, cosine", "hard", "--", "D"),
        ((40, 40, 50, 3.0, 4.0), "inner_product"): ("d = 40 + 40, m = 50, ‖θ_e‖ = 3σ, t = 4σ", "easy", "-.", "s"),
        ((20, 80, 10, 4.0, 1.5), "inner_product"): ("d = 20 + 80, m = 10, ‖θ_e‖ = 4σ, t = 1.5σ", "published", ":", "x"),
    }
    for (geometry, score), (label, colour, line, marker) in looks.items():
        where = dict(zip(("d_easy", "d_hard", "m", "t_easy", "t_hard"), geometry, strict=True)) | {"score": score}
        exact = select(law, noise="full", **where)
        if exact["tau"].size == 0:
            continue
        look = {"color": plotting.COLOURS[colour]}
        alarm, recall = 1 - exact["law_easy"], 1 - exact["law_overlap"]
        label = f"{label}: AUC {exact['auc'][0]:.3f}"
        ax.plot(np.append(alarm, 0), np.append(recall, 0), label=label, linestyle=line, **look)
        drawn = select(scores, noise="full", **where)
        seen = []
        for name in ("easy", "overlap"):
            values = np.sort(drawn[f"score_{name}"])
            seen.append(1 - np.searchsorted(values, exact["tau"][3::6], side="right") / values.size)
        half = bands.dkw(drawn["score_easy"].size, 2 * len(looks))
        ax.errorbar(*seen, xerr=half, yerr=half, marker=marker, linestyle="none", elinewidth=0.7, alpha=0.8, **look)
    ax.plot([0, 1], [0, 1], color=plotting.COLOURS["random"], linewidth=0.8)
    ax.set(xlabel="false alarms P(S > τ | easy-only)", ylabel="recall P(S > τ | overlap)", xlim=(0, 1), ylim=(0, 1))
    ax.legend(fontsize="small", loc="lower right")
    return ax


def plot_detector(pools: Columns, noise: str, varied: str, *, ax: Axes) -> Axes:
    """Draw precision and recall of the overlap calls against one property of the pools."""
    rows = select(pools, noise=noise)
    axes = dict(zip(("t_hard", "d_hard", "m"), BASE, strict=True))
    axis = {"t": "t_hard", "d": "d_hard", "m": "m"}[varied]
    for name, value in axes.items():
        if name != axis:
            rows = select(rows, **{name: value})
    at = np.unique(rows[axis])
    comparisons = 2 * len(at)
    for measure, look, side in (("precision", "overlap", 1.0), ("recall", "hard", 1.02)):
        expected, fixed, own = [], [], []
        for value in at:
            cell = select(rows, **{axis: value})
            expected.append(select(cell, rule="fixed")[f"law_{measure}"][0])
            fixed.append(_share(select(cell, rule="fixed"), measure, comparisons))
            own.append(_share(select(cell, rule="change points"), measure, comparisons))
        line = plotting.LINES[look]
        plotting.theory(ax, at, expected, name=look, linestyle=line, label=f"{measure}, expected at fixed thresholds")
        plotting.points(ax, at * side, *np.array(fixed).T, name=look, label=f"{measure}, simulated at them")
        plotting.points(
            ax,
            at * side * 1.03,
            *np.array(own).T,
            name=look,
            label=f"{measure}, simulated with change points",
            markerfacecolor="none",
            markersize=6.5,
        )
    names = {"t": "length of the patterns, t/σ", "d": "coordinates per block, d", "m": "hard-only points, m"}
    ax.set(xlabel=names[varied], ylim=(0, 1.03), title=f"{noise} noise")
    if varied != "t":
        ax.set_xscale("log")
        ax.set_xticks(at, [f"{value:g}" for value in at], minor=False)
        ax.minorticks_off()
    return ax


def _share(cell: Columns, measure: str, comparisons: int) -> tuple[float, float, float]:
    """Precision (ratio of sums, interval by linearisation) or recall over pools."""
    kept = ~np.isnan(cell["hits"])
    hits, called = cell["hits"][kept], cell["called"][kept]
    total = called if measure == "precision" else np.full(hits.size, OVERLAP, float)
    if not total.any():
        return np.nan, np.nan, np.nan
    share = hits.sum() / total.sum()
    _, low, high = bands.mean_interval((hits - share * total) / total.mean(), comparisons)
    return share, share + low, share + high


def plot_sensitivity(surface: Columns, noise: str, measure: str, *, ax: Axes) -> Axes:
    """Draw expected precision or recall over both thresholds, with the change points of simulated pools."""
    rows = select(surface, noise=noise)
    fixed = select(rows, rule="fixed", replicate=rows["replicate"].min())
    hard, overlap = (np.unique(fixed[f"tau_{step}"]) for step in ("hard", "overlap"))
    expected = fixed[f"law_{measure}"].reshape(hard.size, overlap.size)
    levels = np.linspace(0, 1, 11)
    filled = ax.contourf(hard, overlap, expected.T, levels=levels, cmap="cividis", vmin=0, vmax=1)
    lines = ax.contour(hard, overlap, expected.T, levels=levels[1:-1], colors="white", linewidths=0.6)
    ax.clabel(lines, fontsize=7, fmt="%.1f")
    points: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 3.5, "alpha": 0.6}
    points |= {"color": "white", "markeredgecolor": "black", "markeredgewidth": 0.5}
    own = select(rows, rule="change points", status=0)
    ax.plot(own["tau_hard"], own["tau_overlap"], label="change points of a simulated pool", **points)
    ax.set(title=f"expected, {noise} noise", ylabel="τ_overlap (score/σ²)")
    if measure == "recall":
        ax.set_xlabel("τ_hard (confidence)")
    ax.set(xlim=(hard[0], hard[-1]), ylim=(overlap[0], overlap[-1]))
    ax.grid(visible=False)
    ax.figure.colorbar(filled, ax=ax).ax.set_title(measure, fontsize="small")
    return ax


def plot_guarantee(guarantee: Columns, scores: Columns, kind: str, where: dict[str, Any], *, ax: Axes) -> Axes:
    """Draw bound, exact rate and simulated rate of false alarms or misses."""
    bound = select(guarantee, noise="full", **where)
    drawn = select(scores, score="inner_product", noise="full", **where)
    if bound["tau"].size == 0:
        return ax
    plotting.theory(ax, bound["tau"], bound[f"{kind}_bound"], name="bound", label="guarantee")
    plotting.theory(ax, bound["tau"], bound[kind], label="exact")
    name = "easy" if kind == "false_alarm" else "overlap"
    values = drawn[f"score_{name}"]
    at = np.linspace(values.min(), values.max(), 14)[1:-1]
    counts = np.array([np.sum(values > tau if kind == "false_alarm" else values <= tau) for tau in at])
    low, high = bands.clopper_pearson(counts, values.size, 2 * at.size)
    plotting.points(ax, at, counts / values.size, low, high, name=name, label="simulated", color="#444444", marker="o")
    title = "easy-only point flagged, P(S > τ)" if kind == "false_alarm" else "overlap point missed, P(S ≤ τ)"
    title = f"{title}, t = {where['t_hard']:g}σ"
    ax.set(yscale="log", ylim=(1e-5, 1.5), xlabel="threshold τ/σ²", title=title)
    return ax
