//! Binding of the `changepoint` kernel.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use w2slens_kernels::changepoint::{Candidates, split};

use crate::{arrays, errors};

/// The least-squares split of `values`: its index in sorted order, its threshold and its gain.
#[pyfunction]
fn change_point(py: Python<'_>, values: PyReadonlyArray1<'_, f64>, ruptures: bool) -> PyResult<(usize, f64, f64)> {
    let values = arrays::slice("values", &values)?;
    let candidates = if ruptures { Candidates::Ruptures } else { Candidates::All };
    let found = py.detach(|| split(values, candidates)).map_err(errors::to_python)?;
    Ok((found.index, found.threshold, found.gain))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(change_point, module)?)
}
