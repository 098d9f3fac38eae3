//! Change point: the least-squares split of sorted values into two groups.
//!
//! For v₀ ≤ … ≤ vₙ₋₁ and a split into v[..k] and v[k..], the sum of squares about the group means falls by
//!
//!   gain(k) = D_k²·(1/k + 1/(n−k)),   D_k = Σ_{i<k} (vᵢ − v̄),
//!
//! and the change point is the k with the largest gain: one step of binary segmentation with squared loss, which for
//! sorted values is Otsu's threshold (1979) and the two-class natural breaks of Jenks and Fisher (1958).
//!
//! *Domain.* Any finite f64, any offset and scale: differences to an f64 close to the mean are taken before anything is
//! summed, divided by a power of two so that no square over- or underflows, and summed with compensation towards the
//! mean from both ends, where all terms have one sign. Hence each gain has a relative error below [`TIE`], whatever n
//! is.
//!
//! *Ties.* Equal values never part: within a run of equal values gain is strictly convex in k, so an inner k is never
//! best. Gains that differ by less than [`TIE`], relatively, are equal; the smallest k among equals wins.
//! [`Candidates::Ruptures`] knows neither rule: see there.
//!
//! *Cost.* One sort of a copy and two linear sweeps; O(n log n) time, n doubles beyond the input.

mod sort;

use sort::sort;

use crate::{Call, KernelError, Result};

/// Values between two looks at whether to stop; also how many are sorted in one go, some twenty milliseconds.
const LOOK: usize = 1 << 20;

/// Gains closer than this, relatively, count as equal. The error bound of a gain is about 12 units of 2⁻⁵³: two
/// roundings of each term, one of the compensated sum and one of the correction, doubled by the square, and four
/// operations thereafter.
pub const TIE: f64 = 1.0 / (1u64 << 48) as f64;

/// Which splits may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidates {
    /// Every index between two different values; among equal gains the smallest.
    All,
    /// What `ruptures.Binseg("l2")` looks at by default: indices 5, 10, 15, … with at least two values on either side,
    /// between equal values too; among equal gains the largest.
    Ruptures,
}

impl Candidates {
    /// Fewest values among which there is a split to choose.
    fn fewest(self) -> usize {
        match self {
            Self::All => 2,
            Self::Ruptures => 7,
        }
    }

    fn admits(self, sorted: &[f64], k: usize) -> bool {
        match self {
            Self::All => sorted[k - 1] < sorted[k],
            Self::Ruptures => k.is_multiple_of(5) && sorted.len() - k >= 2,
        }
    }
}

/// Where sorted values part into two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Size of the lower group: the groups are `sorted[..index]` and `sorted[index..]`.
    pub index: usize,
    /// `sorted[index]`, the smallest value of the upper group.
    pub threshold: f64,
    /// Reduction of the sum of squares, in squared units of the values; infinite or zero where f64 cannot hold it.
    pub gain: f64,
}

/// The least-squares split of `values`, given in any order.
///
/// # Errors
/// [`KernelError::NotFiniteAt`] for a NaN or an infinity; [`KernelError::Undefined`] for too few values (fewer than 2;
/// [`Candidates::Ruptures`]: fewer than 7) and for values that are all equal.
pub fn split(values: &[f64], candidates: Candidates, call: Call<'_>) -> Result<Split> {
    for (start, part) in values.chunks(LOOK).enumerate() {
        call.check()?;
        if let Some(at) = part.iter().position(|v| !v.is_finite()) {
            return Err(KernelError::NotFiniteAt { argument: "values", index: start * LOOK + at, value: part[at] });
        }
    }
    let n = values.len();
    if n < candidates.fewest() {
        let why = match candidates {
            Candidates::All => format!("values has length {n}, and a split needs at least 2"),
            Candidates::Ruptures => {
                format!(
                    "values has length {n}, and the candidates of ruptures (every 5th index, 2 values on either side) need at least 7"
                )
            }
        };
        return Err(KernelError::Undefined { what: "the change point", why });
    }
    let sorted = sort(values, call)?;
    if sorted[0] == sorted[n - 1] {
        let why = format!("values is constant, all {n} are {}", sorted[0]);
        return Err(KernelError::Undefined { what: "the change point", why });
    }
    best(&sorted, candidates, call)
}

/// The best split of sorted, finite values that are not all equal.
fn best(sorted: &[f64], candidates: Candidates, call: Call<'_>) -> Result<Split> {
    let centred = Centred::new(sorted, call)?;
    let mut highest = 0.0;
    centred.sweep(candidates, call, |_, gain| highest = f64::max(highest, gain))?;
    let (mut smallest, mut largest, mut gains) = (usize::MAX, 0, (0.0, 0.0));
    centred.sweep(candidates, call, |k, gain| {
        if gain >= highest * (1.0 - TIE) {
            if k < smallest {
                (smallest, gains.0) = (k, gain);
            }
            if k > largest {
                (largest, gains.1) = (k, gain);
            }
        }
    })?;
    let (index, gain) = match candidates {
        Candidates::All => (smallest, gains.0),
        Candidates::Ruptures => (largest, gains.1),
    };
    Ok(Split { index, threshold: sorted[index], gain: gain * centred.unit * centred.unit })
}

