"""The command line: ``python -m simulations list | run | plot | check | report | reproduce``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .claim import claim_names, load_claim
from .judge import check, plot, verdict_table
from .report import report
from .run import run
from .store import IncompleteError, Store

EXAMPLES = """examples:
  python -m simulations list                                   the claims, and how big each grid is
  python -m simulations run --profile smoke                    a few seconds of everything
  python -m simulations run --profile full --claim overlap_gain
  python -m simulations reproduce                              run, plot, report and check the full profile

A run may be killed at any moment: the next one computes only what is missing. plot, check and report read only what
run has stored."""

STEPS = ("list", "run", "plot", "check", "report", "reproduce")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    p = argparse.ArgumentParser(
        prog="python -m simulations",
        description="Test each law and bound against simulated and real data.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("step", choices=STEPS, help="what to do; reproduce does run, plot, report and check")
    p.add_argument("--profile", choices=("smoke", "full"), default="full", help="how much of the grid (default: full)")
    p.add_argument("--claim", action="append", metavar="NAME", help="only this claim; may be repeated (default: all)")
    p.add_argument("--seed", type=_seed, default=0, help="root seed from which all others are derived (default: 0)")
    p.add_argument("--jobs", type=_jobs, help="worker processes (default: joblib's configuration, else one per core)")
    p.add_argument(
        "--results", type=Path, default=Path("simulations/results"), help="folder of tables, manifest and report"
    )
    p.add_argument("--figures", type=Path, default=Path("simulations/figures"), help="folder of the figures")
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
    claims = args.claim or claim_names()
    try:
        for claim in claims:
            load_claim(claim)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    store = Store(args.results, args.profile, args.seed)
    try:
        return _step(args.step, store, claims, args)
    except IncompleteError as error:
        print(f"error: {error} (python -m simulations run --profile {args.profile})", file=sys.stderr)
        return 1


def _step(step: str, store: Store, claims: Sequence[str], args: argparse.Namespace) -> int:
    if step == "list":
        for claim in claims:
            grid = load_claim(claim).GRID[args.profile]
            size = f"{len(grid.cells):5} cells x {grid.replicates:5} replicates"
            print(f"{claim:20} {size}  {load_claim(claim).CLAIM.statement}")
        return 0
    status = 0
    if step in ("run", "reproduce"):
        failures = run(store, claims, args.jobs)
        for failure in failures:
            where = f"{failure.claim}, cell {failure.cell}, replicates {failure.first}..{failure.last - 1}"
            print(f"failed: {where}\n{failure.error}", file=sys.stderr)
        broken = {failure.claim for failure in failures}
        claims = [claim for claim in claims if claim not in broken]
        status = 1 if failures else 0
    if step in ("plot", "reproduce"):
        paths = plot(store, claims, args.figures)
        print(f"{len(paths)} figures in {args.figures / args.profile}")
    if step in ("report", "reproduce"):
        name = "report.html" if args.profile == "full" else f"report-{args.profile}.html"
        print(f"report: {report(store, claims, args.figures, args.results / name)}")
    if step in ("check", "reproduce"):
        verdicts = check(store, claims)
        print(verdict_table(verdicts))
        failed = sum(not v.passed for v in verdicts)
        print(f"{len(verdicts) - failed} of {len(verdicts)} statements hold")
        status = status or int(failed > 0)
    return status


if __name__ == "__main__":
    sys.exit(main())
