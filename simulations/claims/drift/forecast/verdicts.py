"""Judged: the law's means and distributions, and where the transition gains, costs nothing, and loses."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select

from .experiments import FAR, HORIZONS, RULES, TEACHER
from .readings import CELLS, departures, distance, gap

#: The most that the transition may cost where nothing moves, and the least it must reach, 15 steps of 6° ahead.
COST, REACHED = 0.002, 0.83
INTERVALS = f"of the {bands.MEANS}"


def _within(told: str, table: Columns, axes: tuple[str, ...]) -> Verdict:
    rows = departures(table, axes)
    return Verdict.at_most(
        told.format(k=len(rows)),
        max(abs(row["deviation"]) for row in rows),
        float(bands.bonferroni_t(min(row["size"] for row in rows) - 1, len(rows))),
        f"largest |simulated mean − law| in standard errors against {bands.T_QUANTILE}; no parameter is fitted",
    )


def _follow(told: str, table: Columns, axes: tuple[str, ...]) -> Verdict:
    samples = [found["below"][~np.isnan(found["below"])] for _, found in groups(table, axes)]
    return Verdict.at_most(
        told.format(k=len(samples)),
        max(distance(sample) / bands.dkw(sample.size, len(samples)) for sample in samples),
        1.0,
        "largest distance between empirical and exact distribution function, over the half width of the "
        f"{bands.DISTRIBUTIONS}",
    )


@statement
def means(linear: Columns) -> Verdict:
    """Means of linear forecasters."""
    told = (
        f"the law goes through the mean accuracies of {len(RULES)} linear forecasters in all {{k}} settings of angle, "
    )
    return _within(told + "number of points and horizon", linear, CELLS)


@statement
def distributions(linear: Columns) -> Verdict:
    """Distributions of linear forecasters."""
    return _follow("the whole distribution, in the same {k} settings", linear, CELLS)


def _taught(density: Columns) -> Columns:
    kept = ~np.isnan(density["law"])
    return {name: column[kept] for name, column in density.items()}


@statement
def density_means(density: Columns) -> Verdict:
    """Means with a teacher's labels."""
    told = f"with a teacher of accuracy {TEACHER:g} and overlap points that fade, grow or stay as many, each replicate "
    return _within(told + "against its own law: {k} means", _taught(density), ("profile", "degrees", "rule"))


@statement
def density_distributions(density: Columns) -> Verdict:
    """Distributions with a teacher's labels."""
    told = "and their distributions, given how often the teacher was right in each domain, {k} in all"
    return _follow(told, _taught(density), ("profile", "degrees", "rule"))


@statement
def reaches_far(transition: Columns) -> Verdict:
    """The transition, far ahead."""
    values = [select(transition, degrees=6.0, horizon=k)["transition"] for k in HORIZONS]
    intervals = [bands.mean_interval(value, len(values), bands.CONFIDENCE) for value in values]
    told = ", ".join(f"{value.mean():.4f} at k = {k}" for k, value in zip(HORIZONS, values, strict=True))
    return Verdict.at_least(
        f"the transition forecasts 15 steps of 6° ahead with an accuracy of {REACHED:g} at least: {told}",
        intervals[-1][1],
        REACHED,
        f"lower end {INTERVALS}, over horizons",
    )


@statement
def beats_linear(transition: Columns) -> Verdict:
    """The transition against linear forecasters, where the movement is seen."""
    found = [
        bands.mean_interval(gap(transition, degrees, k, other), 12, bands.CONFIDENCE)
        for degrees in (6.0, 12.0)
        for k in (FAR, HORIZONS[-1])
        for other in ("pooled", "last", "trend")
    ]
    return Verdict.at_least(
        f"at 6° and 12° a step the transition beats pooled, last and trend {FAR} and {HORIZONS[-1]} steps ahead, by "
        f"{min(mean for mean, _, _ in found):.3f} at least",
        min(low for _, low, _ in found),
        0.0,
        f"least lower end {INTERVALS} of the paired difference",
    )


@statement
def costs_little(transition: Columns) -> Verdict:
    """The transition where nothing moves."""
    found = [bands.mean_interval(gap(transition, 0.0, k, "pooled"), len(HORIZONS), bands.CONFIDENCE) for k in HORIZONS]
    told = ", ".join(f"{mean:+.4f} at k = {k}" for k, (mean, _, _) in zip(HORIZONS, found, strict=True))
    return Verdict.at_least(
        f"where nothing moves the transition costs at most {COST:g} against pooling: {told}",
        min(low for _, low, _ in found),
        -COST,
        f"least lower end {INTERVALS} of the paired difference",
    )


@statement
def fails_below_the_edge(transition: Columns) -> Verdict:
    """The transition where the movement is lost in noise."""
    last = HORIZONS[-1]
    mean, _, high = bands.mean_interval(gap(transition, 2.0, last, "trend"), 1, bands.CONFIDENCE)
    rows = select(transition, degrees=2.0, horizon=last)
    return Verdict.at_most(
        f"at 2° a step the transition loses: it sees no movement in {np.mean(rows['rank'] == 1):.0%} of the runs and "
        f"ends at {rows['transition'].mean():.3f}, the trend at {rows['trend'].mean():.3f}, {-mean:.3f} above",
        high,
        0.0,
        f"upper end {INTERVALS} of the paired difference, {last} steps ahead",
    )


@statement
def old_overlap_points_count(density: Columns) -> Verdict:
    """Overlap points that fade."""
    rows = {
        (profile, rule): select(density, profile=profile, degrees=6.0, rule=rule)["accuracy"]
        for profile in ("fading", "flat")
        for rule in ("transition", "last", "trend")
    }
    found = [
        bands.mean_interval(rows["fading", "transition"] - rows["fading", other], 2, bands.CONFIDENCE)
        for other in ("last", "trend")
    ]
    told = {profile: rows[profile, "transition"].mean() for profile in ("fading", "flat")}
    return Verdict.at_least(
        "with a learned transition old overlap points stay useful: where they fade it beats the last domain and the "
        f"trend, {told['fading']:.3f} against {rows['fading', 'last'].mean():.3f} and "
        f"{rows['fading', 'trend'].mean():.3f} ({told['flat']:.3f} for as many points, evenly spread)",
        min(low for _, low, _ in found),
        0.0,
        f"least lower end {INTERVALS} of the paired difference, {FAR} steps of 6° ahead",
    )
