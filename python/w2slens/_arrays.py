"""Intake of arrays: every kind the kernels can read goes through as a view, everything else is refused by name."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "Floats",
    "KernelMatrix",
    "as_float_vector",
    "as_floats",
    "as_matrix",
    "as_numbers",
    "as_rows",
    "as_vector",
    "kernel_view",
]

Floats = npt.NDArray[np.float64]
"""The type of what is computed here."""

#: DLPack's code of memory the processor can read.
_DLPACK_CPU = 1


def as_matrix(X: Any, name: str) -> npt.NDArray[Any]:
    """Return ``X`` as an (n, d) array of numbers, d ≥ 1, without a copy where NumPy can view it.

    Any stride, byte order and mapping is kept; entries are float16, bfloat16 (of ``ml_dtypes``), float32, float64 or
    integers.

    Raises
    ------
    TypeError
        If the entries are of another type (boolean, complex, object, extended precision) or on another device.
    ValueError
        If there are not two dimensions, or no columns.
    """
    array = as_numbers(X, name)
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}, expected (n, d)")
    if array.shape[1] == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected at least one column")
    return array


def as_vector(v: Any, name: str) -> npt.NDArray[Any]:
    """Return ``v`` as an (n,) array of numbers; the counterpart of `as_matrix`.

    Raises
    ------
    TypeError, ValueError
        As `as_matrix`.
    """
    array = as_numbers(v, name)
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}, expected (n,)")
    return array


def as_floats(values: Any, name: str, *, infinite: bool = False) -> Floats:
    """Return ``values`` as a contiguous float64 array of any shape; infinite entries only where they are allowed.

    Raises
    ------
    TypeError
        As `as_matrix`.
    ValueError
        If an entry is NaN, or infinite; the message has its place.
    """
    array = as_numbers(values, name)
    numbers = np.ascontiguousarray(array, np.float64).reshape(array.shape)
    wrong, wanted = (np.isnan(numbers), "a number") if infinite else (~np.isfinite(numbers), "finite")
    _check_entries(numbers, name, wrong, f"; every entry must be {wanted}")
    return numbers


def as_shares(values: Any, name: str) -> Floats:
    """Return ``values`` as a contiguous float64 array of any shape, in [0, 1]; `as_share` is for one number.

    Raises
    ------
    TypeError
        As `as_matrix`.
    ValueError
        If an entry is outside, or NaN; the message has its place.
    """
    array = as_numbers(values, name)
    numbers = np.ascontiguousarray(array, np.float64).reshape(array.shape)
    _check_entries(numbers, name, ~((numbers >= 0) & (numbers <= 1)), ", but must be in [0, 1]")
    return numbers


def as_float_vector(values: npt.ArrayLike, name: str) -> Floats:
    """Return ``values`` as a float64 vector of finite numbers, at least one; `as_vector` asks less of them.

    Raises
    ------
    TypeError, ValueError
        As `as_floats`; also for another number of dimensions, or no entry.
    """
    array = as_floats(values, name)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected a vector")
    return array


def as_rows(rows: Any, name: str, n: int) -> npt.NDArray[np.uintp]:
    """Return a selection of the rows of an (n, d) array, integers or an (n,) boolean mask, as numbers of rows.

    Raises
    ------
    TypeError
        If it holds anything else.
    ValueError
        If there is not one dimension, a mask has another length, or a row is outside [0, n).
    """
    selected = np.asarray(rows)
    if isinstance(rows, list | tuple) and not rows:  # NumPy makes floats of it
        selected = selected.astype(np.intp)
    if selected.dtype.kind not in "iub":
        raise TypeError(f"{name} has dtype {selected.dtype}, expected integers or a boolean mask")
    if selected.ndim != 1:
        raise ValueError(f"{name} has shape {selected.shape}, expected one dimension")
    if selected.dtype.kind == "b":
        if selected.size != n:
            raise ValueError(f"{name} is a mask of {selected.size} entries, but there are {n} rows")
        return np.flatnonzero(selected).astype(np.uintp)
    wrong = np.flatnonzero((selected < 0) | (selected >= n))
    if wrong.size:
        raise ValueError(f"{name} has {selected[wrong[0]]} at index {wrong[0]}, but there are {n} rows, from 0")
    return np.ascontiguousarray(selected, np.uintp)


class KernelMatrix(NamedTuple):
    """An array as the kernels take it, or some of its rows.

    Attributes
    ----------
    array : (n, d) array of a type that the kernels know; bfloat16 is its bits
    format : str, such as ``>f4`` or ``<bf16``
    rows : (k,) uintp, or None for all rows
    """

    array: npt.NDArray[Any]
    format: str
    rows: npt.NDArray[np.uintp] | None


def kernel_view(array: npt.NDArray[Any], rows: npt.NDArray[np.uintp] | None = None) -> KernelMatrix:
    """Return a view of a matrix, or of the rows that `as_rows` has checked, as the kernels take it."""
    order = ">" if array.dtype.newbyteorder("<") != array.dtype else "<"
    if _is_bfloat16(array.dtype):
        return KernelMatrix(array.view(np.uint16), f"{order}bf16", rows)
    return KernelMatrix(array, f"{order}{array.dtype.kind}{array.dtype.itemsize}", rows)


def as_numbers(values: Any, name: str) -> npt.NDArray[Any]:
    """Return ``values`` as an array of numbers of any number of dimensions; what `as_matrix` and `as_vector` share.

    Raises
    ------
    TypeError
        As `as_matrix`.
    """
    array = _as_array(values, name)
    dtype = array.dtype
    if dtype.kind in "iu" or (dtype.kind == "f" and dtype.itemsize <= 8) or _is_bfloat16(dtype):
        return array
    if dtype.kind == "f":
        raise TypeError(f"{name} has dtype {dtype}, which is wider than the kernels compute; use astype(numpy.float64)")
    raise TypeError(
        f"{name} has dtype {dtype}, expected real numbers (float16, bfloat16, float32, float64 or integers)"
        + _advice(array, name)
    )


def _advice(array: npt.NDArray[Any], name: str) -> str:
    """What to write for an array that holds no numbers, but something that does."""
    if array.dtype.kind == "b":
        return f"; give {name}.astype(float)"
    if array.dtype.kind == "V" and array.dtype.itemsize == 2:
        return f"; if it holds bfloat16, give {name}.view(ml_dtypes.bfloat16)"
    if array.dtype != object or array.size == 0:
        return ""
    first = array.flat[0]
    if array.ndim == 1 and np.ndim(first) == 1:
        return f"; its rows are arrays of their own: give numpy.stack({name})"
    return f"; if it holds numbers, give {name}.astype(float)" if np.ndim(first) == 0 else ""


def _check_entries(numbers: Floats, name: str, wrong: npt.NDArray[np.bool_], requirement: str) -> None:
    bad = np.argwhere(wrong)
    if len(bad):
        index = tuple(int(i) for i in bad[0])
        place = f" at index {index[0] if len(index) == 1 else index}" if index else ""
        raise ValueError(f"{name} has {numbers[index]}{place}{requirement}")


def _as_array(values: Any, name: str) -> npt.NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; fill or drop the masked entries first")
    if isinstance(values, np.ndarray):
        return np.asarray(values)
    if hasattr(values, "__dlpack_device__"):
        device = values.__dlpack_device__()[0]
        if device != _DLPACK_CPU:
            raise TypeError(f"{name} lies on another device (DLPack code {int(device)}); move it to the CPU first")
    if hasattr(values, "__dlpack__") and not hasattr(values, "__array__"):
        return np.from_dlpack(values)
    if hasattr(values, "toarray") and hasattr(values, "nnz"):
        raise TypeError(f"{name} is a sparse matrix; use toarray()")
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        advice = ""
        if "BFloat16" in str(error):  # torch's name of it
            advice = f"; give {name}.view(torch.uint16).numpy().view(ml_dtypes.bfloat16), or {name}.float()"
        # Libraries raise what they like, such as torch's RuntimeError for tensors that record gradients.
        problem = f"{name} cannot be read as an array: {error}{advice}"
        if isinstance(error, ValueError):
            raise ValueError(problem) from error
        raise TypeError(problem) from error
    if array.dtype == object and hasattr(values, "dtypes") and hasattr(values, "isna"):
        return _from_frame(values, name, array)
    return array


def _from_frame(frame: Any, name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A pandas frame of nullable or Arrow-backed numbers, which NumPy sees as objects, as numbers."""
    kinds = [getattr(kind, "numpy_dtype", kind) for kind in np.atleast_1d(np.asarray(frame.dtypes, object))]
    if not all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in kinds):
        return array
    missing = np.argwhere(np.asarray(frame.isna()))
    if len(missing):
        place = f"row {missing[0][0]}" + (f", column {frame.columns[missing[0][1]]!r}" if missing.shape[1] == 2 else "")
        raise ValueError(f"{name} has a missing value at {place}; fill or drop it first")
    numbers: npt.NDArray[Any] = frame.to_numpy(np.result_type(*kinds))
    return numbers


def _is_bfloat16(dtype: np.dtype[Any]) -> bool:
    # The type is not NumPy's own: ml_dtypes registers it, under this name, with kind V.
    return dtype.itemsize == 2 and dtype.name == "bfloat16"
