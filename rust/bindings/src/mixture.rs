//! Sampling the Gaussian mixture into NumPy memory, and the exact accuracy of linear classifiers on it.

use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadwriteArray1, PyReadwriteArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::mixture::{GaussianMixture, Noise, REGIONS, Real, linear_accuracy};

use crate::arrays;
use crate::errors::to_python;

/// The sample's memory, in either precision.
#[derive(FromPyObject)]
enum Block<'py> {
    Double(PyReadwriteArray2<'py, f64>),
    Single(PyReadwriteArray2<'py, f32>),
}

fn noise(full: bool) -> Noise {
    if full { Noise::Full } else { Noise::Zeroed }
}

/// Fills `x`, `y` and `regions` with one sample; `x` is (n, d) float32 or float64 in C order.
#[pyfunction]
#[pyo3(signature = (theta, sigma, d_easy, counts, full, key, x, y, regions, n_threads=None))]
#[expect(clippy::too_many_arguments, reason = "the private seam to one Python function")]
fn sample_mixture(
    py: Python<'_>,
    theta: PyReadonlyArray1<'_, f64>,
    sigma: f64,
    d_easy: usize,
    counts: [usize; REGIONS],
    full: bool,
    key: &[u8],
    x: Block<'_>,
    mut y: PyReadwriteArray1<'_, i8>,
    mut regions: PyReadwriteArray1<'_, i8>,
    n_threads: Option<usize>,
) -> PyResult<()> {
    let key = arrays::key(key)?;
    let theta = arrays::slice("theta", &theta)?;
    let mixture = GaussianMixture::new(theta, sigma, d_easy, counts, noise(full)).map_err(to_python)?;
    let y = y.as_slice_mut().map_err(|_| PyValueError::new_err("y must be contiguous"))?;
    let regions = regions.as_slice_mut().map_err(|_| PyValueError::new_err("regions must be contiguous"))?;
    match x {
        Block::Double(x) => fill(py, &mixture, &key, x, y, regions, n_threads),
        Block::Single(x) => fill(py, &mixture, &key, x, y, regions, n_threads),
    }
}

fn fill<T: Real + numpy::Element>(
    py: Python<'_>,
    mixture: &GaussianMixture<'_>,
    key: &[u8; 32],
    mut x: PyReadwriteArray2<'_, T>,
    y: &mut [i8],
    regions: &mut [i8],
    n_threads: Option<usize>,
) -> PyResult<()> {
    if x.shape() != [mixture.n(), mixture.d()] || !x.is_c_contiguous() {
        let message = format!("x must be a C-contiguous ({}, {}) array", mixture.n(), mixture.d());
        return Err(PyValueError::new_err(message));
    }
    let x = x.as_slice_mut().map_err(|_| PyValueError::new_err("x must be contiguous"))?;
    py.detach(|| mixture.sample(key, x, y, regions, n_threads)).map_err(to_python)
}

/// Accuracies per region, (k, 4), of k classifiers: `coef` is (k · d,), `intercept` is (k,).
#[pyfunction]
fn mixture_accuracy<'py>(
    py: Python<'py>,
    theta: PyReadonlyArray1<'py, f64>,
    sigma: f64,
    d_easy: usize,
    full: bool,
    coef: PyReadonlyArray1<'py, f64>,
    intercept: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (theta, coef) = (arrays::slice("theta", &theta)?, arrays::slice("coef", &coef)?);
    let intercept = arrays::slice("intercept", &intercept)?;
    let mixture = GaussianMixture::new(theta, sigma, d_easy, [0; REGIONS], noise(full)).map_err(to_python)?;
    if coef.len() != intercept.len() * theta.len() {
        let (k, d, got) = (intercept.len(), theta.len(), coef.len());
        return Err(PyValueError::new_err(format!("coef has {got} entries, expected {k} × {d}")));
    }
    let compute = || coef.chunks_exact(theta.len()).zip(intercept).map(|(w, b)| linear_accuracy(&mixture, w, *b));
    let rows = py.detach(|| compute().collect::<Result<Vec<_>, _>>()).map_err(to_python)?;
    numpy::PyArray1::from_vec(py, rows.concat()).reshape([rows.len(), REGIONS])
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(sample_mixture, module)?)?;
    module.add_function(wrap_pyfunction!(mixture_accuracy, module)?)
}
