//! x86-64 with AVX-512F.

use std::arch::x86_64::*;

use super::Instructions;
use super::registers::tile;

/// 32 registers of 512 bits.
pub(crate) struct Avx512;

impl Instructions for Avx512 {
    const NAME: &'static str = "avx512";

    fn available() -> bool {
        is_x86_feature_detected!("avx512f") && super::avx2::Avx2::available()
    }
}

tile!(
    Avx512, f32, 14 x 32, 16, "avx512f,avx2,fma",
    _mm512_setzero_ps, _mm512_load_ps, _mm512_store_ps, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_add_ps
);
tile!(
    Avx512, f64, 14 x 16, 8, "avx512f,avx2,fma",
    _mm512_setzero_pd, _mm512_load_pd, _mm512_store_pd, _mm512_set1_pd, _mm512_fmadd_pd, _mm512_add_pd
);
