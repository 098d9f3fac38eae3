//! Small ridge-logistic fits, many at a time.
//!
//! With z = Xw + b and labels t in [0, 1] (the probability of +1; hard labels are 0 or 1), weights s ≥ 0 and scikit-learn's C:
//!   minimise  ½‖w‖² + C Σ s_i [log(1 + exp z_i) − t_i z_i],
//! the intercept b unpenalised, or absent. Newton's method from zero with a Cholesky factor per step and Armijo backtracking; the
//! objective is strictly convex (the ridge, and for b the curvature), so it converges from anywhere, separable data included.
//! It stops after a full step that moved no coefficient by more than [`STEP`] of the largest: convergence is quadratic there, so
//! what is left is below rounding. Cost: n·d²/2 multiply–adds and d³/6 per step, 4 to 25 steps; for d > n the problem is first
//! rotated into the span of its points, where it has n columns (n²d multiply–adds, once). Domain: finite X, C > 0;
//! with an intercept both classes must have weight, or the optimum lies at infinity. Without one the optimum is finite for any
//! labels. All sums have one fixed order and no fused multiply–adds: the bits depend on neither threads nor vector width.

use rayon::prelude::*;

use crate::{KernelError, Result, threads};

/// The last Newton step is at most this share of the largest coefficient (or of 1).
pub const STEP: f64 = 1e-8;
const MOST_STEPS: usize = 200;
const LANES: usize = 8;

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
pub fn fit_batch(problems: &[Problem<'_>], n_threads: Option<usize>) -> Result<Vec<Fit>> {
    let fits: Vec<Result<Fit>> = threads::install(n_threads, || {
        problems
            .par_iter()
            .enumerate()
            .map_init(Workspace::default, |workspace, (number, problem)| fit_in(problem, number, workspace))
            .collect()
    })?;
    fits.into_iter().collect()
}

/// Fits one problem.
///
/// # Errors
/// [`KernelError`] for input outside the domain, or when Newton's method does not converge.
pub fn fit(problem: &Problem<'_>) -> Result<Fit> {
    fit_in(problem, 0, &mut Workspace::default())
}

/// Memory that consecutive fits share.
#[derive(Debug, Default)]
pub struct Workspace {
    z: Vec<f64>,
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
/// As [`fit`].
pub fn fit_in(problem: &Problem<'_>, number: usize, workspace: &mut Workspace) -> Result<Fit> {
    check(problem)?;
    if problem.d <= problem.labels.len() {
        return newton(problem, number, workspace);
    }
    // The optimum lies in the span of the rows: in an orthonormal basis of it the problem has n columns and the same ridge.
    let (lower, basis) = orthonormalise(problem.x, problem.d);
    let reduced = Problem { x: &lower, d: problem.labels.len(), ..*problem };
    let fit = newton(&reduced, number, workspace)?;
    let mut coef = vec![0.0; problem.d];
    for (u, row) in fit.coef.iter().zip(basis.chunks_exact(problem.d)) {
        coef.iter_mut().zip(row).for_each(|(w, q)| *w += u * q);
    }
    Ok(Fit { coef, ..fit })
}

/// X = LQ with orthonormal rows of Q, by Gram–Schmidt done twice; a row that depends on those before it leaves a zero row in Q.
/// L is (n, n), Q is (n, d).
fn orthonormalise(x: &[f64], d: usize) -> (Vec<f64>, Vec<f64>) {
    let n = x.len() / d;
    let (mut lower, mut basis) = (vec![0.0; n * n], x.to_vec());
    for i in 0..n {
        let (before, row) = basis.split_at_mut(i * d);
        let row = &mut row[..d];
        let size = dot(row, row).sqrt();
        for _ in 0..2 {
            for (j, q) in before.chunks_exact(d).enumerate() {
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
    (lower, basis)
}

fn newton(problem: &Problem<'_>, number: usize, workspace: &mut Workspace) -> Result<Fit> {
    let (n, d) = (problem.labels.len(), problem.d);
    let k = d + usize::from(problem.intercept);
    let Workspace { z, residual, curvature, hessian, gradient, step, z_step } = workspace;
    for buffer in [&mut *z, residual, curvature, z_step] {
        buffer.clear();
        buffer.resize(n, 0.0);
    }
    for buffer in [&mut *gradient, step] {
        buffer.clear();
        buffer.resize(k, 0.0);
    }
    let mut w = vec![0.0; k];
    let mut value = objective(problem, &w, z);
    for steps in 1..=MOST_STEPS {
        // Residuals and curvatures, then gradient and Hessian of the whole objective.
        for (i, &z) in z.iter().enumerate() {
            // σ(z) − t without the cancellation near 1, which a weak penalty would magnify.
            let (p, not_p, t) = (sigmoid(z), sigmoid(-z), problem.labels[i]);
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
        accumulate(problem, residual, curvature, gradient, hessian);
        for j in 0..d {
            hessian[j * k + j] += 1.0;
        }
        step.copy_from_slice(gradient);
        solve(hessian, step, problem.intercept);
        let decrement: f64 = step.iter().zip(&*gradient).map(|(s, g)| s * g).sum();
        step.iter_mut().for_each(|s| *s = -*s);
        products(problem, step, z_step);
        // Backtracking: sufficient decrease, up to what rounding lets the objective show.
        let mut length = 1.0;
        loop {
            let next = objective_along(problem, &w, step, z, z_step, length);
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
        if length == 1.0 && moved <= STEP * largest {
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

fn check(problem: &Problem<'_>) -> Result<()> {
    let (n, d) = (problem.labels.len(), problem.d);
    if d == 0 || problem.x.len() != n * d {
        let (expected, got) = (format!("({n}, {d})"), format!("{} entries", problem.x.len()));
        return Err(KernelError::Shape { argument: "X", expected, got });
    }
    if n == 0 {
        return Err(KernelError::Undefined { what: "a logistic fit", why: "X has no rows".into() });
    }
    if let Some(at) = problem.x.iter().position(|x| !x.is_finite()) {
        return Err(KernelError::NotFinite { argument: "X", row: at / d, column: at % d, value: problem.x[at] });
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

/// 1 / (1 + exp(−z)) without overflow.
fn sigmoid(z: f64) -> f64 {
    let e = libm::exp(-z.abs());
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// log(1 + exp z) − t z, without overflow and without cancellation for hard labels.
fn loss(z: f64, t: f64) -> f64 {
    // softplus(z) = max(z, 0) + log1p(exp(−|z|)); max(z, 0) − t z has one sign per half line.
    let linear = if z >= 0.0 { (1.0 - t) * z } else { -t * z };
    linear + libm::log1p(libm::exp(-z.abs()))
}

/// The objective at w; leaves z = Xw + b behind.
fn objective(problem: &Problem<'_>, w: &[f64], z: &mut [f64]) -> f64 {
    products(problem, w, z);
    let losses: f64 = z.iter().enumerate().map(|(i, &z)| problem.weight(i) * loss(z, problem.labels[i])).sum();
    0.5 * w[..problem.d].iter().map(|w| w * w).sum::<f64>() + problem.c * losses
}

/// The objective at w + length·step, from the products already there.
fn objective_along(problem: &Problem<'_>, w: &[f64], step: &[f64], z: &[f64], z_step: &[f64], length: f64) -> f64 {
    let ridge: f64 = w[..problem.d].iter().zip(step).map(|(w, s)| (w + length * s) * (w + length * s)).sum();
    let mut losses = 0.0;
    for (i, (z, s)) in z.iter().zip(z_step).enumerate() {
        losses += problem.weight(i) * loss(z + length * s, problem.labels[i]);
    }
    0.5 * ridge + problem.c * losses
}

/// out = Xw + b.
fn products(problem: &Problem<'_>, w: &[f64], out: &mut [f64]) {
    let b = if problem.intercept { w[problem.d] } else { 0.0 };
    for (row, out) in problem.x.chunks_exact(problem.d).zip(out) {
        *out = dot(row, w) + b;
    }
}

/// Σ a_j b_j in eight lanes that are then added in order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
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

/// gradient += Xᵀr and hessian += XᵀVX (lower triangle), with a column of ones for the intercept.
fn accumulate(problem: &Problem<'_>, r: &[f64], v: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is all that the function requires beyond the baseline.
        return unsafe { accumulate_avx2(problem, r, v, gradient, hessian) };
    }
    accumulate_portable(problem, r, v, gradient, hessian);
}

/// The same source compiled for AVX2: element-wise work without fused operations, so the bits are the same.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn accumulate_avx2(problem: &Problem<'_>, r: &[f64], v: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
    accumulate_portable(problem, r, v, gradient, hessian);
}

#[inline(always)]
fn accumulate_portable(problem: &Problem<'_>, r: &[f64], v: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
    let d = problem.d;
    let k = d + usize::from(problem.intercept);
    // Four rows at a time: each entry of the Hessian is read and written once for four products.
    let rows = problem.x.chunks_exact(4 * d);
    let rest = rows.remainder();
    for (rows, (r, v)) in rows.zip(r.chunks_exact(4).zip(v.chunks_exact(4))) {
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
}

/// Solves Hs = b in place of b by Cholesky; H is given by its lower triangle and destroyed.
fn solve(h: &mut [f64], b: &mut [f64], intercept: bool) {
    let k = b.len();
    for j in 0..k {
        let (above, row) = h.split_at_mut(j * k);
        let row = &mut row[..=j];
        for i in 0..j {
            let pivot_row = &above[i * k..i * k + i + 1];
            row[i] = (row[i] - dot(&row[..i], &pivot_row[..i])) / pivot_row[i];
        }
        let mut pivot = row[j] - dot(&row[..j], &row[..j]);
        if intercept && j == k - 1 && pivot <= f64::EPSILON * row[j] {
            // Saturated probabilities leave no curvature along the intercept: then its step is a gradient step in units of what
            // curvature there was, and backtracking does the rest.
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
}

/// The oracle: gradient and Hessian entry by entry, Gaussian elimination, the same Newton steps with plain halving; for small
/// problems.
///
/// # Errors
/// As [`fit`].
pub fn fit_reference(problem: &Problem<'_>) -> Result<Fit> {
    check(problem)?;
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
                let p = sigmoid(z(&w, i));
                let s = problem.c * problem.weight(i);
                row[k] += s * (p - problem.labels[i]) * x(i, j);
                for (l, entry) in row[..k].iter_mut().enumerate() {
                    *entry += s * p * (1.0 - p) * x(i, j) * x(i, l);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    struct Data {
        x: Vec<f64>,
        labels: Vec<f64>,
        weights: Vec<f64>,
        d: usize,
    }

    fn data(most: usize) -> impl Strategy<Value = Data> {
        (2usize..most, 1usize..7).prop_flat_map(|(n, d)| {
            let labels = prop_oneof![
                prop::collection::vec(prop_oneof![Just(0.0), Just(1.0)], n),
                prop::collection::vec(0.0..=1.0f64, n),
            ];
            (prop::collection::vec(-3.0..3.0f64, n * d), labels, prop::collection::vec(0.1..3.0f64, n), Just(d))
                .prop_map(|(x, mut labels, weights, d)| {
                    (labels[0], labels[1]) = (0.0, 1.0);
                    Data { x, labels, weights, d }
                })
        })
    }

    fn problem(data: &Data, c: f64, intercept: bool, weighted: bool) -> Problem<'_> {
        let weights = weighted.then_some(data.weights.as_slice());
        Problem { x: &data.x, d: data.d, labels: &data.labels, weights, c, intercept }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn equals_the_obvious_newton(data in data(40), log_c in -4.0..4.0f64, intercept: bool, weighted: bool) {
            let problem = problem(&data, 10f64.powf(log_c), intercept, weighted);
            let (ours, oracle) = (fit(&problem).unwrap(), fit_reference(&problem).unwrap());
            let scale = oracle.coef.iter().fold(oracle.intercept.abs().max(1.0), |m, w| m.max(w.abs()));
            for (a, b) in ours.coef.iter().chain([&ours.intercept]).zip(oracle.coef.iter().chain([&oracle.intercept])) {
                prop_assert!((a - b).abs() <= 1e-7 * scale, "{a} {b}");
            }
        }

        #[test]
        fn more_columns_than_rows_and_repeated_rows(data in data(5), log_c in -3.0..3.0f64, intercept: bool, wider in 1usize..6) {
            let d = data.labels.len() + wider;
            let n = data.labels.len();
            let mut x: Vec<f64> = (0..n * d).map(|i| ((i * i + 7 * i) % 23) as f64 / 5.0 - 2.0 + data.x[i % data.x.len()]).collect();
            x.copy_within(0..d, (n - 1) * d);
            let problem = Problem { x: &x, d, labels: &data.labels, weights: None, c: 10f64.powf(log_c), intercept };
            let (ours, oracle) = (fit(&problem).unwrap(), fit_reference(&problem).unwrap());
            let scale = oracle.coef.iter().fold(oracle.intercept.abs().max(1.0), |m, w| m.max(w.abs()));
            for (a, b) in ours.coef.iter().chain([&ours.intercept]).zip(oracle.coef.iter().chain([&oracle.intercept])) {
                prop_assert!((a - b).abs() <= 1e-7 * scale, "{a} {b}");
            }
        }

        #[test]
        fn gradient_vanishes_at_the_fit(data in data(60), log_c in -4.0..4.0f64, intercept: bool) {
            let problem = problem(&data, 10f64.powf(log_c), intercept, true);
            let fit = fit(&problem).unwrap();
            let n = problem.labels.len();
            for j in 0..data.d + usize::from(intercept) {
                let (mut sum, mut size) = (if j < data.d { fit.coef[j] } else { 0.0 }, 1e-6);
                for i in 0..n {
                    let z = dot(&data.x[i * data.d..(i + 1) * data.d], &fit.coef) + fit.intercept;
                    let x = if j < data.d { data.x[i * data.d + j] } else { 1.0 };
                    let term = problem.c * data.weights[i] * (sigmoid(z) - data.labels[i]) * x;
                    sum += term;
                    size += term.abs();
                }
                prop_assert!(sum.abs() <= 1e-6 * size.max(1.0), "{sum} of {size}");
            }
        }

        #[test]
        fn a_weight_is_a_number_of_copies(data in data(15), copies in prop::collection::vec(0usize..4, 15), intercept: bool) {
            let n = data.labels.len();
            let mut copies = copies[..n].to_vec();
            (copies[0], copies[1]) = (1, 2);
            let weights: Vec<f64> = copies.iter().map(|&c| c as f64).collect();
            let (mut x, mut labels) = (Vec::new(), Vec::new());
            for (i, &times) in copies.iter().enumerate() {
                for _ in 0..times {
                    x.extend_from_slice(&data.x[i * data.d..(i + 1) * data.d]);
                    labels.push(data.labels[i]);
                }
            }
            let repeated = Problem { x: &x, d: data.d, labels: &labels, weights: None, c: 2.0, intercept };
            let weighted = Problem { weights: Some(&weights), ..problem(&data, 2.0, intercept, false) };
            let (a, b) = (fit(&repeated).unwrap(), fit(&weighted).unwrap());
            for (a, b) in a.coef.iter().zip(&b.coef) {
                prop_assert!((a - b).abs() < 1e-8 * b.abs().max(1.0));
            }
        }

        #[test]
        fn batch_has_the_bits_of_single_fits_for_any_threads(many in prop::collection::vec(data(30), 1..6), log_c in -2.0..2.0f64) {
            let problems: Vec<_> = many.iter().map(|d| problem(d, 10f64.powf(log_c), true, false)).collect();
            let single: Vec<_> = problems.iter().map(|p| fit(p).unwrap()).collect();
            for n_threads in [1, 2, 7] {
                prop_assert_eq!(&fit_batch(&problems, Some(n_threads)).unwrap(), &single);
            }
        }

        #[test]
        fn vector_paths_agree_bit_for_bit(data in data(40), intercept: bool) {
            let problem = problem(&data, 1.0, intercept, false);
            let n = problem.labels.len();
            let k = data.d + usize::from(intercept);
            let (mut g, mut h) = ((vec![0.0; k], vec![0.0; k]), (vec![0.0; k * k], vec![0.0; k * k]));
            accumulate(&problem, &data.weights[..n], &data.weights[..n], &mut g.0, &mut h.0);
            accumulate_portable(&problem, &data.weights[..n], &data.weights[..n], &mut g.1, &mut h.1);
            prop_assert_eq!((g.0, h.0), (g.1, h.1));
        }
    }

    #[test]
    fn one_point_pair_in_closed_form() {
        // Points ±1 with labels 1, 0 and no intercept: w = 2C σ(−w).
        let fit = fit(&Problem { x: &[1.0, -1.0], d: 1, labels: &[1.0, 0.0], weights: None, c: 0.5, intercept: false })
            .unwrap();
        let w = fit.coef[0];
        assert!((w - sigmoid(-w)).abs() < 1e-15);
    }

    #[test]
    fn separable_data_converge_for_weak_penalties() {
        let x: Vec<f64> = (0..40).map(|i| f64::from(i) - 19.5).collect();
        let labels: Vec<f64> = x.iter().map(|x| f64::from(u8::from(*x > 0.0))).collect();
        for log_c in -6..=12 {
            let problem =
                Problem { x: &x, d: 1, labels: &labels, weights: None, c: 10f64.powi(log_c), intercept: true };
            let fit = fit(&problem).unwrap();
            assert!(fit.coef[0] > 0.0 && fit.intercept.abs() < 1e-6, "{fit:?}");
        }
    }

    #[test]
    fn input_outside_the_domain_is_named() {
        let base = Problem { x: &[1.0, 2.0], d: 1, labels: &[0.0, 1.0], weights: None, c: 1.0, intercept: true };
        let message = |p: Problem<'_>| fit(&p).unwrap_err().to_string();
        assert!(message(Problem { x: &[1.0, f64::NAN], ..base }).contains("X has NaN at row 1, column 0"));
        assert!(message(Problem { labels: &[0.0, 1.5], ..base }).contains("y has 1.5 at index 1"));
        assert!(message(Problem { weights: Some(&[1.0, -1.0]), ..base }).contains("sample_weight has -1 at index 1"));
        assert!(message(Problem { weights: Some(&[1.0]), ..base }).starts_with("sample_weight has shape (1,)"));
        assert!(message(Problem { c: 0.0, ..base }).starts_with("C is 0"));
        assert!(message(Problem { labels: &[1.0, 1.0], ..base }).contains("single class"));
        assert!(message(Problem { weights: Some(&[1.0, 0.0]), ..base }).contains("single class"));
        assert!(message(Problem { x: &[], labels: &[], ..base }).contains("no rows"));
        assert!(message(Problem { x: &[1.0], ..base }).starts_with("X has shape"));
        assert!(fit(&Problem { labels: &[1.0, 1.0], intercept: false, ..base }).is_ok());
    }
}
