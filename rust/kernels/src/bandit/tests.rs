use proptest::prelude::*;

use super::policies::{first_largest, kl_upper};
use super::*;

const KEY: [u8; 32] = [4; 32];

fn every_kind() -> Vec<Kind> {
    let horizon = 300.0;
    vec![
        Kind::Ucb { horizon: Some(horizon), xi: 2.0, unit: Unit::Rounds },
        Kind::Ucb { horizon: None, xi: 0.5, unit: Unit::Points },
        Kind::PublishedUcb { horizon },
        Kind::KlUcb { horizon: Some(horizon), unit: Unit::Points },
        Kind::KlUcb { horizon: None, unit: Unit::Rounds },
        Kind::Moss { horizon },
        Kind::Thompson,
        Kind::EpsilonGreedy { epsilon: 0.2 },
        Kind::RoundRobin,
        Kind::Uniform,
        Kind::Oracle,
        Kind::SlidingWindowUcb { window: 25, xi: 0.6 },
        Kind::DiscountedUcb { discount: 0.95, xi: 0.6 },
    ]
}

fn setting(densities: &[f64], batch: u32, checkpoints: Vec<u64>) -> Setting {
    Setting {
        sources: densities.len(),
        starts: vec![0],
        densities: densities.to_vec(),
        observed: densities.to_vec(),
        batch,
        checkpoints,
    }
}

/// The obvious policy: it remembers every round and computes every index anew from all of them, by the formulas.
struct Historian {
    kind: Kind,
    k: usize,
    batch: f64,
    /// (source in the order of ties, fraction).
    history: Vec<(usize, f64)>,
}

impl Historian {
    fn index(&self, source: usize) -> f64 {
        let mine = |rounds: &[(usize, f64)]| {
            let seen: Vec<f64> = rounds.iter().filter(|round| round.0 == source).map(|round| round.1).collect();
            (seen.iter().sum::<f64>() / seen.len() as f64, seen.len() as f64)
        };
        let t = self.history.len() as f64;
        let (mean, rounds) = mine(&self.history);
        if rounds == 0.0 {
            return f64::INFINITY;
        }
        let n = |unit| if unit == Unit::Points { rounds * self.batch } else { rounds };
        match self.kind {
            Kind::Ucb { horizon, xi, unit } => mean + (xi * libm::log(horizon.unwrap_or(t)) / n(unit)).sqrt(),
            Kind::PublishedUcb { horizon } => mean + (2.0 * libm::log(horizon)).sqrt() / rounds,
            Kind::KlUcb { horizon, unit } => kl_by_bisection(mean, libm::log(horizon.unwrap_or(t)) / n(unit)),
            Kind::Moss { horizon } => mean + (libm::log(horizon / (self.k as f64 * rounds)).max(0.0) / rounds).sqrt(),
            Kind::SlidingWindowUcb { window, xi } => {
                let (mean, n) = mine(&self.history[self.history.len().saturating_sub(window)..]);
                if n == 0.0 { f64::INFINITY } else { mean + (xi * libm::log(t.min(window as f64)) / n).sqrt() }
            }
            Kind::DiscountedUcb { discount, xi } => {
                let weight = |age: usize| discount.powi(age as i32);
                let aged = self.history.iter().rev().enumerate();
                let total: f64 = aged.clone().map(|(age, _)| weight(age)).sum();
                let (mut sum, mut n) = (0.0, 0.0);
                for (age, &(_, fraction)) in aged.filter(|(_, round)| round.0 == source) {
                    sum += weight(age) * fraction;
                    n += weight(age);
                }
                sum / n + 2.0 * (xi * libm::log(total.max(1.0)) / n).sqrt()
            }
            _ => unreachable!("no index"),
        }
    }
}

fn kl_by_bisection(p: f64, c: f64) -> f64 {
    let term = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * libm::log(a / b) };
    let (mut low, mut high) = (p, 1.0);
    for _ in 0..200 {
        let q = 0.5 * (low + high);
        if term(p, q) + term(1.0 - p, 1.0 - q) <= c { low = q } else { high = q }
    }
    low
}

