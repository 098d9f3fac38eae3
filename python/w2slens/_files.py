"""Reading arrays from files without trusting them, and writing files whole or not at all."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_output", "read_array", "replace_file"]

#: Rows of a Parquet file that are decoded at a time.
_BATCH = 4096


def read_array(path: Path, *, dimensions: tuple[int, ...] = (1, 2), columns: Sequence[str] = ()) -> npt.NDArray[Any]:
    """Return the array of numbers in a ``.npy`` or Parquet file; the content tells which, not the name.

    Parameters
    ----------
    path : Path
        A ``.npy`` file is mapped into memory, never read whole, and its objects are never unpickled. A Parquet file is
        decoded batch by batch into one array.
    dimensions : tuple of 1, 2 or both
        What the caller can use. A single numeric Parquet column becomes a vector if that is among them.
    columns : sequence of str
        Columns of a Parquet file: names, or patterns such as ``"e*"`` for the columns in the order of the file. One
        column of equally long lists, or any number of numeric columns. By default the only column of lists or, if
        there is none, all columns, which must then hold floats.

    Returns
    -------
    (n,) or (n, d) array, n ≥ 1, of floats or integers

    Raises
    ------
    FileError
        If the file is missing, truncated, of another format, or holds anything else: objects, nulls, ragged lists,
        other types or shapes. The message says where.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
            if start.startswith(np.lib.format.MAGIC_PREFIX):
                if columns:
                    raise FileError(f"{path} is a .npy file, which has no columns to choose from")
                return _read_npy(file, path, dimensions)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {_reason(error)}") from error
    if start.startswith(b"PAR1"):
        return _read_parquet(path, dimensions, columns)
    raise FileError(f"{path} {_foreign(start)}; expected a .npy or Parquet file")


