"""The change point of scores in shuffled order, against binary segmentation by ruptures of the same scores, sorted."""

from __future__ import annotations

from functools import partial

import numpy as np
import ruptures

from benchmarks.harness import Case
from w2slens.scoring import change_point


def cases(quick: bool) -> list[Case]:
    sizes = (1_000,) if quick else (1_000, 5_000, 20_000)
    return [case(n) for n in sizes for case in (_exact, _compat)]


def _exact(n: int) -> Case:
    values = _scores(n)
    every_index = partial(_ruptures, values, jump=1, min_size=1)
    return Case(
        noun="changepoint",
        name=f"{n:,} values, exact",
        ours=partial(_ours, values, None),
        peers={"ruptures, every index": every_index, "ruptures, defaults": partial(_ruptures, values)},
        reference="ruptures, every index",
        threads=(1,),
        check=partial(_no_costlier, values),
        repeats=3,
    )


def _compat(n: int) -> Case:
    values = _scores(n)
    return Case(
        noun="changepoint",
        name=f"{n:,} values, compat='ruptures'",
        ours=partial(_ours, values, "ruptures"),
        peers={"ruptures, defaults": partial(_ruptures, values)},
        reference="ruptures, defaults",
        threads=(1,),
        check=_same,
        repeats=3,
    )


def _scores(n: int) -> np.ndarray:
    return np.random.default_rng(n).beta(0.5, 0.8, n)


def _ours(values: np.ndarray, compat: str | None, n_threads: int) -> int:
    return change_point(values, compat=compat).index


def _ruptures(values: np.ndarray, n_threads: int, **options: int) -> int:
    return ruptures.Binseg(model="l2", **options).fit(np.sort(values)).predict(n_bkps=1)[0]


def _no_costlier(values: np.ndarray, ours: int, peer: int) -> None:
    """Assert that the exact split costs no more: as much as with every index, often less than with the defaults."""
    ordered = np.sort(values)
    ours_cost, peer_cost = (k * ordered[:k].var() + (len(ordered) - k) * ordered[k:].var() for k in (ours, peer))
    assert ours_cost <= peer_cost * (1 + 1e-12), (ours, peer)


def _same(ours: int, peer: int) -> None:
    assert ours == peer, (ours, peer)
