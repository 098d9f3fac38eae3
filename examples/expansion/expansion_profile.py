"""
How hard-only points expand into overlap points
===============================================

A student that says the same on a hard-only point and on overlap points near it carries over what it learned there. How
much, is a matter of expansion: how many overlap points the neighbours of a set of hard-only points cover. The worst set
decides, unless a share of the hard-only points is given up.
"""

import numpy as np
from matplotlib import pyplot as plt

from w2slens import plotting
from w2slens.theory.expansion import expansion_constant, expansion_profile, neighbor_graph

rng = np.random.default_rng(0)
hard, overlap = rng.normal(size=(300, 3)), rng.normal(size=(400, 3))

# %%
# κ is the factor by which the error on overlap points may grow on hard-only ones: 1 at best. More neighbours make it
# smaller, and so does leaving a few outlying points out.
left_out = np.linspace(0, 0.3, 61)
with plotting.style():
    figure, ax = plt.subplots(figsize=(6, 3.8))
    for k, line in ((3, ":"), (5, "--"), (10, "-")):
        graph = neighbor_graph(hard, overlap, k=k)
        profile = expansion_profile(graph)
        worst = expansion_constant(graph)
        print(f"k = {k}: constant {worst.value:.3f}, attained by {np.size(worst.hard_set)} hard-only points")
        kappa = [profile.kappa(q) for q in left_out]
        ax.plot(left_out, kappa, line, color=plotting.COLOURS["overlap"], label=f"{k} neighbours")
    ax.set(xlabel="share of hard-only points left out", ylabel="κ")
    ax.legend()
plt.show()
