"""Writing files whole or not at all, with the folders that they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from w2slens import _files

__all__ = ["replace_file"]


@contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success it takes the place of ``path``, otherwise it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _files.replace_file(path, force=True) as temporary:
        yield temporary
