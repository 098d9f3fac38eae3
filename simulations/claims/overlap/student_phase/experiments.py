"""Students of every penalty on the same overlap points, and how far they copy their teacher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import ndtr

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.mixture import D_EASY, D_HARD, SIGMA, taught
from w2slens.theory.overlap import hard_law, linear_accuracy, teacher_agreement

PENALTIES = tuple(10.0 ** (k / 2) for k in range(-10, 7))
SIZES = (5, 10, 20, 30, 45, 70, 95, 140, 200, 280, 400, 800)


def _grid(sizes: tuple[int, ...], replicates: int) -> Grid:
    return Grid([{"n": n} for n in sizes], replicates, chunk=80)


# θ comes first in each replicate's stream: students of different n share it, and changes with n are paired.
@experiment(smoke=_grid((5, 45, 95), 20), full=_grid(SIZES, 320), draws="student_phase", paired=("n",))
def students(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Fit every student to the same points; a row per replicate and student."""
    return of_rows(row for replicate in replicates for row in _rows(cell["n"], replicate, seeds))


def _rows(n: int, replicate: int, seeds: Seeds) -> Iterator[dict[str, Any]]:
    """The averaging student (C = 0) and every logistic one, without and with intercept."""
    world = taught(n, replicate, seeds)
    theta, teacher, overlap, labels = world
    single = world.is_single_class
    models = [wl.learning.LinearModel(labels @ overlap / n)]
    kinds = [(0.0, False, 0)]
    for intercept in (False, True):
        if intercept and single:
            models += [wl.learning.LinearModel(np.zeros(theta.size), float(labels[0]))] * len(PENALTIES)
        else:
            stack, targets = [overlap] * len(PENALTIES), [labels] * len(PENALTIES)
            models += wl.learning.fit_logistic_batch(stack, targets, C=list(PENALTIES), fit_intercept=intercept)
        kinds += [(C, intercept, int(intercept and single)) for C in PENALTIES]
    coef, shift = np.array([model.coef for model in models]), np.array([model.intercept for model in models])
    seen = linear_accuracy(coef, shift, theta=theta, sigma=SIGMA, d_easy=D_EASY)
    same = teacher_agreement(coef, shift, teacher=teacher, theta=theta, sigma=SIGMA)
    a = float(ndtr(teacher @ theta[:D_EASY] / (SIGMA * np.linalg.norm(teacher))))
    t = float(np.linalg.norm(theta[D_EASY:]))
    law = hard_law(n, accuracy=a, t=t, sigma=SIGMA, d_hard=D_HARD).mean()
    for i, (C, intercept, status) in enumerate(kinds):
        places = {place: float(getattr(seen, place)[i]) for place in ("hard", "easy", "overlap")}
        row = {"replicate": replicate, "status": status, "C": C, "intercept": intercept, "teacher": a, "law": law}
        yield row | places | {"agreement": float(same[i])}
