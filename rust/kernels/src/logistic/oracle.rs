//! The obvious Newton method, entry by entry: the oracle of the fits.

use super::{Fit, MOST_STEPS, Problem, STEP, check};
use crate::{Call, KernelError, Result};

/// The oracle: gradient and Hessian entry by entry, Gaussian elimination, the same Newton steps with plain halving; for
/// small problems.
///
/// # Errors
/// As [`fit`].
pub fn fit_reference(problem: &Problem<'_>) -> Result<Fit> {
    check(problem, Call::default())?;
    let (n, d) = (problem.labels.len(), problem.d);
    let k = d + usize::from(problem.intercept);
    let x = |i: usize, j: usize| if j == d { 1.0 } else { problem.x[i * d + j] };
    let z = |w: &[f64], i: usize| (0..k).map(|j| x(i, j) * w[j]).sum::<f64>();
    let value = |w: &[f64]| {
        let losses: f64 = (0..n).map(|i| problem.weight(i) * loss(z(w, i), problem.labels[i])).sum();
        0.5 * w[..d].iter().map(|w| w * w).sum::<f64>() + problem.c * losses
    };
    let mut w = vec![0.0; k];
    for steps in 1..=10 * MOST_STEPS {
        let mut system = vec![vec![0.0; k + 1]; k];
        for (j, row) in system.iter_mut().enumerate() {
            for i in 0..n {
                let (p, not_p, t) = (sigmoid(z(&w, i)), sigmoid(-z(&w, i)), problem.labels[i]);
                let s = problem.c * problem.weight(i);
                row[k] += s * ((1.0 - t) * p - t * not_p) * x(i, j);
                for (l, entry) in row[..k].iter_mut().enumerate() {
                    *entry += s * p * not_p * x(i, j) * x(i, l);
                }
            }
            if j < d {
                row[j] += 1.0;
                row[k] += w[j];
            }
        }
        eliminate(&mut system);
        let step: Vec<f64> = system.iter().map(|row| -row[k]).collect();
        let mut length = 1.0;
        let along = |length: f64| -> Vec<f64> { w.iter().zip(&step).map(|(w, s)| w + length * s).collect() };
        while value(&along(length)) > value(&w) * (1.0 + 1e-14) && length > 1e-12 {
            length *= 0.5;
        }
        let moved = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
        let largest = w.iter().fold(1.0f64, |m, w| m.max(w.abs()));
        w = along(length);
        if moved <= STEP * largest {
            let intercept = if problem.intercept { w[d] } else { 0.0 };
            w.truncate(d);
            return Ok(Fit { coef: w, intercept, steps });
        }
    }
    Err(KernelError::NotConverged { problem: 0, iterations: 10 * MOST_STEPS, gradient: f64::NAN })
}

/// Gauss–Jordan with partial pivoting; the solution ends up in the last column.
fn eliminate(system: &mut [Vec<f64>]) {
    let k = system.len();
    for j in 0..k {
        let best = (j..k).max_by(|&a, &b| system[a][j].abs().total_cmp(&system[b][j].abs())).unwrap_or(j);
        system.swap(j, best);
        let pivot = system[j].clone();
        for (i, row) in system.iter_mut().enumerate() {
            let factor = row[j] / pivot[j];
            for (entry, p) in row.iter_mut().zip(&pivot) {
                *entry = if i == j { *p / pivot[j] } else { *entry - factor * p };
            }
        }
    }
}

/// 1 / (1 + exp(−z)) without overflow.
pub(super) fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 { 1.0 / (1.0 + (-z).exp()) } else { z.exp() / (1.0 + z.exp()) }
}

/// log(1 + exp z) − t z as a sum of two terms of one sign, so that nothing cancels.
fn loss(z: f64, t: f64) -> f64 {
    let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
    (1.0 - t) * softplus(z) + t * softplus(-z)
}
