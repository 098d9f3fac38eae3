//! Streams, students that share draws, degenerate students, bad settings.

use super::*;
use proptest::prelude::*;

fn setting(counts: [usize; 4]) -> Setting {
    Setting {
        counts: Counts(counts),
        d_easy: 4,
        d_hard: 3,
        sigma: 1.5,
        noise: Noise::Zeroed,
        theta: None,
        weak_c: 1.0,
        ceiling_c: 1.0,
    }
}

fn students() -> Vec<Student> {
    let logistic = Learner::Logistic { c: 0.01, intercept: true };
    let overlap = Diet::Regions([false, false, true, false]);
    vec![
        Student { learner: logistic, diet: overlap },
        Student { learner: Learner::Averaging, diet: overlap },
        Student { learner: Learner::Logistic { c: 100.0, intercept: false }, diet: Diet::Mix(0.3) },
    ]
}

/// Equal bit for bit, where NaN equals NaN.
fn same(a: &[Row], b: &[Row]) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_subset_order_and_threads_give_the_same_rows(
        key in any::<[u8; 32]>(), replicates in prop::collection::vec(0u64..50, 1..12), full: bool,
    ) {
        let noise = if full { Noise::Full } else { Noise::Zeroed };
        let setting = Setting { noise, ..setting([6, 5, 8, 2]) };
        let one_by_one: Vec<Row> = replicates.iter()
            .flat_map(|&r| run(&setting, &students(), &key, &[r], Some(1)).unwrap()).collect();
        for n_threads in [1, 2, 7] {
            prop_assert!(same(&run(&setting, &students(), &key, &replicates, Some(n_threads)).unwrap(), &one_by_one));
        }
    }

    #[test]
    fn students_do_not_disturb_each_other(key in any::<[u8; 32]>()) {
        let setting = setting([6, 5, 8, 0]);
        let together = run(&setting, &students(), &key, &[3], Some(1)).unwrap();
        for (student, row) in students().iter().zip(&together) {
            prop_assert!(same(&run(&setting, &[*student], &key, &[3], Some(1)).unwrap(), std::slice::from_ref(row)));
        }
    }

    #[test]
    fn mixes_have_the_share_and_are_nested(overlap in 0usize..20, others in 0usize..20, share in 0.0..=1.0f64) {
        let setting = setting([others, 0, overlap, 1]);
        let draws = draws(&setting, &[1; 32], 0, Call::default()).unwrap();
        let rows = choose(Diet::Mix(share), &setting.counts, &draws.orders);
        let size = overlap.min(others + 1);
        prop_assert_eq!(rows.len(), size);
        prop_assert!(rows.windows(2).all(|w| w[0] < w[1]));
        let within = setting.counts.rows(Region::Overlap);
        let taken = |rows: &[usize]| rows.iter().filter(|r| within.contains(r)).copied().collect::<Vec<_>>();
        prop_assert_eq!(taken(&rows).len(), (share * size as f64).round() as usize);
        let all = taken(&choose(Diet::Mix(1.0), &setting.counts, &draws.orders));
        prop_assert!(taken(&rows).iter().all(|r| all.contains(r)));
    }
}

#[test]
fn degenerate_students_are_rows() {
    let none = run(&setting([5, 5, 0, 0]), &students()[..2], &[0; 32], &[0], None).unwrap();
    assert!(none.iter().all(|row| row.status == Status::Untrained && row.test[2][4].is_nan() && row.alpha.is_nan()));
    let one = run(&setting([5, 5, 1, 0]), &students()[..2], &[0; 32], &[0], None).unwrap();
    assert_eq!((one[0].status, one[1].status), (Status::SingleClass, Status::Fitted));
    assert_eq!(one[0].population[2], [0.5; COLUMNS]);
}

#[test]
fn the_weak_model_is_blind_to_the_hard_block() {
    let rows = run(&setting([50, 50, 20, 0]), &students(), &[9; 32], &[0, 1, 2], None).unwrap();
    for row in rows {
        assert_eq!(row.population[0][1], 0.5);
        assert!(row.population[0][0] > 0.5 && row.population[1][1] > 0.5);
    }
}

#[test]
fn settings_outside_the_domain_are_named() {
    let message = |s: Setting, students: &[Student]| run(&s, students, &[0; 32], &[0], None).unwrap_err().to_string();
    let base = || setting([5, 5, 5, 0]);
    assert!(message(Setting { d_easy: 0, ..base() }, &[]).starts_with("d_easy"));
    assert!(message(Setting { sigma: -1.0, ..base() }, &[]).starts_with("sigma"));
    assert!(message(Setting { weak_c: f64::NAN, ..base() }, &[]).starts_with("weak_C"));
    assert!(message(Setting { theta: Some(vec![1.0]), ..base() }, &[]).starts_with("theta has shape (1,)"));
    assert!(message(setting([0; 4]), &[]).contains("no points"));
    let mix = Student { learner: Learner::Averaging, diet: Diet::Mix(1.5) };
    assert!(message(base(), &[mix]).starts_with("share of a student is 1.5"));
}
