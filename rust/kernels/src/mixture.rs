//! The Gaussian mixture of easy and hard patterns, and the exact accuracy of a linear classifier on it.
//!
//! y is uniform on ±1. A point has an easy block (the first `d_easy` coordinates) and a hard block (the rest); a block that is
//! present is yθ + σz with z standard normal, an absent one is exactly 0 ([`Noise::Zeroed`]) or σz ([`Noise::Full`]).
//! Easy-only points hold the easy block, hard-only points the hard one, overlap points both, the others neither
//! (Shin, Cooper, Sala 2025, section 4). Rows come in the order of the regions.
//!
//! Work item = [`CHUNK`] consecutive rows. Its stream gives one word of labels (bit r is the label of row r), then the
//! normals of its rows from left to right, none for zeroed blocks. Samples are computed in f64; an f32 sample is the f64
//! sample of the same key, rounded. Cost: n·d normals. Domain: θ finite, σ positive and finite.

use std::ops::Range;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::normal::{self, Normals};
use crate::streams::Streams;
use crate::threads;
use crate::{KernelError, Result};

/// Rows of one work item: as many as one word has bits for their labels.
pub const CHUNK: usize = 64;
/// Number of regions; their codes are 0 easy-only, 1 hard-only, 2 overlap, 3 neither.
pub const REGIONS: usize = 4;

/// What an absent block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Exactly zero, as in the published experiment.
    Zeroed,
    /// Noise of the same σ as in present blocks.
    Full,
}

/// f32 or f64.
pub trait Real: Copy + Send + Sync {
    /// The nearest value of this type.
    fn round(value: f64) -> Self;
}

impl Real for f64 {
    fn round(value: f64) -> Self {
        value
    }
}

impl Real for f32 {
    fn round(value: f64) -> Self {
        value as Self
    }
}

/// Checked parameters of a mixture.
#[derive(Debug, Clone, Copy)]
pub struct GaussianMixture<'a> {
    theta: &'a [f64],
    sigma: f64,
    d_easy: usize,
    counts: [usize; REGIONS],
    noise: Noise,
}

impl<'a> GaussianMixture<'a> {
    /// A mixture of `counts` = (easy, hard, overlap, neither) points around ±`theta`.
    ///
    /// # Errors
    /// [`KernelError`] when θ is empty or not finite, σ is not positive and finite, `d_easy` exceeds d, or the counts overflow.
    pub fn new(theta: &'a [f64], sigma: f64, d_easy: usize, counts: [usize; REGIONS], noise: Noise) -> Result<Self> {
        if theta.is_empty() {
            return Err(KernelError::Shape {
                argument: "theta",
                expected: "(d,) with d ≥ 1".into(),
                got: "(0,)".into(),
            });
        }
        if let Some(index) = theta.iter().position(|t| !t.is_finite()) {
            return Err(KernelError::NotFiniteAt { argument: "theta", index, value: theta[index] });
        }
        if !(sigma > 0.0 && sigma.is_finite()) {
            let requirement = "positive and finite";
            return Err(KernelError::Parameter { argument: "sigma", value: sigma.to_string(), requirement });
        }
        if d_easy > theta.len() {
            let requirement = "between 0 and the length of theta";
            return Err(KernelError::Parameter { argument: "d_easy", value: d_easy.to_string(), requirement });
        }
        let cells = counts.iter().try_fold(0usize, |n, &c| n.checked_add(c)).and_then(|n| n.checked_mul(theta.len()));
        if cells.is_none() {
            let requirement = "small enough that n · d fits the address space";
            return Err(KernelError::Parameter { argument: "counts", value: format!("{counts:?}"), requirement });
        }
        Ok(Self { theta, sigma, d_easy, counts, noise })
    }

