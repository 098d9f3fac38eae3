//! Trials of weak-to-strong training on the Gaussian mixture: sample, fit, evaluate, keep only the accuracies.
//!
//! One replicate draws θ ~ U[0, 1]^d (unless given), then three samples of equal counts: *train*, *pseudo-label*,
//! *test* (Shin, Cooper, Sala 2025, section 4). The weak model is fitted to the easy block of the train sample, the
//! ceiling to all of it, both with true labels and without an intercept. Students are fitted to points of the
//! pseudo-label sample with the weak model's labels: all points of chosen regions, or a mix of overlap and other points
//! at a fixed size. All students of a replicate share its draws. Accuracies are counted on the test sample and computed
//! for the population ([`mixture::linear_accuracy`]).
//!
//! Work item = replicate, with its own stream: any subset, order or number of threads gives the same rows.
//! Cost: 3 n d normals, and a fit of n points for the weak model, the ceiling and each student.

use rayon::prelude::*;

use crate::logistic::{self, Problem, Workspace};
use crate::mixture::{GaussianMixture, Noise, linear_accuracy};
use crate::normal::Normals;
use crate::regions::{Counts, REGIONS, Region};
use crate::streams::Streams;
use crate::uniform::{below_wide, shuffle, unit};
use crate::{Call, KernelError, Result};

/// Accuracies per model: one for each region, then overall.
pub const COLUMNS: usize = REGIONS + 1;
/// Weak, ceiling, student.
pub const MODELS: usize = 3;

/// What all replicates share.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Points of each region in every sample.
    pub counts: Counts,
    /// Size of the easy block.
    pub d_easy: usize,
    /// Size of the hard block.
    pub d_hard: usize,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// What absent blocks hold.
    pub noise: Noise,
    /// The means, or `None` to draw them from U[0, 1]^d in each replicate.
    pub theta: Option<Vec<f64>>,
    /// Inverse penalty of the weak model.
    pub weak_c: f64,
    /// Inverse penalty of the ceiling.
    pub ceiling_c: f64,
}

/// How a student learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Learner {
    /// Ridge-logistic regression.
    Logistic {
        /// Inverse penalty.
        c: f64,
        /// Whether it has an unpenalised intercept.
        intercept: bool,
    },
    /// w = mean of ŷ x: the limit of ridge-logistic regression without intercept as the penalty grows.
    Averaging,
}

/// On which of the pseudo-labelled points a student is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Diet {
    /// All points of the marked regions.
    Regions([bool; REGIONS]),
    /// min(#overlap, #others) points, this share of them overlap points, drawn without replacement; shares are nested.
    Mix(f64),
}

/// One student.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Student {
    /// How it learns.
    pub learner: Learner,
    /// On what it is trained.
    pub diet: Diet,
}

/// How the student of a row came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Fitted.
    Fitted = 0,
    /// Its pseudo-labels were all of one class: with an intercept the student is the constant classifier of that class.
    SingleClass = 1,
    /// It had no point to learn from; its accuracies are NaN.
    Untrained = 2,
}

/// One replicate and student.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// How the student came about.
    pub status: Status,
    /// Points it was trained on.
    pub size: usize,
    /// Share of wrong pseudo-labels among overlap points; NaN without any.
    pub alpha: f64,
    /// Accuracy on the test sample by model (weak, ceiling, student) and region, overall last; NaN where there are no
    /// points.
    pub test: [[f64; COLUMNS]; MODELS],
    /// The same for the population.
    pub population: [[f64; COLUMNS]; MODELS],
}

/// A linear classifier: +1 where coef·x + intercept > 0.
#[derive(Debug, Clone)]
struct Linear {
    coef: Vec<f64>,
    intercept: f64,
}

/// A labelled sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// (n, d) in row-major order; rows in the order of the regions.
    pub x: Vec<f64>,
    /// (n,) labels, ±1.
    pub y: Vec<i8>,
}

