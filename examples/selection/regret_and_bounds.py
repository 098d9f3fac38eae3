"""
Regret of UCB between its floor and its ceiling
===============================================

Two sources of densities 0.55 and 0.45. The average regret of UCB is bounded with high probability by the counterpart of
the paper's Theorem 4.3, in the mean by the gap; no policy that adapts to its sources stays below the floor of Lai and
Robbins for long.
"""

import numpy as np
from matplotlib import pyplot as plt

import w2slens as wl
from w2slens import plotting
from w2slens.theory.selection import gap_regret, high_probability_regret, lai_robbins_floor

rho, T = [0.55, 0.45], 8000
trials = wl.bandit.bandit_trials(wl.bandit.UCB(2, horizon=T), rho, T, replicates=400, rng=0)
average = trials.regret / trials.rounds
low, middle, high = np.quantile(average, [0.005, 0.5, 0.995], axis=0)

# %%
# Points are medians, and the bars span 99 % of the campaigns.
t = np.arange(1, T + 1)
with plotting.style():
    figure, ax = plt.subplots(figsize=(6.4, 4))
    plotting.points(ax, trials.rounds, middle, low, high, name="UCB")
    plotting.theory(ax, t, high_probability_regret(t, n_sources=2, horizon=T), name="bound", label="bound, all rounds")
    ax.plot(T, gap_regret(rho, T) / T, "k_", markersize=14, label="bound by the gap, at T")
    ax.plot(T, lai_robbins_floor(rho, T) / T, "k^", label="floor, at T")
    ax.set(xlabel="round", ylabel="average regret", xscale="log", yscale="log")
    ax.legend()
plt.show()
