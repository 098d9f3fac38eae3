//! Replicated bandits, and the draws of one replicate.

use std::collections::HashMap;

use numpy::{
    IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyReadwriteArray2, PyReadwriteArray3,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::bandit::{self, Kind, Parameters, Setting, Value};
use w2slens_kernels::normal::Normals;
use w2slens_kernels::uniform;

use crate::arrays;
use crate::attend::attend;
use crate::errors::to_python;

/// A policy by its name, and its parameters by theirs.
#[derive(FromPyObject)]
struct PolicyRecord {
    name: String,
    parameters: HashMap<String, Given>,
}

#[derive(FromPyObject)]
enum Given {
    Number(f64),
    Word(String),
}

impl PolicyRecord {
    fn kind(self) -> PyResult<Kind> {
        let values = self.parameters.into_iter().map(|(name, given)| match given {
            Given::Number(number) => (name, Value::Number(number)),
            Given::Word(word) => (name, Value::Word(word)),
        });
        Kind::named(&self.name, &values.collect::<Parameters>()).map_err(to_python)
    }
}

/// Sources whose densities change at given rounds: `densities` and `observed` are (segments, sources).
#[derive(FromPyObject)]
struct Segments<'py> {
    starts: PyReadonlyArray1<'py, i64>,
    densities: PyReadonlyArray2<'py, f64>,
    observed: PyReadonlyArray2<'py, f64>,
}

impl Segments<'_> {
    fn setting(&self, batch: u32, checkpoints: &[u64]) -> PyResult<Setting> {
        let table = |argument: &str, table: &PyReadonlyArray2<'_, f64>| {
            let entries = table.as_slice().map_err(|_| PyValueError::new_err(format!("{argument} must be contiguous")));
            entries.map(<[f64]>::to_vec)
        };
        let starts = arrays::slice("starts", &self.starts)?.iter().map(|&start| u64::try_from(start));
        Ok(Setting {
            sources: self.densities.shape()[1],
            starts: starts
                .collect::<Result<_, _>>()
                .map_err(|_| PyValueError::new_err("starts must not be negative"))?,
            densities: table("densities", &self.densities)?,
            observed: table("observed", &self.observed)?,
            batch,
            checkpoints: checkpoints.to_vec(),
        })
    }
}

/// Fills `regret` (replicates, checkpoints) and `pulls` (replicates, checkpoints, sources).
#[pyfunction]
#[pyo3(signature = (policy, segments, batch, checkpoints, key, replicates, regret, pulls, n_threads=None))]
#[expect(clippy::too_many_arguments, reason = "the private seam to one Python function")]
fn bandit_trials(
    py: Python<'_>,
    policy: PolicyRecord,
    segments: Segments<'_>,
    batch: u32,
    checkpoints: PyReadonlyArray1<'_, u64>,
    key: &[u8],
    replicates: PyReadonlyArray1<'_, u64>,
    mut regret: PyReadwriteArray2<'_, f64>,
    mut pulls: PyReadwriteArray3<'_, i64>,
    n_threads: Option<usize>,
) -> PyResult<()> {
    let (key, kind) = (arrays::key(key)?, policy.kind()?);
    let setting = segments.setting(batch, arrays::slice("checkpoints", &checkpoints)?)?;
    let replicates = arrays::slice("replicates", &replicates)?;
    let regret = regret.as_slice_mut().map_err(|_| PyValueError::new_err("regret must be contiguous"))?;
    let pulls = pulls.as_slice_mut().map_err(|_| PyValueError::new_err("pulls must be contiguous"))?;
    let rounds = setting.checkpoints.last().map_or(0.0, |&last| last as f64);
    let steps = replicates.len() as f64 * rounds * (20 + setting.sources) as f64;
    attend(py, steps, n_threads, |call| bandit::run_into(&kind, &setting, &key, replicates, (regret, pulls), call))
}

/// Names of the policies that the kernel plays.
#[pyfunction]
fn bandit_policies() -> Vec<&'static str> {
    Kind::NAMES.to_vec()
}

/// The order of ties (sources,) and the uniforms (rounds,) of one replicate.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct BanditDraws {
    order: Py<PyArray1<usize>>,
    uniforms: Py<PyArray1<f64>>,
}

/// What one replicate draws.
#[pyfunction]
fn bandit_draws(py: Python<'_>, key: &[u8], replicate: u64, sources: usize, rounds: usize) -> PyResult<BanditDraws> {
    let key = arrays::key(key)?;
    let draws = py.detach(|| bandit::draws(sources, &key, replicate, rounds));
    Ok(BanditDraws { order: draws.order.into_pyarray(py).unbind(), uniforms: draws.uniforms.into_pyarray(py).unbind() })
}

/// What the policy of one replicate draws, in order.
#[pyclass(module = "w2slens._kernels")]
struct BanditStream {
    draws: Normals,
}

#[pymethods]
impl BanditStream {
    #[new]
    fn new(key: &[u8], replicate: u64) -> PyResult<Self> {
        Ok(Self { draws: Normals::new(bandit::policy_stream(&arrays::key(key)?, replicate)) })
    }

    /// Uniform on [0, 1).
    fn random(&mut self) -> f64 {
        uniform::unit(self.draws.word())
    }

    /// Uniform on 0, …, n − 1.
    fn integers(&mut self, n: usize) -> usize {
        uniform::below(n, self.draws.word())
    }

    /// From Beta(a, b), a and b at least 1.
    fn beta(&mut self, a: f64, b: f64) -> PyResult<f64> {
        if !(a >= 1.0 && b >= 1.0 && a.is_finite() && b.is_finite()) {
            return Err(PyValueError::new_err(format!(
                "a is {a} and b is {b}, but both must be finite and at least 1"
            )));
        }
        Ok(bandit::beta(a, b, &mut self.draws))
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<BanditDraws>()?;
    module.add_class::<BanditStream>()?;
    module.add_function(wrap_pyfunction!(bandit_policies, module)?)?;
    module.add_function(wrap_pyfunction!(bandit_trials, module)?)?;
    module.add_function(wrap_pyfunction!(bandit_draws, module)?)
}
