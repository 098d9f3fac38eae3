"""Running experiments: compute the parts that are missing, in any order, on any joblib backend."""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from . import estimate
from .catalogue import Choice, choose, load_claim
from .experiment import Experiment
from .grid import Part, digest
from .progress import track
from .provenance import commit, cpu_name, now, versions
from .store import Store, write_part

__all__ = ["Failure", "pending_parts", "run"]

PACKAGES = ("w2slens", "numpy", "scipy", "scikit-learn", "joblib", "pyarrow", "matplotlib")


@dataclass(frozen=True)
class Failure:
    """A part that raised; it stays missing and is tried again by the next run."""

    claim: str
    experiment: str
    cell: dict[str, Any]
    first: int
    last: int
    error: str


@dataclass(frozen=True)
class Task:
    """What a worker needs to know to compute a part; the experiment itself it loads by name."""

    claim: str
    experiment: str
    part: Part
    path: Path
    root_seed: int


def compute(task: Task, single_threaded: bool) -> tuple[Task, float, Failure | None]:
    """Compute and store one part; an exception of the claim becomes a `Failure`, so that the other parts go on."""
    if single_threaded:
        # The kernels' pool reads this once, when it starts: several workers must not each take every core.
        os.environ.setdefault("RAYON_NUM_THREADS", "1")
    started, part = time.perf_counter(), task.part
    experiment = load_claim(task.claim).experiments[task.experiment]
    failure = None
    try:
        columns = experiment.one_cell(part.cell, part.replicates, experiment.seeds(task.root_seed, part.cell))
        write_part(task.path, experiment.key, task.root_seed, part, columns)
    except Exception:  # recorded in the manifest with its traceback; the run ends with an error
        cell = dict(part.cell)
        failure = Failure(task.claim, task.experiment, cell, part.first, part.last, traceback.format_exc())
    return task, time.perf_counter() - started, failure


def pending_parts(store: Store, experiments: Iterable[Experiment]) -> list[tuple[Experiment, Part]]:
    """The missing parts; those of the longest experiments first, so that none is left over for the end."""
    pending = [(experiment, part) for experiment in experiments for part in store.missing(experiment)]
    known = estimate.recorded(store.read_json("manifest"), store.profile)
    return sorted(pending, key=lambda item: -(estimate.seconds_of(*item, known) or 0.0))


def run(store: Store, choices: Sequence[Choice] | None = None, jobs: int | None = None) -> list[Failure]:
    """Compute every missing part of the experiments, write their tables and the manifest.

    Parameters
    ----------
    store : Store
    choices : sequence of Choice, optional
        What `choose` returned; by default everything there is.
    jobs : int, optional
        Worker processes; by default what ``joblib.parallel_config`` says if one is active, else one per core.
        Results do not depend on it.

    Returns
    -------
    list of Failure
        Empty when everything is computed.
    """
    started, clock = now(), time.perf_counter()
    choices = choose() if choices is None else choices
    experiments = [choice.entry.experiments[name] for choice in choices for name in choice.experiments]
    pending = pending_parts(store, experiments)
    # An active parallel_config, of whatever backend, is the user's choice: n_jobs=None defers to it.
    _, configured = joblib.parallel.get_active_backend()
    if jobs is None and configured is None:
        jobs = os.cpu_count() or 1
    jobs = min(jobs, max(len(pending), 1)) if jobs is not None else None
    spent = {experiment.key: Spent() for experiment in experiments}
    failures: list[Failure] = []
    if pending:
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
        tasks = (Task(e.claim, e.name, part, store.part_path(e, part), store.root_seed) for e, part in pending)
        done = parallel(joblib.delayed(compute)(task, jobs != 1) for task in tasks)
        for task, took, failure in track(done, len(pending), f"{store.profile} run"):
            own = spent[f"{task.claim}.{task.experiment}"]
            own.seconds += took
            own.replicates += len(task.part.replicates)
            if failure:
                failures.append(failure)
    broken = {(failure.claim, failure.experiment) for failure in failures}
    for experiment in experiments:
        if (experiment.claim, experiment.name) not in broken:
            store.consolidate(experiment)
    this_run = {"started": started, "wall_s": time.perf_counter() - clock, "jobs": jobs}
    _write_manifest(store, experiments, failures, spent, this_run)
    return failures


@dataclass
class Spent:
    """Seconds of computing, and replicates computed in them."""

    seconds: float = 0.0
    replicates: int = 0


def _write_manifest(
    store: Store,
    experiments: Sequence[Experiment],
    failures: Sequence[Failure],
    spent: dict[str, Spent],
    this_run: dict[str, Any],
) -> None:
    """Bring the manifest up to date: what this run did not touch stays as it was."""
    manifest = store.read_json("manifest") or {}
    entries = manifest.setdefault("experiments", {})
    for experiment in experiments:
        grid, own = experiment.grids[store.profile], spent[experiment.key]
        each = [grid.replicates_of(cell) for cell in grid.cells]
        configuration = digest(list(grid.cells), each, grid.chunk)
        entry = entries.setdefault(experiment.key, {})
        if entry.get("grid") != configuration:
            entry |= {"compute_s": 0.0, "computed": 0}
        entry |= {"grid": configuration, "cells": len(grid.cells), "replicates": sum(each)}
        entry["parts"] = sum(1 for _ in grid.parts())
        entry["compute_s"] += own.seconds
        entry["computed"] += own.replicates
        entry["failures"] = [vars(f) for f in failures if f"{f.claim}.{f.experiment}" == experiment.key]
        if not entry["failures"]:
            columns = store.read(experiment)
            entry["rows"] = len(columns["status"])
            values, counts = np.unique(columns["status"], return_counts=True)
            entry["status"] = {str(value): int(count) for value, count in zip(values, counts, strict=True)}
    manifest |= {
        "profile": store.profile,
        "root_seed": store.root_seed,
        "commit": commit(),
        "versions": {"python": platform.python_version()} | versions(PACKAGES),
        "cpu": cpu_name(),
        "threads": os.cpu_count(),
        "finished": now(),
        "last_run": this_run,
    }
    store.write_json("manifest", manifest)
