//! Enumeration of all sets, cuts and marginals; malformed pools.

use super::*;
use proptest::prelude::*;

type Parts = (Vec<usize>, Vec<usize>, Vec<u64>, Vec<u64>);

fn pools() -> impl Strategy<Value = Parts> {
    (1usize..8, 1usize..8).prop_flat_map(|(n, m)| {
        let edges = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.4), m), n);
        let weights = |k| prop::collection::vec(prop_oneof![1 => Just(0u64), 4 => 1u64..9, 1 => 1u64..1 << 36], k);
        (edges, weights(n), weights(m)).prop_map(|(edges, mut hard, mut overlap)| {
            let (mut indptr, mut indices) = (vec![0], Vec::new());
            for row in edges {
                indices.extend(row.iter().enumerate().filter(|(_, e)| **e).map(|(j, _)| j));
                indptr.push(indices.len());
            }
            hard[0] += 1;
            overlap[0] += 1;
            (indptr, indices, hard, overlap)
        })
    })
}

/// F(κ) by all subsets: the largest mass that can be coupled at κ = min over U of [1 − P(U) + κ P(N(U))].
fn coupled_reference(pool: &Pool<'_>, kappa: f64) -> f64 {
    let (n, p, g) = (pool.hard.len(), pool.total_hard() as f64, pool.total_overlap() as f64);
    (0u32..1 << n)
        .map(|mask| {
            let set: Vec<usize> = (0..n).filter(|i| mask >> i & 1 == 1).collect();
            let (weight, covered) = pool.weigh(&set);
            1.0 - weight as f64 / p + kappa * covered as f64 / g
        })
        .fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn constant_equals_enumeration_and_is_attained((indptr, indices, hard, overlap) in pools()) {
        let pool = Pool::new(&indptr, &indices, &hard, &overlap).unwrap();
        let found = pool.constant().unwrap();
        let expected = constant_reference(&pool, 0.0).unwrap().0;
        prop_assert!((found.value - expected).abs() <= 1e-12 * expected, "{} {}", found.value, expected);
        prop_assert_eq!(pool.weigh(&found.set), (found.attained_by, found.covered));
    }

    #[test]
    fn profile_equals_enumeration_of_the_cuts((indptr, indices, hard, overlap) in pools(), kappa in 0.0..20.0f64) {
        let pool = Pool::new(&indptr, &indices, &hard, &overlap).unwrap();
        let profile = pool.profile().unwrap();
        let (p, g) = (pool.total_hard() as f64, pool.total_overlap() as f64);
        for kappa in [kappa, kappa / 10.0, 1.0 / pool.constant().unwrap().value.max(1e-9)] {
            let coupled: f64 = profile.hard.iter().zip(&profile.overlap)
                .map(|(&h, &o)| (h as f64 / p).min(kappa * (o as f64 / g))).sum();
            let expected = coupled_reference(&pool, kappa);
            prop_assert!((coupled - expected).abs() <= 1e-9 * (1.0 + kappa.min(1e6) * 1e-3), "{coupled} {expected}");
        }
        let ratios = profile.hard.iter().zip(&profile.overlap).map(|(&h, &o)| (u128::from(h), u128::from(o)));
        let ratios: Vec<_> = ratios.filter(|&(h, o)| h + o > 0).collect();
        prop_assert!(ratios.windows(2).all(|w| w[0].0 * w[1].1 >= w[1].0 * w[0].1));
        for (i, &block) in profile.block_of.iter().enumerate() {
            prop_assert!(block < profile.hard.len(), "point {i} without a block");
        }
    }

    #[test]
    fn coupling_at_the_duality_point_has_the_right_marginals((indptr, indices, hard, overlap) in pools()) {
        let pool = Pool::new(&indptr, &indices, &hard, &overlap).unwrap();
        let constant = pool.constant().unwrap();
        if constant.covered == 0 {
            prop_assert!(pool.optimal_coupling().is_err());
            return Ok(());
        }
        let (p, g) = (pool.total_hard(), pool.total_overlap());
        let mass = pool.optimal_coupling().unwrap();
        let kappa = 1.0 / constant.value;
        for (i, &weight) in hard.iter().enumerate() {
            let row: f64 = mass[indptr[i]..indptr[i + 1]].iter().sum();
            prop_assert!((row - weight as f64 / p as f64).abs() < 1e-12);
        }
        for (j, &weight) in overlap.iter().enumerate() {
            let column: f64 = indices.iter().zip(&mass).filter(|(k, _)| **k == j).map(|(_, m)| m).sum();
            prop_assert!(column <= kappa * weight as f64 / g as f64 * (1.0 + 1e-12) + 1e-15);
        }
    }
}

#[test]
fn no_neighbours_means_no_expansion() {
    let pool = Pool::new(&[0, 1, 1], &[0], &[1, 1], &[1, 1]).unwrap();
    let constant = pool.constant().unwrap();
    assert_eq!((constant.value, constant.set.as_slice()), (0.0, &[1][..]));
    assert_eq!(pool.profile().unwrap().overlap[0], 0);
}

#[test]
fn malformed_pools_are_refused_by_name() {
    let message = |indptr: &[usize], indices: &[usize], hard: &[u64], overlap: &[u64]| {
        Pool::new(indptr, indices, hard, overlap).unwrap_err().to_string()
    };
    assert!(message(&[0], &[], &[1], &[1]).starts_with("indptr"));
    assert!(message(&[0, 2], &[0], &[1], &[1]).starts_with("indptr"));
    assert!(message(&[0, 1], &[1], &[1], &[1]).contains("indices has 1 at index 0"));
    assert!(message(&[0, 0], &[], &[0], &[1]).contains("hard_weights sum to 0"));
    assert!(message(&[0, 0], &[], &[1], &[u64::MAX]).starts_with("overlap_weights"));
}
