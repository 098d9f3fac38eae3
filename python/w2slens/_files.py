"""Writing files whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import ExistsError, FileError

__all__ = ["check_output", "replace_file"]


def check_output(path: Path, *, force: bool, inputs: Sequence[Path] = ()) -> None:
    """Refuse, before any work, an output that `replace_file` could not write.

    Raises
    ------
    FileError
        If the file exists and ``force`` is not given (`ExistsError`), is one of ``inputs`` or no regular file, or if
        its folder is missing or cannot be written to.
    """
    folder = path.parent
    if not folder.is_dir():
        raise FileError(f"{path} cannot be written: {folder} is not a folder")
    _check_vacant(path, force)
    for source in inputs:
        if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, source):
            raise FileError(f"{path} is also an input; it will not be overwritten")
    probe = _temporary(path)
    try:
        probe.touch(exist_ok=False)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {_reason(error)}") from error
    probe.unlink()


@contextmanager
def replace_file(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a temporary path beside ``path``, which takes its place on success and is removed otherwise.

    Raises
    ------
    FileError
        If ``path`` exists by then and ``force`` is not given (`ExistsError`), or the system cannot write it.
    """
    temporary = _temporary(path)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        _check_vacant(path, force)
        temporary.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {_reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")


def _check_vacant(path: Path, force: bool) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise FileError(f"{path} exists and is not a regular file")
    if not force:
        raise ExistsError(path)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
