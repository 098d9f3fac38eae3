//! The exact accuracy of a linear classifier on the mixture.

use super::{GaussianMixture, Noise};
use crate::normal;
use crate::regions::{REGIONS, Region};
use crate::{KernelError, Result};

/// Population accuracy, per region, of the classifier that says +1 where coef·x + intercept > 0 and −1 elsewhere.
///
/// With μ the sum of w·θ over the blocks present and s = σ‖w‖ over the blocks with noise it is ½Φ((μ+b)/s) +
/// ½Φ((μ−b)/s); if w vanishes on the latter the prediction is constant, and the accuracy exactly ½.
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
    Ok(Region::ALL.map(|region| {
        let (easy, hard) = (region.is_easy(), region.is_hard());
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
