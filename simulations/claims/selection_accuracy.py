"""Selection from end to end: the detector observes, the policy chooses, the student learns from what was acquired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._acquisition import WORLDS, Array, acquire
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting

NAME = "selection_accuracy"
CLAIM = Claim(
    name=NAME,
    statement="Where the detector tells sources apart, choosing by its overlap fraction acquires more overlap points "
    "than chance does, and the student needs less data.",
    source="Shin, Cooper, Sala 2025, section 3 (Algorithm 1) and its experiments on selection",
    room="w2slens.selection.campaign",
    figures={
        "share": "True share of overlap points among all acquired, against rounds; means with 95 % intervals over "
        "paired replicates. Dotted: the density of the richest source. In the published noise (σ² = 5) "
        "the detector tells rich from poor less, and what it tells is used best by policies that count points.",
        "accuracy": "Accuracy on hard-only points of the student trained on the detected overlap points acquired so "
        "far, against rounds (means with 95 % intervals). Dashed: its teacher.",
        "saved": "Data saved against uniform choice: the share of rounds a policy does without and still has the "
        "accuracy on hard-only points that uniform choice has after a fifth, and after half of its rounds; intervals "
        "(95 %) by bootstrap over paired replicates. No point, or no interval: it never gets there, or not in "
        "every resample.",
        "observed": "What the detector observes of a source, against its true density, under uniform choice: mean over "
        "rounds and replicates with 95 % intervals. A policy can only be as good as this line is steep.",
    },
)

POLICIES: dict[str, Callable[[Array, int, Any], Any]] = {
    "oracle": lambda densities, _, rng: wl.bandit.Oracle(densities, rng=rng),
    "UCB": lambda densities, rounds, rng: wl.bandit.UCB(len(densities), horizon=rounds, rng=rng),
    "UCB, points": lambda densities, rounds, rng: wl.bandit.UCB(len(densities), horizon=rounds, unit="points", rng=rng),
    "published": lambda densities, rounds, rng: wl.bandit.PublishedUCB(len(densities), horizon=rounds, rng=rng),
    "Thompson": lambda densities, _, rng: wl.bandit.ThompsonSampling(len(densities), rng=rng),
    "uniform": lambda densities, _, rng: wl.bandit.UniformPolicy(len(densities), rng=rng),
}
REPLICATES = {
    "mixture, K = 2": 20,
    "mixture, K = 5": 20,
    "mixture, K = 20": 12,
    "dominoes, K = 2": 16,
    "published noise, K = 2": 20,
}
#: More replicates where a verdict needs them.
MORE = {
    ("mixture, K = 2", "oracle"): 80,
    ("mixture, K = 2", "uniform"): 80,
    ("mixture, K = 20", "Thompson"): 24,
    ("mixture, K = 20", "uniform"): 24,
    ("published noise, K = 2", "uniform"): 80,
}
GRID = {
    "smoke": Grid(
        [{"world": "mixture, K = 2", "policy": p, "replicates": 2} for p in POLICIES]
        + [{"world": "dominoes, K = 2", "policy": p, "replicates": 2} for p in ("UCB, points", "uniform")],
        replicates=2,
        paired=("policy", "replicates"),
    ),
    "full": Grid(
        [
            {"world": world, "policy": policy, "replicates": MORE.get((world, policy), REPLICATES[world])}
            for world in WORLDS
            for policy in POLICIES
        ],
        replicates=20,
        chunk=8,
        paired=("policy", "replicates"),
    ),
}
CONFIDENCE = 0.999
#: Replicates of the bootstrap.
RESAMPLES = 1000
#: Share of uniform choice's rounds at which its accuracy is the target.
TARGETS = {0.2: "a fifth", 0.5: "half"}
#: Checkpoints with an interval in the figures.
DRAWN = (1, 2, 3, 5, 8, 12, 20, 30, 50, 100)


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Acquire data with one policy; a row per replicate and checkpoint."""
    rows = []
    for replicate in replicates:
        world = WORLDS[cell["world"]](seeds, replicate)
        policy = POLICIES[cell["policy"]](world.densities, world.rounds, seeds.generator(replicate, "policy"))
        rows += [{"replicate": replicate} | row for row in acquire(world, policy)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _curves(columns: Columns, world: str, policy: str, name: str) -> tuple[Array, Array]:
    """Rounds (c,) and values (R, c) of one policy in one world."""
    cell = select(columns, world=world, policy=policy)
    rounds = np.unique(cell["rounds"])
    order = np.lexsort((cell["rounds"], cell["replicate"]))
    return rounds, cell[name][order].reshape(-1, rounds.size)


def _difference(columns: Columns, world: str, policy: str, name: str) -> Array:
    """(R, c) values of a policy minus those of uniform choice, in the replicates that both have."""
    mine, theirs = (_curves(columns, world, which, name)[1] for which in (policy, "uniform"))
    both = min(len(mine), len(theirs))
    return mine[:both] - theirs[:both]


def _worlds(columns: Columns) -> list[str]:
    return [world for world in WORLDS if world in columns["world"]]


def _policies(columns: Columns, world: str) -> list[str]:
    return [policy for policy in POLICIES if policy in select(columns, world=world)["policy"]]


def _saved(rounds: Array, accuracy: Array, uniform: Array, share: float) -> float:
    """Share of rounds saved against what ``uniform`` has after this share of its rounds; interpolated in log rounds."""
    target_round = share * rounds[-1]
    log = np.log(rounds)
    target = np.interp(np.log(target_round), log, uniform)
    best = np.maximum.accumulate(accuracy)
    if best[-1] < target:
        return float("nan")
    # The first round at which the running maximum has reached the target.
    j = int(np.argmax(best >= target))
    if j == 0 or best[j] == best[j - 1]:
        return float(1 - rounds[j] / target_round)
    part = (target - best[j - 1]) / (best[j] - best[j - 1])
    return float(1 - np.exp(log[j - 1] + part * (log[j] - log[j - 1])) / target_round)


def data_saved(columns: Columns, world: str, policy: str, share: float) -> tuple[float, float, float]:
    """Data saved against uniform choice, with a bootstrap interval over paired replicates (95 %).

    NaN if the mean curve never gets there; the interval is NaN where more than its tail of resamples do not.
    """
    rounds, mine = _curves(columns, world, policy, "hard")
    _, theirs = _curves(columns, world, "uniform", "hard")
    both = min(len(mine), len(theirs))
    mine, theirs = mine[:both], theirs[:both]
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(mine), (RESAMPLES, len(mine)))
    sample = np.array([_saved(rounds, mine[r].mean(axis=0), theirs[r].mean(axis=0), share) for r in rows])
    tail = 0.025
    filled = np.sort(np.where(np.isnan(sample), -np.inf, sample))
    low, high = filled[int(tail * RESAMPLES)], filled[int((1 - tail) * RESAMPLES)]
    point = _saved(rounds, mine.mean(axis=0), theirs.mean(axis=0), share)
    return (point, float(low), float(high)) if np.isfinite(low) else (point, np.nan, np.nan)


