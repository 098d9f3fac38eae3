//! What the x86-64 paths share: a tile of `MR` rows × two registers of hard points, one fused multiply-add a term.

/// Implements `Tile<$real>` for `$set`, whose registers hold `$lanes` numbers and whose operations are named at the
/// end.
macro_rules! tile {
    ($set:ident, $real:ty, $mr:literal x $nr:literal, $lanes:literal, $features:literal,
     $zero:ident, $load:ident, $store:ident, $splat:ident, $fma:ident, $add:ident) => {
        impl $crate::similarity::paths::Tile<$real> for $set {
            const MR: usize = $mr;
            const NR: usize = $nr;

            #[inline(always)]
            unsafe fn multiply(k: usize, a: *const $real, b: *const $real, c: *mut $real, add: bool) {
                #[target_feature(enable = $features)]
                unsafe fn inner(k: usize, mut a: *const $real, mut b: *const $real, c: *mut $real, add: bool) {
                    // SAFETY: the caller of `multiply` promises lengths, alignment and the instruction set.
                    unsafe {
                        for i in 0..$mr {
                            _mm_prefetch::<_MM_HINT_T0>(c.add(i * $nr).cast());
                        }
                        let mut sums = [[$zero(); 2]; $mr];
                        for _ in 0..k {
                            let (low, high) = ($load(b), $load(b.add($lanes)));
                            for (i, sums) in sums.iter_mut().enumerate() {
                                let x = $splat(*a.add(i));
                                sums[0] = $fma(x, low, sums[0]);
                                sums[1] = $fma(x, high, sums[1]);
                            }
                            a = a.add($mr);
                            b = b.add($nr);
                        }
                        for (i, sums) in sums.iter().enumerate() {
                            let row = c.add(i * $nr);
                            if add {
                                $store(row, $add($load(row), sums[0]));
                                $store(row.add($lanes), $add($load(row.add($lanes)), sums[1]));
                            } else {
                                $store(row, sums[0]);
                                $store(row.add($lanes), sums[1]);
                            }
                        }
                    }
                }
                // SAFETY: passed on to the caller.
                unsafe { inner(k, a, b, c, add) }
            }

            #[inline(always)]
            unsafe fn compiled<R>(work: impl FnOnce() -> R) -> R {
                #[target_feature(enable = $features)]
                fn inner<R>(work: impl FnOnce() -> R) -> R {
                    work()
                }
                // SAFETY: the caller promises the instruction set.
                unsafe { inner(work) }
            }
        }
    };
}
pub(super) use tile;
