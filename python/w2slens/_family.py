"""Families: members that each have a file of their own in one folder, and are found there."""

from __future__ import annotations

from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from typing import Any, TypeVar

from ._checks import one_of

__all__ = ["member", "members"]

T = TypeVar("T")


def members(package: str, base: type[T]) -> dict[str, type[T]]:
    """Return the classes that the files of a package define under ``base`` and that can be built, by their ``kind``.

    Parameters
    ----------
    package : str
        Name of the package; all its modules are imported.
    base : class
        The contract, with a class attribute ``kind``.

    Raises
    ------
    TypeError
        If two members have one kind.
    """
    found: dict[str, type[T]] = {}
    for info in iter_modules(import_module(package).__path__):
        name = f"{package}.{info.name}"
        for thing in vars(import_module(name)).values():
            if not (isinstance(thing, type) and issubclass(thing, base)) or thing.__module__ != name:
                continue
            if isabstract(thing) or "kind" not in vars(thing):
                continue
            kind: Any = vars(thing)["kind"]
            if kind in found:
                raise TypeError(f"{thing.__qualname__} and {found[kind].__qualname__} both are the kind {kind!r}")
            found[kind] = thing
    return dict(sorted(found.items()))


def member(found: dict[str, type[T]], kind: Any, name: str) -> type[T]:
    """Return the member of this kind; the error, which calls the argument ``name``, lists what there is."""
    return found[one_of(kind, name, found)]
