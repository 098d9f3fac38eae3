//! Regions of the data, as Python names them.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::mixture::Noise;

/// What absent blocks hold, by name.
pub(crate) fn noise(name: &str) -> PyResult<Noise> {
    match name {
        "zeroed" => Ok(Noise::Zeroed),
        "full" => Ok(Noise::Full),
        _ => Err(PyValueError::new_err(format!("noise is {name:?}, but must be zeroed or full"))),
    }
}
