//! How many threads a kernel uses: the caller's number, or all of rayon's.

use crate::{KernelError, Result};

/// Runs `work` on exactly `n_threads` threads, or on rayon's global pool when `None`.
///
/// # Errors
/// [`KernelError::Parameter`] when `n_threads` is zero or the pool cannot be built.
pub fn install<T: Send>(n_threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    let Some(n) = n_threads else { return Ok(work()) };
    let bad = |requirement| KernelError::Parameter { argument: "n_threads", value: n.to_string(), requirement };
    if n == 0 {
        return Err(bad("at least 1"));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n)
        .build()
        .map_err(|_| bad("a number of threads the system can start"))?;
    Ok(pool.install(work))
}
