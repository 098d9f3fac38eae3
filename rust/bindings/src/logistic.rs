//! Batches of ridge-logistic fits.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::logistic::{Fit, Problem, fit_batch};

use crate::arrays;
use crate::attend::attend;

/// One fit: coefficients (d,), intercept, and Newton steps taken.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct LogisticFit {
    coef: Py<PyArray1<f64>>,
    intercept: f64,
    steps: usize,
}

/// Fits problem i to `xs[i]` (n, d), `labels[i]` (n,), `weights[i]` (n,) and `cs[i]`.
#[pyfunction]
#[pyo3(signature = (xs, labels, weights, cs, intercept, n_threads=None))]
fn fit_logistic<'py>(
    py: Python<'py>,
    xs: Vec<PyReadonlyArray2<'py, f64>>,
    labels: Vec<PyReadonlyArray1<'py, f64>>,
    weights: Option<Vec<PyReadonlyArray1<'py, f64>>>,
    cs: Vec<f64>,
    intercept: bool,
    n_threads: Option<usize>,
) -> PyResult<Vec<LogisticFit>> {
    if labels.len() != xs.len() || cs.len() != xs.len() || weights.as_ref().is_some_and(|w| w.len() != xs.len()) {
        return Err(PyValueError::new_err("xs, labels, weights and cs must be equally long"));
    }
    let mut problems = Vec::with_capacity(xs.len());
    for (i, x) in xs.iter().enumerate() {
        problems.push(Problem {
            x: x.as_slice().map_err(|_| PyValueError::new_err("X must be C-contiguous"))?,
            d: x.shape()[1],
            labels: arrays::slice("y", &labels[i])?,
            weights: weights.as_ref().map(|w| arrays::slice("sample_weight", &w[i])).transpose()?,
            c: cs[i],
            intercept,
        });
    }
    let steps = problems.iter().map(|p| p.x.len() as f64 * (4.0 * p.d.min(p.labels.len()) as f64 + 100.0)).sum();
    let fits = attend(py, steps, n_threads, |call| fit_batch(&problems, call))?;
    let record =
        |fit: Fit| LogisticFit { coef: fit.coef.into_pyarray(py).unbind(), intercept: fit.intercept, steps: fit.steps };
    Ok(fits.into_iter().map(record).collect())
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LogisticFit>()?;
    module.add_function(wrap_pyfunction!(fit_logistic, module)?)
}
