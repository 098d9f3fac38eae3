"""
Score activations and find the overlap points
=============================================

A weak model is sure of some points and unsure of others. Those it is unsure of are *hard*; among the rest, points that
resemble a hard one are *overlap points*: they hold the easy pattern and the hard one. Two thresholds decide, each the
change point of a histogram.
"""

import numpy as np
from matplotlib import pyplot as plt

import w2slens as wl
from w2slens import plotting

# %%
# Activations of the strong model, and probabilities of the weak one. Here both come from the Gaussian mixture; yours
# are an array (n, d) and an array (n,) or (n, classes), in memory or in a memory-mapped file.
mixture = wl.GaussianMixture(np.ones(64), 1.0, 32, noise="full")
X, y, regions = mixture.sample({"easy": 400, "hard": 200, "overlap": 200}, rng=0)
weak = wl.train_weak(X, y, d_easy=32, C=0.003)
proba = weak.predict_proba(X)

# %%
# One call does the rest.
detector = wl.OverlapDetector().fit(X, proba)
found = detector.labels_ == wl.Region.OVERLAP
print(f"overlap density {detector.density_:.3f}; of the points called overlap, {np.mean(regions[found] == 2):.0%} are")

# %%
# The two histograms and their thresholds. In the right one the outlines are the regions that the detector found.
with plotting.style():
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    plotting.plot_confidence(detector.confidence_, detector.hard_threshold_, ax=left)
    plotting.plot_scores(detector.scores_, detector.labels_, detector.overlap_threshold_, ax=right)
plt.show()
