//! Dense linear algebra of one fit: sums of fixed order, without fused multiply–adds.

use super::{LOOK, Problem, rows_between_looks};
use crate::{Call, Result};

const LANES: usize = 8;

/// Σ a_j b_j in eight lanes that are then added in order.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let b = &b[..a.len()];
    let mut lanes = [0.0; LANES];
    let (heads, tail) = a.as_chunks::<LANES>();
    for (a, b) in heads.iter().zip(b.as_chunks::<LANES>().0) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    let start = a.len() - tail.len();
    lanes.iter().sum::<f64>() + tail.iter().zip(&b[start..]).map(|(a, b)| a * b).sum::<f64>()
}

/// X = LQ with orthonormal rows of Q, by Gram–Schmidt done twice; a row that depends on those before it leaves a zero
/// row in Q. L is (n, n), Q is (n, d).
pub(super) fn orthonormalise(x: &[f64], d: usize, call: Call<'_>) -> Result<(Vec<f64>, Vec<f64>)> {
    let n = x.len() / d;
    let (mut lower, mut basis) = (vec![0.0; n * n], Vec::with_capacity(x.len()));
    for part in x.chunks(LOOK) {
        call.check()?;
        basis.extend_from_slice(part);
    }
    for i in 0..n {
        let (before, row) = basis.split_at_mut(i * d);
        let row = &mut row[..d];
        let size = dot(row, row).sqrt();
        for _ in 0..2 {
            for (j, q) in before.chunks_exact(d).enumerate() {
                call.check_every(rows_between_looks(d), j)?;
                let along = dot(row, q);
                lower[i * n + j] += along;
                row.iter_mut().zip(q).for_each(|(r, q)| *r -= along * q);
            }
        }
        let left = dot(row, row).sqrt();
        // What rounding leaves of a dependent row has no direction.
        let independent = left > 1e-13 * size;
        lower[i * n + i] = if independent { left } else { 0.0 };
        row.iter_mut().for_each(|r| *r = if independent { *r / left } else { 0.0 });
    }
    Ok((lower, basis))
}

/// gradient += Xᵀr and hessian += XᵀVX (lower triangle), with a column of ones for the intercept.
pub(super) fn accumulate(
    problem: &Problem<'_>,
    r: &[f64],
    v: &[f64],
    gradient: &mut [f64],
    hessian: &mut [f64],
    call: Call<'_>,
) -> Result<()> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is all that the function requires beyond the baseline.
        return unsafe { accumulate_avx2(problem, r, v, gradient, hessian, call) };
    }
    accumulate_portable(problem, r, v, gradient, hessian, call)
}

/// The same source compiled for AVX2: element-wise work without fused operations, so the bits are the same.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn accumulate_avx2(
    problem: &Problem<'_>,
    r: &[f64],
    v: &[f64],
    gradient: &mut [f64],
    hessian: &mut [f64],
    call: Call<'_>,
) -> Result<()> {
    accumulate_portable(problem, r, v, gradient, hessian, call)
}

#[inline(always)]
pub(super) fn accumulate_portable(
    problem: &Problem<'_>,
    r: &[f64],
    v: &[f64],
    gradient: &mut [f64],
    hessian: &mut [f64],
    call: Call<'_>,
) -> Result<()> {
    let d = problem.d;
    let k = d + usize::from(problem.intercept);
    // Four rows at a time: each entry of the Hessian is read and written once for four products.
    let rows = problem.x.chunks_exact(4 * d);
    let rest = rows.remainder();
    let looks = rows_between_looks(2 * d * d);
    for (i, (rows, (r, v))) in rows.zip(r.chunks_exact(4).zip(v.chunks_exact(4))).enumerate() {
        call.check_every(looks, i)?;
        let (x0, rows) = rows.split_at(d);
        let (x1, rows) = rows.split_at(d);
        let (x2, x3) = rows.split_at(d);
        for j in 0..d {
            gradient[j] += r[0] * x0[j] + r[1] * x1[j] + r[2] * x2[j] + r[3] * x3[j];
            let (a0, a1, a2, a3) = (v[0] * x0[j], v[1] * x1[j], v[2] * x2[j], v[3] * x3[j]);
            let out = &mut hessian[j * k..j * k + j + 1];
            let (x0, x1, x2, x3) = (&x0[..j + 1], &x1[..j + 1], &x2[..j + 1], &x3[..j + 1]);
            for i in 0..out.len() {
                out[i] += a0 * x0[i] + a1 * x1[i] + a2 * x2[i] + a3 * x3[i];
            }
        }
        if k > d {
            gradient[d] += r[0] + r[1] + r[2] + r[3];
            let out = &mut hessian[d * k..(d + 1) * k];
            for i in 0..d {
                out[i] += v[0] * x0[i] + v[1] * x1[i] + v[2] * x2[i] + v[3] * x3[i];
            }
            out[d] += v[0] + v[1] + v[2] + v[3];
        }
    }
    let done = r.len() - rest.len() / d;
    for (x, (r, v)) in rest.chunks_exact(d).zip(r[done..].iter().zip(&v[done..])) {
        for j in 0..d {
            gradient[j] += r * x[j];
            let a = v * x[j];
            for (out, x) in hessian[j * k..j * k + j + 1].iter_mut().zip(x) {
                *out += a * x;
            }
        }
        if k > d {
            gradient[d] += r;
            for (out, x) in hessian[d * k..].iter_mut().zip(x) {
                *out += v * x;
            }
            hessian[d * k + d] += v;
        }
    }
    Ok(())
}

/// Solves Hs = b in place of b by Cholesky; H is given by its lower triangle and destroyed.
pub(super) fn solve(h: &mut [f64], b: &mut [f64], intercept: bool, call: Call<'_>) -> Result<()> {
    let k = b.len();
    for j in 0..k {
        call.check()?;
        let (above, row) = h.split_at_mut(j * k);
        let row = &mut row[..=j];
        for i in 0..j {
            let pivot_row = &above[i * k..i * k + i + 1];
            row[i] = (row[i] - dot(&row[..i], &pivot_row[..i])) / pivot_row[i];
        }
        let mut pivot = row[j] - dot(&row[..j], &row[..j]);
        if intercept && j == k - 1 && pivot <= f64::EPSILON * row[j] {
            // Saturated probabilities leave no curvature along the intercept: then its step is a gradient step in units
            // of what curvature there was, and backtracking does the rest.
            pivot = row[j].max(f64::MIN_POSITIVE) * f64::EPSILON.sqrt();
        }
        row[j] = pivot.sqrt();
    }
    for j in 0..k {
        b[j] = (b[j] - dot(&h[j * k..j * k + j], &b[..j])) / h[j * k + j];
    }
    for j in (0..k).rev() {
        let sum: f64 = (j + 1..k).map(|i| h[i * k + j] * b[i]).sum();
        b[j] = (b[j] - sum) / h[j * k + j];
    }
    Ok(())
}
