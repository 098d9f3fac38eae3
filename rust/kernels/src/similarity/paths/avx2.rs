//! x86-64 with AVX2 and FMA.

use std::arch::x86_64::*;

use super::Instructions;
use super::registers::tile;

/// 16 registers of 256 bits.
pub(crate) struct Avx2;

impl Instructions for Avx2 {
    const NAME: &'static str = "avx2";

    fn available() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
    }
}

tile!(
    Avx2, f32, 6 x 16, 8, "avx2,fma",
    _mm256_setzero_ps, _mm256_load_ps, _mm256_store_ps, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_add_ps
);
tile!(
    Avx2, f64, 6 x 8, 4, "avx2,fma",
    _mm256_setzero_pd, _mm256_load_pd, _mm256_store_pd, _mm256_set1_pd, _mm256_fmadd_pd, _mm256_add_pd
);
