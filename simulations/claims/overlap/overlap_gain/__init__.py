"""The published synthetic experiment: where the student gains on its teacher, and from which points."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="A student trained on overlap points gains on its teacher on hard-only points, with more of them more.",
    source="Shin, Cooper, Sala 2025, section 4: synthetic experiment and its ablations",
    room="w2slens.learning.trials",
)
