//! Runs a kernel where the caller can interrupt it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use w2slens_kernels::{Call, Result, Stop};

use crate::errors::to_python;

/// How long a signal or a report of progress may wait.
const PATIENCE: Duration = Duration::from_millis(50);

/// Elementary steps that take a few milliseconds: work below that is done on the caller's thread.
const INLINE: f64 = 4e6;

/// Runs `work`, about `steps` elementary steps, without the GIL; a signal handler that raises stops it.
pub(crate) fn attend<T: Send>(
    py: Python<'_>,
    steps: f64,
    n_threads: Option<usize>,
    work: impl FnOnce(Call<'_>) -> Result<T> + Send,
) -> PyResult<T> {
    attend_reporting(py, steps, n_threads, work, |_| Ok(()))
}

/// As [`attend`], with a report between waits and at the end, with the GIL and on the caller's thread; its error stops the work.
pub(crate) fn attend_reporting<T: Send>(
    py: Python<'_>,
    steps: f64,
    n_threads: Option<usize>,
    work: impl FnOnce(Call<'_>) -> Result<T> + Send,
    mut report: impl FnMut(Python<'_>) -> PyResult<()>,
) -> PyResult<T> {
    let stop = Stop::default();
    let call = Call::new(n_threads, &stop);
    let guarded = || catch_unwind(AssertUnwindSafe(|| work(call)));
    let outcome = if steps < INLINE {
        py.detach(guarded)
    } else {
        thread::scope(|scope| {
            let (finished, mut waiting) = channel::<()>();
            let kernel = thread::Builder::new().name("w2slens".into()).spawn_scoped(scope, || {
                let _finished = finished;
                guarded()
            })?;
            let mut wait = || {
                let waiting = &mut waiting;
                py.detach(move || waiting.recv_timeout(PATIENCE))
            };
            let mut attention = Ok(());
            while attention.is_ok() && wait() == Err(RecvTimeoutError::Timeout) {
                attention = py.check_signals().and_then(|()| report(py));
            }
            if attention.is_err() {
                stop.set();
            }
            let outcome = py.detach(|| kernel.join());
            attention.map(|()| outcome.unwrap_or_else(Err))
        })?
    };
    let failed = |_| PyRuntimeError::new_err("a kernel failed inside; please report this");
    let result = outcome.map_err(failed)?.map_err(to_python)?;
    report(py)?;
    Ok(result)
}
