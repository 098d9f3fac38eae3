"""How the claim `selection_regret` is judged."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Columns, Verdict, select
from simulations.claims._bandits import POSITIONS, densities, ends, groups, kept, regret, sources
from w2slens.theory.selection import anytime_regret, failure_probability, lai_robbins_floor, noiseless_regret

NAME = "selection_regret"
AXES = ("policy", "K", "gaps", "batch", "horizon")
CONFIDENCE = 0.999
#: Policies that the high-probability bound is about.
COVERED = ("UCB", "UCB, points")


def judged(columns: Columns) -> list[Verdict]:
    """All verdicts."""
    return [
        _bounds(columns),
        _expected(columns),
        *_slope(columns),
        *_scaling(columns),
        *_bonus(columns),
        _batch(columns),
    ]


def _bounds(columns: Columns) -> Verdict:
    cells = [cell for cell in groups(columns, AXES) if cell["policy"] in COVERED]
    above = [int(cell["rows"]["above"].sum()) for cell in cells]
    runs = [cell["rows"]["above"].size for cell in cells]
    low, _ = bands.clopper_pearson(above, runs, len(cells), CONFIDENCE)
    allowed = [failure_probability(cell["K"], cell["horizon"]) for cell in cells]
    return Verdict.at_most(
        NAME,
        f"UCB is above the high-probability bound or the bound by gaps, in whatever round, in {sum(above)} of "
        f"{sum(runs):,} runs: no more often than 2K/T³",
        np.max(low - allowed),
        0.0,
        "largest lower end of the simultaneous Clopper–Pearson intervals (99.9 %) of the share of runs above a bound, "
        "minus the failure probability; all rounds are covered, since regret and t times the bound never fall",
    )


def _expected(columns: Columns) -> Verdict:
    cells = [cell for cell in groups(columns, AXES) if cell["policy"] == "UCB, anytime"]
    worst = 0.0
    for cell in cells:
        bound = anytime_regret(sources(cell["K"], cell["gaps"]), kept(cell["horizon"]))
        worst = max(worst, np.max(ends(regret(cell["rows"]), len(cells) * POSITIONS, CONFIDENCE)[2] / bound))
    return Verdict.at_most(
        NAME,
        "the anytime policy's expected regret is below its bound in every kept round",
        worst,
        1.0,
        "largest upper end of the simultaneous Bonferroni-t intervals (99.9 %) of the mean regret, over the bound",
    )


def _slope(columns: Columns) -> list[Verdict]:
    """Regret against ln t in the last two fifths (on a logarithmic axis) of the anytime runs."""
    cells = [c for c in groups(columns, AXES) if c["policy"] == "UCB, anytime" and c["K"] < 50 and c["batch"] == 1]
    cells = [c for c in cells if c["gaps"] == "easy" or c["K"] == 2]
    lowest, highest = np.inf, 0.0
    for cell in cells:
        rho = sources(cell["K"], cell["gaps"])
        late = np.log(kept(cell["horizon"]))[8:]
        centred = late - late.mean()
        slopes = regret(cell["rows"])[:, 8:] @ centred / (centred @ centred)
        _, low, high = bands.mean_interval(slopes, len(cells), CONFIDENCE)
        lowest = min(lowest, low / lai_robbins_floor(rho, cell["horizon"]) * np.log(cell["horizon"]))
        highest = max(highest, high / np.sum(8 / (rho.max() - rho[rho < rho.max()])))
    rule = (
        "ends of the simultaneous Bonferroni-t intervals (99.9 %) of the mean over runs of the least-squares slope of "
        "regret in ln t over the last third of the decades, K = 2 both gaps, K = 10 easy gaps"
    )
    return [
        Verdict.at_least(
            NAME,
            "once it has learned, regret grows by at least the floor per unit of ln t",
            lowest,
            1.0,
            f"smallest lower of the {rule}, over Σ Δ/KL",
        ),
        Verdict.at_most(
            NAME,
            "and by at most the 8 Σ 1/Δ of the bound",
            highest,
            1.0,
            f"largest upper of the {rule}, over Σ 8/Δ",
        ),
    ]


def _scaling(columns: Columns) -> list[Verdict]:
    """Weighted regression of the log of mean regret on log K, log(T / ln T) and 1/ln T, at the worst gap."""
    cells = [cell for cell in groups(columns, AXES) if cell["gaps"] == "worst"]
    design, outcome, error = [], [], []
    for cell in cells:
        n, horizon, final = cell["K"], cell["horizon"], regret(cell["rows"])[:, -1]
        unit = noiseless_regret(densities(n, "worst", horizon), horizon, horizon=horizon)
        constant = unit / np.sqrt(n * horizon * np.log(horizon))
        design.append([1.0, np.log(n), np.log(horizon / np.log(horizon)), 1 / np.log(horizon)])
        outcome.append(np.log(final.mean() / horizon / constant))
        error.append(final.std(ddof=1) / final.mean() / np.sqrt(final.size))
    weighted, weight = np.array(design) / np.array(error)[:, None], 1 / np.array(error)
    covariance = np.linalg.inv(weighted.T @ weighted)
    found = covariance @ weighted.T @ (np.array(outcome) * weight)
    quantile = bands.bonferroni_z(2, CONFIDENCE)
    verdicts = []
    for i, target, what in ((1, 0.5, "K: √K times a constant below √2"), (2, -0.5, "T: as √(ln T / T)")):
        half = float(quantile * np.sqrt(covariance[i, i]))
        verdicts.append(
            Verdict.at_most(
                NAME,
                f"at the worst gap average regret scales in {what} (exponent {found[i]:.3f} ± {half:.3f}, "
                f"{target:g} in theory)",
                abs(found[i] - target),
                half,
                "|exponent − theory| in the regression of log mean regret on log K, log(T / ln T) and what noise adds, "
                "1/ln T, the noise-free constant of K divided out, weighted by Monte Carlo error, against the half "
                "width of simultaneous intervals (99.9 %)",
            )
        )
    return verdicts


def _bonus(columns: Columns) -> list[Verdict]:
    middle, least, ratios = POSITIONS // 2, np.inf, []
    for n in (2, 10):
        with_t, anytime = (
            regret(select(columns, policy=name, K=n, gaps="easy", batch=1)) for name in ("UCB", "UCB, anytime")
        )
        least = min(least, bands.mean_interval(with_t[:, middle] - anytime[:, middle], 2, CONFIDENCE)[1])
        (_, early_low, _), (_, _, late_high) = (ends(with_t[:, [middle, -1]], 8, CONFIDENCE)).T
        (_, _, early_high), (_, late_low, _) = (ends(anytime[:, [middle, -1]], 8, CONFIDENCE)).T
        ratios.append(early_low / early_high - late_high / late_low)
    return [
        Verdict.at_least(
            NAME,
            "ln T explores at once: after √T rounds it has cost more than ln t",
            least,
            0.0,
            "smallest lower end of the simultaneous Bonferroni-t intervals (99.9 %) of the paired difference at √T, "
            "easy gaps, K = 2 and 10",
        ),
        Verdict.at_least(
            NAME,
            "ln t only defers it: at T the ratio of the two is closer to 1 than at √T",
            min(ratios),
            0.0,
            "smallest difference of the ratios of mean regret at √T (its lower end) and at T (its upper end), from "
            "simultaneous Bonferroni-t intervals (99.9 %)",
        ),
    ]


def _batch(columns: Columns) -> Verdict:
    batches = [batch for batch in np.unique(columns["batch"]) if batch > 1]
    worst = -np.inf
    for batch in batches:
        counting = {
            name: regret(select(columns, policy=name, K=10, gaps="easy", batch=batch))[:, -1] for name in COVERED
        }
        difference = counting["UCB, points"] - counting["UCB"]
        worst = max(worst, bands.mean_interval(difference, len(batches), CONFIDENCE)[2])
    return Verdict.at_most(
        NAME,
        "a bonus that counts points makes use of batches, one that counts rounds wastes them",
        worst,
        0.0,
        "largest upper end of the simultaneous Bonferroni-t intervals (99.9 %) of the paired difference of regret, "
        "K = 10, batches of 10 and 100",
    )
