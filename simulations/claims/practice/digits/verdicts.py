"""Judged: that the student beats its teacher; on record: what is only estimated."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, select
from simulations.worlds.digits import TASKS


def _gain(students: Columns, task: str) -> Verdict:
    cell = select(students, task=task)
    low = bands.mean_interval(cell["all_overall"] - cell["weak_overall"], len(TASKS))[1]
    rule = f"lower end of the Bonferroni-t interval ({bands.LEVEL}, both tasks) of the paired gain over replicates"
    return Verdict.at_least(f"{task}: the student beats its teacher", low, 0.0, rule)


@statement
def gain_in_parity(students: Columns) -> Verdict:
    """The student of all images, first task."""
    return _gain(students, TASKS[0])


@statement
def gain_in_size(students: Columns) -> Verdict:
    """The student of all images, second task."""
    return _gain(students, TASKS[1])


def _overlap(students: Columns, task: str) -> Verdict:
    cell = select(students, task=task)
    mean, low, high = bands.mean_interval(cell["overlap_overall"] - cell["others_overall"], len(TASKS))
    helps = "helps" if low > 0 else "hurts" if high < 0 else "is not told from chance"
    return Verdict.estimated(
        f"{task}: estimate, overlap set against as many others: {mean:+.3f} [{low:+.3f}, {high:+.3f}], it {helps}",
        float(np.sum(~np.isnan(cell["overlap_overall"]))),
        float(cell["status"].size),
        "number of replicates with an estimate; passing says that the number exists, not that it is positive",
    )


@statement
def overlap_in_parity(students: Columns) -> Verdict:
    """The detected overlap set, first task."""
    return _overlap(students, TASKS[0])


@statement
def overlap_in_size(students: Columns) -> Verdict:
    """The detected overlap set, second task."""
    return _overlap(students, TASKS[1])
