"""Digits as they are: nobody knows the overlap points, the detector has to find them, and it may not help."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="On natural images a student beats its low-resolution teacher; whether detected overlap is why is "
    "estimated.",
    source="Shin, Cooper, Sala 2025, section 5 (procedure)",
    room="w2slens.scoring.detectors",
)
