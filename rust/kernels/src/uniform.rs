//! Uniform numbers from 64-bit words, and the shuffle made of them: one definition for all kernels.

/// 2⁵³, the number of equally spaced values that [`unit`] takes.
pub(crate) const TWO_53: f64 = 9_007_199_254_740_992.0;

/// Uniform on [0, 1), 53 bits.
#[inline]
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 / TWO_53
}

/// Uniform on (0, 1], whose logarithm is finite.
#[inline]
pub(crate) fn unit_above_zero(word: u64) -> f64 {
    ((word >> 11) + 1) as f64 / TWO_53
}

/// Uniform on 0, …, n − 1 (n far below 2⁵³), from 53 bits.
#[inline]
pub fn below(n: usize, word: u64) -> usize {
    (unit(word) * n as f64) as usize
}

/// Uniform on 0, …, n − 1 from all 64 bits, by multiply and shift; the bias, below n/2⁶⁴, no experiment can see.
///
/// It may differ from [`below`] of the same word (for n/2⁵³ of them), so a stream that was once read by one of the two
/// is never read by the other.
#[inline]
pub(crate) fn below_wide(n: usize, word: u64) -> usize {
    ((u128::from(word) * n as u128) >> 64) as usize
}

/// Fisher–Yates: `pick(n)` is uniform on 0, …, n − 1.
pub(crate) fn shuffle<T>(items: &mut [T], mut pick: impl FnMut(usize) -> usize) {
    for last in (1..items.len()).rev() {
        items.swap(last, pick(last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_are_where_they_should_be() {
        assert_eq!((unit(0), unit_above_zero(0)), (0.0, 1.0 / TWO_53));
        assert_eq!((unit(u64::MAX), unit_above_zero(u64::MAX)), (1.0 - 1.0 / TWO_53, 1.0));
        for n in [1, 2, 3, 1000, 1 << 40] {
            assert_eq!([below(n, 0), below_wide(n, 0)], [0, 0]);
            assert_eq!([below(n, u64::MAX), below_wide(n, u64::MAX)], [n - 1, n - 1]);
        }
    }

    proptest! {
        #[test]
        fn both_ways_to_pick_agree_to_the_resolution_of_the_coarser_one(n in 1usize..1 << 30, word: u64) {
            let (coarse, fine) = (below(n, word), below_wide(n, word));
            prop_assert!(fine < n && (coarse == fine || coarse + 1 == fine));
        }

        #[test]
        fn a_shuffle_keeps_the_items_and_reaches_every_order(words in prop::collection::vec(any::<u64>(), 5)) {
            let mut words = words.into_iter();
            let mut items = [0, 1, 2, 3, 4];
            shuffle(&mut items, |n| below(n, words.next().unwrap()));
            prop_assert_eq!(words.len(), 1);
            let mut sorted = items;
            sorted.sort_unstable();
            prop_assert_eq!(sorted, [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn every_choice_of_picks_is_another_order() {
        let mut seen = std::collections::HashSet::new();
        for picks in (0..24).map(|code| [code % 2, code / 2 % 3, code / 6]) {
            let mut items = [0, 1, 2, 3];
            shuffle(&mut items, |n| picks[n - 2]);
            seen.insert(items);
        }
        assert_eq!(seen.len(), 24);
    }
}
