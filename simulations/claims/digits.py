"""Digits as they are: nobody knows the overlap points, the detector has to find them, and it may not help."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._strong import OK, RandomFeatures, Student, as_columns, detect, learn, mix
from simulations.datasets import PIXELS, coarse, splits
from simulations.datasets import digits as images_and_digits
from simulations.grid import Cell, Grid, Seeds
from w2slens import Region, plotting

NAME = "digits"
CLAIM = Claim(
    name=NAME,
    statement=(
        "On natural images a student beats its low-resolution teacher; whether detected overlap is why is estimated."
    ),
    source="Shin, Cooper, Sala 2025, section 5 (procedure)",
    room="w2slens.scoring.detectors",
    figures={
        "students": "Accuracy on test images of the teacher (logistic on 4 × 4 pixels), the ceiling, and students "
        "trained on all "
        "pseudo-labelled images, on the detected overlap set, and on as many images outside it. Every replicate is a "
        "dot, "
        "bars are means with simultaneous 99.9 % intervals.",
        "regions": "Share of the images that the detector puts into each region, by task; every replicate is a dot.",
    },
)

TASKS = ("even against odd", "below 5 against above")
FEATURES, GAMMA, STRONG_C, WEAK_C = 512, 0.03, 10.0, 1.0
CONFIDENCE = 0.999
GRID = {
    "smoke": Grid(Grid.product(task=list(TASKS)), replicates=4),
    "full": Grid(Grid.product(task=list(TASKS)), replicates=80, chunk=20),
}
MODELS = {
    "weak": "teacher",
    "all": "student, all",
    "overlap": "overlap only",
    "others": "same size,\nothers",
    "ceiling": "ceiling",
}


class Replicate:
    """Data, teacher and strong features of one replicate: 30 % train, 40 % pseudo-labels, 30 % test."""

    def __init__(self, seeds: Seeds, replicate: int, task: str) -> None:
        images, digit = images_and_digits()
        y = np.where(digit % 2 == 0 if task == TASKS[0] else digit < 5, 1, -1)
        parts = splits(np.arange(len(y)), seeds.generator(replicate, "split"), (0.3, 0.4, 0.3))
        train, pseudo, test = parts
        features = RandomFeatures.draw(PIXELS, FEATURES, GAMMA, seeds.generator(replicate, "features"))(images)
        blurred = coarse(images, 4)
        self.weak = wl.learning.fit_logistic(blurred[train], y[train], C=WEAK_C)
        self.ceiling = wl.learning.fit_logistic(features[train], y[train], C=STRONG_C)
        self.features, self.test_features, self.test_y = features[pseudo], features[test], y[test]
        self.proba = self.weak.predict_proba(blurred[pseudo])[:, 1]
        self.said = self.weak.predict(blurred[pseudo]).astype(np.int64)
        self.said_right = self.said == y[pseudo]
        self.accuracy = {
            "weak_overall": float(np.mean(self.weak.predict(blurred[test]) == y[test])),
            "ceiling_overall": float(np.mean(self.ceiling.predict(features[test]) == y[test])),
        }

    def detected(self) -> tuple[int, np.ndarray]:
        """Status and detected regions of the pseudo-labelled images; −1 everywhere if detection is undefined."""
        status, detector = detect(self.features, self.proba)
        return status, np.full(len(self.said), -1) if detector is None else detector.labels_.astype(np.int64)

    def student(self, rows: np.ndarray) -> Student:
        """A student trained on the teacher's labels of these rows."""
        return learn(self.features[rows], self.said[rows], STRONG_C)


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Train and judge everything on fresh splits, a row per replicate."""
    rows = []
    for replicate in replicates:
        data = Replicate(seeds, replicate, cell["task"])
        status, labels = data.detected()
        overlap = np.flatnonzero(labels == Region.OVERLAP)
        others = np.flatnonzero((labels >= 0) & (labels != Region.OVERLAP))
        size = min(len(overlap), len(others))
        rng = seeds.generator(replicate, "size")
        chosen = {
            "all": np.arange(len(labels)),
            "overlap": rng.permutation(overlap)[:size],
            "others": rng.permutation(others)[:size],
        }
        row: dict[str, Any] = {"replicate": replicate, "status": status, "size": size} | data.accuracy
        for name, picked in chosen.items():
            student = data.student(picked)
            row[f"{name}_overall"] = student.accuracy(data.test_features, data.test_y)
            row["status"] = row["status"] if row["status"] != OK else student.status
        for region in (Region.EASY, Region.HARD, Region.OVERLAP):
            inside = labels == region
            row[f"share_{region.name.lower()}"] = float(inside.mean()) if status == OK else np.nan
            row[f"teacher_{region.name.lower()}"] = float(data.said_right[inside].mean()) if inside.any() else np.nan
        rows.append(row)
    return as_columns(rows)


def mix_rows(replicates: range, seeds: Seeds, shares: tuple[float, ...], *, task: str) -> Columns:
    """The mixing experiment for `simulations.claims.mixing`, on detected regions."""
    rows = []
    for replicate in replicates:
        data = Replicate(seeds, replicate, task)
        status, labels = data.detected()
        overlap = np.flatnonzero(labels == Region.OVERLAP)
        others = np.flatnonzero((labels >= 0) & (labels != Region.OVERLAP))
        chosen = mix(overlap, others, shares, seeds.generator(replicate, "mix"))
        for share, picked in zip(shares, chosen, strict=True):
            student = data.student(picked)
            row: dict[str, Any] = {"replicate": replicate, "share": share, "size": float(len(picked))}
            row["status"] = status if status != OK else student.status
            row["student_overall"] = student.accuracy(data.test_features, data.test_y)
            # True regions are unknown, so there is no accuracy by region.
            unknown = {f"{m}_{p}": np.nan for m in ("weak", "student", "ceiling") for p in ("easy", "hard", "overlap")}
            rows.append(row | data.accuracy | unknown)
    return as_columns(rows)


def summarise(columns: Columns) -> Columns:
    """Means over replicates, by task."""
    names = [name for name in columns if name not in ("replicate", "task")]
    rows = [[task, *(np.nanmean(select(columns, task=task)[name]) for name in names)] for task in TASKS]
    return {name: np.array(values) for name, values in zip(("task", *names), zip(*rows, strict=True), strict=True)}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the students and the regions."""
    students, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
    for ax, task in zip(axes, TASKS, strict=True):
        plot_students(columns, task, ax=ax)
    axes[0].set_ylabel("accuracy on test images")
    regions, ax = plt.subplots(figsize=(6.5, 3.8))
    plot_regions(columns, ax=ax)
    return {"students": students, "regions": regions}