#[test]
fn index_policies_choose_what_the_whole_history_says() {
    let densities = [0.3, 0.6, 0.5, 0.6, 0.05];
    let rounds = 300;
    for kind in every_kind() {
        if matches!(kind, Kind::Thompson | Kind::EpsilonGreedy { .. } | Kind::RoundRobin | Kind::Uniform | Kind::Oracle)
        {
            continue;
        }
        for (replicate, batch) in [(0, 1), (1, 4), (2, 1)] {
            let setting = setting(&densities, batch, (1..=rounds).collect());
            let played = &run(&kind, &setting, &KEY, &[replicate], None).unwrap()[0];
            let drawn = draws(5, &KEY, replicate, rounds as usize);
            let fractions = Fractions::new(batch, &densities);
            let mut historian = Historian { kind, k: 5, batch: f64::from(batch), history: Vec::new() };
            let mut before = vec![0; 5];
            for t in 0..rounds as usize {
                let now = &played.pulls[5 * t..5 * (t + 1)];
                let source = (0..5).find(|&i| now[i] > before[i]).unwrap();
                let place = drawn.order.iter().position(|&i| i == source).unwrap();
                let indices: Vec<f64> = (0..5).map(|i| historian.index(i)).collect();
                let largest = indices.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                // Rounding may part equals; whoever is chosen must be the largest to rounding.
                assert!(indices[place] >= largest - 1e-10, "{kind:?}, round {t}: chose {place} of {indices:?}");
                if largest == f64::INFINITY {
                    assert_eq!(indices.iter().position(|&i| i == largest), Some(place));
                }
                historian.history.push((place, fractions.quantile(source, drawn.uniforms[t])));
                before = now.to_vec();
            }
        }
    }
}

proptest! {
    #[test]
    fn newton_finds_what_bisection_finds(p in 0.0f64..=1.0, c in 1e-6f64..30.0) {
        prop_assert!((kl_upper(p, c) - kl_by_bisection(p, c)).abs() < 1e-9);
    }

    #[test]
    fn newton_stays_in_range_for_tiny_arguments(p in 0.0f64..1e-12, c in 0.0f64..1e-12) {
        let q = kl_upper(p, c);
        prop_assert!(q >= p && q <= 1.0);
    }

    #[test]
    fn threads_subsets_and_order_leave_no_trace(
        key in any::<[u8; 32]>(), batch in 1u32..6, which in 0usize..13, densities in prop::collection::vec(0.0f64..=1.0, 1..6),
    ) {
        let kind = every_kind()[which];
        let setting = setting(&densities, batch, vec![1, 7, 60]);
        let all = run(&kind, &setting, &key, &[0, 1, 2, 3, 4], Some(1)).unwrap();
        prop_assert_eq!(&all, &run(&kind, &setting, &key, &[0, 1, 2, 3, 4], Some(7)).unwrap());
        let some = run(&kind, &setting, &key, &[3, 0], Some(2)).unwrap();
        prop_assert_eq!(&[&all[3], &all[0]], &[&some[0], &some[1]]);
        for outcome in &all {
            prop_assert!(outcome.regret.is_sorted() && outcome.regret[0] >= 0.0);
            let totals: Vec<u64> = outcome.pulls.chunks(densities.len()).map(|row| row.iter().sum()).collect();
            prop_assert_eq!(totals, vec![1, 7, 60]);
        }
    }

    #[test]
    fn checkpoints_only_look(key in any::<[u8; 32]>(), which in 0usize..13, starts in prop::collection::btree_set(1u64..90, 0..4)) {
        let kind = every_kind()[which];
        let starts: Vec<u64> = std::iter::once(0).chain(starts).collect();
        let densities: Vec<f64> = (0..3 * starts.len()).map(|i| (i * 37 % 11) as f64 / 10.0).collect();
        let mut setting = Setting {
            sources: 3, batch: 1, checkpoints: (1..=80).collect(), observed: densities.clone(), densities, starts,
        };
        let dense = run(&kind, &setting, &key, &[5], None).unwrap().remove(0);
        setting.checkpoints = vec![13, 80];
        let sparse = run(&kind, &setting, &key, &[5], None).unwrap().remove(0);
        prop_assert_eq!(&sparse.regret, &[dense.regret[12], dense.regret[79]]);
        prop_assert_eq!(&sparse.pulls[3..], &dense.pulls[3 * 79..]);
        // Regret again, from the choices and the definition.
        let mut regret = 0.0;
        for t in 0..80u64 {
            let row = |t: u64| if t == 0 { vec![0; 3] } else { dense.pulls[3 * (t as usize - 1)..3 * t as usize].to_vec() };
            let chosen = (0..3).find(|&i| row(t + 1)[i] > row(t)[i]).unwrap();
            let segment = setting.starts.iter().filter(|&&start| start <= t).count() - 1;
            let here = &setting.densities[3 * segment..3 * segment + 3];
            regret += here.iter().copied().fold(0.0, f64::max) - here[chosen];
            prop_assert!((dense.regret[t as usize] - regret).abs() < 1e-9);
        }
    }
}

