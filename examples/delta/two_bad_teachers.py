"""
Two teachers worse than chance, and a student that is not
=========================================================

Both teachers label by the easy block, and more than half of their labels are wrong. But where they disagree the better
one is right more often than not, and a student that learns from these points alone learns the hard pattern, which
neither of them sees.
"""

import numpy as np
from matplotlib import pyplot as plt

from w2slens import plotting
from w2slens.delta import DeltaStudent, delta_trials
from w2slens.theory.delta import delta_law, teacher_pair

theta = np.zeros(40)
theta[0], theta[20] = 2.6, 2.5
sigma, sizes = 5**0.5, (20, 50, 100, 200, 400, 800)
chosen, rejected = np.zeros((2, 20))
chosen[:3], rejected[:3] = (-0.1, 1.0, 0.0), (-0.35, 0.9, 0.4)
pair = teacher_pair(chosen, rejected, theta=theta, sigma=sigma)

# %%
# The law needs two numbers of the teachers: how often one is right where the other is wrong, and the other way round.
laws = [delta_law(n, pair, t=2.5, sigma=sigma, d_hard=20).mean() for n in sizes]
students = [DeltaStudent(), DeltaStudent(labels="chosen")]
setting = {"theta": theta, "sigma": sigma, "chosen": chosen, "rejected": rejected, "students": students, "rng": 0}
taught = [delta_trials(range(200), counts={"overlap": n}, **setting)["hard"].reshape(-1, 2) for n in sizes]

# %%
# Points: mean and 90 % of the simulated students.
with plotting.style():
    figure, ax = plt.subplots(figsize=(6, 3.8))
    for i, (name, label) in enumerate((("student", "taught by the difference"), ("weak", "taught by the better one"))):
        low, high = np.quantile([values[:, i] for values in taught], [0.05, 0.95], axis=1)
        plotting.points(ax, sizes, [values[:, i].mean() for values in taught], low, high, name=name, label=label)
    plotting.theory(ax, sizes, laws, label="delta law")
    ax.axhline(0.5, color="0.5", linewidth=0.8)
    ax.set(xlabel="overlap points n", ylabel="accuracy on hard-only points", xscale="log")
    ax.legend(loc="center right")
plt.show()
