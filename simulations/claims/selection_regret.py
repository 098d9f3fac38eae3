"""What choosing among sources costs: regret of every policy between the floor and the bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._bandits import (
    POLICIES,
    Array,
    band,
    dense,
    densities,
    ends,
    exceeds,
    groups,
    kept,
    regret,
    regret_columns,
    sources,
)
from simulations.claims._selection_verdicts import AXES, CONFIDENCE, judged
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting
from w2slens.theory.selection import gap_regret, high_probability_regret, lai_robbins_floor, noiseless_regret

NAME = "selection_regret"
CLAIM = Claim(
    name=NAME,
    statement="Choosing sources by upper confidence bounds loses on average at most K/t + 4·√(2 K ln T / t) a round.",
    source="Counterpart of Shin, Cooper, Sala 2025, Theorem 4.3",
    room="w2slens.theory.selection.regret",
    figures={
        "policies": "Average regret per round against rounds, one point a batch: means with 5–95 % range, the "
        "high-probability bound, the bound by gaps and the Lai–Robbins floor (asymptotic: good policies may be below "
        "it; drawn where it asks for less than chance loses). Without noise UCB's regret is a quarter of the bounds' "
        "leading terms.",
        "batches": "The same with batches of 1, 10 and 100 points, K = 10: a bonus that counts rounds gains little "
        "from larger batches, one that counts points, and Thompson sampling, gain all there is.",
        "scaling": "Average regret after T rounds at the gap √(K ln T / T), in units of √(K ln T / T): constant in T, "
        "and in K the noise-free value (lines). Means with simultaneous 99.9 % intervals; the bound is at 4·√2.",
        "bonus": "Cumulative regret with the horizon's bonus, ln T, and the anytime one, ln t: the first explores at "
        "once what the second explores as it goes; in the end they agree. Lines: without noise.",
    },
)

VARIANTS = ("UCB", "UCB, anytime", "published")
SIZES, GAPS, BATCHES = (2, 10, 50), ("easy", "hard"), (1, 10, 100)
#: Replicates where a policy is slow.
FEWER = {("KL-UCB", 2): 100, ("KL-UCB", 10): 50, ("KL-UCB", 50): 10, ("Thompson", 10): 150, ("Thompson", 50): 50}
#: T = LENGTHS × K where the scaling in K and T is measured.
LENGTHS = (100, 400, 1600)


def _cells(long: tuple[int, int], short: tuple[int, int], scaling: int) -> list[Cell]:
    """Long runs of the UCB variants with K = 2 and 10, short ones of all policies elsewhere, and the scaling."""
    cells = []
    for n in SIZES:
        for gaps in GAPS:
            for batch in BATCHES:
                for policy in POLICIES:
                    if policy == "UCB, points" and batch == 1:
                        continue  # the same as UCB
                    is_long = policy in VARIANTS and n < 50 and batch == 1
                    few = min(short[1], FEWER.get((policy, n), short[1]))
                    horizon, replicates = long if is_long else (short[0], few)
                    cells.append(_cell(policy, n, gaps, batch, horizon, replicates))
    cells += [_cell("UCB", n, "worst", 1, m * n, scaling) for n in SIZES for m in LENGTHS]
    return cells


def _cell(policy: str, n: int, gaps: str, batch: int, horizon: int, replicates: int) -> Cell:
    return {
        "policy": policy,
        "K": n,
        "gaps": gaps,
        "batch": batch,
        "horizon": horizon,
        "replicates": replicates,
    }


_PAIRED = ("policy", "replicates")
GRID = {
    "smoke": Grid(
        [c for c in _cells((2000, 20), (300, 10), 10) if c["gaps"] == "worst" or c["K"] < 50], 10, paired=_PAIRED
    ),
    "full": Grid(_cells((100_000, 1000), (10_000, 300), 400), 300, chunk=250, paired=_PAIRED),
}


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Play a policy; keep regret at the kept rounds, and whether it ever was above a bound."""
    horizon, batch = cell["horizon"], cell["batch"]
    rho = densities(cell["K"], cell["gaps"], horizon)
    trials = wl.bandit.bandit_trials(
        POLICIES[cell["policy"]](cell["K"], horizon),
        rho,
        horizon,
        replicates,
        batch=batch,
        checkpoints=dense(horizon),
        rng=seeds.key(),
    )
    above = exceeds(trials, rho, horizon, batch if cell["policy"] == "UCB, points" else 1)
    rows = {"replicate": np.array(replicates), "status": np.zeros(len(replicates), np.int64), "above": above}
    return rows | regret_columns(trials, horizon)


