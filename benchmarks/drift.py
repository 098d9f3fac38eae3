"""Forecast trials, against a straightforward loop over NumPy samples and scikit-learn estimators."""

from __future__ import annotations

from functools import partial

import numpy as np
from joblib import Parallel, delayed
from scipy.special import ndtr
from sklearn.decomposition import TruncatedSVD

import w2slens as wl
from benchmarks.harness import Case

D, SOURCES, HORIZONS, SIGMA = 20, 15, (1, 5, 10, 15), 5**0.5


def cases(quick: bool) -> list[Case]:
    trials = 20 if quick else 1000
    return [
        Case(
            noun="drift",
            name=f"{trials:,} trials of {SOURCES} domains × {n} points, two linear forecasters and the transition",
            ours=partial(_ours, trials, n),
            peers={"scikit-learn loop": partial(_loop, trials, n)},
            reference="scikit-learn loop",
            check=None if quick else _check,
            repeats=1 if quick else 3,
        )
        for n in ((50,) if quick else (50, 200))
    ]


def _moving() -> wl.drift.DomainSequence:
    start = [2.5, *[0.0] * (D - 1)]
    return wl.drift.DomainSequence.turning(start, degrees=6, length=SOURCES + HORIZONS[-1], sigma=SIGMA)


def _ours(trials: int, n: int, n_threads: int) -> np.ndarray:
    weights = [[wl.drift.forecast_weights(kind, SOURCES, k) for k in HORIZONS] for kind in ("pooled", "trend")]
    setting = {"sources": SOURCES, "horizons": HORIZONS, "counts": n, "weights": weights}
    found = wl.drift.forecast_trials(range(trials), _moving(), rng=n, n_threads=n_threads, **setting)
    every = np.concatenate([found.linear, found.transition[:, None]], axis=1)
    return np.stack([every.mean(axis=0), every.var(axis=0, ddof=1) / trials])


def _loop(trials: int, n: int, n_threads: int) -> np.ndarray:
    """Written as a user would write it: NumPy samples, scikit-learn's decomposition, one trial after the other."""
    parts = np.array_split(np.arange(trials), 2 * n_threads)
    every = np.concatenate(Parallel(n_jobs=n_threads)(delayed(_trials)(part, n) for part in parts))
    return np.stack([every.mean(axis=0), every.var(axis=0, ddof=1) / trials])


def _trials(numbers: np.ndarray, n: int) -> np.ndarray:
    return np.array([_trial(np.random.default_rng(int(i)), n) for i in numbers])


def _trial(rng: np.random.Generator, n: int) -> np.ndarray:
    means = np.asarray(_moving().means)
    W, rest = np.empty((SOURCES, D)), 0.0
    for t in range(SOURCES):
        y = rng.choice([-1, 1], n)
        signed = y[:, None] * (y[:, None] * means[t] + SIGMA * rng.standard_normal((n, D)))
        W[t] = signed.mean(axis=0)
        rest += np.sum((signed - W[t]) ** 2)
    edge = np.sqrt(rest / (SOURCES * (n - 1) * D)) * (np.sqrt(D) + np.sqrt(SOURCES)) / np.sqrt(n)
    model = TruncatedSVD(n_components=SOURCES - 1, algorithm="arpack").fit(W)
    rank = max(1, int(np.sum(model.singular_values_ > edge)))
    U = model.components_[:rank].T
    Z = W @ U
    left, _, right = np.linalg.svd(Z[1:].T @ Z[:-1])
    step, carried = left @ right, np.zeros(rank)
    for z in Z:
        carried = step @ carried + z / SOURCES
    average = W.mean(axis=0)
    rows: list[list[float]] = [[], [], []]
    for k in HORIZONS:
        t = np.arange(1, SOURCES + 1)
        slope, intercept = np.polyfit(t, W, 1)
        moved = average + U @ (np.linalg.matrix_power(step, k) @ carried - U.T @ average)
        for row, w in zip(rows, (average, intercept + slope * (SOURCES + k), moved), strict=True):
            row.append(ndtr(w @ means[SOURCES - 1 + k] / (SIGMA * np.linalg.norm(w))))
    return np.array(rows)


def _check(ours: np.ndarray, peer: np.ndarray) -> None:
    """Both draw their own trials: means differ by chance alone, at most 6 standard errors."""
    assert np.all(np.abs(ours[0] - peer[0]) < 6 * np.sqrt(ours[1] + peer[1]))
