"""Certificate: a bound on real images that hardly needs labels on hard-only points, and where it says nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims import digits, dominoes
from simulations.claims._strong import OK, as_columns, detect, learn
from simulations.datasets import PIXELS
from simulations.grid import Cell, Grid, Seeds
from w2slens import Region, plotting
from w2slens.theory.expansion import (
    detected_overlap_correction,
    expansion_constant,
    expansion_profile,
    label_free_certificate,
    neighbor_graph,
    optimal_coupling,
)

NAME = "certificate"
CLAIM = Claim(
    name=NAME,
    statement="Overlap points near the hard-only ones certify the student's error on these; labels enter only through "
    "the teacher's error on overlap points and how often coupled points differ in class.",
    source="This project, statement 1d with 1f; counterpart of Shin, Cooper, Sala 2025, Theorem 4.1",
    room="w2slens.theory.expansion.pools",
    figures={
        "terms": "Terms of the certificate, stacked (means over replicates; 3 neighbours in the strong model's "
        "features, all hard-only points coupled; sums on top), and the measured error on the same hard-only "
        "points with simultaneous 99.9 % intervals. Dominoes: true regions; a student of detected overlap points, "
        "corrected for detection; the detected sets themselves. Right: digits, whose true regions nobody knows. From ½ "
        "(dotted) a coin does as well, from 1 (dashed) the bound is empty.",
        "choices": "Mean certificate against the number k of neighbours, all points coupled (left), and against the "
        "share q left uncoupled, k = 3 (right): 80 overlap points, true regions, sharp teacher; digits on detected "
        "sets. Thin lines: the error. Along the hard block alone, which natural images do not have, it is tightest.",
        "all": "Every certificate against the error that it bounds; none lies below the line. From ½ and from 1 on it "
        "says nothing: shaded.",
    },
)

SHARP, COARSE = "dominoes, sharp teacher", "dominoes, coarse teacher"
TEACHER = {SHARP: "sharp", COARSE: "coarse"}
SIZES = (20, 40, 80, 160)
NEIGHBOURS = (1, 3, 10, 20)
UNCOUPLED = (0.0, 0.05, 0.1, 0.2, 0.4)
SHOWN = 3
TERMS = ("uncoupled", "disagreement", "copying", "teaching", "mismatch")
CONFIDENCE = 0.999


def _grid(sizes: tuple[int, ...], replicates: int) -> Grid:
    cells = Grid.product(data=[SHARP, COARSE], n=list(sizes)) + Grid.product(data=list(digits.TASKS), n=[0])
    return Grid(cells, replicates=replicates, chunk=6, paired=("data",))


GRID = {"smoke": _grid((40,), 2), "full": _grid(SIZES, 12)}

Rows = npt.NDArray[np.intp]
_NUMBERS = (*TERMS, "bound", "error", "kappa", "pairs", "excess", "copying_seen")


def certify(
    hard: npt.NDArray[np.float64],
    overlap: npt.NDArray[np.float64],
    labels: dict[str, npt.NDArray[np.int64]],
    k: int,
    share: float,
    copying: float,
) -> dict[str, float]:
    """Terms of the certificate with the coupling of least overload along ``k`` neighbours.

    ``labels`` has the student's on either side, the teacher's on overlap points, and the true ones, which only the last
    two terms and the error use. A share of hard-only points is left out: those that need the greatest overload, by the
    blocks of the expansion profile; each costs its whole mass. ``copying`` bounds P(f ≠ f_w | overlap).
    """
    graph = neighbor_graph(hard, overlap, k=min(k, len(overlap)))
    order = np.argsort(expansion_profile(graph).block_of, kind="stable")
    left_out = int(share * len(hard))
    kept = np.sort(order[left_out:])
    uncoupled, graph = left_out / len(hard), graph[kept]
    kappa = 1 / expansion_constant(graph).value
    coupling = optimal_coupling(graph).tocoo()
    x, other = kept[coupling.row], coupling.col
    disagreement = _mass(coupling.data, labels["student_hard"][x] != labels["student_overlap"][other])
    mismatch = _mass(coupling.data, labels["true_hard"][x] != labels["true_overlap"][other])
    alpha = float(np.mean(labels["teacher"] != labels["true_overlap"]))
    coupled = 1 - uncoupled
    bound = uncoupled + coupled * label_free_certificate(disagreement, kappa, copying, alpha, mismatch)
    drawn = np.bincount(other, weights=coupling.data, minlength=len(overlap))
    received = np.bincount(coupling.row, weights=coupling.data, minlength=len(kept))
    return {
        "uncoupled": uncoupled,
        "disagreement": coupled * disagreement,
        "copying": coupled * kappa * copying,
        "teaching": coupled * kappa * alpha,
        "mismatch": coupled * mismatch,
        "bound": bound,
        "error": float(np.mean(labels["student_hard"] != labels["true_hard"])),
        "kappa": coupled * kappa,
        "pairs": float(coupling.nnz + len(hard) + len(overlap)),
        # By how much the coupling is none: its marginals against P(·|H) and κ·P(·|overlap).
        "excess": float(max(np.max(drawn - kappa / len(overlap)), np.max(np.abs(received - 1 / len(kept))))),
    }


def _mass(data: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]) -> float:
    return min(1.0, float(data[chosen].sum()))


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Certify a student on fresh data: a row per regions, basis, number of neighbours and share left out."""
    rows = []
    for replicate in replicates:
        found = _dominoes(cell, replicate, seeds) if cell["data"] in TEACHER else _digits(cell, replicate, seeds)
        rows += [{"replicate": replicate} | row for row in found]
    return as_columns(rows)