/// Sorted values about their mean, in units that keep every square in range.
struct Centred<'a> {
    sorted: &'a [f64],
    /// 1, or ½ where the range itself exceeds the largest double.
    shrink: f64,
    /// A double close to the mean of the shrunk values; gains do not depend on which.
    centre: f64,
    /// The reciprocal of a power of two near the range of the shrunk values.
    factor: f64,
    /// One unit of the centred values, in the units of `sorted`.
    unit: f64,
    /// Number of values below the centre.
    below: usize,
    /// Sum of all centred values: what rounding the centre left.
    total: f64,
}

impl<'a> Centred<'a> {
    fn new(sorted: &'a [f64], call: Call<'_>) -> Result<Self> {
        let n = sorted.len();
        let shrink = if (sorted[n - 1] - sorted[0]).is_finite() { 1.0 } else { 0.5 };
        let range = sorted[n - 1] * shrink - sorted[0] * shrink;
        let scale = f64::from_bits(range.to_bits() & f64::INFINITY.to_bits()).max(f64::MIN_POSITIVE);
        let factor = 1.0 / scale; // exact
        let middle = sorted[n / 2] * shrink;
        let mut sum = Sum::default();
        for (i, v) in sorted.iter().enumerate() {
            call.check_every(LOOK, i)?;
            sum.add((v * shrink - middle) * factor);
        }
        let centre = middle + sum.value() / n as f64 * scale;
        let below = sorted.partition_point(|v| v * shrink < centre);
        let mut centred = Self { sorted, shrink, centre, factor, unit: scale / shrink, below, total: 0.0 };
        let (mut left, mut right) = (Sum::default(), Sum::default());
        for i in 0..below {
            call.check_every(LOOK, i)?;
            left.add(centred.at(i));
        }
        for i in (below..n).rev() {
            call.check_every(LOOK, i)?;
            right.add(centred.at(i));
        }
        centred.total = left.value() + right.value();
        Ok(centred)
    }

    fn at(&self, i: usize) -> f64 {
        (self.sorted[i] * self.shrink - self.centre) * self.factor
    }

    /// Visits every admissible split with its gain: those up to the centre ascending, then the others descending.
    fn sweep(&self, candidates: Candidates, call: Call<'_>, mut visit: impl FnMut(usize, f64)) -> Result<()> {
        let n = self.sorted.len();
        let mut sum = Sum::default();
        for k in 1..=self.below.min(n - 1) {
            call.check_every(LOOK, k)?;
            sum.add(self.at(k - 1));
            if candidates.admits(self.sorted, k) {
                visit(k, self.gain(k, sum.value() - self.total * (k as f64 / n as f64)));
            }
        }
        let mut sum = Sum::default();
        for k in (self.below + 1..n).rev() {
            call.check_every(LOOK, k)?;
            sum.add(self.at(k));
            if candidates.admits(self.sorted, k) {
                visit(k, self.gain(k, sum.value() - self.total * ((n - k) as f64 / n as f64)));
            }
        }
        Ok(())
    }

    fn gain(&self, k: usize, deviation: f64) -> f64 {
        let (n, k) = (self.sorted.len() as f64, k as f64);
        deviation * deviation * (n / (k * (n - k)))
    }
}

/// A compensated sum (Neumaier 1974, in Knuth's branch-free form).
#[derive(Default, Clone, Copy)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, term: f64) {
        let high = self.high + term;
        let part = high - self.high;
        self.low += (self.high - (high - part)) + (term - part);
        self.high = high;
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

