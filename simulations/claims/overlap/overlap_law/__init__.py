"""The overlap law: simulated students against the exact law of their accuracy, which has no free parameter."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="The accuracy of the averaging student is a random variable of known law: it follows from n overlap "
    "points, the teacher's accuracy a, ‖θ‖, σ and the dimension, without a free parameter.",
    source="This project (docs/overlap/overlap_law.md), for the experiment of Shin, Cooper, Sala 2025, section 4",
    room="w2slens.theory.overlap.student",
)
