//! How many threads a kernel uses, and which: the one policy of all kernels.
//!
//! *How many.* A caller's number, at most [`most`]; without one, the cores that this process may use (affinity and cgroup, as
//! found when its first kernel ran), lowered by the first of `W2SLENS_NUM_THREADS`, `RAYON_NUM_THREADS` and `OMP_NUM_THREADS`
//! that is set, read at every call. The last one is what joblib's loky and job schedulers set in their workers.
//!
//! *Which.* Pools of rayon's, shared by all calls; never its global one, whose threads a fork loses and nobody can end. The
//! pools used last are kept, up to [`POOLS`] pools and twice as many threads as there are cores; other pools end with the last
//! call that uses them.
//!
//! *Fork.* A child has none of its parent's threads, and perhaps a lock that one of them held. So pools and lock lie in a
//! registry that names its process; a child finds the name of another, leaves that registry alone and makes its own.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::ThreadPool;

use crate::{KernelError, Result};

/// Most pools that are kept between calls.
const POOLS: usize = 4;

/// Fewest threads that the kept pools may have together.
const SPARE: usize = 8;

/// The variables that lower the default, the first that is set wins.
const OURS: &str = "W2SLENS_NUM_THREADS";
const OTHERS: [&str; 2] = ["RAYON_NUM_THREADS", "OMP_NUM_THREADS"];

/// The pools of one process.
struct Registry {
    process: u32,
    cores: usize,
    /// With their numbers of threads, the one used last at the end.
    pools: Mutex<Vec<(usize, Arc<ThreadPool>)>>,
}

static REGISTRY: AtomicPtr<Registry> = AtomicPtr::new(std::ptr::null_mut());

impl Registry {
    /// That of this process.
    fn here() -> &'static Self {
        let process = std::process::id();
        let known = REGISTRY.load(Ordering::Acquire);
        // SAFETY: null, or from `Box::into_raw` below and never freed once stored.
        if let Some(registry) = unsafe { known.as_ref() }
            && registry.process == process
        {
            return registry;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let fresh = Box::into_raw(Box::new(Self { process, cores, pools: Mutex::default() }));
        match REGISTRY.compare_exchange(known, fresh, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just made, and now nobody frees it. What a parent left is not freed either: its threads are not here to end.
            Ok(_) => unsafe { &*fresh },
            Err(first) => {
                // SAFETY: `fresh` was never shared.
                drop(unsafe { Box::from_raw(fresh) });
                // SAFETY: stored by another thread of this process a moment ago, by the first arm.
                unsafe { &*first }
            }
        }
    }

    fn pool(&self, n: usize) -> Result<Arc<ThreadPool>> {
        // The list is whole whatever panicked while it was held.
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = pools.iter().position(|(threads, _)| *threads == n) {
            let known = pools.remove(at);
            pools.push(known);
            return Ok(Arc::clone(&pools[pools.len() - 1].1));
        }
        let built = rayon::ThreadPoolBuilder::new().num_threads(n).thread_name(|i| format!("w2slens-{i}")).build();
        let built = built.map_err(|_| KernelError::Parameter {
            argument: "n_threads",
            value: n.to_string(),
            requirement: "a number of threads that the system can start now",
        })?;
        let built = Arc::new(built);
        let room = SPARE.max(2 * self.cores);
        if n <= room {
            pools.push((n, Arc::clone(&built)));
            while pools.len() > POOLS || pools.iter().map(|(threads, _)| threads).sum::<usize>() > room {
                pools.remove(0);
            }
        }
        Ok(built)
    }
}

/// The largest number of threads a caller may ask for: four for each core that this process may use, and 64 anyway.
pub fn most() -> usize {
    64.max(4 * Registry::here().cores)
}

/// The number of threads of a call: `n_threads` if it may be used, or the default of this process.
///
/// # Errors
/// [`KernelError::Threads`] for none or more than [`most`]; [`KernelError::Parameter`] when `W2SLENS_NUM_THREADS` is no number.
pub fn number(n_threads: Option<usize>) -> Result<usize> {
    let most = most();
    match n_threads {
        Some(n) if (1..=most).contains(&n) => Ok(n),
        Some(asked) => Err(KernelError::Threads { asked, most }),
        None => default(Registry::here().cores, |name| std::env::var(name).ok()),
    }
}

