//! Streams, a trial rebuilt by the obvious sums, offsets, students that share draws, bad settings.

use super::*;
use crate::logistic::fit;
use proptest::prelude::*;

fn setting() -> Setting {
    Setting {
        counts: Counts([3, 2, 40, 1]),
        theta: vec![1.0, 0.5, -0.3, 0.8, 0.4],
        sigma: 1.2,
        noise: Noise::Zeroed,
        chosen: vec![1.0, 0.2, -0.5],
        rejected: vec![0.3, 1.0, 0.6],
        reference: Some(vec![0.4, -0.1, 0.2, 0.3, -0.2]),
        flip: 0.1,
    }
}

const STUDENTS: [Student; 6] = [
    Student { c: None, step: 2.0, labels: Labels::Delta },
    Student { c: Some(0.1), step: 1.0, labels: Labels::Delta },
    Student { c: Some(0.1), step: 1.0, labels: Labels::Reversed },
    Student { c: Some(0.1), step: 1.0, labels: Labels::Chosen },
    Student { c: Some(3.0), step: 1.0, labels: Labels::Rejected },
    Student { c: None, step: 1.0, labels: Labels::Chosen },
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_subset_order_and_threads_give_the_same_rows(
        key in any::<[u8; 32]>(), replicates in prop::collection::vec(0u64..50, 1..12), full: bool,
    ) {
        let noise = if full { Noise::Full } else { Noise::Zeroed };
        let setting = Setting { noise, ..setting() };
        let one_by_one: Vec<Row> = replicates.iter()
            .flat_map(|&r| run(&setting, &STUDENTS, &key, &[r], Some(1)).unwrap()).collect();
        for n_threads in [1, 2, 7] {
            prop_assert_eq!(&run(&setting, &STUDENTS, &key, &replicates, Some(n_threads)).unwrap(), &one_by_one);
        }
    }

    #[test]
    fn students_do_not_disturb_each_other(key in any::<[u8; 32]>()) {
        let together = run(&setting(), &STUDENTS, &key, &[3], Some(1)).unwrap();
        for (student, row) in STUDENTS.iter().zip(&together) {
            prop_assert_eq!(&run(&setting(), &[*student], &key, &[3], Some(1)).unwrap(), std::slice::from_ref(row));
        }
    }

    #[test]
    fn equals_the_obvious_sums(key in any::<[u8; 32]>(), flip in 0.0..=1.0f64, cold: bool) {
        let reference = if cold { None } else { setting().reference };
        let setting = Setting { flip, reference, ..setting() };
        let start = setting.reference.clone().unwrap_or_else(|| vec![0.0; 5]);
        let Draws { x, y, flipped } = draws(&setting, &key, 8, Call::default()).unwrap();
        let (mut delta, mut chosen, mut balance, mut size) = (start.clone(), start, 0, 0);
        for (i, &y) in y.iter().enumerate() {
            let x = &x[5 * i..5 * i + 5];
            let c = if 1.0 * x[0] + 0.2 * x[1] - 0.5 * x[2] > 0.0 { 1.0 } else { -1.0 };
            let r = if 0.3 * x[0] + 1.0 * x[1] + 0.6 * x[2] > 0.0 { 1.0 } else { -1.0 };
            let sign = if flipped[i] { -1.0 } else { 1.0 };
            for j in 0..5 {
                delta[j] += 2.0 / 46.0 * 0.5 * sign * (c - r) * x[j];
                chosen[j] += c * x[j] / 46.0;
            }
            size += usize::from(c != r);
            balance += if c == r { 0 } else { (sign * c) as i64 * i64::from(y) };
        }
        let rows = run(&setting, &STUDENTS, &key, &[8], None).unwrap();
        let mixture = mixture_of(&setting).unwrap();
        prop_assert_eq!((rows[0].size, rows[0].balance, rows[2].balance), (size, balance, -balance));
        for (row, coef) in [(&rows[0], delta), (&rows[5], chosen)] {
            let expected = linear_accuracy(&mixture, &coef, 0.0).unwrap();
            prop_assert!(row.accuracy.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }

    #[test]
    fn an_offset_is_a_ridge_towards_another_point(key in any::<[u8; 32]>(), log_c in -3.0..2.0f64) {
        // The gradient of ½‖w − w₀‖² + C Σ loss(w·x) vanishes where the fit with offset w₀·x ends.
        let setting = setting();
        let Draws { x, y, .. } = draws(&setting, &key, 0, Call::default()).unwrap();
        let reference = setting.reference.unwrap();
        let labels: Vec<f64> = y.iter().map(|&y| f64::from(u8::from(y > 0))).collect();
        let c = log_c.exp();
        let problem = Problem { x: &x, d: 5, labels: &labels, weights: None, c, intercept: false };
        let offset: Vec<f64> = x.chunks_exact(5).map(|x| product(&reference, x)).collect();
        let u = fit_offset_in(&problem, Some(&offset), 0, &mut Workspace::default(), Call::default()).unwrap().coef;
        for j in 0..5 {
            let pull: f64 = x.chunks_exact(5).zip(&labels)
                .map(|(x, t)| {
                    let z: f64 = product(&reference, x) + product(&u, x);
                    (1.0 / (1.0 + (-z).exp()) - t) * x[j]
                }).sum();
            prop_assert!((u[j] + c * pull).abs() < 1e-6 * (1.0 + c));
        }
        let none = fit_offset_in(&problem, Some(&[0.0; 46]), 0, &mut Workspace::default(), Call::default()).unwrap();
        prop_assert_eq!(none, fit(&problem).unwrap());
    }
}

#[test]
fn teachers_that_agree_leave_the_student_as_it_was() {
    let setting = Setting { rejected: setting().chosen, ..setting() };
    let rows = run(&setting, &STUDENTS[..2], &[5; 32], &[0, 1], None).unwrap();
    let mixture = mixture_of(&setting).unwrap();
    let start = linear_accuracy(&mixture, setting.reference.as_ref().unwrap(), 0.0).unwrap();
    for row in rows {
        assert_eq!(row, Row { taught: false, size: 0, balance: 0, accuracy: start });
    }
}

#[test]
fn only_overlap_points_move_the_hard_block() {
    let reference = None;
    let only = |counts| Setting { counts: Counts(counts), reference: reference.clone(), ..setting() };
    let rows = run(&only([80, 80, 0, 80]), &STUDENTS[..2], &[5; 32], &[0, 1, 2], None).unwrap();
    assert!(rows.iter().all(|row| row.taught && row.accuracy[1] == 0.5 && row.accuracy[0] != 0.5));
    let rows = run(&only([0, 80, 0, 80]), &STUDENTS[..2], &[5; 32], &[0, 1, 2], None).unwrap();
    assert!(rows.iter().all(|row| !row.taught));
}

#[test]
fn settings_outside_the_domain_are_named() {
    let message = |s: Setting, students: &[Student]| run(&s, students, &[0; 32], &[0], None).unwrap_err().to_string();
    assert!(message(Setting { chosen: vec![0.0; 3], ..setting() }, &[]).starts_with("chosen is undefined"));
    assert!(message(Setting { rejected: vec![1.0], ..setting() }, &[]).starts_with("rejected has shape (1,)"));
    assert!(message(Setting { rejected: vec![1.0, f64::NAN, 0.0], ..setting() }, &[]).starts_with("rejected has NaN"));
    assert!(message(Setting { reference: Some(vec![1.0]), ..setting() }, &[]).starts_with("reference has shape (1,)"));
    assert!(message(Setting { flip: 1.5, ..setting() }, &[]).starts_with("flip is 1.5"));
    assert!(message(Setting { sigma: 0.0, ..setting() }, &[]).starts_with("sigma"));
    assert!(message(Setting { counts: Counts([0; 4]), ..setting() }, &[]).contains("no points"));
    let student = |c, step| Student { c, step, labels: Labels::Delta };
    assert!(message(setting(), &[student(Some(0.0), 1.0)]).starts_with("C of a student is 0"));
    assert!(message(setting(), &[student(None, -1.0)]).starts_with("step of a student is -1"));
}
