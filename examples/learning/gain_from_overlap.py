"""
What a student gains from overlap points
========================================

The published synthetic experiment in small: a weak model sees the easy block of each point only, a student learns from
the weak model's labels on overlap points, and the ceiling from true labels. On hard-only points the weak model guesses;
the student does not.
"""

import numpy as np
from matplotlib import pyplot as plt

import w2slens as wl
from w2slens import plotting

# %%
# One kernel call per number of overlap points: 200 trials, each with its own mixture, samples and models. The student
# averages its points, weighted by the labels.
sizes = [5, 10, 20, 40, 70, 100]
trials = [
    wl.learning.mixture_trials(
        range(200),
        counts={"easy": 100, "hard": 100, "overlap": n},
        students=(wl.learning.Student(C=None),),
        rng=0,
    )
    for n in sizes
]

# %%
# Accuracies on hard-only points: means with 95 % intervals.
with plotting.style():
    figure, ax = plt.subplots(figsize=(6, 3.8))
    for name in ("weak", "student", "ceiling"):
        values = np.array([rows[f"{name}_hard"] for rows in trials])
        mean, half = values.mean(axis=1), 1.96 * values.std(axis=1, ddof=1) / values.shape[1] ** 0.5
        plotting.points(ax, sizes, mean, mean - half, mean + half, name=name, linestyle=plotting.LINES[name])
    ax.set(xlabel="overlap points", ylabel="accuracy on hard-only points")
    ax.legend()
plt.show()
