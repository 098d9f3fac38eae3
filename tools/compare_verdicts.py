"""Compare two files of verdicts, statement by statement: ``python tools/compare_verdicts.py BEFORE AFTER``.

Statements are matched by their claim and their words. Statistic, bound and outcome must be equal to the last bit, or,
with ``--tolerance``, within that share of each other. Rules may be worded anew. Ends with an error on any difference.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def compare(before: list[dict[str, Any]], after: list[dict[str, Any]], tolerance: float = 0.0) -> list[str]:
    """Return the differences, a sentence each."""
    old, new = ({(v["claim"], v["statement"]): v for v in verdicts} for verdicts in (before, after))
    found = [f"gone: {claim}: {statement}" for claim, statement in old if (claim, statement) not in new]
    found += [f"new: {claim}: {statement}" for claim, statement in new if (claim, statement) not in old]
    for key in old.keys() & new.keys():
        for field in ("statistic", "bound", "passed"):
            one, other = old[key][field], new[key][field]
            if not _same(one, other, tolerance):
                found.append(f"{field} {one!r} -> {other!r}: {key[0]}: {key[1]}")
    return sorted(found)


def _same(one: float, other: float, tolerance: float) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=tolerance)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the differences and how many statements are the same; return 1 if there is a difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--tolerance", type=float, default=0.0, help="relative (default: 0, the last bit)")
    args = parser.parse_args(arguments)
    before, after = (json.loads(path.read_text()) for path in (args.before, args.after))
    found = compare(before, after, args.tolerance)
    print("\n".join([*found, f"{len(before)} statements before, {len(after)} after, {len(found)} differences"]))
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
