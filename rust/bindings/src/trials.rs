//! Trials of weak-to-strong training, fused with their samples.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;
use w2slens_kernels::regions::{Counts, REGIONS};
use w2slens_kernels::trials::{self, COLUMNS, Diet, Learner, MODELS, Points, Row, Setting, Student};

use crate::attend::attend;
use crate::{arrays, regions};

/// What all replicates share; `theta` is drawn in each where it is None.
#[derive(FromPyObject)]
struct SettingRecord {
    counts: [usize; REGIONS],
    d_easy: usize,
    d_hard: usize,
    sigma: f64,
    noise: String,
    theta: Option<Vec<f64>>,
    weak_c: f64,
    ceiling_c: f64,
}

impl SettingRecord {
    fn setting(self) -> PyResult<Setting> {
        let Self { counts, d_easy, d_hard, sigma, noise, theta, weak_c, ceiling_c } = self;
        let (counts, noise) = (Counts(counts), regions::noise(&noise)?);
        Ok(Setting { counts, d_easy, d_hard, sigma, noise, theta, weak_c, ceiling_c })
    }
}

/// A student: the averaging one without `c`; a mix where there is a `share`, else all points of the marked regions.
#[derive(FromPyObject)]
struct StudentRecord {
    c: Option<f64>,
    intercept: bool,
    regions: [bool; REGIONS],
    share: Option<f64>,
}

impl StudentRecord {
    fn student(&self) -> Student {
        Student {
            learner: self.c.map_or(Learner::Averaging, |c| Learner::Logistic { c, intercept: self.intercept }),
            diet: self.share.map_or(Diet::Regions(self.regions), Diet::Mix),
        }
    }
}

/// Columns with one row per replicate and student, students fastest; accuracies are (rows, models, places).
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct TrialTable {
    status: Py<PyArray1<i8>>,
    size: Py<PyArray1<i64>>,
    alpha: Py<PyArray1<f64>>,
    test: Py<PyArray3<f64>>,
    population: Py<PyArray3<f64>>,
}

/// About how many steps it takes to draw samples and learn from one.
fn size(setting: &Setting) -> f64 {
    let d = (setting.d_easy + setting.d_hard) as f64;
    setting.counts.0.iter().map(|&count| count as f64).sum::<f64>() * d * (4.0 * d + 100.0)
}

/// Trials of these students, replicate by replicate.
#[pyfunction]
#[pyo3(signature = (setting, students, key, replicates, n_threads=None))]
fn mixture_trials(
    py: Python<'_>,
    setting: SettingRecord,
    students: Vec<StudentRecord>,
    key: &[u8],
    replicates: PyReadonlyArray1<'_, u64>,
    n_threads: Option<usize>,
) -> PyResult<TrialTable> {
    let (key, setting) = (arrays::key(key)?, setting.setting()?);
    let students: Vec<Student> = students.iter().map(StudentRecord::student).collect();
    let replicates = arrays::slice("replicates", &replicates)?;
    let steps = (replicates.len() * (2 + students.len())) as f64 * size(&setting);
    let rows = attend(py, steps, n_threads, |call| trials::run(&setting, &students, &key, replicates, call))?;
    let cube = |of: fn(&Row) -> &[[f64; COLUMNS]; MODELS]| {
        let flat: Vec<f64> = rows.iter().flat_map(|row| of(row).as_flattened()).copied().collect();
        flat.into_pyarray(py).reshape([rows.len(), MODELS, COLUMNS]).map(Bound::unbind)
    };
    Ok(TrialTable {
        status: rows.iter().map(|row| row.status as i8).collect::<Vec<_>>().into_pyarray(py).unbind(),
        size: rows.iter().map(|row| row.size as i64).collect::<Vec<_>>().into_pyarray(py).unbind(),
        alpha: rows.iter().map(|row| row.alpha).collect::<Vec<_>>().into_pyarray(py).unbind(),
        test: cube(|row| &row.test)?,
        population: cube(|row| &row.population)?,
    })
}

/// Points (n, d) and their labels (n,).
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct LabelledSample {
    x: Py<PyArray2<f64>>,
    y: Py<PyArray1<i8>>,
}

/// The draws of one replicate: θ, the three samples, and the orders in which mixes take points of the second one.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct TrialDraws {
    theta: Py<PyArray1<f64>>,
    train: Py<LabelledSample>,
    pseudo: Py<LabelledSample>,
    test: Py<LabelledSample>,
    order_overlap: Py<PyArray1<usize>>,
    order_others: Py<PyArray1<usize>>,
}

/// The draws of one replicate.
#[pyfunction]
fn trial_draws(py: Python<'_>, setting: SettingRecord, key: &[u8], replicate: u64) -> PyResult<TrialDraws> {
    let (key, setting) = (arrays::key(key)?, setting.setting()?);
    let draws = attend(py, size(&setting), None, |call| trials::draws(&setting, &key, replicate, call))?;
    let d = draws.theta.len();
    let sample = |points: Points| {
        let x = points.x.into_pyarray(py).reshape([points.y.len(), d])?.unbind();
        Py::new(py, LabelledSample { x, y: points.y.into_pyarray(py).unbind() })
    };
    let [train, pseudo, test] = draws.samples.map(sample);
    let [overlap, others] = draws.orders.map(|order| order.into_pyarray(py).unbind());
    Ok(TrialDraws {
        theta: draws.theta.into_pyarray(py).unbind(),
        train: train?,
        pseudo: pseudo?,
        test: test?,
        order_overlap: overlap,
        order_others: others,
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LabelledSample>()?;
    module.add_class::<TrialDraws>()?;
    module.add_class::<TrialTable>()?;
    module.add_function(wrap_pyfunction!(mixture_trials, module)?)?;
    module.add_function(wrap_pyfunction!(trial_draws, module)?)
}
