//! Small ridge-logistic fits, many at a time.
//!
//! With z = Xw + b and labels t in [0, 1] (the probability of +1; hard labels are 0 or 1), weights s ≥ 0 and
//! scikit-learn's C:
//!   minimise  ½‖w‖² + C Σ s_i [log(1 + exp z_i) − t_i z_i],
//! the intercept b unpenalised, or absent. Newton's method from zero with a Cholesky factor per step and Armijo
//! backtracking; the objective is strictly convex (the ridge, and for b the curvature), so it converges from anywhere,
//! separable data included. It stops after a full step that moved no coefficient by more than [`STEP`] of the largest:
//! convergence is quadratic there, so what is left is below rounding. Cost: n·d²/2 multiply–adds and d³/6 per step, 4
//! to 25 steps; for d > n the problem is first rotated into the span of its points, where it has n columns (n²d
//! multiply–adds, once). Domain: finite X, C > 0; with an intercept both classes must have weight, or the optimum lies
//! at infinity. Without one the optimum is finite for any labels. All sums have one fixed order and no fused
//! multiply–adds: the bits depend on neither threads nor vector width.

mod dense;
mod oracle;

use rayon::prelude::*;

use self::dense::{accumulate, dot, orthonormalise, solve};
pub use self::oracle::fit_reference;
use crate::{Call, KernelError, Result};

/// The last Newton step is at most this share of the largest coefficient (or of 1).
pub const STEP: f64 = 1e-8;
/// … and moves no log-odds by more than this: coefficients of huge features are small long before they are right.
const REACH: f64 = 1e-4;
const MOST_STEPS: usize = 200;
/// Products between two looks at whether to stop: about a millisecond.
const LOOK: usize = 1 << 20;

/// One fit to be made. Rows of `x` are points.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// (n, d) in row-major order.
    pub x: &'a [f64],
    /// Number of columns, at least 1.
    pub d: usize,
    /// (n,) labels in [0, 1].
    pub labels: &'a [f64],
    /// (n,) weights, or 1 for all.
    pub weights: Option<&'a [f64]>,
    /// Inverse penalty, as in scikit-learn.
    pub c: f64,
    /// Whether to fit an unpenalised intercept.
    pub intercept: bool,
}

/// A fitted linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// (d,) coefficients.
    pub coef: Vec<f64>,
    /// Intercept; 0 without one.
    pub intercept: f64,
    /// Newton steps taken.
    pub steps: usize,
}

/// Fits every problem, each on one thread.
///
/// # Errors
/// The error of the first problem, in their order, that has one.
pub fn fit_batch<'a>(problems: &[Problem<'_>], call: impl Into<Call<'a>>) -> Result<Vec<Fit>> {
    let call = call.into();
    let fits: Vec<Result<Fit>> = call.install(|| {
        problems
            .par_iter()
            .enumerate()
            .map_init(Workspace::default, |workspace, (number, problem)| fit_in(problem, number, workspace, call))
            .collect()
    })?;
    fits.into_iter().collect()
}

/// Fits one problem.
///
/// # Errors
/// [`KernelError`] for input outside the domain, or when Newton's method does not converge.
pub fn fit(problem: &Problem<'_>) -> Result<Fit> {
    fit_in(problem, 0, &mut Workspace::default(), Call::default())
}

/// Memory that consecutive fits share.
#[derive(Debug, Default)]
pub struct Workspace {
    z: Vec<f64>,
    decay: Vec<f64>,
    residual: Vec<f64>,
    curvature: Vec<f64>,
    hessian: Vec<f64>,
    gradient: Vec<f64>,
    step: Vec<f64>,
    z_step: Vec<f64>,
}

/// Fits problem `number` of a batch in borrowed memory.
///
/// # Errors
/// As [`fit`]; [`KernelError::Stopped`].
pub fn fit_in(problem: &Problem<'_>, number: usize, workspace: &mut Workspace, call: Call<'_>) -> Result<Fit> {
    fit_offset_in(problem, None, number, workspace, call)
}

