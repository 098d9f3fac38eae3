"""The command line of the simulations with one toy claim: ``toy.py PAUSE BOUND FAIL ARGUMENTS``."""

import sys
import time
from types import ModuleType

import numpy as np

from simulations import __main__ as command
from simulations import judge, report, run
from simulations.claim import Claim, Verdict
from simulations.grid import Grid

PAUSE, BOUND, FAIL = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "fail"


def one_cell(cell, replicates, seeds):
    time.sleep(PAUSE)
    if FAIL and cell["n"] == 100:
        raise ArithmeticError("this cell cannot be computed")
    means = [seeds.generator(r).standard_normal(cell["n"]).mean() for r in replicates]
    return {"replicate": np.array(replicates), "status": np.zeros(len(replicates), int), "mean": np.array(means)}


def plot(columns):
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots()
    ax.plot(columns["n"], columns["mean"], "o")
    return {"mean": figure}


toy = ModuleType("simulations.claims.toy")
toy.CLAIM = Claim("toy", "The mean of normals is 0.", "none", "w2slens.learning.mixture", {"mean": "means"})
grid = Grid(Grid.product(n=[10, 100], student=["a", "b"]), 12, chunk=4, paired=("student",))
toy.GRID = {"smoke": grid, "full": grid}
toy.one_cell, toy.plot = one_cell, plot
toy.summarise = lambda columns: {"n": np.unique(columns["n"]), "name": np.array(["ten", "hundred"])}
toy.check = lambda c: [Verdict.at_most("toy", "the mean is small", abs(c["mean"].mean()), BOUND, "fixed")]
for module in (command, judge, report, run):
    module.load_claim = lambda name: toy

if __name__ == "__main__":
    sys.exit(command.main([*sys.argv[4:], "--claim", "toy", "--jobs", "1"]))
