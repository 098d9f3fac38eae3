"""Expansion: the bounds hold on every finite instance, close on the truth in the mixture, and show in pools."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="The student's error on hard-only points is bounded by how hard-only points expand into overlap points.",
    source="Counterpart of Shin, Cooper, Sala 2025, Theorem 4.1; Lang, Sontag, Vijayaraghavan 2024",
    room="w2slens.theory.expansion.pools",
)
