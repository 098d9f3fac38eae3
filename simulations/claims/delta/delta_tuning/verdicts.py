"""Judged: the difference helps, either teacher hurts, a best length, equal teachers, gaps, shared errors."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns

from .readings import PLACES, TABLE_C, changes, place_of

#: Pairs of the table of changes; of the last, supervised training on the better teacher is not judged on overlap.
TABLE = (".65, .60", ".70, .60", ".75, .60")


def _at(students: Columns, pair: str, kind: str, place: str, C: float = TABLE_C) -> np.ndarray:
    penalties, values = changes(students, pair, kind, place)
    return values[place_of(penalties, C)]


def _ends(samples: list[np.ndarray]) -> tuple[float, float]:
    """Least lower and largest upper end of the simultaneous intervals."""
    intervals = np.array([bands.mean_interval(sample, len(samples)) for sample in samples])
    return float(intervals[:, 1].min()), float(intervals[:, 2].max())


@statement
def delta_helps(students: Columns) -> Verdict:
    """The difference, everywhere."""
    samples = [_at(students, pair, "delta", place) for pair in TABLE for place in PLACES]
    told = ", ".join(
        f"{_at(students, pair, 'delta', 'overlap').mean():+.3f} / {_at(students, pair, 'delta', 'hard').mean():+.3f}"
        for pair in TABLE
    )
    return Verdict.at_least(
        f"C = {TABLE_C:g}: the difference of two teachers worse than the student improves it on overlap and on "
        f"hard-only points ({told} for teachers {'; '.join(TABLE)})",
        _ends(samples)[0],
        0.0,
        f"least lower end of the {bands.MEANS} of the change",
    )


@statement
def supervised_hurts(students: Columns) -> Verdict:
    """Either teacher alone."""
    samples = [_at(students, pair, "rejected", place) for pair in TABLE for place in PLACES]
    samples += [_at(students, pair, "chosen", place) for pair in TABLE[:2] for place in PLACES]
    told = ", ".join(f"{_at(students, '.70, .60', kind, 'overlap').mean():+.3f}" for kind in ("chosen", "rejected"))
    return Verdict.at_most(
        f"C = {TABLE_C:g}: supervised training on either teacher hurts, on overlap and on hard-only points ({told} on "
        "overlap for teachers .70, .60; the better of .75, .60 is left out)",
        _ends(samples)[1],
        0.0,
        f"largest upper end of the {bands.MEANS} of the change",
    )


@statement
def reversed_hurts(students: Columns) -> Verdict:
    """The difference the other way round."""
    samples = [_at(students, pair, "reversed", place) for pair in TABLE for place in PLACES]
    return Verdict.at_most(
        f"C = {TABLE_C:g}: the reversed difference hurts, on overlap and on hard-only points",
        _ends(samples)[1],
        0.0,
        f"largest upper end of the {bands.MEANS} of the change",
    )


@statement
def supervised_always_hurts(students: Columns) -> Verdict:
    """Teachers .60 and .50, every penalty."""
    samples = [
        row
        for kind in ("chosen", "rejected")
        for place in PLACES
        for row in changes(students, ".60, .50", kind, place)[1]
    ]
    return Verdict.at_most(
        "teachers .60 and .50: supervised training on either hurts at every C, on overlap and on hard-only points",
        _ends(samples)[1],
        0.0,
        f"largest upper end of the {bands.MEANS} of the change",
    )


@statement
def best_length(students: Columns) -> Verdict:
    """The difference over the penalty."""
    penalties, values = changes(students, ".60, .50", "delta", "overlap")
    best = place_of(penalties, 1e-2)
    steps = [values[best] - values[0], values[best], values[best] - values[-1], -values[-1]]
    mean = values.mean(axis=1)
    return Verdict.at_least(
        f"teachers .60 and .50: there is a best length. The change is {mean[0]:+.3f} at C = {penalties[0]:g}, "
        f"{mean[best]:+.3f} at {penalties[best]:g} and {mean[-1]:+.3f} at {penalties[-1]:g}, where the student copies",
        _ends(steps)[0],
        0.0,
        f"least lower end of the {bands.MEANS} of the paired differences from C = {penalties[best]:g}, of the change "
        "there, and of the loss at the end",
    )


@statement
def equal_teach_nothing(students: Columns) -> Verdict:
    """No gap, strong penalty."""
    penalties, _ = changes(students, "equal", "delta", "overlap")
    samples = [_at(students, "equal", "delta", place, C) for place in PLACES for C in penalties[penalties <= 3e-4]]
    deviations = [abs(s.mean()) / (s.std(ddof=1) / np.sqrt(s.size)) for s in samples]
    return Verdict.at_most(
        "equally good teachers: as C → 0 (1e-4, 3e-4) the change is 0, on overlap and on hard-only points",
        max(deviations),
        float(bands.bonferroni_t(samples[0].size - 1, len(samples))),
        f"largest |mean change| in standard errors against {bands.T_QUANTILE}",
    )


@statement
def equal_only_hurt(students: Columns) -> Verdict:
    """No gap, weak penalty."""
    samples = [_at(students, "equal", "delta", place, 10.0) for place in PLACES]
    return Verdict.at_most(
        f"and with a weak penalty they only hurt: {samples[0].mean():+.3f} on overlap points at C = 10",
        _ends(samples)[1],
        0.0,
        f"largest upper end of the {bands.MEANS} of the change",
    )


@statement
def gap_orders(students: Columns) -> Verdict:
    """Gain over the gap."""
    values = np.array([_at(students, pair, "delta", "overlap") for pair in TABLE])
    slope = (values[2] - values[0]) / 0.1
    mean, low, _ = bands.mean_interval(slope)
    return Verdict.at_least(
        f"the gain rises with the gap: by {0.1 * mean:.3f} from a gap of .05 to one of .15 (C = {TABLE_C:g})",
        low,
        0.0,
        f"lower end of the {bands.LEVEL} t interval of the slope over the gap, one per replicate",
    )


@statement
def shared_errors_cancel(students: Columns) -> Verdict:
    """Errors in common against unrelated ones."""
    penalties, shared = changes(students, ".60, .50", "delta", "overlap")
    _, apart = changes(students, "unrelated errors", "delta", "overlap")
    i = place_of(penalties, 1e-2)
    _, low, _ = bands.mean_interval(shared[i] - apart[i])
    return Verdict.at_least(
        f"errors that the teachers share cancel: {shared[i].mean():+.3f} at C = {penalties[i]:g} against "
        f"{apart[i].mean():+.3f} with unrelated ones, which gain {apart.mean(axis=1).max():+.3f} at best",
        low,
        0.0,
        f"lower end of the {bands.LEVEL} t interval of the paired difference",
    )
