"""Random finite instances, trained students in the mixture, and sampled pools."""

from __future__ import annotations

from typing import Any

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.mixture import D_EASY, SIGMA, taught
from w2slens import Region
from w2slens.theory.expansion import (
    check_instances,
    expansion_constant,
    expansion_profile,
    mixture_coupling,
    neighbor_graph,
)

BLOCK = 10_000
SIZES = (10, 20, 50, 95, 200, 400)
STUDENTS = {"averaging": None, "C = 0.01": 0.01, "C = 100": 100.0}
POOLS = (50, 100, 200, 400, 800)
MASSES = (0.0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
#: Neighbours are hard blocks with at least this cosine: about one pair in fifty of the same class.
THRESHOLD = 0.5
COUNTS = ("held", "informative", "tight", "violations")
TERMS = ("error", "disagreement", "teacher_disagreement", "quadrature")


@experiment(
    smoke=Grid([{}], 5, chunk=50),
    full=Grid([{}], 200, chunk=50),
    draws="expansion",
    constants={"part": "instances", "n": BLOCK},
)
def instances(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Check blocks of random finite instances; a row per block and statement."""
    rows = []
    for replicate in replicates:
        first = replicate * BLOCK
        tallies = check_instances(first, first + BLOCK, rng=seeds.sequence("instances"))
        for name, tally in tallies.items():
            counts = {count: getattr(tally, count) for count in COUNTS}
            rows.append({"replicate": replicate, "status": 0, "statement": name} | counts)
    return of_rows(rows)


def _of_size(sizes: tuple[int, ...], replicates: int) -> Grid:
    return Grid(Grid.product(n=sizes), replicates, chunk=50)


@experiment(
    smoke=_of_size(SIZES[1::2], 20), full=_of_size(SIZES, 400), draws="expansion", constants={"part": "mixture"}
)
def mixture(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Bound the error of trained students; a row per replicate and student."""
    return of_rows({"replicate": r} | row for r in replicates for row in _mixture(cell["n"], r, seeds))


def _mixture(n: int, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    world = taught(n, replicate, seeds)
    rows = []
    for name, C in STUDENTS.items():
        if C is None:
            coef, intercept = world.labels @ world.overlap / n, 0.0
        elif world.is_single_class:
            # The constant classifier of that class: no disagreement, and half of all points are of the other class.
            constant = {"error": 0.5, "disagreement": 0.0, "teacher_disagreement": 0.5, "quadrature": 0.0}
            rows.append({"student": name, "status": 1} | constant)
            continue
        else:
            fitted = wl.learning.fit_logistic(world.overlap, world.labels, C=C)
            coef, intercept = fitted.coef, fitted.intercept
        terms = mixture_coupling(world.theta, SIGMA, D_EASY, world.teacher, coef, intercept)
        rows.append({"student": name, "status": 0} | {term: getattr(terms, term) for term in TERMS})
    return rows


@experiment(smoke=_of_size(POOLS[::2], 6), full=_of_size(POOLS, 100), draws="expansion", constants={"part": "pool"})
def pools(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Profile sampled pools; a row per pool."""
    return of_rows({"replicate": r, "status": 0} | _pool(cell["n"], r, seeds) for r in replicates)


def _pool(n: int, replicate: int, seeds: Seeds) -> dict[str, Any]:
    rng = seeds.generator(replicate, "pool")
    mixture = wl.GaussianMixture(rng.random(40), SIGMA, D_EASY)
    X, y, regions = mixture.sample((0, 400, 2 * n, 0), rng)
    hard, overlap = (X[(regions == region) & (y == 1)][:, D_EASY:] for region in (Region.HARD, Region.OVERLAP))
    graph = neighbor_graph(hard, overlap, threshold=THRESHOLD)
    profile = expansion_profile(graph)
    row = {f"kappa_{q}": k for q, k in zip(MASSES, profile.kappa(MASSES), strict=True)}
    return row | {"constant": expansion_constant(graph).value, "uncoupled": profile.uncoupled(1.0)}
