"""The published synthetic experiment, against a straightforward loop over scikit-learn fits."""

from __future__ import annotations

from functools import partial

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

import w2slens as wl
from benchmarks.harness import Case

SIZES = range(5, 100, 5)


def cases(quick: bool) -> list[Case]:
    trials = 2 if quick else 50
    return [
        Case(
            noun="trials",
            name=f"published experiment, {trials} trials × {len(SIZES)} sizes, three fits each",
            ours=partial(_ours, trials),
            peers={"scikit-learn loop": partial(_loop, trials)},
            reference="scikit-learn loop",
            check=None if quick else _check,
            repeats=1 if quick else 3,
        )
    ]


def _ours(trials: int, n_threads: int) -> np.ndarray:
    rows = [
        wl.learning.mixture_trials(range(trials), counts=(100, 100, n, 0), rng=n, n_threads=n_threads) for n in SIZES
    ]
    return np.array([_mean_and_variance(row["student_overall"][row["status"] == 0]) for row in rows])


def _mean_and_variance(accuracies: np.ndarray) -> tuple[float, float]:
    """Mean over trials and the variance of that mean."""
    return accuracies.mean(), accuracies.var(ddof=1) / accuracies.size


def _loop(trials: int, n_threads: int) -> np.ndarray:
    """Written as a user would write it: NumPy samples, scikit-learn fits, one trial after the other."""
    work = [delayed(_size)(trials, n) for n in SIZES]
    return np.array(Parallel(n_jobs=n_threads)(work))


def _size(trials: int, n: int) -> tuple[float, float]:
    rng = np.random.default_rng(n)
    accuracies = np.array([_trial(rng, n) for _ in range(trials)])
    return _mean_and_variance(accuracies[~np.isnan(accuracies)])


def _trial(rng: np.random.Generator, n: int) -> float:
    theta = rng.random(40)
    regions = np.repeat([0, 1, 2], [100, 100, n])

    def sample() -> tuple[np.ndarray, np.ndarray]:
        y = rng.choice([-1, 1], len(regions))
        X = y[:, None] * theta + np.sqrt(5) * rng.standard_normal((len(regions), 40))
        X[regions == 0, 20:] = 0
        X[regions == 1, :20] = 0
        return X, y

    def blind(X: np.ndarray) -> np.ndarray:
        return np.hstack([X[:, :20], np.zeros((len(X), 20))])

    (X, y), (X_pseudo, _), (X_test, y_test) = sample(), sample(), sample()
    weak = LogisticRegression(C=1.0, fit_intercept=False).fit(blind(X), y)
    ceiling = LogisticRegression(C=1.0, fit_intercept=False).fit(X, y)
    overlap = regions == 2
    said = weak.predict(blind(X_pseudo))[overlap]
    weak.score(blind(X_test), y_test)
    ceiling.score(X_test, y_test)
    if len(np.unique(said)) < 2:
        return np.nan
    student = LogisticRegression(C=0.01).fit(X_pseudo[overlap], said)
    return student.score(X_test, y_test)


def _check(ours: np.ndarray, peer: np.ndarray) -> None:
    """Both draw their own trials: at every size the means differ by chance alone, at most 6 standard errors."""
    assert np.all(np.abs(ours[:, 0] - peer[:, 0]) < 6 * np.sqrt(ours[:, 1] + peer[:, 1]))
