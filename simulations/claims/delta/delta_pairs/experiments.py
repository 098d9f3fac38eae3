"""Random geometries against their first-order statements, random pairs, and a confident student's threshold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.pairs import D_EASY, SIGMA, calibrated, means, teachers
from w2slens.delta import DeltaStudent, delta_trials
from w2slens.theory.delta import (
    best_step,
    delta_direction,
    first_order_gain,
    pair_success,
    pair_success_bound,
    supervised_threshold,
)

Floats = npt.NDArray[np.float64]

#: Geometries of a replicate.
BLOCK = 50_000
#: Signals smaller than this are left to rounding.
SMALL = 1e-7
#: Signal to noise of the published mixture on both blocks, and of inputs without classes.
SNR = float(np.hypot(2.6, 2.5) / SIGMA)
DIMENSIONS = (5, 10, 20, 40, 80, 160)
#: Accuracies of student, chosen and rejected teacher; ‖θ‖/σ, or 0 for Gaussian inputs.
RACES = {
    "mixture, gap .10": (0.85, 0.7, 0.6, SNR),
    "mixture, gap .05": (0.85, 0.65, 0.6, SNR),
    "Gaussian inputs, gap .10": (0.8, 0.7, 0.6, 0.0),
}
DRAWS = 1000


def cosines(w: Floats, theta: Floats) -> Floats:
    """Cosine of each row with θ, on which its accuracy depends alone."""
    return np.asarray(w @ theta / (np.linalg.norm(w, axis=-1) * np.linalg.norm(theta)))


@experiment(smoke=Grid([{"d": 3}], 1), full=Grid(Grid.product(d=(2, 3, 5, 12)), 6))
def geometries(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Counts, among random students and teachers, of what contradicts gain, turning point and last step."""
    return of_rows({"replicate": r, "status": 0} | _geometries(cell["d"], seeds.generator(r)) for r in replicates)


def _geometries(d: int, rng: np.random.Generator) -> dict[str, float]:
    sigma = float(rng.uniform(0.3, 3))
    theta = np.append(rng.uniform(0.2, 2), np.zeros(d - 1))
    student, chosen, rejected = rng.standard_normal((3, BLOCK, d))
    # Better than chance, and of all sizes.
    student *= np.sign(student[:, :1]) * np.exp(rng.uniform(-2, 2, (BLOCK, 1)))
    V = delta_direction(chosen, rejected, theta=theta, sigma=sigma)
    gain = first_order_gain(student, chosen, rejected, theta=theta, sigma=sigma)
    size = np.linalg.norm(student, axis=1) / np.linalg.norm(V, axis=1)
    h = (1e-6 * size)[:, None]
    slope = cosines(student + h * V, theta) - cosines(student - h * V, theta)
    told = np.abs(slope) > SMALL * 1e-3
    best, last = best_step(student, V, theta=theta)
    start = cosines(student, theta)

    def at(step: Floats, times: float) -> Floats:
        return cosines(student + (np.where(np.isfinite(step), step, 0.0) * times)[:, None] * V, theta)

    turns = np.isfinite(best) & (best > 0)
    ends = np.isfinite(last) & (last > 0)
    top = at(best, 1.0)
    far = cosines(student + (1e3 * size)[:, None] * V, theta)
    return {
        "wrong_signs": float(np.sum(told & (np.sign(slope) != np.sign(gain)))),
        "signs": float(told.sum()),
        "wrong_turns": float(np.sum(turns & ((at(best, 0.9) > top + 1e-12) | (at(best, 1.1) > top + 1e-12)))),
        "turns": float(turns.sum()),
        "wrong_ends": float(np.sum(ends & ((at(last, 0.99) < start - 1e-12) | (at(last, 1.01) > start + 1e-12)))),
        "ends": float(ends.sum()),
        "wrong_infinite": float(np.sum(np.isinf(last) & (far < start - 1e-9))),
        "wrong_falls": float(np.sum((best == 0) & (far > start + 1e-9))),
    }


@experiment(
    smoke=Grid(Grid.product(race=list(RACES)[:1], d=(5, 20)), 2),
    full=Grid(Grid.product(race=list(RACES), d=DIMENSIONS), 10),
)
def races(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """How many of `DRAWS` random pairs of these accuracies improve the student to first order."""
    *accuracies, snr = RACES[cell["race"]]
    d, known = cell["d"], snr or None
    exact = pair_success(*accuracies, d=d, snr=known)
    bound = pair_success_bound(*accuracies, d=d, snr=known)
    rows = []
    for r in replicates:
        random = seeds.generator(r)
        student, chosen, rejected = (_classifiers(a, d, snr, random) for a in accuracies)
        if snr:
            helped = first_order_gain(student, chosen, rejected, theta=np.eye(d)[0] * snr, sigma=1.0) > 0
        else:
            # Hard labels of isotropic inputs: the difference of the unit teachers.
            V = chosen - rejected
            helped = V[:, 0] > np.sum(V * student, axis=1) * student[:, 0]
        rows.append({"replicate": r, "status": 0, "helped": int(helped.sum()), "exact": exact, "bound": bound})
    return of_rows(rows)


def _classifiers(accuracy: float, d: int, snr: float, random: np.random.Generator) -> Floats:
    """Unit classifiers of this accuracy, their errors uniform."""
    u = ndtri(accuracy) / snr if snr else np.cos(np.pi * (1 - accuracy))
    errors = random.standard_normal((DRAWS, d - 1))
    errors /= np.linalg.norm(errors, axis=1, keepdims=True)
    return np.column_stack([np.full(DRAWS, u), np.sqrt(1 - u**2) * errors])


#: The teacher's accuracy, and distances of the student's from the threshold.
TEACHER, BESIDE = 0.7, (-0.05, 0.05)


@experiment(
    smoke=Grid(Grid.product(beside=BESIDE), 10),
    full=Grid(Grid.product(beside=BESIDE), 60),
)
def confident(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A confident student, supervised by one teacher for a short way, on either side of the threshold."""
    theta = means(20)
    threshold = float(supervised_threshold(TEACHER, snr=SNR))
    mixture = wl.GaussianMixture(theta, SIGMA, D_EASY)
    rows = []
    for r in replicates:
        # Scores fifty times the log-odds: the student doubts no point.
        reference = 50 * calibrated(threshold + cell["beside"], 20, seeds.generator(r, "student"))
        pair = teachers(TEACHER, 0.6, 0.0, seeds.generator(r, "errors"))
        found = delta_trials(
            [r],
            counts={"overlap": 4000},
            theta=theta,
            sigma=SIGMA,
            chosen=pair.chosen,
            rejected=pair.rejected,
            students=[DeltaStudent(C=1e-3, labels="chosen")],
            reference=reference,
            rng=seeds.key(),
            n_threads=1,
        )
        gain = float(found["overlap"][0]) - mixture.accuracy(reference).overlap
        rows.append({"replicate": r, "status": 0, "threshold": threshold, "gain": gain})
    return of_rows(rows)
