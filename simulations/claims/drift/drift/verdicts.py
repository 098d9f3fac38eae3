"""Judged: who loses less with and without changes, and the window."""

from __future__ import annotations

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns

from .experiments import FACTORS, MEMORY
from .readings import gap

WINDOW = f"window × {MEMORY:g}"
FORGETTING, SETTLING = (WINDOW, "discounted"), ("published", "Thompson")
OTHERS = ("UCB, anytime", "UCB", *SETTLING)
_PAIRED = f"end of the {bands.MEANS} of the paired difference of regret after all rounds"


@statement
def settling(runs: Columns) -> Verdict:
    """What settles fastest."""
    lows = [gap(runs, scenario, policy, "UCB", 6)[1] for scenario in ("abrupt", "slow") for policy in SETTLING]
    lows += [gap(runs, "none", "UCB", policy, 6)[1] for policy in SETTLING]
    return Verdict.at_least(
        "what settles fastest, the published bonus and Thompson sampling, loses less than UCB when nothing changes, "
        "and more in either kind of drift",
        min(lows),
        0.0,
        f"smallest lower {_PAIRED}",
    )


@statement
def forgetting_pays(runs: Columns) -> Verdict:
    """Abrupt changes."""
    return Verdict.at_most(
        "with abrupt changes the sliding window and the discount lose less than all four policies that do not forget",
        max(gap(runs, "abrupt", one, other, 8)[2] for one in FORGETTING for other in OTHERS),
        0.0,
        f"largest upper {_PAIRED}",
    )


@statement
def forgetting_costs(runs: Columns) -> Verdict:
    """No change."""
    return Verdict.at_least(
        "when nothing changes they lose more than all four",
        min(gap(runs, "none", one, other, 8)[1] for one in FORGETTING for other in OTHERS),
        0.0,
        f"smallest lower {_PAIRED}",
    )


@statement
def longer_memory(runs: Columns) -> Verdict:
    """The window of the published bound."""
    return Verdict.at_least(
        "with abrupt changes the window that minimises the published bound is too short: one 4 times as long loses "
        "less than it, and than shorter ones",
        min(gap(runs, "abrupt", f"window × {factor:g}", WINDOW, 3)[1] for factor in FACTORS[:3]),
        0.0,
        f"smallest lower {_PAIRED}",
    )
