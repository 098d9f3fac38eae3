//! The sampler against its twin, the accuracy against hand-computed cases and samples, bad parameters.

use proptest::prelude::*;

use super::*;
use crate::normal;
use crate::regions::REGIONS;

fn noises() -> impl Strategy<Value = Noise> {
    prop_oneof![Just(Noise::Zeroed), Just(Noise::Full)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn equals_the_obvious_loop_for_any_threads_and_either_precision(
        theta in prop::collection::vec(-3.0..3.0f64, 1..9), share in 0.0..=1.0f64, sigma in 0.01..10.0f64,
        counts in prop::array::uniform4(0usize..150), noise in noises(), key in any::<[u8; 32]>(),
    ) {
        let d_easy = (share * theta.len() as f64) as usize;
        let mixture = GaussianMixture::new(&theta, sigma, d_easy, noise).unwrap();
        let counts = Counts(counts);
        let (n, d) = (counts.points(1).unwrap(), mixture.d());
        let streams = Streams::new(&key, "mixture");
        let mut expected = (Vec::new(), Vec::new());
        for first in (0..n).step_by(CHUNK) {
            let mut stream = streams.item((first / CHUNK) as u64);
            let (x, y) = sample_reference(&mixture, &counts, first..n.min(first + CHUNK), &mut stream);
            expected.0.extend(x);
            expected.1.extend(y);
        }
        let codes: Vec<i8> = (0..4).flat_map(|code| vec![code; counts.0[code as usize]]).collect();
        for n_threads in [1, 2, 7] {
            let (mut x, mut y, mut regions) = (vec![f64::NAN; n * d], vec![0; n], vec![9; n]);
            mixture.sample(&counts, &key, &mut x, &mut y, &mut regions, Some(n_threads)).unwrap();
            prop_assert!(x.iter().zip(&expected.0).all(|(a, b)| a.to_bits() == b.to_bits()));
            prop_assert_eq!((&y, &regions), (&expected.1, &codes));
        }
        let (mut x, mut y, mut regions) = (vec![f32::NAN; n * d], vec![0; n], vec![9; n]);
        mixture.sample(&counts, &key, &mut x, &mut y, &mut regions, None).unwrap();
        prop_assert!(x.iter().zip(&expected.0).all(|(a, b)| *a == *b as f32));
    }

    #[test]
    fn sequential_samples_continue_one_stream(
        theta in prop::collection::vec(-3.0..3.0f64, 1..9), counts in prop::array::uniform4(0usize..90), noise in noises(),
    ) {
        let mixture = GaussianMixture::new(&theta, 1.5, theta.len() / 2, noise).unwrap();
        let (counts, n) = (Counts(counts), counts.iter().sum());
        let stream = || Streams::new(&[4; 32], "students").item(6);
        let mut draws = Normals::new(stream());
        let (mut x, mut y) = (vec![0.0; n * mixture.d()], vec![0; n]);
        mixture.sample_from(&counts, &mut draws, &mut x, &mut y, Call::default()).unwrap();
        let expected = sample_reference(&mixture, &counts, 0..n, &mut stream());
        prop_assert_eq!((&x, &y), (&expected.0, &expected.1));
        let (mut more, mut labels) = (x.clone(), y.clone());
        mixture.sample_from(&counts, &mut draws, &mut more, &mut labels, Call::default()).unwrap();
        prop_assert!(noise == Noise::Zeroed || x.is_empty() || more != x);
    }

    #[test]
    fn accuracy_does_not_change_with_the_scale_of_the_classifier(
        coef in prop::array::uniform5(-2.0..2.0f64), b in -3.0..3.0f64, exponent in -140i32..140, noise in noises(),
    ) {
        let theta = [0.3, -0.7, 1.1, 0.0, 0.4];
        let mixture = GaussianMixture::new(&theta, 0.8, 2, noise).unwrap();
        let scale = 2f64.powi(7 * exponent); // exact, so the equality is too
        let scaled = coef.map(|w| w * scale);
        prop_assume!(scaled.iter().chain([&(b * scale)]).all(|w| w.is_normal() || *w == 0.0));
        prop_assert_eq!(
            linear_accuracy(&mixture, &coef, b).unwrap(), linear_accuracy(&mixture, &scaled, b * scale).unwrap()
        );
    }
}

#[test]
fn accuracy_matches_hand_computed_cases() {
    let theta = [3.0, 4.0];
    let mixture = |noise| GaussianMixture::new(&[3.0, 4.0], 2.0, 1, noise).unwrap();
    let zeroed = linear_accuracy(&mixture(Noise::Zeroed), &theta, 0.0).unwrap();
    assert_eq!(zeroed, [normal::cdf(1.5), normal::cdf(2.0), normal::cdf(2.5), 0.5]);
    let full = linear_accuracy(&mixture(Noise::Full), &theta, 0.0).unwrap();
    assert_eq!(full, [normal::cdf(0.9), normal::cdf(1.6), normal::cdf(2.5), 0.5]);
    for noise in [Noise::Zeroed, Noise::Full] {
        assert_eq!(linear_accuracy(&mixture(noise), &[0.0, 0.0], 7.0).unwrap(), [0.5; 4]);
        assert_eq!(linear_accuracy(&mixture(noise), &[5.0, 0.0], 0.0).unwrap()[1], 0.5);
    }
}

/// Frequencies of correct predictions on 200,000 points a region lie within 5 standard errors of the closed form.
#[test]
fn accuracy_agrees_with_sampling() {
    let (theta, coef, b) = ([0.6, -0.4, 0.9], [1.0, 0.5, 0.7], 0.3);
    for noise in [Noise::Zeroed, Noise::Full] {
        let m = 200_000;
        let mixture = GaussianMixture::new(&theta, 1.2, 2, noise).unwrap();
        let (mut x, mut y, mut regions) = (vec![0.0; 4 * m * 3], vec![0; 4 * m], vec![0; 4 * m]);
        mixture.sample(&Counts([m; 4]), &[8; 32], &mut x, &mut y, &mut regions, Some(2)).unwrap();
        let expected = linear_accuracy(&mixture, &coef, b).unwrap();
        let mut right = [0.0; REGIONS];
        for ((x, y), region) in x.chunks_exact(3).zip(&y).zip(&regions) {
            let decision: f64 = x.iter().zip(&coef).map(|(x, w)| x * w).sum::<f64>() + b;
            right[*region as usize] += f64::from(u8::from((decision > 0.0) == (*y == 1)));
        }
        for (right, p) in right.into_iter().zip(expected) {
            let frequency = right / m as f64;
            assert!((frequency - p).abs() < 5.0 * (p * (1.0 - p) / m as f64).sqrt(), "{frequency} against {p}");
        }
    }
}

#[test]
fn bad_parameters_are_named() {
    let new = |theta: &[f64], sigma, d_easy| {
        GaussianMixture::new(theta, sigma, d_easy, Noise::Full).map(|_| ()).unwrap_err().to_string()
    };
    assert!(new(&[], 1.0, 0).contains("theta has shape (0,)"));
    assert!(new(&[1.0, f64::NAN], 1.0, 0).contains("theta has NaN at index 1"));
    for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(new(&[1.0], sigma, 0).contains("sigma is"));
    }
    assert!(new(&[1.0], 1.0, 2).contains("d_easy is 2"));
    let mixture = GaussianMixture::new(&[1.0], 1.0, 1, Noise::Full).unwrap();
    let counts = Counts([1; 4]);
    let (mut x, mut y, mut regions) = ([0.0; 4], [0; 4], [0; 4]);
    assert!(mixture.sample(&counts, &[0; 32], &mut x[1..], &mut y, &mut regions, None).is_err());
    assert!(mixture.sample(&counts, &[0; 32], &mut x, &mut y[1..], &mut regions, None).is_err());
    assert!(mixture.sample(&counts, &[0; 32], &mut x, &mut y, &mut regions[1..], None).is_err());
    assert!(mixture.sample(&counts, &[0; 32], &mut x, &mut y, &mut regions, Some(0)).is_err());
    let endless = mixture.sample(&Counts([usize::MAX, 1, 0, 0]), &[0; 32], &mut x, &mut y, &mut regions, None);
    assert!(endless.unwrap_err().to_string().contains("counts is"));
    assert!(linear_accuracy(&mixture, &[1.0, 2.0], 0.0).is_err());
    assert!(linear_accuracy(&mixture, &[f64::INFINITY], 0.0).is_err());
    assert!(linear_accuracy(&mixture, &[1.0], f64::NAN).is_err());
}
