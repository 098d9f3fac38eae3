"""The expansion constant of pools by exact maximum flow, against linear programming of its dual, the least overload."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from benchmarks.harness import Case
from w2slens.theory.expansion import expansion_constant, neighbor_graph

PEER = "scipy linprog (HiGHS)"


def cases(quick: bool) -> list[Case]:
    return [_case(n, k) for n, k in (((100, 5),) if quick else ((100, 5), (300, 10), (1_000, 20)))]


def _case(n: int, k: int) -> Case:
    rng = np.random.default_rng(n)
    # Points on a circle with uneven densities, so that the minimising set is neither one point nor all.
    angles = rng.vonmises(0, 0.5, n), rng.vonmises(0, 2.0, n)
    graph = neighbor_graph(*(np.c_[np.cos(a), np.sin(a)] for a in angles), k=k)
    return Case(
        noun="expansion",
        name=f"{n:,} × {n:,} points, {k} neighbours",
        ours=partial(_ours, graph),
        peers={PEER: partial(_by_programming, graph)},
        reference=PEER,
        threads=(1,),
        check=_same,
        repeats=3,
    )


def _ours(graph: sparse.csr_array, n_threads: int) -> float:
    return expansion_constant(graph).value


def _by_programming(graph: sparse.csr_array, n_threads: int) -> float:
    (n, m), edges = graph.shape, graph.tocoo()
    mass, one = np.arange(graph.nnz), np.ones(graph.nnz)
    marginal = sparse.csr_array((one, (edges.row, mass)), shape=(n, graph.nnz + 1))
    load = sparse.csr_array((one, (edges.col, mass)), shape=(m, graph.nnz))
    load = sparse.hstack([load, np.full((m, 1), -1 / m)])
    cost = np.r_[np.zeros(graph.nnz), 1.0]
    return 1 / linprog(cost, A_ub=load, b_ub=np.zeros(m), A_eq=marginal, b_eq=np.full(n, 1 / n), method="highs").fun


def _same(ours: float, peer: float) -> None:
    assert abs(ours / peer - 1) < 1e-6, (ours, peer)