def _dominoes(cell: Cell, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    data = dominoes.Replicate(seeds, replicate, cell["n"], TEACHER[cell["data"]])
    regions, y = data.pseudo.regions, data.pseudo.y
    hard, overlap = (np.flatnonzero(regions == region) for region in (Region.HARD, Region.OVERLAP))
    bases = {"strong": data.strong_pseudo, "hard block": data.pseudo.X[:, PIXELS:]}
    student = learn(data.strong_pseudo[overlap], data.said[overlap], dominoes.STRONG_C)
    rows = _rows("true", bases, student, (data.strong_pseudo, data.said, y), hard, overlap)
    status, detector = detect(data.strong_pseudo, data.proba)
    if detector is None:
        return [*rows, *(_empty(name, "strong", status) for name in ("corrected", "detected"))]
    seen = {region: np.flatnonzero(detector.labels_ == region) for region in (Region.HARD, Region.OVERLAP)}
    student = learn(data.strong_pseudo[seen[Region.OVERLAP]], data.said[seen[Region.OVERLAP]], dominoes.STRONG_C)
    known = (data.strong_pseudo, data.said, y)
    rows += _rows("corrected", bases, student, known, hard, overlap, seen[Region.OVERLAP])
    strong = {"strong": data.strong_pseudo}
    return rows + _rows("detected", strong, student, known, seen[Region.HARD], seen[Region.OVERLAP])


def _digits(cell: Cell, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    data = digits.Replicate(seeds, replicate, cell["data"])
    status, labels = data.detected()
    if status != OK:
        return [_empty("detected", "strong", status)]
    hard, overlap = (np.flatnonzero(labels == region) for region in (Region.HARD, Region.OVERLAP))
    known = (data.features, data.said, np.where(data.said_right, data.said, -data.said))
    return _rows("detected", {"strong": data.features}, data.student(overlap), known, hard, overlap)


def _rows(
    regions: str,
    bases: dict[str, npt.NDArray[np.float64]],
    student: Any,
    known: tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]],
    hard: Rows,
    overlap: Rows,
    fitted: Rows | None = None,
) -> list[dict[str, Any]]:
    """Certificates of one student; one fitted to a detected set gets the correction 1f for the true one."""
    features, said, y = known
    if student.model is None:
        return [_empty(regions, basis, student.status) for basis in bases]
    predicted = student.model.predict(features).astype(np.int64)
    seen = float(np.mean(predicted[overlap] != said[overlap]))
    copying = seen
    if fitted is not None:
        missed = len(np.setdiff1d(overlap, fitted))
        shares = (size / len(y) for size in (len(fitted), missed, len(overlap)))
        copying = detected_overlap_correction(float(np.mean(predicted[fitted] != said[fitted])), *shares)
    labels = {
        "student_hard": predicted[hard],
        "student_overlap": predicted[overlap],
        "teacher": said[overlap],
        "true_hard": y[hard],
        "true_overlap": y[overlap],
    }
    rows = []
    for basis, points in bases.items():
        for k in NEIGHBOURS:
            for share in UNCOUPLED:
                found = certify(points[hard], points[overlap], labels, k, share, copying)
                where = {"regions": regions, "basis": basis, "k": k, "q": share, "status": student.status}
                rows.append(where | found | {"copying_seen": seen, "corrected": copying})
    return rows