#[test]
fn arrays_of_the_caller_receive_what_is_returned() {
    let setting = setting(&[0.2, 0.8, 0.5], 2, vec![1, 7, 60]);
    for kind in every_kind() {
        let (mut regret, mut pulls) = ([f64::NAN; 6], [-1; 18]);
        run_into(&kind, &setting, &KEY, &[4, 1], (&mut regret, &mut pulls), Some(2)).unwrap();
        for (i, outcome) in run(&kind, &setting, &KEY, &[4, 1], None).unwrap().iter().enumerate() {
            assert_eq!(outcome.regret, regret[3 * i..3 * i + 3]);
            let counted: Vec<i64> = outcome.pulls.iter().map(|&n| n as i64).collect();
            assert_eq!(counted, pulls[9 * i..9 * i + 9]);
        }
        assert!(run_into(&kind, &setting, &KEY, &[], (&mut [], &mut []), None).is_ok());
        let refused = |regret: &mut [f64], pulls: &mut [i64]| {
            run_into(&kind, &setting, &KEY, &[4, 1], (regret, pulls), None).unwrap_err().to_string()
        };
        assert!(refused(&mut regret[1..], &mut pulls).contains("regret has shape 5 entries, expected 6 entries"));
        assert!(refused(&mut regret, &mut pulls[1..]).contains("pulls has shape 17 entries, expected 18 entries"));
    }
}

#[test]
fn the_order_of_ties_is_a_uniform_permutation() {
    let mut seen = std::collections::HashMap::new();
    for replicate in 0..6000 {
        *seen.entry(order(3, &KEY, replicate)).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 6);
    // Bin(6000, 1/6) has standard deviation 28.9.
    assert!(seen.values().all(|&n: &i32| (n - 1000).abs() < 140));
}

#[test]
fn what_is_outside_its_domain_is_named() {
    let good = setting(&[0.1, 0.2], 1, vec![10]);
    let refused = |kind: Kind, setting: &Setting, what: &str| {
        let error = run(&kind, setting, &KEY, &[0], None).unwrap_err().to_string();
        assert!(error.contains(what), "{error:?} should name {what}");
    };
    let uniform = Kind::Uniform;
    refused(uniform, &setting(&[], 1, vec![10]), "densities");
    refused(uniform, &setting(&[0.1, 1.5], 1, vec![10]), "densities has 1.5 at index 1");
    refused(uniform, &setting(&[f64::NAN], 1, vec![10]), "densities has NaN at index 0");
    refused(uniform, &setting(&[0.1], 0, vec![10]), "batch is 0");
    refused(uniform, &setting(&[0.1; 100], u32::MAX, vec![10]), "batch");
    refused(uniform, &setting(&[0.1], 1, vec![]), "checkpoints");
    refused(uniform, &setting(&[0.1], 1, vec![0, 3]), "checkpoints");
    refused(uniform, &setting(&[0.1], 1, vec![5, 5]), "checkpoints");
    refused(uniform, &Setting { starts: vec![1], ..good.clone() }, "starts");
    refused(uniform, &Setting { observed: vec![0.1], ..good.clone() }, "observed has shape 1 entries, expected (1, 2)");
    refused(Kind::Moss { horizon: 1.0 }, &good, "horizon is 1");
    refused(Kind::Ucb { horizon: Some(f64::NAN), xi: 2.0, unit: Unit::Rounds }, &good, "horizon");
    refused(Kind::Ucb { horizon: None, xi: 0.0, unit: Unit::Rounds }, &good, "xi is 0");
    refused(Kind::EpsilonGreedy { epsilon: -0.1 }, &good, "epsilon");
    refused(Kind::SlidingWindowUcb { window: 0, xi: 1.0 }, &good, "window");
    refused(Kind::DiscountedUcb { discount: 1.1, xi: 1.0 }, &good, "discount");
    assert!(run(&uniform, &good, &KEY, &[0], Some(0)).is_err());
}

#[test]
fn rounding_does_not_break_ties() {
    let (forwards, backwards) = (0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1);
    assert!(backwards < forwards);
    assert_eq!(first_largest([0.1, backwards, forwards, 0.5].into_iter()), 1);
    assert_eq!(first_largest([0.1, backwards, 0.6 + 1e-11].into_iter()), 2);
}
