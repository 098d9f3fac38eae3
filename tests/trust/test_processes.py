"""Every entry point after a fork, in fresh processes and in pools; and what is left of threads. Nothing may hang."""

import importlib.util
import json
import os
import sys
import textwrap
from pathlib import Path

import pytest

from tests.trust.processes import run

ENTRIES = Path(__file__).with_name("entries.py")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="no torch here")


def run_code(code, **environment):
    return run("-c", textwrap.dedent(code), **environment)


@pytest.mark.parametrize(
    ("pool", "method"),
    [
        *[pytest.param("Pool", method, marks=FORK) for method in ("fork", "spawn", "forkserver")],
        *[pytest.param("ProcessPoolExecutor", method, marks=FORK) for method in ("fork", "spawn", "forkserver")],
        *[pytest.param("joblib", method, marks=FORK) for method in ("multiprocessing", "loky")],
        *[pytest.param("DataLoader", method, marks=TORCH) for method in ("fork", "spawn", "forkserver")],
        pytest.param("bare", "fork", marks=FORK),
        pytest.param("busy", "fork", marks=FORK),
    ],
)
def test_eight_entry_points_work_in_children_of_a_process_that_used_them(pool, method):
    found = json.loads(run(ENTRIES, pool, method))
    assert found["there"] == found["here"]
    assert len(set(found["here"])) == 8


QUIET = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ENTRIES.parent)}
COUNT = """
import os, time
from contextlib import suppress
from pathlib import Path
import numpy as np
import w2slens as wl
from w2slens import _kernels

def ours():
    names = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
            names.append((task / "comm").read_text())
    return sum(name.startswith("w2slens") for name in names), sum(name.startswith("python") for name in names)

def settled(most):
    \"\"\"Ours, once no more than `most` are left: threads of a dropped pool end a moment later.\"\"\"
    end = time.monotonic() + 5
    while ours()[0] > most and time.monotonic() < end:
        time.sleep(0.01)
    return ours()[0]

X = np.random.default_rng(0).standard_normal((300, 8))
"""


@LINUX
def test_forty_different_numbers_of_threads_leave_a_handful():
    code = """
    from entries import ENTRIES
    room = max(8, 2 * len(os.sched_getaffinity(0)))
    first = wl.overlap_scores(X, X[:50], n_threads=1).tobytes()
    for n in range(1, 40):
        assert wl.overlap_scores(X, X[:50], n_threads=n).tobytes() == first
    assert 0 < settled(room) <= room, ours()
    for entry in ENTRIES.values():
        entry()
    assert 0 < settled(room) <= room, ours()
    assert ours()[1] == 1, "threads without our name: rayon's own?"
    """
    run_code(COUNT + textwrap.dedent(code), **QUIET)


@LINUX
@pytest.mark.parametrize("name", ["W2SLENS_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"])
def test_variables_lower_the_default_and_are_read_at_each_call(name):
    code = f"""
    from entries import ENTRIES
    for entry in ENTRIES.values():
        entry()
    assert ours()[0] == 1, ours()
    del os.environ["{name}"]
    assert _kernels.default_threads() == len(os.sched_getaffinity(0))
    os.environ["{name}"] = "100000"
    assert _kernels.default_threads() == len(os.sched_getaffinity(0))
    """
    run_code(COUNT + textwrap.dedent(code), **QUIET, **{name: "1"})


@LINUX
def test_the_default_is_what_this_process_may_use():
    code = """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    wl.overlap_scores(X, X[:50])
    assert ours()[0] == 1, ours()
    """
    run_code(COUNT + textwrap.dedent(code))


@FORK
def test_workers_of_loky_share_the_cores_instead_of_taking_all_each():
    code = """
    import os
    from joblib import Parallel, delayed
    from w2slens import _kernels
    workers = Parallel(n_jobs=2, inner_max_num_threads=1, backend="loky")
    print(workers(delayed(_kernels.default_threads)() for _ in range(4)))
    """
    assert run_code(code).strip() == "[1, 1, 1, 1]"


def test_more_threads_than_the_machine_can_use_are_refused_with_the_limit():
    code = """
    import os, re
    import numpy as np, pytest
    import w2slens as wl
    X = np.ones((3, 2))
    most = max(64, 4 * os.cpu_count())
    calls = [
        lambda n: wl.overlap_scores(X, X, n_threads=n),
        lambda n: wl.OverlapDetector(n_threads=n).fit(np.random.rand(20, 3), np.random.rand(20)),
        lambda n: wl.GaussianMixture([1.0], sigma=1.0, d_easy=0).sample((1, 1, 1, 1), 0, n_threads=n),
        lambda n: wl.learning.fit_logistic(X, [1, -1, 1], n_threads=n),
        lambda n: wl.learning.mixture_trials(range(2), counts=(9, 9, 9, 9), rng=0, n_threads=n),
        lambda n: wl.bandit.bandit_trials(wl.bandit.UCB(2), [0.1, 0.2], 9, 2, n_threads=n),
        lambda n: wl.theory.expansion.check_instances(0, 9, n_threads=n),
    ]
    for call in calls:
        for n in (most + 1, 70_000, 2**70):
            with pytest.raises(ValueError, match=f"n_threads is {n}, but must be at most [0-9]+"):
                call(n)
        with pytest.raises(ValueError, match="n_threads is 0, but must be at least 1"):
            call(0)
    os.environ["W2SLENS_NUM_THREADS"] = "all"
    with pytest.raises(ValueError, match='W2SLENS_NUM_THREADS is "all", but must be a whole number'):
        wl.overlap_scores(X, X)
    """
    run_code(code)
