//! Trials of forecasting: domains that move are sampled, averaged, and forecast to later ones.
//!
//! Source domain t = 1 … T has points x = yθ_t + σz, y uniform on ±1, z standard normal, with labels ŷ that are right with
//! probability a, independently of z: 1 for true labels, less for a teacher that sees another block. w_t is the mean of
//! ŷx over its n_t points. Two kinds of students are formed of w_1 … w_T for every target, whose domain is k steps after T:
//!
//! - *linear*, a weight per domain: ŵ = Σ a_t w_t;
//! - *transition*: with U the left singular vectors of (√n_t w_t) whose singular values exceed s(√d + √T), where s is the
//!   standard deviation within domains, and z_t = Uᵀw_t, the orthogonal R that brings z_1 … z_{T−1} nearest to z_2 … z_T
//!   (weights n_t n_{t+1}/(n_t + n_{t+1})) carries every domain to the target: ŵ = w̄ + U(Σ n_t R^{T+k−t} z_t/n − Uᵀw̄),
//!   where w̄ = Σ n_t w_t/n. It is the linear counterpart of Pham, Zhang, Zhang (UAI 2024).
//!
//! The accuracy in a target domain of mean θ is Φ(ŵ·θ/(σ‖ŵ‖)), in closed form; ½ for ŵ = 0.
//!
//! Work item = replicate, with its own stream (per point a word, bit 0 the label and bits 11–63 whether ŷ is right, then d
//! normals): any subset, order or number of threads gives the same rows. Domain: T ≥ 2, n_t ≥ 1 and some n_t ≥ 2, σ positive.
//! Cost: Σ n_t d normals, and O(T²d) per sweep of a Jacobi method.

mod orthogonal;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::normal::{self, Normals};
use crate::streams::Streams;
use crate::{Call, KernelError, Result};
use orthogonal::{dot, nearest_orthogonal, singular};

/// What all replicates share.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Dimensions d.
    pub d: usize,
    /// Means of the source domains, (T, d) in row-major order.
    pub sources: Vec<f64>,
    /// Points of each source domain, (T,).
    pub counts: Vec<usize>,
    /// Means of the target domains, (H, d).
    pub targets: Vec<f64>,
    /// Steps from the last source domain to each target, (H,).
    pub horizons: Vec<usize>,
    /// Weights of linear students, (S, H, T).
    pub weights: Vec<f64>,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Probability that a label is right.
    pub accuracy: f64,
    /// Rank of the transition, or `None` to count singular values beyond the noise's edge.
    pub rank: Option<usize>,
}

/// One replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Accuracies of the linear students, (S, H).
    pub linear: Vec<f64>,
    /// Accuracies of the transition student, (H,).
    pub transition: Vec<f64>,
    /// Rank that was used.
    pub rank: usize,
    /// Mean of ŷy in each source domain, (T,).
    pub agreements: Vec<f64>,
}

/// The draws of one replicate, domains one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// (n, d) in row-major order.
    pub x: Vec<f64>,
    /// True labels ±1, (n,).
    pub y: Vec<i8>,
    /// Labels ŷ = ±1 that the students see, (n,).
    pub said: Vec<i8>,
}

/// What the students learn from.
struct Averages {
    /// w_t, (T, d).
    means: Vec<f64>,
    agreements: Vec<f64>,
    /// Variance of a coordinate within domains.
    variance: f64,
}

/// Runs every replicate.
///
/// # Errors
/// [`KernelError`] for a setting outside its domain.
pub fn run<'a>(setting: &Setting, key: &[u8; 32], replicates: &[u64], call: impl Into<Call<'a>>) -> Result<Vec<Row>> {
    let call = call.into();
    check(setting)?;
    let streams = Streams::new(key, "drift");
    let trial = |&replicate: &u64| {
        let averages = averages(setting, &mut Normals::new(streams.item(replicate)), call, |_, _, _| ())?;
        Ok(evaluate(setting, averages))
    };
    call.install(|| replicates.par_iter().map(trial).collect())?
}

/// The draws of one replicate, as [`run`] uses them.
///
/// # Errors
/// [`KernelError`] for a setting outside its domain.
pub fn draws(setting: &Setting, key: &[u8; 32], replicate: u64, call: Call<'_>) -> Result<Draws> {
    check(setting)?;
    let mut normals = Normals::new(Streams::new(key, "drift").item(replicate));
    let mut draws = Draws { x: Vec::new(), y: Vec::new(), said: Vec::new() };
    averages(setting, &mut normals, call, |x, y, said| {
        draws.x.extend_from_slice(x);
        draws.y.push(y);
        draws.said.push(said);
    })?;
    Ok(draws)
}

