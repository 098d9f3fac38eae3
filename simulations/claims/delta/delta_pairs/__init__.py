"""Which pairs of teachers improve a student, to first order, how far to go, and how many random pairs do."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="Whether a pair of teachers improves a student is one inequality between their errors and the student's; "
    "errors drawn at random in high dimension hardly align with the student's, so that nearly every pair with a gap "
    "helps.",
    source="This project (docs/delta/delta_pairs.md), counterpart of Geng et al. 2025, section 6",
    room="w2slens.theory.delta",
)
