//! Sampling the Gaussian mixture into NumPy memory, and the exact accuracy of linear classifiers on it.

use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadwriteArray1, PyReadwriteArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::Result;
use w2slens_kernels::mixture::{GaussianMixture, Real, linear_accuracy};
use w2slens_kernels::regions::{Counts, REGIONS};

use crate::arrays;
use crate::attend::attend;
use crate::errors::to_python;
use crate::regions;

/// The sample's memory, in either precision.
#[derive(FromPyObject)]
enum Block<'py> {
    Double(PyReadwriteArray2<'py, f64>),
    Single(PyReadwriteArray2<'py, f32>),
}

/// The distribution.
#[derive(FromPyObject)]
struct MixtureRecord<'py> {
    theta: PyReadonlyArray1<'py, f64>,
    sigma: f64,
    d_easy: usize,
    noise: String,
}

impl MixtureRecord<'_> {
    fn mixture(&self) -> PyResult<GaussianMixture<'_>> {
        let theta = arrays::slice("theta", &self.theta)?;
        GaussianMixture::new(theta, self.sigma, self.d_easy, regions::noise(&self.noise)?).map_err(to_python)
    }
}

/// Fills `x`, `y` and `regions` with one sample of so many points per region; `x` is (n, d) float32 or float64 in C
/// order.
#[pyfunction]
#[pyo3(signature = (mixture, counts, key, x, y, regions, n_threads=None))]
#[expect(clippy::too_many_arguments, reason = "the private seam to one Python function")]
fn sample_mixture(
    py: Python<'_>,
    mixture: MixtureRecord<'_>,
    counts: [usize; REGIONS],
    key: &[u8],
    x: Block<'_>,
    mut y: PyReadwriteArray1<'_, i8>,
    mut regions: PyReadwriteArray1<'_, i8>,
    n_threads: Option<usize>,
) -> PyResult<()> {
    let (key, mixture, counts) = (arrays::key(key)?, mixture.mixture()?, Counts(counts));
    let y = y.as_slice_mut().map_err(|_| PyValueError::new_err("y must be contiguous"))?;
    let regions = regions.as_slice_mut().map_err(|_| PyValueError::new_err("regions must be contiguous"))?;
    match x {
        Block::Double(x) => fill(py, &mixture, &counts, &key, x, y, regions, n_threads),
        Block::Single(x) => fill(py, &mixture, &counts, &key, x, y, regions, n_threads),
    }
}

#[expect(clippy::too_many_arguments, reason = "the two precisions of one function")]
fn fill<T: Real + numpy::Element>(
    py: Python<'_>,
    mixture: &GaussianMixture<'_>,
    counts: &Counts,
    key: &[u8; 32],
    mut x: PyReadwriteArray2<'_, T>,
    y: &mut [i8],
    regions: &mut [i8],
    n_threads: Option<usize>,
) -> PyResult<()> {
    let (n, d) = (counts.points(mixture.d()).map_err(to_python)?, mixture.d());
    if x.shape() != [n, d] || !x.is_c_contiguous() {
        let message = format!("x must be a C-contiguous ({n}, {d}) array");
        return Err(PyValueError::new_err(message));
    }
    let x = x.as_slice_mut().map_err(|_| PyValueError::new_err("x must be contiguous"))?;
    attend(py, 8.0 * x.len() as f64, n_threads, |call| mixture.sample(counts, key, x, y, regions, call))
}

/// Accuracies per region, (k, 4), of k classifiers: `coef` is (k · d,), `intercept` is (k,).
#[pyfunction]
fn mixture_accuracy<'py>(
    py: Python<'py>,
    mixture: MixtureRecord<'py>,
    coef: PyReadonlyArray1<'py, f64>,
    intercept: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (coef, intercept) = (arrays::slice("coef", &coef)?, arrays::slice("intercept", &intercept)?);
    let mixture = mixture.mixture()?;
    let d = mixture.d();
    if coef.len() != intercept.len() * d {
        let (k, got) = (intercept.len(), coef.len());
        return Err(PyValueError::new_err(format!("coef has {got} entries, expected {k} × {d}")));
    }
    let rows = attend(py, 8.0 * coef.len() as f64, None, |call| {
        let models = coef.chunks_exact(d).zip(intercept);
        models.map(|(w, b)| call.check().and_then(|()| linear_accuracy(&mixture, w, *b))).collect::<Result<Vec<_>>>()
    })?;
    numpy::PyArray1::from_vec(py, rows.concat()).reshape([rows.len(), REGIONS])
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(sample_mixture, module)?)?;
    module.add_function(wrap_pyfunction!(mixture_accuracy, module)?)
}
