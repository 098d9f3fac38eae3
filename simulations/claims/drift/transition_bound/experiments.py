"""Random roll-outs, a mechanism that memorises its samples, and the counterpart's bound on simulated domains."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from w2slens.theory.drift import jensen_shannon, memorised, pham_theorem_1, total_variation

Array = npt.NDArray[np.float64]

#: Steps ahead, and roll-outs drawn together.
STEPS, BLOCK = 5, 2000
#: The counterpart's domains: first means, noise, sources and targets, half-planes, angles of the mechanisms.
LENGTH, SIGMA, SOURCES, TARGETS, PLANES = 2.0, 1.0, 10, 3, 24
MECHANISMS = tuple(np.deg2rad(np.arange(0.0, 16.0, 1.0)).tolist())
TRUE_STEP, JITTER, CHOSEN = np.deg2rad(6.0), np.deg2rad(1.0), 6
DELTA = 0.05


def _orthogonal(random: np.random.Generator, count: int, d: int, size: Array) -> Array:
    """(count, d, d) rotations: the identity, perturbed by so much, made orthogonal."""
    disturbed = np.eye(d) + size[:, None, None] * random.standard_normal((count, d, d))
    Q, R = np.linalg.qr(disturbed)
    return Q * np.sign(np.einsum("nii->ni", R))[:, None, :]


def _errors(w: Array, means: Array, sigma: Array) -> Array:
    """(count, …) errors of x ↦ sign(w·x) in domains of these means."""
    return ndtr(-np.einsum("nd,nkd->nk", w, means) / (sigma * np.linalg.norm(w, axis=1))[:, None])


@experiment(
    smoke=Grid(Grid.product(d=(2, 5)), 2),
    full=Grid(Grid.product(d=(2, 5, 20)), 20, chunk=10),
)
def rollouts(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Blocks of random worlds, mechanisms and classifiers: a row per block and step, means and worst margins."""
    rows: list[dict[str, Any]] = []
    for r in replicates:
        random = seeds.generator(r)
        d = cell["d"]
        sigma, scale = random.uniform(0.3, 2.0, BLOCK), random.uniform(0.0, 0.6, (2, BLOCK))
        theta, true = 2 * random.standard_normal((BLOCK, d)), _orthogonal(random, BLOCK, d, scale[0])
        mechanism = np.einsum("nij,njk->nik", _orthogonal(random, BLOCK, d, 0.3 * scale[1]), true)
        # Some classifiers are good ones, others are anything.
        w = random.standard_normal((BLOCK, d)) + 3 * random.random((BLOCK, 1)) * theta
        means, rolled = [theta], [theta]
        for _ in range(STEPS):
            means.append(np.einsum("nij,nj->ni", true, means[-1]))
            rolled.append(np.einsum("nij,nj->ni", mechanism, rolled[-1]))
        moved = np.stack([np.einsum("nij,nj->ni", mechanism, mean) for mean in means[:-1]], axis=1)
        later, carried = np.stack(means[1:], axis=1), np.stack(rolled[1:], axis=1)
        distance = [np.linalg.norm(a - b, axis=2) / sigma[:, None] for a, b in ((later, moved), (later, carried))]
        steps, direct = (total_variation(gap, 1.0) for gap in distance)
        root = np.sqrt(2 * jensen_shannon(distance[1], 1.0))
        error, known = _errors(w, later, sigma), _errors(w, carried, sigma)
        telescoped = np.cumsum(steps, axis=1)
        # How much each form leaves; what rounding may take, some units in the last place, is no violation.
        margins = {
            "direct": known + direct - error,
            "telescoped": telescoped - direct,
            "jensen_shannon": root - direct,
        }
        for k in range(STEPS):
            row: dict[str, Any] = {"replicate": r, "status": 0, "horizon": k + 1, "size": BLOCK}
            row |= {"error": error[:, k].mean(), "rolled": known[:, k].mean(), "variation": direct[:, k].mean()}
            row |= {"sum": telescoped[:, k].mean(), "root": root[:, k].mean()}
            for name, margin in margins.items():
                row |= {f"{name}_least": margin[:, k].min(), f"{name}_violated": int(np.sum(margin[:, k] < -1e-12))}
            rows.append(row)
    return of_rows(rows)


