"""The law of a student that two teachers teach by their difference, worse than chance though both may be."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="What a student learns from the difference of two weak teachers has a known law: it follows from n "
    "overlap points, the teachers' gap and disagreement, ‖θ_h‖, σ and the dimension, without a free parameter; a "
    "positive gap teaches though both teachers are worse than chance.",
    source="This project (docs/delta/delta_law.md), counterpart of Geng et al. 2025, section 6",
    room="w2slens.theory.delta",
)
