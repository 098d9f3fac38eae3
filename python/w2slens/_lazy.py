"""Names that are imported when first used: a package lists its rooms, and pays for those that are entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from sys import modules
from typing import Any

__all__ = ["attach"]


def attach(
    package: str, rooms: Mapping[str, Sequence[str]], chapters: Sequence[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return the module attributes ``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    rooms : mapping of str to sequence of str
        The public names of each of its modules.
    chapters : sequence of str
        Its public sub-packages.
    """
    home = {name: room for room, names in rooms.items() for name in names}
    public = [*chapters, *home]

    def load(name: str) -> Any:
        if name in home:
            value = getattr(import_module(f"{package}.{home[name]}"), name)
            setattr(modules[package], name, value)
            return value
        if name in chapters:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}; it has {', '.join(public)}")

    return load, lambda: sorted(public), public
