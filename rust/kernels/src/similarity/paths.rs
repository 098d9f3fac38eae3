//! The innermost product, one file per instruction set: an `MR` × `NR` tile of inner products in registers.
//!
//! **Contract.** A path says its name and whether this processor has it ([`Instructions`]), and multiplies tiles in f32
//! and in f64 ([`Tile`]). It sums a tile entry over k in ascending order, one multiply-add each, so that an entry does
//! not depend on where in the tile it lies. A new path is its file, `mod` and its entry in the list below; everything
//! else (dispatch, names, errors, tests) reads the list.
//!
//! **Budget of errors**, which every path keeps ([`budget`]; `tests/similarity.rs` holds all of them to it): the error
//! of a cosine, and that of an inner product relative to the product of the longest norms.
//!
//! | entries of X and of the hard points      | sums | budget |
//! |------------------------------------------|------|--------|
//! | f16, bf16 or f32, both                   | f32  | 2e-6   |
//! | f64 or integers, at least one of the two | f64  | 1e-13  |
//!
//! f16, bf16 and integers below 2⁵³ are widened without an error, so narrow types share one budget; the rounding that
//! made them narrow is the caller's. Sums run in blocks of at most 384 terms, norms in f64.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
#[cfg(target_arch = "x86_64")]
mod registers;

use super::{Kind, Real};

/// One instruction set.
pub(crate) trait Instructions: Tile<f32> + Tile<f64> {
    /// Lower-case name.
    const NAME: &'static str;

    /// Whether this processor has the instructions.
    fn available() -> bool;
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
    /// The processor must have the instructions; `a`, `b` and `c` must hold `k * MR`, `k * NR` and `MR * NR` values,
    /// and `b` and `c` must be aligned to 64 bytes.
    unsafe fn multiply(k: usize, a: *const T, b: *const T, c: *mut T, add: bool);

    /// Runs `work`, compiled for the instruction set where `work` is inlined.
    ///
    /// # Safety
    /// The processor must have the instructions.
    unsafe fn compiled<R>(work: impl FnOnce() -> R) -> R;
}

/// Work that can be done on any path.
pub(super) trait Work {
    type Output;

    /// Does it with the instructions `I`, which this processor has.
    fn on<I: Instructions>(self) -> Self::Output;
}

macro_rules! paths {
    ($($(#[$target:meta])? $path:ident = $instructions:ty, $what:literal;)*) => {
        /// Which instructions the kernel uses; `detect` picks the best ones of the machine it runs on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Path {
            $($(#[$target])? #[doc = $what] $path,)*
        }

        impl Path {
            /// Every path that the target can have, slowest first.
            pub const ALL: &[Self] = &[$($(#[$target])? Self::$path,)*];

            /// Whether this processor can run the path.
            pub fn available(self) -> bool {
                match self {
                    $($(#[$target])? Self::$path => <$instructions>::available(),)*
                }
            }

            /// Lower-case name, for reports and for tests.
            pub fn name(self) -> &'static str {
                match self {
                    $($(#[$target])? Self::$path => <$instructions>::NAME,)*
                }
            }

            /// Does `work` with this path's instructions: the one place where a path becomes a type.
            pub(super) fn run<W: Work>(self, work: W) -> W::Output {
                match self {
                    $($(#[$target])? Self::$path => work.on::<$instructions>(),)*
                }
            }
        }
    };
}

paths! {
    Portable = portable::Portable, "Plain Rust.";
    #[cfg(target_arch = "x86_64")] Avx2 = avx2::Avx2, "AVX2 and FMA.";
    #[cfg(target_arch = "x86_64")] Avx512 = avx512::Avx512, "AVX-512F.";
}

impl Path {
    /// The paths that this processor can run, slowest first.
    pub fn here() -> impl DoubleEndedIterator<Item = Self> {
        Self::ALL.iter().copied().filter(|path| path.available())
    }

    /// The fastest path this processor can run.
    pub fn detect() -> Self {
        Self::here().next_back().unwrap_or(Self::Portable)
    }

    /// The path of this name, where this processor can run it.
    pub fn named(name: &str) -> Option<Self> {
        Self::here().find(|path| path.name() == name)
    }
}

/// The largest error of a score, by the types of the two arguments: of a cosine; of an inner product relative to the
/// product of the longest norms.
pub fn budget(x: Kind, hard: Kind) -> f64 {
    if x.narrow() && hard.narrow() { 2e-6 } else { 1e-13 }
}
