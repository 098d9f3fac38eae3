"""Judged: premises, gain and detection, for the sharp teacher, at n = 80."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, select

N = 80
#: Intervals that must hold together.
TOGETHER = 6
LOWER = f"lower end of the Bonferroni-t interval ({bands.LEVEL}, six statements) over replicates at n = {N}"
PAIRED = f"{LOWER}, paired"


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    return bands.mean_interval(values, TOGETHER)


@statement
def teacher_guesses(students: Columns) -> Verdict:
    """A premise."""
    low, high = _interval(select(students, teacher="sharp", n=N)["weak_hard"])[1:]
    return Verdict.at_most(
        "premise: the teacher guesses on hard-only points",
        max(low - 0.5, 0.5 - high),
        0.0,
        f"distance of ½ from the Bonferroni-t interval ({bands.LEVEL}, six statements) at n = {N}; negative inside",
    )


@statement
def ceiling_is_high(students: Columns) -> Verdict:
    """A premise."""
    low = _interval(select(students, teacher="sharp", n=N)["ceiling_hard"])[1]
    return Verdict.at_least("premise: the ceiling is above 0.9 there", low, 0.9, LOWER)


def _gain(students: Columns, model: str) -> Verdict:
    cell = select(students, teacher="sharp", n=N)
    told = f"{model} overlap points: the student beats its teacher on hard-only points"
    return Verdict.at_least(told, _interval(cell[f"{model}_hard"] - cell["weak_hard"])[1], 0.0, PAIRED)


@statement
def true_overlap_teaches(students: Columns) -> Verdict:
    """Regions as they are."""
    return _gain(students, "true")


@statement
def detected_overlap_teaches(students: Columns) -> Verdict:
    """Regions as they are found."""
    return _gain(students, "detected")


@statement
def purer_than_chance(students: Columns) -> Verdict:
    """The detected overlap set."""
    return Verdict.at_least(
        "the detector's overlap set is purer than chance: precision above the share of overlap points",
        _interval(select(students, teacher="sharp", n=N)["precision_overlap"])[1],
        N / (200 + N),
        LOWER,
    )


@statement
def coarse_teacher_fails(students: Columns) -> Verdict:
    """Where the detector should fail."""
    sharp, coarse = (select(students, teacher=teacher, n=N)["precision_overlap"] for teacher in ("sharp", "coarse"))
    return Verdict.at_least(
        "where it should fail it does: a coarse teacher's hard set is impure, and overlap precision falls",
        _interval(sharp - coarse)[1],
        0.0,
        PAIRED,
    )
