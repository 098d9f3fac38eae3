"""A calibrated student, two worse teachers, and every way of learning from them, over the penalty."""

from __future__ import annotations

import numpy as np

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, concatenate
from simulations.worlds.pairs import D_EASY, SIGMA, calibrated, means, teachers
from w2slens.delta import DeltaStudent, delta_trials

D_HARD = 20
#: Overlap points, and the student's accuracy on such points.
N, STUDENT = 400, 0.85
#: Inverse penalties of the ridge towards the student as it was.
PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0, 10.0)
KINDS = ("delta", "reversed", "chosen", "rejected")
#: Accuracies of the teachers, and the cosine of their errors.
PAIRS = {
    ".65, .60": (0.65, 0.6, 0.9),
    ".70, .60": (0.7, 0.6, 0.9),
    ".75, .60": (0.75, 0.6, 0.9),
    ".60, .50": (0.6, 0.5, 0.9),
    "equal": (0.6, 0.6, 0.9),
    "unrelated errors": (0.6, 0.5, 0.0),
}


def _grid(replicates: int, chunk: int) -> Grid:
    return Grid(Grid.product(pair=list(PAIRS)), replicates, chunk)


@experiment(smoke=_grid(8, 8), full=_grid(150, 50), paired=("pair",))
def students(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Change of the population accuracy on overlap and hard-only points; a row per replicate, penalty and kind.

    The directions of all errors are new in each replicate, and shared by the pairs of teachers.
    """
    theta = means(D_HARD)
    mixture = wl.GaussianMixture(theta, SIGMA, D_EASY)
    described = [DeltaStudent(C=C, labels=kind) for C in PENALTIES for kind in KINDS]
    tables = []
    for r in replicates:
        pair = teachers(*PAIRS[cell["pair"]], seeds.generator(r, "errors"))
        reference = calibrated(STUDENT, D_HARD, seeds.generator(r, "student"))
        start = mixture.accuracy(reference)
        rows = delta_trials(
            [r],
            counts={"overlap": N},
            theta=theta,
            sigma=SIGMA,
            chosen=pair.chosen,
            rejected=pair.rejected,
            students=described,
            reference=reference,
            rng=seeds.key(),
            n_threads=1,
        )
        tables.append(
            {
                "replicate": rows["replicate"],
                "status": np.where(rows["taught"], 0, 1),
                "C": np.repeat(PENALTIES, len(KINDS)),
                "kind": np.tile(KINDS, len(PENALTIES)),
                "overlap": rows["overlap"] - start.overlap,
                "hard": rows["hard"] - start.hard,
            }
        )
    return concatenate(tables)
