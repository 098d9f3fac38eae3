"""Detection law: the overlap score's distribution, and the detector's precision and recall, from the mixture."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="Where the detector tells overlap points from others, and how well, is known exactly from the mixture.",
    source="Counterpart of Shin, Cooper, Sala 2025, Theorem 4.2 and Algorithm 2",
    room="w2slens.theory.detection.scores",
)
