//! The Gaussian mixture of easy and hard patterns, and the exact accuracy of a linear classifier on it.
//!
//! y is uniform on ±1. A point has an easy block (the first `d_easy` coordinates) and a hard block (the rest); a block
//! that is present is yθ + σz with z standard normal, an absent one is exactly 0 ([`Noise::Zeroed`]) or σz
//! ([`Noise::Full`]). Easy-only points hold the easy block, hard-only points the hard one, overlap points both, the
//! others neither (Shin, Cooper, Sala 2025, section 4). Rows come in the order of the regions.
//!
//! Work item = [`CHUNK`] consecutive rows. Its stream gives one word of labels (bit r is the label of row r), then the
//! normals of its rows from left to right, none for zeroed blocks. Samples are computed in f64; an f32 sample is the
//! f64 sample of the same key, rounded. Cost: n·d normals. Domain: θ finite, σ positive and finite.

mod accuracy;
mod oracle;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::normal::Normals;
use crate::regions::{Counts, Region};
use crate::streams::Streams;
use crate::{Call, KernelError, Result};

pub use accuracy::linear_accuracy;
pub use oracle::sample_reference;

/// Rows of one work item: as many as one word has bits for their labels.
pub const CHUNK: usize = 64;

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
    noise: Noise,
}

impl<'a> GaussianMixture<'a> {
    /// A mixture around ±`theta`.
    ///
    /// # Errors
    /// [`KernelError`] when θ is empty or not finite, σ is not positive and finite, or `d_easy` exceeds d.
    pub fn new(theta: &'a [f64], sigma: f64, d_easy: usize, noise: Noise) -> Result<Self> {
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
        Ok(Self { theta, sigma, d_easy, noise })
    }

    /// Number of coordinates.
    pub fn d(&self) -> usize {
        self.theta.len()
    }

    /// Draws a whole sample from `draws`, one row after the other: `x` is (n, d) in row-major order, `y` is (n,) of ±1.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when `x` or `y` has another length; [`KernelError::Parameter`] when the counts overflow.
    pub fn sample_from<T: Real>(
        &self,
        counts: &Counts,
        draws: &mut Normals,
        x: &mut [T],
        y: &mut [i8],
        call: Call<'_>,
    ) -> Result<()> {
        let n = counts.points(self.d())?;
        self.check("x", x.len(), n * self.d())?;
        self.check("y", y.len(), n)?;
        self.fill(counts, 0, draws, x, y, call)
    }

    /// Draws a sample on many threads; the bits depend on `key`, the counts and the parameters alone.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when a slice has another length; [`KernelError::Parameter`] when the counts overflow, or
    /// for a wrong number of threads.
    pub fn sample<'c, T: Real>(
        &self,
        counts: &Counts,
        key: &[u8; 32],
        x: &mut [T],
        y: &mut [i8],
        regions: &mut [i8],
        call: impl Into<Call<'c>>,
    ) -> Result<()> {
        let call = call.into();
        let n = counts.points(self.d())?;
        self.check("x", x.len(), n * self.d())?;
        self.check("y", y.len(), n)?;
        self.check("regions", regions.len(), n)?;
        for region in Region::ALL {
            regions[counts.rows(region)].fill(region.code() as i8);
        }
        let streams = Streams::new(key, "mixture");
        call.install(|| {
            x.par_chunks_mut(CHUNK * self.d()).zip(y.par_chunks_mut(CHUNK)).enumerate().try_for_each(
                |(item, (x, y))| {
                    self.fill(counts, item * CHUNK, &mut Normals::new(streams.item(item as u64)), x, y, call)
                },
            )
        })?
    }

    /// Rows `first..first + y.len()`.
    fn fill<T: Real>(
        &self,
        counts: &Counts,
        first: usize,
        draws: &mut Normals,
        x: &mut [T],
        y: &mut [i8],
        call: Call<'_>,
    ) -> Result<()> {
        let mut labels = 0;
        for (i, (row, y)) in x.chunks_exact_mut(self.d()).zip(y).enumerate() {
            call.check()?;
            if i % CHUNK == 0 {
                labels = draws.word();
            }
            *y = label(labels, i);
            let (easy, hard) = row.split_at_mut(self.d_easy);
            let (theta_easy, theta_hard) = self.theta.split_at(self.d_easy);
            let region = counts.region_of(first + i);
            self.fill_block(region.is_easy(), *y, theta_easy, draws, easy);
            self.fill_block(region.is_hard(), *y, theta_hard, draws, hard);
        }
        Ok(())
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
