"""Judged: what was acquired, what it taught, and where detection fails."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns

from .readings import Array, curves, difference, policies_of, worlds_of

CLEAR, NOISY = "mixture, K = 2", "published noise, K = 2"


def _acquires_more(campaigns: Columns, policy: str, worlds: list[str], where: str) -> Verdict:
    shown = [world for world in worlds if policy in policies_of(campaigns, world)]
    gains = [difference(campaigns, world, policy, "share")[:, -1] for world in shown]
    return Verdict.at_least(
        f"{policy}, with the detector in the loop, acquires a larger share of overlap points than uniform choice "
        f"{where}",
        min((bands.mean_interval(gain, len(shown))[1] for gain in gains), default=np.nan),
        0.0,
        f"smallest lower end of the Bonferroni-t interval ({bands.LEVEL}, all worlds together) of the paired "
        "difference over replicates",
    )


@statement
def ucb_acquires_more(campaigns: Columns) -> Verdict:
    """UCB that counts points."""
    worlds = [world for world in worlds_of(campaigns) if world != NOISY and "K = 20" not in world]
    return _acquires_more(campaigns, "UCB, points", worlds, "with at least ten rounds a source")


@statement
def thompson_acquires_more(campaigns: Columns) -> Verdict:
    """Thompson sampling."""
    worlds = [world for world in worlds_of(campaigns) if world != NOISY]
    return _acquires_more(campaigns, "Thompson", worlds, "everywhere but in the published noise")


@statement
def teaches_sooner(campaigns: Columns) -> Verdict:
    """What the richer source is worth."""
    sooner = difference(campaigns, CLEAR, "oracle", "hard").mean(axis=1)
    return Verdict.at_least(
        "the richer of two sources of the mixture teaches the student sooner than uniform choice: accuracy on "
        f"hard-only points, averaged over checkpoints, is higher by {sooner.mean():.4f}",
        bands.mean_interval(sooner)[1],
        0.0,
        f"lower end of the t interval ({bands.LEVEL}) of the paired difference over replicates",
    )


def _slopes(campaigns: Columns, world: str) -> Array:
    """Observed difference of richest and poorest source per true difference, per replicate of uniform choice."""
    ends = [
        {which: curves(campaigns, world, "uniform", f"{kind}_{which}")[1][:, -1] for which in ("poorest", "richest")}
        for kind in ("observed", "density")
    ]
    seen, true = (pair["richest"] - pair["poorest"] for pair in ends)
    return seen / true


@statement
def fails_in_noise(campaigns: Columns) -> Verdict:
    """Where the detector should fail; a profile without the noisy world judges none."""
    slopes = [_slopes(campaigns, world) for world in (CLEAR, NOISY)]
    error = np.sqrt(sum(slope.var(ddof=1) / slope.size for slope in slopes))
    half = float(bands.bonferroni_t(min(slope.size for slope in slopes) - 1) * error)
    return Verdict.at_least(
        "where it should fail it does: in the published noise (σ² = 5) the observed fraction "
        f"follows the density less (slope {slopes[1].mean():.2f}) than at σ² = 3 ({slopes[0].mean():.2f})",
        float(slopes[0].mean() - slopes[1].mean()) - half,
        0.0,
        f"lower end of the t interval ({bands.LEVEL}) of the difference of the mean slopes under uniform choice",
    )
