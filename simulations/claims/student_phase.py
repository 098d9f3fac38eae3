"""How the student's penalty decides whether more overlap points help: it averages its teacher, or copies it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._copying import student_rows
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting

NAME = "student_phase"
CLAIM = Claim(
    name=NAME,
    statement="Whether more overlap points help on hard-only points depends on the student's penalty 1/C: with a "
    "strong one it averages its teacher's labels and gains, with a weak one it copies its teacher and loses.",
    source="This project (THEORY section 2), for the student of Shin, Cooper, Sala 2025, section 4; Lang, Sontag, "
    "Vijayaraghavan 2024, Proposition 4.1",
    room="w2slens.learning.students",
    figures={
        "phase": "Mean accuracy on hard-only points over the inverse penalty C and the number n of overlap points, "
        "without and with an unpenalised intercept. White: the ridge, for each C the n with the largest mean; above it "
        "more overlap points hurt. Rings: the published student, C = 0.01 with an intercept, n = 5 … 95.",
        "overlap": "The same against n for five students, with simultaneous 99.9 % intervals, and the overlap law, "
        "which is the limit C → 0 without an intercept.",
        "copying": "Share of overlap points on which student and teacher agree, in the population (no intercept). A "
        "student with a weak penalty comes to agree everywhere; its teacher guesses on hard-only points, and so does "
        "it. The averaging student stays at a distance.",
        "limit": "Mean distance between the accuracies of the logistic student without an intercept and of the "
        "averaging student on the same points: it closes with C, and in proportion to C where C is small.",
    },
)

PENALTIES = tuple(10.0 ** (k / 2) for k in range(-10, 7))
DECADES = tuple(10.0**k for k in range(-5, 4))
SIZES = (5, 10, 20, 30, 45, 70, 95, 140, 200, 280, 400, 800)
PUBLISHED = {"C": 0.01, "intercept": True}
#: From here on the penalty is called weak, and below the other strong, in the statements that are judged.
WEAK, STRONG = 10.0, 1e-3
#: Up to here agreement with the teacher is judged to rise with C; beyond it hardly changes.
COPIES = 0.32
#: Beyond d = 40 points a copy of the teacher is no longer one of many students that fit all labels.
DETERMINED = 45
CONFIDENCE = 0.999


def _grid(sizes: tuple[int, ...], penalties: tuple[float, ...], replicates: int) -> Grid:
    cells = [{"n": n, "penalties": len(penalties)} for n in sizes]
    # θ comes first in each replicate's stream: students of different n share it, and changes with n are paired.
    return Grid(cells, replicates=replicates, chunk=80, paired=("n", "penalties"))


GRID = {"smoke": _grid((5, 45, 95), DECADES, 20), "full": _grid(SIZES, PENALTIES, 320)}


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Fit every student to the same points; a row per replicate and student."""
    penalties = PENALTIES if cell["penalties"] == len(PENALTIES) else DECADES
    rows = list(student_rows(cell["n"], penalties, replicates, seeds))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _cube(columns: Columns, name: str, intercept: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers n, inverse penalties C, and the values (n, C, replicate); all are ordered."""
    found = select(columns, intercept=intercept)
    axes = [np.unique(found[axis]) for axis in ("n", "C", "replicate")]
    order = np.lexsort((found["replicate"], found["C"], found["n"]))
    return axes[0], axes[1], found[name][order].reshape([axis.size for axis in axes])


def summarise(columns: Columns) -> Columns:
    """Mean accuracies, agreement and law for every n, C and intercept."""
    rows: list[dict[str, Any]] = []
    names = ("hard", "easy", "overlap", "agreement", "teacher", "law", "status")
    for intercept in (False, True):
        cubes = [_cube(columns, name, intercept)[2].mean(axis=2) for name in names]
        sizes, penalties, _ = _cube(columns, "hard", intercept)
        for i, n in enumerate(sizes):
            for j, C in enumerate(penalties):
                means = {name: cube[i, j] for name, cube in zip(names, cubes, strict=True)}
                single = means.pop("status")
                rows.append({"n": n, "C": C, "intercept": float(intercept), **means, "single class": single})
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the four figures."""
    phase, axes = plt.subplots(1, 2, figsize=(11, 4.8), sharey=True)
    for ax, intercept in zip(axes, (False, True), strict=True):
        mesh = plot_phase(columns, intercept, ax=ax)
    axes[0].set_ylabel("number n of overlap points")
    bar = phase.colorbar(mesh, ax=axes)
    bar.ax.set_title("mean accuracy,\nhard-only points", fontsize=9)
    overlap, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
    for ax, intercept in zip(axes, (False, True), strict=True):
        plot_overlap(columns, "hard", intercept, ax=ax)
    axes[0].set_ylabel("accuracy on hard-only points")
    overlap.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    copying, ax = plt.subplots(figsize=(6.5, 4.4))
    plot_overlap(columns, "agreement", False, ax=ax)
    ax.set(ylabel="P(student = teacher) on overlap points", title="")
    ax.legend(loc="lower right", fontsize=8, ncols=2)
    limit, ax = plt.subplots(figsize=(6.5, 4.4))
    plot_limit(columns, ax=ax)
    return {"phase": phase, "overlap": overlap, "copying": copying, "limit": limit}


def _edges(values: np.ndarray) -> np.ndarray:
    """Edges of cells around values on a logarithmic axis."""
    inner = np.sqrt(values[1:] * values[:-1])
    return np.concatenate([values[:1] ** 2 / inner[:1], inner, values[-1:] ** 2 / inner[-1:]])


def plot_phase(columns: Columns, intercept: bool, *, ax: Axes) -> Any:
    """Draw the accuracy over C and n with its contours and its ridge; returns the mesh, for a colour bar."""
    sizes, penalties, cube = _cube(columns, "hard", intercept)
    kept = penalties > 0
    penalties, mean = penalties[kept], cube[:, kept].mean(axis=2)
    mesh = ax.pcolormesh(_edges(penalties), _edges(sizes.astype(float)), mean, cmap="cividis", vmin=0.5, vmax=0.87)
    contours = ax.contour(
        penalties, sizes, mean, levels=np.arange(0.55, 0.9, 0.05), colors="black", linewidths=0.7, alpha=0.7
    )
    ax.clabel(contours, fontsize=7, fmt="%.2f")
    ridge = sizes[mean.argmax(axis=0)]
    ax.plot(penalties, ridge, color="white", marker="o", markersize=3.5, markeredgecolor="black", label="ridge")
    if intercept:
        seen = sizes[sizes <= 95]
        look = {"marker": "o", "linestyle": "none", "markersize": 8, "markerfacecolor": "none"}
        ax.plot([PUBLISHED["C"]] * seen.size, seen, color="white", markeredgewidth=2.6, **look)
        ax.plot([PUBLISHED["C"]] * seen.size, seen, color=plotting.COLOURS["hard"], label="published", **look)
    ax.set(xscale="log", yscale="log", xlabel="inverse penalty C (strong penalty left, weak right)")
    ax.set_yticks(sizes, [f"{n:g}" for n in sizes], minor=False)
    ax.minorticks_off()
    ax.grid(visible=False)
    ax.set_title("with an unpenalised intercept" if intercept else "without an intercept")
    ax.legend(loc="upper right", facecolor="0.8", frameon=True, fontsize=8)
    return mesh


LOOKS: dict[float, dict[str, Any]] = {
    1e-5: {"color": plotting.COLOURS["student"], "marker": "o"},
    1e-3: {"color": plotting.COLOURS["easy"], "marker": "s"},
    1e-2: {"color": plotting.COLOURS["published"], "marker": "P"},
    1.0: {"color": plotting.COLOURS["weak"], "marker": "^"},
    100.0: {"color": plotting.COLOURS["hard"], "marker": "D"},
}


def _at(penalties: np.ndarray, C: float) -> int:
    return int(np.argmin(np.abs(np.log(np.maximum(penalties, 1e-300)) - np.log(C))))


def plot_overlap(columns: Columns, name: str, intercept: bool, *, ax: Axes) -> Axes:
    """Draw the mean of one column against n for some students, and the averaging student or its law."""
    sizes, penalties, cube = _cube(columns, name, intercept)
    _, _, law = _cube(columns, "law" if name == "hard" else name, False)
    label = "overlap law" if name == "hard" else "averaging student"
    plotting.theory(ax, sizes, law[:, 0].mean(axis=1), label=label)
    comparisons = 2 * len(LOOKS) * sizes.size
    for C, look in LOOKS.items():
        values = cube[:, _at(penalties, C)]
        intervals = np.array([bands.mean_interval(v, comparisons, CONFIDENCE) for v in values])
        plotting.points(ax, sizes, *intervals.T, name="student", label=f"C = {C:g}", **look, linestyle=":")
    ax.set(xscale="log", xlabel="number n of overlap points")
    ax.set_xticks(sizes, [f"{n:g}" if n not in (30, 70, 140, 280) else "" for n in sizes], minor=False)
    ax.minorticks_off()
    ax.set_title("with an unpenalised intercept" if intercept else "without an intercept")
    return ax


def plot_limit(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the mean distance to the averaging student against C for some n."""
    sizes, penalties, cube = _cube(columns, "hard", False)
    distance = np.abs(cube[:, 1:] - cube[:, :1]).mean(axis=2)
    shown = [n for n in (5, 20, 95, 400) if n in sizes]
    for n, marker, shade in zip(shown, "osD^", ("0.7", "0.5", "0.3", "0.0"), strict=False):
        i = int(np.flatnonzero(sizes == n)[0])
        ax.plot(penalties[1:], distance[i], marker=marker, color=shade, label=f"n = {n}")
    start = distance[-1, 0]
    ends = np.array([penalties[1], 1e-2])
    plotting.theory(ax, ends, start * ends / ends[0] * 2, label="proportional to C", linestyle="--")
    ax.set(xscale="log", yscale="log", xlabel="inverse penalty C", ylabel="mean |accuracy − averaging student's|")
    ax.legend()
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge: the strong-penalty limit, what more overlap does, what the intercept costs, copying."""
    return [*_limit(columns), *_overlap(columns), *_intercept(columns), *_copying(columns)]


def _ends(differences: np.ndarray) -> tuple[float, float]:
    """Least lower and largest upper end of the simultaneous intervals of paired means (…, replicate)."""
    rows = differences.reshape(-1, differences.shape[-1])
    intervals = np.array([bands.mean_interval(row, len(rows), CONFIDENCE) for row in rows])
    return float(intervals[:, 1].min()), float(intervals[:, 2].max())


def _limit(columns: Columns) -> list[Verdict]:
    sizes, penalties, hard = _cube(columns, "hard", False)
    _, _, law = _cube(columns, "law", False)
    first, second = (_at(penalties, C) for C in (1e-5, 1e-4))
    # Straight through the two strongest penalties to C = 0: removes the part of the distance that is linear in C.
    zero = hard[:, first] - (hard[:, second] - hard[:, first]) / 9
    worst = {}
    for name, values in (("limit", zero), ("strongest", hard[:, first])):
        error = values - law[:, 0]
        spread = error.std(axis=1, ddof=1) / np.sqrt(error.shape[1])
        worst[name] = float(np.max(np.abs(error.mean(axis=1)) / spread))
    strong = [j for j, C in enumerate(penalties) if 0 < C <= 1.01e-2]
    distance = np.abs(hard[:, strong] - hard[:, :1])
    _, closing = _ends(distance[:, :-1] - distance[:, 1:])
    return [
        Verdict.at_most(
            NAME,
            f"the strong-penalty limit is the overlap law, at {sizes.size} numbers of points (at C = 1e-5 itself: "
            f"{worst['strongest']:.2f})",
            worst["limit"],
            float(bands.bonferroni_t(zero.shape[1] - 1, sizes.size, CONFIDENCE)),
            "largest |mean − law| in standard errors, each replicate against its own law, against the Bonferroni-t "
            "quantile at 99.9 %; C → 0 by a straight line through C = 1e-5 and 1e-4, no intercept",
        ),
        Verdict.at_most(
            NAME,
            "the distance to the averaging student closes at every step of C from 0.01 to 1e-5, at every n",
            closing,
            0.0,
            "largest upper end of the simultaneous Bonferroni-t intervals (99.9 %) of the paired change of the "
            "distance",
        ),
    ]


def _slopes(cube: np.ndarray, sizes: np.ndarray, least: int, most: float = np.inf) -> np.ndarray:
    """Least-squares slope over log₂ n, least ≤ n ≤ most, of every student and replicate: its gain per doubling."""
    kept = (sizes >= least) & (sizes <= most)
    centred = np.log2(sizes[kept])
    centred -= centred.mean()
    return np.tensordot(centred / np.sum(centred**2), cube[kept], axes=1)


SLOPE = "of the simultaneous Bonferroni-t intervals (99.9 %) of the mean gain per doubling of n, a slope per replicate"


def _overlap(columns: Columns) -> list[Verdict]:
    verdicts = []
    cubes = {intercept: _cube(columns, "hard", intercept) for intercept in (False, True)}
    sizes, penalties, free = cubes[False]
    both = np.concatenate([cube[:, penalty >= WEAK] for _, penalty, cube in cubes.values()], axis=1)
    verdicts.append(
        Verdict.at_most(
            NAME,
            f"weak penalty (C ≥ {WEAK:g}): each doubling of n costs accuracy on average from n = {DETERMINED} on, "
            f"with and without intercept: {free[-1, -1].mean():.3f} at n = {sizes[-1]}, C = {penalties[-1]:g}",
            _ends(_slopes(both, sizes, DETERMINED))[1],
            0.0,
            f"largest upper end {SLOPE}",
        )
    )
    strong = free[:, penalties <= STRONG * 1.01]
    verdicts.append(
        Verdict.at_least(
            NAME,
            f"strong penalty (C ≤ {STRONG:g}, no intercept): each doubling of n gains accuracy on average, up to n = "
            f"{sizes[-1]}",
            _ends(_slopes(strong, sizes, 0))[0],
            0.0,
            f"least lower end {SLOPE}",
        )
    )
    sizes, penalties, cube = cubes[True]
    published = cube[:, [_at(penalties, PUBLISHED["C"])]]
    verdicts.append(
        Verdict.at_least(
            NAME,
            "the published student (C = 0.01, intercept): each doubling of n gains accuracy on average, up to n = 95",
            _ends(_slopes(published, sizes, 0, 95))[0],
            0.0,
            f"least lower end {SLOPE}",
        )
    )
    return verdicts


def _intercept(columns: Columns) -> list[Verdict]:
    sizes, penalties, free = _cube(columns, "hard", False)
    _, shifted, tied = _cube(columns, "hard", True)
    verdicts = []
    for C, where in ((PUBLISHED["C"], "in the published setting"), (1e-5, "under the strongest penalty")):
        cost = free[:, _at(penalties, C)] - tied[:, _at(shifted, C)]
        told = ", ".join(f"{cost[i].mean():.3f} at n = {sizes[i]}" for i in (0, -1))
        verdicts.append(
            Verdict.at_least(
                NAME,
                f"the unpenalised intercept costs accuracy {where} (C = {C:g}): {told}",
                _ends(cost)[0],
                0.0,
                "least lower end of the simultaneous Bonferroni-t intervals (99.9 %) of the paired difference, over n",
            )
        )
    return verdicts


def _copying(columns: Columns) -> list[Verdict]:
    sizes, penalties, same = _cube(columns, "agreement", False)
    weak, most = same[:, penalties >= WEAK], same[-1, penalties < COPIES]
    beyond = same[-1, -1].mean()
    return [
        Verdict.at_least(
            NAME,
            f"weak penalty (C ≥ {WEAK:g}, no intercept): agreement with the teacher rises from n = {DETERMINED} on, to "
            f"{weak[-1].mean():.3f} at n = {sizes[-1]}",
            _ends(_slopes(weak, sizes, DETERMINED))[0],
            0.0,
            f"least lower end {SLOPE}",
        ),
        Verdict.at_least(
            NAME,
            f"at n = {sizes[-1]} the student copies the more the weaker its penalty, up to C = {COPIES:g}: agreement "
            f"from {same[-1, 0].mean():.3f} (averaging) to {most[-1].mean():.3f}; {beyond:.3f} at C = "
            f"{penalties[-1]:g}",
            _ends(np.diff(most, axis=0))[0],
            0.0,
            "least lower end of the simultaneous Bonferroni-t intervals (99.9 %) of the paired change from each C to "
            "the next",
        ),
    ]
