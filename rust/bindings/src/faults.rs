//! What the command line says when a file that it has mapped is truncated meanwhile.

use pyo3::prelude::*;

#[cfg(unix)]
const MESSAGE: &[u8] = b"error: a file was truncated while it was read\n";

/// Ends the process with a line and exit code 1 on SIGBUS, instead of without a word: for programs, not for libraries.
#[pyfunction]
fn explain_bus_errors() {
    #[cfg(unix)]
    {
        extern "C" fn end(_: libc::c_int) {
            // SAFETY: `write` and `_exit` may be called in a signal handler, and the message lives for ever.
            unsafe {
                libc::write(2, MESSAGE.as_ptr().cast(), MESSAGE.len());
                libc::_exit(1);
            }
        }
        let handler = end as extern "C" fn(libc::c_int);
        // SAFETY: the handler is a function of the right type that does only what handlers may do.
        unsafe { libc::signal(libc::SIGBUS, handler as libc::sighandler_t) };
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(explain_bus_errors, module)?)
}