def plot_students(columns: Columns, task: str, *, ax: Axes) -> Axes:
    """Draw the accuracy of every model on one task."""
    cell = select(columns, task=task)
    looks = {"weak": "weak", "all": "student", "overlap": "overlap", "others": "random", "ceiling": "ceiling"}
    for k, model in enumerate(MODELS):
        values = cell[f"{model}_overall"]
        jitter = np.linspace(-0.25, 0.25, values.size)
        ax.plot(k + jitter, values, ".", color=plotting.COLOURS[looks[model]], alpha=0.35, markersize=4)
        interval = bands.mean_interval(values, len(MODELS) * len(TASKS), CONFIDENCE)
        plotting.points(ax, [k], *([v] for v in interval), name=looks[model], markersize=8, capsize=5)
    ax.set_xticks(range(len(MODELS)), list(MODELS.values()))
    ax.set_title(task)
    return ax


def plot_regions(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the detected shares by task."""
    for t, task in enumerate(TASKS):
        cell = select(columns, task=task)
        for k, place in enumerate(("easy", "hard", "overlap")):
            values = cell[f"share_{place}"]
            at = t + 0.25 * (k - 1) + np.linspace(-0.08, 0.08, values.size)
            look = {"color": plotting.COLOURS[place], "marker": plotting.MARKERS[place], "linestyle": "none"}
            ax.plot(at, values, markersize=3.5, alpha=0.7, label=place if t == 0 else "_", **look)
    ax.set_xticks(range(len(TASKS)), TASKS)
    ax.set(xlabel="task", ylabel="share of the images", ylim=(0, 1))
    ax.legend(title="detected region")
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge that the student beats its teacher, and put on record what is only estimated."""
    verdicts = []
    for task in TASKS:
        cell = select(columns, task=task)
        gain = bands.mean_interval(cell["all_overall"] - cell["weak_overall"], len(TASKS), CONFIDENCE)
        rule = "lower end of the Bonferroni-t interval (99.9 %, both tasks) of the paired gain over replicates"
        verdicts.append(Verdict.at_least(NAME, f"{task}: the student beats its teacher", gain[1], 0.0, rule))
    for task in TASKS:
        cell = select(columns, task=task)
        mean, low, high = bands.mean_interval(cell["overlap_overall"] - cell["others_overall"], len(TASKS), CONFIDENCE)
        helps = "helps" if low > 0 else "hurts" if high < 0 else "is not told from chance"
        defined = int(np.sum(~np.isnan(cell["overlap_overall"])))
        verdicts.append(
            Verdict.at_least(
                NAME,
                f"{task}: estimate, overlap set against as many others: {mean:+.3f} [{low:+.3f}, {high:+.3f}], it "
                f"{helps}",
                float(defined),
                float(cell["status"].size),
                "number of replicates with an estimate; passing says that the number exists, not that it is positive",
            )
        )
    return verdicts