def check_output(path: Path, *, force: bool, inputs: Sequence[Path] = ()) -> None:
    """Refuse, before any work, an output that `replace_file` could not write.

    Raises
    ------
    FileError
        If the file exists and ``force`` is not given, is one of ``inputs`` or no regular file, or if its folder is
        missing or cannot be written to.
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
        If ``path`` exists by then and ``force`` is not given, or the system cannot write it.
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
        raise FileError(f"{path} exists; it is overwritten only with --force")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _foreign(start: bytes) -> str:
    if not start:
        return "is empty"
    if start.startswith(b"\x80"):
        return "holds a pickle, which is never loaded"
    if start.startswith(b"PK"):
        return "is an archive such as .npz"
    return "is of another format"


def _read_npy(file: IO[bytes], path: Path, dimensions: tuple[int, ...]) -> npt.NDArray[Any]:
    headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    file.seek(0)
    try:
        version = np.lib.format.read_magic(file)
        if version not in headers:
            raise FileError(f"{path} is a .npy file of version {version}, which only structured types need")
        shape, _, dtype = headers[version](file)
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{path} is a .npy file with a broken header: {error}") from error
    if dtype.hasobject:
        raise FileError(f"{path} holds Python objects (a pickle), which are never loaded")
    if dtype.kind not in "iuf":
        raise FileError(f"{path} holds dtype {dtype}, expected floats or integers")
    _check_shape(path, shape, dimensions)
    promised = file.tell() + math.prod(shape) * dtype.itemsize
    size = os.fstat(file.fileno()).st_size
    if size < promised:
        raise FileError(f"{path} is truncated: shape {shape} of {dtype} takes {promised} bytes, but it has {size}")
    array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _check_shape(path: Path, shape: tuple[int, ...], dimensions: tuple[int, ...]) -> None:
    if len(shape) not in dimensions:
        wanted = " or ".join({1: "(n,)", 2: "(n, d)"}[d] for d in dimensions)
        raise FileError(f"{path} has shape {shape}, expected {wanted}")
    if 0 in shape:
        raise FileError(f"{path} has shape {shape}: there is nothing in it")


def _read_parquet(path: Path, dimensions: tuple[int, ...], columns: Sequence[str]) -> npt.NDArray[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            fields = _chosen(path, file.schema_arrow, columns)
            n = file.metadata.num_rows
            if n == 0:
                raise FileError(f"{path} has no rows")
            batches = file.iter_batches(batch_size=_BATCH, columns=[field.name for field in fields])
            return _filled(path, n, fields, batches, vector=1 in dimensions)
    except (pa.ArrowException, OSError) as error:
        raise FileError(f"{path} cannot be read as Parquet: {' '.join(str(error).split())}") from error


def _chosen(path: Path, schema: pa.Schema, wanted: Sequence[str]) -> list[pa.Field]:
    """Fields to read: either one list field, or numeric ones."""
    names = schema.names
    if len(set(names)) < len(names):
        raise FileError(f"{path} has two columns of one name")
    if wanted:
        chosen: dict[str, None] = {}
        for pattern in wanted:
            found = [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]
            if not found:
                raise FileError(f"{path} has no column {pattern!r}; its columns are {_listed(names)}")
            chosen |= dict.fromkeys(found)
        fields = [schema.field(name) for name in chosen]
    else:
        lists = [field for field in schema if _is_list(field.type)]
        fields = lists or list(schema)
        # An integer column among others may count rows; only the user knows.
        if len(lists) > 1 or not fields or any(_dtype(_entries(field.type)).kind not in "f" for field in fields):
            raise FileError(f"{path} does not tell which columns are meant; choose among {_listed(names)}")
    if len(fields) > 1 and any(_is_list(field.type) for field in fields):
        raise FileError(f"{path}: columns of lists cannot be joined with others; choose one of {_listed(names)}")
    for field in fields:
        if _dtype(_entries(field.type)).kind == "O":
            raise FileError(f"{path} has type {field.type} in column {field.name!r}, expected numbers or lists of them")
    return fields


def _filled(
    path: Path, n: int, fields: list[pa.Field], batches: Iterator[pa.RecordBatch], *, vector: bool
) -> npt.NDArray[Any]:
    dtype = np.result_type(*(_dtype(_entries(field.type)) for field in fields))
    result: npt.NDArray[Any] | None = None
    row = 0
    for batch in batches:
        if _is_list(fields[0].type):
            width = None if result is None else result.shape[1]
            block = _from_lists(path, fields[0].name, batch.column(fields[0].name), row, width)
        else:
            for field in fields:
                _check_nulls(path, field.name, batch.column(field.name), row)
            block = np.column_stack([batch.column(field.name).to_numpy() for field in fields])
        if result is None:
            result = np.empty((n, block.shape[1]), dtype)
        result[row : row + batch.num_rows] = block
        row += batch.num_rows
    if result is None or result.shape[1] == 0:
        raise FileError(f"{path} has empty lists in column {fields[0].name!r}")
    return result[:, 0] if vector and not _is_list(fields[0].type) and len(fields) == 1 else result


def _from_lists(path: Path, column: str, array: pa.Array, first_row: int, width: int | None) -> npt.NDArray[Any]:
    """Rows of a batch of lists, each of ``width`` entries, or as many as the first one has."""
    _check_nulls(path, column, array, first_row)
    widths = array.value_lengths().to_numpy()
    expected = widths[0] if width is None else width
    ragged = np.flatnonzero(widths != expected)
    if ragged.size:
        raise FileError(
            f"{path} has {widths[ragged[0]]} entries in column {column!r} at row {first_row + ragged[0]}, "
            f"but {expected} in the rows before"
        )
    entries = array.flatten()
    _check_nulls(path, column, entries, first_row, width=expected)
    rows: npt.NDArray[Any] = entries.to_numpy().reshape(len(array), expected)
    return rows


def _check_nulls(path: Path, column: str, array: pa.Array, first_row: int, *, width: int = 1) -> None:
    if array.null_count:
        position = int(np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False))[0])
        entry = f", entry {position % width}" if width > 1 else ""
        raise FileError(f"{path} has a null in column {column!r} at row {first_row + position // width}{entry}")


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _entries(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if _is_list(kind) else kind


def _dtype(kind: pa.DataType) -> np.dtype[Any]:
    """NumPy's type of numbers; object for everything else."""
    import pyarrow as pa

    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return np.dtype(kind.to_pandas_dtype())
    return np.dtype(object)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown}, ... ({len(names)} in all)"