def _empty(regions: str, basis: str, status: int) -> dict[str, Any]:
    numbers = dict.fromkeys((*_NUMBERS, "corrected"), np.nan)
    return {"regions": regions, "basis": basis, "k": 0, "q": np.nan, "status": status} | numbers


def shown(columns: Columns) -> list[tuple[str, str, str, int, Columns]]:
    """Rows with every point coupled along 3 neighbours: (data, regions, basis, n, rows)."""
    rows = select(columns, k=SHOWN, q=0.0)
    keys = dict.fromkeys(zip(*(rows[name].tolist() for name in ("data", "regions", "basis", "n")), strict=True))
    return [(*key, select(rows, data=key[0], regions=key[1], basis=key[2], n=key[3])) for key in keys]


def summarise(columns: Columns) -> Columns:
    """Mean terms and errors, and how often a certificate says something."""
    rows = []
    for data, regions, basis, n, cell in shown(columns):
        means = {name: cell[name].mean() for name in (*TERMS, "kappa", "bound", "error")}
        every = select(columns, data=data, regions=regions, basis=basis, n=n)
        informative = {f"below {level:g}": float(np.mean(every["bound"] < level)) for level in (0.5, 1.0)}
        rows.append({"data": data, "regions": regions, "basis": basis, "n": float(n)} | means | informative)
    return as_columns(rows)


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the three figures."""
    terms, axes = plt.subplots(2, 4, figsize=(13, 6.4), sharey=True, width_ratios=(4, 4, 4, 2))
    for row, data in zip(axes, (SHARP, COARSE), strict=True):
        for ax, regions in zip(row, ("true", "corrected", "detected"), strict=False):
            plot_terms(columns, data, regions, ax=ax)
        row[0].set_ylabel("probability")
    for ax, task in zip(axes[:, 3], digits.TASKS, strict=True):
        plot_terms(columns, task, "detected", ax=ax)
    terms.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    choices, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for ax, axis in zip(axes, ("k", "q"), strict=True):
        plot_choices(columns, axis, ax=ax)
    axes[0].set_ylabel("mean certificate")
    axes[0].legend(fontsize="small")
    every, ax = plt.subplots(figsize=(6.2, 4.8))
    plot_all(columns, ax=ax)
    return {"terms": terms, "choices": choices, "all": every}


#: Where bars are cut off.
TOP = 1.4
LOOKS = {
    "disagreement": ("π(f(X) ≠ f(X′))", "easy", ""),
    "copying": ("κ·P(f ≠ f_w | overlap)", "weak", ".."),
    "teaching": ("κ·α", "neither", "//"),
    "mismatch": ("π(y(X) ≠ y(X′))", "bound", "xx"),
}


def plot_terms(columns: Columns, data: str, regions: str, *, ax: Axes) -> Axes:
    """Draw stacked terms and the measured error against n, or for the one pool of digits."""
    cells = [(n, rows) for d, r, basis, n, rows in shown(columns) if (d, r, basis) == (data, regions, "strong")]
    at = np.arange(len(cells))
    base = np.zeros(len(cells))
    for term, (label, colour, hatch) in LOOKS.items():
        height = np.array([rows[term].mean() for _, rows in cells])
        look = {"color": plotting.COLOURS[colour], "hatch": hatch, "edgecolor": "black", "linewidth": 0.5}
        ax.bar(at - 0.1, height, bottom=base, width=0.5, label=label, alpha=0.8, **look)
        base += height
    errors = [bands.mean_interval(rows["error"], max(len(cells), 1), CONFIDENCE) for _, rows in cells]
    if errors:
        plotting.points(ax, at + 0.3, *np.array(errors).T, name="ceiling", label="err(f | hard-only)")
    for place, total in zip(at, base, strict=True):
        where = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
        ax.annotate(
            f"{total:.2f}", (place - 0.1, min(total, TOP)), bbox={"fc": "white", "ec": "none", "pad": 0.5}, **where
        )
    for level, line in ((0.5, ":"), (1.0, "--")):
        ax.axhline(level, color="black", linewidth=0.9, linestyle=line)
    ax.set_ylim(0, TOP + 0.12)
    title = {"true": "true regions", "corrected": "detected, corrected", "detected": "detected sets"}[regions]
    if data in TEACHER:
        ax.set_xticks(at, [str(n) for n, _ in cells])
        ax.set(xlabel="number n of overlap points", title=f"{TEACHER[data]} teacher, {title}")
    else:
        ax.set_xticks(at, ["" for _ in at])
        ax.set(xlabel=title, title=data.replace(" against", "\nagainst"), xlim=(-0.8, 0.8))
    return ax


def plot_choices(columns: Columns, axis: str, *, ax: Axes) -> Axes:
    """Draw the mean certificate against the number of neighbours or the share left uncoupled."""
    size = 80 if 80 in columns["n"] else columns["n"].max()
    fixed = {"q": 0.0} if axis == "k" else {"k": SHOWN}
    lines = (
        ("dominoes, hard block", "overlap", "-", {"data": SHARP, "n": size, "regions": "true", "basis": "hard block"}),
        (
            "dominoes, strong features",
            "student",
            "--",
            {"data": SHARP, "n": size, "regions": "true", "basis": "strong"},
        ),
        (digits.TASKS[0], "hard", "-.", {"data": digits.TASKS[0]}),
        (digits.TASKS[1], "weak", ":", {"data": digits.TASKS[1]}),
    )
    for label, look, line, where in lines:
        rows = select(columns, **where, **fixed)
        at = np.unique(rows[axis])
        cells = [select(rows, **{axis: value}) for value in at]
        intervals = [bands.mean_interval(cell["bound"], len(lines) * len(at), CONFIDENCE) for cell in cells]
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


def plot_all(columns: Columns, *, ax: Axes) -> Axes:
    """Draw every certificate against its error."""
    looks = {
        SHARP: ("o", "student"),
        COARSE: ("s", "weak"),
        digits.TASKS[0]: ("D", "hard"),
        digits.TASKS[1]: ("^", "overlap"),
    }
    top = max(2.0, float(np.nanmax(columns["bound"])))
    for data, (marker, colour) in looks.items():
        rows = select(columns, data=data)
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


def check(columns: Columns) -> list[Verdict]:
    """Judge: no violation, the couplings are couplings, the correction holds; and it is not always empty."""
    rows = select(columns, status=OK)
    rounding = np.finfo(float).eps * float(np.nanmax(columns["pairs"]))
    known = ~np.isnan(columns["bound"])
    slack = (columns["bound"] - columns["error"])[known]
    corrected = select(rows, regions="corrected")
    return [
        Verdict.at_least(
            NAME,
            f"no certificate of {known.sum():,} is below the error it bounds",
            slack.min(),
            -rounding,
            "least bound minus error, on the same points, against the rounding of as many sums as a coupling has pairs",
        ),
        Verdict.at_most(
            NAME,
            "every coupling has the marginals it should have",
            np.nanmax(columns["excess"]),
            rounding,
            "largest excess over P(·|hard-only) and κ·P(·|overlap), against the same rounding",
        ),
        Verdict.at_least(
            NAME,
            "the correction for detected overlap is never below the disagreement on true overlap points",
            float(np.min(corrected["corrected"] - corrected["copying_seen"])),
            -rounding,
            "least correction minus P(f ≠ f_w | overlap), against the same rounding",
        ),
        Verdict.at_least(
            NAME,
            "some certificates say something",
            float(np.sum(columns["bound"] < 0.5)),
            1,
            "certificates below ½; how many is reported, not judged",
        ),
    ]
