//! The standard normal law: draws from a stream, and the distribution function.
//!
//! Draws use the ziggurat of Marsaglia and Tsang (2000) with 256 layers of equal area under f(x) = exp(−x²/2), and
//! Doornik's (2005) separate bits for the layer and the abscissa. One 64-bit word gives one draw in 98.8 % of the
//! cases: bits 0–7 are the layer, bits 10–63 a signed 54-bit abscissa, so every draw is symmetric and has the full
//! precision of f64. Logarithm and exponential come from `libm`, so the same stream gives the same bits on every
//! platform. Cost: about 3 ns a draw, ChaCha8 included.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::sync::LazyLock;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::uniform::{TWO_53, unit, unit_above_zero};

const LAYERS: usize = 256;
/// Where the base layer ends and the tail begins, for 256 layers.
pub const TAIL: f64 = 3.654_152_885_361_009;
/// Words asked of the stream at a time: ChaCha8 makes 32 (four blocks) in one go.
const BUFFER: usize = 32;

/// One layer as the fast path needs it.
#[derive(Debug, Clone, Copy)]
struct Layer {
    /// Width of the layer, divided by 2⁵³.
    scale: f64,
    /// Everything closer to zero than this lies under the curve.
    inner: f64,
}

#[derive(Debug)]
struct Ziggurat {
    layers: [Layer; LAYERS],
    /// Right edges of the layers, descending; `edges[0]` is the width of a rectangle with the area of base and tail.
    edges: [f64; LAYERS + 1],
    /// f at the edges.
    heights: [f64; LAYERS + 1],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(Ziggurat::new);

impl Ziggurat {
    fn new() -> Self {
        let area = TAIL * density(TAIL) + (PI / 2.0).sqrt() * libm::erfc(TAIL * FRAC_1_SQRT_2);
        let mut edges = [0.0; LAYERS + 1];
        edges[0] = area / density(TAIL);
        edges[1] = TAIL;
        for i in 2..LAYERS {
            edges[i] = (-2.0 * libm::log(area / edges[i - 1] + density(edges[i - 1]))).sqrt();
        }
        let heights = edges.map(density);
        let layers = std::array::from_fn(|i| Layer { scale: edges[i] / TWO_53, inner: edges[i + 1] });
        Self { layers, edges, heights }
    }
}

/// exp(−x²/2): the normal density without its constant.
fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

/// Standard normal draws from one stream, in the order of the stream.
///
/// It reads the stream in blocks, so it owns it: several samples that share a stream share one `Normals`.
#[derive(Debug, Clone)]
pub struct Normals {
    stream: ChaCha8Rng,
    words: [u64; BUFFER],
    next: usize,
    ziggurat: &'static Ziggurat,
}

impl Normals {
    /// Draws from where `stream` stands.
    pub fn new(stream: ChaCha8Rng) -> Self {
        Self { stream, words: [0; BUFFER], next: BUFFER, ziggurat: &ZIGGURAT }
    }

    /// The next 64 bits of the stream.
    #[inline]
    pub fn word(&mut self) -> u64 {
        if self.next == BUFFER {
            self.refill();
        }
        let word = self.words[self.next];
        self.next += 1;
        word
    }

    /// The next standard normal draw.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        let word = self.word();
        let layer = self.ziggurat.layers[word as usize % LAYERS];
        let x = ((word as i64) >> 10) as f64 * layer.scale;
        if x.abs() < layer.inner { x } else { self.outside(word, x) }
    }

    #[inline(never)]
    fn refill(&mut self) {
        let mut bytes = [0; 8 * BUFFER];
        self.stream.fill_bytes(&mut bytes);
        for (word, bytes) in self.words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        self.next = 0;
    }

    /// The 1.2 %: the tail, or the part of a layer that the curve crosses, which may reject and begin again.
    #[cold]
    fn outside(&mut self, word: u64, x: f64) -> f64 {
        let layer = word as usize % LAYERS;
        if layer == 0 {
            return self.tail().copysign(x);
        }
        let (low, high) = (self.ziggurat.heights[layer], self.ziggurat.heights[layer + 1]);
        if low + (high - low) * unit(self.word()) < density(x) { x } else { self.draw() }
    }

    /// A draw beyond [`TAIL`], exactly (Marsaglia 1964).
    fn tail(&mut self) -> f64 {
        loop {
            let beyond = -libm::log(unit_above_zero(self.word())) / TAIL;
            let height = -libm::log(unit_above_zero(self.word()));
            if 2.0 * height > beyond * beyond {
                return TAIL + beyond;
            }
        }
    }
}

