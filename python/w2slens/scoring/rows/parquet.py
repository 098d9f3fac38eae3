"""Rows of a Parquet file: numeric columns, or one column of equally long lists; decoded block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ...errors import FileError
from .contract import BLOCK, FileRows, checked_block

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetRows"]


class ParquetRows(FileRows):
    """Columns of a Parquet file as rows; it is opened anew for every reading.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ParquetRows.write(pathlib.Path(folder) / "X.parquet", np.eye(3))
    ...     ParquetRows.open(pathlib.Path(folder) / "X.parquet").take([2]).tolist()
    [[0.0, 0.0, 1.0]]
    """

    kind: ClassVar[str] = "parquet"
    label: ClassVar[str] = "Parquet"

    def __init__(self, path: Path, n: int, fields: list[pa.Field], *, vector: bool) -> None:
        self._path, self._n, self._fields = path, n, fields
        self._lists = _is_list(fields[0].type)
        self._width: int | None = None if self._lists else len(fields)
        self._dtype = np.result_type(*(_dtype(_entries(field.type)) for field in fields))
        self._vector = vector and not self._lists and len(fields) == 1

    @classmethod
    def recognises(cls, start: bytes) -> bool:
        """Tell a Parquet file by its magic string."""
        return start.startswith(b"PAR1")

    @classmethod
    def open(cls, path: Path, *, columns: Sequence[str] = (), vector: bool = True) -> Self:
        """Choose the columns of a file; see `open_rows`."""
        import pyarrow.parquet as pq

        with _reading(path), path.open("rb") as opened, pq.ParquetFile(opened) as file:
            fields = _chosen(path, file.schema_arrow, columns)
            n = file.metadata.num_rows
        if n == 0:
            raise FileError(f"{path} has no rows")
        return cls(path, n, fields, vector=vector)

    @classmethod
    def write(cls, path: Path, array: npt.NDArray[Any]) -> None:
        """Write a vector as a column of numbers, a matrix as one of lists."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        column = (
            pa.array(array) if array.ndim == 1 else pa.FixedSizeListArray.from_arrays(array.ravel(), array.shape[1])
        )
        with path.open("xb") as file:
            pq.write_table(pa.table({"values": column}), file)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n,) or (n, d); the length of lists is that of the first one."""
        if self._width is None:
            self._width = next(self.blocks(1)).shape[1]
        return (self._n,) if self._vector else (self._n, self._width)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type that all columns fit in."""
        return self._dtype

    def blocks(self, n: int = BLOCK) -> Iterator[npt.NDArray[Any]]:
        """Decode at most ``n`` rows at a time.

        Raises
        ------
        FileError
            If the file has been damaged, or a row has a null or another length than the ones before.
        """
        return self._decoded(checked_block(n))

    def _decoded(self, n: int) -> Iterator[npt.NDArray[Any]]:
        import pyarrow.parquet as pq

        # Opened here: pyarrow takes no name that is not UTF-8.
        with _reading(self._path), self._path.open("rb") as opened, pq.ParquetFile(opened) as file:
            row = 0
            for batch in file.iter_batches(batch_size=n, columns=[field.name for field in self._fields]):
                block = self._from_lists(batch, row) if self._lists else self._from_columns(batch, row)
                row += batch.num_rows
                yield block[:, 0] if self._vector else block

    def _from_columns(self, batch: pa.RecordBatch, first_row: int) -> npt.NDArray[Any]:
        for field in self._fields:
            _check_nulls(self._path, field.name, batch.column(field.name), first_row)
        return np.column_stack([batch.column(field.name).to_numpy() for field in self._fields])

    def _from_lists(self, batch: pa.RecordBatch, first_row: int) -> npt.NDArray[Any]:
        path, name = self._path, self._fields[0].name
        array = _stored(batch.column(name))
        _check_nulls(path, name, array, first_row)
        widths = array.value_lengths().to_numpy()
        if self._width is None:
            self._width = int(widths[0])
        if self._width == 0:
            raise FileError(f"{path} has empty lists in column {name!r}")
        ragged = np.flatnonzero(widths != self._width)
        if ragged.size:
            raise FileError(
                f"{path} has {widths[ragged[0]]} entries in column {name!r} at row {first_row + ragged[0]}, "
                f"but {self._width} in the rows before"
            )
        entries = array.flatten()
        _check_nulls(path, name, entries, first_row, width=self._width)
        rows: npt.NDArray[Any] = entries.to_numpy().reshape(len(array), self._width)
        return rows


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
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
        fields = _meant(path, schema)
    if len(fields) > 1 and any(_is_list(field.type) for field in fields):
        raise FileError(f"{path}: columns of lists cannot be joined with others; choose one of {_listed(names)}")
    for field in fields:
        if _dtype(_entries(field.type)).kind == "O":
            raise FileError(
                f"{path} has type {field.type} in column {field.name!r}, expected numbers or lists of equally many"
            )
    return fields


def _meant(path: Path, schema: pa.Schema) -> list[pa.Field]:
    """The only column of lists, the only column, or all columns if they hold floats; an index of pandas is none."""
    fields = [field for field in schema if not fnmatchcase(field.name, "__index_level_*__")]
    lists = [field for field in fields if _is_list(field.type)]
    if len(lists) == 1 or len(fields) == 1:
        return lists or fields
    # An integer column among others may count rows; only the user knows.
    if lists or not fields or any(_dtype(field.type).kind != "f" for field in fields):
        raise FileError(
            f"{path} does not tell which columns are meant; choose among "
            + _listed([f"{field.name} ({field.type})" for field in fields])
        )
    return fields


def _check_nulls(path: Path, column: str, array: pa.Array, first_row: int, *, width: int = 1) -> None:
    if array.null_count:
        position = int(np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False))[0])
        entry = f", entry {position % width}" if width > 1 else ""
        raise FileError(f"{path} has a null in column {column!r} at row {first_row + position // width}{entry}")


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    kind = _storage(kind)
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _entries(kind: pa.DataType) -> pa.DataType:
    return _storage(kind).value_type if _is_list(kind) else kind


def _storage(kind: pa.DataType) -> pa.DataType:
    """What a tensor of one dimension, which is a list with a name, is stored as; any other type itself."""
    shape = getattr(kind, "shape", None)
    return kind.storage_type if shape is not None and len(shape) == 1 else kind


def _stored(array: pa.Array) -> pa.Array:
    return array.storage if _storage(array.type) != array.type else array


def _dtype(kind: pa.DataType) -> np.dtype[Any]:
    """NumPy's type of numbers; object for everything else."""
    import pyarrow as pa

    if pa.types.is_floating(kind):
        return np.dtype(f"f{kind.bit_width // 8}")
    if pa.types.is_integer(kind):
        return np.dtype(f"{'i' if pa.types.is_signed_integer(kind) else 'u'}{kind.bit_width // 8}")
    return np.dtype(object)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown}, ... ({len(names)} in all)"
