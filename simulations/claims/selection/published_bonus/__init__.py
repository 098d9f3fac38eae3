"""The published code's bonus √(2 ln T)/n against the theory's √(2 ln T / n): its mean, and its tail."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="The published bonus, √(2 ln T)/n, is no confidence bound: better on average while T is moderate, it "
    "leaves some runs on the wrong source for good.",
    source="Shin, Cooper, Sala 2025: the published code's selection script against the bonus of Theorem 4.3",
    room="w2slens.theory.selection.two_sources",
)
