"""The store: one Parquet file per computed part, one table per claim, one manifest per profile.

Files appear whole or not at all, so a run may be killed at any moment. A part's file name is a digest of all that its
content depends on: what is there can be trusted, what is not is computed. Tables are put together in the order of the
grid, so they do not depend on which part was computed when, or where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from w2slens import _files

from .claim import Columns
from .grid import Grid, Part, digest

__all__ = ["IncompleteError", "Store", "code_digest", "replace_file"]

ROOT = Path(__file__).resolve().parent.parent
_IMPORTS = re.compile(r"^from (?:simulations|\.).*$", re.MULTILINE)


class IncompleteError(RuntimeError):
    """Raised when a table is read before all of its parts are there."""


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success it takes the place of ``path``, otherwise it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _files.replace_file(path, force=True) as temporary:
        yield temporary


@cache
def code_digest(claim: str) -> str:
    """Digest of the sources that a claim's numbers depend on: itself and its imports, the package, the kernels."""
    simulations = ROOT / "simulations"
    files = [simulations / "grid.py", simulations / "claims" / f"{claim}.py"]
    files += [path for path in sorted(simulations.rglob("*.py")) if path.stem in _imported(files[-1])]
    files += sorted((ROOT / "python").rglob("*.py")) + sorted((ROOT / "rust").rglob("*.rs"))
    return digest([[str(file.relative_to(ROOT)), file.read_text()] for file in files if file.is_file()])


def _imported(module: Path) -> set[str]:
    """Names of the files of this folder that a claim imports, directly or through them."""
    seen: set[str] = set()
    queue = [module]
    while queue:
        path = queue.pop()
        found = (
            set(re.findall(r"\b(\w+)\b", "\n".join(_IMPORTS.findall(path.read_text())))) if path.is_file() else set()
        )
        for name in found - seen:
            for candidate in (ROOT / "simulations" / f"{name}.py", ROOT / "simulations" / "claims" / f"{name}.py"):
                if candidate.is_file():
                    seen.add(name)
                    queue.append(candidate)
    return seen


class Store:
    """Results of one profile under one folder."""

    def __init__(self, folder: Path, profile: str, root_seed: int) -> None:
        self.folder = Path(folder) / profile
        self.profile = profile
        self.root_seed = root_seed

    def part_path(self, claim: str, part: Part) -> Path:
        """Where the part belongs; the name depends on everything that its content depends on."""
        name = digest(self.root_seed, claim, part.cell, part.first, part.last, code_digest(claim))[:32]
        return self.folder / "parts" / claim / f"{name}.parquet"

    def missing(self, claim: str, grid: Grid) -> list[Part]:
        """Return the parts that are still to be computed."""
        return [part for part in grid.parts() if not self.part_path(claim, part).exists()]

    def write_part(self, claim: str, part: Part, columns: Columns) -> None:
        """Store what ``one_cell`` returned for the part, with a column per axis.

        Raises
        ------
        ValueError
            If the columns break the contract: unequal lengths, no ``replicate`` or ``status``, missing or
            foreign replicates.
        """
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"claim {claim!r} returned columns of different lengths: {lengths}")
        for name in ("replicate", "status"):
            if name not in columns:
                raise ValueError(f"claim {claim!r} returned no column {name!r}")
        if set(np.asarray(columns["replicate"]).tolist()) != set(part.replicates):
            raise ValueError(
                f"claim {claim!r} did not return the replicates {part.first}..{part.last - 1}, no more, no less"
            )
        clash = set(columns) & set(part.cell)
        if clash:
            raise ValueError(f"claim {claim!r} returned columns named as axes: {sorted(clash)}")
        rows = len(columns["replicate"])
        table = {axis: [value] * rows for axis, value in part.cell.items()}
        with replace_file(self.part_path(claim, part)) as temporary:
            pq.write_table(pa.table({**table, **columns}), temporary)

    def consolidate(self, claim: str, grid: Grid) -> Path:
        """Put the claim's table together from its parts, in the order of the grid.

        Raises
        ------
        IncompleteError
            If parts are missing.
        """
        missing = self.missing(claim, grid)
        if missing:
            total = sum(1 for _ in grid.parts())
            raise IncompleteError(f"claim {claim!r}: {len(missing)} of {total} parts are missing; run it first")
        tables = [pq.read_table(self.part_path(claim, part)) for part in grid.parts()]
        path = self.table_path(claim)
        with replace_file(path) as temporary:
            pq.write_table(pa.concat_tables(tables, promote_options="permissive").combine_chunks(), temporary)
        return path

    def table_path(self, claim: str) -> Path:
        """Where the claim's table is."""
        return self.folder / f"{claim}.parquet"

    def read(self, claim: str, grid: Grid) -> Columns:
        """Return the claim's table.

        Raises
        ------
        IncompleteError
            If the run of this grid, with these sources, is not complete.
        """
        table = pq.read_table(self.consolidate(claim, grid))
        return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}

    def write_json(self, name: str, content: Any) -> Path:
        """Write ``name``.json whole."""
        path = self.folder / f"{name}.json"
        with replace_file(path) as temporary:
            temporary.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
        return path

    def read_json(self, name: str) -> Any:
        """Return the content of ``name``.json, or None if it is not there."""
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None
