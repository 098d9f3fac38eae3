//! Bindings of the `expansion` and `instances` kernels.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use w2slens_kernels::expansion::{Pool, constant_reference};
use w2slens_kernels::instances::{self, Instance};

use crate::arrays;
use crate::errors::to_python;

/// (indptr, indices, hard weights, overlap weights).
type Arrays<'py> = (
    PyReadonlyArray1<'py, usize>,
    PyReadonlyArray1<'py, usize>,
    PyReadonlyArray1<'py, u64>,
    PyReadonlyArray1<'py, u64>,
);

/// Runs `work` without the GIL on the pool that four arrays describe.
fn on_pool<T: Send>(
    py: Python<'_>,
    (indptr, indices, hard, overlap): &Arrays<'_>,
    work: impl FnOnce(&Pool<'_>) -> w2slens_kernels::Result<T> + Send,
) -> PyResult<T> {
    let (indptr, indices) = (arrays::slice("indptr", indptr)?, arrays::slice("indices", indices)?);
    let (hard, overlap) = (arrays::slice("hard_weights", hard)?, arrays::slice("overlap_weights", overlap)?);
    py.detach(|| work(&Pool::new(indptr, indices, hard, overlap)?)).map_err(to_python)
}

/// c(0) by maximum flow: (weight of N(U), weight of U, U, value).
#[pyfunction]
fn expansion_constant<'py>(
    py: Python<'py>,
    pool: Arrays<'py>,
) -> PyResult<(u64, u64, Bound<'py, PyArray1<usize>>, f64)> {
    let found = on_pool(py, &pool, |pool| Ok(pool.constant()))?;
    Ok((found.covered, found.attained_by, found.set.into_pyarray(py), found.value))
}

/// c(q) by trying every set: (value, U).
#[pyfunction]
fn expansion_enumerated<'py>(
    py: Python<'py>,
    pool: Arrays<'py>,
    q: f64,
) -> PyResult<(f64, Bound<'py, PyArray1<usize>>)> {
    let (value, set) = on_pool(py, &pool, |pool| constant_reference(pool, q))?;
    Ok((value, set.into_pyarray(py)))
}

type Blocks<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<usize>>);

/// The blocks of the profile: (hard weights, overlap weights, block of each hard point).
#[pyfunction]
fn expansion_profile<'py>(py: Python<'py>, pool: Arrays<'py>) -> PyResult<Blocks<'py>> {
    let found = on_pool(py, &pool, |pool| Ok(pool.profile()))?;
    Ok((found.hard.into_pyarray(py), found.overlap.into_pyarray(py), found.block_of.into_pyarray(py)))
}

/// Mass on each neighbour pair of a full coupling at κ = 1/c(0), in the order of `indices`.
#[pyfunction]
fn optimal_coupling<'py>(py: Python<'py>, pool: Arrays<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let mass = on_pool(py, &pool, |pool| pool.optimal_coupling())?;
    Ok(mass.into_pyarray(py))
}

type Row = (&'static str, u64, u64, u64, u64, Option<u64>);

/// Rows (statement, condition held, bound below 1, bound attained, violations, first violation) over instances `first..last`.
#[pyfunction]
#[pyo3(signature = (key, first, last, n_threads=None))]
fn check_instances(py: Python<'_>, key: &[u8], first: u64, last: u64, n_threads: Option<usize>) -> PyResult<Vec<Row>> {
    let key = arrays::key(key)?;
    let tally = py.detach(|| instances::check(&key, first, last, n_threads)).map_err(to_python)?;
    let rows = instances::STATEMENTS.iter().zip(tally);
    Ok(rows.map(|(&name, t)| (name, t.held, t.informative, t.tight, t.violations, t.first_violation)).collect())
}

type Described = ([(Vec<u64>, Vec<u8>); 3], [Vec<u8>; 3], u64);

/// One instance: (weights, student) of hard, good and bad points; neighbours as bit masks hard→good, hard→bad, good→bad; 16·q.
#[pyfunction]
fn weak_to_strong_instance(key: &[u8], item: u64) -> PyResult<Described> {
    let Instance { hard, good, bad, hard_good, hard_bad, good_bad, q } = Instance::draw(&arrays::key(key)?, item);
    let sides = [hard, good, bad].map(|side| (side.weights, side.student));
    Ok((sides, [hard_good, hard_bad, good_bad], q))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(expansion_constant, module)?)?;
    module.add_function(wrap_pyfunction!(expansion_enumerated, module)?)?;
    module.add_function(wrap_pyfunction!(expansion_profile, module)?)?;
    module.add_function(wrap_pyfunction!(optimal_coupling, module)?)?;
    module.add_function(wrap_pyfunction!(check_instances, module)?)?;
    module.add_function(wrap_pyfunction!(weak_to_strong_instance, module)?)
}
