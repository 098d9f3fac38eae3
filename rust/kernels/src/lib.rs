//! Numerical kernels of `w2slens`.
//!
//! Pure Rust: slices in, owned values (or caller-owned memory) out, one typed error. Nothing here knows Python.
//! Every kernel keeps a slow, obvious f64 twin beside it as its oracle, uses one random stream per work item, and
//! reduces in a fixed order, so that results are bit-identical for any number of threads.

pub mod bandit;
pub mod call;
pub mod changepoint;
pub mod delta;
pub mod drift;
pub mod error;
pub mod expansion;
mod fraction;
pub mod instances;
pub mod logistic;
pub mod mixture;
pub mod normal;
pub mod regions;
pub mod similarity;
pub mod streams;
pub mod threads;
pub mod trials;
pub mod uniform;

pub use call::{Call, Stop};
pub use error::{KernelError, Result};