/// Φ(x), the standard normal distribution function, to within 1e-15.
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The obvious loop, straight off the stream: the oracle of [`Normals::draw`], equal to it bit for bit.
pub fn draw_reference(stream: &mut ChaCha8Rng) -> f64 {
    let edges = &ZIGGURAT.edges;
    loop {
        let word = stream.next_u64();
        let layer = (word & 255) as usize;
        let x = edges[layer] * (((word as i64) >> 10) as f64 / TWO_53);
        if x.abs() < edges[layer + 1] {
            return x;
        }
        if layer > 0 {
            let (bottom, top) = (density(edges[layer]), density(edges[layer + 1]));
            if bottom + (top - bottom) * unit(stream.next_u64()) < density(x) {
                return x;
            }
            continue;
        }
        loop {
            let beyond = -libm::log(unit_above_zero(stream.next_u64())) / TAIL;
            let height = -libm::log(unit_above_zero(stream.next_u64()));
            if 2.0 * height > beyond * beyond {
                return if x < 0.0 { -(TAIL + beyond) } else { TAIL + beyond };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streams::Streams;

    #[test]
    fn layers_have_equal_area_and_meet_the_top() {
        let z = &*ZIGGURAT;
        let area = z.edges[0] * z.heights[1];
        for i in 1..LAYERS {
            assert!((z.edges[i] * (z.heights[i + 1] - z.heights[i]) / area - 1.0).abs() < 1e-9, "layer {i}");
            assert!(z.edges[i + 1] < z.edges[i]);
        }
        assert_eq!((z.edges[LAYERS], z.heights[LAYERS]), (0.0, 1.0));
    }

    #[test]
    fn equals_the_obvious_loop_bit_for_bit_and_reaches_every_branch() {
        let mut wedges_and_tails = [0, 0];
        for item in 0..40 {
            let streams = Streams::new(&[3; 32], "normal");
            let (mut fast, mut slow) = (Normals::new(streams.item(item)), streams.item(item));
            for _ in 0..20_000 {
                let x = fast.draw();
                assert_eq!(x.to_bits(), draw_reference(&mut slow).to_bits());
                wedges_and_tails[usize::from(x.abs() >= TAIL)] += 1;
            }
        }
        assert!(wedges_and_tails[1] > 100, "the tail was not reached: {wedges_and_tails:?}");
    }

    #[test]
    fn golden_draws_hold_on_every_platform() {
        let mut draws = Normals::new(Streams::new(&[0; 32], "normal").item(0));
        let bits: Vec<u64> = (0..3).map(|_| draws.draw().to_bits()).collect();
        assert_eq!(bits, [13_829_223_806_766_584_413, 13_832_787_899_241_391_468, 4_598_926_004_266_525_126]);
        let far = (0..10_000_000).map(|_| draws.draw().abs()).fold(0.0, f64::max); // reaches logarithm and exponential
        assert_eq!(far.to_bits(), 4617999292080440796);
    }

    #[test]
    fn words_and_draws_share_one_order() {
        let streams = Streams::new(&[5; 32], "normal");
        let (mut fast, mut slow) = (Normals::new(streams.item(0)), streams.item(0));
        for i in 0..1_000 {
            if i % 7 == 0 {
                assert_eq!(fast.word(), slow.next_u64());
            }
            assert_eq!(fast.draw().to_bits(), draw_reference(&mut slow).to_bits());
        }
    }

    /// Counts of 2²² draws in 64 classes of equal probability and in five tail classes; chi-square bound at 1e-6.
    #[test]
    fn follows_the_normal_law_in_the_middle_and_in_the_tails() {
        let mut draws = Normals::new(Streams::new(&[11; 32], "normal").item(0));
        let n = 1 << 22;
        let mut middle = [0u32; 64];
        let tail_edges = [3.0, 3.5, TAIL, 4.0, 4.5];
        let mut beyond = [0u32; 5];
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = draws.draw();
            sum += x;
            squares += x * x;
            middle[((cdf(x) * 64.0) as usize).min(63)] += 1;
            for (count, edge) in beyond.iter_mut().zip(tail_edges) {
                *count += u32::from(x.abs() > edge);
            }
        }
        let expected = f64::from(n) / 64.0;
        let chi_square: f64 = middle.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
        assert!(chi_square < 131.0, "chi-square {chi_square} on 63 degrees of freedom"); // quantile 1 − 1e-6: 131.5
        let n = f64::from(n);
        assert!((sum / n).abs() < 5.0 / n.sqrt(), "mean {}", sum / n);
        assert!((squares / n - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "second moment {}", squares / n);
        for (count, edge) in beyond.into_iter().zip(tail_edges) {
            let mean = 2.0 * cdf(-edge) * n;
            assert!((f64::from(count) - mean).abs() < 5.0 * mean.sqrt(), "{count} beyond {edge}, expected {mean}");
        }
    }

    #[test]
    fn distribution_function_matches_published_values() {
        // Abramowitz and Stegun, table 26.1 and 26.2.
        assert_eq!(cdf(0.0), 0.5);
        assert!((cdf(1.0) - 0.841_344_746_068_543).abs() < 1e-15);
        assert!((cdf(-2.0) - 0.022_750_131_948_179_2).abs() < 1e-15);
        assert!((cdf(-5.0) / 2.866_515_718_791_94e-7 - 1.0).abs() < 1e-13);
        assert_eq!((cdf(f64::INFINITY), cdf(f64::NEG_INFINITY)), (1.0, 0.0));
    }
}
