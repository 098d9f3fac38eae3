"""Judged: the bounds, the slope in ln t, the scaling in K and T, the two bonuses, batches."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select
from simulations.worlds.bandits import POSITIONS, densities, kept, sources
from w2slens.theory.selection import anytime_regret, failure_probability, lai_robbins_floor, noiseless_regret

from .readings import AXES, SCALING_AXES, Array, ends, regret

#: Policies that the high-probability bound is about.
COVERED = ("UCB", "UCB, points")


@statement
def bounds(runs: Columns, scaling: Columns) -> Verdict:
    """Whether a run is ever above a bound."""
    cells = [found for found in groups(runs, AXES) if found[0]["policy"] in COVERED]
    cells += groups(scaling, SCALING_AXES)
    above = [int(rows["above"].sum()) for _, rows in cells]
    runs_of = [rows["above"].size for _, rows in cells]
    low, _ = bands.clopper_pearson(above, runs_of, len(cells))
    allowed = [failure_probability(cell["K"], cell["horizon"]) for cell, _ in cells]
    return Verdict.at_most(
        f"UCB is above the high-probability bound or the bound by gaps, in whatever round, in {sum(above)} of "
        f"{sum(runs_of):,} runs: no more often than 2K/T³",
        np.max(low - allowed),
        0.0,
        f"largest lower end of the {bands.SHARES} of the share of runs above a bound, minus the failure probability; "
        "all rounds are covered, since regret and t times the bound never fall",
    )


@statement
def anytime_bound(runs: Columns) -> Verdict:
    """The anytime policy's mean."""
    cells = [found for found in groups(runs, AXES) if found[0]["policy"] == "UCB, anytime"]
    worst = 0.0
    for cell, rows in cells:
        bound = anytime_regret(sources(cell["K"], cell["gaps"]), kept(cell["horizon"]))
        worst = max(worst, np.max(ends(regret(rows), len(cells) * POSITIONS)[2] / bound))
    return Verdict.at_most(
        "the anytime policy's expected regret is below its bound in every kept round",
        worst,
        1.0,
        f"largest upper end of the {bands.MEANS} of the mean regret, over the bound",
    )


def _slopes(runs: Columns) -> tuple[float, float]:
    """Regret against ln t in the last third of the decades of the anytime runs: least over Σ Δ/KL, most over Σ 8/Δ."""
    cells = [c for c in groups(runs, AXES) if c[0]["policy"] == "UCB, anytime" and c[0]["K"] < 50]
    cells = [c for c in cells if c[0]["batch"] == 1 and (c[0]["gaps"] == "easy" or c[0]["K"] == 2)]
    lowest, highest = np.inf, 0.0
    for cell, rows in cells:
        rho = sources(cell["K"], cell["gaps"])
        late = np.log(kept(cell["horizon"]))[8:]
        centred = late - late.mean()
        slopes = regret(rows)[:, 8:] @ centred / (centred @ centred)
        _, low, high = bands.mean_interval(slopes, len(cells))
        lowest = min(lowest, low / lai_robbins_floor(rho, cell["horizon"]) * np.log(cell["horizon"]))
        highest = max(highest, high / np.sum(8 / (rho.max() - rho[rho < rho.max()])))
    return lowest, highest


_SLOPE = (
    f"of the {bands.MEANS} of the mean over runs of the least-squares slope of regret in ln t over the last third of "
    "the decades, K = 2 both gaps, K = 10 easy gaps"
)


@statement
def least_slope(runs: Columns) -> Verdict:
    """Growth from below."""
    told = "once it has learned, regret grows by at least the floor per unit of ln t"
    return Verdict.at_least(told, _slopes(runs)[0], 1.0, f"smallest lower end {_SLOPE}, over Σ Δ/KL")


@statement
def most_slope(runs: Columns) -> Verdict:
    """Growth from above."""
    told = "and by at most the 8 Σ 1/Δ of the bound"
    return Verdict.at_most(told, _slopes(runs)[1], 1.0, f"largest upper end {_SLOPE}, over Σ 8/Δ")


