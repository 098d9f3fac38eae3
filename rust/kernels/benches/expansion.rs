//! Constants, profiles and couplings of pools on a circle with uneven densities, and checked instances per second.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::Rng;
use w2slens_kernels::expansion::{Pool, constant_reference};
use w2slens_kernels::instances::check;
use w2slens_kernels::streams::Streams;

/// The `k` overlap points on either side of each of `n` hard points; overlap points crowd at 0, so they are the nearest
/// to few.
fn circle(n: usize, k: usize) -> (Vec<usize>, Vec<usize>, Vec<u64>) {
    let mut stream = Streams::new(&[2; 32], "bench").item(n as u64);
    let mut unit = || stream.next_u64() as f64 * 2f64.powi(-64);
    let mut overlap: Vec<f64> = (0..n).map(|_| unit().powi(3)).collect();
    overlap.sort_unstable_by(f64::total_cmp);
    let (mut indptr, mut indices) = (vec![0], Vec::new());
    for _ in 0..n {
        let place = unit();
        let middle = overlap.partition_point(|&x| x < place).clamp(k, n - k);
        indices.extend(middle - k..middle + k);
        indptr.push(indices.len());
    }
    let weights = (0..n).map(|_| 1 + (unit() * 2f64.powi(20)) as u64).collect();
    (indptr, indices, weights)
}

fn pools(c: &mut Criterion) {
    let mut group = c.benchmark_group("expansion");
    group.sample_size(10);
    for (n, k) in [(16, 2), (500, 10), (5_000, 25)] {
        let (indptr, indices, weights) = circle(n, k);
        let Ok(pool) = Pool::new(&indptr, &indices, &weights, &weights) else { return };
        group.throughput(Throughput::Elements(indices.len() as u64));
        group.bench_with_input(BenchmarkId::new("constant", n), &pool, |b, pool| {
            b.iter(|| black_box(pool.constant()));
        });
        group.bench_with_input(BenchmarkId::new("profile", n), &pool, |b, pool| b.iter(|| black_box(pool.profile())));
        group.bench_with_input(BenchmarkId::new("coupling", n), &pool, |b, pool| {
            b.iter(|| black_box(pool.optimal_coupling()));
        });
        if n <= 16 {
            group.bench_with_input(BenchmarkId::new("every set", n), &pool, |b, pool| {
                b.iter(|| black_box(constant_reference(pool, 0.0)));
            });
        }
    }
    group.finish();
}

fn instances(c: &mut Criterion) {
    let mut group = c.benchmark_group("instances");
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("checked", |b| b.iter(|| black_box(check(&[3; 32], 0, 10_000, Some(1)))));
    group.finish();
}

criterion_group!(benches, pools, instances);
criterion_main!(benches);
