"""The command line: ``python -m simulations list | run | plot | check | report | reproduce | prune``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import joblib

from . import estimate
from .catalogue import Choice, choose, claim_names, load_claim
from .experiment import PROFILES
from .judge import check, plot, verdict_table
from .report import report
from .run import pending_parts, run
from .store import IncompleteError, Store

EXAMPLES = """examples:
  python -m simulations list                                   the claims, and how big each grid is
  python -m simulations run --profile smoke                    a few seconds of everything
  python -m simulations run --claim overlap_law --experiment trained
  python -m simulations reproduce --chapter selection          run, plot, report and check one chapter, full profile
  python -m simulations prune --dry-run                        which parts no experiment needs any more

A run may be killed at any moment: the next one computes only what is missing. plot, check and report read only what
run has stored."""

STEPS = ("list", "run", "plot", "check", "report", "reproduce", "prune")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    p = argparse.ArgumentParser(
        prog="python -m simulations",
        description="Test each law and bound against simulated and real data.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("step", choices=STEPS, help="what to do; reproduce does run, plot, report and check")
    p.add_argument("--profile", choices=PROFILES, default="full", help="how much of the grid (default: full)")
    p.add_argument("--claim", action="append", metavar="NAME", help="only this claim; may be repeated (default: all)")
    p.add_argument(
        "--chapter", action="append", metavar="NAME", help="only the claims of this chapter; may be repeated"
    )
    p.add_argument(
        "--experiment",
        action="append",
        metavar="NAME",
        help="only this experiment, and what is drawn and judged of it alone; NAME or CLAIM.NAME; may be repeated",
    )
    p.add_argument("--seed", type=_seed, default=0, help="root seed from which all others are derived (default: 0)")
    p.add_argument("--jobs", type=_jobs, help="worker processes (default: joblib's configuration, else one per core)")
    p.add_argument(
        "--results", type=Path, default=Path("simulations/results"), help="folder of tables, manifest and report"
    )
    p.add_argument("--figures", type=Path, default=Path("simulations/figures"), help="folder of the figures")
    p.add_argument("--dry-run", action="store_true", help="prune: only say what would be removed")
    return p


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{value} is negative")
    return value


def _jobs(text: str) -> int:
    value = int(text)
    if value == 0 or value < -1:
        raise argparse.ArgumentTypeError(f"{value} is neither positive nor -1 (every core)")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; return 0 when all went well and, where claims were judged, all hold."""
    args = parser().parse_args(arguments)
    try:
        choices = choose(args.claim, args.chapter, args.experiment)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    store = Store(args.results, args.profile, args.seed)
    try:
        return _step(args.step, store, choices, args)
    except IncompleteError as error:
        print(f"error: {error} (python -m simulations run --profile {args.profile})", file=sys.stderr)
        return 1


def _step(step: str, store: Store, choices: list[Choice], args: argparse.Namespace) -> int:
    if step == "list":
        _list(store, choices)
        return 0
    if step == "prune":
        _prune(store, args.dry_run)
        return 0
    status = 0
    if step in ("run", "reproduce"):
        _announce(store, choices, args.jobs)
        failures = run(store, choices, args.jobs)
        for failure in failures:
            part = f"cell {failure.cell}, replicates {failure.first}..{failure.last - 1}"
            print(f"failed: {failure.claim}.{failure.experiment}, {part}\n{failure.error}", file=sys.stderr)
        broken = {failure.claim for failure in failures}
        choices = [choice for choice in choices if choice.entry.name not in broken]
        status = 1 if failures else 0
    if step in ("plot", "reproduce"):
        paths = plot(store, choices, args.figures)
        print(f"{len(paths)} figures in {args.figures / args.profile}")
    if step in ("report", "reproduce"):
        name = "report.html" if args.profile == "full" else f"report-{args.profile}.html"
        print(f"report: {report(store, choices, args.figures, args.results / name)}")
    if step in ("check", "reproduce"):
        verdicts = check(store, choices)
        print(verdict_table(verdicts))
        failed = sum(not v.passed for v in verdicts)
        print(f"{len(verdicts) - failed} of {len(verdicts)} statements hold")
        status = status or int(failed > 0)
    return status


def _list(store: Store, choices: list[Choice]) -> None:
    chapter = None
    for choice in choices:
        entry = choice.entry
        if entry.chapter != chapter:
            chapter = entry.chapter
            print(f"{chapter}")
        print(f"  {entry.name}: {entry.claim.statement}")
        for name in choice.experiments:
            grid = entry.experiments[name].grids[store.profile]
            runs = sum(grid.replicates_of(cell) for cell in grid.cells)
            print(f"    {name:16} {len(grid.cells):5} cells, {runs:8,} replicates in all")


def _announce(store: Store, choices: list[Choice], jobs: int | None) -> None:
    """Say, before a run, how much there is to do and how long it will take."""
    experiments = [choice.entry.experiments[name] for choice in choices for name in choice.experiments]
    pending = pending_parts(store, experiments)
    total = sum(1 for experiment in experiments for _ in store.parts(experiment))
    _, configured = joblib.parallel.get_active_backend()
    workers = jobs or configured or os.cpu_count() or 1
    workers = min(workers if workers > 0 else os.cpu_count() or 1, max(len(pending), 1))
    known = estimate.recorded(store.read_json("manifest"), store.profile)
    print(estimate.announce(store.profile, pending, total, known, workers), flush=True)


def _prune(store: Store, dry: bool) -> None:
    """Remove what no experiment needs, whichever claims were chosen, and say what."""
    every = [experiment for name in claim_names() for experiment in load_claim(name).experiments.values()]
    stale = store.stale(every)
    size = sum(path.stat().st_size for path in stale)
    for path in stale:
        print(path)
        if not dry:
            path.unlink()
    verb = "would be removed" if dry else "removed"
    print(f"{len(stale)} files, {size / 2**20:.1f} MiB, {verb} from {store.folder}")


if __name__ == "__main__":
    sys.exit(main())
