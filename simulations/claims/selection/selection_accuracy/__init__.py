"""Selection from end to end: the detector observes, the policy chooses, the student learns what was acquired."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="Where the detector tells sources apart, choosing by its overlap fraction acquires more overlap points "
    "than chance does, and the student needs less data.",
    source="Shin, Cooper, Sala 2025, section 3 (Algorithm 1) and its experiments on selection",
    room="w2slens.selection.campaign",
)
