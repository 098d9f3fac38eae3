"""Eight entry points that use threads, as small calls with digests of their results; a script runs them in a pool."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

import w2slens as wl

X = np.random.default_rng(0).standard_normal((400, 16))
P = np.random.default_rng(1).random(400)
MIXTURE = wl.GaussianMixture(np.ones(8), sigma=1.0, d_easy=4)
COUNTS = {"easy": 40, "hard": 40, "overlap": 40}


def logistic() -> list[Any]:
    models = wl.learning.fit_logistic_batch([X] * 3, [np.where(cut > P, 1, -1) for cut in (0.3, 0.5, 0.7)])
    return [model.coef for model in models]


ENTRIES: dict[str, Callable[[], Any]] = {
    "overlap_scores": lambda: wl.overlap_scores(X, X[:200]),
    "OverlapDetector": lambda: wl.OverlapDetector().fit(X, P).density_,
    "GaussianMixture.sample": lambda: MIXTURE.sample((300, 300, 300, 300), 3).X,
    "fit_logistic_batch": logistic,
    "bandit_trials": lambda: wl.bandit.bandit_trials(wl.bandit.UCB(2), [0.2, 0.7], 300, 8, rng=0).regret,
    "mixture_trials": lambda: wl.learning.mixture_trials(range(4), counts=COUNTS, rng=0)["student_hard"],
    "check_instances": lambda: repr(wl.theory.expansion.check_instances(0, 400, rng=1)),
    "change_point": lambda: repr(wl.change_point(P)),
}


def digest(name: str) -> str:
    """Return a digest of what entry ``name`` computes here."""
    value = ENTRIES[name]()
    data = value.encode() if isinstance(value, str) else np.asarray(value).tobytes()
    return hashlib.sha256(data).hexdigest()


def _bare(names: list[str]) -> list[str]:
    """Fork once for each entry, as loaders of data do."""
    found = []
    for name in names:
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, digest(name).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            found.append(pipe.read())
        os.wait()
    return found


def _busy(names: list[str]) -> list[str]:
    """Fork while other threads of the parent make pools and use them."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            for n in (1, 2, 3, 9):
                wl.overlap_scores(X, X[:200], n_threads=n)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        rounds = [_bare(names) for _ in range(4)]
    finally:
        done.set()
        for thread in threads:
            thread.join()
    return rounds[0] if all(found == rounds[0] for found in rounds) else []


def in_pool(pool: str, method: str, names: list[str]) -> list[str]:
    """Return the digests that workers of a pool compute."""
    if pool == "Pool":
        with multiprocessing.get_context(method).Pool(2) as workers:
            return workers.map(digest, names)
    if pool == "ProcessPoolExecutor":
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as executor:
            return list(executor.map(digest, names))
    if pool == "joblib":
        from joblib import Parallel, delayed

        return list(Parallel(n_jobs=2, backend=method)(delayed(digest)(name) for name in names))
    if pool == "DataLoader":
        from torch.utils.data import DataLoader

        class Entries:
            def __len__(self) -> int:
                return len(names)

            def __getitem__(self, index: int) -> str:
                return digest(names[index])

        return [found for (found,) in DataLoader(Entries(), num_workers=1, multiprocessing_context=method)]
    return {"bare": _bare, "busy": _busy}[pool](names)


if __name__ == "__main__":
    names = list(ENTRIES)
    here = [digest(name) for name in names]  # now every pool of threads was used
    print(json.dumps({"here": here, "there": in_pool(sys.argv[1], sys.argv[2], names)}))
