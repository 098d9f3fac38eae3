//! Borrowing NumPy arrays without copying them, and keys of random streams.

use numpy::{Element, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The contiguous memory of a one-dimensional array, or an error that names the argument.
pub(crate) fn slice<'a, T: Element>(argument: &str, array: &'a PyReadonlyArray1<'_, T>) -> PyResult<&'a [T]> {
    array.as_slice().map_err(|_| PyValueError::new_err(format!("{argument} must be contiguous")))
}

/// A 256-bit key of random streams, given as 32 bytes.
pub(crate) fn key(bytes: &[u8]) -> PyResult<[u8; 32]> {
    bytes.try_into().map_err(|_| PyValueError::new_err(format!("key must have 32 bytes, not {}", bytes.len())))
}
