"""Judged: the strong-penalty limit, what more overlap does, what the intercept costs, copying."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns

from .readings import PUBLISHED_C, cube, place_of

#: From here on the penalty is called weak, and below the other strong, in the statements that are judged.
WEAK, STRONG = 10.0, 1e-3
#: Up to here agreement with the teacher is judged to rise with C; beyond it hardly changes.
COPIES = 0.32
#: Beyond d = 40 points a copy of the teacher is no longer one of many students that fit all labels.
DETERMINED = 45


def _ends(differences: np.ndarray) -> tuple[float, float]:
    """Least lower and largest upper end of the simultaneous intervals of paired means (…, replicate)."""
    rows = differences.reshape(-1, differences.shape[-1])
    intervals = np.array([bands.mean_interval(row, len(rows)) for row in rows])
    return float(intervals[:, 1].min()), float(intervals[:, 2].max())


def _slopes(values: np.ndarray, sizes: np.ndarray, least: int, most: float = np.inf) -> np.ndarray:
    """Least-squares slope over log₂ n, least ≤ n ≤ most, of every student and replicate: its gain per doubling."""
    kept = (sizes >= least) & (sizes <= most)
    centred = np.log2(sizes[kept])
    centred -= centred.mean()
    return np.tensordot(centred / np.sum(centred**2), values[kept], axes=1)


SLOPE = f"of the {bands.MEANS} of the mean gain per doubling of n, a slope per replicate"


@statement
def strong_limit(students: Columns) -> Verdict:
    """Without an intercept, C → 0."""
    sizes, penalties, hard = cube(students, "hard", False)
    _, _, law = cube(students, "law", False)
    first, second = (place_of(penalties, C) for C in (1e-5, 1e-4))
    # Straight through the two strongest penalties to C = 0: removes the part of the distance that is linear in C.
    zero = hard[:, first] - (hard[:, second] - hard[:, first]) / 9
    worst = {}
    for name, values in (("limit", zero), ("strongest", hard[:, first])):
        error = values - law[:, 0]
        spread = error.std(axis=1, ddof=1) / np.sqrt(error.shape[1])
        worst[name] = float(np.max(np.abs(error.mean(axis=1)) / spread))
    return Verdict.at_most(
        f"the strong-penalty limit is the overlap law, at {sizes.size} numbers of points (at C = 1e-5 itself: "
        f"{worst['strongest']:.2f})",
        worst["limit"],
        float(bands.bonferroni_t(zero.shape[1] - 1, sizes.size)),
        f"largest |mean − law| in standard errors, each replicate against its own law, against {bands.T_QUANTILE}; "
        "C → 0 by a straight line through C = 1e-5 and 1e-4, no intercept",
    )


@statement
def closing(students: Columns) -> Verdict:
    """The distance to the averaging student."""
    _, penalties, hard = cube(students, "hard", False)
    strong = [j for j, C in enumerate(penalties) if 0 < C <= 1.01e-2]
    distance = np.abs(hard[:, strong] - hard[:, :1])
    return Verdict.at_most(
        "the distance to the averaging student closes at every step of C from 0.01 to 1e-5, at every n",
        _ends(distance[:, :-1] - distance[:, 1:])[1],
        0.0,
        f"largest upper end of the {bands.MEANS} of the paired change of the distance",
    )


@statement
def weak_penalty(students: Columns) -> Verdict:
    """More overlap points, weak penalty."""
    cubes = {intercept: cube(students, "hard", intercept) for intercept in (False, True)}
    sizes, penalties, free = cubes[False]
    both = np.concatenate([values[:, penalty >= WEAK] for _, penalty, values in cubes.values()], axis=1)
    return Verdict.at_most(
        f"weak penalty (C ≥ {WEAK:g}): each doubling of n costs accuracy on average from n = {DETERMINED} on, "
        f"with and without intercept: {free[-1, -1].mean():.3f} at n = {sizes[-1]}, C = {penalties[-1]:g}",
        _ends(_slopes(both, sizes, DETERMINED))[1],
        0.0,
        f"largest upper end {SLOPE}",
    )


@statement
def strong_penalty(students: Columns) -> Verdict:
    """More overlap points, strong penalty."""
    sizes, penalties, free = cube(students, "hard", False)
    return Verdict.at_least(
        f"strong penalty (C ≤ {STRONG:g}, no intercept): each doubling of n gains accuracy on average, up to n = "
        f"{sizes[-1]}",
        _ends(_slopes(free[:, penalties <= STRONG * 1.01], sizes, 0))[0],
        0.0,
        f"least lower end {SLOPE}",
    )


@statement
def published_student(students: Columns) -> Verdict:
    """More overlap points, as published."""
    sizes, penalties, tied = cube(students, "hard", True)
    return Verdict.at_least(
        "the published student (C = 0.01, intercept): each doubling of n gains accuracy on average, up to n = 95",
        _ends(_slopes(tied[:, [place_of(penalties, PUBLISHED_C)]], sizes, 0, 95))[0],
        0.0,
        f"least lower end {SLOPE}",
    )


def _cost_of_intercept(students: Columns, C: float, where: str) -> Verdict:
    sizes, penalties, free = cube(students, "hard", False)
    _, shifted, tied = cube(students, "hard", True)
    cost = free[:, place_of(penalties, C)] - tied[:, place_of(shifted, C)]
    told = ", ".join(f"{cost[i].mean():.3f} at n = {sizes[i]}" for i in (0, -1))
    return Verdict.at_least(
        f"the unpenalised intercept costs accuracy {where} (C = {C:g}): {told}",
        _ends(cost)[0],
        0.0,
        f"least lower end of the {bands.MEANS} of the paired difference, over n",
    )


@statement
def published_intercept(students: Columns) -> Verdict:
    """The intercept at the published penalty."""
    return _cost_of_intercept(students, PUBLISHED_C, "in the published setting")


@statement
def strongest_intercept(students: Columns) -> Verdict:
    """The intercept where it is all that is free."""
    return _cost_of_intercept(students, 1e-5, "under the strongest penalty")


@statement
def weak_copies(students: Columns) -> Verdict:
    """Agreement with more overlap points."""
    sizes, penalties, same = cube(students, "agreement", False)
    weak = same[:, penalties >= WEAK]
    return Verdict.at_least(
        f"weak penalty (C ≥ {WEAK:g}, no intercept): agreement with the teacher rises from n = {DETERMINED} on, to "
        f"{weak[-1].mean():.3f} at n = {sizes[-1]}",
        _ends(_slopes(weak, sizes, DETERMINED))[0],
        0.0,
        f"least lower end {SLOPE}",
    )


@statement
def weaker_copies_more(students: Columns) -> Verdict:
    """Agreement with a weaker penalty."""
    sizes, penalties, same = cube(students, "agreement", False)
    most, beyond = same[-1, penalties < COPIES], same[-1, -1].mean()
    return Verdict.at_least(
        f"at n = {sizes[-1]} the student copies the more the weaker its penalty, up to C = {COPIES:g}: agreement "
        f"from {same[-1, 0].mean():.3f} (averaging) to {most[-1].mean():.3f}; {beyond:.3f} at C = {penalties[-1]:g}",
        _ends(np.diff(most, axis=0))[0],
        0.0,
        f"least lower end of the {bands.MEANS} of the paired change from each C to the next",
    )
