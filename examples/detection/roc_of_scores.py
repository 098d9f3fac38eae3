"""
How well scores tell overlap points apart
=========================================

A point's score is its largest product with a hard-only point. In the Gaussian mixture its distribution is known, and so
is the whole ROC curve: how many overlap points a threshold finds, against how many easy-only points it takes for such.
"""

import numpy as np
from matplotlib import pyplot as plt

from w2slens import Region, plotting
from w2slens.theory.detection import score_law

# %%
# A stronger hard pattern helps; thirty times as many hard points to compare with help much less.
tau = np.linspace(0, 120, 800)
with plotting.style():
    figure, ax = plt.subplots(figsize=(4.8, 4.4))
    for strength, m, line in ((0.4, 50, ":"), (0.56, 50, "-"), (0.56, 1500, "-."), (0.8, 50, "--")):
        law = score_law(m, theta=np.full(40, strength), sigma=1.0, d_easy=20, noise="full")
        false_alarm, recall = law.sf(tau, Region.EASY), law.sf(tau, Region.OVERLAP)
        label = f"θ = {strength}, {m} hard points: AUC {law.auc():.3f}"
        ax.plot(false_alarm, recall, line, color=plotting.COLOURS["overlap"], label=label)
    ax.plot([0, 1], [0, 1], color=plotting.COLOURS["random"], linewidth=0.8)
    ax.set(xlabel="false alarms among easy-only points", ylabel="share of overlap points found")
    ax.legend(loc="lower right", fontsize=8)
plt.show()
