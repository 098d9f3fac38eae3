"""Judged on the circles, estimated on images: what the transition reaches, and what ignores the order."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns

from .experiments import AHEAD, JUDGED, TASKS
from .readings import PUBLISHED, by_split, held_out

#: What the transition must reach on every split, and between which means empirical risk minimisation must lie.
REACHED = 0.99
OWN = {"Circle": (0.88, 0.93), "Circle-Hard": (0.66, 0.73)}
METHODS = {"Circle": "transition", "Circle-Hard": "transition, changing"}


def _told(task: str, method: str, circles: Columns) -> str:
    values = by_split(circles, task, method)
    return f"{100 * values.mean():.2f} ({100 * values.mean(axis=1).min():.2f})"


def _reaches(circles: Columns, task: str) -> Verdict:
    values, (mean, worst) = by_split(circles, task, METHODS[task]), PUBLISHED[task]["AIRL"]
    points = values.shape[1] * AHEAD * JUDGED
    right = np.round(values.mean(axis=1) * points)
    low, _ = bands.clopper_pearson(right, points, right.size)
    return Verdict.at_least(
        f"{task}: the {METHODS[task]} has a mean (worst split) of {_told(task, METHODS[task], circles)} per cent, ERM "
        f"{_told(task, 'ERM', circles)}; published: AIRL {mean} ({worst}), ERM {PUBLISHED[task]['ERM'][0]}",
        float(low.min()),
        REACHED,
        f"least lower end of the {bands.SHARES} of the accuracy over the next {AHEAD} domains, a split each",
    )


@statement
def circle(circles: Columns) -> Verdict:
    """Constant steps."""
    return _reaches(circles, "Circle")


@statement
def circle_hard(circles: Columns) -> Verdict:
    """Steps that grow."""
    return _reaches(circles, "Circle-Hard")


@statement
def steps_that_grow(circles: Columns) -> Verdict:
    """A constant transition where steps grow."""
    changing, constant = (by_split(circles, "Circle-Hard", name) for name in ("transition, changing", "transition"))
    return Verdict.at_least(
        f"where steps grow a constant transition fails: {100 * constant.mean():.1f} per cent on Circle-Hard, "
        f"{100 * (changing - constant).mean():.1f} below one whose angle grows with time",
        float((changing - constant).min()),
        0.0,
        "least paired difference, over splits and draws",
    )


@statement
def own_baselines(circles: Columns) -> Verdict:
    """That the tasks are the published ones."""
    inside = []
    for task, (low, high) in OWN.items():
        mean = by_split(circles, task, "ERM").mean()
        inside.append(min(mean - low, high - mean))
    told = ", ".join(
        f"{task} {100 * by_split(circles, task, 'ERM').mean():.1f} (published {PUBLISHED[task]['ERM'][0]})"
        for task in TASKS
    )
    return Verdict.at_least(
        f"ERM finds the tasks as hard as the published one does: {told} per cent",
        min(inside),
        0.0,
        "distance inside "
        + ", ".join(f"{100 * low:.0f}–{100 * high:.0f} ({task})" for task, (low, high) in OWN.items()),
    )


@statement
def turned_digits(digits: Columns) -> Verdict:
    """Images that turn."""
    methods = list(dict.fromkeys(digits["method"].tolist()))
    told = "; ".join(
        f"{name} {held_out(digits, name, 5).mean():.3f}, {held_out(digits, name, 15).mean():.3f}" for name in methods
    )
    values = np.array([held_out(digits, name, 15) for name in methods])
    return Verdict.estimated(
        f"digits that turn by 6° a domain, accuracy over the next 5 and 15 domains: {told}",
        float(np.isfinite(values).sum()),
        float(values.size),
        "estimates on natural images, mean over splits",
    )


@statement
def no_direction(writers: Columns) -> Verdict:
    """Domains that change and go nowhere."""
    methods = list(dict.fromkeys(writers["method"].tolist()))
    values = {name: held_out(writers, name, len(np.unique(writers["horizon"]))) for name in methods}
    told = ", ".join(f"{name} {value.mean():.3f}" for name, value in values.items())
    return Verdict.estimated(
        f"digits by their writers change without a direction, and the transition does not help: {told}",
        float(sum(np.isfinite(value).all() for value in values.values())),
        float(len(values)),
        "estimates on natural images, mean accuracy over four later blocks",
    )
