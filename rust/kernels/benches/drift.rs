//! Forecast trials per second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use w2slens_kernels::drift::{Setting, run};

fn replicates(c: &mut Criterion) {
    let (d, sources) = (20, 15);
    let means = |first: usize, count: usize| -> Vec<f64> {
        let mean = |t: usize| {
            let phase = (6.0 * t as f64).to_radians();
            (0..d).map(move |i| if i == 0 { 2.5 * phase.cos() } else { f64::from(i == 1) * 2.5 * phase.sin() })
        };
        (first..first + count).flat_map(mean).collect()
    };
    let numbers: Vec<u64> = (0..100).collect();
    let mut group = c.benchmark_group("drift");
    group.throughput(Throughput::Elements(numbers.len() as u64));
    for n in [20, 50, 200] {
        let setting = Setting {
            d,
            sources: means(0, sources),
            counts: vec![n; sources],
            targets: means(sources, 5),
            horizons: (1..=5).collect(),
            weights: vec![1.0 / sources as f64; 5 * sources],
            sigma: 5f64.sqrt(),
            accuracy: 1.0,
            rank: None,
        };
        for n_threads in [1, 2] {
            group.bench_function(format!("{n} points in each of {sources} domains, {n_threads} threads"), |b| {
                b.iter(|| run(&setting, &[5; 32], &numbers, Some(n_threads)));
            });
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = replicates }
criterion_main!(benches);
