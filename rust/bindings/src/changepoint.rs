//! Binding of the `changepoint` kernel.

use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use w2slens_kernels::changepoint::{Candidates, split};

use crate::arrays;
use crate::attend::attend;

/// A split: its index in sorted order, its threshold and its gain.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct Split {
    index: usize,
    threshold: f64,
    gain: f64,
}

/// The least-squares split of `values`.
#[pyfunction]
fn change_point(py: Python<'_>, values: PyReadonlyArray1<'_, f64>, ruptures: bool) -> PyResult<Split> {
    let values = arrays::slice("values", &values)?;
    let candidates = if ruptures { Candidates::Ruptures } else { Candidates::All };
    let steps = 32.0 * values.len() as f64;
    let found = attend(py, steps, None, |call| split(values, candidates, call))?;
    Ok(Split { index: found.index, threshold: found.threshold, gain: found.gain })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Split>()?;
    module.add_function(wrap_pyfunction!(change_point, module)?)
}
