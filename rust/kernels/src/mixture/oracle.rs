//! The slow, obvious twin of the sampler.

use std::ops::Range;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{CHUNK, GaussianMixture, Noise};
use crate::normal;
use crate::regions::{Counts, Region};

/// The obvious loop over points and coordinates, straight off the stream of one item: (x, y) of `rows`.
///
/// The oracle of [`GaussianMixture::sample`], item by item, and of [`GaussianMixture::sample_from`], all rows being one
/// item.
pub fn sample_reference(
    mixture: &GaussianMixture<'_>,
    counts: &Counts,
    rows: Range<usize>,
    stream: &mut ChaCha8Rng,
) -> (Vec<f64>, Vec<i8>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let within = |region, row| counts.rows(region).contains(&row);
    let mut labels = 0;
    for row in rows.clone() {
        let bit = (row - rows.start) % CHUNK;
        if bit == 0 {
            labels = stream.next_u64();
        }
        let sign = if (labels >> bit) % 2 == 1 { 1 } else { -1 };
        for (j, theta) in mixture.theta.iter().enumerate() {
            let holds_easy = within(Region::Easy, row) || within(Region::Overlap, row);
            let holds_hard = within(Region::Hard, row) || within(Region::Overlap, row);
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
