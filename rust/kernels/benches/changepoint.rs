//! Splits per second: the obvious O(n²) loop where it can be afforded, ours on shuffled and on sorted values.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::Rng;
use w2slens_kernels::Call;
use w2slens_kernels::changepoint::{Candidates, split, split_reference};
use w2slens_kernels::streams::Streams;

fn splits(c: &mut Criterion) {
    let mut group = c.benchmark_group("changepoint");
    for n in [1_000, 20_000, 1_000_000] {
        let mut stream = Streams::new(&[1; 32], "bench").item(n);
        let unit = 2f64.powi(-64);
        let values: Vec<f64> = (0..n).map(|_| (stream.next_u64() as f64 * unit).powi(2)).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        group.throughput(Throughput::Elements(n));
        group.bench_with_input(BenchmarkId::new("shuffled", n), &values, |b, values| {
            b.iter(|| black_box(split(values, Candidates::All, Call::default())));
        });
        group.bench_with_input(BenchmarkId::new("sorted", n), &sorted, |b, values| {
            b.iter(|| black_box(split(values, Candidates::All, Call::default())));
        });
        if n <= 1_000 {
            group.bench_with_input(BenchmarkId::new("obvious loop", n), &values, |b, values| {
                b.iter(|| black_box(split_reference(values, Candidates::All)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, splits);
criterion_main!(benches);
