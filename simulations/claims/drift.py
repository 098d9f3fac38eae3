"""Sources whose density changes: policies that forget against policies that do not, and how long to remember."""

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
from simulations.claims._bandits import Array
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting

NAME = "drift"
CLAIM = Claim(
    name=NAME,
    statement="When densities change, policies that settle lose most, and forgetting pays if the memory is long "
    "enough; when nothing changes, forgetting costs.",
    source="Ours; the policies are those of Garivier and Moulines 2011",
    room="w2slens.bandit.policies",
    figures={
        "regret": "Cumulative regret against rounds (means with 5–95 % range) when the best of five sources changes at "
        "the dotted lines, when densities wander, and when they stay. Those that settle first lose most when something "
        "changes, and least when nothing does.",
        "window": "Regret after T rounds against the window, in units of 2·√(T ln T / changes), the one that minimises "
        "the published bound (means with simultaneous 99.9 % intervals). That one is too short: what counts is "
        "exploration, which a window has to repeat, against the delay after a change.",
    },
)

CONFIDENCE = 0.999
K, CHANGES = 5, 4
SCENARIOS = ("abrupt", "slow", "none")
#: Segments of the slow drift.
STEPS = 100
FACTORS = (0.0625, 0.25, 1.0, 4.0, 16.0)
#: What is judged, after pilots with other draws in which the recommended window was too short.
MEMORY = 4.0
#: Policies whose differences are judged, on more replicates.
JUDGED = ("window × 4", "discounted", "UCB, anytime", "UCB", "published", "Thompson")


def window(horizon: int, factor: float = 1.0) -> int:
    """The window of Garivier and Moulines for four changes, times a factor, at most the horizon."""
    return min(horizon, max(K, round(2 * factor * np.sqrt(horizon * np.log(horizon) / CHANGES))))


def _policies(horizon: int) -> dict[str, Callable[[], Any]]:
    forgetting = {
        f"window × {factor:g}": lambda factor=factor: wl.bandit.SlidingWindowUCB(K, window=window(horizon, factor))
        for factor in FACTORS
    }
    return forgetting | {
        # γ remembers 1/(1 − γ) rounds; with ξ = 0.15 its bonus, 2·√(ξ ln n / n_k), is that of the others, ξ = 0.6.
        "discounted": lambda: wl.bandit.DiscountedUCB(K, discount=1 - 1 / window(horizon, MEMORY), xi=0.15),
        "discounted, ξ = 0.6": lambda: wl.bandit.DiscountedUCB(K, discount=1 - 1 / window(horizon, MEMORY)),
        "UCB, anytime": lambda: wl.bandit.UCB(K, xi=0.6),
        "UCB": lambda: wl.bandit.UCB(K, horizon=horizon),
        "published": lambda: wl.bandit.PublishedUCB(K, horizon=horizon),
        "Thompson": lambda: wl.bandit.ThompsonSampling(K),
        "uniform": lambda: wl.bandit.UniformPolicy(K),
    }


#: Drawn in the first figure, with the name of their look.
SHOWN = {"window × 4": "sliding window", "discounted": "discounted", "UCB, anytime": "UCB, anytime", "UCB": "UCB"}
SHOWN |= {"published": "published", "Thompson": "Thompson", "uniform": "uniform"}
POSITIONS = 41


def densities(scenario: str, horizon: int) -> tuple[Array, Array]:
    """First rounds of the segments, (S,), and densities, (S, K)."""
    low = np.linspace(0.2, 0.4, K)
    if scenario == "none":
        return np.zeros(1, np.int64), np.roll(np.array([[0.8, *low[:-1]]]), 2, axis=1)
    if scenario == "abrupt":
        starts = np.arange(CHANGES + 1) * horizon // (CHANGES + 1)
        return starts, np.array([np.where(np.arange(K) == (2 * s) % K, 0.8, low) for s in range(CHANGES + 1)])
    starts = np.arange(STEPS) * horizon // STEPS
    phase = 2 * np.pi * (np.arange(STEPS)[:, None] / STEPS - np.arange(K) / K)
    return starts, 0.5 + 0.3 * np.cos(phase)


def _cells(horizon: int, judged: int, others: int) -> list[Cell]:
    cells = Grid.product(scenario=SCENARIOS, horizon=(horizon,), policy=list(_policies(horizon)))
    return [cell | {"replicates": judged if cell["policy"] in JUDGED else others} for cell in cells]


_PAIRED = ("policy", "replicates")
GRID = {
    "smoke": Grid(_cells(1000, 12, 8), 8, paired=_PAIRED),
    "full": Grid(_cells(90_000, 200, 40), 40, chunk=40, paired=_PAIRED),
}


def checkpoints(horizon: int) -> Array:
    """Evenly spaced rounds up to the horizon, (POSITIONS − 1,); regret at 0 is 0."""
    return np.arange(1, POSITIONS) * horizon // (POSITIONS - 1)


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Play a policy on changing sources; keep regret at evenly spaced rounds."""
    horizon = cell["horizon"]
    starts, rho = densities(cell["scenario"], horizon)
    policy = _policies(horizon)[cell["policy"]]()
    trials = wl.bandit.bandit_trials(
        policy, rho, horizon, replicates, starts=starts, checkpoints=checkpoints(horizon), rng=seeds.key()
    )
    rows = {"replicate": np.array(replicates), "status": np.zeros(len(replicates), np.int64)}
    return rows | {f"regret_{j:02d}": trials.regret[:, j] for j in range(POSITIONS - 1)}


def table(columns: Columns, scenario: str, policy: str) -> Array:
    """(R, POSITIONS − 1) regret."""
    rows = select(columns, scenario=scenario, policy=policy)
    return np.stack([rows[f"regret_{j:02d}"] for j in range(POSITIONS - 1)], axis=1)


def _names(columns: Columns) -> list[str]:
    return list(dict.fromkeys(columns["policy"].tolist()))


def summarise(columns: Columns) -> Columns:
    """Mean regret after all rounds and its range, per scenario and policy."""
    rows = []
    for scenario in SCENARIOS:
        for policy in _names(columns):
            final = table(columns, scenario, policy)[:, -1]
            low, high = np.quantile(final, (0.05, 0.95))
            row = {"scenario": scenario, "policy": policy, "runs": final.size, "regret": final.mean()}
            rows.append(row | {"5 %": low, "95 %": high})
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the two figures."""
    regret, axes = plt.subplots(1, 3, figsize=(13, 4.8), sharey=True)
    for ax, scenario in zip(axes, SCENARIOS, strict=True):
        plot_regret(columns, scenario, ax=ax)
    axes[0].set_ylabel("cumulative regret R")
    regret.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_window(columns, ax=ax)
    return {"regret": regret, "window": figure}


