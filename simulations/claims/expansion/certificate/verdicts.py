"""Judged: no violation, the couplings are couplings, the correction holds; and it is not always empty."""

from __future__ import annotations

import numpy as np

from simulations.claim import Verdict, statement
from simulations.tables import Columns, select
from simulations.worlds.strong import OK


def _both(dominoes: Columns, digits: Columns, name: str) -> np.ndarray:
    return np.concatenate([dominoes[name], digits[name]])


def _rounding(dominoes: Columns, digits: Columns) -> float:
    """Of as many sums as the largest coupling has pairs."""
    return float(np.finfo(float).eps * float(np.nanmax(_both(dominoes, digits, "pairs"))))


@statement
def no_violation(dominoes: Columns, digits: Columns) -> Verdict:
    """Every certificate."""
    bound, error = (_both(dominoes, digits, name) for name in ("bound", "error"))
    known = ~np.isnan(bound)
    return Verdict.at_least(
        f"no certificate of {known.sum():,} is below the error it bounds",
        (bound - error)[known].min(),
        -_rounding(dominoes, digits),
        "least bound minus error, on the same points, against the rounding of as many sums as a coupling has pairs",
    )


@statement
def couplings(dominoes: Columns, digits: Columns) -> Verdict:
    """Their marginals."""
    return Verdict.at_most(
        "every coupling has the marginals it should have",
        np.nanmax(_both(dominoes, digits, "excess")),
        _rounding(dominoes, digits),
        "largest excess over P(·|hard-only) and κ·P(·|overlap), against the same rounding",
    )


@statement
def correction(dominoes: Columns, digits: Columns) -> Verdict:
    """Detected overlap in place of true."""
    corrected = select(dominoes, status=OK, regions="corrected")
    return Verdict.at_least(
        "the correction for detected overlap is never below the disagreement on true overlap points",
        float(np.min(corrected["corrected"] - corrected["copying_seen"])),
        -_rounding(dominoes, digits),
        "least correction minus P(f ≠ f_w | overlap), against the same rounding",
    )


@statement
def informative(dominoes: Columns, digits: Columns) -> Verdict:
    """Not all are empty."""
    return Verdict.at_least(
        "some certificates say something",
        float(np.sum(_both(dominoes, digits, "bound") < 0.5)),
        1,
        "certificates below ½; how many is reported, not judged",
    )
