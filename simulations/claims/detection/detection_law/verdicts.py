"""Judged: distributions, golden values, areas, precision and recall, the surface, the guarantee."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, select
from w2slens import Region
from w2slens.theory.detection import ScoreLaw

from .readings import agreements, areas, distances

#: The golden values of the law, first geometry, full noise: P(S <= τ) at τ = 14, 18, 22.
GOLDEN = {Region.EASY: (0.140, 0.558, 0.866), Region.OVERLAP: (0.022, 0.175, 0.487)}
#: Accuracy of the laws' quadrature, as `ScoreLaw.sf` states it.
QUADRATURE = 1e-6


@statement
def distributions(law: Columns, scores: Columns) -> Verdict:
    """Every random score and confidence."""
    moving = [row for row in distances(law, scores) if row["random"]]
    return Verdict.at_most(
        f"scores and confidences follow the law in all {len(moving)} settings",
        max(row["distance"] / bands.dkw(row["n"], len(moving)) for row in moving),
        1.0,
        f"largest distance of empirical distribution and law over the half width of the {bands.DISTRIBUTIONS}",
    )


@statement
def constants(law: Columns, scores: Columns) -> Verdict:
    """Every score that is constant."""
    constant = [row["distance"] for row in distances(law, scores) if not row["random"]]
    return Verdict.at_most(
        f"and are constant where the law says so ({len(constant)} settings)",
        max(constant),
        0.0,
        "largest distance of empirical distribution and law, at no slack",
    )


@statement
def golden_values() -> Verdict:
    """The law against printed values; reads no table."""
    law = ScoreLaw(50, 2.5, 2.5, 1.0, 20, 20, "full", "inner_product")
    return Verdict.at_most(
        "the law's golden values",
        max(float(np.abs(law.cdf([14, 18, 22], region) - printed).max()) for region, printed in GOLDEN.items()),
        5e-4,
        "largest difference from the printed values (d = 20 + 20, m = 50, t = 2.5σ, full noise), printed with 3 digits",
    )


@statement
def areas_under_roc(law: Columns, scores: Columns) -> Verdict:
    """Every area."""
    found = areas(law, scores)
    quantile = bands.bonferroni_t(np.array([row["n"] for row in found]) - 1, len(found))
    gaps = np.array([abs(row["area"] - row["law"]) for row in found])
    errors = np.array([row["error"] for row in found])
    # Zeroed noise: both are 1, and the error 0.
    ratio = np.divide(gaps, quantile * errors, out=np.where(gaps > 0, np.inf, 0.0), where=errors > 0)
    return Verdict.at_most(
        f"areas under the ROC follow the law in all {len(found)} settings",
        float(ratio.max()),
        1.0,
        f"largest distance over the half width of the {bands.MEANS}; exact where the area is 1",
    )


def _agree(pools: Columns, told: str) -> Verdict:
    found = agreements(pools)
    return Verdict.at_most(
        told.format(len(found)),
        max(row["evidence"] for row in found),
        float(np.log(len(found) / (1 - bands.CONFIDENCE))),
        "largest log-evidence against the expected share at fixed thresholds, from bets on the counts of every pool, "
        f"against {bands.BET_LEVEL}: exact for bounded counts, rare pools included",
    )


@statement
def precision_and_recall(detector: Columns) -> Verdict:
    """Pools of many kinds, at one pair of thresholds each."""
    return _agree(detector, "precision and recall of both steps follow the law in all {} cases")


@statement
def over_thresholds(surface: Columns) -> Verdict:
    """Pools of one kind, at many thresholds."""
    return _agree(surface, "so they do over both thresholds, in all {} cases")


def _pairs(guarantee: Columns) -> list[tuple[np.ndarray, np.ndarray]]:
    """Exact rates and their guarantees: of false alarms with full noise, of misses with either."""
    noisy = select(guarantee, noise="full")
    return [(noisy["false_alarm"], noisy["false_alarm_bound"]), (guarantee["miss"], guarantee["miss_bound"])]


@statement
def guarantee_holds(guarantee: Columns) -> Verdict:
    """Every rate."""
    pairs = _pairs(guarantee)
    total = sum(exact.size for exact, _ in pairs)
    return Verdict.at_most(
        f"no rate of false alarms or misses exceeds its guarantee at any of {total:,} thresholds",
        sum(int(np.sum(exact > bound + QUADRATURE)) for exact, bound in pairs),
        0,
        "thresholds at which the exact rate is above the bound by more than the accuracy of its quadrature, 1e-6",
    )


@statement
def guarantee_speaks(guarantee: Columns) -> Verdict:
    """It is not always above 1."""
    return Verdict.at_least(
        "and the guarantee says something",
        sum(int(np.sum((bound < 1) & (exact > QUADRATURE))) for exact, bound in _pairs(guarantee)),
        1,
        "thresholds with a bound below 1 for a rate above 1e-6",
    )
