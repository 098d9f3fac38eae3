"""Judged: no contradiction in a million geometries, shares of random pairs, the bound, the threshold."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select

from .experiments import BESIDE, DRAWS, TEACHER


@statement
def first_order(geometries: Columns) -> Verdict:
    """Signs of the first-order gain."""
    signs = geometries["signs"].sum()
    return Verdict.at_most(
        f"a small step does to the accuracy what the first-order gain says, in {signs:,.0f} geometries",
        float(geometries["wrong_signs"].sum()),
        0.0,
        "number of geometries in which a small step changes the accuracy the other way; none",
    )


@statement
def turning_points(geometries: Columns) -> Verdict:
    """Best and last steps."""
    names = ("wrong_turns", "wrong_ends", "wrong_infinite", "wrong_falls")
    turns, ends = geometries["turns"].sum(), geometries["ends"].sum()
    return Verdict.at_most(
        f"the accuracy is greatest at η* ({turns:,.0f} geometries), back at its start at η_max ({ends:,.0f}), and "
        "where they are ∞ or 0 it never is, or falls at once",
        float(sum(geometries[name].sum() for name in names)),
        0.0,
        "number of geometries that contradict it, a tenth before and behind η*, a hundredth before and behind η_max, "
        "and far away; none",
    )


def _intervals(races: Columns) -> tuple[np.ndarray, ...]:
    cells = [found for _, found in groups(races, ("race", "d"))]
    helped = np.array([found["helped"].sum() for found in cells])
    trials = np.array([DRAWS * len(found["helped"]) for found in cells])
    low, high = bands.clopper_pearson(helped, trials, len(cells))
    exact, bound = (np.array([found[name][0] for found in cells]) for name in ("exact", "bound"))
    return low, high, exact, bound


@statement
def random_pairs(races: Columns) -> Verdict:
    """The exact share."""
    low, high, exact, _ = _intervals(races)
    return Verdict.at_least(
        f"the share of random pairs that help is the exact one, in {exact.size} settings of accuracies and dimension",
        float(np.min(np.minimum(exact - low, high - exact))),
        0.0,
        f"least distance of the exact share from the ends of the {bands.SHARES}",
    )


@statement
def share_bound(races: Columns) -> Verdict:
    """The bound."""
    _, high, exact, bound = _intervals(races)
    return Verdict.at_least(
        f"and never less than the bound, which is {bound.max():.4f} where it is largest",
        float(min(np.min(exact - bound), np.min(high - bound))),
        0.0,
        f"least distance from the bound of the exact share and of the upper ends of the {bands.SHARES}",
    )


@statement
def nearly_all_help(races: Columns) -> Verdict:
    """The highest dimension."""
    low, _, exact, _ = _intervals(races)
    last = [i for i, (cell, _) in enumerate(groups(races, ("race", "d"))) if cell["d"] == races["d"].max()]
    first = [i for i, (cell, _) in enumerate(groups(races, ("race", "d"))) if cell["d"] == races["d"].min()]
    return Verdict.at_least(
        f"a share grows with the dimension: from {exact[first].min():.2f} at d = {races['d'].min()} to "
        f"{exact[last].min():.2f} at d = {races['d'].max()} in the least favourable setting",
        float(np.min(low[last] - exact[first])),
        0.0,
        f"least distance of the lower ends of the {bands.SHARES} at the largest d from the share at the least",
    )


@statement
def threshold(confident: Columns) -> Verdict:
    """A confident student beside its threshold."""
    below, above = (select(confident, beside=beside)["gain"] for beside in BESIDE)
    at = float(confident["threshold"][0])
    ends = bands.mean_interval(below, 2)[1], -bands.mean_interval(above, 2)[2]
    return Verdict.at_least(
        f"supervised by a teacher of accuracy {TEACHER}, a confident student gains {below.mean():+.1e} at accuracy "
        f"{at + BESIDE[0]:.3f} and loses {-above.mean():.1e} at {at + BESIDE[1]:.3f}: the threshold is {at:.3f}",
        min(ends),
        0.0,
        f"least distance from 0 of the {bands.MEANS} of the change on overlap points",
    )
