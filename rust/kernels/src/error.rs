//! The one error type of all kernels; every variant carries what a caller needs to find the offending value.

/// Result of every fallible kernel.
pub type Result<T> = std::result::Result<T, KernelError>;

/// What went wrong, in which argument, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// Two arguments do not fit together, or one has the wrong extent.
    #[error("{argument} has shape {got}, expected {expected}")]
    Shape {
        /// Name of the argument as the caller knows it.
        argument: &'static str,
        /// What was expected, for instance `(n, 40)`.
        expected: String,
        /// What was given, for instance `(5000, 39)`.
        got: String,
    },
    /// A NaN or an infinity in a matrix.
    #[error("{argument} has {value} at row {row}, column {column}; every entry must be finite")]
    NotFinite {
        /// Name of the argument.
        argument: &'static str,
        /// Zero-based row.
        row: usize,
        /// Zero-based column.
        column: usize,
        /// The offending value.
        value: f64,
    },
    /// A NaN or an infinity in a vector.
    #[error("{argument} has {value} at index {index}; every entry must be finite")]
    NotFiniteAt {
        /// Name of the argument.
        argument: &'static str,
        /// Zero-based index.
        index: usize,
        /// The offending value.
        value: f64,
    },
    /// An entry outside its range.
    #[error("{argument} has {} at index {index}, outside [{}, {}]", brief(*value), brief(*low), brief(*high))]
    OutOfRange {
        /// Name of the argument.
        argument: &'static str,
        /// Zero-based index.
        index: usize,
        /// The offending value.
        value: f64,
        /// Smallest value allowed.
        low: f64,
        /// Largest value allowed.
        high: f64,
    },
    /// A scalar parameter that makes no sense.
    #[error("{argument} is {value}, but must be {requirement}")]
    Parameter {
        /// Name of the argument.
        argument: &'static str,
        /// What was given.
        value: String,
        /// What is required, for instance `positive and finite`.
        requirement: &'static str,
    },
    /// A name that there is not.
    #[error("there is no {what} {name:?}; there is {known}")]
    Unknown {
        /// What it should name, for instance `policy`.
        what: String,
        /// What was given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A number of threads that no call may have.
    #[error(
        "n_threads is {asked}, but must be at least 1 and at most {most} (4 times the cores of this process, or 64)"
    )]
    Threads {
        /// What was asked for.
        asked: usize,
        /// The largest number allowed.
        most: usize,
    },
    /// A row without direction, where a direction is needed.
    #[error("{argument} has zero norm at row {row}; the cosine with it is undefined")]
    ZeroNorm {
        /// Name of the argument.
        argument: &'static str,
        /// Zero-based row.
        row: usize,
    },
    /// Mathematically undefined: constant scores, an empty hard set, labels of a single class.
    #[error("{what} is undefined: {why}")]
    Undefined {
        /// What was asked for.
        what: &'static str,
        /// Why it does not exist.
        why: String,
    },
    /// The caller asked for the end.
    #[error("the computation was stopped")]
    Stopped,
    /// An iteration that did not reach its tolerance.
    #[error("problem {problem}: no convergence in {iterations} iterations (gradient norm {gradient:e})")]
    NotConverged {
        /// Zero-based index of the problem in its batch.
        problem: usize,
        /// Iterations spent.
        iterations: usize,
        /// Norm of the gradient where it stopped.
        gradient: f64,
    },
}

/// A number without hundreds of digits.
fn brief(value: f64) -> String {
    if value.abs() < 1e16 || !value.is_finite() { value.to_string() } else { format!("{value:e}") }
}