    /// Number of points.
    pub fn n(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Number of coordinates.
    pub fn d(&self) -> usize {
        self.theta.len()
    }

    /// The rows of region `code`.
    pub fn rows(&self, code: usize) -> Range<usize> {
        let start = self.counts[..code].iter().sum();
        start..start + self.counts[code]
    }

    /// Draws a whole sample from `draws`, one row after the other: `x` is (n, d) in row-major order, `y` is (n,) of ±1.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when `x` or `y` has another length.
    pub fn sample_from<T: Real>(&self, draws: &mut Normals, x: &mut [T], y: &mut [i8]) -> Result<()> {
        self.check("x", x.len(), self.n() * self.d())?;
        self.check("y", y.len(), self.n())?;
        self.fill(0, draws, x, y);
        Ok(())
    }

    /// Draws a sample on many threads; the bits depend on `key` and the parameters alone.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when a slice has another length; [`KernelError::Parameter`] for a wrong number of threads.
    pub fn sample<T: Real>(
        &self,
        key: &[u8; 32],
        x: &mut [T],
        y: &mut [i8],
        regions: &mut [i8],
        n_threads: Option<usize>,
    ) -> Result<()> {
        self.check("x", x.len(), self.n() * self.d())?;
        self.check("y", y.len(), self.n())?;
        self.check("regions", regions.len(), self.n())?;
        for code in 0..REGIONS {
            regions[self.rows(code)].fill(code as i8);
        }
        let streams = Streams::new(key, "mixture");
        threads::install(n_threads, || {
            x.par_chunks_mut(CHUNK * self.d()).zip(y.par_chunks_mut(CHUNK)).enumerate().for_each(|(item, (x, y))| {
                self.fill(item * CHUNK, &mut Normals::new(streams.item(item as u64)), x, y);
            });
        })
    }

    /// Rows `first..first + y.len()`.
    fn fill<T: Real>(&self, first: usize, draws: &mut Normals, x: &mut [T], y: &mut [i8]) {
        let mut labels = 0;
        for (i, (row, y)) in x.chunks_exact_mut(self.d()).zip(y).enumerate() {
            if i % CHUNK == 0 {
                labels = draws.word();
            }
            *y = label(labels, i);
            let (easy, hard) = row.split_at_mut(self.d_easy);
            let (theta_easy, theta_hard) = self.theta.split_at(self.d_easy);
            let (has_easy, has_hard) = blocks(self.region_of(first + i));
            self.fill_block(has_easy, *y, theta_easy, draws, easy);
            self.fill_block(has_hard, *y, theta_hard, draws, hard);
        }
    }

    #[inline]
    fn fill_block<T: Real>(&self, present: bool, y: i8, theta: &[f64], draws: &mut Normals, block: &mut [T]) {
        if present || self.noise == Noise::Full {
            let y = if present { f64::from(y) } else { 0.0 };
            for (x, t) in block.iter_mut().zip(theta) {
                *x = T::round(y * t + self.sigma * draws.draw());
            }
        } else {
            block.fill(T::round(0.0));
        }
    }

    fn region_of(&self, row: usize) -> usize {
        let mut end = 0;
        for (code, count) in self.counts.iter().enumerate() {
            end += count;
            if row < end {
                return code;
            }
        }
        REGIONS
    }

    fn check(&self, argument: &'static str, got: usize, expected: usize) -> Result<()> {
        if got == expected {
            return Ok(());
        }
        Err(KernelError::Shape { argument, expected: format!("({expected},) in all"), got: format!("({got},)") })
    }
}

/// Bit `row` mod 64 of the word as ±1.
fn label(word: u64, row: usize) -> i8 {
    if word >> (row % CHUNK) & 1 == 1 { 1 } else { -1 }
}

/// Which blocks (easy, hard) the points of a region hold.
fn blocks(code: usize) -> (bool, bool) {
    (code == 0 || code == 2, code == 1 || code == 2)
}

/// Population accuracy, per region, of the classifier that says +1 where coef·x + intercept > 0 and −1 elsewhere.
///
/// With μ the sum of w·θ over the blocks present and s = σ‖w‖ over the blocks with noise it is ½Φ((μ+b)/s) + ½Φ((μ−b)/s);
/// if w vanishes on the latter the prediction is constant, and the accuracy exactly ½.
///
/// # Errors
/// [`KernelError`] when `coef` has another length than θ, or a value is not finite.
pub fn linear_accuracy(mixture: &GaussianMixture<'_>, coef: &[f64], intercept: f64) -> Result<[f64; REGIONS]> {
    mixture.check("coef", coef.len(), mixture.d())?;
    if let Some(index) = coef.iter().position(|w| !w.is_finite()) {
        return Err(KernelError::NotFiniteAt { argument: "coef", index, value: coef[index] });
    }
    if !intercept.is_finite() {
        let requirement = "finite";
        return Err(KernelError::Parameter { argument: "intercept", value: intercept.to_string(), requirement });
    }
    let (d_easy, d) = (mixture.d_easy, mixture.d());
    let span = |easy: bool, hard: bool| if easy { 0 } else { d_easy }..if hard { d } else { d_easy };
    Ok(std::array::from_fn(|code| {
        let (easy, hard) = blocks(code);
        let full = mixture.noise == Noise::Full;
        let (present, noisy) = (span(easy, hard), span(easy || full, hard || full));
        // Dividing the classifier by its largest coefficient changes no prediction, and no square over- or underflows.
        let scale = coef[noisy.clone()].iter().fold(0.0f64, |largest, w| largest.max(w.abs()));
        if scale == 0.0 {
            return 0.5;
        }
        let signal: f64 = coef[present.clone()].iter().zip(&mixture.theta[present]).map(|(w, t)| w / scale * t).sum();
        let norm = coef[noisy].iter().map(|w| (w / scale).powi(2)).sum::<f64>().sqrt();
        let (b, s) = (intercept / scale, mixture.sigma * norm);
        0.5 * normal::cdf((signal + b) / s) + 0.5 * normal::cdf((signal - b) / s)
    }))
}

/// The obvious loop over points and coordinates, straight off the stream of one item: (x, y) of `rows`.
///
/// The oracle of [`GaussianMixture::sample`], item by item, and of [`GaussianMixture::sample_from`], all rows being one item.
pub fn sample_reference(
    mixture: &GaussianMixture<'_>,
    rows: Range<usize>,
    stream: &mut ChaCha8Rng,
) -> (Vec<f64>, Vec<i8>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let mut labels = 0;
    for row in rows.clone() {
        let bit = (row - rows.start) % CHUNK;
        if bit == 0 {
            labels = stream.next_u64();
        }
        let sign = if (labels >> bit) % 2 == 1 { 1 } else { -1 };
        for (j, theta) in mixture.theta.iter().enumerate() {
            let holds_easy = mixture.rows(0).contains(&row) || mixture.rows(2).contains(&row);
            let holds_hard = mixture.rows(1).contains(&row) || mixture.rows(2).contains(&row);
            let present = if j < mixture.d_easy { holds_easy } else { holds_hard };
            let signal = if present { f64::from(sign) * theta } else { 0.0 };
            let noisy = present || mixture.noise == Noise::Full;
            let noise = if noisy { mixture.sigma * normal::draw_reference(stream) } else { 0.0 };
            x.push(signal + noise);
        }
        y.push(sign);
    }
    (x, y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noises() -> impl Strategy<Value = Noise> {
        prop_oneof![Just(Noise::Zeroed), Just(Noise::Full)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn equals_the_obvious_loop_for_any_threads_and_either_precision(
            theta in prop::collection::vec(-3.0..3.0f64, 1..9), share in 0.0..=1.0f64, sigma in 0.01..10.0f64,
            counts in prop::array::uniform4(0usize..150), noise in noises(), key in any::<[u8; 32]>(),
        ) {
            let d_easy = (share * theta.len() as f64) as usize;
            let mixture = GaussianMixture::new(&theta, sigma, d_easy, counts, noise).unwrap();
            let (n, d) = (mixture.n(), mixture.d());
            let streams = Streams::new(&key, "mixture");
            let mut expected = (Vec::new(), Vec::new());
            for first in (0..n).step_by(CHUNK) {
                let mut stream = streams.item((first / CHUNK) as u64);
                let (x, y) = sample_reference(&mixture, first..n.min(first + CHUNK), &mut stream);
                expected.0.extend(x);
                expected.1.extend(y);
            }
            let codes: Vec<i8> = (0..4).flat_map(|code| vec![code; counts[code as usize]]).collect();
            for n_threads in [1, 2, 7] {
                let (mut x, mut y, mut regions) = (vec![f64::NAN; n * d], vec![0; n], vec![9; n]);
                mixture.sample(&key, &mut x, &mut y, &mut regions, Some(n_threads)).unwrap();
                prop_assert!(x.iter().zip(&expected.0).all(|(a, b)| a.to_bits() == b.to_bits()));
                prop_assert_eq!((&y, &regions), (&expected.1, &codes));
            }
            let (mut x, mut y, mut regions) = (vec![f32::NAN; n * d], vec![0; n], vec![9; n]);
            mixture.sample(&key, &mut x, &mut y, &mut regions, None).unwrap();
            prop_assert!(x.iter().zip(&expected.0).all(|(a, b)| *a == *b as f32));
        }

        #[test]
        fn sequential_samples_continue_one_stream(
            theta in prop::collection::vec(-3.0..3.0f64, 1..9), counts in prop::array::uniform4(0usize..90), noise in noises(),
        ) {
            let mixture = GaussianMixture::new(&theta, 1.5, theta.len() / 2, counts, noise).unwrap();
            let stream = || Streams::new(&[4; 32], "students").item(6);
            let mut draws = Normals::new(stream());
            let (mut x, mut y) = (vec![0.0; mixture.n() * mixture.d()], vec![0; mixture.n()]);
            mixture.sample_from(&mut draws, &mut x, &mut y).unwrap();
            let expected = sample_reference(&mixture, 0..mixture.n(), &mut stream());
            prop_assert_eq!((&x, &y), (&expected.0, &expected.1));
            let (mut more, mut labels) = (x.clone(), y.clone());
            mixture.sample_from(&mut draws, &mut more, &mut labels).unwrap();
            prop_assert!(noise == Noise::Zeroed || x.is_empty() || more != x);
        }

        #[test]
        fn accuracy_does_not_change_with_the_scale_of_the_classifier(
            coef in prop::array::uniform5(-2.0..2.0f64), b in -3.0..3.0f64, exponent in -140i32..140, noise in noises(),
        ) {
            let theta = [0.3, -0.7, 1.1, 0.0, 0.4];
            let mixture = GaussianMixture::new(&theta, 0.8, 2, [1; 4], noise).unwrap();
            let scale = 2f64.powi(7 * exponent); // exact, so the equality is too
            let scaled = coef.map(|w| w * scale);
            prop_assume!(scaled.iter().chain([&(b * scale)]).all(|w| w.is_normal() || *w == 0.0));
            prop_assert_eq!(
                linear_accuracy(&mixture, &coef, b).unwrap(), linear_accuracy(&mixture, &scaled, b * scale).unwrap()
            );
        }
    }

    #[test]
    fn accuracy_matches_hand_computed_cases() {
        let theta = [3.0, 4.0];
        let mixture = |noise| GaussianMixture::new(&[3.0, 4.0], 2.0, 1, [1, 1, 1, 1], noise).unwrap();
        let zeroed = linear_accuracy(&mixture(Noise::Zeroed), &theta, 0.0).unwrap();
        assert_eq!(zeroed, [normal::cdf(1.5), normal::cdf(2.0), normal::cdf(2.5), 0.5]);
        let full = linear_accuracy(&mixture(Noise::Full), &theta, 0.0).unwrap();
        assert_eq!(full, [normal::cdf(0.9), normal::cdf(1.6), normal::cdf(2.5), 0.5]);
        for noise in [Noise::Zeroed, Noise::Full] {
            assert_eq!(linear_accuracy(&mixture(noise), &[0.0, 0.0], 7.0).unwrap(), [0.5; 4]);
            assert_eq!(linear_accuracy(&mixture(noise), &[5.0, 0.0], 0.0).unwrap()[1], 0.5);
        }
    }

    /// Frequencies of correct predictions on 200,000 points a region lie within 5 standard errors of the closed form.
    #[test]
    fn accuracy_agrees_with_sampling() {
        let (theta, coef, b) = ([0.6, -0.4, 0.9], [1.0, 0.5, 0.7], 0.3);
        for noise in [Noise::Zeroed, Noise::Full] {
            let m = 200_000;
            let mixture = GaussianMixture::new(&theta, 1.2, 2, [m; 4], noise).unwrap();
            let (mut x, mut y, mut regions) = (vec![0.0; mixture.n() * 3], vec![0; mixture.n()], vec![0; mixture.n()]);
            mixture.sample(&[8; 32], &mut x, &mut y, &mut regions, Some(2)).unwrap();
            let expected = linear_accuracy(&mixture, &coef, b).unwrap();
            let mut right = [0.0; REGIONS];
            for ((x, y), region) in x.chunks_exact(3).zip(&y).zip(&regions) {
                let decision: f64 = x.iter().zip(&coef).map(|(x, w)| x * w).sum::<f64>() + b;
                right[*region as usize] += f64::from(u8::from((decision > 0.0) == (*y == 1)));
            }
            for (right, p) in right.into_iter().zip(expected) {
                let frequency = right / m as f64;
                assert!((frequency - p).abs() < 5.0 * (p * (1.0 - p) / m as f64).sqrt(), "{frequency} against {p}");
            }
        }
    }

    #[test]
    fn rows_follow_the_regions() {
        let mixture = GaussianMixture::new(&[1.0], 1.0, 0, [2, 0, 3, 1], Noise::Full).unwrap();
        let rows: Vec<_> = (0..REGIONS).map(|code| mixture.rows(code)).collect();
        assert_eq!(rows, [0..2, 2..2, 2..5, 5..6]);
    }

    #[test]
    fn bad_parameters_are_named() {
        let new = |theta: &[f64], sigma, d_easy, counts| {
            GaussianMixture::new(theta, sigma, d_easy, counts, Noise::Full).map(|_| ()).unwrap_err().to_string()
        };
        assert!(new(&[], 1.0, 0, [1; 4]).contains("theta has shape (0,)"));
        assert!(new(&[1.0, f64::NAN], 1.0, 0, [1; 4]).contains("theta has NaN at index 1"));
        for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(new(&[1.0], sigma, 0, [1; 4]).contains("sigma is"));
        }
        assert!(new(&[1.0], 1.0, 2, [1; 4]).contains("d_easy is 2"));
        assert!(new(&[1.0], 1.0, 1, [usize::MAX, 1, 0, 0]).contains("counts is"));
        let mixture = GaussianMixture::new(&[1.0], 1.0, 1, [1; 4], Noise::Full).unwrap();
        let (mut x, mut y, mut regions) = ([0.0; 4], [0; 4], [0; 4]);
        assert!(mixture.sample(&[0; 32], &mut x[1..], &mut y, &mut regions, None).is_err());
        assert!(mixture.sample(&[0; 32], &mut x, &mut y[1..], &mut regions, None).is_err());
        assert!(mixture.sample(&[0; 32], &mut x, &mut y, &mut regions[1..], None).is_err());
        assert!(mixture.sample(&[0; 32], &mut x, &mut y, &mut regions, Some(0)).is_err());
        assert!(linear_accuracy(&mixture, &[1.0, 2.0], 0.0).is_err());
        assert!(linear_accuracy(&mixture, &[f64::INFINITY], 0.0).is_err());
        assert!(linear_accuracy(&mixture, &[1.0], f64::NAN).is_err());
    }
}
