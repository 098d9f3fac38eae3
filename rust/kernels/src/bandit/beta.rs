//! Beta draws as a ratio of gamma draws (Marsaglia and Tsang 2000), for shapes of at least 1.

use crate::normal::Normals;
use crate::uniform::unit;

/// A draw from Beta(a, b), a ≥ 1 and b ≥ 1.
pub fn beta(a: f64, b: f64, draws: &mut Normals) -> f64 {
    let x = gamma(a, draws);
    let y = gamma(b, draws);
    x / (x + y)
}

/// A draw from Gamma(shape, 1), shape ≥ 1: the cube of a normal draw, accepted nearly always.
fn gamma(shape: f64, draws: &mut Normals) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = draws.draw();
        let cube = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        if cube <= 0.0 {
            continue;
        }
        let u = 1.0 - unit(draws.word());
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square || libm::log(u) < 0.5 * square + d * (1.0 - cube + libm::log(cube)) {
            return d * cube;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Streams;

    #[test]
    fn moments_are_those_of_the_law() {
        for (item, (a, b)) in [(1.0, 1.0), (1.0, 9.0), (30.0, 4.0), (2000.0, 1000.0)].into_iter().enumerate() {
            let mut draws = Normals::new(Streams::new(&[9; 32], "beta").item(item as u64));
            let n = 600_000; // enough to tell 1/3 from 1/2.9 in `gamma`
            let sample: Vec<f64> = (0..n).map(|_| beta(a, b, &mut draws)).collect();
            let (mean, variance) = (a / (a + b), a * b / ((a + b) * (a + b) * (a + b + 1.0)));
            let seen = sample.iter().sum::<f64>() / f64::from(n);
            let spread = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
            assert!((seen - mean).abs() < 5.0 * (variance / f64::from(n)).sqrt(), "mean of Beta({a}, {b})");
            // Var(spread)/variance² = (kurtosis − 1)/n, and no kurtosis here exceeds that of Beta(1, 9), 5.6.
            assert!((spread / variance - 1.0).abs() < 5.0 * (4.6 / f64::from(n)).sqrt(), "variance of Beta({a}, {b})");
            assert!(sample.iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }
}
