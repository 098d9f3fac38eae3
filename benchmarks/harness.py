"""How a benchmark is measured.

Ours and the peers run in one process by turns, so that a slow spell of the machine hits all of them; the figures are
medians, and ratios of medians. Both sides get the same number of threads: ours as an argument, BLAS and OpenMP through
threadpoolctl. Memory is measured apart, in a fresh process for each contender: the peak while it runs, beyond what the
inputs took before.
"""

from __future__ import annotations

import gc
import importlib
import json
import pkgutil
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

__all__ = ["Case", "Measurement", "measure", "nouns", "peak_memory"]

Contender = Callable[..., Any]
"""Called with ``n_threads=``; returns what ``check`` compares."""


@dataclass(frozen=True)
class Case:
    """One piece of work, done by us and by others.

    Parameters
    ----------
    noun : str
        The room; also the file's name.
    name : str
        The work and its size, as it stands in the table.
    ours : callable of ``n_threads``
    peers : dict of callables of ``n_threads``
    reference : str
        The peer whose time ours is compared with first.
    threads : tuple of int
        Numbers of threads to measure with.
    check : callable, optional
        ``check(ours_result, peer_result)`` raises when the two did not do the same work; called before the clock runs.
    repeats : int
        Timed rounds after one that warms up.
    memory : bool
        Whether to measure peak memory, which runs each contender twice more.

    Notes
    -----
    Make large inputs when they are first needed (``functools.cache``): building all cases must be cheap.
    """

    noun: str
    name: str
    ours: Contender
    peers: dict[str, Contender]
    reference: str
    threads: tuple[int, ...] = (1, 2)
    check: Callable[[Any, Any], None] | None = None
    repeats: int = 5
    memory: bool = True

    def __post_init__(self) -> None:
        if self.reference not in self.peers:
            raise ValueError(f"reference is {self.reference!r}, but the peers are {sorted(self.peers)}")
        if self.repeats < 1 or not self.threads or min(self.threads) < 1:
            raise ValueError(f"repeats is {self.repeats} and threads {self.threads}; all must be at least 1")

    @property
    def contenders(self) -> dict[str, Contender]:
        """Ours first, then the peers."""
        return {"ours": self.ours, **self.peers}


@dataclass(frozen=True)
class Measurement:
    """What came out for one case at one number of threads: seconds of every round, and peak MiB, per contender."""

    noun: str
    name: str
    threads: int
    reference: str
    seconds: dict[str, list[float]]
    peak_mib: dict[str, float | None]

    def median(self, contender: str) -> float:
        """Median seconds."""
        return statistics.median(self.seconds[contender])

    def ratio(self, peer: str) -> float:
        """How many times as long as ours the peer takes: above 1, ours is faster."""
        return self.median(peer) / self.median("ours")

    def as_dict(self) -> dict[str, Any]:
        """Everything measured, with the medians and ratios a reader looks for."""
        return {
            **vars(self),
            "median_s": {name: self.median(name) for name in self.seconds},
            "peer_over_ours": {name: self.ratio(name) for name in self.seconds if name != "ours"},
        }


def nouns() -> list[str]:
    """The rooms that have a benchmark."""
    package = importlib.import_module("benchmarks")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name not in ("__main__", "harness"))


def load_cases(noun: str, quick: bool) -> list[Case]:
    """The cases of a room."""
    return list(importlib.import_module(f"benchmarks.{noun}").cases(quick))


def measure(case: Case, index: int, quick: bool, threads: int) -> Measurement:
    """Run one case by turns and return what came out."""
    with thread_limits(threads):
        results = {name: contender(n_threads=threads) for name, contender in case.contenders.items()}  # warms up
        if case.check:
            for name in case.peers:
                case.check(results["ours"], results[name])
        del results
        seconds: dict[str, list[float]] = {name: [] for name in case.contenders}
        for round_number in range(case.repeats):
            names = list(case.contenders)
            # Another one begins each round: nobody always follows the same neighbour's caches.
            for name in names[round_number % len(names) :] + names[: round_number % len(names)]:
                gc.collect()
                started = time.perf_counter()
                result = case.contenders[name](n_threads=threads)
                seconds[name].append(time.perf_counter() - started)
                del result
    peak = {name: peak_memory(case, index, quick, threads, name) if case.memory else None for name in case.contenders}
    return Measurement(case.noun, case.name, threads, case.reference, seconds, peak)


def thread_limits(threads: int) -> threadpool_limits:
    """Limit BLAS and OpenMP, faiss's own pool included."""
    if "faiss" in sys.modules:
        sys.modules["faiss"].omp_set_num_threads(threads)
    return threadpool_limits(threads)


def peak_memory(case: Case, index: int, quick: bool, threads: int, contender: str) -> float | None:
    """Peak MiB of the contender beyond its inputs, in a fresh process; None where the system does not tell."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.harness",
        case.noun,
        str(index),
        str(int(quick)),
        str(threads),
        contender,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).resolve().parent.parent, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{case.noun}, {case.name}, {contender}: measuring memory failed\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _child(noun: str, index: str, quick: str, threads: str, contender: str) -> None:
    """In the fresh process: run once to load libraries and build the inputs, then once more and watch the peak."""
    case = load_cases(noun, bool(int(quick)))[int(index)]
    with thread_limits(int(threads)):
        case.contenders[contender](n_threads=int(threads))
        gc.collect()
        before = _status("VmRSS")
        try:
            Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        except OSError:
            before = None
        if before is not None:
            result = case.contenders[contender](n_threads=int(threads))
            after = _status("VmHWM")
            del result
    print(json.dumps(None if before is None else round((after - before) / 1024, 1)))


def _status(entry: str) -> int | None:
    """KiB of an entry of /proc/self/status."""
    status = Path("/proc/self/status")
    found = re.search(rf"^{entry}:\s+(\d+) kB", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found.group(1)) if found else None


if __name__ == "__main__":
    _child(*sys.argv[1:])
