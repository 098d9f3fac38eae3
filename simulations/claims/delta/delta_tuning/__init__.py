"""A good student tuned by two weak teachers: their difference helps where each teacher's labels hurt."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="A student that is better than both its teachers is improved by what they disagree on, though supervised "
    "training on either hurts it; with a weak penalty it comes to copy what the teachers say, and loses again.",
    source="Geng, Ivison, Li, Sap, Li, Krishna, Koh 2025 (The Delta Learning Hypothesis), here in the Gaussian mixture",
    room="w2slens.delta",
)
