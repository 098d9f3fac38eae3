"""Running claims: compute the parts that are missing, in any order, on any joblib backend."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from .claim import load_claim
from .grid import Part, Seeds, digest
from .progress import track
from .store import ROOT, Store

__all__ = ["Failure", "cpu_name", "run"]

PACKAGES = ("w2slens", "numpy", "scipy", "scikit-learn", "joblib", "pyarrow", "matplotlib")


@dataclass(frozen=True)
class Failure:
    """A part that raised; it stays missing and is tried again by the next run."""

    claim: str
    cell: dict[str, Any]
    first: int
    last: int
    error: str


def compute(store: Store, claim: str, part: Part, single_threaded: bool) -> tuple[str, float, Failure | None]:
    """Compute and store one part; an exception of the claim becomes a `Failure`, so that the other parts go on."""
    if single_threaded:
        # The kernels' pool reads this once, when it starts: several workers must not each take every core.
        os.environ.setdefault("RAYON_NUM_THREADS", "1")
    started = time.perf_counter()
    module = load_claim(claim)
    seeds = Seeds.of(store.root_seed, claim, part.cell, module.GRID[store.profile].paired)
    failure = None
    try:
        store.write_part(claim, part, module.one_cell(part.cell, part.replicates, seeds))
    except Exception:  # recorded in the manifest with its traceback; the run ends with an error
        failure = Failure(claim, dict(part.cell), part.first, part.last, traceback.format_exc())
    return claim, time.perf_counter() - started, failure


def run(store: Store, claims: Sequence[str], jobs: int | None = None) -> list[Failure]:
    """Compute every missing part of the claims, write their tables and the manifest.

    Parameters
    ----------
    store : Store
    claims : sequence of str
    jobs : int, optional
        Worker processes; by default what ``joblib.parallel_config`` says if one is active, else one per core.
        Results do not depend on it.

    Returns
    -------
    list of Failure
        Empty when everything is computed.
    """
    started, clock = _now(), time.perf_counter()
    grids = {claim: load_claim(claim).GRID[store.profile] for claim in claims}
    pending = [(claim, part) for claim in claims for part in store.missing(claim, grids[claim])]
    # An active parallel_config, of whatever backend, is the user's choice: n_jobs=None defers to it.
    _, configured = joblib.parallel.get_active_backend()
    if jobs is None and configured is None:
        jobs = os.cpu_count() or 1
    jobs = min(jobs, max(len(pending), 1)) if jobs is not None else None
    seconds: dict[str, float] = dict.fromkeys(claims, 0.0)
    failures: list[Failure] = []
    if pending:
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
        tasks = (joblib.delayed(compute)(store, claim, part, jobs != 1) for claim, part in pending)
        for claim, took, failure in track(parallel(tasks), len(pending), f"{store.profile} run"):
            seconds[claim] += took
            if failure:
                failures.append(failure)
    broken = {failure.claim for failure in failures}
    for claim in claims:
        if claim not in broken:
            store.consolidate(claim, grids[claim])
    _write_manifest(
        store, claims, failures, seconds, {"started": started, "wall_s": time.perf_counter() - clock, "jobs": jobs}
    )
    return failures


def _write_manifest(
    store: Store,
    claims: Sequence[str],
    failures: Iterable[Failure],
    seconds: dict[str, float],
    this_run: dict[str, Any],
) -> None:
    """Bring the manifest up to date: what this run did not touch stays as it was."""
    manifest = store.read_json("manifest") or {"claims": {}}
    failures = list(failures)
    for claim in claims:
        grid = load_claim(claim).GRID[store.profile]
        entry = manifest["claims"].setdefault(claim, {"compute_s": 0.0})
        configuration = digest(list(grid.cells), grid.replicates, grid.chunk, list(grid.paired))
        if entry.get("grid") != configuration:
            entry["compute_s"] = 0.0
        entry["grid"] = configuration
        entry["cells"] = len(grid.cells)
        entry["replicates"] = grid.replicates
        entry["parts"] = sum(1 for _ in grid.parts())
        entry["compute_s"] += seconds[claim]
        entry["failures"] = [vars(failure) for failure in failures if failure.claim == claim]
        if not entry["failures"]:
            columns = store.read(claim, grid)
            entry["rows"] = len(columns["status"])
            values, counts = np.unique(columns["status"], return_counts=True)
            entry["status"] = {str(value): int(count) for value, count in zip(values, counts, strict=True)}
    manifest |= {
        "profile": store.profile,
        "root_seed": store.root_seed,
        "commit": _commit(),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "cpu": cpu_name(),
        "threads": os.cpu_count(),
        "finished": _now(),
        "last_run": this_run,
    }
    store.write_json("manifest", manifest)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """The commit of the sources, marked when they differ from it; 'unknown' outside a checkout."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def cpu_name() -> str:
    """Return the processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    if sys.platform == "linux" and info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
