//! Plain Rust, vectorised by the compiler for the target's baseline; the product and the sum round each on its own.

use super::{Instructions, Tile};

/// What every processor has.
pub(crate) struct Portable;

impl Instructions for Portable {
    const NAME: &'static str = "portable";

    fn available() -> bool {
        true
    }
}

macro_rules! portable {
    ($real:ty, $mr:literal, $nr:literal) => {
        impl Tile<$real> for Portable {
            const MR: usize = $mr;
            const NR: usize = $nr;

            unsafe fn multiply(k: usize, a: *const $real, b: *const $real, c: *mut $real, add: bool) {
                // SAFETY: the caller promises these lengths.
                let (a, b, c) = unsafe {
                    (
                        std::slice::from_raw_parts(a, k * $mr),
                        std::slice::from_raw_parts(b, k * $nr),
                        std::slice::from_raw_parts_mut(c, $mr * $nr),
                    )
                };
                let mut sums = [[0.0; $nr]; $mr];
                for (a, b) in a.as_chunks::<$mr>().0.iter().zip(b.as_chunks::<$nr>().0) {
                    for (sums, &a) in sums.iter_mut().zip(a) {
                        for (sum, &b) in sums.iter_mut().zip(b) {
                            *sum += a * b;
                        }
                    }
                }
                for (c, sums) in c.as_chunks_mut::<$nr>().0.iter_mut().zip(&sums) {
                    for (c, &sum) in c.iter_mut().zip(sums) {
                        *c = if add { *c + sum } else { sum };
                    }
                }
            }

            #[inline(always)]
            unsafe fn compiled<R>(work: impl FnOnce() -> R) -> R {
                work()
            }
        }
    };
}
portable!(f32, 4, 8);
portable!(f64, 4, 4);
