//! Trials of delta learning on the Gaussian mixture: a student learns from the difference of two weak teachers.
//!
//! One replicate draws a sample ([`mixture`](crate::mixture)). Two fixed teachers, which see the easy block only, label
//! it by the sign of ŵ·x_e (−1 at 0); each point's preference, "the chosen teacher is right", is turned round with
//! probability `flip`. A student w₀ (or 0) is then taught. With labels ℓ on the points it learns from and N points in
//! all it becomes
//!   averaging:  w₀ + η·(1/N) Σ ℓ x,
//!   logistic:   w₀ + η·u,  u minimises ½‖u‖² + C Σ log(1 + exp(−ℓ(o + u·x))).
//! *Delta*: the points on which the teachers disagree, ℓ what the chosen one says (the rejected one, if turned round),
//! and o = 0: the logistic form of preference tuning (DPO) against the reference w₀. *Reversed*: the same with −ℓ.
//! *Chosen* and *rejected*: supervised training on one teacher, all points with its labels and o = w₀·x, hence a ridge
//! towards w₀. Accuracies are those of the population ([`linear_accuracy`]). Domain: teachers that are not 0, σ > 0,
//! C > 0, η > 0.
//!
//! Work item = replicate, with its own stream: the sample, then one word per point for its flip. Any subset, order or
//! number of threads gives the same rows. Cost: N·d normals, and a fit for each logistic student.
//! Source: Geng et al. 2025 (delta learning), Rafailov et al. 2023 (the preference loss).

use rayon::prelude::*;

use crate::logistic::{Problem, Workspace, fit_offset_in};
use crate::mixture::{GaussianMixture, Noise, linear_accuracy};
use crate::normal::Normals;
use crate::regions::{Counts, REGIONS};
use crate::streams::Streams;
use crate::uniform::unit;
use crate::{Call, KernelError, Result};

/// What all replicates share.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Points of each region: easy, hard, overlap, neither.
    pub counts: Counts,
    /// The means, (d,).
    pub theta: Vec<f64>,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// What absent blocks hold.
    pub noise: Noise,
    /// Coefficients of the chosen teacher on the easy block, (`d_easy`,).
    pub chosen: Vec<f64>,
    /// Those of the rejected one.
    pub rejected: Vec<f64>,
    /// Coefficients of the student before it is taught, (d,), or `None` for 0.
    pub reference: Option<Vec<f64>>,
    /// Probability that a preference is turned round.
    pub flip: f64,
}

/// Whose labels a student learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    /// The chosen teacher's, where the two disagree.
    Delta,
    /// The rejected teacher's, where the two disagree.
    Reversed,
    /// The chosen teacher's, everywhere.
    Chosen,
    /// The rejected teacher's, everywhere.
    Rejected,
}

/// One student.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Student {
    /// Inverse penalty of its logistic regression, or `None` to average.
    pub c: Option<f64>,
    /// η.
    pub step: f64,
    /// Whose labels it learns.
    pub labels: Labels,
}

/// One replicate and student.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Whether it had a point to learn from; if not, it stays what it was.
    pub taught: bool,
    /// Points it learned from.
    pub size: usize,
    /// Right labels among them less wrong ones.
    pub balance: i64,
    /// Population accuracy by region.
    pub accuracy: [f64; REGIONS],
}

/// The draws of one replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// (N, d) in row-major order; rows in the order of the regions.
    pub x: Vec<f64>,
    /// (N,) labels, ±1.
    pub y: Vec<i8>,
    /// (N,) whether the point's preference is turned round.
    pub flipped: Vec<bool>,
}

/// Runs every replicate; rows come replicate by replicate, students in order within.
///
/// # Errors
/// [`KernelError`] for a setting or a student outside its domain, or a fit that does not converge.
pub fn run<'a>(
    setting: &Setting,
    students: &[Student],
    key: &[u8; 32],
    replicates: &[u64],
    call: impl Into<Call<'a>>,
) -> Result<Vec<Row>> {
    let call = call.into();
    check(setting, students)?;
    let streams = Streams::new(key, "delta");
    let rows: Vec<Result<Vec<Row>>> = call.install(|| {
        replicates
            .par_iter()
            .map_init(Workspace::default, |workspace, &replicate| {
                trial(setting, students, &streams, replicate, workspace, call)
            })
            .collect()
    })?;
    Ok(rows.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// The draws of one replicate, as [`run`] uses them.
///
/// # Errors
/// [`KernelError`] for a setting outside its domain.
pub fn draws(setting: &Setting, key: &[u8; 32], replicate: u64, call: Call<'_>) -> Result<Draws> {
    check(setting, &[])?;
    draw(setting, &mixture_of(setting)?, &Streams::new(key, "delta"), replicate, call)
}

fn mixture_of(setting: &Setting) -> Result<GaussianMixture<'_>> {
    GaussianMixture::new(&setting.theta, setting.sigma, setting.chosen.len(), setting.noise)
}

fn check(setting: &Setting, students: &[Student]) -> Result<()> {
    let d = setting.theta.len();
    mixture_of(setting)?;
    if setting.counts.points(d)? == 0 {
        return Err(KernelError::Undefined { what: "a trial", why: "counts has no points".into() });
    }
    let (first, second) = (setting.chosen.len(), setting.rejected.len());
    if first != second {
        let (expected, got) = (format!("({first},)"), format!("({second},)"));
        return Err(KernelError::Shape { argument: "rejected", expected, got });
    }
    for (argument, teacher) in [("chosen", &setting.chosen), ("rejected", &setting.rejected)] {
        finite(argument, teacher)?;
        if teacher.iter().all(|&w| w == 0.0) {
            return Err(KernelError::Undefined { what: argument, why: "every coefficient is 0".into() });
        }
    }
    if let Some(reference) = &setting.reference {
        if reference.len() != d {
            let (expected, got) = (format!("({d},)"), format!("({},)", reference.len()));
            return Err(KernelError::Shape { argument: "reference", expected, got });
        }
        finite("reference", reference)?;
    }
    if !(0.0..=1.0).contains(&setting.flip) {
        let requirement = "in [0, 1]";
        return Err(KernelError::Parameter { argument: "flip", value: setting.flip.to_string(), requirement });
    }
    for student in students {
        for (argument, value) in [("C of a student", student.c.unwrap_or(1.0)), ("step of a student", student.step)] {
            if !(value > 0.0 && value.is_finite()) {
                let requirement = "positive and finite";
                return Err(KernelError::Parameter { argument, value: value.to_string(), requirement });
            }
        }
    }
    Ok(())
}

fn finite(argument: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|w| !w.is_finite()) {
        Some(index) => Err(KernelError::NotFiniteAt { argument, index, value: values[index] }),
        None => Ok(()),
    }
}