/// The same with z = offset + Xw + b: what the model is to add to scores that are there already.
///
/// # Errors
/// As [`fit_in`], and for an offset of another length or that is not finite.
pub fn fit_offset_in(
    problem: &Problem<'_>,
    offset: Option<&[f64]>,
    number: usize,
    workspace: &mut Workspace,
    call: Call<'_>,
) -> Result<Fit> {
    check(problem, call)?;
    if let Some(offset) = offset {
        check_offset(offset, problem.labels.len())?;
    }
    if problem.d <= problem.labels.len() {
        return newton(problem, offset, number, workspace, call);
    }
    // The optimum lies in the span of the rows: in an orthonormal basis of it the problem has n columns and the same
    // ridge.
    let (lower, basis) = orthonormalise(problem.x, problem.d, call)?;
    let reduced = Problem { x: &lower, d: problem.labels.len(), ..*problem };
    let fit = newton(&reduced, offset, number, workspace, call)?;
    let mut coef = vec![0.0; problem.d];
    for (u, row) in fit.coef.iter().zip(basis.chunks_exact(problem.d)) {
        coef.iter_mut().zip(row).for_each(|(w, q)| *w += u * q);
    }
    Ok(Fit { coef, ..fit })
}

fn newton(
    problem: &Problem<'_>,
    offset: Option<&[f64]>,
    number: usize,
    workspace: &mut Workspace,
    call: Call<'_>,
) -> Result<Fit> {
    let (n, d) = (problem.labels.len(), problem.d);
    let k = d + usize::from(problem.intercept);
    let Workspace { z, decay, residual, curvature, hessian, gradient, step, z_step } = workspace;
    for buffer in [&mut *z, decay, residual, curvature, z_step] {
        buffer.clear();
        buffer.resize(n, 0.0);
    }
    for buffer in [&mut *gradient, step] {
        buffer.clear();
        buffer.resize(k, 0.0);
    }
    let mut w = vec![0.0; k];
    if let Some(offset) = offset {
        z.copy_from_slice(offset);
    }
    // At w = 0 every product is 0. `decay` holds exp(−|z|), the one exponential that loss and probabilities need.
    let mut value = objective_along(problem, &w, step, z, z_step, 0.0, decay, call)?;
    for steps in 1..=MOST_STEPS {
        // Residuals and curvatures, then gradient and Hessian of the whole objective.
        for (i, (&z, &e)) in z.iter().zip(&*decay).enumerate() {
            // σ(z) − t without the cancellation near 1, which a weak penalty would magnify.
            let (likely, unlikely) = (1.0 / (1.0 + e), e / (1.0 + e));
            let (p, not_p) = if z >= 0.0 { (likely, unlikely) } else { (unlikely, likely) };
            let t = problem.labels[i];
            let weight = problem.c * problem.weight(i);
            residual[i] = weight * ((1.0 - t) * p - t * not_p);
            curvature[i] = weight * (p * not_p);
        }
        gradient.copy_from_slice(&w);
        if problem.intercept {
            gradient[d] = 0.0;
        }
        hessian.clear();
        hessian.resize(k * k, 0.0);
        accumulate(problem, residual, curvature, gradient, hessian, call)?;
        for j in 0..d {
            hessian[j * k + j] += 1.0;
        }
        step.copy_from_slice(gradient);
        solve(hessian, step, problem.intercept, call)?;
        let decrement: f64 = step.iter().zip(&*gradient).map(|(s, g)| s * g).sum();
        step.iter_mut().for_each(|s| *s = -*s);
        products(problem, step, z_step, call)?;
        // Backtracking: sufficient decrease, up to what rounding lets the objective show.
        let mut length = 1.0;
        loop {
            let next = objective_along(problem, &w, step, z, z_step, length, decay, call)?;
            if next <= value - 1e-4 * length * decrement + 1e-14 * value.abs() {
                value = next;
                break;
            }
            length *= 0.5;
            if length < 1e-12 {
                let gradient = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
                return Err(KernelError::NotConverged { problem: number, iterations: steps, gradient });
            }
        }
        w.iter_mut().zip(&*step).for_each(|(w, s)| *w += length * s);
        z.iter_mut().zip(&*z_step).for_each(|(z, s)| *z += length * s);
        let largest = w.iter().fold(1.0f64, |m, w| m.max(w.abs()));
        let moved = step.iter().fold(0.0f64, |m, s| m.max(s.abs()));
        if length == 1.0 && moved <= STEP * largest && z_step.iter().all(|s| s.abs() <= REACH) {
            let intercept = if problem.intercept { w[d] } else { 0.0 };
            w.truncate(d);
            return Ok(Fit { coef: w, intercept, steps });
        }
    }
    let gradient = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    Err(KernelError::NotConverged { problem: number, iterations: MOST_STEPS, gradient })
}

impl Problem<'_> {
    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |s| s[i])
    }
}

