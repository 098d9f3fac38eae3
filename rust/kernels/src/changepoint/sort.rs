//! Sorting that can be stopped.

use super::LOOK;
use crate::{Call, Result};

/// Sorts by value through integer keys, which compare faster than doubles; −0 becomes 0.
pub(super) fn sort(values: &[f64], call: Call<'_>) -> Result<Vec<f64>> {
    // For negative numbers all bits but the sign flip, so that integers stand in the order of the doubles.
    let flip = |bits: i64| bits ^ (((bits >> 63) as u64) >> 1) as i64;
    let mut keys = Vec::with_capacity(values.len());
    for part in values.chunks(LOOK) {
        call.check()?;
        keys.extend(part.iter().map(|v| flip((v + 0.0).to_bits() as i64)));
    }
    let levels = 2 * keys.len().max(1).ilog2();
    sort_keys(&mut keys, levels, call)?;
    Ok(keys.into_iter().map(|key| f64::from_bits(flip(key) as u64)).collect())
}

/// Quicksort down to parts that the standard library sorts between two looks at whether to stop. Keys that are equal in order are
/// equal in bits, so this is the one sorted sequence. After `levels` of bad pivots a part is sorted in one go.
fn sort_keys(keys: &mut [i64], levels: u32, call: Call<'_>) -> Result<()> {
    call.check()?;
    if keys.len() <= LOOK || levels == 0 {
        keys.sort_unstable();
        return Ok(());
    }
    let mut sample: Vec<i64> = keys.iter().step_by(keys.len() / 255).copied().collect();
    sample.sort_unstable();
    let pivot = sample[sample.len() / 2];
    let below = partition(keys, |key| key < pivot, call)?;
    let (low, rest) = keys.split_at_mut(below);
    let equal = partition(rest, |key| key == pivot, call)?;
    sort_keys(low, levels - 1, call)?;
    sort_keys(&mut rest[equal..], levels - 1, call)
}

/// Brings the keys that are `first` to the front, without a branch on them, and counts them.
fn partition(keys: &mut [i64], first: impl Fn(i64) -> bool, call: Call<'_>) -> Result<usize> {
    let mut count = 0;
    for start in (0..keys.len()).step_by(LOOK) {
        call.check()?;
        for i in start..keys.len().min(start + LOOK) {
            let key = keys[i];
            keys.swap(i, count);
            count += usize::from(first(key));
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_inputs_are_sorted_as_short_ones_are() {
        let n = 3 * LOOK + 7;
        let scattered = (0..n as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 - 8e6);
        let few = (0..n).map(|i| [0.5, -0.25, -0.0, 3.0][i * i % 7 % 4]);
        let rising = (0..n).map(|i| i as f64);
        let one_apart = (0..n).map(|i| f64::from(u8::from(i == n / 2)));
        let given: [Vec<f64>; 4] = [scattered.collect(), few.collect(), rising.collect(), one_apart.collect()];
        for values in given {
            let mut expected: Vec<f64> = values.iter().map(|v| v + 0.0).collect();
            expected.sort_by(f64::total_cmp);
            let bits = |sorted: &[f64]| sorted.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert!(bits(&sort(&values, Call::default()).unwrap()) == bits(&expected));
        }
    }
}