def summarise(columns: Columns) -> Columns:
    """Mean regret after all rounds per cell, beside the floor and the bounds, and runs above a bound."""
    table: list[dict[str, Any]] = []
    for cell in groups(columns, AXES):
        rho, horizon = densities(cell["K"], cell["gaps"], cell["horizon"]), cell["horizon"]
        low, high = np.quantile(final := regret(cell["rows"])[:, -1], (0.05, 0.95))
        table.append(
            {axis: cell[axis] for axis in ("policy", "K", "gaps", "batch", "horizon")}
            | {"replicates": final.size, "mean regret": final.mean(), "5 %": low, "95 %": high}
            | {"floor": lai_robbins_floor(rho, horizon, batch=cell["batch"]), "by gaps": gap_regret(rho, horizon)}
            | {"high-probability": horizon * high_probability_regret(horizon, len(rho), horizon)}
            | {"runs above": int(cell["rows"]["above"].sum())}
        )
    return {name: np.array([row[name] for row in table]) for name in table[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the four figures."""
    sizes = [n for n in SIZES if (select(columns, gaps="easy")["K"] == n).any()]
    policies, axes = plt.subplots(2, len(sizes), figsize=(4 * len(sizes), 7.5), sharex=True, sharey=True)
    for row, gaps in zip(axes, GAPS, strict=True):
        for ax, n in zip(row, sizes, strict=True):
            plot_policies(columns, n, gaps, ax=ax)
    policies.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    batches, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharex=True, sharey=True)
    for ax, batch in zip(axes, BATCHES, strict=True):
        plot_batch(columns, batch, ax=ax)
    batches.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    scaling, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_scaling(columns, ax=ax)
    bonus, axes = plt.subplots(1, 2, figsize=(10, 4.2))
    for ax, n in zip(axes, (2, 10), strict=True):
        plot_bonus(columns, n, ax=ax)
    return {"policies": policies, "batches": batches, "scaling": scaling, "bonus": bonus}


def _average(columns: Columns, **cell: Any) -> tuple[Array, Array]:
    """Rounds from K on, and average regret there, (R, c)."""
    rows = select(columns, **cell)
    t = kept(int(rows["horizon"][0]))
    later = t >= cell["K"]
    return t[later], regret(rows)[:, later] / t[later]


def plot_policies(columns: Columns, n: int, gaps: str, *, ax: Axes) -> Axes:
    """Draw the average regret of every policy with n sources, batches of one point."""
    rho = sources(n, gaps)
    for name in POLICIES:
        if name != "UCB, points":
            t, average = _average(columns, policy=name, K=n, gaps=gaps, batch=1)
            band(ax, t, average, name=name)
    horizon = int(select(columns, policy="UCB", K=n, gaps=gaps, batch=1)["horizon"][0])
    t = np.unique(np.geomspace(n, horizon, 100).astype(np.int64))
    plotting.theory(ax, t, high_probability_regret(t, n, horizon), name="bound", label="high-probability bound")
    plotting.theory(ax, t, gap_regret(rho, horizon) / t, name="bound", label="bound by gaps", linestyle="-.")
    floor = lai_robbins_floor(rho, t) / t
    floor[(floor > np.mean(rho.max() - rho)) | (floor == 0)] = np.nan  # no policy loses so much
    plotting.theory(ax, t, floor, label="Lai–Robbins floor")
    ax.set(xscale="log", yscale="log", title=f"K = {n}, {gaps} gaps", ylim=(4e-5, 20))
    ax.set(xlabel="rounds t", ylabel="average regret R̄")
    ax.label_outer()
    return ax


def plot_batch(columns: Columns, batch: int, *, ax: Axes) -> Axes:
    """Draw the average regret of some policies with K = 10, easy gaps, for one batch size."""
    for name in ("UCB", "UCB, points", "published", "KL-UCB", "Thompson"):
        if batch > 1 or name != "UCB, points":
            band(ax, *_average(columns, policy=name, K=10, gaps="easy", batch=batch), name=name)
    t = np.geomspace(20, 1e4, 50).astype(np.int64)
    plotting.theory(ax, t, lai_robbins_floor(sources(10, "easy"), t, batch=batch) / t, label="Lai–Robbins floor")
    ax.set(xscale="log", yscale="log", xlabel="rounds t", title=f"batches of {batch}", ylim=(1e-5, 1))
    ax.set_ylabel("average regret R̄")
    ax.label_outer()
    return ax


def plot_scaling(columns: Columns, *, ax: Axes) -> Axes:
    """Draw average regret in units of √(K ln T / T) against T, at the gap of that size."""
    cells = [cell for cell in groups(columns, AXES) if cell["gaps"] == "worst"]
    for n, name in zip(SIZES, ("easy", "hard", "overlap"), strict=True):
        own = [cell for cell in cells if cell["K"] == n]
        t = np.array([cell["horizon"] for cell in own])
        unit = np.sqrt(n * t * np.log(t))
        scaled = [ends(regret(c["rows"])[:, -1:], len(cells), CONFIDENCE)[:, 0] for c in own]
        plotting.points(ax, t, *(np.array(scaled).T / unit), name=name, label=f"K = {n}")
        exact = [noiseless_regret(densities(n, "worst", int(T)), T, horizon=int(T)) for T in t]
        plotting.theory(ax, t, exact / unit, name=name, label="_")
    ax.axhline(np.sqrt(2), color=plotting.COLOURS["theory"], linestyle=":", label="√2, as K grows")
    ax.set(xscale="log", xlabel="horizon T", ylabel="average regret / √(K ln T / T)", ylim=(0, 1.6))
    ax.legend(ncols=2)
    return ax


def plot_bonus(columns: Columns, n: int, *, ax: Axes) -> Axes:
    """Draw the cumulative regret of the two bonuses, easy gaps."""
    rho = sources(n, "easy")
    for name in ("UCB", "UCB, anytime"):
        rows = select(columns, policy=name, K=n, gaps="easy", batch=1)
        horizon = int(rows["horizon"][0])
        band(ax, kept(horizon), regret(rows), name=name, linestyle="none")
        t = np.unique(np.geomspace(n, horizon, 200).astype(np.int64))
        given = horizon if name == "UCB" else None
        plotting.theory(ax, t, noiseless_regret(rho, t, horizon=given), name=name, label="_")
    plotting.theory(ax, t, lai_robbins_floor(rho, t), label="Lai–Robbins floor", linestyle=":")
    ax.set(xscale="log", xlabel="rounds t", ylabel="cumulative regret R", title=f"K = {n}, easy gaps")
    ax.legend()
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge: the bounds, the slope in ln t, the scaling in K and T, the two bonuses, batches."""
    return judged(columns)
