//! What every policy must keep, over the list of them; each policy's own tests stand beside its formula.

use proptest::prelude::*;

use super::indices::first_largest;
use super::policies::{Moss, Uniform};
use super::*;

const KEY: [u8; 32] = [4; 32];

pub(super) fn setting(densities: &[f64], batch: u32, checkpoints: Vec<u64>) -> Setting {
    Setting {
        sources: densities.len(),
        starts: vec![0],
        densities: densities.to_vec(),
        observed: densities.to_vec(),
        batch,
        checkpoints,
    }
}

/// What a policy has seen; it forgets nothing and computes everything anew.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) sources: usize,
    points: f64,
    /// (source in the order of ties, fraction).
    pub(super) history: Vec<(usize, f64)>,
}

impl Seen {
    pub(super) fn rounds(&self) -> f64 {
        self.history.len() as f64
    }

    pub(super) fn weight(&self, unit: Unit) -> f64 {
        if unit == Unit::Points { self.points } else { 1.0 }
    }

    /// The last rounds only.
    pub(super) fn last(&self, window: usize) -> Self {
        Self { history: self.history[self.history.len().saturating_sub(window)..].to_vec(), ..self.clone() }
    }

    /// Mean of a source's fractions, and `weight` times their number.
    pub(super) fn mean(&self, source: usize, weight: f64) -> (f64, f64) {
        let mine: Vec<f64> = self.history.iter().filter(|round| round.0 == source).map(|round| round.1).collect();
        (mine.iter().sum::<f64>() / mine.len() as f64, weight * mine.len() as f64)
    }
}

/// What a policy chose in each round; the checkpoints are all rounds.
pub(super) fn choices(policy: impl Into<Kind>, setting: &Setting, replicate: u64) -> Vec<usize> {
    let k = setting.sources;
    let played = &run(&policy.into(), setting, &KEY, &[replicate], None).unwrap()[0];
    let mut before = vec![0; k];
    played
        .pulls
        .chunks(k)
        .map(|now| (0..k).find(|&i| now[i] > std::mem::replace(&mut before[i], now[i])).unwrap())
        .collect()
}

/// Holds a policy to its formula: `index(seen, source)` of a source that has been pulled.
pub(super) fn whole_history(policy: impl Into<Kind> + Copy + std::fmt::Debug, index: impl Fn(&Seen, usize) -> f64) {
    let densities = [0.3, 0.6, 0.5, 0.6, 0.05];
    let rounds = 300;
    for (replicate, batch) in [(0, 1), (1, 4), (2, 1)] {
        let setting = setting(&densities, batch, (1..=rounds).collect());
        let drawn = draws(5, &KEY, replicate, rounds as usize);
        let fractions = Fractions::new(batch, &densities);
        let mut seen = Seen { sources: 5, points: f64::from(batch), history: Vec::new() };
        for (t, source) in choices(policy, &setting, replicate).into_iter().enumerate() {
            let place = drawn.order.iter().position(|&i| i == source).unwrap();
            let indices: Vec<f64> =
                (0..5).map(|i| if seen.mean(i, 1.0).1 == 0.0 { f64::INFINITY } else { index(&seen, i) }).collect();
            let largest = indices.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // Rounding may part equals; whoever is chosen must be the largest to rounding.
            assert!(indices[place] >= largest - 1e-10, "{policy:?}, round {t}: chose {place} of {indices:?}");
            if largest == f64::INFINITY {
                assert_eq!(indices.iter().position(|&i| i == largest), Some(place));
            }
            seen.history.push((place, fractions.quantile(source, drawn.uniforms[t])));
        }
    }
}

/// Holds a policy to refusing its parameters, for two sources, with this message.
pub(super) fn refused(policy: impl Into<Kind>, what: &str) {
    let error = run(&policy.into(), &setting(&[0.1, 0.2], 1, vec![10]), &KEY, &[0], None).unwrap_err().to_string();
    assert!(error.contains(what), "{error:?} should name {what}");
}

