"""The mixing experiment: at a fixed number of training points, how much the share of overlap points matters."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="At a fixed number of training points, a student gains from a larger share of overlap points.",
    source="Shin, Cooper, Sala 2025, section 5 (procedure), here on data with known regions and on natural images",
    room="w2slens.learning.trials",
)
