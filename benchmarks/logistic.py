"""Batches of small ridge-logistic fits, against scikit-learn's ``LogisticRegression``."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

import w2slens as wl
from benchmarks.harness import Case


def cases(quick: bool) -> list[Case]:
    sizes = [(8, 300, 40)] if quick else [(200, 300, 40), (50, 2000, 100), (200, 60, 40)]
    return [_case(*size, quick) for size in sizes]


def _case(k: int, n: int, d: int, quick: bool) -> Case:
    return Case(
        noun="logistic",
        name=f"{k} fits of {n:,} × {d}, C = 1, intercept",
        ours=partial(_ours, k, n, d),
        peers={"scikit-learn lbfgs": partial(_sklearn, k, n, d, "lbfgs")}
        | {"scikit-learn newton-cholesky": partial(_sklearn, k, n, d, "newton-cholesky")},
        reference="scikit-learn lbfgs",
        check=_check,
        repeats=2 if quick else 5,
    )


@cache
def _problems(k: int, n: int, d: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(k)
    problems = []
    for _ in range(k):
        X = rng.standard_normal((n, d))
        problems.append((X, np.where(X[:, 0] + 2 * rng.standard_normal(n) > 0, 1, -1)))
    return problems


def _ours(k: int, n: int, d: int, n_threads: int) -> np.ndarray:
    Xs, ys = zip(*_problems(k, n, d), strict=True)
    return np.array([model.coef for model in wl.learning.fit_logistic_batch(Xs, ys, n_threads=n_threads)])


def _sklearn(k: int, n: int, d: int, solver: str, n_threads: int) -> np.ndarray:
    """One fit after the other; with more threads joblib's threading backend, which suits fits this small best."""
    fit = delayed(lambda X, y: LogisticRegression(solver=solver, tol=1e-6, max_iter=1000).fit(X, y).coef_[0])
    work = (fit(X, y) for X, y in _problems(k, n, d))
    return np.array(Parallel(n_jobs=n_threads, backend="threading")(work))


def _check(ours: np.ndarray, peer: np.ndarray) -> None:
    # The peer is timed at a tolerance users choose; the test suite compares at a tight one.
    np.testing.assert_allclose(ours, peer, atol=1e-3)