/// The obvious way, O(n²): the oracle of [`split`] for a few values of moderate size.
///
/// Returns the index and the gain; `None` where [`split`] is undefined.
pub fn split_reference(values: &[f64], candidates: Candidates) -> Option<(usize, f64)> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let squares = |group: &[f64]| {
        let mean = group.iter().map(|v| v - group[0]).sum::<f64>() / group.len() as f64;
        group.iter().map(|v| (v - group[0] - mean).powi(2)).sum::<f64>()
    };
    let n = sorted.len();
    if n < 2 || sorted[0] == sorted[n - 1] {
        return None;
    }
    let gain = |k: usize| squares(&sorted) - squares(&sorted[..k]) - squares(&sorted[k..]);
    match candidates {
        Candidates::All => (1..n).map(|k| (k, gain(k))).rev().max_by(|a, b| a.1.total_cmp(&b.1)),
        Candidates::Ruptures => (5..n - 1).step_by(5).map(|k| (k, gain(k))).max_by(|a, b| a.1.total_cmp(&b.1)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(values: &[f64]) -> Split {
        split(values, Candidates::All, Call::default()).unwrap()
    }

    #[test]
    fn closed_forms() {
        assert_eq!(all(&[0.0, 1.0]), Split { index: 1, threshold: 1.0, gain: 0.5 });
        // Two plateaus of a and b values at distance h: gain = h²·ab/(a+b).
        assert_eq!(
            all(&[7.0, 3.0, 3.0, 7.0, 3.0, 7.0, 7.0]),
            Split { index: 3, threshold: 7.0, gain: 16.0 * 12.0 / 7.0 }
        );
        // 0, 1, …, n−1 with n even parts in the middle, with gain n³/16.
        let ramp: Vec<_> = (0..1000).rev().map(f64::from).collect();
        assert_eq!(all(&ramp), Split { index: 500, threshold: 500.0, gain: 1e9 / 16.0 });
    }

    #[test]
    fn equal_gains_go_to_the_smallest_index() {
        assert_eq!(all(&[0.0, 1.0, 2.0]).index, 1);
        assert_eq!(all(&[0.0, 0.1, 0.2]).index, 1);
        // Two values at each of three equidistant places.
        assert_eq!(all(&[0.3, 0.1, 0.1, 0.5, 0.5, 0.3]).index, 2);
    }

    #[test]
    fn ruptures_sees_every_fifth_index_and_prefers_the_largest() {
        let ruptures = |values: &[f64]| split(values, Candidates::Ruptures, Call::default()).unwrap().index;
        assert_eq!(ruptures(&[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), 5);
        let ramp: Vec<_> = (0..15).map(f64::from).collect();
        assert_eq!(ruptures(&ramp), 10);
        assert_eq!(ruptures(&ramp[..11]), 5); // 10 leaves one value on the right
        for n in 0..7 {
            let error = split(&ramp[..n], Candidates::Ruptures, Call::default()).unwrap_err().to_string();
            assert!(error.contains(&format!("values has length {n}")) && error.contains("at least 7"), "{error}");
        }
    }

    #[test]
    fn the_extremes_of_f64_are_no_obstacle() {
        let (huge, tiny) = (f64::MAX, f64::from_bits(1));
        assert_eq!(all(&[-huge, huge, -huge, huge, huge]).index, 2);
        assert_eq!(all(&[huge, -huge]).gain, f64::INFINITY);
        assert_eq!(all(&[tiny, 0.0, tiny]), Split { index: 1, threshold: tiny, gain: 0.0 });
        assert_eq!(all(&[1e9, 1e9 + 1e-6, 1e9 + 2e-6, 1e9 + 9e-6]).index, 3);
        assert_eq!(all(&[0.0, -0.0, 1.0, -0.0]).index, 3);
    }

    #[test]
    fn undefined_and_bad_values_are_named() {
        let error = |values: &[f64]| split(values, Candidates::All, Call::default()).unwrap_err().to_string();
        assert!(error(&[]).contains("length 0") && error(&[1.0]).contains("length 1"));
        assert!(error(&[2.5; 9]).contains("values is constant, all 9 are 2.5"));
        assert!(error(&[0.0, -0.0]).contains("constant"));
        assert!(error(&[1.0, 2.0, f64::NAN]).contains("values has NaN at index 2"));
        assert!(error(&[1.0, f64::NEG_INFINITY]).contains("values has -inf at index 1"));
    }

    /// Vectors with ties: a few levels, or free values.
    fn vectors() -> impl Strategy<Value = Vec<f64>> {
        let levels = prop::collection::vec((0..6i32).prop_map(|i| f64::from(i) * 0.1), 2..60);
        prop_oneof![levels, prop::collection::vec(-1.0..1.0f64, 2..60)]
    }

    proptest! {
        #[test]
        fn equals_the_obvious_way(values in vectors(), ruptures: bool) {
            let candidates = if ruptures { Candidates::Ruptures } else { Candidates::All };
            match (split(&values, candidates, Call::default()), split_reference(&values, candidates)) {
                (Ok(ours), Some((_, gain))) => {
                    // The oracle subtracts sums of squares of up to 60·2², each with about 60 roundings.
                    prop_assert!((ours.gain - gain).abs() <= 60.0 * 240.0 * f64::EPSILON, "{ours:?} against {gain}");
                }
                (Err(KernelError::Undefined { .. }), None) => {}
                (ours, oracle) => prop_assert!(false, "{ours:?} against {oracle:?}"),
            }
        }

        #[test]
        fn neither_order_nor_exact_shifts_and_scales_matter(values in prop::collection::vec(0..1000u32, 2..60), offset in -30..30i32) {
            let values: Vec<_> = values.into_iter().map(f64::from).collect();
            let Ok(plain) = split(&values, Candidates::All, Call::default()) else { return Ok(()) };
            let mut other: Vec<_> = values.iter().map(|v| v + f64::from(offset) * 1e8).collect();
            other.reverse();
            let moved = all(&other);
            prop_assert_eq!((plain.index, plain.threshold + f64::from(offset) * 1e8), (moved.index, moved.threshold));
            prop_assert!((plain.gain / moved.gain - 1.0).abs() < 2.0 * TIE);
            for v in &mut other {
                *v *= 2f64.powi(-500);
            }
            prop_assert_eq!(all(&other).index, plain.index);
        }

        #[test]
        fn groups_do_not_share_a_value(values in vectors()) {
            if let Ok(split) = split(&values, Candidates::All, Call::default()) {
                let lower = values.iter().filter(|v| **v < split.threshold).count();
                prop_assert_eq!(lower, split.index);
            }
        }
    }
}
