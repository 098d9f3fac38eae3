"""Certificate: a bound on real images that hardly needs labels on hard-only points, and where it is empty."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="Overlap points near the hard-only ones certify the student's error on these; labels enter only through "
    "the teacher's error on overlap points and how often coupled points differ in class.",
    source="This project, statement 1d with 1f; counterpart of Shin, Cooper, Sala 2025, Theorem 4.1",
    room="w2slens.theory.expansion.pools",
)
