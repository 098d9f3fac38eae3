"""Which kinds of rows there are, and which of them a file or an array is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..._family import members
from ...errors import FileError
from .contract import FileRows, Rows

__all__ = ["open_rows", "row_kinds"]


def row_kinds() -> dict[str, type[Rows]]:
    """Return every kind of rows by its name.

    Examples
    --------
    >>> sorted(row_kinds())
    ['array', 'npy', 'parquet']
    """
    return members(__package__, Rows)  # type: ignore[type-abstract]


def open_rows(path: Path | str, *, dimensions: tuple[int, ...] = (1, 2), columns: Sequence[str] = ()) -> Rows:
    """Open the rows of numbers in a file; the content tells its kind, not the name.

    Parameters
    ----------
    path : Path or str
        A ``.npy`` file is mapped into memory, never read whole, and its objects are never unpickled. A Parquet file is
        decoded block by block.
    dimensions : tuple of 1, 2 or both
        What the caller can use. A single numeric Parquet column becomes a vector if that is among them.
    columns : sequence of str
        Columns of a Parquet file: names, or patterns such as ``"e*"`` for the columns in the order of the file. One
        column of equally long lists, or any number of numeric columns. By default the only column of lists or, if
        there is none, all columns, which must then hold floats.

    Returns
    -------
    Rows of shape (n,) or (n, d), n ≥ 1, of floats or integers

    Raises
    ------
    FileError
        If the file is missing, truncated, of another format, or holds anything else: objects, nulls, ragged lists,
        other types or shapes. The message says where. Nulls and ragged lists are found when the rows are read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(pathlib.Path(folder) / "X.npy", np.eye(3))
    ...     open_rows(pathlib.Path(folder) / "X.npy").take([2]).tolist()
    [[0.0, 0.0, 1.0]]
    """
    place = Path(path)
    if place.is_dir():
        raise FileError(
            f"{place} cannot be read: it is a folder; join the files in it first: "
            "pyarrow.parquet.write_table(pyarrow.dataset.dataset(folder).to_table(), file)"
        )
    try:
        with place.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise FileError(f"{place} cannot be read: {error.strerror or error}") from error
    kinds = [kind for kind in row_kinds().values() if issubclass(kind, FileRows)]
    for kind in kinds:
        if kind.recognises(start):
            rows = kind.open(place, columns=columns, vector=1 in dimensions)
            _check_shape(place, rows.shape, dimensions)
            return rows
    known = " or ".join(kind.label for kind in kinds)
    raise FileError(f"{place} {_foreign(start)}; expected a {known} file")


def _check_shape(path: Path, shape: tuple[int, ...], dimensions: tuple[int, ...]) -> None:
    if len(shape) not in dimensions:
        wanted = " or ".join({1: "(n,)", 2: "(n, d)"}[d] for d in dimensions)
        raise FileError(f"{path} has shape {shape}, expected {wanted}")
    if 0 in shape:
        raise FileError(f"{path} has shape {shape}: there is nothing in it")


def _foreign(start: bytes) -> str:
    if not start:
        return "is empty"
    if start.startswith(b"\x80"):
        return "holds a pickle, which is never loaded"
    if start.startswith(b"PK"):
        return "is an archive such as .npz"
    return "is of another format"
