//! Replicated bandits, and the draws of one replicate.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadwriteArray2, PyReadwriteArray3};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::bandit::{self, Kind, Setting, Unit};
use w2slens_kernels::normal::Normals;

use crate::arrays;
use crate::errors::to_python;

/// A policy by name, with its horizon, window, epsilon or discount (None without one) and ξ (ignored where it has none).
fn kind((name, value, xi): (String, Option<f64>, f64), points: bool) -> PyResult<Kind> {
    let unit = if points { Unit::Points } else { Unit::Rounds };
    let needed = || value.ok_or_else(|| PyValueError::new_err(format!("policy {name} needs its parameter")));
    Ok(match name.as_str() {
        "ucb" => Kind::Ucb { horizon: value, xi, unit },
        "published_ucb" => Kind::PublishedUcb { horizon: needed()? },
        "kl_ucb" => Kind::KlUcb { horizon: value, unit },
        "moss" => Kind::Moss { horizon: needed()? },
        "thompson" => Kind::Thompson,
        "epsilon_greedy" => Kind::EpsilonGreedy { epsilon: needed()? },
        "round_robin" => Kind::RoundRobin,
        "uniform" => Kind::Uniform,
        "oracle" => Kind::Oracle,
        "sliding_window_ucb" => Kind::SlidingWindowUcb { window: needed()? as usize, xi },
        "discounted_ucb" => Kind::DiscountedUcb { discount: needed()?, xi },
        _ => return Err(PyValueError::new_err(format!("there is no policy {name:?}"))),
    })
}

type Segments<'py> = (PyReadonlyArray1<'py, u64>, PyReadonlyArray1<'py, f64>, PyReadonlyArray1<'py, f64>);

type Drawn<'py> = (Bound<'py, PyArray1<usize>>, Bound<'py, PyArray1<f64>>);

/// Fills `regret` (replicates, checkpoints) and `pulls` (replicates, checkpoints, sources).
#[pyfunction]
#[pyo3(signature = (policy, points, sources, segments, batch, checkpoints, key, replicates, regret, pulls, n_threads=None))]
#[expect(clippy::too_many_arguments, reason = "the private seam to one Python function")]
fn bandit_trials(
    py: Python<'_>,
    policy: (String, Option<f64>, f64),
    points: bool,
    sources: usize,
    segments: Segments<'_>,
    batch: u32,
    checkpoints: PyReadonlyArray1<'_, u64>,
    key: &[u8],
    replicates: PyReadonlyArray1<'_, u64>,
    mut regret: PyReadwriteArray2<'_, f64>,
    mut pulls: PyReadwriteArray3<'_, i64>,
    n_threads: Option<usize>,
) -> PyResult<()> {
    let (key, kind) = (arrays::key(key)?, kind(policy, points)?);
    let (starts, densities, observed) = &segments;
    let setting = Setting {
        sources,
        starts: arrays::slice("starts", starts)?.to_vec(),
        densities: arrays::slice("densities", densities)?.to_vec(),
        observed: arrays::slice("observed", observed)?.to_vec(),
        batch,
        checkpoints: arrays::slice("checkpoints", &checkpoints)?.to_vec(),
    };
    let replicates = arrays::slice("replicates", &replicates)?;
    let regret = regret.as_slice_mut().map_err(|_| PyValueError::new_err("regret must be contiguous"))?;
    let pulls = pulls.as_slice_mut().map_err(|_| PyValueError::new_err("pulls must be contiguous"))?;
    py.detach(|| bandit::run_into(&kind, &setting, &key, replicates, (regret, pulls), n_threads)).map_err(to_python)
}

/// The order of ties and the uniforms of one replicate.
#[pyfunction]
fn bandit_draws<'py>(
    py: Python<'py>,
    key: &[u8],
    replicate: u64,
    sources: usize,
    rounds: usize,
) -> PyResult<Drawn<'py>> {
    let key = arrays::key(key)?;
    let draws = py.detach(|| bandit::draws(sources, &key, replicate, rounds));
    Ok((draws.order.into_pyarray(py), draws.uniforms.into_pyarray(py)))
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
        bandit::unit(self.draws.word())
    }

    /// Uniform on 0, …, n − 1.
    fn integers(&mut self, n: usize) -> usize {
        bandit::below(n, self.draws.word())
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
    module.add_class::<BanditStream>()?;
    module.add_function(wrap_pyfunction!(bandit_trials, module)?)?;
    module.add_function(wrap_pyfunction!(bandit_draws, module)?)
}
