"""Intake of arrays: every kind the kernels can read goes through as a view, everything else is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["as_float_vector", "as_floats", "as_matrix", "as_numbers", "as_vector", "kernel_view"]

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


def as_floats(values: Any, name: str, *, infinite: bool = False) -> npt.NDArray[np.float64]:
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
    bad = np.argwhere(np.isnan(numbers) if infinite else ~np.isfinite(numbers))
    if len(bad):
        index = tuple(int(i) for i in bad[0])
        place = f" at index {index[0] if len(index) == 1 else index}" if index else ""
        wanted = "a number" if infinite else "finite"
        raise ValueError(f"{name} has {numbers[index]}{place}; every entry must be {wanted}")
    return numbers


def as_float_vector(values: npt.ArrayLike, name: str) -> npt.NDArray[np.float64]:
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


def kernel_view(array: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], str]:
    """Return a view of an array whose type the kernels know, and its format, such as ``>f4`` or ``<bf16``."""
    order = ">" if array.dtype.newbyteorder("<") != array.dtype else "<"
    if _is_bfloat16(array.dtype):
        return array.view(np.uint16), f"{order}bf16"
    return array, f"{order}{array.dtype.kind}{array.dtype.itemsize}"


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
    )


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
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name} cannot be read as an array: {error}") from error


def _is_bfloat16(dtype: np.dtype[Any]) -> bool:
    # The type is not NumPy's own: ml_dtypes registers it, under this name, with kind V.
    return dtype.itemsize == 2 and dtype.name == "bfloat16"
