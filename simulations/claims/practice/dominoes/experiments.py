"""Students of true and of detected overlap points on dominoes; one replicate's scores; some examples."""

from __future__ import annotations

from typing import Any

import numpy as np

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.dominoes import EASY_PAIR, HARD_PAIR, STRONG_C, TEACHERS, Replicate
from simulations.worlds.images import dominoes
from simulations.worlds.strong import OK, detect
from w2slens import Region

SIZES = (5, 10, 20, 40, 80, 160)


def _grid(sizes: tuple[int, ...], replicates: int, chunk: int | None = None) -> Grid:
    return Grid(Grid.product(teacher=list(TEACHERS), n=sizes), replicates, chunk)


@experiment(smoke=_grid((10, 80), 4), full=_grid(SIZES, 40, 20), draws="dominoes", paired=("teacher",))
def students(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
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
    return of_rows(rows)


@experiment(
    smoke=Grid(Grid.product(teacher=list(TEACHERS)), 1),
    full=Grid(Grid.product(teacher=list(TEACHERS)), 1),
    draws="dominoes",
    constants={"n": 80},
    paired=("teacher",),
)
def scores(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Scores of the pseudo-labelled points of 80 overlap points; an illustration that no verdict uses."""
    rows = []
    for replicate in replicates:
        data = Replicate(seeds, replicate, 80, cell["teacher"])
        status, detector = detect(data.strong_pseudo, data.proba)
        known = np.full(len(data.said), np.nan) if detector is None else detector.scores_
        cut = np.nan if detector is None else detector.overlap_threshold_
        for score, region in zip(known, data.pseudo.regions, strict=True):
            row = {"replicate": replicate, "status": status, "score": float(score), "region": int(region)}
            rows.append(row | {"threshold": float(cut)})
    return of_rows(rows)


@experiment(smoke=Grid([{}], 1), full=Grid([{}], 1))
def examples(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Three points of each region, a column per pixel; an illustration, too."""
    rows = []
    for replicate in replicates:
        points = dominoes(seeds.generator(replicate), ((3, 3, 3),), EASY_PAIR, HARD_PAIR)[0]
        for x, y, region in zip(*points, strict=True):
            row: dict[str, Any] = {"replicate": replicate, "status": OK, "y": int(y), "region": int(region)}
            rows.append(row | {f"x_{j:03d}": float(value) for j, value in enumerate(x)})
    return of_rows(rows)
