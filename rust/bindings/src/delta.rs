//! Trials of delta learning, fused with their samples.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::delta::{self, Labels, Setting, Student};
use w2slens_kernels::regions::{Counts, REGIONS};

use crate::attend::attend;
use crate::{arrays, regions};

/// What all replicates share; students start from 0 where there is no `reference`.
#[derive(FromPyObject)]
struct DeltaSettingRecord {
    counts: [usize; REGIONS],
    theta: Vec<f64>,
    sigma: f64,
    noise: String,
    chosen: Vec<f64>,
    rejected: Vec<f64>,
    reference: Option<Vec<f64>>,
    flip: f64,
}

impl DeltaSettingRecord {
    fn setting(self) -> PyResult<Setting> {
        let Self { counts, theta, sigma, noise, chosen, rejected, reference, flip } = self;
        let (counts, noise) = (Counts(counts), regions::noise(&noise)?);
        Ok(Setting { counts, theta, sigma, noise, chosen, rejected, reference, flip })
    }
}

/// A student: the averaging one without `c`.
#[derive(FromPyObject)]
struct DeltaStudentRecord {
    c: Option<f64>,
    step: f64,
    labels: String,
}

impl DeltaStudentRecord {
    fn student(&self) -> PyResult<Student> {
        let labels = match self.labels.as_str() {
            "delta" => Labels::Delta,
            "reversed" => Labels::Reversed,
            "chosen" => Labels::Chosen,
            "rejected" => Labels::Rejected,
            other => return Err(PyValueError::new_err(format!("labels is {other:?}, which no student learns"))),
        };
        Ok(Student { c: self.c, step: self.step, labels })
    }
}

/// Columns with one row per replicate and student, students fastest; accuracies are (rows, regions).
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct DeltaTable {
    taught: Py<PyArray1<bool>>,
    size: Py<PyArray1<i64>>,
    balance: Py<PyArray1<i64>>,
    accuracy: Py<PyArray2<f64>>,
}

/// About how many steps it takes to draw a sample and learn from it.
fn size(setting: &Setting) -> f64 {
    let d = setting.theta.len() as f64;
    setting.counts.0.iter().map(|&count| count as f64).sum::<f64>() * d * (4.0 * d + 100.0)
}

/// Trials of these students, replicate by replicate.
#[pyfunction]
#[pyo3(signature = (setting, students, key, replicates, n_threads=None))]
fn delta_trials(
    py: Python<'_>,
    setting: DeltaSettingRecord,
    students: Vec<DeltaStudentRecord>,
    key: &[u8],
    replicates: PyReadonlyArray1<'_, u64>,
    n_threads: Option<usize>,
) -> PyResult<DeltaTable> {
    let (key, setting) = (arrays::key(key)?, setting.setting()?);
    let students = students.iter().map(DeltaStudentRecord::student).collect::<PyResult<Vec<_>>>()?;
    let replicates = arrays::slice("replicates", &replicates)?;
    let steps = (replicates.len() * (1 + students.len())) as f64 * size(&setting);
    let rows = attend(py, steps, n_threads, |call| delta::run(&setting, &students, &key, replicates, call))?;
    let accuracy: Vec<f64> = rows.iter().flat_map(|row| row.accuracy).collect();
    Ok(DeltaTable {
        taught: rows.iter().map(|row| row.taught).collect::<Vec<_>>().into_pyarray(py).unbind(),
        size: rows.iter().map(|row| row.size as i64).collect::<Vec<_>>().into_pyarray(py).unbind(),
        balance: rows.iter().map(|row| row.balance).collect::<Vec<_>>().into_pyarray(py).unbind(),
        accuracy: accuracy.into_pyarray(py).reshape([rows.len(), REGIONS])?.unbind(),
    })
}

/// The draws of one replicate: points (N, d), labels (N,) and whether each preference is turned round (N,).
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct DeltaDraws {
    x: Py<PyArray2<f64>>,
    y: Py<PyArray1<i8>>,
    flipped: Py<PyArray1<bool>>,
}

/// The draws of one replicate.
#[pyfunction]
fn delta_draws(py: Python<'_>, setting: DeltaSettingRecord, key: &[u8], replicate: u64) -> PyResult<DeltaDraws> {
    let (key, setting) = (arrays::key(key)?, setting.setting()?);
    let draws = attend(py, size(&setting), None, |call| delta::draws(&setting, &key, replicate, call))?;
    Ok(DeltaDraws {
        x: draws.x.into_pyarray(py).reshape([draws.y.len(), setting.theta.len()])?.unbind(),
        y: draws.y.into_pyarray(py).unbind(),
        flipped: draws.flipped.into_pyarray(py).unbind(),
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<DeltaDraws>()?;
    module.add_class::<DeltaTable>()?;
    module.add_function(wrap_pyfunction!(delta_trials, module)?)?;
    module.add_function(wrap_pyfunction!(delta_draws, module)?)
}
