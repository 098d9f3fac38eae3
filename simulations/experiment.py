"""What an experiment is: a grid per profile, how a cell is computed, and what its seeds depend on.

Nothing here draws or judges, so that a part's digest, which covers what an experiment imports, does not either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .grid import Cell, Grid, Seeds
from .tables import Columns

__all__ = ["PROFILES", "Compute", "Experiment", "experiment"]

PROFILES = ("smoke", "full")

Compute = Callable[[Cell, range, Seeds], Columns]
"""``one_cell(cell, replicates, seeds)``: a row or more per replicate, with ``replicate`` and an integer ``status``."""


@dataclass(frozen=True)
class Experiment:
    """One experiment of a claim, with a table of its own.

    Attributes
    ----------
    claim, name : str
        The claim's folder, and the name within it; the table is ``tables/CLAIM/NAME.parquet``.
    one_cell : callable
        Computes some replicates of a cell; see `Compute`.
    grids : mapping
        A grid per profile.
    draws : str
        The name under which the experiment draws; by default ``CLAIM.NAME``. Experiments, also of different claims,
        that draw under one name from cells in which the same enters share their draws.
    constants : mapping
        What enters the seeds besides the axes.
    paired : tuple of str
        Axes that do not enter, so that cells which differ in them only share their draws.
    """

    claim: str
    name: str
    one_cell: Compute
    grids: Mapping[str, Grid]
    draws: str
    constants: Mapping[str, Any] = field(default_factory=dict)
    paired: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if set(self.grids) != set(PROFILES):
            raise ValueError(f"{self.key} has grids for {sorted(self.grids)}, expected {', '.join(PROFILES)}")
        for profile, grid in self.grids.items():
            unknown = set(self.paired) - set(grid.axes)
            if unknown:
                raise ValueError(f"{self.key}: paired names {sorted(unknown)}, which are no axes of profile {profile}")
            clash = set(self.constants) & set(grid.axes)
            if clash:
                raise ValueError(f"{self.key}: constants names {sorted(clash)}, which are axes of profile {profile}")

    @property
    def key(self) -> str:
        """``CLAIM.NAME``."""
        return f"{self.claim}.{self.name}"

    def seeds(self, root: int, cell: Cell) -> Seeds:
        """Return the seeds of a cell."""
        entering = {axis: value for axis, value in cell.items() if axis not in self.paired}
        return Seeds(root, self.draws, {**self.constants, **entering})


def experiment(
    *,
    smoke: Grid,
    full: Grid,
    draws: str | None = None,
    constants: Mapping[str, Any] | None = None,
    paired: tuple[str, ...] = (),
) -> Callable[[Compute], Experiment]:
    """Make an `Experiment` of a function ``one_cell`` in a claim's ``experiments.py``; its name is the function's."""

    def make(one_cell: Compute) -> Experiment:
        claim = one_cell.__module__.split(".")[-2]
        name = one_cell.__name__
        grids = {"smoke": smoke, "full": full}
        return Experiment(claim, name, one_cell, grids, draws or f"{claim}.{name}", dict(constants or {}), paired)

    return make
