//! Replicates of delta learning per second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use w2slens_kernels::delta::{Labels, Setting, Student, run};
use w2slens_kernels::mixture::Noise;
use w2slens_kernels::regions::Counts;

fn replicates(c: &mut Criterion) {
    let numbers: Vec<u64> = (0..50).collect();
    let unit = |along: f64| -> Vec<f64> { (0..20).map(|j| if j == 0 { 1.0 } else { along }).collect() };
    let setting = Setting {
        counts: Counts([0, 0, 400, 0]),
        theta: vec![0.57; 40],
        sigma: 5f64.sqrt(),
        noise: Noise::Zeroed,
        chosen: unit(0.3),
        rejected: unit(-0.1),
        reference: Some(vec![0.2; 40]),
        flip: 0.0,
    };
    let mut group = c.benchmark_group("delta");
    group.throughput(Throughput::Elements(numbers.len() as u64));
    for (name, c) in [("averaging", None), ("logistic", Some(0.003))] {
        let students = [Labels::Delta, Labels::Chosen].map(|labels| Student { c, step: 1.0, labels });
        for n_threads in [1, 2] {
            group.bench_function(format!("{name}, {n_threads} threads"), |b| {
                b.iter(|| run(&setting, &students, &[5; 32], &numbers, Some(n_threads)));
            });
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = replicates }
criterion_main!(benches);
