"""``python -m benchmarks``: measure, print a table, and write benchmarks/results/benchmarks.md and .json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulations.files import replace_file
from simulations.provenance import cpu_name, versions
from w2slens._kernels import similarity_paths

from .harness import Measurement, load_cases, measure, nouns

PEERS = ("numpy", "scipy", "scikit-learn", "faiss-cpu", "ruptures", "mabwiser")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    p.add_argument(
        "--noun",
        action="append",
        choices=nouns(),
        help="measure only this room, keep the others' results; may be repeated",
    )
    p.add_argument("--quick", action="store_true", help="small sizes: to see that it runs, not to quote")
    p.add_argument("--threads", help="for instance 1,2 (default: what each case says)")
    p.add_argument("--results", type=Path, default=Path("benchmarks/results"), help="folder of the two files")
    return p


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; return 0."""
    args = parser().parse_args(arguments)
    threads = tuple(int(t) for t in args.threads.split(",")) if args.threads else None
    machine, text = _machine(args.quick), ""
    chosen = args.noun or nouns()
    measurements = earlier(args.results / "benchmarks.json", machine, chosen)
    for noun in chosen:
        for index, case in enumerate(load_cases(noun, args.quick)):
            for count in threads or case.threads:
                if sys.stderr.isatty():
                    print(f"{noun}: {case.name}, {count} threads", file=sys.stderr)
                measurements.append(measure(case, index, args.quick, count))
                # After each one: what is measured outlives an interruption.
                text = markdown(measurements, machine)
                write(args.results / "benchmarks.md", text)
                content = {
                    "machine": machine,
                    "measurements": [m.as_dict() for m in sorted(measurements, key=lambda m: m.noun)],
                }
                write(args.results / "benchmarks.json", json.dumps(content, indent=1) + "\n")
    print(text)
    return 0


def earlier(path: Path, machine: dict[str, Any], chosen: Sequence[str]) -> list[Measurement]:
    """What the file holds of other rooms than ``chosen``, if it is of this machine, these sizes and these versions.

    A peer that has come since, or gone, changes nothing for the others.
    """
    if not path.exists():
        return []
    content = json.loads(path.read_text())
    then = content["machine"]
    both = then["versions"].keys() & machine["versions"].keys()
    if any(then[key] != machine[key] for key in machine if key != "versions") or any(
        then["versions"][name] != machine["versions"][name] for name in both
    ):
        return []
    fields = ("noun", "name", "threads", "reference", "seconds", "peak_mib")
    kept = [m for m in content["measurements"] if m["noun"] not in chosen]
    return [Measurement(**{field: m[field] for field in fields}) for m in kept]


def write(path: Path, text: str) -> None:
    """Write a file whole."""
    with replace_file(path) as temporary:
        temporary.write_text(text)


def markdown(measurements: list[Measurement], machine: dict[str, Any]) -> str:
    """The measurements as one Markdown table per room."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    cpu = f"{machine['cpu']}, {machine['threads']} threads in all, {machine['similarity_path']} kernels"
    lines = [
        f"Measured on {cpu}, Python {machine['python']}: {versions}"
        + ("; quick sizes, not to be quoted." if machine["quick"] else "."),
        "Medians of interleaved runs in one process. A ratio above 1 means that ours is faster. "
        "Memory is the peak beyond the inputs, each contender in a process of its own.",
    ]
    for noun in sorted({m.noun for m in measurements}):
        lines += ["", f"### {noun}", "", "| work | threads | contender | median | peer / ours | peak memory |"]
        lines += ["|---|---|---|---|---|---|"]
        for m in (m for m in measurements if m.noun == noun):
            for name in m.seconds:
                ratio = "" if name == "ours" else f"{m.ratio(name):.3g}"
                memory = m.peak_mib.get(name)
                shown = "" if memory is None else f"{memory:,.0f} MiB"
                lines.append(f"| {m.name} | {m.threads} | {name} | {seconds(m.median(name))} | {ratio} | {shown} |")
    return "\n".join(lines) + "\n"


def seconds(value: float) -> str:
    """A time as people read it."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1 or unit == "µs":
            return f"{value * scale:.3g} {unit}"
    raise AssertionError


def _machine(quick: bool) -> dict[str, Any]:
    return {
        "cpu": cpu_name(),
        "threads": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions(PEERS),
        "similarity_path": similarity_paths()[-1],
        "quick": quick,
    }


if __name__ == "__main__":
    sys.exit(main())
