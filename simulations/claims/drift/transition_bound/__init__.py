"""Transition bound: what a mechanism's roll-out guarantees, and where the published bound fails."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="The error in later domains is at most that on the rolled-out ones plus the one-step total variations "
    "together; the published Theorem 1 fails as printed for a mechanism chosen from the data, and its counterpart "
    "holds.",
    source="Pham, Zhang, Zhang 2024, Lemma 1 and Theorem 1; roll-out and counterpart are ours",
    room="w2slens.theory.drift.transition",
)