fn check(setting: &Setting) -> Result<()> {
    let Setting { d, counts, horizons, .. } = setting;
    let parameter = |argument, value: String, requirement| Err(KernelError::Parameter { argument, value, requirement });
    let (t, h) = (counts.len(), horizons.len());
    if *d == 0 {
        return parameter("d", "0".into(), "at least 1");
    }
    if t < 2 {
        return parameter("counts", format!("{counts:?}"), "of at least two domains");
    }
    for (argument, values, expected) in
        [("sources", &setting.sources, format!("({t}, {d})")), ("targets", &setting.targets, format!("({h}, {d})"))]
    {
        if values.len() != d * if argument == "sources" { t } else { h } {
            return Err(KernelError::Shape { argument, expected, got: format!("{} entries", values.len()) });
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(KernelError::NotFinite { argument, row: at / d, column: at % d, value: values[at] });
        }
    }
    if !setting.weights.len().is_multiple_of((h * t).max(1)) {
        let (expected, got) = (format!("(students, {h}, {t})"), format!("{} entries", setting.weights.len()));
        return Err(KernelError::Shape { argument: "weights", expected, got });
    }
    if let Some(index) = setting.weights.iter().position(|weight| !weight.is_finite()) {
        return Err(KernelError::NotFiniteAt { argument: "weights", index, value: setting.weights[index] });
    }
    if let Some(index) = counts.iter().position(|&n| n == 0) {
        let (low, high) = (1.0, f64::INFINITY);
        return Err(KernelError::OutOfRange { argument: "counts", index, value: 0.0, low, high });
    }
    if counts.iter().all(|&n| n == 1) {
        let why = "counts has one point in every domain".into();
        return Err(KernelError::Undefined { what: "the noise within domains", why });
    }
    if let Some(index) = horizons.iter().position(|&k| k == 0) {
        let (low, high) = (1.0, f64::INFINITY);
        return Err(KernelError::OutOfRange { argument: "horizons", index, value: 0.0, low, high });
    }
    if !(setting.sigma > 0.0 && setting.sigma.is_finite()) {
        return parameter("sigma", setting.sigma.to_string(), "positive and finite");
    }
    if !(0.0..=1.0).contains(&setting.accuracy) {
        return parameter("accuracy", setting.accuracy.to_string(), "in [0, 1]");
    }
    match setting.rank {
        Some(rank) if rank == 0 || rank > t.min(*d) => {
            parameter("rank", rank.to_string(), "between 1 and the numbers of domains and of dimensions")
        }
        _ => Ok(()),
    }
}

/// Uniform on [0, 1), 53 bits.
fn unit(word: u64) -> f64 {
    (word >> 11) as f64 / (1u64 << 53) as f64
}

/// Draws every point, shows it to `see` with its label and ŷ, and averages.
fn averages(
    setting: &Setting,
    normals: &mut Normals,
    call: Call<'_>,
    mut see: impl FnMut(&[f64], i8, i8),
) -> Result<Averages> {
    let Setting { d, sources, counts, sigma, accuracy, .. } = setting;
    let mut means = vec![0.0; sources.len()];
    let mut agreements = vec![0.0; counts.len()];
    let (mut point, mut square) = (vec![0.0; *d], vec![0.0; *d]);
    let (mut squares, mut total) = (0.0, 0usize);
    for (t, &count) in counts.iter().enumerate() {
        let (theta, mean) = (&sources[t * d..(t + 1) * d], &mut means[t * d..(t + 1) * d]);
        let mut agreed = 0i64;
        square.fill(0.0);
        for _ in 0..count {
            call.check()?;
            let word = normals.word();
            let y: i8 = if word & 1 == 1 { 1 } else { -1 };
            let said = if unit(word) < *accuracy { y } else { -y };
            let sign = f64::from(y);
            for (x, theta) in point.iter_mut().zip(theta) {
                *x = sign * theta + sigma * normals.draw();
            }
            let sign = f64::from(said);
            for ((w, square), x) in mean.iter_mut().zip(&mut square).zip(&point) {
                *w += sign * x;
                *square += x * x;
            }
            agreed += i64::from(said * y);
            see(&point, y, said);
        }
        let n = count as f64;
        mean.iter_mut().for_each(|w| *w /= n);
        agreements[t] = agreed as f64 / n;
        squares += square.iter().sum::<f64>() - n * dot(mean, mean);
        total += count;
    }
    let freedom = (total - counts.len()) * d;
    Ok(Averages { means, agreements, variance: squares.max(0.0) / freedom as f64 })
}