def summarise(columns: Columns) -> Columns:
    """Final share, regret, accuracy and data saved by world and policy."""
    rows = []
    for world in _worlds(columns):
        for policy in _policies(columns, world):
            row: dict[str, Any] = {"world": world, "policy": policy}
            for name in ("share", "detected_share", "average_regret", "hard", "overall", "precision"):
                row[name] = float(np.nanmean(_curves(columns, world, policy, name)[1][:, -1]))
            row["saved after a fifth"], row["saved after half"] = (
                data_saved(columns, world, policy, share)[0] for share in TARGETS
            )
            rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the four figures."""
    worlds = _worlds(columns)
    figures = {}
    for name, draw in (("share", plot_share), ("accuracy", plot_accuracy)):
        figure, axes = plt.subplots(1, len(worlds), figsize=(3.1 * len(worlds), 3.9), sharey=True, squeeze=False)
        for ax, world in zip(axes[0], worlds, strict=True):
            draw(columns, world, ax=ax)
        axes[0, 0].set_ylabel(
            "true share of overlap points" if name == "share" else "student's accuracy, hard-only points"
        )
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=8)
        figures[name] = figure
    figures["saved"], axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    for ax, share in zip(axes, TARGETS, strict=True):
        plot_saved(columns, share, ax=ax)
    axes[0].set_ylabel("data saved against uniform choice")
    axes[0].legend(ncols=2)
    figures["observed"], ax = plt.subplots(figsize=(6, 4.4))
    plot_observed(columns, ax=ax)
    return figures


def _look(policy: str) -> dict[str, Any]:
    name = "ceiling" if policy == "oracle" else policy
    return {"name": name, "label": policy, "linestyle": plotting.LINES.get(name, "-"), "linewidth": 1.0}


def _plot_curves(columns: Columns, world: str, name: str, *, ax: Axes) -> Axes:
    policies = _policies(columns, world)
    for k, policy in enumerate(policies):
        rounds, values = _curves(columns, world, policy, name)
        shown = np.isin(rounds, DRAWN)
        rounds, values = rounds[shown], values[:, shown]
        intervals = np.array([bands.mean_interval(v) for v in values.T])
        plotting.points(ax, rounds * 1.035 ** (k - 2.5), *intervals.T, **_look(policy))
    ax.set(xscale="log", xlabel="round", title=world)
    ticks = [r for r in (1, 3, 10, 30, 100) if r <= rounds[-1]]
    ax.set_xticks(ticks, [str(r) for r in ticks], minor=False)
    ax.minorticks_off()
    return ax


def plot_share(columns: Columns, world: str, *, ax: Axes) -> Axes:
    """Draw the true share of overlap points acquired, against rounds, per policy."""
    _plot_curves(columns, world, "share", ax=ax)
    best = float(np.mean(select(columns, world=world)["best_density"]))
    ax.axhline(best, color=plotting.COLOURS["theory"], linestyle=":", label="richest source")
    ax.set_ylim(0.1, 0.85)
    return ax


def plot_accuracy(columns: Columns, world: str, *, ax: Axes) -> Axes:
    """Draw the student's accuracy on hard-only points, against rounds, per policy."""
    _plot_curves(columns, world, "hard", ax=ax)
    teacher = float(np.mean(select(columns, world=world)["weak_hard"]))
    ax.axhline(teacher, color=plotting.COLOURS["weak"], linestyle="--", label="teacher")
    ax.set_ylim(0.45, 1.0)
    return ax


