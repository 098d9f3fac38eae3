//! One fit at the sizes of the published experiment, against the obvious Newton loop.

use criterion::{Criterion, criterion_group, criterion_main};
use w2slens_kernels::logistic::{Problem, fit, fit_reference};
use w2slens_kernels::mixture::{GaussianMixture, Noise};
use w2slens_kernels::regions::Counts;

fn fits(c: &mut Criterion) {
    let theta = vec![0.5; 40];
    let Ok(mixture) = GaussianMixture::new(&theta, 5f64.sqrt(), 20, Noise::Zeroed) else { return };
    let (mut x, mut y, mut regions) = (vec![0.0; 250 * 40], vec![0; 250], vec![0; 250]);
    if mixture.sample(&Counts([100, 100, 50, 0]), &[3; 32], &mut x, &mut y, &mut regions, None).is_err() {
        return;
    }
    let labels: Vec<f64> = y.iter().map(|&y| f64::from(u8::from(y > 0))).collect();
    let mut group = c.benchmark_group("logistic 250 × 40");
    for (name, c, intercept) in [("C = 1", 1.0, false), ("C = 0.01 with intercept", 0.01, true), ("C = 1e4", 1e4, true)]
    {
        let problem = Problem { x: &x, d: 40, labels: &labels, weights: None, c, intercept };
        group.bench_function(format!("{name}, ours"), |b| b.iter(|| fit(&problem)));
        group.bench_function(format!("{name}, obvious loop"), |b| b.iter(|| fit_reference(&problem)));
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = fits }
criterion_main!(benches);
