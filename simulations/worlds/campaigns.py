"""Acquiring data: sources, teacher and student of a world, and one campaign with the detector in the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import w2slens as wl
from simulations.grid import Seeds
from w2slens import Region

from .images import PIXELS
from .images import dominoes as compose
from .strong import OK, UNTRAINED, RandomFeatures, learn

__all__ = ["WORLDS", "Array", "World", "acquire"]

Array = npt.NDArray[np.float64]

#: The published two sources hold 10 % and 90 % of the overlap points, and half of as many others each.
POOREST, RICHEST = 0.1 / 0.6, 0.9 / 1.4
CHECKPOINTS = (*range(1, 13), 15, 20, 25, 30, 40, 50, 70, 100)
BATCH = 20
#: Strong penalty, no intercept: the student that does not copy its teacher (claim `student_phase`).
STUDENT_C = 1e-3


@dataclass(frozen=True)
class World:
    """What a campaign needs: sources of known density, and how the student is trained and tested.

    ``test`` takes (features, pseudo-labels) of the points to learn from and gives (status, accuracy on hard-only
    points, overall accuracy).
    """

    sources: list[wl.selection.Source]
    densities: Array
    rounds: int
    say: Callable[[Array], npt.NDArray[np.int64]]
    test: Callable[[Array, npt.NDArray[np.int64]], tuple[int, float, float]]
    weak_hard: float


POINTS = (100, 100, 100, 0)


def _mixture(k: int, variance: float, rounds: int) -> Callable[[Seeds, int], World]:
    """The published mixture with k endless sources, densities evenly between the published two."""

    def build(seeds: Seeds, replicate: int) -> World:
        rng = seeds.generator(replicate, "world")
        mixture = wl.GaussianMixture(rng.uniform(0, 1, 40), variance**0.5, 20)
        X, y, _ = mixture.sample(POINTS, rng)
        weak = wl.train_weak(X, y, d_easy=20)
        densities = np.linspace(POOREST, RICHEST, k)
        pools: list[wl.selection.Source] = [
            wl.selection.MixtureSource(
                mixture,
                weak,
                ((1 - rho) / 2, (1 - rho) / 2, rho, 0),
                name=f"ρ = {rho:.2f}",
                rng=seeds.generator(replicate, "source", i),
            )
            for i, rho in enumerate(densities)
        ]

        def test(X: Array, labels: npt.NDArray[np.int64]) -> tuple[int, float, float]:
            if len(labels) == 0:
                return UNTRAINED, 0.5, 0.5
            student = wl.learning.fit_logistic(X, labels, C=STUDENT_C, fit_intercept=False)
            accuracy = mixture.accuracy(student.coef, counts=POINTS)
            return OK, float(accuracy.hard), float(accuracy.overall)

        weak_hard = float(mixture.accuracy(weak.coef, weak.intercept).hard)
        return World(pools, densities, rounds, lambda X: weak.predict(X).astype(np.int64), test, weak_hard)

    return build


FEATURES, GAMMA, STRONG_C = 512, 0.02, 10.0


def _dominoes(seeds: Seeds, replicate: int) -> World:
    """Two finite pools of dominoes, known regions, random Fourier features; the teacher sees the easy block."""
    train, pool, held_out = compose(
        seeds.generator(replicate, "world"), ((100, 100, 80), (300, 300, 600), (200, 200, 200)), (0, 1), (7, 9)
    )
    weak = wl.learning.fit_logistic(train.X[:, :PIXELS], train.y, C=100.0)
    features = RandomFeatures.draw(2 * PIXELS, FEATURES, GAMMA, seeds.generator(replicate, "features"))
    rng = seeds.generator(replicate, "source")
    poor = rng.permutation(np.arange(len(pool.y)))
    overlap = poor[pool.regions[poor] == Region.OVERLAP]
    others = poor[pool.regions[poor] != Region.OVERLAP]
    parts = [np.concatenate([overlap[:60], others[:300]]), np.concatenate([overlap[60:], others[300:]])]
    strong, proba = features(pool.X), weak.predict_proba(pool.X[:, :PIXELS])[:, 1]
    pools: list[wl.selection.Source] = [
        wl.selection.ArraySource(
            strong[rows], proba[rows], regions=pool.regions[rows], y=pool.y[rows], name=name, rng=rng
        )
        for name, rows in zip(("poor", "rich"), parts, strict=True)
    ]
    strong_test = features(held_out.X)

    def test(X: Array, labels: npt.NDArray[np.int64]) -> tuple[int, float, float]:
        student = learn(X, labels, STRONG_C)
        if student.model is None:
            return student.status, 0.5, 0.5
        right = student.model.predict(strong_test) == held_out.y
        return student.status, float(right[held_out.regions == Region.HARD].mean()), float(right.mean())

    hard = held_out.regions == Region.HARD
    weak_hard = float(np.mean(weak.predict(held_out.X[hard, :PIXELS]) == held_out.y[hard]))
    densities = np.array([float(source.density or 0.0) for source in pools])
    return World(pools, densities, 30, lambda p: np.where(p > 0.5, 1, -1), test, weak_hard)


WORLDS: Mapping[str, Callable[[Seeds, int], World]] = {
    "mixture, K = 2": _mixture(2, 3.0, 50),
    "mixture, K = 5": _mixture(5, 3.0, 50),
    "mixture, K = 20": _mixture(20, 3.0, 100),
    "dominoes, K = 2": _dominoes,
    "published noise, K = 2": _mixture(2, 5.0, 50),
}
"""By name: seeds and replicate give the world. All policies of a replicate see the same one."""


def acquire(world: World, policy: wl.bandit.Policy) -> list[dict[str, Any]]:
    """Run one campaign with the detector in the loop; a row per checkpoint.

    The detector uses all of the history. The student is trained on the points that are detected as overlap at the
    checkpoint, with its teacher's labels. Nothing to learn from, or labels of one class, is accuracy ½ and a status.
    """
    detector = wl.IncrementalDetector(wl.OverlapDetector(n_threads=1))
    history = wl.selection.SelectionHistory([source.name for source in world.sources])
    rows: list[dict[str, Any]] = []
    for checkpoint in (c for c in CHECKPOINTS if c <= world.rounds):
        wl.selection.select_sources(
            world.sources, policy, checkpoint - history.n_rounds, BATCH, detector, history=history
        )
        data = history.data()
        found, true = data["labels"] == Region.OVERLAP, data["regions"] == Region.OVERLAP
        said = (data["weak_proba"] > 0.5) * 2 - 1
        status, hard, overall = world.test(data["X"][found], said[found].astype(np.int64))
        means = [np.nanmean(seen) if (seen := _seen(history, k)).size else np.nan for k in (0, len(world.sources) - 1)]
        rows.append(
            {
                "rounds": checkpoint,
                "status": status,
                "share": float(true.mean()),
                "detected_share": float(found.mean()),
                "precision": float(true[found].mean()) if found.any() else np.nan,
                "average_regret": float(history.regret[-1]) / checkpoint,
                "hard": hard,
                "overall": overall,
                "weak_hard": world.weak_hard,
                "best_density": float(world.densities.max()),
                "density_poorest": float(world.densities[0]),
                "density_richest": float(world.densities[-1]),
                "observed_poorest": float(means[0]),
                "observed_richest": float(means[1]),
            }
        )
    return rows


def _seen(history: wl.selection.SelectionHistory, source: int) -> Array:
    """Fractions observed of one source, where the detector could tell."""
    seen = history.fractions[history.choices == source]
    return seen[~np.isnan(seen)]
