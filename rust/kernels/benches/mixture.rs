//! Normals per second: the obvious loop, rand_distr's ziggurat, ours; and whole samples.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand_distr::{Distribution, StandardNormal};
use w2slens_kernels::mixture::{GaussianMixture, Noise};
use w2slens_kernels::normal::{Normals, draw_reference};
use w2slens_kernels::regions::Counts;
use w2slens_kernels::streams::Streams;

fn normals(c: &mut Criterion) {
    let n = 100_000;
    let mut group = c.benchmark_group("normal");
    group.throughput(Throughput::Elements(n));
    let stream = || Streams::new(&[1; 32], "bench").item(0);
    let (mut slow, mut peer, mut ours) = (stream(), stream(), Normals::new(stream()));
    group.bench_function("obvious loop", |b| b.iter(|| (0..n).map(|_| draw_reference(&mut slow)).sum::<f64>()));
    group.bench_function("rand_distr", |b| {
        b.iter(|| (0..n).map(|_| -> f64 { StandardNormal.sample(&mut peer) }).sum::<f64>());
    });
    group.bench_function("ours", |b| b.iter(|| (0..n).map(|_| ours.draw()).sum::<f64>()));
    group.finish();
}

fn samples(c: &mut Criterion) {
    let theta = vec![0.5; 40];
    let counts = Counts([1_000, 1_000, 1_000, 0]);
    let mut group = c.benchmark_group("mixture");
    for (noise, name) in [(Noise::Full, "full"), (Noise::Zeroed, "zeroed")] {
        let Ok(mixture) = GaussianMixture::new(&theta, 2.0, 20, noise) else { return };
        let (mut x, mut y) = (vec![0.0; 3_000 * mixture.d()], vec![0; 3_000]);
        let mut regions = y.clone();
        group.throughput(Throughput::Elements(x.len() as u64));
        for n_threads in [1, 2] {
            group.bench_function(format!("{name}, {n_threads} threads"), |b| {
                b.iter(|| black_box(mixture.sample(&counts, &[2; 32], &mut x, &mut y, &mut regions, Some(n_threads))));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, normals, samples);
criterion_main!(benches);
