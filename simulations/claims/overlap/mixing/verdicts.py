"""Judged: the paired gain from no overlap points to overlap points only."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, select
from simulations.worlds.digits import TASKS

from .experiments import DIGITS, DOMINOES
from .readings import gain

#: Intervals that must hold together.
TOGETHER = 4
RULE = f"lower end of the Bonferroni-t interval ({bands.LEVEL}, over these statements) of the paired difference"


@statement
def mixture_hard(mixture: Columns) -> Verdict:
    """Where the teacher guesses."""
    told = "mixture: overlap points only beat none on hard-only points"
    return Verdict.at_least(told, gain(mixture, "hard", TOGETHER)[1], 0.0, RULE)


@statement
def mixture_overall(mixture: Columns) -> Verdict:
    """Everywhere."""
    told = "mixture: overlap points only beat none on all points"
    return Verdict.at_least(told, gain(mixture, "overall", TOGETHER)[1], 0.0, RULE)


def _on_dominoes(dominoes: Columns, data: str) -> Verdict:
    low = gain(select(dominoes, data=data), "overall", TOGETHER)[1]
    return Verdict.at_least(f"{data}: overlap points only beat none on all points", low, 0.0, RULE)


@statement
def dominoes_true(dominoes: Columns) -> Verdict:
    """With regions as they are."""
    return _on_dominoes(dominoes, DOMINOES[0])


@statement
def dominoes_detected(dominoes: Columns) -> Verdict:
    """With regions as they are found."""
    return _on_dominoes(dominoes, DOMINOES[1])


@statement
def on_digits(digits: Columns) -> Verdict:
    """On images whose regions nobody knows."""
    estimated = [gain(select(digits, data=data), "overall", len(TASKS)) for data in DIGITS]
    told = "; ".join(
        f"{task} {mean:+.3f} [{low:+.3f}, {high:+.3f}]"
        for task, (mean, low, high) in zip(TASKS, estimated, strict=True)
    )
    return Verdict.estimated(
        f"digits: the gain is estimated, not claimed, since nothing tells the true regions: {told}",
        sum(np.isfinite(interval).all() for interval in estimated),
        len(TASKS),
        f"number of tasks with an estimated interval ({bands.LEVEL}); passing says that the numbers exist, not that "
        "they help",
    )
