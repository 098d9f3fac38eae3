"""Judged: the identity, the inequality, the corrected bounds, and that 2ε is nearly attained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select
from w2slens.theory.selection import failure_probability

from .experiments import CONFUSION
from .readings import COMMON_AXES, SOURCE_AXES, regret

SLACK = 1e-9  # rounding of a sum of up to T terms, relatively


@statement
def identity(common: Columns) -> Verdict:
    """A common error."""
    return Verdict.at_most(
        f"a common error: true regret is observed/(TPR − FPR) in all of {common['distance'].size:,} runs",
        common["distance"].max(),
        SLACK,
        "largest |true − observed/(TPR − FPR)| per round, over all runs and checkpoints, against rounding",
    )


@statement
def inequality(by_source: Columns, confused: Columns) -> Verdict:
    """Errors by source."""
    excess = np.concatenate([by_source["excess"], confused["excess"]])
    return Verdict.at_most(
        f"an error by source: true average regret is at most observed + 2ε in all of {excess.size:,} runs",
        excess.max(),
        SLACK,
        "largest true − observed − 2ε over all runs and checkpoints, against rounding",
    )


def _bound(table: Columns, axes: Sequence[str], what: str) -> Verdict:
    cells = list(groups(table, axes))
    above = [int(rows["above"].sum()) for _, rows in cells]
    low, _ = bands.clopper_pearson(above, [rows["above"].size for _, rows in cells], len(cells))
    allowed = [failure_probability(10, cell["horizon"]) for cell, _ in cells]
    return Verdict.at_most(
        f"true regret is above {what} in {sum(above)} runs: no more often than 2K/T³",
        np.max(low - allowed),
        0.0,
        f"largest lower end of the {bands.SHARES} of the share of runs whose observed regret is above a bound in any "
        "round, minus the failure probability; the two statements above carry it to the true regret",
    )


@statement
def common_bound(common: Columns) -> Verdict:
    """The bound, a common error."""
    return _bound(common, COMMON_AXES, "bound/(TPR − FPR)")


@statement
def source_bound(by_source: Columns) -> Verdict:
    """The bound, errors by source."""
    return _bound(by_source, SOURCE_AXES, "bound + 2ε")


@statement
def attained(confused: Columns) -> Verdict:
    """Whether 2ε is needed."""
    average = regret(confused, "true")[:, -1] / int(confused["horizon"][0])
    return Verdict.at_least(
        "2ε cannot be improved to ε: a detector that ranks two sources the wrong way costs more than that in the end",
        bands.mean_interval(average)[1],
        CONFUSION,
        f"lower end of the Bonferroni-t interval ({bands.LEVEL}) of the mean true average regret after all rounds, "
        "against ε",
    )


@statement
def squared(common: Columns) -> Verdict:
    """Between a perfect detector and one half as sharp or so, where both have learned (easy gaps)."""
    cells = list(groups(select(common, gaps="easy"), COMMON_AXES))
    perfect, blunt = (regret(cells[i][1], "true")[:, -1] for i in (0, 2))
    low = bands.mean_interval(blunt, 2)[1] / bands.mean_interval(perfect, 2)[2]
    sharpness = cells[2][0]["tpr"] - cells[2][0]["fpr"]
    return Verdict.at_least(
        f"the cost is more than the identity's factor: at TPR − FPR = {sharpness:.1f} true regret is more than "
        f"{1 / sharpness:.2f} times that of a perfect detector",
        low,
        1 / sharpness,
        f"ratio of the ends of the {bands.MEANS} of the mean regret, K = 10, easy gaps",
    )
