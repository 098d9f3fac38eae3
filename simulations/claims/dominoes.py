"""Dominoes: real images with known regions, an honest detector, and a student that is not linear."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._strong import (
    DETECTION_UNDEFINED,
    OK,
    RandomFeatures,
    as_columns,
    detect,
    learn,
    mix,
)
from simulations.datasets import PIXELS, Points, coarse
from simulations.datasets import dominoes as compose
from simulations.grid import Cell, Grid, Seeds
from w2slens import Region, plotting

NAME = "dominoes"
CLAIM = Claim(
    name=NAME,
    statement=(
        "On images with known regions, overlap points, true or detected, teach the student what its teacher cannot see."
    ),
    source="Shin, Cooper, Sala 2025, sections 3 to 5; construction of the data: this project",
    room="w2slens.scoring.detectors",
    figures={
        "examples": "Three points of each region: an easy block (0 or 1) beside a hard one (7 or 9), blank where a "
        "pattern "
        "is absent.",
        "accuracy": "Sharp teacher: accuracy on test points by region against the number n of overlap points among "
        "100 easy-only "
        "and 100 hard-only ones, students trained on true and on detected overlap points. Means with simultaneous "
        "99.9 % "
        "intervals.",
        "detection": "Precision and recall of the detector against the true regions, for a teacher that sees the "
        "easy block "
        "sharply and one that sees it coarsely. A few easy points in the detected hard set suffice to draw their "
        "neighbours "
        "over the second threshold.",
        "scores": "One replicate: the overlap scores by true region with the detector's second threshold, sharp "
        "teacher (left) "
        "and coarse teacher (right).",
        "pgr": "Performance gap recovered on all test points against n, for the sharp teacher.",
    },
)

EASY_PAIR, HARD_PAIR = (0, 1), (7, 9)
SIZES = (5, 10, 20, 40, 80, 160)
TEACHERS = {"sharp": (8, 100.0), "coarse": (4, 1.0)}
"""Side of the easy image that the teacher sees, and its C."""
FEATURES, GAMMA, STRONG_C = 2048, 0.02, 10.0
CONFIDENCE = 0.999
GRID = {
    "smoke": Grid(Grid.product(teacher=list(TEACHERS), n=[10, 80]), replicates=4, paired=("teacher",)),
    "full": Grid(Grid.product(teacher=list(TEACHERS), n=list(SIZES)), replicates=40, chunk=20, paired=("teacher",)),
}
PLACES = {"easy": Region.EASY, "hard": Region.HARD, "overlap": Region.OVERLAP}


class Replicate:
    """Data, teacher and strong features of one replicate."""

    def __init__(self, seeds: Seeds, replicate: int, n: int, teacher: str) -> None:
        self.train, self.pseudo, self.test = compose(
            seeds.generator(replicate, "data"), ((100, 100, n), (100, 100, n), (200, 200, 200)), EASY_PAIR, HARD_PAIR
        )
        self.side, weak_c = TEACHERS[teacher]
        self.weak = wl.learning.fit_logistic(self.sight(self.train), self.train.y, C=weak_c)
        features = RandomFeatures.draw(2 * PIXELS, FEATURES, GAMMA, seeds.generator(replicate, "features"))
        self.strong_train, self.strong_pseudo, self.strong_test = (
            features(points.X) for points in (self.train, self.pseudo, self.test)
        )
        self.proba = self.weak.predict_proba(self.sight(self.pseudo))[:, 1]
        self.said = self.weak.predict(self.sight(self.pseudo)).astype(np.int64)

    def sight(self, points: Points) -> npt.NDArray[np.float64]:
        """What the teacher sees: the easy block, at its resolution."""
        return coarse(points.X[:, :PIXELS], self.side)

    def accuracies(self, name: str, predicted: npt.NDArray[Any]) -> dict[str, float]:
        """Accuracy on the test points, by region and overall."""
        right = predicted == self.test.y
        by_region = {
            f"{name}_{place}": float(right[self.test.regions == code].mean()) for place, code in PLACES.items()
        }
        return by_region | {f"{name}_overall": float(right.mean())}

    def student(self, rows: npt.NDArray[np.int64], name: str) -> tuple[int, dict[str, float]]:
        """Status and accuracies of a student trained on the teacher's labels of these rows."""
        student = learn(self.strong_pseudo[rows], self.said[rows], STRONG_C)
        if student.model is None:
            return student.status, dict.fromkeys((f"{name}_{place}" for place in (*PLACES, "overall")), np.nan)
        return student.status, self.accuracies(name, student.model.predict(self.strong_test))


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Train and judge everything on fresh dominoes, a row per replicate."""
    rows = []
    for replicate in replicates:
        data = Replicate(seeds, replicate, cell["n"], cell["teacher"])
        row: dict[str, Any] = {"replicate": replicate}
        row |= data.accuracies("weak", data.weak.predict(data.sight(data.test)))
        ceiling = wl.learning.fit_logistic(data.strong_train, data.train.y, C=STRONG_C)
        row |= data.accuracies("ceiling", ceiling.predict(data.strong_test))
        regions = data.pseudo.regions
        overlap = np.flatnonzero(regions == Region.OVERLAP)
        row["alpha"] = float(np.mean(data.said[overlap] != data.pseudo.y[overlap]))
        row["status_true"], accuracies = data.student(overlap, "true")
        row |= accuracies
        status, detector = detect(data.strong_pseudo, data.proba)
        labels = np.full(len(regions), -1) if detector is None else detector.labels_
        row["status"], accuracies = data.student(np.flatnonzero(labels == Region.OVERLAP), "detected")
        row["status"] = status if status != OK else row["status"]
        row |= accuracies
        for place, code in (("hard", Region.HARD), ("overlap", Region.OVERLAP)):
            hits = np.sum((labels == code) & (regions == code))
            found = np.sum(labels == code)
            row[f"precision_{place}"] = hits / found if found else np.nan
            row[f"recall_{place}"] = np.nan if detector is None else hits / np.sum(regions == code)
        row["density"] = np.nan if detector is None else detector.density_
        rows.append(row)
    return as_columns(rows)


def mix_rows(replicates: range, seeds: Seeds, shares: tuple[float, ...], *, detected: bool) -> Columns:
    """The mixing experiment for `simulations.claims.mixing`: 80 overlap points, true or detected regions."""
    rows = []
    for replicate in replicates:
        data = Replicate(seeds, replicate, 80, "sharp")
        labels, status = data.pseudo.regions, OK
        if detected:
            status, detector = detect(data.strong_pseudo, data.proba)
            labels = np.full(len(labels), -1) if detector is None else detector.labels_.astype(np.int64)
        overlap = np.flatnonzero(labels == Region.OVERLAP)
        others = np.flatnonzero((labels >= 0) & (labels != Region.OVERLAP))
        ceiling = wl.learning.fit_logistic(data.strong_train, data.train.y, C=STRONG_C)
        common = data.accuracies("weak", data.weak.predict(data.sight(data.test)))
        common |= data.accuracies("ceiling", ceiling.predict(data.strong_test))
        chosen = mix(overlap, others, shares, seeds.generator(replicate, "mix"))
        for share, rows_of_share in zip(shares, chosen, strict=True):
            own, accuracies = data.student(rows_of_share, "student")
            row = {"replicate": replicate, "status": status if status != OK else own, "share": share}
            rows.append(row | {"size": float(len(rows_of_share))} | common | accuracies)
    return as_columns(rows)


def summarise(columns: Columns) -> Columns:
    """Means over replicates by teacher and n."""
    names = [name for name in columns if name not in ("replicate", "status", "status_true", "teacher", "n")]
    rows = []
    for teacher in TEACHERS:
        for n in np.unique(columns["n"]):
            cell = select(columns, teacher=teacher, n=n)
            undefined = int(np.sum(cell["status"] == DETECTION_UNDEFINED))
            means = [np.nanmean(cell[name]) if not np.isnan(cell[name]).all() else np.nan for name in names]
            rows.append([teacher, float(n), float(undefined), *means])
    heads = ("teacher", "n", "undetected", *names)
    return {name: np.array(values) for name, values in zip(heads, zip(*rows, strict=True), strict=True)}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw every figure of the claim."""
    examples, axes = plt.subplots(3, 3, figsize=(7, 4.2))
    plot_examples(axes)
    accuracy, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
    for ax, place in zip(axes, PLACES, strict=True):
        plot_accuracy(columns, place, ax=ax)
    axes[0].set_ylabel("accuracy")
    accuracy.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    detection, axes = plt.subplots(1, 2, figsize=(9.5, 3.8), sharey=True)
    for ax, teacher in zip(axes, TEACHERS, strict=True):
        plot_detection(columns, teacher, ax=ax)
    detection.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    scores, axes = plt.subplots(1, 2, figsize=(9.5, 3.6))
    for ax, teacher in zip(axes, TEACHERS, strict=True):
        plot_example_scores(teacher, ax=ax)
    recovered, ax = plt.subplots(figsize=(6, 4))
    plot_pgr(columns, ax=ax)
    return {
        "examples": examples,
        "accuracy": accuracy,
        "detection": detection,
        "scores": scores,
        "pgr": recovered,
    }