fn check(problem: &Problem<'_>, call: Call<'_>) -> Result<()> {
    let (n, d) = (problem.labels.len(), problem.d);
    if d == 0 || problem.x.len() != n * d {
        let (expected, got) = (format!("({n}, {d})"), format!("{} entries", problem.x.len()));
        return Err(KernelError::Shape { argument: "X", expected, got });
    }
    if n == 0 {
        return Err(KernelError::Undefined { what: "a logistic fit", why: "X has no rows".into() });
    }
    for (start, entries) in problem.x.chunks(LOOK).enumerate() {
        call.check()?;
        if let Some(at) = entries.iter().position(|x| !x.is_finite()) {
            let (value, at) = (entries[at], start * LOOK + at);
            return Err(KernelError::NotFinite { argument: "X", row: at / d, column: at % d, value });
        }
    }
    if let Some(index) = problem.labels.iter().position(|t| !(0.0..=1.0).contains(t)) {
        let value = problem.labels[index];
        return Err(KernelError::OutOfRange { argument: "y", index, value, low: 0.0, high: 1.0 });
    }
    if let Some(weights) = problem.weights {
        if weights.len() != n {
            let (expected, got) = (format!("({n},)"), format!("({},)", weights.len()));
            return Err(KernelError::Shape { argument: "sample_weight", expected, got });
        }
        if let Some(index) = weights.iter().position(|s| !(s.is_finite() && *s >= 0.0)) {
            let (value, high) = (weights[index], f64::MAX);
            return Err(KernelError::OutOfRange { argument: "sample_weight", index, value, low: 0.0, high });
        }
    }
    if !(problem.c > 0.0 && problem.c.is_finite()) {
        let requirement = "positive and finite";
        return Err(KernelError::Parameter { argument: "C", value: problem.c.to_string(), requirement });
    }
    if problem.intercept {
        let mass = |of: fn(f64) -> f64| (0..n).any(|i| problem.weight(i) > 0.0 && of(problem.labels[i]) > 0.0);
        if !(mass(|t| t) && mass(|t| 1.0 - t)) {
            let why = "y holds a single class, so the unpenalised intercept has no finite optimum".into();
            return Err(KernelError::Undefined { what: "a logistic fit with an intercept", why });
        }
    }
    Ok(())
}

fn check_offset(offset: &[f64], n: usize) -> Result<()> {
    if offset.len() != n {
        let (expected, got) = (format!("({n},)"), format!("({},)", offset.len()));
        return Err(KernelError::Shape { argument: "offset", expected, got });
    }
    match offset.iter().position(|z| !z.is_finite()) {
        Some(index) => Err(KernelError::NotFiniteAt { argument: "offset", index, value: offset[index] }),
        None => Ok(()),
    }
}

/// log(1 + exp z) − t z with decay = exp(−|z|), without overflow and without cancellation for hard labels.
fn loss(z: f64, decay: f64, t: f64) -> f64 {
    // softplus(z) = max(z, 0) + log1p(exp(−|z|)); max(z, 0) − t z has one sign per half line.
    let linear = if z >= 0.0 { (1.0 - t) * z } else { -t * z };
    linear + libm::log1p(decay)
}

/// The objective at w + length·step, from the products already there; leaves exp(−|z + length·z_step|) behind.
#[expect(clippy::too_many_arguments, reason = "the line of one search, called from one place")]
fn objective_along(
    problem: &Problem<'_>,
    w: &[f64],
    step: &[f64],
    z: &[f64],
    z_step: &[f64],
    length: f64,
    decay: &mut [f64],
    call: Call<'_>,
) -> Result<f64> {
    let ridge: f64 = w[..problem.d].iter().zip(step).map(|(w, s)| (w + length * s) * (w + length * s)).sum();
    let mut losses = 0.0;
    for (i, ((z, s), decay)) in z.iter().zip(z_step).zip(decay).enumerate() {
        call.check_every(LOOK >> 4, i)?;
        let z = z + length * s;
        *decay = libm::exp(-z.abs());
        losses += problem.weight(i) * loss(z, *decay, problem.labels[i]);
    }
    Ok(0.5 * ridge + problem.c * losses)
}

/// out = Xw + b.
fn products(problem: &Problem<'_>, w: &[f64], out: &mut [f64], call: Call<'_>) -> Result<()> {
    let b = if problem.intercept { w[problem.d] } else { 0.0 };
    for (i, (row, out)) in problem.x.chunks_exact(problem.d).zip(out).enumerate() {
        call.check_every(rows_between_looks(problem.d), i)?;
        *out = dot(row, w) + b;
    }
    Ok(())
}

/// Rows of `width` numbers between two looks at whether to stop.
fn rows_between_looks(width: usize) -> usize {
    (LOOK / width).max(1)
}

#[cfg(test)]
mod tests;
