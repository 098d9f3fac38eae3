"""The house in numbers: rooms, floors, arrows and circles per package, and the rules that keep it a house.

    python tools/house.py                  count this checkout, and fail if a rule is broken
    python tools/house.py --root OTHER     count another one; its rules are reported, not enforced

A *room* is a module or sub-package directly inside a package, an *arrow* an import from one room by another (inside
functions too, for type checkers only not), a *floor* a level of rooms that need nothing above them, a *circle* a set
of rooms that need each other. The imports are read from the sources; nothing is run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from simulations.imports import Sources  # noqa: E402

Arrows = dict[str, set[str]]
"""The rooms that each room needs."""

PACKAGES = ("w2slens", "w2slens.theory", "simulations.claims")
LONGEST = 400
#: What any chapter may need: plumbing, vocabulary, the kernels.
FOUNDATION = ("errors", "regions")


def modules(root: Path) -> list[str]:
    """Names of all modules of the package and of the simulations, packages included."""
    found = []
    for place, top in (("python", "w2slens"), (".", "simulations")):
        for path in sorted((root / place / top).rglob("*.py")):
            parts = path.relative_to(root / place).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def arrows_between(sources: Sources, names: list[str]) -> Arrows:
    """The modules that each module needs, all of ours."""
    known = set(names)
    return {name: {target for target in sources.direct(name) if target in known} for name in names}


def rooms_of(package: str, arrows: Arrows) -> Arrows:
    """The same between the rooms of a package."""
    depth = package.count(".") + 1

    def room(name: str) -> str | None:
        parts = name.split(".")
        return parts[depth] if name.startswith(f"{package}.") else None

    rooms: Arrows = {}
    for name, targets in arrows.items():
        here = room(name)
        if here is None:
            continue
        there = {other for target in targets if (other := room(target)) is not None and other != here}
        rooms.setdefault(here, set()).update(there)
    return rooms


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Strongly connected sets of more than one room (Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in sorted(arrows.get(name, ())):
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            together = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(together) > 1:
                found.append(sorted(together))

    for name in sorted(arrows):
        if name not in order:
            visit(name)
    return found


def floors(arrows: Mapping[str, set[str]]) -> int:
    """Longest way down through the rooms; each circle counts as one room."""
    home = {name: name for name in arrows}
    for circle in circles(arrows):
        home |= dict.fromkeys(circle, circle[0])
    below: Arrows = {}
    for name, targets in arrows.items():
        below.setdefault(home[name], set()).update(home[target] for target in targets if home[target] != home[name])
    height: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in height:
            height[name] = 1 + max((level(target) for target in below[name]), default=0)
        return height[name]

    return max((level(name) for name in below), default=0)


def broken_rules(root: Path, arrows: Arrows) -> Iterator[str]:
    """Yield a sentence for each rule that is broken."""
    for circle in circles(arrows):
        yield f"circle: {' and '.join(circle)} need each other"
    for name, targets in arrows.items():
        for target in sorted(targets):
            if reason := _forbidden(name.split("."), target.split(".")):
                yield f"arrow: {name} needs {target}, but {reason}"
    for path in sources_in(root):
        length = len(path.read_text(encoding="utf-8").splitlines())
        if length > LONGEST:
            yield f"length: {path.relative_to(root)} has {length} lines, more than {LONGEST}: it is two rooms"


def _forbidden(here: list[str], there: list[str]) -> str | None:
    if here[0] == "w2slens" and there[0] != "w2slens":
        return "the package must not need the simulations"
    if here[:2] == ["w2slens", "theory"] and len(here) > 2:
        own = there[:2] == ["w2slens", "theory"]
        if own and len(there) > 2 and there[2] not in (here[2], "quadrature"):
            return "a chapter of the theory stands on quadrature alone"
        if not own and not (there[1].startswith("_") or there[1] in FOUNDATION):
            return "the theory needs no other chapter of the package"
    if here[:2] == there[:2] == ["simulations", "claims"] and len(here) > 2 and len(there) > 2:
        if here[2] != there[2]:
            return "chapters of claims do not need each other"
        if len(here) > 3 and len(there) > 3 and here[3] != there[3]:
            return "what claims share belongs to simulations.worlds"
    return None


def sources_in(root: Path) -> list[Path]:
    """Every source file of package, simulations and kernels."""
    places = ((root / "python", "*.py"), (root / "simulations", "*.py"), (root / "rust", "*.rs"))
    return [path for place, pattern in places for path in sorted(place.rglob(pattern))]


def table(arrows: Arrows) -> str:
    """The counts per package as a table for a terminal."""
    rows = [("package", "rooms", "floors", "arrows", "circles")]
    for package in PACKAGES:
        rooms = rooms_of(package, arrows)
        numbers = (len(rooms), floors(rooms), sum(map(len, rooms.values())), len(circles(rooms)))
        rows.append((package, *map(str, numbers)))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = []
    for name, *numbers in rows:
        cells = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def main() -> int:
    """Print the counts and the broken rules; return 1 if this checkout breaks one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, help="count another checkout (default: this one)")
    root = (parser.parse_args().root or ROOT).resolve()
    arrows = arrows_between(Sources(root, without=()), modules(root))
    broken = list(broken_rules(root, arrows))
    print(table(arrows))
    print("\n".join(broken) if broken else "no rule is broken")
    return int(bool(broken) and root == ROOT)


if __name__ == "__main__":
    sys.exit(main())
