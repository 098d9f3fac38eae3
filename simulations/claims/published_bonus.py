"""The published code's bonus √(2 ln T)/n against the theory's √(2 ln T / n): its mean, and its tail."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._bandits import POLICIES, Array, dense, exceeds
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting
from w2slens.theory.selection import failure_probability, gap_regret, majority_probability

NAME = "published_bonus"
CLAIM = Claim(
    name=NAME,
    statement="The published bonus, √(2 ln T)/n, is no confidence bound: better on average while T is moderate, it "
    "leaves some runs on the wrong source for good.",
    source="Shin, Cooper, Sala 2025: the published code's selection script against the bonus of Theorem 4.3",
    room="w2slens.theory.selection.two_sources",
    figures={
        "tail": "Share of runs whose final regret exceeds r, two sources at .55 and .45, T = 8,000, batches of one "
        "point. The published bonus is far better in most runs; its curve ends in a shelf of runs that stay on the "
        "wrong source.",
        "stuck": "Share of runs that choose the wrong source in most rounds, against the horizon T: observed with "
        "simultaneous 99.9 % intervals (open triangles: none seen, upper end), and the exact law where it was computed "
        "(lines). It falls more slowly than any power of T; batches of b points raise it to nearly the b-th power.",
        "mean": "Mean regret against T with simultaneous 99.9 % intervals, and medians. What is saved on exploration "
        "is lost again in the tail: at .52 against .48 the published bonus is the worse one from T = 64,000 or so, "
        "while the median run costs no more than it did at T = 1,000.",
    },
)

CONFIDENCE = 0.999
SOURCES = {"published": (0.9, 0.1), "hard": (0.55, 0.45), "close": (0.52, 0.48)}
BONUSES = ("published", "UCB")
BATCHES = (1, 3, 10, 100)
RUNS = {250: 10_000, 1000: 10_000, 8000: 4000, 64_000: 1200, 256_000: 600}
IN_BATCHES = {250: 4000, 1000: 4000, 8000: 2000}
#: Longest horizon whose exact law is computed, by batch size: a few seconds each.
EXACT = {1: 8000, 3: 8000, 10: 1000}


def _cells(runs: dict[int, int], batches: dict[int, int]) -> list[Cell]:
    """``runs`` and ``batches``: replicates by horizon, for single points and for batches."""
    kinds = [(sources, 1, T, count) for sources in ("hard", "close") for T, count in runs.items()]
    kinds += [("hard", batch, T, count) for batch in BATCHES[1:] for T, count in batches.items()]
    kinds += [("published", 100, 50, max(runs.values()))]
    return [
        {"part": part, "sources": sources, "batch": batch, "horizon": T, "policy": policy, "replicates": replicates}
        for sources, batch, T, count in kinds
        for policy in BONUSES
        for part, replicates in (("runs", count), ("law", 1))
        if part == "runs" or EXACT.get(batch, 0) >= T
    ]


_PAIRED = ("part", "policy", "replicates")
GRID = {
    "smoke": Grid(_cells({250: 200, 1000: 100}, {250: 100}), 100, paired=_PAIRED),
    "full": Grid(_cells(RUNS, IN_BATCHES), 1000, chunk=600, paired=_PAIRED),
}


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Play a policy; keep the final regret, the share of rounds on the wrong source, and whether a bound was broken.

    Or bracket the exact probability that a run is stuck.
    """
    rho, horizon, count = np.array(SOURCES[cell["sources"]]), cell["horizon"], len(replicates)
    rows = {"replicate": np.array(replicates), "status": np.zeros(count, np.int64)}
    nothing = np.full(count, np.nan)
    if cell["part"] == "law":
        bonus = {"published": "published", "UCB": "ucb"}[cell["policy"]]
        low, high = majority_probability(rho, horizon, bonus=bonus, batch=cell["batch"])
        law = {"low": np.full(count, low), "high": np.full(count, high)}
        return rows | {"regret": nothing, "wrong": nothing, "above": np.zeros(count, bool)} | law
    trials = wl.bandit.bandit_trials(
        POLICIES[cell["policy"]](2, horizon),
        rho,
        horizon,
        replicates,
        batch=cell["batch"],
        checkpoints=dense(horizon),
        rng=seeds.key(),
    )
    return rows | {
        "regret": trials.regret[:, -1],
        "wrong": trials.pulls[:, -1, 1] / horizon,
        "above": exceeds(trials, rho, horizon),
        "low": nothing,
        "high": nothing,
    }


def _cell(columns: Columns, **cell: Any) -> Columns:
    return select(columns, part="runs", **cell)


def _stuck(cell: Columns) -> tuple[int, int]:
    """Runs that chose the wrong source in more than half of the rounds, and runs."""
    return int((cell["wrong"] > 0.5).sum()), cell["wrong"].size


