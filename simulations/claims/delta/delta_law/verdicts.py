"""Judged: means and distributions against the law, teachers below chance, the gap, what a pair is worth."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups

from .experiments import BETTER, PAIRS, WORTH_SIZE
from .readings import AXES, departures


def _within(told: str, table: Columns, axes: tuple[str, ...], name: str) -> Verdict:
    rows = departures(table, axes, name)
    return Verdict.at_most(
        told.format(k=len(rows)),
        max(abs(row["deviation"]) for row in rows),
        float(bands.bonferroni_t(min(row["size"] for row in rows) - 1, len(rows))),
        f"largest |simulated mean − law| in standard errors against {bands.T_QUANTILE}; no parameter is fitted",
    )


@statement
def means(students: Columns) -> Verdict:
    """Means on hard-only points."""
    return _within(
        "the law goes through all {k} means: n = 20 … 800, d_h = 2 … 100, both signs of the gap, teachers below "
        "chance, flips, warm starts",
        students,
        AXES,
        "delta",
    )


@statement
def along_the_gap(gaps: Columns) -> Verdict:
    """Means against the gap."""
    return _within("the law goes through all {k} means along the gap", gaps, ("n", "chosen"), "hard")


@statement
def distributions(students: Columns) -> Verdict:
    """Distributions on hard-only points."""
    samples = [np.sort(found["below"]) for _, found in groups(students, AXES)]

    def distance(ordered: np.ndarray) -> float:
        n = ordered.size
        return float(max(np.max(np.arange(1, n + 1) / n - ordered), np.max(ordered - np.arange(n) / n)))

    return Verdict.at_most(
        f"the whole distribution, in {len(samples)} settings",
        max(distance(sample) / bands.dkw(sample.size, len(samples)) for sample in samples),
        1.0,
        f"largest distance between empirical and exact distribution function, over the half width of the "
        f"{bands.DISTRIBUTIONS}",
    )


@statement
def below_chance(students: Columns) -> Verdict:
    """Two teachers below chance: the pair teaches, either alone misleads."""
    cells = [found for cell, found in groups(students, AXES) if cell["pair"] == "below chance" and cell["step"] == 0]
    intervals = [bands.mean_interval(found["delta"], 3 * len(cells)) for found in cells]
    alone = [bands.mean_interval(found[name], 3 * len(cells)) for found in cells for name in ("chosen", "rejected")]
    chosen, rejected, _ = PAIRS["below chance"]
    told = f"{intervals[-1][0]:.3f} against {alone[-2][0]:.3f} and {alone[-1][0]:.3f}"
    return Verdict.at_least(
        f"teachers of accuracy {chosen} and {rejected}: the pair's student is better than ½ at every n, and a student "
        f"of either alone worse ({told} at the largest n)",
        min(min(low for _, low, _ in intervals) - 0.5, 0.5 - max(high for _, _, high in alone)),
        0.0,
        f"least distance from ½ of the {bands.MEANS}",
    )


@statement
def reversed_pair(students: Columns) -> Verdict:
    """The worse teacher chosen."""
    cells = [found for cell, found in groups(students, AXES) if cell["pair"].startswith("swapped")]
    return Verdict.at_most(
        f"the worse teacher chosen, in {len(cells)} settings: the student is worse than ½",
        max(bands.mean_interval(found["delta"], len(cells))[2] for found in cells),
        0.5,
        f"largest upper end of the {bands.MEANS}",
    )


@statement
def equal_teachers(students: Columns) -> Verdict:
    """No gap."""
    cells = [found["delta"] for cell, found in groups(students, AXES) if cell["pair"] == "equal"]
    deviations = [abs(v.mean() - 0.5) / (v.std(ddof=1) / np.sqrt(v.size)) for v in cells]
    return Verdict.at_most(
        "equally good teachers teach nothing: the mean is ½ at every n",
        max(deviations),
        float(bands.bonferroni_t(min(v.size for v in cells) - 1, len(cells))),
        f"largest |mean − ½| in standard errors against {bands.T_QUANTILE}",
    )


@statement
def gain_rises(gaps: Columns) -> Verdict:
    """Accuracy along the gap."""
    intervals = []
    sizes = list(groups(gaps, ("n",)))
    for _, found in sizes:
        cells = [group for _, group in groups(found, ("chosen",))]
        x = np.array([group["gap"][0] for group in cells])
        values = np.array([group["hard"][np.argsort(group["replicate"])] for group in cells])
        centred = x - x.mean()
        slopes = centred @ values / (centred @ centred)
        intervals.append(bands.mean_interval(slopes, len(sizes)))
    return Verdict.at_least(
        "accuracy rises with the gap, at every n: "
        + ", ".join(f"{mean:.2f} at n = {cell['n']}" for (cell, _), (mean, _, _) in zip(sizes, intervals, strict=True)),
        min(low for _, low, _ in intervals),
        0.0,
        f"least lower end of the {bands.MEANS} of the slope over the gap, one per replicate",
    )


@statement
def worth_orders(worth: Columns) -> Verdict:
    """A pair against its better teacher."""
    cells = list(groups(worth, ("rejected", "cosine")))
    margins, better = [], 0
    for _, found in cells:
        gain = found["delta"] - found["chosen"]
        sign = 1.0 if found["worth"][0] > found["alone"][0] else -1.0
        better += sign > 0
        margins.append(bands.mean_interval(sign * gain, len(cells))[1])
    return Verdict.at_least(
        f"from a cold start a pair beats its better teacher (accuracy {BETTER}, n = {WORTH_SIZE}) exactly where "
        f"δ²/q > (2a − 1)²: {better} of {len(cells)} pairs",
        min(margins),
        0.0,
        f"least lower end of the {bands.MEANS} of the paired difference, in the direction predicted",
    )
