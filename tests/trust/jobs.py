"""Long jobs of every kernel, one of which is interrupted; run as a script, it prints how long the interrupt took."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

import w2slens as wl

RANDOM = np.random.default_rng(0)
COUNTS = {"easy": 100, "hard": 100, "overlap": 100}


def fit_logistic(rng: np.random.Generator) -> Callable[[], Any]:
    X = RANDOM.standard_normal((20_000, 1_500))
    y = np.where(X[:, 0] + RANDOM.standard_normal(20_000) > 0, 1, -1)
    return lambda: wl.learning.fit_logistic(X, y)


def fit_logistic_wide(rng: np.random.Generator) -> Callable[[], Any]:
    X = RANDOM.standard_normal((4_000, 6_000))
    return lambda: wl.learning.fit_logistic(X, np.where(X[:, 0] > 0, 1, -1))


def bandit_trials(rng: np.random.Generator) -> Callable[[], Any]:
    return lambda: wl.bandit.bandit_trials(wl.bandit.UCB(10), np.linspace(0.1, 0.9, 10), 10**7, 400, rng=rng)


def mixture_trials(rng: np.random.Generator) -> Callable[[], Any]:
    return lambda: wl.learning.mixture_trials(range(200_000), counts=COUNTS, rng=rng)


def sample(rng: np.random.Generator) -> Callable[[], Any]:
    mixture = wl.GaussianMixture(np.ones(100), sigma=1.0, d_easy=50)
    return lambda: mixture.sample({"overlap": 20_000_000}, rng, dtype="float32", n_threads=1)


def change_point(rng: np.random.Generator) -> Callable[[], Any]:
    values = RANDOM.random(100_000_000)
    return lambda: wl.change_point(values)


def overlap_scores(rng: np.random.Generator) -> Callable[[], Any]:
    X = RANDOM.standard_normal((2_000, 768))
    rows, hard_rows = np.tile(np.arange(2_000), 100), np.tile(np.arange(2_000), 25)
    return lambda: wl.overlap_scores(X, rows=rows, hard_rows=hard_rows)


def check_instances(rng: np.random.Generator) -> Callable[[], Any]:
    return lambda: wl.theory.expansion.check_instances(0, 10**9, rng=rng)


def expansion_profile(rng: np.random.Generator) -> Callable[[], Any]:
    hard, overlap, degree = 200_000, 150_000, 8
    indices = RANDOM.integers(overlap, size=hard * degree)
    graph = sparse.csr_array((np.ones(indices.size), indices, np.arange(hard + 1) * degree), shape=(hard, overlap))
    graph.sum_duplicates()
    weights = RANDOM.integers(1, 10**6, size=hard)
    return lambda: wl.theory.expansion.expansion_profile(graph, weights)


JOBS = {
    job.__name__: job
    for job in (
        fit_logistic,
        fit_logistic_wide,
        bandit_trials,
        mixture_trials,
        sample,
        change_point,
        overlap_scores,
        check_instances,
        expansion_profile,
    )
}


def seconds_until_raised(call: Callable[[], Any], number: int, delay: float) -> float:
    """Return the time from signal ``number``, sent after ``delay`` seconds of ``call``, to the exception it raises."""
    sent = [0.0]

    def send() -> None:
        sent[0] = time.perf_counter()
        os.kill(os.getpid(), number)

    timer = threading.Timer(delay, send)
    timer.start()
    try:
        call()
    except KeyboardInterrupt:
        return time.perf_counter() - sent[0]
    finally:
        timer.join()
    raise SystemExit(f"the job was over within {delay} s")


if __name__ == "__main__":
    name, delays = sys.argv[1], [float(delay) for delay in sys.argv[2:]]

    def terminate(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, terminate)
    rng = np.random.default_rng(7)
    call = JOBS[name](rng)
    numbers = [signal.SIGINT, signal.SIGTERM] * len(delays)
    found = [seconds_until_raised(call, number, delay) for number, delay in zip(numbers, delays, strict=False)]
    # What was interrupted left the generator where it stood.
    untouched = rng.bit_generator.state == np.random.default_rng(7).bit_generator.state
    print(json.dumps({"seconds": found, "untouched": untouched}))
