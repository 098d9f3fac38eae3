"""
Choose among data sources while detecting
=========================================

Three sources yield batches of points; one is rich in overlap points. In each round a policy picks a source, the
detector divides what came, and the policy learns the fraction of overlap points.
"""

import numpy as np
from matplotlib import pyplot as plt

import w2slens as wl
from w2slens import plotting

mixture = wl.GaussianMixture(np.full(16, 1.0), sigma=1.0, d_easy=8)
weak = wl.train_weak(*mixture.sample((200, 200, 200, 0), rng=0)[:2], d_easy=8)
sources = [
    wl.selection.MixtureSource(mixture, weak, shares=(4, 4, n, 0), name=f"{n} in {8 + n} overlap", rng=n)
    for n in (1, 4, 16)
]

# %%
# Thirty rounds of forty points. The history holds data, labels and ledger, and can be saved and continued.
policy = wl.bandit.ThompsonSampling(3, rng=3)
history = wl.selection.select_sources(sources, policy, rounds=30, batch=40, detector=wl.OverlapDetector())
print(f"{np.mean(history.choices == 2):.0%} of the rounds went to the richest source")

# %%
# What was observed in each round, and from whom.
with plotting.style():
    ax = history.plot()
plt.show()
