"""Dominoes: real images with known regions, an honest detector, and a student that is not linear."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="On images with known regions, overlap points, true or detected, teach the student what its teacher "
    "cannot see.",
    source="Shin, Cooper, Sala 2025, sections 3 to 5; construction of the data: this project",
    room="w2slens.scoring.detectors",
)
