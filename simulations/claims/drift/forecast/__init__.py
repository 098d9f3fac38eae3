"""Forecast: domains that turn, linear forecasters beside their law, and a learned transition beside both."""

from simulations.claim import Claim

CLAIM = Claim(
    statement="The accuracy of every linear forecaster of a moving domain follows an exact law; a learned transition "
    "beats them where the movement is seen above the noise, and costs next to nothing where nothing moves.",
    source="Ours (docs/drift/forecast.md); the transition after Pham, Zhang, Zhang 2024",
    room="w2slens.drift",
)
