"""One student per share of overlap points, at one size: in the mixture, on dominoes, on digits."""

from __future__ import annotations

from typing import Any

import numpy as np

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.digits import TASKS
from simulations.worlds.digits import Replicate as Digits
from simulations.worlds.dominoes import STRONG_C
from simulations.worlds.dominoes import Replicate as Dominoes
from simulations.worlds.strong import OK, detect, mix
from w2slens import Region

SHARES = tuple(round(0.1 * k, 1) for k in range(11))
DOMINOES = ("dominoes, true regions", "dominoes, detected regions")
DIGITS = tuple(f"digits, {task}" for task in TASKS)
PLACES = ("easy", "hard", "overlap", "overall")
MIXTURE_TRIALS_PER_REPLICATE = 25


@experiment(
    smoke=Grid([{}], replicates=6),
    full=Grid([{}], replicates=40, chunk=10),
    draws="mixing",
    constants={"data": "mixture"},
)
def mixture(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Trials are cheap: each replicate is the mean of several, which only narrows the intervals."""
    students = [wl.learning.Student(share=share) for share in SHARES]
    per = MIXTURE_TRIALS_PER_REPLICATE
    numbers = [per * r + i for r in replicates for i in range(per)]
    rows = wl.learning.mixture_trials(numbers, counts=(100, 100, 95, 0), students=students, rng=seeds.key())

    def means(column: np.ndarray) -> np.ndarray:
        return column.reshape(len(replicates), per, len(SHARES)).mean(axis=1).ravel()

    columns: Columns = {
        "replicate": np.repeat(np.array(replicates), len(SHARES)),
        "status": rows["status"].reshape(len(replicates), per, -1).max(axis=1).ravel().astype(np.int64),
        "share": np.tile(SHARES, len(replicates)),
        "size": means(rows["size"]),
    }
    for model in ("weak", "student", "ceiling"):
        for place in PLACES:
            columns[f"{model}_{place}"] = means(rows[f"{model}_{place}_population"])
    return columns


def _grid(data: tuple[str, ...], replicates: int, chunk: int | None = None) -> Grid:
    return Grid(Grid.product(data=data), replicates, chunk)


@experiment(smoke=_grid(DOMINOES, 6), full=_grid(DOMINOES, 40, 10), draws="mixing")
def dominoes(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """80 overlap points, true or detected regions; a row per replicate and share."""
    detected = cell["data"] == DOMINOES[1]
    rows = []
    for replicate in replicates:
        data = Dominoes(seeds, replicate, 80, "sharp")
        labels, status = data.pseudo.regions, OK
        if detected:
            status, detector = detect(data.strong_pseudo, data.proba)
            labels = np.full(len(labels), -1) if detector is None else detector.labels_.astype(np.int64)
        overlap = np.flatnonzero(labels == Region.OVERLAP)
        others = np.flatnonzero((labels >= 0) & (labels != Region.OVERLAP))
        ceiling = wl.learning.fit_logistic(data.strong_train, data.train.y, C=STRONG_C)
        common = data.accuracies("weak", data.weak.predict(data.sight(data.test)))
        common |= data.accuracies("ceiling", ceiling.predict(data.strong_test))
        chosen = mix(overlap, others, SHARES, seeds.generator(replicate, "mix"))
        for share, rows_of_share in zip(SHARES, chosen, strict=True):
            own, accuracies = data.student(rows_of_share, "student")
            row: dict[str, Any] = {"replicate": replicate, "status": status if status != OK else own, "share": share}
            rows.append(row | {"size": float(len(rows_of_share))} | common | accuracies)
    return of_rows(rows)


@experiment(smoke=_grid(DIGITS, 6), full=_grid(DIGITS, 40, 10), draws="mixing")
def digits(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Detected regions, since nobody knows the true ones; a row per replicate and share."""
    task = cell["data"].partition(", ")[2]
    rows = []
    for replicate in replicates:
        data = Digits(seeds, replicate, task)
        status, labels = data.detected()
        overlap = np.flatnonzero(labels == Region.OVERLAP)
        others = np.flatnonzero((labels >= 0) & (labels != Region.OVERLAP))
        chosen = mix(overlap, others, SHARES, seeds.generator(replicate, "mix"))
        for share, picked in zip(SHARES, chosen, strict=True):
            student = data.student(picked)
            row: dict[str, Any] = {"replicate": replicate, "share": share, "size": float(len(picked))}
            row["status"] = status if status != OK else student.status
            row["student_overall"] = student.accuracy(data.test_features, data.test_y)
            rows.append(row | data.accuracy)
    return of_rows(rows)
