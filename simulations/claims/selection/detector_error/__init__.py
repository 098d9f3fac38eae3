"""Choosing by what a detector sees: true regret under its errors, against the corrected bounds."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="A detector that errs alike on all sources costs a factor 1/(TPR − FPR) of the regret it shows; one "
    "that errs by source costs at most 2ε a round more than it shows.",
    source="Ours: corrections of the counterpart of Shin, Cooper, Sala 2025, Theorem 4.3",
    room="w2slens.theory.selection.detected",
)
