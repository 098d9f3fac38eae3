"""Means, drawn and summed up."""

from matplotlib import pyplot as plt

from simulations.claim import figure, numbers
from simulations.tables import groups, of_rows


@figure("Means against n.")
def mean(means):
    """Draw a point per replicate."""
    drawn, ax = plt.subplots()
    ax.plot(means["n"], means["mean"], "o")
    ax.set(xlabel="n", ylabel="mean")
    return drawn


@figure("Means in standard deviations.")
def standardised(means, law):
    """Draw a point per replicate."""
    drawn, ax = plt.subplots()
    ax.plot(means["n"], means["mean"] * means["n"] ** 0.5 / law["deviation"][0], "o")
    ax.set(xlabel="n", ylabel="mean · √n")
    return drawn


@numbers
def averages(means):
    """Average mean by n and student."""
    return of_rows(cell | {"mean": rows["mean"].mean()} for cell, rows in groups(means, ("n", "student")))
