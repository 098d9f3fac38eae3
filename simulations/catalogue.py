"""What claims there are: found by their folders, ``simulations/claims/CHAPTER/NAME``, and held to the contract."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

from .claim import Chapter, Claim, Drawing, Numbers, Statement
from .experiment import Experiment

__all__ = ["Choice", "Entry", "chapters", "choose", "claim_names", "load_claim", "titles"]

T = TypeVar("T")
ROOM = "simulations.claims"


@dataclass(frozen=True)
class Entry:
    """A claim with all that its folder holds, in the order of the files."""

    name: str
    chapter: str
    claim: Claim
    experiments: dict[str, Experiment]
    figures: dict[str, Drawing]
    numbers: dict[str, Numbers]
    statements: dict[str, Statement]


@dataclass(frozen=True)
class Choice:
    """A claim and those of its experiments that were asked for."""

    entry: Entry
    experiments: tuple[str, ...]

    def readable(self, readers: dict[str, T]) -> dict[str, T]:
        """Those figures, numbers or statements that read no other experiments than the chosen ones."""
        chosen, whole = set(self.experiments), len(self.experiments) == len(self.entry.experiments)
        return {
            name: reader
            for name, reader in readers.items()
            if whole or (getattr(reader, "reads", ()) and chosen.issuperset(getattr(reader, "reads", ())))
        }


def _folders(room: str) -> list[str]:
    package = importlib.import_module(room)
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.ispkg and not m.name.startswith("_"))


@cache
def titles() -> dict[str, Chapter]:
    """Return the chapters by name, in the order of the report."""
    found = {name: _constant(f"{ROOM}.{name}", "CHAPTER", Chapter) for name in _folders(ROOM)}
    return dict(sorted(found.items(), key=lambda item: (item[1].place, item[0])))


def chapters() -> list[str]:
    """Return the names of the chapters, in the order of the report."""
    return list(titles())


@cache
def _addresses() -> dict[str, str]:
    """Chapter by claim, in the order of the report."""
    found: dict[str, str] = {}
    for chapter in chapters():
        for name in _folders(f"{ROOM}.{chapter}"):
            if name in found:
                raise ValueError(f"there are two claims {name!r}: in the chapters {found[name]} and {chapter}")
            found[name] = chapter
    return found


def claim_names(chapter: str | None = None) -> list[str]:
    """Return the names of all claims, or of those of a chapter, in the order of the report.

    Raises
    ------
    ValueError
        If there is no such chapter; the message names those there are.
    """
    if chapter is not None and chapter not in titles():
        raise ValueError(f"there is no chapter {chapter!r}; the chapters are {', '.join(chapters())}")
    return [name for name, where in _addresses().items() if chapter in (None, where)]


@cache
def load_claim(name: str) -> Entry:
    """Import the claim called ``name`` and check that it keeps the contract.

    Raises
    ------
    ValueError
        If there is no such claim; the message names those there are. If a part of the contract is missing, or a figure
        or a statement reads a table that no experiment has.
    """
    if name not in _addresses():
        raise ValueError(f"there is no claim {name!r}; the claims are {', '.join(claim_names())}")
    room = f"{ROOM}.{_addresses()[name]}.{name}"
    roles = {role: importlib.import_module(f"{room}.{role}") for role in ("experiments", "figures", "verdicts")}
    entry = Entry(
        name,
        _addresses()[name],
        _constant(room, "CLAIM", Claim),
        _members(roles["experiments"], Experiment),
        _members(roles["figures"], Drawing),
        _members(roles["figures"], Numbers),
        _members(roles["verdicts"], Statement),
    )
    for role, members in (("experiments", entry.experiments), ("figures", entry.figures)):
        if not members:
            raise ValueError(f"claim {name!r} has no {role}")
    if not entry.statements:
        raise ValueError(f"claim {name!r} judges no statement; a claim that cannot fail is none")
    for kind in (entry.figures, entry.numbers, entry.statements):
        for reader in kind.values():
            unknown = sorted(set(reader.reads) - set(entry.experiments))
            if unknown:
                known = ", ".join(entry.experiments)
                raise ValueError(f"claim {name!r}: {reader.name} reads {unknown}; the experiments are {known}")
    return entry


def _constant(room: str, name: str, kind: type[T]) -> T:
    value = getattr(importlib.import_module(room), name, None)
    if not isinstance(value, kind):
        raise ValueError(f"{room} lacks {name}, a {kind.__name__}")
    return value


def _members(module: ModuleType, kind: type[Any]) -> dict[str, Any]:
    """What a role's file defines of a kind; what it imports is left out."""
    found = [value for value in vars(module).values() if isinstance(value, kind)]
    here = [value for value in found if _home(value) == module.__name__]
    return {value.name: value for value in here}


def _home(value: Any) -> str:
    function = value.one_cell if isinstance(value, Experiment) else value.function
    return str(function.__module__)


def choose(
    claims: Iterable[str] | None = None, chapter: Iterable[str] | None = None, experiments: Sequence[str] | None = None
) -> list[Choice]:
    """Return the claims asked for, each with its experiments: of these names, of these chapters; all by default.

    An experiment is given by its name or as ``CLAIM.NAME``; claims that have none of them are left out.

    Raises
    ------
    ValueError
        If there is no such claim, chapter or experiment; the message names those there are.
    """
    names = list(dict.fromkeys([*(claims or ()), *(name for c in chapter or () for name in claim_names(c))]))
    entries = [load_claim(name) for name in names or claim_names()]
    if not experiments:
        return [Choice(entry, tuple(entry.experiments)) for entry in entries]
    known = {e.key: (e.key, e.name) for entry in entries for e in entry.experiments.values()}
    for wanted in experiments:
        if not any(wanted in spellings for spellings in known.values()):
            raise ValueError(f"there is no experiment {wanted!r}; the experiments are {', '.join(known)}")
    chosen = [
        Choice(entry, tuple(e.name for e in entry.experiments.values() if {e.key, e.name} & set(experiments)))
        for entry in entries
    ]
    return [choice for choice in chosen if choice.experiments]
