//! What index policies share: the choice among equals, and sums of what each source has shown.
//!
//! An index of a source not yet pulled is infinite, so each is pulled once before an index counts.

use crate::normal::Normals;

use super::Player;

/// Values closer than this are equal: sums of the same fractions in another order must not decide by their rounding.
pub(super) const TIE: f64 = 1e-12;

/// The first of the largest, to within `tie`; there is at least one value, and no NaN.
#[inline]
pub(super) fn first_largest_within(tie: f64, values: impl Iterator<Item = f64>) -> usize {
    let (mut best, mut bar) = (0, f64::NEG_INFINITY);
    for (i, value) in values.enumerate() {
        if value > bar {
            (best, bar) = (i, value + tie);
        }
    }
    best
}

/// The first of the largest indices.
#[inline]
pub(super) fn first_largest(indices: impl Iterator<Item = f64>) -> usize {
    first_largest_within(TIE, indices)
}

/// The first source with the largest `index(mean, count)`; infinite without observations.
#[inline]
pub(super) fn most_promising(sums: &[f64], counts: &[f64], index: impl Fn(f64, f64) -> f64) -> usize {
    let index_of = |(&sum, &count)| if count > 0.0 { index(sum / count, count) } else { f64::INFINITY };
    first_largest(sums.iter().zip(counts).map(index_of))
}

/// A policy whose index of a source changes with that source's observations only.
pub(super) struct Indexed<F> {
    of: F,
    weight: f64,
    sums: Vec<f64>,
    counts: Vec<f64>,
    pub(super) indices: Vec<f64>,
}

impl<F: Fn(f64, f64) -> f64> Indexed<F> {
    /// `of(mean, count)` is the index; a round adds `weight` to the count.
    pub(super) fn new(k: usize, weight: f64, of: F) -> Self {
        Self { of, weight, sums: vec![0.0; k], counts: vec![0.0; k], indices: vec![f64::INFINITY; k] }
    }
}

impl<F: Fn(f64, f64) -> f64> Player for Indexed<F> {
    #[inline]
    fn select(&mut self, _own: &mut Normals) -> usize {
        first_largest(self.indices.iter().copied())
    }

    #[inline]
    fn observe(&mut self, source: usize, fraction: f64) {
        let sum = self.sums[source] + fraction * self.weight;
        let count = self.counts[source] + self.weight;
        (self.sums[source], self.counts[source]) = (sum, count);
        self.indices[source] = (self.of)(sum / count, count);
    }
}
