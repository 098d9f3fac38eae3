"""Judged: means, extrapolation, trained teachers, distributions, the bound, the quadrature, the inverse."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups

from .experiments import BLOCK, DELTA, LARGEST, LEVELS, PLACES
from .readings import AXES, TRAINED_AXES, departures


def _within(told: str, rows: list[dict[str, Any]]) -> Verdict:
    """All of these means, together."""
    return Verdict.at_most(
        told,
        max(abs(row["deviation"]) for row in rows),
        float(bands.bonferroni_t(min(row["size"] for row in rows) - 1, len(rows))),
        f"largest |simulated mean − law| in standard errors against {bands.T_QUANTILE}; no parameter is fitted",
    )


@statement
def hard_means(fixed: Columns) -> Verdict:
    """Means on hard-only points, main grid."""
    rows = [row for row in departures(fixed, AXES) if row["n"] <= LARGEST and row["place"] == "hard"]
    told = f"accuracy on hard-only points: the law goes through all {len(rows)} settings of n, d_h, σ, a"
    return _within(told, rows)


@statement
def other_means(fixed: Columns) -> Verdict:
    """Means elsewhere, main grid."""
    rows = [row for row in departures(fixed, AXES) if row["n"] <= LARGEST and row["place"] != "hard"]
    return _within(f"the other regions, and all points: {len(rows)} means", rows)


@statement
def extrapolated(fixed: Columns) -> Verdict:
    """Means beyond the main grid."""
    rows = [row for row in departures(fixed, AXES) if row["n"] > LARGEST]
    return _within(f"beyond the main grid, n > {LARGEST}: {len(rows)} means of all places", rows)


@statement
def trained_means(trained: Columns) -> Verdict:
    """Means where the teacher was trained."""
    rows = departures(trained, TRAINED_AXES)
    return _within(f"trained teachers and random θ, each replicate against its own law: {len(rows)} means", rows)


def _distance(values: np.ndarray) -> float:
    """Largest distance of the empirical distribution function from the uniform one."""
    ordered, n = np.sort(values), values.size
    return float(max(np.max(np.arange(1, n + 1) / n - ordered), np.max(ordered - np.arange(n) / n)))


def _follow(told: str, samples: list[np.ndarray]) -> Verdict:
    """All of these distributions, together: each sample is uniform if the law is right."""
    return Verdict.at_most(
        told.format(k=len(samples)),
        max(_distance(sample) / bands.dkw(sample.size, len(samples)) for sample in samples),
        1.0,
        f"largest distance between empirical and exact distribution function, over the half width of the "
        f"{bands.DISTRIBUTIONS}",
    )


def _samples(table: Columns, axes: tuple[str, ...], place: str) -> list[np.ndarray]:
    """P(A ≤ the accuracy seen) of each cell, where it was computed."""
    values = [found[f"below_{place}"] for _, found in groups(table, axes)]
    known = [value[~np.isnan(value)] for value in values]
    return [value for value in known if value.size]


@statement
def hard_distributions(fixed: Columns, trained: Columns) -> Verdict:
    """Distributions on hard-only points."""
    samples = _samples(fixed, AXES, "hard") + _samples(trained, TRAINED_AXES, "hard")
    return _follow("the whole distribution on hard-only points, in {k} settings", samples)


@statement
def other_distributions(fixed: Columns) -> Verdict:
    """Distributions elsewhere."""
    samples = _samples(fixed, AXES, "easy") + _samples(fixed, AXES, "overlap")
    return _follow("the whole distribution on easy-only and on overlap points, {k} in all", samples)


@statement
def bound(fixed: Columns) -> Verdict:
    """How often the bound fails."""
    cells = [found for _, found in groups(fixed, AXES) if found["bound"][0] > 0.5]
    violations = [int((found["hard"] < found["bound"]).sum()) for found in cells]
    trials = [found["hard"].size for found in cells]
    low, _ = bands.clopper_pearson(violations, trials, len(cells))
    return Verdict.at_most(
        f"the bound fails with probability at most δ: {sum(violations)} failures in {sum(trials):,} students, "
        f"{len(cells)} settings with a bound above ½",
        np.max(low),
        DELTA,
        f"largest lower end of the {bands.SHARES} of the failure probability",
    )


@statement
def risk(fixed: Columns) -> Verdict:
    """How often it should, by the law."""
    return Verdict.at_most(
        "by the law itself too, in every setting",
        max(float(found["risk"][0]) for _, found in groups(fixed, AXES)),
        DELTA,
        "largest probability, by the law, of an accuracy below the bound; no Monte Carlo error in it",
    )


@statement
def quadrature_of_means(sampler: Columns) -> Verdict:
    """Means of the law against its own draws."""
    deviation, means = 0.0, 0
    cells = [found for _, found in groups(sampler, AXES)]
    blocks = len(cells[0]["hard"])
    for found in cells:
        for place in PLACES:
            error = np.sqrt(np.sum(found[f"spread_{place}"] ** 2)) / (blocks * np.sqrt(BLOCK))
            deviation = max(deviation, abs(found[place].mean() - found[f"law_{place}"][0]) / error)
            means += 1
    return Verdict.at_most(
        f"quadrature of the mean against {blocks * BLOCK:,} draws of the law, {means} means",
        deviation,
        bands.bonferroni_z(means),
        f"largest difference in standard errors of the draws against {bands.Z_QUANTILE}",
    )


@statement
def quadrature_of_quantiles(sampler: Columns) -> Verdict:
    """Quantiles of the law against its own draws."""
    outside, shares = -1.0, 0
    cells = [found for _, found in groups(sampler, AXES)]
    blocks = len(cells[0]["hard"])
    for found in cells:
        for place in PLACES[:3]:
            for level in LEVELS:
                count = found[f"count_{place}_{level}"].sum()
                low, high = bands.clopper_pearson(count, blocks * BLOCK, len(cells) * 3 * len(LEVELS))
                outside = max(outside, float(low) - level, level - float(high))
                shares += 1
    return Verdict.at_most(
        f"quadrature of the quantiles against {blocks * BLOCK:,} draws of the law, {shares} shares",
        outside,
        0.0,
        f"largest distance of a level from the {bands.SHARES} of the share of draws below the quantile; negative "
        "inside",
    )


def _returns(told: str, errors: np.ndarray) -> Verdict:
    rule = "largest difference, against the accuracy of 1e-6 asked for; deterministic"
    return Verdict.at_most(f"{told} ({errors.size} cases)", errors.max(), 1e-6, rule)


@statement
def points_return(inverse: Columns) -> Verdict:
    """From points to accuracy and back."""
    return _returns("n, its mean accuracy, and back: the number of points returns", inverse["points"])


@statement
def accuracy_returns(inverse: Columns) -> Verdict:
    """From accuracy to points and back."""
    return _returns("an accuracy, the points needed for it, and back: the accuracy returns", inverse["accuracy_error"])