def plot_examples(axes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Draw three points of each region, a row per region."""
    points = compose(np.random.default_rng(1), ((3, 3, 3),), EASY_PAIR, HARD_PAIR)[0]
    for row, (place, code) in zip(axes, PLACES.items(), strict=True):
        for ax, i in zip(row, np.flatnonzero(points.regions == code), strict=True):
            blocks = [points.X[i, :PIXELS].reshape(8, 8), points.X[i, PIXELS:].reshape(8, 8)]
            ax.imshow(np.hstack([blocks[0], np.full((8, 1), 0.5), blocks[1]]), cmap="gray_r", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[], title=f"y = {points.y[i]:+d}")
            ax.spines[:].set_visible(True)
            ax.grid(visible=False)
        row[0].set_ylabel(place if place == "overlap" else f"{place}-only")
    return axes


def _intervals(columns: Columns, name: str, teacher: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    sizes = np.unique(columns["n"])
    values = [select(columns, teacher=teacher, n=n)[name] for n in sizes]
    return sizes, np.array([bands.mean_interval(v, 3 * len(sizes), CONFIDENCE) for v in values])


def plot_accuracy(columns: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw the accuracies at one region against n, for the sharp teacher."""
    lines = {"weak": ("weak", {}), "ceiling": ("ceiling", {}), "true": ("student", {"label": "student, true overlap"})}
    lines["detected"] = ("hard", {"label": "student, detected overlap"})
    for k, (model, (look, options)) in enumerate(lines.items()):
        sizes, intervals = _intervals(columns, f"{model}_{place}", "sharp")
        plotting.points(ax, sizes * 1.04 ** (k - 1.5), *intervals.T, name=look, **options)
    ax.set(
        xscale="log",
        xlabel="number n of overlap points",
        title="overlap points" if place == "overlap" else f"{place}-only points",
    )
    ax.set_xticks(np.unique(columns["n"]), [str(n) for n in np.unique(columns["n"])], minor=False)
    ax.minorticks_off()
    return ax


def plot_detection(columns: Columns, teacher: str, *, ax: Axes) -> Axes:
    """Draw precision and recall of both steps against n."""
    for place in ("hard", "overlap"):
        for k, measure in enumerate(("precision", "recall")):
            sizes, intervals = _intervals(columns, f"{measure}_{place}", teacher)
            label = f"{measure}, {place if place == 'overlap' else 'hard-only'} points"
            filled = {} if measure == "precision" else {"markerfacecolor": "none"}
            plotting.points(ax, sizes * 1.05 ** (2 * k - 1), *intervals.T, name=place, label=label, **filled)
    ax.set(
        xscale="log",
        xlabel="number n of overlap points",
        ylabel="precision, recall",
        title=f"{teacher} teacher",
        ylim=(-0.03, 1.05),
    )
    ax.set_xticks(np.unique(columns["n"]), [str(n) for n in np.unique(columns["n"])], minor=False)
    ax.minorticks_off()
    return ax


def plot_example_scores(teacher: str, *, ax: Axes) -> Axes:
    """Draw one replicate's scores by true region; computed here, an illustration that no verdict uses."""
    data = Replicate(Seeds(0, NAME, {"n": 80}), 0, 80, teacher)
    status, detector = detect(data.strong_pseudo, data.proba)
    if detector is None:
        ax.set_title(f"{teacher} teacher: detection undefined (status {status})")
        return ax
    plotting.plot_scores(detector.scores_, data.pseudo.regions, detector.overlap_threshold_, bins=40, ax=ax)
    ax.set(title=f"{teacher} teacher", xlabel="overlap score max |cos|")
    return ax


def _pgr(columns: Columns, student: str) -> npt.NDArray[Any]:
    gap = columns["ceiling_overall"] - columns["weak_overall"]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(gap != 0, (columns[f"{student}_overall"] - columns["weak_overall"]) / gap, np.nan)


def plot_pgr(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the performance gap recovered against n, for the sharp teacher."""
    with_pgr = columns | {f"pgr_{student}": _pgr(columns, student) for student in ("true", "detected")}
    for k, (student, look) in enumerate((("true", "student"), ("detected", "hard"))):
        sizes, intervals = _intervals(with_pgr, f"pgr_{student}", "sharp")
        plotting.points(ax, sizes * 1.05 ** (2 * k - 1), *intervals.T, name=look, label=f"student, {student} overlap")
    ax.axhline(0, color=plotting.COLOURS["weak"], linestyle="--", label="weak")
    ax.axhline(1, color=plotting.COLOURS["ceiling"], linestyle=":", label="ceiling")
    ax.set(xscale="log", xlabel="number n of overlap points", ylabel="performance gap recovered")
    ax.set_xticks(np.unique(columns["n"]), [str(n) for n in np.unique(columns["n"])], minor=False)
    ax.minorticks_off()
    ax.legend(loc="lower right")
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge premises, gain and detection, for the sharp teacher, at n = 80."""
    cell = select(columns, teacher="sharp", n=80)
    comparisons = 6

    def interval(values: npt.NDArray[Any]) -> tuple[float, float, float]:
        return bands.mean_interval(values, comparisons, CONFIDENCE)

    low, high = interval(cell["weak_hard"])[1:]
    lower = "lower end of the Bonferroni-t interval (99.9 %, six statements) over replicates at n = 80"
    paired = f"{lower}, paired"
    return [
        Verdict.at_most(
            NAME,
            "premise: the teacher guesses on hard-only points",
            max(low - 0.5, 0.5 - high),
            0.0,
            "distance of ½ from the Bonferroni-t interval (99.9 %, six statements) at n = 80; negative inside",
        ),
        Verdict.at_least(
            NAME, "premise: the ceiling is above 0.9 there", interval(cell["ceiling_hard"])[1], 0.9, lower
        ),
        Verdict.at_least(
            NAME,
            "true overlap points: the student beats its teacher on hard-only points",
            interval(cell["true_hard"] - cell["weak_hard"])[1],
            0.0,
            paired,
        ),
        Verdict.at_least(
            NAME,
            "detected overlap points: the student beats its teacher on hard-only points",
            interval(cell["detected_hard"] - cell["weak_hard"])[1],
            0.0,
            paired,
        ),
        Verdict.at_least(
            NAME,
            "the detector's overlap set is purer than chance: precision above the share of overlap points",
            interval(cell["precision_overlap"])[1],
            80 / 280,
            lower,
        ),
        Verdict.at_least(
            NAME,
            "where it should fail it does: a coarse teacher's hard set is impure, and overlap precision falls",
            interval(cell["precision_overlap"] - select(columns, teacher="coarse", n=80)["precision_overlap"])[1],
            0.0,
            paired,
        ),
    ]
