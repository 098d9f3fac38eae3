"""What choosing among sources costs: regret of every policy between the floor and the bounds."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="Choosing sources by upper confidence bounds loses on average at most K/t + 4·√(2 K ln T / t) a round.",
    source="Counterpart of Shin, Cooper, Sala 2025, Theorem 4.3",
    room="w2slens.theory.selection.regret",
)
