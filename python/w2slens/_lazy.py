"""Names that are imported when first used: a package lists its rooms, and pays for those that are entered.

Sub-packages are found by their folders, so that a new chapter is there as soon as its folder is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from sys import modules
from typing import Any

__all__ = ["attach"]


def attach(
    package: str, rooms: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return the module attributes ``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``. Its sub-packages are public names as well; its modules can be reached as attributes, too.
    rooms : mapping of str to sequence of str
        The public names of each of its modules. A module without names is a public name itself.
    """
    home = {name: room for room, names in rooms.items() for name in names}
    inside = {m.name: m.ispkg for m in iter_modules(modules[package].__path__) if not m.name.startswith("_")}
    public = [name for name, is_package in inside.items() if is_package or not rooms.get(name, [name])]
    public += home

    def load(name: str) -> Any:
        if name in home:
            value = getattr(import_module(f"{package}.{home[name]}"), name)
            setattr(modules[package], name, value)
            return value
        if name in inside:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}; it has {', '.join(sorted(public))}")

    return load, lambda: sorted(public), public
