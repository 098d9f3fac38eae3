//! How a kernel is called: on how many threads, and who may end it early.
//!
//! Every kernel looks at its call's [`Stop`] after at most some ten milliseconds of work, on each of its threads, and then ends
//! with [`KernelError::Stopped`]. Looking is one relaxed load; it changes no number.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{KernelError, Result, threads};

/// The wish to end a computation early, shared between threads.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Asks the computation to end.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The circumstances of one call. From `None` or a number of threads: a call that nobody stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Call<'a> {
    n_threads: Option<usize>,
    stop: Option<&'a Stop>,
}

impl From<Option<usize>> for Call<'_> {
    fn from(n_threads: Option<usize>) -> Self {
        Self { n_threads, stop: None }
    }
}

impl<'a> Call<'a> {
    /// A call on `n_threads` threads (the default number when `None`) that `stop` can end.
    pub fn new(n_threads: Option<usize>, stop: &'a Stop) -> Self {
        Self { n_threads, stop: Some(stop) }
    }

    /// Whether the computation is to end.
    #[inline]
    pub fn stopped(self) -> bool {
        self.stop.is_some_and(Stop::is_set)
    }

    /// # Errors
    /// [`KernelError::Stopped`] when the computation is to end.
    #[inline]
    pub fn check(self) -> Result<()> {
        if self.stopped() { Err(KernelError::Stopped) } else { Ok(()) }
    }

    /// [`Self::check`] once in `period` steps of a loop.
    ///
    /// # Errors
    /// As [`Self::check`].
    #[inline]
    pub fn check_every(self, period: usize, step: usize) -> Result<()> {
        if step.is_multiple_of(period) { self.check() } else { Ok(()) }
    }

    /// Runs `work` on the threads of this call.
    ///
    /// # Errors
    /// As [`threads::install`].
    pub fn install<T: Send>(self, work: impl FnOnce() -> T + Send) -> Result<T> {
        threads::install(self.n_threads, work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_stopped_from_when_it_is_asked_to_be() {
        let stop = Stop::default();
        let call = Call::new(Some(1), &stop);
        assert_eq!((call.check(), Call::default().check()), (Ok(()), Ok(())));
        stop.set();
        assert_eq!(call.check(), Err(KernelError::Stopped));
        assert_eq!((call.check_every(8, 9), call.check_every(8, 16)), (Ok(()), Err(KernelError::Stopped)));
        assert_eq!(call.install(|| 1), Ok(1));
    }
}
