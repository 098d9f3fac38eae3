//! Binding of the `instances` kernel.

use pyo3::prelude::*;
use w2slens_kernels::instances::{self, Instance, Side};

use crate::arrays;
use crate::attend::attend;

/// How one statement fared: counts of instances, and the first one that violates it.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct StatementTally {
    statement: &'static str,
    held: u64,
    informative: u64,
    tight: u64,
    violations: u64,
    first_violation: Option<u64>,
}

/// Every statement on the instances `first..last`.
#[pyfunction]
#[pyo3(signature = (key, first, last, n_threads=None))]
fn check_instances(
    py: Python<'_>,
    key: &[u8],
    first: u64,
    last: u64,
    n_threads: Option<usize>,
) -> PyResult<Vec<StatementTally>> {
    let key = arrays::key(key)?;
    let steps = 1e4 * last.saturating_sub(first) as f64;
    let tally = attend(py, steps, n_threads, |call| instances::check(&key, first, last, call))?;
    let record = |(&statement, tally): (&&'static str, instances::Tally)| StatementTally {
        statement,
        held: tally.held,
        informative: tally.informative,
        tight: tally.tight,
        violations: tally.violations,
        first_violation: tally.first_violation,
    };
    Ok(instances::STATEMENTS.iter().zip(tally).map(record).collect())
}

/// Points of one kind: their weights, and what the student says of them (0 or 1).
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct InstanceSide {
    weights: Vec<u64>,
    student: Vec<u64>,
}

/// One instance; neighbours are bit masks, row by row; the threshold is `sixteenths`/16.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct WeakToStrongInstance {
    hard: Py<InstanceSide>,
    good: Py<InstanceSide>,
    bad: Py<InstanceSide>,
    hard_good: Vec<u64>,
    hard_bad: Vec<u64>,
    good_bad: Vec<u64>,
    sixteenths: u64,
}

/// Instance number `item` of the family of a key.
#[pyfunction]
fn weak_to_strong_instance(py: Python<'_>, key: &[u8], item: u64) -> PyResult<WeakToStrongInstance> {
    let Instance { hard, good, bad, hard_good, hard_bad, good_bad, q } = Instance::draw(&arrays::key(key)?, item);
    // Vec<u8> would reach Python as bytes.
    let wide = |bytes: Vec<u8>| bytes.into_iter().map(u64::from).collect::<Vec<_>>();
    let side = |side: Side| Py::new(py, InstanceSide { weights: side.weights, student: wide(side.student) });
    Ok(WeakToStrongInstance {
        hard: side(hard)?,
        good: side(good)?,
        bad: side(bad)?,
        hard_good: wide(hard_good),
        hard_bad: wide(hard_bad),
        good_bad: wide(good_bad),
        sixteenths: q,
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<InstanceSide>()?;
    module.add_class::<StatementTally>()?;
    module.add_class::<WeakToStrongInstance>()?;
    module.add_function(wrap_pyfunction!(check_instances, module)?)?;
    module.add_function(wrap_pyfunction!(weak_to_strong_instance, module)?)
}
