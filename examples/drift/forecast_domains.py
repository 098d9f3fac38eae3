"""
Forecast a domain that turns
============================

Fifteen domains are known, each with fifty labelled points; the mean of each is turned by six degrees against the one
before. What should a student learn for the domains to come? Pooling all points is late by half the history, the last
domain by the horizon. A transition, learned from how each domain becomes the next, carries all points along.
"""

import numpy as np
from matplotlib import pyplot as plt

from w2slens import plotting
from w2slens.drift import DomainSequence, TransitionForecaster, forecast_weights
from w2slens.theory.drift import forecast_law

sources, horizons = 15, np.arange(1, 16)
moving = DomainSequence.turning([2.5, *[0.0] * 19], degrees=6, length=30, sigma=5**0.5)

# %%
# The law of a linear forecaster needs no points: weights, means, counts and noise are enough.
laws = {}
for kind in ("pooled", "last", "trend"):
    laws[kind] = [
        forecast_law(
            forecast_weights(kind, sources, horizon),
            means=moving.means[:sources],
            counts=[50] * sources,
            target=moving.means[sources - 1 + horizon],
            sigma=moving.sigma,
        ).mean()
        for horizon in horizons
    ]

# %%
# The transition is learned from points. Its accuracy in each later domain is exact, given what was learned.
learned = [TransitionForecaster().fit(moving[:sources].sample(50, rng=seed)) for seed in range(40)]
accuracy = np.array([[moving.accuracy(one.coef(k))[sources - 1 + k] for k in horizons] for one in learned])
low, high = np.quantile(accuracy, [0.05, 0.95], axis=0)

# %%
# Lines: laws; points: mean and 90 % of forty transitions.
with plotting.style():
    figure, ax = plt.subplots(figsize=(6, 3.8))
    for kind, name, line in (("pooled", "hard", "-."), ("last", "weak", "--"), ("trend", "overlap", "-")):
        plotting.theory(ax, horizons, laws[kind], name=name, label=f"{kind}: law", linestyle=line)
    plotting.points(ax, horizons, accuracy.mean(axis=0), low, high, name="student", label="transition")
    ax.axhline(moving.best[0], color=plotting.COLOURS["ceiling"], linestyle=":", label="Bayes")
    ax.set(xlabel="domains ahead", ylabel="accuracy")
    ax.legend()
plt.show()
