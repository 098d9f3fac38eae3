//! Closed forms, the oracle, bits.

use super::dense::accumulate_portable;
use super::oracle::sigmoid;
use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Data {
    x: Vec<f64>,
    labels: Vec<f64>,
    weights: Vec<f64>,
    d: usize,
}

fn data(most: usize) -> impl Strategy<Value = Data> {
    (2usize..most, 1usize..7).prop_flat_map(|(n, d)| {
        let labels = prop_oneof![
            prop::collection::vec(prop_oneof![Just(0.0), Just(1.0)], n),
            prop::collection::vec(0.0..=1.0f64, n),
        ];
        (prop::collection::vec(-3.0..3.0f64, n * d), labels, prop::collection::vec(0.1..3.0f64, n), Just(d)).prop_map(
            |(x, mut labels, weights, d)| {
                (labels[0], labels[1]) = (0.0, 1.0);
                Data { x, labels, weights, d }
            },
        )
    })
}

fn problem(data: &Data, c: f64, intercept: bool, weighted: bool) -> Problem<'_> {
    let weights = weighted.then_some(data.weights.as_slice());
    Problem { x: &data.x, d: data.d, labels: &data.labels, weights, c, intercept }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn equals_the_obvious_newton(data in data(40), log_c in -4.0..4.0f64, intercept: bool, weighted: bool) {
        let problem = problem(&data, 10f64.powf(log_c), intercept, weighted);
        let (ours, oracle) = (fit(&problem).unwrap(), fit_reference(&problem).unwrap());
        let scale = oracle.coef.iter().fold(oracle.intercept.abs().max(1.0), |m, w| m.max(w.abs()));
        for (a, b) in ours.coef.iter().chain([&ours.intercept]).zip(oracle.coef.iter().chain([&oracle.intercept])) {
            prop_assert!((a - b).abs() <= 1e-7 * scale, "{a} {b}");
        }
    }

    #[test]
    fn more_columns_than_rows_and_repeated_rows(data in data(5), log_c in -3.0..3.0f64, intercept: bool, wider in 1usize..6) {
        let d = data.labels.len() + wider;
        let n = data.labels.len();
        let mut x: Vec<f64> = (0..n * d).map(|i| ((i * i + 7 * i) % 23) as f64 / 5.0 - 2.0 + data.x[i % data.x.len()]).collect();
        x.copy_within(0..d, (n - 1) * d);
        let problem = Problem { x: &x, d, labels: &data.labels, weights: None, c: 10f64.powf(log_c), intercept };
        let (ours, oracle) = (fit(&problem).unwrap(), fit_reference(&problem).unwrap());
        let scale = oracle.coef.iter().fold(oracle.intercept.abs().max(1.0), |m, w| m.max(w.abs()));
        for (a, b) in ours.coef.iter().chain([&ours.intercept]).zip(oracle.coef.iter().chain([&oracle.intercept])) {
            prop_assert!((a - b).abs() <= 1e-7 * scale, "{a} {b}");
        }
    }

    #[test]
    fn gradient_vanishes_at_the_fit(data in data(60), log_c in -4.0..4.0f64, intercept: bool) {
        let problem = problem(&data, 10f64.powf(log_c), intercept, true);
        let fit = fit(&problem).unwrap();
        let n = problem.labels.len();
        for j in 0..data.d + usize::from(intercept) {
            let (mut sum, mut size) = (if j < data.d { fit.coef[j] } else { 0.0 }, 1e-6);
            for i in 0..n {
                let z = dot(&data.x[i * data.d..(i + 1) * data.d], &fit.coef) + fit.intercept;
                let x = if j < data.d { data.x[i * data.d + j] } else { 1.0 };
                let term = problem.c * data.weights[i] * (sigmoid(z) - data.labels[i]) * x;
                sum += term;
                size += term.abs();
            }
            prop_assert!(sum.abs() <= 1e-6 * size.max(1.0), "{sum} of {size}");
        }
    }

    #[test]
    fn a_weight_is_a_number_of_copies(data in data(15), copies in prop::collection::vec(0usize..4, 15), intercept: bool) {
        let n = data.labels.len();
        let mut copies = copies[..n].to_vec();
        (copies[0], copies[1]) = (1, 2);
        let weights: Vec<f64> = copies.iter().map(|&c| c as f64).collect();
        let (mut x, mut labels) = (Vec::new(), Vec::new());
        for (i, &times) in copies.iter().enumerate() {
            for _ in 0..times {
                x.extend_from_slice(&data.x[i * data.d..(i + 1) * data.d]);
                labels.push(data.labels[i]);
            }
        }
        let repeated = Problem { x: &x, d: data.d, labels: &labels, weights: None, c: 2.0, intercept };
        let weighted = Problem { weights: Some(&weights), ..problem(&data, 2.0, intercept, false) };
        let (a, b) = (fit(&repeated).unwrap(), fit(&weighted).unwrap());
        for (a, b) in a.coef.iter().zip(&b.coef) {
            prop_assert!((a - b).abs() < 1e-8 * b.abs().max(1.0));
        }
    }

    #[test]
    fn batch_has_the_bits_of_single_fits_for_any_threads(many in prop::collection::vec(data(30), 1..6), log_c in -2.0..2.0f64) {
        let problems: Vec<_> = many.iter().map(|d| problem(d, 10f64.powf(log_c), true, false)).collect();
        let single: Vec<_> = problems.iter().map(|p| fit(p).unwrap()).collect();
        for n_threads in [1, 2, 7] {
            prop_assert_eq!(&fit_batch(&problems, Some(n_threads)).unwrap(), &single);
        }
    }

    #[test]
    fn vector_paths_agree_bit_for_bit(data in data(40), intercept: bool) {
        let problem = problem(&data, 1.0, intercept, false);
        let n = problem.labels.len();
        let k = data.d + usize::from(intercept);
        let (mut g, mut h) = ((vec![0.0; k], vec![0.0; k]), (vec![0.0; k * k], vec![0.0; k * k]));
        accumulate(&problem, &data.weights[..n], &data.weights[..n], &mut g.0, &mut h.0, Call::default()).unwrap();
        accumulate_portable(&problem, &data.weights[..n], &data.weights[..n], &mut g.1, &mut h.1, Call::default()).unwrap();
        prop_assert_eq!((g.0, h.0), (g.1, h.1));
    }
}