def _kinds(columns: Columns) -> list[tuple[str, int, int, str]]:
    axes = ("sources", "batch", "horizon", "policy")
    return list(dict.fromkeys(zip(*(columns[axis].tolist() for axis in axes), strict=True)))


def _horizons(columns: Columns, **cell: Any) -> list[int]:
    return np.unique(_cell(columns, **cell)["horizon"]).tolist()


def _law(columns: Columns, sources: str, batch: int, horizon: int, policy: str) -> tuple[float, float]:
    """Bracket of the exact probability that a run is stuck; NaN where it was not computed."""
    row = select(columns, part="law", sources=sources, batch=batch, horizon=horizon, policy=policy)
    return (float(row["low"][0]), float(row["high"][0])) if row["low"].size else (np.nan, np.nan)


def summarise(columns: Columns) -> Columns:
    """Mean, median and 99 % quantile of regret, and stuck runs, per cell."""
    rows = []
    for sources, batch, horizon, policy in _kinds(columns):
        cell = _cell(columns, sources=sources, batch=batch, horizon=horizon, policy=policy)
        stuck, runs = _stuck(cell)
        mean, low, high = bands.mean_interval(cell["regret"], confidence=CONFIDENCE)
        row = {"sources": sources, "batch": batch, "horizon": horizon, "policy": policy, "runs": runs, "mean": mean}
        row |= {"mean, low": low, "mean, high": high, "median": np.median(cell["regret"])}
        row |= {"99 %": np.quantile(cell["regret"], 0.99), "stuck": stuck / runs, "above a bound": cell["above"].mean()}
        row |= dict(zip(("law, low", "law, high"), _law(columns, sources, batch, horizon, policy), strict=True))
        rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the three figures."""
    tail, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_tail(columns, ax=ax)
    stuck, ax = plt.subplots(figsize=(6.5, 4.6))
    plot_stuck(columns, ax=ax)
    mean, axes = plt.subplots(1, 2, figsize=(10, 4.2))
    for ax, sources in zip(axes, ("hard", "close"), strict=True):
        plot_mean(columns, sources, ax=ax)
    return {"tail": tail, "stuck": stuck, "mean": mean}


def _moderate(columns: Columns) -> int:
    """The longest horizon up to 8,000."""
    return max(T for T in _horizons(columns, sources="hard", batch=1) if EXACT[1] >= T)


def plot_tail(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the share of runs above r for both bonuses, at the horizon nearest to 8,000."""
    horizon = _moderate(columns)
    for policy, look in (("UCB", {}), ("published", {"linestyle": "--"})):
        regret = np.sort(_cell(columns, sources="hard", batch=1, horizon=horizon, policy=policy)["regret"])
        share = 1 - np.arange(regret.size) / regret.size
        ax.step(regret, share, where="pre", color=plotting.COLOURS[policy], label=policy, **look)
        ax.plot(regret.mean(), 0.6, color=plotting.COLOURS[policy], marker="v", linestyle="none", label="its mean")
    ax.axvline(
        gap_regret(SOURCES["hard"], horizon), color=plotting.COLOURS["bound"], linestyle=":", label="bound by gaps"
    )
    ax.set(
        xscale="log", yscale="log", xlabel=f"regret r after T = {horizon:,} rounds", ylabel="share of runs with R > r"
    )
    ax.legend()
    return ax


