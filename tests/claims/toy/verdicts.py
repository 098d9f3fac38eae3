"""Judged: that the mean is small; ``TOY_BOUND`` says how small."""

import os

from simulations.claim import Verdict, statement


@statement
def small(means):
    """The mean of all."""
    bound = float(os.environ.get("TOY_BOUND", "1"))
    return Verdict.at_most("the mean is small", abs(means["mean"].mean()), bound, "fixed")


@statement
def known(law):
    """An estimate."""
    return Verdict.estimated("the deviation is known", law["deviation"].size, 1, "one number exists")
