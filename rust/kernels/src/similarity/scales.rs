//! Norms of rows, the check that every entry is finite, and factors that keep products inside the number range.

use rayon::prelude::*;

use super::matrix::Matrix;
use super::paths::Tile;
use super::{Metric, Real};
use crate::{Call, KernelError, Result};

/// Entries widened at once.
const STEP: usize = 512;
/// Partial sums, each over every `LANES`-th entry: the order of summation is the same on every path.
const LANES: usize = 16;

/// What a row is multiplied by, one factor after the other: `power` is a power of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale<T> {
    pub power: T,
    pub factor: T,
}

/// The norm of every row in f64 as (mantissa part, exponent): the norm is `norm * 2^exponent`.
#[derive(Debug, Clone, Copy)]
struct Norm {
    norm: f64,
    exponent: i32,
}

/// Factors for the rows of X: they make rows unit vectors (cosine) or keep products from overflowing (inner product).
pub(crate) fn of_points<T: Real, K: Tile<T>>(x: &Matrix<'_>, metric: Metric, call: Call<'_>) -> Result<Vec<Scale<T>>> {
    rows::<T, K, _>(x, "X", metric, call, |norm| match metric {
        Metric::Cosine => unit(norm),
        Metric::InnerProduct => Scale { power: safe_power(norm), factor: T::ONE },
    })
}

/// Factors for the hard points; with the inner product all of them share one power of two, so that products compare.
pub(crate) fn of_hard<T: Real, K: Tile<T>>(
    hard: &Matrix<'_>,
    argument: &'static str,
    metric: Metric,
    call: Call<'_>,
) -> Result<Vec<Scale<T>>> {
    match metric {
        Metric::Cosine => rows::<T, K, _>(hard, argument, metric, call, unit),
        Metric::InnerProduct => {
            let powers = rows::<T, K, _>(hard, argument, metric, call, |norm| (safe_power::<T>(norm), norm))?;
            let longest = powers.iter().max_by(|a, b| a.1.compare(&b.1));
            let power = longest.map_or(T::ONE, |&(power, _)| power);
            Ok(vec![Scale { power, factor: T::ONE }; hard.rows()])
        }
    }
}

impl Norm {
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let key = |norm: &Self| {
            if norm.norm == 0.0 { f64::NEG_INFINITY } else { norm.norm.log2() + f64::from(norm.exponent) }
        };
        key(self).total_cmp(&key(other))
    }
}

/// Applies `scale` to the norm of each row, or finds the first entry that is not finite, or the first row without norm.
fn rows<T: Real, K: Tile<T>, S: Send>(
    matrix: &Matrix<'_>,
    argument: &'static str,
    metric: Metric,
    call: Call<'_>,
    scale: impl Fn(Norm) -> S + Sync,
) -> Result<Vec<S>> {
    let of_row = |row| {
        if call.stopped() {
            return None;
        }
        let norm = norm::<T, K>(matrix, row)?;
        (metric == Metric::InnerProduct || norm.norm > 0.0).then(|| scale(norm))
    };
    let scales: Vec<Option<S>> = (0..matrix.rows()).into_par_iter().with_min_len(16).map(of_row).collect();
    call.check()?;
    match scales.iter().position(Option::is_none) {
        Some(row) => Err(explain::<T>(matrix, argument, row)),
        None => Ok(scales.into_iter().flatten().collect()),
    }
}

/// Why a row has no scale, by its number in the matrix.
fn explain<T: Real>(matrix: &Matrix<'_>, argument: &'static str, row: usize) -> KernelError {
    let mut entry = [T::ZERO];
    let number = matrix.number(row);
    for column in 0..matrix.columns() {
        matrix.read(row, column, &mut entry);
        let value = entry[0].to_f64();
        if !value.is_finite() {
            return KernelError::NotFinite { argument, row: number, column, value };
        }
    }
    KernelError::ZeroNorm { argument, row: number }
}

/// The norm of one row, or `None` when an entry is not finite.
fn norm<T: Real, K: Tile<T>>(matrix: &Matrix<'_>, row: usize) -> Option<Norm> {
    let plain = sum_of_squares::<T, K>(matrix, row, 1.0);
    // Squares of f32 neither overflow nor underflow in f64; those of f64 may.
    if (1e-200..1e250).contains(&plain) {
        return Some(Norm { norm: plain.sqrt(), exponent: 0 });
    }
    let mut largest = 0.0f64;
    let mut buffer = [T::ZERO; STEP];
    for start in (0..matrix.columns()).step_by(STEP) {
        let entries = &mut buffer[..STEP.min(matrix.columns() - start)];
        matrix.read(row, start, entries);
        for value in entries.iter().map(|entry| entry.to_f64()) {
            if !value.is_finite() {
                return None;
            }
            largest = largest.max(value.abs());
        }
    }
    if largest == 0.0 {
        return Some(Norm { norm: 0.0, exponent: 0 });
    }
    let exponent = largest.log2().floor().clamp(-1022.0, 1022.0) as i32;
    let scaled = sum_of_squares::<T, K>(matrix, row, 2.0f64.powi(-exponent));
    Some(Norm { norm: scaled.sqrt(), exponent })
}

/// Sum over one row of the squares of `power * entry`.
fn sum_of_squares<T: Real, K: Tile<T>>(matrix: &Matrix<'_>, row: usize, power: f64) -> f64 {
    let mut sums = [0.0f64; LANES];
    // SAFETY: `K` was chosen among the paths this processor can run.
    unsafe {
        K::compiled(
            #[inline(always)]
            || {
                let mut buffer = [T::ZERO; STEP];
                for start in (0..matrix.columns()).step_by(STEP) {
                    let length = STEP.min(matrix.columns() - start);
                    matrix.read(row, start, &mut buffer[..length]);
                    buffer[length..].fill(T::ZERO);
                    for entries in buffer[..length.next_multiple_of(LANES)].as_chunks::<LANES>().0 {
                        for (sum, entry) in sums.iter_mut().zip(entries) {
                            let value = entry.to_f64() * power;
                            *sum += value * value;
                        }
                    }
                }
            },
        );
    }
    sums.iter().sum()
}

/// Factors that make a row with this (positive) norm a unit vector.
fn unit<T: Real>(norm: Norm) -> Scale<T> {
    let exponent = norm.norm.log2().floor() as i32 + norm.exponent;
    if exponent.abs() < T::SAFE_UNIT {
        return Scale { power: T::ONE, factor: T::from_f64(1.0 / (norm.norm * 2.0f64.powi(norm.exponent))) };
    }
    let shift = (-exponent).clamp(-T::LARGEST_POWER, T::LARGEST_POWER);
    Scale {
        power: T::from_f64(2.0f64.powi(shift)),
        factor: T::from_f64(1.0 / (norm.norm * 2.0f64.powi(norm.exponent + shift))),
    }
}

/// A power of two that brings a norm near one, where it is so large or small that a product with it could leave the
/// range.
fn safe_power<T: Real>(norm: Norm) -> T {
    if norm.norm == 0.0 {
        return T::ONE;
    }
    let exponent = norm.norm.log2().floor() as i32 + norm.exponent;
    if exponent.abs() < T::SAFE_PRODUCT {
        return T::ONE;
    }
    T::from_f64(2.0f64.powi((-exponent).clamp(-T::LARGEST_POWER, T::LARGEST_POWER)))
}