#[test]
fn one_point_pair_in_closed_form() {
    // Points ±1 with labels 1, 0 and no intercept: w = 2C σ(−w).
    let fit =
        fit(&Problem { x: &[1.0, -1.0], d: 1, labels: &[1.0, 0.0], weights: None, c: 0.5, intercept: false }).unwrap();
    let w = fit.coef[0];
    assert!((w - sigmoid(-w)).abs() < 1e-15);
}

#[test]
fn separable_data_converge_for_weak_penalties() {
    let x: Vec<f64> = (0..40).map(|i| f64::from(i) - 19.5).collect();
    let labels: Vec<f64> = x.iter().map(|x| f64::from(u8::from(*x > 0.0))).collect();
    for log_c in -6..=12 {
        let problem = Problem { x: &x, d: 1, labels: &labels, weights: None, c: 10f64.powi(log_c), intercept: true };
        let fit = fit(&problem).unwrap();
        assert!(fit.coef[0] > 0.0 && fit.intercept.abs() < 1e-6, "{fit:?}");
    }
}

#[test]
fn input_outside_the_domain_is_named() {
    let base = Problem { x: &[1.0, 2.0], d: 1, labels: &[0.0, 1.0], weights: None, c: 1.0, intercept: true };
    let message = |p: Problem<'_>| fit(&p).unwrap_err().to_string();
    assert!(message(Problem { x: &[1.0, f64::NAN], ..base }).contains("X has NaN at row 1, column 0"));
    assert!(message(Problem { labels: &[0.0, 1.5], ..base }).contains("y has 1.5 at index 1"));
    assert!(message(Problem { weights: Some(&[1.0, -1.0]), ..base }).contains("sample_weight has -1 at index 1"));
    assert!(message(Problem { weights: Some(&[1.0]), ..base }).starts_with("sample_weight has shape (1,)"));
    assert!(message(Problem { c: 0.0, ..base }).starts_with("C is 0"));
    assert!(message(Problem { labels: &[1.0, 1.0], ..base }).contains("single class"));
    assert!(message(Problem { weights: Some(&[1.0, 0.0]), ..base }).contains("single class"));
    assert!(message(Problem { x: &[], labels: &[], ..base }).contains("no rows"));
    assert!(message(Problem { x: &[1.0], ..base }).starts_with("X has shape"));
    assert!(fit(&Problem { labels: &[1.0, 1.0], intercept: false, ..base }).is_ok());
}