/// The draws of one replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// The means.
    pub theta: Vec<f64>,
    /// Train, pseudo-label and test sample.
    pub samples: [Points; 3],
    /// Orders in which mixes take overlap points, and others: row numbers of the pseudo-label sample.
    pub orders: [Vec<usize>; 2],
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
    let streams = Streams::new(key, "trials");
    let rows: Vec<Result<Vec<Row>>> = call.install(|| {
        replicates
            .par_iter()
            .map_init(Workspace::default, |workspace, &replicate| {
                trial(setting, students, &streams, replicate, workspace, call).map_err(|error| locate(error, replicate))
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
    draw(setting, &Streams::new(key, "trials"), replicate, call)
}

fn check(setting: &Setting, students: &[Student]) -> Result<()> {
    let d = setting.d_easy + setting.d_hard;
    if setting.d_easy == 0 {
        let requirement = "at least 1: the weak model sees the easy block only";
        return Err(KernelError::Parameter { argument: "d_easy", value: "0".into(), requirement });
    }
    if let Some(theta) = &setting.theta
        && theta.len() != d
    {
        let (expected, got) = (format!("({d},)"), format!("({},)", theta.len()));
        return Err(KernelError::Shape { argument: "theta", expected, got });
    }
    let positive = |argument, c: f64| {
        let requirement = "positive and finite";
        let bad = !(c > 0.0 && c.is_finite());
        if bad { Err(KernelError::Parameter { argument, value: c.to_string(), requirement }) } else { Ok(()) }
    };
    positive("weak_C", setting.weak_c)?;
    positive("ceiling_C", setting.ceiling_c)?;
    for student in students {
        if let Learner::Logistic { c, .. } = student.learner {
            positive("C of a student", c)?;
        }
        if let Diet::Mix(share) = student.diet
            && !(0.0..=1.0).contains(&share)
        {
            let requirement = "in [0, 1]";
            return Err(KernelError::Parameter {
                argument: "share of a student",
                value: share.to_string(),
                requirement,
            });
        }
    }
    let theta = setting.theta.clone().unwrap_or_else(|| vec![0.0; d]);
    GaussianMixture::new(&theta, setting.sigma, setting.d_easy, setting.noise)?;
    if setting.counts.points(d)? == 0 {
        return Err(KernelError::Undefined { what: "a trial", why: "counts has no points".into() });
    }
    Ok(())
}

fn draw(setting: &Setting, streams: &Streams, replicate: u64, call: Call<'_>) -> Result<Draws> {
    let mut normals = Normals::new(streams.item(replicate));
    let theta = match &setting.theta {
        Some(theta) => theta.clone(),
        None => (0..setting.d_easy + setting.d_hard).map(|_| unit(normals.word())).collect(),
    };
    let mixture = GaussianMixture::new(&theta, setting.sigma, setting.d_easy, setting.noise)?;
    let (counts, n) = (&setting.counts, setting.counts.points(theta.len())?);
    let mut sample = || {
        let mut points = Points { x: vec![0.0; n * mixture.d()], y: vec![0; n] };
        mixture.sample_from(counts, &mut normals, &mut points.x, &mut points.y, call).map(|()| points)
    };
    let samples = [sample()?, sample()?, sample()?];
    let overlap = counts.rows(Region::Overlap);
    let others: Vec<usize> = (0..n).filter(|row| !overlap.contains(row)).collect();
    let mut orders = [overlap.collect(), others];
    for rows in &mut orders {
        shuffle(rows, |n| below_wide(n, normals.word()));
    }
    Ok(Draws { theta, samples, orders })
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
    let Draws { theta, samples: [train, pseudo, test], orders } = draw(setting, streams, replicate, call)?;
    let mixture = GaussianMixture::new(&theta, setting.sigma, setting.d_easy, setting.noise)?;
    let d = mixture.d();
    let weak = {
        // A zeroed easy block contributes nothing to a fit without intercept.
        let silent = |region: &Region| setting.noise == Noise::Zeroed && !region.is_easy();
        let heard = Region::ALL.into_iter().filter(|region| !silent(region));
        let rows: Vec<usize> = heard.flat_map(|region| setting.counts.rows(region)).collect();
        let x = gather(&train.x, d, &rows, setting.d_easy);
        let labels: Vec<f64> = rows.iter().map(|&row| target(train.y[row])).collect();
        let mut coef = fit(&x, setting.d_easy, &labels, setting.weak_c, false, workspace, call)?.coef;
        coef.resize(d, 0.0);
        Linear { coef, intercept: 0.0 }
    };
    let labels: Vec<f64> = train.y.iter().map(|&y| target(y)).collect();
    let ceiling = fit(&train.x, d, &labels, setting.ceiling_c, false, workspace, call)?;
    let said: Vec<i8> = pseudo.x.chunks_exact(d).map(|x| weak.predict(x)).collect();
    let overlap = setting.counts.rows(Region::Overlap);
    let wrong = overlap.clone().filter(|&row| said[row] != pseudo.y[row]).count();
    let alpha = wrong as f64 / overlap.len() as f64;
    let evaluate = |model: &Linear| -> Result<([f64; COLUMNS], [f64; COLUMNS])> {
        Ok((on_sample(&setting.counts, model, &test), on_population(&mixture, &setting.counts, model)?))
    };
    let (weak, ceiling) = (evaluate(&weak)?, evaluate(&ceiling)?);
    let mut rows = Vec::with_capacity(students.len());
    for student in students {
        let chosen = choose(student.diet, &setting.counts, &orders);
        let (status, model) = learn(student.learner, &pseudo.x, d, &said, &chosen, workspace, call)?;
        let own = match &model {
            Some(model) => evaluate(model)?,
            None => ([f64::NAN; COLUMNS], [f64::NAN; COLUMNS]),
        };
        rows.push(Row {
            status,
            size: chosen.len(),
            alpha,
            test: [weak.0, ceiling.0, own.0],
            population: [weak.1, ceiling.1, own.1],
        });
    }
    Ok(rows)
}

/// A fit that fails inside a trial is named by its replicate.
fn locate(error: KernelError, replicate: u64) -> KernelError {
    match error {
        KernelError::NotConverged { iterations, gradient, .. } => KernelError::NotConverged {
            problem: usize::try_from(replicate).unwrap_or(usize::MAX),
            iterations,
            gradient,
        },
        other => other,
    }
}

fn target(y: i8) -> f64 {
    f64::from(u8::from(y > 0))
}

/// The first `width` columns of the rows.
fn gather(x: &[f64], d: usize, rows: &[usize], width: usize) -> Vec<f64> {
    rows.iter().flat_map(|&row| &x[row * d..row * d + width]).copied().collect()
}

fn fit(
    x: &[f64],
    d: usize,
    labels: &[f64],
    c: f64,
    intercept: bool,
    workspace: &mut Workspace,
    call: Call<'_>,
) -> Result<Linear> {
    if labels.is_empty() {
        return Ok(Linear { coef: vec![0.0; d], intercept: 0.0 }); // the penalty alone
    }
    let problem = Problem { x, d, labels, weights: None, c, intercept };
    let fit = logistic::fit_in(&problem, 0, workspace, call)?;
    Ok(Linear { coef: fit.coef, intercept: fit.intercept })
}

/// Row numbers of the pseudo-label sample on which the student is trained.
fn choose(diet: Diet, counts: &Counts, orders: &[Vec<usize>; 2]) -> Vec<usize> {
    match diet {
        Diet::Regions(marked) => {
            let chosen = Region::ALL.into_iter().filter(|region| marked[region.code()]);
            chosen.flat_map(|region| counts.rows(region)).collect()
        }
        Diet::Mix(share) => {
            let size = orders[0].len().min(orders[1].len());
            let overlap = (share * size as f64).round() as usize;
            let mut rows = [&orders[0][..overlap], &orders[1][..size - overlap]].concat();
            rows.sort_unstable();
            rows
        }
    }
}

fn learn(
    learner: Learner,
    x: &[f64],
    d: usize,
    said: &[i8],
    chosen: &[usize],
    workspace: &mut Workspace,
    call: Call<'_>,
) -> Result<(Status, Option<Linear>)> {
    let Some(&first) = chosen.first() else { return Ok((Status::Untrained, None)) };
    match learner {
        Learner::Averaging => {
            let mut coef = vec![0.0; d];
            for &row in chosen {
                coef.iter_mut().zip(&x[row * d..(row + 1) * d]).for_each(|(w, x)| *w += f64::from(said[row]) * x);
            }
            coef.iter_mut().for_each(|w| *w /= chosen.len() as f64);
            Ok((Status::Fitted, Some(Linear { coef, intercept: 0.0 })))
        }
        Learner::Logistic { intercept: true, .. } if chosen.iter().all(|&row| said[row] == said[first]) => {
            let constant = Linear { coef: vec![0.0; d], intercept: f64::from(said[first]) };
            Ok((Status::SingleClass, Some(constant)))
        }
        Learner::Logistic { c, intercept } => {
            let labels: Vec<f64> = chosen.iter().map(|&row| target(said[row])).collect();
            let model = fit(&gather(x, d, chosen, d), d, &labels, c, intercept, workspace, call)?;
            Ok((Status::Fitted, Some(model)))
        }
    }
}

impl Linear {
    fn predict(&self, x: &[f64]) -> i8 {
        let z: f64 = self.coef.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + self.intercept;
        if z > 0.0 { 1 } else { -1 }
    }
}

fn on_sample(counts: &Counts, model: &Linear, test: &Points) -> [f64; COLUMNS] {
    let d = model.coef.len();
    let right: Vec<bool> = test.x.chunks_exact(d).zip(&test.y).map(|(x, &y)| model.predict(x) == y).collect();
    let share = |right: &[bool]| right.iter().filter(|r| **r).count() as f64 / right.len() as f64;
    let mut out = [0.0; COLUMNS];
    for region in Region::ALL {
        out[region.code()] = share(&right[counts.rows(region)]);
    }
    out[REGIONS] = share(&right);
    out
}

fn on_population(mixture: &GaussianMixture<'_>, counts: &Counts, model: &Linear) -> Result<[f64; COLUMNS]> {
    let regions = linear_accuracy(mixture, &model.coef, model.intercept)?;
    let mut out = [0.0; COLUMNS];
    out[..REGIONS].copy_from_slice(&regions);
    let weighted = regions.iter().zip(counts.0).map(|(a, count)| count as f64 * a).sum::<f64>();
    out[REGIONS] = weighted / counts.0.iter().sum::<usize>() as f64;
    Ok(out)
}

#[cfg(test)]
mod tests;
