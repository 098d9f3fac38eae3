"""What a claim is: the contract between a file in `simulations/claims` and everything that runs, draws and judges it.

A claim's module defines

- ``CLAIM``: a `Claim`;
- ``GRID``: a `simulations.grid.Grid` per profile, ``{"smoke": ..., "full": ...}``;
- ``one_cell(cell, replicates, seeds) -> Columns``: a row or more per replicate, with ``replicate`` and ``status``;
- ``summarise(columns) -> Columns``: the numbers behind the figures, a few dozen rows;
- ``plot(columns) -> dict[str, Figure]``;
- ``check(columns) -> list[Verdict]``.

Only ``one_cell`` computes; the others read what the store holds.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from .grid import Grid

__all__ = ["Claim", "Columns", "Verdict", "claim_names", "load_claim", "select"]

Columns = dict[str, np.ndarray]
"""A tidy table: equally long columns by name."""


@dataclass(frozen=True)
class Claim:
    """What is claimed, by whom, and where it lives.

    Attributes
    ----------
    name : str
        The noun; also the name of the module and of the docs page.
    statement : str
        One sentence a reader can agree or disagree with.
    source : str
        Paper and statement number.
    room : str
        The module of the package that holds the formula or the algorithm.
    figures : mapping
        A caption per figure name: what it shows, in one or two sentences.
    """

    name: str
    statement: str
    source: str
    room: str
    figures: Mapping[str, str]


@dataclass(frozen=True)
class Verdict:
    """One judged statement. It passes by ``rule``, fixed before the run (THEORY section 5).

    ``margin`` is what is left before the verdict would turn, in the units of ``statistic``: negative when it failed.
    """

    claim: str
    statement: str
    statistic: float
    bound: float
    margin: float
    passed: bool
    rule: str

    @classmethod
    def at_most(cls, claim: str, statement: str, statistic: float, bound: float, rule: str) -> Verdict:
        """Passes when ``statistic <= bound``; a NaN never passes."""
        return cls(
            claim, statement, float(statistic), float(bound), float(bound - statistic), bool(statistic <= bound), rule
        )

    @classmethod
    def at_least(cls, claim: str, statement: str, statistic: float, bound: float, rule: str) -> Verdict:
        """Passes when ``statistic >= bound``; a NaN never passes."""
        return cls(
            claim, statement, float(statistic), float(bound), float(statistic - bound), bool(statistic >= bound), rule
        )


def claim_names() -> list[str]:
    """Return the names of all claims, in alphabetical order."""
    package = importlib.import_module("simulations.claims")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))


def load_claim(name: str) -> ModuleType:
    """Import the claim called ``name`` and check that it keeps the contract.

    Raises
    ------
    ValueError
        If there is no such claim, or a part of the contract is missing.
    """
    if name not in claim_names():
        raise ValueError(f"there is no claim {name!r}; the claims are {', '.join(claim_names())}")
    module = importlib.import_module(f"simulations.claims.{name}")
    missing = [
        part for part in ("CLAIM", "GRID", "one_cell", "summarise", "plot", "check") if not hasattr(module, part)
    ]
    if missing:
        raise ValueError(f"claim {name!r} lacks {', '.join(missing)}")
    if module.CLAIM.name != name:
        raise ValueError(f"claim {name!r} calls itself {module.CLAIM.name!r}")
    for profile in ("smoke", "full"):
        if not isinstance(module.GRID.get(profile), Grid):
            raise ValueError(f"claim {name!r} has no grid for the profile {profile!r}")
    return module


def select(columns: Columns, **wanted: object) -> Columns:
    """Return the rows in which every named column has the wanted value."""
    keep = np.ones(len(next(iter(columns.values()))), bool)
    for name, value in wanted.items():
        keep &= columns[name] == value
    return {name: column[keep] for name, column in columns.items()}
