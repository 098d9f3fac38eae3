"""Judged: where the published bonus is better, that it is no confidence bound, the law of stuck runs, batches."""

from __future__ import annotations

from typing import Any

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select
from w2slens.theory.selection import failure_probability

from .readings import AXES, bracket, horizons, moderate, stuck

#: Means that are compared.
TOGETHER = 3
_PAIRED = f"end of the {bands.MEANS} of the paired difference of final regret"


def _difference(runs: Columns, **cell: Any) -> tuple[float, float, float]:
    """Mean and interval of the published bonus' regret minus that of the theory's."""
    published, theory = (select(runs, policy=policy, **cell)["regret"] for policy in ("published", "UCB"))
    return bands.mean_interval(published - theory, TOGETHER)


@statement
def better_on_average(runs: Columns) -> Verdict:
    """Moderate horizons."""
    cells = [{"sources": "hard", "batch": 1, "horizon": moderate(runs)}]
    cells += [{"sources": "published", "batch": 100, "horizon": 50}]
    return Verdict.at_most(
        f"on average it is better at T = {cells[0]['horizon']:,} (.55 against .45), and in the published setting (.9 "
        "against .1, 50 rounds, large batches)",
        max(_difference(runs, **cell)[2] for cell in cells),
        0.0,
        f"larger upper {_PAIRED}",
    )


@statement
def worse_on_average(runs: Columns) -> Verdict:
    """The longest horizon."""
    longest = horizons(runs, sources="close")[-1]
    return Verdict.at_least(
        f"on average it is worse at T = {longest:,} (.52 against .48)",
        _difference(runs, sources="close", batch=1, horizon=longest)[1],
        0.0,
        f"lower {_PAIRED}",
    )


@statement
def no_bound(runs: Columns) -> Verdict:
    """Runs above the bounds."""
    longest = horizons(runs, sources="hard", batch=1)[-1]
    above = select(runs, sources="hard", batch=1, horizon=longest, policy="published")["above"]
    low, _ = bands.clopper_pearson(above.sum(), above.size)
    return Verdict.at_least(
        f"it breaks the bounds: at T = {longest:,} {above.mean():.2%} of its runs are above them",
        low,
        failure_probability(2, longest),
        f"lower end of the Clopper–Pearson interval ({bands.LEVEL}) of the share of runs above the high-probability or "
        "the gap bound, against the failure probability 2K/T³ that the theory's bonus has",
    )


@statement
def exact_law(runs: Columns, law: Columns) -> Verdict:
    """Stuck runs, wherever the law was computed."""
    cells = [cell for cell, _ in groups(law, AXES)]
    distance = -1.0
    for cell in cells:
        low, high = bands.clopper_pearson(*stuck(select(runs, **cell)), len(cells))
        least, most = bracket(law, **cell)
        distance = max(distance, float(low) - most, least - float(high))
    return Verdict.at_most(
        f"runs are stuck as often as the exact law says, in {len(cells)} settings",
        distance,
        0.0,
        f"largest distance of the law's bracket from the {bands.SHARES}, T up to 8,000, batches of 1, 3 and 10, both "
        "bonuses; negative inside",
    )


@statement
def batches_hide_it(runs: Columns) -> Verdict:
    """Stuck runs, single points against batches."""
    longest = horizons(runs, sources="hard", batch=100)[-1]
    table = select(runs, sources="hard", horizon=longest, policy="published")
    single, large = (stuck(select(table, batch=batch)) for batch in (1, 100))
    return Verdict.at_most(
        f"batches hide it: stuck {single[0] / single[1]:.2%} with single points, {large[0] / large[1]:.2%} with "
        "batches of 100",
        float(bands.clopper_pearson(*large, 2)[1]),
        float(bands.clopper_pearson(*single, 2)[0]),
        f"upper end for batches of 100 against the lower end for single points: {bands.SHARES}, T = {longest:,}, .55 "
        "against .45",
    )