def plot_stuck(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the share of stuck runs against the horizon, for each batch size, .55 against .45."""
    kinds = [kind for kind in _kinds(columns) if kind[0] == "hard" and kind[3] == "published"]
    for batch, name in zip(BATCHES, ("published", "easy", "overlap", "hard"), strict=True):
        horizons = np.array(_horizons(columns, sources="hard", batch=batch))
        counts = [_stuck(_cell(columns, sources="hard", batch=batch, horizon=T, policy="published")) for T in horizons]
        stuck, runs = np.array(counts).T
        low, high = bands.clopper_pearson(stuck, runs, len(kinds), CONFIDENCE)
        seen, label = stuck > 0, f"batches of {batch}" if batch > 1 else "single points"
        plotting.points(ax, horizons[seen], (stuck / runs)[seen], low[seen], high[seen], name=name, label=label)
        look = {"color": plotting.COLOURS[name], "marker": "v", "linestyle": "none", "fillstyle": "none"}
        ax.plot(horizons[~seen] * (1 + 0.02 * batch**0.5), high[~seen], **look)
        law = [np.mean(_law(columns, "hard", batch, T, "published")) for T in horizons]
        plotting.theory(ax, horizons, law, name=name, label="exact law" if batch == 1 else "_", linestyle="-")
    ax.set(xscale="log", yscale="log", xlabel="horizon T", ylabel="share of runs mostly on the wrong source")
    ax.set_ylim(1e-7, 1)
    ax.legend(ncols=2)
    return ax


def plot_mean(columns: Columns, sources: str, *, ax: Axes) -> Axes:
    """Draw mean regret against the horizon for both bonuses."""
    kinds = [kind for kind in _kinds(columns) if kind[0] == sources and kind[1] == 1]
    horizons = _horizons(columns, sources=sources, batch=1)
    for policy in BONUSES:
        samples = [_cell(columns, sources=sources, batch=1, horizon=T, policy=policy)["regret"] for T in horizons]
        intervals = np.array([bands.mean_interval(sample, len(kinds), CONFIDENCE) for sample in samples])
        plotting.points(ax, horizons, *intervals.T, name=policy, linestyle=":")
        medians = [np.median(sample) for sample in samples]
        look = {"color": plotting.COLOURS[policy], "marker": "_", "markersize": 9, "linestyle": "none"}
        ax.plot(horizons, medians, label="its median" if policy == "published" else "_", **look)
    best, other = SOURCES[sources]
    ax.set(xscale="log", yscale="log", xlabel="horizon T", ylabel="regret R", title=f"sources at {best} and {other}")
    ax.set_ylim(bottom=1)
    ax.legend()
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge where the published bonus is better, that it is no confidence bound, the law of stuck runs, batches."""
    return [*_means(columns), _no_bound(columns), _exact(columns), _batches(columns)]


def _difference(columns: Columns, **cell: Any) -> Array:
    return _cell(columns, policy="published", **cell)["regret"] - _cell(columns, policy="UCB", **cell)["regret"]


def _means(columns: Columns) -> list[Verdict]:
    moderate = [{"sources": "hard", "batch": 1, "horizon": _moderate(columns)}]
    moderate += [{"sources": "published", "batch": 100, "horizon": 50}]
    better = max(bands.mean_interval(_difference(columns, **cell), 3, CONFIDENCE)[2] for cell in moderate)
    longest = {"sources": "close", "batch": 1, "horizon": _horizons(columns, sources="close")[-1]}
    worse = bands.mean_interval(_difference(columns, **longest), 3, CONFIDENCE)[1]
    rule = "end of the simultaneous Bonferroni-t intervals (99.9 %) of the paired difference of final regret"
    return [
        Verdict.at_most(
            NAME,
            f"on average it is better at T = {moderate[0]['horizon']:,} (.55 against .45), and in the published "
            "setting (.9 against .1, 50 rounds, large batches)",
            better,
            0.0,
            f"larger upper {rule}",
        ),
        Verdict.at_least(
            NAME,
            f"on average it is worse at T = {longest['horizon']:,} (.52 against .48)",
            worse,
            0.0,
            f"lower {rule}",
        ),
    ]


def _no_bound(columns: Columns) -> Verdict:
    longest = _horizons(columns, sources="hard", batch=1)[-1]
    cell = _cell(columns, sources="hard", batch=1, horizon=longest, policy="published")
    low, _ = bands.clopper_pearson(cell["above"].sum(), cell["above"].size, 1, CONFIDENCE)
    return Verdict.at_least(
        NAME,
        f"it breaks the bounds: at T = {longest:,} {cell['above'].mean():.2%} of its runs are above them",
        low,
        failure_probability(2, longest),
        "lower end of the Clopper–Pearson interval (99.9 %) of the share of runs above the high-probability or the gap "
        "bound, against the failure probability 2K/T³ that the theory's bonus has",
    )


def _exact(columns: Columns) -> Verdict:
    kinds = _kinds(select(columns, part="law"))
    distance = -1.0
    for sources, batch, horizon, policy in kinds:
        cell = _cell(columns, sources=sources, batch=batch, horizon=horizon, policy=policy)
        low, high = bands.clopper_pearson(*_stuck(cell), len(kinds), CONFIDENCE)
        least, most = _law(columns, sources, batch, horizon, policy)
        distance = max(distance, float(low) - most, least - float(high))
    return Verdict.at_most(
        NAME,
        f"runs are stuck as often as the exact law says, in {len(kinds)} settings",
        distance,
        0.0,
        "largest distance of the law's bracket from the simultaneous Clopper–Pearson intervals (99.9 %), T up to "
        "8,000, batches of 1, 3 and 10, both bonuses; negative inside",
    )


def _batches(columns: Columns) -> Verdict:
    longest = _horizons(columns, sources="hard", batch=100)[-1]
    single, large = (
        _stuck(_cell(columns, sources="hard", batch=batch, horizon=longest, policy="published")) for batch in (1, 100)
    )
    return Verdict.at_most(
        NAME,
        f"batches hide it: stuck {single[0] / single[1]:.2%} with single points, {large[0] / large[1]:.2%} with "
        "batches of 100",
        bands.clopper_pearson(*large, 2, CONFIDENCE)[1],
        bands.clopper_pearson(*single, 2, CONFIDENCE)[0],
        "upper end for batches of 100 against the lower end for single points: simultaneous Clopper–Pearson intervals "
        f"(99.9 %), T = {longest:,}, .55 against .45",
    )
