"""Expansion: the bounds hold on every finite instance, close on the truth in the mixture, and show in sampled pools."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting
from w2slens.regions import Region
from w2slens.theory.expansion import (
    check_instances,
    expansion_constant,
    expansion_profile,
    mixture_coupling,
    neighbor_graph,
)

NAME = "expansion"
CLAIM = Claim(
    name=NAME,
    statement="The student's error on hard-only points is bounded by how hard-only points expand into overlap points.",
    source="Counterpart of Shin, Cooper, Sala 2025, Theorem 4.1; Lang, Sontag, Vijayaraghavan 2024",
    room="w2slens.theory.expansion.pools",
    figures={
        "instances": "Random finite instances, by statement: in how many its condition held, in how many of these the "
        "bound was below 1, and in how many it was attained. No instance violates any of them.",
        "mixture": "Terms of the coupling bound, stacked, and the error on hard-only points against the number n of "
        "overlap points in the published geometry (means of all replicates). The bound closes on the truth; a student "
        "with a weak penalty copies its teacher, and the first term stays.",
        "profile": "Least overload κ(q) that leaves a mass q of about 200 sampled hard-only points uncoupled, over "
        "1 − q, the least it can be and what the population attains, for each number n of overlap points (medians; "
        "infinite, and not drawn, where more than q has no neighbour). The last few per cent stay above 1: overlap "
        "points without a hard-only neighbour carry nothing.",
    },
)

BLOCK = 10_000
SIZES = (10, 20, 50, 95, 200, 400)
STUDENTS = {"averaging": None, "C = 0.01": 0.01, "C = 100": 100.0}
POOLS = (50, 100, 200, 400, 800)
MASSES = (0.0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
#: Neighbours are hard blocks with at least this cosine: about one pair in fifty of the same class.
THRESHOLD = 0.5
CONFIDENCE = 0.999


def _grid(blocks: int, sizes: tuple[int, ...], replicates: int, pools: tuple[int, ...], draws: int) -> Grid:
    cells: list[Cell] = [{"part": "instances", "n": BLOCK, "replicates": blocks}]
    cells += [{"part": "mixture", "n": n, "replicates": replicates} for n in sizes]
    cells += [{"part": "pool", "n": n, "replicates": draws} for n in pools]
    return Grid(cells, replicates=replicates, chunk=50, paired=("replicates",))


GRID = {"smoke": _grid(5, SIZES[1::2], 20, POOLS[::2], 6), "full": _grid(200, SIZES, 400, POOLS, 100)}

_COUNTS = ("held", "informative", "tight", "violations")
_TERMS = ("error", "disagreement", "teacher_disagreement", "quadrature")
_EMPTY: dict[str, Any] = (
    {"status": 0, "name": ""}
    | dict.fromkeys(_COUNTS, 0)
    | dict.fromkeys((*_TERMS, "constant", "uncoupled", *(f"kappa_{q}" for q in MASSES)), np.nan)
)


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Check a block of instances, or bound trained students in the mixture, or profile a sampled pool."""
    part = {"instances": _instances, "mixture": _mixture, "pool": _pool}[cell["part"]]
    rows = [_EMPTY | {"replicate": r} | row for r in replicates for row in part(cell["n"], r, seeds)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _instances(n: int, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    tallies = check_instances(replicate * n, (replicate + 1) * n, rng=seeds.sequence("instances"))
    return [{"name": name} | {count: getattr(tally, count) for count in _COUNTS} for name, tally in tallies.items()]


def _mixture(n: int, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    draws = wl.learning.trial_draws(replicate, rng=seeds.key(), counts=(100, 100, n, 0))
    (X_train, y_train), (X, _), theta = draws["train"], draws["pseudo"], draws["theta"]
    teacher = wl.learning.fit_logistic(X_train[:, :20], y_train, C=1.0, fit_intercept=False).coef
    overlap = X[200:]
    labels = np.where(overlap[:, :20] @ teacher > 0, 1, -1)
    rows = []
    for name, C in STUDENTS.items():
        if C is None:
            coef, intercept = labels @ overlap / n, 0.0
        elif abs(labels.sum()) == n:
            # The constant classifier of that class: no disagreement, and half of all points are of the other class.
            constant = {"error": 0.5, "disagreement": 0.0, "teacher_disagreement": 0.5, "quadrature": 0.0}
            rows.append({"name": name, "status": 1} | constant)
            continue
        else:
            fitted = wl.learning.fit_logistic(overlap, labels, C=C)
            coef, intercept = fitted.coef, fitted.intercept
        terms = mixture_coupling(theta, np.sqrt(5.0), 20, teacher, coef, intercept)
        rows.append({"name": name} | {term: getattr(terms, term) for term in _TERMS})
    return rows


def _pool(n: int, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    rng = seeds.generator(replicate, "pool")
    mixture = wl.GaussianMixture(rng.random(40), np.sqrt(5.0), 20)
    X, y, regions = mixture.sample((0, 400, 2 * n, 0), rng)
    hard, overlap = (X[(regions == region) & (y == 1)][:, 20:] for region in (Region.HARD, Region.OVERLAP))
    graph = neighbor_graph(hard, overlap, threshold=THRESHOLD)
    profile = expansion_profile(graph)
    row = {f"kappa_{q}": k for q, k in zip(MASSES, profile.kappa(MASSES), strict=True)}
    return [row | {"name": "pool", "constant": expansion_constant(graph).value, "uncoupled": profile.uncoupled(1.0)}]


def summarise(columns: Columns) -> Columns:
    """Counts per statement, mean terms per student and size, median profile per pool size."""
    rows: list[dict[str, Any]] = []
    empty = {"part": "", "name": "", "n": 0, "value": "", "result": 0.0}
    for part in ("instances", "mixture", "pool"):
        cells = select(columns, part=part)
        for name in dict.fromkeys(cells["name"].tolist()):
            for n in np.unique(select(cells, name=name)["n"]):
                cell = select(cells, name=name, n=n)
                values = {
                    "instances": {count: cell[count].sum() for count in _COUNTS},
                    "mixture": {term: cell[term].mean() for term in _TERMS},
                    "pool": {f"kappa_{q}": np.median(cell[f"kappa_{q}"]) for q in MASSES}
                    | {name: cell[name].mean() for name in ("constant", "uncoupled")},
                }[part]
                found = {"part": part, "name": name, "n": n}
                rows += [empty | found | {"value": key, "result": float(v)} for key, v in values.items()]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the three figures."""
    instances, ax = plt.subplots(figsize=(7, 4))
    plot_instances(columns, ax=ax)
    mixture, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
    for axis, name in zip(axes, STUDENTS, strict=True):
        plot_mixture(columns, name, ax=axis)
    axes[0].set_ylabel("probability")
    mixture.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    profile, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_profile(columns, ax=ax)
    return {"instances": instances, "mixture": mixture, "profile": profile}


def plot_instances(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the counts per statement."""
    cells = select(columns, part="instances")
    names = list(dict.fromkeys(cells["name"].tolist()))
    looks = {"held": ("#cccccc", ""), "informative": (plotting.COLOURS["easy"], "//"), "tight": ("#0072B2", "xx")}
    labels = {"held": "condition held", "informative": "bound below 1", "tight": "bound attained"}
    for shift, (count, (colour, hatch)) in enumerate(looks.items()):
        sums = [select(cells, name=name)[count].sum() for name in names]
        places = np.arange(len(names)) + (shift - 1) * 0.27
        ax.bar(places, sums, width=0.27, color=colour, hatch=hatch, edgecolor="black", label=labels[count])
    total = select(cells, name="1c")["held"].sum()
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


def plot_mixture(columns: Columns, name: str, *, ax: Axes) -> Axes:
    """Draw the stacked terms of the bound and the error of one student against n."""
    cells = select(columns, part="mixture", name=name)
    sizes = np.unique(cells["n"])
    mean = {term: np.array([select(cells, n=n)[term].mean() for n in sizes]) for term in _TERMS}
    labels = ("π(f(X) ≠ f(X′))", "κ·P(f ≠ f_w | G), κ = 1")
    stacked = (mean["disagreement"], mean["teacher_disagreement"])
    colours = (plotting.COLOURS["easy"], plotting.COLOURS["weak"])
    filled = ax.stackplot(sizes, *stacked, labels=labels, colors=colours, alpha=0.7)
    filled[1].set_hatch("..")
    intervals = [bands.mean_interval(select(cells, n=n)["error"], 3 * sizes.size, CONFIDENCE) for n in sizes]
    plotting.points(ax, sizes, *np.array(intervals).T, name="student", label="err(f | hard-only)")
    plotting.theory(ax, sizes, sum(stacked), name="bound", label="bound")
    ax.set(xscale="log", xlabel="number n of overlap points", title=f"student: {name}", ylim=(0, 0.55))
    return ax


def plot_profile(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the median profile for each number of overlap points."""
    cells = select(columns, part="pool")
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


def check(columns: Columns) -> list[Verdict]:
    """Judge: the instances, the bound in the mixture, the pools."""
    return [*_finite(columns), *_gaussian(columns), *_pools(columns)]


def _finite(columns: Columns) -> list[Verdict]:
    cells = select(columns, part="instances")
    names = list(dict.fromkeys(cells["name"].tolist()))
    total = select(cells, name="1c")["held"].sum()
    least = {count: min(select(cells, name=name)[count].sum() for name in names) for count in ("held", "informative")}
    return [
        Verdict.at_most(
            NAME,
            f"no statement is violated on {total:,} finite instances",
            cells["violations"].sum(),
            0,
            "violations of 1a, 1b, 1c, 1a ≤ 1b, 4.1, B.1, 4.2, B.2 and B.3 under their conditions; exact fractions",
        ),
        Verdict.at_least(
            NAME,
            "every condition held, with a bound that says something",
            least["informative"],
            1,
            "least number of instances, over the statements, with the condition met and a bound below 1",
        ),
    ]


def _gaussian(columns: Columns) -> list[Verdict]:
    cells = select(columns, part="mixture")
    slack = cells["disagreement"] + cells["teacher_disagreement"] - cells["error"]
    averaging = select(cells, name="averaging")
    sizes = [n for n in np.unique(averaging["n"]) if n >= 95]
    gaps = []
    for n in sizes:
        cell = select(averaging, n=n)
        gap = cell["disagreement"] + cell["teacher_disagreement"] - cell["error"]
        gaps.append(bands.mean_interval(gap, len(sizes), CONFIDENCE)[2])
    return [
        Verdict.at_least(
            NAME,
            f"the bound is never below the error of any of {slack.size:,} students in the mixture",
            slack.min(),
            -(cells["quadrature"].max() + 4 * np.finfo(float).eps),
            "least bound minus error, against the quadrature's largest error on an integral that is known and the "
            "rounding of the four operations",
        ),
        Verdict.at_most(
            NAME,
            "within 0.03 of the averaging student's error from 95 overlap points on",
            max(gaps),
            0.03,
            "largest upper end of the simultaneous Bonferroni-t intervals (99.9 %) of the mean gap, n ≥ 95",
        ),
    ]


def _pools(columns: Columns) -> list[Verdict]:
    cells = select(columns, part="pool")
    sizes = np.unique(cells["n"])
    few, many = (select(cells, n=n)["uncoupled"] for n in (sizes[0], sizes[-1]))
    low = bands.mean_interval(few, 2, CONFIDENCE)[1]
    high = bands.mean_interval(many, 2, CONFIDENCE)[2]
    worst = max(float(np.max(1 - q - cells[f"kappa_{q}"])) for q in MASSES)
    return [
        Verdict.at_most(
            NAME,
            f"less of a pool stays uncoupled at κ = 1 with {sizes[-1]} overlap points than with {sizes[0]}",
            high,
            low,
            "ends of the simultaneous Bonferroni-t intervals (99.9 %) of the mean uncoupled mass; 0 in the population",
        ),
        Verdict.at_most(
            NAME,
            "no profile lies below 1 − q",
            worst,
            len(MASSES) * np.finfo(float).eps,
            "largest 1 − q − κ(q) over all pools and masses, against rounding",
        ),
    ]
