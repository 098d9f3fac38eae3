//! Similarity of every point to its nearest hard point.
//!
//! Formula: `s(x) = max over h of |<x, h>| / (‖x‖ ‖h‖)`, or without the absolute value, or without the norms;
//! optionally the first of the hard points that attain it. Points and hard points are matrices, or some rows of
//! matrices, which are read where they lie; errors and nearest hard points have the numbers that rows have in their
//! matrix.
//!
//! Domain: finite entries; for the cosine no row of norm zero (any other norm, subnormal or 1e200, is served). Sums run
//! in f64 when an argument is f64 or integer, else in f32. Cosines are cut to [-1, 1]. An inner product is computed on
//! rows scaled by powers of two where needed, so that it is infinite only where its true value leaves the range, and
//! never NaN.
//!
//! Cost: `2 n m d` operations, a blocked matrix product with the maximum folded into each tile, so that n × m is never
//! stored. Beyond inputs and result: at most 32 MiB of packed hard points, about 2 MiB a thread, and 8 (f32) or 16
//! bytes a row.
//!
//! Order: sums over k run in blocks fixed by d alone; a score depends on its own row and on the hard points only, hence
//! has the same bits for any number of threads, any subset or order of rows, and (the score) any order of hard points.
//!
//! Source: the score of Shin, Cooper, Sala 2025, Algorithm 2; the blocking of Goto, van de Geijn 2008, "Anatomy of
//! high-performance matrix multiplication".

mod blocks;
mod interleave;
mod matrix;
pub mod oracle;
mod paths;
mod scales;

use std::sync::atomic::{AtomicU64, Ordering};

pub use matrix::{Entry, Kind, Matrix};
use paths::Instructions;
pub use paths::{Path, budget};

use crate::{Call, KernelError, Result};

/// What is maximised over the hard points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// `<x, h> / (‖x‖ ‖h‖)`.
    Cosine,
    /// `<x, h>`.
    InnerProduct,
}

/// What to compute, and how.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Cosine or inner product.
    pub metric: Metric,
    /// Maximise the absolute value.
    pub absolute: bool,
    /// Also find the nearest hard point.
    pub index: bool,
    /// Instructions to use; tests force each one.
    pub path: Path,
    /// What errors call the matrix of the hard points: "X" where they are rows of the points' own.
    pub hard_name: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { metric: Metric::Cosine, absolute: true, index: false, path: Path::detect(), hard_name: "X_hard" }
    }
}

/// How far a running computation is; shared between threads.
#[derive(Debug, Default)]
pub struct Progress {
    pairs: AtomicU64,
}

impl Progress {
    /// Pairs of a point and a hard point that are done.
    pub fn pairs(&self) -> u64 {
        self.pairs.load(Ordering::Relaxed)
    }

    fn add(&self, pairs: usize) {
        self.pairs.fetch_add(pairs as u64, Ordering::Relaxed);
    }
}

/// Scores in the precision they were computed in.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Both arguments were f32 or narrower.
    F32(Vec<f32>),
    /// An argument was f64 or integer.
    F64(Vec<f64>),
}

/// One score a row; the index of the nearest hard point where it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Similarity to the nearest hard point.
    pub values: Values,
    /// The row of the hard points' matrix that is nearest; the first one among equals.
    pub nearest: Option<Vec<i64>>,
}

/// Scores every row of `x` against the rows of `hard`.
///
/// # Errors
/// [`KernelError::Shape`] for different or zero numbers of columns, [`KernelError::Undefined`] without hard points,
/// [`KernelError::NotFinite`] for the first NaN or infinity, [`KernelError::ZeroNorm`] for the first row without
/// direction (cosine only), [`KernelError::Parameter`] for `n_threads` or a path this processor cannot run.
pub fn overlap_scores<'a>(
    x: &Matrix<'_>,
    hard: &Matrix<'_>,
    options: &Options,
    progress: &Progress,
    call: impl Into<Call<'a>>,
) -> Result<Scores> {
    let call = call.into();
    if x.columns() != hard.columns() || x.columns() == 0 {
        let expected = if x.columns() == 0 { "at least one column".into() } else { format!("(m, {})", x.columns()) };
        let (argument, wrong) = if x.columns() == 0 { ("X", x) } else { ("X_hard", hard) };
        return Err(KernelError::Shape { argument, expected, got: format!("({}, {})", wrong.rows(), wrong.columns()) });
    }
    if hard.rows() == 0 {
        let why =
            format!("{} has no {}", options.hard_name, if hard.is_selection() { "selected rows" } else { "rows" });
        return Err(KernelError::Undefined { what: "the overlap score", why });
    }
    if !options.path.available() {
        return Err(KernelError::Parameter {
            argument: "path",
            value: options.path.name().into(),
            requirement: "instructions this processor has",
        });
    }
    call.install(|| options.path.run(Comparison { x, hard, options, progress, call }))?
}

/// All arguments but the path and the threads.
struct Comparison<'a> {
    x: &'a Matrix<'a>,
    hard: &'a Matrix<'a>,
    options: &'a Options,
    progress: &'a Progress,
    call: Call<'a>,
}

type Found<T> = Result<(Vec<T>, Option<Vec<i64>>)>;

impl paths::Work for Comparison<'_> {
    type Output = Result<Scores>;

    fn on<I: Instructions>(self) -> Self::Output {
        let narrow = self.x.kind().narrow() && self.hard.kind().narrow();
        if narrow {
            let (values, nearest) = blocks::run::<f32, I>(&self)?;
            Ok(Scores { values: Values::F32(values), nearest })
        } else {
            let (values, nearest) = blocks::run::<f64, I>(&self)?;
            Ok(Scores { values: Values::F64(values), nearest })
        }
    }
}

/// The two precisions of the sums.
pub(crate) trait Real:
    Copy + Send + Sync + PartialOrd + PartialEq + std::ops::Mul<Output = Self> + 'static
{
    /// An unsigned number as wide as the value, so that both lie in lanes of equal width.
    type Number: Copy + Send + Sync + From<u32> + Into<u64>;
    const ZERO: Self;
    const ONE: Self;
    const LOWEST: Self;
    /// Norms below 2^this (and above its inverse) can be divided out in one factor.
    const SAFE_UNIT: i32;
    /// Products of two norms below 2^this do not overflow.
    const SAFE_PRODUCT: i32;
    /// Largest exponent such that 2^this and its inverse are normal numbers.
    const LARGEST_POWER: i32;
    fn from_f32(value: f32) -> Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn absolute(self) -> Self;
    /// Sets `target[p * width + lane] = rows[lane * depth + p]`.
    fn interleave(rows: &[Self], depth: usize, width: usize, target: &mut [Self]);
}

macro_rules! real {
    ($real:ty, $number:ty, $unit:literal, $product:literal, $power:literal, $interleave:path) => {
        impl Real for $real {
            type Number = $number;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = <$real>::NEG_INFINITY;
            const SAFE_UNIT: i32 = $unit;
            const SAFE_PRODUCT: i32 = $product;
            const LARGEST_POWER: i32 = $power;
            #[inline(always)]
            fn from_f32(value: f32) -> Self {
                value as $real
            }
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $real
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn interleave(rows: &[Self], depth: usize, width: usize, target: &mut [Self]) {
                $interleave(rows, depth, width, target);
            }
        }
    };
}
real!(f32, u32, 100, 60, 126, interleave::f32);
real!(f64, u64, 900, 500, 1022, interleave::scalar);
