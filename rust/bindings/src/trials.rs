//! Trials of weak-to-strong training, fused with their samples.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use w2slens_kernels::mixture::{Noise, REGIONS};
use w2slens_kernels::trials::{self, COLUMNS, Diet, Learner, MODELS, Points, Row, Setting, Student};

use crate::arrays;
use crate::errors::to_python;

/// (C or None for the averaging student, intercept, regions, share or None).
type Described = (Option<f64>, bool, [bool; REGIONS], Option<f64>);

/// (counts, d_easy, d_hard, sigma, full noise, theta or None, weak C, ceiling C).
type DescribedSetting = ([usize; REGIONS], usize, usize, f64, bool, Option<Vec<f64>>, f64, f64);

type Table<'py> = (
    Bound<'py, PyArray1<i8>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray3<f64>>,
    Bound<'py, PyArray3<f64>>,
);

type LabelledSample<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<i8>>);

fn setting(described: DescribedSetting) -> Setting {
    let (counts, d_easy, d_hard, sigma, full, theta, weak_c, ceiling_c) = described;
    let noise = if full { Noise::Full } else { Noise::Zeroed };
    Setting { counts, d_easy, d_hard, sigma, noise, theta, weak_c, ceiling_c }
}

fn student(described: &Described) -> Student {
    let &(c, intercept, regions, share) = described;
    Student {
        learner: c.map_or(Learner::Averaging, |c| Learner::Logistic { c, intercept }),
        diet: share.map_or(Diet::Regions(regions), Diet::Mix),
    }
}

/// Rows (status, size, alpha, test accuracies, population accuracies), replicate by replicate.
#[pyfunction]
#[pyo3(signature = (setting, students, key, replicates, n_threads=None))]
fn mixture_trials<'py>(
    py: Python<'py>,
    setting: DescribedSetting,
    students: Vec<Described>,
    key: &[u8],
    replicates: PyReadonlyArray1<'py, u64>,
    n_threads: Option<usize>,
) -> PyResult<Table<'py>> {
    let (key, setting) = (arrays::key(key)?, self::setting(setting));
    let students: Vec<Student> = students.iter().map(student).collect();
    let replicates = arrays::slice("replicates", &replicates)?;
    let rows = py.detach(|| trials::run(&setting, &students, &key, replicates, n_threads)).map_err(to_python)?;
    let cube = |of: fn(&Row) -> &[[f64; COLUMNS]; MODELS]| {
        let flat: Vec<f64> = rows.iter().flat_map(|row| of(row).as_flattened()).copied().collect();
        flat.into_pyarray(py).reshape([rows.len(), MODELS, COLUMNS])
    };
    Ok((
        rows.iter().map(|row| row.status as i8).collect::<Vec<_>>().into_pyarray(py),
        rows.iter().map(|row| row.size as i64).collect::<Vec<_>>().into_pyarray(py),
        rows.iter().map(|row| row.alpha).collect::<Vec<_>>().into_pyarray(py),
        cube(|row| &row.test)?,
        cube(|row| &row.population)?,
    ))
}

/// θ and the three samples (train, pseudo-label, test) of one replicate, and the two orders of its mixes.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "the private seam to one Python function")]
fn trial_draws<'py>(
    py: Python<'py>,
    setting: DescribedSetting,
    key: &[u8],
    replicate: u64,
) -> PyResult<(Bound<'py, PyArray1<f64>>, Vec<LabelledSample<'py>>, [Vec<usize>; 2])> {
    let (key, setting) = (arrays::key(key)?, self::setting(setting));
    let draws = py.detach(|| trials::draws(&setting, &key, replicate)).map_err(to_python)?;
    let d = draws.theta.len();
    let sample = |points: Points| {
        let n = points.y.len();
        Ok((points.x.into_pyarray(py).reshape([n, d])?, points.y.into_pyarray(py)))
    };
    let samples = draws.samples.into_iter().map(sample).collect::<PyResult<Vec<_>>>()?;
    Ok((draws.theta.into_pyarray(py), samples, draws.orders))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(mixture_trials, module)?)?;
    module.add_function(wrap_pyfunction!(trial_draws, module)?)
}
