//! Observed fractions: quantiles of Bin(b, p)/b from tables of its distribution function.

/// Distribution functions of Bin(b, p), one row per p.
#[derive(Debug)]
pub(super) struct Fractions {
    batch: usize,
    /// F(0), …, F(b − 1), row by row; F(b) = 1.
    cdf: Vec<f64>,
    /// 0/b, 1/b, …, b/b.
    fractions: Vec<f64>,
}

impl Fractions {
    pub(super) fn new(batch: u32, probabilities: &[f64]) -> Self {
        let b = batch as usize;
        let mut cdf = Vec::with_capacity(b * probabilities.len());
        for &p in probabilities {
            binomial_cdf(b, p, &mut cdf);
        }
        Self { batch: b, cdf, fractions: (0..=b).map(|j| j as f64 / b as f64).collect() }
    }

    /// The smallest j/b with F(j) > u, for u in [0, 1).
    #[inline]
    pub(super) fn quantile(&self, row: usize, u: f64) -> f64 {
        if self.batch == 1 {
            return f64::from(u8::from(self.cdf[row] <= u));
        }
        let cdf = &self.cdf[row * self.batch..(row + 1) * self.batch];
        self.fractions[cdf.partition_point(|&f| f <= u)]
    }
}

/// Appends F(0), …, F(b − 1): weights relative to the mode's by the ratios of neighbours, then sums. Nothing under- or
/// overflows that matters, and the error is a few rounding errors per term.
fn binomial_cdf(b: usize, p: f64, cdf: &mut Vec<f64>) {
    if p == 0.0 || p == 1.0 {
        cdf.extend(std::iter::repeat_n(1.0 - p, b));
        return;
    }
    let odds = p / (1.0 - p);
    let mode = (((b + 1) as f64 * p) as usize).min(b);
    let mut weights = vec![1.0; b + 1];
    for j in mode..b {
        weights[j + 1] = weights[j] * (odds * (b - j) as f64 / (j + 1) as f64);
    }
    for j in (0..mode).rev() {
        weights[j] = weights[j + 1] * ((j + 1) as f64 / (odds * (b - j) as f64));
    }
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    cdf.extend(weights[..b].iter().map(|weight| {
        sum += weight;
        (sum / total).min(1.0)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Σ of b!/(j!(b−j)!) p^j (1−p)^(b−j), multiplied out.
    fn reference(b: usize, p: f64, j: usize) -> f64 {
        (0..=j)
            .map(|i| {
                let choose: f64 = (0..i).map(|m| (b - m) as f64 / (m + 1) as f64).product();
                choose * p.powi(i as i32) * (1.0 - p).powi((b - i) as i32)
            })
            .sum()
    }

    proptest! {
        #[test]
        fn the_table_is_the_distribution_function(b in 1usize..120, p in 0.0f64..=1.0) {
            let mut cdf = Vec::new();
            binomial_cdf(b, p, &mut cdf);
            for (j, &f) in cdf.iter().enumerate() {
                prop_assert!((f - reference(b, p, j)).abs() < 1e-12, "F({}) = {} of Bin({}, {})", j, f, b, p);
            }
            prop_assert!(cdf.is_sorted());
        }

        #[test]
        fn quantiles_invert_it(b in 1u32..60, p in 0.0f64..=1.0, u in 0.0f64..1.0) {
            let table = Fractions::new(b, &[0.3, p]);
            let j = (table.quantile(1, u) * f64::from(b)).round() as usize;
            let f = |j: usize| if j == b as usize { 1.0 } else { table.cdf[b as usize + j] };
            prop_assert!(f(j) > u && (j == 0 || f(j - 1) <= u));
        }
    }

    #[test]
    fn large_batches_neither_underflow_nor_lose_their_median() {
        for p in [0.001, 0.5, 0.999] {
            let table = Fractions::new(100_000, &[p]);
            assert!((table.quantile(0, 0.5) - p).abs() < 1e-4);
        }
    }

    #[test]
    fn certain_outcomes_are_certain() {
        for batch in [1, 7] {
            let table = Fractions::new(batch, &[0.0, 1.0]);
            for u in [0.0, 0.5, 1.0 - f64::EPSILON] {
                assert_eq!((table.quantile(0, u), table.quantile(1, u)), (0.0, 1.0));
            }
        }
    }
}
