//! The one seam between kernel errors and Python exceptions.

use pyo3::PyErr;
use pyo3::create_exception;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use w2slens_kernels::KernelError;

create_exception!(w2slens, UndefinedError, PyValueError, "Raised for what is mathematically undefined.");

/// Turns a kernel error into the Python exception users catch.
pub(crate) fn to_python(error: KernelError) -> PyErr {
    let message = error.to_string();
    match error {
        KernelError::Undefined { .. } | KernelError::ZeroNorm { .. } => UndefinedError::new_err(message),
        KernelError::NotConverged { .. } => PyRuntimeError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}
