//! Interleaving rows: the transposition of a few rows into `target[p * width + lane] = rows[lane * depth + p]`.

/// One entry after the other.
#[inline(always)]
pub(super) fn scalar<T: Copy>(rows: &[T], depth: usize, width: usize, target: &mut [T]) {
    columns(rows, depth, width, 0, target);
}

/// Four by four where SSE2 has it (all of x86-64), else one entry after the other.
#[inline(always)]
pub(super) fn f32(rows: &[f32], depth: usize, width: usize, target: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    let done = squares(rows, depth, width, target);
    #[cfg(not(target_arch = "x86_64"))]
    let done = 0;
    columns(rows, depth, width, done, target);
}

/// Entries `first..` of all rows.
#[inline(always)]
fn columns<T: Copy>(rows: &[T], depth: usize, width: usize, first: usize, target: &mut [T]) {
    let groups = target[..width * depth].chunks_exact_mut(width).enumerate().skip(first);
    for (p, group) in groups {
        for (lane, slot) in group.iter_mut().enumerate() {
            *slot = rows[lane * depth + p];
        }
    }
}

/// Whole squares of 4 rows × 4 entries, then pairs of rows that are left; returns the entries per row done.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn squares(rows: &[f32], depth: usize, width: usize, target: &mut [f32]) -> usize {
    use std::arch::x86_64::{
        _mm_castps_pd, _mm_loadu_ps, _mm_movehl_ps, _mm_movelh_ps, _mm_storel_pd, _mm_storeu_ps, _mm_unpackhi_ps,
        _mm_unpacklo_ps,
    };

    assert!(rows.len() >= width * depth && target.len() >= width * depth, "room for all rows");
    if !width.is_multiple_of(2) {
        return 0;
    }
    let done = depth / 4 * 4;
    for p in (0..done).step_by(4) {
        for lane in (0..width).step_by(4) {
            let pair = lane + 2 == width;
            let row = |i: usize| (lane + if pair { i % 2 } else { i }) * depth + p;
            // SAFETY: rows `lane ..` (two or four of them) lie below `width`, entries `p .. p + 4` below `depth`, so
            // every load and store is inside the lengths asserted above; SSE2 is part of x86-64.
            unsafe {
                let [a, b, c, d] = [0, 1, 2, 3].map(|i| _mm_loadu_ps(rows.as_ptr().add(row(i))));
                let (ab, ab_high) = (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
                let (cd, cd_high) = (_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
                let columns = [
                    _mm_movelh_ps(ab, cd),
                    _mm_movehl_ps(cd, ab),
                    _mm_movelh_ps(ab_high, cd_high),
                    _mm_movehl_ps(cd_high, ab_high),
                ];
                for (i, column) in columns.into_iter().enumerate() {
                    let to = target.as_mut_ptr().add((p + i) * width + lane);
                    if pair {
                        _mm_storel_pd(to.cast(), _mm_castps_pd(column));
                    } else {
                        _mm_storeu_ps(to, column);
                    }
                }
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_shape_is_transposed(depth in 0usize..40, width in 1usize..36) {
            let rows: Vec<f32> = (0..depth * width).map(|i| i as f32).collect();
            let mut target = vec![-1.0; rows.len()];
            super::f32(&rows, depth, width, &mut target);
            for p in 0..depth {
                for lane in 0..width {
                    prop_assert_eq!(target[p * width + lane], rows[lane * depth + p]);
                }
            }
        }
    }
}