def _exponent(table: Columns, axis: int, target: float, what: str) -> Verdict:
    """Weighted regression of the log of mean regret on log K, log(T / ln T) and 1/ln T, at the worst gap."""
    design, outcome, error = [], [], []
    for cell, rows in groups(table, SCALING_AXES):
        n, horizon, final = cell["K"], cell["horizon"], regret(rows)[:, -1]
        unit = noiseless_regret(densities(n, "worst", horizon), horizon, horizon=horizon)
        constant = unit / np.sqrt(n * horizon * np.log(horizon))
        design.append([1.0, np.log(n), np.log(horizon / np.log(horizon)), 1 / np.log(horizon)])
        outcome.append(np.log(final.mean() / horizon / constant))
        error.append(final.std(ddof=1) / final.mean() / np.sqrt(final.size))
    weighted, weight = np.array(design) / np.array(error)[:, None], 1 / np.array(error)
    covariance = np.linalg.inv(weighted.T @ weighted)
    found = covariance @ weighted.T @ (np.array(outcome) * weight)
    half = float(bands.bonferroni_z(2) * np.sqrt(covariance[axis, axis]))
    return Verdict.at_most(
        f"at the worst gap average regret scales in {what} (exponent {found[axis]:.3f} ± {half:.3f}, "
        f"{target:g} in theory)",
        abs(found[axis] - target),
        half,
        "|exponent − theory| in the regression of log mean regret on log K, log(T / ln T) and what noise adds, 1/ln T, "
        "the noise-free constant of K divided out, weighted by Monte Carlo error, against the half width of "
        f"simultaneous intervals ({bands.LEVEL})",
    )


@statement
def scales_in_sources(scaling: Columns) -> Verdict:
    """The exponent of K."""
    return _exponent(scaling, 1, 0.5, "K: √K times a constant below √2")


@statement
def scales_in_rounds(scaling: Columns) -> Verdict:
    """The exponent of T / ln T."""
    return _exponent(scaling, 2, -0.5, "T: as √(ln T / T)")


#: Position of the round √T among the kept ones.
MIDDLE = POSITIONS // 2


def _bonuses(runs: Columns, n: int) -> list[Array]:
    """Regret with ln T and with ln t, easy gaps."""
    return [regret(select(runs, policy=name, K=n, gaps="easy", batch=1)) for name in ("UCB", "UCB, anytime")]


@statement
def explores_at_once(runs: Columns) -> Verdict:
    """Ln T against ln t, early."""
    pairs = [_bonuses(runs, n) for n in (2, 10)]
    lows = [bands.mean_interval(with_t[:, MIDDLE] - anytime[:, MIDDLE], 2)[1] for with_t, anytime in pairs]
    return Verdict.at_least(
        "ln T explores at once: after √T rounds it has cost more than ln t",
        min(lows),
        0.0,
        f"smallest lower end of the {bands.MEANS} of the paired difference at √T, easy gaps, K = 2 and 10",
    )


@statement
def only_defers(runs: Columns) -> Verdict:
    """Ln T against ln t, late."""
    ratios = []
    for with_t, anytime in (_bonuses(runs, n) for n in (2, 10)):
        (_, early_low, _), (_, _, late_high) = (ends(with_t[:, [MIDDLE, -1]], 8)).T
        (_, _, early_high), (_, late_low, _) = (ends(anytime[:, [MIDDLE, -1]], 8)).T
        ratios.append(early_low / early_high - late_high / late_low)
    return Verdict.at_least(
        "ln t only defers it: at T the ratio of the two is closer to 1 than at √T",
        min(ratios),
        0.0,
        "smallest difference of the ratios of mean regret at √T (its lower end) and at T (its upper end), from "
        f"{bands.MEANS}",
    )


@statement
def use_of_batches(runs: Columns) -> Verdict:
    """Counting points against counting rounds."""
    batches = [batch for batch in np.unique(runs["batch"]) if batch > 1]
    worst = -np.inf
    for batch in batches:
        counting = {name: regret(select(runs, policy=name, K=10, gaps="easy", batch=batch))[:, -1] for name in COVERED}
        difference = counting["UCB, points"] - counting["UCB"]
        worst = max(worst, bands.mean_interval(difference, len(batches))[2])
    return Verdict.at_most(
        "a bonus that counts points makes use of batches, one that counts rounds wastes them",
        worst,
        0.0,
        f"largest upper end of the {bands.MEANS} of the paired difference of regret, K = 10, batches of 10 and 100",
    )
