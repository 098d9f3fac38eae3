"""Judged: the published means, where the gain lands, the ablations, the single-class trials."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, select
from simulations.worlds.published import COLUMNS, MEANS, TRIALS


@statement
def published_means(trials: Columns) -> Verdict:
    """Every printed mean."""
    worst, degrees = 0.0, TRIALS
    sizes = [n for n in MEANS if n in select(trials, varied="overlap")["n"]]
    for n in sizes:
        cell = select(trials, varied="overlap", n=n, status=0)
        degrees = min(degrees, cell["n"].size - 1)
        for name, published in zip(COLUMNS, MEANS[n], strict=True):
            values = cell[name]
            error = values.std(ddof=1) * np.sqrt(1 / values.size + 1 / TRIALS)
            worst = max(worst, abs(values.mean() - published) / error)
    return Verdict.at_most(
        f"all {len(sizes) * len(COLUMNS)} published means agree with ours",
        worst,
        float(bands.bonferroni_t(degrees, len(sizes) * len(COLUMNS))),
        "largest |difference| in standard errors, theirs and ours (their spread is not printed: ours stands for both; "
        "single-class trials dropped as there), against "
        f"{bands.T_QUANTILE}",
    )


def _gains(trials: Columns, place: str) -> list[tuple[float, float, float]]:
    """Mean and interval of the paired gain at one place, for each n ≥ 10."""
    cells = select(trials, varied="overlap")
    sizes = [n for n in np.unique(cells["n"]) if n >= 10]
    each = (select(cells, n=n) for n in sizes)
    gains = (cell[f"student_{place}_population"] - cell[f"weak_{place}_population"] for cell in each)
    return [bands.mean_interval(gain, 2 * len(sizes)) for gain in gains]


_PAIRED = f"of the {bands.MEANS} of the paired gain over all n ≥ 10, single-class trials counted"


@statement
def hard_gain(trials: Columns) -> Verdict:
    """On hard-only points, where the teacher guesses."""
    least = min(low for _, low, _ in _gains(trials, "hard"))
    rule = f"smallest lower end {_PAIRED}"
    return Verdict.at_least("the student beats its teacher on hard-only points", least, 0.0, rule)


@statement
def easy_gain(trials: Columns) -> Verdict:
    """On easy-only points, where the teacher is good."""
    most = max(high for _, _, high in _gains(trials, "easy"))
    return Verdict.at_most("it does not on easy-only points", most, 0.0, f"largest upper end {_PAIRED}")


def _trend(trials: Columns, varied: str) -> tuple[float, float]:
    """Weighted least-squares change of the student's hard-only accuracy over 0…95 points, and its standard error."""
    cells = select(trials, varied=varied)
    sizes = np.unique(cells["n"]).astype(float)
    samples = [select(cells, n=n)["student_hard_population"] for n in sizes]
    mean = np.array([s.mean() for s in samples])
    weight = np.array([s.size / s.var(ddof=1) for s in samples])
    centred = sizes - np.average(sizes, weights=weight)
    information = np.sum(weight * centred**2)
    return 95 * np.sum(weight * centred * mean) / information, 95 / np.sqrt(information)


@statement
def hard_ablation(trials: Columns) -> Verdict:
    """The number of hard-only points."""
    change, error = _trend(trials, "hard")
    return Verdict.at_most(
        "hard-only points do not matter: the ablation has no trend",
        abs(change) / error,
        bands.bonferroni_z(3),
        f"|weighted least-squares slope| in standard errors against {bands.Z_QUANTILE}",
    )


@statement
def easy_ablation(trials: Columns) -> Verdict:
    """The number of easy-only points, beside that of overlap points."""
    quantile = bands.bonferroni_z(3)
    (easy, easy_error), (overlap, overlap_error) = _trend(trials, "easy"), _trend(trials, "overlap")
    return Verdict.at_most(
        "easy-only points matter less than overlap points",
        abs(easy) + quantile * easy_error,
        overlap - quantile * overlap_error,
        "upper end of the change over 0…95 easy-only points against the lower end of the change over as many overlap "
        f"points (simultaneous {bands.LEVEL}); not a test of no trend, because the teacher does improve",
    )


@statement
def single_class(trials: Columns) -> Verdict:
    """Trials whose pseudo-labels are all alike."""
    cells = select(trials, varied="overlap")
    sizes = np.unique(cells["n"])
    distance = -1.0
    for n in sizes:
        status = select(cells, n=n)["status"]
        low, high = bands.clopper_pearson((status == 1).sum(), status.size, sizes.size)
        distance = max(distance, float(low) - 2.0 ** (1 - n), 2.0 ** (1 - n) - float(high))
    return Verdict.at_most(
        "single-class trials have probability 2^(1−n): given the teacher each pseudo-label is a fair coin",
        distance,
        0.0,
        f"largest distance of 2^(1−n) from the {bands.SHARES}; negative inside",
    )
