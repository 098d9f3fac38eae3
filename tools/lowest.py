"""Prints the lowest versions that pyproject.toml declares, as requirements for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

EXTRAS = ("cli", "sim")
#: Tests run with what is newest: it is not what users have.
TESTS = ("pytest", "pytest-xdist", "hypothesis", "ruptures", "ml_dtypes")


def lowest(requirements: list[str]) -> list[str]:
    """Return ``name==version`` for each ``name>=version``."""
    pinned = {}
    for requirement in requirements:
        found = re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)(,<.*)?", requirement)
        if found is None:
            raise ValueError(f"{requirement} declares no lowest version")
        pinned[found[1]] = f"{found[1]}=={found[2]}"
    return list(pinned.values())


if __name__ == "__main__":
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = project["dependencies"] + [requirement for name in EXTRAS for requirement in extras[name]]
    print(*lowest(declared), *TESTS)
