"""
The law of a student's accuracy, beside simulated students
==========================================================

A student averages n overlap points with its teacher's labels. Its accuracy on hard-only points is a random variable
whose law is known exactly: it follows from n, the teacher's accuracy, the length of the pattern, the noise and the
dimension. Nothing is fitted.
"""

import numpy as np
from matplotlib import pyplot as plt
from scipy.special import ndtr

from w2slens import plotting
from w2slens.theory.overlap import hard_law

accuracy, t, sigma, d = 0.84, 2.5, 5**0.5, 20
sizes = np.array([2, 5, 10, 20, 40, 80, 160])
laws = [hard_law(n, accuracy=accuracy, t=t, sigma=sigma, d_hard=d) for n in sizes]

# %%
# Simulated students, on the hard block alone: each label is the teacher's, right with its accuracy.
rng = np.random.default_rng(0)
theta = np.zeros(d)
theta[0] = t
simulated = []
for n in sizes:
    right = np.where(rng.random((500, n)) < accuracy, 1.0, -1.0)
    weights = right.mean(axis=1)[:, None] * theta + rng.normal(scale=sigma / n**0.5, size=(500, d))
    simulated.append(ndtr(weights @ theta / (sigma * np.linalg.norm(weights, axis=1))))
low, high = np.quantile(simulated, [0.05, 0.95], axis=1)

# %%
# Points: mean and 90 % of the simulated students; lines: the law's mean and the same quantiles.
with plotting.style():
    figure, ax = plt.subplots(figsize=(6, 3.8))
    plotting.points(ax, sizes, np.mean(simulated, axis=1), low, high, name="student", label="500 simulated students")
    plotting.theory(ax, sizes, [law.mean() for law in laws], label="law: mean, 5 % and 95 %")
    for q in (0.05, 0.95):
        ax.plot(sizes, [law.quantile(q) for law in laws], color=plotting.COLOURS["theory"], linewidth=0.8)
    ax.axhline(laws[0].best, color=plotting.COLOURS["ceiling"], linestyle=":", label="limit")
    ax.set(xlabel="overlap points n", ylabel="accuracy on hard-only points", xscale="log")
    ax.legend()
plt.show()
