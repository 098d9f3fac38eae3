//! How many threads a kernel uses: the caller's number, or all of rayon's.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rayon::ThreadPool;

use crate::{KernelError, Result};

type Pools = HashMap<(u32, usize), Arc<ThreadPool>>;

/// Pools by process and number of threads: starting one takes longer than many a small call. After a fork the threads are
/// gone, hence the process.
static POOLS: LazyLock<Mutex<Pools>> = LazyLock::new(Mutex::default);

/// Pools of more threads are built for one call, and their threads end with it.
const KEPT: usize = 64;

/// Runs `work` on exactly `n_threads` threads, or on rayon's global pool when `None`.
///
/// # Errors
/// [`KernelError::Parameter`] when `n_threads` is zero or the pool cannot be built.
pub fn install<T: Send>(n_threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    let Some(n) = n_threads else { return Ok(work()) };
    Ok(pool(n)?.install(work))
}

fn pool(n: usize) -> Result<Arc<ThreadPool>> {
    let bad = |requirement| KernelError::Parameter { argument: "n_threads", value: n.to_string(), requirement };
    if n == 0 {
        return Err(bad("at least 1"));
    }
    let key = (std::process::id(), n);
    // The map is whole whatever panicked while it was held: it is only looked up and inserted into.
    let pools = || POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = pools().get(&key) {
        return Ok(Arc::clone(known));
    }
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(n)
        .build()
        .map_err(|_| bad("a number of threads the system can start"))?;
    let built = Arc::new(built);
    if n <= KEPT {
        pools().insert(key, Arc::clone(&built));
    }
    Ok(built)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_on_as_many_threads_as_asked_for_every_time() {
        for _ in 0..3 {
            for n in [1, 2, 7, KEPT + 1] {
                assert_eq!(install(Some(n), rayon::current_num_threads), Ok(n));
            }
        }
        assert!(install(Some(0), || ()).is_err());
    }

    #[test]
    fn a_call_within_a_call_and_calls_at_once_come_back() {
        assert_eq!(install(Some(2), || install(Some(1), || install(Some(2), || 5))), Ok(Ok(Ok(5))));
        let workers: Vec<_> = (0..4).map(|i| std::thread::spawn(move || install(Some(2), move || i))).collect();
        for (i, worker) in workers.into_iter().enumerate() {
            assert_eq!(worker.join().expect("no panic"), Ok(i));
        }
    }

    #[test]
    fn a_panic_in_the_work_leaves_the_pool_usable() {
        assert!(std::panic::catch_unwind(|| install(Some(2), || panic!("in the work"))).is_err());
        assert_eq!(install(Some(2), || 3), Ok(3));
    }
}
