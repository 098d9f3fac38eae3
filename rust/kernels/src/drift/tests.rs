//! Streams, the two kinds of students against a plain twin, exact transitions, bad settings.

use proptest::prelude::*;

use super::*;

/// Means that turn by `angle` in the first two of `d` dimensions, beside a constant third.
fn turning(d: usize, count: usize, angle: f64) -> Vec<f64> {
    (0..count)
        .flat_map(|t| {
            let phase = angle * t as f64;
            (0..d).map(move |i| match i {
                0 => 2.0 * libm::cos(phase),
                1 => 2.0 * libm::sin(phase),
                2 => 1.0,
                _ => 0.0,
            })
        })
        .collect()
}

fn setting(counts: &[usize], sigma: f64) -> Setting {
    let (d, sources) = (5, counts.len());
    let all = turning(d, sources + 4, 0.2);
    let horizons = vec![1, 4];
    let targets = horizons.iter().flat_map(|k| all[(sources - 1 + k) * d..(sources + k) * d].to_vec()).collect();
    let weights = (0..3 * horizons.len() * sources).map(|i| f64::from(i as u32 % 7) - 2.0).collect();
    let counts = counts.to_vec();
    let sources = all[..sources * d].to_vec();
    Setting { d, sources, counts, targets, horizons, weights, sigma, accuracy: 0.8, rank: None }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_subset_order_and_threads_give_the_same_rows(
        key in any::<[u8; 32]>(), replicates in prop::collection::vec(0u64..50, 1..12),
        counts in prop::collection::vec(2usize..6, 2..7),
    ) {
        let setting = setting(&counts, 1.3);
        let one_by_one: Vec<Row> =
            replicates.iter().flat_map(|&r| run(&setting, &key, &[r], Some(1)).unwrap()).collect();
        for n_threads in [1, 2, 7] {
            prop_assert_eq!(&run(&setting, &key, &replicates, Some(n_threads)).unwrap(), &one_by_one);
        }
    }

    #[test]
    fn linear_students_rebuilt_from_the_draws(
        key in any::<[u8; 32]>(), counts in prop::collection::vec(2usize..6, 2..7),
    ) {
        let setting = setting(&counts, 1.3);
        let (d, t) = (setting.d, counts.len());
        let draws = draws(&setting, &key, 3, Call::default()).unwrap();
        let row = &run(&setting, &key, &[3], None).unwrap()[0];
        for (i, seen) in row.linear.iter().enumerate() {
            let mut w = vec![0.0; d];
            let mut point = 0;
            for (domain, &n) in counts.iter().enumerate() {
                for _ in 0..n {
                    for (j, w) in w.iter_mut().enumerate() {
                        let share = setting.weights[i * t + domain] / n as f64;
                        *w += share * f64::from(draws.said[point]) * draws.x[point * d + j];
                    }
                    point += 1;
                }
            }
            let theta = &setting.targets[i % 2 * d..(i % 2 + 1) * d];
            let norms = w.iter().map(|x| x * x).sum::<f64>().sqrt();
            let along = w.iter().zip(theta).map(|(a, b)| a * b).sum::<f64>();
            prop_assert!((normal::cdf(along / norms / 1.3) - seen).abs() < 1e-12);
        }
        let agreed = draws.said[..counts[0]].iter().zip(&draws.y).map(|(a, b)| i64::from(a * b)).sum::<i64>();
        prop_assert_eq!(row.agreements[0], agreed as f64 / counts[0] as f64);
    }

    #[test]
    fn nearest_orthogonal_is_one_and_no_turn_or_mirror_is_nearer(
        entries in prop::collection::vec(-1.0..1.0f64, 9), angle in -3.0..3.0f64, plane in 0usize..3, flat: bool,
    ) {
        let mut entries = entries;
        if flat {
            (0..3).for_each(|row| entries[6 + row] = entries[row] - entries[3 + row]);
        }
        let nearest = nearest_orthogonal(entries.clone(), 3);
        for i in 0..3 {
            for j in 0..3 {
                let product = dot(&nearest[3 * i..3 * i + 3], &nearest[3 * j..3 * j + 3]);
                prop_assert!((product - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
        if flat {
            let (a, b, c) = (&nearest[..3], &nearest[3..6], &nearest[6..]);
            let triple = a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2])
                + a[2] * (b[0] * c[1] - b[1] * c[0]);
            prop_assert!((triple - 1.0).abs() < 1e-12);
        }
        let (p, q) = [(0, 1), (0, 2), (1, 2)][plane];
        for mirror in [1.0, -1.0] {
            let mut other = nearest.clone();
            for row in 0..3 {
                let (x, y) = (nearest[3 * p + row], nearest[3 * q + row]);
                other[3 * p + row] = mirror * (libm::cos(angle) * x - libm::sin(angle) * y);
                other[3 * q + row] = libm::sin(angle) * x + libm::cos(angle) * y;
            }
            prop_assert!(dot(&other, &entries) <= dot(&nearest, &entries) + 1e-12);
        }
    }

    #[test]
    fn singular_values_have_the_sum_of_squares_and_the_columns_are_orthogonal(
        entries in prop::collection::vec(-1.0..1.0f64, 12), twice: bool,
    ) {
        let mut columns = entries.clone();
        if twice {
            columns.copy_within(0..3, 3); // rank deficient
        }
        let before = dot(&columns, &columns);
        let values = singular(&mut columns, 3);
        prop_assert!((values.iter().map(|(value, _)| value * value).sum::<f64>() - before).abs() < 1e-12);
        prop_assert!(values.windows(2).all(|pair| pair[0].0 >= pair[1].0));
        for i in 0..4 {
            for j in 0..i {
                prop_assert!(dot(&columns[3 * i..3 * i + 3], &columns[3 * j..3 * j + 3]).abs() < 1e-12);
            }
        }
        prop_assert!(values[3].0 < 1e-12); // four columns of length 3
    }
}

#[test]
fn without_noise_the_transition_is_exact() {
    let setting = Setting { accuracy: 1.0, ..setting(&[3; 8], 1e-9) };
    let row = &run(&setting, &[1; 32], &[0], None).unwrap()[0];
    assert_eq!(row.rank, 3);
    let best = |theta: &[f64]| normal::cdf(dot(theta, theta).sqrt() / 1e-9);
    assert_eq!(row.transition, [best(&setting.targets[..5]), best(&setting.targets[5..])]);
    // Φ is 1 wherever ŵ points the right way; the direction itself is looked at here.
    let mut normals = Normals::new(Streams::new(&[1; 32], "drift").item(0));
    let moved = Transition::learn(&setting, &averages(&setting, &mut normals, Call::default(), |_, _, _| ()).unwrap());
    for (theta, &k) in setting.targets.chunks_exact(5).zip(&setting.horizons) {
        let student = moved.student(k);
        assert!(student.iter().zip(theta).all(|(w, t)| (w - t).abs() < 1e-7), "{student:?}");
    }
}

#[test]
fn of_rank_one_it_is_the_pooled_student() {
    let mut setting = Setting { rank: Some(1), ..setting(&[3, 5, 2], 1.0) };
    setting.weights = (0..2).flat_map(|_| [0.3, 0.5, 0.2]).collect();
    for row in run(&setting, &[2; 32], &[0, 1, 2], None).unwrap() {
        assert_eq!(row.rank, 1);
        for (a, b) in row.linear.iter().zip(&row.transition) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}

#[test]
fn labels_are_right_as_often_as_said() {
    let setting = setting(&[4000, 4000], 1.0);
    let row = &run(&setting, &[3; 32], &[0], None).unwrap()[0];
    for agreement in &row.agreements {
        assert!((agreement - 0.6).abs() < 5.0 * (0.64f64 / 4000.0).sqrt());
    }
}

#[test]
fn settings_outside_the_domain_are_named() {
    let message = |s: Setting| run(&s, &[0; 32], &[0], None).unwrap_err().to_string();
    let base = || setting(&[3, 3, 3], 1.0);
    assert!(message(Setting { counts: vec![3], ..base() }).starts_with("counts is [3]"));
    assert!(message(Setting { counts: vec![3, 0, 3], ..base() }).starts_with("counts has 0 at index 1"));
    assert!(message(Setting { counts: vec![1, 1, 1], ..base() }).contains("one point in every domain"));
    assert!(message(Setting { sources: vec![0.0; 14], ..base() }).starts_with("sources has shape 14 entries"));
    assert!(message(Setting { targets: vec![f64::NAN; 10], ..base() }).starts_with("targets has NaN at row 0"));
    assert!(message(Setting { weights: vec![0.0; 7], ..base() }).starts_with("weights has shape 7 entries"));
    assert!(message(Setting { weights: vec![f64::NAN; 6], ..base() }).starts_with("weights has NaN at index 0"));
    assert!(message(Setting { horizons: vec![0, 1], ..base() }).starts_with("horizons has 0 at index 0"));
    assert!(message(Setting { sigma: 0.0, ..base() }).starts_with("sigma is 0"));
    assert!(message(Setting { accuracy: 1.5, ..base() }).starts_with("accuracy is 1.5"));
    assert!(message(Setting { rank: Some(4), ..base() }).starts_with("rank is 4"));
    assert!(message(Setting { d: 0, ..base() }).starts_with("d is 0"));
}