proptest! {
    #[test]
    fn threads_subsets_and_order_leave_no_trace(
        key in any::<[u8; 32]>(), batch in 1u32..6, kind in prop::sample::select(Kind::examples()),
        densities in prop::collection::vec(0.0f64..=1.0, 1..6),
    ) {
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
    fn checkpoints_only_look(
        key in any::<[u8; 32]>(), kind in prop::sample::select(Kind::examples()),
        starts in prop::collection::btree_set(1u64..90, 0..4),
    ) {
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
    for kind in Kind::examples() {
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
    let refused = |setting: &Setting, what: &str| {
        let error = run(&Uniform.into(), setting, &KEY, &[0], None).unwrap_err().to_string();
        assert!(error.contains(what), "{error:?} should name {what}");
    };
    refused(&setting(&[], 1, vec![10]), "densities");
    refused(&setting(&[0.1, 1.5], 1, vec![10]), "densities has 1.5 at index 1");
    refused(&setting(&[f64::NAN], 1, vec![10]), "densities has NaN at index 0");
    refused(&setting(&[0.1], 0, vec![10]), "batch is 0");
    refused(&setting(&[0.1; 100], u32::MAX, vec![10]), "batch");
    refused(&setting(&[0.1], 1, vec![]), "checkpoints");
    refused(&setting(&[0.1], 1, vec![0, 3]), "checkpoints");
    refused(&setting(&[0.1], 1, vec![5, 5]), "checkpoints");
    refused(&Setting { starts: vec![1], ..good.clone() }, "starts");
    refused(&Setting { observed: vec![0.1], ..good.clone() }, "observed has shape 1 entries, expected (1, 2)");
    assert!(run(&Uniform.into(), &good, &KEY, &[0], Some(0)).is_err());
}

#[test]
fn policies_have_names_and_so_have_their_parameters() {
    let given = |pairs: &[(&str, Value)]| pairs.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    let (ten, word) = (Value::Number(10.0), Value::Word("points".into()));
    let moss = Kind::named("moss", &given(&[("horizon", ten.clone())]));
    assert_eq!(moss, Ok(Moss { horizon: 10.0 }.into()));
    let refused = |name: &str, pairs: &[(&str, Value)], what: &str| {
        let error = Kind::named(name, &given(pairs)).unwrap_err().to_string();
        assert!(error.starts_with(what), "{error:?} should begin with {what}");
    };
    refused("greedy", &[], "there is no policy \"greedy\"; there is discounted_ucb, epsilon_greedy, ");
    refused("moss", &[], "horizon is missing, but must be given");
    refused("moss", &[("horizon", word.clone())], "horizon is \"points\", but must be a number");
    refused("moss", &[("xi", ten.clone())], "there is no parameter of the policy moss \"xi\"; there is horizon");
    refused("uniform", &[("xi", ten.clone())], "there is no parameter of the policy uniform \"xi\"; there is none");
    refused("kl_ucb", &[], "unit is missing");
    refused("kl_ucb", &[("unit", ten.clone())], "unit is 10, but must be \"rounds\" or \"points\"");
    refused("ucb", &[("xi", ten.clone()), ("unit", Value::Word("bits".into()))], "unit is \"bits\"");
    refused("sliding_window_ucb", &[("window", Value::Number(2.5)), ("xi", ten)], "window is 2.5, but must be a whole");
    let mut names = Kind::NAMES.to_vec();
    names.dedup();
    assert_eq!(names, Kind::NAMES);
}

#[test]
fn rounding_does_not_break_ties() {
    let (forwards, backwards) = (0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1);
    assert!(backwards < forwards);
    assert_eq!(first_largest([0.1, backwards, forwards, 0.5].into_iter()), 1);
    assert_eq!(first_largest([0.1, backwards, 0.6 + 1e-11].into_iter()), 2);
}
