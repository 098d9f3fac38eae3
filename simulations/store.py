"""The store: one Parquet file per computed part, one table per experiment, one manifest per profile.

Files appear whole or not at all, so a run may be killed at any moment. A part's file name is a digest of all that its
content depends on: what is there can be trusted, what is not is computed. Tables are put together in the order of the
grid, so they do not depend on which part was computed when, or where. Reading writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .catalogue import Choice
from .experiment import Experiment
from .files import replace_file
from .grid import Part, digest
from .imports import code_digest
from .tables import Columns

__all__ = ["IncompleteError", "Store", "write_part"]

_SEED, _PARTS = b"root_seed", b"parts"


class IncompleteError(RuntimeError):
    """Raised when a table is read before all of its parts are there."""


class Store:
    """Results of one profile under one folder."""

    def __init__(self, folder: Path, profile: str, root_seed: int) -> None:
        self.folder = Path(folder) / profile
        self.profile = profile
        self.root_seed = root_seed

    def parts(self, experiment: Experiment) -> Iterator[Part]:
        """Yield the parts of the profile's grid."""
        return experiment.grids[self.profile].parts()

    def part_path(self, experiment: Experiment, part: Part) -> Path:
        """Where the part belongs; the name depends on everything that its content depends on."""
        return self._part_path(experiment, part, self.root_seed)

    def _part_path(self, experiment: Experiment, part: Part, seed: int) -> Path:
        code = code_digest(experiment.one_cell.__module__)
        name = digest(seed, experiment.key, part.cell, part.first, part.last, code)[:32]
        return self.folder / "parts" / experiment.claim / experiment.name / f"{name}.parquet"

    def missing(self, experiment: Experiment) -> list[Part]:
        """Return the parts that are still to be computed."""
        return [part for part in self.parts(experiment) if not self.part_path(experiment, part).exists()]

    def table_path(self, experiment: Experiment) -> Path:
        """Where the experiment's table is, once a run has put it together."""
        return self.folder / "tables" / experiment.claim / f"{experiment.name}.parquet"

    def consolidate(self, experiment: Experiment) -> Path:
        """Put the experiment's table together from its parts, in the order of the grid.

        Raises
        ------
        IncompleteError
            If parts are missing.
        """
        path = self.table_path(experiment)
        if not self._is_current(experiment):
            table = self._from_parts(experiment)
            with replace_file(path) as temporary:
                pq.write_table(table, temporary)
        return path

    def read(self, experiment: Experiment) -> Columns:
        """Return the experiment's table; writes nothing.

        Raises
        ------
        IncompleteError
            If the run of this grid, with these sources, is not complete.
        """
        current = self._is_current(experiment)
        table = pq.read_table(self.table_path(experiment)) if current else self._from_parts(experiment)
        return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}

    def tables(self, choice: Choice) -> dict[str, Columns]:
        """Return the tables of the chosen experiments of a claim, by name."""
        return {name: self.read(choice.entry.experiments[name]) for name in choice.experiments}

    def _names(self, experiment: Experiment) -> str:
        return digest([self.part_path(experiment, part).name for part in self.parts(experiment)])

    def _is_current(self, experiment: Experiment) -> bool:
        """Whether the table is there and made of just the parts it should be made of."""
        path = self.table_path(experiment)
        if not path.exists():
            return False
        return (pq.read_schema(path).metadata or {}).get(_PARTS) == self._names(experiment).encode()

    def _from_parts(self, experiment: Experiment) -> pa.Table:
        missing = self.missing(experiment)
        if missing:
            total = sum(1 for _ in self.parts(experiment))
            raise IncompleteError(f"{experiment.key}: {len(missing)} of {total} parts are missing; run it first")
        tables = [pq.read_table(self.part_path(experiment, part)) for part in self.parts(experiment)]
        table = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
        return table.replace_schema_metadata({_PARTS: self._names(experiment)})

    def stale(self, experiments: Sequence[Experiment]) -> list[Path]:
        """Return what no experiment needs: parts of older sources or grids, tables of experiments that are gone.

        ``experiments`` are all there are. Parts of other root seeds are kept if they are of these sources and grids.
        """
        needed: dict[int, set[Path]] = {}

        def is_needed(path: Path) -> bool:
            seed = int((pq.read_schema(path).metadata or {}).get(_SEED, b"-1"))
            if seed not in needed:
                needed[seed] = {self._part_path(e, part, seed) for e in experiments for part in self.parts(e)}
            return path in needed[seed]

        parts = (path for path in sorted(self.folder.glob("parts/**/*.parquet")) if not is_needed(path))
        tables = {self.table_path(experiment) for experiment in experiments}
        others = (path for path in sorted(self.folder.glob("tables/**/*.parquet")) if path not in tables)
        return [*parts, *others]

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


def write_part(path: Path, key: str, root_seed: int, part: Part, columns: Columns) -> None:
    """Store what ``one_cell`` returned for a part, with a column per axis.

    Raises
    ------
    ValueError
        If the columns break the contract: unequal lengths, no ``replicate`` or ``status``, missing or foreign
        replicates, or a column named as an axis.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{key} returned columns of different lengths: {lengths}")
    for name in ("replicate", "status"):
        if name not in columns:
            raise ValueError(f"{key} returned no column {name!r}")
    if set(np.asarray(columns["replicate"]).tolist()) != set(part.replicates):
        raise ValueError(f"{key} did not return the replicates {part.first}..{part.last - 1}, no more, no less")
    clash = set(columns) & set(part.cell)
    if clash:
        raise ValueError(f"{key} returned columns named as axes: {sorted(clash)}")
    rows = len(columns["replicate"])
    table = pa.table({**{axis: [value] * rows for axis, value in part.cell.items()}, **columns})
    with replace_file(path) as temporary:
        pq.write_table(table.replace_schema_metadata({_SEED: str(root_seed)}), temporary)
