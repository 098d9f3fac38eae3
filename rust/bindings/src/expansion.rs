//! Binding of the `expansion` kernel.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use w2slens_kernels::expansion::{Pool, constant_reference};

use crate::arrays;
use crate::attend::attend;

/// A pool in compressed rows.
#[derive(FromPyObject)]
struct PoolRecord<'py> {
    indptr: PyReadonlyArray1<'py, usize>,
    indices: PyReadonlyArray1<'py, usize>,
    hard_weights: PyReadonlyArray1<'py, u64>,
    overlap_weights: PyReadonlyArray1<'py, u64>,
}

/// Runs `work` without the GIL on the pool; flows take some hundred steps an edge, sets are enumerated for few points.
fn on_pool<T: Send>(
    py: Python<'_>,
    pool: &PoolRecord<'_>,
    work: impl FnOnce(&Pool<'_>) -> w2slens_kernels::Result<T> + Send,
) -> PyResult<T> {
    let (indptr, indices) = (arrays::slice("indptr", &pool.indptr)?, arrays::slice("indices", &pool.indices)?);
    let hard = arrays::slice("hard_weights", &pool.hard_weights)?;
    let overlap = arrays::slice("overlap_weights", &pool.overlap_weights)?;
    let steps = 200.0 * indices.len() as f64 + f64::from(1u32 << hard.len().min(20));
    attend(py, steps, None, |call| work(&Pool::new(indptr, indices, hard, overlap)?.within(call)))
}

/// An expansion constant, and a set of hard points that attains it.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct PoolConstant {
    value: f64,
    set: Py<PyArray1<usize>>,
}

/// c(0) by maximum flow.
#[pyfunction]
fn expansion_constant(py: Python<'_>, pool: PoolRecord<'_>) -> PyResult<PoolConstant> {
    let found = on_pool(py, &pool, |pool| pool.constant())?;
    Ok(PoolConstant { value: found.value, set: found.set.into_pyarray(py).unbind() })
}

/// c(q) by trying every set.
#[pyfunction]
fn expansion_enumerated(py: Python<'_>, pool: PoolRecord<'_>, q: f64) -> PyResult<PoolConstant> {
    let (value, set) = on_pool(py, &pool, |pool| constant_reference(pool, q))?;
    Ok(PoolConstant { value, set: set.into_pyarray(py).unbind() })
}

/// The blocks of a profile: weights of their points, and the block of each hard point.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct PoolBlocks {
    hard: Py<PyArray1<u64>>,
    overlap: Py<PyArray1<u64>>,
    block_of: Py<PyArray1<usize>>,
}

/// The blocks of the profile.
#[pyfunction]
fn expansion_profile(py: Python<'_>, pool: PoolRecord<'_>) -> PyResult<PoolBlocks> {
    let found = on_pool(py, &pool, |pool| pool.profile())?;
    Ok(PoolBlocks {
        hard: found.hard.into_pyarray(py).unbind(),
        overlap: found.overlap.into_pyarray(py).unbind(),
        block_of: found.block_of.into_pyarray(py).unbind(),
    })
}

/// Mass on each neighbour pair of a full coupling at κ = 1/c(0), in the order of `indices`.
#[pyfunction]
fn optimal_coupling<'py>(py: Python<'py>, pool: PoolRecord<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let mass = on_pool(py, &pool, |pool| pool.optimal_coupling())?;
    Ok(mass.into_pyarray(py))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PoolBlocks>()?;
    module.add_class::<PoolConstant>()?;
    module.add_function(wrap_pyfunction!(expansion_constant, module)?)?;
    module.add_function(wrap_pyfunction!(expansion_enumerated, module)?)?;
    module.add_function(wrap_pyfunction!(expansion_profile, module)?)?;
    module.add_function(wrap_pyfunction!(optimal_coupling, module)?)
}