fn draw(
    setting: &Setting,
    mixture: &GaussianMixture<'_>,
    streams: &Streams,
    replicate: u64,
    call: Call<'_>,
) -> Result<Draws> {
    let mut normals = Normals::new(streams.item(replicate));
    let n = setting.counts.points(mixture.d())?;
    let (mut x, mut y) = (vec![0.0; n * mixture.d()], vec![0; n]);
    mixture.sample_from(&setting.counts, &mut normals, &mut x, &mut y, call)?;
    let flipped = (0..y.len()).map(|_| unit(normals.word()) < setting.flip).collect();
    Ok(Draws { x, y, flipped })
}

fn trial(
    setting: &Setting,
    students: &[Student],
    streams: &Streams,
    replicate: u64,
    workspace: &mut Workspace,
    call: Call<'_>,
) -> Result<Vec<Row>> {
    call.check()?;
    let mixture = mixture_of(setting)?;
    let Draws { x, y, flipped } = draw(setting, &mixture, streams, replicate, call)?;
    let d = mixture.d();
    let says = |teacher: &[f64]| -> Vec<i8> { x.chunks_exact(d).map(|x| sign(product(teacher, x))).collect() };
    let (chosen, rejected) = (says(&setting.chosen), says(&setting.rejected));
    let lesson = |labels: Labels| -> Vec<(usize, i8)> {
        let preferred = |row: usize| if flipped[row] { rejected[row] } else { chosen[row] };
        let apart = (0..y.len()).filter(|&row| chosen[row] != rejected[row]);
        match labels {
            Labels::Delta => apart.map(|row| (row, preferred(row))).collect(),
            Labels::Reversed => apart.map(|row| (row, -preferred(row))).collect(),
            Labels::Chosen => chosen.iter().copied().enumerate().collect(),
            Labels::Rejected => rejected.iter().copied().enumerate().collect(),
        }
    };
    let mut rows = Vec::with_capacity(students.len());
    for student in students {
        call.check()?;
        let lesson = lesson(student.labels);
        let coef = teach(setting, student, &x, y.len(), &lesson, replicate, workspace, call)?;
        rows.push(Row {
            taught: !lesson.is_empty(),
            size: lesson.len(),
            balance: lesson.iter().map(|&(row, label)| i64::from(label * y[row])).sum(),
            accuracy: linear_accuracy(&mixture, &coef, 0.0)?,
        });
    }
    Ok(rows)
}

/// What the student becomes by this lesson: rows of `x` and their labels.
#[expect(clippy::too_many_arguments, reason = "what a replicate has at hand")]
fn teach(
    setting: &Setting,
    student: &Student,
    x: &[f64],
    n: usize,
    lesson: &[(usize, i8)],
    replicate: u64,
    workspace: &mut Workspace,
    call: Call<'_>,
) -> Result<Vec<f64>> {
    let d = setting.theta.len();
    let mut coef = setting.reference.clone().unwrap_or_else(|| vec![0.0; d]);
    if lesson.is_empty() {
        return Ok(coef);
    }
    let learned = match student.c {
        None => {
            let mut sum = vec![0.0; d];
            for &(row, label) in lesson {
                sum.iter_mut().zip(&x[row * d..(row + 1) * d]).for_each(|(w, x)| *w += f64::from(label) * x);
            }
            sum.iter_mut().for_each(|w| *w /= n as f64);
            sum
        }
        Some(c) => {
            let points: Vec<f64> = lesson.iter().flat_map(|&(row, _)| &x[row * d..(row + 1) * d]).copied().collect();
            let labels: Vec<f64> = lesson.iter().map(|&(_, label)| f64::from(u8::from(label > 0))).collect();
            let supervised = matches!(student.labels, Labels::Chosen | Labels::Rejected);
            let offset: Option<Vec<f64>> = (supervised && setting.reference.is_some())
                .then(|| points.chunks_exact(d).map(|x| product(&coef, x)).collect());
            let problem = Problem { x: &points, d, labels: &labels, weights: None, c, intercept: false };
            let number = usize::try_from(replicate).unwrap_or(usize::MAX);
            fit_offset_in(&problem, offset.as_deref(), number, workspace, call)?.coef
        }
    };
    coef.iter_mut().zip(&learned).for_each(|(w, u)| *w += student.step * u);
    Ok(coef)
}

/// Σ w_j x_j over the coordinates that the coefficients have.
fn product(coef: &[f64], x: &[f64]) -> f64 {
    coef.iter().zip(x).map(|(w, x)| w * x).sum()
}

fn sign(z: f64) -> i8 {
    if z > 0.0 { 1 } else { -1 }
}

#[cfg(test)]
mod tests;