def plot_saved(columns: Columns, share: float, *, ax: Axes) -> Axes:
    """Draw the data saved against uniform choice after this share of its rounds, per world and policy."""
    worlds = _worlds(columns)
    for k, policy in enumerate(policy for policy in POLICIES if policy != "uniform"):
        shown = [(i, world) for i, world in enumerate(worlds) if policy in _policies(columns, world)]
        if not shown:
            continue
        values = np.array([data_saved(columns, world, policy, share) for _, world in shown])
        look = _look(policy) | {"linestyle": "none"}
        plotting.points(ax, [i + 0.13 * (k - 2) for i, _ in shown], *values.T, **look)
    ax.axhline(0, color=plotting.COLOURS["uniform"], linestyle=":")
    ax.set_xticks(range(len(worlds)), [world.replace(", ", "\n") for world in worlds], fontsize=8)
    ax.set_title(f"to the accuracy of uniform choice after {TARGETS[share]} of its rounds", fontsize=9)
    ax.set_ylim(-0.4, 1)
    return ax


def plot_observed(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the mean observed fraction of poorest and richest source against their densities, per world."""
    looks = ["overlap", "easy", "student", "hard", "weak"]
    for look, world in zip(looks, _worlds(columns), strict=False):
        last = select(columns, world=world, policy="uniform")
        last = select(last, rounds=last["rounds"].max())
        x = [float(last[f"density_{which}"].mean()) for which in ("poorest", "richest")]
        ends = np.array([bands.mean_interval(last[f"observed_{which}"]) for which in ("poorest", "richest")])
        line = {"linestyle": plotting.LINES.get(look, "-")}
        plotting.points(ax, x, *ends.T, name=look, label=world, **line)
    ax.plot([0, 1], [0, 1], color=plotting.COLOURS["theory"], linestyle=":", label="perfect detector")
    ax.set(xlabel="true density ρ of the source", ylabel="observed overlap fraction", xlim=(0, 0.8), ylim=(0, 0.8))
    ax.legend(fontsize=8)
    return ax


def _slopes(columns: Columns, world: str) -> Array:
    """Observed difference of richest and poorest source per true difference, per replicate of uniform choice."""
    ends = [
        {which: _curves(columns, world, "uniform", f"{kind}_{which}")[1][:, -1] for which in ("poorest", "richest")}
        for kind in ("observed", "density")
    ]
    seen, true = (pair["richest"] - pair["poorest"] for pair in ends)
    return seen / true


def check(columns: Columns) -> list[Verdict]:
    """Judge what was acquired, what it taught, and where detection fails."""
    worlds = [world for world in _worlds(columns) if world != "published noise, K = 2"]
    rule = "end of the Bonferroni-t interval (99.9 %, all worlds together) of the paired difference over replicates"

    verdicts = []
    for policy, few in (("UCB, points", True), ("Thompson", False)):
        shown = [world for world in worlds if policy in _policies(columns, world) and not (few and "K = 20" in world)]
        lows = [
            bands.mean_interval(_difference(columns, world, policy, "share")[:, -1], len(shown), CONFIDENCE)[1]
            for world in shown
        ]
        where = "with at least ten rounds a source" if few else "everywhere but in the published noise"
        verdicts.append(
            Verdict.at_least(
                NAME,
                f"{policy}, with the detector in the loop, acquires a larger share of overlap points than uniform "
                f"choice {where}",
                min(lows, default=np.nan),
                0.0,
                f"smallest lower {rule}",
            )
        )
    sooner = _difference(columns, "mixture, K = 2", "oracle", "hard").mean(axis=1)
    verdicts.append(
        Verdict.at_least(
            NAME,
            "the richer of two sources of the mixture teaches the student sooner than uniform choice: accuracy on "
            f"hard-only points, averaged over checkpoints, is higher by {sooner.mean():.4f}",
            bands.mean_interval(sooner, 1, CONFIDENCE)[1],
            0.0,
            "lower end of the t interval (99.9 %) of the paired difference over replicates",
        )
    )
    noisy, clear = "published noise, K = 2", "mixture, K = 2"
    if noisy in _worlds(columns):
        slopes = [_slopes(columns, world) for world in (clear, noisy)]
        error = np.sqrt(sum(slope.var(ddof=1) / slope.size for slope in slopes))
        half = float(bands.bonferroni_t(min(slope.size for slope in slopes) - 1, 1, CONFIDENCE) * error)
        verdicts.append(
            Verdict.at_least(
                NAME,
                "where it should fail it does: in the published noise (σ² = 5) the observed fraction "
                f"follows the density less (slope {slopes[1].mean():.2f}) than at σ² = 3 ({slopes[0].mean():.2f})",
                float(slopes[0].mean() - slopes[1].mean()) - half,
                0.0,
                "lower end of the t interval (99.9 %) of the difference of the mean slopes under uniform choice",
            )
        )
    return verdicts