fn evaluate(setting: &Setting, averages: Averages) -> Row {
    let Setting { d, targets, horizons, weights, sigma, .. } = setting;
    let (d, sources, steps) = (*d, setting.counts.len(), horizons.len());
    let mut student = vec![0.0; d];
    let linear = weights.chunks_exact(sources).enumerate().map(|(i, a)| {
        student.fill(0.0);
        for (a, w) in a.iter().zip(averages.means.chunks_exact(d)) {
            student.iter_mut().zip(w).for_each(|(s, w)| *s += a * w);
        }
        let target = i % steps;
        accuracy(&student, &targets[target * d..(target + 1) * d], *sigma)
    });
    let linear = linear.collect();
    let moved = Transition::learn(setting, &averages);
    let targets = targets.chunks_exact(d).zip(horizons);
    let transition = targets.map(|(theta, &k)| accuracy(&moved.student(k), theta, *sigma)).collect();
    Row { linear, transition, rank: moved.rank, agreements: averages.agreements }
}

/// Φ(w·θ/(σ‖w‖)).
fn accuracy(w: &[f64], theta: &[f64], sigma: f64) -> f64 {
    let length = dot(w, w).sqrt();
    if length == 0.0 { 0.5 } else { normal::cdf(dot(w, theta) / (sigma * length)) }
}

/// A learned transition and what it carries.
struct Transition {
    rank: usize,
    /// U, (rank, d): its columns one after the other.
    basis: Vec<f64>,
    /// R, (rank, rank), column by column.
    step: Vec<f64>,
    /// w̄, (d,).
    average: Vec<f64>,
    /// Σ n_t R^{T−t} z_t/n and Uᵀw̄, (rank,).
    carried: Vec<f64>,
    still: Vec<f64>,
}

impl Transition {
    fn learn(setting: &Setting, averages: &Averages) -> Self {
        let (d, count) = (setting.d, setting.counts.len());
        let sizes: Vec<f64> = setting.counts.iter().map(|&n| n as f64).collect();
        let total: f64 = sizes.iter().sum();
        let mut columns = averages.means.clone();
        for (column, n) in columns.chunks_exact_mut(d).zip(&sizes) {
            column.iter_mut().for_each(|w| *w *= n.sqrt());
        }
        let values = singular(&mut columns, d);
        let edge = averages.variance.sqrt() * ((d as f64).sqrt() + (count as f64).sqrt());
        let beyond = values.iter().filter(|(value, _)| *value > edge).count();
        let rank = setting.rank.unwrap_or(beyond).clamp(1, count.min(d));
        let mut basis = Vec::with_capacity(rank * d);
        for &(value, at) in &values[..rank] {
            let scale = if value > 0.0 { 1.0 / value } else { 0.0 };
            basis.extend(columns[at * d..(at + 1) * d].iter().map(|u| u * scale));
        }
        let inside = |w: &[f64]| basis.chunks_exact(d).map(|u| dot(u, w)).collect::<Vec<_>>();
        let parts: Vec<Vec<f64>> = averages.means.chunks_exact(d).map(inside).collect();
        let mut products = vec![0.0; rank * rank];
        for (t, pair) in parts.windows(2).enumerate() {
            let weight = sizes[t] * sizes[t + 1] / (sizes[t] + sizes[t + 1]);
            for (column, before) in products.chunks_exact_mut(rank).zip(&pair[0]) {
                column.iter_mut().zip(&pair[1]).for_each(|(entry, after)| *entry += weight * after * before);
            }
        }
        let step = nearest_orthogonal(products, rank);
        let (mut carried, mut average) = (vec![0.0; rank], vec![0.0; d]);
        for ((n, part), w) in sizes.iter().zip(&parts).zip(averages.means.chunks_exact(d)) {
            carried = turned(&step, &carried);
            carried.iter_mut().zip(part).for_each(|(c, z)| *c += n / total * z);
            average.iter_mut().zip(w).for_each(|(m, w)| *m += n / total * w);
        }
        let still = inside(&average);
        Self { rank, basis, step, average, carried, still }
    }

    fn student(&self, horizon: usize) -> Vec<f64> {
        let mut part = self.carried.clone();
        for _ in 0..horizon {
            part = turned(&self.step, &part);
        }
        let mut student = self.average.clone();
        for ((u, part), still) in self.basis.chunks_exact(student.len()).zip(&part).zip(&self.still) {
            student.iter_mut().zip(u).for_each(|(w, u)| *w += (part - still) * u);
        }
        student
    }
}

/// R z.
fn turned(step: &[f64], z: &[f64]) -> Vec<f64> {
    let mut result = vec![0.0; z.len()];
    for (column, z) in step.chunks_exact(z.len()).zip(z) {
        result.iter_mut().zip(column).for_each(|(sum, entry)| *sum += entry * z);
    }
    result
}