fn default(cores: usize, variable: impl Fn(&str) -> Option<String>) -> Result<usize> {
    let counted = |text: &str| text.trim().parse().ok().filter(|n: &usize| *n > 0);
    if let Some(text) = variable(OURS).filter(|text| !text.trim().is_empty()) {
        let requirement = "a whole number of at least 1, or not set";
        let bad = || KernelError::Parameter { argument: OURS, value: format!("{text:?}"), requirement };
        return counted(&text).map(|n| cores.min(n)).ok_or_else(bad);
    }
    // Those of others have forms of their own (0 for all; one number a nesting level): what is no limit to us is passed over.
    let limit = OTHERS.iter().find_map(|name| counted(variable(name)?.split(',').next()?));
    Ok(limit.map_or(cores, |n| cores.min(n)))
}

/// Runs `work` on `n_threads` threads, or on the default number; where it runs on a pool of ours already, `None` stays there.
///
/// # Errors
/// As [`number`]; [`KernelError::Parameter`] when the threads cannot be started.
pub fn install<T: Send>(n_threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    if n_threads.is_none() && rayon::current_thread_index().is_some() {
        return Ok(work());
    }
    Ok(Registry::here().pool(number(n_threads)?)?.install(work))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_on_as_many_threads_as_asked_for_every_time() {
        for _ in 0..3 {
            for n in [1, 2, 7, 64] {
                assert_eq!(install(Some(n), rayon::current_num_threads), Ok(n));
            }
        }
        assert_eq!(install(Some(0), || ()), Err(KernelError::Threads { asked: 0, most: most() }));
        assert_eq!(install(Some(most() + 1), || ()), Err(KernelError::Threads { asked: most() + 1, most: most() }));
    }

    #[test]
    fn the_default_is_lowered_by_the_first_variable_that_is_set() {
        let with = |set: &[(&str, &str)]| {
            default(8, |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into()))
        };
        assert_eq!(with(&[]), Ok(8));
        assert_eq!(with(&[("OMP_NUM_THREADS", "3,2")]), Ok(3));
        assert_eq!(with(&[("OMP_NUM_THREADS", "3"), ("RAYON_NUM_THREADS", "2")]), Ok(2));
        assert_eq!(with(&[("RAYON_NUM_THREADS", "0"), ("OMP_NUM_THREADS", "5")]), Ok(5));
        assert_eq!(with(&[("RAYON_NUM_THREADS", "2"), ("W2SLENS_NUM_THREADS", " 6 ")]), Ok(6));
        assert_eq!(with(&[("W2SLENS_NUM_THREADS", "900")]), Ok(8));
        assert_eq!(with(&[("W2SLENS_NUM_THREADS", ""), ("OMP_NUM_THREADS", "many")]), Ok(8));
        for bad in ["0", "-1", "two", "1.5"] {
            let error = with(&[("W2SLENS_NUM_THREADS", bad)]).unwrap_err().to_string();
            assert!(error.contains("W2SLENS_NUM_THREADS is") && error.contains(bad), "{error}");
        }
    }

    #[test]
    fn few_pools_are_kept_whatever_was_asked_for() {
        let registry = Registry { process: 0, cores: 2, pools: Mutex::default() };
        let kept = || registry.pools.lock().unwrap().iter().map(|(n, _)| *n).collect::<Vec<_>>();
        for n in 1..40 {
            assert_eq!(registry.pool(n).unwrap().current_num_threads(), n);
        }
        assert_eq!(kept(), [8]);
        for n in [1, 2, 1, 3, 4] {
            registry.pool(n).unwrap();
        }
        assert_eq!(kept(), [1, 3, 4]);
        let again = registry.pool(3).unwrap();
        assert!(Arc::ptr_eq(&again, &registry.pool(3).unwrap()) && kept() == [1, 4, 3]);
    }

    #[test]
    fn a_call_within_a_call_and_calls_at_once_come_back() {
        assert_eq!(install(Some(2), || install(Some(1), || install(Some(2), || 5))), Ok(Ok(Ok(5))));
        assert_eq!(install(Some(3), || install(None, rayon::current_num_threads)), Ok(Ok(3)));
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
