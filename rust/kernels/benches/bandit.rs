//! Rounds per second of the policies.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use w2slens_kernels::bandit::policies::{KlUcb, Thompson, Ucb};
use w2slens_kernels::bandit::{Kind, Setting, Unit, run};

const ROUNDS: u64 = 20_000;

fn rounds(c: &mut Criterion) {
    let horizon = ROUNDS as f64;
    let policies = [
        ("UCB", Kind::from(Ucb { horizon: Some(horizon), xi: 2.0, unit: Unit::Rounds })),
        ("anytime UCB", Kind::from(Ucb { horizon: None, xi: 2.0, unit: Unit::Rounds })),
        ("KL-UCB", Kind::from(KlUcb { horizon: Some(horizon), unit: Unit::Rounds })),
        ("Thompson", Kind::from(Thompson)),
    ];
    let replicates: Vec<u64> = (0..20).collect();
    let mut group = c.benchmark_group("bandit");
    group.throughput(Throughput::Elements(ROUNDS * replicates.len() as u64));
    for k in [10, 50] {
        let densities: Vec<f64> = (0..k).map(|i| 0.2 + 0.6 * i as f64 / k as f64).collect();
        let setting = Setting {
            sources: k,
            starts: vec![0],
            observed: densities.clone(),
            densities,
            batch: 1,
            checkpoints: vec![ROUNDS],
        };
        for (name, kind) in &policies {
            group.bench_function(format!("{name}, {k} sources, 2 threads"), |b| {
                b.iter(|| run(kind, &setting, &[5; 32], &replicates, Some(2)));
            });
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = rounds }
criterion_main!(benches);
