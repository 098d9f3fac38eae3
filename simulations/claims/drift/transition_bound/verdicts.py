"""Judged: no roll-out above its bound, the printed theorem below the truth, the counterpart above it."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select

from .experiments import DELTA, STEPS

#: From so many points on the printed bound is below ½ and says something.
SPEAKS = 1000


def _never(rollouts: Columns, form: str, told: str) -> Verdict:
    pairs = int(rollouts["size"].sum())
    worlds = pairs // STEPS
    return Verdict.at_most(
        f"{told}, in {worlds:,} random worlds with up to {STEPS} steps each (least margin "
        f"{rollouts[f'{form}_least'].min():.1e})",
        float(rollouts[f"{form}_violated"].sum()),
        0.0,
        "violations; an inequality may never be violated, beyond rounding in the twelfth decimal",
    )


@statement
def direct(rollouts: Columns) -> Verdict:
    """The roll-out's error plus a total variation."""
    return _never(rollouts, "direct", "the error later on is at most that of the roll-out plus their total variation")


@statement
def telescoped(rollouts: Columns) -> Verdict:
    """The sum of one-step variations."""
    return _never(rollouts, "telescoped", "that total variation is at most the sum of those of single steps")


@statement
def jensen_shannon(rollouts: Columns) -> Verdict:
    """Lemma 1."""
    return _never(rollouts, "jensen_shannon", "and at most √(2 JS), so that Lemma 1 of the paper holds")


@statement
def printed_form_is_broken(memorising: Columns) -> Verdict:
    """Theorem 1 as printed."""
    cells = [(cell["n"], rows) for cell, rows in groups(memorising, ["n"]) if cell["n"] >= SPEAKS]
    wrong = [int(rows["wrong"].sum()) for _, rows in cells]
    low, _ = bands.clopper_pearson(wrong, [int(rows["points"].sum()) for _, rows in cells], len(cells))
    margins = [float(end) - rows["bound"].max() for end, (_, rows) in zip(low, cells, strict=True)]
    told = ", ".join(f"{rows['bound'].max():.3f} at n = {n:,}" for n, rows in cells)
    return Verdict.at_least(
        f"a mechanism that has memorised its samples breaks Theorem 1 as printed: the bound is {told}, the error ½",
        min(margins),
        0.0,
        f"least lower end of the {bands.SHARES} of the error, less the bound",
    )


@statement
def memory_moves_nothing(memorising: Columns) -> Verdict:
    """That the mechanism is the identity but for a null set."""
    return Verdict.at_most(
        "and it leaves every other point alone: D_src and both Φ are 0",
        float(memorising["moved"].max()),
        0.0,
        "largest share of fresh points whose label it changes",
    )


@statement
def counterpart(counterpart: Columns) -> Verdict:
    """The improved form."""
    cells = [rows for _, rows in groups(counterpart, ["n"])]
    violated = [int(np.sum(rows["error"] > rows["bound"])) for rows in cells]
    low, _ = bands.clopper_pearson(violated, [rows["error"].size for rows in cells], len(cells))
    told = ", ".join(f"{rows['bound'].mean():.2f} at n = {int(rows['n'][0]):,}" for rows in cells)
    return Verdict.at_most(
        f"with a mechanism fixed beforehand the counterpart's bound holds: {sum(violated)} violations in "
        f"{sum(rows['error'].size for rows in cells)} runs; on average it is {told}, the error "
        f"{counterpart['error'].mean():.3f}",
        float(np.max(low)),
        DELTA,
        f"largest lower end of the {bands.SHARES} of the probability of a violation",
    )


@statement
def vacuous_with_few_points(counterpart: Columns) -> Verdict:
    """How much the bound is worth."""
    few = select(counterpart, n=int(counterpart["n"].min()))
    return Verdict.at_least(
        f"with n = {int(few['n'][0])} points a domain it says nothing: above ½ in every run, where the error is "
        f"{few['error'].mean():.3f}",
        float(few["bound"].min()),
        0.5,
        "least bound; a coin errs with probability ½",
    )
