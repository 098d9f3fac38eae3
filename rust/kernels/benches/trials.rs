//! Replicates of the published experiment per second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use w2slens_kernels::mixture::Noise;
use w2slens_kernels::regions::Counts;
use w2slens_kernels::trials::{Diet, Learner, Setting, Student, run};

fn replicates(c: &mut Criterion) {
    let student = Student {
        learner: Learner::Logistic { c: 0.01, intercept: true },
        diet: Diet::Regions([false, false, true, false]),
    };
    let numbers: Vec<u64> = (0..50).collect();
    let mut group = c.benchmark_group("trials");
    group.throughput(Throughput::Elements(numbers.len() as u64));
    for n in [5, 50, 95] {
        let setting = Setting {
            counts: Counts([100, 100, n, 0]),
            d_easy: 20,
            d_hard: 20,
            sigma: 5f64.sqrt(),
            noise: Noise::Zeroed,
            theta: None,
            weak_c: 1.0,
            ceiling_c: 1.0,
        };
        for n_threads in [1, 2] {
            group.bench_function(format!("{n} overlap points, {n_threads} threads"), |b| {
                b.iter(|| run(&setting, &[student], &[5; 32], &numbers, Some(n_threads)));
            });
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = replicates }
criterion_main!(benches);
