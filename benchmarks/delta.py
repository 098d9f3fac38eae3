"""Trials of delta learning, against a straightforward loop over scikit-learn fits."""

from __future__ import annotations

from functools import partial

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

from benchmarks.harness import Case
from w2slens.delta import DeltaStudent, delta_trials

N, SIGMA, C = 400, 5**0.5, 0.01


def _setting() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    theta = np.zeros(40)
    theta[0], theta[20] = 2.6, 2.5
    chosen, rejected = np.zeros((2, 20))
    chosen[:3], rejected[:3] = (0.45, 0.9, 0.0), (0.2, 0.9, 0.4)
    return theta, chosen, rejected


def cases(quick: bool) -> list[Case]:
    trials = 4 if quick else 400
    return [
        Case(
            noun="delta",
            name=f"{trials} trials of {N} overlap points, a logistic student of the difference",
            ours=partial(_ours, trials),
            peers={"scikit-learn loop": partial(_loop, trials)},
            reference="scikit-learn loop",
            check=None if quick else _check,
            repeats=1 if quick else 3,
        )
    ]


def _ours(trials: int, n_threads: int) -> tuple[float, float]:
    theta, chosen, rejected = _setting()
    rows = delta_trials(
        range(trials),
        counts={"overlap": N},
        theta=theta,
        sigma=SIGMA,
        chosen=chosen,
        rejected=rejected,
        students=[DeltaStudent(C=C)],
        rng=0,
        n_threads=n_threads,
    )
    return _mean_and_variance(rows["hard"])


def _mean_and_variance(accuracies: np.ndarray) -> tuple[float, float]:
    """Mean over trials and the variance of that mean."""
    return float(accuracies.mean()), float(accuracies.var(ddof=1) / accuracies.size)


def _loop(trials: int, n_threads: int) -> tuple[float, float]:
    """Written as a user would write it: NumPy samples, scikit-learn fits, one trial after the other."""
    work = [delayed(_trial)(seed) for seed in range(trials)]
    return _mean_and_variance(np.array(Parallel(n_jobs=n_threads)(work)))


def _trial(seed: int) -> float:
    from scipy.special import ndtr

    theta, chosen, rejected = _setting()
    rng = np.random.default_rng(seed)
    y = rng.choice([-1, 1], N)
    X = y[:, None] * theta + SIGMA * rng.standard_normal((N, 40))
    said, against = (np.where(X[:, :20] @ w > 0, 1, -1) for w in (chosen, rejected))
    apart = said != against
    w = LogisticRegression(C=C, fit_intercept=False).fit(X[apart], said[apart]).coef_[0]
    hard = w[20:]
    return float(ndtr(hard @ theta[20:] / (SIGMA * np.linalg.norm(hard))))


def _check(ours: tuple[float, float], peer: tuple[float, float]) -> None:
    """Both draw their own trials: the means differ by chance alone, at most 6 standard errors."""
    assert abs(ours[0] - peer[0]) < 6 * np.sqrt(ours[1] + peer[1])
