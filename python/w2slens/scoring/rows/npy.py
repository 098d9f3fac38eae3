"""Rows of a ``.npy`` file, mapped into memory: opening one of any size takes none."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ...errors import FileError
from .array import ArrayRows
from .contract import FileRows

__all__ = ["NpyRows"]

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class NpyRows(ArrayRows, FileRows):
    """A mapped ``.npy`` file; read-only.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     NpyRows.write(pathlib.Path(folder) / "p.npy", np.array([0.25, 0.75]))
    ...     NpyRows.open(pathlib.Path(folder) / "p.npy").shape
    (2,)
    """

    kind: ClassVar[str] = "npy"
    label: ClassVar[str] = ".npy"

    def __init__(self, mapped: npt.NDArray[Any]) -> None:
        self._array = mapped

    @classmethod
    def recognises(cls, start: bytes) -> bool:
        """Tell a ``.npy`` file by its magic string."""
        return start.startswith(np.lib.format.MAGIC_PREFIX)

    @classmethod
    def open(cls, path: Path, *, columns: Sequence[str] = (), vector: bool = True) -> Self:
        """Map a file of floats or integers; its header is checked against its size."""
        if columns:
            raise FileError(f"{path} is a .npy file, which has no columns to choose from")
        try:
            with path.open("rb") as file:
                return cls(_mapped(file, path))
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error.strerror or error}") from error

    @classmethod
    def write(cls, path: Path, array: npt.NDArray[Any]) -> None:
        """Write a new file; objects are refused."""
        with path.open("xb") as file:
            np.save(file, array, allow_pickle=False)


def _mapped(file: IO[bytes], path: Path) -> npt.NDArray[Any]:
    try:
        version = np.lib.format.read_magic(file)
        if version not in _HEADERS:
            raise FileError(f"{path} is a .npy file of version {version}, which only structured types need")
        shape, _, dtype = _HEADERS[version](file)
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{path} is a .npy file with a broken header: {error}") from error
    if dtype.hasobject:
        raise FileError(f"{path} holds Python objects (a pickle), which are never loaded")
    if dtype.kind not in "iuf" and not _is_bits(dtype):
        raise FileError(f"{path} holds dtype {dtype}, expected floats or integers")
    if dtype.kind == "f" and dtype.itemsize > 8:
        raise FileError(f"{path} holds dtype {dtype}, which is wider than the kernels compute; save it as float64")
    promised = file.tell() + math.prod(shape) * dtype.itemsize
    size = os.fstat(file.fileno()).st_size
    if size < promised:
        raise FileError(f"{path} is truncated: shape {shape} of {dtype} takes {promised} bytes, but it has {size}")
    if 0 in shape:  # nothing can be mapped
        return np.empty(shape, dtype)
    array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return _as_bfloat16(array) if _is_bits(dtype) else array


def _is_bits(dtype: np.dtype[Any]) -> bool:
    """Tell two bytes without a type: NumPy writes bfloat16, which it does not know, as such."""
    return dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None and dtype.subdtype is None


def _as_bfloat16(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same memory as bfloat16; without ``ml_dtypes``, which has the type, a copy as float32."""
    try:
        from ml_dtypes import bfloat16
    except ModuleNotFoundError:
        return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    view: npt.NDArray[Any] = array.view(bfloat16)
    return view
