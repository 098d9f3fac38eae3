"""Writing files whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import ExistsError, FileError

__all__ = ["check_output", "replace_file", "same_file"]


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
    try:
        path.lstat()
    except FileNotFoundError:
        pass
    except OSError as error:  # a name that is too long, for instance
        raise FileError(f"{path} cannot be written: {_reason(error)}") from error
    _check_vacant(path, force)
    for source in inputs:
        if same_file(path, source):
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
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {_reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    # A short name: one of the greatest length has no room for more.
    return path.with_name(f".{path.name[:24]}.{secrets.token_hex(6)}.tmp")


def same_file(first: Path, second: Path) -> bool:
    """Tell whether two paths lead, or would lead, to one file."""
    if os.path.realpath(first) == os.path.realpath(second):
        return True
    return os.path.exists(first) and os.path.exists(second) and os.path.samefile(first, second)


def _check_vacant(path: Path, force: bool) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise FileError(f"{path} exists and is not a regular file")
    if not force:
        raise ExistsError(path)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
