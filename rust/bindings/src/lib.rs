//! `w2slens._kernels`: borrow, check, release the GIL, call one function of `w2slens-kernels`.

mod arrays;
mod attend;
mod bandit;
mod changepoint;
mod delta;
mod drift;
mod errors;
mod expansion;
mod faults;
mod instances;
mod logistic;
mod mixture;
mod regions;
mod similarity;
mod threads;
mod trials;

use pyo3::prelude::*;

#[pymodule]
fn _kernels(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("UndefinedError", module.py().get_type::<errors::UndefinedError>())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    bandit::register(module)?;
    changepoint::register(module)?;
    delta::register(module)?;
    drift::register(module)?;
    expansion::register(module)?;
    faults::register(module)?;
    instances::register(module)?;
    logistic::register(module)?;
    mixture::register(module)?;
    similarity::register(module)?;
    threads::register(module)?;
    trials::register(module)?;
    // PyO3 lists every name in it; the curated public names are the package's.
    module.delattr("__all__")
}
