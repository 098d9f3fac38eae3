"""
Policies compared on the same luck
==================================

Ten sources differ in how rich in overlap points they are. Every policy plays 300 campaigns of 5,000 rounds against
them, all under one seed: an observation depends on the source and the round, not on who asks, so that policies differ
by their choices only.
"""

import numpy as np
from matplotlib import pyplot as plt

import w2slens as wl
from w2slens import plotting

K, T = 10, 5000
density = np.linspace(0.2, 0.8, K)
policies = {
    "UCB": wl.bandit.UCB(K, horizon=T),
    "KL-UCB": wl.bandit.KLUCB(K, horizon=T),
    "MOSS": wl.bandit.MOSS(K, horizon=T),
    "Thompson": wl.bandit.ThompsonSampling(K),
    "ε-greedy": wl.bandit.EpsilonGreedy(K, epsilon=0.1),
    "uniform": wl.bandit.UniformPolicy(K),
}

# %%
# Regret is what the richest source would have yielded more: in true densities, summed over rounds.
with plotting.style():
    figure, ax = plt.subplots(figsize=(6.4, 4))
    for name, policy in policies.items():
        trials = wl.bandit.bandit_trials(policy, density, T, replicates=300, rng=0)
        colour, line = plotting.COLOURS[name], plotting.LINES.get(name, "-")
        ax.plot(trials.rounds, trials.regret.mean(axis=0), color=colour, linestyle=line, label=name)
    ax.set(xlabel="round", ylabel="mean cumulative regret", xscale="log", yscale="log")
    ax.legend()
plt.show()
