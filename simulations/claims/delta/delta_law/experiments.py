"""Averaging students taught by pairs of teachers, simulated from raw points, beside the law of their accuracies."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.pairs import D_EASY, SIGMA, T_HARD, means, teachers
from w2slens.delta import DeltaStudent, delta_trials
from w2slens.theory.delta import DeltaLaw, Pair, delta_law, hard_part, labels_worth, pair_worth, teacher_pair
from w2slens.theory.overlap import hard_law

Floats = npt.NDArray[np.float64]

#: Accuracies of the chosen and the rejected teacher, and the cosine of their errors.
PAIRS = {
    "good": (0.7, 0.6, 0.9),
    "below chance": (0.45, 0.35, 0.9),
    "swapped": (0.6, 0.7, 0.9),
    "swapped, below chance": (0.35, 0.45, 0.9),
    "unrelated errors": (0.7, 0.6, 0.0),
    "equal": (0.6, 0.6, 0.9),
}
#: Where a student starts on the hard block: along θ_h and across it; all of it is noise to the teachers.
START = (0.35, 0.3)
#: Steps of the cells with a warm start.
STEPS = (1.0, 4.0, 16.0)


def _cells(sizes: tuple[int, ...], dims: tuple[int, ...]) -> list[Cell]:
    def cell(n: int, pair: str, d_hard: int = 20, flip: float = 0.0, step: float = 0.0) -> Cell:
        return {"n": n, "pair": pair, "d_hard": d_hard, "flip": flip, "step": step}

    cells = [cell(n, pair) for pair in PAIRS for n in sizes]
    cells += [cell(n, pair, d_hard) for pair in ("good", "swapped") for d_hard in dims for n in sizes[:2]]
    cells += [cell(n, "good", flip=0.2) for n in sizes]
    return cells + [cell(60, pair, step=step) for pair in ("good", "below chance") for step in STEPS]


@experiment(smoke=Grid(_cells((20,), (2,)), 60), full=Grid(_cells((20, 95, 400, 800), (2, 100)), 600))
def students(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Students taught by the pair and, from a cold start, by each teacher alone; a row per replicate."""
    pair_of = teachers(*PAIRS[cell["pair"]])
    theta, warm = means(cell["d_hard"]), cell["step"] > 0
    reference = np.zeros(theta.size)
    if warm:
        reference[[0, D_EASY, D_EASY + 1]] = (0.4, *START)
    step = cell["step"] if warm else 1.0
    labels = ("delta", "chosen", "rejected")
    rows = delta_trials(
        replicates,
        counts={"overlap": cell["n"]},
        theta=theta,
        sigma=SIGMA,
        chosen=pair_of.chosen,
        rejected=pair_of.rejected,
        students=[DeltaStudent(step=step, labels=kind) for kind in labels],
        reference=reference if warm else None,
        flip=cell["flip"],
        rng=seeds.key(),
        n_threads=1,
    )
    law = _law(cell, theta, reference, teacher_pair(*pair_of, theta=theta, sigma=SIGMA), step)
    by_student = {name: rows["hard"][i::3] for i, name in enumerate(labels)}
    uniform = np.array([seeds.generator(r, "atom").random() for r in replicates])
    return {
        "replicate": np.array(replicates),
        "status": np.where(rows["taught"][::3], 0, 1),
        "law": np.full(len(replicates), law.mean()),
        "below": transformed(law, by_student["delta"], uniform),
        **by_student,
    }


def _law(cell: Cell, theta: Floats, reference: Floats, pair: Pair, step: float) -> DeltaLaw:
    start = hard_part(reference[D_EASY:], theta[D_EASY:]) if cell["step"] > 0 else None
    setting = {"t": T_HARD, "sigma": SIGMA, "d_hard": cell["d_hard"], "flip": cell["flip"]}
    return delta_law(cell["n"], pair, reference=start, step=step, **setting)


def transformed(law: DeltaLaw, accuracies: Floats, uniform: Floats) -> Floats:
    """P(A ≤ the accuracy seen), uniform if the law is right; where the law has its atom it is spread over the jump.

    The distribution function is computed at 65 places, where draws from the law itself lie, and interpolated between.
    """
    rests = np.abs(accuracies - law.start) < 1e-12
    draws = law.sample(4000, 0)
    draws = draws[np.abs(draws - law.start) > 1e-12]
    known = np.unique(np.concatenate([[1 - law.best], np.quantile(draws, np.linspace(0, 1, 65)), [law.best - 1e-12]]))
    none = (1 - law.pair.disagreement) ** law.n
    # Without the atom the function is smooth.
    smooth = law.cdf(known) - none * (known >= law.start)
    values = PchipInterpolator(known, smooth)(accuracies) + none * (accuracies > law.start)
    return np.where(rests, float(law.cdf(law.start - 1e-9)) + uniform * none, values)


