//! Multiply-adds per second: the plain loop, then the kernel on every path, with and without index, and per entry type.

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use half::f16;
use w2slens_kernels::similarity::{Entry, Matrix, Metric, Options, Path, Progress, oracle, overlap_scores};

/// Entries in [-1, 1) without a pattern that arithmetic could use.
fn entries(seed: u64, length: usize) -> Vec<f64> {
    let step = |state: u64| state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    let states = std::iter::successors(Some(seed), |&state| Some(step(state)));
    states.skip(1).take(length).map(|state| (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0).collect()
}

fn measure<E: Entry>(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: String,
    (x, hard): (&[E], &[E]),
    d: usize,
    options: Options,
    n_threads: usize,
) {
    let (Ok(x), Ok(hard)) = (Matrix::from_slice(x, x.len() / d, d), Matrix::from_slice(hard, hard.len() / d, d)) else {
        return;
    };
    group.bench_function(name, |b| {
        b.iter(|| black_box(overlap_scores(&x, &hard, &options, &Progress::default(), Some(n_threads))));
    });
}

fn scores(c: &mut Criterion) {
    for (n, m, d) in [(100, 100, 384), (1000, 1000, 384), (1000, 1000, 4096)] {
        let mut group = c.benchmark_group(format!("similarity {n} x {m} x {d}"));
        group.sample_size(10).throughput(Throughput::Elements((n * m * d) as u64));
        let (x, hard) = (entries(1, n * d), entries(2, m * d));
        if n == 100 {
            group.bench_function("plain loop, f64", |b| {
                b.iter(|| black_box(oracle::overlap_scores(&x, &hard, d, Metric::Cosine, true)));
            });
        }
        let single = |entries: &[f64]| entries.iter().map(|&entry| entry as f32).collect::<Vec<_>>();
        let half = |entries: &[f64]| entries.iter().map(|&entry| f16::from_f64(entry)).collect::<Vec<_>>();
        let (x32, hard32) = (single(&x), single(&hard));
        for path in Path::here() {
            let options = Options { path, ..Options::default() };
            measure(&mut group, format!("f32, {}", path.name()), (&x32, &hard32), d, options, 1);
            measure(&mut group, format!("f64, {}", path.name()), (&x, &hard), d, options, 1);
        }
        let options = Options::default();
        measure(&mut group, "f32, 2 threads".into(), (&x32, &hard32), d, options, 2);
        measure(&mut group, "f32, index".into(), (&x32, &hard32), d, Options { index: true, ..options }, 1);
        measure(&mut group, "f16".into(), (&half(&x), &half(&hard)), d, options, 1);
        group.finish();
    }
}

criterion_group!(benches, scores);
criterion_main!(benches);
