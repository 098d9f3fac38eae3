"""Replicated UCB bandits, against NumPy with all replicates at once, the plain NumPy loop, and mabwiser."""

from __future__ import annotations

from functools import partial

import numpy as np

import w2slens as wl
from benchmarks.harness import Case


def cases(quick: bool) -> list[Case]:
    return [case for k in (10, 50) for case in (_together(k, quick), _one_by_one(k, quick))]


def _densities(k: int) -> np.ndarray:
    return np.linspace(0.2, 0.8, k)


def _together(k: int, quick: bool) -> Case:
    horizon, replicates = (500, 200) if quick else (10_000, 1_000)
    return Case(
        noun="bandit",
        name=f"UCB (ln T), K = {k}, {replicates:,} × {horizon:,} rounds",
        ours=partial(_ours, k, horizon, replicates, True),
        peers={"numpy, all replicates at once": partial(_vectorised, k, horizon, replicates)},
        reference="numpy, all replicates at once",
        threads=(1, 2),
        check=_check,
        repeats=3 if quick else 5,
    )


def _one_by_one(k: int, quick: bool) -> Case:
    horizon, replicates = (200, 3) if quick else (2_000, 20)
    return Case(
        noun="bandit",
        name=f"UCB1 (ln t), K = {k}, {replicates} × {horizon:,} rounds",
        ours=partial(_ours, k, horizon, replicates, False),
        peers={
            "numpy loop": partial(_loop, k, horizon, replicates),
            "mabwiser": partial(_mabwiser, k, horizon, replicates),
        },
        reference="numpy loop",
        threads=(1,),
        check=_check,
        repeats=3,
        memory=False,
    )


def _ours(k: int, horizon: int, replicates: int, with_horizon: bool, n_threads: int) -> np.ndarray:
    policy = wl.bandit.UCB(k, horizon=horizon if with_horizon else None)
    densities = _densities(k)
    trials = wl.bandit.bandit_trials(
        policy, densities, horizon, replicates, checkpoints=[horizon], rng=7, n_threads=n_threads
    )
    return trials.regret[:, -1]


def _vectorised(k: int, horizon: int, replicates: int, n_threads: int) -> np.ndarray:
    """A step for every replicate at a time: the fastest NumPy we know; only the pulled index changes."""
    rng, densities = np.random.default_rng(7), _densities(k)
    rows, scale = np.arange(replicates), 2 * np.log(horizon)
    sums, counts = np.zeros((replicates, k)), np.zeros((replicates, k))
    index = np.full((replicates, k), np.inf)
    for _ in range(horizon):
        chosen = index.argmax(axis=1)
        counts[rows, chosen] += 1
        sums[rows, chosen] += rng.random(replicates) < densities[chosen]
        n = counts[rows, chosen]
        index[rows, chosen] = sums[rows, chosen] / n + np.sqrt(scale / n)
    return counts @ (densities.max() - densities)


def _loop(k: int, horizon: int, replicates: int, n_threads: int) -> np.ndarray:
    rng, densities = np.random.default_rng(7), _densities(k)
    regret = np.zeros(replicates)
    for replicate in range(replicates):
        sums, counts = np.zeros(k), np.zeros(k)
        for t in range(horizon):
            chosen = t if t < k else int(np.argmax(sums / counts + np.sqrt(2 * np.log(t) / counts)))
            counts[chosen] += 1
            sums[chosen] += rng.random() < densities[chosen]
        regret[replicate] = counts @ (densities.max() - densities)
    return regret


def _mabwiser(k: int, horizon: int, replicates: int, n_threads: int) -> np.ndarray:
    from mabwiser.mab import MAB, LearningPolicy

    rng, densities = np.random.default_rng(7), _densities(k)
    regret = np.zeros(replicates)
    for replicate in range(replicates):
        # Its index is mean + α √(2 ln N / n): UCB1 at α = 1.
        bandit = MAB(list(range(k)), LearningPolicy.UCB1(alpha=1), seed=replicate)
        counts = np.zeros(k)
        for t in range(horizon):
            chosen = t if t < k else bandit.predict()
            reward = [int(rng.random() < densities[chosen])]
            if t == 0:
                bandit.fit([chosen], reward)
            else:
                bandit.partial_fit([chosen], reward)
            counts[chosen] += 1
        regret[replicate] = counts @ (densities.max() - densities)
    return regret


def _check(ours: np.ndarray, peer: np.ndarray) -> None:
    """Both play one policy: mean regrets within 6 standard errors of each other."""
    error = np.sqrt(ours.var(ddof=1) / ours.size + peer.var(ddof=1) / peer.size)
    assert abs(ours.mean() - peer.mean()) < 6 * error