@experiment(
    smoke=Grid(Grid.product(n=(1000, 10_000)), 2),
    full=Grid(Grid.product(n=(100, 1000, 10_000, 100_000)), 20),
)
def memorising(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Coins as labels, and a mechanism that sends the points it has seen to +1: printed bound and true error."""
    rows = []
    for r in replicates:
        random = seeds.generator(r)
        points = [random.random(cell["n"]) for _ in range(3)]
        known = np.sort(np.concatenate(points))
        labels = [random.choice(np.array([-1, 1]), cell["n"]) for _ in points]

        def mechanism(x: Array, y: Array, known: Array = known) -> Array:
            place = np.minimum(np.searchsorted(known, x), known.size - 1)
            return np.where(known[place] == x, 1, y)

        # The best constant on what the mechanism makes of each sample, and how often it errs there.
        carried = [mechanism(x, y) for x, y in zip(points, labels, strict=True)]
        chosen = [1 if np.mean(y) >= 0 else -1 for y in carried]
        empirical = float(np.mean([np.mean(y != h) for y, h in zip(carried, chosen, strict=True)]))
        fresh, coins = random.random(cell["n"]), random.choice(np.array([-1, 1]), cell["n"])
        moved = float(np.mean(mechanism(fresh, coins) != coins))
        wrong = int(np.sum(coins != chosen[-1]))
        bound = memorised(cell["n"], sources=3, targets=1, delta=DELTA).bound + empirical
        rows.append({"replicate": r, "status": 0, "bound": bound, "moved": moved, "wrong": wrong, "points": cell["n"]})
    return of_rows(rows)


def _turned(theta: Array, angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return theta @ np.array([[c, s], [-s, c]])


@experiment(
    smoke=Grid(Grid.product(n=(200, 2000)), 10),
    full=Grid(Grid.product(n=(200, 2000, 20_000)), 120, chunk=60),
)
def counterpart(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Half-planes fitted to what a fixed rotation makes of each sample, beside the improved form of Theorem 1."""
    normals = np.linspace(0, 2 * np.pi, PLANES, endpoint=False)
    H = np.column_stack([np.cos(normals), np.sin(normals)])
    rows = []
    for r in replicates:
        random = seeds.generator(r)
        length = SOURCES + TARGETS
        turns = np.cumsum(np.append(0.0, TRUE_STEP + JITTER * random.standard_normal(length - 1)))
        means = LENGTH * np.column_stack([np.cos(turns), np.sin(turns)])
        terms = _suprema(means, H)
        fitted, empirical = [], []
        for t in range(1, length):
            X = means[t - 1] + SIGMA * random.standard_normal((cell["n"], 2))  # yx, for y = ±1 alike
            wrong = np.mean(_turned(X, MECHANISMS[CHOSEN]) @ H.T <= 0, axis=0)
            fitted.append(int(wrong.argmin()))
            empirical.append(wrong.min())
        errors = ndtr(-(means[1:] * H[fitted]).sum(axis=1) / SIGMA)
        shared = {"n": cell["n"], "sources": SOURCES - 1, "targets": TARGETS, "rademacher": np.sqrt(2 * np.log(PLANES))}
        fit = float(np.mean(empirical[: SOURCES - 1]))
        bound = pham_theorem_1(empirical_error=fit, **terms, **shared, delta=DELTA, form="improved")
        rows.append({"replicate": r, "status": 0, "error": errors[SOURCES - 1 :].mean(), "bound": bound})
    return of_rows(rows)


def _suprema(means: Array, H: Array) -> dict[str, float]:
    """D_src of the chosen mechanism, and both Φ: suprema over all mechanisms, of the population."""
    source = slice(0, SOURCES - 1)
    target = slice(SOURCES - 1, None)
    divergences, differences, errors = [], [], []
    for angle in MECHANISMS:
        carried = _turned(means[:-1], angle)
        roots = np.sqrt(jensen_shannon(np.linalg.norm(means[1:] - carried, axis=1), SIGMA))
        best = H[np.argmax(carried @ H.T, axis=1)]
        wrong = ndtr(-(means[1:] * best).sum(axis=1) / SIGMA)
        divergences.append(roots[source].mean())
        differences.append(roots[target].mean() - roots[source].mean())
        errors.append(wrong[target].mean() - wrong[source].mean())
    return {
        "source_divergence": float(divergences[CHOSEN]),
        "divergence_gap": float(max(differences)),
        "error_gap": float(max(errors)),
    }
