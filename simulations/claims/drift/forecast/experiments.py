"""Domains whose mean turns: linear forecasters and the transition, on points that are really drawn, beside the law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns
from w2slens.drift import DomainSequence, ForecastTrials, forecast_trials, forecast_weights
from w2slens.theory.drift import ForecastLaw, forecast_law

Array = npt.NDArray[np.float64]

#: Dimensions, length of every mean, noise, source domains.
D, TAU, SIGMA, SOURCES = 20, 2.5, 5**0.5, 15
#: Steps to the forecast domain.
HORIZONS = (1, 5, 10, 15)
#: A horizon for what is compared over other axes.
FAR = 10
#: Points with labels in every domain of which a share is overlap points, and the teacher's accuracy on these.
LABELLED, TEACHER = 400, 0.8
#: Replicates where nothing moves: what the transition costs there is small, and rare.
STILL = 60_000
#: Angles of a step at which it is asked who wins.
ANGLES = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0)
#: Overlap density from the first source domain to the last.
PROFILES = {"flat": (0.25, 0.25), "fading": (0.45, 0.05), "rising": (0.05, 0.45)}
#: Replicates whose probability under their own law is computed; it takes a quadrature each.
TRANSFORMED = 100
#: Horizons at which the law's line is drawn.
LINE = tuple(range(1, 16))

Rule = Callable[[int, float], Array]
RULES: dict[str, Rule] = {
    "pooled": lambda k, degrees: forecast_weights("pooled", SOURCES, k),
    "last": lambda k, degrees: forecast_weights("last", SOURCES, k),
    "window 5": lambda k, degrees: forecast_weights("window", SOURCES, k, window=5),
    "discount 0.7": lambda k, degrees: forecast_weights("discount", SOURCES, k, discount=0.7),
    "trend": lambda k, degrees: forecast_weights("trend", SOURCES, k),
    "trend, degree 2": lambda k, degrees: forecast_weights("trend", SOURCES, k, degree=2),
    "harmonic": lambda k, degrees: forecast_weights("harmonic", SOURCES, k, degrees=degrees),
}
#: Those that are not told the angle of a step.
BLIND = tuple(name for name in RULES if name != "harmonic")


def turning(degrees: float) -> DomainSequence:
    """Source domains and those that are forecast."""
    start = np.zeros(D)
    start[0] = TAU
    return DomainSequence.turning(start, degrees=degrees, length=SOURCES + HORIZONS[-1], sigma=SIGMA)


def law_of(rule: str, degrees: float, horizon: int, counts: npt.ArrayLike, agreements: Any = None) -> ForecastLaw:
    """The law of one linear forecaster."""
    means = np.asarray(turning(degrees).means)
    return forecast_law(
        RULES[rule](horizon, degrees),
        means=means[:SOURCES],
        counts=np.broadcast_to(np.asarray(counts), SOURCES),
        target=means[SOURCES - 1 + horizon],
        sigma=SIGMA,
        agreements=agreements,
    )


def _trials(
    cell: Cell, replicates: range, seeds: Seeds, horizons: tuple[int, ...], rules: tuple[str, ...], **given: Any
) -> ForecastTrials:
    weights = [[RULES[rule](k, cell["degrees"]) for k in horizons] for rule in rules]
    setting = {"sources": SOURCES, "horizons": horizons, "weights": weights, "rng": seeds.key()} | given
    return forecast_trials(replicates, turning(cell["degrees"]), **setting)


def _rows(replicates: range, **columns: npt.ArrayLike) -> Columns:
    """Columns of a row per replicate, or the same for all."""
    count = len(replicates)
    fixed = {"replicate": np.array(replicates), "status": np.zeros(count, np.int64)}
    return fixed | {name: np.broadcast_to(np.asarray(values), count).copy() for name, values in columns.items()}


def _stacked(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@experiment(
    smoke=Grid(Grid.product(degrees=(0.0, 6.0), n=(50,)), 40),
    full=Grid(Grid.product(degrees=(0.0, 2.0, 6.0, 12.0), n=(10, 50, 200)), 600),
)
def linear(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Every linear forecaster at every horizon: its accuracy, its law's mean, and P(A ≤ the accuracy) by the law."""
    rules = tuple(RULES)
    seen = _trials(cell, replicates, seeds, HORIZONS, rules, counts=cell["n"]).linear
    parts = []
    for i, rule in enumerate(rules):
        for j, k in enumerate(HORIZONS):
            law = law_of(rule, cell["degrees"], k, cell["n"])
            named = {"rule": rule, "horizon": k, "law": law.mean(), "limit": law.limit}
            parts.append(_rows(replicates, **named, accuracy=seen[:, i, j], below=law.cdf(seen[:, i, j])))
    return _stacked(parts)


