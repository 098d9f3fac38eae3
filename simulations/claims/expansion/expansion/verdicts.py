"""Judged: the instances, the bound in the mixture, the pools."""

from __future__ import annotations

import numpy as np

from simulations import bands
from simulations.claim import Verdict, statement
from simulations.tables import Columns, groups, select

from .experiments import MASSES


@statement
def no_violation(instances: Columns) -> Verdict:
    """Every instance."""
    total = select(instances, statement="1c")["held"].sum()
    return Verdict.at_most(
        f"no statement is violated on {total:,} finite instances",
        instances["violations"].sum(),
        0,
        "violations of 1a, 1b, 1c, 1a ≤ 1b, 4.1, B.1, 4.2, B.2 and B.3 under their conditions; exact fractions",
    )


@statement
def informative(instances: Columns) -> Verdict:
    """The instances test something."""
    return Verdict.at_least(
        "every condition held, with a bound that says something",
        min(rows["informative"].sum() for _, rows in groups(instances, ["statement"])),
        1,
        "least number of instances, over the statements, with the condition met and a bound below 1",
    )


def _gap(mixture: Columns) -> np.ndarray:
    """Bound minus error."""
    return mixture["disagreement"] + mixture["teacher_disagreement"] - mixture["error"]


@statement
def bound(mixture: Columns) -> Verdict:
    """Every student in the mixture."""
    slack = _gap(mixture)
    return Verdict.at_least(
        f"the bound is never below the error of any of {slack.size:,} students in the mixture",
        slack.min(),
        -(mixture["quadrature"].max() + 4 * np.finfo(float).eps),
        "least bound minus error, against the quadrature's largest error on an integral that is known and the "
        "rounding of the four operations",
    )


@statement
def closes(mixture: Columns) -> Verdict:
    """The averaging student."""
    averaging = select(mixture, student="averaging")
    sizes = [n for n in np.unique(averaging["n"]) if n >= 95]
    gaps = [bands.mean_interval(_gap(select(averaging, n=n)), len(sizes))[2] for n in sizes]
    return Verdict.at_most(
        "within 0.03 of the averaging student's error from 95 overlap points on",
        max(gaps),
        0.03,
        f"largest upper end of the {bands.MEANS} of the mean gap, n ≥ 95",
    )


@statement
def coupled(pools: Columns) -> Verdict:
    """How much of a pool stays uncoupled."""
    sizes = np.unique(pools["n"])
    few, many = (select(pools, n=n)["uncoupled"] for n in (sizes[0], sizes[-1]))
    return Verdict.at_most(
        f"less of a pool stays uncoupled at κ = 1 with {sizes[-1]} overlap points than with {sizes[0]}",
        bands.mean_interval(many, 2)[2],
        bands.mean_interval(few, 2)[1],
        f"ends of the {bands.MEANS} of the mean uncoupled mass; 0 in the population",
    )


@statement
def least_profile(pools: Columns) -> Verdict:
    """The profile's own bound."""
    return Verdict.at_most(
        "no profile lies below 1 − q",
        max(float(np.max(1 - q - pools[f"kappa_{q}"])) for q in MASSES),
        len(MASSES) * np.finfo(float).eps,
        "largest 1 − q − κ(q) over all pools and masses, against rounding",
    )
