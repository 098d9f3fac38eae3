//! The innermost product: an `MR` × `NR` tile of inner products in registers, one implementation per instruction set.
//!
//! Every path sums a tile entry over k in ascending order, one multiply-add each, so an entry does not depend on where
//! in the tile it lies. (The portable path rounds the product and the sum, the others only once.)

use super::Real;

/// Which instructions the kernel uses; `detect` picks the best one of the machine it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// Plain Rust, vectorised by the compiler for the target's baseline.
    Portable,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512F.
    Avx512,
}

impl Path {
    /// Every path, slowest first.
    pub const ALL: [Path; 3] = [Path::Portable, Path::Avx2, Path::Avx512];

    /// The fastest path this processor can run.
    pub fn detect() -> Self {
        Self::ALL.into_iter().rev().find(|path| path.available()).unwrap_or(Path::Portable)
    }

    /// Whether this processor can run the path.
    pub fn available(self) -> bool {
        match self {
            Path::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 => is_x86_feature_detected!("avx512f") && Path::Avx2.available(),
            #[cfg(not(target_arch = "x86_64"))]
            Path::Avx2 | Path::Avx512 => false,
        }
    }

    /// Lower-case name, for reports.
    pub fn name(self) -> &'static str {
        match self {
            Path::Portable => "portable",
            Path::Avx2 => "avx2",
            Path::Avx512 => "avx512",
        }
    }
}

/// One instruction set's tile.
pub(crate) trait Tile<T: Real>: Sync {
    /// Rows of X in a tile.
    const MR: usize;
    /// Hard points in a tile.
    const NR: usize;

    /// Sets (or adds to, when `add`) `c[i * NR + j]` the sum over `p < k` of `a[p * MR + i] * b[p * NR + j]`.
    ///
    /// # Safety
    /// The processor must have the instructions; `a`, `b` and `c` must hold `k * MR`, `k * NR` and `MR * NR` values, and
    /// `b` and `c` must be aligned to 64 bytes.
    unsafe fn multiply(k: usize, a: *const T, b: *const T, c: *mut T, add: bool);

    /// Runs `work`, compiled for the instruction set where `work` is inlined.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn compiled<R>(work: impl FnOnce() -> R) -> R;
}

/// Plain Rust.
pub(crate) struct Portable;

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

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

// Never available elsewhere (`Path::available`), but the names must exist.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use {Portable as Avx2, Portable as Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Tile;

    /// AVX2 and FMA: 16 registers of 256 bits.
    pub(crate) struct Avx2;
    /// AVX-512F: 32 registers of 512 bits.
    pub(crate) struct Avx512;

    macro_rules! tile {
        ($set:ident, $real:ty, $mr:literal x $nr:literal, $lanes:literal, $features:literal,
         $zero:ident, $load:ident, $store:ident, $splat:ident, $fma:ident, $add:ident) => {
            impl Tile<$real> for $set {
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

    tile!(Avx2, f32, 6 x 16, 8, "avx2,fma", _mm256_setzero_ps, _mm256_load_ps, _mm256_store_ps, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_add_ps);
    tile!(Avx2, f64, 6 x 8, 4, "avx2,fma", _mm256_setzero_pd, _mm256_load_pd, _mm256_store_pd, _mm256_set1_pd, _mm256_fmadd_pd, _mm256_add_pd);
    tile!(Avx512, f32, 14 x 32, 16, "avx512f,avx2,fma", _mm512_setzero_ps, _mm512_load_ps, _mm512_store_ps, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_add_ps);
    tile!(Avx512, f64, 14 x 16, 8, "avx512f,avx2,fma", _mm512_setzero_pd, _mm512_load_pd, _mm512_store_pd, _mm512_set1_pd, _mm512_fmadd_pd, _mm512_add_pd);
}
