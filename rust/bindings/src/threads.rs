//! The thread policy, for the checks in Python.

use pyo3::prelude::*;
use w2slens_kernels::threads;

use crate::errors::to_python;

/// The number of threads of a call that names none. Called with the GIL, so that nobody changes the environment meanwhile.
#[pyfunction]
fn default_threads() -> PyResult<usize> {
    threads::number(None).map_err(to_python)
}

/// The largest number of threads that a call may name.
#[pyfunction]
fn most_threads() -> usize {
    threads::most()
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(default_threads, module)?)?;
    module.add_function(wrap_pyfunction!(most_threads, module)?)
}
