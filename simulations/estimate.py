"""How long a run will take: from the seconds that the last one needed, else from those committed here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .experiment import Experiment
from .grid import Part
from .provenance import cpu_name

__all__ = ["RECORD", "announce", "duration", "record", "recorded", "seconds_of", "spoken"]

RECORD = Path(__file__).parent / "seconds.json"
"""Seconds of computing by profile and experiment, with the processor they were measured on."""


def recorded(manifest: dict[str, Any] | None, profile: str) -> dict[str, float]:
    """Seconds of computing per replicate, by experiment: the manifest's where it has them, else the committed ones."""
    found = dict(json.loads(RECORD.read_text())["profiles"].get(profile, {})) if RECORD.exists() else {}
    for key, entry in (manifest or {}).get("experiments", {}).items():
        if entry.get("computed", 0) > 0:
            found[key] = entry["compute_s"] / entry["computed"]
    return found


def seconds_of(experiment: Experiment, part: Part, known: dict[str, float]) -> float | None:
    """Estimate of a part's seconds; None where the experiment was never measured."""
    return known[experiment.key] * len(part.replicates) if experiment.key in known else None


def duration(pending: Sequence[tuple[Experiment, Part]], known: dict[str, float], workers: int) -> float:
    """Seconds that the parts take on so many workers: their share of all, but no less than the longest part takes."""
    each = [seconds_of(experiment, part, known) or 0.0 for experiment, part in pending]
    return max(sum(each) / workers, max(each, default=0.0))


def announce(
    profile: str, pending: Sequence[tuple[Experiment, Part]], total: int, known: dict[str, float], workers: int
) -> str:
    """Return the sentence that a run begins with."""
    if not pending:
        return f"{profile}: all {total:,} parts are there, nothing to compute"
    seconds = duration(pending, known, workers)
    unknown = sorted({experiment.key for experiment, _ in pending} - set(known))
    told = f"about {spoken(seconds)}" if len(unknown) < len({e.key for e, _ in pending}) else "for an unknown time"
    if unknown:
        told += f" (never measured: {', '.join(unknown) if len(unknown) < 4 else f'{len(unknown)} experiments'})"
    noun = "worker" if workers == 1 else "workers"
    return f"{profile}: {len(pending):,} of {total:,} parts to compute, {told} on {workers} {noun}"


def spoken(seconds: float) -> str:
    """A duration as a person says it.

    Examples
    --------
    >>> spoken(4), spoken(95), spoken(7300)
    ('4 s', '2 min', '2.0 h')
    """
    if seconds < 60:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def record(manifests: dict[str, dict[str, Any]], path: Path = RECORD) -> None:
    """Write the seconds of these manifests, by profile, to the committed file."""
    profiles = {
        profile: {key: float(f"{seconds:.3g}") for key, seconds in sorted(recorded(manifest, profile).items())}
        for profile, manifest in manifests.items()
    }
    path.write_text(json.dumps({"cpu": cpu_name(), "profiles": profiles}, indent=1, ensure_ascii=False) + "\n")