@experiment(
    smoke=Grid(Grid.product(degrees=(0.0, 2.0, 6.0, 12.0), n=(50,)), 1000),
    full=Grid(
        Grid.product(degrees=(0.0, 2.0, 6.0, 12.0), n=(50,)),
        lambda cell: 3000 if cell["degrees"] else STILL,
        chunk=3000,
    ),
)
def transition(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The transition at every horizon, beside the pooled, the last and the trend forecaster on the same points."""
    shown = ("pooled", "last", "trend")
    trials = _trials(cell, replicates, seeds, HORIZONS, shown, counts=cell["n"])
    parts = []
    for j, k in enumerate(HORIZONS):
        others = {rule: trials.linear[:, i, j] for i, rule in enumerate(shown)}
        parts.append(_rows(replicates, horizon=k, transition=trials.transition[:, j], rank=trials.rank, **others))
    return _stacked(parts)


@experiment(
    smoke=Grid(Grid.product(degrees=(6.0,), n=(50,)), 1),
    full=Grid(Grid.product(degrees=(0.0, 2.0, 6.0, 12.0), n=(50,)), 1),
)
def line(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The laws' means at every horizon; nothing is drawn."""
    parts = []
    for rule in RULES:
        for k in LINE:
            law = law_of(rule, cell["degrees"], k, cell["n"])
            parts.append(_rows(replicates, rule=rule, horizon=k, law=law.mean(), best=law.best))
    return _stacked(parts)


@experiment(
    smoke=Grid(Grid.product(degrees=(0.0, 6.0), n=(20, 100)), 20),
    full=Grid(Grid.product(degrees=ANGLES, n=(10, 20, 50, 100, 200, 400)), 150),
)
def phase(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The transition `FAR` steps ahead, and the linear rule, not told the angle, with the largest mean by its law."""
    found = _trials(cell, replicates, seeds, (FAR,), (), counts=cell["n"])
    means = {rule: law_of(rule, cell["degrees"], FAR, cell["n"]).mean() for rule in BLIND}
    best = max(means, key=lambda rule: means[rule])
    named = {"best_rule": best, "best_mean": means[best]}
    return _rows(replicates, transition=found.transition[:, 0], rank=found.rank, **named)


def counts_of(profile: str) -> list[int]:
    """Overlap points in each source domain."""
    return [round(LABELLED * share) for share in np.linspace(*PROFILES[profile], SOURCES)]


@experiment(
    smoke=Grid(Grid.product(profile=tuple(PROFILES), degrees=(6.0,)), 150),
    full=Grid(Grid.product(profile=tuple(PROFILES), degrees=(0.0, 6.0)), 600),
)
def density(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A teacher's labels on overlap points whose density changes: each replicate beside its own conditional law."""
    rules, counts = ("pooled", "last", "trend"), counts_of(cell["profile"])
    trials = _trials(cell, replicates, seeds, (FAR,), rules, counts=counts, accuracy=TEACHER)
    parts = [_rows(replicates, rule="transition", law=np.nan, below=np.nan, accuracy=trials.transition[:, 0])]
    for i, rule in enumerate(rules):
        laws = [law_of(rule, cell["degrees"], FAR, counts, agreed) for agreed in trials.agreements]
        seen = trials.linear[:, i, 0]
        below = np.full(len(laws), np.nan)
        for j, r in enumerate(replicates):
            if r < TRANSFORMED:
                below[j] = laws[j].cdf(seen[j])
        named = {"rule": rule, "law": [law.mean() for law in laws]}
        parts.append(_rows(replicates, **named, below=below, accuracy=seen))
    return _stacked(parts)