def _grid(**axes: Any) -> Grid:
    replicates = axes.pop("replicates")
    return Grid(Grid.product(**axes), replicates)


#: Accuracy of the rejected teacher, and what the chosen one's goes through.
REJECTED = 0.6
CHOSEN = (0.35, 0.4, 0.45, 0.5, 0.55, 0.58, 0.62, 0.65, 0.7, 0.75, 0.8)
GAP_SIZES = (20, 95, 400)


@experiment(
    smoke=_grid(n=(95,), chosen=CHOSEN[::3], replicates=40),
    full=_grid(n=GAP_SIZES, chosen=CHOSEN, replicates=300),
    paired=("chosen",),
)
def gaps(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """One rejected teacher, many chosen ones on the same points: what the gap is worth."""
    pair_of = teachers(cell["chosen"], REJECTED, 0.9)
    theta = means(20)
    pair = teacher_pair(*pair_of, theta=theta, sigma=SIGMA)
    rows = delta_trials(
        replicates,
        counts={"overlap": cell["n"]},
        theta=theta,
        sigma=SIGMA,
        chosen=pair_of.chosen,
        rejected=pair_of.rejected,
        rng=seeds.key(),
        n_threads=1,
    )
    law = delta_law(cell["n"], pair, t=T_HARD, sigma=SIGMA, d_hard=20).mean()
    shared = {"gap": pair.gap, "disagreement": pair.disagreement, "law": law}
    k = len(replicates)
    return {
        "replicate": np.array(replicates),
        "status": np.where(rows["taught"], 0, 1),
        "hard": rows["hard"],
        **{name: np.full(k, value) for name, value in shared.items()},
    }


#: The better teacher of a pair, and the other's accuracy with the cosine of their errors.
BETTER = 0.6
OTHERS = ((0.5, 0.98), (0.5, 0.5), (0.35, 0.9), (0.35, 0.2), (0.55, 0.9), (0.55, 0.6), (0.45, 0.97), (0.25, 0.9))
WORTH_SIZE = 400


@experiment(
    smoke=Grid([{"rejected": a, "cosine": c} for a, c in OTHERS[:2]], 60),
    full=Grid([{"rejected": a, "cosine": c} for a, c in OTHERS], 400),
    paired=("rejected", "cosine"),
)
def worth(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A pair against its better teacher alone, from a cold start, on the same points."""
    pair_of = teachers(BETTER, cell["rejected"], cell["cosine"])
    theta = means(20)
    pair = teacher_pair(*pair_of, theta=theta, sigma=SIGMA)
    rows = delta_trials(
        replicates,
        counts={"overlap": WORTH_SIZE},
        theta=theta,
        sigma=SIGMA,
        chosen=pair_of.chosen,
        rejected=pair_of.rejected,
        students=[DeltaStudent(), DeltaStudent(labels="chosen")],
        rng=seeds.key(),
        n_threads=1,
    )
    shared = {
        "gap": pair.gap,
        "disagreement": pair.disagreement,
        "worth": pair_worth(WORTH_SIZE, pair),
        "alone": labels_worth(WORTH_SIZE, BETTER),
    }
    k = len(replicates)
    return {
        "replicate": np.array(replicates),
        "status": np.where(rows["taught"][::2], 0, 1),
        "delta": rows["hard"][::2],
        "chosen": rows["hard"][1::2],
        **{name: np.full(k, value) for name, value in shared.items()},
    }


@experiment(smoke=Grid([{"side": 4}], 1), full=Grid([{"side": 20}], 1))
def plane(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The laws' difference, pair less better teacher, over gap and disagreement; nothing is drawn."""
    setting = {"t": T_HARD, "sigma": SIGMA, "d_hard": 20}
    alone = hard_law(WORTH_SIZE, accuracy=BETTER, **setting).mean()
    # A teacher of accuracy .6 and one of .6 − δ disagree on at least δ and at most .8 + δ of the points.
    rows = []
    for r in replicates:
        for gap in np.linspace(0.01, 0.45, cell["side"]):
            for share in np.linspace(0.0, 1.0, cell["side"]):
                q = gap + share * (min(1.0, 2 - 2 * BETTER + gap) - gap)
                taught = delta_law(WORTH_SIZE, Pair.of(gap, max(q, gap)), **setting).mean()
                rows.append({"replicate": r, "status": 0, "gap": gap, "disagreement": q, "gain": taught - alone})
    return of_rows(rows)
