"""Evolving: published tasks of domains that move, drawn anew, and images that a package ships."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="On the published tasks of moving domains (Circle, Circle-Hard) a learned isometry carries all earlier "
    "points to where they are useful, and so it does for turning images; where nothing moves in one direction it does "
    "not.",
    source="Pham, Zhang, Zhang 2024, section 5 (tasks and published numbers); the method is ours",
    room="w2slens.drift.transition",
)
