//! Trials of forecasting domains that move.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use w2slens_kernels::drift::{self, Row, Setting};

use crate::arrays;
use crate::attend::attend;

/// Means and weights are flat, row by row.
#[derive(FromPyObject)]
struct Described {
    d: usize,
    sources: Vec<f64>,
    counts: Vec<usize>,
    targets: Vec<f64>,
    horizons: Vec<usize>,
    weights: Vec<f64>,
    sigma: f64,
    accuracy: f64,
    rank: Option<usize>,
}

impl From<Described> for Setting {
    fn from(given: Described) -> Self {
        let Described { d, sources, counts, targets, horizons, weights, sigma, accuracy, rank } = given;
        Self { d, sources, counts, targets, horizons, weights, sigma, accuracy, rank }
    }
}

type Matrix<'py> = Bound<'py, PyArray2<f64>>;

/// About how many steps it takes to draw the points of one replicate.
fn size(setting: &Setting) -> f64 {
    setting.counts.iter().map(|&count| count as f64).sum::<f64>() * setting.d as f64 * 20.0
}

/// Accuracies of linear students (R, S · H) and of the transition (R, H), ranks (R,), and agreements (R, T).
#[pyfunction]
#[pyo3(signature = (setting, key, replicates, n_threads=None))]
fn forecast_trials<'py>(
    py: Python<'py>,
    setting: Described,
    key: &[u8],
    replicates: PyReadonlyArray1<'py, u64>,
    n_threads: Option<usize>,
) -> PyResult<(Matrix<'py>, Matrix<'py>, Bound<'py, PyArray1<i64>>, Matrix<'py>)> {
    let (key, setting) = (arrays::key(key)?, Setting::from(setting));
    let replicates = arrays::slice("replicates", &replicates)?;
    let steps = replicates.len() as f64 * size(&setting);
    let rows = attend(py, steps, n_threads, |call| drift::run(&setting, &key, replicates, call))?;
    let (students, horizons) = (setting.weights.len() / setting.counts.len(), setting.horizons.len());
    let table = |of: fn(&Row) -> &[f64], width| {
        rows.iter().flat_map(of).copied().collect::<Vec<_>>().into_pyarray(py).reshape([rows.len(), width])
    };
    Ok((
        table(|row| &row.linear, students)?,
        table(|row| &row.transition, horizons)?,
        rows.iter().map(|row| row.rank as i64).collect::<Vec<_>>().into_pyarray(py),
        table(|row| &row.agreements, setting.counts.len())?,
    ))
}

/// Points (n, d), labels and the labels that students see, (n,), of one replicate; domains one after the other.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "the private seam to one Python function")]
fn forecast_draws<'py>(
    py: Python<'py>,
    setting: Described,
    key: &[u8],
    replicate: u64,
) -> PyResult<(Matrix<'py>, Bound<'py, PyArray1<i8>>, Bound<'py, PyArray1<i8>>)> {
    let (key, setting) = (arrays::key(key)?, Setting::from(setting));
    let draws = attend(py, size(&setting), None, |call| drift::draws(&setting, &key, replicate, call))?;
    let x = draws.x.into_pyarray(py).reshape([draws.y.len(), setting.d])?;
    Ok((x, draws.y.into_pyarray(py), draws.said.into_pyarray(py)))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(forecast_trials, module)?)?;
    module.add_function(wrap_pyfunction!(forecast_draws, module)?)
}