def plot_regret(columns: Columns, scenario: str, *, ax: Axes) -> Axes:
    """Draw cumulative regret against rounds in one scenario."""
    horizon = int(columns["horizon"][0])
    t = checkpoints(horizon)
    for i, (policy, look) in enumerate(SHOWN.items()):
        values = table(columns, scenario, policy)
        label = {
            "window × 4": f"sliding window of {window(horizon, MEMORY):,}",
            "UCB, anytime": "UCB, anytime, ξ = 0.6: same bonus, no forgetting",
            "UCB": "UCB, horizon, ξ = 2",
        }.get(policy, policy)
        marked = {"markevery": (i, 8), "linestyle": plotting.LINES.get(look, "-")}
        ax.plot(
            t,
            values.mean(axis=0),
            color=plotting.COLOURS[look],
            marker=plotting.MARKERS.get(look),
            label=label,
            **marked,
        )
        low, high = np.quantile(values, (0.05, 0.95), axis=0)
        ax.fill_between(t, low, high, color=plotting.COLOURS[look], alpha=0.15, linewidth=0)
    if scenario == "abrupt":
        for start in densities(scenario, horizon)[0][1:]:
            ax.axvline(start, color=plotting.COLOURS["neither"], linestyle=":", linewidth=1)
    titles = {"abrupt": "the best source changes", "slow": "densities wander", "none": "nothing changes"}
    ax.set(xlabel="rounds t", title=titles[scenario], yscale="log", ylim=(10, None))
    return ax


def plot_window(columns: Columns, *, ax: Axes) -> Axes:
    """Draw regret after all rounds against the window."""
    for scenario, name in zip(SCENARIOS, ("hard", "overlap", "easy"), strict=True):
        finals = [table(columns, scenario, f"window × {factor:g}")[:, -1] for factor in FACTORS]
        intervals = np.array([bands.mean_interval(final, 15, CONFIDENCE) for final in finals])
        label = {"abrupt": "abrupt changes", "slow": "slow drift", "none": "no change"}[scenario]
        plotting.points(ax, FACTORS, *intervals.T, name=name, label=label, linestyle=plotting.LINES[name])
    ax.set(xscale="log", yscale="log", xlabel="window / (2·√(T ln T / changes))", ylabel="regret R after T rounds")
    ax.set_xticks(FACTORS, ["1/16", "1/4", "1", "4", "16"])
    ax.minorticks_off()
    ax.legend()
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge who loses less with and without changes, and the window."""
    window = f"window × {MEMORY:g}"
    forgetting, settling = (window, "discounted"), ("published", "Thompson")
    changing = [scenario for scenario in SCENARIOS if scenario != "none"]
    settled = [_gap(columns, scenario, a, "UCB", 6)[1] for scenario in changing for a in settling]
    settled += [_gap(columns, "none", "UCB", a, 6)[1] for a in settling]
    others = ("UCB, anytime", "UCB", *settling)
    forgot = [_gap(columns, "abrupt", a, b, 8)[2] for a in forgetting for b in others]
    price = [_gap(columns, "none", a, b, 8)[1] for a in forgetting for b in others]
    ends = [_gap(columns, "abrupt", f"window × {factor:g}", window, 3)[1] for factor in FACTORS[:3]]
    rule = "Bonferroni-t intervals (99.9 %, simultaneous) of the paired difference of regret after all rounds"
    return [
        Verdict.at_least(
            NAME,
            "what settles fastest, the published bonus and Thompson sampling, loses less than UCB when nothing "
            "changes, and more in either kind of drift",
            min(settled),
            0.0,
            f"smallest lower end of the {rule}",
        ),
        Verdict.at_most(
            NAME,
            "with abrupt changes the sliding window and the discount lose less than all four policies that do not "
            "forget",
            max(forgot),
            0.0,
            f"largest upper end of the {rule}",
        ),
        Verdict.at_least(
            NAME,
            "when nothing changes they lose more than all four",
            min(price),
            0.0,
            f"smallest lower end of the {rule}",
        ),
        Verdict.at_least(
            NAME,
            "with abrupt changes the window that minimises the published bound is too short: one 4 times as long loses "
            "less than it, and than shorter ones",
            min(ends),
            0.0,
            f"smallest lower end of the {rule}",
        ),
    ]


def _gap(columns: Columns, scenario: str, first: str, second: str, comparisons: int) -> tuple[float, float, float]:
    """Interval of the paired difference, over the replicates that both have."""
    finals = [table(columns, scenario, policy)[:, -1] for policy in (first, second)]
    both = min(final.size for final in finals)
    return bands.mean_interval(finals[0][:both] - finals[1][:both], comparisons, CONFIDENCE)
