//! The slow, obvious twin: plain loops in f64.

use super::Metric;

/// Score and nearest hard point of every row; entries are row-major with `d` columns.
pub fn overlap_scores(x: &[f64], hard: &[f64], d: usize, metric: Metric, absolute: bool) -> Vec<(f64, usize)> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let score = |x: &[f64], h: &[f64]| {
        let product = match metric {
            Metric::Cosine => dot(x, h) / (dot(x, x).sqrt() * dot(h, h).sqrt()),
            Metric::InnerProduct => dot(x, h),
        };
        if absolute { product.abs() } else { product }
    };
    let nearest = |x: &[f64]| {
        let mut best = (f64::NEG_INFINITY, 0);
        for (index, h) in hard.chunks_exact(d).enumerate() {
            let value = score(x, h);
            if value > best.0 {
                best = (value, index);
            }
        }
        best
    };
    x.chunks_exact(d).map(nearest).collect()
}
